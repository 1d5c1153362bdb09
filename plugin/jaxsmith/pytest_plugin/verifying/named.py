"""What the command line names, and which of it are corpora."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jaxsmith.dataset import formats
from jaxsmith.dataset.marker import FORMAT, MANIFEST
from jaxsmith.errors import InvalidRequestError
from jaxsmith.pytest_plugin.verifying.packed import content

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import pytest

DATA = "data"
"""The folder of a corpus that its records lie in."""

# What the first lines of a file hold if they are records, whatever else is wrong with them.
_SIGNS = (b'"id"', b'"stablehlo"')
# A table names its columns at its end.
_COLUMNS = (b"PAR1", b"id", b"stablehlo")
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
    return is_marked(folder) or any(map(looks_like_records, (folder / DATA).glob("*")))


def is_marked(folder: Path) -> bool:
    """Whether the manifest in a folder says that it is a corpus."""
    return FORMAT.encode() in _head(folder / MANIFEST)


def looks_like_records(path: Path) -> bool:
    """Whether a file is in one of the formats of records, and begins or ends like one."""
    found = formats.of(path)
    if found is None or not path.is_file():
        return False
    signs = _COLUMNS if found.name == "parquet" else _SIGNS
    try:
        shown = _SHOWN[found.name](path)
    except OSError:  # then it is no file that could be of a corpus, or of nobody who asks
        return False
    return all(sign in shown for sign in signs)


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_HEAD)
    except OSError:  # then it is no file that could be of a corpus, or of nobody who asks
        return b""


def _tail(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _HEAD))
        return file.read()


def _first_line(path: Path) -> bytes:
    """The first line of compressed ones; empty where there is none, or nothing to read it with."""
    try:
        first = content(path, 1)
    except InvalidRequestError:
        return b""
    return first if isinstance(first, bytes) else b""


_SHOWN: Mapping[str, Callable[[Path], bytes]] = {
    "jsonl": _head,
    "jsonl.zst": _first_line,
    "parquet": _tail,
}
"""By format, the piece of a file that shows what is in it."""
