"""A function run as it is written, operation by operation: JAX's other opinion of what it gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp

from jaxsmith.stages.errors import StageError, one_line
from jaxsmith.stages.leaves import Flat, flatten
from jaxsmith.stages.setting import settled

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jaxsmith.stages.extracted import Extracted


def run_eagerly(
    extracted: Extracted,
    fn: Callable[..., object],
    args: tuple[object, ...],
    kwargs: Mapping[str, object],
) -> Flat:
    """Call the function that was extracted without compiling it, nor a jitted one that it calls.

    Args:
        extracted: tells which arguments are static, and whether 64-bit types exist.
        fn: the function.
        args: positional arguments; what isn't static becomes JAX arrays, as it would compiled.
        kwargs: keyword arguments, likewise.

    Raises:
        StageError: stage ``"eager"``, when the function raises.
    """
    with settled(x64=bool(extracted.config["x64"])), jax.disable_jit():
        try:
            # A NumPy array has no `.at`, and indexes by other rules than a JAX array.
            positional, named = extracted.static.map(jnp.asarray, args, kwargs)
            return flatten(jax.tree.map(jnp.asarray, fn(*positional, **named)))
        except Exception as error:
            detail = f"compiled it runs, operation by operation it raises {one_line(error)}"
            raise StageError("eager", detail) from error
