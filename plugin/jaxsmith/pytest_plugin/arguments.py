"""The arguments of a project's function, as JAX takes them and as a reference does."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jaxsmith.verdict.reference import widen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np

    from jaxsmith.stages.statics import StaticArguments


@dataclass(frozen=True, slots=True)
class Arguments:
    """One call's arguments.

    Attributes:
        names: a name for each leaf that is not static, such as ``"params['w']"``.
        leaves: these leaves on the host, rounded to the dtypes that JAX gives them.
        positional: what a reference gets: NumPy arrays, floats widened; static values as they are.
        keywords: likewise.
    """

    names: tuple[str, ...]
    leaves: tuple[np.ndarray[Any, Any], ...]
    positional: tuple[Any, ...]
    keywords: dict[str, Any]


def arguments_of(
    fn: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
    static: StaticArguments,
    *,
    x64: bool,
) -> Arguments:
    """The arguments of a call of ``fn``, leaf by leaf in JAX's order."""
    import jax

    fixed = {number % len(args) for number in static.argnums if args}
    named = {name: kwargs[name] for name in sorted(kwargs)}
    with jax.enable_x64(x64):
        host = [arg if i in fixed else jax.tree.map(_host, arg) for i, arg in enumerate(args)]
        keywords = {
            name: value if name in static.argnames else jax.tree.map(_host, value)
            for name, value in named.items()
        }
    dynamic = {name: host[i] for i, name in enumerate(_names(fn, len(args))) if i not in fixed}
    dynamic |= {name: value for name, value in keywords.items() if name not in static.argnames}
    found = [
        (name + jax.tree_util.keystr(path), leaf)
        for name, value in dynamic.items()
        for path, leaf in jax.tree_util.tree_leaves_with_path(value)
    ]
    return Arguments(
        tuple(name for name, _ in found),
        tuple(leaf for _, leaf in found),
        tuple(arg if i in fixed else jax.tree.map(widen, arg) for i, arg in enumerate(host)),
        {
            name: value if name in static.argnames else jax.tree.map(widen, value)
            for name, value in keywords.items()
        },
    )


def _host(leaf: Any) -> Any:
    import jax.numpy as jnp

    from jaxsmith.stages.leaves import on_host

    return on_host(jnp.asarray(leaf))


def _names(fn: Callable[..., Any], count: int) -> list[str]:
    """The names of the positional arguments; numbered where ``*args`` takes them."""
    try:
        parameters = list(inspect.signature(fn).parameters.values())
    except (TypeError, ValueError):
        parameters = []  # some callables have no signature
    single = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    named = [parameter.name for parameter in parameters if parameter.kind in single]
    return [named[i] if i < len(named) else f"arg{i}" for i in range(count)]
