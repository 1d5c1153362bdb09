"""The documents beside the data: schemas, statistics, card, Croissant description and report."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from jaxsmith.dataset.card import CARD, card
from jaxsmith.dataset.columns import Open, columns
from jaxsmith.dataset.croissant import CROISSANT, croissant
from jaxsmith.dataset.facts import Facts
from jaxsmith.dataset.read import read, read_rejects
from jaxsmith.dataset.report import REPORT, Gathering, page
from jaxsmith.dataset.selection import EVERYTHING, Selection
from jaxsmith.dataset.stats import stats
from jaxsmith.record import schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from jaxsmith.dataset.folder import Staging
    from jaxsmith.dataset.manifest import Provenance
    from jaxsmith.dataset.times import Times
    from jaxsmith.dataset.totals import Totals


def documents(
    staging: Staging,
    totals: Totals,
    provenance: Provenance,
    formats: Sequence[str],
    selection: Selection = EVERYTHING,
    times: Times | None = None,
) -> dict[str, bytes]:
    """The content of each document, by name.

    The records are read once, from the files that were written: what can't be read is not
    published.

    Args:
        staging: where the files of the corpus are.
        totals: the account of the merge that wrote them.
        provenance: what the corpus depends on.
        formats: the formats of the files.
        selection: what was taken of a larger corpus.
        times: how long the stages took, for the report.
    """
    only = selection.fields
    table = columns(provenance.stages, only)
    seen = _Seen({name: set() for name, kind in table.items() if isinstance(kind, Open)})
    samples = read(staging.building) if totals.total.emitted else iter(())
    gathered = Gathering()
    found = stats(
        gathered.watch(seen.watch(samples)), gathered.watch_rejects(read_rejects(staging.building))
    )
    facts = Facts(
        totals,
        provenance,
        formats,
        found,
        sorted(seen.licenses),
        plain=seen.names <= table.keys(),
        keys={name: sorted(keys) for name, keys in seen.keys.items()},
        selection=selection,
    )
    return {
        "schema.json": _pretty(schema(provenance.stages, "sample", only)),
        "rejects.schema.json": _pretty(schema(provenance.stages, "reject")),
        "statistics.json": _pretty(found.as_dict()),
        CROISSANT: _pretty(croissant(facts, table)),
        CARD: card(facts, table).encode(),
        REPORT: page(found, gathered, times=times).encode(),
    }


@dataclass(slots=True)
class _Seen:
    """What is noted of records that pass by."""

    keys: dict[str, set[str]]
    names: set[str] = field(default_factory=set)
    licenses: set[str] = field(default_factory=set)

    def watch(self, records: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
        for record in records:
            self.names.update(record)
            if isinstance(record.get("license"), str):
                self.licenses.add(record["license"])
            for name, keys in self.keys.items():
                if isinstance(record.get(name), dict):
                    keys.update(record[name])
            yield record


def _pretty(content: Mapping[str, Any]) -> bytes:
    return orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
