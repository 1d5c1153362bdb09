"""``--corpus-cache``: what was compiled before is found, and no byte of the corpus changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Project

SIZE = "--corpus-size=6"


def test_what_was_compiled_before_is_found_and_changes_nothing(project: Project) -> None:
    project.emit(SIZE, folder="plain")
    first = project.emit(SIZE, "--corpus-cache=cache", folder="first")
    first.stdout.fnmatch_lines(["compilation cache cache: 0 of 6 functions found"])
    notes = project.path / "cache" / "jaxsmith.json"
    notes.write_text('{"functions": 6, "seconds": 30}')
    again = project.emit(SIZE, "--corpus-cache=cache", "-n", "2", folder="again")
    again.stdout.fnmatch_lines(
        ["compilation cache cache: 6 of 6 functions found, about 30 s of compiling saved"]
    )
    assert project.tree("first") == project.tree("plain")
    assert project.tree("again") == project.tree("plain")
    notes.write_text("no JSON")
    more = project.run("--corpus-size=8", "--corpus-cache=cache")
    more.stdout.fnmatch_lines(["compilation cache cache: 6 of 8 functions found"])


@pytest.mark.parametrize("stage", ["passes", "llvm"])
def test_what_only_compiling_writes_is_refused(project: Project, stage: str) -> None:
    result = project.run("--corpus-cache=cache", f"--emit-stages=jaxpr,{stage}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: --corpus-cache: *has no {stage}; leave out*"])


def test_a_file_in_the_place_of_the_cache_is_refused(project: Project) -> None:
    (project.path / "cache").write_text("mine")
    result = project.run("--corpus-cache=cache")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --corpus-cache: can't make *cache: File exists"])
    assert (project.path / "cache").read_text() == "mine"
