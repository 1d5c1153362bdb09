"""A run that died: what of its parts can be kept."""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import orjson

from jaxsmith.dataset.index import NOTES
from jaxsmith.dataset.part import Receipt
from jaxsmith.errors import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PATIENCE = 60.0
"""Seconds that a process of the run that died is given to end."""


def take_up(parts: Path, wanted: Callable[[str], bool]) -> list[Receipt]:
    """The receipts of the records that are kept; all else is cut out of the parts.

    A line that is no record, and what follows it in its part, was being written when the run died.

    Args:
        parts: the folder of the parts.
        wanted: says of an id whether its record is kept.

    Raises:
        InvalidRequestError: a process of the run that died still writes.
    """
    found = [part for part in sorted(parts.glob("*.jsonl")) if part.is_file()]
    return [receipt for part in found for receipt in _taken_up(part, wanted)]


def _taken_up(part: Path, wanted: Callable[[str], bool]) -> Iterator[Receipt]:
    end, drop = 0, False
    with _alone(part) as descriptor:
        for receipt in _whole(part):
            end += receipt.size
            if wanted(receipt.id):
                yield receipt
            else:
                drop = True
        os.ftruncate(descriptor, end)
        if drop:
            _without(part, wanted)
        else:
            _mend_notes(part.with_suffix(NOTES), end)


@contextmanager
def _alone(part: Path) -> Iterator[int]:
    """The part, opened once its writer has died: that may be compiling still."""
    descriptor = os.open(part, os.O_RDWR)
    try:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > until:
                    raise InvalidRequestError(
                        f"a process of the run that is to be resumed still writes {part}; end it"
                    ) from None
                time.sleep(0.1)
            else:
                break
        yield descriptor
    finally:
        os.close(descriptor)


def _whole(part: Path) -> Iterator[Receipt]:
    """A receipt for each record from the beginning of a part to the first line that is none."""
    with part.open("rb") as file:
        for raw in file:
            record = _record(raw)
            if record is None:
                return
            status = record.get("status", "verified")
            reason = record.get("reason") if "status" in record else None
            yield Receipt(record["id"], record["category"], status, reason, "", len(raw))


def _record(raw: bytes) -> dict[str, Any] | None:
    if not raw.endswith(b"\n"):
        return None
    try:
        record = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None  # a power cut may leave anything in the place of what was not synced
    if not isinstance(record, dict):
        return None
    named = all(isinstance(record.get(name), str) for name in ("id", "category"))
    return record if named else None


def _without(part: Path, wanted: Callable[[str], bool]) -> None:
    """Write a part again with the records that are kept; the merge can do without the notes."""
    fresh = part.with_suffix(".fresh")
    with part.open("rb") as source, fresh.open("wb") as target:
        target.writelines(raw for raw in source if wanted(orjson.loads(raw)["id"]))
    part.with_suffix(NOTES).unlink(missing_ok=True)
    fresh.rename(part)


def _mend_notes(notes: Path, end: int) -> None:
    """Cut off the notes what is no note, or notes what the part has not."""
    if not notes.exists():
        return
    kept = 0
    with notes.open("rb") as file:
        for raw in file:
            note = _record(raw)
            if note is None or note["offset"] + note["size"] > end:
                break
            kept += len(raw)
    os.truncate(notes, kept)
