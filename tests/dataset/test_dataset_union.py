"""The union: corpora on disk become the one that a single run would have made."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from small_corpora import Build, Record, failure, sample, tree

from jaxsmith import dataset
from jaxsmith.dataset.manifest import Provenance
from jaxsmith.dataset.origins import combined
from jaxsmith.dataset.union import in_order, unite
from jaxsmith.errors import InvalidRequestError
from jaxsmith.stages.names import DEFAULT_STAGES

if TYPE_CHECKING:
    from collections.abc import Callable

REAL = list(dataset.read(Path(__file__).parents[2] / "docs" / "sample"))[:50]
REJECTS = [failure("math", 90_000), failure("own", 7, "crashed")]


def twins() -> list[Record]:
    """Three records of which the second is a duplicate of the first, and the third of it."""
    one, two, three = (sample("math", 80_000 + i) for i in range(3))
    two["source_code"] = one["source_code"].replace("math_80000", "math_80001")
    three["stablehlo"] = two["stablehlo"].replace("math_80001", "math_80002")
    return [one, two, three]


def built(build: Build, folder: Path, records: list[Record], **settings: Any) -> Path:
    categories = [record["category"] for record in records]
    collected = {name: categories.count(name) for name in categories}
    build(folder, {"gw0": records}, **{"stages": DEFAULT_STAGES, "collected": collected} | settings)
    return folder


@pytest.mark.parametrize("formats", [("jsonl",), ("jsonl.zst",)], ids=str)
@pytest.mark.parametrize("parts", [1, 2, 5])
def test_the_union_of_parts_is_the_whole(
    tmp_path: Path, build: Build, parts: int, formats: tuple[str, ...]
) -> None:
    records = [*REAL, *twins(), *REJECTS]
    whole = built(build, tmp_path / "whole", records, formats=formats)
    folders = [
        built(build, tmp_path / str(i), records[i::parts], formats=formats) for i in range(parts)
    ]
    unite(tmp_path / "union", folders[::-1])
    assert tree(tmp_path / "union") == tree(whole)
    rejects = [each["id"] for each in dataset.read_rejects(whole)]
    assert rejects[:2] == ["math-s0-080001", "math-s0-090000"]


def test_a_duplicate_of_a_part_may_be_a_sample_of_the_whole(tmp_path: Path, build: Build) -> None:
    one, two, three = twins()
    part = built(build, tmp_path / "part", [two, three])
    assert [record["id"] for record in dataset.read(part)] == [two["id"]]
    totals = unite(tmp_path / "union", [part, built(build, tmp_path / "other", [one])])
    assert list(dataset.read(tmp_path / "union")) == [one, three]
    assert totals.total.reasons == {"duplicate": 1}


def test_shards_and_formats_are_those_asked_for(tmp_path: Path, build: Build) -> None:
    part = built(build, tmp_path / "part", REAL[:40], formats=("parquet",))
    unite(tmp_path / "union", [part], ("jsonl",), shard_bytes=100_000)
    shards = sorted((tmp_path / "union" / "data").iterdir())
    assert len(shards) > 5
    assert all(path.suffix == ".jsonl" for path in shards)
    assert list(dataset.read(tmp_path / "union")) == list(dataset.read(part))


def test_a_record_that_is_in_several_corpora_counts_once(tmp_path: Path, build: Build) -> None:
    records = [*REAL[:20], *REJECTS]
    one = built(build, tmp_path / "one", records)
    table = built(build, tmp_path / "table", records[5:], formats=("parquet",))
    unite(tmp_path / "union", [one, table])
    assert tree(tmp_path / "union") == tree(one)


def test_a_corpus_may_take_others_in(tmp_path: Path, build: Build) -> None:
    whole = built(build, tmp_path / "whole", REAL[:20])
    one, other = (built(build, tmp_path / str(i), REAL[:20][i::2]) for i in range(2))
    unite(one, [one, other])
    assert tree(one) == tree(whole)


def test_two_records_of_one_id_are_refused_with_both_files(tmp_path: Path, build: Build) -> None:
    one = built(build, tmp_path / "one", [sample("math", 0), sample("math", 1)])
    other = built(build, tmp_path / "other", [sample("math", 1, note="another")])
    with pytest.raises(InvalidRequestError) as raised:
        unite(tmp_path / "union", [one, other])
    for part in ("math-s0-000001", f"{one}/data/train-", f"{other}/data/train-"):
        assert part in str(raised.value)
    assert not (tmp_path / "union").exists()


def lose_a_line(folder: Path) -> None:
    path = folder / "data" / "train-00000-of-00001.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[1:]))


def changed(**values: Any) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / "manifest.json"
        path.write_bytes(orjson.dumps({**orjson.loads(path.read_bytes()), **values}))

    return change


@pytest.mark.parametrize(
    ("harm", "complaint"),
    [
        (lose_a_line, "holds 1 samples, and its manifest counts 2"),
        (changed(schema_version="0.9"), "its schema is 0.9"),
        (changed(selection={"fields": ["id"]}), "some fields of its records only"),
        (changed(totals={}), "manifest.json is damaged: KeyError"),
        (changed(provenance={"seed": 0}), "manifest.json is damaged: TypeError"),
        (lambda folder: (folder / "manifest.json").unlink(), "has lost its manifest.json"),
    ],
)
def test_a_corpus_that_does_not_fit_is_named_and_what_was_there_stays(
    tmp_path: Path, build: Build, harm: Callable[[Path], None], complaint: str
) -> None:
    good = built(build, tmp_path / "good", [sample("math", 0), sample("math", 1)])
    bad = tmp_path / "bad"
    copytree(good, bad)
    harm(bad)
    before = tree(good)
    with pytest.raises(InvalidRequestError, match=complaint) as raised:
        unite(good, [good, bad])
    assert str(bad) in str(raised.value)
    assert tree(good) == before


def test_other_stages_are_refused(tmp_path: Path, build: Build) -> None:
    one = built(build, tmp_path / "one", [sample("math", 0)])
    other = built(build, tmp_path / "other", [sample("math", 1)], stages=("stablehlo",))
    with pytest.raises(InvalidRequestError, match=r"other has the stages stablehlo, and .*one has"):
        unite(tmp_path / "union", [one, other])


def origin(**values: Any) -> Provenance:
    given = {"platform": "cpu", "seed": 0, "size": 4, "markers": "", "stages": ("jaxpr",), **values}
    return Provenance(**{"versions": {"jax": "1", "numpy": "2"}, **given})


def test_what_differs_is_a_list_of_what_each_had() -> None:
    assert combined([origin(), origin()]).as_dict() == origin().as_dict()
    one = origin(seed=0, flags={"oracles": [], "config": {"x64": True, "devices": 1}})
    two = origin(
        seed=None,
        versions={"jax": "1", "numpy": "3"},
        cpu_features=("b", "a"),
        flags={"oracles": ["eager"], "config": {"x64": True, "devices": 8}},
    )
    merged = combined([one, two, one])
    assert merged.as_dict() == {
        **one.as_dict(),
        "versions": {"jax": "1", "numpy": ["2", "3"]},
        "cpu_features": ["a", "b"],
        "seed": [0, None],
        "flags": {"oracles": [[], ["eager"]], "config": {"x64": True, "devices": [1, 8]}},
    }
    again = combined([merged, origin(seed=7, flags=one.flags)]).as_dict()
    assert again["seed"] == [0, None, 7]
    assert again["flags"]["oracles"] == [[], ["eager"]]


def test_the_card_of_a_union_tells_what_differed(tmp_path: Path, build: Build) -> None:
    one, other = (built(build, tmp_path / str(i), REAL[:20][i::2]) for i in range(2))
    manifest = orjson.loads((other / "manifest.json").read_bytes())
    provenance = {**manifest["provenance"], "seed": 3, "markers": "math", "size": 2000}
    changed(provenance=provenance)(other)
    unite(tmp_path / "union", [one, other])
    card = (tmp_path / "union" / "README.md").read_text(encoding="utf-8")
    assert "- seed 0 and 3, 4 and 2,000 functions asked for\n" in card
    assert "- selected by nothing and `math`\n" in card


@pytest.mark.parametrize(
    ("orders", "expected"),
    [
        ([["a", "c"], ["b", "c"]], ["a", "b", "c"]),
        ([["m", "a"], ["a", "z"], ["b"]], ["b", "m", "a", "z"]),
        ([["b", "a"], ["a", "b"]], ["a", "b"]),
        ([[]], []),
    ],
)
def test_categories_are_in_an_order_that_all_agree_with(
    orders: list[list[str]], expected: list[str]
) -> None:
    assert in_order(orders) == expected
