"""Functions made of curves."""

from jaxsmith.program.recipe import Recipe

CATEGORY = Recipe("curves", "functions made of curves", {"curves": 1.0})
