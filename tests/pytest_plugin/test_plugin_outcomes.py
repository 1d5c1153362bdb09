"""What becomes of functions that are wrong: what the item shows, and what the rejects say."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

if TYPE_CHECKING:
    from conftest import Project


@pytest.fixture
def faulty(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("MINI_FAULTS", "mismatch rejected raises nan shape structure")
    return project


@pytest.mark.parametrize("workers", ["0", "2"])
def test_each_fault_has_its_typed_reason(faulty: Project, workers: str) -> None:
    result = faulty.emit("-n", workers, "-m", "odd", "--corpus-size=7", "--junit-xml=junit.xml")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.assert_outcomes(passed=1, failed=5, skipped=1)
    assert [(r["id"], r["status"], r["reason"]) for r in faulty.rejects()] == [
        ("odd-s0-000000", "failed", "mismatch"),
        ("odd-s0-000001", "rejected", "trivial"),
        ("odd-s0-000002", "failed", "trace_error"),
        ("odd-s0-000003", "failed", "nan_mismatch"),
        ("odd-s0-000004", "failed", "wrong_shape"),
        ("odd-s0-000005", "failed", "wrong_structure"),
    ]
    assert [record["id"] for record in faulty.records()] == ["odd-s0-000006"]
    scripts = [record["script"] for record in faulty.rejects()]
    assert [script is not None for script in scripts] == [True, False, False, True, False, False]
    assert "found = jax.tree.leaves(jax.jit(" in scripts[0]
    suite = ElementTree.parse(faulty.path / "junit.xml").getroot()[0]
    assert [suite.get(name) for name in ("tests", "failures", "skipped")] == ["7", "5", "1"]


def test_a_mismatch_shows_all_there_is_to_know(faulty: Project) -> None:
    node = "test_mini.py::test_function[odd-s0-000000]"
    result = faulty.run(node)
    result.stdout.fnmatch_lines(
        [
            "mismatch: output 0*, expected * within *; * elements are off",
            "    def *",
            "    *leaf + 1.5, result)",
            "inputs (domain, seed *):",
            "    *: float*[[]*",
            "output 0:",
            "    actual: float*",
            "    expected: float64*",
            "they part*:",
            "    actual *",
            "    expected *",
            "    bound *",
            f"run it again: pytest '{node}'".replace("[", "[[]"),
        ]
    )
    assert "site-packages" not in result.stdout.str()


def test_the_command_that_is_shown_runs_the_function_again(faulty: Project) -> None:
    result = faulty.run("--corpus-size=12", "--corpus-seed=5", "-m", "odd")
    (command,) = {line for line in result.outlines if "run it again" in line and "000000" in line}
    again = faulty.run(command.split("pytest ")[1].strip("'"))
    again.assert_outcomes(failed=1)
    assert "odd-s5-000000" in again.stdout.str()


def test_a_rejected_function_is_skipped_with_its_reason(faulty: Project) -> None:
    result = faulty.run("-rs", "test_mini.py::test_function[odd-s0-000001]")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(
        ["SKIPPED * test_mini.py:*: trivial: does not depend on its inputs"]
    )


def test_a_crash_is_recorded_and_harms_no_other(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINI_FAULTS", "none crashed")
    result = project.emit("-n", "1", "-m", "odd", "--corpus-size=4")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    rejects = project.rejects()
    crashed = [record["id"] for record in rejects if record["status"] == "crashed"]
    assert crashed == ["odd-s0-000001"]
    assert len(project.records()) + len(rejects) == 4
    result.stdout.fnmatch_lines(
        ["*run it again: pytest 'test_mini.py::test_function[[]odd-s0-000001*"]
    )


def test_workers_that_die_while_they_collect_end_the_session(project: Project) -> None:
    project.pytester.makepyfile(
        test_mini="import os\nif 'PYTEST_XDIST_WORKER' in os.environ: os._exit(3)"
    )
    result = project.emit("-n", "1", "--corpus-size=3")
    assert result.ret == pytest.ExitCode.INTERNAL_ERROR
    result.stdout.fnmatch_lines(["*workers die while they collect*"])


def test_last_failed_runs_those_that_failed(faulty: Project) -> None:
    arguments = ("-p", "cacheprovider", "-m", "odd", "--corpus-size=6")
    faulty.run(*arguments)
    again = faulty.run(*arguments, "--lf")
    again.assert_outcomes(failed=5)
