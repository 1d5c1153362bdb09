"""What a report needs beside the statistics, noted while the records of a corpus pass by."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from jaxsmith.dataset.report.choice import Choice
from jaxsmith.dataset.report.histogram import histograms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    Record = Mapping[str, Any]

SETTING: Mapping[str, str] = {
    "jax_version": "JAX",
    "jaxlib_version": "jaxlib",
    "jaxsmith_version": "jaxsmith",
    "platform": "platform",
    "instruction_set": "instructions",
    "seed": "seed",
    "schema_version": "schema",
}
"""What the records of a corpus mostly have in common, and what people call it."""


class Gathering:
    """What is noted.

    Attributes:
        choice: the functions to show.
        histograms: how numbers are spread.
        setting: by field of ``SETTING``, its values and how many records have each.
        examples: for each reason of rejection the id and the detail of the first reject.
    """

    def __init__(self) -> None:
        self.choice = Choice()
        self.histograms = histograms()
        self.setting: dict[str, Counter[str]] = {name: Counter() for name in SETTING}
        self.examples: dict[str, tuple[str, str]] = {}

    def watch(self, records: Iterable[Record]) -> Iterator[Record]:
        """The same records, each noted as it passes."""
        for record in records:
            self.choice.add(record)
            for histogram in self.histograms:
                histogram.add(record)
            for name, values in self.setting.items():
                if record.get(name) is not None:
                    values[str(record[name])] += 1
            yield record

    def watch_rejects(self, rejects: Iterable[Record]) -> Iterator[Record]:
        """The same rejects, each noted as it passes."""
        for reject in rejects:
            seen = (reject["id"], str(reject.get("detail", "")))
            self.examples.setdefault(str(reject.get("reason")), seen)
            yield reject
