"""Shards: the files of a corpus, of a bounded size each, written from lines of the parts."""

from __future__ import annotations

from contextlib import ExitStack
from hashlib import sha256
from typing import TYPE_CHECKING, BinaryIO, Self

import orjson

from jaxsmith.dataset.totals import FileEntry
from jaxsmith.record.build import verdict
from jaxsmith.record.fields import in_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

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


def write_shards(parts: Parts, runs: Sequence[list[Line]], building: Path) -> list[FileEntry]:
    """Write each run to a file named as hubs expect, under ``data/``."""
    (building / "data").mkdir()
    return [
        write(parts, run, building, f"data/corpus-{i:05}-of-{len(runs):05}.jsonl")
        for i, run in enumerate(runs)
    ]


def write(parts: Parts, lines: Iterable[Line], building: Path, name: str) -> FileEntry:
    """Copy lines into one file, in this order."""
    digest, size, records = sha256(), 0, 0
    with (building / name).open("wb") as file:
        for line in lines:
            content = parts.content(line)
            file.write(content)
            digest.update(content)
            size += len(content)
            records += 1
    return FileEntry(name, digest.hexdigest(), size, records)


def _as_reject(raw: bytes, twin: str) -> bytes:
    record = in_order({**orjson.loads(raw), **verdict("duplicate", twin)})
    return orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)
