"""The three parts a process can play: alone, xdist's controller, or one of its workers."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from jaxsmith.dataset import CONTROLLER, Receipt
from jaxsmith.errors import DiskError, InvalidRequestError
from jaxsmith.pytest_plugin import xdist_options
from jaxsmith.pytest_plugin.account import Account
from jaxsmith.pytest_plugin.containment import interrupts, orphans
from jaxsmith.pytest_plugin.containment import pulse as pulses
from jaxsmith.pytest_plugin.containment import words as last_words
from jaxsmith.pytest_plugin.containment.deaths import Deaths
from jaxsmith.pytest_plugin.containment.quiet import Quiet
from jaxsmith.pytest_plugin.containment.recycling import Recycling
from jaxsmith.pytest_plugin.containment.watchdog import Watchdog
from jaxsmith.pytest_plugin.desk import DESK, Desk
from jaxsmith.pytest_plugin.done import STAGED
from jaxsmith.pytest_plugin.publication import Publication
from jaxsmith.pytest_plugin.quota import case_of
from jaxsmith.pytest_plugin.receipts import attach
from jaxsmith.pytest_plugin.rerun import rerun

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from jaxsmith.pytest_plugin.options import Options

_PARTS = "jaxsmith_parts"
_PART = "jaxsmith_part"
_SIGNS = "jaxsmith_signs"
_PARENT = "jaxsmith_controller"
_AGAIN = "rerun"
_QUIETLY = "given back"
_STATUSES = {_AGAIN: (_AGAIN, "R", "RERUN"), _QUIETLY: ("", "", "")}
_REFUSAL = "jaxsmith_refusal"


def role_of(config: pytest.Config, options: Options) -> Alone | Controller | Worker:
    """The part that this process plays; a plugin to register."""
    if hasattr(config, "workerinput"):
        return Worker(config, options)
    if xdist_options.distributes(config):
        return Controller(config, options)
    return Alone(config, options)


def _runs_items(config: pytest.Config) -> bool:
    """Whether items that are collected will be called."""
    return not (config.getoption("collectonly") or config.getoption("setuponly"))


def _claim(config: pytest.Config, options: Options) -> Publication | None:
    """Claim the folder of ``--emit`` where there is one and something will be run."""
    if options.emit is None or not _runs_items(config):
        return None
    try:
        if options.baseline is not None:
            options.baseline.check()
    except InvalidRequestError as error:
        raise pytest.UsageError(f"--emit-baseline: {error}") from None
    try:
        publication = Publication(config, options, options.emit)
    except InvalidRequestError as error:
        raise pytest.UsageError(f"--emit: {error}") from None
    if publication.is_done:
        publication.abandon()
        pytest.exit(f"{publication.shown} holds the complete corpus; nothing to resume", 0)
    return publication


class Alone:
    """The only process: runs the items and keeps the account."""

    def __init__(self, config: pytest.Config, options: Options) -> None:
        if config.getoption("corpus_timeout") and _runs_items(config):
            raise pytest.UsageError(
                "--corpus-timeout: a function that hangs can be ended in a worker only; add -n 1"
            )
        self.account = Account()
        self._config = config
        self._options = options
        self._desk: Desk | None = None

    @pytest.hookimpl
    def pytest_sessionstart(self) -> None:
        """Claim the folder before anything is collected."""
        publication = _claim(self._config, self._options)
        if publication is None:
            self._desk = Desk(self._config, self._options, None, CONTROLLER)
        else:
            self.account.publish_in(publication)
            part = publication.part_of(CONTROLLER)
            self._desk = Desk(self._config, self._options, publication.parts, part)
        interrupts.watch()
        self._config.stash[DESK] = self._desk
        self._config.stash[STAGED] = publication.parts if publication else None
        self._config.stash[last_words.WORDS] = last_words.Words(None)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note what there is to run."""
        if _runs_items(self._config):
            self.account.expect(item.nodeid for item in session.items)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """End the part, then settle the account."""
        if self._desk is not None:
            self._desk.close()
        self.account.settle(session, exitstatus)


