"""Linear solvers: JAX, and NumPy from the definition."""

import jax.numpy as jnp
import numpy as np
from jax import lax
from scipy import linalg


def krylov_basis_reference(matrix, start, size):
    """Give an orthonormal basis of the start times powers of the matrix."""
    powers = [start / np.sqrt(np.sum(start**2))]
    for _ in range(size - 1):
        image = matrix @ powers[-1]
        powers.append(image / np.sqrt(np.sum(image**2)))
    return linalg.qr(np.stack(powers, axis=1), mode="economic")[0]


def conjugate_gradient(matrix, right, *, jacobi, steps):
    """Take a few steps of the method of conjugate gradients from zero."""
    inverse_diagonal = 1.0 / jnp.diagonal(matrix) if jacobi else jnp.ones_like(right)

    def step(_, state):
        x, residual, direction, energy = state
        image = matrix @ direction
        length = energy / jnp.vdot(direction, image)
        x = x + length * direction
        residual = residual - length * image
        scaled = inverse_diagonal * residual
        new_energy = jnp.vdot(residual, scaled)
        direction = scaled + new_energy / energy * direction
        return x, residual, direction, new_energy

    scaled = inverse_diagonal * right
    start = (jnp.zeros_like(right), right, scaled, jnp.vdot(right, scaled))
    return lax.fori_loop(0, steps, step, start)[0]


def conjugate_gradient_reference(matrix, right, *, jacobi, steps):
    # The point of the Krylov space whose residual is orthogonal to the space.
    scale = 1.0 / np.diag(matrix) if jacobi else np.ones_like(right)
    basis = krylov_basis_reference(scale[:, None] * matrix, scale * right, steps)
    inner = np.linalg.solve(basis.T @ matrix @ basis, basis.T @ right)
    return basis @ inner


def bicgstab_convection(right, velocity, *, reaction, steps):
    """Solve a convection-diffusion equation on a line by a few steps of BiCGSTAB."""

    def operator(u):
        padded = jnp.pad(u, 1)
        left, ahead = padded[:-2], padded[2:]
        return reaction * u + (2.0 * u - left - ahead) + velocity * (ahead - left) / 2

    shadow = right

    def step(state, _):
        x, residual, direction, rho = state
        image = operator(direction)
        alpha = rho / jnp.vdot(shadow, image)
        half = residual - alpha * image
        half_image = operator(half)
        omega = jnp.vdot(half_image, half) / jnp.vdot(half_image, half_image)
        x = x + alpha * direction + omega * half
        residual = half - omega * half_image
        new_rho = jnp.vdot(shadow, residual)
        beta = new_rho / rho * alpha / omega
        direction = residual + beta * (direction - omega * image)
        return (x, residual, direction, new_rho), jnp.linalg.norm(residual)

    start = (jnp.zeros_like(right), right, right, jnp.vdot(right, right))
    (x, *_), norms = lax.scan(step, start, None, length=steps)
    return x, norms


def bicgstab_convection_reference(right, velocity, *, reaction, steps):
    size = len(right)
    matrix = np.zeros((size, size))
    for i in range(size):
        matrix[i, i] = reaction + 2.0
        if i > 0:
            matrix[i, i - 1] = -1.0 - velocity[i] / 2
        if i + 1 < size:
            matrix[i, i + 1] = -1.0 + velocity[i] / 2
    x, direction, norms = np.zeros_like(right), right, []
    for _ in range(steps):
        residual = right - matrix @ x
        image = matrix @ direction
        alpha = np.sum(right * residual) / np.sum(right * image)
        half = residual - alpha * image
        omega = np.sum(half * (matrix @ half)) / np.sum((matrix @ half) ** 2)
        x = x + alpha * direction + omega * half
        following = right - matrix @ x
        # The next direction is such that the shadow residual is orthogonal to
        # what remains of it: beta is a ratio of projections on the shadow.
        beta = alpha * np.sum(right * following) / (omega * np.sum(right * residual))
        direction = following + beta * (direction - omega * image)
        norms.append(np.sqrt(np.sum(following**2)))
    return x, np.array(norms)


def jacobi_iteration(matrix, right, *, weight, sweeps):
    """Run sweeps of the weighted Jacobi iteration for several right-hand sides."""
    diagonal = jnp.diagonal(matrix)[:, None]

    def sweep(_, x):
        return x + weight * (right - matrix @ x) / diagonal

    return lax.fori_loop(0, sweeps, sweep, jnp.zeros_like(right))


