"""Custom derivatives, batching and lowering rules, callbacks; in company of other code."""

from jaxsmith.program.recipe import Recipe

CATEGORY = Recipe(
    "custom",
    "custom derivatives, batching and lowering rules, callbacks",
    {"arithmetic": 4, "math": 2, "reductions": 1, "array": 0.7},
    core=("custom",),
    singles=False,
    parameters=12,
    adapt=lambda style, _rng: style.wide(),
)
