"""The readers that people have: each loads the folder as it is, with every record whole."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pytest
import zstandard

from jaxsmith import dataset
from jaxsmith.dataset.columns import columns, to_row
from jaxsmith.dataset.formats import FORMATS
from jaxsmith.stages.names import DEFAULT_STAGES

if TYPE_CHECKING:
    from small_corpora import Build, Record

REAL = list(dataset.read(Path(__file__).parents[2] / "docs" / "sample"))
TEXTS = ("id", "source_code", "jaxpr", "stablehlo", "hlo", "optimized_hlo", "tags", "op_count")
OPEN = ("primitives", "stablehlo_ops", "memory")


@pytest.fixture
def folder(tmp_path: Path, build: Build, request: pytest.FixtureRequest) -> Path:
    build(tmp_path / "corpus", {"gw0": REAL}, formats=request.param, stages=DEFAULT_STAGES)
    return tmp_path / "corpus"


only = pytest.mark.parametrize("folder", [(name,) for name in FORMATS], indirect=True, ids=FORMATS)
tables = pytest.mark.parametrize("folder", [("parquet",)], indirect=True, ids=["parquet"])
lines = pytest.mark.parametrize("folder", [("jsonl",)], indirect=True, ids=["jsonl"])
plain_or_packed = pytest.mark.parametrize(
    "folder", [("jsonl",), ("jsonl.zst",)], indirect=True, ids=["jsonl", "jsonl.zst"]
)

# In processes of their own: they warn, start threads, and read the environment when imported.
_CROISSANT = """
import sys, mlcroissant, json
described = mlcroissant.Dataset(jsonld=sys.argv[1])
print(json.dumps(sorted(described.metadata.issues.errors)))
print(json.dumps([row["train/id"].decode() for row in described.records("train")]))
"""
_DATASETS = """
import sys, datasets, json
datasets.disable_progress_bars()
for split, rows in datasets.load_dataset(sys.argv[1]).items():
    for row in rows:
        print(json.dumps({"split": split, "row": row}))
"""


def _printed(script: str, path: Path, **environment: str) -> list[Any]:
    """What a script prints about a file or folder, line by line."""
    command = [sys.executable, "-c", script, str(path)]
    variables = {**os.environ, **environment}
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return [orjson.loads(line) for line in done.stdout.splitlines()]


def _without_missing_keys(row: Record) -> Record:
    for name in OPEN:
        if isinstance(row[name], dict):
            row[name] = {key: value for key, value in row[name].items() if value is not None}
        else:
            row[name] = {each["name"]: each["value"] for each in row[name]}
    return {name: value for name, value in row.items() if name != "other_fields"}


@only
def test_datasets_loads_every_split_with_all_that_is_in_it(folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("datasets")
    rows = _printed(_DATASETS, folder, HF_HOME=str(tmp_path / "cache"), HF_HUB_OFFLINE="1")
    assert len(rows) == len(REAL)
    assert [_without_missing_keys(each["row"]) for each in rows] == list(dataset.read(folder))
    manifest = orjson.loads((folder / "manifest.json").read_bytes())
    assert {each["split"] for each in rows} == manifest["totals"]["splits"].keys()


def _same(frame: Any) -> None:
    """The rows are those of the corpus, as far as every library has the types."""
    expected = {record["id"]: record for record in REAL}
    assert len(frame) == len(REAL)
    for row in frame:
        mine = expected[row["id"]]
        assert {name: list(row[name]) if name == "tags" else row[name] for name in TEXTS} == {
            name: mine[name] for name in TEXTS
        }


@tables
def test_pyarrow_reads_the_columns_as_they_were_given(folder: Path) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    rows = pq.read_table(folder / "data").to_pylist()
    table = columns(DEFAULT_STAGES)
    expected = {record["id"]: to_row(record, table) for record in REAL}
    assert {row["id"]: row for row in rows} == expected
    assert len(rows) == len(REAL)


@tables
def test_pandas_reads_tables(folder: Path) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.concat(map(pandas.read_parquet, sorted((folder / "data").iterdir())))
    _same(frame.to_dict("records"))


@plain_or_packed
def test_pandas_reads_lines(folder: Path) -> None:
    pandas = pytest.importorskip("pandas")
    paths = sorted((folder / "data").iterdir())
    _same([row for path in paths for row in pandas.read_json(path, lines=True).to_dict("records")])


@tables
def test_polars_reads_tables(folder: Path) -> None:
    polars = pytest.importorskip("polars")
    _same(polars.read_parquet(folder / "data" / "*.parquet").to_dicts())


@plain_or_packed
def test_polars_reads_lines(folder: Path) -> None:
    polars = pytest.importorskip("polars")
    paths = sorted((folder / "data").iterdir())
    _same(
        [r for path in paths for r in polars.read_ndjson(path, infer_schema_length=None).to_dicts()]
    )


@plain_or_packed
def test_pyarrow_reads_lines(folder: Path) -> None:
    pytest.importorskip("pyarrow")
    from pyarrow import CompressedInputStream, OSFile, json

    def table(path: Path) -> Any:
        file = OSFile(str(path))
        stream = CompressedInputStream(file, "zstd") if path.suffix == ".zst" else file
        # A block is as long as the longest line, at least.
        return json.read_json(stream, json.ReadOptions(block_size=2**24))

    paths = sorted((folder / "data").iterdir())
    _same([row for path in paths for row in table(path).to_pylist()])


@plain_or_packed
def test_jq_reads_lines(folder: Path) -> None:
    """As a shell would: every value of every record, as jq prints it again."""
    if shutil.which("jq") is None:
        pytest.skip("jq is not installed")
    rows: list[Record] = []
    for path in sorted((folder / "data").iterdir()):
        content = path.read_bytes()
        if path.suffix == ".zst":
            content = zstandard.ZstdDecompressor().stream_reader(content).read()
        done = subprocess.run(["jq", "-c", "."], input=content, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        rows += map(orjson.loads, done.stdout.splitlines())
    assert sorted(rows, key=itemgetter("id")) == sorted(REAL, key=itemgetter("id"))


@only
def test_duckdb_reads_every_format(folder: Path, request: pytest.FixtureRequest) -> None:
    duckdb = pytest.importorskip("duckdb")
    name = request.node.callspec.id
    reader = "read_parquet" if name == "parquet" else "read_json_auto"
    found = duckdb.sql(f"SELECT {', '.join(TEXTS)} FROM {reader}('{folder}/data/*.{name}')")
    _same([dict(zip(TEXTS, row, strict=True)) for row in found.fetchall()])


@lines
def test_croissant_is_valid_and_gives_the_records(folder: Path) -> None:
    pytest.importorskip("mlcroissant")
    errors, ids = _printed(_CROISSANT, folder / "croissant.json")
    assert errors == []
    path = folder / "data" / "train-00000-of-00001.jsonl"
    assert ids == [record["id"] for record in dataset.read(path)]
