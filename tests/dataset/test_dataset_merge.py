"""The merge: the same bytes whoever wrote what, no duplicates, nothing lost."""

from __future__ import annotations

import random
from hashlib import sha256
from typing import TYPE_CHECKING

import orjson
import pytest
from small_corpora import Build, Record, failure, sample, tree, write

from jaxsmith import dataset
from jaxsmith.errors import JaxsmithError

if TYPE_CHECKING:
    from pathlib import Path

RECORDS = [
    *(sample(category, index) for category in ("array", "math", "own") for index in range(12)),
    failure("math", 12),
    failure("math", 13, "duplicate"),
    failure("array", 12, "crashed"),
]
COLLECTED = {"math": 14, "array": 13, "own": 12}


def _dealt(workers: int, seed: int) -> dict[str, list[Record]]:
    """The records in random order, dealt to some workers."""
    shuffled = random.Random(seed).sample(RECORDS, len(RECORDS))
    return {f"gw{i}": shuffled[i::workers] for i in range(workers)}


def _ids(path: Path) -> list[str]:
    return [orjson.loads(line)["id"] for line in path.read_bytes().splitlines()]


@pytest.mark.parametrize("shard_bytes", [1_000, 10**9])
def test_the_files_do_not_depend_on_who_wrote_which_record(
    tmp_path: Path, build: Build, shard_bytes: int
) -> None:
    for i, workers in enumerate((1, 2, 3, 11)):
        build(tmp_path / str(i), _dealt(workers, i), shard_bytes=shard_bytes, collected=COLLECTED)
    first, *others = (tree(tmp_path / str(i)) for i in range(4))
    assert any(name.startswith("data/") for name in first)
    assert all(other == first for other in others)


def test_records_lie_by_category_and_number(tmp_path: Path, build: Build) -> None:
    late = sample("math", 1_000_000)
    build(tmp_path, {"gw0": [late, sample("own", 0), sample("array", 0), sample("math", 999_999)]})
    assert _ids(tmp_path / "data/train-00000-of-00001.jsonl") == [
        "math-s0-999999",
        "math-s0-1000000",
        "array-s0-000000",
        "own-s0-000000",
    ]


def test_shards_are_bounded_and_named_by_their_number(tmp_path: Path, build: Build) -> None:
    totals = build(tmp_path, {"gw0": RECORDS}, shard_bytes=1_000)
    shards = sorted((tmp_path / "data").iterdir())
    assert len(shards) > 2
    for split in {shard.name.partition("-")[0] for shard in shards}:
        mine = [shard.name for shard in shards if shard.name.startswith(f"{split}-")]
        assert mine == [f"{split}-{i:05}-of-{len(mine):05}.jsonl" for i in range(len(mine))]
    assert all(shard.stat().st_size <= 1_000 for shard in shards)
    assert sum(file.records or 0 for file in totals.files) == len(RECORDS)


def test_the_line_of_a_killed_worker_is_dropped_and_no_other(tmp_path: Path, build: Build) -> None:
    staging = dataset.claim(tmp_path)
    write(staging, {"gw0": [sample("math", 0), sample("math", 1)], "gw1": [sample("math", 2)]})
    part = staging.parts / "gw0.jsonl"
    for cut in (1, 20):
        part.write_bytes(part.read_bytes()[:-cut])
    totals = dataset.merge(staging, dataset.by_category([]), {"math": 3})
    assert _ids(staging.building / "data/train-00000-of-00001.jsonl") == [
        "math-s0-000000",
        "math-s0-000002",
    ]
    with pytest.raises(JaxsmithError, match="math: 3 collected, but 2 emitted"):
        dataset.reconcile(totals)


def test_the_latest_line_of_an_id_counts_and_the_controllers_most(
    tmp_path: Path, build: Build
) -> None:
    parts = {
        "controller-1": [failure("math", 1, "crashed")],
        "gw0": [failure("math", 0), sample("math", 0), sample("math", 1)],
    }
    totals = build(tmp_path, parts, collected={"math": 2})
    dataset.reconcile(totals)
    assert (totals.total.emitted, totals.total.failed, totals.total.crashed) == (1, 0, 1)


