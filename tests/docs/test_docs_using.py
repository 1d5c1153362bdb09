"""The page for a project's own tests: its files, in a folder, do what it says."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = REPOSITORY / "docs" / "using-in-your-tests.md"
BLOCK = re.compile(r"^```(\w+) ?(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = {name or kind: text for kind, name, text in BLOCK.findall(PAGE.read_text("utf-8"))}


def run(folder: Path, command: str) -> subprocess.CompletedProcess[str]:
    program, *arguments = shlex.split(command, comments=True)
    assert program == "pytest"
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY / "plugin"), "JAX_PLATFORMS": "cpu"}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def lines(*paths: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for path in paths for line in path.read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project of the page, after its first two commands."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "pytest.ini").write_text("[pytest]\n")
    for name in ("activations.py", "test_activations.py"):
        (folder / name).write_text(BLOCKS[name], encoding="utf-8")
    checked, emitted, _ = BLOCKS["console"].splitlines()
    first = run(folder, checked)
    assert first.returncode == 0, first.stdout
    assert not (folder / "out").exists()
    second = run(folder, emitted)
    assert second.returncode == 0, second.stdout
    return folder


@pytest.fixture(scope="module")
def records(folder: Path) -> dict[str, dict[str, Any]]:
    found = lines(*sorted((folder / "out" / "data").glob("*.jsonl")))
    return {record["function_name"]: record for record in found}


def test_every_check_gives_a_record(records: dict[str, dict[str, Any]]) -> None:
    assert sorted(records) == ["layer", "leaky", "moments"]
    assert all(record["source_complete"] for record in records.values())
    assert records["layer"]["category"] == "layers"
    assert records["layer"]["tags"] == ["composite", "dense"]
    assert records["layer"]["oracles"] == ["jax_eager"]
    assert [given["kind"] for given in records["moments"]["inputs"]] == ["given"] * 3


def test_the_record_shown_is_real(records: dict[str, dict[str, Any]]) -> None:
    shown = json.loads(BLOCKS["record"])
    assert {name: records["moments"][name] for name in shown} == shown


def test_the_source_shown_is_real(records: dict[str, dict[str, Any]]) -> None:
    assert records["layer"]["source_code"] == BLOCKS["source_code"]


def test_sources_run_in_an_empty_namespace(records: dict[str, dict[str, Any]]) -> None:
    for name, record in records.items():
        namespace: dict[str, Any] = {"__name__": "empty"}
        exec(record["source_code"], namespace)
        assert callable(namespace[name])


def test_the_hooks_add_drop_and_send(folder: Path) -> None:
    (folder / "conftest.py").write_text(BLOCKS["conftest.py"], encoding="utf-8")
    result = run(folder, BLOCKS["console"].splitlines()[2])
    assert result.returncode == 0, result.stdout
    found = lines(*sorted((folder / "out" / "data").glob("*.jsonl")))
    assert all(record["lines"] == record["source_code"].count("\n") for record in found)
    assert all("stablehlo" in record and "hlo" not in record for record in found)
    (dropped,) = lines(folder / "out" / "rejects.jsonl")
    assert dropped["reason"] == "dropped_by_hook"
    assert dropped["detail"] == "dense layers have a corpus of their own"
    sent = {path.stem for path in (folder / "elsewhere").glob("*.json")}
    assert sent == {record["function_name"] for record in found}
    manifest = json.loads((folder / "out" / "manifest.json").read_text("utf-8"))
    assert manifest["project"] == {"name": "activations", "revision": "1.4.0"}
