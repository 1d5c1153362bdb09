"""Which functions of a corpus its report shows: few, the same each time, and something of all."""

from __future__ import annotations

from bisect import insort
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from jaxsmith.dataset.digest import digest
from jaxsmith.dataset.report.entry import kept, length

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    Record = Mapping[str, Any]
    Thing = tuple[str, str]
    Rank = tuple[int, Any]

OF_A_CATEGORY = 5
MOST = 400
# Whose texts are longer is shown only where a category, or an operation, has no other.
_LONG = 24_000
# Ours has far fewer; a corpus from elsewhere shall not fill the memory.
_MOST_CATEGORIES = 64
_MOST_THINGS = 1024


@dataclass(slots=True, order=True)
class _Candidate:
    """A function that may be shown; the least is the best."""

    rank: Rank
    place: int
    things: frozenset[Thing] = field(compare=False)
    record: Record = field(compare=False)


class Choice:
    """Chooses while the records pass by: memory holds few of them, and only what is shown.

    Of each category as many as ``OF_A_CATEGORY``, drawn by the digest of their ids, so that neither
    the number of records nor their order plays a part; and of each tag, dtype, transformation,
    primitive and operation of StableHLO that is in none of these, the shortest function.
    """

    def __init__(self) -> None:
        self._count = 0
        self._drawn: dict[str, list[_Candidate]] = {}
        self._shortest: dict[Thing, _Candidate] = {}

    def add(self, record: Record) -> None:
        """Take note of a record."""
        place, self._count = self._count, self._count + 1
        size = length(record)
        over = max(0, size - _LONG)
        things = list(_things(record))

        def candidate(rank: Rank) -> _Candidate:
            return _Candidate(rank, place, frozenset(things), kept(record))

        self._draw(record["category"], (over, digest(record["id"])), candidate)
        self._shorten(things, (over, (size, record["id"])), candidate)

    def _draw(self, category: str, rank: Rank, candidate: Callable[[Rank], _Candidate]) -> None:
        drawn = self._drawn.get(category)
        if drawn is None:
            if len(self._drawn) == _MOST_CATEGORIES:
                return
            drawn = self._drawn[category] = []
        if len(drawn) < OF_A_CATEGORY or rank < drawn[-1].rank:
            insort(drawn, candidate(rank))
            del drawn[OF_A_CATEGORY:]

    def _shorten(
        self, things: Iterable[Thing], rank: Rank, candidate: Callable[[Rank], _Candidate]
    ) -> None:
        for thing in things:
            known = self._shortest.get(thing)
            if rank < known.rank if known else len(self._shortest) < _MOST_THINGS:
                self._shortest[thing] = candidate(rank)

    def result(self) -> list[Record]:
        """The functions to show, in the order of the corpus."""
        chosen = {each.place: each for each in self._in_turn()}
        covered = {thing for each in chosen.values() for thing in each.things}
        for thing in sorted(self._shortest):
            if thing not in covered and len(chosen) < MOST:
                each = self._shortest[thing]
                chosen[each.place] = each
                covered |= each.things
        return [chosen[place].record for place in sorted(chosen)]

    def _in_turn(self) -> Iterable[_Candidate]:
        """The first of every category, then the second of each, and so on, up to ``MOST``."""
        turns = [(turn, each) for drawn in self._drawn.values() for turn, each in enumerate(drawn)]
        return [each for _, each in sorted(turns, key=lambda pair: (pair[0], pair[1].place))[:MOST]]


def _things(record: Record) -> Iterator[Thing]:
    """What one may look for in a corpus."""
    for name in ("tags", "transform", "input_dtypes", "primitives", "stablehlo_ops"):
        for each in record.get(name) or ():
            if isinstance(each, str):
                yield name, each
