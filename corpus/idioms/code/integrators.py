"""Integrators of differential equations: JAX, and NumPy from the definition."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def lorenz(state, rho):
    """Give the velocity of Lorenz' system at its usual sigma and beta."""
    x, y, z = state[..., 0], state[..., 1], state[..., 2]
    return jnp.stack(
        [10.0 * (y - x), x * (rho - z) - y, x * y - 8.0 / 3.0 * z], axis=-1
    )


def lorenz_rk4(start, rho, *, step, steps):
    """Follow trajectories of Lorenz' system with the classical Runge-Kutta method."""

    def advance(state, _):
        k1 = lorenz(state, rho)
        k2 = lorenz(state + 0.5 * step * k1, rho)
        k3 = lorenz(state + 0.5 * step * k2, rho)
        k4 = lorenz(state + step * k3, rho)
        state = state + step / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
        return state, state

    return lax.scan(advance, start, None, length=steps)[1]


def lorenz_rk4_reference(start, rho, *, step, steps):
    def velocity(point, r):
        x, y, z = point
        return np.array([10.0 * (y - x), x * (r - z) - y, x * y - 8.0 * z / 3.0])

    path = np.zeros((steps, *start.shape))
    for b in range(len(start)):
        point = start[b]
        for k in range(steps):
            slope, total = np.zeros(3), np.zeros(3)
            for node, weight in ((0.0, 1.0), (0.5, 2.0), (0.5, 2.0), (1.0, 1.0)):
                slope = velocity(point + node * step * slope, rho[b])
                total = total + weight / 6.0 * slope
            point = point + step * total
            path[k, b] = point
    return path


DORMAND_PRINCE = (
    (1 / 5,),
    (3 / 40, 9 / 40),
    (44 / 45, -56 / 15, 32 / 9),
    (19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729),
    (9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656),
    (35 / 384, 0.0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84),
)
DORMAND_PRINCE_ERROR = (
    71 / 57600,
    0.0,
    -71 / 16695,
    71 / 1920,
    -17253 / 339200,
    22 / 525,
    -1 / 40,
)


def dormand_prince_step(state, damping, *, step, tolerance):
    """Step a van der Pol oscillator by Dormand and Prince; its relative error."""

    def velocity(y):
        position, speed = y[..., 0], y[..., 1]
        force = damping * (1.0 - position**2) * speed - position
        return jnp.stack([speed, force], axis=-1)

    following = state
    stages = [velocity(state)]
    for row in DORMAND_PRINCE:
        increment = sum(weight * stage for weight, stage in zip(row, stages))
        following = state + step * increment
        stages.append(velocity(following))  # the last is the next step's first
    error = step * sum(w * stage for w, stage in zip(DORMAND_PRINCE_ERROR, stages))
    scale = tolerance * (1.0 + jnp.maximum(jnp.abs(state), jnp.abs(following)))
    return following, jnp.sqrt(jnp.mean(jnp.square(error / scale), axis=-1))


def dormand_prince_step_reference(state, damping, *, step, tolerance):
    fourth = (5179 / 57600, 0, 7571 / 16695, 393 / 640)
    fourth = (*fourth, -92097 / 339200, 187 / 2100, 1 / 40)
    differences = [a - b for a, b in zip((*DORMAND_PRINCE[-1], 0), fourth)]
    following, ratios = np.zeros_like(state), np.zeros(len(state))
    for b in range(len(state)):
        x, v = state[b]
        slopes = [(v, damping[b] * (1.0 - x * x) * v - x)]
        for row in DORMAND_PRINCE:
            p = x + step * sum(a * slope[0] for a, slope in zip(row, slopes))
            q = v + step * sum(a * slope[1] for a, slope in zip(row, slopes))
            slopes.append((q, damping[b] * (1.0 - p * p) * q - p))
        following[b] = p, q
        total = 0.0
        for i, new in enumerate((p, q)):
            gap = step * sum(w * slope[i] for w, slope in zip(differences, slopes))
            size = 1.0 + max(np.abs(state[b, i]), np.abs(new))
            total = total + (gap / (tolerance * size)) ** 2
        ratios[b] = np.sqrt(total / 2.0)
    return following, ratios


