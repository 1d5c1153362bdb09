"""The LLVM IR of a function: its modules one after another, the same in every process."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jaxsmith.stages.compat import varies
from jaxsmith.stages.errors import NoTextError

if TYPE_CHECKING:
    from collections.abc import Mapping

LEFT_OUT = "left out: XLA orders its arguments differently in every process"

_DEFINITION = re.compile(r"(!\d+) = ")
_NODE = re.compile(r'"[^"]*"|!\d+')  # LLVM escapes a quote within a string as \22


def joined(modules: Mapping[str, str]) -> str:
    """One text of all modules, each of which begins with ``; ModuleID``.

    Args:
        modules: LLVM IR by the name of the module, in order.

    Raises:
        NoTextError: there is no module.
    """
    if not modules:
        raise NoTextError("XLA made no code of its own for this function")
    return "\n".join(
        f"; ModuleID = '{name}'\n; {LEFT_OUT}\n" if varies(name) else renumbered(module)
        for name, module in modules.items()
    )


def renumbered(module: str) -> str:
    """The module with its metadata numbered by first use, and defined in that order.

    LLVM numbers the nodes of metadata partly by their places in memory.
    """
    definitions: dict[str, str] = {}
    lines: list[str] = []
    for line in module.splitlines():
        if found := _DEFINITION.match(line):
            definitions[found[1]] = line[found.end() :]
        else:
            lines.append(line)
    numbers: dict[str, str] = {}
    used: list[str] = []

    def renumber(found: re.Match[str]) -> str:
        node = found[0]
        if node[0] == '"':
            return node
        if node not in numbers:
            numbers[node] = f"!{len(used)}"
            used.append(node)
        return numbers[node]

    lines = [_NODE.sub(renumber, line) for line in lines]
    # The list grows on the way: a definition may use nodes that nothing before it does.
    lines.extend(f"{numbers[node]} = {_NODE.sub(renumber, definitions[node])}" for node in used)
    return "\n".join(lines) + "\n"
