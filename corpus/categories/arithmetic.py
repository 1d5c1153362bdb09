"""Operators: sums, products, quotients, remainders, powers and bits, in every mix of operands."""

from jaxsmith.program.recipe import Recipe

CATEGORY = Recipe(
    "arithmetic",
    "operators on scalars and arrays: sums, products, quotients, powers, bits, mixed dtypes",
    {"arithmetic": 7, "math": 1, "reductions": 0.6, "array": 0.6},
)
