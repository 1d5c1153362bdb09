"""Reductions and running reductions over any axes, with the arrays that they are applied to."""

from jaxsmith.program.recipe import Recipe

CATEGORY = Recipe(
    "reductions",
    "sums, means, extremes, quantiles, running and masked reductions over every kind of axis",
    {"reductions": 6, "arithmetic": 1.5, "math": 1.2, "array": 0.8},
)
