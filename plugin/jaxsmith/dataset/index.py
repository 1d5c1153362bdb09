"""The index of the parts: where each record lies and what it may be a duplicate of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from jaxsmith.dataset.folder import CONTROLLER
from jaxsmith.dataset.keys import keys
from jaxsmith.dataset.order import natural
from jaxsmith.errors import JaxsmithError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Line:
    """One record of a part, without its content: some 500 bytes of memory.

    Attributes:
        id: the record's.
        category: the record's.
        status: None for a sample.
        reason: None for a sample.
        keys: a sample's keys by field, see ``jaxsmith.dataset.keys``.
        part: the file that it lies in.
        offset: where in the file it begins.
        size: its bytes, line break included.
        twin: for a duplicate, in which field it equals which record.
    """

    id: str
    category: str
    status: str | None
    reason: str | None
    keys: Mapping[str, bytes]
    part: Path
    offset: int
    size: int
    twin: str | None = None


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
    offset = 0
    with part.open("rb") as file:
        for number, raw in enumerate(file, start=1):
            if not raw.endswith(b"\n"):
                return  # its writer was killed in the midst; only a last line can be cut off
            yield _line(_parsed(raw, part, number), part, offset, len(raw))
            offset += len(raw)


def _parsed(raw: bytes, part: Path, number: int) -> dict[str, Any]:
    try:
        record: dict[str, Any] = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise JaxsmithError(f"{part.name}, line {number}: {error}") from error
    return record


def _line(record: Mapping[str, Any], part: Path, offset: int, size: int) -> Line:
    status = record.get("status")
    return Line(
        id=record["id"],
        category=record["category"],
        status=status,
        reason=record.get("reason") if status else None,
        keys=keys(record) if status is None else {},
        part=part,
        offset=offset,
        size=size,
    )
