"""Which lines of a function's source the lines of a text came from. Knows no JAX.

A text is given line by line, each with the source lines that its own location names. What stands
within another line, or in a block that another line calls, came from the source of that line too.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Origins = tuple[int, ...]

Alignment = dict[str, list[list[int]] | list[int]]
"""What ``align`` returns."""


@dataclass(frozen=True, slots=True)
class Line:
    """What one line of a text says of where it came from.

    Attributes:
        own: the source lines that its location names, that of the nearest call first.
        depth: its indentation; it stands within the line before it that has less.
        block: the name of the block that begins here; empty where none does.
        calls: the names of the blocks that it calls.
    """

    own: Origins
    depth: int
    block: str = ""
    calls: tuple[str, ...] = ()


def align(texts: Mapping[str, Sequence[Line]]) -> Alignment:
    """The alignment of several texts of one function, in a form that JSON can write.

    Args:
        texts: the lines of each text, by the text's name.

    Returns:
        Under ``"lines"`` each list of source lines that occurs, once; the first is empty. Under the
        name of each text, for each of its lines, which of these lists is its own.
    """
    places: dict[Origins, int] = {(): 0}
    found = {
        name: [places.setdefault(origins, len(places)) for origins in resolve(lines)]
        for name, lines in texts.items()
    }
    return {"lines": [list(origins) for origins in places], **found}


def resolve(lines: Sequence[Line]) -> list[Origins]:
    """The source lines of every line of a text, nearest first, each once.

    First come those that its location names, then those of what it stands within, outwards, and of
    the lines that call it.
    """
    callers: dict[str, list[int]] = defaultdict(list)
    for number, line in enumerate(lines):
        for name in line.calls:
            callers[name].append(number)
    parents = _parents(lines)
    known: dict[int, Origins] = {}
    joined: dict[tuple[Origins, ...], Origins] = {}  # many lines have the same

    def origins(number: int) -> Origins:
        if number not in known:
            known[number] = ()  # a block that calls itself adds nothing by that
            line, parent = lines[number], parents[number]
            outer = [*callers.get(line.block, ()), *([] if parent is None else [parent])]
            parts = (line.own, *map(origins, outer))
            if parts not in joined:
                joined[parts] = _each_once(parts)
            known[number] = joined[parts]
        return known[number]

    return [origins(number) for number in range(len(lines))]


def _parents(lines: Iterable[Line]) -> list[int | None]:
    """For each line the number of the line that it stands within."""
    parents: list[int | None] = []
    open_lines: list[tuple[int, int]] = []  # of growing depth
    for number, line in enumerate(lines):
        while open_lines and open_lines[-1][0] >= line.depth:
            open_lines.pop()
        parents.append(open_lines[-1][1] if open_lines else None)
        open_lines.append((line.depth, number))
    return parents


def _each_once(parts: Iterable[Origins]) -> Origins:
    return tuple(dict.fromkeys(number for part in parts for number in part))
