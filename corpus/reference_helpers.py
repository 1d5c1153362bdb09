"""Functions that NumPy references may call; their text goes into those that do."""

import numpy as np
from scipy import special


def cond(predicate, on_true, on_false, *operands):
    """One of two functions of the operands, as the predicate says."""
    return on_true(*operands) if predicate else on_false(*operands)


def switch(index, branches, *operands):
    """The branch at an index, which is clamped into range."""
    return branches[min(max(int(index), 0), len(branches) - 1)](*operands)


def scan(step, carry, xs, reverse=False):
    """Carry a value through the leading axis of xs, and stack what each step gives."""
    columns = xs if isinstance(xs, tuple) else (xs,)
    order = range(len(columns[0]))
    outputs = []
    for i in reversed(order) if reverse else order:
        items = tuple(column[i] for column in columns)
        carry, output = step(carry, items if isinstance(xs, tuple) else items[0])
        outputs.append(output)
    if reverse:
        outputs.reverse()
    if isinstance(outputs[0], tuple):
        return carry, tuple(np.stack(column) for column in zip(*outputs))
    return carry, np.stack(outputs)


def fori_loop(lower, upper, body, state):
    """Apply the body to each index in turn and the state."""
    for i in range(lower, int(upper)):
        state = body(np.asarray(i), state)
    return state


def while_loop(condition, body, state):
    """Apply the body for as long as the condition holds."""
    while condition(state):
        state = body(state)
    return state


def vectorize(function, in_axes, out_axes, *args):
    """Apply a function to each slice of the mapped arguments and stack the results."""
    mapped = [axis for axis in in_axes if axis is not None]
    first = next(i for i, axis in enumerate(in_axes) if axis is not None)
    results = [
        function(
            *(
                arg if axis is None else np.take(arg, i, axis)
                for arg, axis in zip(args, in_axes)
            )
        )
        for i in range(args[first].shape[mapped[0]])
    ]
    if isinstance(results[0], tuple):
        return tuple(
            np.stack(column, axis) for column, axis in zip(zip(*results), out_axes)
        )
    return np.stack(results, out_axes[0])


def derivative(function, argnum, *args, step=1e-5):
    """The derivative by one argument, by central differences of every coordinate.

    Its shape is that of the function's result followed by that of the argument.
    """
    x = np.asarray(args[argnum], np.float64)
    columns = []
    for index in np.ndindex(x.shape):
        shift = np.zeros(x.shape)
        shift[index] = step
        above = function(*args[:argnum], x + shift, *args[argnum + 1 :])
        below = function(*args[:argnum], x - shift, *args[argnum + 1 :])
        columns.append((above - below) / (2 * step))
    stacked = np.stack(columns, axis=-1)
    return stacked.reshape(stacked.shape[:-1] + x.shape)


def second_derivative(function, argnum, *args, step=1e-4):
    """The derivative of the derivative by one argument, twice the argument's shape."""

    def inner(*values):
        return derivative(function, argnum, *values, step=step)

    return derivative(inner, argnum, *args, step=step)


def directional(function, args, tangents, step=1e-5):
    """The derivative along a direction, by a central difference."""
    above = function(*(x + step * v for x, v in zip(args, tangents)))
    below = function(*(x - step * v for x, v in zip(args, tangents)))
    return (above - below) / (2 * step)


def pullback(function, argnum, cotangent, *args):
    """The derivative of a result weighted by a cotangent, by one argument."""

    def weighted(*values):
        return np.sum(cotangent * function(*values))

    return derivative(weighted, argnum, *args)


def hessian_product(function, argnum, tangent, *args, step=1e-4):
    """The change of a derivative as its argument moves along a tangent."""

    def slope(x):
        moved = (*args[:argnum], x, *args[argnum + 1 :])
        return derivative(function, argnum, *moved, step=step)

    return directional(slope, (args[argnum],), (tangent,), step=step)


