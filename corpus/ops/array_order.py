"""Sorting: sorts, ranks, the largest few, an order by keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxsmith.vocabulary import dtypes, spans
from jaxsmith.vocabulary.accuracy import DECIDE, EQUAL, ORDER
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.draw import Draw
from jaxsmith.vocabulary.interval import Interval
from jaxsmith.vocabulary.moves import move, spelled
from jaxsmith.vocabulary.op import Proposal
from jaxsmith.vocabulary.signatures.shape import (
    any_axis,
    axis_tail,
    axis_text,
    changed,
    with_dim,
    without,
)
from jaxsmith.vocabulary.signatures.variants import wide_integers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxsmith.vocabulary.aval import Shape
    from jaxsmith.vocabulary.op import Attributes, Op, Scope
    from jaxsmith.vocabulary.signatures.shape import Change
    from jaxsmith.vocabulary.stream import Stream
    from jaxsmith.vocabulary.value import Var


def _sort(rng: Stream, shape: Shape) -> Change:
    return shape, {"axis": axis_tail(rng, any_axis(rng, shape), len(shape), default=-1)}


def _sort_flat(_rng: Stream, shape: Shape) -> Change:
    count = 1
    for dim in shape:
        count *= dim
    return (count,), {}


def _sort_descending(rng: Stream, shape: Shape) -> Change:
    axis, rank = any_axis(rng, shape), len(shape)
    tail = axis_tail(rng, axis, rank, default=-1)
    forms = ["jnp.sort({0}{axis}, descending=True)"]
    forms += ["jnp.flip(jnp.sort({0}, axis={plain}), axis={plain})"]
    numpy = "np.flip(np.sort({0}, axis={plain}), axis={plain})"
    return shape, {**spelled(rng.choice(forms), numpy), "axis": tail, "plain": axis}


def _comparable(scope: Scope, ranks: tuple[int, int] = (1, 3)) -> Var | None:
    """Something with one order only: integers (ties keep their order), or floats all distinct."""
    if scope.rng.chance(0.4):
        return scope.value("i", ranks=ranks)
    reach = scope.rng.choice((1.0, 3.0, 5.0))
    aval = Aval(scope.shape(ranks), scope.dtype("f"))
    return scope.parameter(aval, Draw("distinct", -reach, reach), ("scores", "keys", "values"))


def _argsort(scope: Scope, op: Op) -> Proposal | None:
    x = _comparable(scope)
    if x is None:
        return None
    axis = any_axis(scope.rng, x.aval.shape)
    attributes = {"axis": axis_tail(scope.rng, axis, x.aval.rank, default=-1)}
    return Proposal((x,), (Aval(x.aval.shape, dtypes.default_int(x64=scope.x64)),), attributes)


def _positions_span(
    _intervals: Sequence[Interval], avals: Sequence[Aval], _attributes: Attributes
) -> Interval:
    return Interval(0, max(1, *avals[0].shape) - 1)


def _lexsort(scope: Scope, _op: Op) -> Proposal | None:
    first = scope.value("i", ranks=(1, 2), hints=("minor", "days"))
    if first is None:
        return None
    second = scope.value("i", shape=first.aval.shape, avoid=(first,), hints=("major", "months"))
    if second is None:
        return None
    return Proposal(
        (first, second), (Aval(first.aval.shape, dtypes.default_int(x64=scope.x64)),), {}
    )


def _partition(rng: Stream, shape: Shape) -> Change:
    axis = any_axis(rng, shape)
    place = rng.integer(0, shape[axis] - 1)
    if axis == len(shape) - 1:
        index = str(place) if len(shape) == 1 else f"..., {place}"
        return without(shape, axis), {"place": place, "axis": "", "index": index}
    index = ", ".join([*[":"] * axis, str(place)])
    tail = f", axis={axis_text(rng, axis, len(shape))}"
    return without(shape, axis), {"place": place, "axis": tail, "index": index}


def _largest(rng: Stream, shape: Shape) -> Change:
    count = rng.integer(1, min(5, shape[-1]))
    return with_dim(shape, len(shape) - 1, count), {"count": count}


def _top_k(scope: Scope, _op: Op) -> Proposal | None:
    x = _comparable(scope)
    if x is None:
        return None
    shape, attributes = _largest(scope.rng, x.aval.shape)
    outputs = (Aval(shape, x.aval.dtype), Aval(shape, "int32"))
    names = (("best", "largest", "top_values"), ("winners", "where_best", "top_indices"))
    ranges = (x.interval, Interval(0, x.aval.shape[-1] - 1))
    return Proposal((x,), outputs, attributes, names=names, intervals=ranges)


def _sort_with_key(scope: Scope, _op: Op) -> Proposal | None:
    keys = _comparable(scope, (1, 2))
    if keys is None:
        return None
    values = scope.value("ffi", shape=keys.aval.shape, avoid=(keys,))
    if values is None:
        return None
    form = scope.rng.choice(("lax.sort_key_val({0}, {1})", "lax.sort(({0}, {1}), num_keys=1)"))
    names = (("sorted_keys", "ordered"), ("permuted", "carried"))
    return Proposal(
        (keys, values),
        (keys.aval, values.aval),
        {"jax_template": form},
        names=names,
        intervals=(keys.interval, values.interval),
    )


OPS = [
    move("sort", "jnp.sort({0}{axis})", changed(_sort, "fffi", ranks=(1, 4)), accuracy=ORDER,
         smooth="kinked", names=("ordered", "ranked", "ascending"), weight=2.0),
    move("sort_flat", "jnp.sort({0}, axis=None)", changed(_sort_flat, "fffi", ranks=(2, 4)),
         accuracy=ORDER, smooth="kinked", names=("ordered", "ranked"), verb="sort", weight=0.5),
    move("sort_descending", "jnp.sort({0}{axis}, descending=True)",
         changed(_sort_descending, "fffi", ranks=(1, 3)), accuracy=ORDER, smooth="kinked",
         names=("descending", "largest_first"), verb="sort"),
    move("argsort", "jnp.argsort({0}{axis})", _argsort,
         numpy='np.argsort({0}{axis}, kind="stable")', span=_positions_span, accuracy=DECIDE,
         smooth="none", names=("order", "permutation")),
    move("argsort_descending", "jnp.argsort({0}{axis}, descending=True)", wide_integers(_argsort),
         numpy='np.argsort(-{0:atom}{axis}, kind="stable")', span=_positions_span,
         accuracy=DECIDE, smooth="none", names=("order", "ranking"), verb="argsort", weight=0.6),
    move("ranks", "jnp.argsort(jnp.argsort({0}{axis}){axis})", _argsort,
         numpy='np.argsort(np.argsort({0}{axis}, kind="stable"){axis})', span=_positions_span,
         accuracy=DECIDE, smooth="none", names=("ranks", "places"), verb="rank"),
    move("lexsort", "jnp.lexsort(({0}, {1}))", _lexsort, span=_positions_span, accuracy=EQUAL,
         smooth="none", names=("order", "permutation")),
    move("partition", "jnp.partition({0}, {place}{axis})[{index}]",
         changed(_partition, "fffi", ranks=(1, 3)), accuracy=ORDER, smooth="kinked",
         names=("chosen", "nth_smallest"), verb="select"),
    move("largest", "lax.top_k({0}, {count})[0]", changed(_largest, "fffi", ranks=(1, 3)),
         numpy="np.flip(np.sort({0}, axis=-1), axis=-1)[..., :{count}]", accuracy=ORDER,
         smooth="kinked", names=("largest", "best")),
    move("top_k", "lax.top_k({0}, {count})", wide_integers(_top_k),
         numpy="largest_with_places({0}, {count})",
         accuracy=DECIDE, smooth="none", helpers=("largest_with_places",)),
    move("sort_with_key", "lax.sort_key_val({0}, {1})", _sort_with_key,
         numpy="sorted_together({0}, {1})", span=spans.union, accuracy=ORDER, smooth="none",
         helpers=("sorted_together",), verb="sort_by_key"),
]  # fmt: skip
