"""Casts, bit casts, quantization, arithmetic of few bits; in company of other code."""

from jaxsmith.program.recipe import Recipe

CATEGORY = Recipe(
    "precision",
    "casts, bit casts, quantization, arithmetic of few bits",
    {"arithmetic": 4, "math": 2, "reductions": 1, "array": 0.7},
    core=("precision",),
    singles=False,
    parameters=12,
    adapt=lambda style, _rng: style.wide(),
)