def tree_leaves(tree):
    """The arrays of nested dicts, tuples and lists; those of a dict by key, sorted."""
    if isinstance(tree, dict):
        return [leaf for key in sorted(tree) for leaf in tree_leaves(tree[key])]
    if isinstance(tree, (tuple, list)):
        return [leaf for branch in tree for leaf in tree_leaves(branch)]
    return [tree]


def iterate(function, count, first, *others):
    """A step of one value repeated so many times."""
    for _ in range(count):
        first = function(first, *others)
    return first


def first_of(values, size, fill):
    """The first values, filled up to a fixed size."""
    missing = max(0, size - len(values))
    return np.append(values[:size], np.full(missing, fill, values.dtype))


def unique_with_counts(x, size, fill):
    """The distinct values and how often each comes, filled up to a fixed size."""
    values, counts = np.unique(x, return_counts=True)
    return first_of(values, size, fill), first_of(counts, size, 0)


def largest_with_places(x, count):
    """The largest values of each row and where they are, largest first."""
    places = np.argsort(-x, axis=-1, kind="stable")[..., :count]
    return np.take_along_axis(x, places, axis=-1), places


def sorted_together(keys, values):
    """Sorted keys, and values in the order that sorts the keys."""
    order = np.argsort(keys, axis=-1, kind="stable")
    return (
        np.take_along_axis(keys, order, axis=-1),
        np.take_along_axis(values, order, axis=-1),
    )


def pad_and_spread(x, config):
    """Zeros before, after and between elements of each axis; negative ones cut off."""
    dims = [(n - 1) * inner + n for n, (_, _, inner) in zip(x.shape, config)]
    out = np.zeros(dims, x.dtype)
    out[tuple(slice(None, None, inner + 1) for _, _, inner in config)] = x
    out = np.pad(out, [(max(low, 0), max(high, 0)) for low, high, _ in config])
    cuts = [
        (max(-low, 0), n - max(-high, 0))
        for n, (low, high, _) in zip(out.shape, config)
    ]
    return out[tuple(slice(start, stop) for start, stop in cuts)]


def clamped(positions, size):
    """Positions as JAX reads: negative ones from the end, then the nearest inside."""
    return np.clip(np.where(positions < 0, positions + size, positions), 0, size - 1)


def taken_or(x, positions, axis, fill):
    """Elements along an axis, and the fill value for positions outside of it."""
    size = x.shape[axis]
    inside = (positions >= -size) & (positions < size)
    taken = np.take(x, np.where(inside, positions, 0), axis=axis)
    after = (1,) * (x.ndim - axis - 1)
    return np.where(np.reshape(inside, np.shape(inside) + after), taken, fill)


def taken_along_or(x, positions, axis, fill):
    """Elements of each lane along an axis, the fill value for positions outside."""
    size = x.shape[axis]
    inside = (positions >= -size) & (positions < size)
    taken = np.take_along_axis(x, np.where(inside, positions, 0), axis=axis)
    return np.where(inside, taken, fill)


def block(x, starts, sizes):
    """A block of x whose starts are moved so that it lies inside."""
    cuts = []
    for start, size, dim in zip(starts, sizes, x.shape):
        start = min(max(start + dim if start < 0 else start, 0), dim - size)
        cuts.append(slice(start, start + size))
    return x[tuple(cuts)]


def write_block(x, patch, starts):
    """A copy of x with a patch written over it, moved so that it lies inside."""
    out = np.array(x)
    block(out, starts, patch.shape)[...] = patch
    return out


def replaced(x, index, values):
    """A copy of x with values written at an index."""
    out = np.array(x)
    out[index] = values
    return out


def updated(operation, x, index, values):
    """A copy of x with values combined into it at an index, once for each repeat."""
    out = np.array(x)
    operation.at(out, index, values)
    return out


def within(x, index, values):
    """The positions along the leading axes that lie inside x, and their values."""
    sizes = x.shape[: len(index)]
    index = np.broadcast_arrays(*index)
    index = [np.where(i < 0, i + n, i) for i, n in zip(index, sizes)]
    inside = np.all([(i >= 0) & (i < n) for i, n in zip(index, sizes)], axis=0)
    values = np.broadcast_to(values, np.shape(inside) + x.shape[len(index) :])
    return tuple(i[inside] for i in index), values[inside]


