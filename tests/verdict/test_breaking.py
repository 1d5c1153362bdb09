"""The check can fail: programs broken on purpose are caught."""

from pathlib import Path

import pytest

from jaxsmith.mutation import mutate, render
from jaxsmith.mutation.outcome import NOT_ITS_OWN

SAMPLE = Path(__file__).parents[2] / "docs" / "sample"


@pytest.fixture(scope="module")
def report():
    return mutate(SAMPLE, count=160, seed=5)


def test_nearly_every_broken_program_is_caught(report):
    total = report.tally()
    # Of those drawn, some can't be traced, and of some XLA makes the same program.
    assert total.mutants >= 0.75 * 160
    # The rest is equal in meaning: an epsilon a little larger, terms of a sum in another order.
    assert total.of_all >= 0.8, render(report)
    assert total.of_others >= 0.97, render(report)


def test_every_function_is_written_again(report):
    assert NOT_ITS_OWN not in {each.outcome.reason for each in report.tried}


def test_both_texts_are_broken(report):
    found = report.by(lambda each: each.mutant.level)
    assert set(found) == {"source_code", "stablehlo"}
    assert all(tally.counts["caught"] >= 40 for tally in found.values()), render(report)
