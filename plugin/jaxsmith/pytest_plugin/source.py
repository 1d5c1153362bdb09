"""The complete source of a user's function: its text with all that it refers to.

A function of a project lives among imports, constants and helpers. A record needs text that gives
the function when it runs in an empty namespace, so what the function refers to is gathered: imports
of installed packages as import statements, constants as literals, helpers as their own source.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import keyword
import symtable
import sys
import textwrap
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import distribution, packages_distributions
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING

from jaxsmith.pytest_plugin.wrapping import is_plain_node, own_function

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, slots=True)
class ClosedSource:
    """Source text, the name under which it defines the function, and what it lacks.

    ``missing`` has one line for each thing that could not be turned into text; where it is empty,
    the text is complete.
    """

    text: str
    name: str
    missing: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether the text gives the function in an empty namespace."""
        return not self.missing


def closed_source(function: Callable[..., object], name: str | None = None) -> ClosedSource:
    """Gather the source of a function and of everything it refers to in its project.

    Args:
        function: a function written in Python. ``jax.jit`` is looked through, and so are
            decorators that stand above the definition, for they are part of its text.
        name: the name that the text is to give it; by default its own.
    """
    imported = _import_of(function, name)
    if imported is not None:
        return ClosedSource(f"{imported}\n", name or function.__name__, ())
    plain = own_function(function)
    if plain is None:
        kind = type(function).__name__
        known = name or _identifier(getattr(function, "__name__", kind))
        return ClosedSource("", known, (f"{known}: no text shows how this {kind} was made",))
    closure = _Closure()
    name = closure.add_function(plain, name or _identifier(plain.__name__))
    parts = (sorted(closure.imports), closure.constants, closure.functions)
    text = "\n\n\n".join("\n".join(part) for part in parts[:2] if part)
    text = "\n\n\n".join([*([text] if text else []), *parts[2]]) + "\n"
    return ClosedSource(text, name, tuple(closure.missing))


@dataclass(slots=True)
class _Closure:
    """What was gathered so far; ``bound`` guards against gathering a name twice."""

    imports: list[str] = field(default_factory=list)
    constants: list[str] = field(default_factory=list)
    functions: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    bound: dict[str, object] = field(default_factory=dict)

    def add_function(self, function: FunctionType, name: str) -> str:
        self.bound[name] = function
        try:
            text = _definition(function, name)
        except (OSError, TypeError, SyntaxError, ValueError) as error:
            self.missing.append(f"{name}: its source can't be read ({error})")
            return name
        self._add_text(text, {**function.__globals__, **_cells(function)}, function.__module__)
        return name

    def add_class(self, kind: type, name: str) -> None:
        try:
            text = _definition(kind, name)
        except (OSError, TypeError, SyntaxError, ValueError) as error:
            self.missing.append(f"{name}: its source can't be read ({error})")
            return
        self._add_text(text, vars(sys.modules[kind.__module__]), kind.__module__)

    def _add_text(self, text: str, scope: Mapping[str, object], module: str) -> None:
        imports = _import_statements(module)
        for used in _global_names(text):
            self._add_name(used, {**vars(builtins), **scope}, imports)
        self.functions.append(text)

    def _add_name(self, name: str, scope: Mapping[str, object], imports: Mapping[str, str]) -> None:
        if name not in scope:
            return  # Python itself would raise NameError there: not ours to judge
        value = scope[name]
        if name in self.bound:
            if self.bound[name] is not value:
                self.missing.append(f"{name}: two helpers mean different things by it")
            return
        if getattr(builtins, name, None) is value:
            return
        self.bound[name] = value
        if name in imports:
            self.imports.append(imports[name])
        elif (imported := _import_of(value, name)) is not None:
            self.imports.append(imported)
        elif (plain := own_function(value)) is not None:
            self.add_function(plain, name)
        elif isinstance(value, type) and is_plain_node(value):
            self.add_class(value, name)
        elif _is_literal(value):
            self.constants.append(f"{name} = {value!r}")
        else:
            self.missing.append(f"{name}: no text shows how this {type(value).__name__} was made")


def _import_of(value: object, name: str | None) -> str | None:
    """The statement that imports a module, or a thing of a module, that readers have installed."""
    if isinstance(value, ModuleType):
        return f"import {value.__name__} as {name}" if _installed(value.__name__) else None
    home, own = getattr(value, "__module__", None), getattr(value, "__name__", None)
    if not isinstance(home, str) or not isinstance(own, str) or not _installed(home):
        return None
    if getattr(sys.modules.get(home), own, None) is not value:
        return None
    return f"from {home} import {own}" + (f" as {name}" if name not in (None, own) else "")


