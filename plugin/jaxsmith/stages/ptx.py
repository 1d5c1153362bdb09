"""The PTX of a function: what XLA hands to NVIDIA's assembler."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxsmith.stages.errors import NoTextError

if TYPE_CHECKING:
    from collections.abc import Mapping


def joined(modules: Mapping[str, str]) -> str:
    """One text of all modules; each begins with a comment that names it, where there are several.

    Args:
        modules: PTX by the name of the module, in order.

    Raises:
        NoTextError: there is no module.
    """
    if not modules:
        raise NoTextError("XLA made no PTX: the platform is none of NVIDIA's, or no kernel is new")
    if len(modules) == 1:
        return next(iter(modules.values()))
    return "\n".join(f"// module {name}\n{text}" for name, text in modules.items())
