"""Derivatives of NumPy's elementwise functions, and how they are reduced and accumulated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import special  # type: ignore[import-untyped]

from jaxsmith.verdict.dual.array import Dual, UnsupportedError, lifted, tangent_of, value_of
from jaxsmith.verdict.rounding import KEEPS_INTEGERS, is_integral, reach_of, size_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jaxsmith.verdict.dual.array import Tape

_LOG2, _LOG10 = np.log(2.0), np.log(10.0)


def _i1e_slope(x: Any, y: Any) -> Any:
    quotient = np.where(np.equal(x, 0), 0.5, y / np.where(np.equal(x, 0), 1.0, x))
    return special.i0e(x) - np.sign(x) * y - quotient


# The derivative of each from its argument and its value.
_ONE: dict[Any, Callable[[Any, Any], Any]] = {
    np.negative: lambda x, _y: -np.ones_like(x),
    np.positive: lambda x, _y: np.ones_like(x),
    np.exp: lambda _x, y: y,
    np.exp2: lambda _x, y: y * _LOG2,
    np.expm1: lambda _x, y: y + 1.0,
    np.log: lambda x, _y: 1.0 / x,
    np.log2: lambda x, _y: 1.0 / (x * _LOG2),
    np.log10: lambda x, _y: 1.0 / (x * _LOG10),
    np.log1p: lambda x, _y: 1.0 / (1.0 + x),
    np.sqrt: lambda _x, y: 0.5 / y,
    np.cbrt: lambda _x, y: 1.0 / (3.0 * y * y),
    np.square: lambda x, _y: 2.0 * x,
    np.reciprocal: lambda _x, y: -y * y,
    np.sin: lambda x, _y: np.cos(x),
    np.cos: lambda x, _y: -np.sin(x),
    np.tan: lambda _x, y: 1.0 + y * y,
    np.arcsin: lambda x, _y: 1.0 / np.sqrt(1.0 - x * x),
    np.arccos: lambda x, _y: -1.0 / np.sqrt(1.0 - x * x),
    np.arctan: lambda x, _y: 1.0 / (1.0 + x * x),
    np.sinh: lambda x, _y: np.cosh(x),
    np.cosh: lambda x, _y: np.sinh(x),
    np.tanh: lambda _x, y: 1.0 - y * y,
    np.arcsinh: lambda x, _y: 1.0 / np.sqrt(x * x + 1.0),
    np.arccosh: lambda x, _y: 1.0 / np.sqrt(x * x - 1.0),
    np.arctanh: lambda x, _y: 1.0 / (1.0 - x * x),
    np.deg2rad: lambda x, _y: np.full_like(x, np.pi / 180.0),
    np.rad2deg: lambda x, _y: np.full_like(x, 180.0 / np.pi),
    special.expit: lambda _x, y: y * (1.0 - y),
    special.logit: lambda x, _y: 1.0 / (x * (1.0 - x)),
    special.log_expit: lambda x, _y: special.expit(-x),
    special.erf: lambda x, _y: 2.0 / np.sqrt(np.pi) * np.exp(-x * x),
    special.erfc: lambda x, _y: -2.0 / np.sqrt(np.pi) * np.exp(-x * x),
    special.erfcx: lambda x, y: 2.0 * x * y - 2.0 / np.sqrt(np.pi),
    special.erfinv: lambda _x, y: 0.5 * np.sqrt(np.pi) * np.exp(y * y),
    special.ndtr: lambda x, _y: np.exp(-0.5 * x * x) / np.sqrt(2.0 * np.pi),
    special.ndtri: lambda _x, y: np.sqrt(2.0 * np.pi) * np.exp(0.5 * y * y),
    special.log_ndtr: lambda x, _y: np.sqrt(2.0 / np.pi) / special.erfcx(-x / np.sqrt(2.0)),
    special.entr: lambda x, _y: -np.log(x) - 1.0,
    special.i0e: lambda x, y: special.i1e(x) - np.sign(x) * y,
    special.i1e: _i1e_slope,
    special.gammaln: lambda x, _y: special.digamma(x),
    special.gamma: lambda x, y: y * special.digamma(x),
    special.digamma: lambda x, _y: special.polygamma(1, x),
    special.i0: lambda x, _y: special.i1(x),
}


# Slopes that JAX, too, takes from the value, which holds few of their digits as it comes near 1.
_LEFT_OF_ONE = frozenset({np.tanh, special.expit})


def _power(a: Any, b: Any, y: Any) -> tuple[Any, Any]:
    by_base = np.where(np.equal(b, 0), 0.0, b * np.power(a, np.where(np.equal(b, 0), 1.0, b - 1.0)))
    positive = np.real(a) > 0
    return by_base, np.where(positive, y * np.log(np.where(positive, a, 1.0)), 0.0)


def _larger(a: Any, b: Any, _y: Any) -> tuple[Any, Any]:
    first = np.where(a == b, 0.5, np.asarray(a > b, np.float64))
    return first, 1.0 - first


def _smaller(a: Any, b: Any, y: Any) -> tuple[Any, Any]:
    second, first = _larger(a, b, y)
    return first, second


def _log_share(a: Any, b: Any, _y: Any) -> tuple[Any, Any]:
    # Where both are minus infinity neither counts.
    first = np.nan_to_num(special.expit(a - b), nan=0.0)
    return first, np.nan_to_num(special.expit(b - a), nan=0.0)


# The derivatives of each by both arguments, from these and the value.
_TWO: dict[Any, Callable[[Any, Any, Any], tuple[Any, Any]]] = {
    np.divide: lambda _a, b, y: (1.0 / b, -y / b),
    np.power: _power,
    np.float_power: _power,
    np.maximum: _larger,
    np.fmax: _larger,
    np.minimum: _smaller,
    np.fmin: _smaller,
    np.arctan2: lambda a, b, _y: (b / (a * a + b * b), -a / (a * a + b * b)),
    np.hypot: lambda a, b, y: (a / y, b / y),
    np.logaddexp: _log_share,
    np.logaddexp2: lambda a, b, y: _log_share(a * _LOG2, b * _LOG2, y),
    np.ldexp: lambda _a, b, _y: (2.0**b, 0.0),
    np.remainder: lambda a, b, _y: (1.0, -np.floor_divide(a, b)),
    np.fmod: lambda a, b, _y: (1.0, -np.trunc(a / b)),
    special.xlogy: lambda a, b, _y: (np.log(b), a / b),
    special.xlog1py: lambda a, b, _y: (np.log1p(b), a / (1.0 + b)),
    special.betaln: lambda a, b, _y: (
        special.digamma(a) - special.digamma(a + b),
        special.digamma(b) - special.digamma(a + b),
    ),
}

_FIELD = frozenset({np.add, np.subtract, np.multiply})
# Slopes that are finite wherever the operands are.
_BOUNDED = frozenset({
    np.negative, np.exp, np.sin, np.cos, np.tanh, np.square,
    np.maximum, np.minimum, np.absolute,
})  # fmt: skip
_COMPARISONS = frozenset(
    {np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal}
)
_CHOICES = frozenset({np.maximum, np.minimum, np.fmax, np.fmin})
_ROUNDINGS = frozenset({np.floor, np.ceil, np.trunc, np.rint})
_TESTS = frozenset({np.isfinite, np.isnan, np.isinf})

# The step of the differences by which other functions of one element are differentiated.
_STEP = 1e-5


def apply_ufunc(tape: Tape, ufunc: Any, method: str, inputs: Sequence[Any], kwargs: Any) -> Any:
    """A ufunc of arrays some of which carry derivatives.

    Raises:
        UnsupportedError: if there is no rule.
    """
    if method == "__call__" and not kwargs:
        return _call(tape, ufunc, inputs)
    if method == "reduce" and len(inputs) == 1:
        return _reduce(tape, ufunc, inputs[0], **kwargs)
    if method == "accumulate" and len(inputs) == 1:
        return _accumulate(ufunc, inputs[0], **kwargs)
    if method == "outer" and not kwargs:
        first, second = inputs
        return ufunc(first[(..., *(None,) * np.ndim(value_of(second)))], second)
    if method == "at":
        return _at(ufunc, *inputs)
    raise UnsupportedError(f"{ufunc.__name__}.{method} has no rule")


def _call(tape: Tape, ufunc: Any, inputs: Sequence[Any]) -> Any:
    made = _moved(tape, ufunc, inputs)
    if tape.noise is None or not isinstance(made, Dual) or ufunc is np.matmul:
        return made
    tape.spend()
    size = size_of(tape.noise, ufunc, [value_of(item) for item in inputs])
    if size and not (ufunc in KEEPS_INTEGERS and _is_exact(inputs)):
        made.tangent = tape.off(made.value, made.tangent, reach_of(ufunc, size, made.value))
    return made


def _is_exact(inputs: Sequence[Any]) -> bool:
    """Whether all are whole numbers that nothing moved."""
    for item in inputs:
        if not is_integral(value_of(item)):
            return False
        if isinstance(item, Dual) and np.any(item.tangent):
            return False
    return True


def _moved(tape: Tape, ufunc: Any, inputs: Sequence[Any]) -> Any:
    if ufunc in _FIELD:
        return _sum_or_product(tape, ufunc, *inputs)
    if ufunc is np.divide and np.all(value_of(inputs[1])):
        return _quotient(tape, *inputs)
    values = [value_of(item) for item in inputs]
    tangents = [tangent_of(item) for item in inputs]
    if ufunc is np.matmul:
        return _matmul(tape, values, tangents)
    value = ufunc(*values)
    if ufunc in _TESTS:
        return value
    if ufunc is np.conjugate:
        return Dual(value, np.conj(tangents[0]), tape)
    if ufunc is np.absolute and np.asarray(values[0]).dtype.kind == "c":
        return Dual(value, np.real(np.conj(values[0]) * tangents[0]) / value, tape)
    if ufunc in _COMPARISONS or ufunc in _CHOICES:
        size = np.maximum(np.abs(values[0]), np.abs(values[1]))
        slope = _difference(tangents, np.ndim(value))
        tape.decide(values[0] - values[1], slope, size, continuous=ufunc in _CHOICES)
        if ufunc in _COMPARISONS:
            return value
    partials = _partials(tape, ufunc, values, tangents, value)
    ndim = np.ndim(value)
    total: Any = None
    for partial, tangent in zip(partials, tangents, strict=True):
        if tangent is not None:
            added = _product(tape, ufunc, lifted(tangent, ndim), partial)
            total = added if total is None else total + added
    shape = (tape.count, *np.shape(value))
    if tape.noise is not None:
        total = total + _second_order(ufunc, tangents, ndim)
    return Dual(value, total if total.shape == shape else _spread(total, shape), tape)


def _sum_or_product(tape: Tape, ufunc: Any, a: Any, b: Any) -> Dual:
    """The same for sums, differences and products, of which most code consists."""
    first, second = value_of(a), value_of(b)
    value = ufunc(first, second)
    ndim = np.ndim(value)
    left = lifted(a.tangent, ndim) if isinstance(a, Dual) else None
    right = lifted(b.tangent, ndim) if isinstance(b, Dual) else None
    if ufunc is np.multiply:
        total = _joined(
            None if left is None else left * second, None if right is None else right * first
        )
        if tape.noise is not None and left is not None and right is not None:
            total = total + left * right
    elif ufunc is np.add or right is None:
        total = _joined(left, right)
    else:
        total = _joined(left, -right)
    shape = (tape.count, *np.shape(value))
    return Dual(value, total if total.shape == shape else _spread(total, shape), tape)


def _quotient(tape: Tape, a: Any, b: Any) -> Dual:
    """The same for a quotient by what is nowhere 0."""
    first, second = value_of(a), value_of(b)
    value = first / second
    ndim = np.ndim(value)
    total = lifted(a.tangent, ndim) if isinstance(a, Dual) else None
    if isinstance(b, Dual):
        pulled = value * lifted(b.tangent, ndim)
        total = -pulled if total is None else total - pulled
    total = total / second
    shape = (tape.count, *np.shape(value))
    return Dual(value, total if total.shape == shape else _spread(total, shape), tape)


def _joined(left: Any, right: Any) -> Any:
    """The sum of what there is, never the same array: others write into theirs."""
    if left is None:
        return +right
    return +left if right is None else left + right


def _second_order(ufunc: Any, tangents: list[Any], ndim: int) -> Any:
    """The square of an error: all there is of a square where the number cancels to 0."""
    if ufunc in (np.square, np.power) and tangents[0] is not None:
        return lifted(tangents[0], ndim) ** 2
    return 0.0


def _spread(tangent: Any, shape: tuple[int, ...]) -> Any:
    return np.broadcast_to(tangent, shape).copy()


def _product(tape: Tape, ufunc: Any, tangent: Any, partial: Any) -> Any:
    """What does not move adds nothing, even where the slope has no bound.

    That holds of rounding errors. Of a derivative it is one convention of several.
    """
    product = tangent * partial
    if ufunc in _BOUNDED or np.all(np.isfinite(partial)):
        return product
    if tape.noise is None:
        tape.tied = True
    return np.where(tangent == 0, 0.0, product)


def _difference(tangents: list[Any], ndim: int) -> Any:
    lifts = [0.0 if tangent is None else lifted(tangent, ndim) for tangent in tangents]
    return lifts[0] - lifts[1]


def _partials(
    tape: Tape, ufunc: Any, values: list[Any], tangents: list[Any], value: Any
) -> Sequence[Any]:
    if ufunc is special.i0e:  # of the modulus: it has a kink
        tape.decide(values[0], tangents[0], continuous=True)
    if ufunc in _ONE:
        slope = _ONE[ufunc](values[0], value)
        if ufunc not in _LEFT_OF_ONE:
            return (slope,)
        tape.wears = True
        speed = np.max(np.abs(tangents[0]), axis=0, initial=0.0) if tape.twice else 0.0
        return (slope + tape.wear * (1.0 + 2.0 * speed),)
    if ufunc is np.power and tangents[1] is None and np.ndim(values[1]) == 0 and values[1]:
        return values[1] * np.power(values[0], values[1] - 1.0), 0.0
    if ufunc is np.arctan2 and tangents[0] is not None:  # it jumps from pi to -pi
        behind = np.where(values[1] < 0, values[0], np.inf)
        tape.decide(behind, lifted(tangents[0], np.ndim(value)))
    if ufunc in _TWO:
        if ufunc in (np.remainder, np.fmod):
            quotient = values[0] / values[1]
            slopes = [None if each is None else lifted(each, np.ndim(value)) for each in tangents]
            moved = sum(s / values[1] for s in slopes[:1] if s is not None)
            tape.decide(quotient - np.rint(quotient), np.asarray(moved))
        return _TWO[ufunc](values[0], values[1], value)
    if ufunc in (np.absolute, np.fabs, np.sign):
        tape.decide(values[0], tangents[0], continuous=ufunc is not np.sign)
        return (0.0 if ufunc is np.sign else _direction(tape, values[0]),)
    if ufunc in _ROUNDINGS:
        # A whole number is half way between the points at which rint jumps.
        offset = 0.5 if ufunc is np.rint else 0.0
        tape.decide(values[0] + offset - np.rint(values[0] + offset), tangents[0])
        return (0.0,)
    return _differenced(tape, ufunc, values, tangents)


def _direction(tape: Tape, x: Any) -> Any:
    """The slope of a modulus; rounding errors at 0 stay as large as they are."""
    return np.sign(x) if tape.noise is None else np.where(np.equal(x, 0), 1.0, np.sign(x))


def _differenced(tape: Tape, ufunc: Any, values: list[Any], tangents: list[Any]) -> list[Any]:
    """Partial derivatives by central differences of order 4, for special functions alone."""
    if getattr(np, ufunc.__name__, None) is ufunc or ufunc.nout != 1:
        raise UnsupportedError(f"{ufunc.__name__} has no rule")
    tape.approximate = True
    partials: list[Any] = []
    for i, (value, tangent) in enumerate(zip(values, tangents, strict=True)):
        if tangent is None:
            partials.append(0.0)
            continue
        step = _STEP * np.maximum(1.0, np.abs(value))

        def moved(times: float, i: int = i, value: Any = value, step: Any = step) -> Any:
            return ufunc(*values[:i], value + times * step, *values[i + 1 :])

        wide = moved(2.0) - moved(-2.0)
        partials.append((8.0 * (moved(1.0) - moved(-1.0)) - wide) / (12.0 * step))
    return partials


def _matmul(tape: Tape, values: list[Any], tangents: list[Any]) -> Dual:
    first, second = values
    total: Any = 0.0
    if tangents[0] is not None:
        total = np.stack([each @ second for each in tangents[0]])
    if tangents[1] is not None:
        total = total + np.stack([first @ each for each in tangents[1]])
    value = first @ second
    if tape.noise is not None:
        terms = np.shape(first)[-1] ** 0.5
        total = tape.off(value, total, terms * (np.abs(first) @ np.abs(second)))
    return Dual(value, total, tape)


def axes_of(axis: Any, ndim: int) -> tuple[int, ...]:
    """The axes that an ``axis`` argument names, none negative."""
    if axis is None:
        return tuple(range(ndim))
    listed = axis if isinstance(axis, tuple) else (axis,)
    return tuple(each % ndim for each in listed)


def _reduce(
    tape: Tape, ufunc: Any, x: Any, axis: Any = 0, *, keepdims: bool = False, **others: Any
) -> Any:
    where, initial = others.pop("where", None), others.pop("initial", None)
    if any(each is not None for each in others.values()):
        raise UnsupportedError(f"{ufunc.__name__}.reduce with more than axes has no rule")
    if isinstance(where, np.ndarray):
        x = np.where(where, x, ufunc.identity if initial is None else initial)
    if initial is not None:
        return ufunc(_reduce(tape, ufunc, x, axis, keepdims=keepdims), initial)
    axes = axes_of(axis, x.ndim)
    if ufunc is np.add:
        behind = tuple(each + 1 for each in axes)
        value = np.add.reduce(x.value, axis=axes, keepdims=keepdims)
        tangent = np.add.reduce(x.tangent, axis=behind, keepdims=keepdims)
        if tape.noise is not None and not _is_exact([x]):
            terms = max(1.0, x.size / max(1, np.size(value))) ** 0.5
            sizes = np.add.reduce(np.abs(x.value), axis=axes, keepdims=keepdims)
            tangent = tape.off(value, tangent, terms * sizes)
        return Dual(value, tangent, tape)
    if ufunc in (np.maximum, np.minimum):
        return _extreme(tape, ufunc, x, axes, keepdims=keepdims)
    if ufunc in (np.logical_and, np.logical_or):
        raise UnsupportedError("a logical reduction of floats has no rule")
    total = _folded(ufunc, x, axes)
    if keepdims:
        total = total[tuple(None if i in axes else slice(None) for i in range(x.ndim))]
    return total


def _extreme(tape: Tape, ufunc: Any, x: Dual, axes: tuple[int, ...], *, keepdims: bool) -> Dual:
    """The largest or smallest: the mean derivative of all that are."""
    kept = ufunc.reduce(x.value, axis=axes, keepdims=True)
    chosen = (x.value == kept).astype(np.float64)
    weights = chosen / chosen.sum(axis=axes, keepdims=True)
    behind = tuple(each + 1 for each in axes)
    tangent = np.sum(x.tangent * weights, axis=behind, keepdims=True)
    tape.decide(x.value - kept, x.tangent - tangent, kept, continuous=True)
    if not keepdims:
        kept, tangent = np.squeeze(kept, axis=axes), np.squeeze(tangent, axis=behind)
    return Dual(kept, tangent, tape)


def _folded(ufunc: Any, x: Dual, axes: tuple[int, ...]) -> Any:
    """One element after the other, each along the axes that are reduced."""
    if not axes:
        return Dual(np.array(x.value), x.tangent.copy(), x.tape)
    if x.size == 0:
        if ufunc.identity is None:
            raise UnsupportedError("nothing to reduce")
        return Dual.constant(ufunc.reduce(x.value, axis=axes), x.tape)
    rest = [i for i in range(x.ndim) if i not in axes]
    order = (*axes, *rest)
    flat = (int(np.prod([x.shape[i] for i in axes])), *(x.shape[i] for i in rest))
    value = np.transpose(x.value, order).reshape(flat)
    behind = np.transpose(x.tangent, (0, *(i + 1 for i in order))).reshape(x.tape.count, *flat)
    total: Any = Dual(value[0], behind[:, 0], x.tape)
    for i in range(1, flat[0]):
        total = ufunc(total, Dual(value[i], behind[:, i], x.tape))
    return total


def _accumulate(ufunc: Any, x: Dual, axis: int = 0, **others: Any) -> Dual:
    if any(each is not None for each in others.values()):
        raise UnsupportedError(f"{ufunc.__name__}.accumulate with more than an axis has no rule")
    axis %= x.ndim
    if ufunc is np.add:
        value, tangent = np.cumsum(x.value, axis=axis), np.cumsum(x.tangent, axis=axis + 1)
        if x.tape.noise is not None and not _is_exact([x]):
            sizes = np.cumsum(np.abs(x.value), axis=axis)
            tangent = x.tape.off(value, tangent, x.shape[axis] ** 0.5 * sizes)
        return Dual(value, tangent, x.tape)
    if ufunc in (np.maximum, np.minimum):
        return _running_extreme(ufunc, x, axis)
    value, tangent = np.moveaxis(x.value, axis, 0), np.moveaxis(x.tangent, axis + 1, 1)
    total: Any = Dual(value[0], tangent[:, 0], x.tape)
    steps = [total]
    for i in range(1, len(value)):
        total = ufunc(total, Dual(value[i], tangent[:, i], x.tape))
        steps.append(total)
    return Dual(
        np.moveaxis(np.stack([step.value for step in steps]), 0, axis),
        np.moveaxis(np.stack([step.tangent for step in steps], axis=1), 1, axis + 1),
        x.tape,
    )


def _running_extreme(ufunc: Any, x: Dual, axis: int) -> Dual:
    """The largest or smallest so far: each time one of the elements."""
    value, tangent = np.moveaxis(x.value, axis, 0), np.moveaxis(x.tangent, axis + 1, 1)
    running = ufunc.accumulate(value, axis=0)
    rows = np.arange(len(value)).reshape(-1, *(1,) * (value.ndim - 1))
    fresh = np.concatenate([np.ones_like(value[:1], bool), running[1:] != running[:-1]])
    places = np.maximum.accumulate(np.where(fresh, rows, 0), axis=0)
    moved = np.take_along_axis(tangent, places[None], axis=1)
    gaps, slopes = value[1:] - running[:-1], tangent[:, 1:] - moved[:, :-1]
    x.tape.decide(gaps, slopes, running[:-1], continuous=True)
    return Dual(np.moveaxis(running, 0, axis), np.moveaxis(moved, 1, axis + 1), x.tape)


def _at(ufunc: Any, target: Any, index: Any, item: Any) -> None:
    if not isinstance(target, Dual):
        raise UnsupportedError("an array would lose its derivatives")
    if ufunc in (np.add, np.subtract):
        ufunc.at(target.value, index, value_of(item))
        if isinstance(item, Dual):
            for each, tangent in zip(target.tangent, item.tangent, strict=True):
                ufunc.at(each, index, tangent)
        return
    places = np.arange(target.size).reshape(target.shape)[index]
    items = np.broadcast_to(item, places.shape)
    for where in np.ndindex(places.shape):
        place = np.unravel_index(places[where], target.shape)
        target[place] = ufunc(target[place], items[where])
