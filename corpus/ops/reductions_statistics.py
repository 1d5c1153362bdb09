"""Spread, quantiles, log-sum-exp and arrays normalised by their own statistics."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from jaxsmith.vocabulary import dtypes, spans
from jaxsmith.vocabulary.accuracy import NOISE, Accuracy, stable
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.interval import Interval
from jaxsmith.vocabulary.op import Op, Proposal
from jaxsmith.vocabulary.rows import alike, function
from jaxsmith.vocabulary.signatures import reduce
from jaxsmith.vocabulary.signatures.elementwise import domain_of
from jaxsmith.vocabulary.signatures.reduce import Axes, normalization, reduction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxsmith.vocabulary.op import Attributes, Scope, Signature, Span
    from jaxsmith.vocabulary.value import Var

FRACTIONS = (0.5, 0.25, 0.75, 0.9, 0.1, 0.3, 0.8, 0.05, 0.95)
QUARTERS = (0.5, 0.25, 0.75)
QUARTER_LISTS = ((0.25, 0.75), (0.25, 0.5, 0.75))
LISTS = (*QUARTER_LISTS, (0.1, 0.9), (0.05, 0.5, 0.95), (0.2, 0.4, 0.6, 0.8))
METHODS = ("lower", "higher", "midpoint", "nearest")

# With more elements than this, rounding the position of a quantile shows in its value.
LONGEST = 33


def _freedom(scope: Scope, x: Var, axes: Axes) -> dict[str, object] | None:
    """Sometimes a degree of freedom less, as for a sample."""
    if scope.rng.chance(0.6):
        return {"freedom": ""}
    if axes.count(x.aval.shape) < 2:
        return None
    return {"freedom": scope.rng.choice((", ddof=1", ", ddof=1", ", correction=1"))}


def _variance(power: float) -> Span:
    """A variance is at most a quarter of the squared range, a little more for a sample."""

    def span(
        intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
    ) -> Interval:
        count = reduce.terms(attributes)
        correction = count / (count - 1) if attributes["freedom"] else 1.0
        most = correction * (intervals[0].high - intervals[0].low) ** 2 / 4
        return Interval(0.0, most**power)

    return span


def _clear(fraction: float, count: int) -> bool:
    """Whether a quantile's position is far from where rounding it would jump."""
    part = fraction * (count - 1) % 1
    return min(abs(part - mark) for mark in (0.0, 0.5, 1.0)) > 0.04


def _quantiles(percent: bool) -> Signature:
    """One quantile or a list of them, interpolated by any of JAX's methods."""

    def propose(scope: Scope, op: Op) -> Proposal | None:
        x = scope.value("fi", ranks=(1, 4), domain=domain_of(op, 0))
        if x is None:
            return None
        tries = (reduce.pick_axes(scope, x.aval.rank) for _ in range(4))
        axes = next((a for a in tries if 2 <= a.count(x.aval.shape) <= LONGEST), None)
        if axes is None:
            return None
        count = axes.count(x.aval.shape)
        many = scope.rng.chance(0.35)
        # The bound of an integer's quantile leaves no room for a position that is rounded.
        short = dtypes.kind(x.aval.dtype) == "i"
        lists = QUARTER_LISTS if short else LISTS
        singles = QUARTERS if short else FRACTIONS
        fractions = scope.rng.choice(lists) if many else (scope.rng.choice(singles),)
        method = ""
        # NumPy's element of integers would stay an integer.
        floats = dtypes.kind(x.aval.dtype) == "f"
        clear = floats and all(_clear(fraction, count) for fraction in fractions)
        if clear and scope.rng.chance(0.35):
            method = f', method="{scope.rng.choice(METHODS)}"'
        levels = [str(round(100 * f) if percent else f) for f in fractions]
        text = f"[{', '.join(levels)}]" if many else levels[0]
        attributes = {
            **axes.attributes,
            "jax_levels": f"jnp.array({text})" if many else text,
            "numpy_levels": f"np.array({text})" if many else text,
            "method": method,
        }
        leading = (len(fractions),) if many else ()
        shape = (*leading, *axes.shape(x.aval.shape))
        return Proposal((x,), (Aval(shape, reduce.inexact(scope, x.aval.dtype)),), attributes)

    return propose


