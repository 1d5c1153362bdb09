"""Operators on integers: exact sums and quotients, powers, and numbers on the left."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from jaxsmith.vocabulary import spans
from jaxsmith.vocabulary.accuracy import EQUAL
from jaxsmith.vocabulary.code import LEVELS, OPERATOR_LEVELS
from jaxsmith.vocabulary.interval import Interval
from jaxsmith.vocabulary.op import Op, Proposal
from jaxsmith.vocabulary.rows import exact, function, interval, operator
from jaxsmith.vocabulary.signatures.elementwise import binary, unary
from jaxsmith.vocabulary.signatures.variants import paired, spellings, with_number

from .arithmetic import floored, floored_and_rest, modulo, raised, twice

if TYPE_CHECKING:
    from jaxsmith.vocabulary.op import Scope, Signature, Span
    from jaxsmith.vocabulary.rows import Range


def _truncated(x: Interval, by: Interval) -> Interval:
    return spans.divide(x, by).apply(math.trunc)


def _truncated_rest(x: Interval, by: Interval) -> Interval:
    reach = min(x.magnitude, by.magnitude)
    return Interval(-reach if x.low < 0 else 0.0, reach if x.high > 0 else 0.0)


def _with_dtype(signature: Signature) -> Signature:
    """The signature with ``{dtype}`` for a cast in NumPy's spelling."""

    def propose(scope: Scope, op: Op) -> Proposal | None:
        found = signature(scope, op)
        if found is None:
            return None
        attributes = {**found.attributes, "dtype": f"np.{found.outputs[0].dtype}"}
        return Proposal(found.operands, found.outputs, attributes)

    return propose


def _reversed(name: str, symbol: str, span: Span, *domain: Range, verb: str,
              pool: tuple[int, ...] = (), names: tuple[str, ...] = ()) -> Op:  # fmt: skip
    """The operator with the number on the left."""
    level = OPERATOR_LEVELS[symbol]
    tighter = {"add": "mul", "mul": "unary", "shift": "add"}[level]
    template = f"{{1:{level}}} {symbol} {{0:{tighter}}}"
    return Op(name, "arithmetic", template, template, with_number("i", pool=pool), span, EQUAL,
              domain=tuple(map(interval, domain)), level=LEVELS[level], smooth="none",
              names=names, elementwise=True, verb=verb, weight=0.5)  # fmt: skip


def _named(name: str, span: Span, *domain: Range, names: tuple[str, ...]) -> Op:
    """The function of jnp that an operator stands for."""
    return function(f"{name}_function", "arithmetic", binary("i"), span,
                    jax=f"jnp.{name}({{*}})", numpy=f"np.{name}({{*}})", accuracy=EQUAL,
                    domain=domain, smooth="none", names=names, verb=name, elementwise=True,
                    weight=0.4)  # fmt: skip


_DIVISOR = (1, 1e6)
_NEGATIVE = (-50, -1)

OPS = [
    exact(operator("integer_add", "+", spans.of(Interval.__add__), kinds="i",
                   names=("total", "offset", "moved"), verb="add")),
    exact(operator("integer_subtract", "-", spans.of(Interval.__sub__), kinds="i",
                   names=("difference", "gap", "rest"), verb="subtract")),
    exact(operator("integer_multiply", "*", spans.of(Interval.__mul__), kinds="i",
                   names=("product", "scaled", "area"), verb="multiply")),
    exact(operator("floor_divide", "//", spans.of(floored), kinds="i", domain=(None, _DIVISOR),
                   names=("quotient", "bucket", "page"))),
    exact(operator("remainder", "%", spans.of(modulo), kinds="i", domain=(None, _DIVISOR),
                   names=("rest", "phase", "slot"))),
    exact(operator("floor_divide_negative", "//", spans.of(floored), kinds="i",
                   domain=(None, _NEGATIVE), names=("quotient", "mirrored"),
                   verb="floor_divide", weight=0.4)),
    exact(operator("remainder_negative", "%", spans.of(modulo), kinds="i",
                   domain=(None, _NEGATIVE), names=("rest", "mirrored"), verb="remainder",
                   weight=0.4)),
    spellings(exact(function("integer_divmod", "arithmetic",
                             twice(binary("i"), ("quotient", "row"), ("rest", "column")),
                             spans.of(floored_and_rest), jax="jnp.divmod({*})",
                             numpy="np.divmod({*})", domain=(None, _DIVISOR), elementwise=True,
                             verb="divmod", weight=0.7)), "divmod({*})"),
    exact(function("truncated_divide", "arithmetic", _with_dtype(paired("i")), spans.of(_truncated),
                   jax="lax.div({*})", numpy="np.trunc({0:mul} / {1:unary}).astype({dtype})",
                   domain=(None, (1, 1000)), names=("quotient", "whole"), elementwise=True,
                   weight=0.4)),
    exact(function("truncated_remainder", "arithmetic", paired("i"), spans.of(_truncated_rest),
                   jax="lax.rem({*})", numpy="np.fmod({*})", domain=(None, (1, 1000)),
                   names=("rest", "left_over"), elementwise=True, weight=0.4)),
    _named("floor_divide", spans.of(floored), None, _DIVISOR, names=("quotient", "bucket")),
    _named("remainder", spans.of(modulo), None, _DIVISOR, names=("rest", "slot")),
    Op("integer_power", "arithmetic", "{0:atom} ** {1:unary}", "{0:atom} ** {1:unary}",
       with_number("i", pool=(2, 2, 2, 3, 3, 4)), spans.of(lambda x, n: raised(x, n.low)), EQUAL,
       domain=(Interval(-30, 30),), level=LEVELS["power"], smooth="none",
       names=("powered", "squares"), elementwise=True, verb="power"),
    exact(function("integer_square", "arithmetic", unary("i"), spans.of(spans.square),
                   jax="jnp.square({0})", numpy="np.square({0})", domain=((-10000, 10000),),
                   names=("squares", "areas"), verb="square", elementwise=True, weight=0.5)),
    # With the number on the left.
    _reversed("number_minus_integer", "-", spans.of(lambda x, n: n - x), verb="complement",
              names=("remaining", "mirrored")),
    _reversed("number_times_integer", "*", spans.of(Interval.__mul__), verb="multiply",
              names=("scaled", "strides")),
    _reversed("number_over_integer", "//", spans.of(lambda x, n: floored(n, x)), _DIVISOR,
              pool=(100, 64, 1000, 60, -7), verb="floor_divide", names=("fits", "pieces")),
    _reversed("number_modulo_integer", "%", spans.of(lambda x, n: modulo(n, x)), _DIVISOR,
              pool=(100, 64, 1000, 60, -7), verb="remainder", names=("rest", "unused")),
    _reversed("number_shifted", "<<", spans.of(lambda x, n: n.scale(2.0**x.high).union(n)),
              (0, 12), pool=(1, 1, 1, 3, 5), verb="powers_of_two", names=("flag", "capacity")),
]  # fmt: skip
