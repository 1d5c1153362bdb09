"""Functions that choose: by a condition, by size, by position; and what is summed of an array."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from jaxsmith.verdict.dual.array import Dual, UnsupportedError, tangent_of, tape_of, value_of
from jaxsmith.verdict.dual.elementwise import axes_of

if TYPE_CHECKING:
    from collections.abc import Sequence

_total: Any = np.add.reduce  # takes an axis or several


def reduction(ufunc: Any, x: Any, axis: Any = None, **kwargs: Any) -> Any:
    """A function of NumPy that is the reduction of a ufunc."""
    return ufunc.reduce(x, axis=axis, **kwargs)


def cumsum(x: Any, axis: Any = None) -> Any:
    """Running sums."""
    rows = x.reshape(-1) if axis is None else x
    return np.add.accumulate(rows, axis=0 if axis is None else axis)


def mean(x: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    """The mean."""
    axes = axes_of(axis, x.ndim)
    count = np.prod([x.shape[i] for i in axes], dtype=np.float64)
    return _total(x, axis=axes, keepdims=keepdims) / count


def var(x: Any, axis: Any = None, *, ddof: int = 0, keepdims: bool = False) -> Any:
    """The variance."""
    axes = axes_of(axis, x.ndim)
    count = np.prod([x.shape[i] for i in axes], dtype=np.float64)
    centred = x - mean(x, axes, keepdims=True)
    return _total(centred * centred, axis=axes, keepdims=keepdims) / (count - ddof)


def std(x: Any, axis: Any = None, *, ddof: int = 0, keepdims: bool = False) -> Any:
    """The standard deviation."""
    return np.sqrt(var(x, axis, ddof=ddof, keepdims=keepdims))


def where(condition: Any, *branches: Any) -> Any:
    """Elements of one array or the other."""
    if not branches:
        raise UnsupportedError("positions of nonzero numbers have no rule")
    tape = tape_of(condition, *branches)
    chosen = np.asarray(value_of(condition), bool)
    if isinstance(condition, Dual):
        tape.decide(condition.value, condition.tangent)
    values = [value_of(branch) for branch in branches]
    value = np.where(chosen, *values)
    tangents = [_full(branch, value.shape, tape.count) for branch in branches]
    return Dual(value, np.where(chosen, *tangents), tape)


def _full(item: Any, shape: tuple[int, ...], count: int) -> Any:
    """The derivatives of an item that is broadcast to a shape."""
    tangent = tangent_of(item)
    if tangent is None:
        return np.zeros((count, *shape))
    missing = len(shape) - (tangent.ndim - 1)
    tangent = tangent.reshape((count, *(1,) * missing, *tangent.shape[1:]))
    return np.broadcast_to(tangent, (count, *shape))


def select(conditions: Sequence[Any], choices: Sequence[Any], default: Any = 0.0) -> Any:
    """The first choice whose condition holds."""
    result = default
    for condition, choice in zip(reversed(conditions), reversed(choices), strict=True):
        result = np.where(condition, choice, result)
    return result


def clip(x: Any, low: Any, high: Any) -> Any:
    """What is outside of a range, moved to its ends."""
    tape = tape_of(x, low, high)
    for end in (low, high):
        at_end = False if end is None else value_of(x) == value_of(end)
        if isinstance(x, Dual) and np.any(at_end & np.any(x.tangent != 0, axis=0)):
            tape.tied = True
    raised = x if low is None else np.maximum(x, low)
    return raised if high is None else np.minimum(raised, high)


def _order(x: Dual, axis: int, kind: Any = "stable", *, continuous: bool = False) -> Any:
    """The places of the elements in order, if no two are too close."""
    places = np.argsort(x.value, axis=axis, kind=kind)
    value = np.take_along_axis(x.value, places, axis)
    tangent = np.stack([np.take_along_axis(each, places, axis) for each in x.tangent])
    behind = axis if axis < 0 else axis + 1
    size = np.max(np.abs(value), initial=0.0)
    gaps, slopes = np.diff(value, axis=axis), np.diff(tangent, axis=behind)
    x.tape.decide(gaps, slopes, size, continuous=continuous)
    return places, Dual(value, tangent, x.tape)


def sort(x: Dual, axis: int = -1, **_kwargs: Any) -> Dual:
    """The elements in order."""
    ordered: Dual = _order(x, axis, continuous=True)[1]
    return ordered


def argsort(x: Dual, axis: int = -1, **kwargs: Any) -> Any:
    """The places of the elements in order."""
    return _order(x, axis, kwargs.get("kind", "stable"))[0]


def position(func: Any, ufunc: Any, x: Dual, axis: Any = None, *, keepdims: bool = False) -> Any:
    """The place of the largest or the smallest."""
    kept = ufunc.reduce(x, axis=axis, keepdims=True)
    # Others that are as large as that by now.
    x.tape.decide(x.value - kept.value, x.tangent - kept.tangent, kept.value)
    return func(x.value, axis=axis, keepdims=keepdims)


def ptp(x: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    """The largest less the smallest."""
    return reduction(np.maximum, x, axis, keepdims=keepdims) - reduction(
        np.minimum, x, axis, keepdims=keepdims
    )


def quantile(x: Any, q: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    """One quantile, linear between the two values next to it."""
    if np.ndim(value_of(q)) or isinstance(q, Dual) or isinstance(axis, tuple):
        raise UnsupportedError("several quantiles at once have no rule")
    rows, axis = (x.reshape(-1), 0) if axis is None else (x, axis % x.ndim)
    ordered = sort(rows, axis)
    place = float(q) * (rows.shape[axis] - 1)
    low, share = math.floor(place), place - math.floor(place)
    high = min(low + 1, rows.shape[axis] - 1)
    before = (slice(None),) * axis
    found = (1.0 - share) * ordered[(*before, low)] + share * ordered[(*before, high)]
    if not keepdims:
        return found
    return found.reshape((1,) * x.ndim) if rows is not x else found[(*before, None)]


def median(x: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    """The middle one, or the mean of the two in the middle."""
    return quantile(x, 0.5, axis, keepdims=keepdims)


def percentile(x: Any, q: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    """A quantile in percent."""
    return quantile(x, np.asarray(q) / 100.0, axis, keepdims=keepdims)


def average(x: Any, axis: Any = None, weights: Any = None, *, keepdims: bool = False) -> Any:
    """The weighted mean."""
    if weights is None:
        return mean(x, axis, keepdims=keepdims)
    if np.ndim(value_of(weights)) != np.ndim(value_of(x)):
        shape = [1] * x.ndim
        shape[axis] = -1
        weights = weights.reshape(shape)
    spread = weights + 0.0 * x
    weighted = _total(x * weights, axis=axes_of(axis, x.ndim), keepdims=keepdims)
    return weighted / _total(spread, axis=axes_of(axis, x.ndim), keepdims=keepdims)


def trapezoid(y: Any, x: Any = None, dx: float = 1.0, axis: int = -1) -> Any:
    """The area under a line through points."""
    if axis not in (-1, y.ndim - 1):
        raise UnsupportedError("an area along another than the last axis has no rule")
    widths = dx if x is None else x[..., 1:] - x[..., :-1]
    return _total(widths * (y[..., 1:] + y[..., :-1]) / 2.0, axis=(y.ndim - 1,))


def choose(which: Any, options: Any, mode: str = "raise") -> Any:
    """Of several arrays, for each element the one of that number."""
    count = len(options)
    places = np.asarray(which)
    if mode != "raise":
        places = np.clip(places, 0, count - 1) if mode == "clip" else places % count
    result = options[0]
    for number in range(1, count):
        result = where(places == number, options[number], result)
    return result


def put(x: Any, places: Any, items: Any, mode: str = "raise") -> None:
    """Elements written by their position in the flat array."""
    if not isinstance(x, Dual):
        raise UnsupportedError("an array would lose its derivatives")
    every: Any = np.arange(x.size)
    flat = every.take(places, mode=mode).ravel()
    listed = items if isinstance(items, Dual) else np.asarray(items)
    for number, place in enumerate(flat):
        item = listed.reshape(-1)[number % listed.size]
        x[np.unravel_index(place, x.shape)] = item


def put_along_axis(x: Any, places: Any, items: Any, axis: int) -> None:
    """Elements written by their position along an axis."""
    if not isinstance(x, Dual):
        raise UnsupportedError("an array would lose its derivatives")
    index = list(np.ogrid[tuple(slice(size) for size in places.shape)])
    index[axis] = places
    x[tuple(index)] = items


def compress(condition: Any, x: Dual, axis: Any = None) -> Dual:
    """The elements, or slices, for which a condition holds."""
    kept = np.flatnonzero(condition)
    rows: Any = x.reshape(-1) if axis is None else x
    picked: Dual = np.take(rows, kept, axis=0 if axis is None else axis)  # type: ignore[assignment]
    return picked


def without_nan(ufunc: Any, x: Dual, axis: Any = None, **kwargs: Any) -> Any:
    """A sum or product of what is a number."""
    neutral = float(ufunc.identity)
    return reduction(ufunc, where(np.isnan(x.value), neutral, x), axis, **kwargs)
