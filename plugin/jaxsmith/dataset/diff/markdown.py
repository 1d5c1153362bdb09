"""A comparison as Markdown, such as hosted CIs show as the summary of a job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxsmith.dataset.diff.levels import LEVELS
from jaxsmith.dataset.diff.phrases import phrase
from jaxsmith.dataset.diff.terminal import CAUSES, heading, numbers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jaxsmith.dataset.diff.groups import Group
    from jaxsmith.dataset.diff.report import Report
    from jaxsmith.dataset.diff.threshold import Broken


def markdown(report: Report, broken: Sequence[Broken] = (), most: int | None = CAUSES) -> str:
    """The comparison as Markdown; as many causes as are asked for, all for None."""
    return "\n".join(_lines(report, broken, most))


def _lines(report: Report, broken: Sequence[Broken], most: int | None) -> Iterator[str]:
    yield from (f"**{heading(report)}**", "")
    yield from (f"- ❌ {each.line}" for each in broken)
    yield from ("", "| functions | what became of them |", "| ---: | --- |")
    yield from (f"| {count:,} | {title} |" for title, count in report.rows)
    yield from ("", f"{numbers(report)[0].upper()}{numbers(report)[1:]}.")
    failing = report.reasons("newly_failing")
    if failing:
        yield from ("", "| newly failing | such as | why |", "| ---: | --- | --- |")
        yield from (f"| {len(ids):,} | `{ids[0]}` | {_cell(why)} |" for why, ids in failing)
    shown = report.groups if most is None else report.groups[:most]
    for group in shown:
        yield from _cause(group)
    rest = report.groups[len(shown) :]
    if rest:
        yield from ("", f"And {len(rest):,} more, of {rest[0].functions:,} functions or fewer.")


def _cause(group: Group) -> Iterator[str]:
    functions = "1 function" if group.functions == 1 else f"{group.functions:,} functions"
    said = phrase(group.cause, group.seen)
    yield from ("", f"**{functions}**: {LEVELS[group.level].title}: {said}", "")
    evidence = group.seen.evidence
    yield f"```diff\n# {group.seen.example}"
    yield from (f"- {line}" for line in evidence.old)
    yield from (f"+ {line}" for line in evidence.new)
    yield "```"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
