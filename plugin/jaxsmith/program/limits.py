"""What some version of JAX can't do right, as data that a program is held against."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jaxsmith.vocabulary.dtypes import kind
from jaxsmith.vocabulary.value import Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jaxsmith.program.graph import Eqn, Graph
    from jaxsmith.vocabulary.op import Op


@dataclass(frozen=True, slots=True)
class Limitation:
    """A known bug, and the programs that meet it.

    Attributes:
        name: what it is called in ``FINDINGS.md``.
        rows: operations of which a program must hold ``least`` to meet it.
        calls: what code that was written by hand says where it is such an operation too.
        least: how many.
        before: the first version of JAX that is free of it; None where none is yet.
        reason: what goes wrong, in one line.
        inside: the meanings (``Op.control``) of operations within whose regions they must stand,
            separated by spaces; anywhere where empty.
        since: the first version of JAX that has it; None where all that are supported do.
        always: whether every such program is refused before it is run; otherwise the bug explains
            wrong numbers, and programs whose numbers are right are samples.
        beside: operations, or what code that was written by hand says, of which one must stand
            somewhere in the program too; where empty, nothing need.
        mixed: whether only operations on floats of several dtypes meet it.
    """

    name: str
    rows: frozenset[str]
    least: int
    before: str | None
    reason: str
    inside: str = ""
    calls: tuple[str, ...] = ()
    since: str | None = None
    always: bool = True
    beside: tuple[str, ...] = ()
    mixed: bool = False

    def concerns(self, op: Op) -> bool:
        """Whether an operation is one of those that the bug is about."""
        return op.name in self.rows or _says(op, self.calls)

    def is_met_by(self, graph: Graph) -> bool:
        """Whether a program holds what meets it."""
        everything = list(graph.walk())
        if self.beside and not any(self._stands_beside(eqn.op) for eqn in everything):
            return False
        eqns = _inside(graph, self.inside) if self.inside else everything
        met = (eqn for eqn in eqns if self.concerns(eqn.op) and (_mixes(eqn) or not self.mixed))
        return sum(1 for _ in met) >= self.least

    def _stands_beside(self, op: Op) -> bool:
        return op.name in self.beside or _says(op, self.beside)


def _mixes(eqn: Eqn) -> bool:
    """Whether an operation has operands of several float dtypes."""
    arrays = (atom for atom in eqn.operands if not isinstance(atom, Literal))
    return len({atom.aval.dtype for atom in arrays if kind(atom.aval.dtype) == "f"}) > 1


def _says(op: Op, calls: Iterable[str]) -> bool:
    """Whether the code that an operation brings along, if any, holds one of these."""
    texts = () if op.code is None else op.code.definitions("jax").values()
    return any(call in text for call in calls for text in texts)


def bites(
    limitations: Iterable[Limitation], graph: Graph, version: str, *, always: bool = True
) -> Limitation | None:
    """The first limitation of this version of JAX that the program meets, or None.

    Of those that such programs always meet, or with ``always=False`` of the others.
    """
    asked = (each for each in limitations if each.always == always)
    here = (each for each in asked if is_within(version, each.since, each.before))
    return next((known for known in here if known.is_met_by(graph)), None)


def _inside(graph: Graph, controls: str) -> list[Eqn]:
    """What runs inside of the functions that operations of these meanings call."""
    callers = [eqn for eqn in graph.walk() if eqn.op.control in controls.split()]
    return [inner for eqn in callers for region in eqn.regions for inner in region.walk()]


def is_within(version: str, since: str | None, before: str | None) -> bool:
    """Whether a version is ``since`` or later, and earlier than ``before``; None is no bound."""
    late_enough = since is None or release(version) >= release(since)
    return late_enough and (before is None or release(version) < release(before))


def release(version: str) -> tuple[int, ...]:
    """The numbers of a version that order it: three at most."""
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])
