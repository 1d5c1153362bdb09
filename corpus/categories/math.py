"""Elementwise functions of one and two operands."""

from jaxsmith.program.recipe import Recipe

CATEGORY = Recipe(
    "math",
    "elementwise functions of jax.numpy",
    {"math": 6, "arithmetic": 2, "reductions": 0.7, "array": 0.6},
)
