"""Projections and relaxations that sort: JAX, and NumPy from the definition."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


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
    # The max-min formula over blocks from a to b that hold an element.
    at = np.arange(len(values))
    a, b = at[:, None], at
    inside = (a[..., None] <= at) & (at <= b[:, None])
    means = inside @ (weights * values) / np.where(a <= b, inside @ weights, 1.0)
    lows = np.minimum.accumulate(means[:, ::-1], axis=1)[:, ::-1]
    fitted = np.max(np.where(a <= b, lows, -np.inf), axis=0)
    blocks = 1 + int(np.sum(fitted[1:] - fitted[:-1] > 1e-5))
    return fitted, np.array(blocks, dtype=np.int32)


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
    halves = logits / 2
    # The sum of squares falls and is convex: Newton's steps never overshoot.
    threshold = np.max(halves, axis=1, keepdims=True) - 1
    for _ in range(14):
        parts = np.maximum(halves - threshold, 0.0)
        surplus = np.sum(parts**2, axis=1, keepdims=True) - 1
        threshold = threshold + surplus / (2 * np.sum(parts, axis=1, keepdims=True))
    weights = np.maximum(halves - threshold, 0.0) ** 2
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
