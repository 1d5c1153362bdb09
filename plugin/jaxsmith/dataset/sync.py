"""What is to survive a power cut: written through to the disk, files before their names."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def write_through(path: Path, content: bytes) -> None:
    """Write a file so that it is there as a whole, whenever the power goes, or as it was before.

    Processes may write the same file at the same time: the last one's content stays.
    """
    fresh = path.with_name(f"{path.name}.{os.getpid()}.fresh")
    fresh.write_bytes(content)
    _sync(fresh)
    os.replace(fresh, path)
    _sync(path.parent)


def sync(folder: Path, *, deep: bool = True) -> None:
    """Have the disk take the names in a folder and, if ``deep``, all that is in it."""
    if deep:
        for path in sorted(folder.rglob("*"), reverse=True):
            _sync(path)
    _sync(folder)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
