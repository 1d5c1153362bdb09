"""Line breaking, as formatters of the Black family do it."""

from __future__ import annotations

from itertools import pairwise

WIDTH = 88
INDENT = "    "
_OPEN = {"(": ")", "[": "]", "{": "}"}


def fits(text: str) -> bool:
    """Whether a line of source is short enough."""
    return len(text) <= WIDTH


def statement(text: str, depth: int) -> list[str]:
    """One simple statement or ``def`` line, broken into lines where it is too long."""
    line = INDENT * depth + text
    if fits(line):
        return [line]
    if text.startswith("return ") and _top_level_commas(text[len("return ") :]):
        return [
            f"{INDENT * depth}return (",
            *_items(text[len("return ") :], depth + 1),
            f"{INDENT * depth})",
        ]
    span = _last_bracket(text)
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
        *head, last = statement(part, depth)
        lines += [*head, f"{last},"]
    return lines


def _split(text: str) -> list[str]:
    cuts = _top_level_commas(text)
    bounds = [-1, *cuts, len(text)]
    parts = [text[a + 1 : b].strip() for a, b in pairwise(bounds)]
    return [part for part in parts if part]


def _top_level_commas(text: str) -> list[int]:
    level, cuts, in_lambda = 0, [], False
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


def _last_bracket(text: str) -> tuple[int, int] | None:
    """The bracket pair to break at, as (open, close) positions: the last that ends the statement.

    Of a call of a call, ``f(x)(y)``, the first pair is broken.
    """
    stack: list[int] = []
    pairs: list[tuple[int, int]] = []
    for position, char in enumerate(text):
        if char in _OPEN:
            stack.append(position)
        elif char in _OPEN.values():
            start = stack.pop()
            if not stack:
                pairs.append((start, position))
    if not pairs or text[pairs[-1][1] + 1 :] not in ("", ":"):
        return None
    chosen = pairs[-1]
    for pair in reversed(pairs[:-1]):
        if pair[1] + 1 != chosen[0]:
            break
        chosen = pair
    return chosen
