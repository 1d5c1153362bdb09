"""Special functions in formulas of statistics and physics; in company of other code."""

from jaxsmith.program.recipe import Recipe

CATEGORY = Recipe(
    "special",
    "special functions in formulas of statistics and physics",
    {"arithmetic": 4, "math": 2, "reductions": 1, "array": 0.7},
    core=("special",),
    singles=False,
    parameters=12,
    adapt=lambda style, _rng: style.wide(),
)
