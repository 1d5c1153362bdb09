"""The facts of a corpus: what its card and its Croissant description are written from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jaxsmith.dataset.selection import EVERYTHING, Selection

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jaxsmith.dataset.manifest import Provenance
    from jaxsmith.dataset.stats import Stats
    from jaxsmith.dataset.totals import Totals


@dataclass(frozen=True, slots=True)
class Facts:
    """What the documents tell of a corpus.

    Attributes:
        totals: its account.
        provenance: what it depends on.
        formats: the formats of its files.
        stats: its statistics.
        licenses: the licences that its records name.
        plain: whether no record has a field that is not in the table.
        keys: of each field that is an object with any keys, the keys that occur, sorted.
        selection: what was taken of a larger corpus.
    """

    totals: Totals
    provenance: Provenance
    formats: Sequence[str]
    stats: Stats
    licenses: Sequence[str]
    plain: bool
    keys: Mapping[str, Sequence[str]]
    selection: Selection = EVERYTHING
