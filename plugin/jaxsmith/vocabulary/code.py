"""Pieces of Python with the precedence that decides where parentheses go.

A row spells an operation as a template: ``"jnp.sum({0}, axis={axis})"`` or ``"{0:add} + {1:mul}"``.
A placeholder may name the loosest precedence that stands there without parentheses.
"""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# Python's precedence, loosest first (reference manual, section 6.17).
_PRECEDENCE = (
    "lambda", "ternary", "or", "and", "not", "compare", "bitor", "bitxor", "bitand", "shift", "add",
    "mul", "unary", "power", "atom",
)  # fmt: skip
LEVELS = {name: level for level, name in enumerate(_PRECEDENCE)}
ATOM = LEVELS["atom"]

OPERATOR_LEVELS = {
    "+": "add", "-": "add", "*": "mul", "/": "mul", "//": "mul", "%": "mul", "@": "mul",
    "**": "power", "<<": "shift", ">>": "shift", "&": "bitand", "^": "bitxor", "|": "bitor",
    "<": "compare", "<=": "compare", ">": "compare", ">=": "compare", "==": "compare",
    "!=": "compare",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Code:
    """An expression's text and its precedence."""

    text: str
    level: int = ATOM

    def __format__(self, spec: str) -> str:
        return self.text if not spec or self.level >= LEVELS[spec] else f"({self.text})"

    def __str__(self) -> str:
        return self.text


def infix(operator: str) -> str:
    """The template of a binary operator, with parentheses only where Python needs them."""
    own = OPERATOR_LEVELS[operator]
    tighter = next(name for name, level in LEVELS.items() if level == LEVELS[own] + 1)
    left, right = own, tighter
    if own == "power":  # binds to the right, and less tightly than a unary operator on its right
        left, right = "atom", "unary"
    if own == "compare":  # a chain of comparisons would mean something else
        left = tighter
    return f"{{0:{left}}} {operator} {{1:{right}}}"


def fill(template: str, operands: list[Code], attributes: Mapping[str, object]) -> str:
    """A template with its operands and attributes in place.

    ``{*}`` stands for all operands, separated by commas; ``{1*}`` for those from 1 on.

    Raises:
        LookupError: if the template names an operand or attribute that is not there.
    """
    if "*}" in template:
        template = _ALL_FROM.sub(
            lambda found: ", ".join(f"{{{i}}}" for i in range(int(found[1] or 0), len(operands))),
            template,
        )
    if " ** " in template and _are_hugged(template, operands):
        template = _POWER.sub("**", template)  # as formatters hug a power of simple operands
    parts: list[str] = []
    for text, key, spec in _parsed(template):
        parts.append(text)
        if key is not None:
            value = operands[int(key)] if key.isdigit() else attributes[key]
            parts.append(format(value, spec))
    return "".join(parts)


@lru_cache(maxsize=8192)
def _parsed(template: str) -> tuple[tuple[str, str | None, str], ...]:
    fields = string.Formatter().parse(template)
    return tuple((text, key, spec or "") for text, key, spec, _ in fields)


_ALL_FROM = re.compile(r"\{(\d*)\*\}")
_SIMPLE = re.compile(r"-?[\w.]+")
_POWER = re.compile(r"(?<=[\w}]) \*\* (?=\{|-?[\d.])")
_EXPONENT = re.compile(r" \*\* \{(\d+)")
_CHAIN = re.compile(r"-?[\w.]+ ?\*\*.*", re.DOTALL)


def _are_hugged(template: str, operands: list[Code]) -> bool:
    """Whether all are simple; the exponent may be a power that begins with what is."""
    exponent = _EXPONENT.search(template)
    for position, operand in enumerate(operands):
        on_the_right = exponent is not None and position == int(exponent[1])
        chains = on_the_right and operand.level == LEVELS["power"]
        if not (_CHAIN if chains else _SIMPLE).fullmatch(operand.text):
            return False
    return True
