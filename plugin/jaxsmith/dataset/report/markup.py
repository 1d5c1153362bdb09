"""HTML and JSON in HTML, of texts that nobody vouches for: a record may hold anything."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterable


class Html(str):
    """Text that is HTML already; any other string is escaped where it becomes part of a page."""

    __slots__ = ()


# Characters that don't show, or that show what follows in another order than it stands.
_HIDDEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)
# What could end the element that holds the JSON, or be read as a line's end by an older parser.
_IN_SCRIPT = {each: f"\\u{ord(each):04x}" for each in "<>&\u2028\u2029"}
_VOID = frozenset({"rect"})


def visible(text: str) -> str:
    """The text with a mark in the place of each character that would not show as it stands."""
    return _HIDDEN.sub("�", text)


def tag(name: str, *children: str, **attributes: str | float | None) -> Html:
    """An element.

    Args:
        name: of the element.
        children: what it holds; what is not ``Html`` is text.
        attributes: ``class_`` stands for ``class``, ``data_x`` for ``data-x``; None leaves one out.
    """
    given = "".join(
        f' {key.strip("_").replace("_", "-")}="{escape(visible(str(value)))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _VOID:
        return Html(f"<{name}{given}/>")
    return Html(f"<{name}{given}>{joined(children)}</{name}>")


def joined(children: Iterable[str]) -> Html:
    """Pieces of a page, one after the other; what is not ``Html`` is text."""
    return Html("".join(c if isinstance(c, Html) else escape(visible(c)) for c in children))


def prose(text: str) -> Html:
    """Text in which names stand in backticks, as in Markdown."""
    pieces = text.split("`")
    # What follows the last backtick of an odd number is no name.
    names = range(1, len(pieces) - 1, 2)
    return joined(tag("code", each) if i in names else each for i, each in enumerate(pieces))


def json_in_script(content: object) -> Html:
    """JSON that can stand in a ``<script>``, whatever its strings hold."""
    text = orjson.dumps(content).decode()
    for character, code in _IN_SCRIPT.items():
        text = text.replace(character, code)
    return Html(text)
