"""How exactly the arithmetic of a platform rounds, as data.

The sizes of the rows, in units of roundoff, are those of XLA's CPU backend, which rounds sums,
products, quotients and roots as IEEE 754 asks. Where a platform's own may be further off, one
rounding there counts as several; every bound and every decision scales with it.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ROUNDOFF: Mapping[str, float] = MappingProxyType(
    {
        "cpu": 1.0,
        # XLA divides float32 by div.full, which is off by 2 units in the last place at most
        # (NVIDIA, "PTX ISA", floating point instructions), and no function of libdevice is off by
        # more than twice what its row says (NVIDIA, "CUDA C++ Programming Guide", mathematical
        # functions).
        "gpu": 2.0,
    }
)
"""Units of roundoff that one rounding of a platform counts as."""


def roundoff_of(platform: str) -> float:
    """How many units one rounding counts as; for a platform that is not known, as on the worst."""
    return ROUNDOFF.get(platform, max(ROUNDOFF.values()))
