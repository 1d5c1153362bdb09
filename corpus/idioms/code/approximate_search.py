"""Approximate search: JAX, and NumPy by sorting."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def nearest_by_partial_reduction(queries, database, *, k, recall):
    """Squared distances to the nearest neighbors, and which those are."""
    # Half the squared distance without the term that is the same for all.
    halves = 0.5 * jnp.sum(jnp.square(database), axis=1)
    scores = halves - queries @ database.T
    _, places = lax.approx_min_k(scores, k, recall_target=recall)
    # The scores are too coarse for distances near zero.
    offsets = queries[:, None] - database[places]
    return jnp.sum(jnp.square(offsets), axis=-1), places


def nearest_by_partial_reduction_reference(queries, database, *, k, recall):
    distances, places = [], []
    for query in queries:
        squares = [np.sum((query - row) ** 2) for row in database]
        order = sorted(range(len(database)), key=lambda i: squares[i])[:k]
        distances.append([squares[i] for i in order])
        places.append(order)
    return np.array(distances), np.array(places, dtype=np.int32)


def largest_inner_products(queries, database, bias, *, k, sharpness):
    """Attend to the rows of largest scores, and how much of the best score is lost."""
    scores = queries @ database.T + bias
    best, places = lax.approx_max_k(scores, k, recall_target=0.99)
    weights = jax.nn.softmax(sharpness * best)
    found = jnp.einsum("qk,qkd->qd", weights, database[places])
    return found, best[:, 0] - jnp.sum(weights * best, axis=1)


def largest_inner_products_reference(queries, database, bias, *, k, sharpness):
    rows, losses = [], []
    for query in queries:
        scores = np.array([np.sum(query * row) for row in database]) + bias
        order = sorted(range(len(database)), key=lambda i: -scores[i])[:k]
        weights = np.exp(sharpness * scores[order])
        weights = weights / np.sum(weights)
        rows.append(sum(w * database[i] for w, i in zip(weights, order)))
        losses.append(np.max(scores) - np.sum(weights * scores[order]))
    return np.array(rows), np.array(losses)


def pruned_by_magnitude(weights, *, kept, rescale):
    """Keep the largest weights of each row, perhaps with the row's length as it was."""
    _, places = lax.approx_max_k(jnp.abs(weights), kept)
    rows = jnp.arange(weights.shape[0])[:, None]
    mask = jnp.zeros(weights.shape, bool).at[rows, places].set(True)
    pruned = jnp.where(mask, weights, 0.0)
    if rescale:
        before = jnp.linalg.norm(weights, axis=1, keepdims=True)
        pruned = pruned * before / jnp.linalg.norm(pruned, axis=1, keepdims=True)
    return pruned


def pruned_by_magnitude_reference(weights, *, kept, rescale):
    pruned = np.zeros(weights.shape)
    for i, row in enumerate(weights):
        order = sorted(range(len(row)), key=lambda j: -abs(row[j]))[:kept]
        share = np.sqrt(np.sum(row**2) / np.sum(row[order] ** 2))
        for j in order:
            pruned[i, j] = row[j] * share if rescale else row[j]
    return pruned
