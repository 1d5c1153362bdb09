"""Logical operators on masks, and on what counts as one."""

from __future__ import annotations

from jaxsmith.vocabulary import spans
from jaxsmith.vocabulary.accuracy import EQUAL
from jaxsmith.vocabulary.code import LEVELS
from jaxsmith.vocabulary.op import Op
from jaxsmith.vocabulary.rows import function, operator
from jaxsmith.vocabulary.signatures.elementwise import binary, boolean, unary
from jaxsmith.vocabulary.signatures.variants import spellings


def _operator(
    name: str, symbol: str, names: tuple[str, ...], verb: str = "", weight: float = 1.0
) -> Op:
    return operator(name, symbol, spans.boolean, signature=binary("b"), accuracy=EQUAL,
                    smooth="none", names=names, family="conditionals",
                    verb=verb or name.removeprefix("mask_"), weight=weight)  # fmt: skip


def _function(name: str, kinds: str, names: tuple[str, ...], prefix: str = "") -> Op:
    signature = binary(kinds, boolean, numbers=0.0)
    return function(f"{prefix}{name}", "conditionals", signature, spans.boolean,
                    jax=f"jnp.{name}({{*}})", numpy=f"np.{name}({{*}})", accuracy=EQUAL,
                    smooth="none", names=names, verb=name, elementwise=True,
                    weight=0.4 if prefix else 1.0)  # fmt: skip


def _not(name: str, kinds: str, weight: float) -> Op:
    return function(name, "conditionals", unary(kinds, boolean), spans.boolean,
                    jax="jnp.logical_not({0})", numpy="np.logical_not({0})", accuracy=EQUAL,
                    smooth="none", names=("absent", "excluded"), verb="logical_not",
                    elementwise=True, weight=weight)  # fmt: skip


BOTH, EITHER, ONE = ("both", "agreed"), ("either", "any_of"), ("exactly_one", "differs")

OPS = [
    _operator("mask_and", "&", BOTH, "intersect"),
    _operator("mask_or", "|", EITHER, "unite"),
    _operator("mask_xor", "^", ONE, "differ"),
    Op("mask_not", "conditionals", "~{0:atom}", "~{0:atom}", unary("b"), spans.boolean, EQUAL,
       level=LEVELS["unary"], smooth="none", names=("excluded", "outside", "invalid"),
       elementwise=True, verb="exclude"),
    _function("logical_and", "b", BOTH),
    _function("logical_or", "b", EITHER),
    _function("logical_xor", "b", ONE),
    _not("logical_not", "b", 1.0),
    # Numbers other than zero count as true.
    _function("logical_and", "bi", BOTH, "number_"),
    _function("logical_or", "bi", EITHER, "number_"),
    _not("number_logical_not", "i", 0.4),
    # A sum of masks is an or, a product an and.
    _operator("mask_multiply", "*", BOTH, "intersect", 0.3),
    _operator("mask_add", "+", EITHER, "unite", 0.3),
    spellings(function("mask_maximum", "conditionals", binary("b"), spans.boolean,
                       jax="jnp.maximum({*})", numpy="np.maximum({*})", accuracy=EQUAL,
                       smooth="none", names=EITHER, verb="unite", elementwise=True,
                       weight=0.3), "jnp.bitwise_or({*})"),
]  # fmt: skip
