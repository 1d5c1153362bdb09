"""The texts of a record that are compared, each with what it is made from and how it is read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from jaxsmith.dataset.diff.causes import Cause, Evidence, causes
from jaxsmith.dataset.diff.hlo import HLO, OPTIMIZED_HLO
from jaxsmith.dataset.diff.jaxpr import JAXPR
from jaxsmith.dataset.diff.lines import PLAIN
from jaxsmith.dataset.diff.mlir import MLIR
from jaxsmith.dataset.diff.passes import first_parting
from jaxsmith.record.fields import TEXTS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jaxsmith.dataset.diff.items import Dialect


@dataclass(frozen=True, slots=True)
class Level:
    """One text of a record.

    Attributes:
        name: its field.
        title: what people call it.
        parent: the text that it is made from; None for the first.
        parted: the causes of a difference between two such texts, of a function that defines
            these names; none if they mean the same.
    """

    name: str
    title: str
    parent: str | None
    parted: Callable[[str, str, frozenset[str]], list[Evidence]]


def _parted(dialect: Dialect, old: str, new: str, own: frozenset[str]) -> list[Evidence]:
    before, after = dialect.lines(old), dialect.lines(new)
    return [] if before == after else causes(before, after, dialect, own)


_TABLE = (
    Level("jaxpr", "jaxpr", None, partial(_parted, JAXPR)),
    Level("stablehlo", "StableHLO", "jaxpr", partial(_parted, MLIR)),
    Level("hlo", "HLO", "stablehlo", partial(_parted, HLO)),
    Level("passes", "passes", "hlo", first_parting),
    Level("optimized_hlo", "optimized HLO", "hlo", partial(_parted, OPTIMIZED_HLO)),
    Level("llvm", "LLVM IR", "optimized_hlo", partial(_parted, PLAIN)),
    Level("asm", "machine code", "llvm", partial(_parted, PLAIN)),
)
_KNOWN = {level.name: level for level in _TABLE}
_SOURCES = ("source_code", "reference_source")
_LOWERED = "stablehlo_"


def _level(name: str) -> Level:
    if name in _KNOWN:
        return _KNOWN[name]
    if name.startswith(_LOWERED):  # for a platform, or for symbolic sizes
        title = f"StableHLO ({name.removeprefix(_LOWERED)})"
        return Level(name, title, "jaxpr", partial(_parted, MLIR))
    return Level(name, name, "optimized_hlo", partial(_parted, PLAIN))


LEVELS: Mapping[str, Level] = {name: _level(name) for name in TEXTS if name not in _SOURCES}
"""Every text that is compared, from the first to the last."""


_DEFINES = re.compile(r"\bdef (\w+)\(")


def changed(level: Level, old: str | None, new: str | None, source: str) -> list[Evidence]:
    """The causes of a difference between two texts of a function; none if they mean the same.

    Args:
        level: what the texts are.
        old: the one; None where there is none.
        new: the other; likewise.
        source: the Python that both come from.
    """
    if old == new:
        return []
    if old is None or new is None:
        gone, come = ("a text",) if new is None else (), ("a text",) if old is None else ()
        return [Evidence(Cause("text", gone, come))]
    return level.parted(old, new, frozenset(_DEFINES.findall(source)))
