"""Functions of jax.random with explicit keys; in company of other code."""

from jaxsmith.program.recipe import Recipe

CATEGORY = Recipe(
    "random",
    "jax.random with explicit keys",
    {"arithmetic": 4, "math": 2, "reductions": 1, "array": 0.7},
    core=("random",),
    singles=False,
    parameters=12,
    adapt=lambda style, _rng: style.wide(),
)
