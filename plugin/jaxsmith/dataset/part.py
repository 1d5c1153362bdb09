"""Parts: what one process writes, record by record, as it goes."""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Literal, Self
from urllib.parse import quote

import orjson

from jaxsmith.dataset.index import NOTES, note
from jaxsmith.errors import DiskError, InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Status = Literal["verified", "rejected", "failed", "crashed"]

_FLAGS = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND

SYNC_SECONDS = 30
"""How often a part is written through to the disk: what a power cut may take, at most.

It takes some ten milliseconds, so that it is a thousandth of the time at most.
"""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What is known of a record that was written: small enough to travel on a report.

    Attributes:
        id: the record's.
        category: the record's.
        status: what became of the function.
        reason: why it is no sample; None if it is one.
        digest: the SHA-256 of the line, in hexadecimal.
        size: the bytes of the line.
    """

    id: str
    category: str
    status: Status
    reason: str | None
    digest: str
    size: int

    def as_dict(self) -> dict[str, Any]:
        """The receipt as JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The receipt that ``as_dict`` was called on."""
        return cls(**values)


class PartWriter:
    """Appends records to the part of one process; each is with the system when the call returns.

    Beside the part lies a file of notes on its records, so that they need not be read to be sorted.

    So a process that is killed loses at most the record that it was writing, and leaves at most
    one line cut off, at the end. A power cut loses what was written since the last
    ``SYNC_SECONDS``. A part that somebody deletes while it is written is put back.

    The part is locked as long as its writer lives.

    Args:
        staging: ``Staging.path`` of the claimed folder.
        worker: the name of the process, one in a run.

    Raises:
        DiskError: there is a part of that name, or it can't be written.
    """

    def __init__(self, staging: Path, worker: str) -> None:
        self._path = staging / "parts" / f"{quote(worker, safe='')}.jsonl"
        self._paths = (self._path, self._path.with_suffix(NOTES))
        self._descriptors: list[int] = []
        self._synced = time.monotonic()
        for path in self._paths:
            try:
                self._descriptors.append(os.open(path, _FLAGS, 0o644))
            except OSError as error:
                self.close()
                raise DiskError(f"can't write {path}: {error.strerror}") from error
        fcntl.flock(self._descriptors[0], fcntl.LOCK_EX)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def emit(self, record: Mapping[str, Any]) -> Receipt:
        """Write the record of a function that passed every check.

        Raises:
            InvalidRequestError: the record can't be written as it is; a hook changed it, then.
            DiskError: the disk refuses it; what was written before is unharmed.
        """
        if "status" in record:
            raise InvalidRequestError(
                f"{record.get('id')}: the field 'status' is kept for rejects; give it another name"
            )
        return self._append(record)

    def reject(self, record: Mapping[str, Any]) -> Receipt:
        """Write the record of a function that is no sample; it has a ``status`` and a ``reason``.

        Raises:
            InvalidRequestError: as for ``emit``.
            DiskError: as for ``emit``.
        """
        if "status" not in record or "reason" not in record:
            raise InvalidRequestError(f"{record.get('id')}: a reject needs a status and a reason")
        return self._append(record)

    def close(self) -> None:
        """Close the file. Nothing is lost without: every record was written when its call ended."""
        if len(self._descriptors) == len(self._paths):
            with suppress(DiskError):  # what is missing is missing from the account, which says so
                self._put_back()
        for descriptor in self._descriptors:
            os.close(descriptor)
        self._descriptors = []

    def _put_back(self) -> None:
        """Make the files again that were deleted, with what they held."""
        for place, path in enumerate(self._paths):
            old = self._descriptors[place]
            if os.fstat(old).st_nlink:
                continue
            try:
                fresh = os.open(path, _FLAGS, 0o644)
                _copy(old, fresh)
            except OSError as error:
                raise DiskError(f"{path} is gone, can't put it back: {error.strerror}") from error
            fcntl.flock(fresh, fcntl.LOCK_EX)
            self._descriptors[place] = fresh
            os.close(old)

    def _sync(self) -> None:
        now = time.monotonic()
        if now - self._synced >= SYNC_SECONDS:
            for descriptor in self._descriptors:
                os.fsync(descriptor)
            self._synced = now

    def _append(self, record: Mapping[str, Any]) -> Receipt:
        line = _line(record)
        self._put_back()
        starts = [os.lseek(each, 0, os.SEEK_END) for each in self._descriptors]
        # The record first: what a note lacks can be found again, but not what a record lacks.
        contents = (line, note(record, starts[0], len(line)))
        try:
            for descriptor, content in zip(self._descriptors, contents, strict=True):
                _write(descriptor, content)
            self._sync()
        except OSError as error:
            # Half a line in the midst would make the rest of the part unreadable.
            for descriptor, start in zip(self._descriptors, starts, strict=True):
                os.ftruncate(descriptor, start)
            raise DiskError(f"can't write {self._path}: {error.strerror}") from error
        return Receipt(
            id=record["id"],
            category=record["category"],
            status=record.get("status", "verified"),
            reason=record.get("reason"),
            digest=sha256(line).hexdigest(),
            size=len(line),
        )


def _line(record: Mapping[str, Any]) -> bytes:
    for name in ("id", "category"):
        if not isinstance(record.get(name), str):
            raise InvalidRequestError(f"a record without {name!r} can't be written; a hook lost it")
    try:
        return orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)
    except TypeError as error:
        raise InvalidRequestError(f"{record['id']} is not JSON: {error}") from error


def _write(descriptor: int, line: bytes) -> None:
    rest = memoryview(line)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _copy(source: int, target: int) -> None:
    start = 0
    while content := os.pread(source, 1 << 20, start):
        _write(target, content)
        start += len(content)
