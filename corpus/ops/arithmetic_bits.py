"""Bits of integers: and, or, xor, shifts, counts, and unsigned integers that wrap around."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxsmith.vocabulary import dtypes, spans
from jaxsmith.vocabulary.accuracy import EQUAL
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.code import LEVELS
from jaxsmith.vocabulary.interval import Interval
from jaxsmith.vocabulary.op import Op, Proposal
from jaxsmith.vocabulary.rows import exact, function, operator
from jaxsmith.vocabulary.signatures.elementwise import binary, domain_of, unary
from jaxsmith.vocabulary.signatures.variants import spellings, with_number
from jaxsmith.vocabulary.value import Literal

from .arithmetic import modulo

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxsmith.vocabulary.op import Attributes, Scope, Signature, Span
    from jaxsmith.vocabulary.rows import Range
    from jaxsmith.vocabulary.value import Atom


def _bits(x: Interval, y: Interval) -> Interval:
    largest = int(max(x.magnitude, y.magnitude))
    reach = 2.0 ** largest.bit_length()
    return Interval(-reach if min(x.low, y.low) < 0 else 0.0, reach)


def _shift_left(x: Interval, by: Interval) -> Interval:
    return x.scale(2.0**by.high).union(x)


def _shift_right(x: Interval, _by: Interval) -> Interval:
    return Interval(min(x.low, 0.0), max(x.high, 0.0))


def _inverted(x: Interval) -> Interval:
    return Interval(-x.high - 1, -x.low - 1)


def _counted(scope: Scope, op: Op) -> Proposal | None:
    """One integer array, with its dtype and width for the reference."""
    x = scope.value("i", domain=domain_of(op, 0))
    if x is None:
        return None
    dtype = x.aval.dtype
    return Proposal((x,), (x.aval,), {"dtype": f"np.{dtype}", "width": dtypes.bits(dtype)})


def _logical_shift(scope: Scope, _op: Op) -> Proposal | None:
    """A shift of the bits as they stand, by enough to leave a number of ordinary size."""
    # In x64 mode lax takes the number for an int64, and refuses to mix it with int32.
    x = None if scope.x64 else scope.value("i", dtype="int32")
    if x is None:
        return None
    by = scope.rng.integer(4, 28) if x.interval.low < 0 else scope.rng.integer(1, 3)
    return Proposal((x, Literal(by, Aval((), "int32"))), (x.aval,), {"reach": 2 ** (32 - by)})


def _logical_shift_span(
    intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
) -> Interval:
    x = intervals[0]
    return Interval(0, float(str(attributes["reach"])) if x.low < 0 else x.high)


def _unsigned(numbers: tuple[int, ...]) -> Signature:
    """Two unsigned operands of one shape and dtype, or one and a number."""

    def propose(scope: Scope, op: Op) -> Proposal | None:
        dtype = scope.rng.choice(("uint8", "uint8", "uint16"))
        hints = ("pixels", "image", "octets")
        x = scope.value("u", ranks=(1, 5), dtype=dtype, domain=domain_of(op, 0), hints=hints)
        if x is None:
            return None
        other: Atom | None = Literal(scope.rng.choice(numbers), Aval((), dtype))
        if scope.rng.chance(0.5):
            other = scope.value(
                "u", shape=x.aval.shape, dtype=dtype, domain=domain_of(op, 0), avoid=(x,)
            )
        return None if other is None else Proposal((x, other), (x.aval,), {})

    return propose


def _all_values(
    _intervals: Sequence[Interval], avals: Sequence[Aval], _attributes: Attributes
) -> Interval:
    return Interval(*map(float, dtypes.integer_range(avals[0].dtype)))


def _wrapping(name: str, symbol: str, names: tuple[str, ...]) -> Op:
    """An operator on small unsigned integers, which wraps around."""
    return exact(operator(f"unsigned_{name}", symbol, _all_values, names=names, verb=name,
                          signature=_unsigned((1, 3, 7, 10, 16, 100, 200)),
                          domain=((0, 250), None), weight=0.4))  # fmt: skip


def _named(name: str, span: Span, *domain: Range, names: tuple[str, ...]) -> Op:
    """The function of jnp that an operator stands for."""
    return function(f"{name}_function", "arithmetic", binary("i"), span,
                    jax=f"jnp.{name}({{*}})", numpy=f"np.{name}({{*}})", accuracy=EQUAL,
                    domain=domain, smooth="none", names=names, verb=name, elementwise=True,
                    weight=0.4)  # fmt: skip


_REACH = (-(2.0**20), 2.0**20)
_SHIFTED = (-(2.0**15), 2.0**15)
_BY = (0, 8)

OPS = [
    exact(operator("bitwise_and", "&", spans.of(_bits), kinds="i", domain=(_REACH, _REACH),
                   names=("masked", "common"))),
    exact(operator("bitwise_or", "|", spans.of(_bits), kinds="i", domain=(_REACH, _REACH),
                   names=("merged", "flags"))),
    exact(operator("bitwise_xor", "^", spans.of(_bits), kinds="i", domain=(_REACH, _REACH),
                   names=("mixed", "parity"))),
    exact(operator("shift_left", "<<", spans.of(_shift_left), kinds="i", domain=(_SHIFTED, _BY),
                   names=("shifted", "widened"))),
    exact(operator("shift_right", ">>", spans.of(_shift_right), kinds="i", domain=(None, _BY),
                   names=("shifted", "halved"))),
    Op("invert", "arithmetic", "~{0:atom}", "~{0:atom}", unary("i"), spans.of(_inverted), EQUAL,
       level=LEVELS["unary"], smooth="none", names=("inverted", "complement"), elementwise=True),
    _named("bitwise_and", spans.of(_bits), _REACH, _REACH, names=("masked", "common")),
    _named("bitwise_or", spans.of(_bits), _REACH, _REACH, names=("merged", "flags")),
    _named("bitwise_xor", spans.of(_bits), _REACH, _REACH, names=("mixed", "parity")),
    spellings(_named("left_shift", spans.of(_shift_left), _SHIFTED, _BY,
                     names=("shifted", "widened")), "jnp.bitwise_left_shift({*})"),
    spellings(_named("right_shift", spans.of(_shift_right), None, _BY,
                     names=("shifted", "halved")), "jnp.bitwise_right_shift({*})"),
    spellings(exact(function("bitwise_invert", "arithmetic", unary("i"), spans.of(_inverted),
                             names=("inverted", "complement"), verb="invert", elementwise=True,
                             weight=0.4)), "jnp.bitwise_not({0})"),
    exact(function("shift_right_logical", "arithmetic", _logical_shift, _logical_shift_span,
                   jax="lax.shift_right_logical({*})",
                   numpy="({0:atom}.astype(np.uint32) >> {1:add}).astype(np.int32)",
                   names=("shifted", "upper_bits"), elementwise=True, weight=0.4)),
    # Counts of bits.
    exact(function("population_count", "arithmetic", _counted, spans.within(0, 31),
                   jax="lax.population_count({0})",
                   numpy="np.bitwise_count({0}).astype({dtype})", domain=((0, 2.0**30),),
                   names=("ones", "weight"), verb="count_bits", elementwise=True, weight=0.4)),
    exact(function("leading_zeros", "arithmetic", _counted, spans.within(0, 64),
                   jax="lax.clz({0})",
                   numpy="np.subtract({width}, np.frexp({0})[1]).astype({dtype})",
                   domain=((0, 2.0**30),), names=("zeros", "headroom"), elementwise=True,
                   weight=0.3)),
    exact(function("bitwise_count", "arithmetic", unary("i", lambda _dtype: "uint8"),
                   spans.within(0, 31), domain=((-(2.0**30), 2.0**30),), names=("ones", "weight"),
                   verb="count_bits", elementwise=True, weight=0.2)),
    # Unsigned integers.
    _wrapping("add", "+", ("brighter", "total")),
    _wrapping("subtract", "-", ("difference", "delta")),
    _wrapping("multiply", "*", ("product", "hashed")),
    _wrapping("xor", "^", ("mixed", "toggled")),
    exact(operator("unsigned_shift", ">>", spans.of(_shift_right), names=("coarse", "shifted"),
                   signature=with_number("u", pool=(1, 2, 3, 4), dtype="uint8"),
                   domain=((0, 250), None), verb="shift", weight=0.3)),
    exact(operator("unsigned_modulo", "%", spans.of(modulo), names=("slot", "phase"),
                   signature=with_number("u", pool=(2, 3, 10, 16), dtype="uint32"),
                   domain=((0, 250), None), verb="remainder", weight=0.3)),
]  # fmt: skip
