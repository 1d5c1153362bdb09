"""What is counted and measured in a record: one row for each statistic."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jaxsmith.record.fields import TEXTS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CountRow:
    """Something that a record has so many times.

    Attributes:
        name: its key in the statistics.
        title: its heading for people.
        items: what a record has, and how often.
    """

    name: str
    title: str
    items: Callable[[Record], Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class DistributionRow:
    """Numbers that a record has.

    Attributes:
        name: their key in the statistics.
        title: their heading for people.
        numbers: by name; those that a record lacks are left out.
    """

    name: str
    title: str
    numbers: Callable[[Record], Mapping[str, float]]


def _dtypes(record: Record) -> Counter[str]:
    return Counter([*record.get("input_dtypes", ()), *record.get("output_dtypes", ())])


def _ranks(record: Record) -> Counter[str]:
    shapes = [*record.get("input_shapes", ()), *record.get("output_shapes", ())]
    return Counter(str(len(re.findall(r"\d+", shape))) for shape in shapes)


def decade(record: Record) -> str:
    """The power of ten of the equations of its jaxpr, inner ones too: ``"10 to 99"``."""
    digits = len(str(sum(record.get("primitives", {}).values())))
    return f"{10 ** (digits - 1) if digits > 1 else 0} to {10**digits - 1}"


def _texts(record: Record) -> dict[str, float]:
    return {name: len(record[name]) for name in TEXTS if record.get(name) is not None}


def _numbers(*names: str) -> Callable[[Record], dict[str, float]]:
    return lambda record: {name: record[name] for name in names if record.get(name) is not None}


COUNTS = (
    CountRow("categories", "Categories", lambda record: {record["category"]: 1}),
    CountRow("tags", "Tags", lambda record: dict.fromkeys(record.get("tags", ()), 1)),
    CountRow("dtypes", "Dtypes of inputs and outputs", _dtypes),
    CountRow("transforms", "Transformations", lambda record: Counter(record.get("transform", ()))),
    CountRow("sizes", "Equations of the jaxpr", lambda record: {decade(record): 1}),
    CountRow("ranks", "Ranks of inputs and outputs", _ranks),
    CountRow("primitives", "JAX primitives", lambda record: record.get("primitives", {})),
    CountRow(
        "stablehlo_ops", "StableHLO operations", lambda record: record.get("stablehlo_ops", {})
    ),
)

DISTRIBUTIONS = (
    DistributionRow("program", "Size of the program", _numbers("op_count")),
    DistributionRow("costs", "Estimated cost of a call", _numbers("flops", "bytes_accessed")),
    DistributionRow("texts", "Length of the texts in characters", _texts),
    DistributionRow(
        "errors",
        "Largest error against the reference",
        _numbers("max_ulp_error", "max_rel_error", "max_abs_error"),
    ),
)