def _definition(function: FunctionType | type, name: str) -> str:
    """The text of one function or class, as a statement that binds ``name``."""
    if isinstance(function, FunctionType) and function.__name__ == "<lambda>":
        return f"{name} = {_lambda_text(function)}"
    text = textwrap.dedent(inspect.getsource(function)).strip()
    definition = ast.parse(text).body[0]
    if not isinstance(definition, ast.FunctionDef | ast.ClassDef):
        raise ValueError("not a definition")
    if definition.name != name:
        return f"{text}\n\n\n{name} = {definition.name}"
    return text


def _lambda_text(function: FunctionType) -> str:
    """The text of a lambda, found by where its instructions come from.

    ``inspect`` gives the lines that it starts on, which may hold several and end in the middle.
    """
    lines, _ = inspect.findsource(function)
    first, last = _extent(function)
    around = [
        node
        for node in ast.walk(ast.parse("".join(lines)))
        if isinstance(node, ast.Lambda)
        and (node.body.lineno, node.body.col_offset) <= first
        and last <= (node.body.end_lineno or 0, node.body.end_col_offset or 0)
    ]
    if not around:
        raise ValueError("its file has changed")
    inmost = max(around, key=lambda node: (node.body.lineno, node.body.col_offset))
    return ast.unparse(inmost)


def _extent(function: FunctionType) -> tuple[tuple[int, int], tuple[int, int]]:
    """The first and the last place, line and column, that the instructions come from."""
    places = [
        ((line, column), (end_line, end_column))
        for line, end_line, column, end_column in function.__code__.co_positions()
        # The instruction that opens a frame has a place of no width.
        if line and end_line and column is not None and end_column
    ]
    return min(first for first, _ in places), max(last for _, last in places)


def _identifier(name: str) -> str:
    return name if name.isidentifier() and not keyword.iskeyword(name) else "function"


def _global_names(text: str) -> list[str]:
    """Names that the text looks up outside itself, in order of the alphabet."""
    module = symtable.symtable(text, "<function>", "exec")
    defined = {symbol.get_name() for symbol in module.get_symbols() if symbol.is_assigned()}
    found: set[str] = set()
    tables = [module]
    while tables:
        table = tables.pop()
        found.update(
            symbol.get_name()
            for symbol in table.get_symbols()
            if symbol.is_referenced() and (symbol.is_global() or table is module)
        )
        tables.extend(table.get_children())
    return sorted(found - defined)


def _cells(function: FunctionType) -> dict[str, object]:
    """The values of a function's free variables, as they are now."""
    filled: dict[str, object] = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        if cell != type(cell)():  # an empty cell has no value to read
            filled[name] = cell.cell_contents
    return filled


def _import_statements(home: str) -> dict[str, str]:
    """The imports of installed packages in a module, by the name they bind."""
    module = sys.modules.get(home)
    try:
        tree = ast.parse(inspect.getsource(module)) if module else ast.Module([], [])
    except (OSError, TypeError):
        return {}  # no text to find them in; each name is then judged by its value
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            origins = [(alias, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            origins = [(alias, node.module) for alias in node.names]
        else:
            continue
        for alias, origin in origins:
            if not _installed(origin):
                continue
            single = (
                ast.Import([alias])
                if isinstance(node, ast.Import)
                else ast.ImportFrom(node.module, [alias], 0)
            )
            found[alias.asname or alias.name.split(".")[0]] = ast.unparse(single)
    return found


def _installed(module: str) -> bool:
    """Whether a reader of the record has the module too, having installed packages."""
    top = module.split(".")[0]
    return top in sys.stdlib_module_names or top in _distributed()


@cache
def _distributed() -> frozenset[str]:
    packages = packages_distributions()
    return frozenset(name for name in packages if not any(map(_is_local, packages[name])))


def _is_local(name: str) -> bool:
    """Whether a distribution was installed from a folder, such as the project under test.

    pip and uv note it as PEP 610 says. Nobody else can import it: its source is gathered.
    """
    return '"dir_info"' in (distribution(name).read_text("direct_url.json") or "")


def _is_literal(value: object) -> bool:
    try:
        same: object = ast.literal_eval(repr(value)) == value
    except Exception:  # both are the value's own, which may raise anything
        return False
    return same is True