def _quantile_row(name: str, percent: bool) -> Op:
    return function(
        name, "reductions", _quantiles(percent), spans.keep, accuracy=stable(16.0),
        jax=f"jnp.{name}({{0}}, {{jax_levels}}{{tail}}{{method}})",
        numpy=f"np.{name}({{0}}, {{numpy_levels}}{{tail}}{{method}})",
        domain=((-1e4, 1e4),), smooth="kinked",
        names=("quantiles", "levels", "cutoff"), weight=1.5,
    )  # fmt: skip


def _log_softmax(
    intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
) -> Interval:
    x = intervals[0]
    return Interval(x.low - x.high - math.log(reduce.terms(attributes)), 0.0)


def _scores(
    _intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
) -> Interval:
    """Samuelson's inequality: no element is further than this many deviations from the mean."""
    reach = math.sqrt(max(1, reduce.terms(attributes) - 1))
    return Interval(-reach, reach)


def _centered(
    intervals: Sequence[Interval], _avals: Sequence[Aval], _attributes: Attributes
) -> Interval:
    return intervals[0] - intervals[0]


def _cubed(
    intervals: Sequence[Interval], _avals: Sequence[Aval], _attributes: Attributes
) -> Interval:
    return (intervals[0] - intervals[0]).apply(lambda end: end**3)


def _relative(
    intervals: Sequence[Interval], _avals: Sequence[Aval], _attributes: Attributes
) -> Interval:
    return spans.divide(intervals[0], intervals[0])


_EXPONENTS = (-30.0, 30.0)
_LOGSUMEXP = (
    reduce.Spelling("jax.nn.logsumexp({0}{tail})", "special.logsumexp({0}{tail})"),
    reduce.spelled("jnp.log(jnp.sum(jnp.exp({0}){tail}))"),
    reduce.spelled("jnp.logaddexp.reduce({0}{ufunc_tail})"),
)