def jacobi_iteration_reference(matrix, right, *, weight, sweeps):
    # The first terms of the Neumann series of the preconditioned matrix.
    scale = weight / np.diag(matrix)[:, None]
    growth = np.eye(len(matrix)) - scale * matrix
    return sum(
        np.linalg.matrix_power(growth, k) @ (scale * right) for k in range(sweeps)
    )


def successive_over_relaxation(matrix, right, *, relaxation, symmetric, sweeps):
    """Sweep over the unknowns, over-relaxing each; forward, or forward and backward."""
    size = right.shape[0]

    def relax(x, i):
        rest = right[i] - matrix[i] @ x
        return x.at[i].add(relaxation * rest / matrix[i, i]), None

    forward = jnp.arange(size)
    order = jnp.concatenate([forward, forward[::-1]]) if symmetric else forward

    def sweep(_, x):
        return lax.scan(relax, x, order)[0]

    return lax.fori_loop(0, sweeps, sweep, jnp.zeros_like(right))


def successive_over_relaxation_reference(
    matrix, right, *, relaxation, symmetric, sweeps
):
    # By the splitting into the diagonal and the two triangles.
    weighted = np.diag(np.diag(matrix)) / relaxation
    lower = weighted + np.tril(matrix, -1)
    upper = weighted + np.triu(matrix, 1)
    x = np.zeros_like(right)
    for _ in range(sweeps):
        x = x + linalg.solve_triangular(lower, right - matrix @ x, lower=True)
        if symmetric:
            x = x + linalg.solve_triangular(upper, right - matrix @ x)
    return x


def chebyshev_iteration(matrix, right, *, lowest, highest, steps):
    """Solve with Chebyshev's semi-iteration for eigenvalues between known bounds."""
    center, radius = (highest + lowest) / 2, (highest - lowest) / 2
    ratio = center / radius

    def step(_, state):
        x, residual, update, rho = state
        x = x + update
        residual = residual - matrix @ update
        new_rho = 1.0 / (2.0 * ratio - rho)
        update = new_rho * rho * update + 2.0 * new_rho / radius * residual
        return x, residual, update, new_rho

    rho = jnp.full((), 1.0 / ratio, right.dtype)
    start = (jnp.zeros_like(right), right, right / center, rho)
    return lax.fori_loop(0, steps, step, start)[0]


def chebyshev_iteration_reference(matrix, right, *, lowest, highest, steps):
    # In the eigenvectors' basis the error is a scaled Chebyshev polynomial.
    values, vectors = linalg.eigh(matrix)
    ratio = (highest + lowest) / (highest - lowest)
    inside = (highest + lowest - 2.0 * values) / (highest - lowest)
    error = np.cos(steps * np.arccos(inside)) / np.cosh(steps * np.arccosh(ratio))
    return vectors @ ((1.0 - error) / values * (vectors.T @ right))


def thomas_tridiagonal(lower, diagonal, upper, right):
    """Solve a tridiagonal system for several right-hand sides by Thomas' algorithm."""

    def eliminate(carry, row):
        old_ratio, old_value = carry
        below, center, above, value = row
        pivot = center - below * old_ratio
        ratio, value = above / pivot, (value - below * old_value) / pivot
        return (ratio, value), (ratio, value)

    def substitute(ahead, row):
        ratio, value = row
        x = value - ratio * ahead
        return x, x

    rows = (jnp.pad(lower, (1, 0)), diagonal, jnp.pad(upper, (0, 1)), right)
    start = (jnp.zeros_like(diagonal[0]), jnp.zeros_like(right[0]))
    _, reduced = lax.scan(eliminate, start, rows)
    return lax.scan(substitute, jnp.zeros_like(right[0]), reduced, reverse=True)[1]


def thomas_tridiagonal_reference(lower, diagonal, upper, right):
    matrix = np.diag(lower, -1) + np.diag(diagonal) + np.diag(upper, 1)
    return np.linalg.solve(matrix, right)


def parallel_cyclic_reduction(lower, diagonal, upper, right):
    """Solve periodic tridiagonal systems of a power of two by cyclic reduction."""
    stride = 1
    while stride < right.shape[-1]:
        # Row i takes what removes its neighbours from rows i - stride and i + stride.
        before = -lower / jnp.roll(diagonal, stride, axis=-1)
        after = -upper / jnp.roll(diagonal, -stride, axis=-1)
        diagonal, right = (
            diagonal
            + before * jnp.roll(upper, stride, axis=-1)
            + after * jnp.roll(lower, -stride, axis=-1),
            right
            + before * jnp.roll(right, stride, axis=-1)
            + after * jnp.roll(right, -stride, axis=-1),
        )
        lower = before * jnp.roll(lower, stride, axis=-1)
        upper = after * jnp.roll(upper, -stride, axis=-1)
        stride *= 2
    # Every neighbour is now the row itself.
    return right / (diagonal + lower + upper)


