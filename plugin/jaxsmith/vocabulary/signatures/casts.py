"""Signatures of conversions from one dtype to another."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from jaxsmith.vocabulary import dtypes
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.interval import Interval
from jaxsmith.vocabulary.op import Proposal
from jaxsmith.vocabulary.signatures.elementwise import domain_of

if TYPE_CHECKING:
    from jaxsmith.vocabulary.op import Op, Scope, Signature


def cast(kind: str, targets: tuple[str, ...]) -> Signature:
    """One operand, converted to one of the dtypes; 64-bit ones in x64 programs only.

    ``{jax_dtype}`` names the dtype in JAX's spelling; ``{numpy_dtype}`` in NumPy's, where every
    float is a float64.
    """

    def propose(scope: Scope, op: Op) -> Proposal | None:
        x = scope.value(kind, domain=domain_of(op, 0))
        if x is None:
            return None
        fitting = [
            dtype
            for dtype in targets
            if dtype != x.aval.dtype and (scope.x64 or dtypes.bits(dtype) < 64)
        ]
        if not fitting:
            return None
        dtype = scope.rng.choice(fitting)
        reference = "float64" if dtypes.kind(dtype) == "f" else dtype
        attributes = {"jax_dtype": f"jnp.{_named(dtype)}", "numpy_dtype": f"np.{_named(reference)}"}
        return Proposal((x,), (Aval(x.aval.shape, dtype),), attributes)

    return propose


def stored(source: str, target: str) -> Signature:
    """One operand of a kind, converted to the dtype of another that the program keeps arrays in.

    The operand is first brought to where the dtype has numbers. ``{digits}`` and ``{least}`` say
    how a float is rounded: bits after the point, and the exponent of the smallest normal number.
    """

    def propose(scope: Scope, _op: Op) -> Proposal | None:
        dtype = scope.dtype(target)
        if not dtype or dtypes.kind(dtype) != target:
            return None
        x = scope.value(source, domain=Interval(*dtypes.usual_range(dtype)))
        if x is None:
            return None
        attributes: dict[str, object] = {"jax_dtype": f"jnp.{dtype}"}
        if dtypes.is_inexact(dtype):
            attributes["digits"] = -int(math.log2(dtypes.EPSILON[dtype]))
            attributes["least"] = int(math.log2(dtypes.SMALLEST_NORMAL[dtype]))
        else:
            attributes["numpy_dtype"] = "np.uint8" if dtype.startswith("u") else "np.int8"
        return Proposal((x,), (Aval(x.aval.shape, dtype),), attributes)

    return propose


def _named(dtype: str) -> str:
    return "bool_" if dtype == "bool" else dtype
