"""Statistics of a corpus as Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxsmith.dataset.measures import COUNTS, DISTRIBUTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from jaxsmith.dataset.aligned import Aligned
    from jaxsmith.dataset.stats import Count, Spread, Stats


def markdown(stats: Stats) -> str:
    """The statistics as Markdown, one table for each row of ``measures``."""
    return "\n".join(_blocks(stats)) + "\n"


def _blocks(stats: Stats) -> Iterator[str]:
    yield f"{stats.records:,} functions."
    for count in COUNTS:
        yield from _section(count.title, _counts(stats.counts[count.name], stats.records))
    for row in DISTRIBUTIONS:
        yield from _section(row.title, _spreads(stats.spreads[row.name]))
    yield from _section("Operations with a line of the source", _alignment(stats.alignment))
    rejects = [(f"`{reason}`", f"{count:,}") for reason, count in stats.rejects.items()]
    yield from _section("Rejects", [("reason", "functions"), *rejects])


def _section(title: str, rows: Sequence[Sequence[str]]) -> Iterator[str]:
    head, *body = rows
    yield from ("", f"## {title}", "")
    if not body:
        yield "None."
        return
    yield _row(head)
    yield _row(["---", *["---:"] * (len(head) - 1)])
    yield from map(_row, body)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _counts(counts: Mapping[str, Count], total: int) -> list[Sequence[str]]:
    rows = [
        (f"`{name}`", f"{count.records:,}", f"{count.records / total:.1%}", f"{count.uses:,}")
        for name, count in counts.items()
    ]
    return [("name", "functions", "share", "uses"), *rows]


def _spreads(spreads: Mapping[str, Spread]) -> list[Sequence[str]]:
    rows = [
        (
            f"`{name}`",
            *map(_number, (each.records, each.least, each.median, each.p90, each.greatest)),
        )
        for name, each in spreads.items()
    ]
    return [("name", "functions", "least", "median", "90 %", "greatest"), *rows]


def _alignment(alignment: Mapping[str, Aligned]) -> list[Sequence[str]]:
    rows = [
        (
            f"`{stage}`",
            f"{each.operations:,}",
            f"{each.aligned:,}",
            f"{each.share:.2%}",
            ", ".join(f"`{name}` ({count:,})" for name, count in each.missed.items()) or "none",
        )
        for stage, each in alignment.items()
    ]
    return [("text", "operations", "aligned", "share", "not aligned"), *rows]


def _number(value: float) -> str:
    # A result where exactly 0 was expected is off by more units in the last place than have a name.
    counts = value == int(value) and value < 1e15
    return f"{value:,.0f}" if counts else f"{value:.3g}"
