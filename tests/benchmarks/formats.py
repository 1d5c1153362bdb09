"""A corpus in every format, through every reader: does each load all of it, and how much is it?

    python tests/benchmarks/formats.py output/

Exports the corpus to each format, and loads each export with every library that is installed
(``pip install -e '.[readers]'``), each in a process of its own. Printed are megabytes and seconds
of each export; and for each reader how many records it gave, whether their texts, tags and counts
are those of the corpus, how long that took, and the most memory. Ends with 1 if any differs.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from jaxsmith import dataset
from jaxsmith.dataset.export import export
from jaxsmith.dataset.formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    Rows = Iterable[Mapping[str, Any]]

# What every library has the types for.
FIELDS = ("id", "source_code", "reference_source", "jaxpr", "stablehlo", "hlo", "optimized_hlo",
          "tags", "op_count", "seed")  # fmt: skip


def files(folder: Path) -> list[Path]:
    """The files of records."""
    return sorted((folder / "data").iterdir())


def own(folder: Path) -> Rows:
    """What jaxsmith itself reads."""
    return dataset.read(folder)


def with_datasets(folder: Path) -> Rows:
    """Hugging Face's ``load_dataset``, every split."""
    datasets = importlib.import_module("datasets")
    datasets.disable_progress_bars()
    with tempfile.TemporaryDirectory() as cache:
        for rows in datasets.load_dataset(str(folder), cache_dir=cache).values():
            yield from rows.select_columns(list(FIELDS))


def with_pyarrow(folder: Path) -> Rows:
    """Arrow: tables, and lines in blocks as long as the longest."""
    for path in files(folder):
        if path.suffix == ".parquet":
            parquet = importlib.import_module("pyarrow.parquet").ParquetFile(path)
            for batch in parquet.iter_batches(256, columns=list(FIELDS)):
                yield from batch.to_pylist()
            continue
        arrow, json = importlib.import_module("pyarrow"), importlib.import_module("pyarrow.json")
        file = arrow.OSFile(str(path))
        stream = arrow.CompressedInputStream(file, "zstd") if path.suffix == ".zst" else file
        table = json.read_json(stream, json.ReadOptions(block_size=2**26))
        yield from table.select(FIELDS).to_pylist()


def with_pandas(folder: Path) -> Rows:
    """Data frames of pandas."""
    pandas = importlib.import_module("pandas")
    for path in files(folder):
        if path.suffix == ".parquet":
            frame = pandas.read_parquet(path, columns=list(FIELDS))
        else:
            frame = pandas.read_json(path, lines=True)[list(FIELDS)]
        yield from frame.to_dict("records")


def with_polars(folder: Path) -> Rows:
    """Data frames of Polars."""
    polars = importlib.import_module("polars")
    for path in files(folder):
        if path.suffix == ".parquet":
            frame = polars.read_parquet(path, columns=list(FIELDS))
        else:
            frame = polars.read_ndjson(path, infer_schema_length=None).select(FIELDS)
        yield from frame.iter_rows(named=True)


def with_duckdb(folder: Path) -> Rows:
    """A query of DuckDB over all files."""
    name = files(folder)[0].name.partition(".")[2]
    source = "read_parquet" if name == "parquet" else "read_json_auto"
    more = "" if name == "parquet" else ", maximum_object_size=67108864"
    query = f"SELECT {', '.join(FIELDS)} FROM {source}('{folder}/data/*.{name}'{more})"
    found = importlib.import_module("duckdb").connect().execute(query)
    while rows := found.fetchmany(256):
        yield from (dict(zip(FIELDS, row, strict=True)) for row in rows)


