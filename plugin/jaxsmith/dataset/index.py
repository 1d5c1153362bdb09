"""The index of the parts: where each record lies, and what decides where it goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

import orjson

from jaxsmith.dataset.folder import CONTROLLER
from jaxsmith.dataset.order import natural
from jaxsmith.dataset.traits import Traits
from jaxsmith.errors import JaxsmithError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

NOTES = ".notes"
"""Of the file beside a part that holds an entry for each of its records."""


@dataclass(frozen=True, slots=True)
class Line:
    """One record of a part, without its content: some 2 kB of memory.

    Attributes:
        id: the record's.
        category: the record's.
        status: None for a sample.
        reason: None for a sample.
        traits: a sample's; None for a reject.
        part: the file that it lies in.
        offset: where in the file it begins.
        size: its bytes, line break included.
        twin: for a duplicate, in which field it equals which record.
    """

    id: str
    category: str
    status: str | None
    reason: str | None
    traits: Traits | None
    part: Path
    offset: int
    size: int
    twin: str | None = None


def note(record: Mapping[str, Any], offset: int, size: int) -> bytes:
    """The entry of a record that lies at this place of its part."""
    status = record.get("status")
    entry = {
        "id": record["id"],
        "category": record["category"],
        "status": status,
        "reason": record.get("reason") if status else None,
        "traits": Traits.of(record).as_dict() if status is None else None,
        "offset": offset,
        "size": size,
    }
    return orjson.dumps(entry, option=orjson.OPT_APPEND_NEWLINE)


def scan(parts: Path) -> list[Line]:
    """The lines of all parts, the latest where an id occurs twice.

    A function may have been written by a worker that died before it could report it; then the
    controller's word on it counts.
    """
    latest: dict[str, Line] = {}
    for part in sorted(parts.glob("*.jsonl"), key=_by_worker):
        for line in _lines(part):
            latest[line.id] = line
    return list(latest.values())


def _by_worker(part: Path) -> tuple[bool, tuple[str | int, ...]]:
    return part.stem.startswith(CONTROLLER), natural(part.stem)


def _lines(part: Path) -> Iterator[Line]:
    """The records of a part: as noted, and read again where a note is missing."""
    size = part.stat().st_size
    end = 0
    with part.open("rb") as file:
        for raw in _whole_lines(part.with_suffix(NOTES)):
            line = _line(raw, part)
            if line.offset + line.size > size:
                break
            yield from _unnoted(file, part, end, line.offset)
            yield line
            end = line.offset + line.size
        yield from _unnoted(file, part, end, size)


def _whole_lines(path: Path) -> Iterator[bytes]:
    if path.exists():
        with path.open("rb") as file:
            # Its writer may have been killed in the midst; only a last line can be cut off.
            yield from (raw for raw in file if raw.endswith(b"\n"))


def _unnoted(file: BinaryIO, part: Path, start: int, end: int) -> Iterator[Line]:
    file.seek(start)
    while start < end:
        raw = file.readline()
        if not raw.endswith(b"\n"):
            return
        yield _line(note(_parsed(raw, part, start), start, len(raw)), part)
        start += len(raw)


def _parsed(raw: bytes, part: Path, offset: int) -> dict[str, Any]:
    try:
        record: dict[str, Any] = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise JaxsmithError(f"{part.name}, at byte {offset}: {error}") from error
    return record


def _line(entry: bytes, part: Path) -> Line:
    values = orjson.loads(entry)
    traits = values.pop("traits")
    return Line(**values, traits=None if traits is None else Traits.from_dict(traits), part=part)