def lotka_volterra(state):
    """Give the rates of change of prey and predators."""
    prey, predators = state[..., 0], state[..., 1]
    return jnp.stack([prey * (1.0 - predators), predators * (prey - 1.0)], axis=-1)


def lotka_volterra_reference(state):
    prey, predators = state[..., 0], state[..., 1]
    meetings = prey * predators
    return np.stack([prey - meetings, meetings - predators], axis=-1)


def bogacki_shampine_adaptive(start, *, span, tolerance):
    """Integrate Lotka-Volterra with steps that keep an embedded error in bounds."""

    def unfinished(state):
        _, _, remaining, _, tries = state
        return (remaining > 0) & (tries < 50)

    def attempt(state):
        y, first, remaining, step, tries = state
        step = jnp.minimum(step, remaining)
        second = lotka_volterra(y + 0.5 * step * first)
        third = lotka_volterra(y + 0.75 * step * second)
        trial = y + step * (2.0 * first + 3.0 * second + 4.0 * third) / 9.0
        fourth = lotka_volterra(trial)
        gap = -5.0 * first + 6.0 * second + 8.0 * third - 9.0 * fourth
        error = jnp.max(jnp.abs(step * gap / 72.0))
        accepted = error <= tolerance
        y = jnp.where(accepted, trial, y)
        first = jnp.where(accepted, fourth, first)
        remaining = jnp.where(accepted, remaining - step, remaining)
        factor = jnp.clip(0.9 * jnp.cbrt(tolerance / error), 0.2, 5.0)
        return y, first, remaining, step * factor, tries + 1

    remaining = jnp.full((), span, start.dtype)
    tries = jnp.zeros((), int)
    state = (start, lotka_volterra(start), remaining, remaining, tries)
    y, _, _, _, tries = lax.while_loop(unfinished, attempt, state)
    return y, tries


def bogacki_shampine_adaptive_reference(start, *, span, tolerance):
    y, time, step, tries = start, 0.0, np.array(span), 0
    last = False
    while not last and tries < 50:
        final = step >= span - time
        if final:
            step = span - time
        a = lotka_volterra_reference(y)
        b = lotka_volterra_reference(y + step / 2 * a)
        c = lotka_volterra_reference(y + 3 * step / 4 * b)
        third_order = y + step * (2 / 9 * a + 1 / 3 * b + 4 / 9 * c)
        d = lotka_volterra_reference(third_order)
        # The error is the distance to a solution of second order.
        gap = (2 / 9 - 7 / 24) * a + (1 / 3 - 1 / 4) * b + (4 / 9 - 1 / 3) * c - d / 8
        error = np.max(np.abs(step * gap))
        if error <= tolerance:
            y, time, last = third_order, time + step, final
        ratio = 0.9 * (tolerance / error) ** (1 / 3)
        step = step * min(max(ratio, 0.2), 5.0)
        tries += 1
    return y, np.array(tries)


def adams_bashforth_moulton(start, *, damping, corrected, step, steps):
    """Swing damped pendulums by the second-order Adams methods, started by Heun's."""

    def velocity(y):
        angle, speed = y
        return jnp.stack([speed, -jnp.sin(angle) - damping * speed])

    def advance(carry, _):
        y, slope, old_slope = carry
        following = y + step * (1.5 * slope - 0.5 * old_slope)
        new_slope = velocity(following)
        if corrected:
            following = y + 0.5 * step * (slope + new_slope)
            new_slope = velocity(following)
        return (following, new_slope, slope), following

    slope = velocity(start)
    euler = start + step * slope
    first = start + 0.5 * step * (slope + velocity(euler))
    _, path = lax.scan(advance, (first, velocity(first), slope), None, length=steps)
    return jnp.concatenate([first[None], path])


