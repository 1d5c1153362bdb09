"""Helper functions of the references: read as text, so that writing needs no NumPy."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class Helpers:
    """The top-level functions of a Python file, as source.

    A helper may call another of the same file; whoever asks for the first gets both.
    """

    def __init__(self, path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        self.sources: dict[str, str] = {}
        self.calls: dict[str, list[str]] = {}
        functions = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
        names = {node.name for node in functions}
        for node in functions:
            self.sources[node.name] = ast.get_source_segment(text, node) or ""
            used = (n.id for n in ast.walk(node) if isinstance(n, ast.Name))
            self.calls[node.name] = sorted({name for name in used if name in names} - {node.name})

    def closure(self, wanted: list[str]) -> list[str]:
        """Sources of these helpers and of those they call, callees first."""
        order: dict[str, None] = {}

        def visit(name: str) -> None:
            if name not in order:
                for callee in self.calls[name]:
                    visit(callee)
                order[name] = None

        for name in wanted:
            visit(name)
        return [self.sources[name] for name in order]
