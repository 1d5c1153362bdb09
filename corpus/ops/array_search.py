"""Searching and counting: places in sorted arrays, bins, members, how often each value comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxsmith.vocabulary import dtypes, spans
from jaxsmith.vocabulary.accuracy import DECIDE, EQUAL, TERMS
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.draw import Draw
from jaxsmith.vocabulary.interval import Interval
from jaxsmith.vocabulary.moves import move
from jaxsmith.vocabulary.op import Proposal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxsmith.vocabulary.op import Attributes, Op, Scope


def _length_span(
    _intervals: Sequence[Interval], avals: Sequence[Aval], _attributes: Attributes
) -> Interval:
    return Interval(0, avals[0].size)


def _searchsorted(scope: Scope, _op: Op) -> Proposal | None:
    x = scope.value("f", ranks=(0, 3), hints=("queries", "values"))
    if x is None:
        return None
    count = scope.rng.integer(3, 9)
    reach = max(1.0, min(x.interval.magnitude, 10.0))
    knots = scope.parameter(
        Aval((count,), x.aval.dtype), Draw("sorted", -reach, reach), ("edges", "breaks", "knots")
    )
    if knots is None:
        return None
    side = ', side="right"' if scope.rng.chance(0.4) else ""
    return Proposal((x, knots), (Aval(x.aval.shape, "int32"),), {"side": side, "count": count})


def _count_span(
    _intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
) -> Interval:
    return Interval(0, float(str(attributes["count"])))


def _digitize(scope: Scope, _op: Op) -> Proposal | None:
    """Bins whose edges every float dtype holds exactly."""
    x = scope.value("f", ranks=(0, 3))
    if x is None:
        return None
    edges = sorted(scope.rng.sample((-2.0, -1.5, -1.0, -0.5, 0.0, 0.25, 0.5, 1.0, 1.5, 2.0), 4))
    edges = edges[: scope.rng.integer(2, 4)]
    right = ", right=True" if scope.rng.chance(0.3) else ""
    attributes = {"edges": edges, "right": right, "count": len(edges)}
    return Proposal((x,), (Aval(x.aval.shape, "int32"),), attributes)


def _unique(scope: Scope, _op: Op) -> Proposal | None:
    x = scope.value("i", ranks=(1, 2))
    if x is None:
        return None
    size = scope.rng.integer(2, min(x.aval.size + 2, 12))
    fill = scope.rng.choice((0, -1, 99))
    return Proposal((x,), (Aval((size,), x.aval.dtype),), {"size": size, "fill": fill})


def _unique_counts(scope: Scope, op: Op) -> Proposal | None:
    single = _unique(scope, op)
    if single is None:
        return None
    (values,) = single.outputs
    counts = Aval(values.shape, dtypes.default_int(x64=scope.x64))
    fill = Interval(*(float(str(single.attributes["fill"])),) * 2)
    names = (("kinds", "distinct_values"), ("counts", "frequencies"))
    size = single.operands[0].aval.size
    return Proposal(
        single.operands,
        (values, counts),
        single.attributes,
        names=names,
        intervals=(single.operands[0].interval.union(fill), Interval(0, size)),
    )


def _unique_span(
    intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
) -> Interval:
    fill = float(str(attributes["fill"]))
    return intervals[0].union(Interval(fill, fill))


def _bincount(scope: Scope, _op: Op) -> Proposal | None:
    x = scope.value("i", ranks=(1, 1), hints=("labels", "ids"))
    if x is None:
        return None
    count = scope.rng.integer(3, 10)
    return Proposal((x,), (Aval((count,), dtypes.default_int(x64=scope.x64)),), {"count": count})


def _bincount_weights(scope: Scope, _op: Op) -> Proposal | None:
    weights = scope.value("f", ranks=(1, 1), hints=("weights", "amounts"))
    if weights is None:
        return None
    ids = scope.value("i", shape=weights.aval.shape, hints=("labels", "ids"))
    if ids is None:
        return None
    count = scope.rng.integer(3, 10)
    attributes = {"count": count, "terms": weights.aval.size}
    return Proposal((weights, ids), (Aval((count,), weights.aval.dtype),), attributes)


def _sum_span(
    intervals: Sequence[Interval], avals: Sequence[Aval], _attributes: Attributes
) -> Interval:
    total = intervals[0].scale(avals[0].size)
    return total.union(Interval(0.0, 0.0))


def _histogram(scope: Scope, _op: Op) -> Proposal | None:
    """Edges at multiples of a power of two, so that no rounding moves a value to another bin."""
    x = scope.value("f", ranks=(1, 3))
    if x is None:
        return None
    low, high = scope.rng.choice(((-2.0, 2.0), (0.0, 2.0), (-1.0, 1.0), (-4.0, 4.0), (0.0, 1.0)))
    bins = scope.rng.choice((4, 8, 16))
    attributes = {"bins": bins, "low": low, "high": high}
    return Proposal((x,), (Aval((bins,), x.aval.dtype),), attributes)


def _isin(scope: Scope, _op: Op) -> Proposal | None:
    x = scope.value("i", ranks=(0, 3))
    if x is None:
        return None
    some = sorted(scope.rng.sample((-3, -2, -1, 0, 1, 2, 3, 4, 5, 7, 8, 10), 4))
    attributes = {"some": some[: scope.rng.integer(2, 4)]}
    return Proposal((x,), (Aval(x.aval.shape, "bool"),), attributes)


OPS = [
    move("searchsorted", "jnp.searchsorted({1}, {0}{side})", _searchsorted, span=_count_span,
         accuracy=DECIDE, smooth="none", names=("buckets", "slots"), verb="search"),
    move("digitize", "jnp.digitize({0}, jnp.array({edges}){right})", _digitize, span=_count_span,
         accuracy=DECIDE, smooth="none", names=("bins", "levels")),
    move("unique", "jnp.unique({0}, size={size}, fill_value={fill})", _unique,
         numpy="first_of(np.unique({0}), {size}, {fill})", span=_unique_span, accuracy=EQUAL,
         smooth="none", helpers=("first_of",), names=("kinds", "distinct_values")),
    move("unique_counts", "jnp.unique({0}, return_counts=True, size={size}, fill_value={fill})",
         _unique_counts, numpy="unique_with_counts({0}, {size}, {fill})", span=_unique_span,
         accuracy=EQUAL, smooth="none", helpers=("unique_with_counts",), verb="count_unique",
         weight=0.15),
    # JAX's bincount reads negative numbers as 0 and leaves out what is beyond the last.
    move("bincount", "jnp.bincount({0}, length={count})", _bincount,
         numpy="np.bincount(np.clip({0}, 0, {count}), minlength={count})[:{count}]",
         span=_length_span, accuracy=EQUAL, smooth="none", names=("histogram", "tally")),
    move("bincount_weights", "jnp.bincount({1}, weights={0}, length={count})", _bincount_weights,
         numpy="np.bincount(np.clip({1}, 0, {count}), weights={0}, minlength={count})[:{count}]",
         span=_sum_span, accuracy=TERMS, names=("totals", "mass"), verb="bincount"),
    move("histogram", "jnp.histogram({0}, bins={bins}, range=({low}, {high}))[0]", _histogram,
         numpy="np.histogram({0}, bins={bins}, range=({low}, {high}))[0].astype(np.float64)",
         span=_length_span, accuracy=DECIDE, smooth="none", names=("histogram", "density")),
    move("isin", "jnp.isin({0}, jnp.array({some}))", _isin, span=spans.boolean, accuracy=EQUAL,
         smooth="none", names=("member", "listed")),
]  # fmt: skip
