"""The order of a corpus."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

Order = Callable[[str, str], tuple[Any, ...]]
"""From a record's category and id to a key that sorts."""

_DIGITS = re.compile(r"(\d+)")


def by_category(categories: Sequence[str]) -> Order:
    """Records by category as given, then others by name; within one by id, numbers as numbers."""
    places = {name: place for place, name in enumerate(categories)}

    def order(category: str, id: str) -> tuple[Any, ...]:  # noqa: A002 - the name of the field
        return (places.get(category, len(places)), category, natural(id), id)

    return order


def natural(text: str) -> tuple[str | int, ...]:
    """A key by which ``a9`` comes before ``a10``."""
    # Splitting by a group gives text and digits in turn, so that like is compared with like.
    return tuple(int(part) if i % 2 else part for i, part in enumerate(_DIGITS.split(text)))
