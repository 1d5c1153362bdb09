"""An array that carries derivatives: forward-mode differentiation of what NumPy computes.

A ``Dual`` is an array and how each of its elements changes along a number of directions at once, so
one run of a reference gives its whole Jacobian, exact but for rounding (Griewank and Walther,
"Evaluating Derivatives", 2nd ed. 2008, section 3.1). What it does not know it refuses with
``UnsupportedError``, never by leaving something out: it is no subclass of NumPy's array, so nothing
is done with it that is not said in this package.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jaxsmith.verdict.rounding import Noise

# A decision that a move of this size along a direction would change is too close: the same as the
# step with which ``probes`` looks for kinks.
REACH = 1e-4
# A decision is that of the exact numbers if it is so many deviations away.
FAR = 16.0
# So many units of rounding may be between two numbers that are the same elsewhere.
ROUNDINGS = 32


class UnsupportedError(TypeError):
    """A reference did something whose derivative is not known here."""


@dataclass(slots=True)
class Tape:
    """What one run noticed.

    Attributes:
        count: the number of directions.
        unit: machine epsilon of the precision in which the function is computed elsewhere.
        close: whether a decision (a comparison, a maximum, a rounding) might fall otherwise nearby.
        tied: whether one might by rounding alone; or something that moves is exactly at a bound
            that may move along, where JAX's derivative is a convention though there is no kink.
        approximate: whether some step was differentiated by differences, good to about ten digits.
        wear: the absolute error of slopes that are what a value leaves of 1, as 1 - y**2 of a tanh.
        twice: whether it is that of second derivatives, which meet such a slope twice: once more as
            that of the slope itself, -2 y (1 - y**2), and as fast as the argument moves.
        wears: whether there are such slopes.
        noise: the rounding errors that each operation adds, where what moves is not an argument but
            the rounding; the directions are then so many ways in which it may fall.
        budget: how many operations may be done yet; None for any number.
    """

    count: int
    unit: float = 0.0
    noise: Noise | None = None
    budget: int | None = None
    wear: float = 0.0
    twice: bool = False
    wears: bool = False
    close: bool = False
    tied: bool = False
    approximate: bool = False

    def decide(self, gap: Any, slope: Any, size: Any = 0.0, *, continuous: bool = False) -> None:
        """Note a decision.

        Args:
            gap: how far it is from falling otherwise.
            slope: how that distance moves; the directions come first. None where it does not.
            size: how large the numbers are that were compared.
            continuous: whether the value is the same on either side, and only its slope is not.
        """
        if slope is None or (continuous and self.noise is not None):
            return
        fastest = np.abs(slope).max(axis=0, initial=0.0)
        distance = np.abs(gap)
        if self.noise is None:
            reach, near = REACH * fastest, ROUNDINGS * self.unit * np.abs(size)
        else:
            reach, near = FAR * fastest, 2.0 * fastest
        if not np.any(distance <= np.maximum(reach, near)):
            return  # as nearly always
        moves = fastest > 0
        if np.any((distance <= reach) & moves):
            self.close = True
        if np.any((distance <= near) & moves):
            self.tied = True

    def spend(self) -> None:
        """Count an operation.

        Raises:
            UnsupportedError: if there were more than are allowed.
        """
        if self.budget is not None:
            self.budget -= 1
            if self.budget < 0:
                raise UnsupportedError("too many operations")

    def off(self, value: Any, tangent: Any, scale: Any) -> Any:
        """The tangent of a value that was rounded: off by up to a unit of ``scale``."""
        assert self.noise is not None
        reach = np.where(np.isfinite(scale), scale, 0.0) * self.noise.unit
        turns = np.asarray(value).dtype.kind == "c"
        return tangent + self.noise.turned(tangent.shape, turns=turns) * reach


# The runs that are going on: what makes new arrays for a reference looks here.
ACTIVE: list[Tape] = []


def value_of(item: Any) -> Any:
    """The item without its derivatives."""
    return item.value if isinstance(item, Dual) else item


def tangent_of(item: Any) -> Any:
    """The derivatives of an item, or None where it has none."""
    return item.tangent if isinstance(item, Dual) else None


def lifted(tangent: Any, ndim: int) -> Any:
    """A tangent whose array is broadcast to so many dimensions."""
    missing = ndim - (tangent.ndim - 1)
    if not missing:
        return tangent
    return tangent.reshape((tangent.shape[0], *(1,) * missing, *tangent.shape[1:]))


def tape_of(*items: Any) -> Tape:
    """The tape of the first dual among items, in lists and tuples too."""
    for item in items:
        if isinstance(item, Dual):
            return item.tape
        if isinstance(item, (list, tuple)):
            try:
                return tape_of(*item)
            except UnsupportedError:
                continue
    raise UnsupportedError("no array with derivatives among the arguments")


class Dual(NDArrayOperatorsMixin):
    """An array of float64 or complex128 with its derivatives along ``tape.count`` directions.

    ``tangent`` has the directions along its first axis, followed by the shape of ``value``.
    """

    __array_priority__ = 1000.0

    def __init__(self, value: Any, tangent: Any, tape: Tape) -> None:
        self.value = value
        self.tangent = tangent
        self.tape = tape

    @classmethod
    def constant(cls, value: Any, tape: Tape) -> Dual:
        """An array that nothing moves."""
        array = np.asarray(value)
        return cls(array, np.zeros((tape.count, *array.shape), array.dtype), tape)

    # What an array tells of itself.

    @property
    def shape(self) -> tuple[int, ...]:
        """As NumPy's."""
        return np.shape(self.value)

    @property
    def ndim(self) -> int:
        """As NumPy's."""
        return np.ndim(self.value)

    @property
    def size(self) -> int:
        """As NumPy's."""
        return int(np.size(self.value))

    @property
    def dtype(self) -> Any:
        """As NumPy's."""
        return np.asarray(self.value).dtype

    def __len__(self) -> int:
        return len(self.value)

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    def __bool__(self) -> bool:
        self.tape.decide(self.value, self.tangent)
        return bool(self.value)

    def __array__(self, *_args: Any, **_kwargs: Any) -> Any:
        raise UnsupportedError("an array would lose its derivatives")

    def __float__(self) -> float:
        raise UnsupportedError("a number would lose its derivatives")

    __int__ = __complex__ = __index__ = __float__

    # What is picked from it and put into it.

    def __getitem__(self, index: Any) -> Dual:
        picked = self.value[index]
        if _is_plain(index):
            return Dual(picked, self.tangent[_behind_directions(index)], self.tape)
        return Dual(picked, np.stack([each[index] for each in self.tangent]), self.tape)

    def __setitem__(self, index: Any, item: Any) -> None:
        self.value[index] = value_of(item)
        if not isinstance(item, Dual):
            for each in self.tangent:
                each[index] = 0.0
        else:
            for each, tangent in zip(self.tangent, item.tangent, strict=True):
                each[index] = tangent

    # NumPy's functions.

    def __array_ufunc__(
        self, ufunc: Any, method: str, *inputs: Any, out: Any = None, **kwargs: Any
    ) -> Any:
        from jaxsmith.verdict.dual.elementwise import apply_ufunc

        made = apply_ufunc(self.tape, ufunc, method, inputs, kwargs)
        if out is None:
            return made
        (target,) = out
        if not isinstance(target, Dual):
            raise UnsupportedError("an array would lose its derivatives")
        if target.ndim == 0:
            return made  # a number of its own: the name is bound anew
        target[...] = made
        return target

    def __array_function__(self, func: Any, _types: Any, args: Any, kwargs: Any) -> Any:
        from jaxsmith.verdict.dual.functions import FUNCTIONS, stably

        if func not in FUNCTIONS:
            raise UnsupportedError(f"{func.__name__} has no rule")
        if self.tape.noise is not None and func.__module__ in ("numpy.linalg", "numpy.fft"):
            return stably(FUNCTIONS[func], self.tape, *args, **kwargs)
        return FUNCTIONS[func](*args, **kwargs)

    # Methods, by the functions of the same name.

    def __getattr__(self, name: str) -> Any:
        from jaxsmith.verdict.dual.functions import METHODS

        if name.startswith("__"):  # NumPy asks what kind of array it is
            raise AttributeError(name)
        if name not in METHODS:
            raise UnsupportedError(f"an array with derivatives has no {name}")
        return lambda *args, **kwargs: METHODS[name](self, *args, **kwargs)

    @property
    def T(self) -> Dual:  # noqa: N802 - NumPy's name
        """As NumPy's."""
        axes = (0, *range(self.tangent.ndim - 1, 0, -1))
        return Dual(self.value.T, self.tangent.transpose(axes), self.tape)

    @property
    def mT(self) -> Dual:  # noqa: N802 - NumPy's name
        """As NumPy's."""
        return Dual(np.swapaxes(self.value, -1, -2), np.swapaxes(self.tangent, -1, -2), self.tape)

    @property
    def real(self) -> Dual:
        """As NumPy's."""
        return Dual(np.real(self.value), np.real(self.tangent), self.tape)

    @property
    def imag(self) -> Dual:
        """As NumPy's."""
        return Dual(np.imag(self.value), np.imag(self.tangent), self.tape)


def _is_plain(index: Any) -> bool:
    """Whether the picked axes stay where they are once an axis is put in front."""
    parts = index if isinstance(index, tuple) else (index,)
    arrays = [part for part in parts if isinstance(part, (np.ndarray, list))]
    whole = [part for part in parts if isinstance(part, (int, np.integer))]
    alone = len(arrays) == 1 and not whole
    return not arrays or alone or len(arrays) + len(whole) == len(parts)


def _behind_directions(index: Any) -> Any:
    parts = index if isinstance(index, tuple) else (index,)
    return (slice(None), *parts)
