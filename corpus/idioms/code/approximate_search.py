"""Accelerators' search, wide words and mixed precision: JAX, and NumPy."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from scipy import special


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


def wide_products(x, factor, *, offset):
    """Numbers of several words, lowest first, times a word and plus a small offset."""
    low = x * factor[:, None]
    high = lax.mulhi(x, jnp.broadcast_to(factor[:, None], x.shape))

    def add(carry, words):
        low, high = words
        total = low + carry
        return high + (total < low).astype(jnp.uint32), total

    start = jnp.full(factor.shape, offset, jnp.uint32)
    last, limbs = lax.scan(add, start, (low.T, high.T))
    return jnp.concatenate([limbs, last[None]]).T


def wide_products_reference(x, factor, *, offset):
    result = []
    for row, word in zip(x, factor):
        number = sum(int(limb) << 32 * i for i, limb in enumerate(row))
        number = number * int(word) + offset
        result.append([number >> 32 * i & 0xFFFFFFFF for i in range(len(row) + 1)])
    return np.array(result, dtype=np.uint32)


def range_reduced_hashes(keys, multiplier, *, buckets, shift):
    """Buckets of hashed keys without a division, and how many keys each has."""
    hashes = (keys ^ (keys >> shift if shift else keys << 16)) * (multiplier | 1)
    chosen = lax.mulhi(hashes, jnp.full_like(hashes, buckets))
    return chosen, jnp.zeros(buckets, jnp.int32).at[chosen].add(1)


def range_reduced_hashes_reference(keys, multiplier, *, buckets, shift):
    chosen = []
    for key in keys:
        key = int(key)
        mixed = key ^ (key >> shift if shift else key << 16 & 0xFFFFFFFF)
        hashed = mixed * (int(multiplier) | 1) % 2**32
        chosen.append(hashed * buckets // 2**32)
    counts = [chosen.count(bucket) for bucket in range(buckets)]
    return np.array(chosen, dtype=np.uint32), np.array(counts, dtype=np.int32)


def division_by_multiplication(n, *, divisor):
    """Quotients and remainders of words by a constant, without dividing."""
    places = (divisor - 1).bit_length()
    reciprocal = 2**32 * (2**places - divisor) // divisor + 1
    part = lax.mulhi(n, jnp.full_like(n, reciprocal))
    quotient = (part + ((n - part) >> 1)) >> (places - 1)
    return quotient, n - quotient * divisor


def division_by_multiplication_reference(n, *, divisor):
    pairs = [divmod(int(word), divisor) for word in n.reshape(-1)]
    quotients, remainders = np.array(pairs, dtype=np.uint32).T
    return quotients.reshape(n.shape), remainders.reshape(n.shape)


def half_precision_refinement(matrix, right, *, dtype, transposed):
    """Solve triangular systems by substitutions in half precision, refined."""
    half = matrix.astype(dtype)
    system = matrix.T if transposed else matrix

    def correct(_, solution):
        residual = right - system @ solution
        # Half precision has no range for residuals as small as they become.
        scale = jnp.max(jnp.abs(residual), initial=jnp.finfo(right.dtype).tiny)
        step = lax.linalg.triangular_solve(
            half,
            (residual / scale).astype(dtype),
            left_side=True,
            lower=True,
            transpose_a=transposed,
        )
        return solution + scale * step.astype(right.dtype)

    steps = jnp.finfo(right.dtype).nmant
    return lax.fori_loop(0, steps, correct, jnp.zeros_like(right))


def half_precision_refinement_reference(matrix, right, *, dtype, transposed):
    return np.linalg.solve(matrix.T if transposed else matrix, right)


def half_precision_preconditioner(matrix, right, *, dtype, ridge):
    """Solve by a factor in half precision, refined, and the log determinant."""
    size = right.shape[0]
    matrix = matrix + ridge * jnp.eye(size, dtype=matrix.dtype)
    factor = jnp.linalg.cholesky(matrix)
    half = factor.astype(dtype)

    def correct(_, solution):
        residual = right - matrix @ solution
        # Half precision has no range for residuals as small as they become.
        scale = jnp.max(jnp.abs(residual), initial=jnp.finfo(right.dtype).tiny)
        step = (residual / scale).astype(dtype)[:, None]
        step = lax.linalg.triangular_solve(half, step, left_side=True, lower=True)
        step = lax.linalg.triangular_solve(
            half, step, left_side=True, lower=True, transpose_a=True
        )
        return solution + scale * step[:, 0].astype(right.dtype)

    steps = jnp.finfo(right.dtype).nmant
    solution = lax.fori_loop(0, steps, correct, jnp.zeros_like(right))
    return solution, 2.0 * jnp.sum(jnp.log(jnp.diagonal(factor)))


def half_precision_preconditioner_reference(matrix, right, *, dtype, ridge):
    values, vectors = np.linalg.eigh(matrix + ridge * np.eye(len(right)))
    return vectors @ (vectors.T @ right / values), np.sum(np.log(values))


def hermitian_whitening(real, imaginary, steering, *, loading):
    """Weights of least output power towards a direction, for a conjugate covariance."""
    size = steering.shape[0]
    samples = lax.complex(real, imaginary)
    covariance = samples @ samples.conj().T + loading * size * jnp.eye(
        size, dtype=samples.dtype
    )
    factor = jnp.linalg.cholesky(covariance)
    # The conjugate of a factor is a factor of the conjugate.
    right = steering.astype(factor.dtype)[:, None]
    white = lax.linalg.triangular_solve(
        factor, right, left_side=True, lower=True, conjugate_a=True
    )
    weights = lax.linalg.triangular_solve(
        factor, white, left_side=True, lower=True, transpose_a=True
    )[:, 0]
    power = jnp.sum(jnp.square(jnp.abs(white)))
    return weights.real, weights.imag, power


def hermitian_whitening_reference(real, imaginary, steering, *, loading):
    # The conjugate covariance as a real matrix of twice the size.
    size = len(steering)
    same = real @ real.T + imaginary @ imaginary.T + loading * size * np.eye(size)
    cross = imaginary @ real.T - real @ imaginary.T
    system = np.block([[same, cross], [-cross, same]])
    both = np.linalg.solve(system, np.concatenate([steering, np.zeros(size)]))
    return both[:size], both[size:], np.sum(steering * both[:size])


def conjugate_back_substitution(lower, imaginary, right, *, left_side):
    """Solve with the conjugate of a complex lower triangle, from the left or right."""
    # A real diagonal, as factors of Hermitian matrices have.
    triangle = lax.complex(jnp.tril(lower), jnp.tril(imaginary, -1))
    right = right.astype(triangle.dtype)
    solution = lax.linalg.triangular_solve(
        triangle,
        right if left_side else right.T,
        left_side=left_side,
        lower=True,
        conjugate_a=True,
    )
    solution = solution if left_side else solution.T
    return solution.real, solution.imag


def conjugate_back_substitution_reference(lower, imaginary, right, *, left_side):
    below = np.tril(imaginary, -1)
    lower = np.tril(lower)
    if not left_side:
        lower, below = lower.T, below.T
    system = np.block([[lower, below], [-below, lower]])
    both = np.linalg.solve(system, np.concatenate([right, np.zeros(right.shape)]))
    return both[: len(lower)], both[len(lower) :]


def ragged_expert_layers(tokens, weights, biases, choices, *, gain):
    """Each token through the layer of its expert, all in one grouped product."""
    # A batch of grouped products needs all operands batched: one after the other.
    product = jax.custom_batching.sequential_vmap(lax.ragged_dot)
    order = jnp.argsort(choices, stable=True)
    sizes = jnp.bincount(choices, length=weights.shape[0]).astype(jnp.int32)
    # The bias is the weight of an input of one.
    layers = jnp.concatenate([weights, biases[:, None]], axis=1)
    inputs = jnp.concatenate([gain * tokens, jnp.ones_like(tokens[:, :1])], axis=1)
    grouped = product(inputs[order], layers, sizes)
    return jnp.zeros_like(grouped).at[order].set(jnp.tanh(grouped)), sizes


def ragged_expert_layers_reference(tokens, weights, biases, choices, *, gain):
    rows = [
        np.tanh(
            biases[choice] + sum(gain * x * w for x, w in zip(token, weights[choice]))
        )
        for token, choice in zip(tokens, choices)
    ]
    experts = range(len(weights))
    sizes = [sum(choice == expert for choice in choices) for expert in experts]
    return np.array(rows), np.array(sizes, dtype=np.int32)


def incomplete_gamma_slope(shape, point):
    # The power series of the lower integral, term by term.
    total = np.zeros(())
    for k in range(80):
        order = shape + k + 1
        log_term = (shape + k) * np.log(point) - point - special.gammaln(order)
        total = total + np.exp(log_term) * (np.log(point) - special.digamma(order))
    return total


def gamma_shape_score(shapes, points, *, scale, upper):
    """Probabilities of gamma variables, and how they change with the shape."""
    probability = jax.scipy.special.gammaincc if upper else jax.scipy.special.gammainc
    value, pull = jax.vjp(lambda a: probability(a, points / scale), shapes)
    return value, pull(jnp.ones_like(value))[0]


def gamma_shape_score_reference(shapes, points, *, scale, upper):
    values, slopes = [], []
    for shape, point in zip(shapes, points):
        probability = special.gammaincc if upper else special.gammainc
        values.append(probability(shape, point / scale))
        slope = incomplete_gamma_slope(shape, point / scale)
        slopes.append(-slope if upper else slope)
    return np.array(values), np.array(slopes)


def poisson_threshold_sensitivity(thresholds, means, *, logarithm):
    """How the probability of few events changes as the count allowed does."""

    def at_most(threshold, mean):
        probability = jax.scipy.special.gammaincc(threshold + 1.0, mean)
        return jnp.log(probability) if logarithm else probability

    slope = jax.grad(at_most)
    over_means = jax.vmap(slope, in_axes=(None, 0))
    return jax.vmap(over_means, in_axes=(0, None))(thresholds, means)


def poisson_threshold_sensitivity_reference(thresholds, means, *, logarithm):
    result = np.zeros((len(thresholds), len(means)))
    for i, j in np.ndindex(result.shape):
        slope = -incomplete_gamma_slope(thresholds[i] + 1, means[j])
        if logarithm:
            slope = slope / special.gammaincc(thresholds[i] + 1, means[j])
        result[i, j] = slope
    return result
