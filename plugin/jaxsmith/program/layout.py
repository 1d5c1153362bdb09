"""Line breaking, as formatters of the Black family do it."""

from __future__ import annotations

import re
from itertools import pairwise

WIDTH = 88
INDENT = "    "
# What may stand between two links of a chain, and after the last.
_LINK = re.compile(r"(\.\w+)*")
_TAIL = re.compile(r"(\.\w+)?:?")
_OPEN = {"(": ")", "[": "]", "{": "}"}
_STRING = re.compile(r'"[^"]*"')


def fits(text: str) -> bool:
    """Whether a line of source is short enough."""
    return len(text) <= WIDTH


def breaks_well(text: str, depth: int) -> bool:
    """Whether a statement is short enough, or has one obvious place to break: a plain call."""
    if fits(INDENT * depth + text):
        return True
    _, mark, value = text.partition(" = ") if " = " in text else text.partition("return ")
    if not mark:
        return False
    commas = _top_level_commas(value)
    if text.startswith("return ") and commas:
        return all(breaks_well(f"return {part}", depth + 1) for part in _split(value))
    pairs = _pairs(value)
    whole = bool(pairs) and pairs[-1][1] == len(value) - 1
    return whole and not set(value[: pairs[0][0]]) & set(" ") and len(pairs) <= 2


def statement(text: str, depth: int, reserve: int = 0) -> list[str]:
    """One simple statement or ``def`` line, broken into lines where it is too long.

    ``reserve`` characters are kept free at the end of a line that is not broken.
    """
    line = INDENT * depth + text
    if fits(line + " " * reserve):
        return [line]
    if text.startswith("return ") and _top_level_commas(text[len("return ") :]):
        return [
            f"{INDENT * depth}return (",
            *_items(text[len("return ") :], depth + 1),
            f"{INDENT * depth})",
        ]
    span = _last_bracket(text, depth)
    if span is None:
        return [line]
    start, end = span
    inner, tail = text[start + 1 : end], text[end:]
    one_line = INDENT * (depth + 1) + inner
    # The arguments of a call may share a line; the items of a display never do. What parentheses
    # only group has no items: a comma after it would make a tuple of it.
    group = text[start] == "(" and not _is_call(text, start) and not _top_level_commas(inner)
    whole = group or (fits(one_line) and _is_call(text, start))
    body = [one_line] if whole else _items(inner, depth + 1)
    return [INDENT * depth + text[: start + 1], *body, INDENT * depth + tail]


def _is_call(text: str, start: int) -> bool:
    return start > 0 and (text[start - 1].isalnum() or text[start - 1] in "_)]")


def _items(text: str, depth: int) -> list[str]:
    parts = _split(text)
    lines: list[str] = []
    for part in parts:
        *head, last = statement(part, depth, reserve=1)
        lines += [*head, f"{last},"]
    return lines


def _split(text: str) -> list[str]:
    cuts = _top_level_commas(text)
    bounds = [-1, *cuts, len(text)]
    parts = [text[a + 1 : b].strip() for a, b in pairwise(bounds)]
    return [part for part in parts if part]


def _hide_strings(text: str) -> str:
    """The text with its string literals blotted out, so that ``"ij,jk->ik"`` has no commas."""
    return _STRING.sub(lambda match: "_" * len(match[0]), text)


def _top_level_commas(text: str) -> list[int]:
    level, cuts, in_lambda = 0, [], False
    text = _hide_strings(text)
    for position, char in enumerate(text):
        if char in _OPEN:
            level += 1
        elif char in _OPEN.values():
            level -= 1
        elif level == 0 and text.startswith("lambda ", position):
            in_lambda = True
        elif char == ":" and level == 0:
            in_lambda = False
        elif char == "," and level == 0 and not in_lambda:
            cuts.append(position)
    return cuts


def _last_bracket(text: str, depth: int) -> tuple[int, int] | None:
    """The bracket pair to break at, as (open, close) positions: the last that ends the statement.

    Of a chain, ``f(x)(y)`` or ``f(x).g(y)``, an earlier pair is broken where the line up to the
    last one is too long.
    """
    pairs = _pairs(text)
    if not pairs or not _TAIL.fullmatch(text[pairs[-1][1] + 1 :]):
        return None
    chosen = pairs[-1]
    for pair in reversed(pairs[:-1]):
        link = text[pair[1] + 1 : chosen[0]]
        if not _LINK.fullmatch(link) or fits(INDENT * depth + text[: chosen[0] + 1]):
            break
        chosen = pair
    return chosen


def _pairs(text: str) -> list[tuple[int, int]]:
    """The outermost bracket pairs, as (open, close) positions."""
    stack: list[int] = []
    pairs: list[tuple[int, int]] = []
    for position, char in enumerate(_hide_strings(text)):
        if char in _OPEN:
            stack.append(position)
        elif char in _OPEN.values():
            start = stack.pop()
            if not stack:
                pairs.append((start, position))
    return pairs
