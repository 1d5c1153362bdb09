"""Shapes and order: reshapes, transposes, joins, splits, padding, slices, sorting, grids."""

from jaxsmith.program.recipe import Recipe

CATEGORY = Recipe(
    "array",
    "reshape, transpose, concatenate, stack, split, pad, tile, roll, slice, sort and friends",
    {"array": 7, "arithmetic": 1.2, "math": 0.8, "reductions": 0.6},
)
