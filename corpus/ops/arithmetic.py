"""Operators on floats and on mixed dtypes: sums, products, quotients, remainders, powers.

Each also in its named form, and with the number on the left. Sizes are measured as ``math_unary``
says.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from jaxsmith.vocabulary import spans
from jaxsmith.vocabulary.accuracy import DECIDE, MOVE, jumps, ulps
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.code import LEVELS
from jaxsmith.vocabulary.dtypes import inexact
from jaxsmith.vocabulary.interval import Interval
from jaxsmith.vocabulary.op import Op, Proposal
from jaxsmith.vocabulary.rows import function, interval, map2, operator
from jaxsmith.vocabulary.signatures.elementwise import (
    binary,
    broadcast_shapes,
    broadcastable_to,
    domain_of,
    unary,
)
from jaxsmith.vocabulary.signatures.variants import options, paired, spellings, with_number
from jaxsmith.vocabulary.value import Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxsmith.vocabulary.accuracy import Accuracy
    from jaxsmith.vocabulary.op import Attributes, Scope, Signature, Span
    from jaxsmith.vocabulary.rows import Range


def raised(x: Interval, exponent: float) -> Interval:
    """The range of a whole power."""
    ends = x.apply(lambda base: base**exponent)
    return ends if exponent % 2 else Interval(x.smallest**exponent, ends.high)


def floored(x: Interval, by: Interval) -> Interval:
    """The range of a floored quotient."""
    return spans.divide(x, by).apply(math.floor)


def modulo(_x: Interval, by: Interval) -> Interval:
    """The range of a remainder with the divisor's sign."""
    return Interval(min(0.0, by.low), max(0.0, by.high))


def floored_and_rest(x: Interval, by: Interval) -> Interval:
    """The range of both outputs of a divmod."""
    return floored(x, by).union(modulo(x, by))


def twice(signature: Signature, *names: tuple[str, ...]) -> Signature:
    """The signature with two outputs of the same type."""

    def propose(scope: Scope, op: Op) -> Proposal | None:
        found = signature(scope, op)
        if found is None:
            return None
        return Proposal(found.operands, found.outputs * 2, found.attributes, names=names)

    return propose


def _integer_pow(
    intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
) -> Interval:
    return raised(intervals[0], int(str(attributes["exponent"])))


def _masked(kinds: str) -> Signature:
    """A number array and a mask that broadcasts to it."""

    def propose(scope: Scope, op: Op) -> Proposal | None:
        x = scope.value(kinds, domain=domain_of(op, 0))
        if x is None:
            return None
        mask = scope.value(
            "b",
            where=lambda aval: broadcast_shapes(x.aval.shape, aval.shape) == x.aval.shape,
            fresh=lambda: broadcastable_to(scope, x.aval.shape),
        )
        return None if mask is None else Proposal((x, mask), (x.aval,), {})

    return propose


def _integer_and_fraction(scope: Scope, op: Op) -> Proposal | None:
    """Integers and a float constant: in x64 mode that makes a weak float64, so not there."""
    x = None if scope.x64 else scope.value("i", domain=domain_of(op, 0))
    if x is None:
        return None
    number = Literal(scope.rng.choice((0.5, 0.1, 1.5, 2.0, 0.25, -0.5)), Aval((), "float32"))
    return Proposal((x, number), (Aval(x.aval.shape, "float32"),), {})


def _reversed(name: str, symbol: str, span: Span, of: str, *, level: str = "add",
              domain: tuple[Range, ...] = (), accuracy: Accuracy | None = None,
              names: tuple[str, ...] = ()) -> Op:  # fmt: skip
    """The operator with the number on the left; ``of`` spells the other operand."""
    template = f"{{1:{level}}} {symbol} {of}"
    return Op(name, "arithmetic", template, template, with_number("f"), span,
              accuracy or ulps(1.0), domain=tuple(map(interval, domain)), level=LEVELS[level],
              smooth="none" if accuracy is DECIDE else "smooth", names=names, elementwise=True,
              verb=name.removeprefix("number_"), weight=0.7)  # fmt: skip


def _named(name: str, span: Span, names: tuple[str, ...], *, kinds: str = "fffi",
           domain: tuple[Range, Range] = (None, None), size: float = 1.0) -> Op:  # fmt: skip
    """The function of jnp that an operator stands for."""
    return map2(f"{name}_function", span, jax=f"jnp.{name}({{*}})", numpy=f"np.{name}({{*}})",
                kinds=kinds, accuracy=ulps(size), family="arithmetic", names=names, domain=domain,
                integers_to_floats=False, verb=name, weight=0.5)  # fmt: skip


