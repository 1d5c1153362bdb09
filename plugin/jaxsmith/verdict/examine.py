"""Choosing input sets that show something, with what the function should return for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxsmith.errors import RejectedError
from jaxsmith.sample.sets import make_set, set_seed
from jaxsmith.verdict.expect import Judge

if TYPE_CHECKING:
    from jaxsmith.program.function import Function
    from jaxsmith.sample.sets import InputSet, SetKind
    from jaxsmith.verdict.expectation import Expectation

# What each of the three sets tries, in turn, until a try is well conditioned.
TRIES: tuple[tuple[SetKind, ...], ...] = (
    ("domain",) * 6,
    ("edge", "rim", "rim", "rim", "domain"),
    ("mirror",) * 6,
)
EXTRA_SETS = 8  # how many more may be drawn to run every branch


def examine(function: Function) -> list[tuple[InputSet, Expectation]]:
    """At least three input sets with their expectations, running every branch.

    Raises:
        RejectedError: ``ill_conditioned`` if no well-conditioned inputs are found;
            ``uncovered_branch`` if a branch of a conditional never runs; ``reference_error`` and
            others where the reference itself is wrong.
    """
    judge = Judge(function)
    found = [_try(judge, kinds, position) for position, kinds in enumerate(TRIES)]
    branches = _branches(function)
    for extra in range(EXTRA_SETS):
        if branches <= judge.visited:
            return found
        kind: SetKind = ("edge", "domain", "mirror")[extra % 3]  # type: ignore[assignment]
        try:
            found.append(_try(judge, (kind, "domain"), 10 + extra))
        except RejectedError as rejection:
            if rejection.reason != "ill_conditioned":
                raise
    if branches <= judge.visited:
        return found
    missing = len(branches - judge.visited)
    raise RejectedError("uncovered_branch", f"{missing} of {len(branches)} branches never ran")


def _try(
    judge: Judge, kinds: tuple[SetKind, ...], position: int
) -> tuple[InputSet, Expectation]:
    case_id = judge.function.case.id
    for attempt, kind in enumerate(kinds):
        inputs = make_set(
            judge.function.params, kind, set_seed(case_id, kind, 100 * position + attempt)
        )
        try:
            return inputs, judge.expect(inputs)
        except RejectedError as rejection:
            if rejection.reason != "ill_conditioned":
                raise
            last = rejection
    raise last


def _branches(function: Function) -> set[tuple[int, int]]:
    """Every branch of every conditional that can be reached, as ``Interpreter.visited`` says it."""
    return {
        (id(eqn), branch)
        for eqn in function.graph.walk()
        if eqn.op.control in ("cond", "switch")
        for branch in range(len(eqn.regions))
    }
