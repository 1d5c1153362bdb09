"""What the command line names, and which of it are corpora."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jaxsmith.dataset.marker import FORMAT, MANIFEST

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pytest

DATA = "data"
"""The folder of a corpus that its records lie in."""

SUFFIX = ".jsonl"

# What the first lines of a file hold if they are records, whatever else is wrong with them.
_SIGNS = (b'"id"', b'"stablehlo"')
_HEAD = 2**20


def named(config: pytest.Config) -> frozenset[Path]:
    """The files and folders of the command line, or of the configuration where it names none."""
    return absolute(config.args, config.invocation_params.dir)


def absolute(arguments: Iterable[object], start: Path) -> frozenset[Path]:
    """Arguments of pytest as paths, without the names of items."""
    names = [str(argument).partition("::")[0] for argument in arguments]
    return frozenset(Path(os.path.abspath(start / name)) for name in names)


def without_manifest(config: pytest.Config) -> list[str]:
    """The corpora of the command line that have no manifest, as paths from where pytest started."""
    start = config.invocation_params.dir
    return sorted(
        Path(os.path.relpath(path, start)).as_posix()
        for path in named(config)
        if is_corpus(path) and not (path / MANIFEST).exists()
    )


@cache
def is_corpus(folder: Path) -> bool:
    """Whether a folder holds a corpus, damaged as it may be: by its manifest, or its records."""
    files = (path for path in (folder / DATA).glob(f"*{SUFFIX}") if path.is_file())
    return is_marked(folder) or any(map(looks_like_records, files))


def is_marked(folder: Path) -> bool:
    """Whether the manifest in a folder says that it is a corpus."""
    return FORMAT.encode() in _head(folder / MANIFEST)


def looks_like_records(path: Path) -> bool:
    """Whether a file begins like one of records."""
    head = _head(path)
    return all(sign in head for sign in _SIGNS)


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_HEAD)
    except OSError:  # then it is no file that could be of a corpus, or of nobody who asks
        return b""
