"""Eigenvalues, by iteration: JAX, and NumPy from the definition."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from scipy import linalg

from .linear_solvers import krylov_basis_reference


def lanczos_tridiagonal(matrix, start, *, reorthogonalize, steps):
    """Reduce a symmetric matrix to the tridiagonal one that Lanczos' process gives."""
    basis = jnp.zeros((steps, start.shape[0]), start.dtype)
    off = jnp.zeros((), start.dtype)

    def step(state, k):
        basis, old, vector, off = state
        basis = basis.at[k].set(vector)
        image = matrix @ vector - off * old
        diagonal = vector @ image
        image = image - diagonal * vector
        if reorthogonalize:
            image = image - basis.T @ (basis @ image)
        new_off = jnp.linalg.norm(image)
        return (basis, vector, image / new_off, new_off), (diagonal, new_off)

    unit = start / jnp.linalg.norm(start)
    state = (basis, jnp.zeros_like(start), unit, off)
    _, (diagonals, offs) = lax.scan(step, state, jnp.arange(steps))
    return {"diagonal": diagonals, "off_diagonal": offs[:-1]}


def lanczos_tridiagonal_reference(matrix, start, *, reorthogonalize, steps):
    basis = krylov_basis_reference(matrix, start, steps)
    if reorthogonalize:  # which only matters for rounding
        basis = linalg.qr(basis, mode="economic")[0]
    small = basis.T @ matrix @ basis
    return {
        "diagonal": np.diag(small),
        "off_diagonal": np.abs(np.diag(small, 1)),
    }


def power_iteration(matrix, start, *, steps):
    """Iterate towards the dominant eigenvector; its Rayleigh quotients on the way."""

    def step(vector, _):
        image = matrix @ vector
        return image / jnp.linalg.norm(image), jnp.vdot(vector, image)

    unit = start / jnp.linalg.norm(start)
    return lax.scan(step, unit, None, length=steps)


def power_iteration_reference(matrix, start, *, steps):
    values, vectors = linalg.eigh(matrix)
    parts = vectors.T @ start
    quotients = []
    for k in range(steps):
        weights = (values**k * parts) ** 2
        quotients.append(np.sum(weights * values) / np.sum(weights))
    parts = values**steps * parts
    return vectors @ parts / np.sqrt(np.sum(parts**2)), np.array(quotients)


def inverse_iteration(matrix, start, *, shift, steps):
    """Find the eigenvalue next to a shift by inverse iteration, factorizing once."""
    shifted = matrix - shift * jnp.eye(matrix.shape[0], dtype=matrix.dtype)
    factors = jax.scipy.linalg.lu_factor(shifted)

    def step(_, vector):
        image = jax.scipy.linalg.lu_solve(factors, vector)
        return image / jnp.linalg.norm(image)

    vector = lax.fori_loop(0, steps, step, start)
    return vector @ matrix @ vector, vector


def inverse_iteration_reference(matrix, start, *, shift, steps):
    values, vectors = linalg.eigh(matrix)
    parts = vectors.T @ start
    for _ in range(steps):
        parts = parts / (values - shift)
    parts = parts / np.sqrt(np.sum(parts**2))
    return np.sum(values * parts**2), vectors @ parts


def rayleigh_quotient_iteration(matrix, start, *, steps):
    """Refine an eigenpair with shifts that follow the Rayleigh quotient."""
    identity = jnp.eye(matrix.shape[0], dtype=matrix.dtype)

    def step(vector, _):
        quotient = vector @ matrix @ vector
        image = jnp.linalg.solve(matrix - quotient * identity, vector)
        vector = image / jnp.linalg.norm(image)
        return vector, vector @ matrix @ vector

    vector, quotients = lax.scan(step, start / jnp.linalg.norm(start), None, steps)
    # Its sign is the one that the last shift happened to give it.
    return vector * jnp.sign(vector @ start), quotients


