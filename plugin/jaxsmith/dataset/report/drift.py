"""The section of a report on what changed since an older corpus: the causes, with examples."""

from __future__ import annotations

from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from jaxsmith.dataset.diff.levels import LEVELS
from jaxsmith.dataset.diff.phrases import phrase
from jaxsmith.dataset.diff.terminal import heading, numbers
from jaxsmith.dataset.read import read
from jaxsmith.dataset.report.entry import lines
from jaxsmith.dataset.report.markup import Html, joined, prose, tag

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from jaxsmith.dataset.diff.causes import Evidence
    from jaxsmith.dataset.diff.groups import Group
    from jaxsmith.dataset.diff.report import Report
    from jaxsmith.dataset.diff.threshold import Broken

    Texts = Mapping[tuple[str, str], str]

MOST_CAUSES = 40
_MOST_REASONS = 12
_NAMED = ("newly_failing", "newly_passing", "still_failing", "gone")


def drift(
    report: Report,
    broken: Sequence[Broken] = (),
    before: Texts = MappingProxyType({}),
    after: Texts = MappingProxyType({}),
) -> Html:
    """What a comparison found.

    Args:
        report: what it found.
        broken: the rules that it breaks.
        before: texts of the older corpus, to show whole, see ``examples``.
        after: those of the newer one.
    """
    groups = report.groups[:MOST_CAUSES]
    causes = [_cause(group, before, after) for group in groups]
    said = numbers(report)
    return tag(
        "section",
        tag("h2", "What changed"),
        tag("p", heading(report)),
        *(tag("p", tag("strong", f"FAILED {each.line}")) for each in broken),
        _outcomes(report),
        tag("p", f"{said[0].upper()}{said[1:]}."),
        *_named(report),
        tag("h3", "Causes ", tag("small", f"{len(report.groups):,}")),
        *(causes or [Html("None.")]),
        *_rest(report.groups[len(groups) :]),
        id="drift",
    )


def examples(report: Report, source: Path) -> Texts:
    """The texts of one of the corpora that show the causes, by id and level; it is read again."""
    levels: dict[str, list[str]] = {}
    for group in report.groups[:MOST_CAUSES]:
        levels.setdefault(group.seen.example, []).append(group.level)
    return {
        (record["id"], level): record[level]
        for record in (read(source) if levels else ())
        for level in levels.get(record["id"], ())
        if isinstance(record.get(level), str)
    }


def _outcomes(report: Report) -> Html:
    rows = [
        tag("tr", tag("th", title, scope="row"), tag("td", f"{count:,}"))
        for title, count in report.rows
    ]
    return tag("table", tag("tbody", *rows))


def _named(report: Report) -> Iterator[Html]:
    for kind in _NAMED:
        alike = report.reasons(kind)
        if not alike:
            continue
        items = [
            tag("li", tag("b", f"{len(ids):,}"), f" such as {ids[0]}: {reason[:400]}")
            for reason, ids in alike[:_MOST_REASONS]
        ]
        if len(alike) > _MOST_REASONS:
            items.append(tag("li", f"{len(alike) - _MOST_REASONS:,} more reasons"))
        yield joined([tag("h3", kind.replace("_", " ").capitalize()), tag("ul", *items)])


def _cause(group: Group, before: Texts, after: Texts) -> Html:
    count = "1 function" if group.functions == 1 else f"{group.functions:,} functions"
    said = prose(f" {LEVELS[group.level].title}: {phrase(group.cause, group.seen)}")
    evidence, spot = group.seen.evidence, (group.seen.example, group.level)
    then = [
        tag("li", prose(f"with it, in {many:,}: {LEVELS[level].title}: {phrase(cause)}"))
        for (level, cause), many in group.then
    ]
    shown, whole = partial(_sides, group.level, evidence), ""
    if spot in before and spot in after:
        texts = shown(before[spot], after[spot])
        whole = tag("details", tag("summary", "The whole text"), texts)
    return tag(
        "details",
        tag("summary", tag("b", count), said),
        tag("p", "The smallest example: ", tag("code", group.seen.example)),
        shown("\n".join(evidence.old), "\n".join(evidence.new)),
        whole,
        tag("ul", *then) if then else "",
        class_="cause",
    )


def _sides(level: str, evidence: Evidence, old: str, new: str) -> Html:
    """Two texts side by side, with the lines marked that show what changed."""
    sides = (("old", "del", old, evidence.old), ("new", "ins", new, evidence.new))
    figures = []
    for word, name, text, marked in sides:
        kept, left_out = lines(level, text)
        telling = {line.strip() for line in lines(level, "\n".join(marked))[0]}
        body = [tag(name if line.strip() in telling else "span", line or " ") for line in kept]
        more = [tag("small", f"{left_out:,} more lines")] if left_out else []
        empty = [] if kept else [tag("small", "nothing in its place")]
        pre = tag("pre", *body, tabindex=0)
        figures.append(tag("figure", tag("figcaption", word), pre, *more, *empty))
    return tag("div", *figures, class_="sides")


def _rest(rest: Sequence[Group]) -> Iterator[Html]:
    if rest:
        many = f"And {len(rest):,} more, of {rest[0].functions:,} functions or fewer: "
        yield tag("p", many, tag("code", "python -m jaxsmith diff OLD NEW --all"))
