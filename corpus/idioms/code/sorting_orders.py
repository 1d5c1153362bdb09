"""Orders and extremes by the library's sorts: JAX, and NumPy from the definition."""

import jax.numpy as jnp
import numpy as np
from jax import lax


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
