"""Arrays and numbers each of whose results is rounded at random.

References written from definitions work on one element at a time: a number of its own, made of a
Python float, costs a tenth of an array without dimensions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np

from jaxsmith.verdict.rounding import ELEMENTARY, KEEPS_INTEGERS, is_integral, off, size_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from jaxsmith.verdict.rounding import Noise

_SUMS = frozenset({
    np.dot, np.vdot, np.inner, np.outer, np.einsum, np.tensordot, np.convolve, np.correlate,
    np.kron, np.trapezoid,
})  # fmt: skip


class Rounded(np.ndarray[Any, Any]):
    """An array each of whose results is rounded at random."""

    noise: Noise

    def __array_finalize__(self, parent: object) -> None:
        noise = getattr(parent, "noise", None)
        if noise is not None:
            self.noise = noise

    def __getitem__(self, index: Any) -> Any:
        # A scalar of NumPy would go on without noise.
        picked = np.ndarray.__getitem__(self, index)
        if type(picked) is np.float64:
            return RoundedNumber(picked, self.noise)
        return picked if isinstance(picked, np.ndarray) else rounded(picked, self.noise)

    def __iter__(self) -> Any:
        return (self[i] for i in range(len(self)))

    def __array_ufunc__(
        self, ufunc: Any, method: str, *inputs: Any, out: Any = None, **kwargs: Any
    ) -> Any:
        return _ufunc(self.noise, ufunc, method, inputs, out, kwargs)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if RoundedNumber in types:
            args, kwargs = _as_arrays(args), _as_arrays(kwargs)
            types = [each for each in types if each is not RoundedNumber]
        if func in _SUMS:
            return rounded(_summed(self.noise, func, args, kwargs), self.noise)
        if func.__module__ in ("numpy.linalg", "numpy.fft"):
            return rounded(stable(self.noise, func, args, kwargs), self.noise)
        if func is np.interp:
            made = np.asarray(func(*plain(args), **plain(kwargs)))
            return rounded(self.noise.relative(made, 4.0), self.noise)
        return rounded(super().__array_function__(func, types, args, kwargs), self.noise)


class RoundedNumber(float):
    """A float64 number each of whose results is rounded at random.

    What it lacks of an array, it does as one.
    """

    __slots__ = ("noise",)
    noise: Noise

    def __new__(cls, value: float, noise: Noise) -> Self:
        """A number with the noise of what it came from."""
        made = super().__new__(cls, value)
        made.noise = noise
        return made

    def __getattr__(self, name: str) -> Any:
        return getattr(self.array, name)

    @property
    def array(self) -> Rounded:
        """The number as an array without dimensions."""
        made: Rounded = np.asarray(float(self)).view(Rounded)
        made.noise = self.noise
        return made

    def __getitem__(self, index: Any) -> Any:
        return self.array[index]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return np.asarray(float(self), dtype=dtype)

    def __array_ufunc__(
        self, ufunc: Any, method: str, *inputs: Any, out: Any = None, **kwargs: Any
    ) -> Any:
        if method == "__call__" and out is None and not kwargs and len(inputs) == 1:
            result = ufunc(float(self))
            if type(result) is np.float64:
                size = self.noise.size(ufunc)
                exact = not size or (ufunc in KEEPS_INTEGERS and self.is_integer())
                value = result if exact else result * self.noise.factor(size)
                return RoundedNumber(value, self.noise)
        return _ufunc(self.noise, ufunc, method, inputs, out, kwargs)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return func(*_as_arrays(args), **_as_arrays(kwargs))

    def __neg__(self) -> RoundedNumber:
        return RoundedNumber(-float(self), self.noise)

    def __pos__(self) -> RoundedNumber:
        return self

    def __abs__(self) -> RoundedNumber:
        return RoundedNumber(abs(float(self)), self.noise)

    def __divmod__(self, other: Any) -> Any:
        return self // other, self % other

    def __rdivmod__(self, other: Any) -> Any:
        return other // self, other % self

    __hash__ = float.__hash__


_NUMBERS = frozenset({
    RoundedNumber, float, int, bool, np.float64, np.int64, np.int32, np.bool_, np.uint8, np.uint32,
})  # fmt: skip


def _operation(ufunc: Any, name: str, size: float) -> Any:
    """A method of ``RoundedNumber`` for an operator that is off by ``size`` units."""
    compute = getattr(float, name)
    swapped = name.startswith("__r") and name != "__radd__"
    keeps = ufunc in KEEPS_INTEGERS
    make = float.__new__

    def method(self: RoundedNumber, other: Any) -> Any:
        if type(other) not in _NUMBERS:
            return NotImplemented
        other = float(other)
        try:
            value = compute(self, other)
        except (ZeroDivisionError, OverflowError):
            value = None
        if type(value) is not float:  # NumPy's power of a negative number is NaN
            value = ufunc(other, float(self)) if swapped else ufunc(float(self), other)
        noise = self.noise
        # Of three whole numbers the result tells soonest.
        if not (keeps and value.is_integer() and self.is_integer() and other.is_integer()):
            value *= noise.factor(size)
        made = make(RoundedNumber, value)
        made.noise = noise
        return made

    return method


def _comparison(ufunc: Any, name: str) -> Any:
    """A method of ``RoundedNumber`` that compares: NumPy's booleans invert, Python's don't."""
    compare = getattr(float, name)

    def method(self: RoundedNumber, other: Any) -> Any:
        if type(other) in _NUMBERS:
            return np.bool_(compare(self, float(other)))
        return NotImplemented if other is None else ufunc(float(self), plain(other))

    return method


