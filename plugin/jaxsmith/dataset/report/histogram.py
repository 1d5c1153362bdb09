"""How numbers of records are spread: how many fall into each of a few ranges."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(slots=True)
class Histogram:
    """Counts of one number over ranges, each ``base`` times as far as the one before.

    Attributes:
        name: the field of a record that holds the number.
        title: its heading for people.
        base: of the powers at which ranges end.
        least: where the first range begins that has not zero in it; what is smaller, but not
            zero, is counted there.
        ranges: how many there are; what is further is counted in the last.
    """

    name: str
    title: str
    base: int
    least: float
    ranges: int
    _counts: Counter[int] = field(default_factory=Counter)

    def add(self, record: Mapping[str, Any]) -> None:
        """Count a record, if it has the number."""
        value = record.get(self.name)
        if isinstance(value, int | float) and math.isfinite(value):
            self._counts[self._place(value)] += 1

    def _place(self, value: float) -> int:
        """The place of the range that a number is in; 0 is that of zero alone."""
        place, limit = 1, self.least * self.base
        if value <= 0:
            return 0
        while value >= limit and place < self.ranges:
            place, limit = place + 1, limit * self.base
        return place

    def rows(self) -> list[tuple[str, int]]:
        """Each range in words and how many records are in it, without empty ones at the ends."""
        if not self._counts:
            return []
        places = range(min(self._counts), max(self._counts) + 1)
        return [(self._words(place), self._counts[place]) for place in places]

    def _words(self, place: int) -> str:
        if place == 0:
            return "0"
        low, high = (self.least * self.base ** (place - 1 + i) for i in (0, 1))
        if place == 1:
            return f"below {_short(high)}"
        return f"from {_short(low)}" if place == self.ranges else f"{_short(low)} to {_short(high)}"


def _short(value: float) -> str:
    for size, unit in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= max(size, 1e4):
            return f"{value / size:,.4g} {unit}"
    return f"{value:,.4g}"


def histograms() -> list[Histogram]:
    """Those of the report, empty."""
    return [
        Histogram("op_count", "Operations that a function was written with", 2, 1, 12),
        Histogram("flops", "Estimated floating-point operations of a call", 10, 1, 13),
        Histogram("bytes_accessed", "Estimated bytes that a call moves", 10, 1, 13),
        Histogram("max_ulp_error", "Largest error, in units in the last place", 2, 0.25, 14),
    ]
