"""Which cases a session runs: evenly over the categories that `-m` can select, in turns."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from jaxsmith.program.function import Case
from jaxsmith.pytest_plugin import expression, quota


@dataclass(frozen=True)
class Family:
    """A category that writes nothing."""

    name: str
    bases: frozenset[str] = frozenset()
    summary: str = ""


@dataclass(frozen=True)
class Families:
    """A corpus of two plain categories and one that builds on the first."""

    categories: dict[str, Family] = field(
        default_factory=lambda: {
            "math": Family("math"),
            "array": Family("array"),
            "gradients": Family("gradients", bases=frozenset({"math"})),
        }
    )
    tags: dict[str, str] = field(default_factory=lambda: {"composite": "", "unary": ""})


@pytest.mark.parametrize(
    ("markexpr", "expected"),
    [
        ("", ["math", "array", "gradients"]),
        ("math", ["math", "gradients"]),
        ("math and not gradients", ["math"]),
        ("gradients and not composite", ["gradients"]),
        ("composite", ["math", "array", "gradients"]),
        ("array and math", []),
        ("not math", ["array", "gradients"]),
        ("slow and array", ["array"]),
        ("not slow", []),
        ("nightly", []),
    ],
)
def test_a_category_is_selected_if_some_item_of_it_can_be(
    markexpr: str, expected: list[str]
) -> None:
    parsed = expression.parse(markexpr)
    assert quota.selected(Families(), parsed, present={"slow"}) == expected  # type: ignore[arg-type]


def test_sizes_are_even_and_categories_take_turns_in_pairs() -> None:
    cases = list(quota.planned(["a", "b", "c"], 8, seed=5))
    assert [case.category for case in cases] == list("aabbccab")
    assert [case.index for case in cases] == [0, 1, 0, 1, 0, 1, 2, 2]
    assert {case.seed for case in cases} == {5}


@pytest.mark.parametrize("size", range(12))
def test_every_size_is_met_exactly(size: int) -> None:
    cases = list(quota.planned(["a", "b", "c"], size, seed=0))
    assert len(set(cases)) == size
    counts = [sum(case.category == name for case in cases) for name in "abc"]
    assert max(counts) - min(counts) <= 1


@pytest.mark.parametrize("size", range(14))
@pytest.mark.parametrize("of", [1, 2, 3, 5])
def test_shards_in_a_row_are_the_whole(size: int, of: int) -> None:
    whole = list(quota.planned(["a", "b", "c"], size, seed=0))
    shards = [
        list(quota.planned(["a", "b", "c"], size, 0, quota.Share(number, of)))
        for number in range(1, of + 1)
    ]
    assert [case for shard in shards for case in shard] == whole
    homes = {case: number for number, shard in enumerate(shards) for case in shard}
    assert all(homes[case] == homes[case.base] for case in whole if case.is_derived)
    assert max(map(len, shards)) - min(map(len, shards)) <= 3  # a pair, and half of one


def test_a_shard_of_a_large_corpus_is_made_without_the_others() -> None:
    share = quota.Share(777, 10**9)
    assert len(list(quota.planned(["a", "b"], 10**12, 0, share))) == 1000


def test_no_category_means_no_case() -> None:
    assert list(quota.planned([], 8, seed=0)) == []


@pytest.mark.parametrize("case", [Case("math", 17, 0), Case("two_words", 1_234_567, 42)])
def test_a_node_id_gives_back_its_case(case: Case) -> None:
    assert quota.case_of(f"corpus/test_corpus.py::test_function[{case.id}]") == case


@pytest.mark.parametrize("nodeid", ["tests/test_a.py::test_b", "t.py::t[math-s0-17]", "t.py::t[x]"])
def test_other_node_ids_are_no_case(nodeid: str) -> None:
    assert quota.case_of(nodeid) is None


def test_ids_on_the_command_line_name_the_cases() -> None:
    corpus = Families()
    ids = [f"t.py::t[{Case('math', i, 9).id}]" for i in (3, 1, 3)]
    assert quota.named(ids, corpus) == [Case("math", 3, 9), Case("math", 1, 9)]  # type: ignore[arg-type]
    assert quota.named([*ids, "tests"], corpus) is None  # type: ignore[arg-type]
    assert quota.named([], corpus) is None  # type: ignore[arg-type]
