"""A corpus on disk in one call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from small_corpora import Build, Record, provenance, write

from jaxsmith import dataset

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def build() -> Build:
    def make(folder: Path, parts: dict[str, list[Record]], **settings: Any) -> dataset.Totals:
        staging = dataset.claim(folder)
        write(staging, parts)
        settings.setdefault("collected", {})
        formats = settings.setdefault("formats", ("jsonl",))
        settings.setdefault("stages", ("stablehlo",))
        totals = dataset.merge(staging, dataset.by_category(["math", "array"]), **settings)
        origin = provenance(settings["stages"])
        documents = dataset.documents(staging, totals, origin, formats)
        dataset.write_manifest(staging, dataset.describe(totals, origin, documents), documents)
        dataset.publish(staging)
        return totals

    return make
