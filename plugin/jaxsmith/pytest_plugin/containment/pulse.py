"""The pulse of a worker: a file that says which item it runs, and since when."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SUFFIX = ".pulse"


@dataclass(frozen=True, slots=True)
class Beat:
    """What a pulse says: a process has been running an item since ``began`` (monotonic seconds)."""

    pid: int
    began: float
    nodeid: str


class Pulse:
    """The pulse of this process."""

    def __init__(self, folder: Path, worker: str) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        self._file = os.open(folder / f"{worker}{SUFFIX}", flags, 0o644)
        self._pid = os.getpid()

    @contextmanager
    def running(self, nodeid: str) -> Iterator[None]:
        """Say that an item is being run. What is left of a longer line before is not read."""
        # The clock is one for all processes of a machine.
        line = f"{self._pid} {time.monotonic()!r} {nodeid}\n"
        os.pwrite(self._file, line.encode(), 0)
        try:
            yield
        finally:
            os.pwrite(self._file, b"\n", 0)


def read(path: Path) -> Beat | None:
    """What a pulse says; None if no item is being run, or there is no pulse."""
    try:
        line, end, _ = path.read_text("utf-8", "replace").partition("\n")
    except FileNotFoundError:
        return None
    pid, _, rest = line.partition(" ")
    began, _, nodeid = rest.partition(" ")
    if not (end and pid.isdecimal() and nodeid):
        return None
    return Beat(int(pid), float(began), nodeid)
