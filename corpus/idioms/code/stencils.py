"""Stencils and finite differences: JAX, and NumPy from the definition."""

import jax.numpy as jnp
import numpy as np
from jax import lax


def heat_equation(field, *, boundary, number, steps):
    """Diffuse heat over a plate explicitly, with cold, insulated or periodic edges."""
    mode = {"cold": "constant", "insulated": "edge", "periodic": "wrap"}[boundary]

    def step(_, u):
        padded = jnp.pad(u, 1, mode=mode)
        vertical = padded[:-2, 1:-1] + padded[2:, 1:-1]
        horizontal = padded[1:-1, :-2] + padded[1:-1, 2:]
        return u + number * (vertical + horizontal - 4.0 * u)

    return lax.fori_loop(0, steps, step, field)


def heat_equation_reference(field, *, boundary, number, steps):
    rows, columns = field.shape
    for _ in range(steps):
        after = field.copy()
        for i in range(rows):
            for j in range(columns):
                for di, dj in ((-1, 0), (1, 0), (0, -1), (0, 1)):
                    k, m = i + di, j + dj
                    if 0 <= k < rows and 0 <= m < columns:
                        neighbour = field[k, m]
                    elif boundary == "periodic":
                        neighbour = field[k % rows, m % columns]
                    else:  # no flow, or a neighbour without heat
                        neighbour = field[i, j] if boundary == "insulated" else 0.0
                    after[i, j] += number * (neighbour - field[i, j])
        field = after
    return field


def theta_heat(field, *, implicitness, number, steps):
    """Diffuse heat along rods by the theta method, which includes Crank-Nicolson."""
    size = field.shape[0]
    side = jnp.full(size, -implicitness * number, field.dtype)
    lower, upper = side.at[0].set(0.0), side.at[-1].set(0.0)
    diagonal = jnp.full(size, 1.0 + 2.0 * implicitness * number, field.dtype)

    def step(_, u):
        padded = jnp.pad(u, ((1, 1), (0, 0)))
        curvature = padded[:-2] - 2.0 * u + padded[2:]
        right = u + (1.0 - implicitness) * number * curvature
        return lax.linalg.tridiagonal_solve(lower, diagonal, upper, right)

    return lax.fori_loop(0, steps, step, field)


def theta_heat_reference(field, *, implicitness, number, steps):
    # Sine waves only change their size.
    size = len(field)
    k = np.arange(1, size + 1)
    waves = np.sqrt(2.0 / (size + 1)) * np.sin(np.pi * np.outer(k, k) / (size + 1))
    decay = 4.0 * number * np.sin(np.pi * k / (2 * size + 2)) ** 2
    gain = (1.0 - (1.0 - implicitness) * decay) / (1.0 + implicitness * decay)
    return waves @ (gain[:, None] ** steps * (waves.T @ field))


def wave_equation(displacement, velocity, speed, *, ends, steps):
    """Let a string of varying wave speed swing by the leapfrog scheme."""
    step = 0.5
    mode = "constant" if ends == "fixed" else "edge"

    def acceleration(u):
        padded = jnp.pad(u, 1, mode=mode)
        return speed**2 * (padded[:-2] - 2.0 * u + padded[2:])

    def advance(state, _):
        old, now = state
        following = 2.0 * now - old + step**2 * acceleration(now)
        return (now, following), following

    first = displacement + step * velocity + 0.5 * step**2 * acceleration(displacement)
    _, path = lax.scan(advance, (displacement, first), None, length=steps)
    return jnp.concatenate([first[None], path])


def wave_equation_reference(displacement, velocity, speed, *, ends, steps):
    # Velocities half a step later, changed by each neighbour's pull.
    size, step = len(speed), 0.5
    u, v, path = displacement.copy(), velocity.copy(), []
    for k in range(steps + 1):
        weight = step / 2 if k == 0 else step
        pull = np.zeros(size)
        for i in range(size):
            for j in (i - 1, i + 1):
                if 0 <= j < size:
                    pull[i] += u[j] - u[i]
                elif ends == "fixed":
                    pull[i] -= u[i]
        v = v + weight * speed * speed * pull
        u = u + step * v
        path.append(u)
    return np.stack(path)


