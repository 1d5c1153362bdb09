"""Choosing input sets that show something, with what the function should return for each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from jaxsmith.errors import RejectedError
from jaxsmith.sample.sets import make_set, set_seed
from jaxsmith.verdict.expect import Judge
from jaxsmith.verdict.impostors import refuse_impostors

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jaxsmith.program.function import Function
    from jaxsmith.sample.sets import InputSet, SetKind
    from jaxsmith.verdict.expect import Seen
    from jaxsmith.verdict.expectation import Expectation

# What each of the three sets tries, in turn, until a try is well conditioned.
TRIES: tuple[tuple[SetKind, ...], ...] = (
    ("domain",),
    ("edge", "rim", "rim", "domain"),
    ("mirror",) * 4,
)
# The set that is reflected first is the one that was drawn first.
_ORIGINS: Mapping[tuple[SetKind, int], tuple[SetKind, int]] = {("mirror", 200): ("domain", 0)}
# How many more may be drawn to run every branch, and to move every output; those that add nothing
# are dropped.
EXTRA_SETS = 48
EXTRA_MOVES = 3
_EXTRA_KINDS: tuple[SetKind, ...] = ("edge", "domain", "mirror")


Examined = list[tuple["InputSet", "Expectation"]]


@dataclass(slots=True)
class _Drawer:
    """Input sets of a function, each drawn once."""

    function: Function
    _drawn: dict[tuple[SetKind, int], InputSet] = field(default_factory=dict)

    def __call__(self, kind: SetKind, attempt: int) -> InputSet:
        key = kind, attempt
        if key not in self._drawn:
            origin, place = _ORIGINS.get(key, key)
            seed = set_seed(self.function.case.id, origin, place)
            self._drawn[key] = make_set(self.function.params, kind, seed)
        return self._drawn[key]


@dataclass(slots=True)
class _Shown:
    """What the input sets so far show of a function: branches that ran, outputs that moved."""

    branches: set[tuple[int, int]]
    outputs: set[int]
    firsts: list[Any] = field(default_factory=list)

    @classmethod
    def nothing(cls, function: Function) -> _Shown:
        """What is to be shown, all of it missing."""
        sized = {i for i, aval in enumerate(function.outputs) if aval.size}
        return cls(_branches(function), sized)

    @property
    def missing(self) -> int:
        """How much is not shown yet."""
        return len(self.branches) + len(self.outputs)

    def adds(self, seen: Seen) -> bool:
        """Whether another run shows more."""
        return bool(self.branches & seen.branches or self._moved(seen))

    def add(self, seen: Seen) -> None:
        """Count a run in."""
        self.branches -= seen.branches
        self.outputs -= self._moved(seen)
        if not self.firsts:
            self.firsts = list(seen.values)

    def rejection(self, function: Function) -> RejectedError:
        """Why the function is no sample, if nothing shows what is missing."""
        if self.branches:
            count = len(_branches(function))
            detail = f"{len(self.branches)} of {count} branches never ran"
            return RejectedError("uncovered_branch", detail)
        return RejectedError("trivial", f"output {min(self.outputs)} is the same for all inputs")

    def _moved(self, seen: Seen) -> set[int]:
        if not self.firsts:
            return set()
        return {i for i in self.outputs if not _equal(self.firsts[i], seen.values[i])}


def examine(function: Function, roundoff: float = 1.0) -> Examined:
    """At least three input sets with what to expect; they run every branch and move every output.

    Args:
        function: the function.
        roundoff: how many units one rounding counts as, where it is compiled; see ``platforms``.

    Raises:
        RejectedError: ``ill_conditioned`` if no well-conditioned inputs are found;
            ``uncovered_branch`` if a branch of a conditional never runs; ``trivial`` if an output
            is the same for all inputs, if what computes nothing would pass, or if a statement
            changes no output; ``reference_error`` and others where the reference itself is wrong.
    """
    judge, draw = Judge(function, roundoff), _Drawer(function)
    _refuse_hopeless(judge, draw)
    found = [_try(judge, draw, kinds, position) for position, kinds in enumerate(TRIES)]
    found += _extended(judge, draw, found)
    refuse_impostors(function, found)
    judge.refuse_idle(found)
    return found


def _extended(judge: Judge, draw: _Drawer, found: Examined) -> Examined:
    """More input sets, until every branch has run and every output has moved."""
    shown = _Shown.nothing(judge.function)
    for inputs, _ in found:
        shown.add(judge.preview(inputs))
    more: Examined = []
    for inputs in _extra_sets(draw):
        if not shown.missing:
            break
        seen = judge.preview(inputs)
        if not shown.adds(seen):
            continue
        try:
            more.append((inputs, judge.expect(inputs)))
        except RejectedError as rejection:
            if rejection.reason != "ill_conditioned":
                raise
        else:
            shown.add(seen)
    if shown.missing:
        raise shown.rejection(judge.function)
    return more


def _refuse_hopeless(judge: Judge, draw: _Drawer) -> None:
    """Refuse what no input set shows enough of, by values alone: bounds cost ten times as much."""
    shown = _Shown.nothing(judge.function)
    for position, kinds in enumerate(TRIES):
        shown.add(judge.preview(draw(kinds[0], 100 * position)))
    for drawn, inputs in enumerate(_extra_sets(draw)):
        if not shown.missing or (not shown.branches and drawn >= EXTRA_MOVES):
            break
        shown.add(judge.preview(inputs))
    if shown.missing:
        raise shown.rejection(judge.function)


def _extra_sets(draw: _Drawer) -> Iterator[InputSet]:
    for extra in range(EXTRA_SETS):
        yield draw(_EXTRA_KINDS[extra % 3], 1000 + 100 * extra)


def _equal(one: Any, other: Any) -> bool:
    return bool(np.array_equal(one, other, equal_nan=np.asarray(one).dtype.kind in "fc"))


def _try(
    judge: Judge, draw: _Drawer, kinds: tuple[SetKind, ...], position: int
) -> tuple[InputSet, Expectation]:
    for attempt, kind in enumerate(kinds):
        inputs = draw(kind, 100 * position + attempt)
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