def _lax(name: str, numpy: str, span: Span, names: tuple[str, ...], *domain: Range) -> Op:
    """The function of jax.lax, which neither promotes nor broadcasts."""
    return function(f"lax_{name}", "arithmetic", paired("f"), span, jax=f"lax.{name}({{*}})",
                    numpy=f"np.{numpy}({{*}})", accuracy=ulps(1.0), domain=domain, names=names,
                    verb=numpy, elementwise=True, weight=0.3)  # fmt: skip


DIVISOR = (0.25, 1e4)
_POWER = "{0:atom} ** {1:unary}"

OPS = [
    operator("add", "+", spans.of(Interval.__add__), names=("total", "shifted", "combined"),
             weight=2.0),
    operator("subtract", "-", spans.of(Interval.__sub__), names=("difference", "centered", "delta"),
             weight=2.0),
    operator("multiply", "*", spans.of(Interval.__mul__), names=("scaled", "weighted", "product"),
             weight=2.0),
    operator("divide", "/", spans.of(spans.divide), domain=(None, DIVISOR), accuracy=ulps(1.5),
             names=("ratio", "normalized", "quotient")),
    operator("float_floor_divide", "//", spans.of(floored), accuracy=DECIDE, smooth="none",
             domain=((-1e3, 1e3), (0.25, 1e3)), names=("quotient", "cell", "level"),
             verb="floor_divide"),
    operator("float_remainder", "%", spans.of(modulo), accuracy=jumps(1.0), smooth="none",
             domain=((-1e3, 1e3), (0.25, 1e3)), names=("phase", "wrapped", "rest"),
             verb="remainder"),
    spellings(function("float_divmod", "arithmetic",
                       twice(binary("f"), ("quotient", "whole"), ("rest", "phase")),
                       spans.of(floored_and_rest), jax="jnp.divmod({*})", numpy="np.divmod({*})",
                       accuracy=jumps(1.0), domain=((-1e3, 1e3), (0.25, 1e3)), smooth="none",
                       elementwise=True, verb="divmod", weight=0.5), "divmod({*})"),
    # With the number on the left.
    _reversed("number_plus", "+", spans.of(Interval.__add__), "{0:mul}",
              names=("shifted", "raised")),
    _reversed("number_minus", "-", spans.of(lambda x, n: n - x), "{0:mul}",
              names=("complement", "remaining", "rest")),
    _reversed("number_times", "*", spans.of(Interval.__mul__), "{0:unary}", level="mul",
              names=("scaled", "weighted")),
    _reversed("number_over", "/", spans.of(lambda x, n: spans.divide(n, x)), "{0:unary}",
              level="mul", domain=(DIVISOR,), names=("inverse", "rate")),
    _reversed("number_floor_over", "//", spans.of(lambda x, n: floored(n, x)), "{0:unary}",
              level="mul", domain=((0.25, 1e3),), accuracy=DECIDE, names=("fits", "pieces")),
    Op("number_to_the", "arithmetic", "{1} ** {0:unary}", "{1} ** {0:unary}",
       with_number("f", pool=(2.0, 10.0, 0.5, 1.5, 0.9)), spans.corners(lambda x, n: n**x),
       ulps(4.0), domain=(Interval(-4, 4),), level=LEVELS["power"],
       names=("growth", "decay", "discount"), elementwise=True, verb="power"),
    # Powers.
    Op("power", "arithmetic", _POWER, _POWER, with_number("f", pool=(2, 2, 2, 3, 3, 4)),
       spans.of(lambda x, n: raised(x, n.low)), ulps(4.0), domain=(Interval(-17, 17),),
       level=LEVELS["power"], names=("powered", "squared", "cubed"), elementwise=True),
    Op("fractional_power", "arithmetic", _POWER, _POWER,
       with_number("f", pool=(0.5, 1.5, -0.5, 0.25, 2.5, 0.75, -1.5)),
       spans.corners(lambda x, n: x**n), ulps(4.0), domain=(Interval(0.1, 50),),
       level=LEVELS["power"], names=("powered", "compressed"), elementwise=True, verb="power"),
    Op("negative_power", "arithmetic", _POWER, _POWER, with_number("f", pool=(-1, -1, -2, -3)),
       spans.corners(lambda x, n: x**n), ulps(4.0), domain=(Interval(0.2, 50),),
       level=LEVELS["power"], names=("inverse", "falloff"), elementwise=True, verb="power"),
    operator("power_of_arrays", "**", spans.corners(lambda x, y: x**y),
             signature=binary("f", numbers=0.0), accuracy=ulps(4.0),
             domain=((0.1, 20.0), (-3.0, 3.0)), names=("powered", "scaled"), verb="power"),
    function("integer_pow", "arithmetic", options(unary("f"), exponent=(2, 3, 4)), _integer_pow,
             jax="lax.integer_pow({0}, {exponent})", numpy="np.power({0}, {exponent})",
             domain=((-17, 17),), names=("powered",), verb="power", elementwise=True, weight=0.4),
    # Mixed dtypes.
    operator("mixed_add", "+", spans.of(Interval.__add__), signature=binary("fi", numbers=0.0),
             names=("total", "sums", "mixed"), verb="add"),
    operator("mixed_subtract", "-", spans.of(Interval.__sub__),
             signature=binary("fi", numbers=0.0), names=("difference", "delta"), verb="subtract"),
    operator("mixed_multiply", "*", spans.of(Interval.__mul__),
             signature=binary("fi", numbers=0.0), names=("scaled", "products", "weighted"),
             verb="multiply"),
    operator("mixed_divide", "/", spans.of(spans.divide), signature=binary("fi", inexact),
             domain=(None, (1, 10000)), accuracy=ulps(1.5), names=("ratio", "share", "average"),
             verb="divide"),
    operator("integer_times_number", "*", spans.of(Interval.__mul__),
             signature=_integer_and_fraction, names=("scaled", "discounted"), verb="scale"),
    operator("integer_plus_number", "+", spans.of(Interval.__add__),
             signature=_integer_and_fraction, names=("shifted", "centers"), verb="shift"),
    operator("times_mask", "*", spans.of(lambda x, _mask: x.union(Interval(0, 0))),
             signature=_masked("ffi"), accuracy=ulps(0.0), names=("masked", "kept"), verb="mask"),
    operator("plus_mask", "+", spans.of(lambda x, _mask: x + Interval(0, 1)),
             signature=_masked("fi"), names=("bumped", "raised"), verb="bump", weight=0.5),
    operator("minus_mask", "-", spans.of(lambda x, _mask: x - Interval(0, 1)),
             signature=_masked("fi"), names=("lowered", "reduced"), verb="lower", weight=0.4),
    # Named forms.
    _named("add", spans.of(Interval.__add__), ("total", "combined")),
    _named("subtract", spans.of(Interval.__sub__), ("difference", "gap")),
    _named("multiply", spans.of(Interval.__mul__), ("product", "scaled")),
    spellings(_named("divide", spans.of(spans.divide), ("ratio", "quotient"), kinds="f",
                     domain=(None, DIVISOR), size=1.5), "jnp.true_divide({*})"),
    _lax("add", "add", spans.of(Interval.__add__), ("total", "combined")),
    _lax("sub", "subtract", spans.of(Interval.__sub__), ("difference", "gap")),
    _lax("mul", "multiply", spans.of(Interval.__mul__), ("product", "scaled")),
    _lax("div", "divide", spans.of(spans.divide), ("ratio", "quotient"), None, DIVISOR),
    # Signs.
    Op("negate", "arithmetic", "-{0:atom}", "-{0:atom}", unary("fi"),
       spans.of(lambda x: x.scale(-1)), MOVE, level=LEVELS["unary"], names=("negated", "opposite"),
       elementwise=True),
    spellings(function("negative", "arithmetic", unary("fi"), spans.of(lambda x: x.scale(-1)),
                       accuracy=MOVE, names=("negated", "opposite"), verb="negate",
                       elementwise=True, weight=0.4), "lax.neg({0})"),
    spellings(function("absolute", "arithmetic", unary("fi"), spans.of(spans.absolute),
                       accuracy=MOVE, jax="jnp.abs({0})", numpy="np.abs({0})", smooth="kinked",
                       verb="abs", names=("magnitude", "distance"), elementwise=True),
              "jnp.absolute({0})", "abs({0})", "lax.abs({0})"),
]  # fmt: skip
