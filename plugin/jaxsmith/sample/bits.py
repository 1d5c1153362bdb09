"""Random numbers that are the same with every NumPy.

NumPy freezes the raw stream of a bit generator, not what ``Generator`` makes of it (NEP 19); so the
few conversions needed are written here on top of the raw 64-bit words.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Bits:
    """A stream of words from PCG64, seeded by one integer."""

    def __init__(self, seed: int) -> None:
        self._raw = np.random.PCG64(seed).random_raw

    def uniform(self, shape: tuple[int, ...]) -> NDArray[np.float64]:
        """Float64 in ``[0, 1)`` with 53 random bits each."""
        words = np.asarray(self._raw(math.prod(shape)), dtype=np.uint64)
        return np.asarray((words >> np.uint64(11)) * 2.0**-53, dtype=np.float64).reshape(shape)

    def normal(self, shape: tuple[int, ...]) -> NDArray[np.float64]:
        """About standard normal: the centred sum of twelve uniform numbers (Irwin-Hall)."""
        return np.asarray(self.uniform((12, *shape)).sum(axis=0) - 6.0)

    def permutation(self, count: int) -> NDArray[np.int64]:
        """The numbers below ``count`` in random order."""
        return np.argsort(self.uniform((count,)), kind="stable")