def parallel_cyclic_reduction_reference(lower, diagonal, upper, right):
    batch, size = right.shape
    matrix = np.zeros((batch, size, size))
    for i in range(size):
        matrix[:, i, i] += diagonal[:, i]
        matrix[:, i, i - 1] += lower[:, i]
        matrix[:, i, (i + 1) % size] += upper[:, i]
    return np.linalg.solve(matrix, right[..., None])[..., 0]


def kaczmarz(matrix, right, *, relaxation, sweeps):
    """Project on the hyperplanes of the equations in turn, from zero."""

    def project(x, equation):
        row, value = equation
        return x + relaxation * (value - row @ x) / (row @ row) * row, None

    def sweep(_, x):
        return lax.scan(project, x, (matrix, right))[0]

    return lax.fori_loop(0, sweeps, sweep, jnp.zeros_like(matrix[0]))


def kaczmarz_reference(matrix, right, *, relaxation, sweeps):
    # The same as Gauss-Seidel, or SOR, for A A^T y = b with x = A^T y.
    gram = matrix @ matrix.T
    lower = np.tril(gram, -1) + np.diag(np.diag(gram)) / relaxation
    y = np.zeros_like(right)
    for _ in range(sweeps):
        y = y + linalg.solve_triangular(lower, right - gram @ y, lower=True)
    return matrix.T @ y


def gmres_arnoldi(matrix, right, *, steps):
    """Minimize the residual over a Krylov space that Arnoldi's process spans."""
    norm = jnp.linalg.norm(right)
    basis = jnp.zeros((steps + 1, right.shape[0]), right.dtype).at[0].set(right / norm)
    hessenberg = jnp.zeros((steps + 1, steps), right.dtype)

    def arnoldi(k, state):
        basis, hessenberg = state

        def orthogonalize(j, inner):
            vector, column = inner
            overlap = basis[j] @ vector
            return vector - overlap * basis[j], column.at[j].set(overlap)

        column = jnp.zeros(steps + 1, right.dtype)
        start = (matrix @ basis[k], column)
        vector, column = lax.fori_loop(0, k + 1, orthogonalize, start)
        length = jnp.linalg.norm(vector)
        basis = basis.at[k + 1].set(vector / length)
        return basis, hessenberg.at[:, k].set(column.at[k + 1].set(length))

    basis, hessenberg = lax.fori_loop(0, steps, arnoldi, (basis, hessenberg))
    target = jnp.zeros(steps + 1, right.dtype).at[0].set(norm)
    weights = jnp.linalg.lstsq(hessenberg, target)[0]
    return weights @ basis[:-1], jnp.linalg.norm(hessenberg @ weights - target)


def gmres_arnoldi_reference(matrix, right, *, steps):
    basis = krylov_basis_reference(matrix, right, steps)
    x = basis @ np.linalg.lstsq(matrix @ basis, right, rcond=None)[0]
    return x, np.sqrt(np.sum((right - matrix @ x) ** 2))


def levinson_toeplitz(power, lags, right):
    """Solve a symmetric Toeplitz system by Levinson's recursion."""
    size = right.shape[0]
    column = jnp.concatenate([power[None], lags])
    index = jnp.arange(size)

    def reverse(vector, k):
        return jnp.where(index <= k, vector[k - index], 0.0)

    def extend(state, k):
        forward, x = state
        row = jnp.where(index < k, column[jnp.abs(k - index)], 0.0)
        error = row @ forward
        forward = (forward - error * reverse(forward, k)) / (1.0 - error**2)
        x = x + (right[k] - row @ x) * reverse(forward, k)
        return (forward, x), None

    zeros = jnp.zeros_like(right)
    start = (zeros.at[0].set(1.0 / power), zeros.at[0].set(right[0] / power))
    return lax.scan(extend, start, index[1:])[0][1]


def levinson_toeplitz_reference(power, lags, right):
    size = len(right)
    matrix = np.zeros((size, size))
    for i in range(size):
        for j in range(size):
            matrix[i, j] = power if i == j else lags[abs(i - j) - 1]
    return np.linalg.solve(matrix, right)
