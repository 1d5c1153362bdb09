"""The NumPy spelling of an equation as a callable: the very text that the reference contains."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import linalg, special  # type: ignore[import-untyped]

from jaxsmith.verdict.noise import NoisyModule
from jaxsmith.vocabulary.code import Code, fill

if TYPE_CHECKING:
    from collections.abc import Callable

    from jaxsmith.program.graph import Eqn

NAMESPACE: dict[str, Any] = {
    "np": NoisyModule(np),
    "linalg": NoisyModule(linalg),
    "special": NoisyModule(special),
}


def spelled(eqn: Eqn, namespace: dict[str, Any]) -> Callable[..., list[Any]]:
    """A function of the operands' values that returns the outputs' values as a list.

    ``namespace`` holds the helper functions that the spelling may call.
    """
    return region_call(eqn, namespace, {})


def region_call(
    eqn: Eqn, namespace: dict[str, Any], regions: dict[str, Callable[..., Any]]
) -> Callable[..., list[Any]]:
    """The same for an equation that calls functions, given as ``{"r0": function, ...}``."""
    names = [f"operand{i}" for i in range(len(eqn.operands))]
    template = str(eqn.attributes.get("numpy_template", eqn.op.numpy))
    attributes = {**eqn.attributes, **{name: name for name in regions}}
    text = fill(template, [Code(name) for name in names], attributes)
    code = _compiled(f"lambda {', '.join([*names, *regions])}: {text}")
    function = eval(code, namespace)
    single = len(eqn.outputs) == 1 and "unpack" not in eqn.attributes

    def call(*values: Any) -> list[Any]:
        result = function(*values, *regions.values())
        return [result] if single else _flat(result)

    return call


def _flat(tree: Any) -> list[Any]:
    if isinstance(tree, dict):
        return [leaf for key in sorted(tree) for leaf in _flat(tree[key])]
    if isinstance(tree, (tuple, list)):
        return [leaf for branch in tree for leaf in _flat(branch)]
    return [tree]


@lru_cache(maxsize=4096)
def _compiled(text: str) -> Any:
    return compile(text, "<spelling>", "eval")
