"""Reports of items that met the fixture: small, plain, and saying what became of the functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jaxsmith import clock
from jaxsmith.pytest_plugin.receipts import EXPLANATION, RECEIPTS, attach

if TYPE_CHECKING:
    from collections.abc import Generator

    from jaxsmith.dataset import Receipt


class Reports:
    """Puts receipts on reports; lives in every process that runs items."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Attach the receipts of the call, and replace a traceback by the explanation.

        pytest keeps every report for the whole session and xdist sends it as JSON: text is all
        that may stay of an exception.
        """
        report = yield
        if call.when == "call":
            receipts: list[Receipt] = item.stash.get(RECEIPTS, [])
            attach(report, receipts, clock.taken())
            explanation = item.stash.get(EXPLANATION, None)
            if explanation is not None and report.failed:
                report.longrepr = explanation
            elif explanation is not None and report.skipped:
                # Where pytest would name the line of ours that raised, the item says more.
                path, line, _ = item.location
                report.longrepr = (path, (line or 0) + 1, f"Skipped: {explanation}")
        return report
