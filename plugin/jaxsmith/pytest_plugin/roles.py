"""The three parts a process can play: alone, xdist's controller, or one of its workers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from jaxsmith.dataset import CONTROLLER, Receipt
from jaxsmith.errors import InvalidRequestError
from jaxsmith.pytest_plugin import xdist_options
from jaxsmith.pytest_plugin.account import Account
from jaxsmith.pytest_plugin.desk import DESK, Desk
from jaxsmith.pytest_plugin.publication import Publication
from jaxsmith.pytest_plugin.quota import case_of
from jaxsmith.pytest_plugin.receipts import attach
from jaxsmith.pytest_plugin.rerun import rerun

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from jaxsmith.pytest_plugin.options import Options

_PARTS = "jaxsmith_parts"
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
        return Publication(config, options, options.emit)
    except InvalidRequestError as error:
        raise pytest.UsageError(f"--emit: {error}") from None


class Alone:
    """The only process: runs the items and keeps the account."""

    def __init__(self, config: pytest.Config, options: Options) -> None:
        self.account = Account()
        self._config = config
        self._options = options
        self._desk: Desk | None = None

    @pytest.hookimpl
    def pytest_sessionstart(self) -> None:
        """Claim the folder before anything is collected."""
        self.account.publication = _claim(self._config, self._options)
        publication = self.account.publication
        parts = publication.parts if publication else None
        self._desk = Desk(self._config, self._options, parts, CONTROLLER)
        self._config.stash[DESK] = self._desk

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

    @pytest.hookimpl
    def pytest_sessionstart(self) -> None:
        """Claim the folder before workers start (xdist starts them last in this hook)."""
        self.account.publication = _claim(self._config, self._options)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker where its part goes."""
        publication = self.account.publication
        node.workerinput[_PARTS] = str(publication.parts) if publication else None

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: Any, ids: Sequence[str]) -> None:
        """Note what there is to run: the same in every worker."""
        if not self._collected and _runs_items(self._config):
            self.account.expect(ids)
        self._collected.add(node.gateway.id)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        """Repeat a worker's usage error; end a session whose workers die before they collect."""
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
    def pytest_handlecrashitem(self, crashitem: str, report: pytest.TestReport) -> None:
        """Account for the function with which a worker died."""
        case = case_of(crashitem)
        # A worker may also die after an item was accounted for, before it told xdist.
        if case is None or not self.account.ledger.awaits(crashitem):
            return
        publication = self.account.publication
        if publication is None:
            receipt = Receipt(case.id, case.category, "crashed", "crashed", "", 0)
        else:
            receipt = publication.record_crash(case.id, case.category, "its worker process died")
        attach(report, [receipt])
        report.longrepr = f"{report.longrepr}\n\n{rerun(self._config, crashitem)}"

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Settle the account, after xdist has ended the workers."""
        self.account.settle(session, exitstatus)


class Worker:
    """An xdist worker: runs items and writes their records."""

    def __init__(self, config: pytest.Config, options: Options) -> None:
        workerinput: dict[str, Any] = config.workerinput  # type: ignore[attr-defined]
        parts = workerinput[_PARTS]
        self._desk = Desk(config, options, Path(parts) if parts else None, workerinput["workerid"])
        self._output: dict[str, Any] = config.workeroutput  # type: ignore[attr-defined]
        config.stash[DESK] = self._desk

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
