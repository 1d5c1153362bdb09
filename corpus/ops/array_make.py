"""Arrays made from nothing but a size, beside a value: ranges, grids, identities, triangles."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jaxsmith.vocabulary import dtypes
from jaxsmith.vocabulary.accuracy import TERMS, ulps
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.interval import Interval
from jaxsmith.vocabulary.moves import move, numpy_of
from jaxsmith.vocabulary.op import Proposal
from jaxsmith.vocabulary.signatures.elementwise import broadcast_shapes
from jaxsmith.vocabulary.signatures.shape import (
    any_axis,
    small,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jaxsmith.vocabulary.aval import Shape
    from jaxsmith.vocabulary.op import Attributes, Op, Scope, Signature, Span
    from jaxsmith.vocabulary.stream import Stream


class Made(NamedTuple):
    """What is put beside a value: its text, its shape and the range of its elements.

    ``{dtype}`` in the text is where a dtype goes that has to be named.
    """

    text: str
    shape: Shape
    reach: Interval


def _beside(
    maker: Callable[[Stream, Shape], Made],
    kinds: str = "f",
    ranks: tuple[int, int] = (1, 3),
) -> Signature:
    """A value, and something made that spreads over it.

    Without ``{dtype}`` in its text what is made has JAX's default integer dtype. With it, it takes
    the dtype of the value, which is named where that isn't JAX's default float.
    """

    def propose(scope: Scope, _op: Op) -> Proposal | None:
        x = scope.value(kinds, ranks=ranks)
        if x is None:
            return None
        made = maker(scope.rng, x.aval.shape)
        dtype = x.aval.dtype
        default = dtype == ("float64" if scope.x64 else "float32")
        named = "" if default else f", dtype=jnp.{dtype}"
        numpy_named = "" if dtypes.kind(dtype) == "f" else f", dtype=np.{dtype}"
        if "{dtype}" not in made.text:
            dtype = dtypes.promote(dtype, dtypes.default_int(x64=scope.x64))
        attributes = {
            "made": made.text.replace("{dtype}", named),
            "numpy_made": numpy_of(made.text).replace("{dtype}", numpy_named),
            "low": made.reach.low,
            "high": made.reach.high,
            "terms": 4,  # the roundings of a linspace
        }
        shape = broadcast_shapes(x.aval.shape, made.shape)
        return None if shape is None else Proposal((x,), (Aval(shape, dtype),), attributes)

    return propose


def _with_made(combine: Callable[[Interval, Interval], Interval]) -> Span:
    """The range of a value combined with what is made."""

    def span(
        intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
    ) -> Interval:
        reach = Interval(float(str(attributes["low"])), float(str(attributes["high"])))
        return combine(intervals[0], reach)

    return span


def _along(rng: Stream, shape: Shape) -> tuple[int, str, Shape]:
    """A length, and how a vector of it is turned to lie along the last axis or the one before."""
    if len(shape) > 1 and rng.chance(0.35):
        return shape[-2], "[:, None]", (shape[-2], 1)
    return shape[-1], "", (shape[-1],)


def _arange(rng: Stream, shape: Shape) -> Made:
    count, turn, own = _along(rng, shape)
    start = rng.weighted((0, 1, rng.integer(2, 5)), (6, 4, 1))
    step = rng.weighted((1, 2, 3), (8, 2, 1))
    stop = start + step * count
    text = f"{start}, {stop}, {step}" if step > 1 else f"{start}, {stop}" if start else str(stop)
    reach = Interval(start, start + step * (count - 1))
    if start == 0 and step == 1 and rng.chance(0.2):
        return Made(f"jnp.arange({count}, 0, -1){turn}", own, Interval(1, count))
    return Made(f"jnp.arange({text}){turn}", own, reach)


def _indices(rng: Stream, shape: Shape) -> Made:
    axis = rng.integer(0, 1)
    return Made(f"jnp.indices({shape})[{axis}]", shape, Interval(0, shape[axis] - 1))


def _linspace(rng: Stream, shape: Shape) -> Made:
    """Ends that are not negative, so that its elements are exact to a few ulps."""
    count, turn, own = _along(rng, shape)
    low, high = rng.choice(((0.0, 1.0), (0.5, 2.0), (1.0, 2.0), (0.1, 1.0), (0.0, 5.0), (1.0, 3.0)))
    tail = ", endpoint=False" if rng.chance(0.2) else ""
    text = f"jnp.linspace({low}, {high}, {count}{tail}{{dtype}}){turn}"
    return Made(text, own, Interval(low, high))


def _powers(rng: Stream, shape: Shape) -> Made:
    count, turn, own = _along(rng, shape)
    low, high = rng.choice(((1.0, 8.0), (0.1, 1.0), (1.0, 100.0), (0.5, 4.0)))
    return Made(f"jnp.geomspace({low}, {high}, {count}{{dtype}}){turn}", own, Interval(low, high))


def _eye(rng: Stream, shape: Shape) -> Made:
    rows, columns = shape[-2:]
    offset = rng.integer(-1, 1) if rng.chance(0.4) else 0
    tail = f", k={offset}" if offset else ""
    name = "identity" if rows == columns and not offset and rng.chance(0.3) else "eye"
    size = f"{rows}" if rows == columns else f"{rows}, {columns}"
    return Made(f"jnp.{name}({size}{tail}{{dtype}})", (rows, columns), Interval(0, 1))


def _tri(rng: Stream, shape: Shape) -> Made:
    rows, columns = shape[-2:]
    offset = rng.integer(-1, 1)
    tail = f", k={offset}" if offset else ""
    size = f"{rows}" if rows == columns else f"{rows}, {columns}"
    return Made(f"jnp.tri({size}{tail}{{dtype}})", (rows, columns), Interval(0, 1))


def _ones(rng: Stream, shape: Shape) -> Made:
    lead = (small(rng), *shape) if len(shape) < 3 and rng.chance(0.5) else shape
    maker, reach = rng.choice((("ones", 1), ("zeros", 0), ("ones", 1)))
    text = str(lead[0]) if len(lead) == 1 else str(lead)
    return Made(f"jnp.{maker}({text}{{dtype}})", lead, Interval(reach, reach))


def _iota(rng: Stream, shape: Shape) -> Made:
    """The same as a range, in the words of ``lax``."""
    if len(shape) == 1 or rng.chance(0.4):
        count = shape[-1]
        return Made(f"lax.iota(int, {count})", (count,), Interval(0, count - 1))
    axis = any_axis(rng, shape)
    text = f"lax.broadcasted_iota(int, {shape}, {axis})"
    return Made(text, shape, Interval(0, shape[axis] - 1))


def _iota_beside(scope: Scope, op: Op) -> Proposal | None:
    proposal = _beside(_iota, "ffi")(scope, op)
    if proposal is None:
        return None
    (x,) = proposal.operands
    text = str(proposal.attributes["made"])
    arguments = text[text.index("int, ") + 5 : -1]
    if text.startswith("lax.iota"):
        numpy = f"np.arange({arguments})"
    else:
        axis = int(arguments.rsplit(", ", 1)[1])
        numpy = f"np.indices({x.aval.shape})[{axis}]"
    dtype = f"jnp.{x.aval.dtype}"
    made = text.replace("(int", f"({dtype}")
    attributes = {**proposal.attributes, "made": made, "numpy_made": numpy}
    return Proposal((x,), (Aval(proposal.outputs[0].shape, x.aval.dtype),), attributes)


_TIMES = ("{0:mul} * {made}", "{0:mul} * {numpy_made}")

_PLUS = ("{0:add} + {made}", "{0:add} + {numpy_made}")

_scale = _with_made(Interval.__mul__)

_shift = _with_made(Interval.__add__)


OPS = [
    move("times_arange", _TIMES[0], _beside(_arange, "ffi"), numpy=_TIMES[1], span=_scale,
         accuracy=ulps(1.0), level="mul", names=("weighted", "ramped"), verb="scale_by_position"),
    move("plus_arange", _PLUS[0], _beside(_arange, "ffi"), numpy=_PLUS[1], span=_shift,
         accuracy=ulps(1.0), level="add", names=("shifted", "staggered"), verb="add_position"),
    move("times_indices", _TIMES[0], _beside(_indices, ranks=(2, 2)), numpy=_TIMES[1], span=_scale,
         accuracy=ulps(1.0), level="mul", names=("weighted", "moments"), verb="scale_by_position",
         weight=0.6),
    move("times_linspace", _TIMES[0], _beside(_linspace), numpy=_TIMES[1], span=_scale,
         accuracy=ulps(4.0), level="mul", names=("faded", "ramped"), verb="fade"),
    move("plus_linspace", _PLUS[0], _beside(_linspace), numpy=_PLUS[1], span=_shift,
         accuracy=TERMS, level="add", names=("tilted", "shifted"), verb="tilt"),
    move("times_geomspace", _TIMES[0], _beside(_powers), numpy=_TIMES[1], span=_scale,
         accuracy=ulps(16.0), level="mul", names=("scaled", "spread"), verb="scale", weight=0.6),
    move("times_iota", _TIMES[0], _iota_beside, numpy=_TIMES[1], span=_scale, accuracy=ulps(1.0),
         level="mul", names=("weighted", "ramped"), verb="scale_by_iota", weight=0.6),
    move("plus_eye", _PLUS[0], _beside(_eye, "ffi", (2, 3)), numpy=_PLUS[1], span=_shift,
         accuracy=ulps(1.0), level="add", names=("regularized", "damped"), verb="add_identity"),
    move("times_eye", _TIMES[0], _beside(_eye, "ffi", (2, 3)), numpy=_TIMES[1], span=_scale,
         accuracy=ulps(1.0), level="mul", names=("diagonal_part", "decoupled"),
         verb="keep_diagonal", weight=0.6),
    move("times_tri", _TIMES[0], _beside(_tri, "ffi", (2, 3)), numpy=_TIMES[1], span=_scale,
         accuracy=ulps(1.0), level="mul", names=("causal", "lower"), verb="mask_triangle"),
    move("plus_ones", _PLUS[0], _beside(_ones, "ffi"), numpy=_PLUS[1], span=_shift,
         accuracy=ulps(1.0), level="add", names=("raised", "spread"), verb="add_ones", weight=0.5),
]  # fmt: skip
