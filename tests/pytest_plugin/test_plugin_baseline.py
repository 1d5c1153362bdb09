"""A run held against an older corpus: what changed is told, and fails the run if that was asked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

if TYPE_CHECKING:
    from conftest import Project

SIZE = "--corpus-size=12"

# tanh is lowered as -tanh(-x).
DRIFT = """
from jax import lax
from jax.extend.mlir.dialects import stablehlo as hlo
from jax.interpreters import mlir

import pytest


def odd(context, operand, **_):
    return [hlo.negate(hlo.tanh(hlo.negate(operand)))]


@pytest.fixture(autouse=True)
def drift():
    mlir.register_lowering(lax.tanh_p, odd)
"""


def test_a_planted_drift_is_found_named_and_grouped(project: Project) -> None:
    both = [SIZE, "-m", "curves or waves"]
    assert project.emit(*both, folder="old").ret == pytest.ExitCode.OK
    project.pytester.makeconftest(DRIFT)
    result = project.emit(
        *both, "--emit-baseline=old", "--emit-diff=diff.json",
        "--fail-on=newly_failing,stablehlo", folder="new",
    )  # fmt: skip
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    records = project.records("new")
    changed = [record["id"] for record in records if "tanh" in record["primitives"]]
    assert 0 < len(changed) < len(records)
    result.stdout.fnmatch_lines(
        [
            "*against the baseline*",
            f"*{len(records) - len(changed)}  unchanged",
            f"*{len(changed)}  StableHLO changed",
            f"*{len(changed)}  StableHLO: `stablehlo.negate` added",
            "*+ %* = stablehlo.negate %*",
            f"--fail-on: stablehlo: {len(changed)}, at most 0 allowed",
        ]
    )
    told = json.loads((project.path / "diff.json").read_text())
    first = told["causes"][0]
    assert (first["level"], first["come"]) == ("stablehlo", ["stablehlo.negate"])
    assert first["functions"] == len(changed)
    assert first["example"]["id"] in changed
    assert {then["level"] for then in first["then"]} <= {"hlo", "optimized_hlo"}


@pytest.mark.parametrize("workers", ["0", "2"])
def test_the_baseline_may_be_the_corpus_that_is_replaced(project: Project, workers: str) -> None:
    project.emit("--corpus-size=4", "-m", "curves")
    gone = project.records()[-1]["id"]
    rules = ["--emit-baseline=out", "--fail-on=gone", "--emit-diff=diff.xml"]
    result = project.emit("--corpus-size=3", "-m", "curves", "-n", workers, *rules)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines([f"gone: {gone}", "--fail-on: gone: 1, at most 0 allowed"])
    assert gone not in {record["id"] for record in project.records()}
    suite = ElementTree.parse(project.path / "diff.xml").getroot()
    assert [case.get("classname") for case in suite] == ["jaxsmith.diff.gone"]
    assert suite.get("failures") == "1"


def test_a_run_that_changed_nothing_passes(project: Project) -> None:
    project.emit("--corpus-size=4", "-m", "waves", folder="old")
    rules = ["--emit-baseline=old", "--fail-on=changed,numerics"]
    result = project.emit("--corpus-size=4", "-m", "waves", *rules)
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["*4  unchanged", "no numbers moved"])


def test_a_baseline_that_breaks_off_loses_nothing(project: Project) -> None:
    (project.path / "old").mkdir()
    (project.path / "old" / "data").mkdir()
    (project.path / "old" / "data" / "a.jsonl").write_text('{"id": "a", "category": "b"}\n{"id"')
    result = project.emit("--corpus-size=4", "--emit-baseline=old")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["--emit-baseline: *a.jsonl, line 2 is cut off"])
    assert project.records()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--emit-baseline=old"], "--emit-baseline needs --emit*"),
        (["--emit=out", "--fail-on=gone"], "--fail-on needs --emit-baseline*"),
        (["--emit=out", "--emit-diff=d.json"], "--emit-diff needs --emit-baseline*"),
        (["--emit=out", "--emit-baseline=old"], "--emit-baseline: there is no *old*"),
        (["--emit=out", "--emit-baseline=.", "--emit-diff=d.doc"], "--emit-baseline: * no corpus*"),
        (["--emit=out", "--emit-baseline=o", "--fail-on=all"], "*there is no threshold 'all'*"),
    ],
)
def test_options_that_cannot_be_used_are_one_line(
    project: Project, arguments: list[str], complaint: str
) -> None:
    result = project.run(*arguments)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*{complaint}"])
    assert not (project.path / "out").exists()
