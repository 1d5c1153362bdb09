"""The leak check: what the splits of a corpus have in common, found from its records alone.

Nothing that the merge knew is used: traits are found again, and every pair that MinHash proposes is
compared exactly. Sources that are equal are compared once for all of them; beyond that, the time
grows with the number of likely pairs in different splits, of which a sound corpus has few.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

from jaxsmith.dataset.combinations import pairs
from jaxsmith.dataset.formats import split_of
from jaxsmith.dataset.groups import NEAR
from jaxsmith.dataset.neighbours import neighbours
from jaxsmith.dataset.read import files, read
from jaxsmith.dataset.shingles import jaccard, shingles
from jaxsmith.dataset.splits import COMBINATIONS, TRAIN
from jaxsmith.dataset.traits import Traits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

# Pairs whose similarity is estimated lower are not compared; five standard errors below.
_LIKELY = NEAR - 0.2

_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Relation:
    """One way in which records are related.

    Attributes:
        kind: as in ``Traits.relations``.
        groups: how many groups of two records or more are related in this way.
        leaks: how many of these are in more than one split.
        examples: ids of some that leak.
    """

    kind: str
    groups: int
    leaks: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Near:
    """How much alike sources in different splits are.

    Attributes:
        threshold: the Jaccard similarity from which on two are near-duplicates.
        compared: how many pairs in different splits were likely enough to be compared.
        leaks: how many of them are near-duplicates.
        nearest: the similarity of the nearest of them; None if none was compared.
        examples: ids of the nearest, two each.
    """

    threshold: float
    compared: int
    leaks: int
    nearest: float | None
    examples: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Combinations:
    """What the records with new combinations of operations have that training has not.

    Attributes:
        records: how many there are.
        pairs: how many pairs of operations they have of which training has each, but never both
            in one record.
        leaks: how many records have no such pair.
        examples: ids of some that leak.
    """

    records: int
    pairs: int
    leaks: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Leaks:
    """The figures of the check.

    Attributes:
        splits: records by split.
        relations: a row for each kind of relation.
        near: near-duplicates.
        combinations: new combinations of operations.
    """

    splits: dict[str, int]
    relations: tuple[Relation, ...]
    near: Near
    combinations: Combinations

    @property
    def total(self) -> int:
        """How many leaks there are, of every kind."""
        related = sum(row.leaks for row in self.relations)
        return related + self.near.leaks + self.combinations.leaks

    def as_dict(self) -> dict[str, Any]:
        """The figures as JSON values."""
        return {**asdict(self), "leaks": self.total}


@dataclass(frozen=True, slots=True)
class _Member:
    id: str
    split: str
    path: Path
    traits: Traits


def leaks(folder: Path) -> Leaks:
    """Check the splits of a corpus; memory holds the traits of each record, not the record.

    Raises:
        InvalidRequestError: there is no corpus, or a line of it is damaged.
    """
    members = [
        _Member(record["id"], split_of(path), path, Traits.of(record))
        for path in files(folder)
        for record in read(path)
    ]
    kinds = sorted({kind for each in members for kind in each.traits.relations})
    return Leaks(
        dict(Counter(each.split for each in members)),
        tuple(_relation(kind, members) for kind in kinds),
        _near(members),
        _combinations(members),
    )


def render(found: Leaks) -> str:
    """The figures as text for a terminal."""
    return "\n".join(_lines(found))


def _relation(kind: str, members: Iterable[_Member]) -> Relation:
    owners: dict[bytes, list[_Member]] = {}
    for each in members:
        for key in each.traits.relations.get(kind, ()):
            owners.setdefault(key, []).append(each)
    groups = [group for group in owners.values() if len(group) > 1]
    wrong = [group for group in groups if len({each.split for each in group}) > 1]
    return Relation(
        kind,
        len(groups),
        len(wrong),
        tuple(each.id for group in wrong for each in group)[:_EXAMPLES],
    )


def _near(members: Sequence[_Member]) -> Near:
    likely = _likely(members)
    sources = _shingles(members, {place for pair in likely for group in pair for place in group})
    found = [score for pair in likely for score in _scores(*pair, sources)]
    nearest = sorted(
        ((score.similarity, *pair) for score in found for pair in score.first()),
        key=lambda each: (-each[0], each[1:]),
    )
    return Near(
        NEAR,
        sum(score.pairs for score in found),
        sum(score.pairs for score in found if score.similarity >= NEAR),
        round(nearest[0][0], 4) if nearest else None,
        tuple((members[one].id, members[other].id) for _, one, other in nearest[:_EXAMPLES]),
    )


@dataclass(frozen=True, slots=True)
class _Score:
    """How similar each of some places is to each of others: those of one side are all alike."""

    similarity: float
    mine: Sequence[int]
    theirs: Sequence[int]

    @property
    def pairs(self) -> int:
        return len(self.mine) * len(self.theirs)

    def first(self) -> list[tuple[int, int]]:
        """The first pairs of them, in order; no others can be examples."""
        some = product(self.mine[:_EXAMPLES], self.theirs[:_EXAMPLES])
        return sorted((min(pair), max(pair)) for pair in some)[:_EXAMPLES]


def _likely(members: Sequence[_Member]) -> list[tuple[list[int], list[int]]]:
    """Places in different splits that may be near-duplicates, those of one sketch together."""
    alike: dict[tuple[str, bytes], list[int]] = {}
    for place, each in enumerate(members):
        if each.traits.sketch is not None:
            alike.setdefault((each.split, each.traits.sketch), []).append(place)
    faces = list(alike)
    sketches = [sketch for _, sketch in faces]
    found = set(neighbours(sketches, _LIKELY, lambda number: faces[number][0]))
    return [(alike[faces[one]], alike[faces[other]]) for one, other in sorted(found)]


def _scores(
    mine: Iterable[int], theirs: Iterable[int], sources: Mapping[int, frozenset[str]]
) -> Iterator[_Score]:
    """Each source of mine against each of theirs; equal ones are compared once."""
    for one, places in _by_source(mine, sources).items():
        for other, others in _by_source(theirs, sources).items():
            yield _Score(jaccard(one, other), places, others)


def _by_source(
    places: Iterable[int], sources: Mapping[int, frozenset[str]]
) -> dict[frozenset[str], list[int]]:
    found: dict[frozenset[str], list[int]] = {}
    for place in places:
        found.setdefault(sources[place], []).append(place)
    return found


def _shingles(members: Sequence[_Member], places: set[int]) -> dict[int, frozenset[str]]:
    """The shingles of the records at these places, from the files that they are in."""
    wanted = {(members[place].path, members[place].id): place for place in places}
    return {
        wanted[path, record["id"]]: frozenset(shingles(record["source_code"]))
        for path in sorted({path for path, _ in wanted})
        for record in read(path)
        if (path, record["id"]) in wanted
    }


def _combinations(members: Sequence[_Member]) -> Combinations:
    trained = [each.traits.ops for each in members if each.split == TRAIN]
    known = {name for ops in trained for name in ops}
    together = {pair for ops in trained for pair in pairs(ops)}
    tested = [each for each in members if each.split == COMBINATIONS]
    new = [pairs(known.intersection(each.traits.ops)) - together for each in tested]
    wrong = [each.id for each, found in zip(tested, new, strict=True) if not found]
    return Combinations(len(tested), len(set().union(*new)), len(wrong), tuple(wrong[:_EXAMPLES]))


def _lines(found: Leaks) -> Iterator[str]:
    counts = ", ".join(f"{split} {count:,}" for split, count in found.splits.items())
    yield f"records: {counts or 'none'}"
    for row in found.relations:
        yield (
            f"related by {row.kind + ':':<12} {row.groups:>7,} groups, "
            f"{row.leaks:,} in more than one split{_named(row.examples)}"
        )
    near = found.near
    nearest = "" if near.nearest is None else f"; the nearest are {near.nearest:.2f} alike"
    yield (
        f"near-duplicates across splits: {near.leaks:,} pairs of similarity {near.threshold} or "
        f"more, of {near.compared:,} that were compared{nearest}"
        f"{_named(' and '.join(pair) for pair in near.examples)}"
    )
    new = found.combinations
    yield (
        f"new combinations: {new.pairs:,} pairs of operations in {new.records:,} records, "
        f"{new.leaks:,} records without one{_named(new.examples)}"
    )
    yield f"leaks: {found.total:,}"


def _named(examples: Iterable[str]) -> str:
    shown = "; ".join(examples)
    return f" ({shown})" if shown else ""
