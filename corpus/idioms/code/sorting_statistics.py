"""Statistics of order: JAX, and NumPy from the definition."""

import jax
import jax.numpy as jnp
import numpy as np
from scipy import special


def interpolated_quantiles(values, shares, *, rule):
    """Quantiles of each column between the two nearest of its sorted values."""
    count = values.shape[0]
    ordered = jnp.sort(values, axis=0)
    if rule == "hazen":
        places = shares * count - 0.5
    elif rule == "weibull":
        places = shares * (count + 1) - 1.0
    else:
        places = shares * (count - 1)
    places = jnp.clip(places, 0.0, count - 1.0)
    low = jnp.floor(places)
    weight = (places - low)[:, None]
    index = low.astype(jnp.int32)
    above = jnp.minimum(index + 1, count - 1)
    return (1.0 - weight) * ordered[index] + weight * ordered[above]


def interpolated_quantiles_reference(values, shares, *, rule):
    count, columns = values.shape
    result = np.zeros((len(shares), columns))
    # The inverse of a piecewise linear distribution function.
    ranks = np.zeros(count) + np.arange(count)
    knots = {
        "hazen": (ranks + 0.5) / count,
        "weibull": (ranks + 1) / (count + 1),
        "linear": ranks / (count - 1),
    }[rule]
    for c in range(columns):
        result[:, c] = np.interp(shares, knots, np.sort(values[:, c]))
    return result


def trimmed_means(values, *, cut, winsorize):
    """Means of each row without its extremes, which are dropped or pulled in."""
    ordered = jnp.sort(values, axis=-1)
    count = values.shape[-1]
    if winsorize:
        index = jnp.clip(jnp.arange(count), cut, count - 1 - cut)
        return jnp.mean(ordered[:, index], axis=-1)
    return jnp.mean(ordered[:, cut : count - cut], axis=-1)


def trimmed_means_reference(values, *, cut, winsorize):
    means = []
    for row in values:
        rest = sorted(row)
        low, high = rest[cut], rest[len(rest) - 1 - cut]
        if winsorize:
            bounded = [np.minimum(np.maximum(value, low), high) for value in row]
        else:
            bounded = [value for value in row if low <= value <= high]
        means.append(sum(bounded) / len(bounded))
    return np.stack(means)


def median_deviation(values, *, axis):
    """Medians, and the medians of how far the values are from them."""
    middle = jnp.median(values, axis=axis, keepdims=True)
    spread = jnp.median(jnp.abs(values - middle), axis=axis)
    return jnp.squeeze(middle, axis), 1.4826 * spread


