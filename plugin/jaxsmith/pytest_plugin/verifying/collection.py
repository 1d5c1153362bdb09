"""Collection: the records of the files and folders that the command line names."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from jaxsmith.dataset import formats
from jaxsmith.dataset.marker import FORMAT, MANIFEST, is_ours, read_marked
from jaxsmith.errors import InvalidRequestError
from jaxsmith.pytest_plugin import markers
from jaxsmith.pytest_plugin.verifying.items import (
    BrokenItem,
    DamagedItem,
    ListedItem,
    RecordItem,
    RejectItem,
    UnreadItem,
)
from jaxsmith.pytest_plugin.verifying.named import (
    DATA,
    is_corpus,
    looks_like_records,
    named,
)
from jaxsmith.pytest_plugin.verifying.rows import REJECTS, Damage, rows
from jaxsmith.stages.environment import prepare

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from jaxsmith.pytest_plugin.verifying.rows import Row

# What a record must have where no manifest says it.
_TEXTS = ("stablehlo",)
_NAME = re.compile(r"[A-Za-z]\w*")


class Records:
    """Turns files of records into items; lives in every process that collects."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._named = named(config)
        # Their owners act on them: a record with the tag "skip" must not be skipped.
        self._taken = markers.registered(config) - markers.of_corpora(config)
        self._places: dict[tuple[Path, str, str], str] = {}
        self._marked: set[str] = set()
        self._found = False

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> Any:
        """Take the files of records, and the manifest, of what the command line names."""
        folder = file_path.parent
        if file_path.name == MANIFEST and folder in self._named and is_corpus(folder):
            return self._made(ManifestFile, parent, file_path)
        if formats.of(file_path) is None or not self._is_meant(file_path):
            return None
        why = _why_not_read(file_path)
        made = self._made(UnreadFile if why else RecordFile, parent, file_path)
        if why:
            made.why = why
        else:
            made.records = self
        return made

    def note(self, row: Row, path: Path) -> str | None:
        """Note where an id was met; where it was met before in the same corpus, if it was."""
        corpus = next(filter(is_corpus, path.parents[:2]), path)
        place = f"{path.name}, line {row.number}"
        # A corpus may be there in several formats, each with all of it.
        kind = formats.of(path)
        known = self._places.setdefault((corpus, kind.name if kind else "", row.id), place)
        return None if known == place else known

    def selectors(self, names: tuple[str, ...]) -> Iterator[pytest.MarkDecorator]:
        """Markers of a record, if anything is selected by markers."""
        option = self._config.option
        if not (option.markexpr or option.keyword):
            return
        for name in filter(_NAME.fullmatch, names):
            if name in self._taken:
                continue
            if name not in self._marked:
                self._marked.add(name)
                if name not in markers.registered(self._config):
                    self._config.addinivalue_line("markers", f"{name}: a category or tag")
            yield getattr(pytest.mark, name)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self) -> None:
        """Refuse ``-m`` with a name that no record carries."""
        if self._found:
            known = self._marked | markers.registered(self._config)
            markers.refuse_unknown(self._config.option.markexpr, known)

    def _made(self, kind: Any, parent: pytest.Collector, path: Path) -> Any:
        self._found = True
        prepare(os.environ)  # items will compile; nothing of it was imported yet
        return kind.from_parent(parent, path=path)

    def _is_meant(self, path: Path) -> bool:
        """Whether a file is one of records that somebody asked for.

        One that is named itself always is. One in a named folder, or in a folder of it, is if it
        belongs to a corpus or looks like records; what lies deeper belongs to a project that
        happens to hold a corpus.
        """
        if path in self._named:
            return True
        folders = (path.parent, path.parent.parent)
        near = not self._named.isdisjoint(folders)
        return near and (any(map(is_corpus, folders)) or looks_like_records(path))


