"""Matrix functions with rules: JAX, and NumPy for what the rules say."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def inverse_with_tangent(matrix, matrix_tangent, *, symmetric):
    """A matrix inverse and its change, by two products instead of another inverse."""

    @jax.custom_jvp
    def inverse(matrix):
        return jnp.linalg.inv(matrix)

    @inverse.defjvp
    def inverse_jvp(primals, tangents):
        (matrix,), (matrix_tangent,) = primals, tangents
        inverted = inverse(matrix)
        return inverted, -inverted @ matrix_tangent @ inverted

    def apply(matrix):
        result = inverse(matrix)
        return 0.5 * (result + result.T) if symmetric else result

    return jax.jvp(apply, (matrix,), (matrix_tangent,))


def inverse_with_tangent_reference(matrix, matrix_tangent, *, symmetric):
    inverted = np.linalg.solve(matrix, np.eye(len(matrix)))
    change = -np.linalg.solve(matrix, matrix_tangent @ inverted)
    if symmetric:
        inverted, change = (inverted + inverted.T) / 2, (change + change.T) / 2
    return inverted, change


def log_determinant_gradient(matrix, *, jitter, scale):
    """Log determinant by Cholesky's factor, which the gradient uses again."""

    @jax.custom_vjp
    def log_determinant(matrix):
        return forward(matrix)[0]

    def forward(matrix):
        factor = jnp.linalg.cholesky(matrix)
        return 2.0 * jnp.sum(jnp.log(jnp.diagonal(factor))), factor

    def backward(factor, cotangent):
        identity = jnp.eye(factor.shape[0], dtype=factor.dtype)
        inverse = jax.scipy.linalg.cho_solve((factor, True), identity)
        return (cotangent * inverse,)

    log_determinant.defvjp(forward, backward)

    def objective(matrix):
        diagonal = jitter * jnp.eye(matrix.shape[0], dtype=matrix.dtype)
        return scale * log_determinant(matrix + diagonal)

    return jax.value_and_grad(objective)(matrix)


def log_determinant_gradient_reference(matrix, *, jitter, scale):
    shifted = matrix + jitter * np.eye(len(matrix))
    _, log = np.linalg.slogdet(shifted)
    return scale * log, scale * np.linalg.inv(shifted)


def cholesky_pullback(matrix, factor_bar, *, convention):
    """Cholesky's factor, and a cotangent pulled back by Murray's formula."""

    @jax.custom_vjp
    def cholesky(matrix):
        return jnp.linalg.cholesky(matrix)

    def forward(matrix):
        factor = jnp.linalg.cholesky(matrix)
        return factor, factor

    def backward(factor, factor_bar):
        half = jnp.tril(factor.T @ factor_bar)
        half = half - 0.5 * jnp.diag(jnp.diagonal(half))
        solve = partial(
            jax.scipy.linalg.solve_triangular, factor, trans="T", lower=True
        )
        pulled = solve(solve(half).T)
        gradient = 0.5 * (pulled + pulled.T)
        if convention == "lower":  # the upper triangle is never read
            diagonal = jnp.diag(jnp.diagonal(gradient))
            gradient = 2.0 * jnp.tril(gradient) - diagonal
        return (gradient,)

    cholesky.defvjp(forward, backward)
    factor, pull_back = jax.vjp(cholesky, matrix)
    return factor, pull_back(jnp.tril(factor_bar))[0]


def cholesky_pullback_reference(matrix, factor_bar, *, convention):
    # By the change of the factor along every symmetric direction.
    size = len(matrix)
    factor = np.linalg.cholesky(matrix)
    inverse = np.linalg.inv(factor)
    pulled = np.zeros_like(matrix)
    for i, j in np.ndindex(matrix.shape):
        direction = np.zeros((size, size))
        direction[i, j] = direction[j, i] = 1.0
        inner = inverse @ direction @ inverse.T
        change = factor @ (np.tril(inner) - np.diag(np.diag(inner)) / 2)
        pulled[i, j] = np.sum(np.tril(factor_bar) * change)
        if convention == "lower":
            pulled[i, j] = pulled[i, j] if i >= j else 0.0
        elif i != j:
            pulled[i, j] = pulled[i, j] / 2
    return factor, pulled


def matrix_root_tangent(matrix, matrix_tangent, *, inverse):
    """Square root of a symmetric matrix, and its change by Sylvester's equation."""

    @jax.custom_jvp
    def root(matrix):
        values, vectors = jnp.linalg.eigh(matrix)
        power = -0.5 if inverse else 0.5
        return (vectors * values**power) @ vectors.T

    @root.defjvp
    def root_jvp(primals, tangents):
        (matrix,), (matrix_tangent,) = primals, tangents
        values, vectors = jnp.linalg.eigh(matrix)
        roots = jnp.sqrt(values)
        sums = roots[:, None] + roots
        inner = vectors.T @ matrix_tangent @ vectors
        if inverse:
            ratios = -inner / (sums * jnp.outer(roots, roots))
            return (vectors / roots) @ vectors.T, vectors @ ratios @ vectors.T
        return (vectors * roots) @ vectors.T, vectors @ (inner / sums) @ vectors.T

    direction = 0.5 * (matrix_tangent + matrix_tangent.T)
    return jax.jvp(root, (matrix,), (direction,))


