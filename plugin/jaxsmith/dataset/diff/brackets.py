"""Text cut at places outside of all brackets and strings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_OPEN, _CLOSE = "([{<", ")]}>"
# An arrow, a comparison and a shift are no brackets. A primed string needs no word before it:
# variables of a jaxpr may be called a'.
_TOKEN = re.compile(r"""->|<-|"(?:[^"\\]|\\.)*"|(?<!\w)'(?:[^'\\\n]|\\.)*'|[([{<)\]}>]""")


def depths(text: str, start: int = 0) -> Iterator[tuple[int, int]]:
    """The position of each bracket from ``start`` on, and how deep the text is after it."""
    depth = 0
    for match in _TOKEN.finditer(text, start):
        token = match[0]
        if token in _OPEN:
            depth += 1
        elif token in _CLOSE:
            depth -= 1
        else:
            continue
        yield match.start(), depth


def closing(text: str, start: int) -> int:
    """The position of the bracket that closes the one at ``start``; the end if nothing does."""
    return next((place for place, depth in depths(text, start) if depth <= 0), len(text) - 1)


def outside(text: str, pattern: re.Pattern[str], start: int = 0) -> Iterator[re.Match[str]]:
    """The matches of a pattern that begin outside of all brackets and strings."""
    covered: list[tuple[int, int]] = []
    depth = 0
    for match in _TOKEN.finditer(text, start):
        token = match[0]
        if token in _OPEN:
            if depth == 0:
                covered.append((match.start(), len(text)))
            depth += 1
        elif token in _CLOSE:
            depth -= 1
            if depth == 0:
                covered[-1] = (covered[-1][0], match.end())
        elif depth == 0 and token[0] in "\"'":
            covered.append(match.span())
    spans = iter(covered)
    span = next(spans, None)
    for match in pattern.finditer(text, start):
        while span is not None and span[1] <= match.start():
            span = next(spans, None)
        if span is None or match.start() < span[0]:
            yield match


_COMMA = re.compile(r",\s*")


def split(text: str, separator: re.Pattern[str] = _COMMA) -> list[str]:
    """The pieces of a text between separators that stand outside of brackets and strings."""
    pieces = []
    start = 0
    for match in outside(text, separator):
        pieces.append(text[start : match.start()])
        start = match.end()
    return [piece for piece in [*pieces, text[start:]] if piece.strip()]
