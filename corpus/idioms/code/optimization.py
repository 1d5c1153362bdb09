"""Optimization: JAX, and NumPy from the definition."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from scipy import linalg


def soft_threshold(x, threshold):
    """Shrink towards zero: the proximal operator of the absolute value."""
    return jnp.sign(x) * jnp.maximum(jnp.abs(x) - threshold, 0.0)


def soft_threshold_reference(x, threshold):
    return np.where(x > threshold, x - threshold, np.minimum(x + threshold, 0.0))


def backtracking_logistic_regression(features, labels, *, penalty, first_step, steps):
    """Fit logistic regression by gradient descent with Armijo backtracking."""
    signs = jnp.where(labels, 1.0, -1.0).astype(features.dtype)

    def objective(weights):
        margins = signs * (features @ weights)
        return jnp.mean(jax.nn.softplus(-margins)) + penalty * jnp.sum(weights**2)

    def descend(weights, _):
        value, slope = jax.value_and_grad(objective)(weights)
        expected = 0.5 * jnp.sum(slope**2)

        def too_long(length):
            return objective(weights - length * slope) > value - length * expected

        first = jnp.full((), first_step, features.dtype)
        length = lax.while_loop(too_long, lambda length: 0.5 * length, first)
        weights = weights - length * slope
        return weights, (objective(weights), length)

    start = jnp.zeros_like(features[0])
    weights, (values, lengths) = lax.scan(descend, start, None, length=steps)
    return {"weights": weights, "values": values, "lengths": lengths}


def backtracking_logistic_regression_reference(
    features, labels, *, penalty, first_step, steps
):
    count, size = features.shape

    def objective(weights):
        total = penalty * np.sum(weights * weights)
        for i in range(count):
            margin = np.sum(features[i] * weights)
            total = total + np.log1p(np.exp(-margin if labels[i] else margin)) / count
        return total

    weights, values, lengths = np.zeros(size), [], []
    for _ in range(steps):
        chances = 1.0 / (1.0 + np.exp(-(features @ weights)))
        slope = features.T @ (chances - labels) / count + 2.0 * penalty * weights
        before, halvings = objective(weights), 0
        while True:
            length = first_step * 0.5**halvings
            after = objective(weights - length * slope)
            if before - after >= 0.5 * length * np.sum(slope * slope):
                break
            halvings += 1
        weights = weights - length * slope
        values.append(after)
        lengths.append(length)
    return {
        "weights": weights,
        "values": np.array(values),
        "lengths": np.array(lengths),
    }


def lbfgs_direction(gradient, steps, changes, *, scaled):
    """Apply the L-BFGS inverse Hessian to a gradient by the two-loop recursion."""
    curvatures = 1.0 / jnp.sum(steps * changes, axis=1)

    def newest_first(direction, pair):
        step, change, curvature = pair
        weight = curvature * (step @ direction)
        return direction - weight * change, weight

    def oldest_first(direction, pair):
        step, change, curvature, weight = pair
        correction = weight - curvature * (change @ direction)
        return direction + correction * step, None

    pairs = (steps, changes, curvatures)
    direction, weights = lax.scan(newest_first, gradient, pairs, reverse=True)
    if scaled:
        direction = direction / (curvatures[-1] * jnp.sum(changes[-1] ** 2))
    direction, _ = lax.scan(oldest_first, direction, (*pairs, weights))
    return -direction


def lbfgs_direction_reference(gradient, steps, changes, *, scaled):
    # The BFGS update of the whole matrix, one pair after the other.
    identity = np.eye(len(gradient))
    inverse = identity
    if scaled:
        last = changes[-1]
        inverse = identity * (np.sum(steps[-1] * last) / np.sum(last * last))
    for step, change in zip(steps, changes):
        product = np.sum(step * change)
        shear = identity - np.outer(change, step) / product
        inverse = shear.T @ inverse @ shear + np.outer(step, step) / product
    return -(inverse @ gradient)


def multilateration_gauss_newton(anchors, distances, start, *, steps):
    """Locate a point from its distances to anchors by Gauss-Newton steps."""

    def residuals(point):
        return jnp.linalg.norm(point - anchors, axis=1) - distances

    def step(point, _):
        jacobian = jax.jacfwd(residuals)(point)
        update, *_ = jnp.linalg.lstsq(jacobian, -residuals(point))
        return point + update, jnp.sum(residuals(point) ** 2)

    return lax.scan(step, start, None, length=steps)


def multilateration_gauss_newton_reference(anchors, distances, start, *, steps):
    point, costs = start, []
    for _ in range(steps):
        reach = np.sqrt(np.sum((point - anchors) ** 2, axis=1))
        toward = (point - anchors) / reach[:, None]
        costs.append(np.sum((reach - distances) ** 2))
        point = point - np.linalg.solve(
            toward.T @ toward, toward.T @ (reach - distances)
        )
    return point, np.array(costs)


def levenberg_marquardt_decay(times, values, start, *, marquardt, steps):
    """Fit an exponential decay by Levenberg and Marquardt's damped least squares."""

    def residuals(parameters):
        amplitude, rate = parameters
        return amplitude * jnp.exp(-rate * times) - values

    def step(state, _):
        parameters, damping, cost = state
        jacobian = jax.jacfwd(residuals)(parameters)
        normal = jacobian.T @ jacobian
        scale = jnp.diagonal(normal) if marquardt else jnp.ones_like(parameters)
        slope = jacobian.T @ residuals(parameters)
        trial = parameters - jnp.linalg.solve(normal + damping * jnp.diag(scale), slope)
        trial_cost = jnp.sum(residuals(trial) ** 2)
        better = trial_cost < cost
        state = (
            jnp.where(better, trial, parameters),
            jnp.where(better, damping / 3.0, damping * 2.0),
            jnp.where(better, trial_cost, cost),
        )
        return state, state[2]

    damping = jnp.full((), 0.1, values.dtype)
    state = (start, damping, jnp.sum(residuals(start) ** 2))
    (parameters, damping, _), costs = lax.scan(step, state, None, length=steps)
    return parameters, damping, costs


