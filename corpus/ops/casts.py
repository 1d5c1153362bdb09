"""Explicit casts between dtypes, in the ways that JAX programs spell them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from jaxsmith.vocabulary import spans
from jaxsmith.vocabulary.accuracy import DECIDE, EQUAL, ulps
from jaxsmith.vocabulary.rows import function
from jaxsmith.vocabulary.signatures.casts import cast
from jaxsmith.vocabulary.signatures.variants import spellings

if TYPE_CHECKING:
    from jaxsmith.vocabulary.accuracy import Accuracy
    from jaxsmith.vocabulary.op import Op, Smoothness, Span
    from jaxsmith.vocabulary.rows import Range

METHOD = "{0:atom}.astype({jax_dtype})"


def _cast(
    name: str,
    kind: str,
    targets: tuple[str, ...],
    span: Span,
    accuracy: Accuracy,
    names: tuple[str, ...],
    *,
    domain: Range = None,
    smooth: Smoothness = "none",
    weight: float = 1.0,
) -> Op:
    """A cast, most often spelled as the method."""
    op = function(name, "arithmetic", cast(kind, targets), span, jax=METHOD,
                  numpy="{0:atom}.astype({numpy_dtype})", accuracy=accuracy, domain=(domain,),
                  smooth=smooth, names=names, verb="cast", elementwise=True,
                  weight=weight)  # fmt: skip
    return spellings(op, METHOD, METHOD, "jnp.astype({0}, {jax_dtype})",
                     "jnp.asarray({0}, dtype={jax_dtype})",
                     "lax.convert_element_type({0}, {jax_dtype})")  # fmt: skip


_FLOATS = ("float32", "float64")
_INTEGERS = ("int32", "int64")

# No row makes int8 or int16: programs take integers to be at least 32 bits wide.
OPS = [
    _cast("float_to_float", "f", _FLOATS, spans.keep, ulps(1.0), ("narrowed", "values"),
          smooth="smooth"),
    _cast("integer_to_float", "i", _FLOATS, spans.keep, ulps(1.0), ("floats", "values", "weights"),
          domain=(-1e5, 1e5)),
    _cast("mask_to_float", "b", _FLOATS, spans.boolean, EQUAL, ("weights", "indicator", "active")),
    _cast("mask_to_integer", "b", _INTEGERS, spans.boolean, EQUAL, ("flags", "counts", "bits")),
    _cast("float_to_integer", "f", _INTEGERS, spans.monotone(math.trunc), DECIDE,
          ("whole", "indices", "buckets"), domain=(-1e4, 1e4)),
    _cast("integer_to_integer", "i", _INTEGERS, spans.keep, EQUAL, ("widened", "codes")),
    _cast("integer_to_byte", "i", ("uint8",), spans.keep, EQUAL, ("pixels", "octets"),
          domain=(0, 255), weight=0.4),
    _cast("byte_to_number", "u", ("float32", "int32"), spans.keep, EQUAL, ("levels", "pixels"),
          domain=(0, 255), weight=0.6),
    _cast("integer_to_mask", "i", ("bool",), spans.boolean, EQUAL, ("occupied", "present")),
    _cast("float_to_mask", "f", ("bool",), spans.boolean, DECIDE, ("nonzero", "active"),
          weight=0.4),
]  # fmt: skip
