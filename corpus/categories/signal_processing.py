"""Fourier transforms, convolutions, windows, pooling, filters; in company of other code."""

from jaxsmith.program.recipe import Recipe

CATEGORY = Recipe(
    "signal",
    "Fourier transforms, convolutions, windows, pooling, filters",
    {"arithmetic": 4, "math": 2, "reductions": 1, "array": 0.7},
    core=("signal",),
    singles=False,
    parameters=12,
    adapt=lambda style, _rng: style.wide(),
)
