"""The sections of a report that count: tables with bars, which need no script to be read."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from jaxsmith.dataset.measures import COUNTS, DISTRIBUTIONS
from jaxsmith.dataset.report.gathering import SETTING
from jaxsmith.dataset.report.markup import Html, joined, tag, visible
from jaxsmith.record import REASONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jaxsmith.dataset.report.gathering import Gathering
    from jaxsmith.dataset.stats import Count, Spread, Stats
    from jaxsmith.dataset.times import Times

# By what the functions of the browser can be selected: the row of COUNTS, and the word for it in
# the part of an address behind "#".
_FILTERS = {
    "categories": "category",
    "tags": "tag",
    "transforms": "tag",
    "primitives": "op",
    "stablehlo_ops": "op",
}
_SHOWN_AT_ONCE = 20
# Ours has a few hundred names in all; a corpus from elsewhere may have one for each record.
_SHOWN_AT_MOST = 1_000


def headline(stats: Stats, gathered: Gathering) -> Html:
    """The few numbers that stand for all, and what the records were made with."""
    rejects = sum(stats.rejects.values())
    numbers = {
        "functions": stats.records,
        "categories": len(stats.counts["categories"]),
        "primitives": len(stats.counts["primitives"]),
        "StableHLO operations": len(stats.counts["stablehlo_ops"]),
        "reject" if rejects == 1 else "rejects": rejects,
    }
    tiles = [tag("li", tag("b", f"{count:,}"), " ", what) for what, count in numbers.items()]
    setting = [
        tag("span", f"{SETTING[name]} {', '.join(sorted(values)[:8])}")
        for name, values in gathered.setting.items()
        if values
    ]
    return joined([tag("ul", *tiles, class_="tiles"), tag("p", *setting, class_="setting")])


def figures(stats: Stats, gathered: Gathering, times: Times | None) -> Html:
    """Every count and every spread of the statistics, and where the time went if that is known."""
    counts = [_counts(row.name, row.title, stats) for row in COUNTS]
    spread = [_bars(each.title, each.rows()) for each in gathered.histograms]
    spent = [] if times is None else [_times(times)]
    return joined([*counts, *spread, *spent, _spreads(stats), _rejects(stats, gathered)])


def _counts(name: str, title: str, stats: Stats) -> Html:
    found = list(stats.counts[name].items())[:_SHOWN_AT_MOST]
    most = max((count.records for _, count in found), default=0)
    rows = [_count(name, each, count, most, stats.records) for each, count in found]
    head = _head("", "", "functions", "share", "uses")
    return _card(title, len(stats.counts[name]), _folded(head, rows))


def _count(row: str, name: str, count: Count, most: int, total: int) -> Html:
    share = f"{count.records / total:.1%}"
    numbers = [tag("td", each) for each in (f"{count.records:,}", share, f"{count.uses:,}")]
    return tag("tr", tag("th", _link(row, name), scope="row"), _bar(count.records, most), *numbers)


def _link(row: str, name: str) -> Html:
    if row not in _FILTERS:
        return tag("span", name)
    return tag("a", name, href=f"#{_FILTERS[row]}={quote(visible(name), safe='')}")


def _bars(title: str, rows: Sequence[tuple[str, int]]) -> Html:
    most = max((count for _, count in rows), default=0)
    body = [
        tag("tr", tag("th", name, scope="row"), _bar(count, most), tag("td", f"{count:,}"))
        for name, count in rows
    ]
    return _card(title, None, _table(_head("", "", "functions"), body))


def _bar(count: float, most: float) -> Html:
    width = round(100 * count / most, 2) if most else 0
    rect = tag("rect", width=width, height=1)
    plot = tag("svg", rect, viewBox="0 0 100 1", preserveAspectRatio="none", aria_hidden="true")
    return tag("td", plot, class_="bar")


def _spreads(stats: Stats) -> Html:
    head = _head("", "functions", "least", "median", "90 %", "greatest")
    rows = [
        _spread(name, each)
        for row in DISTRIBUTIONS
        for name, each in stats.spreads[row.name].items()
    ]
    return _card("Numbers", None, _table(head, rows), wide=True)


def _spread(name: str, each: Spread) -> Html:
    numbers = (each.records, each.least, each.median, each.p90, each.greatest)
    return tag("tr", tag("th", name, scope="row"), *(tag("td", f"{n:,.4g}") for n in numbers))


def _times(times: Times) -> Html:
    most = max((seconds for _, seconds, _ in times.rows()), default=0)
    body = [
        tag(
            "tr",
            tag("th", stage, scope="row"),
            _bar(seconds, most),
            tag("td", f"{1000 * seconds / times.functions:,.1f}"),
            tag("td", f"{share:.1%}"),
        )
        for stage, seconds, share in times.rows()
    ]
    head = _head("", "", "ms a function", "share")
    return _card("Time by stage", None, _table(head, body))


def _rejects(stats: Stats, gathered: Gathering) -> Html:
    rows = [
        tag("tr", tag("th", reason, scope="row"), tag("td", f"{count:,}"), _why(reason, gathered))
        for reason, count in stats.rejects.items()
    ]
    table = _table(_head("reason", "functions", "which is, and the first"), rows)
    return _card("Rejects", sum(stats.rejects.values()), table if rows else "None.", wide=True)


def _why(reason: str, gathered: Gathering) -> Html:
    known = REASONS.get(reason)
    id, detail = gathered.examples.get(reason, ("", ""))  # noqa: A001 - the name of the field
    said = f"{detail[:300]}…" if len(detail) > 300 else detail
    return tag("td", known.summary if known else "", tag("small", f"{id}: {said}"), class_="words")


def _card(title: str, count: int | None, content: str, *, wide: bool = False) -> Html:
    many = () if count is None else (" ", tag("small", f"{count:,}"))
    return tag("section", tag("h3", title, *many), content, class_="card wide" if wide else "card")


def _folded(head: Html, rows: Sequence[Html]) -> Html:
    """A table of the first rows, and one of the others that opens when it is asked for."""
    first, rest = rows[:_SHOWN_AT_ONCE], rows[_SHOWN_AT_ONCE:]
    if not rest:
        return _table(head, first) if first else Html("None.")
    more = tag("details", tag("summary", f"{len(rest):,} more"), _table(head, rest))
    return joined([_table(head, first), more])


def _head(*names: str) -> Html:
    return tag("thead", tag("tr", *(tag("th", name, scope="col") for name in names)))


def _table(head: Html, rows: Iterable[Html]) -> Html:
    return tag("div", tag("table", head, tag("tbody", *rows)), class_="scroll")
