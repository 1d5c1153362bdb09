"""A project with a small corpus in it, and pytest to run on it in a process of its own."""

from __future__ import annotations

import shutil
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
ROOT = HERE.parent.parent

# pytester forgets modules that a test imports, and NumPy can't be imported twice.
assert np.__version__

TEST = """
import pytest
from mini import CORPUS

@pytest.mark.jaxsmith_corpus(CORPUS)
def test_function(case, jaxsmith):
    jaxsmith.check_case(case)
"""


class Project:
    """A folder with a small corpus, in which pytest can be run."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self.pytester = pytester
        self.path = pytester.path

    def run(self, *arguments: str) -> pytest.RunResult:
        """Run pytest on arguments; without the installed plugin, with ours."""
        installed = any(entry.name == "jaxsmith" for entry in entry_points(group="pytest11"))
        plugin = () if installed else ("-p", "jaxsmith.pytest_plugin")
        return self.pytester.runpytest_subprocess(*plugin, "-p", "no:cacheprovider", *arguments)

    def emit(self, *arguments: str, folder: str = "out") -> pytest.RunResult:
        """Build a corpus."""
        return self.run(f"--emit={folder}", *arguments)

    def records(self, folder: str = "out") -> list[dict[str, Any]]:
        """The records of a corpus, in order."""
        return list(self._lines(*sorted((self.path / folder / "data").glob("*.jsonl"))))

    def rejects(self, folder: str = "out") -> list[dict[str, Any]]:
        """The rejects of a corpus, in order."""
        return list(self._lines(self.path / folder / "rejects.jsonl"))

    def tree(self, folder: str = "out") -> dict[str, bytes]:
        """Every file of a corpus."""
        top = self.path / folder
        files = (path for path in top.rglob("*") if path.is_file())
        return {path.relative_to(top).as_posix(): path.read_bytes() for path in files}

    @staticmethod
    def _lines(*paths: Path) -> Iterator[dict[str, Any]]:
        for path in paths:
            for line in path.read_bytes().splitlines():
                yield orjson.loads(line)


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    shutil.copytree(HERE / "mini", pytester.path / "mini")
    pytester.makepyfile(test_mini=TEST)
    monkeypatch.setenv("PYTHONPATH", f"{ROOT / 'plugin'}:{pytester.path}")
    return Project(pytester)
