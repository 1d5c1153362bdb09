"""What XLA makes of a module in a process that has compiled nothing before.

XLA keys the random numbers of each ``stablehlo.rng`` that it compiles by the next of a sequence
that goes on for as long as the process lives. Asked afresh, it takes the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jaxsmith.stages import compat
from jaxsmith.stages.child import Child
from jaxsmith.stages.serve import serve

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jaxsmith.stages.compat import DumpOptions

_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Compiled:
    """What XLA made of the first module of a process.

    Attributes:
        optimized: the optimized HLO, without metadata.
        located: the same with metadata.
        dumped: the files that XLA wrote meanwhile, if it was asked to, by name.
    """

    optimized: str
    located: str
    dumped: Mapping[str, bytes]


def compiled(stablehlo: str, dump: DumpOptions | None) -> Compiled:
    """Compile a module as the first of its process.

    Args:
        stablehlo: the text of the module.
        dump: what XLA shall write while it compiles; None writes nothing.

    Raises:
        NoAnswerError: the process died of it, or raised.
    """
    child = Child(__name__, _SECONDS)
    try:
        return Compiled(*child.ask((stablehlo, None if dump is None else dict(dump))))
    finally:
        child.close()


def _compile(stablehlo: str, dump: DumpOptions | None) -> tuple[str, str, Mapping[str, bytes]]:
    module = compat.parsed_module(stablehlo)
    executable, dumped = (
        (compat.compile_module(module), {})
        if dump is None
        else compat.compile_module_dumping(module, dump)
    )
    loaded = executable.loaded
    return compat.hlo_of(loaded), compat.hlo_of(loaded, metadata=True), dumped


if __name__ == "__main__":
    serve(_compile)
