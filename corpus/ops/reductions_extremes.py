"""Largest and smallest elements, where they are, and questions asked of all elements."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from jaxsmith.vocabulary import dtypes, spans
from jaxsmith.vocabulary.accuracy import DECIDE, EQUAL, ORDER, stable
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.draw import Draw
from jaxsmith.vocabulary.interval import Interval, hull
from jaxsmith.vocabulary.op import Op, Proposal
from jaxsmith.vocabulary.rows import alike, exact
from jaxsmith.vocabulary.signatures import reduce
from jaxsmith.vocabulary.signatures.reduce import Axes, masked, paired, reduction
from jaxsmith.vocabulary.signatures.variants import wide_integers
from jaxsmith.vocabulary.value import Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxsmith.vocabulary.op import Attributes, Scope, Signature
    from jaxsmith.vocabulary.value import Var


def _ufuncs(*names: str) -> reduce.Spellings:
    """The reductions of some ufuncs."""
    return tuple(reduce.spelled(f"jnp.{name}.reduce({{0}}{{ufunc_tail}})") for name in names)


MAX_SPELLINGS = (
    reduce.spelled("{0:atom}.max({inside})"),
    reduce.spelled("jnp.amax({0}{tail})"),
    *_ufuncs("maximum"),
)
MIN_SPELLINGS = (
    reduce.spelled("{0:atom}.min({inside})"),
    reduce.spelled("jnp.amin({0}{tail})"),
    *_ufuncs("minimum"),
)
_LOGICAL = _ufuncs("logical_and", "logical_xor")
_BITWISE = _ufuncs("bitwise_and", "bitwise_xor")


def _floor(sign: int) -> reduce.More:
    """A number to start from, which also stands where the mask leaves nothing."""

    def initial(scope: Scope, x: Var, _axes: Axes) -> dict[str, object]:
        if dtypes.kind(x.aval.dtype) == "i":
            return {"initial": sign * scope.rng.choice((0, 100, 1000))}
        return {"initial": float(sign * scope.rng.choice((0, 1, 10, 100)))}

    return initial


def _initial_span(
    intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
) -> Interval:
    return hull((*intervals[0], float(str(attributes["initial"]))))


def _position(scope: Scope, op: Op) -> Proposal | None:
    """Positions of floats without ties, or of integers, where the first of equals is meant."""
    x = _without_ties(scope)
    if x is None:
        return None
    axes = reduce.pick_axes(scope, x.aval.rank, tuples=False)
    attributes = {**axes.attributes, "terms": axes.count(x.aval.shape)}
    if scope.rng.chance(0.3):
        name = op.name.removesuffix("_index")
        method = f"{{0:atom}}.{name}({{inside}})"
        attributes |= {"jax_template": method, "numpy_template": method}
    dtype = dtypes.default_int(x64=scope.x64)
    return Proposal((x,), (Aval(axes.shape(x.aval.shape), dtype),), attributes)


def _without_ties(scope: Scope) -> Var | None:
    if scope.rng.chance(0.45):
        kind = scope.rng.choice("ffi")
        aval = Aval(scope.shape((1, 3)), scope.dtype(kind))
        low, high = scope.rng.choice((-1, -3, -10, 0)), scope.rng.choice((1, 2, 5))
        most = math.inf
        if kind == "i":
            least, most = dtypes.integer_range(aval.dtype)
            low = max(low, least)
            high = low + aval.size - 1
        draw = Draw("distinct", low, high)
        x = scope.parameter(aval, draw, ("scores", "ranking", "values")) if high <= most else None
        if x is not None:
            return x
    return scope.value(scope.rng.choice("fi"), ranks=(1, 4))


def _compared(result: reduce.Result) -> Signature:
    """Elements on one side of a number, which lies in the operand's range."""

    def propose(scope: Scope, op: Op) -> Proposal | None:
        x = scope.value("fi", ranks=(1, 4))
        if x is None:
            return None
        number = scope.literal(dtypes.kind(x.aval.dtype), x.interval)
        assert isinstance(number, Literal)
        limit = Literal(number.value, Aval((), x.aval.dtype))
        axes = reduce.pick_axes(scope, x.aval.rank)
        sign = scope.rng.choice((">", "<", ">=", "<="))
        attributes = {**axes.attributes, "sign": sign, "terms": axes.count(x.aval.shape)}
        out = Aval(axes.shape(x.aval.shape), result(scope, "bool"))
        return Proposal((x, limit), (out,), attributes)

    return propose


