"""Factorizations and functions of matrices: JAX, and NumPy from the definition."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from scipy import linalg


def newton_schulz_inverse(matrix, *, steps):
    """Approach the inverse by Newton and Schulz' iteration, which only multiplies."""
    largest_column = jnp.max(jnp.sum(jnp.abs(matrix), axis=0))
    largest_row = jnp.max(jnp.sum(jnp.abs(matrix), axis=1))
    start = matrix.T / (largest_column * largest_row)

    def step(_, inverse):
        return 2.0 * inverse - inverse @ matrix @ inverse

    return lax.fori_loop(0, steps, step, start)


def newton_schulz_inverse_reference(matrix, *, steps):
    # Every step squares the residual.
    size = np.sum(np.abs(matrix), axis=0).max() * np.sum(np.abs(matrix), axis=1).max()
    identity = np.eye(len(matrix))
    residual = identity - matrix @ matrix.T / size
    for _ in range(steps):
        residual = residual @ residual
    return np.linalg.solve(matrix, identity - residual)


def denman_beavers(matrix, *, steps):
    """Approach a matrix's square root and its inverse together."""

    def step(pair, _):
        root, inverse_root = pair
        pair = (
            0.5 * (root + jnp.linalg.inv(inverse_root)),
            0.5 * (inverse_root + jnp.linalg.inv(root)),
        )
        return pair, None

    identity = jnp.eye(matrix.shape[0], dtype=matrix.dtype)
    return lax.scan(step, (matrix, identity), None, length=steps)[0]


def denman_beavers_reference(matrix, *, steps):
    values, vectors = linalg.eigh(matrix)
    root, inverse_root = values, np.ones_like(values)
    for _ in range(steps):
        root, inverse_root = (
            (root + 1.0 / inverse_root) / 2,
            (inverse_root + 1.0 / root) / 2,
        )
    return vectors * root @ vectors.T, vectors * inverse_root @ vectors.T


def polar_newton(matrix, *, scaled, steps):
    """Approach the orthogonal polar factor by Newton's method, scaled or not."""

    def step(_, x):
        inverse = jnp.linalg.inv(x)
        if scaled:
            gain = jnp.sqrt(jnp.linalg.norm(inverse) / jnp.linalg.norm(x))
            x, inverse = gain * x, inverse / gain
        return 0.5 * (x + inverse.T)

    return lax.fori_loop(0, steps, step, matrix)


def polar_newton_reference(matrix, *, scaled, steps):
    left, values, right = linalg.svd(matrix)
    for _ in range(steps):
        if scaled:
            gain = (np.sum(values**-2) / np.sum(values**2)) ** 0.25
            values = gain * values
        values = (values + 1.0 / values) / 2
    return left * values @ right


def gram_schmidt(columns, *, modified):
    """Factorize into an orthonormal and a triangular matrix by Gram-Schmidt."""
    count = columns.shape[1]

    def orthogonalize(k, state):
        q, r = state
        vector = columns[:, k]
        if modified:

            def remove(j, inner):
                vector, overlaps = inner
                overlap = q[:, j] @ vector
                return vector - overlap * q[:, j], overlaps.at[j].set(overlap)

            start = (vector, jnp.zeros(count, columns.dtype))
            vector, overlaps = lax.fori_loop(0, k, remove, start)
        else:
            overlaps = q.T @ vector  # columns yet to come are zero
            vector = vector - q @ overlaps
        norm = jnp.linalg.norm(vector)
        return q.at[:, k].set(vector / norm), r.at[:, k].set(overlaps.at[k].set(norm))

    empty = (jnp.zeros_like(columns), jnp.zeros((count, count), columns.dtype))
    return lax.fori_loop(0, count, orthogonalize, empty)


def gram_schmidt_reference(columns, *, modified):
    q, r = linalg.qr(columns, mode="economic")
    signs = np.sign(np.diag(r))
    if modified:
        return q * signs, signs[:, None] * r
    # What the classical variant does to the last digits is no part of the definition.
    return q * signs, (q * signs).T @ columns * np.tri(len(r)).T


