"""How many operations of a corpus are aligned with a line of their source, counted from its texts.

An equation of a jaxpr that several calls share is printed once, and counts once. What frames a
StableHLO program (functions, what they return, the mesh of devices) is no operation of the source,
nor is what hands values around in HLO (parameters and tuples).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Record = Mapping[str, Any]

_MOST_MISSED = 10
"""How many names of operations that are not aligned are told."""

# `a:f32[3] = sin b`; what reads and writes references, `a:i32[] <- b[c]` and `a[b] += c`.
_EQUATION = re.compile(r"[\w\]}>] = ([a-z][\w-]*)(?=[\[ ]|$)| (<-|\+=) ")
# `scan[length=9 ...] a b`, where nothing comes out.
_EFFECT = re.compile(r"\s+([a-z]\w*)\[")
_OPERATION = re.compile(r'\s+(?:%[\w:, ]+ = )?"?([a-z]\w*\.\w+|call)\b')
_FRAMES = frozenset({"func.func", "func.return", "stablehlo.return", "sdy.mesh", "sdy.return"})
# `ROOT %a = (f32[3]{0}, s32[]) while(%b)`
_INSTRUCTION = re.compile(r"\s+(?:ROOT )?%?[\w.-]+ = .*?[\]})] ([a-z][\w-]*)\(")
_HANDS_AROUND = frozenset({"parameter", "tuple", "get-tuple-element"})


@dataclass(frozen=True, slots=True)
class Aligned:
    """How many operations of one text are aligned.

    Attributes:
        operations: how many there are.
        aligned: how many have a line of the source.
        missed: the names of the others, the most frequent ones, with how many there are of each.
    """

    operations: int
    aligned: int
    missed: Mapping[str, int]

    @property
    def share(self) -> float:
        """The aligned ones, as a share of all."""
        return self.aligned / self.operations if self.operations else 1.0


@dataclass(slots=True)
class _Tally:
    operations: int = 0
    missed: Counter[str] = field(default_factory=Counter)


class AlignmentCounter:
    """Counts, record by record; one without an alignment, or with none of a text, counts not."""

    def __init__(self) -> None:
        self._tallies: dict[str, _Tally] = {}

    def add(self, record: Record) -> None:
        """Count the operations of a record."""
        alignment = record.get("alignment") or {}
        for stage, names in _NAMES.items():
            text, which = record.get(stage), alignment.get(stage)
            if text is None or which is None:
                continue
            tally = self._tallies.setdefault(stage, _Tally())
            for row, number in zip(text.splitlines(), which, strict=False):
                for name in names(row, record):
                    tally.operations += 1
                    if not alignment["lines"][number]:
                        tally.missed[name] += 1

    def figures(self) -> dict[str, Aligned]:
        """By stage, what was counted."""
        return {stage: _aligned(tally) for stage, tally in self._tallies.items()}


def _aligned(tally: _Tally) -> Aligned:
    missed = sorted(tally.missed.items(), key=lambda item: (-item[1], item[0]))
    aligned = tally.operations - tally.missed.total()
    return Aligned(tally.operations, aligned, dict(missed[:_MOST_MISSED]))


def _equations(row: str, record: Record) -> Iterator[str]:
    found = list(_EQUATION.finditer(row))
    yield from (match[1] or match[2] for match in found)
    effect = None if found else _EFFECT.match(row)
    if effect is not None and effect[1] in record.get("primitives", ()):
        yield effect[1]


def _operations(row: str, record: Record) -> Iterator[str]:
    del record  # an operation is told by its line alone
    match = _OPERATION.match(row)
    if match is not None and match[1] not in _FRAMES:
        yield match[1]


def _instructions(row: str, record: Record) -> Iterator[str]:
    del record
    match = _INSTRUCTION.match(row)
    if match is not None and match[1] not in _HANDS_AROUND:
        yield match[1]


_NAMES: Mapping[str, Callable[[str, Record], Iterator[str]]] = {
    "jaxpr": _equations,
    "stablehlo": _operations,
    "hlo": _instructions,
    "optimized_hlo": _instructions,
}
"""By stage, the operations that a line of its text holds."""
