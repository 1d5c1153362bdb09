"""The account of a session: kept while it runs, settled when it ends."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from jaxsmith.errors import JaxsmithError
from jaxsmith.pytest_plugin.baseline import Comparison
from jaxsmith.pytest_plugin.ledger import Ledger
from jaxsmith.pytest_plugin.receipts import attached, seconds_of
from jaxsmith.pytest_plugin.summary import rows_of, write_files, write_table, write_times
from jaxsmith.stages import supported

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _pytest.terminal import TerminalReporter

    from jaxsmith.dataset import Totals
    from jaxsmith.pytest_plugin.publication import Publication


_WRONG = {"red": True, "bold": True}


class Account:
    """Enters every report, and publishes the corpus if all is accounted for.

    Lives in the controller, or in the only process.
    """

    def __init__(self) -> None:
        self.ledger = Ledger()
        self.publication: Publication | None = None
        self._started = self._ended = time.monotonic()
        self._totals: Totals | None = None
        self._comparison: Comparison | None = None
        self._notes: list[tuple[str, dict[str, bool]]] = []

    def publish_in(self, publication: Publication) -> None:
        """Publish there; begin with what was done before."""
        self.publication = publication
        self.ledger.restore(publication.restored)
        if publication.restored:
            self._notes.append((f"{len(publication.restored):,} functions were done before", {}))

    def expect(self, nodeids: Iterable[str]) -> None:
        """Open the account for what was collected."""
        self.ledger.expect(nodeids)
        self._started = time.monotonic()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Enter what a report says."""
        receipts = attached(report)
        if receipts:
            stages = seconds_of(report)
            self.ledger.enter(report.nodeid, receipts, report.duration, stages)
            self._ended = time.monotonic()

    def settle(self, session: pytest.Session, exitstatus: int) -> None:
        """Publish a complete corpus; say of any other what it lacks, and fail the session."""
        early = bool(session.shouldfail or session.shouldstop) or exitstatus not in (
            pytest.ExitCode.OK,
            pytest.ExitCode.TESTS_FAILED,
        )
        wrong = self.ledger.discrepancies()
        if not self.ledger.opened or (not self.ledger.ids and (early or not wrong)):
            self.abandon()  # nothing was run, and pytest says why
        elif wrong:
            self._refuse(session, "stopped early" if early else "the account is wrong", wrong)
        elif self.publication is not None:
            self._publish(session, self.publication)

    def abandon(self) -> None:
        """Give the folder up as it was found, if it is still held."""
        if self.publication is not None:
            self.publication.abandon()

    def _publish(self, session: pytest.Session, publication: Publication) -> None:
        try:
            self._totals = publication.publish(self.ledger)
        except (JaxsmithError, OSError) as error:
            self._refuse(session, "the corpus could not be finished", [str(error)])
            return
        if any(r.status in ("failed", "crashed") for r in publication.restored):
            _fail(session)
        compared = publication.comparison
        if isinstance(compared, Comparison):
            self._comparison = compared
            if compared.broken:
                _fail(session)
        elif compared is not None:
            self._notes.append((f"--emit-baseline: {compared}", _WRONG))
            _fail(session)

    def _refuse(self, session: pytest.Session, what: str, lines: Iterable[str]) -> None:
        self._notes += [(f"{what}: {line}", _WRONG) for line in lines]
        if self.publication is not None:
            self._notes += [(line, _WRONG) for line in self.publication.leave()]
        _fail(session)

    def pytest_terminal_summary(self, terminalreporter: TerminalReporter) -> None:
        """Write the table, then where the files are or why there are none."""
        if not self.ledger.ids and not self._notes:
            return
        rows = rows_of(self.ledger, self._totals, self._ended - self._started)
        write_table(terminalreporter, rows)
        write_times(terminalreporter, self.ledger.times)
        if self.publication is not None and self._totals is not None:
            write_files(terminalreporter, self.publication.shown, self._totals)
        if self._comparison is not None:
            self._comparison.write(terminalreporter)
        unknown = supported.check(supported.installed())
        if unknown is not None:
            terminalreporter.write_line(unknown, yellow=True)
        for line, markup in self._notes:
            terminalreporter.write_line(line, **markup)

    def pytest_unconfigure(self) -> None:
        """Give the folder up where the session ended before it began."""
        self.abandon()


def _fail(session: pytest.Session) -> None:
    if session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
