"""A JAX that is too old ends a session that has a corpus; one that nobody knows is told of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Project

RANGE = "from jaxsmith.stages import supported\nsupported.{} = {}\n"


def test_a_jax_that_is_too_old_is_one_line(project: Project) -> None:
    project.pytester.makeconftest(RANGE.format("OLDEST", (9, 0)))
    result = project.emit("--corpus-size=2")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: jax * is too old: jaxsmith needs 9.0 or later; *"])
    assert not (project.path / "out").exists()


def test_a_jax_that_nobody_knows_runs_and_is_told_of(project: Project) -> None:
    project.pytester.makeconftest(RANGE.format("NEWEST", (0, 1)))
    result = project.run("--corpus-size=1", "-m", "curves", "-W", "error")
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["jax * is newer than any that jaxsmith was run with (to 0.1): *"])
