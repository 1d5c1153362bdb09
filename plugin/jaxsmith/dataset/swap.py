"""One corpus put in the place of another, entry by entry, so that it can be taken up again.

The manifest goes first and comes last: where there is one, the corpus beside it is complete.
"""

from __future__ import annotations

import shutil
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from jaxsmith.dataset.marker import MANIFEST, read_marked

if TYPE_CHECKING:
    from pathlib import Path


def move_in(fresh: Path, folder: Path, aside: Path) -> None:
    """Move every entry of a complete corpus into its folder, and those of the older one aside.

    Whatever was moved before a crash, calling it again moves the rest.

    Args:
        fresh: where the new corpus lies.
        folder: where it belongs.
        aside: where the older one goes, on the same disk.
    """
    if not (fresh / MANIFEST).exists():
        return  # the manifest comes last: all is done
    aside.mkdir(exist_ok=True)
    _rename(folder / MANIFEST, aside / MANIFEST)
    for name in sorted(_listed(aside / MANIFEST) - _listed(fresh / MANIFEST)):
        _rename(folder / name, aside / name)
    for name in sorted(entry.name for entry in fresh.iterdir() if entry.name != MANIFEST):
        _rename(folder / name, aside / name)
        _rename(fresh / name, folder / name)
    _rename(fresh / MANIFEST, folder / MANIFEST)


def remove(path: Path) -> None:
    """Delete a file or a folder, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _listed(manifest: Path) -> set[str]:
    """The entries of a folder that hold the files of a corpus."""
    content = read_marked(manifest) or {}
    parts = (PurePosixPath(file["name"]).parts for file in content.get("files", ()))
    # A manifest may have been edited: nothing outside the folder is ours to move.
    return {each[0] for each in parts if each} - {"..", "/", "."}


def _rename(source: Path, target: Path) -> None:
    if source.exists():
        source.rename(target)
