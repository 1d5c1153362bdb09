"""The documents beside the data: they say what is in the files, and nothing else."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from hashlib import sha256
from pathlib import Path

import orjson
import pytest
from jsonschema import Draft202012Validator
from small_corpora import Build, failure, tree

from jaxsmith import dataset
from jaxsmith.dataset.read import read_rejects
from jaxsmith.dataset.stats import stats
from jaxsmith.stages.names import DEFAULT_STAGES

REAL = list(dataset.read(Path(__file__).parents[2] / "docs" / "sample"))[:60]


@pytest.fixture
def folder(tmp_path: Path, build: Build) -> Path:
    build(tmp_path, {"gw0": [*REAL, failure("math", 9_999)]}, stages=DEFAULT_STAGES)
    return tmp_path


def header(folder: Path) -> str:
    return (folder / "README.md").read_text(encoding="utf-8").split("---\n")[1]


def features(folder: Path) -> dict[str, dict[str, object]]:
    lines = re.findall(r"^  - (\{.*\})$", header(folder), re.MULTILINE)
    return {each["name"]: each for each in map(orjson.loads, lines)}


def test_every_file_has_its_checksum(folder: Path) -> None:
    files = tree(folder)
    sums = files.pop("SHA256SUMS").decode().splitlines()
    assert sums == [f"{sha256(files[name]).hexdigest()}  {name}" for name in sorted(files)]


def test_the_schemas_are_those_of_the_records(folder: Path) -> None:
    for name, records in (
        ("schema", dataset.read(folder)),
        ("rejects.schema", read_rejects(folder)),
    ):
        schema = orjson.loads((folder / f"{name}.json").read_bytes())
        for record in records:
            Draft202012Validator(schema).validate(record)


def test_the_statistics_are_those_of_the_records(folder: Path) -> None:
    found = orjson.loads((folder / "statistics.json").read_bytes())
    expected = stats(dataset.read(folder), read_rejects(folder)).as_dict()
    assert found == orjson.loads(orjson.dumps(expected))
    assert found["records"] == len(REAL)


def test_the_card_tells_hubs_where_each_split_is(folder: Path) -> None:
    splits = re.findall(r"- split: (\w+)\n    path: (.*)\n", header(folder))
    assert next(split for split, _ in splits) == "train"
    data = {path.name for path in (folder / "data").iterdir()}
    matched = [name for _, glob in splits for name in data if fnmatch(f"data/{name}", glob)]
    assert sorted(matched) == sorted(data)  # each once
    counts = re.findall(
        r"- name: (\w+)\n    num_bytes: (\d+)\n    num_examples: (\d+)", header(folder)
    )
    for split, size, records in counts:
        content = (folder / "data" / f"{split}-00000-of-00001.jsonl").read_bytes()
        assert (int(size), int(records)) == (len(content), content.count(b"\n"))


def test_the_card_has_a_type_for_every_field_and_key(folder: Path) -> None:
    found = features(folder)
    assert found.keys() == REAL[0].keys()
    keys = {each["name"] for each in found["primitives"]["struct"]}  # type: ignore[attr-defined]
    assert keys == {key for record in REAL for key in record["primitives"]}


def test_types_are_left_out_where_a_field_has_none(tmp_path: Path, build: Build) -> None:
    build(tmp_path, {"gw0": [*REAL[:5], {**REAL[5], "note": "a hook's"}]}, stages=DEFAULT_STAGES)
    assert features(tmp_path) == {}
    assert "configs:" in header(tmp_path)


def test_the_card_counts_categories_by_split(folder: Path) -> None:
    text = (folder / "README.md").read_text(encoding="utf-8")
    manifest = orjson.loads((folder / "manifest.json").read_bytes())
    splits = manifest["totals"]["splits"]
    for split, counts in splits.items():
        assert f"| `{split}` | {sum(counts.values())} |" in text
    for category in manifest["totals"]["categories"]:
        counts = " | ".join(str(each.get(category, 0)) for each in splits.values())
        assert f"| `{category}` | {counts} |" in text
    assert "Licence: Apache-2.0." in text


def test_the_card_names_the_files_of_the_format(tmp_path: Path, build: Build) -> None:
    build(tmp_path, {"gw0": REAL}, formats=("jsonl.zst", "parquet"), stages=DEFAULT_STAGES)
    assert "path: data/train-*.parquet" in header(tmp_path)
    assert "features:" not in header(tmp_path)  # a table has its own
    assert 'read_parquet("FOLDER/data/train-*.parquet")' in (tmp_path / "README.md").read_text()


def test_a_corpus_without_samples_has_documents(tmp_path: Path, build: Build) -> None:
    build(tmp_path, {"gw0": [failure("math", 0)]}, stages=DEFAULT_STAGES)
    assert "configs:" not in header(tmp_path)
    assert "Licence: none named." in (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "license" not in orjson.loads((tmp_path / "croissant.json").read_bytes())


def test_croissant_describes_the_files_and_fields_that_are_there(folder: Path) -> None:
    found = orjson.loads((folder / "croissant.json").read_bytes())
    data = sorted(path.name for path in (folder / "data").iterdir())
    globs = [each["includes"] for each in found["distribution"]]
    assert sorted(name for name in data for glob in globs if fnmatch(f"data/{name}", glob)) == data
    for records in found["recordSet"]:
        columns = {field["source"]["extract"]["column"] for field in records["field"]}
        assert {"id", "source_code", "stablehlo", "tags"} <= columns <= REAL[0].keys()
