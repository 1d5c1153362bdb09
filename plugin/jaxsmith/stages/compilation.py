"""One function on its way through JAX, with every form of it kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jax

from jaxsmith.stages.errors import guard

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from jax.stages import Compiled, Lowered, Traced, Wrapped

# jax.stages.Wrapped would also match a jitted method bound to its object, whose `trace` is that of
# the function and knows nothing of the object.
_JITTED = type(jax.jit(lambda: None))


@dataclass(frozen=True, slots=True)
class Compilation:
    """A function traced, lowered and compiled, each once, for one set of arguments."""

    traced: Traced
    lowered: Lowered
    compiled: Compiled


def as_jitted(
    fn: Callable[..., object],
    static_argnums: int | Sequence[int] = (),
    static_argnames: str | Sequence[str] = (),
) -> Wrapped:
    """The function under ``jax.jit``; one already jitted is taken as it is.

    Static arguments asked for a jitted function add a jit around it.

    Raises:
        StageError: stage ``"trace"``, when ``jax.jit`` refuses the function or the arguments.
    """
    asked = {"static_argnums": static_argnums, "static_argnames": static_argnames}
    # JAX infers one from the other only where the other is left out.
    static: dict[str, Any] = {name: value for name, value in asked.items() if value != ()}
    if isinstance(fn, _JITTED) and not static:
        return fn
    with guard("trace"):
        return jax.jit(fn, **static)


def compile_once(
    jitted: Wrapped, args: tuple[object, ...], kwargs: Mapping[str, object]
) -> Compilation:
    """Trace, lower and compile.

    Raises:
        StageError: the function failed in the stage that the error names.
    """
    with guard("trace"):
        traced = jitted.trace(*args, **kwargs)
    with guard("lower"):
        lowered = traced.lower()
    with guard("compile"):
        compiled = lowered.compile()
    return Compilation(traced, lowered, compiled)
