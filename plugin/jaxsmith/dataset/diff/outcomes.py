"""What became of a function from one corpus to the other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from jaxsmith.dataset.diff.levels import LEVELS, changed
from jaxsmith.dataset.diff.numerics import moved

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jaxsmith.dataset.diff.causes import Evidence
    from jaxsmith.dataset.diff.numerics import Moved
    from jaxsmith.dataset.diff.streams import Pair

    Record = Mapping[str, Any]

# What a function was and what it is now; "none" where a corpus does not know it.
_BECAME = {
    ("sample", "sample"): "kept",
    ("sample", "failed"): "newly_failing",
    ("reject", "failed"): "newly_failing",
    ("none", "failed"): "newly_failing",
    ("failed", "sample"): "newly_passing",
    ("failed", "failed"): "still_failing",
    ("failed", "reject"): "gone",
    ("failed", "none"): "gone",
    ("sample", "reject"): "gone",
    ("sample", "none"): "gone",
    ("reject", "sample"): "new",
    ("none", "sample"): "new",
}
# Neither corpus has a use for it.
_NO_SAMPLE = "no_sample"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one function.

    Attributes:
        id: of its records.
        kind: a key of ``KINDS``.
        reason: why it is no sample now, as far as that is new.
        compared: the texts that both records have.
        levels: the causes of the differences, by the text that differs.
        moved: how far its numbers moved; None where they did not.
        size: of the new record's source, for choosing the smallest example.
    """

    id: str
    kind: str
    reason: str = ""
    compared: tuple[str, ...] = ()
    levels: Mapping[str, list[Evidence]] = field(default_factory=dict)
    moved: Moved | None = None
    size: int = 0


KINDS = {
    "unchanged": "unchanged",
    **{name: f"{level.title} changed" for name, level in LEVELS.items()},
    "rewritten": "written otherwise: another function",
    "newly_failing": "newly failing",
    "newly_passing": "newly passing",
    "still_failing": "still failing",
    "gone": "gone",
    "new": "new",
    _NO_SAMPLE: "no sample in either",
}
"""What people call each kind of outcome; that of a text that changed is the first that did."""


def outcome(pair: Pair) -> Outcome:
    """What became of a function."""
    became = _BECAME.get((_was(pair.old), _was(pair.new)), _NO_SAMPLE)
    if became != "kept":
        return Outcome(pair.id, became, _reason(pair.new))
    assert pair.old is not None  # it is kept: both have it
    assert pair.new is not None
    return _compared(pair.id, pair.old, pair.new)


def _was(record: Record | None) -> str:
    if record is None:
        return "none"
    status = record.get("status")
    return {None: "sample", "rejected": "reject"}.get(status, "failed")


def _reason(record: Record | None) -> str:
    if record is None or "reason" not in record:
        return ""
    return f"{record['reason']}: {record.get('detail', '')}"


def _compared(id: str, old: Record, new: Record) -> Outcome:  # noqa: A002 - the name of the field
    source: str = new.get("source_code", "")
    if old.get("source_code") != source:
        return Outcome(id, "rewritten")
    both = tuple(name for name in LEVELS if name in old and name in new)
    levels = {
        name: causes
        for name in both
        if (causes := changed(LEVELS[name], old[name], new[name], source))
    }
    kind = next(iter(levels), "unchanged")
    return Outcome(id, kind, "", both, levels, moved(old, new), len(source))
