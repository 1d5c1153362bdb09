"""Derivatives where a function has none: what JAX defines there, as a table.

Elsewhere inputs keep away from kinks and ties. Here whole numbers are what is differentiated at, so
that kinks at whole numbers, and ties, come up all the time; and the reference is no difference
quotient but a slope that somebody wrote down. What JAX gives: half to either of two that are equal
(``jax.lax.max``), equal shares to all elements that attain an extreme, the weight of its place to
each that is put in order, and that of one branch where a condition chooses (``jax.nn.relu``, after
Bertoin et al., "Numerical influence of ReLU'(0) on backpropagation", 2021).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jaxsmith.vocabulary import spans
from jaxsmith.vocabulary.accuracy import jumps
from jaxsmith.vocabulary.interval import Interval
from jaxsmith.vocabulary.op import Proposal
from jaxsmith.vocabulary.rows import function
from jaxsmith.vocabulary.signatures.elementwise import unary

if TYPE_CHECKING:
    from jaxsmith.vocabulary.op import Op, Scope, Signature


class Kink(NamedTuple):
    """What is differentiated, in JAX, and in NumPy its slope at ``x``."""

    name: str
    jax: str
    slope: str


KINKS = (
    Kink("abs", "jnp.abs(x)", "np.where(x >= 0, 1.0, -1.0)"),
    Kink("relu", "jax.nn.relu(x)", "np.where(x > 0, 1.0, 0.0)"),
    Kink("relu6", "jax.nn.relu6(3.0 * x)", "np.where((x > 0) & (x < 2), 3.0, 0.0)"),
    Kink("leaky_relu", "jax.nn.leaky_relu(x)", "np.where(x >= 0, 1.0, 0.01)"),
    Kink("hard_tanh", "jax.nn.hard_tanh(x)", "np.where(np.abs(x) <= 1, 1.0, 0.0)"),
    Kink("hard_sigmoid", "jax.nn.hard_sigmoid(3.0 * x)", "np.where(np.abs(x) < 1, 0.5, 0.0)"),
    Kink("sparse_sigmoid", "jax.nn.sparse_sigmoid(x)", "np.heaviside(1.0 - np.abs(x), 0.5) / 2.0"),
    Kink("maximum", "jnp.maximum(x, 1.0)", "np.heaviside(x - 1.0, 0.5)"),
    Kink("minimum", "jnp.minimum(x, 1.0)", "np.heaviside(1.0 - x, 0.5)"),
    Kink("fmax", "jnp.fmax(x, 1.0)", "np.where(x > 1, 1.0, 0.0)"),
    Kink("clip", "jnp.clip(x, -1.0, 2.0)",
         "np.heaviside(x + 1.0, 0.5) * np.heaviside(2.0 - x, 0.5)"),
    Kink("where", "jnp.where(x > 0, x, -2.0 * x)", "np.where(x > 0, 1.0, -2.0)"),
    Kink("abs_of_abs", "jnp.abs(jnp.abs(x) - 1.0)",
         "np.where(np.abs(x) >= 1, 1.0, -1.0) * np.where(x >= 0, 1.0, -1.0)"),
)  # fmt: skip
"""Elementwise functions of ``x``, whose elements are summed, with kinks at whole numbers."""

TIES = (
    Kink("max", "jnp.max", "(x == np.max(x)) / np.sum(x == np.max(x))"),
    Kink("min", "jnp.min", "(x == np.min(x)) / np.sum(x == np.min(x))"),
    Kink("sort", "lambda x: jnp.sum(jnp.sort(x) * jnp.arange(x.size))",
         'np.argsort(np.argsort(x, kind="stable")).astype(float)'),
)  # fmt: skip
"""Functions from a vector, with ties, to a number."""

_DOMAIN = (-3.4, 3.4)


def _vector(scope: Scope, _op: Op) -> Proposal | None:
    x = scope.value(
        "f", ranks=(1, 1), where=lambda aval: 2 <= aval.size <= 32, domain=Interval(*_DOMAIN)
    )
    return None if x is None else Proposal((x,), (x.aval,), {})


def _row(kink: Kink, loss: str, signature: Signature, *, elementwise: bool) -> Op:
    return function(
        f"kink_{kink.name}", "gradients", signature, spans.within(-3.0, 32.0),
        jax=f"jax.grad({loss})(jnp.round({{0}}))",
        numpy=f"(lambda x: {kink.slope})(np.round({{0}}))",
        accuracy=jumps(1.0), domain=(_DOMAIN,), smooth="none", elementwise=elementwise,
        names=("slope", "subgradient", "direction"), verb=f"{kink.name}_slope", weight=0.08,
    )  # fmt: skip


OPS = [
    *(_row(kink, f"lambda x: jnp.sum({kink.jax})", unary("f"), elementwise=True) for kink in KINKS),
    *(_row(kink, kink.jax, _vector, elementwise=False) for kink in TIES),
]
