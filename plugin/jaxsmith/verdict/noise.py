"""Error bounds for code of many operations, by running it with random rounding.

Code that was written by hand has no row for each of its steps, and no rule to carry a bound through
it. Instead it runs ``RUNS`` times more, and every operation that would round in the function's own
precision is off by a random amount of that size each time; what the results differ by is what
rounding can do to them. This is the random rounding of CESTAC (Vignes, "A stochastic arithmetic for
reliable scientific computation", 1993) and of Monte Carlo arithmetic (Parker, "Monte Carlo
Arithmetic", 1997). A sum of ``n`` terms is off by up to ``sqrt(n)`` units of the sum of their
absolute values (Higham and Mary, "A new approach to probabilistic rounding error analysis", 2019).

Discrete results must be the same in every run: an input for which they are not is too close to a
decision, and is not used.
"""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

import numpy as np

from jaxsmith.errors import RejectedError
from jaxsmith.verdict import reference
from jaxsmith.verdict.dual import ACTIVE, Dual, Tape, call_solver, call_special, new_array
from jaxsmith.verdict.rounded import rounded, stable
from jaxsmith.verdict.rounding import Noise, is_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jaxsmith.verdict.bounded import Bounded

RUNS = 4
# The largest of four deviations is below a quarter of a standard deviation once in 650 elements,
# and the simulated errors are three times those of correct rounding (a whole unit of either sign,
# where half a unit is the most); so a true error of six standard deviations is still inside.
MARGIN = 8.0

_CREATORS = frozenset({
    "array", "asarray", "zeros", "ones", "full", "empty", "arange", "linspace", "eye", "identity",
    "zeros_like", "ones_like", "full_like", "empty_like", "geomspace", "logspace",
    "hanning", "hamming", "blackman", "bartlett", "tri", "fromiter",
})  # fmt: skip


class NoisyModule:
    """NumPy, or a module of it, whose new arrays round at random while there is noise.

    While derivatives are taken, they carry derivatives.
    """

    def __init__(self, module: ModuleType) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Any:
        member = getattr(self._module, name)
        if isinstance(member, ModuleType):
            member = NoisyModule(member)
        elif callable(member) and self._module.__name__ == "scipy.linalg":
            member = _solver(member)
        elif callable(member) and self._module.__name__ == "scipy.special":
            member = _special(member)
        elif name in _CREATORS:
            member = _creator(member)
        setattr(self, name, member)  # the next access finds it
        return member


def _creator(member: Callable[..., Any]) -> Callable[..., Any]:
    def create(*args: Any, **kwargs: Any) -> Any:
        if ACTIVE:
            return new_array(member, *args, **kwargs)
        made = member(*args, **kwargs)
        return made if not _noises else rounded(made, _noises[-1])

    return create


def _special(member: Any) -> Callable[..., Any]:
    """A special function, off for plain numbers too: JAX has those of its own."""

    def call(*args: Any, **kwargs: Any) -> Any:
        if ACTIVE:
            return call_special(member, *args, **kwargs)
        result = member(*args, **kwargs)
        single = isinstance(member, np.ufunc) and type(result) is np.float64
        if not _noises or not single:
            return result
        noise = _noises[-1]
        return rounded(result * noise.factor(noise.size(member)), noise)

    return call


def _solver(member: Callable[..., Any]) -> Callable[..., Any]:
    def solve(*args: Any, **kwargs: Any) -> Any:
        if any(isinstance(arg, Dual) for arg in args):
            return call_solver(member, *args, **kwargs)
        if not _noises:
            return member(*args, **kwargs)
        return rounded(stable(_noises[-1], member, args, kwargs), _noises[-1])

    return solve


# The noise that is on, if any: the modules of a loaded reference look here.
_noises: list[Noise] = []


def load(source: str, name: str) -> Callable[..., Any]:
    """The function that a reference's text defines, ready for noise and for derivatives.

    Raises:
        RejectedError: ``reference_error`` as ``reference.load``.
    """
    function = reference.load(source, name)
    namespace = function.__globals__
    for key, member in list(namespace.items()):
        if isinstance(member, ModuleType):
            namespace[key] = NoisyModule(member)
    return function


def spread(
    call: Callable[..., list[Any]],
    operands: Sequence[Bounded],
    values: Sequence[Any],
    unit: float,
) -> list[Any]:
    """How far off rounding can bring each result of a call.

    Args:
        call: the function, of a module that ``load`` made ready.
        operands: its arguments with their bounds.
        values: its results without noise.
        unit: machine epsilon of the precision in which the function computes.

    Raises:
        RejectedError: ``ill_conditioned`` where a discrete result, a shape, or which elements are
            finite depends on rounding.
    """
    tape = Tape(RUNS, noise=Noise(0, unit), budget=MOST_OPERATIONS)
    worst = None if call in _long else _along_directions(call, operands, values, tape)
    if tape.budget is not None and tape.budget < 0:
        _long.add(call)
    if worst is None:
        worst = _by_runs(call, operands, values, unit, TIED_RUNS if tape.tied else RUNS)
    pairs = zip(worst, map(np.asarray, values), strict=True)
    return [MARGIN * _pooled(gap, value, unit) for gap, value in pairs]