def red_black_poisson(source, *, relaxation, sweeps):
    """Relax Poisson's equation between zero walls, one color after the other."""
    i, j = jnp.indices(source.shape)
    red = (i + j) % 2 == 0

    def sweep(_, u):
        for color in (red, ~red):
            padded = jnp.pad(u, 1)
            around = padded[:-2, 1:-1] + padded[2:, 1:-1]
            around = around + padded[1:-1, :-2] + padded[1:-1, 2:]
            relaxed = u + relaxation * (0.25 * (around + source) - u)
            u = jnp.where(color, relaxed, u)
        return u

    return lax.fori_loop(0, sweeps, sweep, jnp.zeros_like(source))


def red_black_poisson_reference(source, *, relaxation, sweeps):
    rows, columns = source.shape
    u = np.zeros((rows + 2, columns + 2))
    cells = [(i, j) for i in range(1, rows + 1) for j in range(1, columns + 1)]
    for _ in range(sweeps):
        for i, j in sorted(cells, key=lambda cell: (cell[0] + cell[1]) % 2):
            mean = (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1]) / 4
            mean = mean + source[i - 1, j - 1] / 4
            u[i, j] = (1.0 - relaxation) * u[i, j] + relaxation * mean
    return u[1:-1, 1:-1]


def multigrid_v_cycle(source, *, smoothing, cycles):
    """Solve -u'' = f on (0, 1) with zero ends by multigrid V-cycles."""

    def residual(u, f, width):
        padded = jnp.pad(u, 1)
        return f - (2.0 * u - padded[:-2] - padded[2:]) / width**2

    def smooth(u, f, width):
        for _ in range(smoothing):  # Jacobi, damped by 2 / 3
            u = u + width**2 / 3.0 * residual(u, f, width)
        return u

    def cycle(u, f, width):
        if f.shape[0] == 1:
            return 0.5 * width**2 * f
        u = smooth(u, f, width)
        rest = residual(u, f, width)
        coarse = 0.25 * (rest[:-2:2] + 2.0 * rest[1:-1:2] + rest[2::2])
        correction = cycle(jnp.zeros_like(coarse), coarse, 2.0 * width)
        padded = jnp.pad(correction, 1)
        between = 0.5 * (padded[:-1] + padded[1:])
        u = u.at[1::2].add(correction).at[::2].add(between)
        return smooth(u, f, width)

    u = jnp.zeros_like(source)
    for _ in range(cycles):
        u = cycle(u, source, 1.0 / (source.shape[0] + 1))
    return u


def multigrid_v_cycle_reference(source, *, smoothing, cycles):
    # With matrices, the coarse ones as Galerkin's products.
    def solve(matrix, right, start):
        size = len(right)
        if size == 1:
            return right / matrix[0, 0]
        half = size // 2
        prolong = np.zeros((size, half))
        for k in range(half):
            prolong[2 * k : 2 * k + 3, k] = 0.5, 1.0, 0.5
        restrict = prolong.T / 2
        u = start
        for _ in range(smoothing):
            u = u + (right - matrix @ u) * 2 / (3 * matrix[0, 0])
        coarse = restrict @ (right - matrix @ u)
        u = u + prolong @ solve(restrict @ matrix @ prolong, coarse, np.zeros(half))
        for _ in range(smoothing):
            u = u + (right - matrix @ u) * 2 / (3 * matrix[0, 0])
        return u

    count = len(source)
    matrix = 2.0 * np.eye(count) - np.eye(count, k=1) - np.eye(count, k=-1)
    u = np.zeros(count)
    for _ in range(cycles):
        u = solve((count + 1) ** 2 * matrix, source, u)
    return u


def burgers_finite_volume(state, *, flux, ratio, steps):
    """Advance Burgers' equation on a ring with Godunov's or Rusanov's flux."""

    def numerical_flux(left, right):
        if flux == "godunov":
            forward = 0.5 * jnp.maximum(left, 0.0) ** 2
            backward = 0.5 * jnp.minimum(right, 0.0) ** 2
            return jnp.maximum(forward, backward)
        fastest = jnp.maximum(jnp.abs(left), jnp.abs(right))
        return 0.25 * (left**2 + right**2) - 0.5 * fastest * (right - left)

    def step(u, _):
        through = numerical_flux(u, jnp.roll(u, -1))
        u = u - ratio * (through - jnp.roll(through, 1))
        return u, jnp.sum(u**2)

    return lax.scan(step, state, None, length=steps)


