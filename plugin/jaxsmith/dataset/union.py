"""The union: corpora on disk become one, as if one run had made them.

The records are written as the parts of a run are, one part a corpus, and from there on all is that
run's work: order, duplicates, splits, files and documents are made anew.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING

import orjson

from jaxsmith.dataset.corpora import opened
from jaxsmith.dataset.finish import finish, replacing
from jaxsmith.dataset.merge import SHARD_BYTES, merge
from jaxsmith.dataset.order import by_category
from jaxsmith.dataset.origins import combined
from jaxsmith.dataset.part import PartWriter
from jaxsmith.errors import InvalidRequestError
from jaxsmith.record.build import without_verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from jaxsmith.dataset.corpora import Corpus
    from jaxsmith.dataset.folder import Staging
    from jaxsmith.dataset.part import Receipt
    from jaxsmith.dataset.read import Record
    from jaxsmith.dataset.totals import Totals


def unite(
    out: Path,
    folders: Sequence[Path],
    formats: Sequence[str] = (),
    shard_bytes: int = SHARD_BYTES,
) -> Totals:
    """Make one corpus of several; memory holds an index entry for each record.

    Where the corpora are disjoint parts of one run, the files of records are those of the whole,
    byte for byte. A record that is in several corpora counts once. ``out`` may be one of them.

    Args:
        out: the folder of the new corpus.
        folders: the corpora.
        formats: the formats of its files; those of the first corpus if none is named.
        shard_bytes: as for ``merge``.

    Raises:
        JaxsmithError: a folder holds no whole corpus, they don't fit together, or ``out`` can't be
            written; then it is left as it was.
    """
    corpora = [opened(folder) for folder in folders]
    _check_alike(corpora)
    chosen = formats or corpora[0].formats
    origin = combined([corpus.provenance for corpus in corpora])
    with replacing(out) as staging:
        collected = _write_parts(staging, corpora)
        order = by_category(in_order([corpus.categories for corpus in corpora]))
        totals = merge(staging, order, collected, shard_bytes, chosen, origin.stages)
        finish(staging, totals, origin, chosen)
    return totals


def in_order(orders: Iterable[Sequence[str]]) -> list[str]:
    """One order that all agree with, by name where they leave it open; by name if none does."""
    after: TopologicalSorter[str] = TopologicalSorter()
    names: set[str] = set()
    for each in orders:
        names.update(each)
        for place, name in enumerate(each):
            after.add(name, *each[place - 1 : place] if place else ())
    try:
        after.prepare()
    except CycleError:
        return sorted(names)
    found: list[str] = []
    ready = list(after.get_ready())
    heapify(ready)
    while ready:
        found.append(heappop(ready))
        after.done(found[-1])
        for name in after.get_ready():
            heappush(ready, name)
    return found


def _check_alike(corpora: Sequence[Corpus]) -> None:
    first = corpora[0]
    for each in corpora:
        if each.selection.fields:
            raise InvalidRequestError(
                f"{each.folder} has some fields of its records only; merge whole corpora"
            )
        if tuple(each.provenance.stages) != tuple(first.provenance.stages):
            raise InvalidRequestError(
                f"{each.folder} has the stages {', '.join(each.provenance.stages)}, and "
                f"{first.folder} has {', '.join(first.provenance.stages)}; make them alike"
            )


def _write_parts(staging: Staging, corpora: Iterable[Corpus]) -> dict[str, int]:
    """Write each record once; say how many there are in each category."""
    known = _Known()
    for number, corpus in enumerate(corpora):
        part = f"{number:05}"
        with PartWriter(staging.path, part) as writer:
            for source, record in _records(corpus):
                if not known.has(record, source):
                    receipt = (writer.reject if "status" in record else writer.emit)(record)
                    known.add(receipt, source, staging.parts / f"{part}.jsonl")
    return known.categories


def _records(corpus: Corpus) -> Iterator[tuple[Path, Record]]:
    """The records of a corpus, with duplicates as what they were before it was merged.

    What is a duplicate in a part may be none in the whole, where its twin is a duplicate itself.
    """
    yield from corpus.samples()
    for source, record in corpus.rejects():
        marked = record["reason"] == "duplicate" and record.get("source_code") is not None
        yield source, (without_verdict(record) if marked else record)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a record was found, and where it was written."""

    source: Path
    part: Path
    offset: int
    size: int

    def record(self) -> Record:
        with self.part.open("rb") as file:
            file.seek(self.offset)
            found: Record = orjson.loads(file.read(self.size))
        return found


class _Known:
    """The records that were written."""

    def __init__(self) -> None:
        self.categories: Counter[str] = Counter()
        self._places: dict[str, _Place] = {}
        self._ends: Counter[Path] = Counter()

    def has(self, record: Record, source: Path) -> bool:
        """Whether a record was written before.

        Raises:
            InvalidRequestError: another was, of the same id.
        """
        place = self._places.get(record["id"])
        # As values, not as text: a table does not tell 2 from 2.0.
        if place is not None and place.record() != record:
            raise InvalidRequestError(
                f"{record['id']} is in {place.source} and in {source}, and they differ; "
                "an id names one record"
            )
        return place is not None

    def add(self, receipt: Receipt, source: Path, part: Path) -> None:
        """Note that a record was written, after all others of its part."""
        self._places[receipt.id] = _Place(source, part, self._ends[part], receipt.size)
        self._ends[part] += receipt.size
        self.categories[receipt.category] += 1
