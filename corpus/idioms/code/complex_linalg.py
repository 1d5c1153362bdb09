"""Linear algebra of complex matrices: JAX, and NumPy from the definition."""

import math

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def hermitian_solve(matrix, right, *, lower, ridge):
    """Solve with a positive definite Hermitian matrix by its Cholesky factor."""
    loaded = matrix + ridge * jnp.eye(matrix.shape[0], dtype=matrix.dtype)
    factor = jax.scipy.linalg.cholesky(loaded, lower=lower)
    first, second = ("N", "C") if lower else ("C", "N")
    half = jax.scipy.linalg.solve_triangular(factor, right, trans=first, lower=lower)
    return jax.scipy.linalg.solve_triangular(factor, half, trans=second, lower=lower)


def hermitian_solve_reference(matrix, right, *, lower, ridge):
    return np.linalg.solve(matrix + ridge * np.eye(len(matrix)), right)


def determinant_phases(matrices, gains, *, adjoint):
    """Phases and logarithms of the moduli of determinants, each times a gain."""
    if adjoint:
        matrices = matrices.conj().mT
    phases, log_moduli = jnp.linalg.slogdet(matrices)
    moduli = jnp.abs(gains)
    return {
        "phases": phases * gains / moduli,
        "log_moduli": log_moduli + jnp.log(moduli),
    }


def determinant_phases_reference(matrices, gains, *, adjoint):
    def determinant(rows):
        # Along the first row.
        if len(rows) == 1:
            return rows[0, 0]
        total = np.zeros((), dtype=complex)
        for j in range(len(rows)):
            minor = np.delete(rows[1:], j, axis=1)
            total = total + (-1) ** j * rows[0, j] * determinant(minor)
        return total

    values = np.stack([determinant(matrix) for matrix in matrices])
    values = gains * (np.conj(values) if adjoint else values)
    sizes = np.abs(values)
    return {"phases": values / sizes, "log_moduli": np.log(sizes)}


def hermitian_matrix_function(matrix, vectors, *, function, scale):
    """Vectors times a function of a Hermitian matrix, by its eigenvectors."""
    values, basis = jnp.linalg.eigh(scale * matrix)
    values = {
        "sqrt": jnp.sqrt,
        "log": jnp.log,
        "exp": jnp.exp,
        "reciprocal": jnp.reciprocal,
    }[function](values)
    return basis @ (values[:, None] * (basis.conj().T @ vectors))


def hermitian_matrix_function_reference(matrix, vectors, *, function, scale):
    # Sylvester's formula: an interpolating polynomial through the eigenvalues.
    matrix = scale * matrix
    nodes = np.linalg.eigvalsh(matrix)
    total = np.zeros(vectors.shape, dtype=complex)
    for i, node in enumerate(nodes):
        term = vectors
        for j, other in enumerate(nodes):
            if j != i:
                term = (matrix @ term - other * term) / (node - other)
        weight = {
            "sqrt": np.sqrt,
            "log": np.log,
            "exp": np.exp,
            "reciprocal": np.reciprocal,
        }[function](node)
        total = total + weight * term
    return total


def unitary_polar_factor(matrix, *, left):
    """Polar decomposition by Newton's iteration for the unitary factor."""
    tolerance = jnp.sqrt(jnp.finfo(matrix.dtype).eps)

    def unfinished(state):
        _, change, count = state
        return (change > tolerance) & (count < 20)

    def newton(state):
        unitary, _, count = state
        nearer = 0.5 * (unitary + jnp.linalg.inv(unitary).conj().T)
        return nearer, jnp.linalg.norm(nearer - unitary), count + 1

    start = (matrix, jnp.full_like(matrix.real[0, 0], jnp.inf), 0)
    unitary, _, _ = lax.while_loop(unfinished, newton, start)
    adjoint = unitary.conj().T
    hermitian = matrix @ adjoint if left else adjoint @ matrix
    hermitian = 0.5 * (hermitian + hermitian.conj().T)
    return {"unitary": unitary, "hermitian": hermitian}


