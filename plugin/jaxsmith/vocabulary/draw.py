"""How the values of an input are drawn, as data that a record can carry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from jaxsmith.vocabulary.interval import Interval

DrawKind = Literal[
    "uniform",  # independent values in [low, high]; every other one for integers
    "distinct",  # no two equal: evenly spaced over [low, high], shuffled
    "sorted",  # ascending along the last axis
    "spd",  # symmetric positive definite, eigenvalues in [1, 4]
    "conditioned",  # singular values in [1, 4], so that solving loses at most a factor 4
    "lower",  # lower triangular, diagonal in [1, 2], the rest small
    "upper",  # upper triangular, likewise
]


@dataclass(frozen=True, slots=True)
class Draw:
    """A recipe for one input array; ``low`` and ``high`` bound its elements."""

    kind: DrawKind
    low: float
    high: float

    @property
    def interval(self) -> Interval:
        """The range of the drawn elements."""
        return Interval(self.low, self.high)
