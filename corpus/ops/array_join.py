"""Several arrays made one, and one with more or less in it: concatenation, stacks, inserts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxsmith.vocabulary import dtypes, spans
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.moves import move, spelled
from jaxsmith.vocabulary.op import Proposal
from jaxsmith.vocabulary.signatures.shape import (
    ANY,
    any_axis,
    axis_tail,
    axis_text,
    changed,
    concatenated,
    filled,
    partner,
    small,
    stacked,
    with_dim,
    without,
)

if TYPE_CHECKING:
    from jaxsmith.vocabulary.aval import Shape
    from jaxsmith.vocabulary.op import Op, Scope, Signature
    from jaxsmith.vocabulary.signatures.shape import Change
    from jaxsmith.vocabulary.stream import Stream


def _choose_axis(rng: Stream, rank: int) -> int:
    return rng.integer(0, rank - 1)


def _join_tail(rng: Stream, axis: int, rank: int) -> dict[str, object]:
    return {"axis": axis_tail(rng, axis, rank)}


def _concatenate_tail(rng: Stream, axis: int, rank: int) -> dict[str, object]:
    name = rng.weighted(("concatenate", "concat"), (4, 1))
    return {"name": name, **_join_tail(rng, axis, rank)}


def _append_tail(rng: Stream, axis: int, rank: int) -> dict[str, object]:
    return {"axis": f", axis={axis_text(rng, axis, rank)}"}


def _plain(_rng: Stream, _axis: int, _rank: int) -> dict[str, object]:
    return {}


def _stack(rng: Stream, shape: Shape, count: int) -> Change:
    axis = rng.integer(0, len(shape))
    target = (*shape[:axis], count, *shape[axis:])
    return target, {"axis": axis_tail(rng, axis, len(target))}


def _dstack(_rng: Stream, shape: Shape) -> Change:
    lifted = {1: (1, *shape, 1), 2: (*shape, 1)}.get(len(shape), shape)
    return (*lifted[:2], 2 * lifted[2], *lifted[3:]), {}


def _block(rng: Stream, shape: Shape) -> Change:
    rows, columns = shape
    if rng.chance(0.5):
        return (2 * rows, 2 * columns), spelled("jnp.block([[{0}, {1}], [{2}, {3}]])")
    return (4 * rows, columns), spelled("jnp.block([[{0}], [{1}], [{2}], [{3}]])")


def _column_stack(scope: Scope, _op: Op) -> Proposal | None:
    """Columns and matrices of as many rows, side by side."""
    first = scope.value(ANY, ranks=(1, 2))
    if first is None:
        return None
    rows = first.aval.shape[0]
    second = scope.value(
        dtypes.kind(first.aval.dtype),
        ranks=(1, 2),
        where=lambda aval: aval.shape[0] == rows,
        dtype=first.aval.dtype,
        fresh=lambda: (rows,) if scope.rng.chance(0.6) else (rows, small(scope.rng)),
        avoid=(first,),
    )
    if second is None:
        return None
    width = sum((1, *var.aval.shape)[-1] if var.aval.rank == 2 else 1 for var in (first, second))
    name = scope.rng.choice(("jnp.column_stack(({0}, {1}))", "jnp.c_[{0}, {1}]"))
    return Proposal((first, second), (Aval((rows, width), first.aval.dtype),), spelled(name))


def _insert(rng: Stream, shape: Shape) -> Change:
    axis = any_axis(rng, shape)
    place = rng.integer(-shape[axis], shape[axis])
    target = with_dim(shape, axis, shape[axis] + 1)
    if len(shape) == 1:
        return target, {"place": place, "axis": ""}
    return target, {"place": place, "axis": f", axis={axis_text(rng, axis, len(shape))}"}


def _insert_row(scope: Scope, _op: Op) -> Proposal | None:
    x = scope.value(ANY, ranks=(2, 4))
    if x is None:
        return None
    axis = any_axis(scope.rng, x.aval.shape)
    row = partner(scope, x, without(x.aval.shape, axis), (x,))
    if row is None:
        return None
    shape = with_dim(x.aval.shape, axis, x.aval.shape[axis] + 1)
    place = scope.rng.integer(0, x.aval.shape[axis])
    attributes = {"place": place, "axis": axis_text(scope.rng, axis, x.aval.rank)}
    return Proposal((x, row), (Aval(shape, x.aval.dtype),), attributes)


def _delete(rng: Stream, shape: Shape) -> Change | None:
    axis = any_axis(rng, shape)
    dim = shape[axis]
    if dim < 2:
        return None
    tail = f", axis={axis_text(rng, axis, len(shape))}" if len(shape) > 1 else ""
    cut = slice(rng.integer(0, 1), dim, rng.integer(2, 3))
    if rng.chance(0.4) and len(range(dim)[cut]) < dim:
        start, stop = cut.start, f"{dim}"
        gone = f"slice({start}, {stop}, {cut.step})"
        return with_dim(shape, axis, dim - len(range(dim)[cut])), {"gone": gone, "axis": tail}
    gone = str(rng.integer(-dim, dim - 1))
    return with_dim(shape, axis, dim - 1), {"gone": gone, "axis": tail}


def _scalars(count: int) -> Signature:
    """A vector made of numbers that were computed apart."""
    return stacked(lambda _rng, _shape: ((count,), {}), count, "ffi", ranks=(0, 0))


OPS = [
    move("concatenate", "jnp.{name}([{*}]{axis})", concatenated(_choose_axis, _concatenate_tail),
         span=spans.union, names=("joined", "combined", "extended"), weight=2.0),
    move("concatenate_three", "jnp.{name}([{*}]{axis})",
         concatenated(_choose_axis, _concatenate_tail, 3), span=spans.union,
         names=("joined", "combined"), verb="concatenate"),
    move("append", "jnp.append({0}, {1}{axis})", concatenated(_choose_axis, _append_tail),
         span=spans.union, names=("appended", "extended")),
    move("stack", "jnp.stack([{*}]{axis})", stacked(lambda r, s: _stack(r, s, 2), ranks=(0, 3)),
         span=spans.union, names=("stacked", "pairs"), weight=2.0),
    move("stack_three", "jnp.stack([{*}]{axis})",
         stacked(lambda r, s: _stack(r, s, 3), 3, ranks=(0, 3)), span=spans.union,
         names=("stacked", "channels"), verb="stack"),
    move("hstack", "jnp.hstack([{*}])",
         concatenated(lambda _rng, rank: min(1, rank - 1), _plain), span=spans.union,
         names=("row", "joined", "wide")),
    move("vstack", "jnp.vstack([{*}])", concatenated(lambda _rng, _rank: 0, _plain, ranks=(2, 4)),
         span=spans.union, names=("rows", "tall", "joined")),
    move("vstack_vectors", "jnp.vstack([{*}])",
         stacked(lambda _rng, shape: ((3, *shape), {}), 3, ranks=(1, 1)), span=spans.union,
         names=("rows", "matrix"), verb="vstack"),
    move("dstack", "jnp.dstack([{*}])", stacked(_dstack, ranks=(1, 4)), span=spans.union,
         names=("layers", "deep"), weight=0.6),
    move("column_stack", "jnp.column_stack(({0}, {1}))", _column_stack, span=spans.union,
         names=("columns", "design", "table")),
    move("block", "jnp.block([[{0}, {1}], [{2}, {3}]])", stacked(_block, 4, "ffi", ranks=(2, 2)),
         span=spans.union, names=("blocks", "assembled")),
    move("array_of_two", "jnp.array([{*}])", _scalars(2), span=spans.union,
         names=("pair", "summary"), verb="gather"),
    move("array_of_three", "jnp.array([{*}])", _scalars(3), span=spans.union,
         names=("triple", "summary"), verb="gather", weight=0.6),
    move("insert", "jnp.insert({0}, {place}, {1}{axis})", filled(_insert, ranks=(1, 3)),
         span=spans.union, names=("inserted", "extended")),
    move("insert_row", "jnp.insert({0}, {place}, {1}, axis={axis})", _insert_row,
         span=spans.union, names=("inserted", "extended"), verb="insert", weight=0.6),
    move("delete", "jnp.delete({0}, {gone}{axis})", changed(_delete, ranks=(1, 3)),
         names=("remaining", "kept", "rest")),
]  # fmt: skip