def unitary_polar_factor_reference(matrix, *, left):
    rows, sizes, columns = np.linalg.svd(matrix)
    if left:
        hermitian = rows @ (sizes[:, None] * np.conj(rows).T)
    else:
        hermitian = np.conj(columns).T @ (sizes[:, None] * columns)
    return {"unitary": rows @ columns, "hermitian": hermitian}


def skew_hermitian_flow(generator, times, *, order, squarings):
    """Unitary matrices exp(-i t H) of a generator's Hermitian part H, for each time."""
    hermitian = 0.5 * (generator + generator.conj().T)
    identity = jnp.eye(generator.shape[0], dtype=generator.dtype)

    def flow(time):
        small = (-1j * time / 2**squarings) * hermitian

        def term(k, total):
            # Horner's scheme for the series, the innermost bracket first.
            return identity + small @ total / (order - k)

        series = lax.fori_loop(0, order, term, identity)
        return lax.fori_loop(0, squarings, lambda _, u: u @ u, series)

    return jax.vmap(flow)(times)


def skew_hermitian_flow_reference(generator, times, *, order, squarings):
    values, basis = np.linalg.eigh(0.5 * (generator + np.conj(generator).T))
    phases = np.exp(-1j * (times[:, None] * values))
    return np.einsum("ik,tk,jk->tij", basis, phases, np.conj(basis))


def hermitian_rayleigh_trace(matrix, start, *, shift, steps):
    """Power iteration with a shifted Hermitian matrix, and its Rayleigh quotients."""

    def step(vector, _):
        image = matrix @ vector
        quotient = jnp.vdot(vector, image).real
        image = image - shift * vector
        return image / jnp.linalg.norm(image), quotient

    return lax.scan(step, start / jnp.linalg.norm(start), length=steps)


def hermitian_rayleigh_trace_reference(matrix, start, *, shift, steps):
    shifted = matrix - shift * np.eye(len(matrix))
    vector, quotients = start, []
    for _ in range(steps):
        total = np.zeros(())
        for i in range(len(vector)):
            for j in range(len(vector)):
                product = np.conj(vector[i]) * matrix[i, j] * vector[j]
                total = total + np.real(product)
        quotients.append(total / np.sum(np.abs(vector) ** 2))
        vector = shifted @ vector
        vector = vector / np.sqrt(np.sum(np.abs(vector) ** 2))
    return vector, np.stack(quotients)


def unitary_gram_schmidt(columns, *, passes):
    """Orthonormal columns and the triangle of their coefficients, reorthogonalized."""
    count = columns.shape[1]

    def orthogonalize(k, state):
        q, r = state
        vector = lax.dynamic_index_in_dim(columns, k, axis=1, keepdims=False)
        for _ in range(passes):
            overlaps = q.conj().T @ vector
            vector = vector - q @ overlaps
            r = r.at[:, k].add(overlaps)
        norm = jnp.linalg.norm(vector)
        q = lax.dynamic_update_index_in_dim(q, vector / norm, k, axis=1)
        return q, r.at[k, k].set(norm.astype(r.dtype))

    empty = (jnp.zeros_like(columns), jnp.zeros((count, count), columns.dtype))
    return lax.fori_loop(0, count, orthogonalize, empty)


def unitary_gram_schmidt_reference(columns, *, passes):
    # The factor of the Gram matrix has the positive diagonal that makes it unique.
    upper = np.conj(np.linalg.cholesky(np.conj(columns).T @ columns)).T
    return np.linalg.solve(upper.T, columns.T).T, upper


def complex_least_squares(design, right, *, ridge):
    """Least squares solutions by a QR factorization, and norms of the residuals."""
    rows, count = design.shape
    # A ridge is rows of its own below the design.
    penalty = ridge**0.5 * jnp.eye(count, dtype=design.dtype)
    stacked = jnp.concatenate([design, penalty])
    q, r = jnp.linalg.qr(stacked)
    projected = q[:rows].conj().T @ right
    solution = jax.scipy.linalg.solve_triangular(r, projected)
    return solution, jnp.linalg.norm(right - design @ solution, axis=0)


