"""The accuracy rules of ``jaxsmith.vocabulary.accuracy``: how a bound passes an operation.

Each takes a call of the NumPy spelling, the operands with their bounds, and the outputs' types, and
returns a bound for each output. The values are float64, so that the reference's own rounding is far
below a float32 bound; for float64 outputs the comparison doubles the bound to cover it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from jaxsmith.errors import RejectedError
from jaxsmith.verdict import noise
from jaxsmith.verdict.compare import widen
from jaxsmith.vocabulary.dtypes import EPSILON, kind

if TYPE_CHECKING:
    from jaxsmith.verdict.bounded import Array, Bounded
    from jaxsmith.vocabulary.accuracy import Rule
    from jaxsmith.vocabulary.aval import Aval

Errors = list[NDArray[np.float64]]
Call = Callable[..., "list[Array]"]

# A perturbation in a random direction finds the worst one up to a factor of about sqrt(n); three
# directions and this margin cover the sizes of matrix that the corpus has.
STABLE_MARGIN = 8.0
STABLE_DIRECTIONS = 3
DECIDE_DIRECTIONS = 4

# The rounding error of a complex product is below sqrt(5) of a real one's: Brent, Percival and
# Zimmermann, "Error bounds on complex floating-point multiplication" (2007), theorem 1.
COMPLEX_PRODUCT = 5**0.5

QUARTER_TURN = math.pi / 2


@dataclass(frozen=True, slots=True)
class Step:
    """One operation about to be bounded.

    Attributes:
        call: the NumPy spelling as a function of the operands' values.
        operands: values with bounds; a literal is a plain Python number without one.
        values: what the call gives for the operands as they are.
        avals: declared types of the outputs.
        size: the row's accuracy size.
        terms: how many terms are summed for one element of the output.
        coarsest: roundoff of the coarsest float among operands and outputs.
        roundoff: how many units one rounding counts as.
    """

    call: Call
    operands: Sequence[Bounded]
    values: Sequence[Array]
    avals: Sequence[Aval]
    size: float
    terms: int
    coarsest: float = 0.0
    roundoff: float = 1.0

    @property
    def arguments(self) -> list[Any]:
        """The operands' values."""
        return [operand.value for operand in self.operands]

    def unit(self, output: int) -> float:
        """The relative error of one operation in an output's dtype; 0 where nothing rounds."""
        dtype = self.avals[output].dtype
        of_parts = self.roundoff * EPSILON.get(dtype, 0.0)
        return of_parts * (COMPLEX_PRODUCT if kind(dtype) == "c" else 1.0)

    @property
    def inexact(self) -> list[int]:
        """Positions of operands that may be off."""
        return [i for i, operand in enumerate(self.operands) if operand.error is not None]

    @property
    def floats(self) -> list[int]:
        """Positions of operands that are arrays of floats or of complex numbers."""
        kinds = (np.asarray(operand.value).dtype.kind for operand in self.operands)
        return [i for i, kind in enumerate(kinds) if kind in "fc"]

    @property
    def turns(self) -> tuple[complex, ...]:
        """The ends of an operand's error: two, or the corners of a square around a disc."""
        kinds = (np.asarray(operand.value).dtype.kind for operand in self.operands)
        root = 2**0.5
        return (-root, root, -root * 1j, root * 1j) if "c" in kinds else (-1.0, 1.0)


def move(step: Step) -> Errors:
    """Bounds go where their elements go."""
    arguments = step.arguments
    for i in step.floats:
        arguments[i] = step.operands[i].slack
    return [np.abs(widen(moved)) for moved in step.call(*arguments)]


def ulps(step: Step) -> Errors:
    """Elementwise: what moving the operands by their bounds does, plus the rounding."""
    spread = [np.zeros(np.shape(value)) for value in step.values]
    for moved in _corners(step):
        for k, value in enumerate(moved):
            spread[k] = np.maximum(spread[k], _distance(value, step.values[k]))
    return [
        spread[k] + step.size * step.unit(k) * np.abs(widen(value))
        for k, value in enumerate(step.values)
    ]


def sums(step: Step) -> Errors:
    """A sum or difference: the bounds add up."""
    first, second = step.operands
    return [_rounded(step, first.slack + second.slack)]


