"""Samples with shorter axes: the same operations on fewer elements."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from jaxsmith.errors import RejectedError
from jaxsmith.shrink.sample import Sample, replaced
from jaxsmith.verdict import reference
from jaxsmith.verdict.interpret import Interpreter
from jaxsmith.vocabulary.aval import Aval

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from jaxsmith.program.graph import Eqn, Graph
    from jaxsmith.vocabulary.aval import Shape
    from jaxsmith.vocabulary.value import Var


def shortened(sample: Sample, namespace: Mapping[str, Any]) -> Iterator[Sample]:
    """All axes of one size to 1, to 2 or to half of it; long ones first."""
    sizes = {size for array in sample.arrays for size in array.shape if size > 1}
    for size in sorted(sizes, reverse=True):
        for shorter in sorted({1, 2, size // 2}):
            made = _resized(sample, size, shorter, namespace) if shorter < size else None
            if made is not None:
                yield made


def _resized(
    sample: Sample, size: int, shorter: int, namespace: Mapping[str, Any]
) -> Sample | None:
    """The sample with that many first elements of each such axis; None where that means nothing."""
    arrays = tuple(_cut(array, size, shorter) for array in sample.arrays)
    graph = _with_lengths(sample.graph, size, shorter)
    interpreter = _Measuring(dict(namespace), bounds=False)
    try:
        reference.run(lambda *given: interpreter.values(graph, given, {}), arrays)
    except RejectedError:
        return None  # it was not written for such shapes
    shapes = interpreter.shapes
    into = {var: replace(var, aval=Aval(shapes[var], var.aval.dtype)) for var in shapes}
    return Sample(_with_shapes(graph, into), arrays)


@dataclass(slots=True)
class _Measuring(Interpreter):
    """Runs a graph without bounds, and notes of what shape each value is."""

    shapes: dict[Var, Shape] = field(default_factory=dict)

    def values(self, graph: Graph, args: Sequence[Any], outer: dict[Var, Any]) -> list[Any]:
        self._note(graph.params, args)
        return Interpreter.values(self, graph, args, outer)

    def equation_values(self, eqn: Eqn, env: dict[Var, Any]) -> list[Any]:
        values = Interpreter.equation_values(self, eqn, env)
        self._note(eqn.outputs, values)
        return values

    def _note(self, variables: Sequence[Var], values: Sequence[Any]) -> None:
        self.shapes.update(zip(variables, map(np.shape, values), strict=True))


def _cut(array: Any, size: int, shorter: int) -> Any:
    return array[tuple(slice(shorter if length == size else None) for length in array.shape)]


def _with_lengths(graph: Graph, size: int, shorter: int) -> Graph:
    """With loops and maps over such an axis as long as it is now."""
    eqns = []
    for eqn in graph.eqns:
        regions = tuple(_with_lengths(region, size, shorter) for region in eqn.regions)
        attributes = dict(eqn.attributes)
        if attributes.get("length") == size:
            attributes["length"] = shorter
        changed = bool(regions) or attributes != eqn.attributes
        eqns.append(replace(eqn, attributes=attributes, regions=regions) if changed else eqn)
    return replace(graph, eqns=tuple(eqns))


def _with_shapes(graph: Graph, into: Mapping[Var, Var]) -> Graph:
    def made(variables: Sequence[Var]) -> tuple[Var, ...]:
        return tuple(into.get(var, var) for var in variables)

    eqns = tuple(
        replace(
            eqn,
            operands=tuple(replaced(atom, into) for atom in eqn.operands),
            outputs=made(eqn.outputs),
            regions=tuple(_with_shapes(region, into) for region in eqn.regions),
        )
        for eqn in graph.eqns
    )
    results = tuple(replaced(atom, into) for atom in graph.results)
    return replace(graph, params=made(graph.params), eqns=eqns, results=results)
