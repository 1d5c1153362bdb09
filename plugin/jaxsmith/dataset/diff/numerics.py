"""How far the numbers of a function moved, in units in the last place."""

from __future__ import annotations

import base64
import math
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Moved:
    """Numbers that are not what they were.

    Attributes:
        ulp: by how many units in the last place the worst moved; infinite where one became NaN or
            infinite, and where something changed that has no such unit, such as an integer.
        exact: whether results were compared; if not, only the largest error against the reference
            is known of each, and ``ulp`` is the least by which a number moved.
    """

    ulp: float
    exact: bool


@dataclass(frozen=True, slots=True)
class _Format:
    size: int
    mantissa: int
    smallest: float


_FORMATS = {
    "float16": _Format(2, 10, 2.0**-14),
    "bfloat16": _Format(2, 7, 2.0**-126),
    "float32": _Format(4, 23, 2.0**-126),
    "float64": _Format(8, 52, 2.0**-1022),
}
_PARTS = {"complex64": "float32", "complex128": "float64"}


def moved(old: Record, new: Record) -> Moved | None:
    """How far the numbers of a function moved between two records of it; None: not at all."""
    if old.get("results") and new.get("results"):
        return _by_results(old, new)
    before, after = old.get("max_ulp_error"), new.get("max_ulp_error")
    if before == after:
        return None
    if before is None or after is None:
        return Moved(math.inf, exact=False)
    return Moved(abs(after - before), exact=False)


def _by_results(old: Record, new: Record) -> Moved | None:
    """By results that records were told to keep: digests of all, values of some."""
    ulps = [
        _between(dtype, one, other)
        for old_set, new_set in zip(old["results"], new["results"], strict=False)
        for dtype, one, other in zip(old["output_dtypes"], old_set, new_set, strict=False)
        if one["sha256"] != other["sha256"]
    ]
    return Moved(max(ulps), exact=True) if ulps else None


def _between(dtype: str, old: Record, new: Record) -> float:
    name = _PARTS.get(dtype, dtype)
    if name not in _FORMATS:
        return math.inf
    before, after = _values(name, old["data"]), _values(name, new["data"])
    distances = [_ulps(_FORMATS[name], a, b) for a, b in zip(before, after, strict=False)]
    # A digest that differs where no value that was kept does: something moved, by an ulp at least.
    return max([1.0, *distances])


def _ulps(form: _Format, old: float, new: float) -> float:
    if old == new or (math.isnan(old) and math.isnan(new)):
        return 0.0
    if not (math.isfinite(old) and math.isfinite(new)):
        return math.inf
    size = max(abs(old), abs(new), form.smallest)
    unit = 2.0 ** (math.floor(math.log2(size)) - form.mantissa)
    # The unit of the smallest float64 is no normal number.
    return abs(new - old) / unit if unit else math.inf


def _values(name: str, data: str) -> Iterator[float]:
    content = base64.b64decode(data)
    if name == "bfloat16":  # the upper half of a float32
        halves = (content[i : i + 2] for i in range(0, len(content), 2))
        content, name = b"".join(b"\0\0" + half for half in halves), "float32"
    code = {"float16": "e", "float32": "f", "float64": "d"}[name]
    return (value for (value,) in struct.iter_unpack(f"<{code}", content))
