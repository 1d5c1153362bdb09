"""Elementwise functions of two operands. Sizes are measured as ``math_unary`` says."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from jaxsmith.vocabulary import spans
from jaxsmith.vocabulary.accuracy import jumps, stable, ulps
from jaxsmith.vocabulary.interval import Interval
from jaxsmith.vocabulary.op import Proposal
from jaxsmith.vocabulary.rows import exact, function, map2
from jaxsmith.vocabulary.signatures.choice import limited
from jaxsmith.vocabulary.signatures.elementwise import (
    binary,
    broadcast_shapes,
    broadcastable_to,
    domain_of,
)
from jaxsmith.vocabulary.signatures.variants import around_zero, spellings

if TYPE_CHECKING:
    from collections.abc import Callable

    from jaxsmith.vocabulary.op import Op, Scope, Span


def _larger(x: Interval, y: Interval) -> Interval:
    return Interval(max(x.low, y.low), max(x.high, y.high))


def _smaller(x: Interval, y: Interval) -> Interval:
    return Interval(min(x.low, y.low), min(x.high, y.high))


def _hypot(x: Interval, y: Interval) -> Interval:
    return Interval(math.hypot(x.smallest, y.smallest), math.hypot(x.magnitude, y.magnitude))


def _log_add(base: float) -> Span:
    unit = math.log(base)
    return spans.corners(lambda a, b: max(a, b) + math.log1p(math.exp(-abs(a - b) * unit)) / unit)


def _copysign(x: Interval, y: Interval) -> Interval:
    reach = spans.absolute(x)
    if y.low > 0:
        return reach
    return reach.scale(-1) if y.high < 0 else Interval(-x.magnitude, x.magnitude)


def _modulo(_x: Interval, by: Interval) -> Interval:
    return Interval(min(0.0, by.low), max(0.0, by.high))


def _truncated(x: Interval, by: Interval) -> Interval:
    reach = min(x.magnitude, by.magnitude)
    return Interval(-reach if x.low < 0 else 0.0, reach if x.high > 0 else 0.0)


def _scale_by_exponent(scope: Scope, op: Op) -> Proposal | None:
    """Floats and the powers of two to scale them by."""
    x = scope.value("f", domain=domain_of(op, 0))
    if x is None:
        return None
    exponent = scope.value(
        "i",
        where=lambda aval: broadcast_shapes(x.aval.shape, aval.shape) == x.aval.shape,
        fresh=lambda: broadcastable_to(scope, x.aval.shape),
        dtype="int64" if x.aval.dtype == "float64" else "int32",
        domain=domain_of(op, 1),
        hints=("exponent", "scale_bits"),
    )
    return None if exponent is None else Proposal((x, exponent), (x.aval,), {})


def _extreme(
    name: str,
    kinds: str,
    span: Callable[[Interval, Interval], Interval],
    names: tuple[str, ...],
    weight: float,
) -> Op:
    return function(name, "math", limited(kinds), spans.of(span), accuracy=ulps(0.5),
                    smooth="kinked", names=names, elementwise=True, weight=weight)  # fmt: skip


_POSITIVE = (0.1, 20.0)
_DIVISOR = (0.25, 1e3)
_SIGNED = (-1e3, 1e3)

OPS = [
    _extreme("maximum", "fffi", _larger, ("upper", "raised", "envelope"), 1.0),
    _extreme("minimum", "fffi", _smaller, ("lower", "capped", "bounded"), 1.0),
    _extreme("fmax", "f", _larger, ("upper", "raised"), 0.5),
    _extreme("fmin", "f", _smaller, ("lower", "capped"), 0.5),
    map2("hypot", spans.of(_hypot), domain=(_SIGNED, _SIGNED), smooth="kinked",
         names=("distance", "radius")),
    spellings(map2("arctan2", spans.within(-math.pi, math.pi), domain=(None, (0.1, 1e4)),
                   names=("angle", "bearing")), "jnp.atan2({*})"),
    map2("arctan2_around", spans.within(-math.pi, math.pi), smooth="none", numbers=0.0,
         jax="jnp.arctan2({*})", numpy="np.arctan2({*})", names=("angle", "heading"),
         verb="arctan2", weight=0.5),
    # Zero comes up between operands that are not zero, so only a normwise error is promised.
    map2("logaddexp", _log_add(math.e), domain=((-50, 50), (-50, 50)), accuracy=stable(1.0),
         names=("log_total", "soft_maximum")),
    map2("logaddexp2", _log_add(2.0), domain=((-50, 50), (-50, 50)), accuracy=stable(1.0),
         names=("log_total", "bits")),
    map2("copysign", spans.of(_copysign), accuracy=ulps(0.0), smooth="none",
         names=("signed", "directed"), weight=0.5),
    function("heaviside", "math", around_zero(binary("f", numbers=0.8)),
             spans.of(lambda _x, y: Interval(0, 1).union(y)), accuracy=ulps(0.5), smooth="none",
             names=("step", "active"), elementwise=True, weight=0.5),
    function("ldexp", "math", _scale_by_exponent, spans.corners(lambda x, n: x * 2.0**n),
             accuracy=ulps(0.0), domain=((-1e3, 1e3), (-6, 6)), names=("scaled", "shifted"),
             elementwise=True),
    map2("fmod", spans.of(_truncated), domain=(_SIGNED, _DIVISOR), accuracy=jumps(0.5),
         smooth="none", names=("rest", "phase")),
    spellings(map2("mod", spans.of(_modulo), domain=(_SIGNED, _DIVISOR), accuracy=jumps(1.0),
                   smooth="none", names=("wrapped", "phase")), "jnp.remainder({*})"),
    spellings(map2("power_of_floats", spans.corners(lambda x, y: x**y), numbers=0.4,
                   domain=(_POSITIVE, (-3.0, 3.0)), jax="jnp.power({*})", numpy="np.power({*})",
                   names=("powered", "scaled"), verb="power"), "jnp.pow({*})"),
    map2("float_power", spans.corners(lambda x, y: x**y), domain=(_POSITIVE, (-3.0, 3.0)),
         numbers=0.4, names=("powered", "curve"), weight=0.5),
    exact(map2("gcd", spans.of(lambda x, y: Interval(0, max(x.magnitude, y.magnitude))),
               kinds="i", integers_to_floats=False, names=("divisor", "common"))),
    exact(map2("lcm", spans.of(lambda x, y: Interval(0, x.magnitude * y.magnitude)), kinds="i",
               domain=((-100, 100), (-100, 100)), integers_to_floats=False,
               names=("multiple", "period"), weight=0.15)),
    exact(map2("integer_fmod", spans.of(_truncated), kinds="i", domain=(None, (1, 1000000)),
               integers_to_floats=False, jax="jnp.fmod({*})", numpy="np.fmod({*})",
               names=("rest", "left_over"), verb="fmod")),
]  # fmt: skip
