"""The terminal: one line for a corpus, dots for ordinary tests, a table at the end."""

from __future__ import annotations

import io
import re
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from jaxsmith.dataset import Receipt
from jaxsmith.pytest_plugin import progress
from jaxsmith.pytest_plugin.ledger import Ledger
from jaxsmith.pytest_plugin.receipts import attach

if TYPE_CHECKING:
    from conftest import Project

ORDINARY = "def test_a(): pass\ndef test_b(): pass\n"


class Terminal(io.StringIO):
    """A terminal to write to."""

    def isatty(self) -> bool:
        """Whether it is one."""
        return True


def report(node: str, status: str) -> pytest.TestReport:
    """The report of a call that gave this receipt."""
    made = pytest.TestReport(node, ("t.py", 1, "t"), {}, "passed", None, "call")
    name = node.split("[")[1].rstrip("]")
    attach(made, [Receipt(name, "a", status, None, "", 1)], {})  # type: ignore[arg-type]
    return made


@pytest.mark.parametrize("tty", [True, False])
def test_the_line_says_how_many_how_fast_how_long_and_what_went_wrong(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, *, tty: bool
) -> None:
    from _pytest.terminal import TerminalReporter

    nodes = [f"t.py::t[a-s0-{index:06d}]" for index in range(4)]
    statuses = ["verified", "rejected", "failed", "verified"]
    ledger = Ledger()
    ledger.expect(nodes)
    out = Terminal() if tty else io.StringIO()
    clock = iter(range(0, 200, 20))
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    reporter = TerminalReporter(pytester.parseconfig(), out)
    shown = progress.Progress(reporter, ledger)
    shown.pytest_runtest_logstart(nodes[0])
    for node, status in zip(nodes, statuses, strict=True):
        each = report(node, status)
        ledger.enter(node, [Receipt(node, "a", status, None, "", 1)], 1.0)  # type: ignore[arg-type]
        shown.pytest_runtest_logreport(each)
    lines = out.getvalue().replace("\r", "\n").split("\n")
    assert [line.rstrip() for line in lines if line] == [
        "1/4   25%  0.1/s  eta 1:00  rejected 0  failed 0",
        "2/4   50%  0.1/s  eta 0:40  rejected 1  failed 0",
        "3/4   75%  0.1/s  eta 0:20  rejected 1  failed 1",
        "4/4  100%  0.1/s  in 1:20  rejected 1  failed 1",
    ]
    assert ("\r" in out.getvalue()) is tty


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_corpus_is_one_line_and_ordinary_tests_keep_their_dots(
    project: Project, workers: str
) -> None:
    project.pytester.makepyfile(test_zz=ORDINARY)
    result = project.run("--corpus-size=3", "-n", workers)
    result.assert_outcomes(passed=5)
    text = result.stdout.str().split("= jaxsmith =")[0]
    assert "3/3  100%" in text
    assert "..." not in text.replace("bringing up nodes...", "")
    assert "test_mini.py" not in text
    if workers == "0":
        result.stdout.re_match_lines([r"3/3  100%.*", r"test_zz\.py \.\. .*"])


def test_verbose_keeps_a_line_for_each_item(project: Project) -> None:
    result = project.run("--corpus-size=3", "-v")
    result.stdout.fnmatch_lines(["*test_function[[]curves-s0-000000[]] PASSED*"])
    result.stdout.no_fnmatch_line("*3/3*eta*")
    result.stdout.no_fnmatch_line("3/3  100%*")


def test_quiet_leaves_the_total(project: Project) -> None:
    result = project.run("--corpus-size=3", "-q")
    result.stdout.no_fnmatch_line("3/3  100%*")
    result.stdout.no_fnmatch_line("curves*")
    result.stdout.fnmatch_lines(["category*functions*per second*median size", "total * 3 *"])


def test_the_table_says_where_the_files_are_and_how_to_read_them(project: Project) -> None:
    result = project.emit("--corpus-size=6")
    result.stdout.fnmatch_lines(
        [
            "category * functions  rejected  failed  crashed  per second  median size",
            "curves *",
            "odd *",
            "waves *",
            "total *",
            "* records in out/data (1 file, * kB); * in out/rejects.jsonl",
            "read them: *",
        ]
    )


def test_a_line_says_what_took_the_time(project: Project) -> None:
    result = project.emit("--corpus-size=3", "-n", "1")
    (line,) = [each for each in result.outlines if each.startswith("time: ")]
    shares = dict(part.rsplit(" ", 1) for part in line.removeprefix("time: ").split(", "))
    assert "compile" in shares
    numbers = [int(share.removesuffix("%")) for share in shares.values()]
    assert numbers == sorted(numbers, reverse=True)
    assert sum(numbers) <= 100 + len(numbers)  # each is rounded, and small ones are not told
    quiet = project.run("--corpus-size=3", "-q")
    quiet.stdout.no_fnmatch_line("time: *")


def test_times_are_in_the_report_where_somebody_asks(project: Project) -> None:
    project.emit("--corpus-size=6", folder="plain")
    project.emit("--corpus-size=6", "-n", "2", "--emit-times", folder="timed")
    plain, timed = project.tree("plain"), project.tree("timed")
    differing = {name for name in plain if plain[name] != timed[name]}
    assert differing == {"report.html", "manifest.json", "SHA256SUMS"}  # these have its checksum
    assert b"Time by stage" not in plain["report.html"]
    table = timed["report.html"].decode().partition("Time by stage")[2].partition("</section>")[0]
    stages = re.findall(r'<th scope="row">(.*?)</th>', table)
    assert {"write", "reference", "trace", "compile", "hlo", "run", "record"} < set(stages)
    assert stages[-1] == "other"
    shares = [float(share) for share in re.findall(r"<td>([\d.]+)%</td>", table)]
    assert len(shares) == len(stages)
    assert sum(shares) == pytest.approx(100, abs=0.05 * len(stages))


def test_times_need_a_folder(project: Project) -> None:
    result = project.run("--emit-times")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["*--emit-times tells of times in the report that --emit writes; *"]
    )


def test_a_session_without_functions_has_no_table(project: Project) -> None:
    project.pytester.makepyfile(test_mini=ORDINARY)
    result: Any = project.emit()
    result.assert_outcomes(passed=2)
    result.stdout.no_fnmatch_line("*jaxsmith ==*")
    assert not (project.path / "out").exists()
