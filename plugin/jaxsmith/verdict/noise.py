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

import numpy as np

from jaxsmith.errors import RejectedError
from jaxsmith.verdict import reference
from jaxsmith.vocabulary.dtypes import EPSILON

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jaxsmith.verdict.bounded import Bounded

RUNS = 4
# The largest of four deviations is below a quarter of a standard deviation once in 650 elements,
# and the simulated errors are three times those of correct rounding (a whole unit of either sign,
# where half a unit is the most); so a true error of six standard deviations is still inside.
MARGIN = 8.0

# Elementary functions of vectorized libraries keep to a few units in the last place. Those for
# which XLA's CPU backend doesn't, and special functions, have the sizes of their rows in
# ``corpus/ops``, which were measured.
ELEMENTARY = 4.0
SPECIAL = 32.0
_SIZES: dict[Any, float] = {
    np.exp2: 13.0, np.power: 16.0, np.float_power: 16.0, np.tanh: 7.0, np.sinh: 6.0, np.expm1: 6.0,
    np.tan: 8.0, np.arctanh: 8.0, np.cbrt: 5.0,
}  # fmt: skip
_SPECIAL_SIZES = {
    "gammaln": 60.0, "gamma": 80.0, "gammainc": 140.0, "gammaincc": 140.0, "betaln": 40.0,
    "betainc": 150.0, "zeta": 60.0, "expit": 4.0, "log_expit": 6.0, "xlogy": 4.0, "xlog1py": 4.0,
}  # fmt: skip
# JAX 0.10 is off by 120 near 0.41 in float64; JAX 0.12 by 2.
_LOG1P_IN_FLOAT64 = 250.0

_EXACT = frozenset({
    np.negative, np.positive, np.absolute, np.fabs, np.maximum, np.minimum, np.fmax, np.fmin,
    np.sign, np.floor, np.ceil, np.trunc, np.rint, np.copysign, np.conjugate, np.heaviside,
    np.fmod, np.ldexp, np.nextafter,
})  # fmt: skip
_ARITHMETIC = frozenset({
    np.add, np.subtract, np.multiply, np.divide, np.square, np.sqrt, np.reciprocal, np.remainder,
    np.floor_divide,
})  # fmt: skip
_KEEPS_INTEGERS = frozenset({np.add, np.subtract, np.multiply, np.square})
_SUMS = frozenset({
    np.dot, np.vdot, np.inner, np.outer, np.einsum, np.tensordot, np.convolve, np.correlate,
    np.kron, np.trapezoid,
})  # fmt: skip
_CREATORS = frozenset({
    "array", "asarray", "zeros", "ones", "full", "empty", "arange", "linspace", "eye", "identity",
    "zeros_like", "ones_like", "full_like", "empty_like", "geomspace", "logspace",
    "hanning", "hamming", "blackman", "bartlett", "tri", "fromiter",
})  # fmt: skip


_POOL = np.random.RandomState(0).uniform(-1.0, 1.0, 1 << 16)


class Noise:
    """Random errors of a size of so many units of roundoff.

    Args:
        seed: another gives other errors.
        unit: the machine epsilon of the precision that is simulated.
    """

    def __init__(self, seed: int, unit: float) -> None:
        self.unit = unit
        self._next = 9973 * seed

    def directions(self, shape: tuple[int, ...]) -> Any:
        """Numbers between -1 and 1."""
        count = 1
        for size in shape:
            count *= size
        if count > _POOL.size:
            return np.resize(_POOL, shape)
        start = self._next
        if start + count > _POOL.size:
            start %= _POOL.size - count + 1
        self._next = start + count
        return _POOL[start : start + count].reshape(shape)

    def relative(self, value: Any, size: float) -> Any:
        """The value, each element off by up to ``size`` units of itself."""
        return value * (1.0 + self.directions(value.shape) * (size * self.unit))

    def absolute(self, value: Any, scale: Any) -> Any:
        """The value, each element off by up to a unit of ``scale``; what is infinite stays so."""
        reach = np.where(np.isfinite(scale), scale, 0.0)
        return value + reach * (self.directions(np.shape(value)) * self.unit)


