"""The workflows of a hosted CI: commands that run anywhere, and the versions of the code."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from jaxsmith.cli import _parser
from jaxsmith.stages import supported

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
RUN = re.compile(r"^ +(?:- )?run: (.+)$", re.MULTILINE)
# What anybody can type in a clone, and where it is known to work.
KNOWN = {
    "bash .ci/run": ROOT / ".ci" / "run",
    "python3 -m venv .venv && .venv/bin/pip install -e .": ROOT / "README.md",
    ".venv/bin/ruff check .": ROOT / "pyproject.toml",
    ".venv/bin/ruff format --check .": ROOT / "pyproject.toml",
    ".venv/bin/mypy": ROOT / "pyproject.toml",
    'cat versions/versions.md >> "${GITHUB_STEP_SUMMARY:-/dev/stdout}"': ROOT / "README.md",
}
JAXSMITH = ".venv/bin/python -m jaxsmith "


def commands(path: Path) -> list[str]:
    return RUN.findall(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_every_command_is_one_that_runs_anywhere(path: Path) -> None:
    found = commands(path)
    assert found
    for command in found:
        if command.startswith(JAXSMITH):
            filled = re.sub(r"\$\{\{ matrix\.jax \}\}", "newest", command)
            assert _parser().parse_args(shlex.split(filled.removeprefix(JAXSMITH)))
        else:
            assert KNOWN[command].exists()


def test_the_tests_run_on_every_python_of_the_metadata() -> None:
    metadata = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    pythons = re.findall(r"Python :: (3\.\d+)", metadata)
    (matrix,) = re.findall(r"python: \[(.*)\]", (ROOT / ".github/workflows/tests.yml").read_text())
    assert re.findall(r'"(.+?)"', matrix) == pythons


def test_the_nightly_run_compares_with_the_newest_series_that_is_known() -> None:
    (line,) = (
        each for each in commands(ROOT / ".github/workflows/nightly.yml") if JAXSMITH in each
    )
    series = ".".join(map(str, supported.NEWEST))
    assert f"versions {series} ${{{{ matrix.jax }}}}" in line
