"""Sorting, ranking, top k, searching, sets, segments; in company of other code."""

from jaxsmith.program.recipe import Recipe

CATEGORY = Recipe(
    "sorting",
    "sorting, ranking, top k, searching, sets, segments",
    {"arithmetic": 4, "math": 2, "reductions": 1, "array": 0.7},
    core=("sorting",),
    singles=False,
    parameters=12,
    adapt=lambda style, _rng: style.wide(),
)
