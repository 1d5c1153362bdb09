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
_HALVES = ("bfloat16", "float16")
_INTEGERS = ("int32", "int64")
_NARROW = ("int8", "int16", "uint8", "uint16", "uint32", "uint64")

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
    _cast("integer_to_narrow", "i", _NARROW, spans.keep, EQUAL, ("codes", "levels", "packed"),
          domain=(0, 127), weight=0.6),
    _cast("unsigned_to_number", "u", ("float32", "int32"), spans.keep, EQUAL, ("levels", "pixels"),
          domain=(0, 2**16), weight=0.6),
    _cast("float_to_half", "f", _HALVES, spans.keep, ulps(1.0), ("halves", "rounded", "values"),
          domain=(-1e3, 1e3), smooth="smooth", weight=0.3),
    _cast("integer_to_half", "i", _HALVES, spans.keep, ulps(1.0), ("halves", "values"),
          domain=(-1e3, 1e3), weight=0.3),
    _cast("mask_to_narrow", "b", (*_NARROW, *_HALVES), spans.boolean, EQUAL, ("flags", "bits"),
          weight=0.3),
    _cast("integer_to_mask", "i", ("bool",), spans.boolean, EQUAL, ("occupied", "present")),
    _cast("float_to_mask", "f", ("bool",), spans.boolean, DECIDE, ("nonzero", "active"),
          weight=0.4),
]  # fmt: skip
