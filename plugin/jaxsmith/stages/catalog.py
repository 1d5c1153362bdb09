"""What there is to be met: every primitive of JAX, every operation of StableHLO and CHLO."""

from __future__ import annotations

from jaxsmith.stages import compat


def catalog() -> dict[str, tuple[str, ...]]:
    """Names as records have them, sorted: ``primitives``, ``stablehlo`` and ``chlo``.

    Those of this version of JAX: ``jax.extend.core.primitives``, and the operations that its
    dialects define.
    """
    return {
        "primitives": tuple(sorted(compat.public_primitives())),
        "stablehlo": tuple(sorted(compat.dialect_operations("stablehlo"))),
        "chlo": tuple(sorted(compat.dialect_operations("chlo"))),
    }
