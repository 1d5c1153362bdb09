"""Two corpora held against each other: every function has an outcome, and changes have causes."""

from __future__ import annotations

import base64
import os
import struct
import subprocess
import sys
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import orjson
import pytest
from small_corpora import Build, Record, failure, sample

from jaxsmith.cli import main
from jaxsmith.dataset.diff import compare, parse, terminal
from jaxsmith.dataset.diff.phrases import phrase
from jaxsmith.dataset.diff.streams import pairs
from jaxsmith.errors import InvalidRequestError

if TYPE_CHECKING:
    from pathlib import Path

    from jaxsmith.dataset.diff import Report


def program(*operations: str, name: str = "f") -> str:
    lines = [f"    %{i} = {op} %arg0 : tensor<3xf32>\n" for i, op in enumerate(operations)]
    return (
        f"module @jit_{name} {{\n  func.func public @main(%arg0: tensor<3xf32>) {{\n"
        f"{''.join(lines)}    return %0 : tensor<3xf32>\n  }}\n}}\n"
    )


def record(category: str, index: int, *operations: str, **fields: Any) -> Record:
    """A function whose source is the longer, the higher its index is."""
    constant = f"stablehlo.constant dense<{index}.{len(category)}>"
    text = program(constant, *operations, name=f"{category}{index}")
    source = f"def {category}{index}(x):\n    return x + {'1' * (index + 1)}\n"
    made = {"source_code": source, "stablehlo": text, "jax_version": "1.0", "max_ulp_error": 0.5}
    return sample(category, index, **{**made, **fields})


@pytest.fixture
def against(tmp_path: Path, build: Build) -> Any:
    def hold(old: list[Record], new: list[Record]) -> Report:
        build(tmp_path / "old", {"gw0": old})
        build(tmp_path / "new", {"gw0": new})
        return compare(tmp_path / "old", tmp_path / "new")

    return hold


def test_every_function_has_one_outcome(against: Any) -> None:
    old = [record("math", i) for i in range(6)] + [failure("math", 6), failure("math", 7)]
    new = [
        record("math", 0),
        record("math", 1, "stablehlo.sine"),
        failure("math", 2, "compile_error"),
        failure("math", 3, "known_bug"),
        record("math", 5, source_code="def g(x):\n    return -x\n"),
        record("math", 6),
        failure("math", 7),
        record("array", 0),
        failure("array", 1, "unwritable"),
    ]
    report = against(old, new)
    assert report.counts == {
        "unchanged": 1,
        "stablehlo": 1,
        "newly_failing": 1,
        "gone": 2,
        "rewritten": 1,
        "newly_passing": 1,
        "still_failing": 1,
        "new": 1,
        "no_sample": 1,
    }
    assert report.named["newly_failing"] == {"math-s0-000002": "compile_error: seen"}
    assert report.named["gone"] == {"math-s0-000003": "known_bug: seen", "math-s0-000004": ""}
    assert (report.old.functions, report.new.functions) == (8, 9)


