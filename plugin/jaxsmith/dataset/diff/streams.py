"""Two corpora side by side: the records of each function, in the order of the corpora."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jaxsmith.dataset.marker import MANIFEST, read_marked
from jaxsmith.dataset.order import by_category
from jaxsmith.dataset.read import files, read, read_rejects
from jaxsmith.errors import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from jaxsmith.dataset.order import Order

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Pair:
    """The records of one function, samples or rejects; None where a corpus has none."""

    id: str
    old: Record | None
    new: Record | None


def pairs(old: Path, new: Path) -> Iterator[Pair]:
    """Every function of both corpora once, its records read when it is its turn.

    Memory holds one record of each file.

    Raises:
        InvalidRequestError: there is no corpus, or its records are not in the order in which
            jaxsmith writes them.
    """
    order = by_category(_joined(_categories(old), _categories(new)))
    yield from _zipped(_ordered(old, order), _ordered(new, order))


def _zipped(old: Iterator[_Placed], new: Iterator[_Placed]) -> Iterator[Pair]:
    before, after = next(old, None), next(new, None)
    while before is not None or after is not None:
        if after is None or (before is not None and before[0] < after[0]):
            assert before is not None
            yield Pair(before[1]["id"], before[1], None)
            before = next(old, None)
        elif before is None or after[0] < before[0]:
            yield Pair(after[1]["id"], None, after[1])
            after = next(new, None)
        else:
            yield Pair(before[1]["id"], before[1], after[1])
            before, after = next(old, None), next(new, None)


_Placed = tuple[tuple[Any, ...], Record]


def _ordered(source: Path, order: Order) -> Iterator[_Placed]:
    streams = [*map(read, files(source)), read_rejects(source)]
    placed = [_placed(stream, order) for stream in streams]
    last: _Placed | None = None
    for each in heapq.merge(*placed, key=lambda pair: pair[0]):
        if last is not None and each[0] <= last[0]:
            raise InvalidRequestError(
                f"{source}: {each[1]['id']} stands behind {last[1]['id']}; "
                "write the corpus again, its records are not in the order of jaxsmith"
            )
        last = each
        yield each


def _placed(records: Iterable[Record], order: Order) -> Iterator[_Placed]:
    for record in records:
        yield order(record["category"], record["id"]), record


def _categories(source: Path) -> list[str]:
    """The categories of a corpus in its order."""
    manifest = read_marked(source / MANIFEST) if source.is_dir() else None
    if manifest is not None:
        return list(manifest["totals"]["categories"])
    return list(dict.fromkeys(record["category"] for record in read(source)))


def _joined(old: Sequence[str], new: Sequence[str]) -> list[str]:
    """Both orders as one: what only the new one has stands behind what it stands behind there."""
    joined = list(old)
    place = 0
    for name in new:
        if name in joined:
            place = joined.index(name) + 1
        else:
            joined.insert(place, name)
            place += 1
    return joined
