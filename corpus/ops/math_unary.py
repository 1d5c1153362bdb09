"""Elementwise functions of one operand: trigonometry, exponentials, logarithms, roots.

Sizes are about twice the largest error seen, in epsilons of the result: the rows' JAX spellings,
compiled for the CPU by JAX 0.10.2 and 0.12.0, against their NumPy spellings (in extended precision
where NumPy has it) on 20,000 values of each row's domain, half of them log-spaced. ``double`` is
the size for float64 where that is much worse than float32.
"""

from __future__ import annotations

import math

from jaxsmith.vocabulary import spans
from jaxsmith.vocabulary.accuracy import MOVE, ulps, waves
from jaxsmith.vocabulary.interval import Interval
from jaxsmith.vocabulary.rows import map1
from jaxsmith.vocabulary.signatures.variants import spellings


def _cosh(x: Interval) -> Interval:
    return spans.absolute(x).apply(math.cosh)


def _bessel(x: Interval) -> Interval:
    return Interval(1.0, math.cosh(x.magnitude))  # I0(x) <= cosh(x)


_LOG = (0.05, 1e5)
_ANGLES = (-50, 50)

OPS = [
    spellings(map1("sin", spans.within(-1, 1), domain=_ANGLES, kinds="fffi", accuracy=waves(4),
                   names=("wave", "sine")), "lax.sin({0})"),
    map1("cos", spans.within(-1, 1), domain=_ANGLES, kinds="fffi", accuracy=waves(4),
         names=("wave", "cosine")),
    map1("tan", spans.monotone(math.tan), domain=(-1.2, 1.2), names=("tangent", "slope")),
    spellings(map1("arcsin", spans.monotone(math.asin), domain=(-0.95, 0.95),
                   names=("angle", "elevation")), "jnp.asin({0})"),
    spellings(map1("arccos", spans.monotone(math.acos), domain=(-0.95, 0.95),
                   names=("angle", "polar")), "jnp.acos({0})"),
    spellings(map1("arctan", spans.monotone(math.atan), names=("angle", "phase", "heading")),
              "jnp.atan({0})"),
    map1("sinh", spans.monotone(math.sinh), domain=(-8, 8), size=6, names=("stretched", "sinhs")),
    map1("cosh", spans.of(_cosh), domain=(-8, 8), names=("chain", "coshs")),
    spellings(map1("tanh", spans.monotone(math.tanh), size=7, names=("activated", "squashed")),
              "jax.nn.tanh({0})", "lax.tanh({0})"),
    spellings(map1("arcsinh", spans.monotone(math.asinh), names=("compressed", "soft_log")),
              "jnp.asinh({0})"),
    spellings(map1("arccosh", spans.monotone(math.acosh), domain=(1.1, 1e4),
                   names=("rapidity", "unchained")), "jnp.acosh({0})"),
    spellings(map1("arctanh", spans.monotone(math.atanh), domain=(-0.9, 0.9),
                   accuracy=ulps(4, double=150), names=("fisher", "unsquashed")),
              "jnp.atanh({0})"),
    spellings(map1("exp", spans.monotone(spans.exp), domain=(-20, 8),
                   names=("growth", "weights", "powers")), "lax.exp({0})"),
    map1("exp2", spans.monotone(lambda x: 2.0**x), domain=(-20, 12), size=13,
         names=("doublings", "octaves")),
    map1("expm1", spans.monotone(math.expm1), domain=(-20, 8), size=6, names=("gain", "growth")),
    spellings(map1("log", spans.monotone(math.log), domain=_LOG, names=("logs", "log_values")),
              "lax.log({0})"),
    map1("log2", spans.monotone(math.log2), domain=_LOG, names=("octaves", "bits")),
    map1("log10", spans.monotone(math.log10), domain=_LOG, names=("decades", "decibels")),
    map1("log1p", spans.monotone(math.log1p), domain=(-0.9, 1e5),
         accuracy=ulps(4, double=250),  # JAX 0.10: 120 near 0.41 in float64, JAX 0.12: 2
         names=("log_growth", "log_counts")),
    spellings(map1("sqrt", spans.monotone(math.sqrt), domain=(0.01, 1e5),
                   names=("roots", "deviation")), "lax.sqrt({0})"),
    map1("cbrt", spans.monotone(math.cbrt), size=5, names=("cube_roots", "sides"),
         smooth="none"),  # infinitely steep at 0
    map1("rsqrt", spans.monotone(lambda x: 1 / math.sqrt(x)), domain=_LOG,
         jax="lax.rsqrt({0})", numpy="np.reciprocal(np.sqrt({0}))",
         names=("inverse_roots", "precision")),
    map1("sinc", spans.within(0.2, 1), domain=(-0.8, 0.8), size=7, names=("window", "kernel")),
    map1("i0", spans.of(_bessel), domain=(-8, 8), size=8, names=("bessel", "kaiser"),
         smooth="once"),  # JAX's second derivative is 0 at 0, where it is 1/2
    spellings(map1("deg2rad", spans.monotone(math.radians), names=("radians", "angle")),
              "jnp.radians({0})"),
    spellings(map1("rad2deg", spans.monotone(math.degrees), names=("degrees", "bearing")),
              "jnp.degrees({0})"),
    map1("fabs", spans.of(spans.absolute), accuracy=MOVE, smooth="kinked",
         names=("magnitude", "size")),
    map1("positive", spans.keep, accuracy=MOVE, names=("same", "kept"), weight=0.3),
    spellings(map1("square", spans.of(spans.square), domain=(-300, 300), size=1,
                   names=("squared", "energy", "power")), "lax.square({0})"),
    map1("reciprocal", spans.monotone(lambda x: 1 / x), domain=(0.1, 1e4), size=1,
         names=("inverse", "period")),
    # Integers promote to a float first.
    map1("integer_sqrt", spans.monotone(math.sqrt), domain=(1, 10000), kinds="i",
         jax="jnp.sqrt({0})", numpy="np.sqrt({0})", names=("roots", "spread"), verb="sqrt"),
    map1("integer_log", spans.monotone(math.log), domain=(1, 10000), kinds="i",
         jax="jnp.log({0})", numpy="np.log({0})", names=("log_counts", "logs"), verb="log"),
    map1("integer_log1p", spans.monotone(math.log1p), domain=(0, 10000), kinds="i",
         jax="jnp.log1p({0})", numpy="np.log1p({0})", names=("log_counts", "damped"),
         verb="log1p"),
    map1("integer_exp2", spans.monotone(lambda x: 2.0**x), domain=(-8, 12), kinds="i", size=8,
         jax="jnp.exp2({0})", numpy="np.exp2({0})", names=("sizes", "capacity"), verb="exp2"),
    map1("integer_exp", spans.monotone(spans.exp), domain=(-12, 8), kinds="i",
         jax="jnp.exp({0})", numpy="np.exp({0})", names=("weights", "growth"), verb="exp"),
    map1("integer_tanh", spans.monotone(math.tanh), kinds="i", size=7, jax="jnp.tanh({0})",
         numpy="np.tanh({0})", names=("squashed", "bounded"), verb="tanh"),
]  # fmt: skip
