"""One function as the report's browser shows it: what is said of it, and its texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jaxsmith.dataset.report.markup import visible
from jaxsmith.record import misfit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    Record = Mapping[str, Any]

Entry = dict[str, Any]
"""What ``assets/report.js`` reads, as JSON values."""

PANES: Mapping[str, str] = {
    "source_code": "Python",
    "jaxpr": "jaxpr",
    "stablehlo": "StableHLO",
    "hlo": "HLO",
    "optimized_hlo": "optimized HLO",
    "reference_source": "NumPy reference",
}
"""The texts that are shown side by side, by field, and what people call them."""

MOST_LINES = 300
MOST_CHARACTERS = 16_000
_MOST_OF_A_LINE = 2_000
_MOST_OF_A_FACT = 400

_SHOWN = (
    *("id", "function_name", "category", "tags", "transform", "base_id", *PANES),
    *("alignment", "primitives", "stablehlo_ops", "op_count", "flops", "bytes_accessed"),
    *("input_names", "input_shapes", "input_dtypes", "output_shapes", "output_dtypes"),
    *("max_ulp_error", "max_abs_error", "oracles"),
)


def kept(record: Record) -> Record:
    """Of a record what ``entry`` needs, to be held until it is made."""
    return {name: record[name] for name in _SHOWN if name in record}


def length(record: Record) -> int:
    """How many characters the texts of a record have that are shown."""
    return sum(len(text) for name in PANES if isinstance(text := record.get(name), str))


def entry(record: Record) -> Entry:
    """A record for the browser; a field that is missing or damaged is not shown."""
    sound = {name: each for name, each in kept(record).items() if misfit(record, name) is None}
    texts = {name: lines(name, sound[name]) for name in PANES if sound.get(name) is not None}
    alignment = sound.get("alignment") or {}
    ops = [*sound.get("primitives", ()), *sound.get("stablehlo_ops", ())]
    return {
        "id": visible(record["id"]),
        "name": visible(sound.get("function_name", "")),
        "category": visible(record["category"]),
        "base": visible(sound.get("base_id") or ""),
        "tags": [visible(each) for each in sound.get("tags", ())],
        "ops": [visible(each) for each in ops],
        "facts": [[label, visible(said)[:_MOST_OF_A_FACT]] for label, said in _facts(sound)],
        "texts": {name: visible("\n".join(each[0])) for name, each in texts.items()},
        "cut": {name: each[1] for name, each in texts.items() if each[1]},
        "origins": alignment.get("lines", []),
        "map": {name: alignment[name][:MOST_LINES] for name in texts if name in alignment},
    }


def lines(name: str, text: str) -> tuple[list[str], int]:
    """The lines of a text that are shown, and how many more there are."""
    # As in the record's alignment: what Python takes for a line's end in a source is less.
    every = text.removesuffix("\n").split("\n") if name == "source_code" else text.splitlines()
    fitting, room = [], MOST_CHARACTERS
    for line in every[:MOST_LINES]:
        shown = line if len(line) <= _MOST_OF_A_LINE else f"{line[:_MOST_OF_A_LINE]}…"
        room -= len(shown)
        if room < 0:
            break
        fitting.append(shown)
    return fitting, len(every) - len(fitting)


def _facts(record: Record) -> Iterator[tuple[str, str]]:
    inputs = [record.get(f"input_{each}", ()) for each in ("names", "dtypes", "shapes")]
    outputs = [record.get(f"output_{each}", ()) for each in ("dtypes", "shapes")]
    yield (
        "takes",
        ", ".join(f"{name}: {dtype}{shape}" for name, dtype, shape in zip(*inputs, strict=False)),
    )
    yield "gives", ", ".join(f"{dtype}{shape}" for dtype, shape in zip(*outputs, strict=False))
    yield "tags", _listed(record.get("tags", ()))
    if record.get("transform"):
        yield "made by", _listed(record["transform"])
    for label, name in (
        ("operations", "op_count"),
        ("flops", "flops"),
        ("bytes", "bytes_accessed"),
    ):
        if record.get(name) is not None:
            yield label, f"{record[name]:,.0f}"
    if record.get("max_ulp_error") is not None:
        yield "largest error", f"{record['max_ulp_error']:.3g} ulp"
    yield "agreed with", _listed(record.get("oracles", ()))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) or "none"
