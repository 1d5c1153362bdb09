"""One array made several, or the same ones on a common shape: splits, grids."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from jaxsmith.vocabulary import dtypes, spans
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.moves import move
from jaxsmith.vocabulary.op import Proposal
from jaxsmith.vocabulary.signatures.elementwise import broadcast_shapes
from jaxsmith.vocabulary.signatures.shape import (
    ANY,
    any_axis,
    axis_tail,
    operand,
    small,
    with_dim,
    without,
)

if TYPE_CHECKING:
    from jaxsmith.vocabulary.aval import Shape
    from jaxsmith.vocabulary.op import Op, Scope, Signature
    from jaxsmith.vocabulary.value import Var

_PIECES = (("left", "first", "head"), ("right", "second", "tail"), ("third", "last"), ("fourth",))


def _pieces(x: Var, axis: int, cuts: list[int], attributes: dict[str, object]) -> Proposal:
    """A split at these positions; each part has a name of its own."""
    ends = [0, *cuts, x.aval.shape[axis]]
    lengths = [stop - start for start, stop in pairwise(ends)]
    outputs = tuple(Aval(with_dim(x.aval.shape, axis, length), x.aval.dtype) for length in lengths)
    return Proposal((x,), outputs, attributes, names=_PIECES[: len(outputs)])


def _split(scope: Scope, op: Op) -> Proposal | None:
    """``split``, into equal parts or at positions, and ``array_split`` where parts differ."""
    x = operand(scope, op, ranks=(1, 4), fits=lambda shape: max(shape) > 1)
    if x is None or max(x.aval.shape) < 2:
        return None
    rng, shape = scope.rng, x.aval.shape
    axis = rng.choice([axis for axis, dim in enumerate(shape) if dim > 1])
    dim, count = shape[axis], rng.integer(2, min(4, shape[axis]))
    cuts = sorted(rng.sample(range(1, dim), min(count, 3) - 1))
    name, sections = "split", str(cuts)
    if rng.chance(0.65):
        name, sections = "split" if dim % count == 0 else "array_split", str(count)
        longer = dim % count
        cuts = [i * (dim // count) + min(i, longer) for i in range(1, count)]
    attributes: dict[str, object] = {
        "name": name, "sections": sections, "axis": axis_tail(rng, axis, len(shape)),
    }  # fmt: skip
    return _pieces(x, axis, cuts, attributes)


def _split_part(scope: Scope, op: Op) -> Proposal | None:
    """One of the parts that a split gives."""
    whole = _split(scope, op)
    if whole is None:
        return None
    which = scope.rng.integer(0, len(whole.outputs) - 1)
    return Proposal(whole.operands, (whole.outputs[which],), {**whole.attributes, "which": which})


def _halves(axis: int) -> Signature:
    def propose(scope: Scope, op: Op) -> Proposal | None:
        x = operand(scope, op, ranks=(2, 4), fits=lambda shape: shape[axis] % 2 == 0)
        if x is None or x.aval.shape[axis] % 2:
            return None
        return _pieces(x, axis, [x.aval.shape[axis] // 2], {})

    return propose


def _unstack(scope: Scope, op: Op) -> Proposal | None:
    x = operand(scope, op, ranks=(1, 4), fits=lambda shape: any(2 <= dim <= 4 for dim in shape))
    fitting = [] if x is None else [i for i, dim in enumerate(x.aval.shape) if 2 <= dim <= 4]
    if x is None or not fitting:
        return None
    axis = scope.rng.choice(fitting)
    part = Aval(without(x.aval.shape, axis), x.aval.dtype)
    count = x.aval.shape[axis]
    attributes = {"axis": axis_tail(scope.rng, axis, x.aval.rank)}
    return Proposal((x,), (part,) * count, attributes, names=_PIECES[:count])


def _meshgrid(scope: Scope, _op: Op) -> Proposal | None:
    first = scope.value("ffi", ranks=(1, 1), hints=("xs", "longitudes"))
    if first is None:
        return None
    second = scope.value(
        dtypes.kind(first.aval.dtype), ranks=(1, 1), dtype=first.aval.dtype, avoid=(first,),
        hints=("ys", "latitudes"),
    )  # fmt: skip
    if second is None:
        return None
    (width,), (height,) = first.aval.shape, second.aval.shape
    by_matrix = scope.rng.chance(0.5)
    shape = (width, height) if by_matrix else (height, width)
    tail = ', indexing="ij"' if by_matrix else ""
    return Proposal(
        (first, second),
        (Aval(shape, first.aval.dtype),) * 2,
        {"tail": tail},
        names=(("grid_x", "columns"), ("grid_y", "rows")),
        intervals=(first.interval, second.interval),
    )


def _narrower(scope: Scope, shape: Shape) -> Shape:
    """A shape that spreads over this one: of fewer axes, or with an axis more."""
    if not shape or scope.rng.chance(0.2):
        return (small(scope.rng), *(1 for _ in shape))
    if scope.rng.chance(0.5):
        return shape[scope.rng.integer(1, len(shape)) :]
    return with_dim(shape, any_axis(scope.rng, shape), 1)


def _broadcast_arrays(scope: Scope, _op: Op) -> Proposal | None:
    first = scope.value(ANY, ranks=(0, 4))
    if first is None:
        return None
    base = first.aval.shape
    second = scope.value(
        ANY,
        where=lambda aval: broadcast_shapes(base, aval.shape) is not None and aval.shape != base,
        fresh=lambda: _narrower(scope, base),
        avoid=(first,),
    )
    shape = None if second is None else broadcast_shapes(base, second.aval.shape)
    if second is None or shape is None:
        return None
    outputs = (Aval(shape, first.aval.dtype), Aval(shape, second.aval.dtype))
    return Proposal(
        (first, second),
        outputs,
        {},
        names=(("left", "lhs"), ("right", "rhs")),
        intervals=(first.interval, second.interval),
    )


OPS = [
    move("split", "jnp.{name}({0}, {sections}{axis})", _split, weight=1.5),
    move("split_part", "jnp.{name}({0}, {sections}{axis})[{which}]", _split_part,
         names=("part", "chunk"), verb="split", weight=0.6),
    move("hsplit", "jnp.hsplit({0}, 2)", _halves(1), verb="split", weight=0.6),
    move("vsplit", "jnp.vsplit({0}, 2)", _halves(0), verb="split", weight=0.6),
    move("unstack", "jnp.unstack({0}{axis})", _unstack),
    move("meshgrid", "jnp.meshgrid({0}, {1}{tail})", _meshgrid, span=spans.union, verb="grid"),
    move("broadcast_arrays", "jnp.broadcast_arrays({0}, {1})", _broadcast_arrays, span=spans.union,
         verb="broadcast"),
]  # fmt: skip
