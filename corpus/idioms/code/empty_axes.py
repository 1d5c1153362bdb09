"""Arrays without elements: JAX, and NumPy element by element."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def append_to_cache(cache, row, *, window):
    """The newest rows of a cache that may be empty, with one more."""
    return jnp.concatenate([cache, row[None]])[-window:]


def append_to_cache_reference(cache, row, *, window):
    rows = [*cache, row]
    return np.array(rows[max(0, len(rows) - window) :])


def attend_with_prefix(queries, prefix, keys, values):
    """Attention over a prefix, which may be empty, and the keys."""
    every = jnp.concatenate([prefix, keys], axis=0)
    scores = queries @ every.T / jnp.sqrt(queries.shape[-1])
    return jax.nn.softmax(scores, axis=-1) @ values


def attend_with_prefix_reference(queries, prefix, keys, values):
    every = [*prefix, *keys]
    out = np.zeros((len(queries), values.shape[1]))
    for i, query in enumerate(queries):
        scores = np.array([np.dot(query, key) for key in every]) / len(query) ** 0.5
        weights = np.exp(scores - scores.max())
        out[i] = sum(w * v for w, v in zip(weights, values)) / weights.sum()
    return out


def mean_or_default(x, default, *, power):
    """The mean of the rows, or a default where there is none."""
    count = x.shape[0]
    total = jnp.sum(x**power, axis=0)
    return total / count + 0.5 * default if count else jnp.tanh(default)


def mean_or_default_reference(x, default, *, power):
    if len(x) == 0:
        return np.tanh(default)
    return sum(row**power for row in x) / len(x) + default / 2


def reductions_with_identities(x, mask, start):
    """Reductions over rows that may be none: each begins with its identity."""
    return (
        jnp.sum(x, axis=0, where=mask) + start,
        jnp.prod(x, axis=0) * start,
        jnp.any(mask, axis=0) | (start > 0),
        jnp.all(mask, axis=0) & (start > 0),
        jnp.max(x, axis=0, initial=-1.0) - start,
    )


def reductions_with_identities_reference(x, mask, start):
    total, product = start.copy(), start.copy()
    some, every = start > 0, start > 0
    largest = np.full(start.shape, -1.0)
    for row, kept in zip(x, mask):
        total = total + np.where(kept, row, 0.0)
        product = product * row
        some, every = some | kept, every & kept
        largest = np.maximum(largest, row)
    return total, product, some, every, largest - start


def degrees_of_graph(x, senders, receivers, *, loops):
    """Messages along edges, of which there may be none, and how many arrive."""
    nodes = x.shape[0]
    sums = jax.ops.segment_sum(x[senders], receivers, nodes)
    degrees = jnp.bincount(receivers, length=nodes).astype(jnp.int32)
    if loops:
        sums, degrees = sums + x, degrees + 1
    return sums / jnp.maximum(degrees, 1)[:, None] - x**2, degrees


def degrees_of_graph_reference(x, senders, receivers, *, loops):
    sums = x.copy() if loops else np.zeros(x.shape)
    degrees = np.full(len(x), int(loops), dtype=np.int32)
    for sender, receiver in zip(senders, receivers):
        sums[receiver] += x[sender]
        degrees[receiver] += 1
    return sums / np.maximum(degrees, 1)[:, None] - x**2, degrees


def low_rank_update(x, weights, down, up, *, scale):
    """A layer with an update of a rank that may be zero."""
    return x @ weights + scale * (x @ down) @ up


def low_rank_update_reference(x, weights, down, up, *, scale):
    full = weights.copy()
    for column, row in zip(down.T, up):
        full = full + scale * np.outer(column, row)
    return np.array([[np.dot(line, column) for column in full.T] for line in x])


def head_and_tail(x, *, cut):
    """Both sides of a cut, perhaps without rows, and what lies between their sums."""
    head, tail = jnp.split(x, [cut])
    return jnp.exp(head), jnp.sum(tail, axis=0) - jnp.sum(head, axis=0), 2.0 * tail


def head_and_tail_reference(x, *, cut):
    signs = [-1.0 if i < cut else 1.0 for i in range(len(x))]
    gap = sum(sign * row for sign, row in zip(signs, x))
    return np.exp(x[:cut]), gap, 2.0 * x[cut:]


def fold_steps(state, inputs, *, decay, reverse):
    """Decaying sums over steps, of which there may be none."""

    def step(carry, row):
        carry = decay * carry + jnp.sin(row)
        return carry, carry - row

    return lax.scan(step, jnp.cos(state), inputs, reverse=reverse)


def fold_steps_reference(state, inputs, *, decay, reverse):
    carry = np.cos(state)
    kept = np.zeros(inputs.shape)
    places = range(len(inputs))
    for t in reversed(places) if reverse else places:
        carry = decay * carry + np.sin(inputs[t])
        kept[t] = carry - inputs[t]
    return carry, kept


def gather_rows_and_total(table, ids, weights):
    """Weighted rows of a table, perhaps none, and their sum with the table's mean."""
    rows = weights[:, None] * table[ids]
    return rows, jnp.sum(rows, axis=0) + jnp.mean(table, axis=0)