def test_hundreds_of_changed_functions_read_as_a_few_lines(against: Any) -> None:
    lowered = ["chlo.lgamma"], ["stablehlo.custom_call @lgamma"]
    precise = ["stablehlo.dot %1, precision = [LOW],"], ["stablehlo.dot %1, precision = [HIGH],"]
    count = 600
    old = [
        record("math", i, *lowered[0], *(precise[0] if i % 3 == 1 else ())) for i in range(count)
    ]
    new = [
        record("math", i, *lowered[1], *(precise[1] if i % 3 == 1 else ())) for i in range(count)
    ]
    for made in (old, new):
        for each in made:
            each["source_code"] = f"def f(x):\n    return x + {each['id'][-6:].lstrip('0') or 0}\n"
    report = against(old, new)
    assert report.counts == {"stablehlo": count}
    first, second = report.groups
    assert phrase(first.cause) == "`chlo.lgamma` became `stablehlo.custom_call lgamma`"
    assert (first.functions, first.seen.example) == (count, "math-s0-000000")
    assert phrase(second.cause, second.seen) == (
        "attribute `precision` of `stablehlo.dot` changed: [LOW] → [HIGH]"
    )
    assert (second.functions, second.seen.example) == (count // 3, "math-s0-000001")


def test_a_corpus_of_a_cpu_is_compared_with_that_of_a_gpu(against: Any) -> None:
    cpu = {"platform": "cpu", "device_kind": "cpu", "optimized_hlo": hlo("dot", "tanh")}
    gpu = {"platform": "gpu", "device_kind": "NVIDIA H100", "optimized_hlo": hlo("custom-call")}
    product = "stablehlo.dot_general %arg0, %arg0, precision = [{}, {}],"
    old = [record("math", i, product.format("DEFAULT", "DEFAULT"), **cpu) for i in range(3)]
    new = [record("math", i, product.format("HIGHEST", "HIGHEST"), **gpu) for i in range(3)]
    new += [failure("math", 3, "unsupported")]
    report = against(old, new)
    told = terminal.render(report)
    assert "jax 1.0 on cpu → jax 1.0 on gpu: 3 functions in the old corpus, 4 in the new" in told
    assert "device kind: cpu → NVIDIA H100; optimized HLO and numbers may differ" in told
    assert report.changed == {"stablehlo": 3, "optimized_hlo": 3}
    causes = {phrase(group.cause, group.seen) for group in report.groups}
    changed = "attribute `precision` of `stablehlo.dot_general` changed: [DEFAULT, DEFAULT]"
    assert f"{changed} → [HIGHEST, HIGHEST]" in causes


def test_an_operation_that_comes_once_more_is_shown(against: Any) -> None:
    twice = ["stablehlo.sine", "stablehlo.sine"]
    report = against([record("math", 0, *twice[:1])], [record("math", 0, *twice)])
    (group,) = report.groups
    assert phrase(group.cause, group.seen) == "`stablehlo.sine` added"
    assert [line.split(" = ")[1] for line in group.seen.evidence.new] == [
        "stablehlo.sine %arg0 : tensor<3xf32>"
    ]


def test_causes_that_are_not_shown_are_counted(against: Any) -> None:
    operations = ["stablehlo.sine", "stablehlo.tanh", "stablehlo.cosine"]
    old = [record("math", i) for i in range(3)]
    report = against(old, [record("math", i, operations[i]) for i in range(3)])
    assert terminal.render(report, 0).endswith("\n3 causes of what changed in 3 functions")
    one = terminal.render(report, 1)
    assert "and 2 more, of 1 functions or fewer\n(python -m jaxsmith diff OLD NEW --all" in one
    assert "more" not in terminal.render(report, None)


def hlo(*opcodes: str) -> str:
    lines = [f"  v.{i} = f32[3]{{0}} {opcode}(x.1)\n" for i, opcode in enumerate(opcodes)]
    return f"HloModule f\n\nENTRY main.1 {{\n  x.1 = f32[3]{{0}} parameter(0)\n{''.join(lines)}}}\n"


def test_what_follows_from_a_change_stands_with_it(against: Any) -> None:
    old = [record("math", i, "chlo.square", hlo=hlo("multiply")) for i in range(4)]
    new = [record("math", i, "chlo.power", hlo=hlo("power")) for i in range(4)]
    # This one changed in HLO alone, so that its cause is one of its own.
    old.append(record("math", 4, "chlo.square", hlo=hlo("sort", "sine")))
    new.append(record("math", 4, "chlo.square", hlo=hlo("sort", "cosine")))
    first, second = against(old, new).groups
    assert (first.level, first.functions) == ("stablehlo", 4)
    ((level, cause), functions), *others = first.then
    assert (level, cause.gone, cause.come, functions) == ("hlo", ("multiply",), ("power",), 4)
    assert not others
    assert (second.level, second.cause.come, second.functions) == ("hlo", ("cosine",), 1)


def test_causes_that_are_several_others_are_taken_apart(against: Any) -> None:
    before = [("chlo.a",), ("chlo.b",), ("chlo.a", "chlo.b")]
    after = [("chlo.c",), ("chlo.d",), ("chlo.c", "chlo.d")]
    old = [record("math", i, *ops) for i, ops in enumerate(before)]
    new = [record("math", i, *ops) for i, ops in enumerate(after)]
    groups = against(old, new).groups
    assert [(group.cause.gone, group.cause.come, group.functions) for group in groups] == [
        (("chlo.a",), ("chlo.c",), 2),
        (("chlo.b",), ("chlo.d",), 2),
    ]


def results(*values: float, digest: str) -> list[list[Record]]:
    data = base64.b64encode(struct.pack(f"<{len(values)}f", *values)).decode()
    return [[{"sha256": digest, "data": data}]]


@pytest.mark.parametrize(
    ("old", "new", "ulp", "exact"),
    [
        ({"max_ulp_error": 1.0}, {"max_ulp_error": 3.5}, 2.5, False),
        ({"max_ulp_error": 1.0}, {"max_ulp_error": None}, float("inf"), False),
        (
            {"results": results(1.0, 4.0, digest="a")},
            {"results": results(1.0, 4.0 + 3 * 2.0**-21, digest="b")},
            3.0,
            True,
        ),
        ({"results": results(1.0, digest="a")}, {"results": results(1.0, digest="b")}, 1.0, True),
        (
            {"results": results(1.0, digest="a")},
            {"results": results(float("nan"), digest="b")},
            float("inf"),
            True,
        ),
    ],
)
def test_numbers_move_by_so_many_ulp(
    against: Any, old: Record, new: Record, ulp: float, exact: bool
) -> None:
    typed = {"output_dtypes": ["float32"]}
    report = against([record("math", 0, **old, **typed)], [record("math", 0, **new, **typed)])
    assert report.counts == {"unchanged": 1}
    (moved,) = report.moved.values()
    assert (moved.ulp, moved.exact) == (ulp, exact)


def test_equal_results_did_not_move_whatever_their_errors(against: Any) -> None:
    same = {"results": results(1.0, digest="a"), "output_dtypes": ["float32"]}
    report = against(
        [record("math", 0, **same)], [record("math", 0, **{**same, "max_ulp_error": 2.0})]
    )
    assert not report.moved


def test_pairs_are_in_order_whatever_categories_each_corpus_has(
    tmp_path: Path, build: Build
) -> None:
    build(tmp_path / "old", {"gw0": [record("math", i) for i in (2, 10)] + [record("b", 0)]})
    build(tmp_path / "new", {"gw0": [record("array", 0), record("math", 10), failure("math", 3)]})
    found = [
        (p.id, p.old is None, p.new is None) for p in pairs(tmp_path / "old", tmp_path / "new")
    ]
    assert found == [
        ("math-s0-000002", False, True),
        ("math-s0-000003", True, False),
        ("math-s0-000010", False, False),
        ("array-s0-000000", True, False),
        ("b-s0-000000", False, True),
    ]


def test_records_out_of_order_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"
    path.write_bytes(b"\n".join(orjson.dumps(record("math", index)) for index in (1, 0)))
    with pytest.raises(InvalidRequestError, match="math-s0-000000 stands behind math-s0-000001"):
        list(pairs(path, path))


@pytest.fixture
def corpora(tmp_path: Path, build: Build) -> list[str]:
    build(tmp_path / "old", {"gw0": [record("math", 0, "chlo.a"), record("math", 1)]})
    changed = record("math", 0, "chlo.b", max_ulp_error=6.5, jax_version="2.0")
    build(tmp_path / "new", {"gw0": [changed, failure("math", 1)]})
    return [str(tmp_path / "old"), str(tmp_path / "new")]


@pytest.mark.parametrize(
    ("rules", "lines"),
    [
        ("newly_failing", ["newly_failing: 1, at most 0 allowed"]),
        ("newly_failing:1,gone", []),
        ("numerics:4ulp", ["numerics: 1 moved by more than 4 ulp, math-s0-000000 by 6"]),
        ("numerics:6", []),
        ("stablehlo,changed", ["stablehlo: 1, at most 0 allowed", "changed: 1, at most 0 allowed"]),
    ],
)
def test_the_exit_code_is_that_of_the_threshold(
    corpora: list[str], capsys: pytest.CaptureFixture[str], rules: str, lines: list[str]
) -> None:
    assert main(["diff", *corpora, "--fail-on", rules]) == int(bool(lines))
    shown = capsys.readouterr().out
    assert [line for line in shown.splitlines() if line.startswith("FAILED")] == [
        f"FAILED {line}" for line in lines
    ]


def test_people_read_what_changed_and_why(
    corpora: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["diff", *corpora]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "jax 1.0 on ? → jax 2.0 on ?: 2 functions in the old corpus, 2 in the new one",
        "  1  StableHLO changed",
        "  1  newly failing",
        "numbers moved in 1 function: 1 by up to 64 ulp; furthest in math-s0-000000, "
        "by at least 6 ulp",
        "newly failing: math-s0-000001: mismatch: seen",
        "",
        "1 cause of what changed in 1 function:",
        "",
        "  1  StableHLO: `chlo.a` became `chlo.b`",
        "     such as math-s0-000000",
        "     - %1 = chlo.a %arg0 : tensor<3xf32>",
        "     + %1 = chlo.b %arg0 : tensor<3xf32>",
    ]


def test_programs_read_json_and_junit(
    corpora: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("d.json", "d.xml", "d.md", "d.txt"):
        options = ["--write", str(tmp_path / name), "--fail-on", "newly_failing,numerics:7ulp"]
        assert main(["diff", *corpora, "--json", *options]) == 1
        printed = orjson.loads(capsys.readouterr().out)
    assert orjson.loads((tmp_path / "d.json").read_bytes()) == printed
    assert printed["functions"] == {"stablehlo": 1, "newly_failing": 1}
    assert printed["causes"][0]["example"]["id"] == "math-s0-000000"
    assert printed["numerics"] == {"math-s0-000000": {"ulp": 6.0, "exact": False}}
    suite = ElementTree.parse(tmp_path / "d.xml").getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("3", "1")
    failing = [case.get("name") for case in suite if case.find("failure") is not None]
    assert failing == ["math-s0-000001"]
    assert "| 1 | newly failing |" in (tmp_path / "d.md").read_text()
    assert "FAILED newly_failing" in (tmp_path / "d.txt").read_text()


def test_the_same_is_told_whatever_the_hash_seed(corpora: list[str]) -> None:
    command = [sys.executable, "-m", "jaxsmith", "diff", "--json", *reversed(corpora)]
    told = {
        subprocess.run(
            command, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in "123"
    }
    assert len(told) == 1


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--fail-on", "paint"], "there is no threshold 'paint'; choose of jaxpr,"),
        (["--fail-on", "gone:few"], "'gone:few' needs a number behind the colon"),
        (["--fail-on", "gone:4ulp"], "as in gone:10"),
        (["--write", "diff.doc"], "diff.doc: the name must end in .json"),
        (["--write", "{old}/nowhere/d.json"], "can't write"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    corpora: list[str], capsys: pytest.CaptureFixture[str], arguments: list[str], complaint: str
) -> None:
    assert main(["diff", *corpora, *(each.format(old=corpora[0]) for each in arguments)]) == 2
    printed = capsys.readouterr().err
    assert complaint in printed
    assert printed.count("\n") == 1


def test_a_rule_may_be_about_every_kind_of_outcome() -> None:
    assert [rule.most for rule in parse("jaxpr, gone:10, numerics:0.5ulp")] == [0, 10, 0.5]
