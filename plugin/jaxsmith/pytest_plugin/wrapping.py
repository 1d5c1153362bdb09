"""Whether the text of a definition tells all about an object, or something was wrapped around it.

``jax.vmap(f)`` and ``jax.grad(f)`` keep ``f`` as their ``__wrapped__``, like a decorator does: the
text of ``f`` would pass for theirs.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from types import FunctionType, MethodType


def own_function(value: object) -> FunctionType | None:
    """The function whose definition, with its decorators, is the text of this object.

    None for what no definition shows: methods, which need their object, partial functions, what a
    transformation returned, functions with derivative rules that were added after the definition.
    """
    chain = _chain(value)
    plain = chain[-1]
    if not isinstance(plain, FunctionType) or any(map(_says_too_little, chain)):
        return None
    # What a jitted function computes is told by the function.
    outer = next(i for i, layer in enumerate(chain) if not _is_jitted(layer))
    layers = len(chain) - 1 - outer
    if not layers:
        return plain
    nested = "<locals>" in plain.__qualname__
    bound = plain.__globals__.get(plain.__name__)
    if not nested and not any(bound is layer for layer in chain[: outer + 1]):
        return None
    return plain if layers <= _decorators(plain) else None


def is_plain_node(kind: type) -> bool:
    """Whether the text of a class is all that JAX needs to take it for a node of a pytree."""
    if "<locals>" in kind.__qualname__:
        return False  # the text may use what only that function knew
    if issubclass(kind, tuple):
        return hasattr(kind, "_fields")
    definition = _parsed(kind)
    # Registered elsewhere, the text would lack it.
    return isinstance(definition, ast.ClassDef) and any(
        "register" in ast.unparse(decorator) for decorator in definition.decorator_list
    )


def _chain(value: object) -> list[object]:
    chain = [value]
    while (inner := getattr(chain[-1], "__wrapped__", None)) is not None and len(chain) < 100:
        chain.append(inner)
    return chain


def _says_too_little(layer: object) -> bool:
    # `custom_jvp` and `custom_vjp` get their rules by calls that stand elsewhere.
    return isinstance(layer, MethodType) or type(layer).__name__.startswith("custom_")


def _is_jitted(layer: object) -> bool:
    return type(layer).__name__ == "PjitFunction"


def _decorators(function: FunctionType) -> int:
    definition = _parsed(function)
    return len(definition.decorator_list) if isinstance(definition, ast.FunctionDef) else 0


def _parsed(thing: FunctionType | type) -> ast.stmt | None:
    try:
        return ast.parse(textwrap.dedent(inspect.getsource(thing))).body[0]
    except (OSError, TypeError, SyntaxError, IndexError):
        return None
