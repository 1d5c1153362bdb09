"""The folder of a corpus: who may write to it, and how a new corpus takes an older one's place.

All that a run writes lies in ``.partial/`` until the end, so an older corpus stays as it is:

    .partial/owner.json   says that the folder is ours; written first, deleted last
    .partial/lock         held by the controller as long as it lives
    .partial/run.json     the settings that the parts were made with
    .partial/parts/       what the workers wrote
    .partial/building/    the new corpus, until it is complete
    .partial/next/        the new corpus, complete: from here on it is the one that counts
    .partial/old/         what was in its place

``publish`` renames ``building`` to ``next``, which either happens or does not, and then moves the
entries one by one. If the process dies in the midst, the next ``claim`` moves the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from jaxsmith.dataset.lock import Lock
from jaxsmith.dataset.marker import FORMAT, MANIFEST, is_ours, read_marked
from jaxsmith.dataset.settings import difference
from jaxsmith.dataset.swap import move_in, remove
from jaxsmith.dataset.sync import sync, write_through
from jaxsmith.errors import InvalidRequestError, JaxsmithError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

CONTROLLER = "controller"
"""What the names of the parts of the controller, or of the only process, begin with.

Where an id is in several parts, theirs have the last word.
"""

_PARTIAL = ".partial"
_OWNER = "owner.json"
_LOCK = "lock"
_RUN = "run.json"
_PARTS = "parts"
_DOCUMENTS = ("README.md", "croissant.json", "statistics.json", "report.html")
_COUNTS_AS_EMPTY = frozenset({"ABOUT.md", ".gitignore"})


@dataclass(frozen=True, slots=True)
class Staging:
    """A claimed folder and the place in it where the new corpus is made.

    Attributes:
        folder: the folder that was claimed.
        lock: keeps other runs out as long as it is held.
    """

    folder: Path
    lock: Lock

    @property
    def path(self) -> Path:
        """What a ``PartWriter`` needs, in whatever process."""
        return self.folder / _PARTIAL

    @property
    def parts(self) -> Path:
        """Where the parts lie."""
        return self.path / _PARTS

    @property
    def building(self) -> Path:
        """Where the new corpus is written; whatever lies here is published."""
        return self.path / "building"

    def release(self) -> None:
        """Give the folder up: what was staged is deleted, an older corpus stays as it is."""
        _clean(self.path)
        # The owner's mark goes last, so that remains are known as ours whenever this stops.
        for name in (_LOCK, _OWNER):
            remove(self.path / name)
        self.path.rmdir()
        self.lock.release()


def claim(
    folder: Path, settings: Mapping[str, Any] | None = None, *, resume: bool = False
) -> Staging:
    """Claim a folder for a new corpus; it is made if there is none.

    An older corpus in it stays until ``publish``. What a run that died left behind is finished if
    it was complete; if it was not, its parts are deleted, or kept to be gone on with.

    Args:
        folder: the folder.
        settings: what decides which bytes a run writes, as JSON values by name.
        resume: keep the parts of a run with these settings, see ``unfinished.take_up``.

    Raises:
        InvalidRequestError: the folder can't be used, or holds a run with other settings; with what
            to do about it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _refuse_foreign(folder)
        return _prepare(folder, settings or {}, resume=resume)
    except (FileExistsError, NotADirectoryError):
        raise InvalidRequestError(f"{folder} is not a folder; choose another") from None
    except OSError as error:
        raise InvalidRequestError(
            f"can't write to {folder} ({error.strerror}); choose another folder"
        ) from error


def publish(staging: Staging) -> None:
    """Put the complete new corpus in the place of the older one, and give the folder up.

    Files in the folder that belong to no corpus are kept.

    Raises:
        JaxsmithError: there is no manifest yet.
    """
    if not is_ours(staging.building / MANIFEST):
        raise JaxsmithError(f"{staging.building} has no manifest; write one before publishing")
    sync(staging.building)
    staging.building.rename(staging.path / "next")
    _finish(staging)
    sync(staging.folder, deep=False)
    staging.release()


def _refuse_foreign(folder: Path) -> None:
    partial = folder / _PARTIAL
    left_by_us = partial.is_dir() and (is_ours(partial / _OWNER) or not any(partial.iterdir()))
    if left_by_us and (partial / "next").exists():
        return
    corpus = read_marked(folder / MANIFEST)
    if corpus is not None:
        _refuse_in_the_way(folder, {file["name"] for file in corpus.get("files", ())})
        return
    entries = {entry.name for entry in folder.iterdir()} - _COUNTS_AS_EMPTY
    foreign = sorted(entries - {_PARTIAL} if left_by_us else entries)
    if foreign:
        raise InvalidRequestError(
            f"{folder} holds {foreign[0]!r} and no corpus of jaxsmith; "
            "choose another folder or empty this one"
        )


def _refuse_in_the_way(folder: Path, known: set[str]) -> None:
    """An older corpus may have none of these documents, and whoever has it one of that name."""
    for name in _DOCUMENTS:
        if name not in known and (folder / name).exists():
            raise InvalidRequestError(
                f"{folder} holds a {name} that is not the corpus's; "
                "move it or choose another folder"
            )


def _prepare(folder: Path, settings: Mapping[str, Any], *, resume: bool) -> Staging:
    partial = folder / _PARTIAL
    partial.mkdir(exist_ok=True)
    (partial / _OWNER).write_bytes(orjson.dumps({"format": FORMAT}))
    staging = Staging(folder, Lock(partial / _LOCK))
    try:
        _finish(staging)
        kept = {_RUN, _PARTS} if resume and _goes_on(staging, settings) else set()
        _clean(partial, kept)
        write_through(partial / _RUN, orjson.dumps({"format": FORMAT, "settings": settings}))
        staging.parts.mkdir(exist_ok=True)
        staging.building.mkdir()
    except BaseException:
        staging.lock.release()
        raise
    return staging


def _goes_on(staging: Staging, settings: Mapping[str, Any]) -> bool:
    """Whether there is a run to be gone on with.

    Raises:
        InvalidRequestError: it has other settings.
    """
    run = read_marked(staging.path / _RUN)
    if run is None or not staging.parts.is_dir():
        return False
    other = difference(run["settings"], settings)
    if other is not None:
        raise InvalidRequestError(
            f"{staging.folder} holds parts of another run: {other}; "
            "resume it with its own settings, or leave --emit-resume away to drop it"
        )
    return True


def _finish(staging: Staging) -> None:
    move_in(staging.path / "next", staging.folder, staging.path / "old")


def _clean(partial: Path, kept: Collection[str] = ()) -> None:
    for entry in partial.iterdir():
        if entry.name not in (_OWNER, _LOCK, *kept):
            remove(entry)
