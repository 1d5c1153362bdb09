"""Shards: parts of one corpus, made apart, are together the corpus that is made at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jaxsmith.dataset.union import unite

if TYPE_CHECKING:
    from conftest import Project

SIZE = ("test_mini.py", "--corpus-size=26", "--corpus-shrink=0")


def test_merged_shards_are_the_whole(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINI_FAULTS", "none none mismatch")
    whole = project.emit(*SIZE, "-n", "0")
    shards = [f"shard{number}" for number in (1, 2, 3)]
    counts = []
    for number, folder in enumerate(shards, 1):
        project.emit(*SIZE, f"--corpus-shard={number}/3", folder=folder)
        counts.append(len(project.records(folder)) + len(project.rejects(folder)))
    assert counts == [8, 10, 8]
    assert whole.ret == pytest.ExitCode.TESTS_FAILED
    unite(project.path / "merged", [project.path / folder for folder in reversed(shards)])
    named = ("manifest.json", "SHA256SUMS")  # which say that there were shards
    trees = [project.tree(folder) for folder in ("out", "merged")]
    found, expected = ({k: v for k, v in tree.items() if k not in named} for tree in trees)
    assert found == expected
    # Some are alike across shards, which only the whole can tell.
    assert len(project.rejects()) > sum(len(project.rejects(folder)) for folder in shards)


@pytest.mark.parametrize("workers", ["0", "1"])
def test_a_shard_without_functions_is_refused(project: Project, workers: str) -> None:
    result = project.emit("--corpus-size=4", "--corpus-shard=1/9", "-n", workers)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--corpus-shard=1/9: 4 functions are too few for so many*"])
    assert not (project.path / "out").exists()


def test_functions_named_by_id_are_not_divided(project: Project) -> None:
    node = "test_mini.py::test_function[curves-s0-000000]"
    result = project.run(node, "--corpus-shard=1/2")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["*--corpus-shard: functions that are named by id are not divided*"]
    )
