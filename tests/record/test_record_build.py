"""Records: their fields, the order of these, and what JSON can't say."""

from __future__ import annotations

import base64
import math
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import pytest
from jsonschema import Draft202012Validator, ValidationError

from jaxsmith.record import REASONS, Check, Evidence, Subject, build, fields, reject, schema
from jaxsmith.record.fields import in_order

if TYPE_CHECKING:
    from collections.abc import Callable


def _sample_fields(evidence: Evidence) -> list[str]:
    return [field.name for field in fields(evidence.extracted.texts) if field.required("sample")]


def test_a_record_has_exactly_the_fields_of_the_table_in_its_order(evidence: Evidence) -> None:
    assert list(build(evidence)) == _sample_fields(evidence)


def test_only_the_stages_asked_for_are_fields(evidence: Evidence) -> None:
    assert {"jaxpr", "stablehlo"} <= build(evidence).keys()
    assert not {"hlo", "optimized_hlo"} & build(evidence).keys()


def test_a_text_that_the_function_has_not_is_null_in_its_place(evidence: Evidence) -> None:
    vars(evidence.extracted)["missing"] = {"stablehlo_cuda": "no lowering"}
    record = build(evidence)
    assert record["stablehlo_cuda"] is None
    stages = ("jaxpr", "stablehlo", "stablehlo_cuda")
    assert list(record) == [field.name for field in fields(stages) if field.required("sample")]
    Draft202012Validator(schema(stages)).validate(record)
    with pytest.raises(ValidationError, match="None is not of type 'string'"):
        Draft202012Validator(schema(stages)).validate({**record, "stablehlo": None})


def test_an_input_set_can_be_told_by_its_digest(evidence: Evidence) -> None:
    first, second, _ = build(evidence)["inputs"]
    content = np.arange(3, dtype=np.float32).tobytes()
    assert first["arguments"] == [
        {
            "draw": {"kind": "uniform", "low": -1.0, "high": 1.0},
            "data": None,
            "sha256": sha256(content).hexdigest(),
        }
    ]
    assert second["arguments"][0]["sha256"] != first["arguments"][0]["sha256"]
    assert (first["seed"], second["seed"]) == (0, 1)


def test_values_that_no_recipe_makes_are_in_the_record(evidence: Evidence) -> None:
    given = replace(evidence, subject=replace(evidence.subject, draws=(None,)))
    argument = build(given)["inputs"][0]["arguments"][0]
    values = np.frombuffer(base64.b64decode(argument["data"]), np.float32)
    assert argument["draw"] is None
    assert values.tolist() == [0.0, 1.0, 2.0]


def test_errors_and_bounds_are_the_largest_over_all_input_sets(evidence: Evidence) -> None:
    record = build(evidence)
    assert record["max_abs_error"] == 1e-7
    assert record["tolerance"]["max_bounds"] == [1e-6, 0.0]


@pytest.mark.parametrize("odd", [math.nan, math.inf])
@pytest.mark.parametrize("place", [0, 1])
def test_a_number_that_json_lacks_becomes_null(
    evidence: Evidence, check: Callable[..., Check], odd: float, place: int
) -> None:
    checks = [check(0, max_rel_error=1.0), check(1, max_rel_error=1.0)]
    checks[place] = check(place, max_rel_error=odd)
    record = build(replace(evidence, checks=tuple(checks)))
    assert record["max_rel_error"] is None
    assert record["max_abs_error"] == 0.0


def test_a_record_survives_json(evidence: Evidence) -> None:
    record = build(evidence)
    assert orjson.loads(orjson.dumps(record)) == record


def test_structure_and_tags_are_written_the_same_each_time(evidence: Evidence) -> None:
    record = build(evidence)
    assert record["output_structure"] == "(*, {'count': *})"
    assert record["tags"] == ["tiny", "unary"]
    assert record["input_shapes"] == ["(3,)"]
    assert record["output_shapes"] == ["(3,)", "()"]


def test_unknown_fields_come_last_in_their_own_order() -> None:
    ordered = in_order({"zeta": 1, "category": "c", "alpha": 2, "id": "i"})
    assert list(ordered) == ["id", "category", "zeta", "alpha"]


def test_a_reject_tells_what_is_known(subject: Subject) -> None:
    bare = reject(id="a", category="math", reason="crashed", detail="signal 11")
    assert (bare["status"], bare["reason"]) == ("crashed", "crashed")
    assert "source_code" not in bare
    written = reject(id="a", category="math", reason="trivial", detail="", subject=subject)
    assert written["source_code"] == subject.source_code
    assert list(written) == list(in_order(written))


def test_a_reason_that_nobody_declared_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown reason 'bad luck'"):
        reject(id="a", category="math", reason="bad luck", detail="")


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_gives_its_status(reason: str) -> None:
    made = reject(id="a", category="math", reason=reason, detail="")
    assert made["status"] == REASONS[reason].status


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        ("two\n  lines", "two lines"),
        ("File '/srv/ann/lib/ops.py', line 3", "File 'ops.py', line 3"),
        ("in /opt/x/y/: no", "in : no"),
        ("<function f at 0x7f3a12345678>", "<function f at 0x…>"),
        ("shape (2, 3)/(4,) and a/b", "shape (2, 3)/(4,) and a/b"),
        (
            "see https://docs.jax.dev/en/latest/errors.html",
            "see https://docs.jax.dev/en/latest/errors.html",
        ),
        ("C:\\Users\\ann\\ops.py", "ops.py"),
    ],
)
def test_a_detail_is_one_line_and_says_nothing_of_the_machine(seen: str, told: str) -> None:
    made: dict[str, Any] = reject(id="a", category="c", reason="run_error", detail=seen)
    assert made["detail"] == told


def test_a_long_detail_is_cut() -> None:
    made = reject(id="a", category="c", reason="run_error", detail="x" * 10_000)
    assert len(made["detail"]) == 500
