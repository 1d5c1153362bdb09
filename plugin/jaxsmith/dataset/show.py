"""One record as text for a terminal: short fields as lines, programs as blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from jaxsmith.record.fields import TEXTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def find(records: Iterable[Mapping[str, Any]], id: str) -> Mapping[str, Any] | None:  # noqa: A002
    """The first record of that id; None if there is none."""
    return next((record for record in records if record.get("id") == id), None)


def render(record: Mapping[str, Any]) -> str:
    """The record for reading, in the order of its fields but with the programs last."""
    programs = [name for name in TEXTS if isinstance(record.get(name), str)]
    short = [name for name in record if name not in programs]
    width = max(map(len, short), default=0)
    lines = [f"{name:<{width}}  {_value(record[name])}" for name in short]
    blocks = [f"\n--- {name} ---\n{record[name].rstrip()}" for name in programs]
    return "\n".join([*lines, *blocks])


def _value(value: object) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()
