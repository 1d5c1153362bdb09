"""The README: its commands work, its record is real, its table of fields is the code's."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from jaxsmith.dataset import read
from jaxsmith.record import fields, markdown
from jaxsmith.stages.names import STAGES

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
SHELL = [block.strip() for block in re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)]
PYTHON = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
LINES = [line for block in SHELL for line in block.splitlines()]


def run(command, cwd=ROOT):
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def test_ci_runs_the_command_that_the_readme_gives():
    command = next(block for block in SHELL if "[test]" in block)
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert command.replace("install -e", "install -q -e") in script


def test_the_record_is_one_of_the_sample():
    (shown,) = (json.loads(block) for block in re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL))
    assert shown in list(read(ROOT / "docs" / "sample"))


def test_the_table_of_fields_is_the_one_the_code_gives():
    table = TEXT.split("<!-- fields -->")[1].split("<!-- /fields -->")[0]
    assert table.strip() == markdown(STAGES).strip()
    assert [field.name for field in fields(STAGES)][:2] == ["id", "function_name"]


def test_every_command_is_tested_somewhere():
    known = (
        "python3 -m venv",
        "pytest --pyargs",
        "pytest corpus",
        "pytest 'corpus",
        "pytest docs/sample",
        "python -m jaxsmith",
    )
    assert all(line.startswith(known) for line in LINES), LINES


COMMANDS = [line for line in LINES if line.startswith("python -m jaxsmith")]
WRITING = [line for line in COMMANDS if "output/" in line]


def test_the_commands_that_write_a_corpus_in_order(tmp_path):
    assert WRITING
    for line in WRITING:
        arguments = shlex.split(line.replace("output/", f"{tmp_path}/"))[1:]
        result = run([sys.executable, *arguments])
        assert result.returncode == 0, result.stderr
    records = list(read(tmp_path / "all"))
    assert {record["id"] for record in records} == {r["id"] for r in read(ROOT / "docs" / "sample")}


@pytest.mark.parametrize("line", [line for line in COMMANDS if line not in WRITING])
def test_a_command_that_reads_a_corpus(line, tmp_path):
    arguments = shlex.split(line)[1:]
    if "-o" in arguments:
        arguments[arguments.index("-o") + 1] = str(tmp_path / "written")
    result = run([sys.executable, *arguments])
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip()


@pytest.mark.parametrize(
    "line", [line for line in LINES if line.startswith(("pytest corpus", "pytest 'corpus"))]
)
def test_a_command_that_runs_functions(line, tmp_path):
    arguments = shlex.split(line, comments=True)[1:]
    arguments = [f"--emit={tmp_path / 'out'}" if a.startswith("--emit") else a for a in arguments]
    arguments = ["--corpus-size=12" if a.startswith("--corpus-size") else a for a in arguments]
    result = run([sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments])
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr


@pytest.mark.parametrize("line", [line for line in LINES if line.startswith("pytest docs/sample")])
def test_a_command_that_verifies_a_corpus(line):
    arguments = shlex.split(line)[1:]
    if "-m" not in arguments and "-k" not in arguments:
        arguments += ["-k", "shapes"]  # all of it takes a minute
    result = run([sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments])
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr
    assert "read and run on their inputs" in result.stdout


@pytest.mark.parametrize("block", PYTHON, ids=range(len(PYTHON)))
def test_a_piece_of_python(block):
    result = run([sys.executable, "-c", block])
    assert result.returncode == 0, result.stderr


def test_paths_and_links_exist():
    for target in re.findall(r"\]\(([^)#]+)\)", TEXT):
        assert (ROOT / target).exists(), target