def burgers_finite_volume_reference(state, *, flux, ratio, steps):
    size, squares = len(state), []

    def through(a, b):
        if flux == "rusanov":
            return (a * a + b * b) / 4 - max(np.abs(a), np.abs(b)) * (b - a) / 2
        # The extremum of u^2 / 2 between both states.
        if a > b:
            return max(a * a, b * b) / 2
        return 0.0 * a if a < 0 < b else min(a * a, b * b) / 2

    for _ in range(steps):
        after = state.copy()
        for i in range(size):
            flow = ratio * through(state[i - 1], state[i])
            after[i - 1] -= flow
            after[i] += flow
        state = after
        squares.append(np.sum(state * state))
    return state, np.array(squares)


def advection_schemes(profiles, *, scheme, courant, steps):
    """Carry profiles around a ring by a linear scheme of first or second order."""

    def step(_, u):
        behind, ahead = jnp.roll(u, 1, axis=-1), jnp.roll(u, -1, axis=-1)
        centered = u - 0.5 * courant * (ahead - behind)
        if scheme == "upwind":
            return u - courant * (u - behind)
        if scheme == "lax_friedrichs":
            return centered + 0.5 * (ahead - 2.0 * u + behind)
        if scheme == "lax_wendroff":
            return centered + 0.5 * courant**2 * (ahead - 2.0 * u + behind)
        far = jnp.roll(u, 2, axis=-1)  # Beam and Warming
        slope = 0.5 * (3.0 * u - 4.0 * behind + far)
        return u - courant * slope + 0.5 * courant**2 * (u - 2.0 * behind + far)

    return lax.fori_loop(0, steps, step, profiles)


def advection_schemes_reference(profiles, *, scheme, courant, steps):
    # As a power of a circulant matrix.
    c = courant
    weights = {
        "upwind": {0: 1 - c, -1: c},
        "lax_friedrichs": {-1: (1 + c) / 2, 1: (1 - c) / 2},
        "lax_wendroff": {-1: c * (1 + c) / 2, 0: 1 - c * c, 1: c * (c - 1) / 2},
        "beam_warming": {
            -2: c * (c - 1) / 2,
            -1: c * (2 - c),
            0: (1 - c) * (2 - c) / 2,
        },
    }[scheme]
    size = profiles.shape[1]
    matrix = np.zeros((size, size))
    for i in range(size):
        for offset, weight in weights.items():
            matrix[i, (i + offset) % size] += weight
    for _ in range(steps):
        profiles = profiles @ matrix.T
    return profiles


def muscl_advection(profiles, *, limiter, courant, steps):
    """Carry profiles around a ring with limited slopes, so that no extrema arise."""

    def minmod(a, b):
        signs = 0.5 * (jnp.sign(a) + jnp.sign(b))
        return signs * jnp.minimum(jnp.abs(a), jnp.abs(b))

    def limited(a, b):
        if limiter == "minmod":
            return minmod(a, b)
        if limiter == "monotonized_central":
            return minmod(0.5 * (a + b), 2.0 * minmod(a, b))
        if limiter == "superbee":
            first, second = minmod(a, 2.0 * b), minmod(2.0 * a, b)
            return jnp.where(jnp.abs(first) > jnp.abs(second), first, second)
        product = a * b  # van Leer: the harmonic mean
        return jnp.where(
            product > 0, 2.0 * product / jnp.where(product > 0, a + b, 1.0), 0.0
        )

    def step(_, u):
        change = u - jnp.roll(u, 1, axis=-1)
        slope = limited(change, jnp.roll(change, -1, axis=-1))
        face = u + 0.5 * (1.0 - courant) * slope
        return u - courant * (face - jnp.roll(face, 1, axis=-1))

    return lax.fori_loop(0, steps, step, profiles)


