"""The table of fields as a JSON Schema for programs, and as Markdown for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from jaxsmith.record import types
from jaxsmith.record.fields import SCHEMA_VERSION, fields

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

_TITLES = {
    "sample": "A verified JAX function with every IR level",
    "reject": "A JAX function that is no sample, and why",
}


def schema(
    stages: Iterable[str],
    kind: Literal["sample", "reject"] = "sample",
    only: Collection[str] = (),
) -> types.Schema:
    """The JSON Schema (draft 2020-12) of a record.

    Further fields are allowed, because a project's hooks may add some.

    Args:
        stages: the stages whose texts the records hold.
        kind: whether of the records of samples or of rejects.
        only: as for ``fields``.
    """
    table = fields(stages, only)
    shown = [field for field in table if kind == "reject" or field.where != "reject"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"{_TITLES[kind]} (jaxsmith, version {SCHEMA_VERSION})",
        "type": "object",
        "properties": {f.name: {"description": f.doc, **f.schema} for f in shown},
        "required": [field.name for field in shown if field.required(kind)],
    }


def markdown(stages: Iterable[str], only: Collection[str] = ()) -> str:
    """The table of fields in Markdown, one row a field; the arguments are those of ``fields``."""
    rows = ["| field | type | what it holds |", "| --- | --- | --- |"]
    for field in fields(stages, only):
        only = " (rejects only)" if field.where == "reject" else ""
        rows.append(f"| `{field.name}` | {types.name(field.schema)} | {field.doc}{only} |")
    return "\n".join(rows) + "\n"
