"""A corpus on disk: its manifest, and its records in every file of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jaxsmith.dataset import formats
from jaxsmith.dataset.manifest import Provenance
from jaxsmith.dataset.marker import MANIFEST, read_marked
from jaxsmith.dataset.merge import REJECTS
from jaxsmith.dataset.read import files, read
from jaxsmith.dataset.selection import Selection
from jaxsmith.errors import InvalidRequestError
from jaxsmith.record import SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from jaxsmith.dataset.read import Record


@dataclass(frozen=True, slots=True)
class Corpus:
    """A corpus whose records have the fields that this code knows.

    Attributes:
        folder: where it lies.
        provenance: what it depends on.
        selection: what it has of a larger one.
        categories: in its order.
        splits: how many samples of each category each split has.
        formats: the formats of its files.
    """

    folder: Path
    provenance: Provenance
    selection: Selection
    categories: tuple[str, ...]
    splits: Mapping[str, Mapping[str, int]]
    formats: tuple[str, ...]
    _counts: Mapping[str, Any]

    def samples(self) -> Iterator[tuple[Path, Record]]:
        """Its samples, in order, each with the file that it is in.

        Raises:
            InvalidRequestError: a line is damaged, or not all are there.
        """
        return self._records(files(self.folder), self._counts["emitted"], "samples")

    def rejects(self) -> Iterator[tuple[Path, Record]]:
        """Its rejects, likewise."""
        path = self.folder / REJECTS
        expected = sum(self._counts[name] for name in ("rejected", "failed", "crashed"))
        return self._records([path] if path.exists() else [], expected, "rejects")

    def _records(
        self, paths: list[Path], expected: int, what: str
    ) -> Iterator[tuple[Path, Record]]:
        found = 0
        for path in paths:
            for record in read(path):
                found += 1
                yield path, record
        if found != expected:
            raise InvalidRequestError(
                f"{self.folder} holds {found:,} {what}, and its manifest counts {expected:,}; "
                f"pytest {self.folder} says what is wrong"
            )


def opened(folder: Path) -> Corpus:
    """The corpus in a folder.

    Raises:
        InvalidRequestError: there is none that this code can write again.
    """
    manifest = read_marked(folder / MANIFEST)
    if manifest is None:
        raise InvalidRequestError(
            f"{folder} holds no corpus of jaxsmith, or has lost its {MANIFEST}; "
            "name the folder that a run wrote"
        )
    version = manifest.get("schema_version")
    if version != SCHEMA_VERSION:
        raise InvalidRequestError(
            f"{folder}: its schema is {version}, and this jaxsmith writes {SCHEMA_VERSION}; "
            "make it again, or use the jaxsmith that made it"
        )
    there = {formats.of(path) for path in (folder / "data").glob("*")}
    try:
        return Corpus(
            folder,
            Provenance.from_dict(manifest["provenance"]),
            Selection.from_dict(manifest.get("selection", {})),
            tuple(manifest["totals"]["categories"]),
            manifest["totals"]["splits"],
            tuple(name for name, each in formats.FORMATS.items() if each in there),
            manifest["totals"],
        )
    except (KeyError, TypeError) as error:
        raise InvalidRequestError(f"{folder / MANIFEST} is damaged: {error!r}") from error
