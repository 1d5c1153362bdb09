"""A comparison for people who read it in a terminal."""

from __future__ import annotations

import textwrap
from bisect import bisect_right
from typing import TYPE_CHECKING

from jaxsmith.dataset.diff.levels import LEVELS
from jaxsmith.dataset.diff.phrases import phrase

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jaxsmith.dataset.diff.groups import Group
    from jaxsmith.dataset.diff.numerics import Moved
    from jaxsmith.dataset.diff.report import Corpus, Report

CAUSES = 12
"""How many causes are shown, unless all are asked for."""

_WIDTH = 96
_THEN = 3
_STEPS = (1, 4, 64)
_REASONS = 8


def render(report: Report, most: int | None = CAUSES) -> str:
    """The comparison as text.

    Args:
        report: what was found.
        most: how many causes to show; None shows all, 0 says only how many there are.
    """
    return "\n".join(_lines(report, most))


def _lines(report: Report, most: int | None) -> Iterator[str]:
    yield heading(report)
    yield from _settings(report)
    width = max((len(f"{count:,}") for _, count in report.rows), default=1)
    yield from (f"  {count:>{width},}  {title}" for title, count in report.rows)
    yield numbers(report)
    for kind in ("newly_failing", "newly_passing", "still_failing", "gone"):
        yield from _reasons(report, kind)
    yield from _causes(report, most)


def heading(report: Report) -> str:
    """Which corpora were compared."""
    old, new = _named(report.old), _named(report.new)
    return (
        f"{old} → {new}: {report.old.functions:,} functions in the old corpus, "
        f"{report.new.functions:,} in the new one"
    )


def _named(corpus: Corpus) -> str:
    setting = corpus.setting
    return f"jax {setting.get('jax_version', '?')} on {setting.get('platform', '?')}"


def _settings(report: Report) -> Iterator[str]:
    """What else differs, on which a difference may depend."""
    for name, why in {
        "device_kind": "optimized HLO and numbers may differ for that",
        "instruction_set": "optimized HLO and numbers may differ for that",
        "jaxsmith_version": "functions may differ for that",
    }.items():
        old, new = (corpus.setting.get(name, "?") for corpus in (report.old, report.new))
        if old != new:
            yield f"{name.replace('_', ' ')}: {old} → {new}; {why}"
    for one, other, word in ((report.old, report.new, "old"), (report.new, report.old, "new")):
        only = [name for name in one.texts if name not in other.texts]
        if only and other.texts:
            yield f"not compared, only in the {word} corpus: {', '.join(only)}"


def numbers(report: Report) -> str:
    """How far numbers moved."""
    furthest = report.furthest
    if furthest is None:
        return "no numbers moved"
    name, moved = furthest
    functions = "1 function" if len(report.moved) == 1 else f"{len(report.moved):,} functions"
    steps = ", ".join(f"{count:,} by {step}" for step, count in _steps(report).items() if count)
    return f"numbers moved in {functions}: {steps}; furthest in {name}, by {by(moved)}"


def _steps(report: Report) -> dict[str, int]:
    """How many functions moved how far, roughly."""
    left = sorted(moved.ulp for moved in report.moved.values())
    counts = {}
    for step in _STEPS:
        count = bisect_right(left, step)
        counts[f"up to {step} ulp"] = count
        left = left[count:]
    return {**counts, "more": len(left)}


def by(moved: Moved) -> str:
    """How far, in words."""
    far = "to or from NaN or infinity" if moved.ulp == float("inf") else f"{moved.ulp:.4g} ulp"
    return far if moved.exact else f"at least {far}"


def _reasons(report: Report, kind: str) -> Iterator[str]:
    alike = report.reasons(kind)
    for reason, ids in alike[:_REASONS]:
        more = f" and {len(ids) - 1:,} more" if len(ids) > 1 else ""
        yield _cut(f"{kind.replace('_', ' ')}: {ids[0]}{more}{': ' if reason else ''}{reason}")
    if len(alike) > _REASONS:
        yield f"{kind.replace('_', ' ')}: {len(alike) - _REASONS:,} more reasons"


def _causes(report: Report, most: int | None) -> Iterator[str]:
    if not report.groups:
        return
    count = "1 cause" if len(report.groups) == 1 else f"{len(report.groups):,} causes"
    changed = "1 function" if report.differing == 1 else f"{report.differing:,} functions"
    if most == 0:
        yield f"{count} of what changed in {changed}"
        return
    yield f"\n{count} of what changed in {changed}:"
    width = len(f"{report.groups[0].functions:,}")
    shown = report.groups if most is None else report.groups[:most]
    for group in shown:
        yield ""
        yield from _cause(group, width)
    rest = report.groups[len(shown) :]
    if rest:
        yield f"\nand {len(rest):,} more, of {rest[0].functions:,} functions or fewer"
        yield "(python -m jaxsmith diff OLD NEW --all shows them)"


def _cause(group: Group, width: int) -> Iterator[str]:
    title = LEVELS[group.level].title
    indent = " " * (width + 4)
    lines = textwrap.wrap(f"{title}: {phrase(group.cause, group.seen)}", _WIDTH)
    yield f"  {group.functions:>{width},}  {lines[0]}"
    yield from (f"{indent}{line}" for line in lines[1:])
    yield f"{indent}such as {group.seen.example}"
    evidence = group.seen.evidence
    skipped = _alike(evidence.old, evidence.new)
    yield from (_cut(f"{indent}- {_from(line, skipped)}") for line in evidence.old)
    yield from (_cut(f"{indent}+ {_from(line, skipped)}") for line in evidence.new)
    for (level, cause), count in group.then[:_THEN]:
        yield _cut(f"{indent}with it, in {count:,}: {LEVELS[level].title}: {phrase(cause)}")
    if len(group.then) > _THEN:
        yield f"{indent}with it {len(group.then) - _THEN:,} more"


# What stands before the place where two lines part, for finding it.
_CONTEXT = 30


def _alike(old: Sequence[str], new: Sequence[str]) -> int:
    """How much of two lines that are too long to show can be left out before they part."""
    if len(old) != 1 or len(new) != 1 or max(len(old[0]), len(new[0])) < _WIDTH - _CONTEXT:
        return 0
    pairs = enumerate(zip(old[0], new[0], strict=False))
    parting = next((i for i, (a, b) in pairs if a != b), min(len(old[0]), len(new[0])))
    return max(0, parting - _CONTEXT)


def _from(line: str, start: int) -> str:
    return f"…{line[start:]}" if start else line


def _cut(line: str) -> str:
    return line if len(line) <= _WIDTH else f"{line[: _WIDTH - 1]}…"
