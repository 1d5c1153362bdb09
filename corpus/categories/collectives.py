"""Collectives over a mesh of devices, and steps in parallel; in company of other code."""

from jaxsmith.program.recipe import Recipe

CATEGORY = Recipe(
    "collectives",
    "psum, all_gather, ppermute and others over a mesh of devices, and steps in parallel",
    {"arithmetic": 4, "math": 2, "reductions": 1, "array": 0.7},
    core=("collectives",),
    singles=False,
    parameters=12,
    adapt=lambda style, _rng: style.wide(),
)
