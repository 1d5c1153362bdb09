"""Combinations of operations that are kept from training: each operation is known, the pair new."""

from __future__ import annotations

from collections import Counter
from hashlib import blake2b
from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

Pair = tuple[str, str]

# An operation is common if it is in so many records, at least, and in such a share of them.
_COMMON = 8
_COMMON_SHARE = 0.01
# A pair that takes more of an operation's records than this would make the operation itself rare.
_MOST_SHARE = 0.1


def withheld(ops: Sequence[Collection[str]], most: int) -> frozenset[Pair]:
    """Pairs of common operations that are together in at most so many records, all pairs counted.

    Which pairs they are is random, but depends on the records alone: the candidates are taken in
    the order of a digest of their names.

    Args:
        ops: the operations of each record.
        most: how many records may have one of the pairs.
    """
    uses = Counter(name for each in ops for name in each)
    least = max(_COMMON, _COMMON_SHARE * len(ops))
    common = {name for name, count in uses.items() if count >= least}
    together = Counter(pair for each in ops for pair in pairs(common.intersection(each)))
    chosen: set[Pair] = set()
    for pair in sorted(together, key=_shuffled):
        count = together[pair]
        if count <= _MOST_SHARE * min(uses[name] for name in pair) and count <= most:
            chosen.add(pair)
            most -= count
    return frozenset(chosen)


def pairs(ops: Collection[str]) -> set[Pair]:
    """The pairs of different operations of a record, each in the order of the alphabet."""
    return set(combinations(sorted(ops), 2))


def _shuffled(pair: Pair) -> bytes:
    return blake2b(" ".join(pair).encode(), digest_size=8).digest()