def products(step: Step) -> Errors:
    """A product: each bound is scaled by the other operand, and both may be off at once."""
    first, second = step.operands
    a, b = first.slack, second.slack
    return [_rounded(step, np.abs(first.value) * b + np.abs(second.value) * a + a * b)]


def _rounded(step: Step, spread: Any) -> NDArray[np.float64]:
    total: NDArray[np.float64] = spread + step.size * step.unit(0) * np.abs(widen(step.values[0]))
    return total


def waves(step: Step) -> Errors:
    """What comes round again: as ``ulps``, where an angle is known to a quarter of a turn.

    Between the ends of a longer arc the value may be anything, whatever it is at the ends.

    Raises:
        RejectedError: if an angle is not known as well.
    """
    if np.max(step.operands[-1].slack, initial=0.0) > QUARTER_TURN:
        raise RejectedError("ill_conditioned", "an angle may be off by more than a quarter turn")
    return ulps(step)


def jumps(step: Step) -> Errors:
    """Linear but for jumps: as ``ulps``, if half a move of the operands makes half the change.

    Raises:
        RejectedError: if it doesn't; these inputs are too close to a jump.
    """
    for whole, half in zip(_corners(step), _corners(step, 0.5), strict=True):
        for value, far, near in zip(step.values, whole, half, strict=True):
            size = np.abs(np.asarray(value, dtype=np.float64))
            left = np.abs((far - value) - 2.0 * (near - value))
            # An error in both factors of a product bends the line a little.
            slack = 0.1 * np.abs(far - value) + 64 * EPSILON["float64"] * size
            if np.any(left > slack):
                raise RejectedError("ill_conditioned", "an input is too close to a jump")
    return ulps(step)


def _corners(step: Step, share: float = 1.0) -> list[list[Array]]:
    """The results with every inexact operand at either end of its range, or a share of the way."""
    positions = step.inexact
    if not positions:
        return []
    reach = {i: share * step.operands[i].slack for i in positions}
    turning = {i for i in positions if np.asarray(step.operands[i].value).dtype.kind == "c"}
    results = []
    for turns in product(step.turns, repeat=len(positions)):
        arguments = step.arguments
        for i, turn in zip(positions, turns, strict=True):
            # Nothing turns a float: it goes up, down or nowhere.
            move = turn if i in turning else float((turn.real > 0) - (turn.real < 0))
            arguments[i] = arguments[i] + move * reach[i]
        results.append(step.call(*arguments))
    return results


def _distance(moved: Array, value: Array) -> NDArray[np.float64]:
    gap = np.abs(widen(moved) - widen(value))
    return np.where(np.asarray(moved) == np.asarray(value), 0.0, gap)  # also equal infinities


def terms(step: Step) -> Errors:
    """Sums of products: the bound of the operands, and ``terms`` roundings of absolute values."""
    magnitudes, upper = step.arguments, step.arguments  # two lists: each access makes one
    for i in step.floats:
        magnitudes[i] = np.abs(magnitudes[i])
        upper[i] = magnitudes[i] + step.operands[i].slack
    plain = step.call(*magnitudes)
    raised = step.call(*upper) if step.inexact else plain
    return [
        np.abs(high - low) + step.size * (step.terms + 1) * step.unit(k) * np.abs(low)
        for k, (low, high) in enumerate(zip(plain, raised, strict=True))
    ]


def order(step: Step) -> Errors:
    """Elements are picked by comparing: off by no more than the worst of them."""
    worst = max((float(np.max(op.slack, initial=0.0)) for op in step.operands), default=0.0)
    return [
        worst + step.size * step.unit(k) * np.abs(widen(value))
        for k, value in enumerate(step.values)
    ]


