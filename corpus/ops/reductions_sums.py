"""Sums, products and means over any axes, plain, masked, weighted or of a function."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from jaxsmith.vocabulary import dtypes, spans
from jaxsmith.vocabulary.accuracy import EQUAL, TERMS, stable
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.interval import Interval
from jaxsmith.vocabulary.op import Proposal
from jaxsmith.vocabulary.rows import alike, exact
from jaxsmith.vocabulary.signatures import reduce
from jaxsmith.vocabulary.signatures.elementwise import domain_of
from jaxsmith.vocabulary.signatures.reduce import Axes, masked, paired, reduction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxsmith.vocabulary.op import Attributes, Op, Scope, Span
    from jaxsmith.vocabulary.value import Var

SUM_SPELLINGS = (
    reduce.spelled("{0:atom}.sum({inside})"),
    reduce.spelled("jnp.add.reduce({0}{ufunc_tail})"),
)


def _initial(scope: Scope, x: Var, _axes: Axes) -> dict[str, object]:
    numbers = (1, 2, 10) if dtypes.kind(x.aval.dtype) == "i" else (1.0, 0.5, 2.0, 10.0)
    return {"initial": scope.rng.choice(numbers)}


def _initial_span(
    intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
) -> Interval:
    start = float(str(attributes["initial"]))
    return intervals[0].scale(reduce.terms(attributes)) + Interval(start, start)


def _weighted(scope: Scope, op: Op) -> Proposal | None:
    """Weights of the operand's own shape, or one for each element along a single axis."""
    x = scope.value("f", ranks=(1, 4))
    if x is None:
        return None
    single = x.aval.rank > 1 and scope.rng.chance(0.7)
    axes = reduce.pick_axes(scope, x.aval.rank, whole=not single, tuples=not single)
    shape = (x.aval.shape[axes.dims[0]],) if single else x.aval.shape
    weights = scope.value(
        "f",
        shape=shape,
        dtype=x.aval.dtype,
        domain=domain_of(op, 1),
        hints=("weights", "importance"),
        avoid=(x,),
    )
    if weights is None:
        return None
    return Proposal((x, weights), (Aval(axes.shape(x.aval.shape), x.aval.dtype),), axes.attributes)


def _logarithms(x: Interval) -> Interval:
    """The range of -p log p, which is largest at 1 / e."""
    ends = [-end * math.log(end) for end in x]
    inner = [1 / math.e] if x.low < 1 / math.e < x.high else []
    return Interval(min(ends), max(ends + inner))


def _gaps(power: int, *, mean: bool, root: bool = False) -> Span:
    """Sums or means of the absolute differences of two operands, to some power."""

    def span(
        intervals: Sequence[Interval], avals: Sequence[Aval], attributes: Attributes
    ) -> Interval:
        difference = intervals[0] - intervals[1]
        if dtypes.kind(avals[0].dtype) == "u" and difference.low < 0:
            return difference  # it wraps around, so it has no such range
        gap = spans.absolute(difference).apply(lambda end: end**power)
        whole = gap if mean else gap.scale(reduce.terms(attributes))
        return whole.apply(math.sqrt) if root else whole

    return span


_SQUARES = (reduce.spelled("jnp.sum(jnp.square({0}){tail})"),)

