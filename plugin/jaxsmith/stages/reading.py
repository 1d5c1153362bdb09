"""Whether texts can be read again: for each stage, what reads its text.

Reading compiles and runs nothing. There is no reader of LLVM IR, and none of machine code; of PTX
its directives and its brackets are looked at.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from jaxsmith.stages import compat
from jaxsmith.stages.errors import StageError, guard
from jaxsmith.stages.jaxpr_text import check_jaxpr
from jaxsmith.stages.table import STAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# Directives that every module of PTX begins with (NVIDIA, "PTX ISA", module directives).
_OF_PTX = (".version ", ".target ")
_MOMENT = re.compile(r"^// ---- .*\n", re.MULTILINE)


def check_text(stage: str, text: str) -> None:
    """Check that a text is one of its stage.

    Raises:
        StageError: stage ``"parse"``, when it can't be read.
    """
    with guard("parse", lines=2):
        READERS[stage](text)


def _check_mlir(text: str) -> None:
    # Its main function may take arrays of any size.
    if not list(compat.parsed_module(text).body.operations):
        raise StageError("parse", "the module is empty")


def _check_hlo(text: str) -> None:
    compat.parsed_hlo(text)


def _check_passes(text: str) -> None:
    nothing, *states = _MOMENT.split(text)
    if nothing or not states:
        raise StageError("parse", "it does not begin with `// ----` and the moment")
    for state in states:
        _check_hlo(state)


def _check_ptx(text: str) -> None:
    missing = [word for word in _OF_PTX if word not in text]
    if missing:
        raise StageError("parse", f"it has no {missing[0]}")
    if text.count("{") != text.count("}"):
        raise StageError("parse", "a bracket is not closed")


def _check_nothing(text: str) -> None:
    if not text.strip():
        raise StageError("parse", "it is empty")


READERS: Mapping[str, Callable[[str], None]] = MappingProxyType(
    {
        "jaxpr": check_jaxpr,
        "hlo": _check_hlo,
        "passes": _check_passes,
        "optimized_hlo": _check_hlo,
        "llvm": _check_nothing,
        "asm": _check_nothing,
        "ptx": _check_ptx,
        **{name: _check_mlir for name in STAGES if name.startswith("stablehlo")},
    }
)
"""What reads the text of each stage."""