def levenberg_marquardt_decay_reference(times, values, start, *, marquardt, steps):
    def cost_of(amplitude, rate):
        return np.sum((amplitude * np.exp(-rate * times) - values) ** 2)

    amplitude, rate = start
    damping, cost, costs = np.array(0.1), cost_of(*start), []
    for _ in range(steps):
        decay = np.exp(-rate * times)
        rest = values - amplitude * decay
        by_rate = -amplitude * times * decay
        first, second = np.sum(decay**2), np.sum(by_rate**2)
        first = first + damping * (first if marquardt else 1.0)
        second = second + damping * (second if marquardt else 1.0)
        mixed = np.sum(decay * by_rate)
        # Cramer's rule.
        determinant = first * second - mixed**2
        pull, turn = np.sum(decay * rest), np.sum(by_rate * rest)
        trial = (
            amplitude + (second * pull - mixed * turn) / determinant,
            rate + (first * turn - mixed * pull) / determinant,
        )
        if cost_of(*trial) < cost:
            (amplitude, rate), cost = trial, cost_of(*trial)
            damping = damping / 3.0
        else:
            damping = damping * 2.0
        costs.append(cost)
    return np.array([amplitude, rate]), damping, np.array(costs)


def golden_section_search(growth, decay, *, steps):
    """Minimize growth exp(x) + decay exp(-x) over [-2, 2] by golden sections."""
    ratio = (5**0.5 - 1.0) / 2.0

    def objective(x):
        return growth * jnp.exp(x) + decay * jnp.exp(-x)

    def narrow(_, state):
        low, high, left, right, at_left, at_right = state
        keep_left = at_left < at_right
        low = jnp.where(keep_left, low, left)
        high = jnp.where(keep_left, right, high)
        # One of the inner points is an inner point again.
        point = jnp.where(
            keep_left, high - ratio * (high - low), low + ratio * (high - low)
        )
        value = objective(point)
        return (
            low,
            high,
            jnp.where(keep_left, point, right),
            jnp.where(keep_left, left, point),
            jnp.where(keep_left, value, at_right),
            jnp.where(keep_left, at_left, value),
        )

    low, high = jnp.full_like(growth, -2.0), jnp.full_like(growth, 2.0)
    left, right = high - ratio * (high - low), low + ratio * (high - low)
    state = (low, high, left, right, objective(left), objective(right))
    low, high, *_ = lax.fori_loop(0, steps, narrow, state)
    return low, high


