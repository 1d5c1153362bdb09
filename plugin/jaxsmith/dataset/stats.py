"""Statistics of a corpus: what is in it, counted over its records."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from jaxsmith.dataset.aligned import Aligned, AlignmentCounter
from jaxsmith.dataset.measures import COUNTS, DISTRIBUTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Count:
    """How many records have something, and how often they have it in all."""

    records: int
    uses: int


@dataclass(frozen=True, slots=True)
class Spread:
    """How a number is spread over the records that have it."""

    records: int
    least: float
    median: float
    p90: float
    greatest: float


@dataclass(frozen=True, slots=True)
class Stats:
    """Statistics of a corpus.

    Attributes:
        records: how many samples there are.
        counts: by the name of a row of ``COUNTS``, then by what was counted; most records first.
        spreads: by the name of a row of ``DISTRIBUTIONS``, then by the name of the number.
        rejects: how often each reason was given.
        alignment: by stage, how many operations are aligned with a line of the source.
    """

    records: int
    counts: Mapping[str, Mapping[str, Count]]
    spreads: Mapping[str, Mapping[str, Spread]]
    rejects: Mapping[str, int]
    alignment: Mapping[str, Aligned]

    def as_dict(self) -> dict[str, Any]:
        """The statistics as JSON values."""
        return asdict(self)


def stats(records: Iterable[Mapping[str, Any]], rejects: Iterable[Mapping[str, Any]]) -> Stats:
    """Count the records of a corpus; memory holds some numbers for each, no text."""
    total = 0
    counters = {row.name: _Counter() for row in COUNTS}
    numbers: dict[str, dict[str, array[float]]] = {
        row.name: defaultdict(lambda: array("d")) for row in DISTRIBUTIONS
    }
    aligned = AlignmentCounter()
    for record in records:
        total += 1
        aligned.add(record)
        for count in COUNTS:
            counters[count.name].add(count.items(record))
        for row in DISTRIBUTIONS:
            for name, value in row.numbers(record).items():
                numbers[row.name][name].append(value)
    return Stats(
        records=total,
        counts={name: counter.counts() for name, counter in counters.items()},
        spreads={row: _spreads(columns) for row, columns in numbers.items()},
        rejects=_most_first(Counter(reject["reason"] for reject in rejects)),
        alignment=aligned.figures(),
    )


class _Counter:
    """Counts in how many records each thing is, and how often."""

    def __init__(self) -> None:
        self._records: Counter[str] = Counter()
        self._uses: Counter[str] = Counter()

    def add(self, items: Mapping[str, int]) -> None:
        self._records.update(items.keys())
        self._uses.update(items)

    def counts(self) -> dict[str, Count]:
        records = _most_first(self._records)
        return {name: Count(count, self._uses[name]) for name, count in records.items()}


def _most_first(counter: Counter[str]) -> dict[str, int]:
    return dict(sorted(counter.items(), key=lambda item: (-item[1], item[0])))


def _spreads(columns: Mapping[str, array[float]]) -> dict[str, Spread]:
    return {name: _spread(sorted(values)) for name, values in columns.items()}


def _spread(ordered: Sequence[float]) -> Spread:
    last = len(ordered) - 1
    least, median, p90, greatest = (ordered[last * share // 100] for share in (0, 50, 90, 100))
    return Spread(len(ordered), least, median, p90, greatest)
