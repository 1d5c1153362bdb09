"""Value ranges: what is known of a value before anything runs.

Interval arithmetic in the sense of Moore, "Interval Analysis" (1966), kept coarse: it only has to
keep operands inside the domain of the operation that takes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


@dataclass(frozen=True, slots=True)
class Interval:
    """All values lie in ``[low, high]``."""

    low: float
    high: float

    def __contains__(self, other: Interval) -> bool:
        return self.low <= other.low and other.high <= self.high

    @property
    def magnitude(self) -> float:
        """The largest absolute value."""
        return max(abs(self.low), abs(self.high))

    @property
    def smallest(self) -> float:
        """The smallest absolute value; 0 if the interval holds 0."""
        return 0.0 if self.low <= 0 <= self.high else min(abs(self.low), abs(self.high))

    @property
    def middle(self) -> float:
        """The mean of the two ends."""
        return (self.low + self.high) / 2

    def union(self, other: Interval) -> Interval:
        """The smallest interval that holds both."""
        return Interval(min(self.low, other.low), max(self.high, other.high))

    def __add__(self, other: Interval) -> Interval:
        return Interval(self.low + other.low, self.high + other.high)

    def __sub__(self, other: Interval) -> Interval:
        return Interval(self.low - other.high, self.high - other.low)

    def __mul__(self, other: Interval) -> Interval:
        return hull(a * b for a in self for b in other)

    def scale(self, factor: float) -> Interval:
        """Both ends times a number of either sign."""
        return hull(end * factor for end in self)

    def apply(self, function: Callable[[float], float]) -> Interval:
        """The image of the interval under a monotone function."""
        return hull(function(end) for end in self)

    def __iter__(self) -> Iterator[float]:
        return iter((self.low, self.high))


BOOL = Interval(0, 1)


def hull(ends: Iterable[float]) -> Interval:
    """The smallest interval that holds all these numbers."""
    numbers = list(ends)
    return Interval(min(numbers), max(numbers))
