"""Reductions of ``jax.lax``: by name, with a function of one's own, by key and as a prefix scan."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from jaxsmith.vocabulary import dtypes, spans
from jaxsmith.vocabulary.accuracy import EQUAL, ORDER, TERMS, stable
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.interval import Interval
from jaxsmith.vocabulary.op import Op, Proposal
from jaxsmith.vocabulary.rows import exact, function
from jaxsmith.vocabulary.signatures import reduce
from jaxsmith.vocabulary.signatures.elementwise import domain_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxsmith.vocabulary.accuracy import Accuracy
    from jaxsmith.vocabulary.op import Attributes, Scope, Signature, Smoothness, Span


def _over_axes(kinds: str, starts: dict[str, str] | None = None, most: int = 1024) -> Signature:
    """Axes as a tuple, as ``lax`` takes them; ``starts`` is the start value of each kind."""

    def propose(scope: Scope, op: Op) -> Proposal | None:
        x = scope.value(kinds, ranks=(1, 4), domain=domain_of(op, 0))
        if x is None:
            return None
        axes = reduce.pick_axes(scope, x.aval.rank, keep="never")
        attributes = {**axes.attributes, "terms": axes.count(x.aval.shape)}
        if starts:
            start = starts.get(dtypes.kind(x.aval.dtype))
            if start is None or dtypes.is_narrow(x.aval.dtype):
                return None
            narrow = scope.x64 and x.aval.dtype == "float32"
            attributes["start"] = f"jnp.float32({start})" if narrow else start
        if reduce.terms(attributes) > most:
            return None
        return Proposal((x,), (Aval(axes.shape(x.aval.shape), x.aval.dtype),), attributes)

    return propose


def _scanned(*functions: tuple[str, str], most: int = 1024) -> Signature:
    """A prefix scan along an axis, from either end, with one of these functions and its ufunc."""

    def propose(scope: Scope, op: Op) -> Proposal | None:
        x = scope.value("f", ranks=(1, 4), domain=domain_of(op, 0))
        if x is None:
            return None
        axis = scope.rng.integer(0, x.aval.rank - 1)
        function, ufunc = scope.rng.choice(functions)
        reverse = scope.rng.chance(0.3)
        # From the end, JAX flips the operand, and its flip takes no negative axis.
        shown = axis if reverse else reduce.signed(scope, axis, x.aval.rank)
        attributes = {
            "function": function,
            "ufunc": ufunc,
            "axis": axis,
            "tail": (", reverse=True" if reverse else "") + (f", axis={shown}" if axis else ""),
            "terms": x.aval.shape[axis],
            "numpy_template": reduce.turned(op.numpy, axis, reverse=reverse),
        }
        if not 2 <= x.aval.shape[axis] <= most:
            return None
        return Proposal((x,), (x.aval,), attributes)

    return propose


def _by_key(scope: Scope, op: Op) -> Proposal | None:
    """Rows of the operand added up by an integer that each of them has."""
    x = scope.value("fi", ranks=(1, 3))
    if x is None:
        return None
    count = scope.rng.integer(2, 8)
    keys = scope.value(
        "i",
        shape=x.aval.shape[:1],
        domain=Interval(0, scope.rng.choice((count - 1, count))),
        hints=("segment_ids", "groups", "owners"),
        avoid=(x,),
    )
    if keys is None:
        return None
    attributes = {"count": count, "terms": x.aval.shape[0]}
    return Proposal((x, keys), (Aval((count, *x.aval.shape[1:]), x.aval.dtype),), attributes)


def _named(
    name: str, numpy: str, kinds: str, span: Span, accuracy: Accuracy, names: tuple[str, ...],
    *, smooth: Smoothness = "smooth", reach: tuple[float, float] | None = None, most: int = 1024,
) -> Op:  # fmt: skip
    return function(
        name, "reductions", _over_axes(kinds, most=most), span, accuracy=accuracy,
        jax=f"lax.{name}({{0}}, axes={{dims}})", numpy=f"np.{numpy}({{0}}, axis={{dims}})",
        domain=(reach,), smooth=smooth, names=names, weight=0.6,
    )  # fmt: skip


def _with_function(
    name: str, call: str, numpy: str, kinds: str, span: Span, accuracy: Accuracy,
    starts: tuple[str, str], *, names: tuple[str, ...], smooth: Smoothness = "smooth",
    reach: tuple[float, float] | None = None, most: int = 1024,
) -> Op:  # fmt: skip
    return function(
        name, "reductions", _over_axes(kinds, dict(zip("if", starts, strict=True)), most), span,
        accuracy=accuracy, jax=f"lax.reduce({{0}}, {{start}}, {call}, {{dims}})", numpy=numpy,
        domain=(reach,), smooth=smooth, names=names, weight=0.6, verb=name.removeprefix("lax_"),
    )  # fmt: skip


def _scan(
    name: str, signature: Signature, span: Span, accuracy: Accuracy, names: tuple[str, ...],
    *, smooth: Smoothness = "smooth", reach: tuple[float, float] | None = None,
) -> Op:  # fmt: skip
    return function(
        name, "reductions", signature, span, accuracy=accuracy, domain=(reach,), smooth=smooth,
        jax="lax.associative_scan({function}, {0}{tail})",
        numpy="np.{ufunc}.accumulate({turn}, axis={axis})", names=names,
    )  # fmt: skip


def _either(
    intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
) -> Interval:
    """The probability of at least one of independent events."""
    return intervals[0].apply(lambda p: 1 - (1 - p) ** reduce.terms(attributes))


def _hypotenuse(
    intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
) -> Interval:
    return Interval(0.0, intervals[0].magnitude * math.sqrt(reduce.terms(attributes)))


_BITS = (0.0, 65535.0)

OPS = [
    _named("reduce_sum", "sum", "fi", reduce.summed, TERMS, ("total", "sums")),
    _named("reduce_prod", "prod", "f", reduce.multiplied, TERMS, ("product", "volume"),
           reach=(-1.5, 1.5), most=24),
    _named("reduce_max", "max", "fi", spans.keep, ORDER, ("peak", "largest"), smooth="kinked"),
    _named("reduce_min", "min", "fi", spans.keep, ORDER, ("lowest", "smallest"), smooth="kinked"),
    exact(_named("reduce_and", "all", "b", spans.boolean, EQUAL, ("complete", "passed"))),
    exact(_named("reduce_or", "any", "b", spans.boolean, EQUAL, ("found", "some"))),
    exact(_named("reduce_xor", "bitwise_xor.reduce", "i", spans.within(*_BITS), EQUAL,
                 ("checksum", "parity"), reach=_BITS)),
    _with_function("lax_sum", "lax.add", "np.sum({0}, axis={dims})", "fi", reduce.summed, TERMS,
                   ("0", "0.0"), names=("total", "sums")),
    _with_function("lax_prod", "lax.mul", "np.prod({0}, axis={dims})", "f", reduce.multiplied,
                   TERMS, ("1", "1.0"), names=("product", "volume"), reach=(-1.5, 1.5), most=24),
    _with_function("lax_max", "lax.max", "np.max({0}, axis={dims})", "f", spans.keep, ORDER,
                   ("0", "-jnp.inf"), names=("peak", "largest"), smooth="kinked"),
    _with_function("lax_min", "lax.min", "np.min({0}, axis={dims})", "f", spans.keep, ORDER,
                   ("0", "jnp.inf"), names=("lowest", "smallest"), smooth="kinked"),
    _with_function("reduce_either", "lambda a, b: a + b - a * b",
                   "np.subtract(1, np.prod(1 - {0:mul}, axis={dims}))", "f", _either, stable(8.0),
                   ("0", "0.0"), names=("either", "coverage"), smooth="none", reach=(0.0, 1.0),
                   most=64),
    _with_function("reduce_hypot", "jnp.hypot", "np.sqrt(np.sum(np.square({0}), axis={dims}))",
                   "f", _hypotenuse, stable(8.0), ("0", "0.0"), names=("length", "magnitude"),
                   # 0 is neutral for what is not negative, and XLA leaves neutral steps out.
                   smooth="none", reach=(0.0, 100.0), most=64),
    _scan("scan_extremes", _scanned(("jnp.maximum", "maximum"), ("jnp.minimum", "minimum")),
          spans.keep, ORDER, ("record", "envelope"), smooth="kinked"),
    _scan("scan_sum", _scanned(("jnp.add", "add"), ("lax.add", "add")), reduce.summed_so_far,
          TERMS, ("running", "prefix")),
    _scan("scan_prod", _scanned(("jnp.multiply", "multiply"), ("lax.mul", "multiply"), most=24),
          reduce.multiplied, TERMS, ("running_product", "discount"), reach=(-1.5, 1.5)),
    function("group_sum", "reductions", _by_key, reduce.partly_summed, accuracy=TERMS,
             jax="jax.ops.segment_sum({0}, {1}, num_segments={count})",
             numpy="summed_by_key({0}, {1}, {count})", helpers=("summed_by_key",),
             names=("group_totals", "segments", "histogram")),
]  # fmt: skip