def adams_bashforth_moulton_reference(start, *, damping, corrected, step, steps):
    angles, speeds = [start[0]], [start[1]]

    def forces(angle, speed):
        return -(np.sin(angle) + damping * speed)

    for k in range(steps + 1):
        angle, speed = angles[-1], speeds[-1]
        force = forces(angle, speed)
        if k == 0:
            old_speed, old_force = speed, force
        else:
            old_speed, old_force = speeds[-2], forces(angles[-2], speeds[-2])
        ahead_angle = angle + step * speed + step / 2 * (speed - old_speed)
        ahead_speed = speed + step * force + step / 2 * (force - old_force)
        if k == 0 or corrected:
            new_force = forces(ahead_angle, ahead_speed)
            ahead_angle = angle + step * (speed + ahead_speed) / 2
            ahead_speed = speed + step * (force + new_force) / 2
        angles.append(ahead_angle)
        speeds.append(ahead_speed)
    return np.array([np.stack(angles[1:]), np.stack(speeds[1:])]).swapaxes(0, 1)


def leapfrog_n_body(positions, velocities, masses, *, softening, step, steps):
    """Move gravitating bodies by kicks and drifts; where they end, and their energy."""

    def separations(x):
        offsets = x[None] - x[:, None]
        return offsets, jnp.sum(offsets**2, axis=-1) + softening**2

    def acceleration(x):
        offsets, squares = separations(x)
        return jnp.einsum("j,ijk->ik", masses, offsets * squares[..., None] ** -1.5)

    def advance(_, state):
        x, half = state
        x = x + step * half
        return x, half + step * acceleration(x)

    half = velocities + 0.5 * step * acceleration(positions)
    x, half = lax.fori_loop(0, steps, advance, (positions, half))
    v = half - 0.5 * step * acceleration(x)
    kinetic = 0.5 * jnp.sum(masses * jnp.sum(v**2, axis=-1))
    _, squares = separations(x)
    pairs = jnp.triu(jnp.outer(masses, masses) * lax.rsqrt(squares), k=1)
    return {"positions": x, "velocities": v, "energy": kinetic - jnp.sum(pairs)}


def leapfrog_n_body_reference(positions, velocities, masses, *, softening, step, steps):
    count = len(masses)
    x, v = positions.copy(), velocities.copy()

    def pulls():
        # By pairs, whose forces on each other are opposite.
        pull, potential = np.zeros_like(x), 0.0
        for i in range(count):
            for j in range(i):
                gap = x[j] - x[i]
                distance = np.sqrt(np.sum(gap * gap) + softening * softening)
                pull[i] += masses[j] * gap / distance**3
                pull[j] -= masses[i] * gap / distance**3
                potential = potential - masses[i] * masses[j] / distance
        return pull, potential

    for _ in range(steps):
        v = v + step / 2 * pulls()[0]
        x = x + step * v
        v = v + step / 2 * pulls()[0]
    energy = pulls()[1]
    for i in range(count):
        energy = energy + masses[i] * np.sum(v[i] * v[i]) / 2
    return {"positions": x, "velocities": v, "energy": energy}


def symplectic_pendulum(angle, momentum, *, order, step, steps):
    """Swing pendulums with a symplectic integrator of first, second or fourth order."""
    cube_root = 2.0 ** (1.0 / 3.0)
    outer = 1.0 / (2.0 - cube_root)
    middle = -cube_root * outer
    inner = (outer + middle) / 2.0
    drifts, kicks = {
        1: ((1.0,), (1.0,)),
        2: ((0.5, 0.5), (1.0, 0.0)),
        4: ((outer / 2, inner, inner, outer / 2), (outer, middle, outer, 0.0)),
    }[order]

    def advance(state, _):
        q, p = state
        for drift, kick in zip(drifts, kicks):
            q = q + drift * step * p
            p = p - kick * step * jnp.sin(q)
        energy = 0.5 * p**2 - jnp.cos(q)
        return (q, p), energy

    (q, p), energies = lax.scan(advance, (angle, momentum), None, length=steps)
    return q, p, energies


