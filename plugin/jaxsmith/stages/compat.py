"""Every use of an API that JAX does not promise to keep, each in a function of its own.

JAX is imported inside the functions: the table of stages, which names one of them, must be
importable without it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from jaxsmith.errors import JaxsmithError

if TYPE_CHECKING:
    from jax.extend.mlir import ir
    from jax.stages import Compiled, Lowered


class MissingApiError(JaxsmithError):
    """This version of JAX has lost something that jaxsmith reads."""

    def __init__(self, api: str) -> None:
        super().__init__(f"this JAX has no {api}, which jaxsmith needs; see jaxsmith.stages.compat")


def optimized_hlo(compiled: Compiled) -> str:
    """The HLO that was compiled, in full: constants of any size, no metadata, no file names.

    ``Compiled.as_text()`` prints the same, but with the source files of every instruction, and
    with ``constant({...})`` for a constant of more than ten elements.
    """
    options = _member("jaxlib._hlo", "HloPrintOptions")()
    options.print_metadata = False
    options.print_large_constants = True
    executable = _present(compiled.runtime_executable(), "Compiled.runtime_executable")
    return "\n".join(module.to_string(options) for module in executable.hlo_modules())


def stablehlo_module(lowered: Lowered) -> ir.Module:
    """The StableHLO module itself, of which ``Lowered.as_text()`` is the text."""
    module = lowered.compiler_ir("stablehlo")
    return cast("ir.Module", _present(module, "Lowered.compiler_ir"))


def static_arguments(jitted: object) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Which arguments a jitted function is compiled for, by position and by name.

    JAX works one out from the other by the function's signature, and tells nobody; but a compiled
    function must be called without them.
    """
    info = _present(getattr(jitted, "_jit_info", None), "PjitFunction._jit_info")
    return info.static_argnums, info.static_argnames


def _present(value: Any, api: str) -> Any:
    if value is None:
        raise MissingApiError(api)
    return value


def _member(module: str, name: str) -> Any:
    try:
        return getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise MissingApiError(f"{module}.{name}") from error
