"""Rounding, signs, parts of numbers and what is finite: functions that jump."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from jaxsmith.vocabulary import spans
from jaxsmith.vocabulary.accuracy import DECIDE, jumps
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.code import LEVELS
from jaxsmith.vocabulary.dtypes import inexact
from jaxsmith.vocabulary.interval import Interval, hull
from jaxsmith.vocabulary.op import Op, Proposal
from jaxsmith.vocabulary.rows import function
from jaxsmith.vocabulary.signatures.elementwise import boolean, domain_of, unary
from jaxsmith.vocabulary.signatures.variants import around_zero, options, spellings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jaxsmith.vocabulary.op import Attributes, Scope

# An exact operation that jumps: where a jump lies within the operands' bounds, the bound of the
# result becomes too loose to be used.


def _sign(x: float) -> float:
    return math.copysign(1.0, x) if x else 0.0


def _parts(x: Interval) -> Interval:
    fraction = Interval(max(-1.0, min(x.low, 0.0)), min(1.0, max(x.high, 0.0)))
    return fraction.union(x.apply(math.trunc))


def _exponent(x: Interval) -> Interval:
    return Interval(math.frexp(x.smallest)[1], math.frexp(x.magnitude)[1])


def _fraction_and_whole(scope: Scope, op: Op) -> Proposal | None:
    x = scope.value("f", domain=domain_of(op, 0))
    if x is None:
        return None
    return Proposal((x,), (x.aval, x.aval), {}, names=(("fraction", "part"), ("whole", "base")))


def _predicate(name: str, arguments: dict[str, tuple[str, ...]], names: tuple[str, ...]) -> Op:
    """A row such as ``jnp.isnan(jnp.log(x))``: of an ordinary number it would be no question."""

    def propose(scope: Scope, op: Op) -> Proposal | None:
        kind = scope.rng.choice(list(arguments))
        x = scope.value(kind, domain=domain_of(op, 0))
        if x is None:
            return None
        text = scope.rng.choice(arguments[kind])
        attributes = {
            "jax_template": f"jnp.{name}({text})",
            "numpy_template": f"np.{name}({text.replace('jnp.', 'np.')})",
        }
        return Proposal((x,), (Aval(x.aval.shape, "bool"),), attributes)

    return function(name, "math", around_zero(propose), spans.boolean, accuracy=DECIDE,
                    domain=((-1000, 1000),), smooth="none", names=names,
                    elementwise=True, weight=0.5)  # fmt: skip


def _step(name: str, to: Callable[[float], float], names: tuple[str, ...]) -> Op:
    return function(name, "math", unary("f"), spans.monotone(to), accuracy=DECIDE,
                    smooth="none", names=names, elementwise=True)  # fmt: skip


def _fill(attributes: Attributes) -> list[float]:
    return [float(str(attributes[key])) for key in ("nan", "neginf") if key in attributes]


def _filled_log(
    intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
) -> Interval:
    return hull([*_fill(attributes), 0.0, math.log(max(intervals[0].high, 1.0))])


def _filled_root(
    intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
) -> Interval:
    return hull([*_fill(attributes), 0.0, math.sqrt(max(intervals[0].high, 0.0))])


# Roots and logarithms of what may be negative. Zero divides only where it is exact, in integers.
_UNDEFINED = ("jnp.log({0})", "jnp.sqrt({0})")
_INFINITE = ("1.0 / {0:unary}", "jnp.log(jnp.abs({0}))")

OPS = [
    spellings(_step("floor", math.floor, ("floors", "cells", "lower")), "lax.floor({0})"),
    spellings(_step("ceil", math.ceil, ("ceilings", "upper")), "lax.ceil({0})"),
    _step("trunc", math.trunc, ("whole", "truncated")),
    _step("rint", round, ("nearest", "rounded")),
    spellings(_step("round", round, ("rounded", "nearest")), "jnp.around({0})"),
    spellings(function("sign", "math", around_zero(unary("fi")), spans.monotone(_sign),
                       accuracy=DECIDE, smooth="none", names=("signs", "direction"),
                       elementwise=True),
              "lax.sign({0})"),
    function("signbit", "math", around_zero(unary("f", boolean)), spans.boolean, accuracy=DECIDE,
             smooth="none", names=("negative", "below"), elementwise=True, weight=0.5),
    Op("quantize", "math", "jnp.round({0:mul} * {steps}) / {steps}",
       "np.round({0:mul} * {steps}) / {steps}",
       options(unary("f"), steps=(2.0, 4.0, 8.0, 16.0, 32.0)),
       spans.of(lambda x: Interval(math.floor(2 * x.low) / 2, math.ceil(2 * x.high) / 2)), DECIDE,
       domain=(Interval(-1e3, 1e3),), level=LEVELS["mul"], smooth="none",
       names=("quantized", "levels"), elementwise=True),
    function("modf", "math", _fraction_and_whole, spans.of(_parts), accuracy=jumps(0.0),
             smooth="none", elementwise=True),
    function("frexp_mantissa", "math", unary("f"), spans.within(-1, 1),
             jax="jnp.frexp({0})[0]", numpy="np.frexp({0})[0]", accuracy=jumps(0.0),
             domain=((0.05, 1e4),), smooth="none", names=("mantissa", "significand"),
             verb="mantissa", elementwise=True, weight=0.5),
    function("frexp_exponent", "math", unary("f", lambda _dtype: "int32"), spans.of(_exponent),
             jax="jnp.frexp({0})[1]", numpy="np.frexp({0})[1]", accuracy=DECIDE,
             domain=((0.05, 1e4),), smooth="none", names=("exponent", "octave"),
             verb="exponent", elementwise=True, weight=0.5),
    _predicate("isnan", {"f": _UNDEFINED, "i": _UNDEFINED}, ("missing", "undefined")),
    _predicate("isfinite", {"f": _UNDEFINED[1:], "i": (*_UNDEFINED, *_INFINITE)},
               ("finite", "usable")),
    _predicate("isinf", {"i": _INFINITE}, ("infinite", "unbounded")),
    _predicate("isneginf", {"i": ("jnp.log(jnp.abs({0}))",)}, ("empty", "vanished")),
    function("clean_log", "math", options(around_zero(unary("i", inexact)), nan=(0.0, -1.0, -2.0),
                                          neginf=(-20.0, -10.0)), _filled_log,
             jax="jnp.nan_to_num(jnp.log({0}), nan={nan}, neginf={neginf})",
             numpy="np.nan_to_num(np.log({0}), nan={nan}, neginf={neginf})", smooth="none",
             names=("cleaned", "log_counts"), elementwise=True, weight=0.5),
    function("clean_root", "math",
             options(around_zero(unary("f")), nan=(0.0, -1.0, 0.5)), _filled_root,
             jax="jnp.nan_to_num(jnp.sqrt({0}), nan={nan})",
             numpy="np.nan_to_num(np.sqrt({0}), nan={nan})", smooth="none",
             names=("cleaned", "roots"), elementwise=True, weight=0.5),
]  # fmt: skip