def replaced_within(x, index, values):
    """Like ``replaced``, but what lies out of bounds is dropped."""
    return replaced(x, *within(x, index, values))


def updated_within(operation, x, index, values):
    """Like ``updated``, but what lies out of bounds is dropped."""
    return updated(operation, x, *within(x, index, values))


def by_segment(operation, start, values, segments, count):
    """Values of each segment combined; segments out of bounds are dropped."""
    out = np.full((count, *values.shape[1:]), start, values.dtype)
    inside = (segments >= 0) & (segments < count)
    operation.at(out, segments[inside], values[inside])
    return out


def summed_by_key(values, keys, count):
    """The sum of the values that share a key, for each key below the count."""
    sums = np.stack([np.sum(values[keys == k], axis=0) for k in range(count)])
    return sums.astype(values.dtype)


def put_flat(x, positions, values, mode="raise"):
    """A copy of x with values put at positions of its flat order."""
    out = np.array(x)
    np.put(out, positions, values, mode=mode)
    return out


def put_along(x, positions, values, axis):
    """A copy of x with values put at the positions of each lane."""
    out = np.array(x)
    np.put_along_axis(out, positions, values, axis)
    return out


def compressed(mask, x, axis, size, fill):
    """The slices along an axis where a mask is true, filled up to a fixed size."""
    kept = np.moveaxis(np.compress(mask, x, axis=axis), axis, 0)[:size]
    missing = np.full((size - len(kept), *kept.shape[1:]), fill, x.dtype)
    return np.moveaxis(np.concatenate([kept, missing]), 0, axis)


def rounded_to_float(x, digits, least):
    """The nearest number of so many binary digits after the point, ties to even.

    ``least`` is the exponent of the smallest normal number, below which the gaps stay.
    """
    exponents = np.maximum(np.frexp(x)[1] - 1, least)
    return np.ldexp(np.rint(np.ldexp(x, digits - exponents)), exponents - digits)


def sigmoid_gate(x):
    """The values times their logistic sigmoid."""
    return x * special.expit(x)


def gelu_by_normal(x):
    """The values times the normal distribution function."""
    return x * special.ndtr(x)


def gelu_by_tanh(x):
    """GELU, by its approximation with a hyperbolic tangent."""
    return 0.5 * x * (1.0 + np.tanh(np.sqrt(2.0 / np.pi) * (x + 0.044715 * x**3)))


def mish_by_parts(x):
    """The values times the hyperbolic tangent of their softplus."""
    return x * np.tanh(np.logaddexp(x, 0.0))


def exponential_left(x, alpha, width):
    """The values, but a saturating exponential left of zero."""
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0.0) / width))


def self_normalizing(x):
    """The scaled exponential linear unit."""
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    return scale * np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0.0)))


def leaky_ramp(x, slope):
    """The values, those below zero times a slope."""
    return np.where(x >= 0, x, slope * x)


def ratio_to_reach(x):
    """The values over one plus their magnitude."""
    return x / (1.0 + np.abs(x))


def hard_gate(x):
    """The values times a piecewise linear sigmoid."""
    return x * np.clip((x + 3.0) / 6.0, 0.0, 1.0)


def square_plus(x, b):
    """A smooth ramp made of a square root."""
    return 0.5 * (x + np.sqrt(x**2 + b))


def parabola_plus(x):
    """A smooth ramp whose bend is a parabola."""
    return np.where(x >= 1, x, np.where(x <= -1, 0.0, ((x + 1.0) / 2.0) ** 2))


def log_one_minus_exp(x):
    """The logarithm of one minus the exponential of the negated values."""
    return np.where(x > np.log(2), np.log1p(-np.exp(-x)), np.log(-np.expm1(-x)))


def gate_with_half(x, axis):
    """One half of an axis times the sigmoid of the other half."""
    values, gates = np.split(x, 2, axis=axis)
    return values * special.expit(gates)
