"""Choosing input sets that show something, with what the function should return for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

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
# How many more may be drawn to run every branch and move every output; those that add nothing are
# dropped.
EXTRA_SETS = 48


Examined = list[tuple["InputSet", "Expectation"]]


def examine(function: Function) -> Examined:
    """At least three input sets with what to expect; they run every branch and move every output.

    Raises:
        RejectedError: ``ill_conditioned`` if no well-conditioned inputs are found;
            ``uncovered_branch`` if a branch of a conditional never runs; ``trivial`` if an output
            is the same for all inputs; ``reference_error`` and others where the reference itself is
            wrong.
    """
    judge = Judge(function)
    found = [_try(judge, kinds, position) for position, kinds in enumerate(TRIES)]
    branches = _branches(function)
    missing = _missing(branches, judge, found)
    for extra in range(EXTRA_SETS):
        if not missing:
            return found
        kind: SetKind = ("edge", "domain", "mirror")[extra % 3]
        try:
            more = [*found, _try(judge, (kind,), 10 + extra)]
        except RejectedError as rejection:
            if rejection.reason != "ill_conditioned":
                raise
            continue
        still = _missing(branches, judge, more)
        if len(still) < len(missing):
            found, missing = more, still
    if not missing:
        return found
    raise RejectedError(*missing[0])


def _missing(
    branches: set[tuple[int, int]], judge: Judge, found: Examined
) -> list[tuple[str, str]]:
    """What these input sets do not show yet, as reasons of rejection."""
    unseen = branches - judge.visited
    detail = f"{len(unseen)} of {len(branches)} branches never ran"
    outputs = range(len(judge.function.outputs))
    still = [i for i in outputs if judge.function.outputs[i].size and _constant(found, i)]
    return [
        *[("uncovered_branch", detail)] * len(unseen),
        *[("trivial", f"output {i} is the same for all inputs") for i in still],
    ]


def _constant(found: Examined, output: int) -> bool:
    first = found[0][1].values[output]
    floating = first.dtype.kind == "f"
    return all(
        np.array_equal(first, expectation.values[output], equal_nan=floating)
        for _, expectation in found[1:]
    )


def _try(judge: Judge, kinds: tuple[SetKind, ...], position: int) -> tuple[InputSet, Expectation]:
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
