"""Selections: which records of a corpus were taken, and which of their fields."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

NEEDED = ("id", "category")
"""The fields that every record keeps: whoever reads a corpus needs them."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What was taken of a corpus; empty where everything was.

    Attributes:
        splits: the splits whose records were taken; empty for all.
        categories: the categories whose records were taken; empty for all.
        fields: the fields that were kept; empty for all.
    """

    splits: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The selection as JSON values, without what selects nothing."""
        return {name: list(names) for name, names in asdict(self).items() if names}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The selection that ``as_dict`` was called on."""
        return cls(**{name: tuple(names) for name, names in values.items()})


EVERYTHING = Selection()
