"""Copies of a corpus of two records, to be damaged and verified.

The records are those of ``two.jsonl``: what a corpus holds changes with its rows, and what is
damaged here is part of a text.
"""

from __future__ import annotations

import os
import subprocess
import sys
from hashlib import sha256
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
IDS = ("array-s0-000000", "math-s0-000000")
FILE = "data/records.jsonl"


class Copy:
    """A corpus in memory: its lines, its manifest and its other files, all free to be changed.

    Attributes:
        lines: those of its one file of records, each with its line break.
        files: its other files, by name.
        manifest: as it will be written; None for none.
        signed: whether the manifest is to have the digests of what is written.
    """

    def __init__(self) -> None:
        self.lines = (HERE / "two.jsonl").read_bytes().splitlines(keepends=True)
        self.files = {"rejects.jsonl": (HERE / "reject.jsonl").read_bytes()}
        self.manifest: dict[str, Any] | None = {
            "format": "jaxsmith-corpus",
            "provenance": {"stages": ["jaxpr", "stablehlo", "hlo", "optimized_hlo"]},
        }
        self.signed = True

    def change(self, change: Callable[[dict[str, Any]], object], line: int = 2) -> None:
        """Change a record."""
        record = orjson.loads(self.lines[line - 1])
        change(record)
        self.lines[line - 1] = orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)

    def write(self, folder: Path) -> None:
        """Write all of it."""
        files = {FILE: b"".join(self.lines), **self.files}
        for name, content in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        if self.manifest is None:
            return
        if self.signed:
            listed = [
                {"name": name, "bytes": len(content), "sha256": sha256(content).hexdigest()}
                for name, content in files.items()
            ]
            self.manifest.setdefault("files", listed)
        (folder / "manifest.json").write_bytes(orjson.dumps(self.manifest))


def run_pytest(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run pytest on arguments in a folder, in a process of its own."""
    installed = any(entry.name == "jaxsmith" for entry in entry_points(group="pytest11"))
    plugin = () if installed else ("-p", "jaxsmith.pytest_plugin")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *plugin, *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "plugin")}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
