"""Reductions that skip NaN, mostly over data in which a known part of the last axis is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxsmith.vocabulary import spans
from jaxsmith.vocabulary.accuracy import DECIDE, ORDER, TERMS, stable
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.draw import Draw
from jaxsmith.vocabulary.interval import Interval
from jaxsmith.vocabulary.op import Op, Proposal
from jaxsmith.vocabulary.rows import function
from jaxsmith.vocabulary.signatures import reduce
from jaxsmith.vocabulary.signatures.elementwise import domain_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxsmith.vocabulary.accuracy import Accuracy
    from jaxsmith.vocabulary.op import Attributes, Scope, Signature, Smoothness, Span
    from jaxsmith.vocabulary.value import Var


def _gap(scope: Scope, length: int) -> str:
    """A condition on positions that at least one, but not every, position fulfils."""
    cut = scope.rng.integer(1, length - 1)
    return scope.rng.choice(
        (f"< {cut}", f">= {cut}", f"!= {cut}", "% 2 == 0", "% 3 != 1", f"<= {cut - 1}", "> 0")
    )


def _skipping(
    *, keep: reduce.Keep = "maybe", tuples: bool = True, distinct: bool = False, index: bool = False
) -> Signature:
    """An operand, and a last axis along which some positions are missing."""

    def propose(scope: Scope, op: Op) -> Proposal | None:
        x = _operand(scope, op, distinct=distinct)
        if x is None:
            return None
        length = x.aval.shape[-1]
        missing = length > 1 and scope.rng.chance(0.75)
        axes = reduce.pick_axes(scope, x.aval.rank, tuples=tuples, keep=keep, last=missing)
        attributes: dict[str, object] = {**axes.attributes, "terms": axes.count(x.aval.shape)}
        if missing:
            given = f"jnp.where(jnp.arange({length}) {_gap(scope, length)}, {{0}}, jnp.nan)"
            attributes["jax_template"] = op.jax.replace("{0}", given)
            attributes["numpy_template"] = op.numpy.replace("{0}", given.replace("jnp.", "np."))
        dtype = reduce.position(scope, "") if index else x.aval.dtype
        return Proposal((x,), (Aval(axes.shape(x.aval.shape), dtype),), attributes)

    return propose


def _operand(scope: Scope, op: Op, *, distinct: bool) -> Var | None:
    if distinct and scope.rng.chance(0.6):
        aval = Aval(scope.shape((1, 3)), scope.dtype("f"))
        return scope.parameter(aval, Draw("distinct", -2, 2), ("scores", "readings", "values"))
    return scope.value("f", ranks=(1, 4), domain=domain_of(op, 0))


def _running(scope: Scope, op: Op) -> Proposal | None:
    """The same for a running reduction, which keeps the shape."""
    x = scope.value("f", ranks=(1, 4), domain=domain_of(op, 0))
    if x is None or x.aval.shape[-1] < 2:
        return None
    length = x.aval.shape[-1]
    axis = scope.rng.integer(0, x.aval.rank - 1)
    given = f"jnp.where(jnp.arange({length}) {_gap(scope, length)}, {{0}}, jnp.nan)"
    attributes = {
        "tail": f", axis={reduce.signed(scope, axis, x.aval.rank)}",
        "terms": x.aval.shape[axis],
        "jax_template": op.jax.replace("{0}", given),
        "numpy_template": op.numpy.replace("{0}", given.replace("jnp.", "np.")),
    }
    return Proposal((x,), (x.aval,), attributes)


def _variance(power: float) -> Span:
    def span(
        intervals: Sequence[Interval], _avals: Sequence[Aval], _attributes: Attributes
    ) -> Interval:
        return Interval(0.0, ((intervals[0].high - intervals[0].low) ** 2 / 4) ** power)

    return span


def _row(
    name: str,
    signature: Signature,
    span: Span,
    accuracy: Accuracy,
    names: tuple[str, ...],
    *,
    smooth: Smoothness = "smooth",
    reach: float = 1e4,
) -> Op:
    return function(
        name, "reductions", signature, span, arguments="{0}{tail}", accuracy=accuracy,
        domain=((-reach, reach),), smooth=smooth, names=names, weight=0.7,
    )  # fmt: skip


OPS = [
    _row("nansum", _skipping(), reduce.partly_summed, TERMS, ("total", "known_sum")),
    _row("nanprod", _skipping(), reduce.multiplied, TERMS, ("product", "known_product"), reach=1.3),
    _row("nanmean", _skipping(), spans.keep, TERMS, ("average", "known_mean")),
    _row("nanmax", _skipping(), spans.keep, ORDER, ("peak", "known_max"), smooth="kinked"),
    _row("nanmin", _skipping(), spans.keep, ORDER, ("lowest", "known_min"), smooth="kinked"),
    _row("nanvar", _skipping(), _variance(1.0), stable(8.0), ("variance", "noise"), reach=200.0),
    _row("nanstd", _skipping(), _variance(0.5), stable(8.0), ("deviation", "spread"),
         smooth="none", reach=200.0),
    _row("nanmedian", _skipping(), spans.keep, stable(2.0), ("median", "middle"), smooth="none"),
    _row("nanargmax", _skipping(tuples=False, distinct=True, index=True), reduce.pointed, DECIDE,
         ("best", "peak_index"), smooth="none"),
    _row("nanargmin", _skipping(tuples=False, distinct=True, index=True), reduce.pointed, DECIDE,
         ("lowest_index", "closest"), smooth="none"),
    _row("nancumsum", _running, lambda i, a, t: reduce.partly_summed(i, a, t), TERMS,
         ("running", "known_totals")),
    _row("nancumprod", _running, reduce.multiplied, TERMS, ("running_product", "growth"),
         reach=1.3),
]  # fmt: skip
