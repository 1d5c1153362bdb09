"""Sorting, searching, grouping and ranking: JAX, and NumPy from the definition."""

import math

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from scipy import special


def sort_along(values, *, axis, descending):
    """Sort along one axis of a volume."""
    return jnp.sort(values, axis=axis, descending=descending)


def sort_along_reference(values, *, axis, descending):
    moved = np.moveaxis(values, axis, -1).copy()
    # Insertion sort of every line.
    for place in np.ndindex(*moved.shape[:-1]):
        line = []
        for value in moved[place]:
            k = len(line)
            while k and (line[k - 1] < value if descending else line[k - 1] > value):
                k -= 1
            line.insert(k, value)
        moved[place] = line
    return np.moveaxis(moved, -1, axis)


def stable_order(keys, *, descending):
    """The order that sorts each row, equal keys as they come, and the sorted keys."""
    order = jnp.argsort(keys, axis=-1, stable=True, descending=descending)
    return order, jnp.take_along_axis(keys, order, axis=-1)


def stable_order_reference(keys, *, descending):
    rows = keys.tolist()
    sign = -1 if descending else 1
    orders = [sorted(range(len(row)), key=lambda i: (sign * row[i], i)) for row in rows]
    picked = [[row[i] for i in order] for row, order in zip(rows, orders)]
    return np.array(orders), np.array(picked, dtype=keys.dtype)


def sort_records(primary, secondary, payload, *, num_keys):
    """Sort records of three columns by the first few of them, keeping ties in place."""
    return lax.sort((primary, secondary, payload), num_keys=num_keys, is_stable=True)


def sort_records_reference(primary, secondary, payload, *, num_keys):
    columns = (primary, secondary, payload)

    def key(i):
        return tuple(column[i] for column in columns[:num_keys])

    order = sorted(range(len(primary)), key=key)
    return tuple(column[order] for column in columns)


def sort_columns_together(keys, values, *, dimension):
    """Sort a matrix of keys along a dimension, and move the values along."""
    return lax.sort((keys, values), dimension=dimension, num_keys=1, is_stable=True)


def sort_columns_together_reference(keys, values, *, dimension):
    ordered, moved = keys.copy(), values.copy()
    for k in range(keys.shape[1 - dimension]):
        line = (slice(None), k) if dimension == 0 else (k, slice(None))
        pairs = list(zip(keys[line].tolist(), values[line]))
        pairs.sort(key=lambda pair: pair[0])
        ordered[line] = [key for key, _ in pairs]
        moved[line] = [value for _, value in pairs]
    return ordered, moved


def order_by_columns(major, minor, *, descending):
    """The order by one key, then by another where that is tied."""
    if descending:
        major = -major
    return jnp.lexsort((minor, major))


def order_by_columns_reference(major, minor, *, descending):
    sign = -1 if descending else 1
    pairs = [(sign * int(a), b, i) for i, (a, b) in enumerate(zip(major, minor))]
    return np.array([i for _, _, i in sorted(pairs)])


def largest_entries(scores, *, k):
    """The largest entries of each row, in order, and where they are."""
    return lax.top_k(scores, k)


def largest_entries_reference(scores, *, k):
    values, places = [], []
    for row in scores:
        left = list(range(len(row)))
        for _ in range(k):
            best = left[0]
            for i in left:
                if row[i] > row[best]:
                    best = i
            left.remove(best)
            values.append(row[best])
            places.append(best)
    shape = len(scores), k
    return np.array(values).reshape(shape), np.array(places, np.int32).reshape(shape)


def frequent_codes(codes, *, bins, k):
    """How often the most frequent codes occur, and which they are."""
    counts = jnp.zeros(bins, dtype=jnp.int32).at[codes].add(1)
    return lax.top_k(counts, k)


def frequent_codes_reference(codes, *, bins, k):
    flat = codes.tolist()
    ranked = sorted((-flat.count(code), code) for code in range(bins))[:k]
    counts = np.array([-count for count, _ in ranked], dtype=np.int32)
    return counts, np.array([code for _, code in ranked], dtype=np.int32)


def approximate_extremes(scores, *, k, recall, smallest):
    """Extreme entries of each row by an operator that may trade recall for speed."""
    find = lax.approx_min_k if smallest else lax.approx_max_k
    values, places = find(scores, k, recall_target=recall)
    # They come in any order.
    values, places = lax.sort((values, places), num_keys=1)
    return values, places


def approximate_extremes_reference(scores, *, k, recall, smallest):
    order = np.argsort(scores, axis=1)
    order = order[:, :k] if smallest else order[:, scores.shape[1] - k :]
    return np.take_along_axis(scores, order, axis=1), order.astype(np.int32)


def insertion_points(table, queries, *, side, method):
    """Where each query would go into a sorted table."""
    return jnp.searchsorted(table, queries, side=side, method=method)


def insertion_points_reference(table, queries, *, side, method):
    entries = table.tolist()
    places = np.zeros(queries.shape, dtype=np.int32)
    for place, query in np.ndenumerate(queries):
        before = sum(e < query or (side == "right" and e == query) for e in entries)
        places[place] = before
    return places


def bucket_codes(values, edges, *, right):
    """The bucket of each value between edges that rise or fall."""
    rising = jnp.sort(edges)
    return jnp.digitize(values, rising, right=right), jnp.digitize(
        values, rising[::-1], right=right
    )


def bucket_codes_reference(values, edges, *, right):
    rising = np.zeros(values.shape, dtype=np.int32)
    falling = np.zeros(values.shape, dtype=np.int32)
    for place, value in np.ndenumerate(values):
        for edge in edges:
            rising[place] += bool(edge < value if right else edge <= value)
            falling[place] += bool(edge >= value if right else edge > value)
    return rising, falling


def weighted_counts(codes, weights, *, length):
    """How much weight each code has; codes beyond the last are left out."""
    return jnp.bincount(codes, weights=weights, length=length)


def weighted_counts_reference(codes, weights, *, length):
    totals = [np.sum(weights[codes == code]) for code in range(length)]
    return np.stack(totals)


def joint_counts(rows, columns, *, height, width):
    """A contingency table of two codes, with its margins."""
    flat = jnp.bincount(rows * width + columns, length=height * width)
    table = flat.reshape(height, width).astype(jnp.int32)
    down = jnp.sum(table, axis=0, dtype=jnp.int32)
    across = jnp.sum(table, axis=1, dtype=jnp.int32)
    return table, across, down


def joint_counts_reference(rows, columns, *, height, width):
    pairs = list(zip(rows.tolist(), columns.tolist()))
    table = [[pairs.count((i, j)) for j in range(width)] for i in range(height)]
    table = np.array(table, dtype=np.int32)
    across = np.array([sum(row) for row in table.tolist()], dtype=np.int32)
    down = np.array([sum(row) for row in table.T.tolist()], dtype=np.int32)
    return table, across, down


def weighted_histogram(values, weights, *, bins, low, high, density):
    """A histogram over a fixed range, and its edges."""
    return jnp.histogram(
        values, bins=bins, range=(low, high), weights=weights, density=density
    )


def weighted_histogram_reference(values, weights, *, bins, low, high, density):
    width = (high - low) / bins
    shares = (np.zeros(bins + 1) + np.arange(bins + 1)) / bins
    edges = (1 - shares) * low + shares * high
    totals = []
    for k in range(bins):
        inside = (values >= edges[k]) & (values < edges[k + 1])
        totals.append(np.sum(np.where(inside, weights, 0.0)))
    totals = np.stack(totals)
    return (totals / np.sum(totals) / width if density else totals), edges


def distinct_codes(codes, *, size, fill):
    """Distinct codes in order, where each first occurs, and how often."""
    return jnp.unique(
        codes, return_index=True, return_counts=True, size=size, fill_value=fill
    )


def distinct_codes_reference(codes, *, size, fill):
    flat = codes.tolist()
    found = sorted(set(flat))[:size]
    places = [flat.index(code) for code in found]
    counts = [flat.count(code) for code in found]
    rest = size - len(found)
    # What is filled up counts as not occurring, at the place of the smallest code.
    return (
        np.array(found + [fill] * rest, dtype=codes.dtype),
        np.array(places + [places[0]] * rest),
        np.array(counts + [0] * rest),
    )


def code_ranks(codes):
    """Distinct values of a matrix, and which of them each element is."""
    values, ranks = jnp.unique(codes, return_inverse=True, size=codes.size)
    return values, ranks


def code_ranks_reference(codes):
    found = sorted(set(codes.reshape(-1).tolist()))
    ranks = np.array([found.index(code) for code in codes.reshape(-1).tolist()])
    # Without a fill value the smallest is repeated.
    values = found + [found[0]] * (codes.size - len(found))
    return np.array(values, dtype=codes.dtype), ranks.reshape(codes.shape)


def distinct_rows(rows, *, size):
    """Distinct rows of a matrix in lexicographic order, and how often they occur."""
    return jnp.unique(rows, axis=0, return_counts=True, size=size, fill_value=-1)


def distinct_rows_reference(rows, *, size):
    tuples = [tuple(row) for row in rows.tolist()]
    found = sorted(set(tuples))[:size]
    counts = [tuples.count(row) for row in found]
    rest = size - len(found)
    found += [(-1,) * rows.shape[1]] * rest
    return np.array(found, dtype=rows.dtype), np.array(counts + [0] * rest)


def split_at_rank(values, *, kth):
    """The element of a rank in each row, and the sums of the lesser and the greater."""
    parted = jnp.partition(values, kth, axis=-1)
    lesser = jnp.sum(parted[:, :kth], axis=-1)
    greater = jnp.sum(parted[:, kth + 1 :], axis=-1)
    return parted[:, kth], lesser, greater


def split_at_rank_reference(values, *, kth):
    results = []
    for row in values:
        ordered = sorted(row)
        pivot = ordered[kth]
        lesser = np.sum(np.where(row < pivot, row, 0.0))
        results.append([pivot, lesser, np.sum(np.where(row > pivot, row, 0.0))])
    columns = np.array(results).T
    return columns[0], columns[1], columns[2]


def smallest_members(values, *, kth):
    """Which elements of each row are among the smallest."""
    order = jnp.argpartition(values, kth, axis=-1)
    chosen = jnp.zeros(values.shape, dtype=bool)
    rows = jnp.arange(values.shape[0])[:, None]
    return chosen.at[rows, order[:, : kth + 1]].set(True)


def smallest_members_reference(values, *, kth):
    return np.array(
        [[bool(np.sum(row < value) <= kth) for value in row] for row in values]
    )


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


def group_statistics(values, groups, *, count, ordered):
    """Statistics of each group of values; zeros where it is empty."""
    if ordered:
        order = jnp.argsort(groups)
        values, groups = values[order], groups[order]

    def reduce(combine, values):
        return combine(values, groups, count, indices_are_sorted=ordered)

    sizes = reduce(jax.ops.segment_sum, jnp.ones_like(values))
    present = sizes > 0
    sums = reduce(jax.ops.segment_sum, values)
    least = jnp.where(present, reduce(jax.ops.segment_min, values), 0.0)
    greatest = jnp.where(present, reduce(jax.ops.segment_max, values), 0.0)
    return {
        "sum": sums,
        "mean": sums / jnp.maximum(sizes, 1.0),
        "least": least,
        "greatest": greatest,
    }


def group_statistics_reference(values, groups, *, count, ordered):
    table = {name: np.zeros(count) for name in ("sum", "mean", "least", "greatest")}
    for group in range(count):
        members = values[groups == group]
        if len(members):
            table["sum"][group] = np.sum(members)
            table["mean"][group] = np.sum(members) / len(members)
            table["least"][group] = np.min(members)
            table["greatest"][group] = np.max(members)
    return table


def group_products(factors, groups, *, count, modulus):
    """Products of the integers of each group, and their remainders."""
    products = jax.ops.segment_prod(factors, groups, count)
    return products, products % modulus


