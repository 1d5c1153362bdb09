"""Ways to make a sample smaller. Each gives candidates, the boldest first; a new way is one row."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from jaxsmith.shrink.resize import shortened
from jaxsmith.shrink.sample import Sample, replaced, substituted
from jaxsmith.vocabulary.value import Var

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from jaxsmith.program.graph import Eqn, Graph

    Step = Callable[[Sample, Mapping[str, Any]], Iterator[Sample]]

# What they call may stand in their place; in that of a conditional, the branch it takes.
_CALLS = ("call", "checkpoint")
_BRANCHES = ("cond", "switch")


def one_result(sample: Sample, _namespace: Mapping[str, Any]) -> Iterator[Sample]:
    """Only one of several results, alone."""
    graph = sample.graph
    plain = graph.returns in ("", "{*}") and len(graph.results) == 1
    for atom in () if plain else graph.results:
        yield replace(sample, graph=replace(graph, results=(atom,), returns=""))


def hoisted(sample: Sample, namespace: Mapping[str, Any]) -> Iterator[Sample]:
    """What some equations give as parameters: many equations at once, then fewer, then each."""
    eqns = sample.graph.eqns
    values = sample.values(namespace)
    size = len(eqns)
    while size:
        for start in range(0, len(eqns), size):
            yield _hoisted(sample, eqns[start : start + size], values)
        size //= 2


def _hoisted(sample: Sample, gone: tuple[Eqn, ...], values: Mapping[Var, Any]) -> Sample:
    graph = sample.graph
    made = tuple(var for eqn in gone for var in eqn.outputs)
    arrays = tuple(np.asarray(values[var]).astype(var.aval.dtype) for var in made)
    kept = tuple(eqn for eqn in graph.eqns if eqn not in gone)
    smaller = replace(graph, params=graph.params + made, eqns=kept)
    return Sample(smaller, sample.arrays + arrays)


def inlined(sample: Sample, namespace: Mapping[str, Any]) -> Iterator[Sample]:
    """A function that is called, or the branch that is taken, in the place of the call."""
    graph = sample.graph
    values = sample.values(namespace)
    for position, eqn in enumerate(graph.eqns):
        region, operands = _called(eqn, values)
        if region is None or len(region.params) != len(operands):
            continue
        into = dict(zip(region.params, operands, strict=True))
        body = substituted(region.eqns, into)
        results = [replaced(atom, into) for atom in region.results]
        outputs = dict(zip(eqn.outputs, results, strict=True))
        rest = substituted(graph.eqns[position + 1 :], outputs)
        ends = tuple(replaced(atom, outputs) for atom in graph.results)
        eqns = (*graph.eqns[:position], *body, *rest)
        yield replace(sample, graph=replace(graph, eqns=eqns, results=ends))


def _called(eqn: Eqn, values: Mapping[Var, Any]) -> tuple[Graph | None, tuple[Any, ...]]:
    if eqn.op.control in _CALLS:
        return eqn.regions[0], eqn.operands
    if eqn.op.control in _BRANCHES and isinstance(eqn.operands[0], Var):
        choice = int(values[eqn.operands[0]])
        last = len(eqn.regions) - 1
        chosen = 1 - choice if eqn.op.control == "cond" else min(max(choice, 0), last)
        return eqn.regions[chosen], eqn.operands[1:]
    return None, ()


def one_of_many(sample: Sample, namespace: Mapping[str, Any]) -> Iterator[Sample]:
    """A function that is mapped over an axis, once, if its results are those of the graph."""
    graph = sample.graph
    values = sample.values(namespace)
    for position, eqn in enumerate(graph.eqns):
        ends = dict(zip(eqn.outputs, eqn.regions[0].results if eqn.regions else (), strict=False))
        if eqn.op.control != "vmap" or not all(end in ends for end in graph.results):
            continue
        region, axes = eqn.regions[0], eqn.attributes["axes_in"]
        assert isinstance(axes, tuple)
        operands = [values[a] if isinstance(a, Var) else a.value for a in eqn.operands]
        arrays = tuple(
            np.asarray(value if axis is None else np.take(value, 0, axis)).astype(param.aval.dtype)
            for value, axis, param in zip(operands, axes, region.params, strict=True)
        )
        yield Sample(
            replace(
                graph,
                params=graph.params + region.params,
                eqns=(*graph.eqns[:position], *region.eqns),
                results=tuple(ends[end] for end in graph.results if isinstance(end, Var)),
            ),
            sample.arrays + arrays,
        )


def forwarded(sample: Sample, _namespace: Mapping[str, Any]) -> Iterator[Sample]:
    """An operand in the place of what an operation makes of it, inside of regions too."""
    for graph in _forwarded(sample.graph):
        yield replace(sample, graph=graph)


def _forwarded(graph: Graph) -> Iterator[Graph]:
    for position, eqn in enumerate(graph.eqns):
        before, behind = graph.eqns[:position], graph.eqns[position + 1 :]
        (first, *others) = eqn.outputs
        for operand in eqn.operands if not others else ():
            if isinstance(operand, Var) and operand.aval == first.aval:
                into = {first: operand}
                ends = tuple(replaced(atom, into) for atom in graph.results)
                yield replace(graph, eqns=(*before, *substituted(behind, into)), results=ends)
        for k, region in enumerate(eqn.regions):
            for smaller in _forwarded(region):
                regions = (*eqn.regions[:k], smaller, *eqn.regions[k + 1 :])
                yield replace(graph, eqns=(*before, replace(eqn, regions=regions), *behind))


def plainer(sample: Sample, _namespace: Mapping[str, Any]) -> Iterator[Sample]:
    """Simpler numbers in an input: all the same, or few digits, if they are in its range."""
    for position, (param, array) in enumerate(zip(sample.graph.params, sample.arrays, strict=True)):
        low, high = param.interval
        for made in _simpler(array):
            simpler = made.astype(array.dtype)
            wide = np.real(simpler.astype(np.complex128))
            if np.all((wide >= low) & (wide <= high)):
                arrays = (*sample.arrays[:position], simpler, *sample.arrays[position + 1 :])
                yield Sample(sample.graph, arrays)


def _simpler(array: Any) -> Iterator[Any]:
    """Plainer and plainer numbers, up to those that it has: none is plainer than zeros."""
    ways: tuple[Callable[[Any], Any], ...]
    if array.dtype.kind == "b":
        ways = (np.zeros_like, np.ones_like)
    else:
        wide = array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)
        ways = (np.zeros_like, np.ones_like, np.round, partial(np.round, decimals=1))
        array = wide if array.dtype.kind not in "iu" else array
    for way in ways:
        simpler = way(array)
        if np.array_equal(simpler, array):
            return
        yield simpler


STEPS: tuple[Step, ...] = (
    one_result, one_of_many, hoisted, inlined, forwarded, shortened, plainer,
)  # fmt: skip