# Of a decision that is a toss-up, four runs say the same once in eight times.
TIED_RUNS = 12
# Errors that are larger than so many units are run: where numbers are as small as their errors, as
# after an iteration has converged, what they do is not linear.
FIRST_ORDER = 64.0
# Arrays of more than this many operations are better run again; each costs as much as ten numbers.
MOST_OPERATIONS = 400
# Functions that were seen to do more: they are asked again for every input set.
_long: WeakSet[Callable[..., list[Any]]] = WeakSet()


def _along_directions(
    call: Callable[..., list[Any]], operands: Sequence[Bounded], values: Sequence[Any], tape: Tape
) -> list[Any] | None:
    """The same deviations to first order, all runs at once; None where that can't be said.

    What each operation adds is carried on by derivatives.
    """
    assert tape.noise is not None
    ACTIVE.append(tape)
    try:
        moved = call(*(_dual(operand, tape) for operand in operands))
    except Exception:
        return None  # as in ``slopes.survey``
    finally:
        ACTIVE.pop()
    if tape.close:
        return None
    worst = []
    for value, other in zip(map(np.asarray, values), moved, strict=True):
        if not isinstance(other, Dual):
            worst.append(_gap(value, np.asarray(other)))
            continue
        gap = np.max(np.abs(other.tangent), axis=0)
        if np.shape(gap) != value.shape or not np.all(np.isfinite(gap)):
            return None
        largest = float(np.max(np.abs(value[np.isfinite(value)]), initial=0.0))
        if np.max(gap, initial=0.0) > FIRST_ORDER * tape.noise.unit * largest:
            return None
        worst.append(gap)
    return worst


def _dual(operand: Bounded, tape: Tape) -> Any:
    assert tape.noise is not None
    value = np.asarray(operand.value)
    if value.dtype.kind not in "fc":
        return operand.value
    dual = Dual.constant(np.array(value), tape)
    if operand.error is not None:
        dual.tangent = tape.noise.moves(np.broadcast_to(value, dual.tangent.shape)) * operand.error
    return dual


def _by_runs(
    call: Callable[..., list[Any]],
    operands: Sequence[Bounded],
    values: Sequence[Any],
    unit: float,
    runs: int,
) -> list[Any]:
    worst = [np.zeros(np.shape(value)) for value in values]
    for seed in range(runs):
        noise = Noise(seed, unit)
        _noises.append(noise)
        try:
            moved = call(*(_argument(operand, noise) for operand in operands))
        finally:
            _noises.pop()
        for k, (value, other) in enumerate(zip(values, moved, strict=True)):
            worst[k] = np.maximum(worst[k], _gap(np.asarray(value), np.asarray(other)))
    return worst


def _pooled(gap: Any, value: Any, unit: float) -> Any:
    """Deviations, none much smaller than is usual in its array for a value of its size.

    A few runs may all, by luck, hardly move one element; and in float64, where the simulation
    rounds as coarsely as what it simulates, not at all. Whole numbers that never moved are counts.
    """
    if value.dtype.kind not in "fc" or (not np.any(gap) and is_whole(value)):
        return gap
    size = np.where(np.isfinite(value), np.abs(value), 0.0)
    usual = np.median(gap / np.where(size > 0, size, np.inf)) if value.size else 0.0
    pooled = np.maximum(gap, max(0.5 * float(usual), 0.25 * unit) * size)
    # What cancels exactly here need not where terms are added in another order.
    cancelled = (value == 0) & np.any(gap)
    return np.where(cancelled, np.maximum(pooled, unit * np.max(size, initial=0.0)), pooled)


def _argument(operand: Bounded, noise: Noise) -> Any:
    """An operand somewhere within its bound."""
    if operand.error is None:
        return rounded(operand.value, noise)
    off = operand.error * noise.moves(operand.value)
    return rounded(np.asarray(operand.value + off), noise)


def _gap(value: Any, other: Any) -> Any:
    if np.shape(value) != np.shape(other):
        raise RejectedError("ill_conditioned", "the shape of a result depends on rounding")
    floating = value.dtype.kind in "fc"
    same = (value == other) | ((value != value) & (other != other))
    if not floating:
        if not np.all(same):
            raise RejectedError("ill_conditioned", "a decision is too close to call")
        return np.zeros(np.shape(value))
    with np.errstate(all="ignore"):
        gap = np.where(same, 0.0, np.abs(other - value))
    if not np.all(np.isfinite(gap)):
        raise RejectedError("ill_conditioned", "which elements are finite depends on rounding")
    return gap
