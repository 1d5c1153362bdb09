"""Linear functions, products, and what joins arrays to one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from jaxsmith.verdict.dual.array import Dual, UnsupportedError, lifted, tape_of, value_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jaxsmith.verdict.dual.array import Tape


def linear(func: Callable[..., Any], x: Any, *args: Any, **kwargs: Any) -> Any:
    """What moves and adds up elements does so with their derivatives."""
    tape = tape_of(x)
    if any(isinstance(each, Dual) for each in (*args, *kwargs.values())):
        raise UnsupportedError(f"{func.__name__} by an array with derivatives has no rule")
    value = func(x.value, *args, **kwargs)
    moved = [func(each, *args, **kwargs) for each in x.tangent]
    if isinstance(value, (list, tuple)):
        return type(value)(
            Dual(part, np.stack([each[k] for each in moved]), tape) for k, part in enumerate(value)
        )
    return Dual(value, np.stack(moved), tape)


def _behind(axis: Any) -> Any:
    """An axis, or several, where the directions come first."""
    if isinstance(axis, (tuple, list)):
        return tuple(map(_behind, axis))
    return axis + 1 if axis >= 0 else axis


def along_axes(
    func: Callable[..., Any], names: tuple[str, ...], defaults: tuple[Any, ...], first: int,
    x: Any, *args: Any, **kwargs: Any,
) -> Any:  # fmt: skip
    """A linear function along named axes, of all directions at once.

    The axes are the positional arguments from ``first`` on (that after ``x`` is the first).
    """
    given = dict(zip(names, args[first:], strict=False))
    axes = [kwargs.pop(n, given.get(n, d)) for n, d in zip(names, defaults, strict=True)]
    held = args[:first]
    if not isinstance(x, Dual) or any(axis is None for axis in axes):
        return linear(func, x, *held, **dict(zip(names, axes, strict=True)), **kwargs)
    if any(isinstance(each, Dual) for each in (*held, *kwargs.values())):
        raise UnsupportedError(f"{func.__name__} by an array with derivatives has no rule")
    value = func(x.value, *held, **dict(zip(names, axes, strict=True)), **kwargs)
    moved = dict(zip(names, map(_behind, axes), strict=True))
    return Dual(value, func(x.tangent, *held, **moved, **kwargs), x.tape)


def each_direction(func: Callable[..., Any], x: Any, *args: Any) -> Any:
    """A linear function that leaves the first axes alone."""
    if x.ndim < 2 and func in (np.tril, np.triu):
        return linear(func, x, *args)
    return Dual(func(x.value, *args), func(x.tangent, *args), x.tape)


def broadcast_to(x: Any, shape: Any) -> Any:
    """The array as if it had another shape."""
    value = np.broadcast_to(x.value, shape)
    tangent = lifted(x.tangent, value.ndim)
    return Dual(value, np.broadcast_to(tangent, (x.tape.count, *value.shape)), x.tape)


def joined_along(func: Callable[..., Any], items: Sequence[Any], axis: Any = 0) -> Any:
    """Arrays joined along an axis, of all directions at once."""
    if axis is None:
        return joined(func, items, axis)
    tape = tape_of(items)
    value = func([value_of(item) for item in items], axis=axis)
    tangents = [
        item.tangent if isinstance(item, Dual) else np.zeros((tape.count, *np.shape(item)))
        for item in items
    ]
    return Dual(value, func(tangents, axis=_behind(axis)), tape)


def joined(func: Callable[..., Any], items: Sequence[Any], *args: Any, **kwargs: Any) -> Dual:
    """Arrays joined to one; those without derivatives bring zeros."""
    tape = tape_of(items)
    parts = list(items)
    value = func([value_of(part) for part in parts], *args, **kwargs)
    moved = [func([_along(part, k) for part in parts], *args, **kwargs) for k in range(tape.count)]
    return Dual(value, np.stack(moved), tape)


def _along(part: Any, k: int) -> Any:
    return part.tangent[k] if isinstance(part, Dual) else np.zeros_like(part, np.float64)


def bilinear(func: Callable[..., Any], a: Any, b: Any, *args: Any, **kwargs: Any) -> Dual:
    """A product: each factor's derivative times the other factor."""
    tape = tape_of(a, b)
    first, second = value_of(a), value_of(b)
    total: Any = 0.0
    if isinstance(a, Dual):
        total = np.stack([func(each, second, *args, **kwargs) for each in a.tangent])
    if isinstance(b, Dual):
        total = total + np.stack([func(first, each, *args, **kwargs) for each in b.tangent])
    value = func(first, second, *args, **kwargs)
    if tape.noise is not None and func in (np.cross, np.linalg.cross):
        # Its terms have either sign: those of the moduli would cancel too.
        reach = 2.0 * np.max(np.abs(first), initial=0.0) * np.max(np.abs(second), initial=0.0)
        total = tape.off(value, total, reach)
    elif tape.noise is not None:
        total = _off_by_terms(tape, func, (first, second), args, kwargs, value, total)
    return Dual(value, total, tape)


