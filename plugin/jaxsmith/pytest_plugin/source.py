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
from importlib.metadata import packages_distributions
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING

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
        function: a function written in Python; ``jax.jit`` and other wrappers that keep
            ``__wrapped__`` are looked through, decorators that stand above it stay.
        name: the name that the text is to give it; by default its own.
    """
    imported = _import_of(function, name)
    if imported is not None:
        return ClosedSource(f"{imported}\n", name or function.__name__, ())
    plain = inspect.unwrap(function)
    if not isinstance(plain, FunctionType):
        return ClosedSource("", "", (f"{type(plain).__name__} objects have no source",))
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
        scope = {**vars(builtins), **function.__globals__, **_cells(function)}
        statements = _import_statements(function)
        for used in _global_names(text):
            self._add_name(used, scope, statements)
        self.functions.append(text)
        return name

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
        elif (plain := _own_function(value)) is not None:
            self.add_function(plain, name)
        elif _is_literal(value):
            self.constants.append(f"{name} = {value!r}")
        else:
            self.missing.append(f"{name}: a {type(value).__name__} has no source text")


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


def _own_function(value: object) -> FunctionType | None:
    plain = inspect.unwrap(value) if callable(value) else None
    return plain if isinstance(plain, FunctionType) else None


def _definition(function: FunctionType, name: str) -> str:
    """The text of one function, as a statement that binds ``name``."""
    text = textwrap.dedent(inspect.getsource(function)).strip()
    if function.__name__ == "<lambda>":
        return f"{name} = {_lambda_text(text)}"
    definition = ast.parse(text).body[0]
    if not isinstance(definition, ast.FunctionDef):
        raise ValueError("not a function definition")
    if definition.name != name:
        return f"{text}\n\n\n{name} = {definition.name}"
    return text


def _lambda_text(statement: str) -> str:
    """The only lambda of a statement; a lambda's own extent isn't known to ``inspect``."""
    lambdas = [node for node in ast.walk(ast.parse(statement)) if isinstance(node, ast.Lambda)]
    if len(lambdas) != 1:
        raise ValueError(f"{len(lambdas)} lambdas in one statement")
    return ast.unparse(lambdas[0])


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


def _import_statements(function: FunctionType) -> dict[str, str]:
    """The imports of installed packages in the function's module, by the name they bind."""
    module = sys.modules.get(function.__module__)
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
    return frozenset(packages_distributions())


def _is_literal(value: object) -> bool:
    try:
        same: object = ast.literal_eval(repr(value)) == value
    except (ValueError, SyntaxError, TypeError, MemoryError):
        return False
    return same is True
