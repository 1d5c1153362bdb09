"""The rows of a file of records: where each lies and what selects it, without its content."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any, BinaryIO

import orjson

from jaxsmith.errors import JaxsmithError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Record = dict[str, Any]

REJECTS = "rejects.jsonl"
"""The file for functions that are no samples; the only one that may be empty."""

LONGEST = 64 * 2**20
"""A longer line, in bytes, is no record: the longest of a corpus has less than one hundredth."""

_LONGEST_NAME = 200

MOST_DAMAGED = 100
"""After so many damaged lines a file is not read on: it is something else."""


class DamageError(JaxsmithError):
    """A record, or the line that should hold one, is not as it should be; ``str`` says how."""


@dataclass(frozen=True, slots=True)
class Row:
    """One record of a file.

    Attributes:
        number: its line, from 1.
        offset: where in the file it begins.
        size: its bytes, line break included.
        id: the record's.
        markers: its category and tags.
        is_reject: whether it is that of a function that is no sample.
    """

    number: int
    offset: int
    size: int
    id: str
    markers: tuple[str, ...]
    is_reject: bool


@dataclass(frozen=True, slots=True)
class Damage:
    """A line that holds no record: which, and why."""

    number: int
    what: str


def rows(path: Path) -> Iterator[Row | Damage]:
    """The rows of a file of JSON lines. Memory holds one line at a time."""
    damaged = 0
    with path.open("rb") as file:
        offset = 0
        for number in count(1):
            raw = file.readline(LONGEST + 1)
            if not raw:
                break
            try:
                if len(raw) > LONGEST:
                    _skip_line(file, raw)
                    raise DamageError(f"is longer than {LONGEST // 2**20} MiB")
                yield _row(raw, number, offset)
            except DamageError as error:
                damaged += 1
                yield Damage(number, str(error))
                if damaged == MOST_DAMAGED:
                    yield Damage(number + 1, "and all after it were not read: too many are damaged")
                    return
            offset = file.tell()
    if offset == 0 and path.name != REJECTS:
        yield Damage(1, "is not there: the file is empty")


def load(path: Path, row: Row) -> Record:
    """The record of a row.

    Raises:
        DamageError: it is gone; the file was changed meanwhile.
    """
    with path.open("rb") as file:
        file.seek(row.offset)
        record = parse(file.read(row.size))
    if record["id"] != row.id:
        raise DamageError("was changed while it was being verified")
    return record


def parse(raw: bytes) -> Record:
    """The record in a line.

    Raises:
        DamageError: there is none.
    """
    if not raw.strip():
        raise DamageError("is empty")
    try:
        record = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise DamageError(_why_not_json(raw, error)) from None
    if not isinstance(record, dict):
        raise DamageError("is no record but another JSON value")
    for name in ("id", "category"):
        if name not in record:
            raise DamageError(f"has no field {name!r}")
        if not _is_name(record[name]):
            raise DamageError(f"has {record[name]!r:.40} for its {name}, expected a name")
    return record


def _row(raw: bytes, number: int, offset: int) -> Row:
    record = parse(raw)
    tags = record.get("tags")
    selectors = [record["category"], *(tags if isinstance(tags, list) else [])]
    markers = tuple(name for name in selectors if isinstance(name, str))
    return Row(number, offset, len(raw), record["id"], markers, "status" in record)


def _is_name(value: object) -> bool:
    # What else a terminal would be sent, or a pattern of -k could not name.
    return isinstance(value, str) and 0 < len(value) <= _LONGEST_NAME and value.isprintable()


def _why_not_json(raw: bytes, error: orjson.JSONDecodeError) -> str:
    try:
        raw.decode()
    except UnicodeDecodeError as wrong:
        return f"is not UTF-8: byte {raw[wrong.start]:#04x} at column {wrong.start + 1}"
    return f"is not JSON: {error}" if raw.endswith(b"\n") else "is cut off"


def _skip_line(file: BinaryIO, raw: bytes) -> None:
    while raw and not raw.endswith(b"\n"):
        raw = file.readline(LONGEST)