def complex_least_squares_reference(design, right, *, ridge):
    adjoint = np.conj(design).T
    normal = adjoint @ design + ridge * np.eye(design.shape[1])
    solution = np.linalg.solve(normal, adjoint @ right)
    rest = right - design @ solution
    return solution, np.sqrt(np.sum(np.real(rest) ** 2 + np.imag(rest) ** 2, axis=0))


def hermitian_sylvester(left, right, target, *, shift):
    """Solve A X + X B + s X = C for Hermitian A and B in the bases of eigenvectors."""
    rows, row_basis = jnp.linalg.eigh(left)
    columns, column_basis = jnp.linalg.eigh(right)
    rotated = row_basis.conj().T @ target @ column_basis
    rotated = rotated / (rows[:, None] + columns + shift)
    return row_basis @ rotated @ column_basis.conj().T


def hermitian_sylvester_reference(left, right, target, *, shift):
    m, n = target.shape
    system = np.kron(left, np.eye(n)) + np.kron(np.eye(m), right.T)
    system = system + shift * np.eye(m * n)
    return np.linalg.solve(system, np.reshape(target, m * n)).reshape(m, n)


def field_of_values_support(matrix, angles, *, centered):
    """How far the field of values reaches in each direction; the largest of these."""
    if centered:
        center = jnp.trace(matrix) / matrix.shape[0]
        matrix = matrix - center * jnp.eye(matrix.shape[0], dtype=matrix.dtype)

    def reach(angle):
        turned = jnp.exp(-1j * angle) * matrix
        return jnp.linalg.eigvalsh(0.5 * (turned + turned.conj().T))[-1]

    reaches = jax.vmap(reach)(angles)
    return reaches, jnp.max(reaches)


def field_of_values_support_reference(matrix, angles, *, centered):
    if centered:
        matrix = matrix - np.trace(matrix) / len(matrix) * np.eye(len(matrix))
    real, imag = np.real(matrix), np.imag(matrix)
    reaches = []
    for k in range(len(angles)):
        cosine, sine = np.cos(angles[k]), np.sin(angles[k])
        part = cosine * real + sine * imag
        other = cosine * imag - sine * real
        even, odd = (part + part.T) / 2, (other - other.T) / 2
        # A Hermitian matrix as a symmetric one of twice the size.
        reaches.append(np.linalg.eigvalsh(np.block([[even, -odd], [odd, even]]))[-1])
    reaches = np.stack(reaches)
    return reaches, np.max(reaches)


def sorted_gershgorin_disks(matrix, *, columns, key):
    """Centers and radii of Gershgorin's disks, the largest first, and their order."""
    if columns:
        matrix = matrix.T
    centers = jnp.diagonal(matrix)
    radii = jnp.sum(jnp.abs(matrix - jnp.diag(centers)), axis=1)
    order = jnp.argsort(radii if key == "radius" else jnp.abs(centers), descending=True)
    return centers[order], radii[order], order


def sorted_gershgorin_disks_reference(matrix, *, columns, key):
    size = len(matrix)
    radii = []
    for i in range(size):
        total = np.zeros(())
        for j in range(size):
            if j != i:
                total = total + np.abs(matrix[j, i] if columns else matrix[i, j])
        radii.append(total)
    radii, centers = np.stack(radii), np.stack([matrix[i, i] for i in range(size)])
    order = np.argsort(-(radii if key == "radius" else np.abs(centers)))
    return centers[order], radii[order], order


def faddeev_leverrier(matrix, points):
    """Characteristic polynomial, leading coefficient first, and its values."""
    size = matrix.shape[0]
    identity = jnp.eye(size, dtype=matrix.dtype)

    def step(state, k):
        power, coefficient = state
        power = matrix @ power + coefficient * identity
        coefficient = -jnp.einsum("ij,ji->", matrix, power) / k
        return (power, coefficient), coefficient

    one = jnp.ones((), matrix.dtype)
    _, rest = lax.scan(step, (jnp.zeros_like(matrix), one), jnp.arange(1, size + 1))
    coefficients = jnp.concatenate([one[None], rest])
    return coefficients, jnp.polyval(coefficients, points)


