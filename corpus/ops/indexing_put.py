"""Writing with functions, and by segment: put, diagonals, what labels select."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxsmith.vocabulary import spans
from jaxsmith.vocabulary.accuracy import ORDER, TERMS
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.draw import Draw
from jaxsmith.vocabulary.interval import Interval
from jaxsmith.vocabulary.moves import move
from jaxsmith.vocabulary.op import Proposal
from jaxsmith.vocabulary.signatures.index import POSITIONS, or_fill, positions
from jaxsmith.vocabulary.signatures.shape import any_axis, axis_text, number, small, with_dim
from jaxsmith.vocabulary.signatures.variants import wide_integers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxsmith.vocabulary.op import Attributes, Op, Scope, Signature


def _segments(*, start: bool = False) -> Signature:
    """Labels that say which segment a row belongs to; those that no segment has are dropped."""

    def propose(scope: Scope, _op: Op) -> Proposal | None:
        x = scope.value("f" if start else "fffi", ranks=(1, 2), hints=("values", "rewards"))
        if x is None:
            return None
        length, *rest = x.aval.shape
        count = 1 + small(scope.rng)
        beyond = 1 if scope.rng.chance(0.4) else 0
        draw = Draw("uniform", -beyond, count - 1 + beyond)
        labels = scope.parameter(
            Aval((length,), scope.dtype("p")), draw, ("segments", "groups", "segment_ids")
        )
        if labels is None:
            return None
        attributes = {"count": count, "terms": length, "updates": length}
        operands = (x, labels, number(scope, x)) if start else (x, labels)
        return Proposal(operands, (Aval((count, *rest), x.aval.dtype),), attributes)

    return propose


def _summed(
    intervals: Sequence[Interval], avals: Sequence[Aval], _attributes: Attributes
) -> Interval:
    return intervals[0].scale(avals[0].shape[0]).union(Interval(0.0, 0.0))


def _product(
    intervals: Sequence[Interval], avals: Sequence[Aval], _attributes: Attributes
) -> Interval:
    reach = max(1.0, intervals[0].magnitude) ** avals[0].shape[0]
    return Interval(0.0 if intervals[0].low >= 0 else -reach, reach)


def _put(mode: str) -> Signature:
    """Positions among all elements in a row."""

    def propose(scope: Scope, _op: Op) -> Proposal | None:
        x = scope.value("fffi", ranks=(1, 3))
        if x is None:
            return None
        size = x.aval.size
        i = positions(scope, (scope.rng.integer(1, 5),), size, "beyond", POSITIONS, (x,))
        if i is None:
            return None
        attributes = {"size": size, "mode": mode}
        return Proposal((x, i, number(scope, x)), (x.aval,), attributes)

    return propose


def _put_along(scope: Scope, _op: Op) -> Proposal | None:
    """One position a lane, so that none is written twice."""
    x = scope.value("fffi", ranks=(1, 3))
    if x is None:
        return None
    axis = any_axis(scope.rng, x.aval.shape)
    own = with_dim(x.aval.shape, axis, 1)
    i = positions(scope, own, x.aval.shape[axis], "inside", POSITIONS, (x,))
    if i is None:
        return None
    attributes = {"axis": axis_text(scope.rng, axis, x.aval.rank)}
    return Proposal((x, i, number(scope, x)), (x.aval,), attributes)


def _fill_diagonal(scope: Scope, _op: Op) -> Proposal | None:
    x = scope.value("fffi", ranks=(2, 2))
    if x is None:
        return None
    value = number(scope, x)
    return Proposal((x, value), (x.aval,), {"dim": min(x.aval.shape)})


OPS = [
    move("segment_sum", "jax.ops.segment_sum({0}, {1}, num_segments={count})", _segments(),
         family="indexing", numpy="by_segment(np.add, 0, {0}, {1}, {count})", span=_summed,
         accuracy=TERMS, helpers=("by_segment",), names=("totals", "per_group")),
    move("segment_prod", "jax.ops.segment_prod({0}, {1}, num_segments={count})", _segments(),
         family="indexing", numpy="by_segment(np.multiply, 1, {0}, {1}, {count})", span=_product,
         accuracy=TERMS, helpers=("by_segment",), names=("products", "per_group"),
         smooth="none", weight=0.5),
    # A segment without rows is infinite; the number replaces that.
    move("segment_max",
         "jnp.maximum(jax.ops.segment_max({0}, {1}, num_segments={count}), {2})",
         _segments(start=True), family="indexing",
         numpy="by_segment(np.maximum, {2}, {0}, {1}, {count})", span=or_fill,
         accuracy=ORDER, smooth="kinked", helpers=("by_segment",), names=("peaks", "per_group")),
    move("segment_min",
         "jnp.minimum(jax.ops.segment_min({0}, {1}, num_segments={count}), {2})",
         _segments(start=True), family="indexing",
         numpy="by_segment(np.minimum, {2}, {0}, {1}, {count})", span=or_fill,
         accuracy=ORDER, smooth="kinked", helpers=("by_segment",), names=("lows", "per_group")),
    # By default jnp.put counts negative positions from the end; its modes are NumPy's.
    move("put", "jnp.put({0}, {1}, {2}, inplace=False)", wide_integers(_put("")), family="indexing",
         numpy="put_flat({0}, clamped({1}, {size}), {2})", span=or_fill,
         helpers=("put_flat", "clamped"), names=("marked", "updated")),
    move("put_clip", 'jnp.put({0}, {1}, {2}, mode="{mode}", inplace=False)',
         wide_integers(_put("clip")),
         family="indexing", numpy='put_flat({0}, {1}, {2}, mode="{mode}")', span=or_fill,
         helpers=("put_flat",), names=("marked", "updated"), verb="put", weight=0.5),
    move("put_wrap", 'jnp.put({0}, {1}, {2}, mode="{mode}", inplace=False)',
         wide_integers(_put("wrap")),
         family="indexing", numpy='put_flat({0}, {1}, {2}, mode="{mode}")', span=or_fill,
         helpers=("put_flat",), names=("marked", "updated"), verb="put", weight=0.5),
    move("put_along_axis", "jnp.put_along_axis({0}, {1}, {2}, axis={axis}, inplace=False)",
         _put_along, family="indexing", numpy="put_along({0}, {1}, {2}, {axis})",
         span=or_fill, helpers=("put_along",), names=("marked", "updated"),
         verb="put_along"),
    move("fill_diagonal", "jnp.fill_diagonal({0}, {1}, inplace=False)", _fill_diagonal,
         family="indexing", numpy="replaced({0}, np.diag_indices({dim}), {1})", span=spans.union,
         helpers=("replaced",), names=("filled", "zeroed")),
]  # fmt: skip
