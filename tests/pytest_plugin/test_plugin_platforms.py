"""What a platform lacks is no failure of a function; one that is not there ends the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Project

MISSING = "JAX finds no device of JAX_PLATFORMS=cuda (*): install what it needs, *"


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_platform_that_is_not_here_ends_the_run_in_one_line(
    project: Project, monkeypatch: pytest.MonkeyPatch, workers: str
) -> None:
    monkeypatch.setenv("JAX_PLATFORMS", "cuda")
    result = project.emit("--corpus-size=30", "-n", workers)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines([MISSING, f"!*{MISSING} !*"])
    assert "Traceback" not in result.stdout.str() + result.stderr.str()
    # Each process that runs functions says so once.
    assert 1 <= result.parseoutcomes()["failed"] <= max(1, int(workers))


def test_a_function_of_ones_own_is_told_so_too(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JAX_PLATFORMS", "cuda")
    project.pytester.makepyfile(
        test_own="def test_own(jaxsmith):\n    jaxsmith.check(lambda x: x + 1, 2.0)\n"
    )
    result = project.run("test_own.py")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines([MISSING])


def test_what_the_machine_lacks_is_no_sample_and_no_failure(project: Project) -> None:
    (project.path / "mini" / "absences.py").write_text(
        "from jaxsmith.program.absences import Absence\n"
        'ABSENCES = [Absence(("jnp.",), "it asks for a thousand devices", devices=1000)]\n'
    )
    result = project.emit("--corpus-size=4", "-m", "curves")
    assert result.ret == pytest.ExitCode.OK
    reasons = {(each["reason"], each["detail"]) for each in project.rejects()}
    assert reasons == {("unsupported", "it asks for a thousand devices")}
    assert not project.records()
