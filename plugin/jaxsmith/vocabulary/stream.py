"""A stream of choices that is the same on every machine and every Python.

``random.Random`` promises the same ``random()`` from one Python to the next, but not the same
``choice`` or ``shuffle``; so those are written here on top of ``random()`` alone.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")


class Stream:
    """Choices made from a text key, such as ``"0/math/17"``."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.unit = random.Random(key).random

    def child(self, name: str) -> Stream:
        """A stream of its own, so that what it is used for does not move this one."""
        return Stream(f"{self.key}/{name}")

    def integer(self, low: int, high: int) -> int:
        """An integer in ``[low, high]``, both ends included."""
        return low + int(self.unit() * (high - low + 1))

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self.unit() < probability

    def choice(self, items: Sequence[T]) -> T:
        """One of the items, each as likely."""
        return items[int(self.unit() * len(items))]

    def weighted(self, items: Sequence[T], weights: Sequence[float]) -> T:
        """One of the items, as likely as its weight says."""
        mark = self.unit() * sum(weights)
        for item, weight in zip(items, weights, strict=True):
            mark -= weight
            if mark < 0:
                return item
        return items[-1]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """The items in another order."""
        order = list(items)
        for last in range(len(order) - 1, 0, -1):
            other = int(self.unit() * (last + 1))
            order[last], order[other] = order[other], order[last]
        return order

    def sample(self, items: Sequence[T], count: int) -> list[T]:
        """``count`` of the items, none twice."""
        return self.shuffled(items)[:count]
