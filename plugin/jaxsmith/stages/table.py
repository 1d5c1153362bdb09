"""The table of stages: every level at which a function's text is kept. Does not import JAX.

A new level is one entry here. Its ``text`` is given the whole ``Compilation``, so it can print any
form of the function, or make another from ``traced`` (such as a lowering for another platform).
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from jaxsmith.stages import compat

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jaxsmith.stages.compilation import Compilation


@dataclass(frozen=True, slots=True)
class Stage:
    """One level of a function on its way to machine code.

    Attributes:
        name: the key of its text in a record, and what ``--emit-stages`` takes.
        summary: what the text is, in one line.
        suffix: the end of the name of a file that holds the text, with its dot.
        text: prints the level from a compiled function.
        default: whether the text is kept when nobody says which stages to keep.
    """

    name: str
    summary: str
    suffix: str
    text: Callable[[Compilation], str]
    default: bool = True


_TABLE = (
    Stage(
        "jaxpr",
        "What JAX traced: its own typed functional representation.",
        ".jaxpr",
        lambda compilation: str(compilation.traced.jaxpr),
    ),
    Stage(
        "stablehlo",
        "What JAX lowered for the compiler: an MLIR module, without locations.",
        ".stablehlo.mlir",
        lambda compilation: compilation.lowered.as_text("stablehlo"),
    ),
    Stage(
        "hlo",
        "What XLA starts from: the StableHLO converted to HLO, before any pass.",
        ".hlo",
        lambda compilation: compilation.lowered.as_text("hlo"),
    ),
    Stage(
        "optimized_hlo",
        "What XLA generates code from: scheduled HLO after every pass, without metadata.",
        ".optimized.hlo",
        lambda compilation: compat.optimized_hlo(compilation.compiled),
    ),
)

STAGES: Mapping[str, Stage] = MappingProxyType({stage.name: stage for stage in _TABLE})
"""Every stage by name, in the order in which a function passes them."""
