"""Linear solvers, factorizations, eigenvalues: JAX, and NumPy from the definition."""

import jax
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
