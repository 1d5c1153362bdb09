"""What some version of JAX can't do right, as data that a program is held against."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jaxsmith.program.graph import Graph


@dataclass(frozen=True, slots=True)
class Limitation:
    """A known bug, and the programs that meet it.

    Attributes:
        name: what it is called in ``FINDINGS.md``.
        rows: operations of which a program must hold ``least`` to meet it.
        least: how many.
        before: the first version of JAX that is free of it.
        reason: what goes wrong, in one line.
    """

    name: str
    rows: frozenset[str]
    least: int
    before: str
    reason: str


def bites(limitations: Iterable[Limitation], graph: Graph, version: str) -> Limitation | None:
    """The first limitation of this version of JAX that the program meets, or None."""
    for known in limitations:
        if _release(version) >= _release(known.before):
            continue
        if sum(eqn.op.name in known.rows for eqn in graph.walk()) >= known.least:
            return known
    return None


def _release(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])
