"""A disagreement as a script of its own, which needs only JAX and NumPy."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jaxsmith.program.function import Function
    from jaxsmith.sample.sets import InputSet
    from jaxsmith.verdict.expectation import Expectation

# The largest array that is written out; of larger ones the script would be no longer readable.
MOST_ELEMENTS = 4096


@dataclass(frozen=True, slots=True)
class Facts:
    """What a reader must know beside the program.

    Attributes:
        id: of the function that it was found by.
        reason: one of ``jaxsmith.record.REASONS``.
        versions: of what was used, by name.
        flags: the value of ``XLA_FLAGS`` that it was found with.
    """

    id: str
    reason: str
    versions: Mapping[str, str]
    flags: str = ""


def script(
    function: Function, inputs: InputSet, expectation: Expectation | None, facts: Facts
) -> str | None:
    """The text of the script, or None where an array is too large to be written out.

    Args:
        function: what disagrees.
        inputs: on what it does.
        expectation: what is expected; None where the function raises.
        facts: what it was found with.
    """
    expected = () if expectation is None else expectation.values
    if any(np.size(array) > MOST_ELEMENTS for array in (*inputs.arrays, *expected)):
        return None
    versions = ", ".join(f"{name} {version}" for name, version in facts.versions.items())
    lines = [f'"""Found by jaxsmith: {facts.id}, {facts.reason}.', "", versions, '"""', ""]
    if facts.flags:
        lines += ["import os", "", f'os.environ["XLA_FLAGS"] = {facts.flags!r}', ""]
    lines += ["import numpy as np", function.source_code.rstrip("\n"), "", ""]
    if function.x64:
        lines.append('jax.config.update("jax_enable_x64", True)')
    numbers = _tuple("inputs", inputs.arrays)
    numbers.append(f"found = jax.tree.leaves(jax.jit({function.name})(*inputs))")
    if expectation is not None:
        numbers += _tuple("expected", expected, wide=True)
        bounds = (float(np.max(bound, initial=0.0)) for bound in expectation.bounds)
        numbers += [f"bounds = [{', '.join(map(repr, bounds))}]", *_SHOW]
    if any(_ODD.search(line) for line in numbers):
        lines.append("nan, inf = np.nan, np.inf")
    return "\n".join([*lines, *numbers]) + "\n"


_ODD = re.compile(r"\b(nan|inf)\b")
_SHOW = (
    "for leaf, right, bound in zip(found, expected, bounds, strict=True):",
    '    print("gives   ", np.asarray(leaf).tolist())',
    '    print("expected", right.tolist(), "each off by", bound, "at most")',
)


def _tuple(name: str, arrays: Sequence[Any], *, wide: bool = False) -> list[str]:
    """An assignment of a tuple of arrays: JAX's, or with ``wide`` NumPy's in float64."""
    rows = [f"    {_literal(np.asarray(array), wide=wide)}," for array in arrays]
    return [f"{name} = (", *rows, ")"]


def _literal(array: Any, *, wide: bool) -> str:
    if wide:
        return f"np.array({array.tolist()!r})" if array.size else f"np.zeros({array.shape})"
    if not array.size:
        return f"jnp.zeros({array.shape}, jnp.{array.dtype})"
    values = array.tolist() if array.dtype.kind != "V" else array.astype(np.float64).tolist()
    name = "bool_" if array.dtype.kind == "b" else str(array.dtype)
    return f"jnp.array({values!r}, jnp.{name})"
