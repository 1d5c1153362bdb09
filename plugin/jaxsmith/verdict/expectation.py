"""What the reference says a function returns for one input set, and how far off is too far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Expectation:
    """Expected output leaves and a bound on the absolute error of each element.

    ``values[i]`` has output ``i``'s shape: float64 or complex128 for a floating output, the
    output's own dtype otherwise. ``bounds[i]`` is a float64 array of the same shape: 0 where the
    output must be equal. NaN and infinities in ``values`` must be matched exactly.
    """

    values: tuple[NDArray[np.generic], ...]
    bounds: tuple[NDArray[np.float64], ...]
