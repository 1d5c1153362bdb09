"""Groups, runs and segments: JAX, and NumPy from the definition."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


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
