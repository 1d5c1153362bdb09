"""Shards: the files of a corpus, of a bounded size each, written from lines of the parts."""

from __future__ import annotations

from contextlib import ExitStack
from hashlib import file_digest
from typing import TYPE_CHECKING, BinaryIO, Self

import orjson

from jaxsmith.dataset.formats import FORMATS
from jaxsmith.dataset.totals import FileEntry
from jaxsmith.record.build import verdict
from jaxsmith.record.fields import in_order

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    from jaxsmith.dataset.columns import Columns
    from jaxsmith.dataset.formats import Format
    from jaxsmith.dataset.index import Line


class Parts:
    """The parts of a run, opened for reading; a context."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._files: dict[Path, BinaryIO] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def content(self, line: Line) -> bytes:
        """The bytes of a line; those of a duplicate say that it is one."""
        if line.part not in self._files:
            self._files[line.part] = self._stack.enter_context(line.part.open("rb"))
        file = self._files[line.part]
        file.seek(line.offset)
        raw = file.read(line.size)
        return raw if line.twin is None else _as_reject(raw, line.twin)


def plan(lines: Iterable[Line], most: int) -> Iterator[list[Line]]:
    """Runs of lines that make up at most so many bytes; a longer line has a run of its own."""
    run: list[Line] = []
    size = 0
    for line in lines:
        if run and size + line.size > most:
            yield run
            run, size = [], 0
        run.append(line)
        size += line.size
    if run:
        yield run


def write_shards(
    parts: Parts,
    runs: Sequence[list[Line]],
    building: Path,
    split: str,
    formats: Iterable[str],
    columns: Columns,
) -> Iterator[FileEntry]:
    """Write each run to files named as hubs expect, under ``data/``: one in each format."""
    for number, run in enumerate(runs):
        shard = f"data/{split}-{number:05}-of-{len(runs):05}"
        for name in formats:
            chosen = FORMATS[name]
            yield write(parts, run, building, f"{shard}{chosen.suffix}", chosen, columns)


def write(
    parts: Parts,
    lines: Collection[Line],
    building: Path,
    name: str,
    chosen: Format,
    columns: Columns,
) -> FileEntry:
    """Copy lines into one file, in this order."""
    path = building / name
    sink = chosen.open(path, columns)
    for line in lines:
        sink.add(parts.content(line))
    sink.close()
    with path.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    return FileEntry(name, digest, path.stat().st_size, len(lines))


def _as_reject(raw: bytes, twin: str) -> bytes:
    record = in_order({**orjson.loads(raw), **verdict("duplicate", twin)})
    return orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)
