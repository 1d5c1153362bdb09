"""Deaths of workers: whose fault they were, and what the record of that function says."""

from __future__ import annotations

import signal
import subprocess
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jaxsmith.pytest_plugin.containment import pulse, recycling, words

if TYPE_CHECKING:
    from pathlib import Path

    from jaxsmith.pytest_plugin.containment.watchdog import Watchdog

_ATTEMPTS = {-signal.SIGKILL: 3}
"""By exit status: that signal comes from outside more often than not."""
_USUAL_ATTEMPTS = 2
"""What kills a worker twice in the same function is the function's doing."""
_IDLE_ATTEMPTS = 9
"""A function that was only next in line did not begin; but nor may a run go on for ever."""

_TO_END = 5  # seconds


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a function is no sample: one of the reasons, and one line on what was seen."""

    reason: str
    detail: str


class Deaths:
    """The deaths of a session; lives in the controller.

    A function is blamed only if its worker dies of it again: what kills a process from outside
    (somebody, or a system that is short of memory) would leave a function out of the corpus that
    belongs into it.

    Args:
        folder: where workers leave their pulse and their last words.
        watchdog: who ends those that take too long.
        limit: after how many seconds.
    """

    def __init__(self, folder: Path, watchdog: Watchdog, limit: float) -> None:
        self._folder = folder
        self._watchdog = watchdog
        self._limit = limit
        self._counts: Counter[str] = Counter()
        self._worker = ""
        self._status: int | None = None
        self._running: str | None = None
        self._said = ""

    def note(self, node: Any) -> None:
        """Take note that a worker is gone, before what it ran is known."""
        self._worker = node.gateway.id
        self._status = _exit_status(node)
        path = self._folder / f"{self._worker}{pulse.SUFFIX}"
        beat = pulse.read(path)
        self._running = None if beat is None else beat.nodeid
        path.unlink(missing_ok=True)
        said = self._folder / f"{self._worker}{words.SUFFIX}"
        self._said = words.last(said)
        said.unlink(missing_ok=True)

    @property
    def recycled(self) -> bool:
        """Whether the worker noted last ended to be replaced."""
        return self._status == recycling.STATUS and self._running is None

    def judge(self, nodeid: str) -> Verdict | None:
        """What to say of the item that the worker noted last died with; None to run it again."""
        said = f"; last on stderr: {self._said}" if self._said else ""
        if self._watchdog.ended(self._worker, nodeid):
            return Verdict("timeout", f"no end after {self._limit:g} s{said}")
        self._counts[nodeid] += 1
        attempts = _ATTEMPTS.get(self._status or 0, _USUAL_ATTEMPTS)
        if self._running != nodeid:
            attempts = _IDLE_ATTEMPTS  # it died between two items
        if self._counts[nodeid] < attempts:
            return None
        return Verdict("crashed", f"its worker process {_ended(self._status)}{said}")


def _exit_status(node: Any) -> int | None:
    """That of the process of a worker; None if it can't be known, as on another machine."""
    process = getattr(getattr(node.gateway, "_io", None), "popen", None)
    if process is None:
        return None
    try:
        process.wait(timeout=_TO_END)
    except subprocess.TimeoutExpired:
        process.kill()  # it lost its connection to the controller, and is of no more use
    status: int = process.wait()
    return status


def _ended(status: int | None) -> str:
    if status is None:
        return "died"
    if status >= 0:
        return f"ended with exit code {status}"
    return f"died of {_name(-status)} (signal {-status})"


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return "a signal"
