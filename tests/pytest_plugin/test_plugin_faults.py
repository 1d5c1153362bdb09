"""Faults that a function can commit: contained, named, and no harm to others.

A few of each sort; ``tests/faults/inject.py`` injects all of them, many times.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from mini.faults import FAULTS

from jaxsmith.pytest_plugin.containment import pulse, words
from jaxsmith.pytest_plugin.containment.watchdog import children

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Project

IN_WORKERS = ["segfault", "abort", "exit", "child_left", "part_deleted"]
ANYWHERE = ["system_exit", "keyboard", "base_exception", "recursion", "stdout_closed"]


def said(project: Project, kinds: list[str]) -> None:
    """Hold the records of a run against what is expected of these faults."""
    rejects = {record["id"]: record for record in project.rejects()}
    for index, kind in enumerate(kinds):
        found = rejects.pop(f"odd-s0-{index:06d}", {"reason": "", "detail": ""})
        assert found["reason"] == FAULTS[kind].reason, (kind, found)
        assert FAULTS[kind].said in found["detail"]
    assert {record["reason"] for record in rejects.values()} <= {"duplicate"}


@pytest.mark.parametrize(
    ("kinds", "arguments"),
    [
        ([*ANYWHERE, *IN_WORKERS], ["-n", "1", "--corpus-timeout=8"]),
        (ANYWHERE, ["-p", "no:xdist"]),
        (ANYWHERE, ["-n", "0", "--capture=sys"]),
    ],
)
def test_faults_are_contained(
    project: Project, monkeypatch: pytest.MonkeyPatch, kinds: list[str], arguments: list[str]
) -> None:
    monkeypatch.setenv("MINI_FAULTS", " ".join(kinds))
    size = len(kinds) + 2
    # Of workers, more die than xdist allows by default: each function is tried again.
    result = project.emit("-m", "odd", f"--corpus-size={size}", "--corpus-shrink=0", *arguments)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert len(project.records()) + len(project.rejects()) == size
    said(project, kinds)
    if "segfault" in kinds:
        (crash,) = (r for r in project.rejects() if r["id"] == "odd-s0-000005")
        assert "Fatal Python error: Segmentation fault | File" in crash["detail"]
        assert "in string_at" in crash["detail"]


def test_a_time_limit_needs_a_worker(project: Project) -> None:
    result = project.run("--corpus-timeout=5", "--corpus-size=2")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--corpus-timeout: *can be ended in a worker only; add -n 1"])


def test_a_pulse_says_what_is_being_run(tmp_path: Path) -> None:
    mine = pulse.Pulse(tmp_path, "gw0")
    path = tmp_path / "gw0.pulse"
    assert pulse.read(path) is None
    with mine.running("a long name of an item"):
        pass
    with mine.running("short"):
        beat = pulse.read(path)
        assert beat is not None
        assert beat.nodeid == "short"
    assert pulse.read(path) is None
    assert pulse.read(tmp_path / "gw1.pulse") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("a\n\n b\nc\nd\n", "b | c | d"),
        (
            "Check failed: x\nFatal Python error: Aborted\n\nThread 0x1 (most recent call first):\n"
            "  File a\n\nCurrent thread 0x2 (most recent call first):\n  File b\n  File c\n",
            "Check failed: x | Fatal Python error: Aborted | File b | File c",
        ),
    ],
)
def test_last_words_are_one_line(tmp_path: Path, text: str, expected: str) -> None:
    path = tmp_path / "gw0.words"
    path.write_text(text)
    assert words.last(path) == expected


def test_who_has_ended_has_no_children() -> None:
    assert list(children(2**22 + 1)) == []


def test_a_worker_that_grew_too_large_is_replaced(project: Project) -> None:
    arguments = ("test_mini.py", "--corpus-size=9", "--corpus-shrink=0")
    project.emit(*arguments, "-n", "0", folder="whole")
    project.pytester.makeconftest(
        """
        from jaxsmith.pytest_plugin.containment import recycling
        recycling.Recycling.__init__.__defaults__ = (1, 3)
        recycling._EVERY = 4
        def pytest_testnodedown(node, error):
            if error:
                print("the end of", node.gateway.id)
        """
    )
    result = project.emit(*arguments, "-n", "1")
    result.assert_outcomes(passed=9)
    assert "rerun" not in result.outlines[-1]
    assert sum("the end of gw" in line for line in result.outlines) >= 2
    assert not [line for line in result.outlines if "crashed" in line and "worker" in line]
    assert not [line for line in result.outlines if "node down" in line]
    assert project.tree() == project.tree("whole")
