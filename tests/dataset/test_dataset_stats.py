"""Statistics: what is counted, and how it reads."""

from __future__ import annotations

from typing import Any

import orjson
from small_corpora import Record, failure, sample

from jaxsmith.dataset.stats import Count, Spread, stats
from jaxsmith.dataset.stats_markdown import markdown


def _records() -> list[Record]:
    def fields(index: int) -> dict[str, Any]:
        return {
            "tags": ["unary"] if index else ["unary", "tiny"],
            "primitives": {"add": index + 1},
            "input_shapes": ["()", "(4, 8)"],
            "output_shapes": ["(4,)"],
            "input_dtypes": ["float32", "int32"],
            "output_dtypes": ["float32"],
            "op_count": index,
            "max_ulp_error": None if index == 3 else 0.5,
        }

    return [sample("math", index, **fields(index)) for index in range(11)]


def test_counts_tell_records_from_uses() -> None:
    found = stats(_records(), [])
    assert found.records == 11
    assert found.counts["primitives"] == {"add": Count(11, 66)}
    assert found.counts["tags"] == {"unary": Count(11, 11), "tiny": Count(1, 1)}
    assert found.counts["dtypes"] == {"float32": Count(11, 22), "int32": Count(11, 11)}
    assert found.counts["ranks"] == {"0": Count(11, 11), "1": Count(11, 11), "2": Count(11, 11)}


def test_spreads_leave_out_what_a_record_lacks() -> None:
    found = stats(_records(), [])
    assert found.spreads["program"] == {"op_count": Spread(11, 0, 5, 9, 10)}
    assert found.spreads["errors"]["max_ulp_error"].records == 10
    assert "jaxpr" not in found.spreads["texts"]


def test_markdown_and_json_do_not_depend_on_the_order_of_the_records() -> None:
    rejects = [failure("math", 1), failure("math", 2), failure("math", 3, "crashed")]
    records = _records() + [sample("array", index, tags=[f"t{index}"]) for index in range(5)]
    one, other = stats(records, rejects), stats(records[::-1], rejects[::-1])
    assert markdown(one) == markdown(other)
    assert orjson.dumps(one.as_dict()) == orjson.dumps(other.as_dict())
    assert "| `unary` | 11 | 68.8% | 11 |" in markdown(one)
    assert "| `mismatch` | 2 |" in markdown(one)


def test_an_empty_corpus_has_statistics() -> None:
    assert markdown(stats([], [])).startswith("0 functions.")
