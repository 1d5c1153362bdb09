"""The table of stages: every level at which a function's text is kept. Does not import JAX.

A new level is one entry here. Its ``text`` is given the whole ``Compilation``, so it can print any
form of the function, make another from ``traced`` (such as a lowering for another platform), or
read what XLA wrote while it compiled.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from jaxsmith.stages import asm, compat, hlo_lines, jaxpr_lines, llvm, passes, ptx, stablehlo_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from jaxsmith.stages.alignment import Line
    from jaxsmith.stages.compat import DumpOptions
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
        nullable: whether a function may have no such text, through no fault of its own.
        dump: what XLA must write for it while it compiles; None needs nothing written.
        tools: programs of which it needs one.
        platform: the platform that it is lowered for, which need not be there; None is the one
            that is.
        lines: tells of each line of the text where in a file it came from; None where nobody knows.
    """

    name: str
    summary: str
    suffix: str
    text: Callable[[Compilation], str]
    default: bool = True
    nullable: bool = False
    dump: DumpOptions | None = None
    tools: tuple[str, ...] = ()
    platform: str | None = None
    lines: Callable[[Compilation, str], Sequence[Line]] | None = None


def _lowered_for(platform: str, title: str) -> Stage:
    return Stage(
        f"stablehlo_{platform}",
        f"The StableHLO that JAX lowers for {title}, lowered only: neither compiled nor run; null "
        "where JAX here has no lowering of the function for it.",
        f".stablehlo.{platform}.mlir",
        lambda compilation: compilation.stablehlo_for(platform),
        default=False,
        nullable=True,
        platform=platform,
    )


_TABLE = (
    Stage(
        "jaxpr",
        "What JAX traced: its own typed functional representation.",
        ".jaxpr",
        lambda compilation: "\n".join(part for part, _ in compilation.printed_jaxpr),
        lines=lambda compilation, file: jaxpr_lines.lines_of(compilation.printed_jaxpr, file),
    ),
    Stage(
        "stablehlo",
        "What JAX lowered for the compiler: an MLIR module, without locations.",
        ".stablehlo.mlir",
        lambda compilation: compilation.lowered.as_text("stablehlo"),
        lines=lambda compilation, file: stablehlo_lines.lines_of(
            compilation.lowered.as_text("stablehlo", debug_info=True), file
        ),
    ),
    Stage(
        "hlo",
        "What XLA starts from: the StableHLO converted to HLO, before any pass.",
        ".hlo",
        lambda compilation: compilation.hlo(),
        lines=lambda compilation, file: hlo_lines.lines_of(compilation.hlo(located=True), file),
    ),
    Stage(
        "passes",
        "The HLO before the first of XLA's passes and after each that changed it.",
        ".passes.hlo",
        lambda compilation: passes.followed(compat.hlo_states(compilation.dumped)),
        default=False,
        dump=compat.DUMP_PASSES,
    ),
    Stage(
        "optimized_hlo",
        "What XLA generates code from: scheduled HLO after every pass, without metadata.",
        ".optimized.hlo",
        lambda compilation: compilation.optimized_hlo(),
        lines=lambda compilation, file: hlo_lines.lines_of(
            compilation.optimized_hlo(located=True), file
        ),
    ),
    Stage(
        "llvm",
        "The LLVM IR that XLA made, after LLVM's passes, by module; null where it made none.",
        ".ll",
        lambda compilation: llvm.joined(compat.llvm_modules(compilation.dumped)),
        default=False,
        nullable=True,
        dump=compat.DUMP_LLVM,
    ),
    Stage(
        "asm",
        "The machine code that LLVM made of it, disassembled; null where there is none.",
        ".s",
        lambda compilation: asm.disassembled(compat.object_files(compilation.dumped)),
        default=False,
        nullable=True,
        dump=compat.DUMP_CODE,
        tools=asm.TOOLS,
    ),
    Stage(
        "ptx",
        "The PTX that XLA made for an NVIDIA GPU; null on every other platform.",
        ".ptx",
        lambda compilation: ptx.joined(compat.ptx_modules(compilation.dumped)),
        default=False,
        nullable=True,
        dump=compat.DUMP_CODE,
    ),
    Stage(
        "stablehlo_symbolic",
        "The StableHLO that JAX lowers for arrays of any size, as many sizes as it can be symbols; "
        "lowered only: neither compiled nor run; null where the code is about its sizes.",
        ".stablehlo.symbolic.mlir",
        lambda compilation: compilation.symbolic_stablehlo(),
        default=False,
        nullable=True,
    ),
    _lowered_for("cuda", "NVIDIA's GPUs"),
    _lowered_for("rocm", "AMD's GPUs"),
    _lowered_for("tpu", "TPUs"),
)

STAGES: Mapping[str, Stage] = MappingProxyType({stage.name: stage for stage in _TABLE})
"""Every stage by name, in the order in which a function passes them."""
