"""Many releases of JAX: what is run for each, and what the table says of it. Installs nothing."""

from __future__ import annotations

import dataclasses
import os
import sys
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from jaxsmith import dataset, record, releases
from jaxsmith.cli import main
from jaxsmith.dataset import diff
from jaxsmith.errors import InvalidRequestError
from jaxsmith.releases import environment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PIP_REFUSES = """Looking in indexes: somewhere
ERROR: Could not find a version that satisfies the requirement jax==0.11.* (from versions: 0.1, 0.2)
ERROR: No matching distribution found for jax==0.11.*
"""


class FakeShell:
    """Makes environments and corpora without installing or compiling anything."""

    def __init__(self, *, refuses: str = "", breaks: str = "") -> None:
        self.commands: list[list[str]] = []
        self._refuses, self._breaks = refuses, breaks

    def __call__(self, command: Sequence[str], folder: Path, log: Path) -> int:
        """Note the command, and leave behind what it would."""
        self.commands.append(list(command))
        if "venv" in command:
            self._make_python(folder, command[-1])
            return 0
        if "install" in command:
            refused = bool(self._refuses) and any(self._refuses in part for part in command)
            log.write_text(PIP_REFUSES if refused else "fine\n")
            return int(refused)
        if self._breaks and self._breaks in command[0]:
            return 3
        (emit,) = (part for part in command if part.startswith("--emit="))
        self._emit(folder / emit.removeprefix("--emit="), "0.8" in command[0])
        return 1

    @staticmethod
    def _make_python(folder: Path, environment: str) -> None:
        version = "0.8.3" if "jax-0.8" in environment else "0.9.1"
        python = folder / environment / "bin" / "python"
        python.parent.mkdir(parents=True)
        python.write_text(f"#!/bin/sh\necho {version} {version}\n")
        python.chmod(0o755)

    @staticmethod
    def _emit(folder: Path, older: bool) -> None:
        staging = dataset.claim(folder)
        with dataset.PartWriter(staging.path, "gw0") as writer:
            for index in range(3):
                text = "a" if older else "b"
                writer.emit(
                    {**sample(index), "stablehlo": f"module @f {{\n  %0 = {text}.op{index}\n}}"}
                )
            writer.reject(
                record.reject(
                    id="math-s0-000003",
                    category="math",
                    reason="trace_error" if older else "mismatch",
                    detail="seen | there",
                )
            )
        totals = dataset.merge(staging, dataset.by_category(["math"]), {"math": 4})
        origin = dataset.Provenance({}, "cpu", seed=0, size=4, markers="", stages=("stablehlo",))
        dataset.write_manifest(staging, dataset.describe(totals, origin, {}), {})
        dataset.publish(staging)


def sample(index: int) -> dict[str, Any]:
    source = f"def f(x):\n    return x + {index}\n"
    return {"id": f"math-s0-{index:06}", "category": "math", "source_code": source}


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("PATH", os.defpath)  # no uv of this machine's

    def make(*asked: str) -> releases.Plan:
        chosen = [releases.release(each) for each in asked]
        return releases.Plan(chosen, [releases.interpreter(sys.executable)], tmp_path, size=4)

    return make


def test_each_release_has_an_environment_of_its_own(plan: Any) -> None:
    shell = FakeShell()
    made = plan("0.8", "0.9.1", "pre")
    trials = releases.run_all(made, lambda _: None, shell)
    venv, pip, pytest_8, _, pip_9, _, _, pip_pre, _ = shell.commands
    assert venv[:3] == [sys.executable, "-m", "venv"]
    assert pip[1:4] == ["-m", "pip", "install"]
    assert pip[-3:] == [environment.source(), "jax==0.8.*", "jaxlib==0.8.*"]
    assert pip_9[-1] == "jax==0.9.1"
    assert "--pre" in pip_pre
    assert pytest_8[0].startswith(venv[-1])
    assert {"--pyargs", "jaxsmith_corpus", "--corpus-size=4"} <= set(pytest_8)
    assert [(trial.jax, trial.status) for trial in trials] == [
        ("0.8.3", "ran"),
        ("0.9.1", "ran"),
        ("0.9.1", "ran"),
    ]
    assert dict(trials[1].drift) == {"stablehlo": 3, "still_failing": 1}
    assert dict(trials[2].drift) == {"unchanged": 3, "still_failing": 1}
    table = releases.markdown(made, trials)
    changes = table[table.index("## To jax 0.9.1") :]
    assert "| 3 | StableHLO changed |" in changes
    assert "`a.op0` became `b.op0`" in changes


def test_the_table_says_what_ran_and_why_not(plan: Any) -> None:
    lines: list[str] = []
    shell = FakeShell(refuses="jax==0.11.", breaks="0.10")
    made = plan("0.8", "0.11", "0.10")
    trials = releases.run_all(made, lines.append, shell)
    assert [trial.status for trial in trials] == ["ran", "not installed", "broke off"]
    python = made.interpreters[0].version
    refusal = (
        "can't be installed: Could not find a version that satisfies the requirement jax==0.11.*"
    )
    assert f"jax 0.11 on Python {python}: {refusal}" in lines
    table = releases.markdown(made, trials).splitlines()
    assert f"| 0.8.3 | 0.8.3 | {python} | 4 | 3 | 0 | 1 | 0 |  |" in table
    assert f"| 0.11 |  | {python} | not installed |  |  |  |  |  |" in table
    assert f"- jax 0.11 on Python {python}: {refusal}" in table
    assert any("pytest ended with 3; see " in line for line in table)
    assert "| 0.8.3 | `trace_error` | 1 | math-s0-000003: seen \\| there |" in table
    assert orjson.loads(orjson.dumps(releases.as_dict(made, trials)))["trials"][0]["jax"] == "0.8.3"


def test_a_rule_may_fail_what_changed(plan: Any) -> None:
    made = dataclasses.replace(plan("0.8", "0.9.1"), rules=diff.parse("stablehlo:2,newly_failing"))
    first, second = releases.run_all(made, lambda _: None, FakeShell())
    assert not first.broken
    assert second.broken == ("stablehlo: 3, at most 2 allowed",)


def test_an_environment_is_taken_up_again(plan: Any) -> None:
    made = plan("0.8")
    for expected in (3, 2):
        shell = FakeShell()
        releases.run_all(made, lambda _: None, shell)
        assert len(shell.commands) == expected


def test_uv_is_used_where_there_is_one(
    plan: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = tmp_path / "tools" / "uv"
    tool.parent.mkdir()
    tool.write_text("#!/bin/sh\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tool.parent))
    shell = FakeShell()
    releases.run_all(plan("0.8"), lambda _: None, shell)
    venv, pip, _ = shell.commands
    assert venv[:2] == [str(tool), "venv"]
    assert pip[:4] == [str(tool), "pip", "install", "--python"]


@pytest.mark.parametrize("text", ["", "0", "eight", "0.8.*", "latest", "0.8 "])
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequestError, match="is no version of JAX; write "):
        releases.release(text)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["0.8", "--python", "/no/python"], "there is no Python at /no/python"),
        (["0.8", "--size", "few"], "'few' is no number above 0"),
        (["eight"], "'eight' is no version of JAX"),
        (["0.8", "--into", "{file}"], "can't write to {file}"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], complaint: str
) -> None:
    file = tmp_path / "file"
    file.touch()
    assert main(["versions", *(each.format(file=file) for each in arguments)]) == 2
    printed = capsys.readouterr().err
    assert complaint.format(file=file) in printed
    assert printed.count("\n") == 1
