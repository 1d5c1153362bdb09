"""The table at the end: what became of each category, and where the files are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jaxsmith.pytest_plugin.receipts import STATUSES

if TYPE_CHECKING:
    from pathlib import Path

    from _pytest.terminal import TerminalReporter

    from jaxsmith.dataset import Totals
    from jaxsmith.dataset.times import Times
    from jaxsmith.pytest_plugin.ledger import Ledger

_WORTH_TELLING = 0.02
_HEAD = ("category", "functions", "rejected", "failed", "crashed", "per second", "median size")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table; ``size`` is the median size of a record in bytes, if there are any."""

    name: str
    functions: int
    rejected: int
    failed: int
    crashed: int
    rate: float | None
    size: float | None


def rows_of(ledger: Ledger, totals: Totals | None, seconds: float) -> list[Row]:
    """A row for each category, and one for all.

    Args:
        ledger: the account of the session.
        totals: that of the files, if there are any: duplicates are only found when they are made.
        seconds: how long the functions took by the clock, all processes together.
    """
    total = ledger.total
    rows = []
    for name, tally in [*ledger.tallies.items(), ("total", total)]:
        # A category's share of the time is its share of all the time that items took, so that the
        # rates of the rows and of the total agree whatever the number of workers.
        spent = seconds * tally.seconds / total.seconds if total.seconds else 0.0
        count = sum(tally.counts.values()) - tally.restored
        rate = count / spent if spent > 0 else None
        if totals is None:
            verified, rejected, failed, crashed = (tally.counts[status] for status in STATUSES)
            size = tally.median_size
            rows.append(Row(name, verified, rejected, failed, crashed, rate, size))
        else:
            t = totals.total if name == "total" else totals.categories[name]
            row = Row(name, t.emitted, t.rejected, t.failed, t.crashed, rate, t.median_bytes)
            rows.append(row)
    return rows


def write_table(reporter: TerminalReporter, rows: list[Row]) -> None:
    """Write the rows, aligned; only the last where pytest is to be quiet."""
    shown = rows[-1:] if reporter.verbosity < 0 else rows
    cells = [_cells(row) for row in shown]
    widths = [max(map(len, column)) for column in zip(_HEAD, *cells, strict=True)]
    reporter.write_sep("=", "jaxsmith")
    reporter.write_line(_aligned(_HEAD, widths), bold=True)
    for row, texts in zip(shown, cells, strict=True):
        reporter.write_line(_aligned(texts, widths), **_markup(row, last=row is rows[-1]))


def write_times(reporter: TerminalReporter, times: Times) -> None:
    """Write what most of the time went to, on one line."""
    shares = [(stage, share) for stage, _, share in times.rows() if share >= _WORTH_TELLING]
    if shares and reporter.verbosity >= 0:
        shares.sort(key=lambda each: -each[1])
        told = ", ".join(f"{stage} {share:.0%}" for stage, share in shares)
        reporter.write_line(f"time: {told}")


def write_files(reporter: TerminalReporter, folder: Path, totals: Totals) -> None:
    """Write where the files are, and a line that reads them."""
    data = [file for file in totals.files if file.name.startswith("data/")]
    size = sum(file.bytes for file in data)
    files = "1 file" if len(data) == 1 else f"{len(data):,} files"
    reporter.write_line(
        f"{totals.total.emitted:,} records in {folder / 'data'} ({files}, {_size(size)}); "
        f"{_rejects(totals)} in {folder / 'rejects.jsonl'}"
    )
    if reporter.verbosity >= 0:
        reporter.write_line(f"read them: datasets.load_dataset({str(folder)!r})")


def _rejects(totals: Totals) -> str:
    count = totals.total.rejected + totals.total.failed + totals.total.crashed
    return "1 reject" if count == 1 else f"{count:,} rejects"


def _cells(row: Row) -> tuple[str, ...]:
    counts = (row.functions, row.rejected, row.failed, row.crashed)
    rate = "-" if row.rate is None else f"{row.rate:.1f}"
    size = "-" if row.size is None else _size(row.size)
    return (row.name, *(f"{count:,}" for count in counts), rate, size)


def _aligned(row: tuple[str, ...], widths: list[int]) -> str:
    first, *rest = row
    numbers = [cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True)]
    return "  ".join([first.ljust(widths[0]), *numbers])


def _markup(row: Row, *, last: bool) -> dict[str, bool]:
    if row.failed or row.crashed:
        return {"red": True, "bold": last}
    if row.rejected:
        return {"yellow": True, "bold": last}
    return {"green": True, "bold": True} if last else {}


def _size(size: float) -> str:
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} GB"