def symplectic_pendulum_reference(angle, momentum, *, order, step, steps):
    def drift_kick_drift(q, p, width):
        half = q + p * width / 2
        p = p - width * np.sin(half)
        return half + p * width / 2, p

    # Three leapfrogs, the middle one backward, are of fourth order.
    share = 1.0 / (2.0 - np.cbrt(2.0))
    widths = [step] if order < 4 else [share * step, step - 2 * share * step]
    widths = widths + widths[:1] * (order == 4)
    q, p, energies = angle, momentum, []
    for _ in range(steps):
        for width in widths:
            if order == 1:
                q = q + width * p
                p = p - width * np.sin(q)
            else:
                q, p = drift_kick_drift(q, p, width)
        energies.append(p * p / 2 - np.cos(q))
    return q, p, np.stack(energies)


def implicit_euler_logistic(population, rate, *, step, steps):
    """Grow populations logistically by implicit Euler steps that Newton solves."""

    def growth(y):
        return rate * y * (1.0 - y)

    def advance(old, _):
        def newton(_, y):
            value, slope = jax.jvp(growth, (y,), (jnp.ones_like(y),))
            return y - (y - old - step * value) / (1.0 - step * slope)

        # From the right, where the equation is convex, no step can miss the root.
        y = lax.fori_loop(0, 8, newton, jnp.maximum(old, 1.0))
        return y, y

    return lax.scan(advance, population, None, length=steps)[1]


def implicit_euler_logistic_reference(population, rate, *, step, steps):
    # Each step is a quadratic equation with one positive root.
    y, path = population, []
    for _ in range(steps):
        slope = 1.0 - step * rate
        y = 2.0 * y / (slope + np.sqrt(slope**2 + 4.0 * step * rate * y))
        path.append(y)
    return np.stack(path)


def exponential_runge_kutta(state, decay, *, step, steps):
    """Integrate u' = -decay u + tanh(sum of u) exactly in its linear part."""

    def nonlinear(u):
        return jnp.tanh(jnp.sum(u, axis=-1, keepdims=True))

    z = step * decay
    carried = jnp.exp(-z)
    phi1 = -jnp.expm1(-z) / z
    phi2 = (1.0 - phi1) / z

    def advance(_, u):
        force = nonlinear(u)
        predicted = carried * u + step * phi1 * force
        return predicted + step * phi2 * (nonlinear(predicted) - force)

    return lax.fori_loop(0, steps, advance, state)


def exponential_runge_kutta_reference(state, decay, *, step, steps):
    # The weights of a force a + b t by quadrature of exp(-decay (step - t)).
    nodes, weights = np.polynomial.legendre.leggauss(12)
    times = step * (nodes + 1.0) / 2.0
    kernel = np.exp(-decay[:, None] * (step - times)) * (weights * step / 2.0)
    constant = np.sum(kernel, axis=1)
    rising = np.sum(kernel * times / step, axis=1)
    u = state
    for _ in range(steps):
        force = np.tanh(np.sum(u, axis=1))[:, None]
        predicted = np.exp(-decay * step) * u + constant * force
        change = np.tanh(np.sum(predicted, axis=1))[:, None] - force
        u = predicted + rising * change
    return u


def rosenbrock_van_der_pol(state, *, stiffness, step, steps):
    """Integrate stiff van der Pol oscillators by a linearly implicit method."""
    gamma = 1.0 + 0.5**0.5

    def velocity(y):
        position, speed = y
        force = stiffness * (1.0 - position**2) * speed - position
        return jnp.stack([speed, force])

    def advance(y, _):
        system = jnp.eye(2, dtype=y.dtype) - gamma * step * jax.jacfwd(velocity)(y)
        first = jnp.linalg.solve(system, velocity(y))
        right = velocity(y + step * first) - 2.0 * first
        second = jnp.linalg.solve(system, right)
        return y + step * (1.5 * first + 0.5 * second), None

    def integrate(y):
        return lax.scan(advance, y, None, length=steps)[0]

    return jax.vmap(integrate)(state)


