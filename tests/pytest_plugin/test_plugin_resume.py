"""A run that was killed is gone on with, and is then as if nothing had happened."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from jaxsmith.pytest_plugin.containment.watchdog import children

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Project

RUN = ("test_mini.py", "--corpus-size=24", "--corpus-shrink=0")


def parts(project: Project) -> bytes:
    """All that the parts of a run hold."""
    found = sorted((project.path / "out" / ".partial" / "parts").glob("*.jsonl"))
    return b"".join(path.read_bytes() for path in found)


def started(project: Project, *arguments: str) -> subprocess.Popen[bytes]:
    """A run, in a process of its own."""
    plugin = ("-p", "jaxsmith.pytest_plugin") if not _installed() else ()
    command = [sys.executable, "-m", "pytest", *plugin, "-p", "no:cacheprovider", *RUN, *arguments]
    with (project.path / "log").open("wb") as log:
        return subprocess.Popen([*command, "--emit=out"], cwd=project.path, stdout=log, stderr=log)


def _installed() -> bool:
    from importlib.metadata import entry_points

    return any(entry.name == "jaxsmith" for entry in entry_points(group="pytest11"))


def when(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    until = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_a_killed_run_is_finished_as_if_undisturbed(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINI_FAULTS", "none none mismatch")
    project.emit(*RUN, "-n", "0", folder="whole")
    for count, workers in ((3, "1"), (9, "0"), (15, "2")):
        run = started(project, "-n", workers, "--emit-resume")
        when(lambda count=count: parts(project).count(b"\n") >= count)  # type: ignore[misc]
        of_it = list(children(run.pid))
        run.kill()
        run.wait()
        when(lambda of_it=of_it: not any(map(_lives, of_it)))  # type: ignore[misc]
    done = parts(project).count(b"\n")
    with monkeypatch.context() as patch:
        patch.setenv("OPENBLAS_CORETYPE", "GENERIC")  # NumPy's products would differ in the end
        refused = project.emit(*RUN, "-n", "1", "--emit-resume")
        assert refused.ret == pytest.ExitCode.USAGE_ERROR
        refused.stderr.fnmatch_lines(["*the environment*resume it with its own settings*"])
    run = started(project, "-n", "1", "--emit-resume")
    when(lambda: parts(project).count(b"\n") > done)
    os.kill(next(children(run.pid)), signal.SIGKILL)  # a worker is replaced, and nobody blamed
    assert run.wait() == pytest.ExitCode.TESTS_FAILED  # as the undisturbed run
    assert f"1 worker [{24 - done} items]" in (project.path / "log").read_text()
    assert project.tree() == project.tree("whole")
    again = project.emit(*RUN, "-n", "1", "--emit-resume")
    assert again.ret == pytest.ExitCode.OK
    again.stdout.fnmatch_lines(["*out holds the complete corpus; nothing to resume*"])


def _lives(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_ctrl_c_leaves_what_goes_on_and_the_command_for_it(project: Project) -> None:
    project.emit(*RUN, "-n", "0", folder="whole")
    project.pytester.makeconftest(
        """
        import os, signal
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have it ignored
        def pytest_jaxsmith_record_written(record):
            if record["id"] == "odd-s0-000001" and not os.path.exists("interrupted"):
                open("interrupted", "w").close()
                os.kill(os.getpid(), signal.SIGINT)
        """
    )
    result = project.emit(*RUN)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["total * 3 *", "stopped early: *", "go on with it: pytest *"])
    (line,) = [line for line in result.outlines if line.startswith("go on with it: ")]
    command = shlex.split(line.removeprefix("go on with it: pytest"))
    other = project.run(*command, "--corpus-seed=1")
    assert other.ret == pytest.ExitCode.USAGE_ERROR
    other.stderr.fnmatch_lines(["*--emit: *out holds parts of another run: seed was 0 and is 1; *"])
    (project.path / "mini" / "ops" / "new.py").write_text("OPS = []\n")
    other = project.run(*command)
    assert other.ret == pytest.ExitCode.USAGE_ERROR
    other.stderr.fnmatch_lines(["*the code of mini has changed since the run was begun; *"])
    (project.path / "mini" / "ops" / "new.py").unlink()
    assert project.run(*command).ret == pytest.ExitCode.OK
    assert project.tree() == project.tree("whole")


def test_a_full_disk_stops_the_run_and_loses_nothing(project: Project, tmp_path: Path) -> None:
    project.emit(*RUN, "-n", "0", folder="whole")
    project.pytester.makeconftest(
        """
        import os, resource
        def pytest_sessionstart():
            if not os.path.exists("enough"):
                resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, resource.RLIM_INFINITY))
        """
    )
    result = project.emit(*RUN, "-n", "1")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*can't write *gw0.*: File too large*", "go on with it: *"])
    (project.path / "enough").touch()
    assert project.emit(*RUN, "-n", "1", "--emit-resume").ret == pytest.ExitCode.OK
    assert project.tree() == project.tree("whole")


@pytest.mark.parametrize("workers", ["0", "1"])
def test_a_folder_that_vanishes_stops_the_run(project: Project, workers: str) -> None:
    project.pytester.makeconftest(
        """
        import shutil
        def pytest_jaxsmith_record_written(record):
            if record["id"] == "odd-s0-000001":
                shutil.rmtree("out")
        """
    )
    result = project.emit(*RUN, "-n", workers)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    said = result.stdout.str() + result.stderr.str()
    assert "can't put it back: No such file or directory" in said
    assert "Traceback" not in said
    assert "INTERNALERROR" not in said


def test_resume_needs_a_folder(project: Project) -> None:
    result = project.run("--emit-resume")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--emit-resume goes on with what --emit began; give both"])