def golden_section_search_reference(growth, decay, *, steps):
    # Of two points the one nearer to the minimum, which is symmetric, is lower.
    minimum = 0.5 * np.log(decay / growth)
    part = 2.0 / (1.0 + np.sqrt(5.0))
    low, high = np.full_like(growth, -2.0), np.full_like(growth, 2.0)
    for _ in range(steps):
        middle = (low + high) / 2
        low, high = (
            np.where(minimum > middle, high - part * (high - low), low),
            np.where(minimum > middle, high, low + part * (high - low)),
        )
    return low, high


def fista_lasso(matrix, target, *, penalty, accelerated, steps):
    """Solve the lasso by proximal gradient steps, with momentum or without."""
    length = 1.0 / jnp.sum(matrix**2)  # no more than the reciprocal Lipschitz constant

    def step(state, _):
        x, ahead, momentum = state
        slope = matrix.T @ (matrix @ ahead - target)
        new_x = soft_threshold(ahead - length * slope, length * penalty)
        new_momentum = (1.0 + jnp.sqrt(1.0 + 4.0 * momentum**2)) / 2.0
        ahead = new_x
        if accelerated:
            ahead = new_x + (momentum - 1.0) / new_momentum * (new_x - x)
        residual = matrix @ new_x - target
        objective = 0.5 * residual @ residual + penalty * jnp.sum(jnp.abs(new_x))
        return (new_x, ahead, new_momentum), objective

    zero = jnp.zeros_like(matrix[0])
    start = (zero, zero, jnp.ones((), matrix.dtype))
    (x, _, _), objectives = lax.scan(step, start, None, length=steps)
    return x, objectives


def fista_lasso_reference(matrix, target, *, penalty, accelerated, steps):
    size = np.sum(matrix * matrix)
    gram, correlation = matrix.T @ matrix, matrix.T @ target
    points, objectives, momentum = [np.zeros(matrix.shape[1])] * 2, [], 1.0
    for k in range(steps):
        old, now = points[-2:]
        share = 0.0
        if accelerated and k > 0:
            following = (1.0 + np.sqrt(1.0 + 4.0 * momentum**2)) / 2.0
            share, momentum = (momentum - 1.0) / following, following
        ahead = (1.0 + share) * now - share * old
        moved = ahead + (correlation - gram @ ahead) / size
        points.append(soft_threshold_reference(moved, penalty / size))
        loss = np.sum((target - np.sum(matrix * points[-1], axis=1)) ** 2) / 2
        objectives.append(loss + penalty * np.sum(np.abs(points[-1])))
    return points[-1], np.array(objectives)


def project_simplex(points, *, radius):
    """Project each row on the simplex of non-negative vectors with a given sum."""
    descending = jnp.sort(points, axis=-1, descending=True)
    excess = jnp.cumsum(descending, axis=-1) - radius
    counts = jnp.arange(1, points.shape[-1] + 1)
    support = jnp.sum(descending * counts > excess, axis=-1, keepdims=True)
    threshold = jnp.take_along_axis(excess, support - 1, axis=-1) / support
    return jnp.maximum(points - threshold, 0.0)


def project_simplex_reference(points, *, radius):
    projected = np.zeros_like(points)
    for row, point in enumerate(points):
        active = list(range(len(point)))
        while True:  # Michelot: drop what a shift to the right sum makes negative
            shift = (np.sum(point[active]) - radius) / len(active)
            kept = [i for i in active if point[i] > shift]
            if len(kept) == len(active):
                break
            active = kept
        for i in active:
            projected[row, i] = point[i] - shift
    return projected


