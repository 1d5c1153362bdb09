"""What is wrong with a record that was read, as the JSON Schema sees it and beyond."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pytest
from jsonschema import Draft202012Validator

from jaxsmith.record import Evidence, Subject, build, complaint, reject, schema

if TYPE_CHECKING:
    from collections.abc import Callable

ASKED = ("jaxpr", "stablehlo")


@pytest.fixture
def record(evidence: Evidence) -> dict[str, Any]:
    made = build(evidence)
    # The texts of the fixture are a line each, and its one input is given by a draw.
    return orjson.loads(orjson.dumps(made))  # type: ignore[no-any-return]


def test_nothing_is_wrong_with_what_build_makes(record: dict[str, Any]) -> None:
    assert complaint(record, "sample", ASKED) is None
    assert complaint({**record, "lines": "of a hook"}, "sample", ASKED) is None


def test_nothing_is_wrong_with_what_reject_makes(subject: Subject) -> None:
    bare = reject(id="a", category="math", reason="timeout", detail="60 s")
    assert complaint(bare, "reject") is None
    whole = reject(id="a", category="c", reason="trivial", detail="", subject=subject)
    assert complaint(whole, "reject") is None
    assert complaint({**bare, "status": "verified"}, "reject") == (
        "status is 'verified', expected one of rejected, failed, crashed"
    )


# What to do to a record, and what is then said; those that the JSON Schema can't see are marked.
DAMAGES: list[tuple[Callable[[dict[str, Any]], object], str, bool]] = [
    (lambda r: r.pop("source_code"), "has no field 'source_code'", True),
    (lambda r: r.pop("stablehlo"), "has no field 'stablehlo'", True),
    (lambda r: r["input_shapes"].append("3"), "input_shapes[1] is '3', which does not match", True),
    (lambda r: r.update(input_shapes=["(3,)\n"]), "input_shapes[0] is '(3,)\\n', which", False),
    (lambda r: r["tags"].append(r["tags"][0]), "tags holds something twice", True),
    (lambda r: r["primitives"].update(add=-1), "primitives.add is -1, expected 0 or more", True),
    (lambda r: r.update(max_abs_error="inf"), "max_abs_error is 'inf', expected number or", True),
    (lambda r: r.update(seed=True), "seed is True, expected integer or null", True),
    (lambda r: r["config"].pop("x64"), "config has no 'x64'", True),
    (lambda r: r["inputs"][0]["arguments"][0]["draw"].pop("low"),
     "inputs[0].arguments[0].draw has no 'low'", True),
    (lambda r: r.update(inputs=[]), "expected has 3 entries for 0 input sets", False),
    (lambda r: r.update(inputs=[], expected=[]), "inputs is empty: nothing says", False),
    (lambda r: r["inputs"][1].update(arguments=[]), "inputs[1] has 0 arguments for 1", False),
    (lambda r: r["expected"][2].pop(), "expected[2] has 1 entries for 2 outputs", False),
    (lambda r: r.update(test_success=False), "test_success is false", False),
    (lambda r: r.update(output_dtypes=["float32", "int31"]), "output_dtypes names 'int31'", False),
    (lambda r: r["alignment"]["jaxpr"].append(1), "alignment.jaxpr has 2 entries for 1", False),
    (lambda r: r["alignment"].update(jaxpr=[9]), "alignment.jaxpr names a list that", False),
    (lambda r: r["alignment"]["lines"].append([9]), "alignment.lines names a line that", False),
]  # fmt: skip


@pytest.mark.parametrize(("damage", "said", "in_schema"), DAMAGES)
def test_what_is_wrong_is_said(
    record: dict[str, Any],
    damage: Callable[[dict[str, Any]], object],
    said: str,
    in_schema: bool,
) -> None:
    damage(record)
    found = complaint(record, "sample", ASKED)
    assert found is not None
    assert found.startswith(said)
    assert Draft202012Validator(schema(ASKED)).is_valid(record) != in_schema
