"""The splits: what is related is on one side, whoever wrote it; new combinations are new."""

from __future__ import annotations

import random
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from small_corpora import Build, Record, sample, tree

from jaxsmith.dataset.combinations import pairs, withheld
from jaxsmith.dataset.groups import groups
from jaxsmith.dataset.leaks import leaks, render
from jaxsmith.dataset.minhash import VALUES, similarity, sketch
from jaxsmith.dataset.neighbours import neighbours
from jaxsmith.dataset.shingles import jaccard, shingles
from jaxsmith.dataset.splits import COMBINATIONS, SPLITS, TEST, TRAIN, VALIDATION, assign
from jaxsmith.dataset.traits import Traits
from jaxsmith.errors import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WORDS = [f"jnp.op{number}" for number in range(400)]
OPS = [f"op{number}" for number in range(30)]


def unlike(index: int, **fields: Any) -> Record:
    """A record whose program is like no other's."""
    rng = random.Random(index)
    steps = "\n".join(f"    x = {word}(x, {word}(x))" for word in rng.sample(WORDS, 12))
    source = f"def f_{index}(x):\n{steps}\n    return x\n"
    module = f"module @jit_f {{\n  {' '.join(rng.sample(WORDS, 12))}\n}}\n"
    ops = dict.fromkeys(rng.sample(OPS, 3), 1)
    given = {"source_code": source, "stablehlo": module, "primitives": ops, **fields}
    return sample("math", index, function_name=f"f_{index}", **given)


def split_by_id(records: list[Record]) -> dict[str, str]:
    ids = [record["id"] for record in records]
    return dict(zip(ids, assign(ids, list(map(Traits.of, records))), strict=True))


def grouped(*records: Record) -> int:
    """How many groups the records make."""
    return len(groups(list(map(Traits.of, records))))


ONE = unlike(1)

RELATED = {
    "names and numbers apart, the source is the same": unlike(
        2, source_code=ONE["source_code"].replace("f_1", "g").replace("x", "value")
    ),
    "constants apart, the StableHLO is the same": unlike(
        2, stablehlo=ONE["stablehlo"].replace("@jit_f", "@jit_g")
    ),
    "it is derived from the other": unlike(2, base_id=ONE["id"]),
    "it holds the other's function": unlike(
        2, source_code=f"{ONE['source_code']}\n\ndef g(x):\n    return jax.grad(f_1)(x)\n"
    ),
    "it has one step of twelve in another place": unlike(
        2,
        source_code="\n".join(ONE["source_code"].split("\n")[:13]) + "\n    return jnp.abs(x)\n",
    ),
}


@pytest.mark.parametrize("other", RELATED.values(), ids=RELATED)
def test_what_is_related_is_one_group(other: Record) -> None:
    assert grouped(ONE, other) == 1
    assert grouped(ONE, unlike(2)) == 2


NORM = "def norm(v, *, eps):\n    return v / jnp.sqrt(jnp.sum(v * v) + eps)\n\n\n"
SCALE = NORM.replace("norm", "scale").replace("v", "values").replace("eps", "shift")
CUBE = NORM.replace("v * v", "v * v * v")


@pytest.mark.parametrize(("helper", "expected"), [(SCALE, 1), (CUBE, 2)])
def test_functions_that_bring_one_algorithm_along_are_one_group(helper: str, expected: int) -> None:
    one, other = (
        unlike(index, source_code=code + unlike(index)["source_code"])
        for index, code in enumerate((NORM, helper))
    )
    assert grouped(one, other) == expected


def test_two_functions_that_only_call_another_are_alike_if_that_is() -> None:
    call = "\n\ndef g(x):\n    return f(x)\n"
    sine, cosine = (f"def f(x):\n    return jnp.{name}(x)\n{call}" for name in ("sin", "cos"))
    cosine = cosine.replace("f(x)", "h(x)")
    assert grouped(unlike(1, source_code=sine), unlike(2, source_code=cosine)) == 2
    assert (
        grouped(unlike(1, source_code=sine), unlike(2, source_code=sine.replace("f(x)", "h(x)")))
        == 1
    )


def test_relations_reach_through_others() -> None:
    derived = unlike(2, base_id=ONE["id"])
    other = unlike(3, source_code=derived["source_code"].replace("f_2", "f_3"))
    assert grouped(ONE, derived, other) == 1


@pytest.mark.parametrize("source", ["def f(:", None, "x = '\ud800'", "(" * 1000])
def test_a_source_that_is_no_python_is_a_group_of_its_own(source: str | None) -> None:
    assert grouped(unlike(1, source_code=source), unlike(2, source_code=source)) == 2


def test_estimates_are_near_the_similarity() -> None:
    texts = [unlike(index)["source_code"].split("\n") for index in range(12)]
    # Each shares a number of lines with the one before it.
    mixed = ["\n".join(a[:k] + b[k:]) for k, (a, b) in enumerate(pairwise(texts), start=1)]
    sets = [shingles(text) for text in [*mixed, *("\n".join(text) for text in texts)]]
    sketches = [sketch(each) for each in sets]
    for i, one in enumerate(sets):
        for j, other in enumerate(sets):
            error = similarity(sketches[i], sketches[j]) - jaccard(one, other)
            assert abs(error) < 4 * 0.5 / VALUES**0.5


def test_near_duplicates_are_neighbours() -> None:
    base = unlike(0)["source_code"]
    sources = [base.replace(word, "jnp.new") for word in WORDS if f"{word}(" in base]
    sketches = [sketch(shingles(each)) for each in [base, *sources]]
    found = set(neighbours([*sketches, None], 0.5, lambda place: place))
    assert {(0, place) for place in range(1, len(sketches))} <= found


