"""Which element types the operations of a StableHLO module have among operands and results."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

OPERATION = re.compile(r"(?<![#!@\w.])(?:stablehlo|chlo)\.\w+")
"""The name of an operation, as it stands in a module."""

_ELEMENT = re.compile(r"\btensor<(?:[\d?]+x)*((?:complex<)?[a-z]\w*)")


def element_types(module: str) -> dict[str, set[str]]:
    """Of each operation the element types of the tensors in its type: ``f32``, ``complex<f32>``.

    Args:
        module: as JAX prints it. The type of an operation with regions stands behind the last one,
            in a line that begins as deep as the operation.
    """
    found: dict[str, set[str]] = {}
    for names, types in _typed(module):
        for name in names:
            found.setdefault(name, set()).update(types)
    return found


def _typed(module: str) -> Iterator[tuple[list[str], list[str]]]:
    """Operations with the element types of their types."""
    begun: dict[int, list[str]] = {}
    for row in module.splitlines():
        names = OPERATION.findall(row)
        depth = len(row) - len(row.lstrip())
        if row.endswith("{"):  # its attributes may have types
            begun[depth] = names or begun.get(depth, [])  # or a further region of the same
            continue
        types = [_closed(name) for name in _ELEMENT.findall(row.rpartition(" : ")[2])]
        if names:
            yield names, types
        elif row[depth : depth + 1] == "}":
            yield begun.pop(depth, []), types


def _closed(name: str) -> str:
    return f"{name}>" if name.startswith("complex<") else name
