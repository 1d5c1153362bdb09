"""Known bugs of JAX and XLA, each with a script in ``findings/`` that shows it.

``python -m jaxsmith replay`` runs the scripts: a bug must be found on the versions that have it,
and on no other. The versions were found so, on 0.7.2, 0.8.3, 0.9.2, 0.10.2, 0.11.2 and 0.12.0.
"""

from jaxsmith.program.bugs import KnownBug

BUGS = [
    KnownBug("absolute-value-of-a-square-that-wraps", before="0.11"),
    KnownBug("bitwise-reduction-of-a-sharded-array"),
    KnownBug("cast-to-eight-bits-rounds-twice", before="0.8"),
    KnownBug("checkpoint-saves-complex-dots"),
    KnownBug("clamp-with-one-batched-bound"),
    KnownBug("clipped-scatter-of-extremes", before="0.12"),
    KnownBug("derivative-of-a-jitted-zeta", before="0.12"),
    KnownBug("derivative-of-arccosh-of-large-numbers", before="0.11"),
    KnownBug("derivative-of-clamp-where-bounds-cross"),
    KnownBug("derivative-of-expm1-far-below-zero", before="0.12"),
    KnownBug("derivative-of-ldexp-at-zero", before="0.12"),
    KnownBug("derivative-of-sinc-near-zero", before="0.11"),
    KnownBug("derivative-of-spence"),
    KnownBug("derivative-of-vander-at-zero"),
    KnownBug("derivative-of-xlogy-of-two-dtypes"),
    KnownBug("derivatives-of-mutable-references"),
    KnownBug("dynamic-slice-of-a-roll", before="0.12"),
    KnownBug("exponential-integral-at-zero", before="0.12"),
    KnownBug("exponential-integrals-in-float16"),
    KnownBug("gradient-of-a-mapped-slice", before="0.9"),
    KnownBug("gradient-of-a-maximum-lost"),
    KnownBug("kl-div-in-float64", since="0.12"),
    KnownBug("log-gamma-at-one", before="0.12"),
    KnownBug("log-of-exp-that-overflows", before="0.11"),
    KnownBug("many-rows-times-a-matrix", since="0.10", before="0.11"),
    KnownBug("mutable-references-mapped-over", since="0.8", before="0.10"),
    KnownBug("nested-dynamic-slices", before="0.12"),
    KnownBug("root-of-a-square-that-overflows", before="0.11"),
    KnownBug("rows-shifted-in-place"),
    KnownBug("second-derivative-of-betaln-of-equals", before="0.12"),
    KnownBug("second-derivative-of-erfcx", since="0.12"),
    KnownBug("second-derivative-of-exp1", before="0.12"),
    KnownBug("sign-of-a-narrow-cast", since="0.9", before="0.10"),
    KnownBug("spence-of-large-numbers"),
    KnownBug("sum-over-an-axis-of-eight", since="0.10", before="0.11"),
    KnownBug("vmap-of-ragged-dot"),
    KnownBug("window-of-a-cropped-array", before="0.12"),
    KnownBug("zeta-of-large-exponents"),
]
