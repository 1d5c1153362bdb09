"""The ledger: the account of a session, and what it says when it does not balance."""

from __future__ import annotations

import pytest

from jaxsmith.dataset import Receipt
from jaxsmith.pytest_plugin.ledger import Ledger

NODES = [f"t.py::t[{category}-s0-{index:06d}]" for index in range(2) for category in ("b", "a")]


def receipt(node: str, status: str = "verified", size: int = 10) -> Receipt:
    """What a worker hands in for an item."""
    name = node.split("[")[1].rstrip("]")
    return Receipt(name, name[0], status, None, "", size)  # type: ignore[arg-type]


@pytest.fixture
def ledger() -> Ledger:
    ledger = Ledger()
    ledger.expect([*NODES, "t.py::test_ordinary"])
    return ledger


def test_all_accounted_for_is_no_discrepancy(ledger: Ledger) -> None:
    for node, status in zip(NODES, ("verified", "rejected", "failed", "crashed"), strict=True):
        ledger.enter(node, [receipt(node, status)], 0.5)
    assert ledger.discrepancies() == []
    assert (ledger.finished, ledger.expected) == (4, 4)
    assert ledger.collected == {"b": 2, "a": 2}
    assert dict(ledger.total.counts) == {"verified": 1, "failed": 1, "rejected": 1, "crashed": 1}


def test_what_is_missing_and_what_came_twice_is_named(ledger: Ledger) -> None:
    for node in [*NODES[:3], NODES[0]]:
        ledger.enter(node, [receipt(node)], 0.5)
    assert ledger.discrepancies() == [
        "collected but not accounted for: 1 (a-s0-000001)",
        "accounted for twice: 1 (b-s0-000000)",
    ]


def test_categories_keep_the_order_of_the_corpus(ledger: Ledger) -> None:
    for node in reversed(NODES):
        ledger.enter(node, [receipt(node)], 0.5)
    assert list(ledger.tallies) == ["b", "a"]


def test_only_samples_count_for_the_median_size(ledger: Ledger) -> None:
    for node, size in zip(NODES[:2], (10, 90), strict=True):
        ledger.enter(node, [receipt(node, size=size)], 0.5)
    ledger.enter(NODES[2], [receipt(NODES[2], "failed", size=5000)], 0.5)
    assert ledger.total.median_size == 50


def test_functions_of_a_projects_own_tests_are_counted_as_they_come(ledger: Ledger) -> None:
    ledger.enter(
        "t.py::test_mine", [Receipt("t.py::test_mine", "user", "verified", None, "", 7)], 1
    )
    assert ledger.collected["user"] == 1
    assert ledger.expected == 4