def barzilai_borwein(matrix, right, *, variant, steps):
    """Minimize a quadratic by gradient steps whose length the last step tells."""

    def gradient(x):
        return matrix @ x - right

    def step(state, _):
        x, slope, old_x, old_slope = state
        moved, change = x - old_x, slope - old_slope
        if variant == "long":
            length = jnp.vdot(moved, moved) / jnp.vdot(moved, change)
        else:
            length = jnp.vdot(moved, change) / jnp.vdot(change, change)
        following = x - length * slope
        return (following, gradient(following), x, slope), length

    first = 0.25 * right
    state = (first, gradient(first), jnp.zeros_like(right), -right)
    (x, *_), lengths = lax.scan(step, state, None, length=steps)
    return x, lengths


def barzilai_borwein_reference(matrix, right, *, variant, steps):
    # A step is along the gradient, so the length is that gradient's Rayleigh quotient.
    values, vectors = linalg.eigh(matrix)
    slopes, lengths = -(vectors.T @ right), [0.25]
    power = 0 if variant == "long" else 1
    for _ in range(steps):
        weights = values**power * slopes**2
        slopes = slopes - lengths[-1] * values * slopes
        lengths.append(np.sum(weights) / np.sum(values * weights))
    slopes = slopes - lengths[-1] * values * slopes
    solution = (slopes + vectors.T @ right) / values
    return vectors @ solution, np.array(lengths[1:])


def coordinate_descent_lasso(matrix, target, *, penalty, sweeps):
    """Solve the lasso by minimizing over one coordinate after the other."""
    norms = jnp.sum(matrix**2, axis=0)

    def update(j, state):
        x, residual = state
        column = matrix[:, j]
        partial = column @ residual + norms[j] * x[j]
        value = soft_threshold(partial, penalty) / norms[j]
        return x.at[j].set(value), residual - column * (value - x[j])

    def sweep(_, state):
        return lax.fori_loop(0, matrix.shape[1], update, state)

    start = (jnp.zeros_like(matrix[0]), target)
    return lax.fori_loop(0, sweeps, sweep, start)[0]


def coordinate_descent_lasso_reference(matrix, target, *, penalty, sweeps):
    x = np.zeros(matrix.shape[1])
    for _ in range(sweeps):
        for j in range(len(x)):
            others = target.copy()
            for k in range(len(x)):
                if k != j:
                    others = others - x[k] * matrix[:, k]
            overlap = np.sum(matrix[:, j] * others)
            x[j] = soft_threshold_reference(overlap, penalty) / np.sum(
                matrix[:, j] ** 2
            )
    return x


def admm_lasso(matrix, target, *, penalty, coupling, relaxation, steps):
    """Solve the lasso by ADMM, with one factorization and over-relaxation."""
    size = matrix.shape[1]
    normal = matrix.T @ matrix + coupling * jnp.eye(size, dtype=matrix.dtype)
    factor = jax.scipy.linalg.cho_factor(normal)
    correlation = matrix.T @ target

    def step(state, _):
        sparse, dual = state
        right = correlation + coupling * (sparse - dual)
        dense = jax.scipy.linalg.cho_solve(factor, right)
        relaxed = relaxation * dense + (1.0 - relaxation) * sparse
        new_sparse = soft_threshold(relaxed + dual, penalty / coupling)
        dual = dual + relaxed - new_sparse
        return (new_sparse, dual), jnp.linalg.norm(dense - new_sparse)

    zero = jnp.zeros_like(correlation)
    (sparse, _), residuals = lax.scan(step, (zero, zero), None, length=steps)
    return sparse, residuals


def admm_lasso_reference(matrix, target, *, penalty, coupling, relaxation, steps):
    size = matrix.shape[1]
    # The least squares problem with the coupling as more equations.
    stacked = np.concatenate([matrix, np.sqrt(coupling) * np.eye(size)])
    sparse, dual, residuals = np.zeros(size), np.zeros(size), []
    for _ in range(steps):
        goal = np.concatenate([target, np.sqrt(coupling) * (sparse - dual)])
        dense = np.linalg.lstsq(stacked, goal, rcond=None)[0]
        mixed = relaxation * dense + (1.0 - relaxation) * sparse + dual
        sparse = soft_threshold_reference(mixed, penalty / coupling)
        dual = np.clip(mixed, -penalty / coupling, penalty / coupling)
        residuals.append(np.sqrt(np.sum((dense - sparse) ** 2)))
    return sparse, np.array(residuals)


