"""What a trial of many mutants showed: counts by category and kind, and each that survived."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from math import isinf
from typing import TYPE_CHECKING, Any

from jaxsmith.mutation.outcome import VERDICTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from jaxsmith.mutation.mutants import Mutant
    from jaxsmith.mutation.outcome import Outcome

_COUNTED = ("caught", "survived", "equivalent")
_APART = ("invalid", "same")


@dataclass(frozen=True, slots=True)
class Tried:
    """One mutant that was tried.

    Attributes:
        id: the record of its function.
        category: the function's.
        mutant: what was changed.
        diff: the lines that went and came.
        outcome: what became of it.
    """

    id: str
    category: str
    mutant: Mutant
    diff: Sequence[str]
    outcome: Outcome

    @property
    def verdict(self) -> str:
        """What became of it in a word."""
        return self.outcome.verdict

    def as_dict(self) -> dict[str, Any]:
        """The mutant as JSON values."""
        return {
            "id": self.id,
            "text": self.mutant.level,
            "kind": self.mutant.kind,
            "line": self.mutant.edit.start + 1,
            "diff": list(self.diff),
            "verdict": self.verdict,
            "reason": self.outcome.reason,
            "gap": None if isinf(self.outcome.gap) else self.outcome.gap,
        }


@dataclass(frozen=True, slots=True)
class Tally:
    """How many mutants came to what."""

    counts: Counter[str] = field(default_factory=Counter)

    @property
    def mutants(self) -> int:
        """Those that ran on functions that can be checked."""
        return sum(self.counts[verdict] for verdict in _COUNTED)

    @property
    def of_all(self) -> float | None:
        """The share that was caught."""
        return self.counts["caught"] / self.mutants if self.mutants else None

    @property
    def of_others(self) -> float | None:
        """The share that was caught of those that mean something else."""
        others = self.mutants - self.counts["equivalent"]
        return self.counts["caught"] / others if others else None

    def as_dict(self) -> dict[str, Any]:
        """The tally as JSON values."""
        return {
            "mutants": self.mutants,
            **{str(verdict): self.counts[verdict] for verdict in VERDICTS},
            "caught_of_all": self.of_all,
            "caught_of_not_equivalent": self.of_others,
        }


@dataclass(frozen=True, slots=True)
class Report:
    """What became of every mutant, in the order of the corpus."""

    tried: Sequence[Tried]

    def tally(self) -> Tally:
        """All of them."""
        return Tally(Counter(each.verdict for each in self.tried))

    def by(self, key: Callable[[Tried], str]) -> dict[str, Tally]:
        """Those of each category, kind or text, sorted."""
        found: dict[str, Tally] = {}
        for each in self.tried:
            found.setdefault(key(each), Tally()).counts[each.verdict] += 1
        return dict(sorted(found.items()))

    def of(self, *verdicts: str) -> list[Tried]:
        """Those that came to this."""
        return [each for each in self.tried if each.verdict in verdicts]

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON values: the tallies, and every mutant that was not caught."""
        by = {name: self.by(key) for name, key in GROUPS.items()}
        return {
            "total": self.tally().as_dict(),
            **{name: {k: t.as_dict() for k, t in found.items()} for name, found in by.items()},
            "caught_by": _reasons(self.of("caught")),
            "survivors": [each.as_dict() for each in self.of("survived")],
            "equivalents": [each.as_dict() for each in self.of("equivalent")],
            "unfit": _unfit(self.of("unfit")),
        }


GROUPS: dict[str, Callable[[Tried], str]] = {
    "texts": lambda each: each.mutant.level,
    "categories": lambda each: each.category,
    "kinds": lambda each: f"{each.mutant.kind} in {each.mutant.level}",
}
"""What mutants are counted by."""


def render(report: Report) -> str:
    """The report for people, in Markdown."""
    blocks = [_headline(report)]
    blocks += [_table(name, report.by(key)) for name, key in GROUPS.items()]
    caught = ", ".join(f"{count} {why}" for why, count in _reasons(report.of("caught")).items())
    blocks.append(f"Caught by: {caught or 'nothing'}.")
    blocks += [_listed(title, report.of(verdict)) for verdict, title in _LISTS.items()]
    unfit = _unfit(report.of("unfit"))
    if unfit:
        lines = [f"- {name}: {reason}" for name, reason in unfit.items()]
        blocks.append("\n".join(["## Not checked from this text here", "", *lines]))
    return "\n\n".join(block for block in blocks if block)


_LISTS = {"survived": "Survivors", "equivalent": "Equivalent in meaning"}


def _headline(report: Report) -> str:
    total = report.tally()
    lines = [
        f"{total.mutants} mutants: {total.counts['caught']} caught, "
        f"{total.counts['survived']} survived, {total.counts['equivalent']} equivalent; "
        f"caught are {_share(total.of_all)} of all, "
        f"{_share(total.of_others)} of those that are not equivalent.",
        f"Not counted: {total.counts['invalid']} that are no program, {total.counts['same']} of "
        f"which XLA makes the same program, {total.counts['unfit']} of texts that can't be checked "
        "here.",
    ]
    return "\n".join(lines)


def _table(name: str, tallies: dict[str, Tally]) -> str:
    heads = ["mutants", *_COUNTED, "of all", "of others", "no program", "same"]
    rows = [f"| {name} | {' | '.join(heads)} |", f"| --- |{' ---: |' * len(heads)}"]
    for key, tally in tallies.items():
        counts = [tally.mutants, *(tally.counts[verdict] for verdict in _COUNTED)]
        shares = [_share(tally.of_all), _share(tally.of_others)]
        cells = [*map(str, counts), *shares, *(str(tally.counts[verdict]) for verdict in _APART)]
        rows.append(f"| {key} | {' | '.join(cells)} |")
    return "\n".join(rows)


def _listed(title: str, mutants: Sequence[Tried]) -> str:
    blocks = [f"## {title}: {len(mutants)}"]
    for each in mutants:
        gap = "other values" if isinf(each.outcome.gap) else f"off by {each.outcome.gap:.2g}"
        why = f", {each.outcome.reason}" if each.outcome.reason else ""
        head = f"{each.id}, {each.mutant.kind} in {each.mutant.level}"
        line = f"{head}, line {each.mutant.edit.start + 1}; elsewhere {gap}{why}"
        blocks.append("\n".join([line, *(f"    {text}" for text in each.diff)]))
    return "\n\n".join(blocks)


def _reasons(mutants: Iterable[Tried]) -> dict[str, int]:
    return dict(Counter(each.outcome.reason for each in mutants).most_common())


def _unfit(mutants: Iterable[Tried]) -> dict[str, str]:
    return {f"{each.id}, {each.mutant.level}": each.outcome.reason for each in mutants}


def _share(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f}%"
