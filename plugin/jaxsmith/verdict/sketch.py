"""An expectation in bounded size: what a record keeps of it, so that another run can be judged.

Of a large output some elements are kept, spread over all rows and columns, and the sum of all.
"""

from __future__ import annotations

import base64
import math
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np

from jaxsmith.verdict.compare import Mismatch, compare, widen
from jaxsmith.verdict.expectation import Expectation
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.dtypes import is_inexact

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

Kept = dict[str, Any]

MOST = 64
"""How many elements of an output are kept."""

# The exponents that a signed byte holds.
_LEAST, _LARGEST = -128, 127

LARGEST_BOUND = 2.0**_LARGEST
"""The largest bound that can be kept."""


def sketch(expectation: Expectation, avals: Sequence[Aval]) -> list[Kept]:
    """What is kept of an expectation, as JSON values: one object for each output.

    - ``step``: element ``i`` of those kept is number ``i * step % size`` of the output, row by row;
    - ``data``: their values in the output's dtype, in base64, little-endian;
    - ``bounds``: by how much each may be off: an exponent of 2, as a signed byte, in base64; None
      where all must be equal;
    - ``sha256``: the digest of all elements, where all must be equal and not all are kept;
    - ``sum`` and ``sum_bound``: the sum of all elements (of both parts, if complex) and by how much
      it may be off, where not all are kept; None too where one is not finite.
    """
    return [
        _sketch(values, bounds, aval)
        for values, bounds, aval in zip(expectation.values, expectation.bounds, avals, strict=True)
    ]


def mismatch(kept: Sequence[Mapping[str, Any]], actual: Sequence[Any]) -> Mismatch | None:
    """How the outputs of a run part from what is kept; None if they agree.

    Args:
        kept: what ``sketch`` gave, one for each output.
        actual: the outputs, of the shapes and dtypes that it was given.
    """
    chosen = [_chosen(each, array) for each, array in zip(kept, actual, strict=True)]
    values = [
        np.frombuffer(base64.b64decode(each["data"]), array.dtype).reshape(array.shape)
        for each, array in zip(kept, chosen, strict=True)
    ]
    expectation = Expectation(
        tuple(widen(v) if is_inexact(str(v.dtype)) else v for v in values),
        tuple(_bounds(each, v.shape) for each, v in zip(kept, values, strict=True)),
    )
    avals = [Aval(array.shape, str(array.dtype)) for array in chosen]
    found = compare(chosen, expectation, avals).mismatch
    return found or _mismatch_of_all(kept, actual)


def _sketch(values: Any, bounds: Any, aval: Aval) -> Kept:
    step = _step(aval.size)
    positions = _positions(step, aval.size)
    rounded = np.asarray(values).astype(aval.dtype)
    whole = aval.size <= MOST
    kept: Kept = {
        "step": step,
        "data": base64.b64encode(rounded.ravel()[positions].tobytes()).decode(),
        "bounds": None,
        "sha256": None,
        "sum": None,
        "sum_bound": None,
    }
    if not is_inexact(aval.dtype):
        return kept if whole else {**kept, "sha256": _digest(rounded)}
    # The value is off by its own rounding, too.
    with np.errstate(all="ignore"):
        off = np.where(np.isfinite(values), np.abs(widen(rounded) - values) + bounds, 0.0)
    kept["bounds"] = base64.b64encode(_exponents(off.ravel()[positions]).tobytes()).decode()
    return kept if whole else {**kept, **_sum(widen(rounded), off)}


def _step(size: int) -> int:
    """A step that visits all elements before one twice, and so all rows and columns alike."""
    if size <= MOST:
        return 1
    return next(step for step in range(size // MOST, size) if math.gcd(step, size) == 1)


def _positions(step: int, size: int) -> NDArray[np.int64]:
    return np.arange(min(size, MOST), dtype=np.int64) * step % max(size, 1)


def _chosen(kept: Mapping[str, Any], array: Any) -> NDArray[np.generic]:
    whole: NDArray[np.generic] = np.asarray(array)
    if whole.size <= MOST:
        return whole  # as it is, so that an index means what it says
    return whole.ravel()[_positions(kept["step"], whole.size)]


def _exponents(bounds: Any) -> NDArray[np.int8]:
    """The exponents of the least powers of two that are no less."""
    with np.errstate(divide="ignore"):
        exponents = np.clip(np.ceil(np.log2(bounds)), _LEAST, _LARGEST)
    return np.asarray(exponents, dtype=np.int8)


def _bounds(kept: Mapping[str, Any], shape: tuple[int, ...]) -> NDArray[np.float64]:
    if kept["bounds"] is None:
        return np.zeros(shape)
    exponents = np.frombuffer(base64.b64decode(kept["bounds"]), np.int8).astype(np.float64)
    return np.asarray(np.exp2(exponents)).reshape(shape)


def _sum(values: Any, bounds: Any) -> Kept:
    total = _total(values)
    # Adding up rounds too, and another machine adds in another order.
    rounding = values.size * np.finfo(np.float64).eps * float(np.abs(values).sum())
    parts = 2 if np.iscomplexobj(values) else 1
    bound = float(f"{1.01 * parts * (float(bounds.sum()) + rounding):.3g}")
    return {"sum": total, "sum_bound": bound} if math.isfinite(total + bound) else {}


def _total(values: Any) -> float:
    with np.errstate(all="ignore"):
        total = widen(values).sum()
    return float(total.real + total.imag)


def _mismatch_of_all(kept: Sequence[Mapping[str, Any]], actual: Sequence[Any]) -> Mismatch | None:
    for i, (each, array) in enumerate(zip(kept, actual, strict=True)):
        if each["sha256"] is not None and each["sha256"] != _digest(np.asarray(array)):
            return Mismatch("mismatch", f"output {i} is not what its digest says", i)
        if each["sum"] is None:
            continue
        total = _total(array)
        if not abs(total - each["sum"]) <= each["sum_bound"]:
            said = f"{each['sum']:.9g} within {each['sum_bound']:.3g}"
            return Mismatch("mismatch", f"output {i} adds up to {total:.9g}, expected {said}", i)
    return None


def _digest(array: NDArray[np.generic]) -> str:
    return sha256(array.tobytes()).hexdigest()
