"""``--corpus-cache``: executables that an earlier run left, and what they saved."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import orjson
import pytest

from jaxsmith.stages.caching import CacheUse, taken
from jaxsmith.stages.environment import cached

if TYPE_CHECKING:
    from collections.abc import Generator, MutableMapping
    from pathlib import Path

    from _pytest.terminal import TerminalReporter

_ATTRIBUTE = "jaxsmith_cache"
_NOTES = "jaxsmith.json"
"""In the folder: how many functions were compiled for it, and how many seconds that took."""


def use(folder: Path, environ: MutableMapping[str, str]) -> None:
    """Let this process, and those that it starts, keep executables in a folder.

    Raises:
        pytest.UsageError: it can't be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise pytest.UsageError(f"--corpus-cache: can't make {folder}: {error.strerror}") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise pytest.UsageError(f"--corpus-cache: can't write to {folder}")
    environ.update(cached(str(folder)))


class CacheReports:
    """Puts on the report of an item what was found for it; lives where items run."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Attach it as plain values, which xdist can send."""
        report = yield
        if call.when == "call":
            found = taken()
            setattr(report, _ATTRIBUTE, [found.found, found.compiled, found.seconds])
        return report


class CacheSummary:
    """Says at the end what was found; lives in the controller, or in the only process."""

    def __init__(self, folder: Path, shown: str) -> None:
        self._folder = folder
        self._shown = shown
        self._use = CacheUse()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count in what a report says."""
        self._use.add(CacheUse(*getattr(report, _ATTRIBUTE, ())))

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: TerminalReporter) -> None:
        """Write one line, after the table."""
        found, compiled = self._use.found, self._use.compiled
        if not found + compiled:
            return
        before = self._compiled_before()
        line = f"compilation cache {self._shown}: {found:,} of {found + compiled:,} functions found"
        if found and before.compiled:
            saved = found * before.seconds / before.compiled
            line += f", about {saved:,.0f} s of compiling saved"
        before.add(self._use)
        try:
            self._note(before)
        except OSError as error:
            line += f"; can't write there: {error.strerror}"
        terminalreporter.write_line(line)

    def _compiled_before(self) -> CacheUse:
        """What earlier runs compiled for this cache; nothing where no note of it can be read."""
        try:
            noted = orjson.loads((self._folder / _NOTES).read_bytes())
            return CacheUse(0, int(noted["functions"]), float(noted["seconds"]))
        except (OSError, ValueError, KeyError, TypeError):
            return CacheUse()

    def _note(self, use: CacheUse) -> None:
        path = self._folder / _NOTES
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.write_bytes(orjson.dumps({"functions": use.compiled, "seconds": use.seconds}))
        fresh.replace(path)
