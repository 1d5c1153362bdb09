"""What a source asks of JAX that this version of it does not have."""

from __future__ import annotations

import ast
from functools import cache
from importlib import import_module

_ROOT = "jax"


def absent(source_code: str) -> str | None:
    """The first name of JAX in a source that this JAX lacks; None where it has them all.

    Names are looked up where the source takes them from a module (``jnp.linalg.svd``,
    ``from jax.scipy import fft``); what arrays and results are asked for is not.
    """
    tree = ast.parse(source_code)
    modules = _modules(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and _is_jax(node.module or ""):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Attribute) and (name := _dotted(node, modules)) is not None:
            names = [name]
        else:
            continue
        for name in names:
            if (missing := _missing(name)) is not None:
                return missing
    return None


def _modules(tree: ast.AST) -> dict[str, str]:
    """What of JAX a source imports, by the name that it gives it."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if _is_jax(alias.name):
                    bound = alias.asname or _ROOT
                    found[bound] = alias.name if alias.asname else _ROOT
        elif isinstance(node, ast.ImportFrom) and _is_jax(node.module or ""):
            for alias in node.names:
                found[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return found


def _is_jax(module: str) -> bool:
    return module.split(".")[0] == _ROOT


def _dotted(node: ast.expr, modules: dict[str, str]) -> str | None:
    """The full name of an attribute of something imported; None for one of anything else."""
    if isinstance(node, ast.Name):
        return modules.get(node.id)
    if isinstance(node, ast.Attribute):
        owner = _dotted(node.value, modules)
        return None if owner is None else f"{owner}.{node.attr}"
    return None


@cache
def _missing(name: str) -> str | None:
    """The part of a dotted name that there is not; None if there is all of it."""
    parts = name.split(".")
    value: object = import_module(parts[0])
    for place, part in enumerate(parts[1:], start=2):
        shown = ".".join(parts[:place])
        try:
            value = getattr(value, part)
        except AttributeError:
            try:
                value = import_module(shown)
            except ImportError:
                return shown
    return None
