"""Python source without names and literals: equal texts are the same function in other words.

What goes: the names that the source binds itself (functions, arguments, variables), each replaced
by its place in the order of first appearance; numbers and strings; signs of literal numbers;
docstrings, comments and layout. What stays: names of modules and builtins, attributes such as
``jnp.sum``, keyword names such as ``axis=``, ``True``, ``False`` and ``None``, and every operator.
So shapes, axes and einsum equations count as literals and go, and which function is called stays.

A name is replaced alike in all of a source, not scope by scope: two functions that differ only in
whether an inner one reuses a name of the outer one count as different.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_NUMBERS = (int, float, complex)
_BINDERS = (ast.FunctionDef, ast.ClassDef, ast.arg)
_LAYOUT = frozenset({"ctx", "type_comment", "type_ignores", "kind", "type_params"})


def normal_python(source: str) -> str:
    """What is left of a source; not Python, but equal for sources that mean to be alike.

    Raises:
        SyntaxError: the source is no Python.
    """
    tree = ast.parse(source)
    return " ".join(_tokens(tree, _Names(tree)))


class _Names:
    """Replaces bound names by their places; other names stay."""

    def __init__(self, tree: ast.AST) -> None:
        self._bound = {name for node in ast.walk(tree) if (name := _binds(node))}
        self._places: dict[str, str] = {}

    def __getitem__(self, name: str) -> str:
        if name not in self._bound:
            return name
        return self._places.setdefault(name, f"${len(self._places)}")


def _binds(node: ast.AST) -> str | None:
    match node:
        case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
            return name
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return name
    return None


def _tokens(node: ast.AST, names: _Names) -> Iterator[str]:
    match node:
        case ast.Name(id=name):
            yield names[name]
        case ast.Constant(value=value):
            yield _literal(value)
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=ast.Constant(value=value)):
            yield _literal(value)
        case ast.Expr(value=ast.Constant()):
            return
        case _:
            # The brackets keep apart trees that read the same when flattened.
            yield f"{type(node).__name__}("
            for field in node._fields:
                yield from _part(_named(node, field, names), names)
            yield ")"


def _named(node: ast.AST, field: str, names: _Names) -> object:
    """A field of a node; the name that a definition binds is a plain string, unlike in its uses."""
    value: object = None if field in _LAYOUT else getattr(node, field, None)
    is_binding = isinstance(node, _BINDERS) and field in ("name", "arg")
    return names[str(value)] if is_binding else value


def _part(value: object, names: _Names) -> Iterator[str]:
    if isinstance(value, ast.AST):
        yield from _tokens(value, names)
    elif isinstance(value, list):
        yield "["
        for item in value:
            yield from _part(item, names)
        yield "]"
    else:
        yield str(value)


def _literal(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return repr(value)
    return "number" if isinstance(value, _NUMBERS) else "string"
