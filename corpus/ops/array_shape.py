"""The same elements under another shape: reshapes, transposes, axes added and dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxsmith.vocabulary.moves import move, spelled
from jaxsmith.vocabulary.signatures.shape import (
    any_axis,
    axis_text,
    changed,
    dims_text,
    regrouped,
    size_of,
    small,
    with_dim,
    without,
)

if TYPE_CHECKING:
    from jaxsmith.vocabulary.aval import Shape
    from jaxsmith.vocabulary.op import Scope
    from jaxsmith.vocabulary.signatures.shape import Change
    from jaxsmith.vocabulary.stream import Stream


def _reshape(rng: Stream, shape: Shape) -> Change | None:
    target = regrouped(rng, size_of(shape), rng.weighted((1, 2, 3, 4), (2, 5, 3, 1)))
    if target == shape:
        return None
    dims = list(target)
    if rng.chance(0.5):
        dims[rng.integer(0, len(dims) - 1)] = -1
    if rng.chance(0.6):
        form = spelled("{0:atom}.reshape({dims})")
        return target, {**form, "dims": ", ".join(map(str, dims))}
    return target, {**spelled("jnp.reshape({0}, ({dims}))"), "dims": dims_text(dims)}


def _reshape_fortran(rng: Stream, shape: Shape) -> Change | None:
    target = regrouped(rng, size_of(shape), rng.integer(1, 3))
    return None if target == shape else (target, {"dims": dims_text(target)})


def _ravel(rng: Stream, shape: Shape) -> Change:
    forms = ("{0:atom}.ravel()", "jnp.ravel({0})", "{0:atom}.reshape(-1)", "{0:atom}.flatten()")
    return (size_of(shape),), spelled(rng.choice(forms))


def _split_axis(rng: Stream, shape: Shape) -> Change | None:
    splits = [
        (axis, part) for axis, dim in enumerate(shape) for part in range(2, dim) if dim % part == 0
    ]
    if not splits:
        return None
    axis, part = rng.choice(splits)
    target = (*shape[:axis], shape[axis] // part, part, *shape[axis + 1 :])
    dims = with_dim(target, axis + rng.integer(0, 1), -1) if rng.chance(0.4) else target
    return target, {"dims": ", ".join(map(str, dims))}


def _merge_axes(rng: Stream, shape: Shape) -> Change:
    axis = rng.integer(0, len(shape) - 2)
    target = (*shape[:axis], shape[axis] * shape[axis + 1], *shape[axis + 2 :])
    dims = with_dim(target, axis, -1) if rng.chance(0.6) else target
    return target, {"dims": ", ".join(map(str, dims))}


def _transpose(rng: Stream, shape: Shape) -> Change | None:
    axes = rng.shuffled(range(len(shape)))
    if rng.chance(0.3):
        axes.reverse()
    if axes == sorted(axes):
        axes.reverse()
    forms = ["jnp.transpose({0}, ({axes}))", "{0:atom}.transpose({axes})"]
    forms += ["jnp.permute_dims({0}, ({axes}))"]
    if axes == sorted(axes, reverse=True):
        forms += ["{0:atom}.T", "jnp.transpose({0})"] * 2
    target = tuple(shape[axis] for axis in axes)
    return target, {**spelled(rng.choice(forms)), "axes": ", ".join(map(str, axes))}


def _matrix_transpose(rng: Stream, shape: Shape) -> Change:
    target = (*shape[:-2], shape[-1], shape[-2])
    return target, spelled(rng.choice(("{0:atom}.mT", "jnp.matrix_transpose({0})")))


def _swapaxes(rng: Stream, shape: Shape) -> Change:
    rank = len(shape)
    first, second = rng.sample(range(rank), 2)
    target = list(shape)
    target[first], target[second] = target[second], target[first]
    axes = f"{axis_text(rng, first, rank)}, {axis_text(rng, second, rank)}"
    forms = ("jnp.swapaxes({0}, {axes})", "{0:atom}.swapaxes({axes})")
    return tuple(target), {**spelled(rng.choice(forms)), "axes": axes}


def _moveaxis(rng: Stream, shape: Shape) -> Change | None:
    rank = len(shape)
    count = 2 if rank > 2 and rng.chance(0.35) else 1
    sources, goals = rng.sample(range(rank), count), rng.sample(range(rank), count)
    if sources == goals:
        return None
    order = [axis for axis in range(rank) if axis not in sources]
    for goal, source in sorted(zip(goals, sources, strict=True)):
        order.insert(goal, source)
    written = [[axis_text(rng, axis, rank) for axis in axes] for axes in (sources, goals)]
    texts = [str(axes[0]) if count == 1 else str(tuple(axes)) for axes in written]
    return tuple(shape[axis] for axis in order), {"source": texts[0], "goal": texts[1]}


def _rollaxis(rng: Stream, shape: Shape) -> Change | None:
    axis, start = any_axis(rng, shape), rng.integer(0, len(shape))
    goal = start - 1 if axis < start else start
    if goal == axis:
        return None
    rest = without(shape, axis)
    target = (*rest[:goal], shape[axis], *rest[goal:])
    return target, {"axis": axis, "start": f", {start}" if start else ""}


def _expand_dims(rng: Stream, shape: Shape) -> Change:
    count = 2 if rng.chance(0.25) else 1
    rank = len(shape) + count
    axes = sorted(rng.sample(range(rank), count))
    target = list(shape)
    for axis in axes:
        target.insert(axis, 1)
    text = tuple(axis_text(rng, axis, rank) for axis in axes)
    return tuple(target), {"axis": text[0] if count == 1 else text}


def _newaxis(rng: Stream, shape: Shape) -> Change:
    rank, where = len(shape), rng.integer(0, len(shape))
    target = (*shape[:where], 1, *shape[where:])
    if where == rank and rng.chance(0.6):
        return target, {"index": "..., None"}
    parts = [":"] * where + ["None"]
    if rng.chance(0.3):
        parts += [":"] * (rank - where)
    return target, {"index": ", ".join(parts)}


def _has_one(shape: Shape) -> bool:
    return 1 in shape


def _with_one(scope: Scope) -> Shape:
    shape = scope.shape((1, 3))
    where = scope.rng.integer(0, len(shape))
    return (*shape[:where], 1, *shape[where:])


def _squeeze(rng: Stream, shape: Shape) -> Change:
    axis = rng.choice([axis for axis, dim in enumerate(shape) if dim == 1])
    text = axis_text(rng, axis, len(shape))
    if shape.count(1) == 1 and rng.chance(0.3):
        return without(shape, axis), spelled("jnp.squeeze({0})")
    forms = ("jnp.squeeze({0}, axis={axis})", "{0:atom}.squeeze(axis={axis})")
    return without(shape, axis), {**spelled(rng.choice(forms)), "axis": text}


def _atleast(rng: Stream, shape: Shape) -> Change:
    rank = rng.integer(len(shape) + 1, 3)
    if rank < 3:
        target = (1,) * (rank - len(shape)) + shape
    else:  # a vector becomes the middle axis of three, a matrix the first two
        target = {0: (1, 1, 1), 1: (1, *shape, 1), 2: (*shape, 1)}[len(shape)]
    return target, {"rank": rank}


def _broadcast_to(rng: Stream, shape: Shape) -> Change:
    grown = tuple(small(rng) if dim == 1 else dim for dim in shape)
    target = grown if grown != shape and rng.chance(0.6) else (small(rng), *grown)
    if not shape and rng.chance(0.5):
        target = (small(rng), *target)
    return target, {"dims": dims_text(target)}


OPS = [
    move("reshape", "{0:atom}.reshape({dims})", changed(_reshape),
         names=("reshaped", "grouped", "blocks"), weight=2.0),
    move("reshape_fortran", 'jnp.reshape({0}, ({dims}), order="F")',
         changed(_reshape_fortran, ranks=(2, 4)), names=("reshaped", "by_column"),
         verb="reshape", weight=0.5),
    move("ravel", "{0:atom}.ravel()", changed(_ravel, ranks=(2, 6)),
         names=("flat", "flattened"), verb="flatten"),
    move("split_axis", "{0:atom}.reshape({dims})", changed(_split_axis, ranks=(1, 4)),
         names=("heads", "grouped", "chunks"), verb="group"),
    move("merge_axes", "{0:atom}.reshape({dims})", changed(_merge_axes, ranks=(2, 6)),
         names=("merged", "flattened"), verb="merge"),
    move("transpose", "jnp.transpose({0}, ({axes}))", changed(_transpose, ranks=(2, 6)),
         names=("transposed", "permuted"), weight=2.0),
    move("matrix_transpose", "{0:atom}.mT", changed(_matrix_transpose, ranks=(2, 6)),
         names=("transposed", "adjoint"), verb="transpose"),
    move("swapaxes", "jnp.swapaxes({0}, {axes})", changed(_swapaxes, ranks=(2, 6)),
         names=("swapped", "exchanged"), verb="swap"),
    move("moveaxis", "jnp.moveaxis({0}, {source}, {goal})", changed(_moveaxis, ranks=(2, 6)),
         names=("moved", "channels_last", "reordered"), verb="move_axes"),
    move("rollaxis", "jnp.rollaxis({0}, {axis}{start})", changed(_rollaxis, ranks=(2, 4)),
         names=("rolled", "leading"), verb="roll_axes", weight=0.5),
    move("expand_dims", "jnp.expand_dims({0}, axis={axis})", changed(_expand_dims, ranks=(0, 3)),
         names=("expanded", "lifted"), verb="expand"),
    move("newaxis", "{0:atom}[{index}]", changed(_newaxis, ranks=(1, 4)),
         names=("column", "expanded", "lifted"), verb="expand", weight=1.5),
    move("squeeze", "jnp.squeeze({0}, axis={axis})",
         changed(_squeeze, ranks=(1, 6), fits=_has_one, fresh=_with_one),
         names=("squeezed", "dropped", "compact")),
    move("atleast", "jnp.atleast_{rank}d({0})", changed(_atleast, ranks=(0, 2)),
         names=("lifted", "raised", "padded"), verb="lift", weight=0.6),
    move("broadcast_to", "jnp.broadcast_to({0}, ({dims}))", changed(_broadcast_to, ranks=(0, 4)),
         names=("spread", "repeated", "broadcast"), verb="broadcast"),
]  # fmt: skip
