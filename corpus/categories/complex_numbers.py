"""Complex numbers: made of real ones, under arithmetic, functions, transforms, linear algebra."""

from jaxsmith.program.recipe import Recipe

CATEGORY = Recipe(
    "complex",
    "complex numbers: arithmetic, functions, transforms, linear algebra",
    {"complex": 6, "arithmetic": 1.5, "math": 1, "reductions": 0.7, "array": 0.4},
    parameters=8,
    adapt=lambda style, _rng: style.wide(),
)
