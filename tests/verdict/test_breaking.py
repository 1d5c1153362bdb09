"""The check can fail: programs broken on purpose are caught."""

from pathlib import Path

import pytest

from jaxsmith.mutation import mutate, render

SAMPLE = Path(__file__).parents[2] / "docs" / "sample"


@pytest.fixture(scope="module")
def report():
    return mutate(SAMPLE, count=200, seed=5)


def test_nearly_every_broken_program_is_caught(report):
    total = report.tally()
    assert total.mutants >= 140
    # The rest is equal in meaning: a mean of one element, an option that changes nothing here.
    assert total.of_all >= 0.8, render(report)
    assert total.of_others >= 0.97, render(report)


def test_both_texts_are_broken(report):
    found = report.by(lambda each: each.mutant.level)
    assert set(found) == {"source_code", "stablehlo"}
    assert all(tally.counts["caught"] >= 40 for tally in found.values()), render(report)