class Controller:
    """xdist's controller: runs nothing, keeps the account, and speaks for workers that died."""

    def __init__(self, config: pytest.Config, options: Options) -> None:
        if options.emit is not None and config.getoption("dist") == "each":
            raise pytest.UsageError("--emit: --dist=each would write every record several times")
        self.account = Account()
        self._config = config
        self._options = options
        self._collected: set[str] = set()
        self._early_deaths = 0
        self._signs: Path | None = None
        self._watchdog: Watchdog | None = None
        self._deaths: Deaths | None = None
        self._quiet: Quiet | None = None

    @pytest.hookimpl
    def pytest_sessionstart(self) -> None:
        """Claim the folder before workers start (xdist starts them last in this hook)."""
        publication = _claim(self._config, self._options)
        if publication is not None:
            self.account.publish_in(publication)
        self._signs = Path(tempfile.mkdtemp(prefix="jaxsmith-"))
        limit = self._options.timeout
        self._watchdog = Watchdog(self._signs, limit, self.account.ledger.expects)
        self._deaths = Deaths(self._signs, self._watchdog, limit)
        reporter = self._config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            self._quiet = Quiet(reporter.write_line)
            reporter.write_line = self._quiet.write_line

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker where its part goes, and where its signs of life."""
        publication = self.account.publication
        node.workerinput[_PARTS] = str(publication.parts) if publication else None
        worker = node.gateway.id
        node.workerinput[_PART] = publication.part_of(worker) if publication else worker
        node.workerinput[_SIGNS] = str(self._signs)
        node.workerinput[_PARENT] = os.getpid()

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: Any, ids: Sequence[str]) -> None:
        """Note what there is to run: the same in every worker."""
        if not self._collected and _runs_items(self._config):
            self.account.expect(ids)
        self._collected.add(node.gateway.id)

    @pytest.hookimpl(optionalhook=True, tryfirst=True)  # before xdist says so
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        """Note a death; repeat a usage error; end a session whose workers die too early."""
        if error and self._deaths is not None:
            self._deaths.note(node)
            if self._deaths.recycled and self._quiet is not None:
                self._quiet.expect(node.gateway.id, error)
        refusal = getattr(node, "workeroutput", {}).get(_REFUSAL)
        if refusal is not None:
            raise pytest.UsageError(refusal)
        if error and node.gateway.id not in self._collected:
            self._early_deaths += 1
            allowed = xdist_options.EARLY_DEATHS * node.workerinput["workercount"]
            if self._early_deaths > allowed:
                pytest.exit(
                    f"workers die while they collect: {error}", pytest.ExitCode.INTERNAL_ERROR
                )

    @pytest.hookimpl(optionalhook=True)
    def pytest_handlecrashitem(self, crashitem: str, report: pytest.TestReport, sched: Any) -> None:
        """Run the function with which a worker died again, or account for it."""
        if self._deaths is None:
            return
        case = case_of(crashitem)
        # A worker may die after an item was accounted for, before it told xdist.
        accounted = case is not None and not self.account.ledger.awaits(crashitem)
        if accounted or (self._deaths.recycled and _run_again(crashitem, sched)):
            report.outcome = _QUIETLY  # type: ignore[assignment]
            return
        if case is None:
            return
        verdict = self._deaths.judge(crashitem)
        if verdict is None and _run_again(crashitem, sched):
            report.outcome = _AGAIN  # type: ignore[assignment]
            return
        reason, detail = ("crashed", "its worker process died")
        if verdict is not None:
            reason, detail = verdict.reason, verdict.detail
        publication = self.account.publication
        if publication is None:
            receipt = Receipt(case.id, case.category, "crashed", reason, "", 0)
        else:
            try:
                receipt = publication.record_death(case.id, case.category, reason, detail)
            except DiskError as error:
                pytest.exit(str(error), pytest.ExitCode.INTERRUPTED)
        attach(report, [receipt], {})
        report.longrepr = (
            f"{report.longrepr}\n{reason}: {detail}\n\n{rerun(self._config, crashitem)}"
        )

    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """Count what is run again as that, and not as a failure."""
        return _STATUSES.get(report.outcome)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Settle the account, after xdist has ended the workers."""
        self.account.settle(session, exitstatus)

    def pytest_unconfigure(self) -> None:
        """Watch no longer."""
        if self._watchdog is not None:
            self._watchdog.close()
        if self._signs is not None:
            shutil.rmtree(self._signs, ignore_errors=True)


def _run_again(nodeid: str, scheduler: Any) -> bool:
    """Give an item to another worker; some ways to divide items can't."""
    try:
        scheduler.mark_test_pending(nodeid)
    except NotImplementedError:
        return False
    return True


class Worker:
    """An xdist worker: runs items and writes their records."""

    def __init__(self, config: pytest.Config, options: Options) -> None:
        workerinput: dict[str, Any] = config.workerinput  # type: ignore[attr-defined]
        orphans.end_with(workerinput[_PARENT])
        interrupts.watch()
        parts = Path(workerinput[_PARTS]) if workerinput[_PARTS] else None
        signs, worker = Path(workerinput[_SIGNS]), workerinput["workerid"]
        self._desk = Desk(config, options, parts, workerinput[_PART])
        self._pulse = pulses.Pulse(signs, worker)
        # xdist replaces workers without end only where a corpus is emitted, see CorpusDefaults.
        self._recycling = Recycling() if parts is not None else None
        self._output: dict[str, Any] = config.workeroutput  # type: ignore[attr-defined]
        config.stash[DESK] = self._desk
        config.stash[STAGED] = parts
        words = last_words.Words(signs / f"{worker}{last_words.SUFFIX}")
        config.stash[last_words.WORDS] = words

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Say which item runs, so that the controller knows whom it took along or how long."""
        if self._recycling is not None:
            self._recycling.count()
        with self._pulse.running(item.nodeid):
            return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_collection(self) -> Generator[None, object, object]:
        """Let the controller know of a usage error that only those who collect can see.

        xdist would say no more than that no worker is left.
        """
        try:
            return (yield)
        except pytest.UsageError as error:
            self._output[_REFUSAL] = str(error)
            raise

    def pytest_sessionfinish(self) -> None:
        """End the part."""
        self._desk.close()
