"""Arrays of unusual shapes: of high rank, with axes of one, of primes, and large ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxsmith.program.recipe import Recipe

if TYPE_CHECKING:
    from jaxsmith.program.style import Style
    from jaxsmith.vocabulary.stream import Stream

PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47)
# Rows enough for vectorized and parallel code, none a power of two but one.
ROWS = (4099, 10007, 16384, 20000, 30011, 50021)


def _unusual(style: Style, rng: Stream) -> Style:
    """A style of one of four kinds."""
    kind = rng.weighted(("primes", "units", "deep", "large"), (3, 2, 3, 4))
    if kind == "primes":
        return style.but(dims=tuple(rng.sample(PRIMES, 3)), max_elements=4096)
    if kind == "units":
        return style.but(dims=(1, 1, rng.integer(2, 9), rng.integer(10, 40)))
    if kind == "deep":
        dims = (1, 2, 3) if rng.chance(0.5) else (2, 3, 4)
        return style.but(
            dims=dims, rank_weights=(0.2, 0.5, 1.0, 2.0, 3.0, 4.0, 4.0), max_elements=4096
        )
    return style.but(
        dims=(rng.choice(ROWS), rng.integer(2, 4), 1),
        rank_weights=(0.3, 6.0, 5.0, 1.0, 0.0, 0.0, 0.0),
        max_elements=2**18,
    )


CATEGORY = Recipe(
    "shapes",
    "high ranks, axes of one, primes, and tens of thousands of rows, or none",
    {
        "arithmetic": 4,
        "math": 3,
        "array": 3,
        "reductions": 2,
        "conditionals": 0.7,
        "indexing": 0.7,
        "shapes": 0.6,
    },
    core=("array", "reductions", "math", "arithmetic"),
    singles=False,
    adapt=_unusual,
)
