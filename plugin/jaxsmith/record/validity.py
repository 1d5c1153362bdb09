"""Whether a record that was read is one: every field there, of its type, and of one mind."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

from jaxsmith.record.fields import fields
from jaxsmith.stages.table import STAGES
from jaxsmith.vocabulary.dtypes import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from jaxsmith.record.types import Schema

Record = dict[str, Any]

_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}

_SCHEMAS: Mapping[str, Schema] = {field.name: field.schema for field in fields(STAGES)}


def complaint(
    record: Record,
    kind: Literal["sample", "reject"] = "sample",
    texts: Collection[str] = ("stablehlo",),
) -> str | None:
    """The first thing that is wrong with a record, in one line; None if it is as it should be.

    Texts are not read, nor values computed.

    Args:
        record: as it was read.
        kind: what it should be.
        texts: the stages whose texts a sample must have, by name.
    """
    stages = [name for name in STAGES if name in record or (kind == "sample" and name in texts)]
    for field in fields(stages):
        if field.name in record:
            found = next(_complaints(record[field.name], field.schema, field.name), None)
        elif field.required(kind):
            found = f"has no field {field.name!r}"
        else:
            continue
        if found is not None:
            return found
    return None if kind == "reject" else next(_disagreements(record), None)


def misfit(record: Mapping[str, Any], name: str) -> str | None:
    """What is wrong with one field of a record, in one line; None if it is of its type."""
    return next(_complaints(record[name], _SCHEMAS[name], name), None)


def _complaints(value: Any, schema: Schema, path: str) -> Iterator[str]:
    """What is wrong with a value by its schema, of the parts of JSON Schema that fields use."""
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    # Python takes True for an integer.
    fits = isinstance(value, tuple(t for kind in kinds for t in _TYPES[kind]))
    if not fits or (isinstance(value, bool) and "boolean" not in kinds):
        yield f"{path} is {_shown(value)}, expected {' or '.join(kinds)}"
        return
    if isinstance(value, list):
        yield from _array_complaints(value, schema, path)
    elif isinstance(value, dict):
        yield from _object_complaints(value, schema, path)
    elif value is not None:
        if value not in schema.get("enum", [value]):
            yield f"{path} is {_shown(value)}, expected one of {', '.join(schema['enum'])}"
        if "pattern" in schema and not re.fullmatch(schema["pattern"], value):
            yield f"{path} is {_shown(value)}, which does not match {schema['pattern']}"
        if "minimum" in schema and value < schema["minimum"]:
            yield f"{path} is {value}, expected {schema['minimum']} or more"


def _array_complaints(value: list[Any], schema: Schema, path: str) -> Iterator[str]:
    for i, item in enumerate(value):
        yield from _complaints(item, schema["items"], f"{path}[{i}]")
    if schema.get("uniqueItems") and len(set(map(str, value))) < len(value):
        yield f"{path} holds something twice"


def _object_complaints(value: Record, schema: Schema, path: str) -> Iterator[str]:
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{path} has no {name!r}"
    others = schema.get("additionalProperties")
    for name, item in value.items():
        inner = schema.get("properties", {}).get(name, others)
        if inner is not None:
            yield from _complaints(item, inner, f"{path}.{name}")


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:39]}…"


def _disagreements(record: Record) -> Iterator[str]:
    """Where two fields of a sample, each well-formed, can't both be right."""
    for name, length, what in _LENGTHS:
        found, expected = len(record[name]), length(record)
        if found != expected:
            yield f"{name} has {found} entries for {expected} {what}"
    if not record["inputs"]:
        yield "inputs is empty: nothing says what to run it on"
    if not record["test_success"]:
        yield "test_success is false: the function is no sample"
    for field in ("input_dtypes", "output_dtypes"):
        for dtype in record[field]:
            if dtype not in KINDS:
                yield f"{field} names {_shown(dtype)}, which is no dtype that is known"
    inputs, outputs = len(record["input_names"]), len(record["output_shapes"])
    for i, each in enumerate(record["inputs"]):
        if len(each["arguments"]) != inputs:
            yield f"inputs[{i}] has {len(each['arguments'])} arguments for {inputs} inputs"
    for i, each in enumerate(record["expected"]):
        if len(each) != outputs:
            yield f"expected[{i}] has {len(each)} entries for {outputs} outputs"
    for i in record["kept_inputs"]:
        if i >= inputs:
            yield f"kept_inputs names input {i} of {inputs}"
    if record["alignment"] is not None:
        yield from _misalignments(record, record["alignment"])


def _misalignments(record: Record, alignment: Record) -> Iterator[str]:
    lists, source = alignment["lines"], record["source_code"].count("\n") + 1
    if any(number < 1 or number > source for numbers in lists for number in numbers):
        yield f"alignment.lines names a line that source_code, of {source} lines, does not have"
    for name, found in alignment.items():
        text = record.get(name)
        if name == "lines" or not isinstance(text, str):
            continue
        lines = len(text.splitlines())
        if len(found) != lines:
            yield f"alignment.{name} has {len(found)} entries for {lines} lines"
        if any(which >= len(lists) for which in found):
            yield f"alignment.{name} names a list that alignment.lines does not have"


_LENGTHS: tuple[tuple[str, Callable[[Record], int], str], ...] = (
    ("input_shapes", lambda record: len(record["input_names"]), "inputs"),
    ("input_dtypes", lambda record: len(record["input_names"]), "inputs"),
    ("output_dtypes", lambda record: len(record["output_shapes"]), "outputs"),
    ("expected", lambda record: len(record["inputs"]), "input sets"),
)
