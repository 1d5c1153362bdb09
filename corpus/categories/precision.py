"""Casts, bit casts, quantization, arithmetic of few bits; in company of other code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxsmith.program.recipe import Recipe
from jaxsmith.program.style import pick_stored

if TYPE_CHECKING:
    from jaxsmith.program.style import Style
    from jaxsmith.vocabulary.stream import Stream


def _narrow(style: Style, rng: Stream) -> Style:
    """A style that more often than not keeps arrays in 8 or 4 bits."""
    kept = rng.child("kept")
    if kept.chance(0.4):
        return style.wide()
    return style.wide().but(stored=pick_stored(kept), keeps_slopes=False)


CATEGORY = Recipe(
    "precision",
    "casts, bit casts, quantization, arithmetic of few bits",
    {"arithmetic": 4, "math": 2, "reductions": 1, "array": 0.7},
    core=("precision",),
    singles=False,
    parameters=12,
    adapt=_narrow,
)
