"""A value with a bound on the error that another implementation may have made by now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Bounded:
    """``value`` in float64 (or an integer or bool dtype), off by at most ``error`` per element.

    ``error`` is None where the value is exact: inputs, integers, booleans.
    """

    value: Array
    error: NDArray[np.float64] | None = None

    @property
    def slack(self) -> NDArray[np.float64]:
        """The bound as an array, zeros where the value is exact."""
        return np.zeros(np.shape(self.value)) if self.error is None else self.error

    def map(self, move: Any) -> Bounded:
        """Value and bound moved alike, by indexing or stacking."""
        return Bounded(move(self.value), None if self.error is None else move(self.error))


def stack(items: list[Bounded], axis: int = 0) -> Bounded:
    """Values of one shape stacked along a new axis."""
    value = np.stack([item.value for item in items], axis=axis)
    if all(item.error is None for item in items):
        return Bounded(value)
    return Bounded(value, np.stack([item.slack for item in items], axis=axis))
