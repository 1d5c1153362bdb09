"""The ledger: what was collected, what became of each function, and whether the two agree."""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass, field
from statistics import median
from types import MappingProxyType
from typing import TYPE_CHECKING

from jaxsmith.dataset.times import Times
from jaxsmith.pytest_plugin.quota import case_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jaxsmith.dataset import Receipt
    from jaxsmith.pytest_plugin.receipts import Status


@dataclass(slots=True)
class Tally:
    """How many functions ended in each way, the time they took, and the sizes of the records.

    ``restored`` of them ended in an earlier session, which says nothing of their time.
    """

    counts: Counter[Status] = field(default_factory=Counter)
    restored: int = 0
    seconds: float = 0.0
    sizes: array[int] = field(default_factory=lambda: array("Q"))

    @property
    def median_size(self) -> float | None:
        """The median size of a record in bytes; None where none was written."""
        return median(self.sizes) if self.sizes else None

    def add(self, other: Tally) -> None:
        """Take another tally in."""
        self.counts.update(other.counts)
        self.restored += other.restored
        self.seconds += other.seconds
        self.sizes.extend(other.sizes)


class Ledger:
    """One session's account; lives in the controller, or in the only process.

    It holds a few small values a function, never a record: a session may have a million.
    """

    def __init__(self) -> None:
        self.tallies: dict[str, Tally] = {}
        self.ids: list[str] = []
        self.times = Times()
        self._open: set[str] = set()
        self._expected: set[str] = set()
        self._twice: list[str] = []
        self.opened = False

    def restore(self, receipts: Iterable[Receipt]) -> None:
        """Enter what became of functions in an earlier session of the same run."""
        for receipt in receipts:
            self._count(receipt)
            self.tallies[receipt.category].restored += 1

    def expect(self, nodeids: Iterable[str]) -> None:
        """Open an account for every item that is a function of a corpus."""
        self.opened = True
        for nodeid in nodeids:
            case = case_of(nodeid)
            if case is not None and nodeid not in self._expected:
                self._expected.add(nodeid)
                self._open.add(nodeid)
                # Rows of the table come in the order of the corpus, not in that of arrival.
                self.tallies.setdefault(case.category, Tally())

    def expects(self, nodeid: str) -> bool:
        """Whether an item is a function of a corpus."""
        return nodeid in self._expected

    def awaits(self, nodeid: str) -> bool:
        """Whether a function of a corpus has yet to be accounted for."""
        return nodeid in self._open

    def enter(
        self,
        nodeid: str,
        receipts: Iterable[Receipt],
        seconds: float,
        stages: Mapping[str, float] = MappingProxyType({}),
    ) -> None:
        """Enter what became of the functions of an item, and the time it took, also by stage."""
        if nodeid in self._expected and nodeid not in self._open:
            self._twice.append(nodeid)
        self._open.discard(nodeid)
        self.times.add(seconds, stages)
        for receipt in receipts:
            self._count(receipt).seconds += seconds

    def _count(self, receipt: Receipt) -> Tally:
        tally = self.tallies.setdefault(receipt.category, Tally())
        tally.counts[receipt.status] += 1
        if receipt.status == "verified" and receipt.size:
            tally.sizes.append(receipt.size)
        self.ids.append(receipt.id)
        return tally

    @property
    def collected(self) -> dict[str, int]:
        """How many functions there were to make, by category.

        Those of a project's own tests are known only once they were checked.
        """
        return {name: sum(tally.counts.values()) for name, tally in self.tallies.items()}

    @property
    def expected(self) -> int:
        """How many functions of a corpus the session has to run."""
        return len(self._expected)

    @property
    def finished(self) -> int:
        """How many of them have ended, in whatever way."""
        return len(self._expected) - len(self._open)

    def count(self, status: Status) -> int:
        """How many functions ended in one way, over all categories."""
        return sum(tally.counts[status] for tally in self.tallies.values())

    @property
    def total(self) -> Tally:
        """All categories together."""
        whole = Tally()
        for tally in self.tallies.values():
            whole.add(tally)
        return whole

    def discrepancies(self) -> list[str]:
        """One line for each way in which collected and accounted for differ; none is right."""
        found = []
        if self._open:
            found.append(f"collected but not accounted for: {_functions(self._open)}")
        if self._twice:
            found.append(f"accounted for twice: {_functions(self._twice)}")
        return found


def _functions(nodeids: Iterable[str]) -> str:
    ordered = sorted(nodeids)
    shown = ", ".join(nodeid.rpartition("[")[2].rstrip("]") for nodeid in ordered[:3])
    more = f" and {len(ordered) - 3:,} more" if len(ordered) > 3 else ""
    return f"{len(ordered):,} ({shown}{more})"
