"""The export: a corpus in another format, or a selection of it, as a corpus of its own.

Records stay in their order and in their splits: a test set stays one.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, BinaryIO

import orjson

from jaxsmith.dataset.columns import columns
from jaxsmith.dataset.corpora import opened
from jaxsmith.dataset.finish import finish, replacing
from jaxsmith.dataset.formats import split_of
from jaxsmith.dataset.index import Line
from jaxsmith.dataset.merge import SHARD_BYTES, lay_out
from jaxsmith.dataset.order import by_category
from jaxsmith.dataset.selection import EVERYTHING, NEEDED, Selection
from jaxsmith.errors import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from jaxsmith.dataset.corpora import Corpus
    from jaxsmith.dataset.read import Record
    from jaxsmith.dataset.totals import Totals


def export(
    folder: Path,
    out: Path,
    formats: Sequence[str] = (),
    selection: Selection = EVERYTHING,
    shard_bytes: int = SHARD_BYTES,
) -> Totals:
    """Write a corpus, or what is selected of it; memory holds an index entry for each record.

    Rejects are taken along where neither splits nor fields are selected: they are in no split, and
    have not all fields.

    Args:
        folder: the corpus.
        out: the folder of the new one; may be the same.
        formats: the formats of its files; those of the corpus if none is named.
        selection: what to take; the fields that readers need are always kept.
        shard_bytes: as for ``merge``.

    Raises:
        JaxsmithError: there is no whole corpus, what is selected is not in it, or ``out`` can't be
            written; then it is left as it was.
    """
    corpus = opened(folder)
    chosen = formats or corpus.formats
    taken = _taken(corpus, selection)
    with replacing(out) as staging:
        path = staging.parts / "export.jsonl"
        splits: dict[str, list[Line]] = {}
        with path.open("wb") as part:
            for split, record in _samples(corpus, taken):
                splits.setdefault(split, []).append(_written(record, path, part))
            rejects = [_written(record, path, part) for record in _rejects(corpus, taken)]
        order = by_category(corpus.categories)
        lines = sorted(
            [*(line for each in splits.values() for line in each), *rejects],
            key=lambda line: order(line.category, line.id),
        )
        collected = Counter(line.category for line in lines)
        table = columns(corpus.provenance.stages, taken.fields)
        totals = lay_out(staging, lines, splits, collected, shard_bytes, chosen, table)
        finish(staging, totals, corpus.provenance, chosen, taken)
    return totals


def _taken(corpus: Corpus, selection: Selection) -> Selection:
    """The selection, checked against the corpus, with what was selected of that before."""
    known = {
        "split": list(corpus.splits),
        "category": list(corpus.categories),
        "field": list(columns(corpus.provenance.stages, corpus.selection.fields)),
    }
    wanted = (selection.splits, selection.categories, selection.fields)
    for (what, names), some in zip(known.items(), wanted, strict=True):
        _check(what, some, names, corpus.folder)
    before = corpus.selection
    kept = (*NEEDED, *selection.fields) if selection.fields else before.fields
    return Selection(
        selection.splits or before.splits,
        selection.categories or before.categories,
        tuple(name for name in known["field"] if name in kept),
    )


def _check(what: str, wanted: Collection[str], known: Collection[str], folder: Path) -> None:
    for name in wanted:
        if name not in known:
            raise InvalidRequestError(
                f"{folder} has no {what} {name!r}; it has {', '.join(known) or 'none'}"
            )


def _samples(corpus: Corpus, taken: Selection) -> Iterator[tuple[str, Record]]:
    for path, record in corpus.samples():
        split = split_of(path)
        if _is_in(split, taken.splits) and _is_in(record["category"], taken.categories):
            yield split, _kept(record, taken.fields)


def _rejects(corpus: Corpus, taken: Selection) -> Iterator[Record]:
    if taken.splits or taken.fields:
        return
    for _, record in corpus.rejects():
        if _is_in(record["category"], taken.categories):
            yield record


def _is_in(name: str, wanted: Collection[str]) -> bool:
    return not wanted or name in wanted


def _kept(record: Record, names: Collection[str]) -> Record:
    return {name: record[name] for name in record if _is_in(name, names)}


def _written(record: Record, path: Path, part: BinaryIO) -> Line:
    """Write a record; say where. Nothing is sorted out here, so that no traits are needed."""
    raw = orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)
    offset = part.tell()
    part.write(raw)
    return Line(
        id=record["id"],
        category=record["category"],
        status=record.get("status"),
        reason=record.get("reason"),
        traits=None,
        part=path,
        offset=offset,
        size=len(raw),
    )
