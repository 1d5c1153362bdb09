"""The folder: foreign ones are refused, an older corpus stays until a new one is complete."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import pytest
from small_corpora import Build, sample, tree

from jaxsmith import dataset
from jaxsmith.errors import InvalidRequestError, JaxsmithError

if TYPE_CHECKING:
    from collections.abc import Callable

OLD = {"gw0": [sample("math", index) for index in range(3)]}
NEW = {"gw0": [sample("math", index) for index in range(5, 7)]}


def _foreign_file(folder: Path) -> None:
    (folder / "thesis.txt").write_text("")


def _foreign_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_text('{"format": "other"}')


def _broken_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_text("{")


def _foreign_partial(folder: Path) -> None:
    (folder / ".partial").mkdir()
    (folder / ".partial" / "download").write_text("")


def _remains_beside_a_foreign_file(folder: Path) -> None:
    dataset.claim(folder)
    (folder / "thesis.txt").write_text("")


FOREIGN = [
    _foreign_file,
    _foreign_manifest,
    _broken_manifest,
    _foreign_partial,
    _remains_beside_a_foreign_file,
]


@pytest.mark.parametrize("fill", FOREIGN)
def test_a_folder_that_is_not_ours_is_refused_untouched(
    tmp_path: Path, fill: Callable[[Path], None]
) -> None:
    fill(tmp_path)
    before = tree(tmp_path)
    with pytest.raises(InvalidRequestError, match="choose another folder or empty this one"):
        dataset.claim(tmp_path)
    assert tree(tmp_path) == before


@pytest.mark.parametrize("name", ["file", "file/below"])
def test_a_path_that_is_no_folder_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidRequestError, match="is not a folder; choose another"):
        dataset.claim(tmp_path / name)


@pytest.mark.parametrize("step", ["mkdir", "write_bytes"])
def test_a_folder_that_cannot_be_written_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def refuse(path: Path, *_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, step, refuse)
    with pytest.raises(InvalidRequestError, match=r"can't write to .* \(Permission denied\)"):
        dataset.claim(tmp_path / "new")


def test_a_folder_with_a_page_about_it_counts_as_empty(tmp_path: Path, build: Build) -> None:
    (tmp_path / "ABOUT.md").write_text("about")
    (tmp_path / ".gitignore").write_text("*")
    build(tmp_path, OLD)
    build(tmp_path, NEW)
    assert {path.name for path in tmp_path.iterdir()} == {
        "ABOUT.md",
        ".gitignore",
        "README.md",
        "SHA256SUMS",
        "croissant.json",
        "data",
        "manifest.json",
        "rejects.jsonl",
        "rejects.schema.json",
        "report.html",
        "schema.json",
        "statistics.json",
    }
    assert (tmp_path / "ABOUT.md").read_text() == "about"


def test_a_page_that_was_put_beside_an_older_corpus_is_not_lost(
    tmp_path: Path, build: Build
) -> None:
    build(tmp_path, OLD)
    manifest = orjson.loads((tmp_path / "manifest.json").read_bytes())
    manifest["files"] = [each for each in manifest["files"] if each["name"] != "README.md"]
    (tmp_path / "manifest.json").write_bytes(orjson.dumps(manifest))
    with pytest.raises(InvalidRequestError, match=r"a README\.md that is not the corpus's"):
        dataset.claim(tmp_path)


def test_an_older_corpus_stays_until_the_new_one_is_published(tmp_path: Path, build: Build) -> None:
    build(tmp_path, OLD)
    before = tree(tmp_path)
    staging = dataset.claim(tmp_path)
    with dataset.PartWriter(staging.path, "gw0") as writer:
        writer.emit(sample("math", 9))
    dataset.merge(staging, dataset.by_category([]), {})
    staging.release()
    assert tree(tmp_path) == before


def test_a_second_run_into_a_folder_is_told_and_harms_nothing(tmp_path: Path) -> None:
    staging = dataset.claim(tmp_path)
    with dataset.PartWriter(staging.path, "gw0") as writer:
        writer.emit(sample("math", 9))
        before = tree(tmp_path)
        with pytest.raises(InvalidRequestError, match="another run writes to"):
            dataset.claim(tmp_path)
    assert tree(tmp_path) == before
    staging.release()
    dataset.claim(tmp_path)


def test_remains_of_a_run_that_died_are_cleared(tmp_path: Path, build: Build) -> None:
    staging = dataset.claim(tmp_path)
    with dataset.PartWriter(staging.path, "gw0") as writer:
        writer.emit(sample("math", 9))
    staging.lock.release()  # as the system does when a process dies
    build(tmp_path, NEW)
    assert [record["id"] for record in dataset.read(tmp_path)] == [r["id"] for r in NEW["gw0"]]
    assert not (tmp_path / ".partial").exists()


def test_nothing_is_published_without_a_manifest(tmp_path: Path, build: Build) -> None:
    build(tmp_path, OLD)
    before = tree(tmp_path)
    staging = dataset.claim(tmp_path)
    with pytest.raises(JaxsmithError, match="has no manifest"):
        dataset.publish(staging)
    staging.release()
    assert tree(tmp_path) == before


class Killed(BaseException):
    """Stands for the end of the process: nothing of ours may catch it."""


def _die_at_rename(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    rename, seen = Path.rename, []

    def counted(path: Path, target: Path) -> Path:
        seen.append(path)
        if len(seen) == number:
            raise Killed
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", counted)


RENAMES = 21
"""The staged corpus becomes the next one, then nine entries go out and nine come in."""


@pytest.mark.parametrize("number", range(1, RENAMES + 1))
def test_a_crash_amid_the_swap_leaves_one_of_the_two(
    tmp_path: Path, build: Build, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    build(tmp_path / "old", OLD)
    build(tmp_path / "new", NEW)
    build(tmp_path / "corpus", OLD)
    with monkeypatch.context() as patch:
        _die_at_rename(patch, number)
        with pytest.raises(Killed):
            build(tmp_path / "corpus", NEW)
    # The system closes the lock of a process that died; here the process lives on.
    (tmp_path / "corpus" / ".partial" / "lock").unlink()
    dataset.claim(tmp_path / "corpus").release()
    expected = tmp_path / ("old" if number == 1 else "new")
    assert tree(tmp_path / "corpus") == tree(expected)


def test_the_swap_has_as_many_steps_as_were_tried(
    tmp_path: Path, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(tmp_path, OLD)
    _die_at_rename(monkeypatch, RENAMES + 1)
    build(tmp_path, NEW)


def test_a_half_replaced_corpus_is_not_read(
    tmp_path: Path, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(tmp_path, OLD)
    _die_at_rename(monkeypatch, 4)
    with pytest.raises(Killed):
        build(tmp_path, NEW)
    with pytest.raises(InvalidRequestError, match="half replaced"):
        list(dataset.read(tmp_path))


def test_files_of_the_older_corpus_that_the_new_one_lacks_go(tmp_path: Path, build: Build) -> None:
    build(tmp_path, OLD)
    (tmp_path / "plots.html").write_text("ours")
    (tmp_path / "notes.txt").write_text("the user's")
    manifest = orjson.loads((tmp_path / "manifest.json").read_bytes())
    manifest["files"] += [{"name": "plots.html"}, {"name": "../outside"}]
    (tmp_path / "manifest.json").write_bytes(orjson.dumps(manifest))
    build(tmp_path, NEW)
    assert not (tmp_path / "plots.html").exists()
    assert (tmp_path / "notes.txt").exists()


def test_a_lock_on_a_file_that_its_former_holder_deleted_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flock = fcntl.flock

    def late(descriptor: int, operation: int) -> None:
        (tmp_path / ".partial" / "lock").unlink()
        flock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", late)
    with pytest.raises(InvalidRequestError, match="another run writes to"):
        dataset.claim(tmp_path)
