"""Receipts on their way: from the item, on its report, to the account of the session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest

from jaxsmith.dataset import Receipt

if TYPE_CHECKING:
    from collections.abc import Iterable

Status = Literal["verified", "rejected", "failed", "crashed"]
STATUSES: tuple[Status, ...] = ("verified", "rejected", "failed", "crashed")

_ATTRIBUTE = "jaxsmith"

RECEIPTS = pytest.StashKey[list[Receipt]]()
"""On an item: its receipts so far. There may be several in a project's own tests."""

EXPLANATION = pytest.StashKey[str]()
"""On an item: what its report says instead of a traceback."""


def attach(report: pytest.TestReport, receipts: Iterable[Receipt]) -> None:
    """Put receipts on a report, as plain values that xdist can send."""
    values = [receipt.as_dict() for receipt in receipts]
    if values:
        setattr(report, _ATTRIBUTE, values)


def attached(report: pytest.TestReport) -> list[Receipt]:
    """The receipts on a report."""
    return [Receipt.from_dict(values) for values in getattr(report, _ATTRIBUTE, ())]
