"""Stages: all that touches JAX. Trace, lower, compile, print, count and run one function.

Importing this package, its names or its table does not import JAX; ``extract`` and ``Extracted``
do, on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxsmith.stages.errors import StageError
from jaxsmith.stages.names import ALL_STAGES, DEFAULT_STAGES, select
from jaxsmith.stages.source import load
from jaxsmith.stages.table import STAGES, Stage

if TYPE_CHECKING:
    from jaxsmith.stages.extracted import Extracted as Extracted
    from jaxsmith.stages.extraction import extract as extract

__all__ = [
    "ALL_STAGES",
    "DEFAULT_STAGES",
    "STAGES",
    "Extracted",
    "Stage",
    "StageError",
    "extract",
    "load",
    "select",
]


def __getattr__(name: str) -> object:
    if name == "extract":
        from jaxsmith.stages.extraction import extract

        return extract
    if name == "Extracted":
        from jaxsmith.stages.extracted import Extracted

        return Extracted
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
