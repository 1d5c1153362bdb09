"""Regions: the functions that control flow and transformations call."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from jaxsmith.program.grow import grow, join, loose_ends
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.value import Var

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxsmith.program.builder import Builder
    from jaxsmith.program.graph import Graph
    from jaxsmith.program.style import Style
    from jaxsmith.vocabulary.interval import Interval

# Rows that keep the type of their operand, for when nothing that was grown has the right one.
KEEPERS = ("tanh", "sin", "negate", "multiply", "add", "guard_tanh", "subtract", "cos")
INTEGER_KEEPERS = ("integer_add", "integer_multiply", "bitwise_xor", "integer_subtract")
DEEPEST = 2


def inner(var: Var, interval: Interval | None = None, hints: tuple[str, ...] = ()) -> Var:
    """A region's parameter for a value passed to it."""
    return Var(var.aval, interval or var.interval, hints or var.hints)


def sliced(var: Var, axis: int, hints: tuple[str, ...] = ()) -> Var:
    """A region's parameter for a slice of a value along an axis."""
    shape = var.aval.shape
    rest = shape[:axis] + shape[axis + 1 :]
    return Var(Aval(rest, var.aval.dtype), var.interval, hints)


def open_region(
    builder: Builder, name: str, params: Sequence[Var], size: int, style: Style | None = None
) -> Builder:
    """A child builder with these parameters and about ``size`` operations."""
    child = builder.child(f"{name}{len(builder.eqns)}", params, style)
    if child.palette is not None and size > 0:
        # A function inside a function is kept short, as one would write it.
        grow(child, child.palette, size if builder.depth == 0 else min(size, 2))
    return child


def produce(
    child: Builder, like: Var, domain: Interval | None = None, avoid: Sequence[Var] = ()
) -> Var | None:
    """A computed value of ``like``'s type, inside the domain, made from what the region holds."""
    ends = [var for var in loose_ends(child) if var not in avoid]
    found = [var for var in ends if var.aval == like.aval]
    result = found[-1] if found else _keep_type(child, like)
    if result is None:
        return None
    # What was computed but is not read yet, and the parameters themselves, join the result.
    for other in [*loose_ends(child), *child.fixed]:
        waiting = other in child.unread and other is not result and other not in avoid
        if not waiting or other.aval.dtype != like.aval.dtype:
            continue
        joined = join(child, result, other)
        if joined is not None and joined.aval == like.aval:
            result = joined
    return child.within(result, domain)


def used(graph: Graph) -> list[bool]:
    """For each parameter of a region, whether anything reads it."""
    uses = graph.uses()
    return [uses[param] > 0 for param in graph.params]


def drop(graph: Graph, keep: Sequence[bool]) -> Graph:
    """The region without the parameters that are not kept."""
    params = tuple(param for param, kept in zip(graph.params, keep, strict=True) if kept)
    return replace(graph, params=params)


def _keep_type(child: Builder, like: Var) -> Var | None:
    starts = [var for var in child.visible() if var.aval == like.aval]
    if not starts:
        return None
    start = child.rng.choice(starts)
    names: tuple[str, ...] = INTEGER_KEEPERS if like.aval.dtype.startswith("int") else KEEPERS
    if like.aval.dtype == "bool":
        names = ("logical_not", "logical_xor", "logical_and")
    for name in child.rng.shuffled(names):
        op = child.vocabulary.by_name.get(name)
        if op is None or not child.allows(op):
            continue
        outputs = child.apply(op, start)
        if outputs is not None and outputs[0].aval == like.aval:
            return outputs[0]
    return None
