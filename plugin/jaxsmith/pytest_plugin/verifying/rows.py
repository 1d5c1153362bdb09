"""The rows of a file of records: where each lies and what selects it, without its content."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any, BinaryIO

import orjson

from jaxsmith.errors import DamagedFileError, JaxsmithError
from jaxsmith.pytest_plugin.verifying.packed import content, contents, is_packed

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
        number: its line, from 1; in a table, its row.
        offset: where in the file it begins; 0 where the file is packed.
        size: its bytes, line break included; likewise.
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
    """The rows of a file. Memory holds one line at a time; of a table, some rows."""
    damaged = 0
    row: Row | Damage | None = None
    for row in _packed(path) if is_packed(path) else _plain(path):
        yield row
        damaged += isinstance(row, Damage)
        if damaged == MOST_DAMAGED:
            after = row.number + 1
            yield Damage(after, "and all after it were not read: too many are damaged")
            return
    if row is None and path.name != REJECTS:
        yield Damage(1, "is not there: the file is empty")


def _plain(path: Path) -> Iterator[Row | Damage]:
    with path.open("rb") as file:
        for number in count(1):
            offset = file.tell()
            raw = file.readline(LONGEST + 1)
            if not raw:
                return
            if len(raw) > LONGEST:
                _skip_line(file, raw)
            yield _row_or_damage(raw, number, offset)


def _packed(path: Path) -> Iterator[Row | Damage]:
    number = 0
    try:
        for number, content in enumerate(contents(path), 1):
            yield _row_or_damage(content, number, 0)
    except DamagedFileError as error:
        yield Damage(number + 1, f"and all after it can't be read: {error.what}")


def load(path: Path, row: Row) -> Record:
    """The record of a row.

    Raises:
        DamageError: it is gone; the file was changed meanwhile.
    """
    if is_packed(path):
        record = _parsed_of_packed(path, row.number)
    else:
        with path.open("rb") as file:
            file.seek(row.offset)
            record = parse(file.read(row.size))
    if record["id"] != row.id:
        raise DamageError("was changed while it was being verified")
    return record


def _parsed_of_packed(path: Path, number: int) -> Record:
    try:
        found = content(path, number)
    except DamagedFileError as error:
        raise DamageError(f"can't be read: {error.what}") from None
    if found is None:
        raise DamageError("was removed while it was being verified")
    return parse(found)


def parse(content: bytes | Record) -> Record:
    """The record in a line, or in a row of a table.

    Raises:
        DamageError: there is none.
    """
    record = _of_json(content) if isinstance(content, bytes) else content
    if not isinstance(record, dict):
        raise DamageError("is no record but another JSON value")
    for name in ("id", "category"):
        if name not in record:
            raise DamageError(f"has no field {name!r}")
        if not _is_name(record[name]):
            raise DamageError(f"has {record[name]!r:.40} for its {name}, expected a name")
    return record


def _of_json(raw: bytes) -> Any:
    if not raw.strip():
        raise DamageError("is empty")
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise DamageError(_why_not_json(raw, error)) from None


def _row_or_damage(content: bytes | Record, number: int, offset: int) -> Row | Damage:
    try:
        return _row(content, number, offset)
    except DamageError as error:
        return Damage(number, str(error))


def _row(content: bytes | Record, number: int, offset: int) -> Row:
    size = len(content) if isinstance(content, bytes) else 0
    if size > LONGEST:
        raise DamageError(f"is longer than {LONGEST // 2**20} MiB")
    record = parse(content)
    tags = record.get("tags")
    selectors = [record["category"], *(tags if isinstance(tags, list) else [])]
    markers = tuple(name for name in selectors if isinstance(name, str))
    return Row(number, offset, size, record["id"], markers, "status" in record)


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