def group_products_reference(factors, groups, *, count, modulus):
    products = [1] * count
    for factor, group in zip(factors.tolist(), groups.tolist()):
        products[group] *= factor
    products = np.array(products, dtype=np.int32)
    return products, np.mod(products, modulus).astype(np.int32)


def group_softmax(logits, groups, *, count, temperature):
    """A softmax within each group of entries."""
    scaled = logits / temperature
    highest = jax.ops.segment_max(scaled, groups, count)
    weights = jnp.exp(scaled - lax.stop_gradient(highest)[groups])
    totals = jax.ops.segment_sum(weights, groups, count)
    return weights / totals[groups]


def group_softmax_reference(logits, groups, *, count, temperature):
    weights = np.exp(logits / temperature)
    totals = [np.sum(weights[groups == group]) for group in groups]
    return weights / np.stack(totals)


def group_standardize(values, groups, *, count, floor):
    """Subtract the mean of each group and divide by its deviation, for each column."""
    sizes = jnp.zeros(count, values.dtype).at[groups].add(1.0)
    safe = jnp.maximum(sizes, 1.0)[:, None]
    means = jnp.zeros((count, values.shape[1]), values.dtype).at[groups].add(values)
    centered = values - (means / safe)[groups]
    squares = jnp.zeros_like(means).at[groups].add(centered**2)
    return centered / jnp.sqrt((squares / safe)[groups] + floor)


def group_standardize_reference(values, groups, *, count, floor):
    result = np.zeros(values.shape)
    for i in range(len(values)):
        members = values[groups == groups[i]]
        mean = np.sum(members, axis=0) / len(members)
        variance = np.sum((members - mean) ** 2, axis=0) / len(members)
        result[i] = (values[i] - mean) / np.sqrt(variance + floor)
    return result


def place_in_group(groups, *, count):
    """How many of its group come before each element, and where that group starts."""
    ones = jax.nn.one_hot(groups, count, dtype=jnp.int32)
    before = jnp.cumsum(ones, axis=0, dtype=jnp.int32) - ones
    places = jnp.sum(before * ones, axis=1, dtype=jnp.int32)
    sizes = jnp.sum(ones, axis=0, dtype=jnp.int32)
    starts = jnp.cumsum(sizes, dtype=jnp.int32) - sizes
    return places, starts


def place_in_group_reference(groups, *, count):
    flat = groups.tolist()
    places = [flat[:i].count(group) for i, group in enumerate(flat)]
    starts = [sum(group < k for group in flat) for k in range(count)]
    return np.array(places, dtype=np.int32), np.array(starts, dtype=np.int32)


def last_of_group(times, groups, values, *, count):
    """When the latest event of each group was, or -1, and its value."""
    latest = jnp.full(count, -1, dtype=times.dtype).at[groups].max(times)
    newest = times == latest[groups]
    # Others are dropped; times are distinct.
    target = jnp.where(newest, groups, count)
    chosen = jnp.zeros(count, dtype=values.dtype).at[target].set(values, mode="drop")
    return latest, chosen


def last_of_group_reference(times, groups, values, *, count):
    latest = np.full(count, -1, dtype=np.int32)
    chosen = np.zeros(count)
    for time, group, value in zip(times.tolist(), groups.tolist(), values):
        if time > latest[group]:
            latest[group] = time
            chosen[group] = value
    return latest, chosen


def run_lengths(codes, *, size):
    """Values and lengths of runs of equal codes, and how many runs there are."""
    starts = jnp.concatenate([jnp.ones(1, dtype=bool), codes[1:] != codes[:-1]])
    run = jnp.cumsum(starts, dtype=jnp.int32) - 1
    values = jnp.zeros(size, dtype=codes.dtype).at[run].set(codes, mode="drop")
    lengths = jnp.zeros(size, dtype=jnp.int32).at[run].add(1, mode="drop")
    return values, lengths, run[-1] + 1


def run_lengths_reference(codes, *, size):
    runs = []
    for code in codes.tolist():
        if runs and runs[-1][0] == code:
            runs[-1][1] += 1
        else:
            runs.append([code, 1])
    kept = runs[:size] + [[0, 0]] * max(size - len(runs), 0)
    values = np.array([value for value, _ in kept], dtype=codes.dtype)
    lengths = np.array([length for _, length in kept], dtype=np.int32)
    return values, lengths, np.array(len(runs), dtype=np.int32)


def expand_runs(values, lengths, *, total, fill):
    """Write every value as often as its length says, and fill up the rest."""
    repeated = jnp.repeat(values, lengths, total_repeat_length=total)
    written = jnp.sum(lengths, dtype=jnp.int32)
    return jnp.where(jnp.arange(total) < written, repeated, fill)


def expand_runs_reference(values, lengths, *, total, fill):
    expanded = []
    for value, length in zip(values, lengths.tolist()):
        expanded += [value] * length
    expanded = (expanded + [np.zeros(()) + fill] * total)[:total]
    return np.stack(expanded)


def marked_places(mask, *, size, fill):
    """Rows and columns of true elements in order, as many as fit."""
    rows, columns = jnp.nonzero(mask, size=size, fill_value=fill)
    return rows, columns


def marked_places_reference(mask, *, size, fill):
    found = [place for place in np.ndindex(*mask.shape) if mask[place]][:size]
    found += [(fill, fill)] * (size - len(found))
    return np.array([i for i, _ in found]), np.array([j for _, j in found])


def local_peaks(values, *, size):
    """Places and heights of elements that exceed all four neighbors, the first few."""
    padded = jnp.pad(values, 1, constant_values=-jnp.inf)
    height, width = values.shape
    around = jnp.stack(
        [
            padded[i : i + height, j : j + width]
            for i, j in ((0, 1), (1, 0), (1, 2), (2, 1))
        ]
    )
    peaks = values > jnp.max(around, axis=0)
    places = jnp.argwhere(peaks, size=size, fill_value=-1)
    found = places[:, 0] >= 0
    heights = jnp.where(found, values[places[:, 0], places[:, 1]], 0.0)
    return places, heights


def local_peaks_reference(values, *, size):
    height, width = values.shape
    places, heights = [], []
    for i, j in np.ndindex(height, width):
        higher = [
            values[i, j] > values[a, b]
            for a, b in ((i - 1, j), (i, j - 1), (i, j + 1), (i + 1, j))
            if 0 <= a < height and 0 <= b < width
        ]
        if all(higher) and len(places) < size:
            places.append((i, j))
            heights.append(values[i, j])
    rest = size - len(places)
    heights = heights + [np.zeros(())] * rest
    return np.array(places + [(-1, -1)] * rest), np.stack(heights)


def compress_marked(values, mask, *, fill):
    """Move marked elements of each row to its front, in order, and fill up the rest."""
    target = jnp.cumsum(mask, axis=1, dtype=jnp.int32) - 1
    target = jnp.where(mask, target, values.shape[1])
    rows = jnp.arange(values.shape[0])[:, None]
    packed = jnp.full_like(values, fill).at[rows, target].set(values, mode="drop")
    return packed, jnp.sum(mask, axis=1, dtype=jnp.int32)


def compress_marked_reference(values, mask, *, fill):
    packed = np.zeros(values.shape) + fill
    counts = np.zeros(len(values), dtype=np.int32)
    for i, j in np.ndindex(*values.shape):
        if mask[i, j]:
            packed[i, counts[i]] = values[i, j]
            counts[i] += 1
    return packed, counts


def split_by_pivot(values, pivot, *, ways):
    """Move lesser elements before the others, keeping both in order."""
    if ways == 2:
        part = (values >= pivot).astype(jnp.int32)
    else:
        part = jnp.sign(values - pivot).astype(jnp.int32) + 1
    ones = part[:, None] == jnp.arange(ways)
    sizes = jnp.sum(ones, axis=0, dtype=jnp.int32)
    starts = jnp.cumsum(sizes, dtype=jnp.int32) - sizes
    within = jnp.cumsum(ones, axis=0, dtype=jnp.int32) - 1
    index = jnp.arange(values.shape[0])
    target = starts[part] + within[index, part]
    return jnp.zeros_like(values).at[target].set(values), sizes


def split_by_pivot_reference(values, pivot, *, ways):
    flat, pivot = values.tolist(), int(pivot)
    lesser = [v for v in flat if v < pivot]
    if ways == 2:
        parts = [lesser, [v for v in flat if v >= pivot]]
    else:
        equal = [v for v in flat if v == pivot]
        parts = [lesser, equal, [v for v in flat if v > pivot]]
    sizes = np.array([len(part) for part in parts], dtype=np.int32)
    return np.array([v for part in parts for v in part], dtype=values.dtype), sizes


def counting_sort(keys, payload, *, bins):
    """Sort by small keys without comparisons: count, sum up, and place."""
    counts = jnp.bincount(keys, length=bins)
    starts = jnp.cumsum(counts) - counts

    def place(starts, key):
        return starts.at[key].add(1), starts[key]

    _, targets = lax.scan(place, starts, keys)
    ordered = jnp.zeros_like(keys).at[targets].set(keys)
    return ordered, jnp.zeros_like(payload).at[targets].set(payload)


def counting_sort_reference(keys, payload, *, bins):
    flat = keys.tolist()
    order = [i for key in range(bins) for i, k in enumerate(flat) if k == key]
    return keys[order], payload[order]


def radix_sort(keys, *, digit_bits, passes):
    """Sort unsigned integers by their digits, the least significant first."""
    radix = 2**digit_bits

    def sort_by_digit(i, keys):
        digits = ((keys >> (digit_bits * i)) & (radix - 1)).astype(jnp.int32)
        ones = jax.nn.one_hot(digits, radix, dtype=jnp.int32)
        sizes = jnp.sum(ones, axis=0, dtype=jnp.int32)
        starts = jnp.cumsum(sizes, dtype=jnp.int32) - sizes
        within = jnp.sum((jnp.cumsum(ones, axis=0) - ones) * ones, axis=1)
        return jnp.zeros_like(keys).at[starts[digits] + within].set(keys)

    for i in range(passes):
        keys = sort_by_digit(i, keys)
    return keys


def radix_sort_reference(keys, *, digit_bits, passes):
    low = 2 ** (digit_bits * passes)
    return np.array(sorted(keys.tolist(), key=lambda key: key % low), dtype=np.uint32)


def bitonic_sort(values):
    """Sort rows whose size is a power of two by a network of compare and exchange."""
    size = values.shape[-1]
    index = jnp.arange(size)
    block = 2
    while block <= size:
        stride = block // 2
        while stride:
            partner = values[:, index ^ stride]
            # The lower of a pair takes the lesser one in rising blocks.
            lower = (index & stride) == 0
            rising = (index & block) == 0
            lesser = jnp.minimum(values, partner)
            greater = jnp.maximum(values, partner)
            values = jnp.where(lower == rising, lesser, greater)
            stride //= 2
        block *= 2
    return values


def bitonic_sort_reference(values):
    return np.stack([np.stack(sorted(row)) for row in values])


def batcher_merge_sort(values, *, descending):
    """Sort a row whose size is a power of two by Batcher's merging network."""
    size = values.shape[0]
    pairs = []
    p = 1
    while p < size:
        k = p
        while k:
            stage = [
                (i + j, i + j + k)
                for j in range(k % p, size - k, 2 * k)
                for i in range(min(k, size - j - k))
                if (i + j) // (2 * p) == (i + j + k) // (2 * p)
            ]
            pairs.append(stage)
            k //= 2
        p *= 2
    for stage in pairs:
        low = jnp.array([a for a, _ in stage])
        high = jnp.array([b for _, b in stage])
        lesser = jnp.minimum(values[low], values[high])
        greater = jnp.maximum(values[low], values[high])
        if descending:
            lesser, greater = greater, lesser
        values = values.at[low].set(lesser).at[high].set(greater)
    return values


def batcher_merge_sort_reference(values, *, descending):
    ordered = sorted(values)
    return np.stack(ordered[::-1] if descending else ordered)


