"""Line breaking, as formatters of the Black family do it."""

from __future__ import annotations

import re
from itertools import pairwise

from jaxsmith.vocabulary.code import LEVELS, OPERATOR_LEVELS

WIDTH = 88
INDENT = "    "
# What may stand between two links of a chain, and after the last.
_LINK = re.compile(r"(\.\w+)*")
_TAIL = re.compile(r"(\.\w+)?:?")
_OPEN = {"(": ")", "[": "]", "{": "}"}
_STRING = re.compile(r'"[^"]*"')
_MARK = re.compile(r"return |[\w, ()\[\].]*? = ")
_OPERATOR = re.compile(r" (\*\*|//|<<|>>|<=|>=|==|!=|[-+*/%@&^|<>]) ")
_NAME = re.compile(r"[\w.]*")
_OTHER = re.compile(r" (?:if|else|for|and|or|not|in|is) ")


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


def statement(text: str, depth: int, reserve: int = 0, *, inside: bool = False) -> list[str]:
    """One simple statement or ``def`` line, broken into lines where it is too long.

    ``reserve`` characters are kept free at the end of a line that is not broken; ``inside`` says
    that it is an expression between brackets, which may be broken anywhere.
    """
    line = INDENT * depth + text
    if fits(line + " " * reserve):
        return [line]
    if inside:
        parts = _operands(text)
        if len(parts) > 1:
            *others, last = parts
            rows = [row for part in others for row in statement(part, depth, inside=True)]
            return [*rows, *statement(last, depth, reserve, inside=True)]
    if text.startswith("return ") and _top_level_commas(text[len("return ") :]):
        return [
            f"{INDENT * depth}return (",
            *_items(text[len("return ") :], depth + 1),
            f"{INDENT * depth})",
        ]
    span = _last_bracket(text, depth)
    value = _value(text)
    parts = _operands(text[value:]) if value else []
    if len(parts) > 1:
        span = _split_around(text, depth, span) if len(parts) == 2 else None
        if span is None:
            return [
                INDENT * depth + text[:value] + "(",
                *statement(text[value:], depth + 1, inside=True),
                INDENT * depth + ")",
            ]
    if span is None:
        return [line]
    start, end = span
    if text.startswith("lambda ") and not fits(INDENT * depth + text[: start + 1]):
        head, _, body = text.partition(": ")
        rows = statement(body, depth + 1, inside=True)
        return [f"{INDENT * depth}{head}: (", *rows, INDENT * depth + ")"]
    rows = [INDENT * depth + text[: start + 1], *_between(text, start, end, depth)]
    tail = text[end:]
    if tail[1:2] in ("(", "[") and not fits(INDENT * depth + tail + " " * reserve):
        start, end = _pairs(tail[1:])[-1]
        start, end = start + 1, end + 1
        rows += [INDENT * depth + tail[: start + 1], *_between(tail, start, end, depth)]
        tail = tail[end:]
    return [*rows, INDENT * depth + tail]


def _between(text: str, start: int, end: int, depth: int) -> list[str]:
    """The lines of what is between two brackets.

    The arguments of a call may share a line; the items of a display never do. What parentheses only
    group has no items: a comma after it would make a tuple of it.
    """
    inner = text[start + 1 : end]
    is_call = _is_call(text, start)
    if text[start] == "(" and not is_call and not _top_level_commas(inner):
        return statement(inner, depth + 1, inside=True)
    one_line = INDENT * (depth + 1) + inner
    return [one_line] if fits(one_line) and is_call else _items(inner, depth + 1)


def _value(text: str) -> int:
    """Where the value of an assignment or of a ``return`` begins; 0 for another statement."""
    found = _MARK.match(text)
    return found.end() if found else 0


def _operands(text: str) -> list[str]:
    """An expression cut at its loosest operators, each of which begins a piece; whole if none."""
    hidden = _hide_strings(text)
    level, found = 0, []
    for position, char in enumerate(hidden):
        if char in _OPEN:
            level += 1
        elif char in _OPEN.values():
            level -= 1
        elif level == 0 and char == " ":
            if _OTHER.match(hidden, position):
                return [text]
            if operator := _OPERATOR.match(hidden, position):
                found.append((LEVELS[OPERATOR_LEVELS[operator[1]]], position))
    if not found or text.startswith("lambda "):
        return [text]
    loosest = min(level for level, _ in found)
    cuts = [position for level, position in found if level == loosest]
    return [text[a:b].strip() for a, b in pairwise([0, *cuts, len(text)])]


def _split_around(text: str, depth: int, last: tuple[int, int] | None) -> tuple[int, int] | None:
    """The bracket pair to break at in a value of two operands; None to put brackets around it."""
    if last is not None and fits(INDENT * depth + text[: last[0] + 1]):
        return last
    first = next(iter(_pairs(text)), None)
    if first is None or not _NAME.fullmatch(text, _value(text), first[0]):
        return None  # the first operand is no call
    if not fits(INDENT * depth + text[: first[0] + 1]):
        return None
    return first if fits(INDENT * depth + text[first[1] :]) else None


def _is_call(text: str, start: int) -> bool:
    return start > 0 and (text[start - 1].isalnum() or text[start - 1] in "_)]")


def _items(text: str, depth: int) -> list[str]:
    parts = _split(text)
    lines: list[str] = []
    for part in parts:
        *head, last = statement(part, depth, reserve=1, inside=True)
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