def _off_by_terms(
    tape: Tape,
    func: Callable[..., Any],
    factors: Sequence[Any],
    args: Sequence[Any],
    kwargs: Any,
    value: Any,
    tangent: Any,
) -> Any:
    """The tangent of a sum of products, off by the square root of the number of its terms."""
    sizes = func(*map(np.abs, factors), *args, **kwargs)
    counts = func(*map(np.ones_like, factors), *args, **kwargs)
    terms = np.sqrt(np.maximum(np.abs(counts), 1.0))
    return tape.off(value, tangent, terms * np.abs(sizes))


def computing(func: Callable[..., Any], x: Any, *args: Any, **kwargs: Any) -> Any:
    """A linear function that adds and divides, and so rounds."""
    made = linear(func, x, *args, **kwargs)
    if x.tape.noise is None:
        return made
    scale = 4.0 * np.max(np.abs(x.value), initial=0.0)
    parts = made if isinstance(made, (list, tuple)) else [made]
    for part in parts:
        part.tangent = x.tape.off(part.value, part.tangent, scale)
    return made


def diff(x: Any, n: int = 1, axis: int = -1) -> Any:
    """Differences of neighbours, so many times."""
    before = (slice(None),) * (axis % x.ndim)
    for _ in range(n):
        x = x[(*before, slice(1, None))] - x[(*before, slice(None, -1))]
    return x


