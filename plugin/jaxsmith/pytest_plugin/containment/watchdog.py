"""The watchdog: ends a worker whose function runs past its limit, from outside of the process.

A signal would not do: Python sees none while XLA runs.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from jaxsmith.pytest_plugin.containment import pulse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ASKED = signal.SIGUSR1
"""On this a worker writes to its last words where it is; see ``Words``."""

_INTERVAL = 0.5
_TO_ANSWER = 0.5


class Watchdog:
    """Looks at the pulses in a folder, in a thread of the controller.

    Args:
        folder: where the pulses are.
        limit: seconds that an item may take.
        governs: says of the id of an item whether the limit is meant for it.
    """

    def __init__(self, folder: Path, limit: float, governs: Callable[[str], bool]) -> None:
        self._folder = folder
        self._limit = limit
        self._governs = governs
        self._ended: dict[str, str] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="jaxsmith-watchdog", daemon=True)
        self._thread.start()

    def ended(self, worker: str, nodeid: str) -> bool:
        """Whether the worker was ended because of this item."""
        return self._ended.get(worker) == nodeid

    def close(self) -> None:
        """Watch no longer."""
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(_INTERVAL):
            for path in self._folder.glob(f"*{pulse.SUFFIX}"):
                beat = pulse.read(path)
                if beat is not None and self._is_late(beat):
                    self._end(path, beat)

    def _is_late(self, beat: pulse.Beat) -> bool:
        return time.monotonic() - beat.began > self._limit and self._governs(beat.nodeid)

    def _end(self, path: Path, beat: pulse.Beat) -> None:
        with suppress(ProcessLookupError):
            os.kill(beat.pid, ASKED)
            self._stop.wait(_TO_ANSWER)
            if pulse.read(path) != beat:
                return  # it came to its end just now
            self._ended[path.stem] = beat.nodeid
            for pid in [beat.pid, *children(beat.pid)]:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        path.unlink(missing_ok=True)


def children(pid: int) -> Iterator[int]:
    """The processes that a process started, and theirs; none where the system has no ``/proc``."""
    try:
        tasks = os.listdir(f"/proc/{pid}/task")
        texts = [_read(f"/proc/{pid}/task/{task}/children") for task in tasks]
    except FileNotFoundError:
        return
    for child in (int(each) for text in texts for each in text.split()):
        yield child
        yield from children(child)


def _read(path: str) -> str:
    with open(path, encoding="ascii") as file:
        return file.read()
