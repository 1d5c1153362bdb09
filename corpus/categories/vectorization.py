"""jax.vmap over functions that are drawn from other categories."""

from jaxsmith.program.recipe import Recipe

CATEGORY = Recipe(
    "vectorization",
    "jax.vmap with every in_axes and out_axes, nested, of functions of other categories",
    bases=frozenset(
        {"arithmetic", "math", "array", "linalg", "reductions", "indexing", "conditionals"}
    ),
    singles=False,
)