class Rounded(np.ndarray[Any, Any]):
    """An array each of whose results is rounded at random."""

    noise: Noise

    def __array_finalize__(self, parent: object) -> None:
        if isinstance(parent, Rounded) and hasattr(parent, "noise"):
            self.noise = parent.noise

    def __getitem__(self, index: Any) -> Any:
        # An element is an array too: a scalar of NumPy would go on without noise.
        picked = super().__getitem__(index)
        return picked if isinstance(picked, np.ndarray) else rounded(picked, self.noise)

    def __iter__(self) -> Any:
        return (self[i] for i in range(len(self)))

    def __array_ufunc__(
        self, ufunc: Any, method: str, *inputs: Any, out: Any = None, **kwargs: Any
    ) -> Any:
        plain = [value.view(np.ndarray) if type(value) is Rounded else value for value in inputs]
        if out is None and not kwargs and method == "__call__" and ufunc is not np.matmul:
            return _elementwise(self.noise, ufunc, plain, ufunc(*plain))
        if method == "at":
            ufunc.at(*plain, **kwargs)
            return None
        result = getattr(ufunc, method)(*plain, **_plain(kwargs))
        noisy = _perturbed(self.noise, ufunc, method, plain, kwargs, result)
        if out is None:
            return rounded(noisy, self.noise)
        _plain(out[0])[...] = noisy
        return out[0]

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if func in _SUMS:
            return rounded(_summed(self.noise, func, args, kwargs), self.noise)
        if func.__module__ in ("numpy.linalg", "numpy.fft"):
            return rounded(_stable(self.noise, func, args, kwargs), self.noise)
        if func is np.interp:
            return rounded(
                self.noise.relative(np.asarray(func(*_plain(args), **_plain(kwargs))), 4.0),
                self.noise,
            )
        return rounded(super().__array_function__(func, types, args, kwargs), self.noise)


def _elementwise(noise: Noise, ufunc: Any, inputs: list[Any], result: Any) -> Any:
    """The result of the most common call, elementwise and of no options, rounded."""
    if type(result) is tuple or result.dtype.kind not in "fc":
        return rounded(_perturbed(noise, ufunc, "__call__", inputs, {}, result), noise)
    if ufunc not in _EXACT and not (ufunc in _KEEPS_INTEGERS and all(map(_integral, inputs))):
        result = noise.relative(result, _size(ufunc, noise.unit))
    made = np.asarray(result).view(Rounded)
    made.noise = noise
    return made


def rounded(value: Any, noise: Noise) -> Any:
    """The value with floating-point arrays, in tuples and lists too, as ``Rounded``."""
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(rounded(item, noise) for item in value))
    if isinstance(value, (tuple, list)):
        return type(value)(rounded(item, noise) for item in value)
    if not isinstance(value, (np.ndarray, np.generic)) or value.dtype.kind not in "fc":
        return _plain(value)
    array = np.asarray(value).view(Rounded)
    array.noise = noise
    return array


