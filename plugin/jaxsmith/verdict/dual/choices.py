"""Functions that choose: by a condition, by size, by position; and what is summed of an array."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from jaxsmith.verdict.dual.array import (
    Dual,
    UnsupportedError,
    lifted,
    tangent_of,
    tape_of,
    value_of,
)
from jaxsmith.verdict.dual.elementwise import axes_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_total: Any = np.add.reduce  # takes an axis or several


def reduction(ufunc: Any, x: Any, axis: Any = None, **kwargs: Any) -> Any:
    """A function of NumPy that is the reduction of a ufunc."""
    return ufunc.reduce(x, axis=axis, **kwargs)


def accumulation(ufunc: Any, x: Any, axis: Any = None) -> Any:
    """Running sums or products."""
    rows = x.reshape(-1) if axis is None else x
    return ufunc.accumulate(rows, axis=0 if axis is None else axis)


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


def piecewise(x: Any, conditions: Sequence[Any], functions: Sequence[Any]) -> Any:
    """A function or number for each condition, the last that holds; one more for where none does.

    What was compared to make the conditions has noted how close they are.
    """
    masks = [np.asarray(value_of(condition), bool) for condition in conditions]
    if len(functions) == len(masks) + 1:
        masks.append(~np.any(masks, axis=0))
    result = Dual.constant(np.zeros(x.shape), tape_of(x))
    for mask, function in zip(masks, functions, strict=True):
        result[mask] = function(x[mask]) if callable(function) else function
    return result


def isclose(a: Any, b: Any, rtol: float = 1e-5, atol: float = 1e-8, **_kwargs: Any) -> Any:
    """Whether numbers are nearly equal."""
    first, second = value_of(a), value_of(b)
    ndim = np.broadcast(first, second).ndim
    slopes = [0.0 if tangent_of(x) is None else lifted(tangent_of(x), ndim) for x in (a, b)]
    gap = np.abs(first - second) - (atol + rtol * np.abs(second))
    slope = np.sign(first - second) * (slopes[0] - slopes[1]) - rtol * np.sign(second) * slopes[1]
    tape_of(a, b).decide(gap, slope, np.maximum(np.abs(first), np.abs(second)))
    return np.isclose(first, second, rtol, atol)


def searchsorted(ordered: Any, x: Any, side: Any = "left") -> Any:
    """Where numbers belong among others that are in order."""
    column = x[..., None] if isinstance(x, Dual) else np.asarray(x)[..., None]
    np.less(ordered, column)  # notes which are close
    return np.searchsorted(value_of(ordered), value_of(x), side)


def clip(x: Any, low: Any, high: Any) -> Any:
    """What is outside of a range, moved to its ends."""
    tape = tape_of(x, low, high)
    for end in (low, high):
        at_end = False if end is None else value_of(x) == value_of(end)
        if isinstance(x, Dual) and np.any(at_end & np.any(x.tangent != 0, axis=0)):
            tape.tied = True
    if low is not None and high is not None and np.any(value_of(low) >= value_of(high)):
        tape.tied = True  # both ends hold at once: which slope is meant is a convention
    raised = x if low is None else np.maximum(x, low)
    return raised if high is None else np.minimum(raised, high)


def _order(x: Dual, axis: int | None, kind: Any = "stable", *, continuous: bool = False) -> Any:
    """The places of the elements in order, if no two are too close."""
    if axis is None:
        return _order(x.reshape(-1), 0, kind, continuous=continuous)
    places = np.argsort(x.value, axis=axis, kind=kind)
    value = np.take_along_axis(x.value, places, axis)
    tangent = np.stack([np.take_along_axis(each, places, axis) for each in x.tangent])
    behind = axis if axis < 0 else axis + 1
    size = np.max(np.abs(value), initial=0.0)
    gaps, slopes = np.diff(value, axis=axis), np.diff(tangent, axis=behind)
    x.tape.decide(gaps, slopes, size, continuous=continuous)
    return places, Dual(value, tangent, x.tape)


def sort(x: Dual, axis: int | None = -1, **_kwargs: Any) -> Dual:
    """The elements in order."""
    ordered: Dual = _order(x, axis, continuous=True)[1]
    return ordered


def argsort(x: Dual, axis: int | None = -1, **kwargs: Any) -> Any:
    """The places of the elements in order."""
    return _order(x, axis, kwargs.get("kind", "stable"))[0]


def partition(x: Dual, kth: int, axis: int = -1) -> Dual:
    """The elements with one of them in its place in order."""
    places = np.argpartition(x.value, kth, axis)
    value = np.take_along_axis(x.value, places, axis)
    tangent = np.stack([np.take_along_axis(each, places, axis) for each in x.tangent])
    behind = axis if axis < 0 else axis + 1
    gaps = value - np.take(value, [kth], axis)
    slopes = tangent - np.take(tangent, [kth], behind)
    x.tape.decide(gaps, slopes, np.max(np.abs(value), initial=0.0))
    return Dual(value, tangent, x.tape)


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


# How far from the lower of two values the one between them is, by how far it would be if linear.
_SHARES: dict[str, Callable[[float], float]] = {
    "linear": lambda share: share,
    "lower": lambda _share: 0.0,
    "higher": lambda share: float(share > 0),
    "midpoint": lambda share: 0.5 * (share > 0),
    "nearest": lambda share: float(share > 0.5),
}


def quantile(
    x: Any, q: Any, axis: Any = None, *, method: str = "linear", keepdims: bool = False
) -> Any:
    """One quantile, of the two values next to it."""
    if np.ndim(value_of(q)) or isinstance(q, Dual) or isinstance(axis, tuple):
        raise UnsupportedError("several quantiles at once have no rule")
    rows, axis = (x.reshape(-1), 0) if axis is None else (x, axis % x.ndim)
    ordered = sort(rows, axis)
    place = float(q) * (rows.shape[axis] - 1)
    low, share = math.floor(place), place - math.floor(place)
    if method == "nearest" and share == 0.5:
        raise UnsupportedError("the nearer of two that are equally far has no rule")
    share = _SHARES[method](share)
    high = min(low + 1, rows.shape[axis] - 1)
    before = (slice(None),) * axis
    found = (1.0 - share) * ordered[(*before, low)] + share * ordered[(*before, high)]
    if not keepdims:
        return found
    return found.reshape((1,) * x.ndim) if rows is not x else found[(*before, None)]


def median(x: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    """The middle one, or the mean of the two in the middle."""
    return quantile(x, 0.5, axis, keepdims=keepdims)


def percentile(x: Any, q: Any, axis: Any = None, **options: Any) -> Any:
    """A quantile in percent."""
    return quantile(x, np.asarray(q) / 100.0, axis, **options)


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
    axis %= y.ndim
    if axis != y.ndim - 1 and np.ndim(value_of(x)) > 1:
        raise UnsupportedError("an area along another than the last axis has no rule")
    rows = y if axis == y.ndim - 1 else np.moveaxis(y, axis, -1)
    widths = dx if x is None else x[..., 1:] - x[..., :-1]
    return _total(widths * (rows[..., 1:] + rows[..., :-1]) / 2.0, axis=(y.ndim - 1,))


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


def extreme_without_nan(ufunc: Any, last: float, x: Dual, axis: Any = None, **kwargs: Any) -> Any:
    """The largest or smallest number; ``last`` is one that never is."""
    return reduction(ufunc, where(np.isnan(x.value), last, x), axis, **kwargs)


def position_without_nan(
    func: Any, ufunc: Any, last: float, x: Dual, axis: Any = None, **kwargs: Any
) -> Any:
    """The place of the largest or smallest number."""
    return position(func, ufunc, where(np.isnan(x.value), last, x), axis, **kwargs)


def accumulation_without_nan(ufunc: Any, x: Dual, axis: Any = None) -> Any:
    """Running sums or products of what is a number."""
    return accumulation(ufunc, where(np.isnan(x.value), float(ufunc.identity), x), axis)
