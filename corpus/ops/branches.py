"""Branches that call functions: lax.cond and lax.switch, with arrays and tuples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxsmith.program.builder import Builder
from jaxsmith.program.region import DEEPEST, drop, inner, open_region, produce, used
from jaxsmith.vocabulary import dtypes, spans
from jaxsmith.vocabulary.accuracy import EQUAL
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.draw import Draw
from jaxsmith.vocabulary.op import Op, Proposal
from jaxsmith.vocabulary.value import Literal, Var

if TYPE_CHECKING:
    from jaxsmith.program.builder import Entry
    from jaxsmith.program.graph import Graph
    from jaxsmith.vocabulary.interval import Interval
    from jaxsmith.vocabulary.op import Scope

BRANCH_NAMES = ("grow", "shrink", "hold", "reset")


def pick_operands(builder: Builder, most: int) -> list[Var]:
    """One to ``most`` different values of float or integer type to pass to a function."""
    picked: list[Var] = []
    for _ in range(builder.rng.integer(1, most)):
        var = builder.value("ffi", avoid=picked)
        if var is not None and var not in picked:
            picked.append(var)
    return picked


def write_branches(
    builder: Builder, operands: list[Var], names: tuple[str, ...], outputs: int
) -> tuple[list[Graph], list[Interval], list[Var]] | None:
    """One region per name, all of the same type: that of the first ``outputs`` operands."""
    graphs: list[Graph] = []
    results: list[list[Var]] = []
    likes = operands[:outputs]
    for name in names:
        params = [inner(var) for var in operands]
        child = open_region(builder, name, params, builder.rng.weighted((1, 2, 3, 5), (5, 4, 3, 1)))
        made: list[Var] = []
        for param in params[:outputs]:
            var = produce(child, param, avoid=made)
            if var is None:
                return None
            made.append(var)
        graphs.append(child.graph(made, name=name))
        results.append(made)
    union = list(results[0])
    intervals = [var.interval for var in union]
    for made in results[1:]:
        intervals = [a.union(var.interval) for a, var in zip(intervals, made, strict=True)]
    return graphs, intervals, likes


def _cond(scope: Scope, _op: Op) -> Proposal | None:
    assert isinstance(scope, Builder)
    if scope.depth >= DEEPEST:
        return None
    deciders = _flag(scope) if scope.rng.chance(0.6) else _test(scope) or _flag(scope)
    if not deciders:
        return None
    return _branching(scope, deciders, scope.rng.sample(BRANCH_NAMES, 2), "cond")


def _inputs(builder: Builder) -> list[Entry]:
    """The function's own parameters that no branch around this graph was chosen by."""
    top = builder
    while top.outer is not None:
        top = top.outer
    return [entry for entry in top.entries if entry.var not in builder.decided]


def _flag(builder: Builder) -> list[Var]:
    """A boolean parameter: random inputs take both branches. Empty where there can be none."""
    flags = [e.var for e in _inputs(builder) if e.var.aval == Aval((), "bool")]
    if flags and builder.rng.chance(0.5):
        return [builder.rng.choice(flags)]
    hints = ("flag", "use_first", "enabled", "reset_first", "training")
    flag = builder.parameter(Aval((), "bool"), Draw("uniform", 0, 1), hints)
    return [] if flag is None else [flag]


def _test(builder: Builder) -> list[Var]:
    """A comparison of a parameter with the middle of its range, which mirrored inputs turn round.

    The predicate and the parameter, neither of which decides anything within the branches.
    """
    entries = [
        entry
        for entry in _inputs(builder)
        if entry.draw.kind == "uniform" and entry.var.aval.size and entry.var.aval.dtype != "bool"
    ]
    if not entries:
        return []
    entry = builder.rng.choice(entries)
    value = entry.var
    if value.aval.rank:
        mean = Aval((), dtypes.inexact(value.aval.dtype))
        (value,) = builder.emit(
            builder.vocabulary["mean"], Proposal((value,), (mean,), {"tail": ""})
        )
    integer = dtypes.kind(value.aval.dtype) == "i"
    middle = int(entry.draw.interval.middle) if integer else entry.draw.interval.middle
    test = builder.vocabulary["integer_greater" if integer else "greater"]
    limit = Literal(middle, Aval((), value.aval.dtype))
    names = (("is_large", "positive", "above"),)
    (predicate,) = builder.emit(
        test, Proposal((value, limit), (Aval((), "bool"),), {}, names=names)
    )
    return [predicate, entry.var]


def _switch(scope: Scope, _op: Op) -> Proposal | None:
    assert isinstance(scope, Builder)
    if scope.depth >= DEEPEST:
        return None
    count = scope.rng.weighted((2, 3, 4), (2, 5, 2))
    # Now and then the index may lie outside: JAX clamps it.
    low, high = scope.rng.choice(((0, count - 1), (0, count - 1), (-1, count)))
    draw = Draw("uniform", low, high)
    index = scope.parameter(Aval((), scope.dtype("p")), draw, ("index", "mode", "branch", "case"))
    if index is None:
        return None
    return _branching(scope, [index], scope.rng.sample(BRANCH_NAMES, count), "switch")


def _branching(
    builder: Builder, deciders: list[Var], names: list[str], kind: str
) -> Proposal | None:
    operands = pick_operands(builder, 3)
    if not operands:
        return None
    outputs = 1 if len(operands) == 1 else builder.rng.weighted((1, 2), (3, 1))
    builder.deciding.extend(deciders)
    written = write_branches(builder, operands, tuple(names), outputs)
    del builder.deciding[-len(deciders) :]
    if written is None:
        return None
    graphs, intervals, likes = written
    # An operand that no branch reads is not passed.
    keep = [any(column) for column in zip(*(used(graph) for graph in graphs), strict=True)]
    operands = [operand for operand, kept in zip(operands, keep, strict=True) if kept]
    graphs = [drop(graph, keep) for graph in graphs]
    if not operands:
        return None
    regions = ", ".join(f"{{r{i}}}" for i in range(len(graphs)))
    call = (
        f"cond({{0}}, {regions}, {{1*}})"
        if kind == "cond"
        else f"switch({{0}}, [{regions}], {{1*}})"
    )
    return Proposal(
        (deciders[0], *operands),
        tuple(var.aval for var in likes),
        {"jax_template": f"lax.{call}", "numpy_template": call},
        tuple(graphs),
        intervals=tuple(intervals),
    )


OPS = [
    Op("lax_cond", "conditionals", "", "", _cond, spans.keep, EQUAL, smooth="kinked",
       names=("selected", "outcome", "updated", "chosen"), helpers=("cond",), control="cond",
       verb="cond", weight=4.0),
    Op("switch", "conditionals", "", "", _switch, spans.keep, EQUAL, smooth="kinked",
       names=("selected", "outcome", "routed", "chosen"), helpers=("switch",), control="switch",
       weight=2.5),
]  # fmt: skip
