"""Reading a corpus: the records of a folder or of a file, one at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from jaxsmith.dataset import formats
from jaxsmith.dataset.marker import MANIFEST, is_ours
from jaxsmith.dataset.splits import SPLITS
from jaxsmith.errors import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Record = dict[str, Any]


def read(source: Path) -> Iterator[Record]:
    """The samples of a corpus, or the records of one file, in order.

    Args:
        source: the folder of a corpus, or a file in one of its formats.

    Raises:
        InvalidRequestError: there is no corpus, or a line of it is damaged; names file and line.
    """
    for path in files(source):
        yield from _records(path)


def read_rejects(folder: Path) -> Iterator[Record]:
    """The rejects of a corpus; a file that isn't there has none.

    Raises:
        InvalidRequestError: a line is damaged.
    """
    path = folder / "rejects.jsonl"
    if path.exists():
        yield from _records(path)


def files(source: Path) -> list[Path]:
    """The files that hold the samples of a corpus, in order: split by split, in one format.

    Raises:
        InvalidRequestError: there is no corpus.
    """
    if source.is_file():
        return [source]
    if not source.exists():
        raise InvalidRequestError(f"there is no {source}; name the folder of a corpus or a file")
    if (source / ".partial" / "next" / MANIFEST).exists():
        raise InvalidRequestError(f"{source} is half replaced; run the command that wrote it again")
    by_format: dict[str, list[Path]] = {name: [] for name in formats.FORMATS}
    for path in (source / "data").glob("*"):
        found = formats.of(path)
        if found is not None:
            by_format[found.name].append(path)
    chosen = next((paths for paths in by_format.values() if paths), [])
    if not chosen and not is_ours(source / MANIFEST):
        kinds = ", ".join(f"data/*.{name}" for name in formats.FORMATS)
        raise InvalidRequestError(f"{source} holds no corpus: none of {kinds} in it")
    return formats.by_split(chosen, SPLITS)


def _records(path: Path) -> Iterator[Record]:
    chosen = formats.of(path) or formats.FORMATS["jsonl"]
    chosen.require()
    for number, line in enumerate(chosen.lines(path), start=1):
        yield _parsed(line, path, number)


def _parsed(line: bytes | Record, path: Path, number: int) -> Record:
    raw = line if isinstance(line, bytes) else b""
    try:
        record = orjson.loads(raw) if isinstance(line, bytes) else line
    except orjson.JSONDecodeError as error:
        what = "is cut off" if not raw.endswith(b"\n") else f"is not JSON: {error}"
        raise InvalidRequestError(f"{path}, line {number} {what}") from None
    if not isinstance(record, dict):
        raise InvalidRequestError(f"{path}, line {number} is no record but another JSON value")
    for name in ("id", "category"):
        if not isinstance(record.get(name), str):
            raise InvalidRequestError(f"{path}, line {number} has no {name}")
    return record