def _plain(value: Any) -> Any:
    if isinstance(value, Rounded):
        return value.view(np.ndarray)
    if isinstance(value, (tuple, list)) and not hasattr(value, "_fields"):
        return type(value)(_plain(item) for item in value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def _perturbed(
    noise: Noise, ufunc: Any, method: str, inputs: list[Any], kwargs: Any, result: Any
) -> Any:
    if isinstance(result, tuple):
        return tuple(_perturbed(noise, ufunc, method, inputs, kwargs, part) for part in result)
    result = np.asarray(result)
    if ufunc in _EXACT or result.dtype.kind not in "fc":
        return result
    if ufunc in _KEEPS_INTEGERS and all(map(_integral, inputs)):
        return result
    if method in ("reduce", "accumulate", "reduceat") or ufunc is np.matmul:
        call = getattr(ufunc, method)
        return _off_by_terms(noise, call, inputs, _plain(kwargs), result)
    return noise.relative(result, _size(ufunc, noise.unit))


def _size(ufunc: Any, unit: float) -> float:
    """How many units a result of this ufunc may be off."""
    if ufunc in _ARITHMETIC:
        return 1.0
    if ufunc is np.log1p and unit == EPSILON["float64"]:
        return _LOG1P_IN_FLOAT64
    if getattr(np, ufunc.__name__, None) is ufunc:
        return _SIZES.get(ufunc, ELEMENTARY)
    return _SPECIAL_SIZES.get(ufunc.__name__, SPECIAL)


def _integral(value: Any) -> bool:
    if type(value) is int:
        return True
    if isinstance(value, float):  # a scalar of NumPy too
        return value.is_integer()
    array = np.asarray(value)
    if array.dtype.kind != "f":
        return array.dtype.kind != "c"
    # One element tells nearly always.
    if not array.size or not float(array.flat[0]).is_integer():
        return not array.size
    return array.size == 1 or _all_whole(array)


def _summed(noise: Noise, func: Any, args: Any, kwargs: Any) -> Any:
    plain, named = _plain(args), _plain(kwargs)
    return _off_by_terms(noise, func, list(plain), named, func(*plain, **named))


def _off_by_terms(
    noise: Noise, call: Callable[..., Any], inputs: list[Any], kwargs: Any, result: Any
) -> Any:
    """A sum of products, off by the square root of the number of its terms."""
    sizes = call(*[_each(np.abs, value) for value in inputs], **kwargs)
    counts = call(*[_each(np.ones_like, value) for value in inputs], **kwargs)
    return noise.absolute(result, np.sqrt(np.maximum(np.abs(counts), 1.0)) * np.abs(sizes))


def _each(function: Callable[[Any], Any], value: Any) -> Any:
    """The function of every floating-point array among the arguments of a call."""
    if isinstance(value, (tuple, list)):
        items = [_each(function, item) for item in value]
        return type(value)(*items) if hasattr(value, "_fields") else type(value)(items)
    floating = isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind in "fc"
    return function(value) if floating else value


def _stable(noise: Noise, func: Any, args: Any, kwargs: Any) -> Any:
    """Backward stable: exact for operands that are off by the size of their largest element."""

    def moved(array: Any) -> Any:
        reach = np.max(np.abs(array), initial=0.0) * np.sqrt(max(np.shape(array) or (1,)))
        return noise.absolute(array, reach)

    result = func(*[_each(moved, value) for value in _plain(args)], **_plain(kwargs))
    return _each(lambda array: noise.relative(array, ELEMENTARY), result)


class NoisyModule:
    """NumPy, or a module of it, whose new arrays round at random while there is noise."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Any:
        member = getattr(self._module, name)
        if isinstance(member, ModuleType):
            member = NoisyModule(member)
        elif callable(member) and self._module.__name__ == "scipy.linalg":
            member = _solver(member)
        elif name in _CREATORS:
            member = _creator(member)
        setattr(self, name, member)  # the next access finds it
        return member


def _creator(member: Callable[..., Any]) -> Callable[..., Any]:
    def create(*args: Any, **kwargs: Any) -> Any:
        made = member(*args, **kwargs)
        return made if not _noises else rounded(made, _noises[-1])

    return create


def _solver(member: Callable[..., Any]) -> Callable[..., Any]:
    def solve(*args: Any, **kwargs: Any) -> Any:
        if not _noises:
            return member(*args, **kwargs)
        return rounded(_stable(_noises[-1], member, args, kwargs), _noises[-1])

    return solve


# The noise that is on, if any: the modules of a loaded reference look here.
_noises: list[Noise] = []


def load(source: str, name: str) -> Callable[..., Any]:
    """The function that a reference's text defines, ready for noise.

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
    call: Callable[..., list[Any]], operands: Sequence[Bounded], values: Sequence[Any], unit: float
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
    worst = [np.zeros(np.shape(value)) for value in values]
    for seed in range(RUNS):
        noise = Noise(seed, unit)
        _noises.append(noise)
        try:
            moved = call(*(_argument(operand, noise) for operand in operands))
        finally:
            _noises.pop()
        for k, (value, other) in enumerate(zip(values, moved, strict=True)):
            worst[k] = np.maximum(worst[k], _gap(np.asarray(value), np.asarray(other)))
    pairs = zip(worst, map(np.asarray, values), strict=True)
    return [MARGIN * _pooled(gap, value, unit) for gap, value in pairs]


def _pooled(gap: Any, value: Any, unit: float) -> Any:
    """Deviations, none much smaller than is usual in its array for a value of its size.

    A few runs may all, by luck, hardly move one element; and in float64, where the simulation
    rounds as coarsely as what it simulates, not at all. Whole numbers that never moved are counts.
    """
    if value.dtype.kind not in "fc" or (not np.any(gap) and _all_whole(value)):
        return gap
    size = np.where(np.isfinite(value), np.abs(value), 0.0)
    usual = np.median(gap / np.where(size > 0, size, np.inf)) if value.size else 0.0
    return np.maximum(gap, max(0.5 * float(usual), 0.25 * unit) * size)


def _all_whole(value: Any) -> bool:
    return value.dtype.kind == "f" and bool((value == np.rint(value)).all())


def _argument(operand: Bounded, noise: Noise) -> Any:
    """An operand somewhere within its bound."""
    if operand.error is None:
        return rounded(operand.value, noise)
    off = operand.error * noise.directions(np.shape(operand.value))
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
