"""Operations that no program draws: they stand for a whole function, written by hand or derived."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxsmith.vocabulary import spans
from jaxsmith.vocabulary.accuracy import EQUAL
from jaxsmith.vocabulary.interval import Interval
from jaxsmith.vocabulary.op import Op

if TYPE_CHECKING:
    from jaxsmith.vocabulary.accuracy import Accuracy
    from jaxsmith.vocabulary.op import Proposal, Scope, Smoothness

ANYTHING = Interval(float("-inf"), float("inf"))
"""The range of a result of which nothing is known."""


def fixed_op(
    name: str,
    family: str,
    *,
    jax: str,
    numpy: str,
    accuracy: Accuracy = EQUAL,
    smooth: Smoothness = "smooth",
    control: str = "",
    helpers: tuple[str, ...] = (),
) -> Op:
    """A row for one equation of one function; nothing draws it."""
    return Op(
        name, family, jax, numpy, _nothing, spans.keep, accuracy, smooth=smooth, control=control,
        helpers=helpers,
    )  # fmt: skip


def _nothing(_scope: Scope, _op: Op) -> Proposal | None:
    return None


def returns(structure: object) -> str:
    """The template that puts leaves, in JAX's order, into a tree with ``"*"`` for a leaf."""
    return _returns(structure, 0)[0]


def target(structure: object) -> str:
    """The template for such a tree on the left of an assignment, without needless brackets."""
    template = returns(structure)
    return template[1:-1] if isinstance(structure, tuple) and len(structure) > 1 else template


def _returns(tree: object, start: int) -> tuple[str, int]:
    """The template for leaves from number ``start`` on, and the number after them."""
    if tree is None:
        return "None", start
    if not isinstance(tree, tuple | list | dict):
        return f"{{{start}}}", start + 1
    parts = []
    for branch in [tree[key] for key in sorted(tree)] if isinstance(tree, dict) else tree:
        part, start = _returns(branch, start)
        parts.append(part)
    if isinstance(tree, dict):
        pairs = zip(sorted(tree), parts, strict=True)
        return "{{" + ", ".join(f'"{key}": {part}' for key, part in pairs) + "}}", start
    inside = ", ".join(parts)
    if isinstance(tree, list):
        return f"[{inside}]", start
    return f"({inside},)" if len(parts) == 1 else f"({inside})", start