def rayleigh_quotient_iteration_reference(matrix, start, *, steps):
    values, vectors = linalg.eigh(matrix)
    parts = vectors.T @ start
    quotients = [np.sum(values * parts**2) / np.sum(parts**2)]
    for _ in range(steps):
        parts = parts / (values - quotients[-1])
        parts = parts / np.sqrt(np.sum(parts**2))
        quotients.append(np.sum(values * parts**2))
    vector = vectors @ parts
    return vector * np.sign(np.sum(vector * start)), np.array(quotients[1:])


def qr_algorithm(matrix, *, steps):
    """Take unshifted steps of the QR algorithm; the diagonal tends to the spectrum."""

    def step(iterate, _):
        q, r = jnp.linalg.qr(iterate)
        iterate = r @ q
        off = iterate - jnp.diag(jnp.diagonal(iterate))
        return iterate, jnp.sum(jnp.square(off))

    iterate, off_norms = lax.scan(step, matrix, None, length=steps)
    return jnp.diagonal(iterate), off_norms


def qr_algorithm_reference(matrix, *, steps):
    # The same bases orthogonalize the columns of the matrix's powers.
    off_norms = []
    for k in range(1, steps + 1):
        q, _ = linalg.qr(np.linalg.matrix_power(matrix, k))
        diagonal = np.einsum("ik,ij,jk->k", q, matrix, q)
        off_norms.append(np.sum(matrix**2) - np.sum(diagonal**2))
    return diagonal, np.array(off_norms)


def jacobi_eigenvalues(matrix, *, descending):
    """Diagonalize a symmetric matrix by six cyclic sweeps of Jacobi rotations."""
    size = matrix.shape[0]
    rows, columns = jnp.triu_indices(size, k=1)
    identity = jnp.eye(size, dtype=matrix.dtype)

    def rotate(k, a):
        p, q = rows[k % len(rows)], columns[k % len(rows)]
        off = a[p, q]
        tau = (a[q, q] - a[p, p]) / (2.0 * jnp.where(off == 0, 1.0, off))
        # The smaller of both angles that make the element zero.
        tangent = jnp.where(tau >= 0, 1.0, -1.0) / (
            jnp.abs(tau) + jnp.sqrt(1.0 + tau * tau)
        )
        tangent = jnp.where(off == 0, 0.0, tangent)
        cosine = lax.rsqrt(1.0 + tangent * tangent)
        sine = tangent * cosine
        rotation = identity.at[jnp.stack([p, q]), jnp.stack([p, q])].set(cosine)
        rotation = rotation.at[p, q].set(sine).at[q, p].set(-sine)
        return rotation.T @ a @ rotation

    diagonal = jnp.diagonal(lax.fori_loop(0, 6 * len(rows), rotate, matrix))
    return jnp.sort(diagonal, descending=descending)


def jacobi_eigenvalues_reference(matrix, *, descending):
    values = np.linalg.eigvalsh(matrix)
    return values[::-1] if descending else values


def sturm_count(diagonal, off_diagonal, thresholds):
    """Count the eigenvalues of a symmetric tridiagonal matrix below each threshold."""
    tiny = jnp.finfo(diagonal.dtype).tiny

    def step(pivot, row):
        center, coupling = row
        pivot = center - thresholds - coupling**2 / pivot
        # A zero pivot counts as a small negative one.
        pivot = jnp.where(jnp.abs(pivot) < tiny, -tiny, pivot)
        return pivot, pivot < 0

    rows = (diagonal, jnp.pad(off_diagonal, (1, 0)))
    _, negative = lax.scan(step, jnp.ones_like(thresholds), rows)
    return jnp.sum(negative, axis=0)


def sturm_count_reference(diagonal, off_diagonal, thresholds):
    matrix = np.diag(diagonal) + np.diag(off_diagonal, 1) + np.diag(off_diagonal, -1)
    values = np.linalg.eigvalsh(matrix)
    return np.sum(values[:, None] < thresholds, axis=0)
