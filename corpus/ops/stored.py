"""What is kept in eight-bit floats or in nibbles: casts to and from them, and choosing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxsmith.vocabulary import spans
from jaxsmith.vocabulary.accuracy import DECIDE, EQUAL, MOVE, ORDER
from jaxsmith.vocabulary.code import LEVELS
from jaxsmith.vocabulary.interval import hull
from jaxsmith.vocabulary.op import Op
from jaxsmith.vocabulary.rows import function
from jaxsmith.vocabulary.signatures import choice
from jaxsmith.vocabulary.signatures.casts import cast, stored
from jaxsmith.vocabulary.signatures.elementwise import unary
from jaxsmith.vocabulary.signatures.variants import paired, spellings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxsmith.vocabulary.accuracy import Accuracy
    from jaxsmith.vocabulary.aval import Aval
    from jaxsmith.vocabulary.interval import Interval
    from jaxsmith.vocabulary.op import Attributes, Signature

METHOD = "{0:atom}.astype({jax_dtype})"
NAMES = ("compressed", "quantized", "stored", "codes")


def _either(
    intervals: Sequence[Interval], _avals: Sequence[Aval], _attributes: Attributes
) -> Interval:
    return hull(end for interval in intervals[1:] for end in interval)


def _cast(name: str, signature: Signature, numpy: str, accuracy: Accuracy, names: tuple[str, ...],
          helpers: tuple[str, ...] = ()) -> Op:  # fmt: skip
    """A cast, most often spelled as the method."""
    op = function(name, "stored", signature, spans.keep, jax=METHOD, numpy=numpy,
                  accuracy=accuracy, smooth="none", names=names, verb="cast", elementwise=True,
                  helpers=helpers)  # fmt: skip
    return spellings(op, METHOD, METHOD, "jnp.asarray({0}, dtype={jax_dtype})",
                     "lax.convert_element_type({0}, {jax_dtype})")  # fmt: skip


def _extreme(name: str, kind: str, accuracy: Accuracy) -> Op:
    return function(f"stored_{kind}_{name}", "stored", paired(kind), spans.union,
                    jax=f"jnp.{name}({{*}})", numpy=f"np.{name}({{*}})", accuracy=accuracy,
                    smooth="none", names=("larger" if name == "maximum" else "smaller", *NAMES),
                    verb=name, elementwise=True)  # fmt: skip


def _select(kind: str) -> Op:
    return function(f"stored_{kind}_select", "stored", choice.same_shape("b", 2, kind),
                    _either, jax="jnp.where({*})", numpy="np.where({*})",
                    accuracy=MOVE, smooth="none", names=("chosen", *NAMES), verb="where",
                    elementwise=True)  # fmt: skip


OPS = [
    _cast("store_float", stored("f", "e"), "rounded_to_float({0}, {digits}, {least})", DECIDE,
          NAMES, ("rounded_to_float",)),
    _cast("load_float", cast("e", ("float32", "bfloat16", "float16", "float64")),
          "{0:atom}.astype({numpy_dtype})", MOVE, ("loaded", "values", "weights")),
    _cast("store_nibble", stored("i", "n"), "{0:atom}.astype({numpy_dtype})", EQUAL, NAMES),
    _cast("load_nibble", cast("n", ("int32", "int8", "float32", "int64")),
          "{0:atom}.astype({numpy_dtype})", EQUAL, ("loaded", "levels", "counts")),
    Op("negate_float8", "stored", "-{0:atom}", "-{0:atom}", unary("e"),
       spans.of(lambda x: x.scale(-1)), MOVE, level=LEVELS["unary"], smooth="none",
       names=("negated", *NAMES), verb="negate", elementwise=True),
    *(_extreme(name, "e", ORDER) for name in ("maximum", "minimum")),
    *(_extreme(name, "n", EQUAL) for name in ("maximum", "minimum")),
    *map(_select, "en"),
]  # fmt: skip
