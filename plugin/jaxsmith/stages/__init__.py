"""Stages: all that touches JAX. Trace, lower, compile, print, count and run one function.

Importing this package, its names or its table does not import JAX; what compiles or runs a function
does, on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from jaxsmith.stages.errors import StageError
from jaxsmith.stages.interpreter import NoOpinionError
from jaxsmith.stages.names import ALL_STAGES, DEFAULT_STAGES, select
from jaxsmith.stages.oracles import ORACLES, Panel, Question
from jaxsmith.stages.source import file_of, load
from jaxsmith.stages.table import STAGES, Stage

if TYPE_CHECKING:
    from jaxsmith.stages.arguments import Arguments as Arguments
    from jaxsmith.stages.arguments import arguments_of as arguments_of
    from jaxsmith.stages.eager import run_eagerly as run_eagerly
    from jaxsmith.stages.extracted import Extracted as Extracted
    from jaxsmith.stages.extraction import extract as extract
    from jaxsmith.stages.leaves import Flat as Flat
    from jaxsmith.stages.leaves import flatten as flatten
    from jaxsmith.stages.setting import place as place

__all__ = [
    "ALL_STAGES",
    "DEFAULT_STAGES",
    "ORACLES",
    "STAGES",
    "Arguments",
    "Extracted",
    "Flat",
    "NoOpinionError",
    "Panel",
    "Question",
    "Stage",
    "StageError",
    "arguments_of",
    "extract",
    "file_of",
    "flatten",
    "load",
    "place",
    "run_eagerly",
    "select",
]

# Where the names live that import JAX.
_HOMES = {
    "Arguments": "arguments",
    "Extracted": "extracted",
    "Flat": "leaves",
    "arguments_of": "arguments",
    "extract": "extraction",
    "flatten": "leaves",
    "place": "setting",
    "run_eagerly": "eager",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