def odd_even_transposition(values, *, rounds):
    """Exchange neighbors that are out of order, at even and odd places in turn."""

    def exchange(i, values):
        before = jnp.roll(values, 1)
        after = jnp.roll(values, -1)
        index = jnp.arange(values.shape[0])
        first = (index % 2 == i % 2) & (index < values.shape[0] - 1)
        second = (index % 2 != i % 2) & (index > 0)
        lesser = jnp.minimum(values, after)
        greater = jnp.maximum(values, before)
        return jnp.where(first, lesser, jnp.where(second, greater, values))

    return lax.fori_loop(0, rounds, exchange, values)


def odd_even_transposition_reference(values, *, rounds):
    line = list(values)
    for i in range(rounds):
        for j in range(i % 2, len(line) - 1, 2):
            if line[j] > line[j + 1]:
                line[j], line[j + 1] = line[j + 1], line[j]
    return np.stack(line)


def shear_sort(grid):
    """Sort a mesh in snake order: rows in alternating directions, then columns."""
    rows = grid.shape[0]
    backward = (jnp.arange(rows) % 2 == 1)[:, None]
    for _ in range(max(rows - 1, 1).bit_length()):
        forward = jnp.sort(grid, axis=1)
        grid = jnp.where(backward, forward[:, ::-1], forward)
        grid = jnp.sort(grid, axis=0)
    forward = jnp.sort(grid, axis=1)
    return jnp.where(backward, forward[:, ::-1], forward)


def shear_sort_reference(grid):
    rows, columns = grid.shape
    ordered = sorted(grid.reshape(-1))
    lines = [ordered[i * columns : (i + 1) * columns] for i in range(rows)]
    return np.stack(
        [np.stack(line[::-1] if i % 2 else line) for i, line in enumerate(lines)]
    )


def selection_sort(values):
    """Swap the least of what is left to the front, step by step; count the swaps."""
    count = values.shape[0]
    index = jnp.arange(count)

    def select(i, state):
        values, swaps = state
        least = jnp.argmin(jnp.where(index >= i, values, jnp.iinfo(values.dtype).max))
        swaps = swaps + (least != i).astype(jnp.int32)
        first, found = values[i], values[least]
        return values.at[least].set(first).at[i].set(found), swaps

    return lax.fori_loop(0, count - 1, select, (values, jnp.int32(0)))


def selection_sort_reference(values):
    line, swaps = values.tolist(), 0
    for i in range(len(line) - 1):
        least = line.index(min(line[i:]), i)
        swaps += least != i
        line[i], line[least] = line[least], line[i]
    return np.array(line, dtype=values.dtype), np.array(swaps, dtype=np.int32)


def insertion_trace(values, *, capacity):
    """Keep the smallest values seen so far in order; return them after every step."""

    def insert(queue, value):
        # What is greater moves up by one, and the last one falls off.
        shifted = jnp.concatenate([queue[:1], queue[:-1]])
        place = jnp.searchsorted(queue, value, side="right")
        index = jnp.arange(capacity)
        queue = jnp.where(index > place, shifted, queue)
        queue = jnp.where(index == place, value, queue)
        return queue, queue

    empty = jnp.full(capacity, jnp.iinfo(values.dtype).max, dtype=values.dtype)
    return lax.scan(insert, empty, values)[1]


def insertion_trace_reference(values, *, capacity):
    rows = []
    empty = np.iinfo(values.dtype).max
    for t in range(len(values)):
        kept = sorted(values[: t + 1].tolist())[:capacity]
        rows.append(kept + [empty] * (capacity - len(kept)))
    return np.array(rows, dtype=values.dtype)


def merge_sorted(first, second):
    """Merge sorted arrays by the places of elements; say which are of the second."""
    # Equal elements of the first come before those of the second.
    place_first = jnp.searchsorted(second, first, side="left")
    place_first += jnp.arange(first.shape[0], dtype=place_first.dtype)
    place_second = jnp.searchsorted(first, second, side="right")
    place_second += jnp.arange(second.shape[0], dtype=place_second.dtype)
    total = first.shape[0] + second.shape[0]
    merged = jnp.zeros(total, dtype=first.dtype)
    merged = merged.at[place_first].set(first).at[place_second].set(second)
    return merged, jnp.zeros(total, dtype=bool).at[place_second].set(True)


def merge_sorted_reference(first, second):
    left, right = first.tolist(), second.tolist()
    merged, origin = [], []
    while left or right:
        later = not left or (right and right[0] < left[0])
        merged.append((right if later else left).pop(0))
        origin.append(bool(later))
    return np.array(merged, dtype=first.dtype), np.array(origin)


def next_occurrence(codes):
    """How far on each code comes again, or zero where it does not."""
    count = codes.shape[0]
    index = jnp.arange(count, dtype=jnp.int32)

    def look_back(nearest, step):
        code, place = step
        found = nearest[code]
        return nearest.at[code].set(place), jnp.where(found < count, found - place, 0)

    start = jnp.full(count, count, dtype=jnp.int32)
    return lax.scan(look_back, start, (codes, index), reverse=True)[1]


def next_occurrence_reference(codes):
    flat = codes.tolist()
    gaps = []
    for i, code in enumerate(flat):
        rest = flat[i + 1 :]
        gaps.append(rest.index(code) + 1 if code in rest else 0)
    return np.array(gaps, dtype=np.int32)


def lower_bounds(table, queries):
    """Binary searches of a sorted table, side by side, in a fixed number of steps."""
    size = table.shape[0]

    def halve(_, bounds):
        low, high = bounds
        middle = (low + high) // 2
        # Below the answer everything is less than the query.
        less = table[jnp.minimum(middle, size - 1)] < queries
        active = low < high
        low = jnp.where(active & less, middle + 1, low)
        return low, jnp.where(active & ~less, middle, high)

    low = jnp.zeros(queries.shape, dtype=jnp.int32)
    high = jnp.full(queries.shape, size, dtype=jnp.int32)
    return lax.fori_loop(0, size.bit_length(), halve, (low, high))[0]


def lower_bounds_reference(table, queries):
    return np.array([sum(table < query) for query in queries], dtype=np.int32)


def find_in_sorted(table, query):
    """Search a sorted table for one value by halving; also count the comparisons."""

    def unfinished(state):
        low, high, _, found = state
        return (low < high) & (found < 0)

    def halve(state):
        low, high, steps, found = state
        middle = (low + high) // 2
        value = table[middle]
        found = jnp.where(value == query, middle, found)
        low = jnp.where(value < query, middle + 1, low)
        high = jnp.where(value > query, middle, high)
        return low, high, steps + 1, found

    start = (jnp.int32(0), jnp.int32(table.shape[0]), jnp.int32(0), jnp.int32(-1))
    _, _, steps, found = lax.while_loop(unfinished, halve, start)
    return found, steps


def find_in_sorted_reference(table, query):
    entries, target = table.tolist(), int(query)

    def search(low, high, steps):
        if low >= high:
            return -1, steps
        middle = low + (high - low) // 2
        if entries[middle] == target:
            return middle, steps + 1
        if entries[middle] < target:
            return search(middle + 1, high, steps + 1)
        return search(low, middle, steps + 1)

    found, steps = search(0, len(entries), 0)
    return np.array(found, dtype=np.int32), np.array(steps, dtype=np.int32)


def saddleback_search(matrix, query):
    """Find a value in a matrix with sorted rows and columns, along a staircase."""
    rows, columns = matrix.shape
    matrix = jnp.sort(jnp.sort(matrix, axis=0), axis=1)

    def unfinished(state):
        i, j, _ = state
        inside = (i < rows) & (j >= 0)
        return inside & (matrix[jnp.minimum(i, rows - 1), jnp.maximum(j, 0)] != query)

    def walk(state):
        i, j, steps = state
        less = matrix[i, j] < query
        return jnp.where(less, i + 1, i), jnp.where(less, j, j - 1), steps + 1

    start = (jnp.int32(0), jnp.int32(columns - 1), jnp.int32(0))
    i, j, steps = lax.while_loop(unfinished, walk, start)
    return (i < rows) & (j >= 0), steps


def saddleback_search_reference(matrix, query):
    ordered = np.sort(np.sort(matrix, axis=0), axis=1).tolist()
    target, steps = int(query), 0
    row = ordered.pop(0)
    while row and row[-1] != target:
        steps += 1
        if row[-1] > target:
            row.pop()
        elif ordered:
            row = ordered.pop(0)[: len(row)]
        else:
            row = []
    return np.array(bool(row)), np.array(steps, dtype=np.int32)


def rank_by_bisection(values, *, k):
    """The k-th smallest integer, by halving the range that it is in."""

    def unfinished(bounds):
        return bounds[0] < bounds[1]

    def halve(bounds):
        low, high = bounds
        # Rounds down for negative numbers too.
        middle = low + (high - low) // 2
        enough = jnp.sum(values <= middle) > k
        return jnp.where(enough, low, middle + 1), jnp.where(enough, middle, high)

    bounds = jnp.min(values), jnp.max(values)
    return lax.while_loop(unfinished, halve, bounds)[0]


def rank_by_bisection_reference(values, *, k):
    return np.array(sorted(values.tolist())[k], dtype=values.dtype)


def radix_select(values, *, k, bits):
    """The k-th largest of each row, one bit after another from the highest."""
    prefix = jnp.zeros(values.shape[0], dtype=values.dtype)
    rank = jnp.full(values.shape[0], k, dtype=jnp.int32)
    for bit in reversed(range(bits)):
        candidate = prefix | (1 << bit)
        # How many share the bits so far, and have this one too.
        alike = (values >> bit) == (candidate >> bit)[:, None]
        count = jnp.sum(alike, axis=1, dtype=jnp.int32)
        prefix = jnp.where(count > rank, candidate, prefix)
        rank = jnp.where(count > rank, rank, rank - count)
    return prefix


def radix_select_reference(values, *, k, bits):
    ordered = [sorted(row, reverse=True) for row in values.tolist()]
    return np.array([row[k] for row in ordered], dtype=np.int32)


def quickselect(values, *, k):
    """The k-th smallest by partitions around pivots; also count the rounds."""

    def narrow(state):
        low, high, _, rounds, _ = state
        active = (values > low) & (values < high)
        pivot = values[jnp.argmax(active)]
        less = jnp.sum(values < pivot)
        same = jnp.sum(values == pivot)
        low = jnp.where(k >= less + same, pivot, low)
        high = jnp.where(k < less, pivot, high)
        return low, high, (less <= k) & (k < less + same), rounds + 1, pivot

    info = jnp.iinfo(values.dtype)
    low, high = (jnp.array(end, dtype=values.dtype) for end in (info.min, info.max))
    start = (low, high, jnp.array(False), jnp.int32(0), low)
    state = lax.while_loop(lambda state: ~state[2], narrow, start)
    return state[4], state[3]


def quickselect_reference(values, *, k):
    rest, rank, rounds = values.tolist(), k, 0
    while True:
        rounds += 1
        pivot = rest[0]
        less = [value for value in rest if value < pivot]
        greater = [value for value in rest if value > pivot]
        if rank < len(less):
            rest = less
        elif rank >= len(rest) - len(greater):
            rank -= len(rest) - len(greater)
            rest = greater
        else:
            break
    return np.array(pivot, dtype=values.dtype), np.array(rounds, dtype=np.int32)


def _sift_down(heap, place):
    """Swap an element with its lesser child until no child is less."""
    size = heap.shape[0]

    def lesser_child(heap, place):
        left = 2 * place + 1
        right = jnp.minimum(left + 1, size - 1)
        return jnp.where(heap[right] < heap[left], right, left)

    def is_greater(state):
        heap, place = state
        has_child = 2 * place + 1 < size
        return has_child & (heap[lesser_child(heap, place)] < heap[place])

    def swap(state):
        heap, place = state
        child = lesser_child(heap, place)
        return heap.at[place].set(heap[child]).at[child].set(heap[place]), child

    return lax.while_loop(is_greater, swap, (heap, place))[0]


