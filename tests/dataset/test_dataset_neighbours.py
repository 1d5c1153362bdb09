"""Neighbours: those that comparing every pair would find, with few comparisons."""

from __future__ import annotations

import random
from itertools import combinations
from typing import TYPE_CHECKING

import pytest
from small_corpora import Build, sample

from jaxsmith.dataset import minhash, neighbours
from jaxsmith.dataset.groups import groups
from jaxsmith.dataset.leaks import leaks
from jaxsmith.dataset.minhash import BANDS, buckets, similarity, sketch
from jaxsmith.dataset.traits import Traits

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

WORDS = [f"word{number}" for number in range(2000)]


def family(rng: random.Random, size: int, changes: int) -> list[bytes]:
    """Sketches of sets of a hundred words, of which each has some replaced."""
    base = rng.sample(WORDS, 100)
    return [
        sketch({*base[changes:], *(f"own{rng.random()}" for _ in range(changes))})
        for _ in range(size)
    ]


def mixture(seed: int) -> list[bytes]:
    """Families, tight and wide, in a random order; some sketches come twice."""
    rng = random.Random(seed)
    found = [each for size in (1, 5, 20, 20) for each in family(rng, size, rng.choice((2, 15, 30)))]
    # Halfway between two families: what joins groups, if anything does.
    bridges = [
        b"".join(one[:256] + other[256:] for one, other in [rng.sample(found, 2)])
        for _ in range(10)
    ]
    found += bridges + rng.sample(found, 5)
    return rng.sample(found, len(found))


def candidates(sketches: Sequence[bytes]) -> set[tuple[int, int]]:
    return {pair for places in buckets(sketches) for pair in combinations(places, 2)}


def joined(pairs: Iterable[tuple[int, int]], size: int) -> list[list[int]]:
    """The groups that pairs make, in the order of their first members."""
    group = {place: [place] for place in range(size)}
    for one, other in pairs:
        if group[one] is not group[other]:
            group[one] += group[other]
            group.update(dict.fromkeys(group[other], group[one]))
    return sorted(sorted(each) for each in {id(each): each for each in group.values()}.values())


def unrelated(sketches: Iterable[bytes]) -> list[Traits]:
    return [Traits({}, {}, each, ()) for each in sketches]


@pytest.mark.parametrize("seed", range(12))
def test_groups_are_those_of_every_candidate_compared(seed: int) -> None:
    sketches = mixture(seed)
    near = [
        (one, other)
        for one, other in candidates(sketches)
        if similarity(sketches[one], sketches[other]) >= 0.6
    ]
    assert groups(unrelated(sketches)) == joined(near, len(sketches))


@pytest.mark.parametrize("seed", range(12))
def test_pairs_between_sides_are_those_of_every_candidate_compared(seed: int) -> None:
    sketches = mixture(seed)
    sides = [random.Random(place).randrange(3) for place in range(len(sketches))]
    found = set(neighbours.neighbours(sketches, 0.5, sides.__getitem__))
    assert found == {
        (one, other)
        for one, other in candidates(sketches)
        if sides[one] != sides[other] and similarity(sketches[one], sketches[other]) >= 0.5
    }
    assert found


class Counting:
    """The distance, and how often it was asked for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        monkeypatch.setattr(neighbours, "distance", self)

    def __call__(self, one: bytes, other: bytes) -> int:
        """As ``minhash.distance``."""
        self.count += 1
        return minhash.distance(one, other)


@pytest.mark.parametrize("size", [300, 1200])
def test_near_identical_records_are_compared_with_one_of_them(
    monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    counting = Counting(monkeypatch)
    sketches = family(random.Random(1), size, 3)
    assert len(groups(unrelated(sketches))) == 1
    # Some don't share the first band with the others, and are met again in a later one.
    assert counting.count < 5 * size


def test_families_that_share_buckets_are_told_apart_by_their_pivots(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counting = Counting(monkeypatch)
    size = 400
    one, other = (family(random.Random(seed), size, 3) for seed in (1, 2))
    # Every member of either family has the first band in common.
    shared = [one[0][:16] + each[16:] for each in [*one, *other]]
    assert len(groups(unrelated(shared))) == 2
    assert counting.count < 8 * len(shared) < size * size / 20


def test_the_leak_check_of_equal_sources_counts_pairs_and_compares_few(
    tmp_path: Path, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = "def f(x):\n    return jnp.sin(x) + {0} * jnp.cos(x) - {0}\n"
    records = [
        sample("math", index, function_name="f", source_code=source.format(index))
        for index in range(200)
    ]
    build(tmp_path, {"gw0": records})
    path = tmp_path / "data" / "train-00000-of-00001.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:150]))
    path.with_name("test-00000-of-00001.jsonl").write_bytes(b"".join(lines[150:]))
    counting = Counting(monkeypatch)
    found = leaks(tmp_path).near
    assert (found.compared, found.leaks, found.nearest) == (7500, 7500, 1.0)
    assert found.examples == tuple(
        ("math-s0-000000", f"math-s0-{index:06}") for index in (150, 151, 152)
    )
    assert counting.count <= 2 * BANDS