def faddeev_leverrier_reference(matrix, points):
    size = len(matrix)
    # Sums of principal minors, by the Leibniz formula.
    coefficients = [np.ones((), dtype=complex)]
    for count in range(1, size + 1):
        total = np.zeros((), dtype=complex)
        for chosen in _subsets(range(size), count):
            for order, sign in _permutations(chosen):
                product = np.full((), sign, dtype=complex)
                for i, j in zip(chosen, order):
                    product = product * matrix[i, j]
                total = total + product
        coefficients.append((-1) ** count * total)
    values = sum(c * points ** (size - k) for k, c in enumerate(coefficients))
    return np.stack(coefficients), values


def _subsets(items, count):
    if count == 0:
        return [()]
    return [
        (item, *rest)
        for k, item in enumerate(items)
        for rest in _subsets(items[k + 1 :], count - 1)
    ]


def _permutations(items):
    # With their signs.
    if not items:
        return [((), 1)]
    return [
        ((item, *rest), (-1) ** k * sign)
        for k, item in enumerate(items)
        for rest, sign in _permutations(items[:k] + items[k + 1 :])
    ]


def circulant_solve(column, right, *, diagonal, adjoint):
    """Solve with the circulant matrix of a column, whose diagonal is raised."""
    symbol = jnp.fft.fft(column.at[0].add(diagonal))
    if adjoint:
        symbol = symbol.conj()
    return jnp.fft.ifft(jnp.fft.fft(right) / symbol)


def circulant_solve_reference(column, right, *, diagonal, adjoint):
    size = len(column)
    matrix = np.zeros((size, size), dtype=complex)
    for i in range(size):
        for j in range(size):
            matrix[i, j] = column[(i - j) % size] + (diagonal if i == j else 0.0)
    if adjoint:
        matrix = np.conj(matrix).T
    return np.linalg.solve(matrix, right.T).T


def modulus_pivoted_elimination(matrix, right):
    """Solve by Gauss and Jordan's elimination with the largest moduli as pivots."""
    size = matrix.shape[0]
    index = jnp.arange(size)

    def eliminate(k, state):
        work, order, determinant = state
        sizes = jnp.where(index >= k, jnp.abs(work[:, k]), -1.0)
        pivot = jnp.argmax(sizes)
        exchanged = index.at[k].set(pivot).at[pivot].set(k)
        work, order = work[exchanged], order[exchanged]
        leading = work[k, k]
        determinant = determinant * jnp.where(pivot == k, leading, -leading)
        row = work[k] / leading
        factors = jnp.where(index == k, 0.0, work[:, k])
        work = (work - jnp.outer(factors, row)).at[k].set(row)
        return work, order, determinant

    start = (
        jnp.concatenate([matrix, right], axis=1),
        index,
        jnp.ones((), matrix.dtype),
    )
    work, order, determinant = lax.fori_loop(0, size, eliminate, start)
    return work[:, size:], determinant, order


def modulus_pivoted_elimination_reference(matrix, right):
    size = len(matrix)
    # The pivots follow from Schur complements alone: rows are taken off a list.
    rest, left, order = np.array(matrix), list(range(size)), []
    determinant = np.ones((), dtype=complex)
    for k in range(size):
        sizes = [np.abs(rest[i, k]) for i in left]
        place = int(np.argmax(np.stack(sizes)))
        # As exchanges would leave them: the first of the rest takes the pivot's place.
        pivot = left[place]
        left[place] = left[0]
        left = left[1:]
        order.append(pivot)
        determinant = determinant * rest[pivot, k]
        for i in left:
            rest[i] = rest[i] - rest[i, k] / rest[pivot, k] * rest[pivot]
    inversions = math.comb(size, 2) - sum(
        a < b for k, a in enumerate(order) for b in order[k + 1 :]
    )
    solution = np.linalg.solve(matrix, right)
    return solution, (-1) ** inversions * determinant, np.array(order)
