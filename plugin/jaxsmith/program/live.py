"""What of a graph its results depend on."""

from __future__ import annotations

from dataclasses import replace
from itertools import compress
from typing import TYPE_CHECKING

from jaxsmith.vocabulary.value import Var

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxsmith.program.graph import Eqn, Graph


def eqn_reads(eqn: Eqn) -> list[Var]:
    """Every value an equation or one of its regions reads."""
    reads = [atom for atom in eqn.operands if isinstance(atom, Var)]
    for region in eqn.regions:
        reads.extend(region.uses())
    return reads


# What calls one of its regions, whichever result is read: a result that none reads can go.
BRANCHES = ("cond", "switch")


def prune(graph: Graph) -> Graph:
    """The graph without dead equations; parameters of a region stay, they are its signature."""
    live = {atom for atom in graph.results if isinstance(atom, Var)}
    kept: list[Eqn] = []
    for eqn in reversed(graph.eqns):
        if any(var in live for var in eqn.outputs):
            needed = _narrowed(eqn, [var in live for var in eqn.outputs])
            kept.append(needed)
            live.update(eqn_reads(needed))
    return replace(graph, eqns=tuple(reversed(kept)))


def _narrowed(eqn: Eqn, keep: Sequence[bool]) -> Eqn:
    """A branch without the results that nothing reads, and without the operands only they read."""
    grouped = any(region.groups for region in eqn.regions)
    if all(keep) or grouped or eqn.op.control not in BRANCHES:
        return eqn
    regions = [
        prune(replace(region, results=tuple(compress(region.results, keep))))
        for region in eqn.regions
    ]
    reads = [region.uses() for region in regions]
    used = [
        any(uses[param] for uses, param in zip(reads, column, strict=True))
        for column in zip(*(region.params for region in regions), strict=True)
    ]
    used = used if any(used) else [True, *used[1:]]  # a branch takes something
    choice, *operands = eqn.operands
    return replace(
        eqn,
        operands=(choice, *compress(operands, used)),
        outputs=tuple(compress(eqn.outputs, keep)),
        regions=tuple(
            replace(region, params=tuple(compress(region.params, used))) for region in regions
        ),
    )
