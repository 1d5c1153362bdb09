"""How closely a project's function must agree with what is known of it only by its values.

The functions of a corpus have bounds derived from their graphs. Here nothing but dtypes is known,
so the figures are those of ``torch.testing.assert_close``: users meet them elsewhere, and they are
a few times the rounding of short programs.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from jaxsmith.verdict import Expectation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jaxsmith.vocabulary.aval import Aval

# Relative and absolute error by dtype; integers and booleans, not listed, must be equal.
DEFAULTS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "float16": (1e-3, 1e-5),
        "bfloat16": (1.6e-2, 1e-5),
        "float32": (1.3e-6, 1e-5),
        "float64": (1e-7, 1e-7),
        "complex64": (1.3e-6, 1e-5),
        "complex128": (1e-7, 1e-7),
    }
)


@dataclass(frozen=True, slots=True)
class Tolerance:
    """Relative and absolute error; None for that of each output's dtype."""

    rtol: float | None = None
    atol: float | None = None

    def __str__(self) -> str:
        rtol = "rtol of the dtype" if self.rtol is None else f"rtol={self.rtol:g}"
        atol = "atol of the dtype" if self.atol is None else f"atol={self.atol:g}"
        return f"|error| <= atol + rtol * |expected|, {rtol}, {atol}"

    def expectation(self, values: Sequence[Any], avals: Sequence[Aval]) -> Expectation:
        """Expected values with the bound of every element."""
        pairs = [self._bounded(np.asarray(v), a) for v, a in zip(values, avals, strict=True)]
        return Expectation(tuple(v for v, _ in pairs), tuple(b for _, b in pairs))

    def _bounded(self, value: Any, aval: Aval) -> tuple[Any, Any]:
        if aval.dtype not in DEFAULTS:
            return value, np.zeros(value.shape)
        wide = value.astype(np.complex128 if aval.dtype.startswith("complex") else np.float64)
        rtol, atol = DEFAULTS[aval.dtype]
        rtol = rtol if self.rtol is None else self.rtol
        atol = atol if self.atol is None else self.atol
        return wide, atol + rtol * np.where(np.isfinite(wide), np.abs(wide), 0.0)
