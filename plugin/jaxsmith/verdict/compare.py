"""The comparison of what a function returned with what it should have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from jaxsmith.vocabulary.dtypes import EPSILON, SMALLEST_NORMAL, is_inexact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxsmith.verdict.expectation import Expectation
    from jaxsmith.vocabulary.aval import Aval


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Where and how a result parts from the expectation.

    ``reason`` is one of the typed reasons of ``jaxsmith.record.reasons``: ``wrong_structure``,
    ``wrong_shape``, ``wrong_dtype``, ``nan_mismatch`` or ``mismatch``. ``index`` is the worst
    element's, None where the whole output is wrong.
    """

    reason: str
    detail: str
    output: int | None = None
    index: tuple[int, ...] | None = None
    actual: Any = None
    expected: Any = None
    bound: float | None = None
    bad: int = 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """Largest errors over all floating outputs, and the first mismatch.

    ``max_abs_error`` is in the outputs' own unit, ``max_rel_error`` relative to the expected value,
    ``max_ulp_error`` in units in the last place of the output's dtype at the expected value; of
    complex numbers, moduli are meant. ``max_share`` is the largest error as a share of its bound: 1
    is the limit.
    """

    mismatch: Mismatch | None
    max_abs_error: float = 0.0
    max_rel_error: float = 0.0
    max_ulp_error: float = 0.0
    max_share: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether everything agreed."""
        return self.mismatch is None


def compare(actual: Sequence[Any], expectation: Expectation, avals: Sequence[Aval]) -> Comparison:
    """Compare output leaves, in tree order, with the expectation and the declared types."""
    if len(actual) != len(avals):
        detail = f"returned {len(actual)} arrays, expected {len(avals)}"
        return Comparison(Mismatch("wrong_structure", detail))
    with np.errstate(all="ignore"):
        return _compare_all(actual, expectation, avals)


def _compare_all(
    actual: Sequence[Any], expectation: Expectation, avals: Sequence[Aval]
) -> Comparison:
    worst = Comparison(None)
    for i, (array, aval) in enumerate(zip(actual, avals, strict=True)):
        found = _compare_one(i, array, expectation.values[i], expectation.bounds[i], aval)
        worst = _worst(worst, found)
    return worst


def _worst(one: Comparison, other: Comparison) -> Comparison:
    return Comparison(
        one.mismatch or other.mismatch,
        max(one.max_abs_error, other.max_abs_error),
        max(one.max_rel_error, other.max_rel_error),
        max(one.max_ulp_error, other.max_ulp_error),
        max(one.max_share, other.max_share),
    )


def _compare_one(i: int, array: Any, expected: Any, bound: Any, aval: Aval) -> Comparison:
    if tuple(np.shape(array)) != aval.shape:
        detail = f"output {i} has shape {tuple(np.shape(array))}, expected {aval.shape}"
        return Comparison(Mismatch("wrong_shape", detail, i))
    if str(array.dtype) != aval.dtype:
        detail = f"output {i} has dtype {array.dtype}, expected {aval.dtype}"
        return Comparison(Mismatch("wrong_dtype", detail, i))
    if not is_inexact(aval.dtype):
        return _compare_exact(i, array, expected)
    return _compare_inexact(i, widen(array), expected, bound, aval)


def _compare_exact(i: int, array: Any, expected: Any) -> Comparison:
    wrong = np.asarray(array != expected)
    if not wrong.any():
        return Comparison(None)
    return Comparison(_mismatch("mismatch", i, wrong, array, expected, None))


def _compare_inexact(i: int, array: Any, expected: Any, bound: Any, aval: Aval) -> Comparison:
    plain = np.isfinite(expected)
    # An overflow to infinity where the bound reaches past the largest number is not an error, but
    # no program of a corpus gets there; so NaN and infinities must agree exactly.
    odd = np.where(plain, ~np.isfinite(array), ~_same(array, expected))
    if odd.any():
        return Comparison(_mismatch("nan_mismatch", i, odd, array, expected, bound))
    error = np.abs(np.where(plain, array - expected, 0.0))
    size = np.abs(expected)
    smallest = SMALLEST_NORMAL[aval.dtype]  # an error relative to less than this says nothing
    wrong = error > bound
    share = error / np.where(bound > 0, bound, np.inf)
    return Comparison(
        _mismatch("mismatch", i, wrong, array, expected, bound) if wrong.any() else None,
        float(np.max(error, initial=0.0)),
        float(np.max(np.where(size >= smallest, error / size, 0.0), initial=0.0)),
        float(np.max(error / _ulp(size, aval.dtype), initial=0.0)),
        float(np.max(share, initial=0.0)),
    )


def widen(array: Any) -> Any:
    """The array in float64, or in complex128, in which errors are computed; itself if it is."""
    return np.asarray(array, np.complex128 if np.iscomplexobj(array) else np.float64)


def _same(array: Any, expected: Any) -> Any:
    return (array == expected) | (np.isnan(array) & np.isnan(expected))


def _ulp(size: Any, dtype: str) -> Any:
    """The gap between neighbouring numbers at this size (no smaller than that at the normals)."""
    floor = np.fmax(size, SMALLEST_NORMAL[dtype])  # of NaN too, whose error is 0
    return EPSILON[dtype] * 2.0 ** np.floor(np.log2(floor))


def _mismatch(reason: str, i: int, wrong: Any, array: Any, expected: Any, bound: Any) -> Mismatch:
    """The worst of the elements that are wrong."""
    with np.errstate(all="ignore"):
        gap = np.abs(widen(array) - widen(expected))
        if bound is not None:
            gap = gap / np.where(bound > 0, bound, 1.0)
    # NumPy takes NaN for the largest.
    index = tuple(
        int(k) for k in np.unravel_index(np.argmax(np.where(wrong, gap, -1)), wrong.shape)
    )
    limit = None if bound is None else float(bound[index])
    count = int(wrong.sum())
    detail = (
        f"output {i}{list(index) if index else ''} is {array[index]!s}, "
        f"expected {expected[index]!s}"
        + (f" within {limit:.3g}" if limit is not None else " exactly")
        + f"; {count} of {wrong.size} elements are off"
    )
    return Mismatch(reason, detail, i, index, array[index], expected[index], limit, count)