def heap_sort(values, *, keep):
    """Build a heap from the bottom, then pop the smallest few."""

    def settle(heap, place):
        return _sift_down(heap, place), None

    places = jnp.arange(values.shape[0] // 2 - 1, -1, -1, dtype=jnp.int32)
    heap, _ = lax.scan(settle, values, places)
    highest = jnp.iinfo(values.dtype).max

    def pop(heap, _):
        return _sift_down(heap.at[0].set(highest), jnp.int32(0)), heap[0]

    return lax.scan(pop, heap, None, length=keep)[1]


def heap_sort_reference(values, *, keep):
    return np.array(sorted(values.tolist())[:keep], dtype=values.dtype)


def streaming_largest(values, *, k):
    """Hold the largest values of a stream in a heap; follow the least of them."""
    lowest = jnp.iinfo(values.dtype).min

    def offer(heap, value):
        replaced = _sift_down(heap.at[0].set(value), jnp.int32(0))
        heap = jnp.where(value > heap[0], replaced, heap)
        return heap, heap[0]

    start = jnp.full(k, lowest, dtype=values.dtype)
    heap, thresholds = lax.scan(offer, start, values)
    return jnp.sort(heap), thresholds


def streaming_largest_reference(values, *, k):
    lowest = int(np.iinfo(values.dtype).min)
    thresholds = []
    for t in range(len(values)):
        kept = sorted([lowest] * k + values[: t + 1].tolist())[-k:]
        thresholds.append(kept[0])
    return np.array(kept, values.dtype), np.array(thresholds, values.dtype)


def tournament_winners(scores, *, k):
    """The best few by knock-out rounds: the winner leaves, and the rest play again."""
    size = scores.shape[0]
    field = 1 << (size - 1).bit_length()
    padded = jnp.pad(scores, (0, field - size), constant_values=-jnp.inf)

    def play(scores):
        places = jnp.arange(field, dtype=jnp.int32)
        while places.shape[0] > 1:
            first, second = places[::2], places[1::2]
            places = jnp.where(scores[second] > scores[first], second, first)
        return places[0]

    def award(scores, _):
        winner = play(scores)
        return scores.at[winner].set(-jnp.inf), (winner, scores[winner])

    return lax.scan(award, padded, None, length=k)[1]


def tournament_winners_reference(scores, *, k):
    order = np.argsort(scores)[::-1][:k]
    return order.astype(np.int32), scores[order]


def merge_intervals(starts, lengths):
    """Unite closed intervals that touch, in order; -1 fills up the rest."""
    order = jnp.argsort(starts)
    begin = starts[order]
    end = begin + lengths[order]
    reach = lax.cummax(end)
    # An interval opens a new group where all before it have ended.
    opens = jnp.concatenate([jnp.ones(1, dtype=bool), begin[1:] > reach[:-1]])
    group = jnp.cumsum(opens, dtype=jnp.int32) - 1
    empty = jnp.full_like(starts, -1)
    count = starts.shape[0]
    target = jnp.where(opens, group, count)
    return (
        empty.at[target].set(begin, mode="drop"),
        empty.at[group].max(end),
        group[-1] + 1,
    )


def merge_intervals_reference(starts, lengths):
    covered = set()
    for start, length in zip(starts.tolist(), lengths.tolist()):
        # Doubled, so that the gap between neighbors is seen.
        covered |= set(range(2 * start, 2 * (start + length) + 1))
    begins = sorted(x // 2 for x in covered if x - 1 not in covered)
    ends = sorted(x // 2 for x in covered if x + 1 not in covered)
    rest = [-1] * (len(starts) - len(begins))
    return (
        np.array(begins + rest, dtype=np.int32),
        np.array(ends + rest, dtype=np.int32),
        np.array(len(begins), dtype=np.int32),
    )


def busiest_time(arrivals, stays):
    """The most guests at once, and when that is first so: a sweep over events."""
    count = arrivals.shape[0]
    times = jnp.concatenate([arrivals, arrivals + stays])
    changes = jnp.repeat(jnp.array([1, -1], dtype=jnp.int32), count)
    # Who leaves makes room for who comes at the same time.
    times, changes = lax.sort((times, changes), num_keys=2)
    present = jnp.cumsum(changes, dtype=jnp.int32)
    peak = jnp.argmax(present)
    return present[peak], times[peak]


def busiest_time_reference(arrivals, stays):
    guests = list(zip(arrivals.tolist(), (arrivals + stays).tolist()))
    best, when = 0, 0
    for time in sorted(arrivals.tolist()):
        present = sum(begin <= time < end for begin, end in guests)
        if present > best:
            best, when = present, time
    return np.array(best, dtype=np.int32), np.array(when, dtype=np.int32)


def count_inversions(values):
    """Pairs of each row that are out of order."""
    out_of_order = values[:, :, None] > values[:, None, :]
    pairs = jnp.triu(out_of_order, k=1)
    return jnp.sum(pairs, axis=(1, 2), dtype=jnp.int32)


def count_inversions_reference(values):
    def sort_and_count(row):
        if len(row) < 2:
            return row, 0
        left, first = sort_and_count(row[: len(row) // 2])
        right, second = sort_and_count(row[len(row) // 2 :])
        merged, across = [], 0
        while left and right:
            if right[0] < left[0]:
                across += len(left)
                merged.append(right.pop(0))
            else:
                merged.append(left.pop(0))
        return merged + left + right, first + second + across

    counts = [sort_and_count(row)[1] for row in values.tolist()]
    return np.array(counts, dtype=np.int32)


def smaller_before(codes, *, bins):
    """How many lesser codes came before each, from a tree of partial counts."""

    def total(tree, place):
        def step(state):
            place, total = state
            return place & (place - 1), total + tree[place]

        return lax.while_loop(lambda state: state[0] > 0, step, (place, jnp.int32(0)))[
            1
        ]

    def increment(tree, place):
        def step(state):
            place, tree = state
            return place + (place & -place), tree.at[place].add(1)

        return lax.while_loop(lambda state: state[0] <= bins, step, (place, tree))[1]

    def visit(tree, code):
        # Codes count from zero and places in the tree from one.
        return increment(tree, code + 1), total(tree, code)

    return lax.scan(visit, jnp.zeros(bins + 1, dtype=jnp.int32), codes)[1]


def smaller_before_reference(codes, *, bins):
    flat = codes.tolist()
    counts = [sum(other < code for other in flat[:i]) for i, code in enumerate(flat)]
    return np.array(counts, dtype=np.int32)


def patience_piles(cards):
    """Put each card on the first pile whose top is not less; piles and their tops."""

    def place(tops, card):
        pile = jnp.searchsorted(tops, card, side="left")
        return tops.at[pile].set(card), pile

    empty = jnp.full(cards.shape[0], 99, dtype=cards.dtype)
    tops, piles = lax.scan(place, empty, cards)
    return piles, tops


def patience_piles_reference(cards):
    tops, piles = [], []
    for card in cards.tolist():
        fitting = [i for i, top in enumerate(tops) if top >= card]
        if fitting:
            tops[fitting[0]] = card
            piles.append(fitting[0])
        else:
            piles.append(len(tops))
            tops.append(card)
    tops += [99] * (len(cards) - len(tops))
    return np.array(piles, dtype=np.int32), np.array(tops, dtype=cards.dtype)


def neighbor_vote(points, labels, queries, *, k, classes):
    """Label each query as most of its nearest points are; also how far these are."""
    gaps = queries[:, None] - points[None]
    squares = jnp.sum(gaps**2, axis=-1)
    negated, nearest = lax.top_k(-squares, k)
    votes = jnp.sum(jax.nn.one_hot(labels[nearest], classes, dtype=jnp.int32), axis=1)
    return jnp.argmax(votes, axis=-1), jnp.sqrt(-negated)


def neighbor_vote_reference(points, labels, queries, *, k, classes):
    chosen, distances = [], []
    for query in queries:
        lengths = [np.sqrt(np.sum((point - query) ** 2)) for point in points]
        order = sorted(range(len(points)), key=lambda i: lengths[i])[:k]
        votes = [int(labels[i]) for i in order]
        chosen.append(max(range(classes), key=votes.count))
        distances.append(np.stack([lengths[i] for i in order]))
    return np.array(chosen), np.stack(distances)


def majority_element(votes):
    """Whoever more than half vote for, else -1, by pairing off those that differ."""

    def pair_off(state, vote):
        candidate, lead = state
        candidate = jnp.where(lead == 0, vote, candidate)
        lead = jnp.where(candidate == vote, lead + 1, lead - 1)
        return (candidate, lead), lead

    (candidate, _), leads = lax.scan(pair_off, (votes[0], jnp.int32(0)), votes)
    support = jnp.sum(votes == candidate, dtype=jnp.int32)
    return jnp.where(2 * support > votes.shape[0], candidate, -1), leads


def majority_element_reference(votes):
    ballots = votes.tolist()
    winners = [v for v in set(ballots) if 2 * ballots.count(v) > len(ballots)]
    # Unpaired ballots are all alike.
    unpaired, leads = [], []
    for ballot in ballots:
        if unpaired and unpaired[-1] != ballot:
            unpaired.pop()
        else:
            unpaired.append(ballot)
        leads.append(len(unpaired))
    winner = winners[0] if winners else -1
    return np.array(winner, dtype=np.int32), np.array(leads, dtype=np.int32)


def row_modes(codes):
    """The most frequent code of each row, the smallest of a tie, and its count."""

    def mode(row):
        ordered = jnp.sort(row)
        after = jnp.searchsorted(ordered, ordered, side="right")
        before = jnp.searchsorted(ordered, ordered, side="left")
        counts = after - before
        place = jnp.argmax(counts)
        return ordered[place], counts[place]

    return jax.vmap(mode)(codes)


def row_modes_reference(codes):
    modes, counts = [], []
    for row in codes.tolist():
        best = max(sorted(set(row)), key=row.count)
        modes.append(best)
        counts.append(row.count(best))
    return np.array(modes, dtype=codes.dtype), np.array(counts, dtype=np.int32)


def running_best(scores, *, last):
    """The greatest score of each prefix of a row, and where it was first or last."""

    def better(first, second):
        second_wins = second[0] >= first[0] if last else second[0] > first[0]
        return tuple(
            jnp.where(second_wins, b, a) for a, b in zip(first, second, strict=True)
        )

    places = lax.broadcasted_iota(jnp.int32, scores.shape, 1)
    return lax.associative_scan(better, (scores, places), axis=1)


def running_best_reference(scores, *, last):
    values, places = np.zeros_like(scores), np.zeros(scores.shape, dtype=np.int32)
    for i, row in enumerate(scores.tolist()):
        for t in range(len(row)):
            best = max(row[: t + 1])
            values[i, t] = best
            same = [s for s in range(t + 1) if row[s] == best]
            places[i, t] = same[-1] if last else same[0]
    return values, places


def dependency_levels(edges):
    """Waves of tasks whose predecessors are done; edges lead to higher numbers."""
    edges = jnp.triu(edges, k=1)
    count = edges.shape[0]

    def start_ready(state):
        levels, wave = state
        waiting = levels < 0
        blocked = jnp.any(edges & waiting[:, None], axis=0)
        return jnp.where(waiting & ~blocked, wave, levels), wave + 1

    levels = jnp.full(count, -1, dtype=jnp.int32)
    return lax.while_loop(
        lambda state: jnp.any(state[0] < 0), start_ready, (levels, jnp.int32(0))
    )


def dependency_levels_reference(edges):
    levels = []
    for j in range(len(edges)):
        # The longest path to each task.
        before = [levels[i] for i in range(j) if edges[i, j]]
        levels.append(max(before, default=-1) + 1)
    return np.array(levels, dtype=np.int32), np.array(max(levels) + 1, dtype=np.int32)


def nearest_levels(values, levels):
    """Code each value by the nearest of a few levels; also the error that is left."""
    table = jnp.sort(levels)
    middles = 0.5 * (table[1:] + table[:-1])
    codes = jnp.searchsorted(middles, values)
    return codes, values - table[codes]


def nearest_levels_reference(values, levels):
    table = np.sort(levels)
    codes = np.zeros(values.shape, dtype=np.int32)
    errors = np.zeros(values.shape)
    for place in np.ndindex(*values.shape):
        gaps = values[place] - table
        codes[place] = int(np.argmin(np.abs(gaps)))
        errors[place] = gaps[codes[place]]
    return codes, errors


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


def match_histogram(source, target, *, levels):
    """Recode an image so that its levels are spread like those of another."""
    source_counts = jnp.bincount(source.reshape(-1), length=levels)
    target_counts = jnp.bincount(target.reshape(-1), length=levels)
    # Shares of pixels, over a common denominator.
    reached = jnp.cumsum(source_counts) * target.size
    available = jnp.cumsum(target_counts) * source.size
    codes = jnp.searchsorted(available, reached, side="left")
    return codes[source]


def match_histogram_reference(source, target, *, levels):
    here, there = source.reshape(-1).tolist(), target.reshape(-1).tolist()
    table = []
    for level in range(levels):
        needed = sum(value <= level for value in here) * len(there)
        code = 0
        while sum(value <= code for value in there) * len(here) < needed:
            code += 1
        table.append(code)
    return np.array(table, dtype=np.int32)[source]


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


def pool_adjacent_violators(values, weights):
    """The nearest rising sequence: neighbors that fall are pooled into blocks."""
    count = values.shape[0]

    def falls(state):
        means, _, _, top = state
        return (top > 0) & (means[jnp.maximum(top - 1, 0)] >= means[top])

    def pool(state):
        means, masses, sizes, top = state
        mass = masses[top - 1] + masses[top]
        moment = masses[top - 1] * means[top - 1] + masses[top] * means[top]
        means = means.at[top - 1].set(moment / mass)
        masses = masses.at[top - 1].set(mass)
        sizes = sizes.at[top - 1].add(sizes[top]).at[top].set(0)
        return means, masses, sizes, top - 1

    def push(state, item):
        means, masses, sizes, top = state
        top = top + 1
        means, masses = means.at[top].set(item[0]), masses.at[top].set(item[1])
        state = means, masses, sizes.at[top].set(1), top
        return lax.while_loop(falls, pool, state), None

    empty = jnp.zeros_like(values)
    start = (empty, empty, jnp.zeros(count, jnp.int32), jnp.int32(-1))
    (means, _, sizes, top), _ = lax.scan(push, start, (values, weights))
    return jnp.repeat(means, sizes, total_repeat_length=count), top + 1


def pool_adjacent_violators_reference(values, weights):
    count = len(values)
    fitted = []
    for i in range(count):
        # The max-min formula over blocks that hold the element.
        lows = []
        for a in range(i + 1):
            means = [
                np.sum((weights * values)[a : b + 1]) / np.sum(weights[a : b + 1])
                for b in range(i, count)
            ]
            lows.append(np.min(np.stack(means)))
        fitted.append(np.max(np.stack(lows)))
    fitted = np.stack(fitted)
    blocks = 1 + int(np.sum(fitted[1:] - fitted[:-1] > 1e-5))
    return fitted, np.array(blocks, dtype=np.int32)


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


def weighted_ranking_area(scores, labels, weights):
    """The chance that a positive outranks a negative; a tie is half a win."""
    order = jnp.argsort(scores)
    ordered = scores[order]
    negative = jnp.where(labels, 0.0, weights)[order]
    below = jnp.pad(jnp.cumsum(negative), (1, 0))
    first = jnp.searchsorted(ordered, scores, side="left")
    last = jnp.searchsorted(ordered, scores, side="right")
    positive = jnp.where(labels, weights, 0.0)
    wins = jnp.sum(positive * 0.5 * (below[first] + below[last]))
    pairs = jnp.sum(positive) * below[-1]
    return jnp.where(pairs > 0, wins / jnp.where(pairs > 0, pairs, 1.0), 0.5)


def weighted_ranking_area_reference(scores, labels, weights):
    wins, pairs = np.zeros(()), np.zeros(())
    for i in range(len(scores)):
        for j in range(len(scores)):
            if labels[i] and not labels[j]:
                share = (scores[i] > scores[j]) + (scores[i] == scores[j]) / 2
                pairs = pairs + weights[i] * weights[j]
                wins = wins + share * weights[i] * weights[j]
    return wins / pairs if pairs > 0 else np.zeros(()) + 0.5


def average_precision(scores, relevant, *, cutoff):
    """Mean precision at the places of relevant items, of all that could be found."""
    order = jnp.argsort(-scores, axis=-1)[:, :cutoff]
    hits = jnp.take_along_axis(relevant, order, axis=-1).astype(scores.dtype)
    places = jnp.arange(1, cutoff + 1, dtype=scores.dtype)
    precision = jnp.cumsum(hits, axis=-1) / places
    possible = jnp.minimum(jnp.sum(relevant, axis=-1), cutoff)
    return jnp.sum(precision * hits, axis=-1) / jnp.maximum(possible, 1)


def average_precision_reference(scores, relevant, *, cutoff):
    results = []
    for row, wanted in zip(scores, relevant):
        order = sorted(range(len(row)), key=lambda i: -row[i])[:cutoff]
        found, total = 0, np.zeros(())
        for place, i in enumerate(order, start=1):
            if wanted[i]:
                found += 1
                total = total + found / place
        results.append(total / max(min(int(np.sum(wanted)), cutoff), 1))
    return np.stack(results)


def kendall_counts(x, y):
    """Pairs in the same and in opposite order, and those tied in either."""
    dx = jnp.sign(x[:, None] - x)
    dy = jnp.sign(y[:, None] - y)
    upper = jnp.triu(jnp.ones((x.shape[0], x.shape[0]), dtype=bool), k=1)

    def count(condition):
        return jnp.sum(condition & upper, dtype=jnp.int32)

    return jnp.stack(
        [count(dx * dy > 0), count(dx * dy < 0), count(dx == 0), count(dy == 0)]
    )


def kendall_counts_reference(x, y):
    counts = [0, 0, 0, 0]
    pairs = list(zip(x.tolist(), y.tolist()))
    for i, (a, b) in enumerate(pairs):
        for c, d in pairs[:i]:
            counts[0] += (a < c and b < d) or (a > c and b > d)
            counts[1] += (a < c and b > d) or (a > c and b < d)
            counts[2] += a == c
            counts[3] += b == d
    return np.array(counts, dtype=np.int32)


def discounted_gain(scores, grades, *, cutoff, linear):
    """The gain of a ranking, less for later places, relative to the best one."""
    gains = grades.astype(scores.dtype)
    if not linear:
        gains = jnp.exp2(gains) - 1.0
    places = jnp.arange(cutoff, dtype=scores.dtype)
    discounts = 1.0 / jnp.log2(places + 2.0)
    ranked = jnp.take_along_axis(gains, jnp.argsort(-scores, axis=-1), axis=-1)
    ideal = jnp.sort(gains, axis=-1, descending=True)
    best = ideal[:, :cutoff] @ discounts
    return jnp.where(
        best > 0, ranked[:, :cutoff] @ discounts / (best + (best == 0)), 0.0
    )


def discounted_gain_reference(scores, grades, *, cutoff, linear):
    results = []
    for row, marks in zip(scores, grades.tolist()):
        gains = [mark if linear else 2**mark - 1 for mark in marks]
        order = sorted(range(len(row)), key=lambda i: -row[i])
        total = best = np.zeros(())
        for place in range(cutoff):
            discount = math.log(2) / np.log(np.zeros(()) + place + 2)
            total = total + gains[order[place]] * discount
            best = best + sorted(gains)[len(gains) - 1 - place] * discount
        results.append(total / best if best > 0 else best)
    return np.stack(results)


def reciprocal_ranks(scores, targets):
    """One over the rank of each row's target, its rank, and their mean."""
    wanted = jnp.take_along_axis(scores, targets[:, None], axis=-1)
    ranks = 1 + jnp.sum(scores > wanted, axis=-1, dtype=jnp.int32)
    return ranks, jnp.mean(1.0 / ranks.astype(scores.dtype))


def reciprocal_ranks_reference(scores, targets):
    ranks = []
    for row, target in zip(scores, targets.tolist()):
        order = sorted(range(len(row)), key=lambda i: -row[i])
        ranks.append(order.index(target) + 1)
    total = sum(1 / (np.zeros(()) + rank) for rank in ranks)
    return np.array(ranks, dtype=np.int32), total / len(ranks)


def suppress_intervals(starts, lengths, scores, *, threshold):
    """Keep intervals that no better one overlaps too much; scores of the others."""
    order = jnp.argsort(-scores)
    begin = starts[order]
    end = begin + lengths[order]
    shared = jnp.minimum(end[:, None], end) - jnp.maximum(begin[:, None], begin)
    union = jnp.maximum(end[:, None], end) - jnp.minimum(begin[:, None], begin)
    overlaps = shared / union > threshold

    def decide(kept, i):
        earlier = jnp.arange(kept.shape[0]) < i
        return kept.at[i].set(~jnp.any(kept & earlier & overlaps[i])), None

    everything = jnp.ones(scores.shape[0], dtype=bool)
    kept, _ = lax.scan(decide, everything, jnp.arange(scores.shape[0]))
    chosen = jnp.zeros_like(kept).at[order].set(kept)
    return chosen, jnp.where(chosen, 0.0, scores)


def suppress_intervals_reference(starts, lengths, scores, *, threshold):
    left = sorted(range(len(scores)), key=lambda i: -scores[i])
    chosen = np.zeros(len(scores), dtype=bool)
    while left:
        best = left.pop(0)
        chosen[best] = True
        rest = []
        for i in left:
            low = np.maximum(starts[best], starts[i])
            high = np.minimum(starts[best] + lengths[best], starts[i] + lengths[i])
            shared = np.maximum(high - low, 0.0)
            apart = lengths[best] + lengths[i] - shared
            # Disjoint intervals never suppress each other.
            if not shared > threshold * apart:
                rest.append(i)
        left = rest
    return chosen, np.where(chosen, 0.0, scores)


def prune_beams(scores, log_probs, *, beams):
    """The best continuations of a few hypotheses: score, hypothesis and token."""
    vocabulary = log_probs.shape[-1]
    totals = scores[:, :, None] + log_probs
    best, flat = lax.top_k(totals.reshape(scores.shape[0], -1), beams)
    return best, flat // vocabulary, flat % vocabulary


def prune_beams_reference(scores, log_probs, *, beams):
    batch, width, vocabulary = log_probs.shape
    best = np.zeros((batch, beams))
    parents = np.zeros((batch, beams), dtype=np.int32)
    tokens = np.zeros((batch, beams), dtype=np.int32)
    for b in range(batch):
        places = list(np.ndindex(width, vocabulary))
        places.sort(key=lambda p: -(scores[b, p[0]] + log_probs[b, p[0], p[1]]))
        for k, (i, token) in enumerate(places[:beams]):
            best[b, k] = scores[b, i] + log_probs[b, i, token]
            parents[b, k], tokens[b, k] = i, token
    return best, parents, tokens


def compress_sparse_rows(rows, columns, values, *, height):
    """Sort entries by row and column; where each row begins, and columns and values."""
    order = jnp.lexsort((columns, rows))
    edges = jnp.arange(height + 1, dtype=rows.dtype)
    starts = jnp.searchsorted(rows[order], edges, side="left")
    return starts, columns[order], values[order]


def compress_sparse_rows_reference(rows, columns, values, *, height):
    keys = list(zip(rows.tolist(), columns.tolist()))
    order = sorted(range(len(keys)), key=lambda i: (*keys[i], i))
    starts = [sum(row < i for row, _ in keys) for i in range(height + 1)]
    return np.array(starts, dtype=np.int32), columns[order], values[order]


def sparse_matrix_product(rows, columns, values, matrix, *, height):
    """Multiply a sparse matrix, its entries sorted by row, by a dense one."""
    terms = values[:, None] * matrix[columns]
    return jax.ops.segment_sum(terms, rows, height, indices_are_sorted=True)


def sparse_matrix_product_reference(rows, columns, values, matrix, *, height):
    dense = np.zeros((height, len(matrix)))
    for i, j, value in zip(rows, columns, values):
        dense[i, j] += value
    return dense @ matrix


def drop_repeats(codes, *, size, fill):
    """The first of every run of equal codes, and where it is."""
    differs = jnp.pad(codes[1:] != codes[:-1], (1, 0), constant_values=True)
    places = jnp.flatnonzero(differs, size=size, fill_value=codes.shape[0])
    return jnp.take(codes, places, mode="fill", fill_value=fill), places


def drop_repeats_reference(codes, *, size, fill):
    flat = codes.tolist()
    places = [i for i in range(len(flat)) if i == 0 or flat[i] != flat[i - 1]][:size]
    rest = size - len(places)
    values = [flat[i] for i in places] + [fill] * rest
    return np.array(values, dtype=codes.dtype), np.array(places + [len(flat)] * rest)


def windowed_maximum(values, *, window):
    """The greatest of every window, from running maxima of blocks in two directions."""
    batch, count = values.shape
    margin = -count % window
    padded = jnp.pad(values, ((0, 0), (0, margin)), constant_values=-jnp.inf)
    blocks = padded.reshape(batch, -1, window)
    forward = lax.cummax(blocks, axis=2).reshape(batch, -1)
    backward = lax.cummax(blocks, axis=2, reverse=True).reshape(batch, -1)
    last = count - window + 1
    return jnp.maximum(backward[:, :last], forward[:, window - 1 : count])


def windowed_maximum_reference(values, *, window):
    columns = [
        np.max(values[:, start : start + window], axis=1)
        for start in range(values.shape[1] - window + 1)
    ]
    return np.stack(columns, axis=1)


def water_filling(gains, *, power):
    """Share power among channels so that all that are used reach the same level."""
    noise = 1.0 / gains
    ordered = jnp.sort(noise)
    index = jnp.arange(1, gains.shape[0] + 1, dtype=gains.dtype)
    levels = (power + jnp.cumsum(ordered)) / index
    used = jnp.sum(levels > ordered)
    level = levels[used - 1]
    return jnp.maximum(level - noise, 0.0), level


def water_filling_reference(gains, *, power):
    used = list(range(len(gains)))
    while True:
        level = (power + sum(1 / gains[i] for i in used)) / len(used)
        dry = [i for i in used if 1 / gains[i] >= level]
        if not dry:
            break
        used = [i for i in used if i not in dry]
    shares = [np.maximum(level - 1 / gain, 0.0) for gain in gains]
    return np.stack(shares), level


def sparse_softmax(logits):
    """Project each row on the simplex; also how many entries are not zero."""
    count = logits.shape[-1]
    ordered = jnp.sort(logits, axis=-1, descending=True)
    index = jnp.arange(1, count + 1, dtype=logits.dtype)
    thresholds = (jnp.cumsum(ordered, axis=-1) - 1.0) / index
    support = jnp.sum(ordered > thresholds, axis=-1, keepdims=True, dtype=jnp.int32)
    threshold = jnp.take_along_axis(thresholds, support - 1, axis=-1)
    return jnp.maximum(logits - threshold, 0.0), support[:, 0]


def sparse_softmax_reference(logits):
    rows, sizes = [], []
    for row in logits:
        support = list(range(len(row)))
        while True:
            threshold = (sum(row[i] for i in support) - 1) / len(support)
            kept = [i for i in support if row[i] > threshold]
            if len(kept) == len(support):
                break
            support = kept
        rows.append([np.maximum(value - threshold, 0.0) for value in row])
        sizes.append(len(support))
    return np.array(rows), np.array(sizes, dtype=np.int32)


def entmax_attention(logits, values):
    """Average values by the sparse transform between softmax and the projection."""
    halves = 0.5 * logits
    ordered = jnp.sort(halves, axis=-1, descending=True)
    index = jnp.arange(1, logits.shape[-1] + 1, dtype=logits.dtype)
    means = jnp.cumsum(ordered, axis=-1) / index
    squares = jnp.cumsum(ordered**2, axis=-1) / index
    # Where the discriminant is negative the support is smaller anyway.
    spread = jnp.maximum((1.0 - index * (squares - means**2)) / index, 1e-9)
    thresholds = means - jnp.sqrt(spread)
    support = jnp.sum(thresholds <= ordered, axis=-1, keepdims=True)
    threshold = jnp.take_along_axis(thresholds, support - 1, axis=-1)
    weights = jnp.maximum(halves - threshold, 0.0) ** 2
    return weights, weights @ values


def entmax_attention_reference(logits, values):
    rows = []
    for row in logits:
        # The sum of squares falls and is convex: Newton's steps never overshoot.
        threshold = np.max(row) / 2 - 1
        for _ in range(40):
            parts = np.maximum(row / 2 - threshold, 0.0)
            threshold = threshold + (np.sum(parts**2) - 1) / (2 * np.sum(parts))
        rows.append(np.maximum(row / 2 - threshold, 0.0) ** 2)
    weights = np.stack(rows)
    return weights, weights @ values


def project_taxicab_ball(vectors, *, radius):
    """The nearest vectors whose absolute values sum up to a radius at most."""
    sizes = jnp.abs(vectors)
    ordered = jnp.sort(sizes, axis=-1, descending=True)
    index = jnp.arange(1, vectors.shape[-1] + 1, dtype=vectors.dtype)
    thresholds = (jnp.cumsum(ordered, axis=-1) - radius) / index
    # The threshold of the largest support is the greatest of all.
    threshold = jnp.maximum(jnp.max(thresholds, axis=-1, keepdims=True), 0.0)
    return jnp.sign(vectors) * jnp.maximum(sizes - threshold, 0.0)


def project_taxicab_ball_reference(vectors, *, radius):
    rows = []
    for vector in vectors:
        sizes = np.abs(vector)
        if np.sum(sizes) <= radius:
            rows.append(vector)
            continue
        support = list(range(len(sizes)))
        while True:
            threshold = (sum(sizes[i] for i in support) - radius) / len(support)
            kept = [i for i in support if sizes[i] > threshold]
            if len(kept) == len(support):
                break
            support = kept
        shrunk = np.where(sizes > threshold, sizes - threshold, 0.0)
        rows.append(np.where(vector > 0, shrunk, -shrunk))
    return np.stack(rows)


def pairwise_soft_rank(scores, *, temperature):
    """Smooth ranks: the number of lesser ones, each by a sigmoid of the difference."""
    gaps = (scores[:, :, None] - scores[:, None, :]) / temperature
    # Half of each sum is the element against itself.
    return jnp.sum(jax.nn.sigmoid(gaps), axis=-1) + 0.5


def pairwise_soft_rank_reference(scores, *, temperature):
    ranks = np.ones(scores.shape)
    batch, count = scores.shape
    for b, i, j in np.ndindex(batch, count, count):
        if i != j:
            gap = scores[b, j] - scores[b, i]
            ranks[b, i] += 1 / (1 + np.exp(gap / temperature))
    return ranks


def relaxed_sort(scores, *, temperature, method):
    """A stochastic matrix near the permutation that sorts, and the scores it moved."""
    count = scores.shape[0]
    if method == "softsort":
        ordered = jnp.sort(scores, descending=True)
        logits = -jnp.abs(ordered[:, None] - scores) / temperature
    else:
        distances = jnp.sum(jnp.abs(scores[:, None] - scores), axis=1)
        places = count + 1.0 - 2.0 * jnp.arange(1, count + 1, dtype=scores.dtype)
        logits = (places[:, None] * scores - distances) / temperature
    matrix = jax.nn.softmax(logits, axis=-1)
    return matrix, matrix @ scores


def relaxed_sort_reference(scores, *, temperature, method):
    count = len(scores)
    ordered = sorted(scores)[::-1]
    matrix = np.zeros((count, count))
    for i, j in np.ndindex(count, count):
        if method == "softsort":
            logit = -np.abs(ordered[i] - scores[j])
        else:
            distance = sum(np.abs(scores[j] - other) for other in scores)
            logit = (count - 1 - 2 * i) * scores[j] - distance
        matrix[i, j] = logit / temperature
    shifted = matrix - np.max(matrix, axis=1, keepdims=True)
    weights = np.exp(shifted)
    matrix = weights / np.sum(weights, axis=1, keepdims=True)
    return matrix, matrix @ scores


def segmented_sums(values, starts, *, backward):
    """Running sums of each row that begin anew wherever a flag is set."""

    def combine(first, second):
        total, flag = second
        return jnp.where(flag, total, first[0] + total), first[1] | flag

    if backward:
        # From the other end a segment begins where the next one starts.
        starts = jnp.pad(starts[:, 1:], ((0, 0), (0, 1)), constant_values=True)
    sums, _ = lax.associative_scan(combine, (values, starts), reverse=backward, axis=1)
    return sums


def segmented_sums_reference(values, starts, *, backward):
    batch, count = values.shape
    sums = np.zeros(values.shape)
    for b in range(batch):
        edges = [0, *(t for t in range(1, count) if starts[b, t]), count]
        for k in range(len(edges) - 1):
            for t in range(edges[k], edges[k + 1]):
                part = (
                    values[b, t : edges[k + 1]]
                    if backward
                    else values[b, edges[k] : t + 1]
                )
                sums[b, t] = np.sum(part)
    return sums


def morton_order(points, *, bits):
    """Interleave the bits of coordinates, and the order of points along that curve."""
    codes = jnp.zeros(points.shape[0], dtype=points.dtype)
    for bit in range(bits):
        for axis in range(points.shape[1]):
            place = bit * points.shape[1] + axis
            codes = codes | (((points[:, axis] >> bit) & 1) << place)
    return codes, jnp.argsort(codes)


def morton_order_reference(points, *, bits):
    codes = []
    for point in points.tolist():
        # Digits of the coordinates, the highest first, the last axis before the others.
        digits = [f"{value:0{bits}b}" for value in point[::-1]]
        codes.append(int("".join("".join(level) for level in zip(*digits)), 2))
    order = sorted(range(len(codes)), key=lambda i: (codes[i], i))
    return np.array(codes, dtype=points.dtype), np.array(order)


def hilbert_index(x, y, *, bits):
    """How far along a Hilbert curve each cell of a square grid is."""
    distance = jnp.zeros_like(x)
    for level in reversed(range(bits)):
        side = 1 << level
        right, up = (x & side) > 0, (y & side) > 0
        quadrant = jnp.where(right, jnp.where(up, 2, 3), jnp.where(up, 1, 0))
        distance = distance + side * side * quadrant
        # The lower quadrants are turned over.
        x, y = x & (side - 1), y & (side - 1)
        flipped = right & ~up
        x, y = jnp.where(flipped, side - 1 - x, x), jnp.where(flipped, side - 1 - y, y)
        x, y = jnp.where(up, x, y), jnp.where(up, y, x)
    return distance


def hilbert_index_reference(x, y, *, bits):
    # The curve itself, by its rules of replacement.
    path = "A"
    for _ in range(bits):
        rules = {"A": "+BF-AFA-FB+", "B": "-AF+BFB+FA-"}
        path = "".join(rules.get(letter, letter) for letter in path)
    place, heading = (0, 0), (1, 0)
    cells = [place]
    for letter in path:
        if letter == "+":
            heading = (-heading[1], heading[0])
        elif letter == "-":
            heading = (heading[1], -heading[0])
        elif letter == "F":
            place = (place[0] + heading[0], place[1] + heading[1])
            cells.append(place)
    steps = [cells.index(cell) for cell in zip(x.tolist(), y.tolist())]
    return np.array(steps, dtype=x.dtype)


def lehmer_code(permutations):
    """How many later elements are less than each, and the rank among permutations."""
    count = permutations.shape[-1]
    less = permutations[:, None, :] < permutations[:, :, None]
    code = jnp.sum(jnp.triu(less, k=1), axis=-1, dtype=permutations.dtype)
    factorials = [math.factorial(count - 1 - i) for i in range(count)]
    weights = jnp.array(factorials, dtype=permutations.dtype)
    return code, jnp.sum(code * weights, axis=-1, dtype=permutations.dtype)


def lehmer_code_reference(permutations):
    codes, ranks = [], []
    for row in permutations.tolist():
        rest, code, rank = sorted(row), [], 0
        for element in row:
            code.append(rest.index(element))
            rank = rank * len(rest) + code[-1]
            rest.remove(element)
        codes.append(code)
        ranks.append(rank)
    return np.array(codes, np.int32), np.array(ranks, np.int32)


def unrank_permutation(ranks, *, size):
    """The permutations of some ranks in lexicographic order."""

    def build(rank):
        taken = jnp.zeros(size, dtype=bool)
        chosen = []
        for i in range(size):
            digit = rank // math.factorial(size - 1 - i)
            rank = rank % math.factorial(size - 1 - i)
            free = jnp.cumsum(~taken, dtype=jnp.int32) - 1
            pick = jnp.argmax((free == digit) & ~taken).astype(jnp.int32)
            taken = taken.at[pick].set(True)
            chosen.append(pick)
        return jnp.stack(chosen)

    return jax.vmap(build)(ranks)


def unrank_permutation_reference(ranks, *, size):
    def successor(line):
        i = max(k for k in range(size - 1) if line[k] < line[k + 1])
        j = max(k for k in range(i + 1, size) if line[k] > line[i])
        line = list(line)
        line[i], line[j] = line[j], line[i]
        return line[: i + 1] + line[:i:-1]

    rows = [list(range(size))]
    for _ in range(int(np.max(ranks))):
        rows.append(successor(rows[-1]))
    return np.array([rows[rank] for rank in ranks.tolist()], dtype=np.int32)


def next_permutation(line):
    """The next arrangement in lexicographic order; after the last comes the first."""
    count = line.shape[0]
    index = jnp.arange(count)
    rises = jnp.pad(line[:-1] < line[1:], (0, 1))
    # The last rise, and the last element behind it that is greater.
    pivot = count - 1 - jnp.argmax(rises[::-1])
    greater = (line > line[pivot]) & (index > pivot)
    other = count - 1 - jnp.argmax(greater[::-1])
    swapped = line.at[pivot].set(line[other]).at[other].set(line[pivot])
    # What is behind the pivot falls: turn it around.
    turned = swapped[jnp.where(index > pivot, pivot + count - index, index)]
    exists = jnp.any(rises)
    return jnp.where(exists, turned, line[::-1]), exists


def next_permutation_reference(line):
    values = line.tolist()
    for i in reversed(range(len(values) - 1)):
        # The shortest tail that can grow: its least greater head, then the rest sorted.
        greater = [value for value in values[i + 1 :] if value > values[i]]
        if greater:
            tail = sorted(values[i:])
            tail.remove(min(greater))
            result = [*values[:i], min(greater), *tail]
            return np.array(result, dtype=line.dtype), np.array(True)
    return np.array(sorted(values), dtype=line.dtype), np.array(False)


def permutation_power(permutation, items, *, exponent):
    """Apply a permutation many times over, by squaring it."""
    result = jnp.arange(permutation.shape[0], dtype=permutation.dtype)
    square = permutation
    while exponent:
        if exponent & 1:
            result = square[result]
        square = square[square]
        exponent >>= 1
    return result, items[result]


def permutation_power_reference(permutation, items, *, exponent):
    line = list(range(len(permutation)))
    for _ in range(exponent):
        line = [int(permutation[i]) for i in line]
    return np.array(line, dtype=permutation.dtype), items[line]


def permutation_cycles(permutation):
    """The least element of each cycle, how many cycles there are, and the parity."""
    count = permutation.shape[0]
    labels, jumps = jnp.arange(count, dtype=permutation.dtype), permutation
    # The reach of the jumps doubles each time.
    for _ in range(count.bit_length()):
        labels = jnp.minimum(labels, labels[jumps])
        jumps = jumps[jumps]
    leaders = labels == jnp.arange(count, dtype=permutation.dtype)
    cycles = jnp.sum(leaders, dtype=jnp.int32)
    return labels, cycles, (count - cycles) % 2 == 1


def permutation_cycles_reference(permutation):
    labels = []
    for i in range(len(permutation)):
        cycle, at = [i], int(permutation[i])
        while at != i:
            cycle.append(at)
            at = int(permutation[at])
        labels.append(min(cycle))
    flat = permutation.tolist()
    inversions = sum(a > b for i, b in enumerate(flat) for a in flat[:i])
    cycles = len(set(labels))
    return (
        np.array(labels, dtype=permutation.dtype),
        np.array(cycles, dtype=np.int32),
        np.array(inversions % 2 == 1),
    )


def invert_orders(keys, payload):
    """The stable rank of each key of a row, and the payload put there."""
    order = jnp.argsort(keys, axis=-1)
    index = jnp.broadcast_to(jnp.arange(keys.shape[-1], dtype=order.dtype), keys.shape)
    empty = jnp.zeros_like(order)
    ranks = jnp.put_along_axis(empty, order, index, axis=-1, inplace=False)
    return ranks, jnp.take_along_axis(payload, order, axis=-1)


def invert_orders_reference(keys, payload):
    ranks = np.zeros(keys.shape, dtype=np.int64)
    moved = np.zeros(payload.shape)
    for b, row in enumerate(keys.tolist()):
        for i, key in enumerate(row):
            ties = sum(other == key for other in row[:i])
            ranks[b, i] = sum(other < key for other in row) + ties
            moved[b, ranks[b, i]] = payload[b, i]
    return ranks, moved


def member_mask(codes, allowed, *, invert):
    """Which elements are among some codes, and how many of each row."""
    mask = jnp.isin(codes, allowed, invert=invert)
    return mask, jnp.sum(mask, axis=-1, dtype=jnp.int32)


def member_mask_reference(codes, allowed, *, invert):
    listed = set(allowed.tolist())
    mask = [[(code in listed) != invert for code in row] for row in codes.tolist()]
    counts = np.array([sum(row) for row in mask], dtype=np.int32)
    return np.array(mask), counts


def combine_sets(x, y, *, operation, size):
    """Distinct codes in order that are in either, in the first only, or in just one."""
    combine = {
        "union": jnp.union1d,
        "difference": jnp.setdiff1d,
        "exclusive": jnp.setxor1d,
        "common": jnp.intersect1d,
    }[operation]
    return combine(x, y, size=size, fill_value=-1)


def combine_sets_reference(x, y, *, operation, size):
    first, second = set(x.tolist()), set(y.tolist())
    found = {
        "union": first | second,
        "difference": first - second,
        "exclusive": first ^ second,
        "common": first & second,
    }[operation]
    found = sorted(found)[:size]
    return np.array(found + [-1] * (size - len(found)), dtype=x.dtype)


def rows_by_norm(rows, *, power, descending):
    """Rows ordered by their norms, and the norms."""
    norms = jnp.linalg.norm(rows, ord=power, axis=1)
    order = jnp.argsort(norms, descending=descending)
    return rows[order], norms[order]


def rows_by_norm_reference(rows, *, power, descending):
    norms = []
    for row in rows:
        sizes = np.abs(row)
        if power == 1:
            norms.append(np.sum(sizes))
        elif power == 2:
            norms.append(np.sqrt(np.sum(sizes * sizes)))
        else:
            norms.append(np.max(sizes))
    order = sorted(range(len(rows)), key=lambda i: norms[i], reverse=descending)
    return rows[order], np.stack([norms[i] for i in order])


def winners_take_all(values, *, k):
    """Keep the entries of each row that are largest in size; zero the others."""
    sizes = jnp.abs(values)
    threshold = lax.top_k(sizes, k)[0][:, -1:]
    return jnp.where(sizes >= threshold, values, 0.0)


def winners_take_all_reference(values, *, k):
    result = np.zeros(values.shape)
    for i, row in enumerate(values):
        for j in range(len(row)):
            larger = int(np.sum(np.abs(row) > np.abs(row[j])))
            if larger < k:
                result[i, j] = row[j]
    return result


def dominance_fronts(points):
    """Peel off points that no remaining one beats in every coordinate; their rounds."""
    no_worse = jnp.all(points[:, None] <= points[None], axis=-1)
    better = jnp.any(points[:, None] < points[None], axis=-1)
    dominates = no_worse & better

    def peel(state):
        fronts, wave = state
        left = fronts < 0
        beaten = jnp.any(dominates & left[:, None], axis=0)
        return jnp.where(left & ~beaten, wave, fronts), wave + 1

    start = jnp.full(points.shape[0], -1, dtype=jnp.int32)
    return lax.while_loop(
        lambda state: jnp.any(state[0] < 0), peel, (start, jnp.int32(0))
    )


def dominance_fronts_reference(points):
    rows = points.tolist()
    count = len(rows)

    def beats(a, b):
        return a != b and all(x <= y for x, y in zip(a, b))

    # The longest chain of points that beat each other and lead to each.
    fronts = [0] * count
    for i in sorted(range(count), key=lambda i: sum(rows[i])):
        before = [fronts[j] for j in range(count) if beats(rows[j], rows[i])]
        fronts[i] = max(before, default=-1) + 1
    return np.array(fronts, dtype=np.int32), np.array(max(fronts) + 1, dtype=np.int32)


def crowding_distance(objectives, *, rim):
    """How far apart the neighbors of each point are, summed over the objectives."""
    order = jnp.argsort(objectives, axis=0)
    ordered = jnp.sort(objectives, axis=0)
    spans = ordered[-1] - ordered[0]
    gaps = (ordered[2:] - ordered[:-2]) / spans
    gaps = jnp.pad(gaps, ((1, 1), (0, 0)), constant_values=rim)
    columns = jnp.broadcast_to(jnp.arange(objectives.shape[1]), order.shape)
    placed = jnp.zeros_like(objectives).at[order, columns].set(gaps)
    return jnp.sum(placed, axis=1)


def crowding_distance_reference(objectives, *, rim):
    distances = []
    for point in objectives:
        total = np.zeros(())
        for c in range(objectives.shape[1]):
            column = objectives[:, c]
            above = [value for value in column if value > point[c]]
            below = [value for value in column if value < point[c]]
            if above and below:
                gap = np.min(np.stack(above)) - np.max(np.stack(below))
                total = total + gap / (np.max(column) - np.min(column))
            else:
                total = total + rim
        distances.append(total)
    return np.stack(distances)


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


def citation_indices(citations):
    """Per row, the h-index and the g-index of counts of citations."""
    ordered = jnp.sort(citations, axis=-1, descending=True)
    places = jnp.arange(1, citations.shape[-1] + 1, dtype=citations.dtype)
    hirsch = jnp.sum(ordered >= places, axis=-1, dtype=jnp.int32)
    totals = jnp.cumsum(ordered, axis=-1, dtype=citations.dtype)
    return hirsch, jnp.sum(totals >= places**2, axis=-1, dtype=jnp.int32)


def citation_indices_reference(citations):
    hirsch, egghe = [], []
    for row in citations.tolist():
        sizes = range(len(row) + 1)
        best = sorted(row, reverse=True)
        hirsch.append(max(h for h in sizes if sum(c >= h for c in row) >= h))
        egghe.append(max(g for g in sizes if sum(best[:g]) >= g * g))
    return np.array(hirsch, dtype=np.int32), np.array(egghe, dtype=np.int32)


def equal_frequency_bins(values, *, bins):
    """Split values into bins of nearly equal counts; the codes and each bin's mean."""
    count = values.shape[0]
    ranks = jnp.argsort(jnp.argsort(values))
    codes = (ranks * bins // count).astype(jnp.int32)
    sums = jax.ops.segment_sum(values, codes, bins)
    sizes = jax.ops.segment_sum(jnp.ones_like(values), codes, bins)
    return codes, sums / sizes


def equal_frequency_bins_reference(values, *, bins):
    count = len(values)
    codes = np.zeros(count, dtype=np.int32)
    order = sorted(range(count), key=lambda i: values[i])
    means = []
    for k in range(bins):
        # From ceil(k n / m) up to ceil((k + 1) n / m).
        members = order[-(-k * count // bins) : -(-(k + 1) * count // bins)]
        codes[members] = k
        means.append(sum(values[i] for i in members) / len(members))
    return codes, np.stack(means)


def huffman_merges(weights):
    """Merge the two least weights until one is left; every sum, and the code's cost."""
    count = weights.shape[0]
    highest = jnp.iinfo(weights.dtype).max

    def take_least(pool):
        place = jnp.argmin(pool)
        return pool.at[place].set(highest), pool[place], place

    def merge(pool, _):
        pool, first, _ = take_least(pool)
        pool, second, place = take_least(pool)
        total = first + second
        return pool.at[place].set(total), total

    _, sums = lax.scan(merge, weights, None, length=count - 1)
    return sums, jnp.sum(sums, dtype=weights.dtype)


def huffman_merges_reference(weights):
    pool, sums = weights.tolist(), []
    while len(pool) > 1:
        pool.sort()
        pool = [pool[0] + pool[1], *pool[2:]]
        sums.append(pool[0])
    return np.array(sums, dtype=weights.dtype), np.array(sum(sums), dtype=weights.dtype)


def schedule_by_ratio(durations, weights):
    """Do short and important jobs first: the order, and the weighted waiting time."""
    order = jnp.argsort(durations / weights)
    finished = jnp.cumsum(durations[order])
    return order, jnp.sum(weights[order] * finished)


def schedule_by_ratio_reference(durations, weights):
    count = len(durations)

    def before(i, j):
        return durations[i] * weights[j] < durations[j] * weights[i]

    ranks = [
        sum(bool(before(j, i)) for j in range(count) if j != i) for i in range(count)
    ]
    total = np.zeros(())
    for i in range(count):
        waited = sum(durations[j] for j in range(count) if ranks[j] <= ranks[i])
        total = total + weights[i] * waited
    return np.argsort(ranks), total


def earliest_deadlines(durations, deadlines):
    """Do what is due first: when each job is done, and the worst delay."""
    order = jnp.argsort(deadlines)
    finished = jnp.cumsum(durations[order], dtype=durations.dtype)
    worst = jnp.max(finished - deadlines[order])
    return jnp.zeros_like(finished).at[order].set(finished), worst


def earliest_deadlines_reference(durations, deadlines):
    jobs = list(zip(deadlines.tolist(), range(len(deadlines)), durations.tolist()))
    finished = [
        sum(length for due, k, length in jobs if (due, k) <= (job[0], job[1]))
        for job in jobs
    ]
    worst = max(done - job[0] for done, job in zip(finished, jobs))
    return np.array(finished, dtype=np.int32), np.array(worst, dtype=np.int32)


def select_activities(starts, lengths):
    """As many activities as fit one after another, and the end of the last."""
    ends = starts + lengths
    order = jnp.lexsort((starts, ends))

    def decide(free, i):
        fits = starts[i] >= free
        return jnp.where(fits, ends[i], free), fits

    free, fits = lax.scan(decide, jnp.zeros_like(starts[0]), order)
    chosen = jnp.zeros(starts.shape[0], dtype=bool).at[order].set(fits)
    return chosen, free


def select_activities_reference(starts, lengths):
    jobs = [
        (s + n, s, i) for i, (s, n) in enumerate(zip(starts.tolist(), lengths.tolist()))
    ]
    chosen = np.zeros(len(jobs), dtype=bool)
    left, free = list(jobs), 0
    while left:
        end, _, i = min(left)
        chosen[i], free = True, end
        left = [job for job in left if job[1] >= free and job[2] != i]
    return chosen, np.array(free, dtype=np.int32)


def stable_marriage(suitors, reviewers):
    """Pair two groups by their scores of each other, as the first group likes best."""
    count = suitors.shape[0]
    wishes = jnp.argsort(-suitors, axis=1)
    index = jnp.arange(count)

    def propose(state):
        asked, engaged = state
        target = wishes[index, jnp.minimum(asked, count - 1)]
        # Each reviewer hears all who stand before it, and keeps the best.
        offers = jnp.where(target[:, None] == index, reviewers.T, -jnp.inf)
        best = jnp.argmax(offers, axis=0)
        engaged = best[target] == index
        return jnp.where(engaged, asked, asked + 1), engaged

    start = jnp.zeros(count, dtype=jnp.int32), jnp.zeros(count, dtype=bool)
    asked, _ = lax.while_loop(lambda state: ~jnp.all(state[1]), propose, start)
    return wishes[index, asked], asked


def stable_marriage_reference(suitors, reviewers):
    count = len(suitors)
    wishes = [sorted(range(count), key=lambda j: -suitors[i, j]) for i in range(count)]
    engaged, asked, free = {}, [0] * count, list(range(count))
    while free:
        suitor = free.pop()
        target = wishes[suitor][asked[suitor]]
        rival = engaged.get(target)
        if rival is None or reviewers[target, suitor] > reviewers[target, rival]:
            engaged[target] = suitor
            loser = rival
        else:
            loser = suitor
        if loser is not None:
            asked[loser] += 1
            free.append(loser)
    partners = {suitor: target for target, suitor in engaged.items()}
    return np.array([partners[i] for i in range(count)]), np.array(
        asked, dtype=np.int32
    )


def next_greater(values):
    """How far it is to the next greater element of each row; zero where none is."""
    count = values.shape[-1]
    greater = values[:, None, :] > values[:, :, None]
    later = jnp.triu(greater, k=1)
    first = jnp.argmax(later, axis=-1).astype(jnp.int32)
    return jnp.where(
        jnp.any(later, axis=-1), first - jnp.arange(count, dtype=jnp.int32), 0
    )


def next_greater_reference(values):
    distances = np.zeros(values.shape, dtype=np.int32)
    for row, out in zip(values.tolist(), distances):
        waiting = []
        for i, value in enumerate(row):
            while waiting and row[waiting[-1]] < value:
                j = waiting.pop()
                out[j] = i - j
            waiting.append(i)
    return distances


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


def largest_rectangle(heights):
    """The largest rectangle under bars, and the largest that starts at each."""
    count = heights.shape[0]
    index = jnp.arange(count)
    # Row i holds the bars from i on; what is before never limits.
    ahead = index >= index[:, None]
    limits = jnp.where(ahead, heights, jnp.iinfo(heights.dtype).max)
    lowest = lax.cummin(limits, axis=1)
    widths = (index - index[:, None] + 1).astype(heights.dtype)
    areas = jnp.where(ahead, lowest, 0) * jnp.where(ahead, widths, 0)
    best = jnp.max(areas, axis=1)
    return jnp.max(best), best


def largest_rectangle_reference(heights):
    bars = heights.tolist()
    best = [
        max((j - i) * min(bars[i:j]) for j in range(i + 1, len(bars) + 1))
        for i in range(len(bars))
    ]
    # The overall best by a stack of rising bars.
    stack, largest = [], 0
    for j, bar in enumerate([*bars, 0]):
        start = j
        while stack and stack[-1][1] >= bar:
            start, height = stack.pop()
            largest = max(largest, height * (j - start))
        stack.append((start, bar))
    return np.array(largest, dtype=np.int32), np.array(best, dtype=np.int32)


def nearest_pair_sum(values, target):
    """How near two elements sum up to a target, by two ends that close in."""
    ordered = jnp.sort(values)

    def close_in(state):
        low, high, best, steps = state
        total = ordered[low] + ordered[high]
        nearer = jnp.abs(total - target) < jnp.abs(best - target)
        best = jnp.where(nearer, total, best)
        below = total < target
        return (
            jnp.where(below, low + 1, low),
            jnp.where(below, high, high - 1),
            best,
            steps,
        )

    low, high = jnp.int32(0), jnp.int32(values.shape[0] - 1)
    start = (low, high, ordered[0] + ordered[1], jnp.int32(0))
    state = lax.while_loop(lambda state: state[0] < state[1], close_in, start)
    return jnp.abs(state[2] - target)


def nearest_pair_sum_reference(values, target):
    flat, goal = values.tolist(), int(target)
    gaps = [abs(a + b - goal) for i, a in enumerate(flat) for b in flat[:i]]
    return np.array(min(gaps), dtype=np.int32)


def sort_words(words):
    """The alphabetical order of words of equal length, and which ones are repeats."""
    order = jnp.lexsort(words.T[::-1])
    ordered = words[order]
    repeats = jnp.all(ordered[1:] == ordered[:-1], axis=1)
    return order, ordered, jnp.pad(repeats, (1, 0))


def sort_words_reference(words):
    rows = words.tolist()
    order = sorted(range(len(rows)), key=lambda i: (rows[i], i))
    ordered = [rows[i] for i in order]
    repeats = [i > 0 and ordered[i] == ordered[i - 1] for i in range(len(ordered))]
    return np.array(order), np.array(ordered, dtype=words.dtype), np.array(repeats)


def suffix_array(text):
    """The order of the suffixes of a text, by doubling how much of them is compared."""
    count = text.shape[0]
    index = jnp.arange(count)
    ranks = text
    width = 1
    while True:
        # What is behind the end comes before everything.
        behind = jnp.where(index + width < count, jnp.roll(ranks, -width), -1)
        order = jnp.lexsort((behind, ranks))
        first, second = ranks[order], behind[order]
        differs = (first[1:] != first[:-1]) | (second[1:] != second[:-1])
        dense = jnp.pad(jnp.cumsum(differs, dtype=text.dtype), (1, 0))
        ranks = jnp.zeros_like(text).at[order].set(dense)
        width *= 2
        if width >= count:
            return order, ranks


def suffix_array_reference(text):
    letters = text.tolist()
    order = sorted(range(len(letters)), key=lambda i: letters[i:])
    ranks = [order.index(i) for i in range(len(letters))]
    return np.array(order), np.array(ranks, dtype=text.dtype)


def block_sort_transform(text, *, alphabet):
    """The last letters of a text's sorted rotations, and where it is among them."""
    count = text.shape[0]
    index = jnp.arange(count)
    rotations = text[(index[:, None] + index) % count]
    order = jnp.lexsort(rotations.T[::-1])
    last = rotations[order, -1]
    starts = jnp.searchsorted(jnp.sort(text), jnp.arange(alphabet, dtype=text.dtype))
    return last, jnp.argmin(order), starts


def block_sort_transform_reference(text, *, alphabet):
    letters = text.tolist()
    turned = [(letters[i:] + letters[:i], i) for i in range(len(letters))]
    ordered = sorted(turned)
    last = np.array([rotation[-1] for rotation, _ in ordered], dtype=text.dtype)
    starts = [sum(letter < k for letter in letters) for k in range(alphabet)]
    place = [i for _, i in ordered].index(0)
    return last, np.array(place), np.array(starts, dtype=np.int32)


def move_to_front(codes, *, alphabet):
    """Code each symbol by its place in a list that it then goes to the front of."""
    index = jnp.arange(alphabet, dtype=codes.dtype)

    def visit(table, code):
        place = jnp.argmax(table == code).astype(jnp.int32)
        shifted = jnp.roll(table, 1).at[0].set(code)
        return jnp.where(index <= place, shifted, table), place

    return lax.scan(visit, index, codes)


def move_to_front_reference(codes, *, alphabet):
    table, places = list(range(alphabet)), []
    for code in codes.tolist():
        places.append(table.index(code))
        table.remove(code)
        table.insert(0, code)
    return np.array(table, dtype=codes.dtype), np.array(places, dtype=np.int32)
