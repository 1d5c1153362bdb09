"""Reading and writing by position: gathers, scatters, masks, dynamic slices, every mode."""

from jaxsmith.program.recipe import Recipe

CATEGORY = Recipe(
    "indexing",
    "static, advanced and dynamic indexing, masks, take, updates with at, every mode",
    {"indexing": 6, "arithmetic": 1.2, "array": 0.9, "math": 0.8, "reductions": 0.6},
)
