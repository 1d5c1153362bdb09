"""Special functions of jax.scipy. Sizes are measured as ``math_unary`` says.

Domains keep away from zeros that nothing cancels exactly (digamma at 1.46), near which only an
absolute error would be promised. Spans are known bounds, which need no tables.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from jaxsmith.vocabulary import spans
from jaxsmith.vocabulary.accuracy import stable, ulps
from jaxsmith.vocabulary.interval import Interval, hull
from jaxsmith.vocabulary.rows import function
from jaxsmith.vocabulary.signatures.elementwise import binary, unary
from jaxsmith.vocabulary.signatures.variants import options, spellings, wide_floats

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jaxsmith.vocabulary.accuracy import Accuracy
    from jaxsmith.vocabulary.aval import Aval
    from jaxsmith.vocabulary.op import Attributes, Op, Signature, Smoothness, Span
    from jaxsmith.vocabulary.rows import Range


def _special(
    name: str,
    span: Span,
    *domain: Range,
    size: float = 8.0,
    double: float | None = None,
    accuracy: Accuracy | None = None,
    arguments: str = "{*}",
    signature: Signature | None = None,
    names: tuple[str, ...] = (),
    weight: float = 0.5,
    smooth: Smoothness = "smooth",
) -> Op:
    """A function that JAX and SciPy call alike; of one operand for each domain."""
    default = unary("f") if len(domain) == 1 else binary("f", numbers=0.4)
    return function(name, "math", signature or default, span,
                    jax=f"jax.scipy.special.{name}({arguments})",
                    numpy=f"special.{name}({arguments})", accuracy=accuracy or ulps(size, double),
                    domain=domain, names=names, elementwise=True, weight=weight,
                    smooth=smooth)  # fmt: skip


def _between(low: Callable[[float], float], high: Callable[[float], float]) -> Span:
    """Two monotone functions that enclose a monotone one."""
    return spans.of(lambda x: Interval(min(map(low, x)), max(map(high, x))))


def _normal(x: float) -> float:
    return math.erfc(-x / math.sqrt(2)) / 2


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def _zeta_bound(s: float, q: float) -> float:
    return math.pow(q, -s) + math.pow(q, 1 - s) / (s - 1)


def _polygamma(
    intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
) -> Interval:
    order = int(str(attributes["order"]))
    reach = math.factorial(order) * _zeta_bound(order + 1, intervals[0].low)
    return Interval(0.0, reach) if order % 2 else Interval(-reach, 0.0)


def _log_multigamma(
    intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
) -> Interval:
    d = int(str(attributes["dimension"]))
    constant = d * (d - 1) / 4 * math.log(math.pi)
    return intervals[0].apply(lambda x: constant + sum(math.lgamma(x - k / 2) for k in range(d)))


def _entropy(x: float) -> float:
    return -x * math.log(x)


def _relative_entropy(p: Interval, q: Interval) -> Interval:
    # The least, -q / e, lies at p = q / e.
    return hull([-q.high / math.e, *(a * math.log(a / b) for a in p for b in q)])


_POSITIVE = (0.05, 1e4)

OPS = [
    # Error functions and the normal distribution.
    spellings(_special("erf", spans.monotone(math.erf), None, names=("share", "errors"),
                       weight=1.0), "lax.erf({0})"),
    spellings(_special("erfc", spans.monotone(math.erfc), (-5, 5), size=20,
                       names=("tail", "rest"), weight=1.0), "lax.erfc({0})"),
    spellings(_special("erfinv", spans.within(-1.17, 1.17), (-0.9, 0.9), double=35,
                       names=("quantile", "deviates")), "lax.erf_inv({0})"),
    # In float32, JAX 0.10 gives 0 from 9.2 on.
    _special("erfcx", spans.of(lambda x: Interval(0.0, 2 * math.exp(min(x.low, 0.0) ** 2))),
             (-2, 8), size=15, names=("scaled_tail",)),
    _special("ndtr", spans.monotone(_normal), (-3, 100), size=16, names=("probability", "share"),
             signature=wide_floats(unary("f"))),
    _special("log_ndtr", spans.of(lambda x: Interval(-(min(x.low, 0.0) ** 2) - 2.0, 0.0)),
             (-10, 1), size=30, names=("log_probability",),
             signature=wide_floats(unary("f"))),
    _special("ndtri", spans.within(-2.4, 2.4), (0.01, 0.99), names=("quantile", "scores"),
             signature=wide_floats(unary("f"))),
    _special("dawsn", spans.within(-0.5411, 0.5411), None, double=160,
             names=("dawson", "line_shape")),
    # Logistic functions and entropies.
    _special("logit", spans.monotone(lambda p: math.log(p / (1 - p))), (0.02, 0.98),
             accuracy=stable(2.0), names=("log_odds", "logits"), weight=1.0),
    _special("entr", spans.of(lambda x: Interval(min(map(_entropy, x)), 0.36788)), (0.01, 30),
             names=("entropy", "surprise")),
    _special("rel_entr", spans.of(_relative_entropy), (0.05, 20), (0.05, 20),
             accuracy=stable(2.0), names=("divergence", "relative_entropy")),
    _special("xlogy", spans.of(lambda x, y: x * y.apply(math.log)), None, _POSITIVE, size=4,
             names=("likelihood", "weighted_log"), weight=1.0),
    _special("xlog1py", spans.of(lambda x, y: x * y.apply(math.log1p)), None, (-0.9, 1e4),
             size=4, double=250, names=("likelihood", "weighted_log"), weight=1.0),
    _special("boxcox", spans.corners(lambda x, p: (x**p - 1) / p), (0.1, 20), (0.25, 3),
             accuracy=stable(2.0), names=("transformed",)),
    # The gamma function and its relatives.
    spellings(_special("gammaln", spans.monotone(math.lgamma), (3, 1e4), size=60,
                       names=("log_gamma", "log_factorial"), weight=1.0), "lax.lgamma({0})"),
    _special("gamma", spans.monotone(math.gamma), (1.5, 7.5), size=80,
             names=("gammas", "volume")),
    spellings(_special("digamma", _between(lambda x: math.log(x) - 1 / x, math.log), (2.5, 1e4),
                       size=30, names=("digammas", "harmonic")), "lax.digamma({0})"),
    _special("polygamma", _polygamma, (0.5, 50), size=24, arguments="{order}, {0}",
             signature=options(unary("f"), order=(1, 2, 3)), names=("curvature", "trigamma")),
    _special("factorial", spans.monotone(lambda x: math.gamma(x + 1)), (0.5, 7), size=80,
             names=("arrangements",)),
    _special("multigammaln", _log_multigamma, (3, 100), size=40, arguments="{0}, {dimension}",
             signature=options(unary("f"), dimension=(2, 3)), names=("log_normalizer",)),
    _special("beta", spans.corners(lambda a, b: math.exp(_log_beta(a, b))), (0.5, 7), (0.5, 7),
             size=150, names=("normalizer", "betas")),
    # From 8 on, JAX's float64 is off by 3e-7.
    _special("betaln", spans.corners(_log_beta), (1.5, 7), (1.5, 7), size=40,
             names=("log_normalizer", "log_beta")),
    _special("poch", spans.corners(lambda z, m: math.gamma(z + m) / math.gamma(z)), (1.5, 6),
             (0.5, 4), size=100, names=("rising",)),
    # JAX has no second derivative of these two by their first argument.
    _special("gammainc", spans.within(0, 1), (0.5, 10), (0.1, 20), size=140,
             names=("share", "probability"), smooth="once", weight=0.15),
    _special("gammaincc", spans.within(0, 1), (0.5, 10), (0.1, 20), size=110, double=900,
             names=("tail", "survival"), smooth="once", weight=0.15),
    # The first term, and the integral over all others with it; both fall with s and with q.
    _special("zeta", spans.of(lambda s, q: Interval(min(b**-a for a in s for b in q),
                                                    _zeta_bound(s.low, q.low)
                                                    + _zeta_bound(s.high, q.low))),
             (1.5, 8), (0.5, 10), size=12, names=("zetas",)),
    # Bessel functions and integrals.
    # JAX's second derivatives of these three have no right digit near 0.
    _special("i0e", spans.within(0, 1), None, names=("bessel", "concentration"), smooth="once"),
    _special("i1", spans.of(lambda x: Interval(-math.sinh(x.magnitude), math.sinh(x.magnitude))),
             (-8, 8), size=20, names=("bessel",), smooth="once"),
    _special("i1e", spans.within(-0.2201, 0.2201), None, size=16, names=("bessel", "slope"),
             smooth="once"),
    # These three are NaN in float16, see exponential-integrals-in-float16 in FINDINGS.md.
    _special("expi", _between(lambda _x: 0.4, math.exp), (0.5, 10), size=11,
             names=("integral",), weight=0.15, signature=wide_floats(unary("f"))),
    # JAX 0.10 can't lower a second derivative of these two; 0.12 can.
    _special("exp1", _between(lambda x: math.exp(-x) * math.log1p(2 / x) / 2,
                              lambda x: math.exp(-x) * math.log1p(1 / x)), (0.1, 10), size=25,
             names=("integral", "decay"), smooth="once", weight=0.1,
             signature=wide_floats(unary("f"))),
    _special("expn", _between(lambda x: math.exp(-x) / (x + 6), lambda x: math.exp(-x)),
             (0.1, 10), size=60, arguments="{order}, {0}",
             signature=options(wide_floats(unary("f")), order=(2, 3, 4)),
             names=("integral", "decay"),
             smooth="once", weight=0.05),
    _special("spence", spans.within(-3.96, 1.65), (0.05, 10), accuracy=stable(2.0),
             names=("dilogarithm",), weight=0.15),
]  # fmt: skip
