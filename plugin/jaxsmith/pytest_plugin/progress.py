"""The progress line: how many of how many, how fast, how long still, and what went wrong."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from jaxsmith.pytest_plugin.receipts import attached

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter

    from jaxsmith.pytest_plugin.ledger import Ledger

_TTY_INTERVAL = 0.5  # seconds between updates in place; faster than this nobody reads
_LINE_INTERVAL = 10.0  # seconds between lines in a log file


class Progress:
    """Shows a corpus as one line where pytest would print ten thousand dots.

    Registered only at pytest's normal verbosity and below; ``-v`` keeps pytest's line an item.
    Ordinary tests of the same session keep their dots.
    """

    def __init__(self, reporter: TerminalReporter, ledger: Ledger) -> None:
        self._reporter = reporter
        self._ledger = ledger
        self._tty = bool(reporter.isatty)
        self._quiet = reporter.verbosity < 0
        self._shows_paths = True
        self._started: float | None = None
        self._shown_at = 0.0
        self._shown = -1
        self._ended = False

    def pytest_sessionstart(self) -> None:
        """Note whether file names are shown; xdist has decided by now."""
        self._shows_paths = self._reporter.showfspath

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Start the clock; keep pytest from naming the file before our line."""
        ours = self._ledger.expects(nodeid)
        self._reporter.showfspath = self._shows_paths and not ours
        if ours and self._started is None:
            self._started = self._shown_at = time.monotonic()
            self._reporter.ensure_newline()

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """Count a function as pytest counts any test, but print neither letter nor word.

        The words are back when the loop has ended: the short summary asks for them again.
        """
        if self._ended:
            return None
        if self._ledger.expects(report.nodeid) and attached(report):
            return report.outcome, "", ""
        return None

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Bring the line up to date, after the ledger took the report in."""
        if self._started is None or not self._ledger.expects(report.nodeid):
            return
        interval = _TTY_INTERVAL if self._tty else _LINE_INTERVAL
        now = time.monotonic()
        done = self._ledger.finished == self._ledger.expected
        if done or now - self._shown_at >= interval:
            self._shown_at = now
            self._show(now)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self) -> object:
        """Leave the last state standing, however the loop ends."""
        try:
            return (yield)
        finally:
            self._ended = True
            if self._started is not None:
                self._show(time.monotonic())
                if self._tty:
                    self._reporter.line("")

    def _show(self, now: float) -> None:
        if self._ledger.finished == self._shown:
            return
        self._shown = self._ledger.finished
        started = now if self._started is None else self._started
        line = _line(self._ledger, now - started)
        if self._tty:
            self._reporter.rewrite(line, erase=True)
            self._reporter.flush()
        elif not self._quiet:
            self._reporter.write_line(line)


def _line(ledger: Ledger, seconds: float) -> str:
    done, of = ledger.finished, ledger.expected
    rate = done / seconds if seconds > 0 else 0.0
    fields = [f"{done}/{of}", f"{100 * done // of:3d}%", f"{rate:.1f}/s"]
    fields.append(
        f"eta {_clock((of - done) / rate)}" if rate and done < of else f"in {_clock(seconds)}"
    )
    fields += [f"rejected {ledger.count('rejected')}", f"failed {ledger.count('failed')}"]
    if crashed := ledger.count("crashed"):
        fields.append(f"crashed {crashed}")
    return "  ".join(fields)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