class RecordFile(pytest.File):
    """A file of records: an item for each, and one for each line that holds none."""

    records: Records

    def collect(self) -> Iterator[pytest.Item]:
        """Read the file once, line by line."""
        texts = _texts_of(self.path)
        try:
            for row in rows(self.path):
                if isinstance(row, Damage):
                    yield self._damaged(row.number, row.what)
                    continue
                earlier = self.records.note(row, self.path)
                if earlier is not None:
                    yield self._damaged(row.number, f"has the id of {earlier}: {row.id}")
                elif row.is_reject and self.path.parent.name == DATA:
                    yield self._damaged(row.number, "has a status, which no sample has")
                else:
                    yield self._item(row, texts)
        except OSError as error:
            yield BrokenItem.from_parent(self, name="file", what=f"can't be read: {error.strerror}")

    def _item(self, row: Row, texts: tuple[str, ...]) -> pytest.Item:
        item: pytest.Item
        if row.is_reject or self.path.name == REJECTS:
            item = RejectItem.from_parent(self, name=row.id, row=row)
        else:
            item = RecordItem.from_parent(self, name=row.id, row=row, texts=texts)
        for mark in self.records.selectors(row.markers):
            item.add_marker(mark)
        return item

    def _damaged(self, number: int, what: str) -> DamagedItem:
        made: DamagedItem = DamagedItem.from_parent(
            self, name=f"line-{number}", number=number, what=what
        )
        return made


class ManifestFile(pytest.File):
    """A manifest: an item for each file that it lists, or should."""

    def collect(self) -> Iterator[pytest.Item]:
        """Read the manifest."""
        listed = self._listed()
        if isinstance(listed, str):
            yield BrokenItem.from_parent(self, name="manifest", what=listed)
            return
        folder = self.path.parent
        if is_ours(folder / ".partial" / "next" / MANIFEST):
            what = "is of a corpus that is half replaced; run the command that wrote it again"
            yield BrokenItem.from_parent(self, name="manifest", what=what)
        there = {f"{DATA}/{path.name}" for path in (folder / DATA).iterdir() if path.is_file()}
        for name in [*listed, *sorted(there - listed.keys())]:
            yield ListedItem.from_parent(self, name=name, entry=listed.get(name))

    def _listed(self) -> dict[str, dict[str, Any]] | str:
        """The entry of each file, or why there is none."""
        try:
            manifest = orjson.loads(self.path.read_bytes())
        except (orjson.JSONDecodeError, OSError) as error:
            return f"can't be read: {error}"
        if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
            return f"is not of a corpus: its format is not {FORMAT!r}"
        files = manifest.get("files")
        if not isinstance(files, list) or not all(map(_is_entry, files)):
            return "has no list of files, each with its name, bytes and sha256"
        return {entry["name"]: entry for entry in files}


class UnreadFile(pytest.File):
    """A file of records that can't be read, though nothing is wrong with it."""

    why: str

    def collect(self) -> Iterator[pytest.Item]:
        """One item, which says so."""
        yield UnreadItem.from_parent(self, name=self.path.name, why=self.why)


def _why_not_read(path: Path) -> str:
    """Why the records of a file can't be verified, whatever they are; empty if they can."""
    found = formats.of(path)
    if found is not None:
        try:
            found.require()
        except InvalidRequestError as error:
            return str(error)
    manifest = read_marked(path.parent.parent / MANIFEST) or {}
    selection = manifest.get("selection")
    if isinstance(selection, dict) and selection.get("fields"):
        return "its records have some of the fields only"
    return ""


def _is_entry(entry: object) -> bool:
    return isinstance(entry, dict) and all(
        isinstance(entry.get(name), kind)
        for name, kind in (("name", str), ("bytes", int), ("sha256", str))
    )


def _texts_of(path: Path) -> tuple[str, ...]:
    """The stages whose texts the records of a file must have, as their manifest says."""
    manifest = read_marked(path.parent.parent / MANIFEST) or {}
    provenance = manifest.get("provenance")
    stages = provenance.get("stages") if isinstance(provenance, dict) else None
    return tuple(map(str, stages)) if isinstance(stages, list) else _TEXTS
