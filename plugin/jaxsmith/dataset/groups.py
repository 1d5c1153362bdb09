"""Groups: records that belong on one side of a split, because one tells of the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxsmith.dataset.neighbours import neighbours

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxsmith.dataset.traits import Traits

NEAR = 0.7
"""No two records on two sides have sources whose Jaccard similarity is that or more."""

# Below NEAR by more than twice the standard error of an estimate.
_JOINED = 0.6


def groups(traits: Sequence[Traits]) -> list[list[int]]:
    """The places of the records, those that are related together, directly or through others.

    Records are related if they share a relation of ``Traits``, or if their sources are estimated to
    be near-duplicates. Groups come in the order of their first members.
    """
    sets = _Sets(len(traits))
    owners: dict[tuple[str, bytes], int] = {}
    for place, each in enumerate(traits):
        for kind, keys in each.relations.items():
            for key in keys:
                sets.join(owners.setdefault((kind, key), place), place)
    sketches = [each.sketch for each in traits]
    for one, other in neighbours(sketches, _JOINED, sets.root):
        sets.join(one, other)
    found: dict[int, list[int]] = {}
    for place in range(len(traits)):
        found.setdefault(sets.root(place), []).append(place)
    return list(found.values())


class _Sets:
    """Disjoint sets of numbers; the root of each is its least member."""

    def __init__(self, size: int) -> None:
        self._parents = list(range(size))

    def root(self, place: int) -> int:
        parents = self._parents
        while parents[place] != place:
            parents[place] = parents[parents[place]]
            place = parents[place]
        return place

    def join(self, one: int, other: int) -> None:
        low, high = sorted((self.root(one), self.root(other)))
        self._parents[high] = low