def muscl_advection_reference(profiles, *, limiter, courant, steps):
    # With the limiter as a function of the ratio of both slopes, in Sweby's diagram.
    def phi(r):
        if limiter == "minmod":
            return min(r, 1.0)
        if limiter == "monotonized_central":
            return min(2 * r, (1 + r) / 2, 2.0)
        if limiter == "superbee":
            return max(min(2 * r, 1.0), min(r, 2.0))
        return 2 * r / (1 + r)

    size = profiles.shape[1]
    results = []
    for u in profiles:
        for _ in range(steps):
            flows = []
            for i in range(size):
                a, b = u[i] - u[i - 1], u[(i + 1) % size] - u[i]
                slope = phi(a / b) * b if a * b > 0 else 0.0 * a
                flows.append(courant * (u[i] + (1 - courant) * slope / 2))
            u = np.array([u[i] - flows[i] + flows[i - 1] for i in range(size)])
        results.append(u)
    return np.stack(results)


def gray_scott(u, v, *, feed, kill, steps):
    """React and diffuse two chemicals on a torus by Gray and Scott's model."""
    kernel = jnp.array(
        [[0.05, 0.2, 0.05], [0.2, -1.0, 0.2], [0.05, 0.2, 0.05]], u.dtype
    )
    rates = jnp.array([1.0, 0.5], u.dtype)[:, None, None]

    def laplacian(fields):
        padded = jnp.pad(fields, ((0, 0), (1, 1), (1, 1)), mode="wrap")
        windows = lax.conv_general_dilated(
            padded[:, None], kernel[None, None], (1, 1), "VALID"
        )
        return windows[:, 0]

    def step(_, fields):
        u, v = fields
        reaction = u * v * v
        change = jnp.stack([feed * (1.0 - u) - reaction, reaction - (feed + kill) * v])
        return fields + rates * laplacian(fields) + change

    fields = lax.fori_loop(0, steps, step, jnp.stack([u, v]))
    return fields[0], fields[1]


def gray_scott_reference(u, v, *, feed, kill, steps):
    rows, columns = u.shape

    def mean_around(field, i, j):
        total = 0.0
        for di in (-1, 0, 1):
            for dj in (-1, 0, 1):
                weight = (0.0, 0.2, 0.05)[abs(di) + abs(dj)]
                total = total + weight * field[(i + di) % rows, (j + dj) % columns]
        return total

    for _ in range(steps):
        new_u, new_v = np.zeros_like(u), np.zeros_like(v)
        for i in range(rows):
            for j in range(columns):
                a, b = u[i, j], v[i, j]
                eaten = a * b**2
                new_u[i, j] = mean_around(u, i, j) - eaten + feed * (1 - a)
                spread = (mean_around(v, i, j) - b) / 2
                new_v[i, j] = b + spread + eaten - (kill + feed) * b
        u, v = new_u, new_v
    return u, v


def game_of_life(board, *, wrapped, steps):
    """Play Conway's game of life; the last board, and the population over time."""

    def generation(cells, _):
        padded = jnp.pad(cells, 1, mode="wrap" if wrapped else "constant")
        around = lax.reduce_window(padded, 0, lax.add, (3, 3), (1, 1), "VALID") - cells
        alive = (around == 3) | ((cells == 1) & (around == 2))
        cells = alive.astype(cells.dtype)
        return cells, jnp.sum(cells)

    return lax.scan(generation, board, None, length=steps)


def game_of_life_reference(board, *, wrapped, steps):
    rows, columns = board.shape
    alive = {(i, j) for i in range(rows) for j in range(columns) if board[i, j]}
    populations = []
    for _ in range(steps):
        counts = {}
        for i, j in alive:
            for k in (i - 1, i, i + 1):
                for m in (j - 1, j, j + 1):
                    cell = (k % rows, m % columns) if wrapped else (k, m)
                    inside = 0 <= cell[0] < rows and 0 <= cell[1] < columns
                    if inside and (k, m) != (i, j):
                        counts[cell] = counts.get(cell, 0) + 1
        alive = {
            cell for cell, n in counts.items() if n == 3 or (n == 2 and cell in alive)
        }
        populations.append(len(alive))
    last = np.zeros(board.shape, dtype=np.int32)
    for cell in alive:
        last[cell] = 1
    return last, np.array(populations)


