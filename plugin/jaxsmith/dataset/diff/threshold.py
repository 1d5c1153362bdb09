"""When a comparison counts as a failure, which the user says: ``newly_failing,numerics:4ulp``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jaxsmith.dataset.diff.levels import LEVELS
from jaxsmith.dataset.diff.outcomes import KINDS
from jaxsmith.errors import InvalidRequestError

if TYPE_CHECKING:
    from jaxsmith.dataset.diff.report import Report

_NUMERICS = "numerics"
_CHANGED = "changed"
NAMES = (*(kind for kind in KINDS if kind not in ("unchanged", "no_sample")), _CHANGED, _NUMERICS)
"""What a rule may be about."""

_ULP = re.compile(r"(\d+(?:\.\d+)?)(?:ulp)?")


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that a comparison breaks.

    Attributes:
        name: of the rule.
        line: how it is broken.
        ids: the functions that break it, where these are known by name.
    """

    name: str
    line: str
    ids: frozenset[str] = frozenset()

    def concerns(self, id: str) -> bool:  # noqa: A002 - the name of the field
        """Whether a function breaks the rule, or may."""
        return not self.ids or id in self.ids


@dataclass(frozen=True, slots=True)
class Rule:
    """One part of a threshold.

    Attributes:
        name: what it is about, one of ``NAMES``.
        most: how many functions may be so; for ``numerics``, by how many units in the last place
            numbers may move.
    """

    name: str
    most: float = 0

    def broken(self, report: Report) -> Broken | None:
        """How a comparison breaks the rule; None if it does not."""
        if self.name == _NUMERICS:
            far = {name: by.ulp for name, by in report.moved.items() if by.ulp > self.most}
            if not far:
                return None
            worst = max(far, key=far.__getitem__)
            line = (
                f"{self.name}: {len(far):,} moved by more than {self.most:g} ulp, "
                f"{worst} by {far[worst]:.4g}"
            )
            return Broken(self.name, line, frozenset(far))
        count = self._count(report)
        if count <= self.most:
            return None
        line = f"{self.name}: {count:,}, at most {self.most:g} allowed"
        return Broken(self.name, line, frozenset(report.named.get(self.name, ())))

    def _count(self, report: Report) -> int:
        if self.name == _CHANGED:
            return report.differing
        # A text may differ where an earlier one did first.
        return report.changed[self.name] if self.name in LEVELS else report.counts[self.name]


def parse(text: str) -> tuple[Rule, ...]:
    """The rules that a user wrote: names, each with how many are allowed (``gone:10``).

    Raises:
        InvalidRequestError: there is no such rule.
    """
    return tuple(_rule(part.strip()) for part in text.split(","))


def _rule(part: str) -> Rule:
    name, colon, value = part.partition(":")
    if name not in NAMES:
        raise InvalidRequestError(f"there is no threshold {name!r}; choose of {', '.join(NAMES)}")
    if not colon:
        return Rule(name)
    number = _ULP.fullmatch(value)
    if number is None or (name != _NUMERICS and not value.isdigit()):
        wanted = "4ulp" if name == _NUMERICS else "10"
        raise InvalidRequestError(
            f"{part!r} needs a number behind the colon, as in {name}:{wanted}"
        )
    return Rule(name, float(number[1]))


def broken(rules: tuple[Rule, ...], report: Report) -> list[Broken]:
    """The rules that a comparison breaks."""
    return [found for rule in rules if (found := rule.broken(report)) is not None]
