"""The corpus over many releases of JAX, each in an environment of its own, and the table of it.

In the order of a run: ``requests`` reads what was asked for, ``environment`` installs it, ``trial``
runs the corpus there, and ``table`` tells. Nothing here imports JAX: the process that steers has
another one installed, or none.
"""

from __future__ import annotations

from jaxsmith.releases.requests import Interpreter, Release, interpreter, release
from jaxsmith.releases.table import as_dict, markdown
from jaxsmith.releases.trial import Plan, Trial, run_all

__all__ = [
    "Interpreter",
    "Plan",
    "Release",
    "Trial",
    "as_dict",
    "interpreter",
    "markdown",
    "release",
    "run_all",
]
