"""Optimized HLO from a process that has compiled nothing before.

XLA keys the random numbers of each ``stablehlo.rng`` that it compiles by the next of a sequence
that goes on for as long as the process lives. Asked afresh, it takes the first.
"""

from __future__ import annotations

from jaxsmith.stages import compat
from jaxsmith.stages.child import Child
from jaxsmith.stages.serve import serve

_SECONDS = 120


def optimized_hlo(stablehlo: str) -> tuple[str, str]:
    """What XLA makes of a module that is the first of its process.

    Args:
        stablehlo: the text of the module.

    Returns:
        The text without metadata, and with it.

    Raises:
        NoAnswerError: the process died of it, or raised.
    """
    child = Child(__name__, _SECONDS)
    try:
        plain, located = child.ask((stablehlo,))
        return plain, located
    finally:
        child.close()


def _compiled(stablehlo: str) -> tuple[str, str]:
    loaded = compat.compile_module(compat.parsed_module(stablehlo)).loaded
    return compat.hlo_of(loaded), compat.hlo_of(loaded, metadata=True)


if __name__ == "__main__":
    serve(_compiled)
