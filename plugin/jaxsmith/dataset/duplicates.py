"""Duplicates: the first of equal records is a sample, the others are rejects."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jaxsmith.dataset.index import Line


def mark(lines: Iterable[Line]) -> Iterator[Line]:
    """The same lines, with those that equal an earlier sample turned into rejects.

    Which of two records is the sample depends on their order alone, never on who wrote them.
    """
    owners: dict[bytes, str] = {}
    for line in lines:
        twin = _twin(line, owners)
        if twin is not None:
            yield replace(line, status="rejected", reason="duplicate", twin=twin)
            continue
        owners.update(dict.fromkeys(line.keys.values(), line.id))
        yield line


def _twin(line: Line, owners: dict[bytes, str]) -> str | None:
    for field, key in line.keys.items():
        if key in owners:
            return f"its {field} is that of {owners[key]}, but for the name"
    return None
