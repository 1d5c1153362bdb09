"""Loops: scan, fori_loop and while_loop, nested, with tuples as carries."""

from jaxsmith.program.recipe import Recipe

CATEGORY = Recipe(
    "loops",
    "lax.scan, fori_loop and while_loop, nested, with tuple carries",
    {"loops": 1, "arithmetic": 3, "math": 2, "reductions": 0.7, "array": 0.5, "conditionals": 0.5},
    singles=False,
)