def frank_wolfe_simplex(matrix, target, *, exact, steps):
    """Fit a convex combination of columns by conditional gradients."""
    size = matrix.shape[1]

    def step(weights, k):
        slope = matrix.T @ (matrix @ weights - target)
        vertex = jax.nn.one_hot(jnp.argmin(slope), size, dtype=matrix.dtype)
        direction = vertex - weights
        gap = -slope @ direction
        if exact:
            bend = jnp.sum((matrix @ direction) ** 2)
            length = jnp.clip(gap / jnp.where(bend > 0, bend, 1.0), 0.0, 1.0)
        else:
            length = 2.0 / (k + 2.0)
        return weights + length * direction, gap

    start = jnp.full(size, 1.0 / size, matrix.dtype)
    return lax.scan(step, start, jnp.arange(1, steps + 1, dtype=matrix.dtype))


def frank_wolfe_simplex_reference(matrix, target, *, exact, steps):
    size = matrix.shape[1]
    image = np.sum(matrix, axis=1) / size
    weights, gaps = np.full(size, 1.0 / size), []
    for k in range(1, steps + 1):
        slopes = [np.sum(matrix[:, j] * (image - target)) for j in range(size)]
        best = int(np.argmin(np.array(slopes)))
        move = matrix[:, best] - image
        gaps.append(np.sum((target - image) * move))
        length = 2.0 / (k + 2.0)
        if exact:
            length = min(max(gaps[-1] / np.sum(move**2), 0.0), 1.0)
        weights = (1.0 - length) * weights
        weights[best] += length
        image = image + length * move
    return weights, np.array(gaps)


def mirror_descent_simplex(matrix, target, *, length, averaged, steps):
    """Fit a convex combination of columns by exponentiated gradients."""

    def step(logits, _):
        weights = jax.nn.softmax(logits)
        slope = matrix.T @ (matrix @ weights - target)
        return logits - length * slope, weights

    logits, visited = lax.scan(step, jnp.zeros_like(matrix[0]), None, length=steps)
    return jnp.mean(visited, axis=0) if averaged else jax.nn.softmax(logits)


def mirror_descent_simplex_reference(matrix, target, *, length, averaged, steps):
    weights = np.ones(matrix.shape[1]) / matrix.shape[1]
    total = np.zeros_like(weights)
    for _ in range(steps):
        total = total + weights
        rest = target - np.sum(matrix * weights, axis=1)
        weights = weights * np.exp(length * np.sum(matrix.T * rest, axis=1))
        weights = weights / np.sum(weights)
    return total / steps if averaged else weights


def dogleg_step(gradient, hessian, radius):
    """Take Powell's dogleg step in a trust region; it and the decrease it promises."""
    newton = -jax.scipy.linalg.solve(hessian, gradient, assume_a="pos")
    curvature = gradient @ hessian @ gradient
    cauchy = -(gradient @ gradient) / curvature * gradient
    leg = newton - cauchy
    # Where the second leg leaves the region: the positive root of a quadratic.
    room = jnp.maximum(radius**2 - cauchy @ cauchy, 0.0)
    slope, bend = cauchy @ leg, leg @ leg
    share = room / (slope + jnp.sqrt(slope**2 + bend * room))
    step = jnp.select(
        [
            jnp.linalg.norm(newton) <= radius,
            jnp.linalg.norm(cauchy) >= radius,
        ],
        [newton, -radius / jnp.linalg.norm(gradient) * gradient],
        cauchy + share * leg,
    )
    return step, -(gradient @ step + 0.5 * step @ hessian @ step)


def dogleg_step_reference(gradient, hessian, radius):
    newton = -np.linalg.solve(hessian, gradient)
    steepest = np.sum(gradient * gradient) / np.sum(gradient * (hessian @ gradient))
    cauchy = -steepest * gradient

    def path(s):
        return s * cauchy if s <= 1.0 else cauchy + (s - 1.0) * (newton - cauchy)

    low, high = 0.0, 2.0
    if np.sum(newton**2) > radius**2:
        for _ in range(55):  # the path moves away from the origin all the time
            middle = (low + high) / 2
            outside = np.sum(path(middle) ** 2) > radius**2
            low, high = (low, middle) if outside else (middle, high)
    step = path(high)
    return step, -np.sum(step * (gradient + hessian @ step / 2.0))


