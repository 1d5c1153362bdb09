"""Neighbours: pairs of similar sketches, found without comparing every pair that may be one.

Thousands of records may be all alike, and then they share every bucket. Of those that are known to
be on one side, nothing is left to find: a newcomer is compared with one of them, the pivot, and
with such others only as are not too far from the pivot, or too near, to be near the newcomer. The
distance of sketches is a metric, so this leaves out no pair: the answer is that of comparing all.
How to search a metric space by pivots: Chávez and Navarro, 'A compact space decomposition for
effective metric indexing' (2005).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from math import ceil
from operator import itemgetter
from typing import TYPE_CHECKING

from jaxsmith.dataset.minhash import VALUES, buckets, distance

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Sequence

    Side = Callable[[int], Hashable]

_distance_of = itemgetter(0)


def neighbours(
    sketches: Sequence[bytes | None], least: float, side: Side
) -> Iterator[tuple[int, int]]:
    """Pairs of places, on different sides and similar, whose sketches agree in a band.

    The earlier place comes first; some pairs come several times. Of ``n`` places in a bucket that
    make up ``k`` tight clusters, far apart, some ``k * n`` pairs are compared; where clusters are
    wide, or near each other, as many more as the metric can't tell apart.

    Args:
        sketches: None for what has none, which is like nothing.
        least: the estimate of the similarity from which on two are similar.
        side: tells the side of a place. Whoever takes the pairs may join sides meanwhile, never
            part them; of sides that were joined no further pair is needed.
    """
    most = VALUES - ceil(VALUES * least)
    for places in buckets(sketches):
        if len(set(map(side, places))) > 1:
            known = [(place, each) for place in places if (each := sketches[place]) is not None]
            yield from _in_bucket(known, most, side)


class _Ball:
    """Places on one side, by their distance from a pivot, which is the first of them."""

    def __init__(self, place: int, sketch: bytes) -> None:
        self.pivot = place
        self.sketch = sketch
        self._members: list[tuple[int, int, bytes]] = [(0, place, sketch)]

    def add(self, away: int, place: int, sketch: bytes) -> None:
        insort(self._members, (away, place, sketch))

    def near(self, sketch: bytes, away: int, most: int) -> Iterator[int]:
        """The members within ``most`` of a sketch that is so far away from the pivot."""
        if away <= most:
            yield self.pivot
        start = bisect_left(self._members, away - most, key=_distance_of)
        stop = bisect_right(self._members, away + most, key=_distance_of)
        for _, place, other in self._members[start:stop]:
            if place != self.pivot and distance(sketch, other) <= most:
                yield place


def _in_bucket(
    places: Sequence[tuple[int, bytes]], most: int, side: Side
) -> Iterator[tuple[int, int]]:
    balls: list[_Ball] = []
    for place, sketch in places:
        home: tuple[int, _Ball] | None = None
        for ball in balls:
            foreign = side(ball.pivot) != side(place)
            if not foreign and home is not None:
                continue
            away = distance(sketch, ball.sketch)
            if foreign:
                for other in ball.near(sketch, away, most):
                    yield other, place
                    if side(other) == side(place):
                        break
            # A ball that is no wider than what is similar tells most apart.
            if home is None and away <= most and side(ball.pivot) == side(place):
                home = away, ball
        if home is None:
            balls.append(_Ball(place, sketch))
        else:
            home[1].add(home[0], place, sketch)
