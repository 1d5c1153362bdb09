"""Movement in the words of ``lax``: closer to the primitives, with nothing left implicit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxsmith.vocabulary import dtypes, spans
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.interval import Interval
from jaxsmith.vocabulary.moves import move
from jaxsmith.vocabulary.op import Proposal
from jaxsmith.vocabulary.signatures.index import slice_text
from jaxsmith.vocabulary.signatures.shape import (
    any_axis,
    changed,
    concatenated,
    dims_text,
    regrouped,
    several_axes,
    size_of,
    small,
    with_dim,
)

if TYPE_CHECKING:
    from jaxsmith.vocabulary.aval import Shape
    from jaxsmith.vocabulary.op import Op, Scope
    from jaxsmith.vocabulary.signatures.shape import Change
    from jaxsmith.vocabulary.stream import Stream


def _rev(rng: Stream, shape: Shape) -> Change:
    axes = several_axes(rng, len(shape)) if rng.chance(0.4) else (any_axis(rng, shape),)
    return shape, {"axes": axes}


def _transpose(rng: Stream, shape: Shape) -> Change:
    axes = rng.shuffled(range(len(shape)))
    if axes == sorted(axes):
        axes.reverse()
    return tuple(shape[axis] for axis in axes), {"axes": tuple(axes)}


def _reshape(rng: Stream, shape: Shape) -> Change | None:
    target = regrouped(rng, size_of(shape), rng.integer(1, 4))
    return None if target == shape else (target, {"dims": target})


def _collapse(rng: Stream, shape: Shape) -> Change:
    start = rng.integer(0, len(shape) - 2)
    stop = rng.integer(start + 2, len(shape))
    target = (*shape[:start], size_of(shape[start:stop]), *shape[stop:])
    tail = f"{start}" if stop == len(shape) and rng.chance(0.5) else f"{start}, {stop}"
    return target, {"axes": tail, "dims": target}


def _expand(rng: Stream, shape: Shape) -> Change:
    axes = tuple(sorted(rng.sample(range(len(shape) + 1), 1)))
    target = (*shape[: axes[0]], 1, *shape[axes[0] :])
    return target, {"axes": axes}


def _broadcast(rng: Stream, shape: Shape) -> Change:
    lead = tuple(small(rng) for _ in range(rng.integer(1, 2)))
    return (*lead, *shape), {"lead": lead, "dims": dims_text((*lead, *shape))}


def _broadcast_in_dim(rng: Stream, shape: Shape) -> Change:
    """Axes of the operand keep their order; new ones may come anywhere."""
    rank = len(shape) + rng.integer(1, 2)
    places = tuple(sorted(rng.sample(range(rank), len(shape))))
    target = [small(rng) for _ in range(rank)]
    lined_up = [1] * rank
    for place, dim in zip(places, shape, strict=True):
        target[place] = small(rng) if dim == 1 else dim
        lined_up[place] = dim
    attributes: dict[str, object] = {
        "dims": tuple(target), "places": places, "lined_up": dims_text(lined_up),
    }  # fmt: skip
    return tuple(target), attributes


def _lax_slice(rng: Stream, shape: Shape) -> Change:
    starts = [rng.integer(0, min(2, dim - 1)) for dim in shape]
    stops = [rng.integer(start + 1, dim) for start, dim in zip(starts, shape, strict=True)]
    steps = [rng.weighted((1, 2, 3), (5, 2, 1)) for _ in shape]
    if max(steps) > 1:
        stops = list(shape)
    cuts = [slice(*ends) for ends in zip(starts, stops, steps, strict=True)]
    target = tuple(len(range(dim)[cut]) for dim, cut in zip(shape, cuts, strict=True))
    strides = f", {tuple(steps)}" if max(steps) > 1 else ""
    attributes: dict[str, object] = {
        "starts": tuple(starts), "stops": tuple(stops), "strides": strides,
        "index": ", ".join(slice_text(cut) for cut in cuts),
    }  # fmt: skip
    return target, attributes


def _slice_in_dim(rng: Stream, shape: Shape) -> Change:
    axis = any_axis(rng, shape)
    dim = shape[axis]
    start = rng.integer(0, dim - 1)
    stop, step = rng.integer(start + 1, dim), rng.weighted((1, 2), (3, 1))
    cut = slice(start, stop, step)
    tail = f", stride={step}" if step > 1 else ""
    tail += f", axis={axis}" if axis else ""
    attributes: dict[str, object] = {
        "start": start, "stop": stop, "tail": tail,
        "index": ", ".join([*[":"] * axis, slice_text(cut)]),
    }  # fmt: skip
    return with_dim(shape, axis, len(range(dim)[cut])), attributes


def _lax_pad(scope: Scope, _op: Op) -> Proposal | None:
    """Low, high and interior padding; what is negative takes elements away."""
    x = scope.value("ffi", ranks=(1, 3))
    if x is None:
        return None
    rng, shape = scope.rng, x.aval.shape
    config = [(rng.integer(0, 2), rng.integer(0, 2), rng.weighted((0, 1, 2), (5, 2, 1)))
              for _ in shape]  # fmt: skip
    axis = any_axis(rng, shape)
    if shape[axis] > 2 and rng.chance(0.3):
        config[axis] = (-1, *config[axis][1:])
    if not any(map(any, config)):
        config[0] = (1, 1, 0)
    target = tuple(
        low + high + dim + (dim - 1) * inner
        for dim, (low, high, inner) in zip(shape, config, strict=True)
    )
    zero = "0.0" if dtypes.kind(x.aval.dtype) == "f" else "0"
    attributes = {"config": config, "zero": f"jnp.{x.aval.dtype}({zero})"}
    return Proposal((x,), (Aval(target, x.aval.dtype),), attributes)


OPS = [
    move("lax_rev", "lax.rev({0}, {axes})", changed(_rev, ranks=(1, 4)),
         numpy="np.flip({0}, {axes})", names=("flipped", "backwards"), verb="reverse"),
    move("lax_transpose", "lax.transpose({0}, {axes})", changed(_transpose, ranks=(2, 6)),
         numpy="np.transpose({0}, {axes})", names=("transposed", "permuted"), verb="transpose"),
    move("lax_reshape", "lax.reshape({0}, {dims})", changed(_reshape, ranks=(1, 4)),
         numpy="np.reshape({0}, {dims})", names=("reshaped", "grouped"), verb="reshape"),
    move("lax_collapse", "lax.collapse({0}, {axes})", changed(_collapse, ranks=(2, 6)),
         numpy="np.reshape({0}, {dims})", names=("merged", "collapsed"), verb="collapse"),
    move("lax_expand_dims", "lax.expand_dims({0}, {axes})", changed(_expand, ranks=(0, 4)),
         numpy="np.expand_dims({0}, {axes})", names=("expanded", "lifted"), verb="expand"),
    move("lax_broadcast", "lax.broadcast({0}, {lead})", changed(_broadcast, ranks=(0, 3)),
         numpy="np.broadcast_to({0}, ({dims}))", names=("spread", "copies"), verb="broadcast"),
    move("lax_broadcast_in_dim", "lax.broadcast_in_dim({0}, {dims}, {places})",
         changed(_broadcast_in_dim, ranks=(0, 3)),
         numpy="np.broadcast_to(np.reshape({0}, ({lined_up})), {dims})",
         names=("spread", "aligned"), verb="broadcast"),
    move("lax_slice", "lax.slice({0}, {starts}, {stops}{strides})",
         changed(_lax_slice, ranks=(1, 4)), numpy="{0:atom}[{index}]", names=("part", "window"),
         verb="slice"),
    move("lax_slice_in_dim", "lax.slice_in_dim({0}, {start}, {stop}{tail})",
         changed(_slice_in_dim, ranks=(1, 4)), numpy="{0:atom}[{index}]",
         names=("part", "window"), verb="slice"),
    move("lax_pad", "lax.pad({0}, {zero}, {config})", _lax_pad,
         numpy="pad_and_spread({0}, {config})",
         span=spans.of(lambda x: x.union(Interval(0.0, 0.0))), helpers=("pad_and_spread",),
         names=("padded", "dilated"), verb="pad"),
    move("lax_concatenate", "lax.concatenate([{*}], {axis})",
         concatenated(lambda rng, rank: rng.integer(0, rank - 1),
                      lambda _rng, axis, _rank: {"axis": axis}),
         numpy="np.concatenate([{*}], {axis})", span=spans.union, names=("joined", "combined"),
         verb="concatenate"),
]  # fmt: skip
