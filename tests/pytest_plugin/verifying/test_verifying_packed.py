"""Compressed lines and tables are verified record by record, as plain lines are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pytest
from copies import IDS, Copy, run_pytest

from jaxsmith.dataset import formats
from jaxsmith.dataset.columns import columns
from jaxsmith.pytest_plugin.verifying.collection import _why_not_read
from jaxsmith.pytest_plugin.verifying.packed import content
from jaxsmith.stages.names import DEFAULT_STAGES

if TYPE_CHECKING:
    from pathlib import Path

PACKED = ("jsonl.zst", "parquet")
packed = pytest.mark.parametrize("name", PACKED)


def pack(lines: list[bytes], path: Path) -> bytes:
    """The content of a file in the format that its name says."""
    chosen = formats.of(path)
    assert chosen is not None
    path.parent.mkdir(parents=True, exist_ok=True)
    sink = chosen.open(path, columns(DEFAULT_STAGES))
    for line in lines:
        sink.add(line)
    sink.close()
    return path.read_bytes()


def written(folder: Path, *names: str, copy: Copy | None = None) -> None:
    """Write a corpus of these formats, and none of plain lines."""
    copy = copy or Copy()
    for name in names:
        path = folder / "packing" / f"records.{name}"
        copy.files[f"data/records.{name}"] = pack(copy.lines, path)
    lines, copy.lines = copy.lines, []
    copy.write(folder / "corpus")
    (folder / "corpus" / "data" / "records.jsonl").unlink()
    assert copy.manifest is not None
    listed = [each for each in copy.manifest["files"] if each["name"] != "data/records.jsonl"]
    copy.manifest["files"] = listed
    copy.lines, copy.signed = lines, False
    (folder / "corpus" / "manifest.json").write_bytes(orjson.dumps(copy.manifest))


@packed
def test_each_record_is_an_item_that_is_run_and_run_from_source(tmp_path: Path, name: str) -> None:
    written(tmp_path, name)
    run = run_pytest(tmp_path, "corpus", "-v", "--run-source", "-n", "2")
    assert run.returncode == 0, run.stdout
    for record in IDS:
        assert f"corpus/data/records.{name}::{record}" in run.stdout
    assert "2 records: 2 read and run on their inputs, 2 run from source too" in run.stdout


@packed
def test_a_damaged_record_is_named_by_its_line(tmp_path: Path, name: str) -> None:
    copy = Copy()
    copy.change(lambda record: record.update(stablehlo_ops={"stablehlo.add": 7}))
    written(tmp_path, name, copy=copy)
    run = run_pytest(tmp_path, "corpus", "-k", "math")
    assert run.returncode == 1
    said = "stablehlo does not hold the operations that stablehlo_ops counts"
    assert f"corpus/data/records.{name}, line 2: {IDS[1]}: {said}" in run.stdout


@packed
def test_a_file_that_is_cut_off_is_one_line(tmp_path: Path, name: str) -> None:
    path = tmp_path / f"records.{name}"
    path.write_bytes(pack(Copy().lines, path)[:-200])
    run = run_pytest(tmp_path, path.name)
    assert run.returncode == 1
    assert f"{path.name}, line " in run.stdout
    assert "and all after it can't be read: " in run.stdout
    assert "Traceback" not in run.stdout


def test_formats_of_one_corpus_hold_the_same_records_and_are_no_duplicates(tmp_path: Path) -> None:
    written(tmp_path, *PACKED)
    run = run_pytest(tmp_path, "corpus", "-k", "array")
    assert run.returncode == 0, run.stdout
    assert "2 records: 2 read and run" in run.stdout
    twice = Copy()
    twice.lines *= 2
    written(tmp_path / "twice", "parquet", copy=twice)
    run = run_pytest(tmp_path / "twice", "corpus", "-k", "line")
    assert f"line 3 has the id of records.parquet, line 1: {IDS[0]}" in run.stdout


@packed
def test_without_a_manifest_a_folder_is_known_by_its_records(tmp_path: Path, name: str) -> None:
    pack(Copy().lines, tmp_path / "data" / f"train.{name}")
    pack([b'{"id": "a", "category": "b"}\n'], tmp_path / "a" / "b" / f"some.{name}")
    if name == "jsonl.zst":  # a table of ours always has all columns
        run = run_pytest(tmp_path, "a/b", "--collect-only", "-q")
        assert "no tests collected" in run.stdout
    run = run_pytest(tmp_path, "data", "--collect-only", "-q")
    assert f"data/train.{name}::{IDS[0]}" in run.stdout


def test_records_with_some_fields_only_are_not_judged(tmp_path: Path) -> None:
    copy = Copy()
    assert copy.manifest is not None
    copy.manifest["selection"] = {"fields": ["id", "category"]}
    written(tmp_path, "parquet", copy=copy)
    run = run_pytest(tmp_path, "corpus", "-rs")
    assert run.returncode == 0, run.stdout
    why = "was not verified: its records have some of the fields only"
    assert f"corpus/data/records.parquet {why}" in run.stdout


@pytest.mark.parametrize(("name", "extra"), [("jsonl.zst", "zstd"), ("parquet", "parquet")])
def test_a_library_that_is_missing_is_named_with_its_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, extra: str
) -> None:
    path = tmp_path / f"records.{name}"
    assert _why_not_read(path) == ""
    monkeypatch.setattr(formats, "find_spec", lambda module: None)
    assert f"pip install 'jaxsmith[{extra}]'" in _why_not_read(path)


@packed
def test_records_are_read_in_any_order(tmp_path: Path, name: str) -> None:
    path = tmp_path / f"records.{name}"
    pack([line for line in Copy().lines for _ in range(50)], path)

    def found(number: int) -> Any:
        value = content(path, number)
        return IDS.index(value["id"]) if isinstance(value, dict) else value and len(value)

    expected = [found(number) for number in range(1, 102)]
    assert expected == [expected[0]] * 50 + [expected[50]] * 50 + [None]
    for number in (100, 3, 4, 101, 50, 51, 51, 1):
        assert found(number) == expected[number - 1]
