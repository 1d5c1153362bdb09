"""The account of a corpus: what was collected, and what became of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from statistics import median_low
from typing import TYPE_CHECKING, Any

from jaxsmith.errors import JaxsmithError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from jaxsmith.dataset.index import Line


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One file of a corpus; ``name`` is its path in the folder, with ``/``."""

    name: str
    sha256: str
    bytes: int
    records: int | None = None


@dataclass(frozen=True, slots=True)
class CategoryTotals:
    """What became of the functions of one category.

    Attributes:
        collected: how many there were to make.
        emitted: how many samples the corpus has.
        rejected: how many were no use, duplicates included.
        failed: how many were wrong.
        crashed: how many took their process along.
        bytes: the size of the samples.
        median_bytes: the median size of a sample; None where there is none.
        reasons: how often each reason was given.
    """

    collected: int
    emitted: int
    rejected: int
    failed: int
    crashed: int
    bytes: int
    median_bytes: int | None
    reasons: Mapping[str, int]

    @property
    def accounted(self) -> int:
        """How many have a record, in whatever file."""
        return self.emitted + self.rejected + self.failed + self.crashed


@dataclass(frozen=True, slots=True)
class Totals:
    """The account of a corpus.

    Attributes:
        categories: by category, in the order of the corpus.
        total: all categories together.
        splits: by split, how many samples of each category it has.
        files: the files that hold the records.
    """

    categories: Mapping[str, CategoryTotals]
    total: CategoryTotals
    splits: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    files: tuple[FileEntry, ...] = field(default=(), repr=False)

    def as_dict(self) -> dict[str, Any]:
        """The counts as JSON values, without the files."""
        by_category = {name: asdict(each) for name, each in self.categories.items()}
        splits = {name: dict(each) for name, each in self.splits.items()}
        return {**asdict(self.total), "splits": splits, "categories": by_category}

    def discrepancies(self) -> list[str]:
        """One line for each category in which collected and accounted for differ; none is right."""
        return [
            f"{name}: {each.collected:,} collected, but {each.emitted:,} emitted "
            f"+ {each.rejected:,} rejected + {each.failed:,} failed + {each.crashed:,} crashed "
            f"= {each.accounted:,}"
            for name, each in self.categories.items()
            if each.collected != each.accounted
        ]


def reconcile(totals: Totals) -> None:
    """Check that every function that was collected has a record, and no other.

    Raises:
        JaxsmithError: naming the categories and the numbers that differ.
    """
    found = totals.discrepancies()
    if found:
        raise JaxsmithError("the account does not balance; " + "; ".join(found))


def count(
    lines: Iterable[Line],
    collected: Mapping[str, int],
    files: Iterable[FileEntry],
    splits: Mapping[str, Iterable[Line]],
) -> Totals:
    """The account of these lines, which are in the order of the corpus, and of their splits."""
    groups: dict[str, list[Line]] = {}
    for line in lines:
        groups.setdefault(line.category, []).append(line)
    names = [*groups, *(name for name in collected if name not in groups)]
    categories = {name: _count(groups.get(name, ()), collected.get(name, 0)) for name in names}
    everything = [line for group in groups.values() for line in group]
    by_split = {
        name: dict(Counter(line.category for line in members)) for name, members in splits.items()
    }
    total = _count(everything, sum(collected.values()))
    return Totals(categories, total, by_split, tuple(files))


def _count(lines: Collection[Line], collected: int) -> CategoryTotals:
    sizes = [line.size for line in lines if line.status is None]
    by_status = Counter(line.status for line in lines)
    reasons = Counter(line.reason for line in lines if line.reason is not None)
    return CategoryTotals(
        collected=collected,
        emitted=len(sizes),
        rejected=by_status["rejected"],
        failed=by_status["failed"],
        crashed=by_status["crashed"],
        bytes=sum(sizes),
        median_bytes=median_low(sizes) if sizes else None,
        reasons=dict(sorted(reasons.items())),
    )
