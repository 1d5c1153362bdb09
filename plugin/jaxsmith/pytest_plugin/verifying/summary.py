"""What a session that verified records says at its end."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from jaxsmith.dataset.marker import MANIFEST
from jaxsmith.pytest_plugin.verifying.items import VERIFIED, RecordItem
from jaxsmith.pytest_plugin.verifying.named import without_manifest

if TYPE_CHECKING:
    from collections.abc import Generator

    from _pytest.terminal import TerminalReporter

_ATTRIBUTE = "jaxsmith_verified"

_SOURCE_NOT_RUN = (
    "source code was not run, only the IR: running source is running a program; "
    "--run-source does, where you trust who wrote it"
)


class VerifiedReports:
    """Puts on the report of a record what was done to it; lives in every process."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Attach it, as plain values that xdist can send."""
        report = yield
        if call.when == "call" and isinstance(item, RecordItem):
            verified = item.stash.get(VERIFIED, {})
            setattr(report, _ATTRIBUTE, verified)
            if report.skipped and verified:
                # pytest names the line of ours that raised; the record's says more.
                path, line, _ = item.location
                why = item.why_not_run(verified)
                report.longrepr = (path, (line or 0) + 1, f"Skipped: {why}")
        return report


class VerifiedSummary:
    """Counts what was verified, and says so; lives in the controller, or in the only process."""

    def __init__(self, config: pytest.Config) -> None:
        self._runs_source = config.getoption("run_source")
        self._counts: Counter[str] = Counter()
        self._notes: Counter[str] = Counter()
        self._without_manifest = without_manifest(config)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a record."""
        found: dict[str, Any] | None = getattr(report, _ATTRIBUTE, None)
        if found is None:
            return
        failed = bool(report.failed)
        self._counts["records"] += 1
        self._counts["failed"] += failed
        if not failed:
            self._counts["run"] += not found["not_run"]
            self._counts["from source"] += found["from_source"]
        self._notes.update(found.get("notes", ()))
        if found.get("not_run"):
            self._notes[f"not run: {found['not_run']}"] += 1

    def pytest_terminal_summary(self, terminalreporter: TerminalReporter) -> None:
        """Write what was done, and what was not."""
        if not self._counts["records"]:
            return
        terminalreporter.write_sep("=", "jaxsmith")
        terminalreporter.write_line(self._line())
        if not self._runs_source:
            terminalreporter.write_line(_SOURCE_NOT_RUN)
        for note, count in sorted(self._notes.items()):
            terminalreporter.write_line(f"{count:,} of them: {note}")
        for folder in self._without_manifest:
            terminalreporter.write_line(f"{folder} has no {MANIFEST}: no checksum was compared")

    def _line(self) -> str:
        records, failed = self._counts["records"], self._counts["failed"]
        only_read = records - failed - self._counts["run"]
        parts = [f"{self._counts['run']:,} read and run on their inputs"]
        parts += [f"{only_read:,} only read"] if only_read else []
        if self._runs_source:
            parts.append(f"{self._counts['from source']:,} run from source too")
        parts += [f"{failed:,} damaged"] if failed else []
        return f"{records:,} {'record' if records == 1 else 'records'}: {', '.join(parts)}"
