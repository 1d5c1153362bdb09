"""The desk: where one process hands in its findings and gets receipts for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jaxsmith import record
from jaxsmith.clock import timed
from jaxsmith.dataset import PartWriter, Receipt
from jaxsmith.pytest_plugin.findings import Finding, Unfit, UnfitError, blaming
from jaxsmith.stages.oracles import Panel

if TYPE_CHECKING:
    from pathlib import Path

    from pluggy import HookRelay

    from jaxsmith.pytest_plugin.hookspecs import Record
    from jaxsmith.pytest_plugin.options import Options
    from jaxsmith.record import Evidence


class Desk:
    """Turns findings into records, past the hooks, and records into lines of this process's part.

    ``stages`` are those whose texts the records hold, none where nothing is written; ``panel`` has
    who is asked for an opinion; ``tries`` is how many functions may be run to make one that
    disagrees smaller.

    Args:
        config: pytest's configuration.
        options: what the user asked for.
        staging: where the parts go; None checks only: no record is made and no hook is called.
        worker: the name of this process's part.
    """

    def __init__(
        self, config: pytest.Config, options: Options, staging: Path | None, worker: str
    ) -> None:
        self._config = config
        self._staging = staging
        self._worker = worker
        self._writer: PartWriter | None = None
        self.stages = options.stages if staging is not None else ()
        self.panel = Panel(options.oracles)
        self.tries = options.shrink

    def take(self, finding: Finding, hook: HookRelay, receipts: list[Receipt]) -> Unfit | None:
        """Write what was found, and say why the function is unfit if it is.

        Args:
            finding: the end of an examination.
            hook: the hooks of the item, so that a ``conftest.py`` sees the items of its folder.
            receipts: gets the receipt, before any hook is told that a record was written.
        """
        if isinstance(finding.outcome, Unfit):
            receipts.append(self._reject(finding, finding.outcome))
            return finding.outcome
        if self._staging is None:
            receipts.append(Receipt(finding.id, finding.category, "verified", None, "", 0))
            return None
        try:
            with timed("record"):
                made = self._build(finding, finding.outcome, hook)
            with blaming("internal_error"), timed("record"):  # a hook may have put in no JSON
                receipt = self._part(self._staging).emit(made)
        except UnfitError as error:
            receipts.append(self._reject(finding, error.unfit))
            return error.unfit
        receipts.append(receipt)
        try:
            with blaming("internal_error"):
                hook.pytest_jaxsmith_record_written(
                    record=made, receipt=receipt.as_dict(), config=self._config
                )
        except UnfitError as error:  # the record is written all the same
            said = f"pytest_jaxsmith_record_written: {error.unfit.detail}"
            pytest.fail(f"{said}\n\n{error.unfit.explanation}", pytrace=False)
        return None

    def close(self) -> None:
        """End this process's part, and what was started for it."""
        self.panel.close()
        if self._writer is not None:
            self._writer.close()

    def _build(self, finding: Finding, evidence: Evidence, hook: HookRelay) -> Record:
        with blaming("internal_error"):
            made: Record = hook.pytest_jaxsmith_build_record(evidence=evidence, config=self._config)
            made.update(finding.progressed.remarks)
            dropped: list[str] = hook.pytest_jaxsmith_modify_record(
                record=made, evidence=evidence, config=self._config
            )
        if dropped and not isinstance(dropped[0], str):
            kind = type(dropped[0]).__name__
            detail = f"pytest_jaxsmith_modify_record returns {kind}, not a reason or None"
            raise UnfitError(Unfit("internal_error", detail))
        if dropped:
            raise UnfitError(Unfit("dropped_by_hook", dropped[0]))
        return made

    def _reject(self, finding: Finding, unfit: Unfit) -> Receipt:
        made = record.reject(
            id=finding.id,
            category=finding.category,
            reason=unfit.reason,
            detail=unfit.detail,
            subject=finding.progressed.subject,
            extracted=finding.progressed.extracted,
            script=unfit.script or None,
        )
        if self._staging is None:
            return Receipt(
                finding.id, finding.category, record.status_of(unfit.reason), unfit.reason, "", 0
            )
        return self._part(self._staging).reject(made)

    def _part(self, staging: Path) -> PartWriter:
        # Opened on first use, so that a process without functions leaves no file.
        if self._writer is None:
            self._writer = PartWriter(staging, self._worker)
        return self._writer


DESK = pytest.StashKey[Desk]()
"""On the configuration of every process that runs items."""