OPS = [
    alike("var", "reductions", "jnp.var({0}{tail}{freedom})", reduction("f", more=_freedom),
          _variance(1.0), stable(8.0), domain=((-200, 200),),
          names=("variance", "noise", "dispersion")),
    alike("std", "reductions", "jnp.std({0}{tail}{freedom})", reduction("f", more=_freedom),
          _variance(0.5), stable(8.0), domain=((-200, 200),), smooth="steep",
          names=("deviation", "sigma", "spread")),
    alike("median", "reductions", "jnp.median({0}{tail})", reduction("fi", reduce.inexact),
          spans.keep, Accuracy("order", 2.0), domain=((-1e4, 1e4),), smooth="kinked",
          names=("median", "middle", "typical")),
    _quantile_row("quantile", percent=False),
    _quantile_row("percentile", percent=True),
    function("logsumexp", "reductions", reduction("f", spellings=_LOGSUMEXP), reduce.log_summed,
             accuracy=stable(4.0), jax="jax.scipy.special.logsumexp({0}{tail})",
             numpy="special.logsumexp({0}{tail})", domain=(_EXPONENTS,),
             names=("log_total", "partition", "evidence"), weight=1.5),
    function("log_mean_exp", "reductions", reduction("f"), spans.keep, accuracy=NOISE,
             jax="jnp.log(jnp.mean(jnp.exp({0}){tail}))",
             numpy="np.log(np.mean(np.exp({0}){tail}))", domain=((-15.0, 8.0),),
             names=("log_mean", "free_energy")),
    function("softmax_over", "reductions", normalization(copies=1), spans.within(0, 1),
             accuracy=stable(4.0), jax="jax.nn.softmax({0}{axis_tail})",
             numpy="special.softmax({0}{plain_tail})", domain=(_EXPONENTS,), verb="softmax",
             names=("probabilities", "attention", "weights"), weight=1.5),
    function("log_softmax_over", "reductions", normalization(copies=1), _log_softmax,
             accuracy=stable(4.0), jax="jax.nn.log_softmax({0}{axis_tail})",
             numpy="special.log_softmax({0}{plain_tail})", domain=(_EXPONENTS,), verb="log_softmax",
             names=("log_probabilities", "log_likelihoods")),
    alike("center", "reductions", "{0:add} - jnp.mean({1}{tail})", normalization("fi"), _centered,
          stable(4.0), level="add", names=("centered", "residual", "anomaly")),
    alike("z_score", "reductions",
          "({0:add} - jnp.mean({1}{tail})) / (jnp.std({2}{tail}) + {epsilon})",
          normalization(copies=3, constants={"epsilon": ("1e-3", "1e-2", "1e-5")}), _scores,
          stable(4.0), domain=((-50, 50),), level="mul", smooth="steep", verb="standardize",
          names=("standardized", "whitened", "z_scores")),
    alike("layer_norm", "reductions",
          "({0:add} - jnp.mean({1}{tail})) / jnp.sqrt(jnp.var({2}{tail}) + {epsilon})",
          normalization(copies=3, constants={"epsilon": ("1e-3", "1e-2", "1e-5")}), _scores,
          stable(4.0), domain=((-50, 50),), level="mul", names=("normalized", "activations")),
    alike("rms_norm", "reductions",
          "{0:mul} / jnp.sqrt(jnp.mean(jnp.square({1}){tail}) + {epsilon})",
          normalization(constants={"epsilon": ("1e-3", "1e-2", "1e-6")}),
          lambda _i, _a, t: Interval(-math.sqrt(reduce.terms(t)), math.sqrt(reduce.terms(t))),
          stable(4.0), domain=((-50, 50),), level="mul", names=("normalized", "rescaled")),
    alike("min_max_scale", "reductions",
          "({0:add} - jnp.min({1}{tail})) / (jnp.ptp({2}{tail}) + {epsilon})",
          normalization(copies=3, constants={"epsilon": ("1e-3", "1e-2", "0.1")}),
          spans.within(0, 1), stable(4.0), domain=((-100, 100),), level="mul", smooth="kinked",
          names=("rescaled", "unit_range")),
    alike("sum_normalize", "reductions", "{0:mul} / jnp.sum({1}{tail})", normalization(),
          spans.within(0, 1), stable(4.0), domain=((0.05, 1e3),), level="mul",
          names=("shares", "normalized", "fractions")),
    alike("mean_normalize", "reductions", "{0:mul} / jnp.mean({1}{tail})", normalization(),
          _relative, stable(4.0), domain=((0.05, 1e3),), level="mul",
          names=("relative", "normalized", "index")),
    alike("max_normalize", "reductions", "{0:mul} / jnp.max({1}{tail})", normalization(),
          spans.within(0, 1), stable(4.0), domain=((0.05, 1e3),), level="mul", smooth="kinked",
          names=("relative", "scaled", "normalized")),
    alike("subtract_max", "reductions", "{0:add} - jnp.max({1}{tail})",
          normalization("fi", exact=True), lambda i, _a, _t: Interval(i[0].low - i[0].high, 0.0),
          stable(2.0), level="add", smooth="kinked", names=("shifted", "margins", "stable_logits")),
    alike("coefficient_of_variation", "reductions", "jnp.std({0}{tail}) / jnp.mean({1}{tail})",
          reduction("f", copies=2, least=2),
          lambda _i, _a, t: Interval(0.0, math.sqrt(reduce.terms(t))), stable(4.0),
          domain=((0.05, 1e3),), level="mul", smooth="steep",
          names=("variation", "relative_spread"), verb="variation"),
    alike("third_moment", "reductions",
          "jnp.mean(jnp.power({0:add} - jnp.mean({1}{tail}), 3){tail})",
          reduction("f", copies=2, least=2, most=128, keep="always"), _cubed, stable(16.0),
          domain=((-20, 20),), names=("asymmetry", "third_moment")),
]  # fmt: skip
