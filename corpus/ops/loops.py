"""Loops that call functions: lax.scan, lax.fori_loop and lax.while_loop."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from jaxsmith.program.builder import Builder
from jaxsmith.program.grow import loose_ends
from jaxsmith.program.region import DEEPEST, inner, open_region, produce, sliced, used
from jaxsmith.vocabulary import dtypes, spans
from jaxsmith.vocabulary.accuracy import EQUAL
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.draw import Draw
from jaxsmith.vocabulary.interval import Interval
from jaxsmith.vocabulary.op import Op, Proposal
from jaxsmith.vocabulary.value import Literal, Var

if TYPE_CHECKING:
    from jaxsmith.vocabulary.op import Scope

CARRY_NAMES = (("carry", "state", "total"), ("level", "memory", "rest"), ("best", "last"))
BODY_SIZES = ((1, 2, 3, 4, 6, 9), (4, 5, 4, 3, 2, 1))


def invariant(var: Var) -> Interval:
    """A range that a carry of this type stays in, once the body keeps to it."""
    reach = 4.0 if dtypes.kind(var.aval.dtype) == "f" else 100.0
    wide = var.interval.union(Interval(-reach, reach))
    return Interval(float(math.floor(wide.low)), float(math.ceil(wide.high)))


def _carries(builder: Builder, most: int) -> list[Var]:
    picked: list[Var] = []
    for _ in range(builder.rng.weighted((1, 2), (3, 1)) if most > 1 else 1):
        var = builder.value("fffi", avoid=picked, hints=("start", "init", "initial"))
        if var is not None and var not in picked and var.interval.magnitude < 1e4:
            picked.append(var)
    return picked


def _advance(child: Builder, carries: list[Var], ranges: list[Interval]) -> list[Var] | None:
    """The carry after one step, of the same types and inside the same ranges."""
    made: list[Var] = []
    for carry, domain in zip(carries, ranges, strict=True):
        var = produce(child, carry, domain, avoid=made)
        if var is None:
            return None
        made.append(var)
    return made


def group(count: int, offset: int = 0) -> str:
    """A template of one value, or of a tuple of them."""
    names = ", ".join(f"{{{offset + i}}}" for i in range(count))
    return names if count == 1 else f"({names})"


def _scan(scope: Scope, _op: Op) -> Proposal | None:
    assert isinstance(scope, Builder)
    if scope.depth >= DEEPEST:
        return None
    sequence = scope.value(
        "ffi", ranks=(1, 4), where=lambda a: 0 < a.shape[0] <= 16, hints=("xs", "inputs")
    )
    if sequence is None:
        return None
    carries = [var for var in _carries(scope, 2) if var is not sequence]
    if not carries:
        return None
    length = sequence.aval.shape[0]
    sequences = [sequence]
    other = scope.value(
        "ffi", ranks=(1, 4), where=lambda a: a.shape[0] == length, avoid=[sequence, *carries],
        fresh=lambda: (length, *scope.shape((0, 1))),
    ) if scope.rng.chance(0.3) else None  # fmt: skip
    if other is not None:
        sequences.append(other)
    ranges = [invariant(var) for var in carries]
    state = [
        inner(var, span, CARRY_NAMES[i])
        for i, (var, span) in enumerate(zip(carries, ranges, strict=True))
    ]
    items = [sliced(var, 0, ("x", "item", "row", "value")) for var in sequences]
    child = open_region(scope, "step", [*state, *items], scope.rng.weighted(*BODY_SIZES))
    after = _advance(child, state, ranges)
    if after is None:
        return None
    ends = [var for var in loose_ends(child) if var not in after]
    outputs = (ends or after)[: scope.rng.weighted((1, 2), (4, 1))]
    return _scan_proposal(scope, child, carries, sequences, after, outputs, ranges)


def _scan_proposal(
    scope: Builder,
    child: Builder,
    carries: list[Var],
    sequences: list[Var],
    after: list[Var],
    outputs: list[Var],
    ranges: list[Interval],
) -> Proposal | None:
    n, m, k = len(carries), len(sequences), len(outputs)
    length = sequences[0].aval.shape[0]
    returns = f"{group(n)}, {group(k, n)}"
    graph = child.graph(
        [*after, *outputs],
        name=scope.rng.choice(("step", "body", "update")),
        groups=(n if n > 1 else 0, m if m > 1 else 0),
        returns=returns,
    )
    backwards = scope.rng.chance(0.25)
    tail = ", reverse=True" if backwards else ""
    call = f"scan({{r0}}, {group(n)}, {group(m, n)}{tail})"
    stacked = tuple(Aval((length, *var.aval.shape), var.aval.dtype) for var in outputs)
    if not all(used(graph)):
        return None
    return Proposal(
        (*carries, *sequences),
        (*(var.aval for var in carries), *stacked),
        {
            "jax_template": f"lax.{call}",
            "numpy_template": call,
            "unpack": returns,
            "carries": n,
            "length": length,
            "reversed": backwards,
        },
        (graph,),
        names=(*(("final", "last", "carried"),) * n, *(("history", "outputs", "trace"),) * k),
        intervals=(*ranges, *(var.interval for var in outputs)),
    )


def _fori(scope: Scope, _op: Op) -> Proposal | None:
    assert isinstance(scope, Builder)
    if scope.depth >= DEEPEST:
        return None
    carries = _carries(scope, 2)
    if not carries:
        return None
    lower, upper = scope.rng.weighted((0, 1, 2), (8, 2, 1)), scope.rng.integer(3, 8)
    count = None
    if scope.rng.chance(0.4):
        # No iteration, one, or several: the input sets take them all.
        aval = Aval((), dtypes.default_int(x64=scope.x64))
        count = scope.parameter(aval, Draw("uniform", 0, upper), ("steps", "count", "n"))
    dtype = dtypes.default_int(x64=scope.x64)
    hints = ("i", "step_index")
    index = Var(Aval((), dtype), Interval(lower, upper), hints, weak=count is None)
    ranges = [invariant(var) for var in carries]
    state = [
        inner(var, span, CARRY_NAMES[i])
        for i, (var, span) in enumerate(zip(carries, ranges, strict=True))
    ]
    child = open_region(scope, "body", [index, *state], scope.rng.weighted(*BODY_SIZES))
    after = _advance(child, state, ranges)
    if after is None:
        return None
    n = len(carries)
    graph = child.graph(after, name="body", groups=(0, n if n > 1 else 0), returns="{*}")
    if not all(used(graph)[1:]):
        return None
    first = 1 if count is not None else 0
    bound = "{0}" if count is not None else str(upper)
    call = f"fori_loop({lower}, {bound}, {{r0}}, {group(n, first)})"
    operands = (*([count] if count is not None else []), *carries)
    return Proposal(
        operands,
        tuple(var.aval for var in carries),
        {
            "jax_template": f"lax.{call}",
            "numpy_template": call,
            "lower": lower,
            "upper": upper,
            "dynamic": count is not None,
        },
        (graph,),
        intervals=tuple(ranges),
    )


def _while(scope: Scope, _op: Op) -> Proposal | None:
    """A counter and a value: goes on while the counter is below a bound."""
    assert isinstance(scope, Builder)
    if scope.depth >= DEEPEST:
        return None
    carries = _carries(scope, 1)
    if not carries:
        return None
    dtype = dtypes.default_int(x64=scope.x64)
    bound = scope.rng.integer(2, 7)
    start = scope.parameter(
        Aval((), dtype), Draw("uniform", 0, bound), ("start", "counter", "first")
    )
    if start is None:
        return None
    spans_ = [Interval(0, bound + 3), *(invariant(var) for var in carries)]
    test = scope.child(f"test{len(scope.eqns)}", _state(start, carries, spans_))
    limit = Literal(bound, Aval((), dtype))
    (goes_on,) = test.emit(
        scope.vocabulary["integer_less"],
        Proposal((test.fixed[0], limit), (Aval((), "bool"),), {}),
    )
    child = open_region(scope, "body", _state(start, carries, spans_), scope.rng.integer(1, 5))
    stride = Literal(scope.rng.weighted((1, 2), (4, 1)), Aval((), dtype))
    (counter,) = child.emit(
        scope.vocabulary["integer_add"],
        Proposal((child.fixed[0], stride), (Aval((), dtype),), {}, names=(("advanced", "next_i"),)),
    )
    after = produce(child, child.fixed[1], spans_[1], avoid=[counter])
    if after is None:
        return None
    regions = (
        test.graph([goes_on], name="keep_going", groups=(2,)),
        child.graph([counter, after], name="body", groups=(2,), returns="{*}"),
    )
    call = "while_loop({r0}, {r1}, ({0}, {1}))"
    return Proposal(
        (start, carries[0]),
        (Aval((), dtype), carries[0].aval),
        {"jax_template": f"lax.{call}", "numpy_template": call, "unpack": "{0}, {1}"},
        regions,
        names=(("steps", "count", "reached"), ("final", "settled", "value")),
        intervals=tuple(spans_),
    )


def _state(start: Var, carries: list[Var], ranges: list[Interval]) -> list[Var]:
    counter = Var(start.aval, ranges[0], ("i", "counter", "k"))
    return [counter, inner(carries[0], ranges[1], CARRY_NAMES[0][1:])]


OPS = [
    Op("scan", "loops", "", "", _scan, spans.keep, EQUAL, smooth="smooth",
       helpers=("scan",), control="scan", weight=3.0),
    Op("fori_loop", "loops", "", "", _fori, spans.keep, EQUAL, smooth="smooth",
       names=("final", "iterated", "settled"), helpers=("fori_loop",), control="fori", weight=2.0),
    Op("while_loop", "loops", "", "", _while, spans.keep, EQUAL, smooth="none",
       helpers=("while_loop",), control="while", weight=2.0),
]  # fmt: skip
