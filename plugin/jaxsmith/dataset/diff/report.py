"""The comparison of two corpora: what became of the functions, and the causes of what changed."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from jaxsmith.dataset.diff.groups import Groups
from jaxsmith.dataset.diff.levels import LEVELS
from jaxsmith.dataset.diff.outcomes import KINDS, outcome
from jaxsmith.dataset.diff.streams import pairs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from jaxsmith.dataset.diff.groups import Group
    from jaxsmith.dataset.diff.numerics import Moved
    from jaxsmith.dataset.diff.outcomes import Outcome

_SETTING = (
    "jax_version", "jaxlib_version", "platform", "device_kind", "instruction_set",
    "jaxsmith_version",
)  # fmt: skip
# Kinds of which every function is named; of the others the causes say more.
_NAMED = ("newly_failing", "newly_passing", "still_failing", "gone", "new", "rewritten")


@dataclass(slots=True)
class Corpus:
    """One of the two corpora.

    Attributes:
        setting: versions and platform, as its first record says.
        functions: how many functions it has, rejects included.
        texts: the texts that its records hold.
    """

    setting: Mapping[str, str] = field(default_factory=dict)
    functions: int = 0
    texts: tuple[str, ...] = ()

    def take(self, record: Mapping[str, Any] | None) -> None:
        """Take note of a record; None is a function that the corpus does not have."""
        if record is None:
            return
        self.functions += 1
        if not self.setting and "status" not in record:
            self.setting = {name: str(record[name]) for name in _SETTING if record.get(name)}
            self.texts = tuple(name for name in LEVELS if name in record)


@dataclass(slots=True)
class Report:
    """What a comparison found.

    Attributes:
        old: the corpus that was there before.
        new: the one that is held against it.
        counts: functions by kind of outcome, a key of ``KINDS``.
        changed: functions by text that differs, whatever else does.
        named: ids and reasons of functions, by those kinds of outcome that are no mere change.
        moved: how far the numbers of functions moved, by id; of those that did.
        groups: the causes of what changed, those of most functions first.
    """

    old: Corpus = field(default_factory=Corpus)
    new: Corpus = field(default_factory=Corpus)
    counts: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    named: dict[str, dict[str, str]] = field(default_factory=lambda: {each: {} for each in _NAMED})
    moved: dict[str, Moved] = field(default_factory=dict)
    groups: Sequence[Group] = ()

    def take(self, found: Outcome) -> None:
        """Take in what became of one function."""
        self.counts[found.kind] += 1
        self.changed.update(found.levels.keys())
        if found.kind in self.named:
            self.named[found.kind][found.id] = found.reason
        if found.moved is not None:
            self.moved[found.id] = found.moved

    @property
    def rows(self) -> list[tuple[str, int]]:
        """What people call each kind of outcome, and how many functions it has, if any."""
        return [(title, self.counts[kind]) for kind, title in KINDS.items() if self.counts[kind]]

    @property
    def furthest(self) -> tuple[str, Moved] | None:
        """The function whose numbers moved furthest."""
        return max(self.moved.items(), key=lambda item: item[1].ulp, default=None)

    @property
    def differing(self) -> int:
        """How many functions differ in any text."""
        return sum(self.counts[level] for level in LEVELS)

    def reasons(self, kind: str) -> list[tuple[str, list[str]]]:
        """Functions of a kind of outcome by reason, those of most functions first."""
        alike: dict[str, list[str]] = {}
        for id, reason in self.named[kind].items():  # noqa: A001 - the name of the field
            alike.setdefault(_NUMBER.sub("#", reason), []).append(id)
        ordered = sorted(alike.values(), key=lambda ids: (-len(ids), ids))
        return [(self.named[kind][ids[0]], ids) for ids in ordered]


_NUMBER = re.compile(r"\d[\d.e+-]*")


def compare(old: Path, new: Path) -> Report:
    """Hold a corpus against an older one, function by function.

    Memory holds one record of each file, and of functions that changed a few words.

    Raises:
        InvalidRequestError: one of them is no corpus, or is damaged.
    """
    report = Report()
    groups = Groups()
    for pair in pairs(old, new):
        report.old.take(pair.old)
        report.new.take(pair.new)
        found = outcome(pair)
        report.take(found)
        groups.add(found)
    report.groups = groups.result()
    return report