def gather_rows_and_total_reference(table, ids, weights):
    rows = np.zeros((len(ids), table.shape[1]))
    total = sum(table) / len(table)
    for i, (place, weight) in enumerate(zip(ids, weights)):
        rows[i] = weight * table[place]
        total = total + rows[i]
    return rows, total


def apply_sparse_updates(table, ids, updates, *, rate):
    """Steps of some rows, perhaps of none, against their updates."""
    return jnp.tanh(table).at[ids].add(-rate * updates)


def apply_sparse_updates_reference(table, ids, updates, *, rate):
    out = np.tanh(table)
    for place, update in zip(ids, updates):
        out[place] -= rate * update
    return out


def pad_to_bucket(tokens, extra, *, bucket, fill):
    """A sequence, padded to a bucket, and where it is real."""
    line = jnp.concatenate([tokens, extra])
    padded = jnp.pad(line, (0, bucket - line.size), constant_values=fill)
    return padded, jnp.arange(bucket) < line.size - (extra[0] > 50)


def pad_to_bucket_reference(tokens, extra, *, bucket, fill):
    line = [*tokens, *extra]
    padded = np.array(line + [fill] * (bucket - len(line)), dtype=np.int32)
    real = len(line) - int(extra[0] > 50)
    return padded, np.array([i < real for i in range(bucket)])


def differences_and_start(x, *, order):
    """Differences of an order that may leave none, and what is lost at the start."""
    return jnp.diff(x, n=order), jnp.sinh(x[:order])


def differences_and_start_reference(x, *, order):
    line = list(x)
    for _ in range(order):
        line = [line[i + 1] - line[i] for i in range(len(line) - 1)]
    return np.array(line), np.sinh(x[:order])


def pairwise_with_memory(x, memory, *, width):
    """Kernels of each row with a memory that may be empty, and the mass of it."""
    gaps = jnp.sum((x[:, None] - memory[None]) ** 2, axis=-1)
    kernels = jnp.exp(-gaps / width)
    return kernels, jnp.log1p(jnp.sum(kernels, axis=1)) + x[:, 0]


def pairwise_with_memory_reference(x, memory, *, width):
    kernels = np.zeros((len(x), len(memory)))
    for i, row in enumerate(x):
        for j, kept in enumerate(memory):
            kernels[i, j] = np.exp(-np.sum((row - kept) ** 2) / width)
    mass = [sum(line) for line in kernels]
    return kernels, np.log1p(np.array(mass, dtype=float)) + x[:, 0]


def running_totals(first, x):
    """Running totals from a first row, and the others times what came before."""
    totals = jnp.cumsum(jnp.concatenate([first, x]), axis=0)
    return totals, x * totals[:-1]


def running_totals_reference(first, x):
    totals = [first[0]]
    for row in x:
        totals.append(totals[-1] + row)
    return np.array(totals), np.array(
        [row * total for row, total in zip(x, totals)]
    ).reshape(x.shape)


def best_of_beams(scores, ends, *, k):
    """The best of each row, of beams that may have ended all, and where they are."""
    return lax.top_k(jnp.concatenate([scores, 2.0 * ends]), k)


def best_of_beams_reference(scores, ends, *, k):
    rows = np.concatenate([scores, 2.0 * ends])
    best = np.zeros((len(rows), k))
    places = np.zeros((len(rows), k), dtype=np.int32)
    for i, row in enumerate(rows):
        order = sorted(range(len(row)), key=lambda j: -row[j])
        for j, place in enumerate(order[:k]):
            best[i, j], places[i, j] = row[place], place
    return best, places


def batch_of_images(images, gain):
    """The brightest point of each image, of which there may be none, and their sum."""
    scaled = jax.vmap(lambda image: jnp.tanh(image) * gain)(images)
    return jnp.max(scaled, axis=(1, 2)), jnp.sum(scaled, axis=0) + gain**2


def batch_of_images_reference(images, gain):
    total = np.zeros(images.shape[1:]) + gain**2
    peaks = np.zeros(len(images))
    for i, image in enumerate(images):
        scaled = np.tanh(image) * gain
        peaks[i] = max(scaled.ravel())
        total = total + scaled
    return peaks, total
