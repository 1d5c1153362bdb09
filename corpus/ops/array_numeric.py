"""Operations on neighbours: differences, slopes, convolutions, interpolation, powers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxsmith.vocabulary.accuracy import TERMS, stable, ulps
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.draw import Draw
from jaxsmith.vocabulary.interval import Interval
from jaxsmith.vocabulary.moves import move
from jaxsmith.vocabulary.op import Proposal
from jaxsmith.vocabulary.signatures.shape import (
    any_axis,
    axis_tail,
    axis_text,
    changed,
    size_of,
    with_dim,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxsmith.vocabulary.aval import Shape
    from jaxsmith.vocabulary.op import Attributes, Op, Scope
    from jaxsmith.vocabulary.signatures.shape import Change
    from jaxsmith.vocabulary.stream import Stream


def _diff(rng: Stream, shape: Shape) -> Change | None:
    axis = any_axis(rng, shape)
    times = 2 if shape[axis] > 2 and rng.chance(0.25) else 1
    if shape[axis] <= times:
        return None
    attributes: dict[str, object] = {
        "times": f", n={times}" if times > 1 else "",
        "axis": axis_tail(rng, axis, len(shape), default=-1),
        "reach": 2**times,
    }
    return with_dim(shape, axis, shape[axis] - times), attributes


def _reach_span(
    intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
) -> Interval:
    """Half of ``reach`` differences of two elements added up."""
    x, reach = intervals[0], float(str(attributes["reach"]))
    width = (x.high - x.low) * reach / 2
    return Interval(-width, width)


def _ediff1d(_rng: Stream, shape: Shape) -> Change | None:
    size = size_of(shape)
    return None if size < 2 else ((size - 1,), {"reach": 2})


def _gradient(rng: Stream, shape: Shape) -> Change | None:
    axis = any_axis(rng, shape)
    if shape[axis] < 2:
        return None
    spacing = rng.weighted((1.0, 0.5, 0.1, 2.0), (5, 2, 2, 1))
    attributes: dict[str, object] = {
        "spacing": f", {spacing}" if spacing != 1.0 else "",
        "axis": f", axis={axis_text(rng, axis, len(shape))}" if len(shape) > 1 else "",
        "reach": 2 / spacing,
    }
    return shape, attributes


def _gradients(scope: Scope, _op: Op) -> Proposal | None:
    x = scope.value("f", ranks=(2, 2), where=lambda aval: min(aval.shape) > 1,
                    hints=("field", "surface"))  # fmt: skip
    if x is None:
        return None
    names = (("slope_y", "along_rows"), ("slope_x", "along_columns"))
    return Proposal((x,), (x.aval, x.aval), {"reach": 2}, names=names)


def _convolve(scope: Scope, op: Op) -> Proposal | None:
    signal = scope.value("f", ranks=(1, 1), hints=("signal", "series"))
    if signal is None:
        return None
    kernel = scope.value(
        "f", ranks=(1, 1), dtype=signal.aval.dtype,
        fresh=lambda: (scope.rng.integer(2, 5),), avoid=(signal,), hints=("kernel", "taps"),
    )  # fmt: skip
    if kernel is None:
        return None
    (n,), (k,) = signal.aval.shape, kernel.aval.shape
    mode = scope.rng.choice(("full", "same", "valid"))
    default = "full" if op.name == "convolve" else "valid"
    length = {"full": n + k - 1, "same": max(n, k), "valid": max(n, k) - min(n, k) + 1}[mode]
    attributes: dict[str, object] = {"terms": min(n, k), "overlap": min(n, k)}
    attributes["mode"] = "" if mode == default else f', mode="{mode}"'
    return Proposal((signal, kernel), (Aval((length,), signal.aval.dtype),), attributes)


def _overlap_span(
    intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
) -> Interval:
    product = intervals[0] * intervals[1]
    return product.scale(float(str(attributes["overlap"]))).union(product)


def _interp(scope: Scope, _op: Op) -> Proposal | None:
    """Through the points of a table, whose places are a parameter or evenly spaced."""
    x = scope.value("f", ranks=(0, 3), hints=("points", "queries"))
    if x is None:
        return None
    count = scope.rng.integer(3, 8)
    table = scope.value("f", shape=(count,), dtype=x.aval.dtype, avoid=(x,), hints=("table",))
    if table is None:
        return None
    output = Aval(x.aval.shape, x.aval.dtype)
    if scope.rng.chance(0.5):
        low, high = scope.rng.choice(((0.0, 1.0), (-1.0, 1.0), (-2.0, 2.0), (0.0, 3.0)))
        named = f", dtype=jnp.{x.aval.dtype}" if scope.x64 and x.aval.dtype == "float32" else ""
        grid = f"linspace({low}, {high}, {count}"
        return Proposal((x, table), (output,), {
            "jax_template": f"jnp.interp({{0}}, jnp.{grid}{named}), {{1}})",
            "numpy_template": f"np.interp({{0}}, np.{grid}), {{1}})",
        })  # fmt: skip
    places = Aval((count,), x.aval.dtype)
    knots = scope.parameter(places, Draw("sorted", -3.0, 3.0), ("knots", "xp"))
    return None if knots is None else Proposal((x, table, knots), (output,), {})


def _table_span(
    intervals: Sequence[Interval], _avals: Sequence[Aval], _attributes: Attributes
) -> Interval:
    return intervals[1]


def _vander(rng: Stream, shape: Shape) -> Change:
    count = rng.integer(2, 5)
    tail = ", increasing=True" if rng.chance(0.5) else ""
    return (*shape, count), {"count": count, "tail": tail}


def _vander_span(
    intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
) -> Interval:
    reach = max(1.0, intervals[0].magnitude) ** (int(str(attributes["count"])) - 1)
    return Interval(min(0.0, -reach if intervals[0].low < 0 else 0.0), reach)


OPS = [
    move("diff", "jnp.diff({0}{times}{axis})", changed(_diff, "fffi", ranks=(1, 4)),
         span=_reach_span, accuracy=stable(1.0), names=("differences", "increments", "steps"),
         weight=1.5),
    move("ediff1d", "jnp.ediff1d({0})", changed(_ediff1d, "fffi", ranks=(1, 2)),
         span=_reach_span, accuracy=stable(1.0), names=("differences", "increments"), verb="diff",
         weight=0.5),
    move("gradient", "jnp.gradient({0}{spacing}{axis})", changed(_gradient, "f", ranks=(1, 3)),
         span=_reach_span, accuracy=stable(2.0), names=("slope", "rate_of_change")),
    move("gradients", "jnp.gradient({0})", _gradients, span=_reach_span, accuracy=stable(2.0),
         verb="gradient", weight=0.6),
    move("convolve", "jnp.convolve({0}, {1}{mode})", _convolve, span=_overlap_span,
         accuracy=TERMS, names=("smoothed", "filtered", "response")),
    move("correlate", "jnp.correlate({0}, {1}{mode})", _convolve, span=_overlap_span,
         accuracy=TERMS, names=("matches", "correlation", "lags")),
    move("interp", "jnp.interp({0}, {2}, {1})", _interp, span=_table_span, accuracy=stable(4.0),
         smooth="kinked", names=("looked_up", "interpolated", "curve"), weight=0.15),
    move("vander", "jnp.vander({0}, {count}{tail})", changed(_vander, "ffi", ranks=(1, 1)),
         span=_vander_span, accuracy=ulps(16.0), domain=(Interval(-6, 6),),
         names=("powers", "features", "basis"), verb="powers",
         smooth="once"),  # see FINDINGS.md: no second derivative at 0
]  # fmt: skip
