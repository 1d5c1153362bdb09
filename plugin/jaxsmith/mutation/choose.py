"""Which of all mutants of a corpus are tried: evenly over functions, texts and kinds."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import TYPE_CHECKING, Any

from jaxsmith.mutation.mutants import LEVELS, mutants_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from jaxsmith.mutation.mutants import Mutant


def choose(
    records: Iterable[Mapping[str, Any]], of: int, count: int, seed: int
) -> Iterator[tuple[Mapping[str, Any], list[Mutant]]]:
    """Draw mutants: as many of each function, and as many of each kind as the functions have.

    The draw is a pure function of the records and the seed.

    Args:
        records: the records of a corpus, in order.
        of: how many they are.
        count: how many mutants to draw; fewer are drawn where there are no more.
        seed: another seed draws others.

    Yields:
        Each record that mutants were drawn of, with these.
    """
    drawn: Counter[tuple[str, str]] = Counter()
    for place, record in enumerate(records):
        quota = (place + 1) * count // of - place * count // of
        found = _of_one(record, quota, drawn, Random(f"{seed}/{record['id']}")) if quota else []
        if found:
            yield record, found


def _of_one(
    record: Mapping[str, Any], quota: int, drawn: Counter[tuple[str, str]], random: Random
) -> list[Mutant]:
    left: dict[tuple[str, str], list[Mutant]] = {}
    for level in LEVELS:
        for mutant in mutants_of(record, level):
            left.setdefault((level, mutant.kind), []).append(mutant)
    here: Counter[tuple[str, str]] = Counter()
    chosen: list[Mutant] = []
    while len(chosen) < quota and left:
        # What this function gave least of comes first, and of these what the corpus gave least of.
        kind = min(left, key=lambda each: (here[each], drawn[each], each))
        chosen.append(left[kind].pop(random.randrange(len(left[kind]))))
        here[kind] += 1
        drawn[kind] += 1
        if not left[kind]:
            del left[kind]
    return chosen
