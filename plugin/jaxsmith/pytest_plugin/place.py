"""Where functions are compiled: known once JAX has been asked, in the process that runs items."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version

from jaxsmith.program.absences import Place
from jaxsmith.stages import place
from jaxsmith.verdict import roundoff_of


@cache
def here() -> Place:
    """This JAX, its platform, and how many devices of it there are."""
    platform, devices = place()
    return Place(version("jax"), platform, devices)


def roundoff() -> float:
    """How many units one rounding counts as here."""
    return roundoff_of(here().platform)
