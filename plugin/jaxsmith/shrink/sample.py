"""A graph with the values of its parameters: what is made smaller."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from jaxsmith.program.builder import Entry
from jaxsmith.program.live import prune
from jaxsmith.program.write import write
from jaxsmith.sample.sets import InputSet
from jaxsmith.verdict.interpret import Interpreter
from jaxsmith.verdict.reference import widen
from jaxsmith.vocabulary.draw import Draw
from jaxsmith.vocabulary.value import Literal, Var

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jaxsmith.program.function import Function
    from jaxsmith.program.graph import Eqn, Graph
    from jaxsmith.program.helpers import Helpers
    from jaxsmith.vocabulary.value import Atom


@dataclass(frozen=True, slots=True)
class Sample:
    """A function's graph, and an array for each of its parameters."""

    graph: Graph
    arrays: tuple[Any, ...]

    @property
    def inputs(self) -> InputSet:
        """The arrays as an input set."""
        return InputSet("given", None, self.arrays)

    def without_dead(self) -> Sample:
        """The same without equations and parameters that no result needs."""
        graph = _pruned(self.graph)
        uses = graph.uses()
        pairs = zip(graph.params, self.arrays, strict=True)
        kept = [(param, array) for param, array in pairs if uses[param]]
        params = tuple(param for param, _ in kept)
        return Sample(replace(graph, params=params), tuple(array for _, array in kept))

    def written(self, like: Function, helpers: Helpers) -> Function:
        """As a function of the case and the settings of another."""
        entries = [Entry(param, _drawn(array)) for param, array in zip(
            self.graph.params, self.arrays, strict=True
        )]  # fmt: skip
        return write(like.case, self.graph, entries, helpers, x64=like.x64)

    def values(self, namespace: Mapping[str, Any]) -> dict[Var, Any]:
        """What every equation of the graph gives, by the reference's meaning."""
        interpreter = Interpreter(dict(namespace), bounds=False)
        arrays = [widen(array) for array in self.arrays]
        values: dict[Var, Any] = dict(zip(self.graph.params, arrays, strict=True))
        with np.errstate(all="ignore"):
            for eqn in self.graph.eqns:
                results = interpreter.equation_values(eqn, values)
                values.update(zip(eqn.outputs, results, strict=True))
        return values


def _pruned(graph: Graph) -> Graph:
    """The graph without dead equations, in its regions too; their parameters stay."""
    graph = prune(graph)
    eqns = (
        replace(eqn, regions=tuple(map(_pruned, eqn.regions))) if eqn.regions else eqn
        for eqn in graph.eqns
    )
    return prune(replace(graph, eqns=tuple(eqns)))


def _drawn(array: Any) -> Draw:
    """A range that holds the values, for what asks how a parameter is drawn."""
    finite = np.asarray(array)[np.isfinite(np.asarray(array).astype(np.complex128))]
    if not finite.size or finite.dtype.kind not in "fiu":
        return Draw("uniform", 0.0, 1.0)
    return Draw("uniform", float(finite.min()), float(finite.max()))


def substituted(eqns: Sequence[Eqn], into: Mapping[Var, Atom]) -> tuple[Eqn, ...]:
    """Equations that read other values in the place of some, in their regions too."""
    return tuple(
        replace(
            eqn,
            operands=tuple(replaced(atom, into) for atom in eqn.operands),
            regions=tuple(_inside(region, into) for region in eqn.regions),
        )
        for eqn in eqns
    )


def _inside(region: Graph, into: Mapping[Var, Atom]) -> Graph:
    return replace(
        region,
        eqns=substituted(region.eqns, into),
        results=tuple(replaced(atom, into) for atom in region.results),
    )


def replaced(atom: Atom, into: Mapping[Var, Atom]) -> Atom:
    """What is read in the place of a value; itself if nothing is."""
    return atom if isinstance(atom, Literal) else into.get(atom, atom)
