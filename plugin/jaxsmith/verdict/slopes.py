"""Derivatives of references: exact where each of their steps is known, else by differences.

``corpus/reference_helpers.py`` writes a derivative as differences, which anybody can read; here the
same helpers are run on arrays that carry derivatives (``dual``). Where that is not possible, or a
decision is too close by, what the text says is done.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from jaxsmith.verdict import reference
from jaxsmith.verdict.dual import ACTIVE, Dual, Tape, UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


@dataclass(frozen=True, slots=True)
class Survey:
    """How a function changes along some directions.

    Attributes:
        slopes: for each leaf of the result, its derivatives; the directions come first.
        close: whether a decision in it might fall otherwise nearby.
        tied: see ``Tape``.
        approximate: whether a step of it was differentiated by differences.
        wears: see ``Tape``.
    """

    slopes: list[Any]
    close: bool
    tied: bool
    approximate: bool
    wears: bool = False


@dataclass(slots=True)
class Watch:
    """What the derivatives that were taken meanwhile were: how many by differences, and so on."""

    differenced: int = 0
    approximate: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """Derivatives that were taken already, and how."""

    values: list[Any]
    watch: Watch


_watches: list[Watch] = []


@contextmanager
def watching() -> Iterator[Watch]:
    """Note how derivatives are found."""
    _watches.append(Watch())
    try:
        yield _watches[-1]
    finally:
        _watches.pop()


def note(watch: Watch) -> None:
    """Count in derivatives that were found before."""
    for each in _watches:
        each.differenced += watch.differenced
        each.approximate |= watch.approximate


def survey(
    function: Callable[..., Any],
    arguments: Sequence[Any],
    directions: Sequence[Any],
    unit: float = 0.0,
    wear: float = 0.0,
    *,
    twice: bool = False,
) -> Survey | None:
    """The derivatives of a function, or None where one of its steps has no rule.

    Args:
        function: any reference; its result is an array, or arrays in a tree.
        arguments: where it is differentiated.
        directions: for each argument, how it moves: one array for each direction along the first
            axis; None for an argument that stays.
        unit: see ``Tape``.
        wear: likewise.
        twice: likewise.
    """
    counts = [len(each) for each in directions if each is not None]
    tape = Tape(counts[0] if counts else 0, unit, wear=wear, twice=twice)
    duals = [
        argument if moves is None else Dual(np.array(argument), np.array(moves), tape)
        for argument, moves in zip(arguments, directions, strict=True)
    ]
    ACTIVE.append(tape)
    try:
        leaves = _leaves(function(*duals))
    except Exception:
        # Besides what is refused here, NumPy refuses in many ways what it can't make of an unknown
        # object. If the reference itself is at fault, it is where it runs on plain arrays too.
        return None
    finally:
        ACTIVE.pop()
    slopes = [
        leaf.tangent if isinstance(leaf, Dual) else np.zeros((tape.count, *np.shape(leaf)))
        for leaf in leaves
    ]
    return Survey(slopes, tape.close, tape.tied, tape.approximate, tape.wears)


def _leaves(tree: Any) -> list[Any]:
    if isinstance(tree, dict):
        return [leaf for key in sorted(tree) for leaf in _leaves(tree[key])]
    if isinstance(tree, (tuple, list)):
        return [leaf for branch in tree for leaf in _leaves(branch)]
    return [tree] if isinstance(tree, Dual) else reference.leaves(tree)


def install(namespace: dict[str, Any]) -> None:
    """Let the helpers of a loaded reference that take derivatives take exact ones."""
    for name, make in (("derivative", _derivative), ("directional", _directional)):
        if name in namespace:
            namespace[name] = make(namespace[name])


def _derivative(by_differences: Callable[..., Any]) -> Callable[..., Any]:
    def derivative(function: Callable[..., Any], argnum: int, *args: Any, **step: Any) -> Any:
        _refuse_nesting(args)
        x = np.asarray(args[argnum], np.float64)
        moves: list[Any] = [None] * len(args)
        moves[argnum] = np.eye(x.size).reshape(x.size, *x.shape)
        found = survey(function, [*args[:argnum], x, *args[argnum + 1 :]], moves)
        # A step is given where this is to be differentiated again: ten digits are too few for that.
        if not _is_good(found, exact=bool(step)):
            return by_differences(function, argnum, *args, **step)
        assert found is not None
        (slopes,) = found.slopes
        return np.moveaxis(slopes, 0, -1).reshape(slopes.shape[1:] + x.shape)

    return derivative


def _directional(by_differences: Callable[..., Any]) -> Callable[..., Any]:
    def directional(
        function: Callable[..., Any], args: Sequence[Any], tangents: Sequence[Any], **step: Any
    ) -> Any:
        _refuse_nesting((*args, *tangents))
        inputs = [np.asarray(arg) for arg in args]
        moves = [
            np.broadcast_to(np.asarray(tangent, np.float64), x.shape)[None]
            if x.dtype.kind in "fc"
            else None
            for x, tangent in zip(inputs, tangents, strict=True)
        ]
        found = survey(function, inputs, moves)
        if not _is_good(found):
            return by_differences(function, args, tangents, **step)
        assert found is not None
        (slopes,) = found.slopes
        return slopes[0]

    return directional


def _refuse_nesting(args: Sequence[Any]) -> None:
    """One level is exact; the derivative of a derivative is the difference of two exact ones."""
    if any(isinstance(arg, Dual) for arg in args):
        raise UnsupportedError("a derivative of a derivative")


def _is_good(found: Survey | None, *, exact: bool = False) -> bool:
    good = found is not None and not found.close and len(found.slopes) == 1
    good = good and not (exact and found is not None and found.approximate)
    for watch in _watches:
        watch.differenced += not good
        watch.approximate |= found is not None and found.approximate
    return good
