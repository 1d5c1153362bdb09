"""Linear algebra: products in all ranks, norms, solves, factorizations and the usual formulas."""

from jaxsmith.program.recipe import Recipe

CATEGORY = Recipe(
    "linalg",
    "products, einsum, norms, solves, inverses and factorizations of well-conditioned matrices",
    {"linalg": 6, "math": 1.2, "arithmetic": 1.2, "array": 0.8, "reductions": 0.5},
)
