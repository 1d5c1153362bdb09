"""What a ``-m`` expression asks about, and whether it can be true at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import _pytest.mark.expression
from _pytest.mark.expression import Expression

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# pytest 8 has an error of its own for a syntax error.
_REFUSED = (SyntaxError, getattr(_pytest.mark.expression, "ParseError", SyntaxError))


def parse(text: str) -> Expression | None:
    """The expression as pytest reads it; None where there is none or pytest will refuse it.

    pytest reports a syntax error in its own words later, for every session alike.
    """
    if not text:
        return None
    try:
        return Expression.compile(text)
    except _REFUSED:
        return None


def names(expression: Expression) -> frozenset[str]:
    """Every name on which the expression's truth can depend."""
    return frozenset(name for _, answers in _branches(expression, {}) for name in answers)


def satisfiable(expression: Expression, facts: Mapping[str, bool]) -> bool:
    """Whether the names that ``facts`` leaves open can be answered to make the expression true."""
    return any(truth for truth, _ in _branches(expression, facts))


class _Undecided(Exception):  # noqa: N818 - a question, not an error
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def _branches(
    expression: Expression, answers: Mapping[str, bool]
) -> Iterator[tuple[bool, Mapping[str, bool]]]:
    """The leaves of the expression's decision tree: its truth, and the answers that led there.

    pytest's own evaluator short-circuits, so a name is asked about only where it matters; that
    keeps the tree near linear for what people type, and needs nothing private of pytest 8 or 9.
    """

    def marked(name: str, /, **arguments: str | int | bool | None) -> bool:
        if arguments:
            return False  # the markers of a corpus take no arguments
        if name not in answers:
            raise _Undecided(name)
        return answers[name]

    try:
        yield expression.evaluate(marked), answers
    except _Undecided as question:
        name = question.name
    else:
        return
    for answer in (True, False):
        yield from _branches(expression, {**answers, name: answer})
