"""The export: the same records in another format, or some of them, as a corpus of its own."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import pyarrow.parquet as pq
import pytest
from jsonschema import Draft202012Validator
from small_corpora import Build, failure, tree

from jaxsmith import dataset
from jaxsmith.dataset.export import export
from jaxsmith.dataset.formats import FORMATS
from jaxsmith.dataset.read import files, read
from jaxsmith.dataset.selection import Selection
from jaxsmith.dataset.union import unite
from jaxsmith.errors import InvalidRequestError, JaxsmithError
from jaxsmith.stages.names import DEFAULT_STAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

REAL = list(read(Path(__file__).parents[2] / "docs" / "sample"))[::2]


@pytest.fixture
def corpus(tmp_path: Path, build: Build) -> Path:
    records = [*REAL, failure("math", 90_000)]
    categories = [record["category"] for record in records]
    collected = {name: categories.count(name) for name in categories}
    build(tmp_path / "corpus", {"gw0": records}, stages=DEFAULT_STAGES, collected=collected)
    return tmp_path / "corpus"


def ids(folder: Path) -> Iterator[tuple[str, str]]:
    """The split and the id of each record, in order."""
    for path in files(folder):
        for record in read(path):
            yield path.name.partition("-")[0], record["id"]


@pytest.mark.parametrize("name", FORMATS)
def test_another_format_has_the_same_records(corpus: Path, tmp_path: Path, name: str) -> None:
    out = tmp_path / "out"
    export(corpus, out, (name,), shard_bytes=500_000)
    assert list(read(out)) == list(read(corpus))
    assert list(ids(out)) == list(ids(corpus))
    assert (out / "rejects.jsonl").read_bytes() == (corpus / "rejects.jsonl").read_bytes()
    assert {path.name.partition(".")[2] for path in (out / "data").iterdir()} == {name}
    command = ["sha256sum", "-c", "SHA256SUMS"]
    done = subprocess.run(command, cwd=out, check=False, capture_output=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", ["jsonl", "jsonl.zst"])
def test_there_and_back_again_is_the_corpus(corpus: Path, tmp_path: Path, name: str) -> None:
    export(corpus, tmp_path / "out", (name,))
    export(tmp_path / "out", tmp_path / "back", ("jsonl",))
    assert tree(tmp_path / "back") == tree(corpus)


def test_records_are_selected_by_split_and_category(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    tested = {record["category"] for record in read(next((corpus / "data").glob("test-*")))}
    selection = Selection(splits=("train", "test"), categories=(*sorted(tested), "math"))
    totals = export(corpus, out, selection=selection)
    kept = {record["id"] for record in REAL if record["category"] in selection.categories}
    expected = [each for each in ids(corpus) if each[0] in selection.splits and each[1] in kept]
    assert list(ids(out)) == expected
    assert {split for split, _ in expected} == {"train", "test"}
    assert totals.total.collected == totals.total.emitted == len(expected)
    assert (out / "rejects.jsonl").read_bytes() == b""
    manifest = orjson.loads((out / "manifest.json").read_bytes())
    assert manifest["selection"] == selection.as_dict()
    card = (out / "README.md").read_text(encoding="utf-8")
    assert (
        f"- of a larger corpus, only these categories: {', '.join(selection.categories)}\n" in card
    )


def test_rejects_of_the_categories_come_along(corpus: Path, tmp_path: Path) -> None:
    for name, count in (("math", 1), ("linalg", 0)):
        totals = export(corpus, tmp_path / name, selection=Selection(categories=(name,)))
        assert totals.total.failed == count
        assert len(list(dataset.read_rejects(tmp_path / name))) == count


@pytest.mark.parametrize("name", FORMATS)
def test_fields_are_kept_in_their_order_with_what_readers_need(
    corpus: Path, tmp_path: Path, name: str
) -> None:
    out = tmp_path / "out"
    export(corpus, out, (name,), Selection(fields=("primitives", "source_code")))
    names = ["id", "category", "source_code", "primitives"]
    assert list(read(out)) == [{name: each[name] for name in names} for each in read(corpus)]
    schema = orjson.loads((out / "schema.json").read_bytes())
    assert list(schema["properties"]) == names
    for record in read(out):
        Draft202012Validator(schema).validate(record)
    described = orjson.loads((out / "croissant.json").read_bytes())["recordSet"][0]
    assert [field["@id"] for field in described["field"]] == [f"train/{n}" for n in names[:3]]
    if name == "parquet":
        shown = pq.read_schema(out / "data" / "train-00000-of-00001.parquet").names
        assert shown == [*names, "other_fields"]


def test_a_selection_of_a_selection_is_both(corpus: Path, tmp_path: Path) -> None:
    some, out = tmp_path / "some", tmp_path / "out"
    export(corpus, some, selection=Selection(categories=("math",), fields=("hlo", "tags")))
    export(some, out, selection=Selection(fields=("tags",)))
    manifest = orjson.loads((out / "manifest.json").read_bytes())
    assert manifest["selection"] == {"categories": ["math"], "fields": ["id", "category", "tags"]}
    with pytest.raises(InvalidRequestError, match="no field 'hlo'; it has id, category, tags"):
        export(out, out, selection=Selection(fields=("hlo",)))
    with pytest.raises(InvalidRequestError, match="some fields of its records only"):
        unite(out, [out])


def test_exports_of_all_categories_are_parts_of_the_whole(corpus: Path, tmp_path: Path) -> None:
    names = orjson.loads((corpus / "manifest.json").read_bytes())["totals"]["categories"]
    for name in names:
        export(corpus, tmp_path / name, selection=Selection(categories=(name,)))
    unite(tmp_path / "union", [tmp_path / name for name in names])
    assert sorted(read(tmp_path / "union"), key=lambda record: record["id"]) == sorted(
        REAL, key=lambda record: record["id"]
    )


def test_an_export_that_fails_leaves_what_was_there(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", "somewhere")

    before = tree(corpus)
    monkeypatch.setattr("jaxsmith.dataset.export.finish", full)
    for out in (corpus, tmp_path / "out"):
        with pytest.raises(JaxsmithError, match="somewhere: No space left"):
            export(corpus, out)
    assert tree(corpus) == before
    assert not (tmp_path / "out").exists()
