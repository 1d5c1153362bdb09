"""The formats: each gives the same records back, in the same order, and says when it is damaged."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pyarrow.parquet as pq
import pytest
import zstandard
from small_corpora import Build, Record, sample, tree

from jaxsmith import dataset
from jaxsmith.dataset import formats, parquet
from jaxsmith.dataset.columns import REST, columns, to_record, to_row
from jaxsmith.errors import InvalidRequestError
from jaxsmith.stages.names import DEFAULT_STAGES

if TYPE_CHECKING:
    from collections.abc import Iterable

# Records with every kind of value that there is.
REAL = list(dataset.read(Path(__file__).parents[2] / "docs" / "sample"))[:60]
EVERY = tuple(formats.FORMATS)


def by_id(records: Iterable[Any]) -> list[Record]:
    return sorted(records, key=lambda record: record["id"])


@pytest.mark.parametrize("name", EVERY)
def test_a_format_gives_the_records_back(tmp_path: Path, build: Build, name: str) -> None:
    settings = {"formats": (name,), "stages": DEFAULT_STAGES, "shard_bytes": 500_000}
    for folder in ("a", "b"):
        build(tmp_path / folder, {"gw0": REAL}, **settings)
    assert by_id(dataset.read(tmp_path / "a")) == by_id(REAL)
    files = tree(tmp_path / "a")
    shards = sorted(file for file in files if file.startswith("data/train"))
    assert len(shards) > 1
    assert shards[0] == f"data/train-00000-of-{len(shards):05}.{name}"
    assert tree(tmp_path / "b") == files


def test_all_formats_hold_the_same_records_in_the_same_order(tmp_path: Path, build: Build) -> None:
    build(tmp_path, {"gw0": REAL}, formats=EVERY, stages=DEFAULT_STAGES)
    for split in ("train", "validation", "test"):
        shard = tmp_path / "data" / f"{split}-00000-of-00001"
        first, *others = (list(dataset.read(Path(f"{shard}.{name}"))) for name in EVERY)
        assert first
        assert others == [first, first]
    # A reader of the folder sees each record once.
    assert by_id(dataset.read(tmp_path)) == by_id(REAL)


def test_splits_are_read_in_order_training_first(tmp_path: Path, build: Build) -> None:
    build(tmp_path, {"gw0": REAL}, stages=DEFAULT_STAGES)
    names = ("train", "validation", "test", "test_combinations")
    shards = [tmp_path / "data" / f"{name}-00000-of-00001.jsonl" for name in names]
    expected = [record for path in shards if path.exists() for record in dataset.read(path)]
    assert list(dataset.read(tmp_path)) == expected


def test_compressed_lines_are_the_plain_ones(tmp_path: Path, build: Build) -> None:
    build(tmp_path, {"gw0": REAL}, formats=EVERY, stages=DEFAULT_STAGES)
    shard = tmp_path / "data" / "train-00000-of-00001"
    packed = Path(f"{shard}.jsonl.zst").read_bytes()
    plain = Path(f"{shard}.jsonl").read_bytes()
    assert zstandard.ZstdDecompressor().decompressobj().decompress(packed) == plain
    assert len(packed) < len(plain) / 5


def test_a_table_is_written_group_by_group(
    tmp_path: Path, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "_GROUP_BYTES", 200_000)
    build(tmp_path, {"gw0": REAL}, formats=("parquet",), stages=DEFAULT_STAGES)
    metadata = pq.ParquetFile(tmp_path / "data/train-00000-of-00001.parquet").metadata
    assert metadata.num_row_groups > 2
    assert by_id(dataset.read(tmp_path)) == by_id(REAL)


TABLE = columns(("jaxpr",))


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        ({"note": {"by": "a hook"}}, {"note"}),
        ({"op_count": 2.5}, {"op_count"}),
        ({"op_count": True}, {"op_count"}),
        ({"op_count": 2**63}, {"op_count"}),
        ({"tags": ["a", 3]}, {"tags"}),
        ({"primitives": {"add": "once"}}, {"primitives"}),
        ({"config": {"x64": False, "other": 1}}, {"config"}),
        ({"flops": 3, "op_count": 4, "primitives": {"add": 1}, "tags": [], "base_id": None}, set()),
    ],
)
def test_what_fits_no_column_is_kept_as_json(fields: Record, kept: set[str]) -> None:
    given = sample("math", 0, jaxpr="{ }", **fields)
    row = to_row(given, TABLE)
    assert orjson.loads(row[REST] or "{}").keys() == kept | {"stablehlo"}
    back = to_record(row, TABLE)
    assert {name: back[name] for name in given} == given
    assert {back[name] for name in back.keys() - given.keys()} == {None}


def test_lines_of_some_texts_only_are_aligned_in_a_column() -> None:
    alignment = {"lines": [[], [3]], "jaxpr": [0, 1]}
    row = to_row(sample("math", 0, alignment=alignment, jaxpr="{ }"), TABLE)
    assert "alignment" not in orjson.loads(row[REST])
    assert to_record(row, TABLE)["alignment"] == alignment


def test_compressed_lines_may_be_in_several_frames(tmp_path: Path) -> None:
    lines = [orjson.dumps(record) + b"\n" for record in REAL]
    content = b"".join(lines)
    pieces = (content[:1000], b"", content[1000:])
    (tmp_path / "all.jsonl.zst").write_bytes(b"".join(map(zstandard.compress, pieces)))
    assert list(dataset.read(tmp_path / "all.jsonl.zst")) == REAL


def test_a_line_without_end_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "all.jsonl.zst"
    compressor = zstandard.ZstdCompressor().compressobj()
    pieces = [compressor.compress(b"{" * 2**24) for _ in range(20)]
    path.write_bytes(b"".join([*pieces, compressor.flush()]))
    assert path.stat().st_size < 2**16
    with pytest.raises(InvalidRequestError, match="a line is longer than 64 MiB"):
        list(dataset.read(path))


@pytest.mark.parametrize("name", EVERY[1:])
def test_a_damaged_file_is_named(tmp_path: Path, build: Build, name: str) -> None:
    build(tmp_path, {"gw0": REAL}, formats=(name,), stages=DEFAULT_STAGES)
    path = tmp_path / "data" / f"train-00000-of-00001.{name}"
    content = path.read_bytes()
    for damaged in (
        content[: len(content) // 2],
        content[:5000] + b"\0" * 100 + content[5100:],
        b"",
    ):
        path.write_bytes(damaged)
        with pytest.raises(InvalidRequestError, match=path.name):
            list(dataset.read(tmp_path))


def test_a_missing_library_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "find_spec", lambda name: None)
    assert formats.select(["jsonl"]) == ("jsonl",)
    for name, extra in (("parquet", "parquet"), ("jsonl.zst", "zstd")):
        with pytest.raises(InvalidRequestError, match=rf"pip install 'jaxsmith\[{extra}\]'"):
            formats.select([name])


def test_formats_are_chosen_once_and_in_order() -> None:
    assert formats.select(["parquet", "jsonl", "parquet"]) == ("jsonl", "parquet")
