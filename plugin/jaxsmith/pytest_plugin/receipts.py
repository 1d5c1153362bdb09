"""Receipts on their way: from the item, on its report, to the account of the session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest

from jaxsmith.dataset import Receipt

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Status = Literal["verified", "rejected", "failed", "crashed"]
STATUSES: tuple[Status, ...] = ("verified", "rejected", "failed", "crashed")

_ATTRIBUTE = "jaxsmith"
_SECONDS = "jaxsmith_seconds"

RECEIPTS = pytest.StashKey[list[Receipt]]()
"""On an item: its receipts so far. There may be several in a project's own tests."""

EXPLANATION = pytest.StashKey[str]()
"""On an item: what its report says instead of a traceback."""


def attach(
    report: pytest.TestReport, receipts: Iterable[Receipt], seconds: Mapping[str, float]
) -> None:
    """Put receipts on a report, and how long each stage took, as plain values that xdist can send.

    Without receipts there is nothing to tell.
    """
    values = [receipt.as_dict() for receipt in receipts]
    if values:
        setattr(report, _ATTRIBUTE, values)
        setattr(report, _SECONDS, dict(seconds))


def attached(report: pytest.TestReport) -> list[Receipt]:
    """The receipts on a report."""
    return [Receipt.from_dict(values) for values in getattr(report, _ATTRIBUTE, ())]


def seconds_of(report: pytest.TestReport) -> Mapping[str, float]:
    """The seconds of each stage on a report."""
    found: Mapping[str, float] = getattr(report, _SECONDS, {})
    return found
