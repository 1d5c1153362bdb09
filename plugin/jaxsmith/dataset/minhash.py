"""MinHash: a sketch of a set, from which its Jaccard similarity to another can be estimated.

Of a random hash function, two sets have the same least value with the probability of their Jaccard
similarity: Broder, 'On the resemblance and containment of documents' (1997). Candidates are pairs
that agree in all the values of one band: Leskovec, Rajaraman and Ullman, 'Mining of Massive
Datasets', section 3.4.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import shake_128
from operator import ne
from struct import Struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

VALUES = 128
BANDS = 32
"""With four values to a band, a pair of similarity 0.7 is missed twice in ten thousand times."""

_VALUE = 4
_WIDTH = VALUES * _VALUE // BANDS
_HASHES = Struct(f"<{VALUES}I")


def sketch(items: Iterable[str]) -> bytes:
    """The least values of ``VALUES`` hash functions over the items, of which there is at least one.

    The items of one set are often in the next one too.
    """
    return _HASHES.pack(*map(min, zip(*map(_HASHES.unpack, map(_hashes, items)), strict=True)))


@lru_cache(maxsize=4096)  # some 3 MB; as numbers they would take eight times that
def _hashes(item: str) -> bytes:
    """The hashes of an item, one under each function: one run of SHAKE-128."""
    return shake_128(item.encode("utf-8", "surrogatepass")).digest(_HASHES.size)


def distance(one: bytes, other: bytes) -> int:
    """In how many of their ``VALUES`` values two sketches differ: a metric.

    So of three sketches, no two are further apart than the third is from both together.
    """
    return sum(map(ne, _HASHES.unpack(one), _HASHES.unpack(other)))


def similarity(one: bytes, other: bytes) -> float:
    """The estimate of the Jaccard similarity of the sets behind two sketches.

    Its standard error is at most 0.044.
    """
    return 1 - distance(one, other) / VALUES


def buckets(sketches: Sequence[bytes | None]) -> Iterator[list[int]]:
    """The places, two or more and in order, whose sketches agree in a band; some come in several.

    Memory holds one band at a time.

    Args:
        sketches: None for what has none, which is like nothing.
    """
    for start in range(0, BANDS * _WIDTH, _WIDTH):
        alike: dict[bytes, list[int]] = {}
        for place, each in enumerate(sketches):
            if each is not None:
                alike.setdefault(each[start : start + _WIDTH], []).append(place)
        yield from (places for places in alike.values() if len(places) > 1)
