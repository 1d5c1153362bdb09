"""Derivatives of functions that are drawn from other categories."""

from jaxsmith.program.recipe import Recipe

CATEGORY = Recipe(
    "gradients",
    "grad, value_and_grad, Jacobians, Hessians, jvp and vjp of functions of other categories",
    bases=frozenset({"arithmetic", "math", "array", "linalg", "reductions", "indexing"}),
    singles=False,
    adapt=lambda style, _rng: style.wide(),
)
