"""Algorithms that people really write, each with its source cited, in company of other code."""

from jaxsmith.program.recipe import Recipe

CATEGORY = Recipe(
    "idioms",
    "layers, losses, optimizers, numerical methods and other real algorithms",
    {"arithmetic": 4, "math": 2, "reductions": 1, "array": 0.7},
    core=("idioms",),
    singles=False,
    parameters=12,
    adapt=lambda style, _rng: style.wide(),
)