_OPERATORS: dict[str, tuple[Any, float]] = {
    "add": (np.add, 1.0), "sub": (np.subtract, 1.0), "mul": (np.multiply, 1.0),
    "truediv": (np.divide, 1.0), "floordiv": (np.floor_divide, 1.0), "mod": (np.remainder, 1.0),
    "pow": (np.power, 16.0),
}  # fmt: skip
_COMPARISONS: dict[str, Any] = {
    "lt": np.less, "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal, "eq": np.equal,
    "ne": np.not_equal,
}  # fmt: skip
for _name, (_ufunc_of, _units) in _OPERATORS.items():
    for _method in (f"__{_name}__", f"__r{_name}__"):
        setattr(RoundedNumber, _method, _operation(_ufunc_of, _method, _units))
for _name, _ufunc_of in _COMPARISONS.items():
    setattr(RoundedNumber, f"__{_name}__", _comparison(_ufunc_of, f"__{_name}__"))


def rounded(value: Any, noise: Noise) -> Any:
    """The value with floating-point arrays, in tuples and lists too, as ``Rounded``."""
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(rounded(item, noise) for item in value))
    if isinstance(value, (tuple, list)):
        return type(value)(rounded(item, noise) for item in value)
    if type(value) is RoundedNumber:
        return value
    if type(value) is np.float64:
        return RoundedNumber(value, noise)
    if not isinstance(value, (np.ndarray, np.generic)) or value.dtype.kind not in "fc":
        return plain(value)
    array = np.asarray(value).view(Rounded)
    array.noise = noise
    return array


