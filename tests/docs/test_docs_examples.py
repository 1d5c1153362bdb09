"""The examples run, check themselves, and say what they show."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
FOLDER = REPOSITORY / "docs" / "examples"
EXAMPLES = sorted(FOLDER.glob("[0-9]*.py"))


def run(script: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY / "plugin"), "JAX_PLATFORMS": "cpu"}
    return subprocess.run(
        [sys.executable, "-W", "error", str(script)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 5


@pytest.mark.parametrize("script", EXAMPLES, ids=lambda script: script.stem)
def test_example_runs_without_a_word_on_stderr(script: Path, tmp_path: Path) -> None:
    finished = run(script, tmp_path)
    assert finished.returncode == 0, finished.stderr
    assert finished.stderr == ""
    assert len(finished.stdout.splitlines()) > 5
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("script", EXAMPLES, ids=lambda script: script.stem)
def test_example_says_what_it_shows_and_asserts_it(script: Path) -> None:
    source = script.read_text(encoding="utf-8")
    assert "\n\nShows " in (ast.get_docstring(ast.parse(source)) or "")
    assert "np.testing.assert_" in source


def test_readme_lists_each_example_once() -> None:
    lines = (FOLDER / "README.md").read_text(encoding="utf-8").splitlines()
    listed = [match[1] for line in lines if (match := re.match(r"- \[(.+?)\]\(\1\): ", line))]
    assert listed == [script.name for script in EXAMPLES]
