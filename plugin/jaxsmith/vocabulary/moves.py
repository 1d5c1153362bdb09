"""Short ways to write rows of operations that move elements, and a few that compute on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxsmith.vocabulary import spans
from jaxsmith.vocabulary.accuracy import MOVE
from jaxsmith.vocabulary.code import LEVELS
from jaxsmith.vocabulary.op import Op

if TYPE_CHECKING:
    from jaxsmith.vocabulary.accuracy import Accuracy
    from jaxsmith.vocabulary.interval import Interval
    from jaxsmith.vocabulary.op import Signature, Smoothness, Span


def move(
    name: str,
    jax: str,
    signature: Signature,
    *,
    family: str = "array",
    numpy: str = "",
    span: Span = spans.keep,
    accuracy: Accuracy = MOVE,
    smooth: Smoothness = "smooth",
    level: str = "atom",
    domain: tuple[Interval | None, ...] = (),
    names: tuple[str, ...] = (),
    verb: str = "",
    helpers: tuple[str, ...] = (),
    elementwise: bool = False,
    weight: float = 1.0,
) -> Op:
    """A row whose NumPy spelling is by default the JAX one with ``np`` for ``jnp``."""
    return Op(
        name=name,
        family=family,
        jax=jax,
        numpy=numpy or numpy_of(jax),
        signature=signature,
        span=span,
        accuracy=accuracy,
        domain=domain,
        level=LEVELS[level],
        smooth=smooth,
        names=names,
        verb=verb,
        helpers=helpers,
        elementwise=elementwise,
        weight=weight,
    )


def numpy_of(jax: str) -> str:
    """The NumPy spelling of what both libraries call alike."""
    return jax.replace("jnp.", "np.")


def spelled(jax: str, numpy: str = "") -> dict[str, object]:
    """Attributes that replace the spellings of a row for one proposal."""
    return {"jax_template": jax, "numpy_template": numpy or numpy_of(jax)}
