"""Emission: the same bytes in every mode, and one of ours replaced only by a complete one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jaxsmith import dataset

if TYPE_CHECKING:
    from conftest import Project

SIZE = "--corpus-size=6"


def test_every_mode_writes_the_same_bytes(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes = {
        "n0": ["-n", "0"],
        "n1": ["-n", "1"],
        "n2": ["-n", "2"],
        "plain": ["-p", "no:xdist"],
        "deep/er": ["-n", "2", "--dist=load"],
    }
    for seed, (folder, arguments) in enumerate(modes.items()):
        monkeypatch.setenv("PYTHONHASHSEED", str(seed))
        result = project.emit(*arguments, SIZE, folder=folder)
        assert result.ret == pytest.ExitCode.OK
        result.assert_outcomes(passed=6)
    trees = [project.tree(folder) for folder in modes]
    assert len(project.records("n0")) + len(project.rejects("n0")) == 6
    assert project.records("n0")
    assert trees[0].keys() == {
        "README.md",
        "SHA256SUMS",
        "croissant.json",
        "data/train-00000-of-00001.jsonl",
        "manifest.json",
        "rejects.jsonl",
        "rejects.schema.json",
        "report.html",
        "schema.json",
        "statistics.json",
    }
    assert all(tree == trees[0] for tree in trees[1:])


def test_only_the_stages_asked_for_are_written(project: Project) -> None:
    result = project.emit(SIZE, "--emit-stages=stablehlo,jaxpr", "-m", "curves")
    assert result.ret == pytest.ExitCode.OK
    keys = project.records()[0].keys()
    assert {"jaxpr", "stablehlo"} <= keys
    assert not {"hlo", "optimized_hlo"} & keys


def test_formats_hold_the_same_records(project: Project) -> None:
    result = project.emit(SIZE, "--emit-format=parquet,jsonl.zst,jsonl", "-n", "0")
    assert result.ret == pytest.ExitCode.OK
    shard = project.path / "out" / "data" / "train-00000-of-00001"
    for name in ("parquet", "jsonl.zst"):
        assert list(dataset.read(Path(f"{shard}.{name}"))) == project.records()
    assert project.records()


def test_without_emit_functions_are_checked_and_nothing_is_written(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINI_FAULTS", "mismatch")
    result = project.run(SIZE)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["category*functions*", "odd * 1 * 0 * 1 * 0 *", "total * 5 *"])
    assert not [*project.path.rglob("*.jsonl"), *project.path.rglob("manifest.json")]


def test_a_corpus_is_replaced_by_a_complete_one(project: Project) -> None:
    project.emit(SIZE, "-m", "curves")
    older = project.tree()
    project.emit(SIZE, "-m", "odd", "-n", "2")
    assert project.tree() != older
    assert {record["category"] for record in project.records()} == {"odd"}


@pytest.mark.parametrize("workers", ["0", "2"])
def test_stopping_early_keeps_the_older_corpus(
    project: Project, monkeypatch: pytest.MonkeyPatch, workers: str
) -> None:
    project.emit(SIZE)
    older = {name: data for name, data in project.tree().items() if ".partial" not in name}
    monkeypatch.setenv("MINI_FAULTS", "mismatch")
    result = project.emit("--corpus-size=60", "-x", "-n", workers)
    assert result.ret in (pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED)
    result.stdout.fnmatch_lines(
        ["stopped early: collected but not accounted for: *", "*out holds an older corpus; *"]
    )
    now = {name: data for name, data in project.tree().items() if ".partial" not in name}
    assert now == older


def test_an_interrupt_keeps_the_older_corpus(project: Project) -> None:
    project.pytester.makeconftest(
        """
        def pytest_jaxsmith_record_written(record):
            if record["id"] == "odd-s0-000001":
                raise KeyboardInterrupt
        """
    )
    result = project.emit(SIZE)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(
        ["stopped early: *", "*out holds no corpus; the parts of this run *"]
    )
    assert not (project.path / "out" / "data").exists()


def test_an_item_that_is_not_accounted_for_fails_the_session(project: Project) -> None:
    project.pytester.makeconftest(
        """
        import pytest
        def pytest_runtest_setup(item):
            if "odd-s0-000001" in item.nodeid:
                pytest.skip("not today")
        """
    )
    result = project.emit(SIZE)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        ["the account is wrong: collected but not accounted for: 1 (odd-s0-000001)"]
    )
    assert not (project.path / "out" / "data").exists()
