"""What a few random directions tell of a function about to be differentiated.

Differences along a direction cancel as powers of the step where a function is smooth: two steps,
one twice the other, tell a kink from a bend, and how far a difference quotient is from the
derivative. The directions move every coordinate at once, so their number does not grow with the
arguments.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from jaxsmith.errors import RejectedError
from jaxsmith.verdict import reference
from jaxsmith.verdict.rules import signs
from jaxsmith.verdict.slopes import Survey, survey
from jaxsmith.vocabulary.dtypes import EPSILON

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

STEP = 1e-4
# A kink shows itself along most directions, a bend along all.
DIRECTIONS = 6
SMOOTH_DIRECTIONS = 4
SMALLEST_KINK = 1e-6  # a smaller jump of the derivative is nobody's convention


@dataclass(frozen=True, slots=True)
class Probes:
    """The function at its arguments moved both ways along each direction, by one step and by two.

    Values are all leaves of the result, joined: ``near`` and ``far`` have an ``up`` and a ``down``
    for each direction, less the value at the centre.
    """

    function: Callable[..., Any]
    arguments: list[Any]
    centre: Any
    near: list[tuple[Any, Any]]
    far: list[tuple[Any, Any]]

    @classmethod
    def of(
        cls, function: Callable[..., Any], arguments: Sequence[Any], directions: int = DIRECTIONS
    ) -> Probes:
        """Evaluate a function that returns arrays in any tree."""

        def joined(*values: Any) -> Any:
            leaves = reference.leaves(function(*values))
            return np.concatenate([np.ravel(leaf).astype(np.float64) for leaf in leaves])

        held = [np.asarray(argument) for argument in arguments]
        centre = joined(*held)
        near, far = (
            [
                (
                    joined(*_moved(held, [(j, step)])) - centre,
                    joined(*_moved(held, [(j, -step)])) - centre,
                )
                for j in range(directions)
            ]
            for step in (STEP, 2 * STEP)
        )
        return cls(joined, held, centre, near, far)

    def truncation(self, step: float, *, bent: bool) -> float:
        """How far central differences of this step are from derivatives, summed over the results.

        The error grows with the square of the step, so between two steps it differs by three times
        that of the smaller one; with the step itself where the derivative has kinks (``bent``).
        """
        gaps = [
            np.abs((u2 - d2) / (4 * STEP) - (u1 - d1) / (2 * STEP))
            for (u1, d1), (u2, d2) in zip(self.near, self.far, strict=True)
        ]
        return float(np.sum(np.max(gaps, axis=0))) * (step / STEP) ** (1 if bent else 2)

    def curvature(self) -> float:
        """How much the derivative changes as the arguments move by one, summed over the results."""
        bends = [np.abs(up + down) / STEP**2 for up, down in self.near]
        return float(np.sum(np.max(bends, axis=0)))

    def refuse_kinks(self) -> None:
        """Refuse arguments near which the function has a kink, where its slope is a convention.

        Two things cancel where it is smooth, up to the square of the step, and across a kink only
        up to the step itself: a move up and the same move down; and two moves, and both at once
        (where elements are tied, each may move both ways as if there were no kink). Of two steps,
        one twice the other, four times the first less the second leaves the kink alone.

        Raises:
            RejectedError: ``ill_conditioned``, if a kink is within a step or two.
        """
        noise = 512 * EPSILON["float64"] * max(1.0, float(np.max(np.abs(self.centre), initial=0.0)))
        floor = STEP * SMALLEST_KINK + noise
        near, far = self._left(self.near, STEP), self._left(self.far, 2 * STEP)
        for close, wide in zip(near, far, strict=True):
            if np.any(np.abs(4 * close - wide) > floor):
                raise RejectedError("ill_conditioned", "an input is too close to a kink")

    def _left(self, moves: list[tuple[Any, Any]], step: float) -> list[Any]:
        left = [up + down for up, down in moves]
        for j in range(len(moves)):
            other = (j + 1) % len(moves)
            both = self.function(*_moved(self.arguments, [(j, step), (other, step)])) - self.centre
            left.append(both - moves[j][0] - moves[other][0])
        return left


def _moved(arguments: list[Any], moves: list[tuple[int, float]]) -> list[Any]:
    """The arguments moved along directions, by these steps; integers stay as they are."""
    moved = list(arguments)
    for k, argument in enumerate(arguments):
        if argument.dtype.kind == "f":
            for j, step in moves:
                moved[k] = moved[k] + step * _direction(argument.shape, j, k)
    return moved


def _direction(shape: tuple[int, ...], j: int, k: int) -> Any:
    """Signs of either kind, a few of them only half as large: no two coordinates always cancel."""
    return signs(shape, 2 * (j + 7 * k)) * (0.75 + 0.25 * signs(shape, 2 * (j + 7 * k) + 1))


def spread_of(arguments: Sequence[Any], directions: int) -> list[Any]:
    """For each argument its moves along the directions, joined; None where it stays."""
    return [
        np.stack([_direction(argument.shape, j, k) for j in range(directions)])
        if argument.dtype.kind == "f"
        else None
        for k, argument in enumerate(arguments)
    ]


def bending(
    function: Callable[..., Any], arguments: list[Any], found: Survey, directions: int
) -> float:
    """How much the derivative changes as the arguments move by one, summed over the results."""
    moved = survey(function, _moved(arguments, [(0, STEP)]), spread_of(arguments, directions))
    if moved is None:
        return 0.0
    pairs = zip(moved.slopes, found.slopes, strict=True)
    bends = [np.abs(there - here) / STEP for there, here in pairs]
    return float(sum(np.sum(np.max(bend, axis=0, initial=0.0)) for bend in bends))


# A value is off by a unit at least, its square by two of them.
_WEAR = 3.0


def wearing(
    function: Callable[..., Any],
    arguments: list[Any],
    found: Survey,
    directions: int,
    unit: float,
    order: int = 1,
) -> float:
    """How far off derivatives are where slopes are what a rounded value leaves of 1."""
    if not found.wears:
        return 0.0
    spread = spread_of(arguments, directions)
    worn = survey(function, arguments, spread, wear=_WEAR * unit, twice=order > 1)
    if worn is None:
        return 0.0
    pairs = zip(worn.slopes, found.slopes, strict=True)
    return float(sum(np.sum(np.max(np.abs(a - b), axis=0, initial=0.0)) for a, b in pairs))