def matrix_root_tangent_reference(matrix, matrix_tangent, *, inverse):
    size = len(matrix)
    values, vectors = np.linalg.eigh(matrix)
    root = vectors @ np.diag(np.sqrt(values)) @ vectors.T
    direction = (matrix_tangent + matrix_tangent.T) / 2
    identity = np.eye(size)
    system = np.kron(root, identity) + np.kron(identity, root)
    change = np.linalg.solve(system, direction.reshape(-1)).reshape(size, size)
    if inverse:
        inverted = np.linalg.inv(root)
        return inverted, -inverted @ change @ inverted
    return root, change


def spectral_loss_gradient(matrix, *, function):
    """Sum of a function of a matrix's eigenvalues, and its gradient by the vectors."""

    @jax.custom_vjp
    def spectral_sum(matrix):
        return forward(matrix)[0]

    def forward(matrix):
        values, vectors = jnp.linalg.eigh(matrix)
        if function == "entropy":
            total, slopes = -jnp.sum(values * jnp.log(values)), -jnp.log(values) - 1.0
        elif function == "log_exponential":
            slopes = jax.nn.softmax(values)
            total = jax.nn.logsumexp(values)
        else:
            total, slopes = jnp.sum(1.0 / values), -1.0 / jnp.square(values)
        return total, (vectors, slopes)

    def backward(residuals, cotangent):
        vectors, slopes = residuals
        return ((vectors * (cotangent * slopes)) @ vectors.T,)

    spectral_sum.defvjp(forward, backward)
    return jax.value_and_grad(spectral_sum)(matrix)


def spectral_loss_gradient_reference(matrix, *, function):
    if function == "inverse":
        inverted = np.linalg.inv(matrix)
        return np.trace(inverted), -inverted @ inverted
    values, vectors = np.linalg.eigh(matrix)
    gradient, total = np.zeros_like(matrix), np.zeros(())
    for k, value in enumerate(values):
        if function == "entropy":
            total = total - value * np.log(value)
            slope = -1 - np.log(value)
        else:
            slope = np.exp(value) / np.sum(np.exp(values))
        gradient = gradient + slope * np.outer(vectors[:, k], vectors[:, k])
    if function == "log_exponential":
        total = np.log(np.sum(np.exp(values)))
    return total, gradient


def linear_solve_pullback(matrix, right, solution_bar, *, transposed):
    """Solve a linear system, and pull a cotangent back by the transposed one."""

    @jax.custom_vjp
    def solve(matrix, right):
        return jnp.linalg.solve(matrix, right)

    def forward(matrix, right):
        solution = jnp.linalg.solve(matrix, right)
        return solution, (matrix, solution)

    def backward(residuals, solution_bar):
        matrix, solution = residuals
        adjoint = jnp.linalg.solve(matrix.T, solution_bar)
        return -adjoint @ solution.T, adjoint

    solve.defvjp(forward, backward)

    def system(matrix, right):
        return solve(matrix.T if transposed else matrix, right)

    solution, pull_back = jax.vjp(system, matrix, right)
    return solution, *pull_back(solution_bar)


def linear_solve_pullback_reference(matrix, right, solution_bar, *, transposed):
    inverse = np.linalg.inv(matrix)
    if transposed:
        inverse = inverse.T
    solution, adjoint = inverse @ right, inverse.T @ solution_bar
    by_matrix = np.zeros_like(matrix)
    for i, j in np.ndindex(matrix.shape):
        place = (j, i) if transposed else (i, j)
        by_matrix[place] = -np.sum(adjoint[i] * solution[j])
    return solution, by_matrix, adjoint


def shared_factor_solve(matrix, rights, *, scale):
    """Solve for many right sides, which a batching rule hands to one factorization."""

    @jax.custom_batching.custom_vmap
    def solve(matrix, right):
        return jnp.linalg.solve(matrix, right)

    @solve.def_vmap
    def solve_batched(size, in_batched, matrix, right):
        if not in_batched[0]:
            factors = jax.scipy.linalg.lu_factor(matrix)
            return jax.scipy.linalg.lu_solve(factors, right.T).T, True
        if not in_batched[1]:
            right = jnp.broadcast_to(right, (size, *right.shape))
        return lax.map(lambda system: solve(*system), (matrix, right)), True

    scaled = scale * matrix
    by_right = jax.vmap(solve, in_axes=(None, 0))(scaled, rights)
    by_both = jax.vmap(solve)(jnp.stack([scaled, scaled.T]), rights[:2])
    return by_right, by_both


def shared_factor_solve_reference(matrix, rights, *, scale):
    inverse = np.linalg.inv(scale * matrix)
    by_right = np.stack([inverse @ right for right in rights])
    return by_right, np.stack([inverse @ rights[0], inverse.T @ rights[1]])


def custom_linear_solve_pullback(matrix, right, solution_bar, *, symmetric):
    """Solve by iterating, and pull a cotangent back by iterating on the transpose."""

    def richardson(matvec, right):
        # Eigenvalues are between one and four.
        def refine(_, x):
            return x + 0.4 * (right - matvec(x))

        return lax.fori_loop(0, 90, refine, 0.4 * right)

    def solve(matrix, right):
        def matvec(x):
            return matrix @ x

        if symmetric:
            return lax.custom_linear_solve(matvec, right, richardson, symmetric=True)
        return lax.custom_linear_solve(matvec, right, richardson, richardson)

    solution, pull_back = jax.vjp(solve, matrix, right)
    return solution, *pull_back(solution_bar)


def custom_linear_solve_pullback_reference(matrix, right, solution_bar, *, symmetric):
    inverse = np.linalg.inv(matrix)
    solution = inverse @ right
    adjoint = inverse.T @ solution_bar
    return solution, -np.outer(adjoint, solution), adjoint
