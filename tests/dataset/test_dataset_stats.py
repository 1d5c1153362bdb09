"""Statistics: what is counted, and how it reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
from small_corpora import Record, failure, sample

from jaxsmith import dataset
from jaxsmith.dataset.aligned import Aligned
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


_SOURCE = "def f(x):\n    return x\n"
_JAXPR = """\
let shared = { lambda ; a:f32[3]. let b:f32[3] = sin a in (b,) } in
{ lambda ; c:Ref{float32[3]} d:i32[]. let
    e:f32[] <- c[d]
    c[d] += e
    f:f32[3] = jit[
      name=shared
      jaxpr=shared
    ] e
    g:f32[3] h:i32[] = sort[num_keys=1] f d
    scan[jaxpr=shared length=2] g
  in (g,) }"""
_STABLEHLO = """\
module @m {
  sdy.mesh @mesh = <["x"=2]>
  func.func public @main(%arg0: tensor<3xf32>) -> tensor<3xf32> {
    %0 = stablehlo.sine %arg0 : tensor<3xf32>
    %1:2 = stablehlo.while(%iterArg = %0) : tensor<3xf32>
    cond {
      %2 = chlo.erf %iterArg : tensor<3xf32>
      stablehlo.return %2 : tensor<3xf32>
    }
    %3 = "stablehlo.scatter"(%1) <{a = 1}> ({
    %4 = call @shared(%3) : (tensor<3xf32>) -> tensor<3xf32>
    return %4 : tensor<3xf32>
  }
}
"""


_HLO = """\
HloModule jit_f, entry_computation_layout={(f32[3]{0})->f32[3]{0}}

%region_0.1 (arg_tuple.1: (s32[], f32[3])) -> pred[] {
  %arg_tuple.1 = (s32[], f32[3]{0}) parameter(0)
  %get-tuple-element.3 = s32[] get-tuple-element(%arg_tuple.1), index=0
  %constant.4 = s32[] constant(3)
  ROOT %lt.1 = pred[] compare(%get-tuple-element.3, %constant.4), direction=LT
}

ENTRY %main.2 (x.1: f32[3]) -> f32[3] {
  %x.1 = f32[3]{0} parameter(0)
  %while.2 = (s32[], f32[3]{0}) while(%tuple.1), condition=%region_0.1, body=%region_1.2
  ROOT %sin.1 = f32[3]{0} sine(%while.2)
}
"""


def test_the_share_of_aligned_operations_is_counted_from_the_texts() -> None:
    def record(index: int, jaxpr: list[int], stablehlo: list[int]) -> Record:
        alignment = {
            "lines": [[], [2]],
            "jaxpr": jaxpr,
            "stablehlo": stablehlo,
            "hlo": [1] * (_HLO.count("\n") - 2) + [0, 0],
        }
        texts = {"jaxpr": _JAXPR, "stablehlo": _STABLEHLO, "hlo": _HLO}
        fields = {**texts, "source_code": _SOURCE}
        return sample("math", index, alignment=alignment, primitives={"scan": 1}, **fields)

    jaxpr, stablehlo = _JAXPR.count("\n") + 1, _STABLEHLO.count("\n")
    bare = sample("math", 9, alignment=None)
    records = [
        record(0, [1] * jaxpr, [1] * stablehlo),
        record(1, [0, *[1] * (jaxpr - 4), 0, 0, 0], [0] * 6 + [1] * (stablehlo - 6)),
        bare,
    ]
    found = stats(records, []).alignment
    assert found == {
        "jaxpr": Aligned(12, 9, {"scan": 1, "sin": 1, "sort": 1}),
        "stablehlo": Aligned(10, 8, {"stablehlo.sine": 1, "stablehlo.while": 1}),
        "hlo": Aligned(8, 6, {"sine": 2}),
    }
    assert found["jaxpr"].share == 0.75
    text = "| `stablehlo` | 10 | 8 | 80.00% | `stablehlo.sine` (1), `stablehlo.while` (1) |"
    assert text in markdown(stats(records, []))


def test_a_number_is_written_as_long_as_people_read_it() -> None:
    records = [
        sample("math", index, bytes_accessed=number)
        for index, number in enumerate((1_504.0, 0.25, 5.618e306))
    ]
    text = markdown(stats(records, []))
    assert "| `bytes_accessed` | 3 | 0.25 | 1,504 | 1,504 | 5.62e+306 |" in text


def test_at_least_19_of_20_operations_of_the_sample_are_aligned() -> None:
    found = stats(dataset.read(Path(__file__).parents[2] / "docs" / "sample"), []).alignment
    assert list(found) == ["jaxpr", "stablehlo", "hlo", "optimized_hlo"]
    assert {stage: each.share for stage, each in found.items() if each.share < 0.95} == {}
    assert min(each.operations for each in found.values()) > 5000
