"""Arrays kept in few bits: floats of 16 and 8, integers of 8 and 4; widened to compute with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxsmith.program.recipe import Recipe
from jaxsmith.program.style import STORED

if TYPE_CHECKING:
    from jaxsmith.program.style import Style
    from jaxsmith.vocabulary.stream import Stream

FLOATS = {"float32": 3.0, "bfloat16": 3.0, "float16": 2.0}
INTEGERS = {"int8": 3.0, "uint8": 3.0, "int16": 1.0, "uint16": 1.0, "int32": 2.0}


def _few_bits(style: Style, rng: Stream) -> Style:
    """A style that keeps arrays in 8 or 4 bits, each format as often as the others."""
    bits = rng.child("bits")
    return style.but(
        x64=False,
        float_dtype=bits.weighted(list(FLOATS), list(FLOATS.values())),
        int_dtype=bits.weighted(list(INTEGERS), list(INTEGERS.values())),
        stored=bits.choice(list(STORED)),
        keeps_slopes=False,
    )


CATEGORY = Recipe(
    "narrow",
    "floats of 16 and 8 bits, integers of 8 and 4: kept, moved, widened, computed with",
    {
        "arithmetic": 4,
        "math": 2,
        "reductions": 1,
        "array": 1,
        "linalg": 0.7,
        "indexing": 0.5,
        "conditionals": 0.4,
    },
    core=("stored",),
    singles=False,
    adapt=_few_bits,
)
