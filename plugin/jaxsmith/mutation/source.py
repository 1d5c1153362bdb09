"""Programs in Python: where they can be changed, and the change made in the text itself."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from jaxsmith.mutation.edit import Edit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Node = TypeVar("Node", bound=ast.AST)
Replacement = tuple[ast.expr, ast.expr | str]
"""An expression, and what takes its place."""

_HOLD_CODE = (ast.FunctionDef, ast.ClassDef, ast.Expr, ast.Assign, ast.AnnAssign)
# Whatever else stands alone in any place.
_COMPOUND = (ast.BinOp, ast.BoolOp, ast.UnaryOp, ast.Compare, ast.IfExp, ast.Lambda)


@dataclass(frozen=True, slots=True)
class Source:
    """A program in Python.

    Attributes:
        text: the program.
        name: the function that is called; others help it.
        outputs: the dtypes of what it returns.
    """

    text: str
    name: str = ""
    outputs: tuple[str, ...] = ()
    tree: ast.Module = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tree", ast.parse(self.text))

    @property
    def main(self) -> ast.FunctionDef | None:
        """The function that is called."""
        found = (node for node in self.tree.body if isinstance(node, ast.FunctionDef))
        return next((node for node in found if node.name == self.name), None)

    def edit(self, node: ast.expr, new: ast.expr | str) -> Edit:
        """The edit that puts an expression in the place of another."""
        lines = self.text.split("\n")
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        # Offsets count bytes.
        head = lines[node.lineno - 1].encode()[: node.col_offset].decode()
        tail = lines[node.end_lineno - 1].encode()[node.end_col_offset :].decode()
        changed = f"{head}{new if isinstance(new, str) else written(new)}{tail}"
        return Edit(node.lineno - 1, node.end_lineno, tuple(changed.split("\n")))


@dataclass(frozen=True, slots=True)
class SourceKind:
    """A row of the table: one way to change a program in Python.

    Attributes:
        name: the kind of mutation that it is counted under; several rows may share one.
        node: the class of the nodes of the syntax tree that it looks at.
        change: for such a node, the expressions to replace and what to put there, each a mutant.
    """

    name: str
    node: type[ast.AST]
    change: Callable[[ast.AST, Source], Iterator[Replacement]]


def row(
    name: str, node: type[Node], change: Callable[[Node, Source], Iterator[Replacement]]
) -> SourceKind:
    """A row whose function takes nodes of that class."""
    return SourceKind(name, node, change)  # type: ignore[arg-type]


def written(node: ast.expr) -> str:
    """The text of an expression, in parentheses where it must have them."""
    text = ast.unparse(node)
    return f"({text})" if isinstance(node, _COMPOUND) else text


def nodes(source: Source) -> Iterator[ast.AST]:
    """Every node inside a function, in order; neither decorators nor annotations."""
    for statement in source.tree.body:
        if isinstance(statement, _HOLD_CODE):
            yield from _inside(statement)


def _inside(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    for name, value in ast.iter_fields(node):
        if name in ("decorator_list", "annotation", "returns"):
            continue
        for child in value if isinstance(value, list) else [value]:
            # The pieces of an f-string have no place of their own in every Python.
            if isinstance(child, ast.AST) and not isinstance(child, ast.JoinedStr):
                yield from _inside(child)
