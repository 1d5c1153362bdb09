"""Choices: element by element with where and select, or whole functions with cond and switch."""

from jaxsmith.program.recipe import Recipe

CATEGORY = Recipe(
    "conditionals",
    "where, select, lax.cond and lax.switch, nested, on arrays and tuples",
    {"conditionals": 5, "arithmetic": 2, "math": 2, "reductions": 1},
)
