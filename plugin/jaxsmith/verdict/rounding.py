"""Random errors, and how large the error of each operation of NumPy may be.

Sizes are in units of roundoff of the result, as those of the rows in ``corpus/ops``.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from jaxsmith.vocabulary.dtypes import EPSILON

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
# Of the largest term where terms cancel, in units of 1: the logarithm of gamma is 0 at 1 and at 2,
# where XLA adds up (x + 1/2) log(x + 7.5), -(x + 7.5) and the logarithm of a sum, up to 8 each
# (Lanczos, "A precision approximation of the gamma function", 1964).
_TERMS = {"gammaln": 16.0, "betaln": 48.0}
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
KEEPS_INTEGERS = frozenset({np.add, np.subtract, np.multiply, np.square})
"""Exact where all operands are whole numbers."""

_POOL = np.random.RandomState(0).uniform(-1.0, 1.0, 1 << 16)
_NUMBERS: list[float] = _POOL.tolist()


class Noise:
    """Random errors of a size of so many units of roundoff.

    Args:
        seed: another gives other errors.
        unit: the machine epsilon of the precision that is simulated.
    """

    def __init__(self, seed: int, unit: float) -> None:
        self.unit = unit
        self._next = 9973 * seed
        self._sizes: dict[Any, float] = {}

    def directions(self, shape: tuple[int, ...]) -> Any:
        """Numbers between -1 and 1."""
        count = prod(shape)
        if count > _POOL.size:
            return np.resize(_POOL, shape)
        start = self._next
        if start + count > _POOL.size:
            start %= _POOL.size - count + 1
        self._next = start + count
        return _POOL[start : start + count].reshape(shape)

    def relative(self, value: Any, size: float) -> Any:
        """The value, each element off by up to ``size`` units of itself."""
        return value * (1.0 + self.moves(value) * (size * self.unit))

    def factor(self, size: float) -> float:
        """What multiplies a number that is off by up to ``size`` units of itself."""
        if self._next >= len(_NUMBERS):
            self._next = 0
        direction = _NUMBERS[self._next]
        self._next += 1
        return 1.0 + direction * (size * self.unit)

    def absolute(self, value: Any, scale: Any) -> Any:
        """The value, each element off by up to a unit of ``scale``; what is infinite stays so."""
        reach = np.where(np.isfinite(scale), scale, 0.0)
        return value + reach * (self.moves(value) * self.unit)

    def moves(self, value: Any) -> Any:
        """For each element, how it may move by one: along the line, or anywhere in the plane."""
        return self.turned(np.shape(value), turns=np.asarray(value).dtype.kind == "c")

    def turned(self, shape: tuple[int, ...], *, turns: bool) -> Any:
        """The same for a shape, of complex numbers with ``turns``."""
        if not turns:
            return self.directions(shape)
        return self.directions(shape) * np.exp(1j * np.pi * self.directions(shape))

    def size(self, ufunc: Any) -> float:
        """How many units a result of this ufunc may be off; 0 where it is exact."""
        size = self._sizes.get(ufunc)
        if size is None:
            size = self._sizes[ufunc] = _size(ufunc, self.unit)
        return size


def _size(ufunc: Any, unit: float) -> float:
    if ufunc in _EXACT or ufunc.__name__ == "clip":  # NumPy shows the function of that name alone
        return 0.0
    if ufunc in _ARITHMETIC:
        return 1.0
    if ufunc is np.log1p and unit == EPSILON["float64"]:
        return _LOG1P_IN_FLOAT64
    if getattr(np, ufunc.__name__, None) is ufunc:
        return _SIZES.get(ufunc, ELEMENTARY)
    return _SPECIAL_SIZES.get(ufunc.__name__, SPECIAL)


def size_of(noise: Noise, ufunc: Any, inputs: list[Any]) -> float:
    """How many units a result may be off: a modulus is the root of a sum of squares."""
    if ufunc is np.absolute and np.asarray(inputs[0]).dtype.kind == "c":
        return noise.size(np.hypot)
    return noise.size(ufunc)


def reach_of(ufunc: Any, size: float, value: Any) -> Any:
    """How many units of 1 each element of a result may be off, where it is off by ``size`` ulps."""
    return np.maximum(size * np.abs(value), _TERMS.get(ufunc.__name__, 0.0))


def off(noise: Noise, ufunc: Any, size: float, value: Any) -> Any:
    """A result of a ufunc, each element off by so many ulps, or what cancelling terms leave."""
    if ufunc.__name__ in _TERMS:
        return noise.absolute(value, reach_of(ufunc, size, value))
    return noise.relative(value, size)


def is_integral(value: Any) -> bool:
    """Whether a number, or an array, holds whole numbers only."""
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
    return array.size == 1 or is_whole(array)


def is_whole(value: Any) -> bool:
    """Whether an array of floats holds whole numbers only."""
    return value.dtype.kind == "f" and bool((value == np.rint(value)).all())
