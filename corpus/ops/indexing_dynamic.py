"""Blocks whose place is computed: slices and updates of a static size from a dynamic start.

A start counts from the end if it is negative, and is then moved so that the block lies inside; the
helpers ``block`` and ``write_block`` say so in NumPy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxsmith.vocabulary import dtypes, spans
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.draw import Draw
from jaxsmith.vocabulary.moves import move
from jaxsmith.vocabulary.op import Proposal
from jaxsmith.vocabulary.signatures.index import POSITION
from jaxsmith.vocabulary.signatures.shape import (
    ANY,
    any_axis,
    axis_text,
    dims_text,
    partner,
    with_dim,
    without,
)

if TYPE_CHECKING:
    from jaxsmith.vocabulary.aval import Shape
    from jaxsmith.vocabulary.op import Op, Scope
    from jaxsmith.vocabulary.stream import Stream
    from jaxsmith.vocabulary.value import Var

STARTS = ("start", "offset", "begin")


def _start(scope: Scope, dim: int, hints: tuple[str, ...] = STARTS) -> Var | None:
    """A scalar parameter that counts from either end of an axis, or lies beyond one of them."""
    # Of a value and its mirror image just one is negative, wherever none lies beyond the ends.
    beyond = scope.rng.chance(0.3)
    draw = Draw("uniform", -dim - 1, dim + 2) if beyond else Draw("uniform", -dim, dim - 1)
    return scope.parameter(Aval((), scope.dtype("p")), draw, hints)


def _sizes(rng: Stream, shape: Shape) -> Shape:
    """A block that is smaller along some axes."""
    sizes = [rng.integer(1, dim) if rng.chance(0.6) else dim for dim in shape]
    if tuple(sizes) == shape:
        axis = any_axis(rng, shape)
        sizes[axis] = max(1, shape[axis] - 1)
    return tuple(sizes)


def _starts(scope: Scope, x: Var, sizes: Shape, first: int) -> tuple[list[Var], str] | None:
    """Starts along the axes where the block is smaller, 0 along the others, and their text.

    ``first`` is the position of the first start among the operands.
    """
    # All starts must have one dtype, and a literal has the default one.
    literals = scope.dtype("p") == dtypes.default_int(x64=scope.x64)
    found: list[Var] = []
    texts: list[str] = []
    for dim, size in zip(x.aval.shape, sizes, strict=True):
        start = None if literals and size == dim else _start(scope, dim)
        if start is None and not literals:
            return None
        texts.append("0" if start is None else "{" + str(first + len(found)) + "}")
        found += [] if start is None else [start]
    return (found, dims_text(texts)) if found else None


def _slice(scope: Scope, _op: Op) -> Proposal | None:
    x = scope.value(ANY, ranks=(1, 3))
    if x is None:
        return None
    sizes = _sizes(scope.rng, x.aval.shape)
    starts = _starts(scope, x, sizes, 1)
    if starts is None:
        return None
    found, text = starts
    attributes = {
        "jax_template": "lax.dynamic_slice({0}, (" + text + "), {sizes})",
        "numpy_template": "block({0}, (" + text + "), {sizes})",
        "sizes": sizes,
    }
    return Proposal((x, *found), (Aval(sizes, x.aval.dtype),), attributes)


def _slice_by_vector(scope: Scope, _op: Op) -> Proposal | None:
    """All starts in one array."""
    x = scope.value(ANY, ranks=(1, 3))
    if x is None:
        return None
    reach = max(x.aval.shape) + 1
    starts = scope.parameter(
        Aval((x.aval.rank,), scope.dtype("p")), Draw("uniform", -reach, reach), ("corner", "starts")
    )
    if starts is None:
        return None
    sizes = _sizes(scope.rng, x.aval.shape)
    return Proposal((x, starts), (Aval(sizes, x.aval.dtype),), {"sizes": sizes})


def _tail(axis: int) -> str:
    return f", axis={axis}" if axis else ""


def _after(axis: int, rank: int) -> str:
    """What follows the start of an axis in a tuple of starts."""
    return "," if rank == 1 else ", 0" * (rank - axis - 1)


def _slice_in_dim(scope: Scope, _op: Op) -> Proposal | None:
    x = scope.value(ANY, ranks=(1, 4))
    if x is None:
        return None
    shape = x.aval.shape
    axis = any_axis(scope.rng, shape)
    start = _start(scope, shape[axis])
    if start is None:
        return None
    size = scope.rng.integer(1, shape[axis])
    target = with_dim(shape, axis, size)
    attributes = {
        "size": size, "axis": _tail(axis), "sizes": target,
        "before": "0, " * axis, "after": _after(axis, len(shape)),
    }  # fmt: skip
    return Proposal((x, start), (Aval(target, x.aval.dtype),), attributes)


def _index_in_dim(scope: Scope, _op: Op) -> Proposal | None:
    x = scope.value(ANY, ranks=(1, 4))
    if x is None:
        return None
    shape = x.aval.shape
    axis = any_axis(scope.rng, shape)
    i = _start(scope, shape[axis], POSITION)
    if i is None:
        return None
    keep = scope.rng.chance(0.3)
    target = with_dim(shape, axis, 1) if keep else without(shape, axis)
    numpy = f"np.take({{0}}, clamped({{1}}, {shape[axis]}), axis={axis})"
    if keep:
        numpy = f"np.expand_dims({numpy}, {axis})"
    tail = _tail(axis) + ("" if keep else ", keepdims=False")
    attributes = {"tail": tail, "numpy_template": numpy}
    return Proposal((x, i), (Aval(target, x.aval.dtype),), attributes)


def _update(scope: Scope, _op: Op) -> Proposal | None:
    x = scope.value("fffi", ranks=(1, 3))
    if x is None:
        return None
    sizes = _sizes(scope.rng, x.aval.shape)
    patch = partner(scope, x, sizes, (x,))
    starts = None if patch is None else _starts(scope, x, sizes, 2)
    if patch is None or starts is None:
        return None
    found, text = starts
    attributes = {
        "jax_template": "lax.dynamic_update_slice({0}, {1}, (" + text + "))",
        "numpy_template": "write_block({0}, {1}, (" + text + "))",
    }
    return Proposal((x, patch, *found), (x.aval,), attributes)


def _update_in_dim(scope: Scope, _op: Op) -> Proposal | None:
    x = scope.value("fffi", ranks=(1, 3))
    if x is None:
        return None
    shape = x.aval.shape
    axis = any_axis(scope.rng, shape)
    patch = partner(scope, x, with_dim(shape, axis, scope.rng.integer(1, shape[axis])), (x,))
    start = None if patch is None else _start(scope, shape[axis])
    if patch is None or start is None:
        return None
    before, after = "0, " * axis, _after(axis, len(shape))
    return Proposal((x, patch, start), (x.aval,), {"axis": axis, "before": before, "after": after})


def _update_index(scope: Scope, _op: Op) -> Proposal | None:
    x = scope.value("fffi", ranks=(1, 3))
    if x is None:
        return None
    shape = x.aval.shape
    axis = any_axis(scope.rng, shape)
    patch = partner(scope, x, without(shape, axis), (x,))
    i = None if patch is None else _start(scope, shape[axis], POSITION)
    if patch is None or i is None:
        return None
    attributes = {"axis": axis, "before": ":, " * axis, "size": shape[axis]}
    return Proposal((x, patch, i), (x.aval,), attributes)


def _roll(scope: Scope, _op: Op) -> Proposal | None:
    """By a number of places that is only known when it runs."""
    x = scope.value(ANY, ranks=(1, 3))
    if x is None:
        return None
    axis = any_axis(scope.rng, x.aval.shape)
    shift = _start(scope, x.aval.shape[axis], ("shift", "step", "lag"))
    if shift is None:
        return None
    attributes = {"axis": axis_text(scope.rng, axis, x.aval.rank)}
    return Proposal((x, shift), (x.aval,), attributes)


OPS = [
    move("dynamic_slice", "", _slice, family="indexing", numpy="", helpers=("block",),
         names=("window", "block", "part"), weight=1.5),
    move("dynamic_slice_at", "lax.dynamic_slice({0}, {1}, {sizes})", _slice_by_vector,
         family="indexing", numpy="block({0}, {1}, {sizes})", helpers=("block",),
         names=("window", "patch"), verb="dynamic_slice", weight=0.7),
    move("dynamic_slice_in_dim", "lax.dynamic_slice_in_dim({0}, {1}, {size}{axis})",
         _slice_in_dim, family="indexing",
         numpy="block({0}, ({before}{1}{after}), {sizes})", helpers=("block",),
         names=("window", "segment"), verb="dynamic_slice"),
    move("dynamic_index", "lax.dynamic_index_in_dim({0}, {1}{tail})", _index_in_dim,
         family="indexing", numpy="", helpers=("clamped",), names=("entry", "current"),
         verb="pick"),
    move("dynamic_update_slice", "", _update, family="indexing", numpy="", span=spans.union,
         helpers=("write_block",), names=("patched", "updated")),
    move("dynamic_update_in_dim",
         "lax.dynamic_update_slice_in_dim({0}, {1}, {2}, axis={axis})", _update_in_dim,
         family="indexing", numpy="write_block({0}, {1}, ({before}{2}{after}))", span=spans.union,
         helpers=("write_block",), names=("patched", "updated"), verb="dynamic_update"),
    move("dynamic_update_index", "lax.dynamic_update_index_in_dim({0}, {1}, {2}, axis={axis})",
         _update_index, family="indexing",
         numpy="replaced({0}, np.s_[{before}clamped({2}, {size})], {1})", span=spans.union,
         helpers=("replaced", "clamped"), names=("patched", "updated"), verb="dynamic_update"),
    move("roll_by", "jnp.roll({0}, {1}, axis={axis})", _roll, family="indexing",
         names=("rolled", "delayed"), verb="roll"),
]  # fmt: skip
