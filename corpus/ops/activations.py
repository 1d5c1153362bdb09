"""Activation functions of jax.nn. Sizes are measured as ``math_unary`` says.

Where a function comes near zero by cancellation (gelu far left), the domain stops before: there
only an absolute error would be promised.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from jaxsmith.vocabulary import spans
from jaxsmith.vocabulary.accuracy import stable, ulps
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.interval import Interval
from jaxsmith.vocabulary.op import Proposal
from jaxsmith.vocabulary.rows import function, map1
from jaxsmith.vocabulary.signatures.elementwise import domain_of
from jaxsmith.vocabulary.signatures.variants import spellings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jaxsmith.vocabulary.op import Attributes, Op, Scope, Smoothness, Span
    from jaxsmith.vocabulary.rows import Range

# The constants of "Self-normalizing neural networks" (Klambauer et al., 2017).
SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772


def _activation(
    name: str,
    numpy: str,
    span: Span,
    *,
    arguments: str = "{0}",
    size: float = 4.0,
    double: float | None = None,
    domain: Range = None,
    smooth: Smoothness = "smooth",
    names: tuple[str, ...] = ("activated", "hidden", "outputs"),
) -> Op:
    """A row of jax.nn; a NumPy spelling that names no library calls a helper."""
    called = numpy.partition("(")[0]
    return map1(name, span, jax=f"jax.nn.{name}({arguments})", numpy=numpy,
                accuracy=ulps(size, double), domain=domain, smooth=smooth, names=names,
                helpers=() if "." in called else (called,))  # fmt: skip


def _with(op: Op, argument: str, values: Sequence[float], default: float) -> Op:
    """The row with a keyword argument: ``{tail}`` in JAX's spelling, ``{value}`` in NumPy's."""

    def propose(scope: Scope, row: Op) -> Proposal | None:
        proposal = op.signature(scope, row)
        if proposal is None:
            return None
        value = scope.rng.choice(values)
        tail = "" if value == default else f", {argument}={value}"
        return replace(proposal, attributes={"value": value, "tail": tail})

    return replace(op, signature=propose)


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x > -700 else 0.0


def _softplus(x: float) -> float:
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def _gated(dip: float) -> Span:
    """Between zero and the identity, but for a dip below zero on the left."""
    return spans.of(lambda x: Interval(-dip if x.low < 0 else 0.0, max(0.0, x.high)))


def _ramp(low: float, high: float, scale: float = 1.0, shift: float = 0.0) -> Span:
    return spans.monotone(lambda x: min(max(scale * x + shift, low), high))


def _by_value(function: Callable[[float, float], float]) -> Span:
    """The image under a monotone function of a number and the keyword argument."""

    def span(
        intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
    ) -> Interval:
        value = float(str(attributes["value"]))
        return intervals[0].apply(lambda x: function(x, value))

    return span


def _along_axis(scope: Scope, op: Op) -> Proposal | None:
    x = scope.value("f", ranks=(1, 6), domain=domain_of(op, 0))
    if x is None:
        return None
    rank = x.aval.rank
    axes: tuple[int, ...] = (scope.rng.choice((-1, -1, *range(-rank, rank))),)
    if rank > 1 and scope.rng.chance(0.15):
        axes = (-2, -1)
    axis = axes[0] if len(axes) == 1 else axes
    tail = "" if axis == -1 else f", axis={axis}"
    count = math.prod(x.aval.shape[a] for a in axes)
    return Proposal((x,), (x.aval,), {"axis": axis, "tail": tail, "count": count})


def _halves(scope: Scope, op: Op) -> Proposal | None:
    x = scope.value(
        "f",
        ranks=(1, 6),
        where=lambda aval: any(dim % 2 == 0 for dim in aval.shape),
        domain=domain_of(op, 0),
    )
    if x is None:
        return None
    shape = x.aval.shape
    axis = scope.rng.choice([i for i, dim in enumerate(shape) if dim % 2 == 0])
    halved = (*shape[:axis], shape[axis] // 2, *shape[axis + 1 :])
    axis -= scope.rng.choice((0, len(shape)))
    tail = "" if axis == -1 else f", axis={axis}"
    return Proposal((x,), (Aval(halved, x.aval.dtype),), {"axis": axis, "tail": tail})


def _count(attributes: Attributes) -> int:
    return int(str(attributes["count"]))


def _log_softmax(
    intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
) -> Interval:
    width = intervals[0].high - intervals[0].low
    return Interval(-width - math.log(max(1, _count(attributes))), 0.0)


def _per_axis(name: str, numpy: str, span: Span, names: tuple[str, ...]) -> Op:
    return function(name, "math", _along_axis, span, jax=f"jax.nn.{name}({{0}}{{tail}})",
                    numpy=numpy, accuracy=stable(2.0), domain=((-50, 50),),
                    names=names)  # fmt: skip


OPS = [
    spellings(_activation("relu", "np.maximum({0}, 0.0)", _ramp(0.0, math.inf), size=0,
                          smooth="kinked", names=("activated", "rectified")),
              "jnp.maximum({0}, 0.0)"),
    _activation("relu6", "np.clip({0}, 0.0, 6.0)", _ramp(0.0, 6.0), size=0, smooth="kinked"),
    spellings(_activation("sigmoid", "special.expit({0})", spans.monotone(_sigmoid),
                          names=("gate", "probability")),
              "lax.logistic({0})", "jax.scipy.special.expit({0})"),
    _activation("log_sigmoid", "special.log_expit({0})",
                spans.monotone(lambda x: -_softplus(-x)), names=("log_gate", "log_probability")),
    _activation("softplus", "np.logaddexp({0}, 0.0)", spans.monotone(_softplus),
                names=("positive", "rate")),
    spellings(_activation("silu", "sigmoid_gate({0})", _gated(0.2785), domain=(-80, 1e5)),
              "jax.nn.swish({0})"),
    _activation("gelu", "gelu_by_tanh({0})", _gated(0.1701), domain=(-2, 100), size=50),
    replace(_activation("gelu_exact", "gelu_by_normal({0})", _gated(0.1701), domain=(-3, 100),
                        size=20), jax="jax.nn.gelu({0}, approximate=False)", verb="gelu"),
    _activation("mish", "mish_by_parts({0})", _gated(0.3089), domain=(-80, 1e5), size=7),
    _with(_activation("elu", "exponential_left({0}, {value}, 1.0)",
                      _by_value(lambda x, a: x if x > 0 else a * math.expm1(x)),
                      arguments="{0}{tail}", size=6, smooth="kinked"),
          "alpha", (1.0, 1.0, 0.5, 1.5, 0.3), 1.0),
    _with(_activation("celu", "exponential_left({0}, {value}, {value})",
                      _by_value(lambda x, a: x if x > 0 else a * math.expm1(x / a)),
                      arguments="{0}{tail}", size=6, smooth="once"),
          "alpha", (1.0, 2.0, 0.5, 1.5), 1.0),
    _activation("selu", "self_normalizing({0})",
                spans.monotone(lambda x: SELU_SCALE * (x if x > 0 else SELU_ALPHA * math.expm1(x))),
                size=6, smooth="kinked"),
    _with(_activation("leaky_relu", "leaky_ramp({0}, {value})",
                      _by_value(lambda x, slope: x if x > 0 else slope * x),
                      arguments="{0}{tail}", smooth="kinked"),
          "negative_slope", (0.01, 0.1, 0.2, 0.05, 0.3), 0.01),
    _activation("soft_sign", "ratio_to_reach({0})", spans.monotone(lambda x: x / (1 + abs(x))),
                smooth="once", names=("squashed", "bounded")),
    spellings(_activation("hard_tanh", "np.clip({0}, -1.0, 1.0)", _ramp(-1.0, 1.0), size=0,
                          smooth="kinked", names=("clipped", "squashed")),
              "jnp.clip({0}, -1.0, 1.0)"),
    _activation("hard_sigmoid", "np.clip(({0:add} + 3.0) / 6.0, 0.0, 1.0)",
                _ramp(0.0, 1.0, 1 / 6, 0.5), smooth="kinked", names=("gate", "opening")),
    spellings(_activation("hard_silu", "hard_gate({0})", _gated(0.3751), smooth="kinked"),
              "jax.nn.hard_swish({0})"),
    _with(_activation("squareplus", "square_plus({0}, {value})",
                      _by_value(lambda x, b: (x + math.sqrt(x * x + b)) / 2),
                      arguments="{0}{tail}", domain=(-2, 100), size=16,
                      names=("positive", "softened")), "b", (4, 4, 1, 2), 4),
    _activation("sparse_plus", "parabola_plus({0})",
                spans.monotone(lambda x: x if x >= 1 else max(0.0, (x + 1) / 2) ** 2),
                smooth="kinked", names=("positive", "softened")),
    _activation("sparse_sigmoid", "np.clip(({0:add} + 1.0) / 2.0, 0.0, 1.0)",
                _ramp(0.0, 1.0, 0.5, 0.5), smooth="kinked", names=("gate", "opening")),
    _activation("log1mexp", "log_one_minus_exp({0})",
                spans.monotone(lambda x: math.log(-math.expm1(-x))), domain=(0.05, 20),
                size=5, double=250, names=("log_complement", "log_rest")),
    _per_axis("softmax", "special.softmax({0}, axis={axis})", spans.within(0, 1),
              ("weights", "probabilities", "attention")),
    _per_axis("log_softmax", "special.log_softmax({0}, axis={axis})", _log_softmax,
              ("log_probabilities", "log_weights")),
    function("glu", "math", _halves,
             spans.of(lambda x: Interval(min(x.low, 0.0), max(x.high, 0.0))),
             jax="jax.nn.glu({0}{tail})", numpy="gate_with_half({0}, {axis})",
             accuracy=stable(2.0), domain=((-50, 50),), names=("gated", "hidden"),
             helpers=("gate_with_half",)),
]  # fmt: skip
