"""Splits: which records train a model, which tune it, and which it is tested on.

Whatever is related is on one side (``groups``), so that nothing of the test sets was seen in
training under another name. One more set holds combinations of operations that training has none
of (``combinations``).
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

from jaxsmith.dataset.combinations import pairs, withheld
from jaxsmith.dataset.groups import groups

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jaxsmith.dataset.traits import Traits

TRAIN, VALIDATION, TEST, COMBINATIONS = "train", "validation", "test", "test_combinations"
SPLITS = (TRAIN, VALIDATION, TEST, COMBINATIONS)

SHARE = 0.05
"""Of all records, about how many each split has but the first, which has the rest."""


def assign(ids: Sequence[str], traits: Sequence[Traits]) -> list[str]:
    """The split of each record; depends on the records alone, whoever wrote them.

    Of few records, fewer than twenty, all train.

    Args:
        ids: of the records, in the order of the corpus.
        traits: of the same records.
    """
    related = groups(traits)
    # The digest of a name is as good as chance, and the same for ever.
    related.sort(key=lambda group: blake2b(ids[group[0]].encode(), digest_size=8).digest())
    most = int(SHARE * len(ids))
    kept_out = withheld([each.ops for each in traits], most)
    room = {TEST: most, VALIDATION: most}
    splits = [TRAIN] * len(ids)
    rest = []
    for group in related:
        new = [not kept_out.isdisjoint(pairs(traits[place].ops)) for place in group]
        if any(new):
            # What is related to a new combination without having one is no use in training.
            split = COMBINATIONS if all(new) else TEST
            _put(splits, group, split)
            room[TEST] -= len(group) if split == TEST else 0
        else:
            rest.append(group)
    for group in rest:
        split = next((name for name, free in room.items() if len(group) <= free), TRAIN)
        _put(splits, group, split)
        if split in room:
            room[split] -= len(group)
    return splits


def _put(splits: list[str], group: Iterable[int], split: str) -> None:
    for place in group:
        splits[place] = split
