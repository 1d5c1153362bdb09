"""The counts of a report, and what it shows of those that were not caught."""

import pytest

from jaxsmith.mutation.edit import Edit
from jaxsmith.mutation.mutants import Mutant
from jaxsmith.mutation.outcome import Outcome
from jaxsmith.mutation.report import Report, Tried, render

OUTCOMES = [
    *[Outcome("caught", "mismatch")] * 5,
    Outcome("caught", "crash"),
    Outcome("survived", gap=0.5),
    Outcome("survived", gap=float("inf")),
    Outcome("equivalent", gap=0.002),
    *[Outcome("equivalent")] * 3,
    Outcome("invalid", "trace"),
    Outcome("unfit", "compile: no"),
]


def tried(number, outcome):
    kind = ("scale", "swap_op")[number % 2]
    mutant = Mutant("source_code", kind, Edit(number, number + 1, ("x",)))
    category = "math" if number < 6 else "array"
    diff = (f"- a{number}", f"+ b{number}")
    return Tried(f"{category}-s0-{number:06d}", category, mutant, diff, outcome)


REPORT = Report([tried(number, outcome) for number, outcome in enumerate(OUTCOMES)])


def test_shares_leave_out_what_is_no_program_and_what_is_unfit():
    total = REPORT.as_dict()["total"]
    assert total["mutants"] == 12
    assert (total["caught"], total["survived"], total["equivalent"]) == (6, 2, 4)
    assert (total["invalid"], total["unfit"]) == (1, 1)
    assert total["caught_of_all"] == pytest.approx(6 / 12)
    assert total["caught_of_not_equivalent"] == pytest.approx(6 / 8)


def test_groups_add_up_and_one_without_mutants_has_no_share():
    found = REPORT.as_dict()
    assert list(found["categories"]) == ["array", "math"]
    assert found["categories"]["math"]["caught_of_all"] == 1.0
    assert sum(each["mutants"] for each in found["kinds"].values()) == 12
    assert Report([tried(0, Outcome("invalid"))]).as_dict()["total"]["caught_of_all"] is None


def test_every_survivor_is_shown_with_its_lines():
    shown = render(REPORT)
    assert "12 mutants: 6 caught, 2 survived, 4 equivalent" in shown
    assert "50.0% of all, 75.0% of those" in shown
    assert "Caught by: 5 mismatch, 1 crash." in shown
    survivor = (
        "array-s0-000006, scale in source_code, line 7; elsewhere off by 0.5\n    - a6\n    + b6"
    )
    assert survivor in shown
    assert "array-s0-000007, swap_op in source_code, line 8; elsewhere other values" in shown
    assert "elsewhere off by 0.002" in shown
    assert "compile: no" in shown


def test_programs_get_every_mutant_that_was_not_caught():
    found = REPORT.as_dict()
    assert [each["gap"] for each in found["survivors"]] == [0.5, None]
    assert len(found["equivalents"]) == 4
    assert found["caught_by"] == {"mismatch": 5, "crash": 1}
