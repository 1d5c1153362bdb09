"""The HLO after each pass: the first pass that does something else is what made the difference."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jaxsmith.dataset.diff.causes import Cause, Evidence, causes
from jaxsmith.dataset.diff.hlo import HLO

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOMENT = re.compile(r"^// ---- (.*)\n", re.MULTILINE)


def first_parting(old: str, new: str, own: frozenset[str] = frozenset()) -> list[Evidence]:
    """The first pass after which the HLO differs, or that only one of both changed it in."""
    for (moment, before), (other, after) in zip(_states(old), _states(new), strict=False):
        if moment != other:
            return [Evidence(Cause("pass", (moment,), (other,)))]
        lines = HLO.lines(before), HLO.lines(after)
        if lines[0] != lines[1]:
            seen = causes(*lines, HLO, own)
            if seen:
                return [Evidence(Cause("pass", name=moment), seen[0].old, seen[0].new, seen[0].ops)]
    return []


def _states(text: str) -> Iterator[tuple[str, str]]:
    _, *rest = _MOMENT.split(text)
    return zip(rest[::2], rest[1::2], strict=True)