def plain(value: Any) -> Any:
    """The value with arrays and numbers of NumPy alone."""
    if type(value) is Rounded:
        return value.view(np.ndarray)
    if type(value) is RoundedNumber:
        return np.float64(value)
    if isinstance(value, (tuple, list)) and not hasattr(value, "_fields"):
        return type(value)(plain(item) for item in value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value


def stable(noise: Noise, func: Any, args: Any, kwargs: Any) -> Any:
    """Backward stable: exact for operands that are off by the size of their largest element."""

    def moved(array: Any) -> Any:
        reach = np.max(np.abs(array), initial=0.0) * np.sqrt(max(np.shape(array) or (1,)))
        return noise.absolute(array, reach)

    result = func(*[_each(moved, value) for value in plain(args)], **plain(kwargs))
    return _each(lambda array: noise.relative(array, ELEMENTARY), result)


def _as_arrays(value: Any) -> Any:
    if type(value) is RoundedNumber:
        return value.array
    if isinstance(value, (tuple, list)) and not hasattr(value, "_fields"):
        return type(value)(_as_arrays(item) for item in value)
    if isinstance(value, dict):
        return {key: _as_arrays(item) for key, item in value.items()}
    return value


def _ufunc(noise: Noise, ufunc: Any, method: str, inputs: Any, out: Any, kwargs: Any) -> Any:
    raw = [plain(value) for value in inputs]
    if out is None and not kwargs and method == "__call__" and ufunc is not np.matmul:
        return _elementwise(noise, ufunc, raw, ufunc(*raw))
    if method == "at":
        ufunc.at(*raw, **kwargs)
        return None
    result = getattr(ufunc, method)(*raw, **plain(kwargs))
    noisy = _perturbed(noise, ufunc, method, raw, kwargs, result)
    if out is None:
        return rounded(noisy, noise)
    plain(out[0])[...] = noisy
    return out[0]


def _elementwise(noise: Noise, ufunc: Any, inputs: list[Any], result: Any) -> Any:
    """The result of the most common call, elementwise and of no options, rounded."""
    if type(result) is tuple or result.dtype.kind not in "fc":
        return rounded(_perturbed(noise, ufunc, "__call__", inputs, {}, result), noise)
    size = size_of(noise, ufunc, inputs)
    if size and not (ufunc in KEEPS_INTEGERS and all(map(is_integral, inputs))):
        result = off(noise, ufunc, size, result)
    return rounded(result, noise)


def _perturbed(
    noise: Noise, ufunc: Any, method: str, inputs: list[Any], kwargs: Any, result: Any
) -> Any:
    if isinstance(result, tuple):
        return tuple(_perturbed(noise, ufunc, method, inputs, kwargs, part) for part in result)
    result = np.asarray(result)
    size = size_of(noise, ufunc, inputs)
    if not size or result.dtype.kind not in "fc":
        return result
    if ufunc in KEEPS_INTEGERS and all(map(is_integral, inputs)):
        return result
    if method in ("reduce", "accumulate", "reduceat") or ufunc is np.matmul:
        call = getattr(ufunc, method)
        terms = _count_terms(ufunc, method, inputs, kwargs, result)
        return _off_by_terms(noise, call, inputs, plain(kwargs), result, terms)
    return off(noise, ufunc, size, result)


def _summed(noise: Noise, func: Any, args: Any, kwargs: Any) -> Any:
    raw, named = plain(args), plain(kwargs)
    return _off_by_terms(noise, func, list(raw), named, func(*raw, **named))


def _count_terms(ufunc: Any, method: str, inputs: list[Any], kwargs: Any, result: Any) -> float:
    """How many terms each element of a result has; 0 where that must be counted."""
    if ufunc is np.matmul:
        return float(np.shape(inputs[0])[-1])
    if method != "reduce" or "where" in kwargs:
        return 0.0
    return float(max(1.0, np.size(inputs[0]) / max(1, result.size)))


def _off_by_terms(
    noise: Noise,
    call: Callable[..., Any],
    inputs: list[Any],
    kwargs: Any,
    result: Any,
    terms: float = 0.0,
) -> Any:
    """A sum of products, off by the square root of the number of its terms."""
    sizes = call(*[_each(np.abs, value) for value in inputs], **kwargs)
    if terms:
        return noise.absolute(result, terms**0.5 * np.abs(sizes))
    counts = call(*[_each(np.ones_like, value) for value in inputs], **kwargs)
    return noise.absolute(result, np.sqrt(np.maximum(np.abs(counts), 1.0)) * np.abs(sizes))


def _each(function: Callable[[Any], Any], value: Any) -> Any:
    """The function of every floating-point array among the arguments of a call."""
    if isinstance(value, (tuple, list)):
        items = [_each(function, item) for item in value]
        return type(value)(*items) if hasattr(value, "_fields") else type(value)(items)
    floating = isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind in "fc"
    return function(value) if floating else value
