"""Functions made of waves."""

from jaxsmith.program.recipe import Recipe

CATEGORY = Recipe("waves", "functions made of waves", {"waves": 1.0})
