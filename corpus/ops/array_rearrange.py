"""Elements in another order or more than once: flips, rolls, tiles, padding, slices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxsmith.vocabulary import spans
from jaxsmith.vocabulary.accuracy import ORDER, TERMS
from jaxsmith.vocabulary.interval import Interval
from jaxsmith.vocabulary.moves import move
from jaxsmith.vocabulary.signatures.index import static_index
from jaxsmith.vocabulary.signatures.shape import (
    any_axis,
    axis_text,
    changed,
    dims_text,
    filled,
    several_axes,
    size_of,
    small,
    with_dim,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from jaxsmith.vocabulary.aval import Shape
    from jaxsmith.vocabulary.signatures.shape import Change, Plan
    from jaxsmith.vocabulary.stream import Stream


def _flip(rng: Stream, shape: Shape) -> Change:
    rank, roll = len(shape), rng.unit()
    if roll < 0.3:
        return shape, {"axis": ""}
    if roll < 0.8 or rank == 1:
        return shape, {"axis": f", axis={axis_text(rng, any_axis(rng, shape), rank)}"}
    return shape, {"axis": f", axis={several_axes(rng, rank)}"}


def _still(_rng: Stream, shape: Shape) -> Change:
    return shape, {}


def _shift(rng: Stream, dim: int) -> int:
    return rng.choice((1, -1)) * rng.integer(1, max(1, dim - 1))


def _roll(rng: Stream, shape: Shape) -> Change:
    rank = len(shape)
    if rank > 1 and rng.chance(0.3):
        axes = several_axes(rng, rank)
        shifts = tuple(_shift(rng, shape[axis]) for axis in axes)
        return shape, {"shift": shifts, "axis": f", axis={axes}"}
    axis = any_axis(rng, shape)
    if rng.chance(0.25):
        return shape, {"shift": _shift(rng, size_of(shape)), "axis": ""}
    tail = f", axis={axis_text(rng, axis, rank)}"
    return shape, {"shift": _shift(rng, shape[axis]), "axis": tail}


def _rot90(rng: Stream, shape: Shape) -> Change:
    first, second = rng.sample(range(len(shape)), 2) if rng.chance(0.5) else (0, 1)
    times = rng.weighted((1, 2, 3, -1), (4, 2, 2, 2))
    target = list(shape)
    if times % 2:
        target[first], target[second] = target[second], target[first]
    tail = f", k={times}" if times != 1 else ""
    tail += f", axes=({first}, {second})" if (first, second) != (0, 1) else ""
    return tuple(target), {"tail": tail}


def _tile(rng: Stream, shape: Shape) -> Change:
    if rng.chance(0.4):
        times = rng.integer(2, 3)
        return with_dim(shape, len(shape) - 1, shape[-1] * times), {"reps": times}
    reps = tuple(rng.integer(1, 3) for _ in range(len(shape) + rng.integer(0, 1)))
    if max(reps) == 1:
        reps = (2, *reps[1:])
    padded = (1,) * (len(reps) - len(shape)) + shape
    return tuple(a * b for a, b in zip(padded, reps, strict=True)), {"reps": reps}


def _repeat(rng: Stream, shape: Shape) -> Change:
    times = rng.integer(2, 4)
    if rng.chance(0.25):
        return (size_of(shape) * times,), {"times": times, "axis": ""}
    axis = any_axis(rng, shape)
    tail = f", axis={axis_text(rng, axis, len(shape))}"
    return with_dim(shape, axis, shape[axis] * times), {"times": times, "axis": tail}


def _repeat_each(rng: Stream, shape: Shape) -> Change | None:
    axis = any_axis(rng, shape)
    times = [rng.integer(0, 3) for _ in range(shape[axis])]
    if not sum(times) or len(times) > 8:
        return None
    attributes = {"times": times, "axis": axis_text(rng, axis, len(shape)), "total": sum(times)}
    return with_dim(shape, axis, sum(times)), attributes


def _resize(rng: Stream, shape: Shape) -> Change:
    target = tuple(small(rng) for _ in range(rng.integer(1, 3)))
    return target, {"dims": dims_text(target)}


def _padded(most: Callable[[int], int] = lambda _dim: 3) -> Plan:
    """A plan that pads axes by at most ``most(dim)`` on either side."""

    def plan(rng: Stream, shape: Shape) -> Change | None:
        limits = [min(3, most(dim)) for dim in shape]
        if max(limits) < 1:
            return None
        if rng.chance(0.35) and min(limits) > 0:
            width = rng.integer(1, min(limits))
            return tuple(dim + 2 * width for dim in shape), {"widths": width}
        widths = [_widths(rng, limit) for limit in limits]
        if not any(map(sum, widths)):
            axis = limits.index(max(limits))
            widths[axis] = (1, 1)
        target = tuple(dim + sum(pair) for dim, pair in zip(shape, widths, strict=True))
        if len(widths) == 1 and rng.chance(0.7):
            return target, {"widths": widths[0]}
        return target, {"widths": tuple(widths)}

    return plan


def _widths(rng: Stream, limit: int) -> tuple[int, int]:
    if limit < 1 or rng.chance(0.3):
        return 0, 0
    return rng.integer(0, limit), rng.integer(0, limit)


def _pad_mirror(rng: Stream, shape: Shape) -> Change | None:
    modes = {"reflect": 1, "symmetric": 0, "wrap": 0, "edge": -3}
    mode = rng.choice(tuple(modes))
    change = _padded(lambda dim: dim - modes[mode])(rng, shape)
    return None if change is None else (change[0], {**change[1], "mode": mode})


def _pad_extreme(rng: Stream, shape: Shape) -> Change | None:
    change = _padded()(rng, shape)
    mode = rng.choice(("maximum", "minimum"))
    return None if change is None else (change[0], {**change[1], "mode": mode})


def _pad_mean(rng: Stream, shape: Shape) -> Change | None:
    change = _padded()(rng, shape)
    # Later axes average what earlier ones have padded, so that roundings add up over the axes.
    return None if change is None else (change[0], {**change[1], "terms": sum(change[0])})


def _pad_ramp(rng: Stream, shape: Shape) -> Change | None:
    change = _padded()(rng, shape)
    return None if change is None else (change[0], {**change[1], "terms": 4 * len(shape)})


def _slice(rng: Stream, shape: Shape) -> Change | None:
    index = static_index(rng, shape, integers=0.0)
    return None if index is None else (index.shape, {"index": index.text})


def _reverse(rng: Stream, shape: Shape) -> Change:
    axis, rank = any_axis(rng, shape), len(shape)
    parts = [":"] * axis + ["::-1"]
    text = "..., ::-1" if axis == rank - 1 and rank > 2 else ", ".join(parts)
    return shape, {"index": text}


def _every_other(rng: Stream, shape: Shape) -> Change | None:
    """Strides over every axis, as in a downsampled image."""
    steps = [rng.integer(2, 3) for _ in shape]
    starts = [rng.integer(0, min(1, dim - 1)) for dim in shape]
    parts = [f"{start or ''}::{step}" for start, step in zip(starts, steps, strict=True)]
    target = tuple(
        len(range(start, dim, step)) for dim, start, step in zip(shape, starts, steps, strict=True)
    )
    return target, {"index": ", ".join(parts)}


OPS = [
    move("flip", "jnp.flip({0}{axis})", changed(_flip), names=("flipped", "reversed_values")),
    move("flipud", "jnp.flipud({0})", changed(_still), names=("flipped", "upside_down"),
         verb="flip", weight=0.6),
    move("fliplr", "jnp.fliplr({0})", changed(_still, ranks=(2, 6)),
         names=("mirrored", "flipped"), verb="mirror", weight=0.6),
    move("roll", "jnp.roll({0}, {shift}{axis})", changed(_roll), names=("rolled", "shifted"),
         weight=1.5),
    move("rotate_quarter", "jnp.rot90({0}{tail})", changed(_rot90, ranks=(2, 4)),
         names=("rotated", "turned"), verb="rotate"),
    move("tile", "jnp.tile({0}, {reps})", changed(_tile, ranks=(1, 4)), names=("tiled", "copies")),
    move("repeat", "jnp.repeat({0}, {times}{axis})", changed(_repeat, ranks=(1, 4)),
         names=("repeated", "upsampled")),
    move("repeat_each",
         "jnp.repeat({0}, jnp.array({times}), axis={axis}, total_repeat_length={total})",
         changed(_repeat_each, ranks=(1, 3)),
         numpy="np.repeat({0}, np.array({times}), axis={axis})", names=("repeated", "expanded"),
         verb="repeat", weight=0.6),
    move("resize", "jnp.resize({0}, ({dims}))", changed(_resize, ranks=(1, 3)),
         names=("resized", "cycled"), weight=0.6),
    move("pad", "jnp.pad({0}, {widths})", changed(_padded(), ranks=(1, 4)),
         span=spans.of(lambda x: x.union(Interval(0.0, 0.0))), names=("padded", "framed")),
    move("pad_constant", "jnp.pad({0}, {widths}, constant_values={1})",
         filled(_padded()), span=spans.union, names=("padded", "framed"), verb="pad"),
    move("pad_mirror", 'jnp.pad({0}, {widths}, mode="{mode}")',
         changed(_pad_mirror, ranks=(1, 4)), names=("padded", "extended"), verb="pad"),
    move("pad_extreme", 'jnp.pad({0}, {widths}, mode="{mode}")',
         changed(_pad_extreme, "fffi", ranks=(1, 3)), accuracy=ORDER, smooth="kinked",
         names=("padded", "extended"), verb="pad", weight=0.5),
    move("pad_mean", 'jnp.pad({0}, {widths}, mode="mean")',
         changed(_pad_mean, "f", ranks=(1, 3)), accuracy=TERMS, names=("padded", "extended"),
         verb="pad", weight=0.5),
    move("pad_ramp", 'jnp.pad({0}, {widths}, mode="linear_ramp", end_values={1})',
         filled(_pad_ramp, "f", ranks=(1, 3)), span=spans.union, accuracy=TERMS,
         names=("padded", "tapered"), verb="pad", weight=0.5),
    move("slice", "{0:atom}[{index}]", changed(_slice), names=("part", "window", "inner"),
         weight=3.0),
    move("reverse", "{0:atom}[{index}]", changed(_reverse, ranks=(1, 4)),
         names=("backwards", "mirrored")),
    move("downsample", "{0:atom}[{index}]", changed(_every_other, ranks=(1, 3)),
         names=("coarse", "sampled", "thinned")),
]  # fmt: skip
