"""A bar chart as an image of its own, for pages that are no HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxsmith.dataset.report.markup import Html, tag

if TYPE_CHECKING:
    from collections.abc import Sequence

_ROW, _LABEL, _BAR, _NUMBER = 22, 150, 420, 80  # in pixels
# Colours that can be read on white and on black: an image does not know what it lies on.
_STYLE = "text{font:13px system-ui,sans-serif;fill:#7a828c}rect{fill:#5b8fd9}"


def chart(title: str, rows: Sequence[tuple[str, int]]) -> Html:
    """An SVG image of counts, the first row on top.

    Args:
        title: what is counted, for who can't see it.
        rows: what people call each bar, and how long it is.
    """
    most = max((count for _, count in rows), default=0) or 1
    width, height = _LABEL + _BAR + _NUMBER, _ROW * len(rows)
    bars = [bar for place, row in enumerate(rows) for bar in _bar(place, *row, most)]
    return tag(
        "svg",
        tag("title", title),
        tag("style", _STYLE),
        *bars,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width} {height}",
        width=width,
        height=height,
        role="img",
    )


def _bar(place: int, label: str, count: int, most: int) -> Sequence[Html]:
    base, length = place * _ROW + 16, round(_BAR * count / most, 1)
    return (
        tag("text", label, x=_LABEL - 8, y=base, text_anchor="end"),
        tag("rect", x=_LABEL, y=base - 12, width=length, height=14),
        tag("text", f"{count:,}", x=_LABEL + length + 6, y=base),
    )