def median_deviation_reference(values, *, axis):
    def median(line):
        ordered = sorted(line)
        count = len(ordered)
        return (ordered[(count - 1) // 2] + ordered[count // 2]) / 2

    lines = np.moveaxis(values, axis, -1)
    middles = np.zeros(lines.shape[:-1])
    spreads = np.zeros(lines.shape[:-1])
    for place in np.ndindex(*middles.shape):
        middles[place] = median(lines[place])
        spreads[place] = 1.4826 * median(np.abs(lines[place] - middles[place]))
    return middles, spreads


def ranks_of(values, *, ties):
    """Ranks of the elements of each row from one, by one of four rules for ties."""
    less = jnp.sum(values[:, None, :] < values[:, :, None], axis=-1, dtype=jnp.int32)
    if ties == "min":
        return less + 1
    same = values[:, None, :] == values[:, :, None]
    if ties == "max":
        return less + jnp.sum(same, axis=-1, dtype=jnp.int32)
    count = values.shape[-1]
    earlier = jnp.tril(jnp.ones((count, count), dtype=bool), -1)
    repeated = jnp.sum(same & earlier, axis=-1, dtype=jnp.int32)
    if ties == "ordinal":
        return less + repeated + 1
    # Dense ranks count the first of each value only.
    first = (repeated == 0)[:, None, :]
    smaller = values[:, None, :] < values[:, :, None]
    return jnp.sum(first & smaller, axis=-1, dtype=jnp.int32) + 1


def ranks_of_reference(values, *, ties):
    result = np.zeros(values.shape, dtype=np.int32)
    for row, ranks in zip(values.tolist(), result):
        order = sorted(range(len(row)), key=lambda i: (row[i], i))
        ordered, distinct = sorted(row), sorted(set(row))
        for i, value in enumerate(row):
            ranks[i] = {
                "min": ordered.index(value) + 1,
                "max": len(row) - ordered[::-1].index(value),
                "ordinal": order.index(i) + 1,
                "dense": distinct.index(value) + 1,
            }[ties]
    return result


def rank_weighted_mean(keys, values):
    """Mean of values weighted by ranks of their keys, of which ties get the mean."""
    ordered = jnp.sort(keys)
    first = jnp.searchsorted(ordered, keys, side="left")
    last = jnp.searchsorted(ordered, keys, side="right")
    ranks = 0.5 * (first + last + 1).astype(values.dtype)
    return ranks, jnp.average(values, weights=ranks)


def rank_weighted_mean_reference(keys, values):
    flat = keys.tolist()
    ranks = []
    for key in flat:
        below = sum(other < key for other in flat)
        ties = flat.count(key)
        ranks.append(sum(range(below + 1, below + ties + 1)) / ties)
    ranks = np.array(ranks)
    return ranks, np.sum(ranks * values) / np.sum(ranks)


def quantile_normalize(samples):
    """Give every column the same distribution: the mean of the sorted columns."""
    order = jnp.argsort(samples, axis=0)
    ranks = jnp.argsort(order, axis=0)
    target = jnp.mean(jnp.sort(samples, axis=0), axis=1)
    return target[ranks]


def quantile_normalize_reference(samples):
    rows, columns = samples.shape
    ordered = [sorted(samples[:, c]) for c in range(columns)]
    result = np.zeros((rows, columns))
    for i, c in np.ndindex(rows, columns):
        rank = int(np.sum(samples[:, c] < samples[i, c]))
        result[i, c] = sum(line[rank] for line in ordered) / columns
    return result


def normal_scores(values, *, offset):
    """Replace the elements of each row by normal quantiles of their ranks."""
    count = values.shape[-1]
    order = jnp.argsort(values, axis=-1)
    index = jnp.arange(1, count + 1, dtype=values.dtype)
    shares = (index - offset) / (count + 1.0 - 2.0 * offset)
    quantiles = jnp.broadcast_to(jax.scipy.special.ndtri(shares), values.shape)
    empty = jnp.zeros_like(values)
    return jnp.put_along_axis(empty, order, quantiles, axis=-1, inplace=False)


def normal_scores_reference(values, *, offset):
    count = values.shape[1]
    result = np.zeros(values.shape)
    for i, j in np.ndindex(*values.shape):
        rank = np.zeros(()) + np.sum(values[i] <= values[i, j])
        result[i, j] = special.ndtri((rank - offset) / (count + 1 - 2 * offset))
    return result


def lorenz_inequality(incomes):
    """Shares of the poorest, and how far they are from even, for each row."""
    count = incomes.shape[-1]
    ordered = jnp.sort(incomes, axis=-1)
    total = jnp.sum(incomes, axis=-1, keepdims=True)
    shares = jnp.cumsum(ordered, axis=-1) / total
    weights = 2.0 * jnp.arange(1, count + 1, dtype=incomes.dtype) - count - 1.0
    return shares, ordered @ weights / (count * total[:, 0])


def lorenz_inequality_reference(incomes):
    count = incomes.shape[1]
    shares, indices = [], []
    for row in incomes:
        ordered = sorted(row)
        total = sum(ordered)
        shares.append([sum(ordered[: k + 1]) / total for k in range(count)])
        # Half the mean absolute difference, relative to the mean.
        gaps = np.sum(np.abs(np.subtract.outer(row, row)))
        indices.append(gaps / (2 * count * total))
    return np.array(shares), np.stack(indices)


def distribution_gap(x, y):
    """The largest gap of two empirical distributions, and the value where it is."""
    x, y = jnp.sort(x), jnp.sort(y)
    pooled = jnp.concatenate([x, y])
    below_x = jnp.searchsorted(x, pooled, side="right")
    below_y = jnp.searchsorted(y, pooled, side="right")
    # Over a common denominator the gaps are integers.
    gaps = jnp.abs(below_x * y.shape[0] - below_y * x.shape[0])
    place = jnp.argmax(gaps)
    return gaps[place], jnp.min(jnp.where(gaps == gaps[place], pooled, jnp.inf))


def distribution_gap_reference(x, y):
    best, where = 0, np.zeros(())
    for value in sorted([*x, *y]):
        first = sum(bool(other <= value) for other in x) * len(y)
        second = sum(bool(other <= value) for other in y) * len(x)
        if abs(first - second) > best:
            best, where = abs(first - second), value
    return np.array(best, dtype=np.int32), where


def transport_distance(x, y, x_weights, y_weights):
    """The area between the distribution functions of two weighted samples."""
    pooled = jnp.sort(jnp.concatenate([x, y]))

    def distribution(values, weights):
        order = jnp.argsort(values)
        cumulative = jnp.pad(jnp.cumsum(weights[order]), (1, 0))
        below = jnp.searchsorted(values[order], pooled[:-1], side="right")
        return cumulative[below] / cumulative[-1]

    gaps = jnp.abs(distribution(x, x_weights) - distribution(y, y_weights))
    return jnp.sum(gaps * jnp.diff(pooled))


def transport_distance_reference(x, y, x_weights, y_weights):
    # Move mass greedily from the left.
    have = sorted(zip(x, x_weights / np.sum(x_weights)), key=lambda pair: pair[0])
    want = sorted(zip(y, y_weights / np.sum(y_weights)), key=lambda pair: pair[0])
    i = j = 0
    cost = np.zeros(())
    supply, demand = have[0][1], want[0][1]
    while True:
        moved = np.minimum(supply, demand)
        cost = cost + moved * np.abs(have[i][0] - want[j][0])
        supply, demand = supply - moved, demand - moved
        if supply <= demand:
            i += 1
            if i == len(have):
                return cost
            supply = have[i][1]
        else:
            j += 1
            if j == len(want):
                return cost
            demand = want[j][1]


def repeated_median(values, *, base, levels):
    """Medians of groups, of groups of these, and so on: little memory, robust."""
    for _ in range(levels):
        values = jnp.median(values.reshape(values.shape[0], -1, base), axis=-1)
    return values[:, 0]


def repeated_median_reference(values, *, base, levels):
    def descend(row):
        if len(row) == 1:
            return row[0]
        part = len(row) // base
        return sorted(descend(row[k * part : (k + 1) * part]) for k in range(base))[
            base // 2
        ]

    return np.stack([descend(row) for row in values])