def householder_least_squares(matrix, right):
    """Solve least squares problems by reflecting the augmented matrix."""
    rows, columns = matrix.shape
    index = jnp.arange(rows)

    def reflect(work, k):
        tail = jnp.where(index >= k, work[:, k], 0.0)
        norm = jnp.linalg.norm(tail)
        # The sign that adds up, so that nothing cancels.
        normal = tail.at[k].add(jnp.where(tail[k] < 0, -norm, norm))
        scale = 2.0 / (normal @ normal)
        return work - scale * jnp.outer(normal, normal @ work), None

    work = jnp.concatenate([matrix, right], axis=1)
    work, _ = lax.scan(reflect, work, jnp.arange(columns))
    triangle, projected = work[:columns, :columns], work[:, columns:]
    solution = jax.scipy.linalg.solve_triangular(triangle, projected[:columns])
    return solution, jnp.linalg.norm(projected[columns:], axis=0)


def householder_least_squares_reference(matrix, right):
    solution = np.linalg.lstsq(matrix, right, rcond=None)[0]
    rest = right - matrix @ solution
    return solution, np.sqrt(np.sum(rest**2, axis=0))


def doolittle_lu(matrix):
    """Factorize without pivoting into a unit lower and an upper triangular matrix."""
    index = jnp.arange(matrix.shape[0])

    def eliminate(state, k):
        lower, upper = state
        factors = jnp.where(index > k, upper[:, k] / upper[k, k], 0.0)
        upper = upper - jnp.outer(factors, upper[k])
        return (lower.at[:, k].add(factors), upper), None

    identity = jnp.eye(matrix.shape[0], dtype=matrix.dtype)
    (lower, upper), _ = lax.scan(eliminate, (identity, matrix), index[:-1])
    return lower, jnp.triu(upper)


def doolittle_lu_reference(matrix):
    # For a positive definite matrix the factors are scaled Cholesky factors.
    factor = np.linalg.cholesky(matrix)
    scale = np.diag(factor)
    return factor / scale, scale[:, None] * factor.T


def lu_partial_pivoting(matrix):
    """Factorize in place with row exchanges; the rows' order and the packed factors."""
    size = matrix.shape[0]
    index = jnp.arange(size)

    def eliminate(k, state):
        packed, order = state
        magnitudes = jnp.where(index >= k, jnp.abs(packed[:, k]), -1.0)
        pivot = jnp.argmax(magnitudes)
        exchanged = index.at[k].set(pivot).at[pivot].set(k)
        packed, order = packed[exchanged], order[exchanged]
        factors = jnp.where(index > k, packed[:, k] / packed[k, k], 0.0)
        trailing = jnp.where(index > k, packed[k], 0.0)
        packed = packed - jnp.outer(factors, trailing)
        packed = packed.at[:, k].set(jnp.where(index > k, factors, packed[:, k]))
        return packed, order

    packed, order = lax.fori_loop(0, size - 1, eliminate, (matrix, index))
    return {"packed": packed, "order": order}


def lu_partial_pivoting_reference(matrix):
    # Without exchanges: rows stay where they are, and a list says which are left.
    size = len(matrix)
    rest, factors = np.copy(matrix), np.zeros_like(matrix)
    left, order = list(range(size)), []
    for k in range(size):
        pivot = max(left, key=lambda row: float(np.abs(rest[row, k])))
        left.remove(pivot)
        order.append(pivot)
        for row in left:
            factors[row, k] = rest[row, k] / rest[pivot, k]
            for column in range(k, size):
                rest[row, column] -= factors[row, k] * rest[pivot, column]
    packed = np.triu(rest[order]) + np.tril(factors[order], -1)
    return {"packed": packed, "order": np.array(order)}


def blocked_cholesky(matrix, *, block):
    """Factorize by block columns, with triangular solves below each diagonal block."""
    size = matrix.shape[0]
    panels = []
    for start in range(0, size, block):
        stop = min(start + block, size)
        column = matrix[start:, start:stop]
        for panel, offset in panels:
            done = panel[start - offset :]
            column = column - done @ done[: stop - start].T
        corner = jnp.linalg.cholesky(column[: stop - start])
        below = jax.scipy.linalg.solve_triangular(
            corner, column[stop - start :].T, lower=True
        )
        panels.append((jnp.concatenate([corner, below.T]), start))
    padded = [jnp.pad(panel, ((offset, 0), (0, 0))) for panel, offset in panels]
    return jnp.concatenate(padded, axis=1)


