"""JSON Schema fragments: the types that fields have."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

STRING: Schema = {"type": "string"}
BOOLEAN: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0}
NUMBER: Schema = {"type": "number"}
SHA256: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
SHAPE: Schema = {"type": "string", "pattern": r"^\((\d+,|\d+(, \d+)+)?\)$"}
COUNTS: Schema = {"type": "object", "additionalProperties": COUNT}


def nullable(schema: Schema) -> Schema:
    """The same type or null."""
    return {**schema, "type": [schema["type"], "null"]}


def array(items: Schema, *, unique: bool = False) -> Schema:
    """A list of one type."""
    return {"type": "array", "items": items, **({"uniqueItems": True} if unique else {})}


def struct(**properties: Schema) -> Schema:
    """An object that has these properties, and perhaps others."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def name(schema: Schema) -> str:
    """The type in a word or two, for people."""
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    text = " or ".join(kinds)
    return f"{text} of {name(schema['items'])}" if "items" in schema else text
