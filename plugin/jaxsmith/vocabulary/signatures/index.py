"""Type rules of indexing: static indices as text, and parameters that hold positions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from jaxsmith.vocabulary import dtypes
from jaxsmith.vocabulary.aval import Aval, Shape
from jaxsmith.vocabulary.draw import Draw
from jaxsmith.vocabulary.interval import Interval
from jaxsmith.vocabulary.signatures.shape import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxsmith.vocabulary.op import Attributes, Scope
    from jaxsmith.vocabulary.stream import Stream
    from jaxsmith.vocabulary.value import Atom, Var

# Where positions lie: inside the axis counted from either end, inside counted from the start, or
# also beyond its ends.
Reach = Literal["inside", "forward", "beyond"]

POSITIONS = ("indices", "idx", "positions", "order", "picks")
POSITION = ("i", "index", "position", "k")


@dataclass(frozen=True, slots=True)
class Index:
    """What stands between the brackets, and the shape of what it selects."""

    text: str
    shape: Shape


def static_index(
    rng: Stream, shape: Shape, *, integers: float = 0.3, newaxis: float = 0.0
) -> Index | None:
    """Integers, slices, ``...`` and ``None`` with these odds; None if that selects everything."""
    parts: list[str] = []
    out: list[int] = []
    for dim in shape:
        roll = rng.unit()
        if roll < integers:
            position = rng.integer(0, dim - 1)
            parts.append(str(position - dim if rng.chance(0.35) else position))
        elif roll < integers + 0.6 * (1 - integers):
            cut = a_slice(rng, dim)
            parts.append(slice_text(cut))
            out.append(len(range(dim)[cut]))
        else:
            parts.append(":")
            out.append(dim)
        if rng.chance(newaxis):
            parts.append("None")
            out.append(1)
    if all(part == ":" for part in parts):
        return None
    return Index(_trimmed(parts), tuple(out))


def _trimmed(parts: list[str]) -> str:
    """The index without the full slices that go without saying."""
    full = next(i for i, part in enumerate(parts) if part != ":")
    if full > 1 and parts[-1] != ":":
        parts = ["...", *parts[full:]]
    while parts[-1] == ":":
        parts = parts[:-1]
    return ", ".join(parts)


def a_slice(rng: Stream, dim: int) -> slice:
    """A slice of an axis that leaves at least one element, and mostly not all."""
    start = rng.integer(1, dim - 1) if dim > 1 else None
    stop = rng.integer(-dim + 1, -1) if dim > 1 else None
    step = rng.weighted((2, 3, -1, -2), (6, 2, 3, 1))
    cuts = (
        slice(start, None), slice(None, stop), slice(start, stop), slice(None, None, step),
        slice(start, None, step), slice(None, start), slice(stop, None), slice(None, stop, step),
        slice(1, -1), slice(None, None, -1),
    )  # fmt: skip
    cut = rng.choice(cuts)
    return cut if len(range(dim)[cut]) > 0 else slice(None, 1)


def slice_text(cut: slice) -> str:
    """A slice as it is written between brackets."""
    start, stop, step = ("" if end is None else str(end) for end in (cut.start, cut.stop, cut.step))
    return f"{start}:{stop}:{step}" if step else f"{start}:{stop}"


def bounds(size: int, reach: Reach) -> tuple[int, int]:
    """The least and the greatest position of such a reach along an axis of this size."""
    if reach == "inside":
        return -size, size - 1
    return (0, size - 1) if reach == "forward" else (-size - 3, size + 2)


def positions(
    scope: Scope,
    shape: Shape,
    size: int,
    reach: Reach,
    hints: tuple[str, ...] = POSITIONS,
    taken: tuple[Atom, ...] = (),
) -> Var | None:
    """Integers along an axis of this size: mostly a new parameter, sometimes integers at hand."""
    low, high = bounds(size, reach)
    if reach == "inside" and scope.rng.chance(0.4):
        low = 0
    dtype = scope.dtype("p")
    if scope.rng.chance(0.7):
        var = scope.parameter(Aval(shape, dtype), Draw("uniform", low, high), hints)
        if var is not None:
            return var
    # At hand they may be anything; inside an axis, `% size` or a clip brings them there.
    domain = None if reach == "beyond" else Interval(low, high)
    return scope.value("i", shape=shape, domain=domain, hints=hints, avoid=taken)


def positions_shape(rng: Stream) -> Shape:
    """A shape for an array of positions: mostly a vector."""
    if rng.chance(0.7):
        return (rng.integer(2, 6),)
    return (rng.integer(2, 4), rng.integer(2, 4))


def bracket(rng: Stream, axis: int, rank: int) -> str:
    """The second operand between brackets along one axis, and full slices along the others."""
    if axis == rank - 1 and rank > 1 and rng.chance(0.5):
        return "..., {1}"
    return ", ".join([*[":"] * axis, "{1}"])


def distinct_positions(
    scope: Scope, count: int, low: int, hints: tuple[str, ...] = POSITIONS
) -> Var | None:
    """A parameter of ``count`` positions that follow each other from ``low``, in any order."""
    draw = Draw("distinct", low, low + count - 1)
    return scope.parameter(Aval((count,), scope.dtype("p")), draw, hints)


def update_for(scope: Scope, x: Var, shape: Shape, domain: Interval | None = None) -> Atom | None:
    """What is written over a part of ``x``: a number, a scalar or an array of the part's shape."""
    roll = scope.rng.unit()
    kind = dtypes.kind(x.aval.dtype)
    if roll < 0.35 and domain is None:
        return number(scope, x)
    return scope.value(
        kind,
        where=lambda aval: aval.shape in (shape, shape[1:], ()),
        dtype=x.aval.dtype,
        fresh=lambda: shape if roll < 0.8 else (),
        domain=domain,
        hints=("updates", "values", "patch"),
        avoid=(x,),
    )


def or_fill(
    intervals: Sequence[Interval], _avals: Sequence[Aval], _attributes: Attributes
) -> Interval:
    """A range rule: elements of the first operand, or the third, which fills what isn't there."""
    return intervals[0].union(intervals[2])