def rosenbrock_van_der_pol_reference(state, *, stiffness, step, steps):
    width = (1.0 + np.sqrt(0.5)) * step
    x, v = state[:, 0], state[:, 1]

    def force(x, v):
        return stiffness * v - stiffness * x * x * v - x

    for _ in range(steps):
        # Eliminate the position from (1 - width J) k = r.
        by_x = -2.0 * stiffness * x * v - 1.0
        by_v = stiffness * (1.0 - x * x)
        pivot = 1.0 - width * by_v - width**2 * by_x

        def solve(r, s, by_x=by_x, pivot=pivot):
            second = (s + width * by_x * r) / pivot
            return r + width * second, second

        a, b = solve(v, force(x, v))
        c, d = solve(
            v + step * b - 2.0 * a, force(x + step * a, v + step * b) - 2.0 * b
        )
        x, v = x + step * (3.0 * a + c) / 2.0, v + step * (3.0 * b + d) / 2.0
    return np.stack([x, v], axis=1)


def implicit_midpoint_rigid_body(momentum, inertia, *, step, steps, iterations):
    """Turn free rigid bodies by the implicit midpoint rule; their kinetic energies."""

    def velocity(m):
        return jnp.cross(m, m / inertia)

    def advance(m, _):
        def iterate(_, middle):
            return m + 0.5 * step * velocity(middle)

        middle = lax.fori_loop(0, iterations, iterate, m)
        m = m + step * velocity(middle)
        return m, 0.5 * jnp.sum(m**2 / inertia, axis=-1)

    return lax.scan(advance, momentum, None, length=steps)


def implicit_midpoint_rigid_body_reference(
    momentum, inertia, *, step, steps, iterations
):
    a, b, c = 1.0 / inertia
    bodies, energies = [], np.zeros((steps, len(momentum)))
    for body in range(len(momentum)):
        m = list(momentum[body])
        for k in range(steps):
            rates = [0.0, 0.0, 0.0]
            for _ in range(iterations + 1):
                x, y, z = (p + step / 2 * r for p, r in zip(m, rates))
                rates = [(c - b) * y * z, (a - c) * z * x, (b - a) * x * y]
            m = [p + step * r for p, r in zip(m, rates)]
            energies[k, body] = (a * m[0] ** 2 + b * m[1] ** 2 + c * m[2] ** 2) / 2
        bodies.append(np.array(m))
    return np.stack(bodies), energies


def gragg_bulirsch_stoer(start, *, step, columns):
    """Take a large step by the modified midpoint rule, extrapolated to width zero."""

    def midpoint(substeps):
        width = step / substeps

        def leap(_, pair):
            old, now = pair
            return now, old + 2.0 * width * lotka_volterra(now)

        pair = (start, start + width * lotka_volterra(start))
        old, now = lax.fori_loop(1, substeps, leap, pair)
        return 0.5 * (old + now + width * lotka_volterra(now))

    counts = [2 * (j + 1) for j in range(columns)]
    row = []
    for j, count in enumerate(counts):
        new_row = [midpoint(count)]
        for k in range(j):
            ratio = (count / counts[j - k - 1]) ** 2
            new_row.append(new_row[k] + (new_row[k] - row[k]) / (ratio - 1.0))
        row = new_row
    return row[-1]


def gragg_bulirsch_stoer_reference(start, *, step, columns):
    # The value at zero of the polynomial in width^2 through all results.
    total = np.zeros_like(start)
    counts = [2 * (j + 1) for j in range(columns)]
    for n in counts:
        h = step / n
        points = [start, start + h * lotka_volterra_reference(start)]
        for _ in range(n):
            points.append(points[-2] + 2 * h * lotka_volterra_reference(points[-1]))
        smooth = (points[-3] + 2 * points[-2] + points[-1]) / 4
        weight = np.prod([n**2 / (n**2 - m**2) for m in counts if m != n])
        total = total + weight * smooth
    return total


