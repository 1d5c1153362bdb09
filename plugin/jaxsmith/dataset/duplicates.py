"""Duplicates: the first of equal records is a sample, the others are rejects."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from jaxsmith.dataset.index import Line


def mark(lines: Iterable[Line]) -> Iterator[Line]:
    """The same lines, with those that equal an earlier sample turned into rejects.

    Which of two records is the sample depends on their order alone, never on who wrote them.
    """
    owners: dict[bytes, str] = {}
    for line in lines:
        keys = line.traits.keys if line.traits is not None else {}
        twin = _twin(keys, owners)
        if twin is not None:
            yield replace(line, status="rejected", reason="duplicate", twin=twin)
            continue
        owners.update(dict.fromkeys(keys.values(), line.id))
        yield line


def _twin(keys: Mapping[str, bytes], owners: Mapping[bytes, str]) -> str | None:
    for field, key in keys.items():
        if key in owners:
            return f"its {field} is that of {owners[key]}, but for the name"
    return None