def more_sorensen_step(gradient, hessian, radius):
    """Solve the trust-region subproblem by Newton's method for its multiplier."""
    identity = jnp.eye(gradient.shape[0], dtype=gradient.dtype)

    def solve(multiplier):
        factor = jnp.linalg.cholesky(hessian + multiplier * identity)
        return factor, -jax.scipy.linalg.cho_solve((factor, True), gradient)

    def newton(_, multiplier):
        factor, step = solve(multiplier)
        half = jax.scipy.linalg.solve_triangular(factor, step, lower=True)
        excess = jnp.linalg.norm(step) / radius - 1.0
        update = excess * jnp.sum(step**2) / jnp.sum(half**2)
        return jnp.maximum(multiplier + update, 0.0)

    multiplier = lax.fori_loop(0, 7, newton, jnp.zeros_like(radius))
    return solve(multiplier)[1], multiplier


def more_sorensen_step_reference(gradient, hessian, radius):
    values, vectors = linalg.eigh(hessian)
    parts = vectors.T @ gradient
    low, high = np.array(0.0), np.sqrt(np.sum(gradient**2)) / radius
    if np.sum((parts / values) ** 2) > radius**2:
        for _ in range(60):
            middle = (low + high) / 2
            outside = np.sum((parts / (values + middle)) ** 2) > radius**2
            low, high = (middle, high) if outside else (low, middle)
    return -(vectors @ (parts / (values + low))), low


def sinkhorn_transport(cost, source, target, *, temperature, steps):
    """Couple two distributions at least cost, with entropy, by Sinkhorn's iteration."""
    log_source = jnp.log(source / jnp.sum(source))
    log_target = jnp.log(target / jnp.sum(target))
    kernel = -cost / temperature

    def scale(_, potentials):
        _, columns = potentials
        rows = log_source - jax.nn.logsumexp(kernel + columns, axis=1)
        columns = log_target - jax.nn.logsumexp(kernel + rows[:, None], axis=0)
        return rows, columns

    start = (jnp.zeros_like(source), jnp.zeros_like(target))
    rows, columns = lax.fori_loop(0, steps, scale, start)
    plan = jnp.exp(kernel + rows[:, None] + columns)
    return {"plan": plan, "cost": jnp.sum(plan * cost)}


def sinkhorn_transport_reference(cost, source, target, *, temperature, steps):
    plan = np.exp(-cost / temperature)
    for _ in range(steps):
        for i in range(len(source)):
            plan[i] = plan[i] * (source[i] / np.sum(source) / np.sum(plan[i]))
        for j in range(len(target)):
            share = target[j] / np.sum(target)
            plan[:, j] = plan[:, j] * (share / np.sum(plan[:, j]))
    return {"plan": plan, "cost": np.sum(plan * cost)}


def isotonic_regression(values, weights, *, decreasing):
    """Fit a monotone sequence by the max-min formula of weighted means."""
    sign = -1.0 if decreasing else 1.0
    size = values.shape[0]
    index = jnp.arange(size)
    spans = (index[:, None] <= index).astype(values.dtype)
    sums = jnp.cumsum(sign * weights * values * spans, axis=1)
    masses = jnp.cumsum(weights * spans, axis=1)
    means = jnp.where(spans > 0, sums / jnp.where(spans > 0, masses, 1.0), jnp.inf)
    least = lax.cummin(means, axis=1, reverse=True)
    return sign * jnp.max(jnp.where(spans > 0, least, -jnp.inf), axis=0)


def isotonic_regression_reference(values, weights, *, decreasing):
    # Pool adjacent violators: blocks of a total, a weight and a length.
    blocks = []
    for value, weight in zip(values, weights):
        blocks.append((value * weight, weight, 1))
        while len(blocks) > 1:
            (a, v, m), (b, w, n) = blocks[-2:]
            rises = a / v <= b / w
            if decreasing != rises:
                break
            blocks[-2:] = [(a + b, v + w, m + n)]
    return np.array([total / mass for total, mass, n in blocks for _ in range(n)])