OPS = [
    alike("sum", "reductions", "jnp.sum({0}{tail})",
          reduction("fi", reduce.total, spellings=SUM_SPELLINGS), reduce.summed, TERMS,
          names=("total", "sums", "totals"), weight=2.0),
    exact(alike("mask_sum", "reductions", "jnp.sum({0}{tail})",
                reduction("b", reduce.total, method="sum"), reduce.counted, EQUAL,
                names=("count", "hits", "votes"), verb="sum")),
    alike("prod", "reductions", "jnp.prod({0}{tail})", reduction("f", method="prod", most=24),
          reduce.multiplied, TERMS, domain=((-1.5, 1.5),), names=("product", "products", "volume")),
    exact(alike("integer_prod", "reductions", "jnp.prod({0}{tail})",
                reduction("i", reduce.total, method="prod", most=12), reduce.multiplied, EQUAL,
                domain=((-3, 4),), names=("product", "products"), verb="prod")),
    alike("mean", "reductions", "jnp.mean({0}{tail})",
          reduction("fi", reduce.inexact, method="mean"), spans.keep, TERMS, domain=((-1e4, 1e4),),
          names=("average", "mean", "center"), weight=2.0),
    alike("mask_mean", "reductions", "jnp.mean({0}{tail})",
          reduction("b", reduce.inexact, method="mean"), spans.within(0, 1), TERMS,
          names=("fraction", "share", "rate"), smooth="none", verb="mean"),
    alike("sum_initial", "reductions", "jnp.sum({0}{tail}, initial={initial})",
          reduction("fi", reduce.total, more=_initial), _initial_span, TERMS,
          names=("total", "balance", "sums"), verb="sum"),
    alike("sum_where", "reductions", "jnp.sum({0}{tail}, where={1})", masked("fi", reduce.total),
          reduce.partly_summed, TERMS, names=("masked_sum", "selected", "subtotal")),
    alike("sum_masked_product", "reductions", "jnp.sum({0:mul} * {1:unary}{tail})",
          masked("fi", reduce.total), reduce.partly_summed, TERMS,
          names=("masked_sum", "kept", "subtotal"), verb="masked_sum"),
    alike("masked_mean", "reductions",
          "jnp.sum({0}{tail}, where={1}) / jnp.maximum(jnp.sum({2}{tail}), 1)",
          masked("f", masks=2), reduce.with_zero, TERMS, level="mul",
          names=("masked_mean", "average", "typical")),
    alike("prod_where", "reductions", "jnp.prod({0}{tail}, where={1})", masked(), reduce.multiplied,
          TERMS, domain=((-1.3, 1.3),), names=("masked_product", "factor")),
    alike("average", "reductions", "jnp.average({0}{tail}, weights={1})", _weighted, spans.keep,
          stable(4.0), domain=(None, (0.1, 1e3)), names=("weighted_mean", "average"), weight=1.5),
    alike("sum_of_squares", "reductions", "jnp.sum({0:atom} ** 2{tail})",
          reduction("f", spellings=_SQUARES), reduce.summed_after(spans.square), TERMS,
          domain=((-50, 50),), names=("energy", "power", "squares")),
    alike("mean_square", "reductions", "jnp.mean(jnp.square({0}){tail})", reduction("f"),
          spans.of(spans.square), TERMS, domain=((-100, 100),), names=("power", "second_moment")),
    alike("root_mean_square", "reductions", "jnp.sqrt(jnp.mean({0:atom} ** 2{tail}))",
          reduction("f"), spans.of(spans.absolute), stable(4.0), domain=((-100, 100),),
          smooth="kinked", names=("rms", "level", "amplitude"), verb="rms"),
    alike("sum_abs", "reductions", "jnp.sum(jnp.abs({0}){tail})", reduction("fi", reduce.total),
          reduce.summed_after(spans.absolute), TERMS, smooth="steep",
          names=("total_magnitude", "mass", "budget")),
    alike("mean_abs", "reductions", "jnp.mean(jnp.abs({0}){tail})", reduction("f"),
          spans.of(spans.absolute), TERMS, smooth="kinked",
          names=("mean_magnitude", "scale", "spread")),
    alike("dot_sum", "reductions", "jnp.sum({0:mul} * {1:unary}{tail})", paired("fi", reduce.total),
          lambda i, _a, attributes: (i[0] * i[1]).scale(reduce.terms(attributes)), TERMS,
          domain=((-1e3, 1e3), (-1e3, 1e3)), names=("overlap", "similarity", "response"),
          verb="weighted_sum"),
    alike("mean_squared_error", "reductions", "jnp.mean(jnp.square({0:add} - {1:mul}){tail})",
          paired(), _gaps(2, mean=True), stable(4.0), domain=((-50, 50), (-50, 50)),
          names=("error", "loss", "mse"), verb="squared_error"),
    alike("mean_absolute_error", "reductions", "jnp.mean(jnp.abs({0:add} - {1:mul}){tail})",
          paired(), _gaps(1, mean=True), stable(4.0), smooth="kinked",
          names=("error", "deviation", "loss"), verb="absolute_error"),
    alike("distance", "reductions", "jnp.sqrt(jnp.sum(jnp.square({0:add} - {1:mul}){tail}))",
          paired(), _gaps(2, mean=False, root=True), stable(4.0), domain=((-50, 50), (-50, 50)),
          smooth="kinked", names=("distance", "gap", "deviation")),
    alike("manhattan_distance", "reductions", "jnp.sum(jnp.abs({0:add} - {1:mul}){tail})",
          paired("fi", reduce.total), _gaps(1, mean=False), stable(4.0), smooth="kinked",
          names=("distance", "mismatch", "change"), verb="manhattan"),
    alike("geometric_mean", "reductions", "jnp.exp(jnp.mean(jnp.log({0}){tail}))", reduction("f"),
          spans.keep, stable(8.0), domain=((0.05, 1e3),), names=("geometric_mean", "typical")),
    alike("harmonic_mean", "reductions", "1 / jnp.mean(1 / {0:unary}{tail})", reduction("f"),
          spans.keep, stable(8.0), domain=((0.1, 1e3),), level="mul",
          names=("harmonic_mean", "typical")),
    alike("entropy", "reductions", "-jnp.sum({0:mul} * jnp.log({1}){tail})",
          reduction("f", copies=2), reduce.summed_after(_logarithms), stable(8.0),
          domain=((0.01, 1.0),), level="unary", names=("entropy", "uncertainty", "information")),
]  # fmt: skip