def with_jq(folder: Path) -> Rows:
    """What jq prints of the fields, line by line."""
    wanted = "{" + ", ".join(FIELDS) + "}"
    for path in files(folder):
        unpack = ["zstd", "-dc", str(path)] if path.suffix == ".zst" else ["cat", str(path)]
        source = subprocess.Popen(unpack, stdout=subprocess.PIPE)
        command = ["jq", "-c", wanted]
        with subprocess.Popen(command, stdin=source.stdout, stdout=subprocess.PIPE) as printed:
            assert printed.stdout is not None
            yield from map(orjson.loads, printed.stdout)
        if source.wait() or printed.returncode:
            raise SystemExit(f"jq or zstd failed on {path}")


READERS: dict[str, Callable[[Path], Rows]] = {
    "jaxsmith": own,
    "datasets": with_datasets,
    "pyarrow": with_pyarrow,
    "pandas": with_pandas,
    "polars": with_polars,
    "duckdb": with_duckdb,
    "jq": with_jq,
}
NOT_FOR = {"jq": {"parquet"}}


@dataclass(frozen=True)
class Loaded:
    """What a reader gave.

    Attributes:
        records: how many.
        digest: of the fields of all of them, in whatever order they came.
        seconds: for all.
        megabytes: the most memory of the process.
    """

    records: int
    digest: str
    seconds: float
    megabytes: int


def summary(rows: Rows) -> tuple[int, str]:
    """How many records there are, and a digest of them that no order changes."""
    digests = sorted(map(_digest, rows))
    return len(digests), hashlib.sha256(b"".join(digests)).hexdigest()


def peak() -> int:
    """The most memory that this program had, in MB; what its parent had does not count."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) // 1000


def _digest(row: Mapping[str, Any]) -> bytes:
    values = [list(row[field]) if field == "tags" else row[field] for field in FIELDS]
    return hashlib.sha256(orjson.dumps(values, option=orjson.OPT_SERIALIZE_NUMPY)).digest()


def load(reader: str, folder: Path) -> Loaded | str:
    """What a reader gives, in a process of its own; or why it can't."""
    command = [sys.executable, __file__, "--load", reader, str(folder)]
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False,
                          env={**os.environ, "HF_HUB_OFFLINE": "1"})  # fmt: skip
    if done.returncode:
        return (done.stderr.strip().splitlines() or ["died"])[-1]
    records, digest, megabytes = orjson.loads(done.stdout)
    return Loaded(records, digest, time.perf_counter() - started, megabytes)


def lines(folder: Path, work: Path) -> Iterator[tuple[str, bool]]:
    """The lines to print, and whether each is as it should be."""
    expected = load("jaxsmith", folder)
    if isinstance(expected, str):
        raise SystemExit(f"error: {folder} can't be read: {expected}")
    yield f"{folder}: {expected.records:,} records", True
    for name in FORMATS:
        target = work / name
        started = time.perf_counter()
        export(folder, target, formats=(name,))
        seconds = time.perf_counter() - started
        size = sum(path.stat().st_size for path in files(target)) / 1e6
        yield f"\n{name}: {size:,.0f} MB in {len(files(target))} files, {seconds:.0f} s", True
        for reader in READERS:
            if name in NOT_FOR.get(reader, ()):
                continue
            found = load(reader, target)
            if isinstance(found, str):
                yield f"  {reader:9} {found}", "No module named" in found
                continue
            same = (found.records, found.digest) == (expected.records, expected.digest)
            told = "the same" if same else "OTHERS"
            yield (
                (
                    f"  {reader:9} {found.records:,} records, {told}, "
                    f"{found.seconds:.0f} s, {found.megabytes:,} MB"
                ),
                same,
            )


def main() -> None:
    """Export, load, compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="the folder of a corpus")
    parser.add_argument("--load", choices=READERS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.load:
        told = summary(READERS[options.load](options.folder))
        print(orjson.dumps([*told, peak()]).decode())
        return
    wrong = 0
    with tempfile.TemporaryDirectory() as work:
        for line, right in lines(options.folder, Path(work)):
            print(line, flush=True)
            wrong += not right
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