def test_tokens_leave_out_what_says_nothing() -> None:
    source = (
        'import jax\nfrom jax import lax\n\ndef f(x):\n    """Says."""\n    # says\n    return x'
    )
    assert shingles(source) == shingles("def g(value):\n    return value")
    assert shingles('def f(x): return g(x, "a", 1.5e3)') == shingles(
        "def f(y): return g(y, 'b', 2)"
    )
    assert shingles("def f(x): return x.y") != shingles("def f(y): return y.x")


def many(count: int = 200) -> list[Record]:
    """Unlike records, and after every second one that is derived from it."""
    found: list[Record] = []
    for index in range(count):
        if index % 3 < 2:
            found.append(unlike(index))
        else:
            base = found[-1]
            ops = {**base["primitives"], "transpose": 1}
            found.append(unlike(index, base_id=base["id"], primitives=ops))
    return found


def test_each_split_has_its_share_and_training_the_rest() -> None:
    records = many()
    counts = Counter(split_by_id(records).values())
    share = len(records) // 20
    assert 0 < counts[VALIDATION] <= share
    assert 0 < counts[COMBINATIONS] <= share
    # What is related to a new combination, without having one, is added to the tests.
    assert share - 2 <= counts[TEST] <= 3 * share
    assert counts[TRAIN] > 0.75 * len(records)


def test_of_few_records_all_train() -> None:
    assert set(split_by_id(many(19)).values()) == {TRAIN}


def test_new_combinations_are_of_known_operations() -> None:
    records = many()
    splits = split_by_id(records)
    ops = {record["id"]: record["primitives"] for record in records}
    trained = [pairs(ops[name]) for name, split in splits.items() if split == TRAIN]
    seen = set().union(*trained)
    known = {op for pair in seen for op in pair}
    for name, split in splits.items():
        if split == COMBINATIONS:
            assert any(set(pair) <= known for pair in pairs(ops[name]) - seen)


def test_pairs_that_are_kept_out_leave_enough_of_each_operation() -> None:
    ops = [["a", "b"]] * 50 + [["a", "c"]] * 50 + [["b", "c"]] * 3 + [["a", "rare"]] * 3
    assert withheld(ops, most=3) == {("b", "c")}
    assert withheld(ops, most=2) == frozenset()


@pytest.mark.parametrize("edit", [list, lambda each: [*reversed(each)]], ids=["in order", "turned"])
def test_the_files_do_not_depend_on_who_wrote_which_record(
    tmp_path: Path, build: Build, edit: Callable[[list[Record]], list[Record]]
) -> None:
    records = many(100)
    dealt = edit(records)
    build(tmp_path / "one", {"gw0": records})
    build(tmp_path / "three", {f"gw{number}": dealt[number::3] for number in range(3)})
    first = tree(tmp_path / "one")
    assert {name.partition("-")[0] for name in first if name.startswith("data/")} == {
        f"data/{split}" for split in SPLITS
    }
    assert tree(tmp_path / "three") == first


def test_the_check_finds_no_leak_in_what_was_split(tmp_path: Path, build: Build) -> None:
    build(tmp_path, {"gw0": many()})
    found = leaks(tmp_path)
    assert found.total == 0
    assert sum(found.splits.values()) == 200
    base = next(row for row in found.relations if row.kind == "base")
    assert base.groups == 66
    assert found.combinations.records == found.splits[COMBINATIONS]
    assert "leaks: 0" in render(found)


def moved(folder: Path, source: str, target: str, ids: set[str]) -> None:
    """Move records from one split to another."""
    names = {split: folder / "data" / f"{split}-00000-of-00001.jsonl" for split in (source, target)}
    lines = names[source].read_bytes().splitlines(keepends=True)
    taken = [line for line in lines if orjson.loads(line)["id"] in ids]
    assert len(taken) == len(ids)
    names[source].write_bytes(b"".join(line for line in lines if line not in taken))
    with names[target].open("ab") as file:
        file.writelines(taken)


def test_the_check_finds_each_leak(tmp_path: Path, build: Build) -> None:
    records = many()
    splits = split_by_id(records)
    derived = next(r for r in records if r.get("base_id") and splits[r["id"]] == TRAIN)
    near = unlike(400, source_code=derived["source_code"].replace("(x, ", "(x + 1, ", 1))
    build(tmp_path, {"gw0": [*records, near]})
    clean = leaks(tmp_path)
    moved(tmp_path, TRAIN, TEST, {derived["id"]})
    found = leaks(tmp_path)
    by_kind = {row.kind: row.leaks for row in found.relations}
    assert (clean.total, by_kind["base"], by_kind["stablehlo"]) == (0, 1, 0)
    assert found.near.leaks == 1
    assert derived["id"] in found.near.examples[0]


def test_the_check_finds_a_combination_that_is_not_new(tmp_path: Path, build: Build) -> None:
    records = many()
    splits = split_by_id(records)
    build(tmp_path, {"gw0": records})
    trained = [record for record in records if splits[record["id"]] == TRAIN]
    uses = Counter(pair for record in trained for pair in pairs(record["primitives"]))
    known = next(r for r in trained if all(uses[pair] > 1 for pair in pairs(r["primitives"])))
    moved(tmp_path, TRAIN, COMBINATIONS, {known["id"]})
    found = leaks(tmp_path)
    assert found.combinations.leaks == 1
    assert f"1 records without one ({known['id']})" in render(found)


def test_the_check_of_no_corpus_says_so(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError, match="holds no corpus"):
        leaks(tmp_path)
