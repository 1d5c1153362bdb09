"""Tridiagonal matrices and reflectors: JAX, and NumPy for full matrices."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def crank_nicolson_heat(temperature, ends, *, diffusion, implicitness, steps):
    """Heat in a rod between ends of fixed temperature, by an implicit scheme."""
    new, old = diffusion * implicitness, diffusion * (1.0 - implicitness)
    off = jnp.full_like(temperature, -new)
    lower, upper = off.at[0].set(0.0), off.at[-1].set(0.0)
    diagonal = jnp.full_like(temperature, 1.0 + 2.0 * new)

    def step(_, inner):
        padded = jnp.concatenate([ends[:1], inner, ends[1:]])
        right = inner + old * (padded[2:] - 2.0 * inner + padded[:-2])
        right = right.at[0].add(new * ends[0]).at[-1].add(new * ends[1])
        return lax.linalg.tridiagonal_solve(lower, diagonal, upper, right[:, None])[
            :, 0
        ]

    return lax.fori_loop(0, steps, step, temperature)


def crank_nicolson_heat_reference(temperature, ends, *, diffusion, implicitness, steps):
    size = len(temperature)
    laplacian = np.eye(size, k=1) + np.eye(size, k=-1) - 2 * np.eye(size)
    system = np.eye(size) - diffusion * implicitness * laplacian
    edges = np.zeros(size)
    edges[0] += ends[0]
    edges[-1] += ends[1]
    for _ in range(steps):
        flow = laplacian @ temperature + edges
        gain = diffusion * (1 - implicitness) * flow
        gain = gain + diffusion * implicitness * edges
        temperature = np.linalg.solve(system, temperature + gain)
    return temperature


def natural_spline(values, positions, *, spacing, clamped):
    """Cubic spline through equidistant values: at positions, and its curvatures."""
    inside = (values[2:] - 2.0 * values[1:-1] + values[:-2]) * (6.0 / spacing**2)
    zero = jnp.zeros_like(values[:1])
    ones = jnp.ones_like(values)
    if clamped:
        # Of slope zero at either end.
        first = 6.0 * (values[1:2] - values[:1]) / spacing**2
        last = 6.0 * (values[-2:-1] - values[-1:]) / spacing**2
        right = jnp.concatenate([first, inside, last])
        diagonal = (4.0 * ones).at[jnp.array([0, -1])].set(2.0)
        lower, upper = ones.at[0].set(0.0), ones.at[-1].set(0.0)
    else:
        right = jnp.concatenate([zero, inside, zero])
        diagonal = (4.0 * ones).at[jnp.array([0, -1])].set(1.0)
        lower = ones.at[jnp.array([0, -1])].set(0.0)
        upper = ones.at[jnp.array([0, -1])].set(0.0)
    curvatures = lax.linalg.tridiagonal_solve(lower, diagonal, upper, right[:, None])
    curvatures = curvatures[:, 0]
    left = jnp.clip(jnp.floor(positions).astype(int), 0, values.shape[0] - 2)
    b = positions - left.astype(values.dtype)
    a = 1.0 - b
    bend = (a**3 - a) * curvatures[left] + (b**3 - b) * curvatures[left + 1]
    line = a * values[left] + b * values[left + 1]
    return line + bend * (spacing**2 / 6.0), curvatures


def natural_spline_reference(values, positions, *, spacing, clamped):
    # A cubic for each interval, all coefficients at once from what holds at the knots.
    pieces = len(values) - 1
    system, right = np.zeros((4 * pieces, 4 * pieces)), np.zeros(4 * pieces)
    h = spacing
    row = 0
    for i in range(pieces):
        a = 4 * i
        system[row, a], right[row] = 1.0, values[i]
        system[row + 1, a : a + 4] = [1.0, h, h**2, h**3]
        right[row + 1] = values[i + 1]
        row += 2
        if i + 1 < pieces:
            system[row, a + 1 : a + 4], system[row, a + 5] = (
                [1.0, 2 * h, 3 * h**2],
                -1.0,
            )
            system[row + 1, a + 2 : a + 4], system[row + 1, a + 6] = [1.0, 3 * h], -1.0
            row += 2
    last = 4 * (pieces - 1)
    if clamped:
        system[row, 1] = 1.0
        system[row + 1, last + 1 : last + 4] = [1.0, 2 * h, 3 * h**2]
    else:
        system[row, 2] = 1.0
        system[row + 1, last + 2 : last + 4] = [1.0, 3 * h]
    cubics = np.linalg.solve(system, right).reshape(pieces, 4)
    curvatures = [2 * cubic[2] for cubic in cubics]
    curvatures.append(2 * cubics[-1][2] + 6 * h * cubics[-1][3])
    result = []
    for position in positions:
        i = min(int(np.floor(position)), pieces - 1)
        offset = h * (position - i)
        result.append(sum(cubics[i][k] * offset**k for k in range(4)))
    return np.array(result), np.array(curvatures)


def alternating_directions(field, source, *, diffusion, steps):
    """Diffusion over a square with edges at zero, implicit by rows, then columns."""

    def bands(size):
        off = jnp.full(size, -0.5 * diffusion, field.dtype)
        diagonal = jnp.full(size, 1.0 + diffusion, field.dtype)
        return off.at[0].set(0.0), diagonal, off.at[-1].set(0.0)

    def explicit(u):
        padded = jnp.pad(u, ((1, 1), (0, 0)))
        return u + 0.5 * diffusion * (padded[2:] - 2.0 * u + padded[:-2])

    down, across = bands(field.shape[0]), bands(field.shape[1])
    for _ in range(steps):
        half = lax.linalg.tridiagonal_solve(*across, explicit(field).T + 0.5 * source.T)
        field = lax.linalg.tridiagonal_solve(*down, explicit(half).T + 0.5 * source)
    return field


def alternating_directions_reference(field, source, *, diffusion, steps):
    def halves(size):
        stencil = np.eye(size, k=1) + np.eye(size, k=-1) - 2 * np.eye(size)
        step = 0.5 * diffusion * stencil
        return np.eye(size) + step, np.linalg.inv(np.eye(size) - step)

    (down, down_inverse), (across, across_inverse) = map(halves, field.shape)
    for _ in range(steps):
        half = (down @ field + source / 2) @ across_inverse
        field = down_inverse @ (half @ across + source / 2)
    return field


def random_walk_posterior(series, precisions, *, smoothness):
    """Posterior means of random walks that were observed with noise."""
    off = jnp.full_like(precisions, -smoothness)
    ends = jnp.full_like(precisions, 2.0 * smoothness)
    ends = ends.at[jnp.array([0, -1])].set(smoothness)
    right = (series * precisions).T
    return lax.linalg.tridiagonal_solve(
        off.at[0].set(0.0), precisions + ends, off.at[-1].set(0.0), right
    ).T


def random_walk_posterior_reference(series, precisions, *, smoothness):
    # Minimize the squared misfits and jumps, stacked as least squares.
    size = len(precisions)
    jumps = np.eye(size)[1:] - np.eye(size)[:-1]
    normal = np.diag(precisions) + smoothness * jumps.T @ jumps
    return np.array([np.linalg.solve(normal, precisions * row) for row in series])


def sturm_counts(matrix, points, *, diagonal):
    """How many eigenvalues of a symmetric matrix lie below each point."""
    size = matrix.shape[0]
    matrix = 0.5 * (matrix + matrix.T) + diagonal * jnp.eye(size, dtype=matrix.dtype)
    # A count has no slope, and the reduction no rule for one.
    _, d, e, _ = lax.linalg.tridiagonal(lax.stop_gradient(matrix))
    squares = jnp.concatenate([jnp.zeros_like(d[:1]), jnp.square(e)])

    def count(point):
        def step(pivot, row):
            # The pivots have the signs of the eigenvalues; zero counts as negative.
            centre, square = row
            pivot = centre - point - square / pivot
            pivot = jnp.where(pivot == 0, -jnp.finfo(pivot.dtype).tiny, pivot)
            return pivot, pivot < 0

        _, negative = lax.scan(step, jnp.ones_like(point), (d, squares))
        return jnp.sum(negative, dtype=jnp.int32)

    return jax.vmap(count)(points)


def sturm_counts_reference(matrix, points, *, diagonal):
    matrix = (matrix + matrix.T) / 2 + diagonal * np.eye(len(matrix))
    eigenvalues = np.linalg.eigvalsh(matrix)
    counts = [sum(value < point for value in eigenvalues) for point in points]
    return np.array(counts, dtype=np.int32)


def determinants_along_shifts(matrix, shifts, *, lower, scale):
    """Determinants of a symmetric matrix less multiples of the identity."""
    symmetric = scale * (matrix + matrix.T)
    _, d, e, _ = lax.linalg.tridiagonal(symmetric, lower=lower)
    one, zero = jnp.ones_like(shifts), jnp.zeros_like(shifts)

    def step(minors, row):
        # Leading principal minors follow a recurrence of three terms.
        last, before = minors
        centre, square = row
        return ((centre - shifts) * last - square * before, last), None

    squares = jnp.concatenate([jnp.zeros_like(d[:1]), jnp.square(e)])
    (last, _), _ = lax.scan(step, (one, zero), (d, squares))
    return last


def determinants_along_shifts_reference(matrix, shifts, *, lower, scale):
    symmetric = scale * (matrix + matrix.T)
    eye = np.eye(len(matrix))
    return np.array([np.linalg.det(symmetric - shift * eye) for shift in shifts])


def log_determinants_of_ridges(matrices, ridges, *, scale):
    """Log determinants of matrices reduced once, by what the diagonal gains."""
    _, d, e, _ = jax.vmap(lax.linalg.tridiagonal)(scale * matrices)

    def measure(d, e, ridge):
        squares = jnp.concatenate([jnp.zeros_like(e[:1]), jnp.square(e)])

        def step(pivot, row):
            pivot = row[0] + ridge - row[1] / pivot
            return pivot, jnp.log(pivot)

        return jnp.sum(lax.scan(step, jnp.ones_like(ridge), (d, squares))[1])

    over_ridges = jax.vmap(measure, in_axes=(None, None, 0))
    return jax.vmap(over_ridges, in_axes=(0, 0, None))(d, e, ridges)


def log_determinants_of_ridges_reference(matrices, ridges, *, scale):
    result = []
    for matrix in matrices:
        values = np.linalg.eigvalsh(scale * matrix)
        result.append([np.sum(np.log(values + ridge)) for ridge in ridges])
    return np.array(result)


def reflector_basis_projection(columns, points, *, ridge):
    """Points projected to a span of columns, and how far each is off the others."""
    # A dominant diagonal keeps the columns independent.
    columns = columns + ridge * 3.0 * jnp.eye(*columns.shape, dtype=columns.dtype)
    packed, scales = jnp.linalg.qr(columns, mode="raw")
    basis = lax.linalg.householder_product(packed.T, scales)
    return points @ basis @ basis.T, jnp.abs(jnp.diagonal(packed))


def reflector_basis_projection_reference(columns, points, *, ridge):
    columns = columns + ridge * 3 * np.eye(*columns.shape)
    projected = np.zeros(points.shape)
    lengths = []
    basis = []
    for column in columns.T:
        for direction in basis:
            column = column - direction * np.sum(direction * column)
        lengths.append(np.sqrt(np.sum(column**2)))
        basis.append(column / lengths[-1])
    for direction in basis:
        projected = projected + np.outer(points @ direction, direction)
    return projected, np.array(lengths)


def packed_reflectors(directions):
    """Reflectors as LAPACK has them: zeros and a one above, the rest below."""
    below = jnp.tril(directions, -1)
    return below, 2.0 / (1.0 + jnp.sum(jnp.square(below), axis=0))


def apply_reflectors(directions, rows):
    # The last reflector first, each by its plane.
    for k in reversed(range(directions.shape[1])):
        normal = np.array(directions[:, k])
        normal[:k] = 0.0
        normal[k] = 1.0
        share = rows @ normal / np.sum(normal**2)
        rows = rows - 2 * np.outer(share, normal)
    return rows


def householder_flow(z, directions, *, inverse, gain):
    """Turn points by a product of reflections, whose volume is that of its input."""
    below, scales = packed_reflectors(gain * directions)
    size = directions.shape[0]
    padded = jnp.pad(below, ((0, 0), (0, size - directions.shape[1])))
    turn = lax.linalg.householder_product(padded, scales)
    return z @ turn if inverse else z @ turn.T


def householder_flow_reference(z, directions, *, inverse, gain):
    if not inverse:
        return apply_reflectors(gain * directions, z)
    # A reflection undoes itself: the inverse has them in the other order.
    size = z.shape[1]
    turn = apply_reflectors(gain * directions, np.eye(size))
    return z @ turn.T


def orthogonal_recurrence(start, inputs, directions, *, leak):
    """State of a recurrent layer with an orthogonal matrix, and its length by step."""
    below, scales = packed_reflectors(directions)
    size = start.shape[0]
    padded = jnp.pad(below, ((0, 0), (0, size - directions.shape[1])))
    turn = lax.linalg.householder_product(padded, scales)

    def step(state, x):
        turned = turn @ state
        state = jnp.maximum(turned, leak * turned) + x
        return state, jnp.sqrt(jnp.sum(jnp.square(state)))

    return lax.scan(step, start, inputs)


def orthogonal_recurrence_reference(start, inputs, directions, *, leak):
    state, lengths = start, []
    for x in inputs:
        turned = apply_reflectors(directions, state[None])[0]
        state = np.where(turned > 0, turned, leak * turned) + x
        lengths.append(np.linalg.norm(state))
    return state, np.array(lengths)
