"""Where two lists of lines part: the runs that stand in the one where others stand in the other."""

from __future__ import annotations

from collections import Counter
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxsmith.dataset.diff.items import Line

# Beyond so many pairs of lines, what is only in one text is taken without regard to its place.
_MOST = 4_000_000


class Hunk(NamedTuple):
    """Lines of the old text, and those of the new one that stand in their place."""

    old: list[Line]
    new: list[Line]


def hunks(old: Sequence[Line], new: Sequence[Line]) -> list[Hunk]:
    """The places where the keys differ, without lines that only moved."""
    start = _alike(old, new)
    end = _alike(old[start:][::-1], new[start:][::-1])
    old, new = old[start : len(old) - end], new[start : len(new) - end]
    if len(old) * len(new) > _MOST:
        found = [Hunk(list(old), list(new))]
    else:
        matcher = SequenceMatcher(None, _keys(old), _keys(new), autojunk=False)
        found = [
            Hunk(list(old[a:b]), list(new[c:d]))
            for tag, a, b, c, d in matcher.get_opcodes()
            if tag != "equal"
        ]
    return _without_moved(found)


def _alike(old: Sequence[Line], new: Sequence[Line]) -> int:
    """How many lines say the same from the beginning on."""
    pairs = zip(old, new, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a.key != b.key), min(len(old), len(new)))


def _keys(lines: Sequence[Line]) -> list[str]:
    return [line.key for line in lines]


def _without_moved(found: list[Hunk]) -> list[Hunk]:
    gone = Counter(line.key for hunk in found for line in hunk.old)
    come = Counter(line.key for hunk in found for line in hunk.new)
    moved_old, moved_new = gone & come, gone & come
    left = [Hunk(_less(hunk.old, moved_old), _less(hunk.new, moved_new)) for hunk in found]
    return [hunk for hunk in left if hunk.old or hunk.new]


def _less(lines: list[Line], moved: Counter[str]) -> list[Line]:
    left = []
    for line in lines:
        if moved[line.key] > 0:
            moved[line.key] -= 1
        else:
            left.append(line)
    return left
