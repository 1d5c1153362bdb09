"""Definitions of a Python file that is read as text: what is copied into written functions."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

Definition = ast.FunctionDef | ast.ClassDef | ast.Assign


class Helpers:
    """The top-level functions, classes and constants of a Python file, as source.

    A definition may use another of the same file, or of one beside it that the file imports it from
    (``from .keys import split_key``); whoever asks for the first gets both. A call at the top level
    that begins with the name of a definition (``f.defvjp(forward, backward)``) belongs to it.
    """

    def __init__(self, path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        self.path = path
        self.sources: dict[str, str] = {}
        self.documentation: dict[str, str] = {}
        self.calls: dict[str, list[str]] = {}
        self._after: dict[str, list[str]] = {}
        body = ast.parse(text).body
        for node in body:
            if isinstance(node, ast.ImportFrom) and node.level:
                self._borrow(path.with_name(f"{node.module}.py"), [a.name for a in node.names])
        # Of the trees only what is read again stays: they would take most of the memory.
        nodes = {_name(node): node for node in body if isinstance(node, Definition)}
        lines = text.splitlines()
        names = self.sources.keys() | nodes.keys()
        for name, node in nodes.items():
            self.sources[name] = _segment(lines, node)
            self.calls[name] = _uses(node, names - {name})
            if isinstance(node, ast.FunctionDef):
                self.documentation[name] = ast.get_docstring(node, clean=False) or ""
        for call in body:
            owner = _owner(call)
            if owner in nodes:
                self._after.setdefault(owner, []).append(_segment(lines, call))
                self.calls[owner] += _uses(call, names - {owner})

    def _borrow(self, path: Path, names: list[str]) -> None:
        lender = Helpers(path)
        for name in lender.order(names):
            self.sources[name] = lender.sources[name]
            self.calls[name] = lender.calls[name]
            self._after[name] = lender.after(name)
            if name in lender.documentation:
                self.documentation[name] = lender.documentation[name]

    def closure(self, wanted: list[str]) -> list[str]:
        """Sources of these definitions and of those they use, the used ones first."""
        return [
            "\n\n\n".join([self.sources[name], *self.after(name)]) for name in self.order(wanted)
        ]

    def order(self, wanted: list[str]) -> list[str]:
        """The names of these definitions and of those they use, the used ones first."""
        order: dict[str, None] = {}

        def visit(name: str) -> None:
            if name not in order:
                for callee in self.calls[name]:
                    visit(callee)
                order[name] = None

        for name in wanted:
            visit(name)
        return list(order)

    def after(self, name: str) -> list[str]:
        """The statements at the top level that belong to a definition."""
        return self._after.get(name, [])


def _uses(node: ast.AST, names: set[str]) -> list[str]:
    used = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    return sorted(used & names)


def _name(node: Definition) -> str:
    if not isinstance(node, ast.Assign):
        return node.name
    (target,) = node.targets
    assert isinstance(target, ast.Name), "a constant has one name"
    return target.id


def _owner(node: ast.stmt) -> str:
    """The name that a bare call at the top level begins with."""
    if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
        return ""
    function: ast.expr = node.value.func
    while isinstance(function, ast.Attribute):
        function = function.value
    return function.id if isinstance(function, ast.Name) else ""


def _segment(lines: list[str], node: ast.stmt) -> str:
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    return "\n".join(lines[first - 1 : node.end_lineno])