def stable(step: Step) -> Errors:
    """Backward stable: what small changes of the operands do, in some random directions."""
    worst = [0.0] * len(step.values)
    for direction in range(STABLE_DIRECTIONS):
        arguments = step.arguments
        for i in step.floats:
            reach = step.size * step.unit(0) * np.max(np.abs(arguments[i]), initial=0.0)
            move = _heading(step, direction, i)
            arguments[i] = arguments[i] + move * (step.operands[i].slack + reach)
        for k, moved in enumerate(step.call(*arguments)):
            gap = float(np.max(_distance(moved, step.values[k]), initial=0.0))
            worst[k] = max(worst[k], gap)
    # A sum of K terms on the way is off by K / 2 units: Higham (2002), section 3.1.
    size = step.size + 0.5 * step.terms
    return [
        np.full(
            np.shape(value),
            STABLE_MARGIN * worst[k]
            + size * step.unit(k) * float(np.max(np.abs(value), initial=0.0)),
        )
        for k, value in enumerate(step.values)
    ]


def _heading(step: Step, direction: int, operand: int) -> NDArray[Any]:
    """Where each element of an operand goes: up or down, of a complex number along a diagonal."""
    value = np.asarray(step.operands[operand].value)
    real = signs(value.shape, direction + operand)
    if value.dtype.kind != "c":
        return real
    return (real + 1j * signs(value.shape, direction + operand + 101)) / 2**0.5


_SIGNS = np.where(np.random.RandomState(0).uniform(size=8191) < 0.5, -1.0, 1.0)


# Those of large arrays are made as fast as anything is done with them, and would fill the memory.
_KEPT = 2048


def signs(shape: tuple[int, ...], direction: int) -> NDArray[np.float64]:
    """A random sign for each element, others for another direction; the same at each call."""
    return (_kept_signs if math.prod(shape) <= _KEPT else _signs)(shape, direction)


def _signs(shape: tuple[int, ...], direction: int) -> NDArray[np.float64]:
    # A copy: what is kept would else hold on to the 64 kB that it was cut from.
    made = np.resize(np.roll(_SIGNS, -997 * direction), math.prod(shape)).reshape(shape).copy()
    made.flags.writeable = False
    return made


_kept_signs = lru_cache(maxsize=1024)(_signs)


def decide(step: Step) -> Errors:
    """Jumps: equal, provided that no error within the bounds changes the result.

    Raises:
        RejectedError: if one does; these inputs are too close to call.
    """
    for moved in [*_corners(step), *_random_moves(step)]:
        for value, other in zip(step.values, moved, strict=True):
            if not np.array_equal(value, other, equal_nan=np.asarray(value).dtype.kind in "fc"):
                raise RejectedError("ill_conditioned", "a decision is too close to call")
    return [np.zeros(np.shape(value)) for value in step.values]


def _random_moves(step: Step) -> list[list[Array]]:
    results = []
    for direction in range(DECIDE_DIRECTIONS if step.inexact else 0):
        arguments = step.arguments
        for i in step.inexact:
            move = _heading(step, direction, i)
            arguments[i] = arguments[i] + move * step.operands[i].slack
        results.append(step.call(*arguments))
    return results


def equal(step: Step) -> Errors:
    """The same bits whatever the rounding: only ever applied to exact operands."""
    if step.inexact:
        return decide(step)
    return [np.zeros(np.shape(value)) for value in step.values]


def noisy(step: Step) -> Errors:
    """Code of many operations: what random rounding of each does to the result.

    Raises:
        RejectedError: if a result is not a number: what comes before it is out of the code's reach.
    """
    floats = [value for value in map(np.asarray, step.values) if value.dtype.kind in "fc"]
    if any(np.isnan(value).any() for value in floats):
        raise RejectedError("ill_conditioned", "a result of the code is not a number")
    spread = noise.spread(step.call, step.operands, step.values, step.coarsest)
    # What the code calls may be implemented less closely than an operation rounds.
    return [
        gap + step.size * step.unit(k) * float(np.max(np.abs(value), initial=0.0))
        if step.size and step.unit(k)
        else gap
        for k, (gap, value) in enumerate(zip(spread, step.values, strict=True))
    ]


RULES: dict[Rule, Callable[[Step], Errors]] = {
    "equal": equal,
    "move": move,
    "ulps": ulps,
    "sums": sums,
    "products": products,
    "jumps": jumps,
    "waves": waves,
    "terms": terms,
    "order": order,
    "stable": stable,
    "decide": decide,
    "noise": noisy,
}