def trace(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The sum of a diagonal."""
    return np.add.reduce(np.diagonal(x, offset, axis1, axis2), axis=-1)


def einsum(subscripts: str, *operands: Any, **kwargs: Any) -> Dual:
    """A product of arrays: the rule for products, one factor after the other."""
    tape = tape_of(*operands)
    values = [value_of(each) for each in operands]
    total: Any = 0.0
    for i, operand in enumerate(operands):
        if isinstance(operand, Dual):
            moved = [
                np.einsum(subscripts, *values[:i], each, *values[i + 1 :], **kwargs)
                for each in operand.tangent
            ]
            total = total + np.stack(moved)
    value = np.einsum(subscripts, *values, **kwargs)
    if tape.noise is not None:
        total = _off_by_terms(
            tape, partial(np.einsum, subscripts), values, (), kwargs, value, total
        )
    return Dual(value, total, tape)


def vdot(a: Any, b: Any) -> Any:
    """A sum of products with conjugates."""
    return np.sum(np.conjugate(a) * b)


def pad(x: Dual, *args: Any, **kwargs: Any) -> Dual:
    """Padding adds elements of the array, and constants, which nothing moves."""
    if {*args[1:], kwargs.get("mode")} & {"maximum", "minimum", "median"}:
        raise UnsupportedError("padding by what is compared has no rule")
    empty = np.zeros_like(x.value)
    added = np.pad(empty, *args, **kwargs)
    moved = np.stack([np.pad(each, *args, **kwargs) - added for each in x.tangent])
    return Dual(np.pad(x.value, *args, **kwargs), moved, x.tape)


def reshape(x: Dual, *shape: Any, **kwargs: Any) -> Any:
    """The same elements in another shape."""
    if kwargs:
        return linear(np.reshape, x, *shape, **kwargs)
    target = shape[0] if len(shape) == 1 and not isinstance(shape[0], int) else shape
    value = np.reshape(x.value, target)
    return Dual(value, x.tangent.reshape((x.tape.count, *value.shape)), x.tape)


def transpose(x: Dual, *axes: Any) -> Any:
    """The axes in another order."""
    if not axes or axes[0] is None:
        return x.T
    listed = axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else axes
    behind = (0, *(each % x.ndim + 1 for each in listed))
    return Dual(np.transpose(x.value, listed), x.tangent.transpose(behind), x.tape)


def copy(x: Dual, *_args: Any, **_kwargs: Any) -> Dual:
    """An array of its own."""
    return Dual(np.array(x.value), x.tangent.copy(), x.tape)


def astype(x: Dual, dtype: Any, **_kwargs: Any) -> Any:
    """A cast among floats, all of which are float64 here; or what decides the integers."""
    if np.dtype(dtype).kind not in "fc":
        np.trunc(x)  # notes what is close to the next one
        return x.value.astype(dtype)
    return x


def like(make: Callable[..., Any], x: Any, *args: Any, **kwargs: Any) -> Any:
    """New constants of the shape of an array."""
    made = make(value_of(x), *[value_of(each) for each in args], **kwargs)
    return Dual.constant(made, tape_of(x, *args)) if made.dtype.kind in "fc" else made


def jointly(func: Callable[..., Any], positions: tuple[int, ...], *args: Any, **kwargs: Any) -> Any:
    """A function linear in the arguments at these positions taken together."""
    tape = tape_of(*args)
    values = [value_of(arg) for arg in args]
    moved = []
    for k in range(tape.count):
        inputs = list(values)
        for i in positions:
            if i < len(args):
                inputs[i] = _along(args[i], k)
        moved.append(func(*inputs, **kwargs))
    value = func(*values, **kwargs)
    if isinstance(value, (list, tuple)):
        return type(value)(
            Dual(part, np.stack([each[i] for each in moved]), tape) for i, part in enumerate(value)
        )
    return Dual(value, np.stack(moved), tape)


def vander(x: Dual, N: Any = None, *, increasing: bool = False) -> Any:  # noqa: N803
    """Powers side by side."""
    count = len(x) if N is None else N
    order = range(count) if increasing else range(count - 1, -1, -1)
    return np.stack([x ** float(k) if k else x * 0.0 + 1.0 for k in order], axis=-1)


def multi_dot(items: Sequence[Any]) -> Any:
    """A product of several matrices."""
    product = items[0]
    for item in items[1:]:
        product = product @ item
    return product


def block(items: Any) -> Any:
    """Nested lists of arrays, joined from the innermost out."""
    depth = _depth(items)

    def joined(item: Any, axis: int) -> Any:
        if not isinstance(item, list):
            missing = max(0, depth - np.ndim(value_of(item)))
            return item[(None,) * missing]
        return joined_along(np.concatenate, [joined(each, axis + 1) for each in item], axis)

    return joined(items, -depth)


def _depth(items: Any) -> int:
    return 1 + _depth(items[0]) if isinstance(items, list) else 0


def bincount(places: Any, weights: Any = None, minlength: int = 0) -> Any:
    """The sum of weights for each whole number."""
    count = max(int(np.max(places, initial=-1)) + 1, minlength)
    total = Dual.constant(np.zeros(count), tape_of(weights))
    np.add.at(total, places, weights)
    return total
