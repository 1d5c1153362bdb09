"""The arguments of a call, as JAX takes them: leaf by leaf, on the host, each with a name."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp

from jaxsmith.stages import compat
from jaxsmith.stages.errors import StageError
from jaxsmith.stages.leaves import on_host
from jaxsmith.stages.normal import normalise

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np

    from jaxsmith.stages.extracted import Extracted
    from jaxsmith.stages.statics import StaticArguments


@dataclass(frozen=True, slots=True)
class Arguments:
    """One call's arguments.

    Attributes:
        names: a name for each leaf that is not static, such as ``"params['w']"``.
        leaves: these leaves on the host, rounded to the dtypes that JAX gives them.
        static: the text of each static argument, by name.
    """

    names: tuple[str, ...]
    leaves: tuple[np.ndarray[Any, Any], ...]
    static: Mapping[str, str]
    _args: tuple[Any, ...] = field(repr=False)
    _kwargs: Mapping[str, Any] = field(repr=False)
    _static: StaticArguments = field(repr=False)

    def mapped(self, change: Callable[[Any], Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The call, positional and by name, with every leaf changed; static values as they are."""
        return self._static.map(change, self._args, self._kwargs)


def arguments_of(
    extracted: Extracted,
    fn: Callable[..., object],
    args: tuple[object, ...],
    kwargs: Mapping[str, object],
) -> Arguments:
    """The arguments of a call of the function that was extracted, in the order of its inputs.

    Args:
        extracted: tells which arguments are static, and whether 64-bit types exist.
        fn: the function; its signature gives the names.
        args: positional arguments, with values.
        kwargs: keyword arguments, likewise.

    Raises:
        StageError: stage ``"run"``, when an argument has a type but no values.
    """
    ordered = {name: kwargs[name] for name in sorted(kwargs)}
    with compat.enable_x64(bool(extracted.config["x64"])):
        host, keywords = extracted.static.map(_on_host, args, ordered)
    positions = extracted.static.positions(len(args))
    named = dict(zip(_names(fn, len(args)), host, strict=True))
    fixed = {name for i, name in enumerate(named) if i in positions}
    fixed |= extracted.static.argnames & keywords.keys()
    named |= keywords
    found = [
        (name + jax.tree_util.keystr(path), leaf)
        for name, value in named.items()
        if name not in fixed
        for path, leaf in jax.tree_util.tree_leaves_with_path(value)
    ]
    return Arguments(
        names=tuple(name for name, _ in found),
        leaves=tuple(leaf for _, leaf in found),
        static={name: normalise(repr(value)) for name, value in named.items() if name in fixed},
        _args=host,
        _kwargs=keywords,
        _static=extracted.static,
    )


def _on_host(leaf: Any) -> np.ndarray[Any, Any]:
    if isinstance(leaf, jax.ShapeDtypeStruct):
        raise StageError("run", f"{leaf} has no values to call the function with")
    return on_host(jnp.asarray(leaf))


def _names(fn: Callable[..., object], count: int) -> list[str]:
    """The names of the positional arguments; numbered where ``*args`` takes them."""
    try:
        parameters = list(inspect.signature(fn).parameters.values())
    except (TypeError, ValueError):
        parameters = []  # some callables have no signature
    single = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    named = [parameter.name for parameter in parameters if parameter.kind in single]
    return [named[i] if i < len(named) else f"arg{i}" for i in range(count)]
