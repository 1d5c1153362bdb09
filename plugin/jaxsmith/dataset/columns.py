"""Columns: the table that records make, for formats and readers that want to know types beforehand.

The types come from the JSON Schema of the fields. An object whose keys are open, such as the counts
by primitive, is a list of names and values, so that a new name makes no new column. What doesn't
fit, such as a field that a project's hooks added, is kept in one more column, as JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from jaxsmith.record import fields

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

REST = "other_fields"
"""The column of what has no column of its own: a JSON object, null where there is nothing."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """``string``, ``boolean``, ``integer`` or ``number``, as JSON Schema calls them."""

    kind: str


@dataclass(frozen=True, slots=True)
class Items:
    """A list of one type."""

    item: Type


@dataclass(frozen=True, slots=True)
class Struct:
    """An object with these keys, or some of them.

    Attributes:
        members: the type by key.
        optional: the keys that it may lack, and that are never null.
    """

    members: Mapping[str, Type]
    optional: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Open:
    """An object with any keys and values of one type."""

    value: Type


Type = Scalar | Items | Struct | Open
Columns = Mapping[str, Type]

NAME, VALUE = "name", "value"
"""The keys of an entry of an ``Open`` object that is stored as a list."""

_PYTHON: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
}
_INT64 = range(-(2**63), 2**63)


def columns(stages: Iterable[str], only: Collection[str] = ()) -> dict[str, Type]:
    """The columns of the samples of a corpus, in order, but for ``REST``.

    Args:
        stages: the stages whose texts the records hold.
        only: the names of the fields that a selection kept; none where it kept all.
    """
    table = fields(stages, only)
    return {field.name: _type(field.schema) for field in table if field.where != "reject"}


def to_row(record: Mapping[str, Any], columns: Columns) -> dict[str, Any]:
    """The record as a row: a value for each column, None where it has none."""
    row: dict[str, Any] = dict.fromkeys(columns)
    rest = {}
    for name, value in record.items():
        if name in columns and _fits(value, columns[name]):
            row[name] = _stored(value, columns[name])
        else:
            rest[name] = value
    row[REST] = orjson.dumps(rest).decode() if rest else None
    return row


def to_record(row: Mapping[str, Any], columns: Columns) -> dict[str, Any]:
    """The record of a row; a field that the record lacked is there, and None."""
    record = {name: _loaded(row[name], columns.get(name)) for name in row if name != REST}
    return {**record, **orjson.loads(row.get(REST) or "{}")}


def _type(schema: Mapping[str, Any]) -> Type:
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    (kind,) = (kind for kind in kinds if kind != "null")
    if kind == "array":
        return Items(_type(schema["items"]))
    if kind != "object":
        return Scalar(kind)
    if "properties" in schema:
        properties = schema["properties"]
        may_lack = properties.keys() - set(schema.get("required", ()))
        return Struct(
            {name: _type(each) for name, each in properties.items()},
            frozenset(name for name in may_lack if not isinstance(properties[name]["type"], list)),
        )
    return Open(_type(schema["additionalProperties"]))


def _fits(value: Any, kind: Type) -> bool:
    if value is None:
        return True
    match kind:
        case Scalar("integer"):
            return type(value) is int and value in _INT64
        case Scalar(name):
            return isinstance(value, _PYTHON[name]) and isinstance(value, bool) <= (
                name == "boolean"
            )
        case Items(item):
            return isinstance(value, list) and all(_fits(each, item) for each in value)
        case Struct(members):
            return (
                isinstance(value, dict)
                and value.keys() <= members.keys()
                and all(_fits(each, members[name]) for name, each in value.items())
            )
        case Open(each):
            return isinstance(value, dict) and all(_fits(one, each) for one in value.values())


def _stored(value: Any, kind: Type) -> Any:
    match value, kind:
        case None, _:
            return None
        case _, Items(item):
            return [_stored(each, item) for each in value]
        case _, Struct(members):
            return {name: _stored(value.get(name), each) for name, each in members.items()}
        case _, Open(each):
            return [{NAME: name, VALUE: _stored(one, each)} for name, one in value.items()]
    return value


def _loaded(value: Any, kind: Type | None) -> Any:
    match value, kind:
        case list(), Items(item):
            return [_loaded(each, item) for each in value]
        case dict(), Struct(members, optional):
            return {
                name: _loaded(each, members.get(name))
                for name, each in value.items()
                if each is not None or name not in optional
            }
        case list(), Open(each):
            return {entry[NAME]: _loaded(entry[VALUE], each) for entry in value}
    return value
