"""The manifest: what a corpus is, how it was made, and the digest of every file of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Self

import orjson

from jaxsmith.dataset.checksums import write_checksums
from jaxsmith.dataset.marker import FORMAT, MANIFEST
from jaxsmith.dataset.selection import EVERYTHING, Selection
from jaxsmith.dataset.totals import FileEntry
from jaxsmith.record import SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jaxsmith.dataset.folder import Staging
    from jaxsmith.dataset.totals import Totals


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a corpus depends on, beside the code: no time, no path, no name of a machine.

    Where a corpus was merged from others that differ in something, that is a list of what they had.

    Attributes:
        versions: by package, ``python`` among them.
        platform: the platform that was compiled for.
        cpu_features: what the processor can do, as far as texts may depend on it.
        seed: the seed of the corpus.
        size: how many functions were asked for.
        markers: the marker expression that selected them; empty for all.
        stages: the stages whose texts the records hold.
        flags: what else was set that changes a record.
    """

    versions: Mapping[str, str | list[str]]
    platform: str | list[str]
    seed: int | list[int | None] | None
    size: int | list[int | None] | None
    markers: str | list[str]
    stages: Sequence[str]
    cpu_features: Sequence[str] = ()
    flags: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The provenance as JSON values."""
        return {
            "versions": dict(sorted(self.versions.items())),
            "platform": self.platform,
            "cpu_features": sorted(self.cpu_features),
            "seed": self.seed,
            "size": self.size,
            "markers": self.markers,
            "stages": list(self.stages),
            "flags": dict(sorted(self.flags.items())),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The provenance that ``as_dict`` was called on."""
        return cls(**values)


def describe(
    totals: Totals,
    provenance: Provenance,
    documents: Mapping[str, bytes],
    selection: Selection = EVERYTHING,
) -> dict[str, Any]:
    """The manifest of a merged corpus, for hooks to change before it is written.

    Args:
        totals: the account of the merge.
        provenance: what the corpus depends on.
        documents: what is written beside the data, by name.
        selection: what was taken of a larger corpus.
    """
    selected = selection.as_dict()
    files = [*totals.files, *(_entry(name, content) for name, content in documents.items())]
    return {
        "format": FORMAT,
        "schema_version": SCHEMA_VERSION,
        "provenance": provenance.as_dict(),
        **({"selection": selected} if selected else {}),
        "totals": totals.as_dict(),
        "files": [asdict(each) for each in files],
    }


def write_manifest(
    staging: Staging, manifest: Mapping[str, Any], documents: Mapping[str, bytes]
) -> None:
    """Write the documents and ``manifest.json`` beside the merged files, then their checksums."""
    for name, content in documents.items():
        (staging.building / name).write_bytes(content)
    pretty = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    (staging.building / MANIFEST).write_bytes(orjson.dumps(manifest, option=pretty))
    write_checksums(staging.building)


def _entry(name: str, content: bytes) -> FileEntry:
    return FileEntry(name, sha256(content).hexdigest(), len(content))
