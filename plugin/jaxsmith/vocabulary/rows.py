"""Short ways to write the most common kinds of row."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from jaxsmith.vocabulary import spans
from jaxsmith.vocabulary.accuracy import DECIDE, EQUAL, PRODUCTS, SUMS, ulps
from jaxsmith.vocabulary.code import LEVELS, OPERATOR_LEVELS, infix
from jaxsmith.vocabulary.dtypes import inexact
from jaxsmith.vocabulary.interval import Interval
from jaxsmith.vocabulary.op import Op
from jaxsmith.vocabulary.signatures.elementwise import binary, boolean, same, unary

if TYPE_CHECKING:
    from jaxsmith.vocabulary.accuracy import Accuracy
    from jaxsmith.vocabulary.op import Signature, Smoothness, Span

Range = tuple[float, float] | None


def interval(bounds: Range) -> Interval | None:
    """A range given as a pair, or None for any."""
    return None if bounds is None else Interval(*bounds)


_OF_SYMBOL = {"+": SUMS, "-": SUMS, "*": PRODUCTS}


def operator(
    name: str,
    symbol: str,
    span: Span,
    *,
    kinds: str = "f",
    signature: Signature | None = None,
    accuracy: Accuracy | None = None,
    domain: tuple[Range, ...] = (),
    smooth: Smoothness = "smooth",
    names: tuple[str, ...] = (),
    family: str = "arithmetic",
    numpy: str = "",
    weight: float = 1.0,
    verb: str = "",
) -> Op:
    """A binary operator, spelled alike in both languages unless ``numpy`` says otherwise."""
    template = infix(symbol)
    return Op(
        name=name,
        family=family,
        jax=template,
        numpy=numpy or template,
        signature=signature or binary(kinds),
        span=span,
        accuracy=accuracy or _OF_SYMBOL.get(symbol) or ulps(1.0),
        domain=tuple(interval(bounds) for bounds in domain),
        level=LEVELS[OPERATOR_LEVELS[symbol]],
        smooth=smooth,
        names=names,
        elementwise=True,
        weight=weight,
        verb=verb,
    )


def function(
    name: str,
    family: str,
    signature: Signature,
    span: Span,
    *,
    arguments: str = "{*}",
    jax: str = "",
    numpy: str = "",
    accuracy: Accuracy | None = None,
    domain: tuple[Range, ...] = (),
    smooth: Smoothness = "smooth",
    names: tuple[str, ...] = (),
    verb: str = "",
    elementwise: bool = False,
    helpers: tuple[str, ...] = (),
    weight: float = 1.0,
    level: str = "atom",
) -> Op:
    """A call, by default ``jnp.<name>(operands)`` in JAX and ``np.<name>(operands)`` in NumPy."""
    return Op(
        name=name,
        family=family,
        jax=jax or f"jnp.{name}({arguments})",
        numpy=numpy or f"np.{name}({arguments})",
        signature=signature,
        span=span,
        accuracy=accuracy or ulps(4.0),
        domain=tuple(interval(bounds) for bounds in domain),
        smooth=smooth,
        names=names,
        verb=verb,
        elementwise=elementwise,
        helpers=helpers,
        weight=weight,
        level=LEVELS[level],
    )


def map1(
    name: str,
    span: Span,
    *,
    domain: Range = None,
    kinds: str = "f",
    size: float = 4.0,
    accuracy: Accuracy | None = None,
    family: str = "math",
    smooth: Smoothness = "smooth",
    jax: str = "",
    numpy: str = "",
    names: tuple[str, ...] = (),
    helpers: tuple[str, ...] = (),
    weight: float = 1.0,
    verb: str = "",
) -> Op:
    """An elementwise function of one operand; integers give the float that JAX promotes to."""
    return function(
        name,
        family,
        unary(kinds, inexact),
        span,
        jax=jax,
        numpy=numpy,
        accuracy=accuracy or ulps(size),
        domain=(domain,),
        smooth=smooth,
        names=names,
        elementwise=True,
        helpers=helpers,
        weight=weight,
        verb=verb,
    )


def map2(
    name: str,
    span: Span,
    *,
    domain: tuple[Range, Range] = (None, None),
    kinds: str = "f",
    accuracy: Accuracy | None = None,
    family: str = "math",
    smooth: Smoothness = "smooth",
    jax: str = "",
    numpy: str = "",
    names: tuple[str, ...] = (),
    helpers: tuple[str, ...] = (),
    weight: float = 1.0,
    verb: str = "",
    numbers: float = 0.25,
    integers_to_floats: bool = True,
) -> Op:
    """An elementwise function of two operands that broadcast."""
    return function(
        name,
        family,
        binary(kinds, inexact if integers_to_floats else same, numbers=numbers),
        span,
        jax=jax,
        numpy=numpy,
        accuracy=accuracy,
        domain=domain,
        smooth=smooth,
        names=names,
        elementwise=True,
        helpers=helpers,
        weight=weight,
        verb=verb,
    )


def comparison(name: str, symbol: str, names: tuple[str, ...]) -> Op:
    """A comparison operator: a mask, decided by values that must not be too close to call."""
    return operator(
        name,
        symbol,
        spans.boolean,
        signature=binary("fi", boolean, mixed=False),
        accuracy=DECIDE,
        smooth="none",
        names=names,
        family="conditionals",
    )


def exact(op: Op) -> Op:
    """The row for integers and booleans, where any difference is an error."""
    return replace(op, accuracy=EQUAL, smooth="none")


def alike(
    name: str,
    family: str,
    template: str,
    signature: Signature,
    span: Span,
    accuracy: Accuracy,
    *,
    domain: tuple[Range, ...] = (),
    level: str = "atom",
    smooth: Smoothness = "smooth",
    names: tuple[str, ...] = (),
    verb: str = "",
    weight: float = 1.0,
) -> Op:
    """An expression that NumPy spells as JAX does, with ``np`` for ``jnp``."""
    return Op(
        name=name,
        family=family,
        jax=template,
        numpy=template.replace("jnp.", "np."),
        signature=signature,
        span=span,
        accuracy=accuracy,
        domain=tuple(interval(bounds) for bounds in domain),
        level=LEVELS[level],
        smooth=smooth,
        names=names,
        verb=verb,
        weight=weight,
    )
