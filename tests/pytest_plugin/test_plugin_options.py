"""The options: said in the help, checked while parsing, and nothing written for a bad value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Project


def test_help_has_one_group_with_the_defaults(project: Project) -> None:
    result = project.run("--help")
    result.stdout.fnmatch_lines(
        [
            "jaxsmith: a corpus of verified JAX functions:",
            "*--emit=DIR*",
            "*--emit-stages=STAGE,...*",
            "*--corpus-size=N*",
            "*Default: 10000.*",
            "*--corpus-seed=S*",
        ]
    )


@pytest.mark.parametrize(
    ("option", "line"),
    [
        ("--corpus-size=0", "*--corpus-size: expected 1 or more, got 0"),
        ("--corpus-size=-5", "*--corpus-size: expected 1 or more, got -5"),
        ("--corpus-size=many", "*--corpus-size: expected a whole number, got 'many'"),
        ("--corpus-seed=-1", "*--corpus-seed: expected 0 or more, got -1"),
        ("--emit-stages=jaxpr,ptx", "*--emit-stages: unknown stage 'ptx'; the stages are jaxpr, *"),
        ("--emit=", "*--emit: expected a folder, got an empty name"),
    ],
)
def test_a_bad_value_is_one_line_and_exit_code_4(project: Project, option: str, line: str) -> None:
    result = project.emit(option)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([line])
    assert not (project.path / "out").exists()


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_folder_that_is_not_ours_is_refused_and_unharmed(project: Project, workers: str) -> None:
    (project.path / "out").mkdir()
    (project.path / "out" / "thesis.txt").write_text("years of work")
    result = project.emit("-n", workers, "--corpus-size=3")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --emit: *holds *thesis.txt* no corpus of jaxsmith*"])
    assert project.tree() == {"thesis.txt": b"years of work"}


def test_a_file_in_the_place_of_the_folder_is_refused(project: Project) -> None:
    (project.path / "out").write_text("")
    result = project.emit("--corpus-size=3")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --emit: *out is not a folder; choose another"])


def test_each_worker_running_everything_is_refused(project: Project) -> None:
    result = project.emit("-n", "2", "--dist=each")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --emit: --dist=each would write every record several *"])
