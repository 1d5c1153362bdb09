"""Triangular systems: JAX, and NumPy for whole matrices."""

import jax.numpy as jnp
import numpy as np
from jax import lax


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
