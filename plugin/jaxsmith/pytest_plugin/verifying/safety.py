"""What pytest would run of a corpus by itself: refused before it does.

pytest imports ``conftest.py`` and ``__init__.py``, runs test files and doctests, and takes options
from configuration files of the folders that it is given. In a folder that was downloaded, these are
programs of somebody else.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jaxsmith.pytest_plugin.verifying.named import absolute, is_corpus, is_marked

if TYPE_CHECKING:
    from collections.abc import Iterator

OPTION = "--run-source"

_PROGRAMS = ("conftest.py", "__init__.py", "test_*.py", "*_test.py", "test*.txt")
_SETTINGS = ("pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml")
_SHARED_SETTINGS = ("pyproject.toml", "tox.ini", "setup.cfg")


def refuse_programs(config: pytest.Config) -> None:
    """Refuse a corpus on the command line that holds what pytest would run.

    Raises:
        UsageError: naming the file.
    """
    if _is_given(config):
        return
    start = config.invocation_params.dir
    given = config.known_args_namespace.file_or_dir
    for path in sorted(absolute(given or ["."], start)):
        for folder in _corpora(path, explicit=bool(given)):
            found = next(_programs(folder), None)
            if found is not None:
                raise pytest.UsageError(
                    f"{os.path.relpath(found, start)}: pytest would run or obey it, and a corpus "
                    f"holds no programs; remove it, or give {OPTION} if you trust who wrote it"
                )


def refuse_from_elsewhere(config: pytest.Config) -> None:
    """Refuse ``--run-source`` where no person gave it: a configuration file may be anybody's.

    Raises:
        UsageError: it is not on the command line.
    """
    if config.getoption("run_source") and not _is_given(config):
        raise pytest.UsageError(f"{OPTION} is taken from the command line alone")


def _is_given(config: pytest.Config) -> bool:
    """Whether a person gave the option; a worker has the options of its controller."""
    return hasattr(config, "workerinput") or OPTION in map(str, config.invocation_params.args)


def _corpora(path: Path, *, explicit: bool) -> Iterator[Path]:
    """The corpus that a path is, or is in."""
    # A file in `data/` belongs to what lies around it.
    for folder in (path, path.parent, path.parent.parent):
        if is_marked(folder) or (explicit and folder == path and is_corpus(folder)):
            yield folder


def _programs(folder: Path) -> Iterator[Path]:
    seen: set[str] = set()
    # Links as well, as pytest follows them, and hidden folders, where they may lead.
    for inner, names, files in os.walk(folder, followlinks=True):
        names[:] = [name for name in names if _is_new(os.path.realpath(Path(inner, name)), seen)]
        for name in files:
            path = Path(inner, name)
            if any(map(path.match, (*_PROGRAMS, *_SETTINGS))) or _sets_options(path):
                yield path


def _is_new(folder: str, seen: set[str]) -> bool:
    known = folder in seen
    seen.add(folder)
    return not known


def _sets_options(path: Path) -> bool:
    return path.name in _SHARED_SETTINGS and b"pytest" in path.read_bytes()