def milstein_geometric_brownian(price, normals, *, drift, volatility, step, milstein):
    """Simulate geometric Brownian motion from normals, to strong order 1/2 or 1."""

    def advance(x, normal):
        noise = jnp.sqrt(step) * normal
        change = drift * step + volatility * noise
        if milstein:
            change = change + 0.5 * volatility**2 * (noise**2 - step)
        x = x + x * change
        return x, x

    return lax.scan(advance, price, normals)[1]


def milstein_geometric_brownian_reference(
    price, normals, *, drift, volatility, step, milstein
):
    factors = 1.0 + drift * step + volatility * np.sqrt(step) * normals
    if milstein:
        factors = factors + 0.5 * volatility**2 * step * (normals * normals - 1.0)
    return price * np.multiply.accumulate(factors, axis=0)


def parareal_logistic(start, *, span, slices, iterations):
    """Integrate logistic growth in parallel over slices of time by Parareal."""
    width = span / slices

    def velocity(y):
        return y * (1.0 - y)

    def coarse(y):
        return y + width * velocity(y)

    def fine(y):
        def midpoint(_, y):
            half = y + width / 8 * velocity(y)
            return y + width / 4 * velocity(half)

        return lax.fori_loop(0, 4, midpoint, y)

    def sweep(jumps):
        def advance(y, jump):
            following = coarse(y) + jump
            return following, following

        _, path = lax.scan(advance, start, jumps)
        return jnp.concatenate([start[None], path])

    def iterate(_, path):
        before = path[:-1]  # where the slices start, all of which are run at once
        return sweep(jax.vmap(fine)(before) - jax.vmap(coarse)(before))

    path = sweep(jnp.zeros((slices, *start.shape), start.dtype))
    return lax.fori_loop(0, iterations, iterate, path)


def parareal_logistic_reference(start, *, span, slices, iterations):
    width = span / slices

    def coarse(y):
        return y + width * (y - y * y)

    def fine(y):
        h = width / 4
        for _ in range(4):
            middle = y + h / 2 * (y - y * y)
            y = y + h * (middle - middle * middle)
        return y

    path = [start]
    for _ in range(slices):
        path.append(coarse(path[-1]))
    for done in range(iterations):
        new = path[: min(done, slices) + 1]  # as many slices are exact already
        for n in range(len(new) - 1, slices):
            new.append(coarse(new[-1]) + fine(path[n]) - coarse(path[n]))
        path = new
    return np.stack(path)


def lie_euler_rotation(angular_velocity, *, step, in_body):
    """Integrate angular velocities to rotations with the exponential map."""

    def exponential(vector):
        square = vector @ vector
        safe = jnp.where(square > 0, square, 1.0)
        angle = jnp.sqrt(safe)
        sine = jnp.where(square > 0, jnp.sin(angle) / angle, 1.0)
        cosine = jnp.where(square > 0, (1.0 - jnp.cos(angle)) / safe, 0.5)
        x, y, z = vector
        zero = jnp.zeros_like(x)
        hat = jnp.array([[zero, -z, y], [z, zero, -x], [-y, x, zero]])
        return jnp.eye(3, dtype=vector.dtype) + sine * hat + cosine * hat @ hat

    def advance(rotation, velocity):
        turn = exponential(step * velocity)
        rotation = rotation @ turn if in_body else turn @ rotation
        return rotation, rotation

    start = jnp.eye(3, dtype=angular_velocity.dtype)
    return lax.scan(advance, start, angular_velocity)[1]


def lie_euler_rotation_reference(angular_velocity, *, step, in_body):
    # Quaternions of the turns; each turns the three axes.
    halves = step / 2 * angular_velocity
    angles = np.sqrt(np.sum(halves * halves, axis=1, keepdims=True))
    real, imaginary = np.cos(angles), np.sin(angles) / angles * halves
    across = np.cross(imaginary[:, None], np.eye(3)[None])
    turned = np.eye(3) + 2 * real[:, None] * across
    turned = turned + 2 * np.cross(imaginary[:, None], across)
    rotation, path = np.eye(3), []
    for turn in np.swapaxes(turned, 1, 2):
        rotation = rotation @ turn if in_body else turn @ rotation
        path.append(rotation)
    return np.stack(path)
