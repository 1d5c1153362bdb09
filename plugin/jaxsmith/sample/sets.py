"""An input set: one array per argument of a function, and what it is there to show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class InputSet:
    """Arrays in argument order, already rounded to the dtypes that the function takes.

    ``kind`` is ``"domain"`` (random in each argument's range), ``"edge"`` (ends of the range, ties,
    zeros, negative and out-of-bounds indices) or ``"mirror"`` (the domain's other side, so that
    branches go the other way). ``seed`` makes the arrays again.
    """

    kind: str
    seed: int
    arrays: tuple[NDArray[np.generic], ...]