def elementary_automaton(cells, *, rule, steps):
    """Run one of Wolfram's 256 elementary cellular automata on a ring; its history."""

    def generation(cells, _):
        code = 4 * jnp.roll(cells, 1) + 2 * cells + jnp.roll(cells, -1)
        cells = (rule >> code) & 1
        return cells, cells

    return lax.scan(generation, cells, None, length=steps)[1]


def elementary_automaton_reference(cells, *, rule, steps):
    table = {tuple(map(int, f"{code:03b}")): rule // 2**code % 2 for code in range(8)}
    row, history = [int(cell) for cell in cells], []
    for _ in range(steps):
        around = zip([row[-1], *row[:-1]], row, [*row[1:], row[0]])
        row = [table[neighbourhood] for neighbourhood in around]
        history.append(row)
    return np.array(history)


def divergence_free_projection(u, v):
    """Project a periodic velocity field on those without divergence."""
    rows, columns = u.shape
    across = jnp.fft.fftfreq(rows, 1.0 / rows)[:, None].astype(u.dtype)
    along = jnp.fft.rfftfreq(columns, 1.0 / columns).astype(u.dtype)
    square = across**2 + along**2
    square = jnp.where(square > 0, square, 1.0)  # the mean flow stays as it is
    u_hat, v_hat = jnp.fft.rfft2(u), jnp.fft.rfft2(v)
    potential = (across * u_hat + along * v_hat) / square
    u = jnp.fft.irfft2(u_hat - across * potential, s=(rows, columns))
    v = jnp.fft.irfft2(v_hat - along * potential, s=(rows, columns))
    return u, v


def divergence_free_projection_reference(u, v):
    # In real space, with the differentiation matrices of trigonometric polynomials.
    def differentiation(size):
        matrix = np.zeros((size, size))
        for i in range(size):
            for j in range(size):
                if i != j:
                    matrix[i, j] = (
                        0.5 * (-1) ** (i - j) / np.sin(np.pi * (i - j) / size)
                    )
        return matrix

    rows, columns = u.shape
    across = np.kron(differentiation(rows), np.eye(columns))
    along = np.kron(np.eye(rows), differentiation(columns))
    # Least squares: the potential whose gradient is nearest to the field.
    gradient = np.concatenate([across, along])
    field = np.concatenate([u.reshape(-1), v.reshape(-1)])
    potential = np.linalg.lstsq(gradient, field, rcond=1e-3)[0]
    rest = field - gradient @ potential
    return rest[: rows * columns].reshape(u.shape), rest[rows * columns :].reshape(
        u.shape
    )


def shallow_water(height, u, v, *, rotation, steps):
    """Move shallow water on a staggered torus by the forward-backward scheme."""
    step, gravity = 0.1, 1.0

    def east(x):
        return jnp.roll(x, -1, axis=1)

    def west(x):
        return jnp.roll(x, 1, axis=1)

    def north(x):
        return jnp.roll(x, -1, axis=0)

    def south(x):
        return jnp.roll(x, 1, axis=0)

    def advance(state, _):
        h, u, v = state
        # Currents on the east and north faces of a cell, water in its middle.
        v_at_u = 0.25 * (v + south(v) + east(v) + south(east(v)))
        u = u - step * (gravity * (east(h) - h) - rotation * v_at_u)
        u_at_v = 0.25 * (u + west(u) + north(u) + west(north(u)))
        v = v - step * (gravity * (north(h) - h) + rotation * u_at_v)
        flow_east = 0.5 * (h + east(h)) * u
        flow_north = 0.5 * (h + north(h)) * v
        outflow = flow_east - west(flow_east) + flow_north - south(flow_north)
        h = h - step * outflow
        return (h, u, v), jnp.max(h)

    (h, u, v), peaks = lax.scan(advance, (height, u, v), None, length=steps)
    return {"height": h, "u": u, "v": v, "peaks": peaks}


def shallow_water_reference(height, u, v, *, rotation, steps):
    step, gravity = 0.1, 1.0
    rows, columns = height.shape
    h, u, v, peaks = height.copy(), u.copy(), v.copy(), []
    cells = [(i, j) for i in range(rows) for j in range(columns)]

    def at(field, i, j):
        return field[i % rows, j % columns]

    for _ in range(steps):
        old = v.copy()
        for i, j in cells:
            slope = at(h, i, j + 1) - h[i, j]
            corners = [at(old, i - a, j + b) for a in (0, 1) for b in (0, 1)]
            u[i, j] += step * (rotation * sum(corners) / 4 - gravity * slope)
        for i, j in cells:
            slope = at(h, i + 1, j) - h[i, j]
            corners = [at(u, i + a, j - b) for a in (0, 1) for b in (0, 1)]
            v[i, j] -= step * (rotation * sum(corners) / 4 + gravity * slope)
        after = h.copy()
        for i, j in cells:
            # What flows over a face leaves one cell and enters the other.
            for k, m, current in ((i, j + 1, u[i, j]), (i + 1, j, v[i, j])):
                k, m = k % rows, m % columns
                flow = step * current * (h[i, j] + h[k, m]) / 2
                after[i, j] -= flow
                after[k, m] += flow
        h = after
        peaks.append(np.max(h))
    return {"height": h, "u": u, "v": v, "peaks": np.array(peaks)}


def fdtd_line(electric, permittivity, source, *, absorbing):
    """Send light along a line by Yee's scheme, from a source in the middle."""
    courant = 0.5
    middle = electric.shape[0] // 2
    mur = (courant - 1.0) / (courant + 1.0)

    def step(fields, amplitude):
        e, h = fields
        h = h + courant * jnp.diff(e)
        inner = e[1:-1] + courant / permittivity[1:-1] * jnp.diff(h)
        if absorbing:
            # Mur's condition: waves leave, if the medium there is empty.
            first = e[1] + mur * (inner[0] - e[0])
            last = e[-2] + mur * (inner[-1] - e[-1])
        else:
            first = last = jnp.zeros_like(amplitude)
        e = jnp.concatenate([first[None], inner, last[None]])
        e = e.at[middle].add(amplitude)
        return (e, h), jnp.sum(permittivity * e**2) / 2.0

    magnetic = jnp.zeros_like(electric[1:])
    (electric, magnetic), energies = lax.scan(step, (electric, magnetic), source)
    return electric, magnetic, energies


def fdtd_line_reference(electric, permittivity, source, *, absorbing):
    size, courant = len(electric), 0.5
    e, h, energies = electric.copy(), np.zeros(size - 1), []
    for amplitude in source:
        old = e.copy()
        for k in range(size - 1):
            h[k] += courant * (e[k + 1] - e[k])
        for k in range(1, size - 1):
            e[k] += courant * (h[k] - h[k - 1]) / permittivity[k]
        for end, near in ((0, 1), (-1, -2)):
            e[end] = old[near] - (e[near] - old[end]) / 3 if absorbing else 0.0
        e[size // 2] += amplitude
        energies.append(np.sum(permittivity * e * e / 2))
    return e, h, np.array(energies)


def eikonal_fast_sweeping(slowness, source, *, rounds):
    """Find travel times from a cell by Gauss-Seidel sweeps in all four directions."""
    size = slowness.shape[0]
    far = 1e3
    forward = jnp.arange(1, size + 1)
    backward = forward[::-1]

    def update(times, cell):
        i, j = cell
        cost = slowness[i - 1, j - 1]
        a = jnp.minimum(times[i - 1, j], times[i + 1, j])
        b = jnp.minimum(times[i, j - 1], times[i, j + 1])
        # The front comes from both sides, or from one if the other is too late.
        gap = jnp.abs(a - b)
        both = 0.5 * (a + b + jnp.sqrt(jnp.maximum(2.0 * cost**2 - gap**2, 0.0)))
        arrival = jnp.where(gap < cost, both, jnp.minimum(a, b) + cost)
        return times.at[i, j].min(arrival), None

    def sweep(_, times):
        for rows in (forward, backward):
            for columns in (forward, backward):
                cells = jnp.meshgrid(rows, columns, indexing="ij")
                order = tuple(axis.reshape(-1) for axis in cells)
                times, _ = lax.scan(update, times, order)
        return times

    times = jnp.full((size + 2, size + 2), far, slowness.dtype)
    times = times.at[source[0] + 1, source[1] + 1].set(0.0)
    return lax.fori_loop(0, rounds, sweep, times)[1:-1, 1:-1]


def eikonal_fast_sweeping_reference(slowness, source, *, rounds):
    size = len(slowness)
    times = {(int(source[0]), int(source[1])): np.zeros(())}

    def earliest(*cells):
        return min((times[cell] for cell in cells if cell in times), default=None)

    def arrival(i, j):
        cost = slowness[i, j]
        sides = (
            earliest((i - 1, j), (i + 1, j)),
            earliest((i, j - 1), (i, j + 1)),
        )
        known = [side for side in sides if side is not None]
        if not known:
            return None
        low, high = min(known), max(known)
        if len(known) == 1 or high - low >= cost:
            return low + cost
        # The larger root of (t - low)^2 + (t - high)^2 = cost^2.
        middle = (low + high) / 2
        return middle + np.sqrt(cost**2 / 2 - (high - low) ** 2 / 4)

    for _ in range(rounds):
        for down in (1, -1):
            for right in (1, -1):
                for i in range(size)[::down]:
                    for j in range(size)[::right]:
                        time = arrival(i, j)
                        if time is not None:
                            times[i, j] = min(time, times.get((i, j), time))
    return np.array([[times[i, j] for j in range(size)] for i in range(size)])


D2Q9_VELOCITIES = (
    (0, 0),
    (1, 0),
    (0, 1),
    (-1, 0),
    (0, -1),
    (1, 1),
    (-1, 1),
    (-1, -1),
    (1, -1),
)
D2Q9_WEIGHTS = (4 / 9, 1 / 9, 1 / 9, 1 / 9, 1 / 9, 1 / 36, 1 / 36, 1 / 36, 1 / 36)


def lattice_boltzmann(populations, *, relaxation_time, steps):
    """Let a gas collide and stream on the lattice D2Q9; populations and densities."""
    velocities = jnp.array(D2Q9_VELOCITIES, populations.dtype)
    weights = jnp.array(D2Q9_WEIGHTS, populations.dtype)

    def equilibrium(density, velocity):
        along = jnp.einsum("qd,dxy->qxy", velocities, velocity)
        square = jnp.sum(velocity**2, axis=0)
        series = 1.0 + 3.0 * along + 4.5 * along**2 - 1.5 * square
        return weights[:, None, None] * density * series

    def step(_, f):
        density = jnp.sum(f, axis=0)
        velocity = jnp.einsum("qd,qxy->dxy", velocities, f) / density
        f = f + (equilibrium(density, velocity) - f) / relaxation_time
        moved = [jnp.roll(f[q], v, axis=(0, 1)) for q, v in enumerate(D2Q9_VELOCITIES)]
        return jnp.stack(moved)

    f = lax.fori_loop(0, steps, step, populations)
    return f, jnp.sum(f, axis=0)


def lattice_boltzmann_reference(populations, *, relaxation_time, steps):
    _, rows, columns = populations.shape
    f = populations
    for _ in range(steps):
        after = np.zeros_like(f)
        for x in range(rows):
            for y in range(columns):
                here = f[:, x, y]
                density = np.sum(here)
                p = sum(v[0] * here[q] for q, v in enumerate(D2Q9_VELOCITIES)) / density
                r = sum(v[1] * here[q] for q, v in enumerate(D2Q9_VELOCITIES)) / density
                for q, (a, b) in enumerate(D2Q9_VELOCITIES):
                    along = 3 * (a * p + b * r)
                    series = 1 + along + along**2 / 2 - 3 * (p * p + r * r) / 2
                    rest = D2Q9_WEIGHTS[q] * density * series - here[q]
                    place = (q, (x + a) % rows, (y + b) % columns)
                    after[place] = here[q] + rest / relaxation_time
        f = after
    return f, np.sum(f, axis=0)
