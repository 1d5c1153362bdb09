"""Comparisons: of floats, where near ties are not used as inputs, and of what is exact."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxsmith.vocabulary import spans
from jaxsmith.vocabulary.accuracy import DECIDE, EQUAL
from jaxsmith.vocabulary.code import LEVELS
from jaxsmith.vocabulary.op import Op
from jaxsmith.vocabulary.rows import function, operator
from jaxsmith.vocabulary.signatures.choice import SYMBOLS, between, compared
from jaxsmith.vocabulary.signatures.elementwise import binary, boolean
from jaxsmith.vocabulary.signatures.variants import options

if TYPE_CHECKING:
    from jaxsmith.vocabulary.accuracy import Accuracy

COMPARISONS = {
    "less": ("<", ("below", "smaller", "early")),
    "less_equal": ("<=", ("within", "at_most")),
    "greater": (">", ("above", "larger", "exceeds")),
    "greater_equal": (">=", ("reached", "at_least")),
    "equal": ("==", ("matches", "same", "hits")),
    "not_equal": ("!=", ("differs", "changed")),
}
ORDERED, EQUALITY = list(COMPARISONS)[:4], list(COMPARISONS)[4:]


def _operator(prefix: str, name: str, kinds: str, accuracy: Accuracy, weight: float = 1.0) -> Op:
    symbol, names = COMPARISONS[name]
    signature = compared(kinds, hits=name in EQUALITY)
    return operator(f"{prefix}{name}", symbol, spans.boolean, accuracy=accuracy, smooth="none",
                    signature=signature, names=names, family="conditionals", verb=name,
                    weight=weight)  # fmt: skip


def _function(prefix: str, name: str, kinds: str, accuracy: Accuracy) -> Op:
    return function(f"{prefix}{name}_function", "conditionals",
                    compared(kinds, hits=name in EQUALITY), spans.boolean,
                    jax=f"jnp.{name}({{*}})", numpy=f"np.{name}({{*}})", accuracy=accuracy,
                    smooth="none", names=COMPARISONS[name][1], verb=name, elementwise=True,
                    weight=0.3)  # fmt: skip


_MIXED = "{0:bitor} {symbol} {1:bitor}"
_INSIDE = "({0:bitor} {lower} {1}) & ({2:bitor} {upper} {3})"
_OUTSIDE = "({0:bitor} {lower} {1}) | ({2:bitor} {upper} {3})"
_BOTH = "logical_and({0:bitor} {lower} {1}, {2:bitor} {upper} {3})"

OPS = [
    *(_operator("", name, "f", DECIDE) for name in ORDERED),
    *(_operator("", name, "f", DECIDE, 0.3) for name in EQUALITY),
    *(_operator("integer_", name, "i", EQUAL) for name in COMPARISONS),
    *(_operator("mask_", name, "b", EQUAL, 0.5) for name in EQUALITY),
    *(_function("", name, "f", DECIDE) for name in ORDERED),
    *(_function("integer_", name, "i", EQUAL) for name in COMPARISONS),
    Op("mixed_compare", "conditionals", _MIXED, _MIXED,
       options(binary("fi", boolean, numbers=0.0), symbol=SYMBOLS), spans.boolean, DECIDE,
       level=LEVELS["compare"], smooth="none", names=("exceeds", "passed"), elementwise=True,
       verb="compare", weight=0.7),
    Op("between", "conditionals", _INSIDE, _INSIDE,
       between((">", "<"), (">=", "<"), (">=", "<="), (">", "<=")), spans.boolean, DECIDE,
       level=LEVELS["bitand"], smooth="none", names=("inside", "within", "in_band"),
       elementwise=True),
    Op("outside", "conditionals", _OUTSIDE, _OUTSIDE,
       between(("<", ">"), ("<=", ">="), ("<", ">=")), spans.boolean, DECIDE,
       level=LEVELS["bitor"], smooth="none", names=("outside", "outliers"), elementwise=True),
    function("between_function", "conditionals", between((">", "<"), (">=", "<"), (">=", "<=")),
             spans.boolean, jax=f"jnp.{_BOTH}", numpy=f"np.{_BOTH}", accuracy=DECIDE,
             smooth="none", names=("inside", "in_band"), verb="between", elementwise=True,
             weight=0.6),
    function("isclose", "conditionals",
             options(binary("f", boolean, mixed=False),
                     tail=(", atol=0.3", ", atol=0.7", ", rtol=0.3", ", rtol=0.1, atol=0.15")),
             spans.boolean, jax="jnp.isclose({0}, {1}{tail})", numpy="np.isclose({0}, {1}{tail})",
             accuracy=DECIDE, smooth="none", names=("close", "similar"), elementwise=True),
]  # fmt: skip