@pytest.mark.parametrize("order", [1, -1])
def test_the_first_of_two_equal_sources_is_kept(tmp_path: Path, build: Build, order: int) -> None:
    one, two = sample("math", 0), sample("math", 1)
    two["source_code"] = one["source_code"].replace("math_0", "math_1")
    totals = build(tmp_path, {"gw0": [one, two][::order]}, collected={"math": 2})
    (twin,) = dataset.read_rejects(tmp_path)
    assert [record["id"] for record in dataset.read(tmp_path)] == [one["id"]]
    assert (twin["id"], twin["reason"], twin["status"]) == (two["id"], "duplicate", "rejected")
    assert one["id"] in twin["detail"]
    assert totals.categories["math"].reasons == {"duplicate": 1}
    dataset.reconcile(totals)


def test_equal_stablehlo_is_a_duplicate_whatever_the_module_is_called(
    tmp_path: Path, build: Build
) -> None:
    one, two = sample("math", 0), sample("array", 0)
    two["stablehlo"] = one["stablehlo"].replace("jit_math_0", "jit_array_0")
    totals = build(tmp_path, {"gw0": [one, two]})
    assert (totals.total.emitted, totals.total.rejected) == (1, 1)


def test_a_name_within_another_word_makes_no_duplicate(tmp_path: Path, build: Build) -> None:
    one = sample("math", 0, function_name="p", source_code="def p(x):\n    return clip(x)\n")
    two = sample("math", 1, function_name="q", source_code="def q(x):\n    return cliq(x)\n")
    assert build(tmp_path, {"gw0": [one, two]}).total.emitted == 2


def test_what_equals_only_a_duplicate_is_kept(tmp_path: Path, build: Build) -> None:
    one, two, three = (sample("math", i) for i in range(3))
    two["source_code"] = one["source_code"].replace("math_0", "math_1")
    three["stablehlo"] = two["stablehlo"].replace("math_1", "math_2")
    assert build(tmp_path, {"gw0": [one, two, three]}).total.emitted == 2


def test_a_record_without_programs_is_no_duplicate_of_another(tmp_path: Path, build: Build) -> None:
    bare = [{"id": f"a{i}", "category": "c", "source_code": None} for i in range(3)]
    assert build(tmp_path, {"gw0": bare}).total.emitted == 3


def test_the_manifest_has_the_digest_of_every_file(tmp_path: Path, build: Build) -> None:
    build(tmp_path, {"gw0": RECORDS}, shard_bytes=1_000, collected=COLLECTED)
    manifest = orjson.loads((tmp_path / "manifest.json").read_bytes())
    files = tree(tmp_path)
    del files["manifest.json"], files["SHA256SUMS"]
    assert {each["name"]: each["sha256"] for each in manifest["files"]} == {
        name: sha256(content).hexdigest() for name, content in files.items()
    }
    assert {each["name"]: each["bytes"] for each in manifest["files"]} == {
        name: len(content) for name, content in files.items()
    }
    assert manifest["totals"]["categories"]["array"]["crashed"] == 1
    assert manifest["totals"]["collected"] == 39


def test_a_category_without_any_record_is_missed(tmp_path: Path, build: Build) -> None:
    totals = build(tmp_path, {"gw0": [sample("math", 0)]}, collected={"math": 1, "array": 2})
    assert totals.discrepancies() == [
        "array: 2 collected, but 0 emitted + 0 rejected + 0 failed + 0 crashed = 0"
    ]


def test_an_empty_run_is_a_corpus_without_records(tmp_path: Path, build: Build) -> None:
    dataset.reconcile(build(tmp_path, {}))
    assert list(dataset.read(tmp_path)) == []
