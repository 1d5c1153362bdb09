"""Many changed functions as few causes, each with what follows from it and its smallest example."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jaxsmith.dataset.diff.levels import LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from jaxsmith.dataset.diff.causes import Cause, Evidence
    from jaxsmith.dataset.diff.outcomes import Outcome

Spot = tuple[str, "Cause"]
"""A cause in one of the texts."""


@dataclass(slots=True)
class Seen:
    """Where a cause was seen.

    Attributes:
        example: the id of the smallest function that shows it.
        evidence: how that shows it.
        size: of that function.
        ops: the operations that it was seen at, and in how many functions.
        values: what was said before and after, and in how many functions.
        sure: whether any function shows it surely.
    """

    example: str
    evidence: Evidence
    size: int
    ops: Counter[str] = field(default_factory=Counter)
    values: Counter[tuple[str, str]] = field(default_factory=Counter)
    sure: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """One cause, and the functions that changed for it.

    Attributes:
        level: the first text that shows it.
        cause: what changed.
        functions: how many show it.
        seen: where.
        then: causes in the same text and later ones that come with it, and in how many.
    """

    level: str
    cause: Cause
    functions: int
    seen: Seen
    then: Sequence[tuple[Spot, int]] = ()


# So many kinds of operations and of values are kept for each cause; the rest is only counted.
_KEPT = 64


class Groups:
    """Collects the causes of outcomes; memory holds one example of each, and no text of others."""

    def __init__(self) -> None:
        self._seen: dict[Spot, Seen] = {}
        # Functions that changed alike, and how many there are: far fewer than functions.
        self._alike: Counter[frozenset[Spot]] = Counter()

    def add(self, outcome: Outcome) -> None:
        """Take in what changed in one function."""
        spots = []
        for level, found in outcome.levels.items():
            for evidence in found:
                spots.append((level, evidence.cause))
                self._note((level, evidence.cause), evidence, outcome)
        if spots:
            self._alike[frozenset(spots)] += 1

    def _note(self, spot: Spot, evidence: Evidence, outcome: Outcome) -> None:
        seen = self._seen.get(spot)
        if seen is None:
            seen = self._seen[spot] = Seen(outcome.id, evidence, outcome.size)
        elif (not evidence.sure, outcome.size) < (not seen.evidence.sure, seen.size):
            seen.example, seen.evidence, seen.size = outcome.id, evidence, outcome.size
        seen.sure = seen.sure or evidence.sure
        _count(seen.ops, evidence.ops)
        _count(seen.values, () if evidence.values is None else (evidence.values,))

    def result(self) -> list[Group]:
        """The causes that do not follow from others, those of most functions first."""
        alike = self._without_guesses(_taken_apart(self._alike))
        together = _Together(alike)
        followed = [(_roots(spots, together), spots, count) for spots, count in alike.items()]
        # What comes by itself anywhere is a cause of its own wherever it comes.
        roots = _without_companions(
            frozenset(spot for own, _, _ in followed for spot in own), together
        )
        functions: Counter[Spot] = Counter()
        then: dict[Spot, Counter[Spot]] = {}
        for _, spots, count in followed:
            functions.update(dict.fromkeys(spots & roots, count))
            for spot in spots - roots:
                origin = _origin(spot, spots & roots, together)
                then.setdefault(origin, Counter())[spot] += count
        groups = [
            Group(*spot, count, self._seen[spot], _most_first(then.get(spot, {})))
            for spot, count in functions.items()
        ]
        return sorted(groups, key=_importance)

    def _without_guesses(self, alike: Mapping[frozenset[Spot], int]) -> Counter[frozenset[Spot]]:
        """The same without causes that no function shows surely, where others explain it."""
        left: Counter[frozenset[Spot]] = Counter()
        for spots, count in alike.items():
            sure = frozenset(spot for spot in spots if self._seen[spot].sure)
            texts = {level for level, _ in sure}
            left[sure | {spot for spot in spots if spot[0] not in texts}] += count
        return left


def _most_first(counts: Mapping[Spot, int]) -> list[tuple[Spot, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], repr(item[0])))


def _importance(group: Group) -> tuple[int, int, str]:
    return -group.functions, list(LEVELS).index(group.level), repr(group.cause)


def _count(counter: Counter, found: Iterable[object]) -> None:  # type: ignore[type-arg]
    for each in found:
        if each in counter or len(counter) < _KEPT:
            counter[each] += 1


def _taken_apart(alike: Mapping[frozenset[Spot], int]) -> Counter[frozenset[Spot]]:
    """The same, with each cause that is several others at one place as these others."""
    functions: Counter[Spot] = Counter()
    for spots, count in alike.items():
        functions.update(dict.fromkeys(spots, count))
    parts = {spot: _parts(spot, functions) for spot in functions if spot[1].kind == "ops"}
    apart: Counter[frozenset[Spot]] = Counter()
    for spots, count in alike.items():
        apart[frozenset(part for spot in spots for part in parts.get(spot, (spot,)))] += count
    return apart


def _parts(spot: Spot, functions: Mapping[Spot, int]) -> tuple[Spot, ...]:
    """Smaller causes that make up one together; itself if there are none."""
    level, cause = spot
    gone, come = set(cause.gone), set(cause.come)
    if len(gone) + len(come) < 2:
        return (spot,)
    smaller = [
        (other, part)
        for other, part in ((each, each[1]) for each in functions)
        if other[0] == level
        and part.kind == "ops"
        and part != cause
        and gone.issuperset(part.gone)
        and come.issuperset(part.come)
        and functions[other] >= functions[spot]
    ]
    smaller.sort(key=lambda pair: (-len(pair[1].gone) - len(pair[1].come), repr(pair[1])))
    chosen = []
    for other, part in smaller:
        if gone & set(part.gone) or come & set(part.come):
            chosen.append(other)
            gone -= set(part.gone)
            come -= set(part.come)
    return tuple(chosen) if not gone and not come else (spot,)


class _Together:
    """How many functions show a cause, and how many of these differ in a text or show another."""

    def __init__(self, alike: Mapping[frozenset[Spot], int]) -> None:
        self._spots: Counter[Spot] = Counter()
        self._levels: Counter[tuple[Spot, str]] = Counter()
        self._pairs: Counter[tuple[Spot, Spot]] = Counter()
        for spots, count in alike.items():
            levels = {level for level, _ in spots}
            for spot in spots:
                self._spots[spot] += count
                self._levels.update(dict.fromkeys(((spot, level) for level in levels), count))
                self._pairs.update(dict.fromkeys(((spot, other) for other in spots), count))

    def functions(self, spot: Spot) -> int:
        """How many functions show a cause."""
        return self._spots[spot]

    def reaches(self, spot: Spot, level: str) -> bool:
        """Whether most functions that show a cause differ in a text as well."""
        return 2 * self._levels[spot, level] > self._spots[spot]

    def share(self, spot: Spot, other: Spot) -> float:
        """How many of the functions that show a cause show another one, as a share."""
        return self._pairs[spot, other] / self._spots[spot]


def _roots(spots: frozenset[Spot], together: _Together) -> frozenset[Spot]:
    """The causes of one function that follow from none in the text that theirs is made from."""
    return frozenset(
        spot
        for spot in spots
        if not any(
            earlier[0] == LEVELS[spot[0]].parent and together.reaches(earlier, spot[0])
            for earlier in spots
        )
    )


def _without_companions(roots: frozenset[Spot], together: _Together) -> frozenset[Spot]:
    """The causes but for those that come only with another in the same text, which mostly has them.

    One rewrite shows in several places: the cause of most functions stands for all of them.
    """
    ordered = sorted(roots, key=lambda spot: (-together.functions(spot), *_vagueness(spot)))
    leaders: list[Spot] = []
    for spot in ordered:
        if not any(
            leader[0] == spot[0]
            and together.share(spot, leader) == 1
            and 2 * together.share(leader, spot) > 1
            for leader in leaders
        ):
            leaders.append(spot)
    return frozenset(leaders)


# These say less than which operations became which.
_VAGUE = frozenset({"constant", "dtype", "layout", "shape", "order", "dataflow"})


def _vagueness(spot: Spot) -> tuple[int, bool, str]:
    """A key by which causes that say more come first."""
    cause = spot[1]
    return cause.kind in _VAGUE, not (cause.name or (cause.gone and cause.come)), repr(spot)


def _origin(spot: Spot, roots: frozenset[Spot], together: _Together) -> Spot:
    """The cause that another comes with most reliably, in its own text or one before."""
    earlier = {spot[0], *_earlier(spot[0])}
    candidates = [root for root in roots if root[0] in earlier] or list(roots)
    return max(candidates, key=lambda root: (together.share(root, spot), repr(root)))


def _earlier(level: str) -> set[str]:
    """The texts that a text is made from, in turn."""
    found: set[str] = set()
    parent = LEVELS[level].parent
    while parent is not None:
        found.add(parent)
        parent = LEVELS[parent].parent
    return found
