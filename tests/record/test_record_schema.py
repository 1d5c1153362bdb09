"""The JSON Schema: accepts what build makes, refuses what is damaged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from jaxsmith.record import Evidence, Subject, build, fields, markdown, reject, schema
from jaxsmith.stages.table import STAGES

if TYPE_CHECKING:
    from collections.abc import Callable

ASKED = ("jaxpr", "stablehlo")


def _validate(record: dict[str, Any]) -> None:
    Draft202012Validator(schema(ASKED)).validate(record)


@pytest.mark.parametrize("kind", ["sample", "reject"])
def test_the_schema_is_one(kind: Any) -> None:
    Draft202012Validator.check_schema(schema(ASKED, kind))


def test_a_record_fits_the_schema_with_fields_of_hooks(evidence: Evidence) -> None:
    _validate({**build(evidence), "lines": 3})


DAMAGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "no source": lambda record: record.pop("source_code"),
    "no text of a stage": lambda record: record.pop("stablehlo"),
    "a shape that is none": lambda record: record["input_shapes"].append("3"),
    "a shape as a list": lambda record: record["input_shapes"].append([3]),
    "a tag twice": lambda record: record["tags"].append(record["tags"][0]),
    "a negative count": lambda record: record["primitives"].update(add=-1),
    "a number as text": lambda record: record.update(max_abs_error="inf"),
    "a digest that is none": lambda record: record["inputs"][0]["arguments"][0].update(sha256="x"),
    "a draw without range": lambda record: record["inputs"][0]["arguments"][0]["draw"].pop("low"),
    "no x64": lambda record: record["config"].pop("x64"),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_record_does_not_fit(
    evidence: Evidence, damage: Callable[[dict[str, Any]], object]
) -> None:
    record = build(evidence)
    damage(record)
    with pytest.raises(ValidationError):
        _validate(record)


@pytest.mark.parametrize("shape", ["()", "(4,)", "(4, 8)", "(0, 1, 2, 3, 4)"])
def test_the_shapes_of_python_fit(evidence: Evidence, shape: str) -> None:
    _validate({**build(evidence), "input_shapes": [shape]})


def test_a_reject_fits_its_schema_however_little_is_known(subject: Subject) -> None:
    validator = Draft202012Validator(schema(ASKED, "reject"))
    bare = reject(id="a", category="math", reason="timeout", detail="60 s")
    validator.validate(bare)
    validator.validate(reject(id="a", category="c", reason="trivial", detail="", subject=subject))
    with pytest.raises(ValidationError):
        validator.validate({**bare, "status": "verified"})
    with pytest.raises(ValidationError):
        validator.validate({**bare, "reason": "bad luck"})


def test_the_documentation_has_a_row_for_every_field() -> None:
    table = markdown(STAGES)
    names = [line.split("`")[1] for line in table.splitlines()[2:]]
    assert names == [field.name for field in fields(STAGES)]
    assert len(set(names)) == len(names)
    assert "| `input_shapes` | array of string |" in table