def range_space_qp(hessian, linear, constraints, levels):
    """Minimize a quadratic under linear equations through the Schur complement."""
    factor = jax.scipy.linalg.cho_factor(hessian)
    free = -jax.scipy.linalg.cho_solve(factor, linear)
    response = jax.scipy.linalg.cho_solve(factor, constraints.T)
    schur = constraints @ response
    multipliers = jax.scipy.linalg.solve(
        schur, constraints @ free - levels, assume_a="pos"
    )
    return free - response @ multipliers, multipliers


def range_space_qp_reference(hessian, linear, constraints, levels):
    size, count = len(linear), len(levels)
    system = np.zeros((size + count, size + count))
    system[:size, :size] = hessian
    system[:size, size:] = constraints.T
    system[size:, :size] = constraints
    solution = np.linalg.solve(system, np.concatenate([-linear, levels]))
    return solution[:size], solution[size:]


def chambolle_pock_denoise(signal, *, weight, steps):
    """Denoise signals by total variation with primal-dual hybrid gradients."""
    primal_step = dual_step = 0.5  # their product times 4, the norm of D D^T, is 1

    def step(_, state):
        x, ahead, dual = state
        dual = jnp.clip(dual + dual_step * jnp.diff(ahead, axis=-1), -weight, weight)
        divergence = jnp.diff(jnp.pad(dual, ((0, 0), (1, 1))), axis=-1)
        new_x = (x + primal_step * (divergence + signal)) / (1.0 + primal_step)
        return new_x, 2.0 * new_x - x, dual

    start = (signal, signal, jnp.zeros_like(signal[:, 1:]))
    return lax.fori_loop(0, steps, step, start)[0]


def chambolle_pock_denoise_reference(signal, *, weight, steps):
    size = signal.shape[1]
    difference = np.eye(size - 1, size, k=1) - np.eye(size - 1, size)
    now = before = signal.T
    dual = np.zeros((size - 1, len(signal)))
    for k in range(steps):
        ahead = now + (now - before) * (k > 0)
        dual = dual + difference @ ahead / 2.0
        dual = np.minimum(np.maximum(dual, -weight), weight)
        before, now = now, (2.0 * now + signal.T - difference.T @ dual) / 3.0
    return now.T


def newton_cg_logistic(features, labels, start, *, penalty, inner):
    """Take a Newton step for logistic regression by conjugate gradients on products."""
    signs = jnp.where(labels, 1.0, -1.0).astype(features.dtype)

    def objective(weights):
        losses = jax.nn.softplus(-signs * (features @ weights))
        return jnp.sum(losses) + 0.5 * penalty * jnp.vdot(weights, weights)

    slope = jax.grad(objective)

    def hessian_product(vector):
        return jax.jvp(slope, (start,), (vector,))[1]

    gradient = slope(start)
    step, _ = jax.scipy.sparse.linalg.cg(
        hessian_product, -gradient, tol=0.0, maxiter=inner
    )
    return start + step, jnp.vdot(gradient, step)


def newton_cg_logistic_reference(features, labels, start, *, penalty, inner):
    chances = 1.0 / (1.0 + np.exp(-(features @ start)))
    gradient = features.T @ (chances - labels) + penalty * start
    spread = chances * (1.0 - chances)
    hessian = features.T @ (spread[:, None] * features) + penalty * np.eye(len(start))
    # The best point of the Krylov space of the gradient.
    powers = [gradient / np.sqrt(np.sum(gradient**2))]
    for _ in range(inner - 1):
        image = hessian @ powers[-1]
        powers.append(image / np.sqrt(np.sum(image**2)))
    basis, _ = linalg.qr(np.stack(powers, axis=1), mode="economic")
    inside = np.linalg.solve(basis.T @ hessian @ basis, basis.T @ gradient)
    step = -(basis @ inside)
    return start + step, np.sum(gradient * step)
