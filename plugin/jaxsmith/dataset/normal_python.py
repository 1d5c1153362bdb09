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
from functools import lru_cache
from typing import TYPE_CHECKING

from jaxsmith.dataset.digest import digest

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    Put = Callable[[str], None]

_NUMBERS = (int, float, complex)
_DEFINITIONS = (ast.FunctionDef, ast.ClassDef)
_BINDERS = (ast.FunctionDef, ast.ClassDef, ast.arg)
_LAYOUT = frozenset({"ctx", "type_comment", "type_ignores", "kind", "type_params"})


def normal_python(source: str) -> str:
    """What is left of a source; not Python, but equal for sources that mean to be alike.

    Raises:
        SyntaxError: the source is no Python.
    """
    tree, bound = parsed(source)
    return _text(tree, _Names(bound))


def normal_definitions(source: str) -> list[str]:
    """What is left of each function and class at the top level of a source, in order.

    The name of one that was defined before stands for what it is: two functions are alike where
    what they call is alike too.

    Raises:
        SyntaxError: the source is no Python.
    """
    tree, bound = parsed(source)
    known: dict[str, str] = {}
    found: list[str] = []
    for node in tree.body:
        if isinstance(node, _DEFINITIONS):
            found.append(_text(node, _Names(bound - {*known}, known)))
            known[node.name] = digest(found[-1]).hex()
    return found


@lru_cache(maxsize=1)  # whoever looks at a source looks at it in several ways
def parsed(source: str) -> tuple[ast.Module, frozenset[str]]:
    """The tree of a source, and the names that it binds: functions, arguments, variables.

    Raises:
        SyntaxError: the source is no Python.
    """
    tree = ast.parse(source)
    return tree, frozenset(name for node in ast.walk(tree) if (name := _binds(node)))


class _Names:
    """Replaces bound names by their places, known ones by what they stand for; others stay."""

    def __init__(self, bound: Collection[str], known: Mapping[str, str] | None = None) -> None:
        self._bound = bound
        self._places: dict[str, str] = dict(known or {})

    def __getitem__(self, name: str) -> str:
        if name in self._places:
            return self._places[name]
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


def _text(node: ast.AST, names: _Names) -> str:
    found: list[str] = []
    _tokens(node, names, found.append)
    return " ".join(found)


def _tokens(node: ast.AST, names: _Names, put: Put) -> None:
    match node:
        case ast.Name(id=name):
            put(names[name])
        case ast.Constant(value=value):
            put(_literal(value))
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=ast.Constant(value=value)):
            put(_literal(value))
        case ast.Expr(value=ast.Constant()):
            return
        case _:
            # The brackets keep apart trees that read the same when flattened.
            put(f"{type(node).__name__}(")
            for field in node._fields:
                _part(_named(node, field, names), names, put)
            put(")")


def _named(node: ast.AST, field: str, names: _Names) -> object:
    """A field of a node; the name that a definition binds is a plain string, unlike in its uses."""
    value: object = None if field in _LAYOUT else getattr(node, field, None)
    is_binding = isinstance(node, _BINDERS) and field in ("name", "arg")
    return names[str(value)] if is_binding else value


def _part(value: object, names: _Names, put: Put) -> None:
    if isinstance(value, ast.AST):
        _tokens(value, names, put)
    elif isinstance(value, list):
        put("[")
        for item in value:
            _part(item, names, put)
        put("]")
    else:
        put(str(value))


def _literal(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return repr(value)
    return "number" if isinstance(value, _NUMBERS) else "string"