def _range(x: Interval) -> Interval:
    return Interval(0.0, x.high - x.low)


OPS = [
    alike("max", "reductions", "jnp.max({0}{tail})", reduction("fi", spellings=MAX_SPELLINGS),
          spans.keep, ORDER, smooth="kinked", names=("peak", "largest", "highest"), weight=2.0),
    alike("min", "reductions", "jnp.min({0}{tail})", reduction("fi", spellings=MIN_SPELLINGS),
          spans.keep, ORDER, smooth="kinked", names=("lowest", "smallest", "floor"), weight=2.0),
    alike("max_where", "reductions", "jnp.max({0}{tail}, where={1}, initial={initial})",
          masked("fi", more=_floor(-1)), _initial_span, ORDER, smooth="kinked",
          names=("masked_max", "peak", "best")),
    alike("min_where", "reductions", "jnp.min({0}{tail}, where={1}, initial={initial})",
          masked("fi", more=_floor(1)), _initial_span, ORDER, smooth="kinked",
          names=("masked_min", "lowest", "nearest")),
    alike("max_initial", "reductions", "jnp.max({0}{tail}, initial={initial})",
          reduction("fi", more=_floor(-1)), _initial_span, ORDER, smooth="kinked",
          names=("peak", "ceiling"), verb="max"),
    alike("ptp", "reductions", "jnp.ptp({0}{tail})", reduction("fi"), spans.of(_range), stable(2.0),
          smooth="kinked", names=("spread", "extent", "swing")),
    alike("max_abs", "reductions", "jnp.max(jnp.abs({0}){tail})", reduction("fi"),
          spans.of(spans.absolute), ORDER, smooth="kinked",
          names=("largest_magnitude", "peak", "bound")),
    alike("max_difference", "reductions", "jnp.max(jnp.abs({0:add} - {1:mul}){tail})",
          wide_integers(paired("fi")), lambda i, _a, _t: spans.absolute(i[0] - i[1]),
          stable(2.0), smooth="kinked", names=("largest_gap", "worst_error", "deviation")),
    alike("argmax", "reductions", "jnp.argmax({0}{tail})", _position, reduce.pointed, DECIDE,
          smooth="none", names=("best", "winner", "peak_index")),
    alike("argmin", "reductions", "jnp.argmin({0}{tail})", _position, reduce.pointed, DECIDE,
          smooth="none", names=("closest", "loser", "lowest_index")),
    exact(alike("any", "reductions", "jnp.any({0}{tail})",
                reduction("bi", reduce.boolean, method="any"), spans.boolean, EQUAL,
                names=("found", "some", "hit"), verb="any")),
    exact(alike("all", "reductions", "jnp.all({0}{tail})",
                reduction("bi", reduce.boolean, method="all"), spans.boolean, EQUAL,
                names=("complete", "every", "passed"), verb="all")),
    exact(alike("count_nonzero", "reductions", "jnp.count_nonzero({0}{tail})",
                reduction("bi", reduce.position), reduce.counted, EQUAL,
                names=("count", "hits", "occupied"))),
    alike("any_compare", "reductions", "jnp.any({0:bitor} {sign} {1}{tail})",
          _compared(reduce.boolean), spans.boolean, DECIDE, smooth="none",
          names=("exceeded", "found", "alarm"), verb="any"),
    alike("all_compare", "reductions", "jnp.all({0:bitor} {sign} {1}{tail})",
          _compared(reduce.boolean), spans.boolean, DECIDE, smooth="none",
          names=("within", "passed", "settled"), verb="all"),
    alike("count_compare", "reductions", "jnp.sum({0:bitor} {sign} {1}{tail})",
          _compared(reduce.total), reduce.counted, DECIDE, smooth="none",
          names=("count", "hits", "exceedances"), verb="count"),
    exact(alike("logical_reduce", "reductions", "jnp.logical_or.reduce({0}{ufunc_tail})",
                reduction("b", reduce.boolean, keep="never", spellings=_LOGICAL), spans.boolean,
                EQUAL, names=("combined", "outcome", "parity"))),
    exact(alike("bitwise_reduce", "reductions", "jnp.bitwise_or.reduce({0}{ufunc_tail})",
                reduction("i", keep="never", spellings=_BITWISE), spans.within(0, 2**16 - 1), EQUAL,
                domain=((0, 2**16 - 1),), names=("flags", "checksum", "common_bits"))),
]  # fmt: skip