def blocked_cholesky_reference(matrix, *, block):
    # Recursively, on what is left when the first block is eliminated.
    corner = np.linalg.cholesky(matrix[:block, :block])
    factor = np.zeros_like(matrix)
    factor[:block, :block] = corner
    if len(matrix) > block:
        below = np.linalg.solve(corner, matrix[block:, :block].T).T
        factor[block:, :block] = below
        rest = matrix[block:, block:] - below @ below.T
        factor[block:, block:] = blocked_cholesky_reference(rest, block=block)
    return factor


def cholesky_rank_one(factor, vector, *, downdate):
    """Update or downdate a Cholesky factor for a change of rank one."""
    size = vector.shape[0]
    sign = -1.0 if downdate else 1.0
    index = jnp.arange(size)

    def rotate(vector, column_and_index):
        column, k = column_and_index
        diagonal = jnp.sqrt(column[k] ** 2 + sign * vector[k] ** 2)
        cosine, sine = diagonal / column[k], vector[k] / column[k]
        changed = (column + sign * sine * vector) / cosine
        vector = jnp.where(index > k, cosine * vector - sine * changed, 0.0)
        return vector, jnp.where(index > k, changed, column.at[k].set(diagonal))

    _, columns = lax.scan(rotate, vector, (factor.T, index))
    return columns.T


def cholesky_rank_one_reference(factor, vector, *, downdate):
    change = np.outer(vector, vector)
    product = factor @ factor.T
    return np.linalg.cholesky(product - change if downdate else product + change)


def pivoted_cholesky(matrix, *, rank):
    """Approximate a positive definite matrix by its largest remaining diagonals."""
    factor = jnp.zeros((rank, matrix.shape[0]), matrix.dtype)

    def step(state, k):
        factor, remaining = state
        pivot = jnp.argmax(remaining)
        row = matrix[pivot] - factor[:, pivot] @ factor
        row = row / jnp.sqrt(remaining[pivot])
        return (factor.at[k].set(row), remaining - jnp.square(row)), pivot

    state = (factor, jnp.diagonal(matrix))
    (factor, remaining), pivots = lax.scan(step, state, jnp.arange(rank))
    return {"factor": factor.T, "pivots": pivots, "error": jnp.sum(remaining)}


def pivoted_cholesky_reference(matrix, *, rank):
    rest, columns, pivots = matrix, [], []
    for _ in range(rank):
        pivot = int(np.argmax(np.diag(rest)))
        columns.append(rest[pivot] / np.sqrt(rest[pivot, pivot]))
        rest = rest - np.outer(columns[-1], columns[-1])
        pivots.append(pivot)
    return {
        "factor": np.stack(columns, axis=1),
        "pivots": np.array(pivots),
        "error": np.trace(rest),
    }


def pade_matrix_exponential(matrix, *, degree, squarings):
    """Exponentiate by a diagonal Pade approximant with scaling and squaring."""
    scaled = matrix / 2.0**squarings
    power = jnp.eye(matrix.shape[0], dtype=matrix.dtype)
    numerator = denominator = power
    coefficient = 1.0
    for k in range(1, degree + 1):
        coefficient *= (degree - k + 1) / (k * (2 * degree - k + 1))
        power = scaled @ power
        numerator = numerator + coefficient * power
        denominator = denominator + (-1) ** k * coefficient * power
    exponential = jnp.linalg.solve(denominator, numerator)
    return lax.fori_loop(0, squarings, lambda _, x: x @ x, exponential)


def pade_matrix_exponential_reference(matrix, *, degree, squarings):
    # The series itself, of which the approximant's is the same for enough terms.
    scaled = matrix / 2.0**squarings
    term = total = np.eye(len(matrix))
    for k in range(1, 4 * degree):
        term = term @ scaled / k
        total = total + term
    return np.linalg.matrix_power(total, 2**squarings)
