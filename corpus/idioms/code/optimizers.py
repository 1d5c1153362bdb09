"""Optimizers: JAX, and NumPy from the definition."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from scipy import linalg


def momentum_step(
    params, grads, velocity, *, learning_rate, momentum, nesterov, weight_decay
):
    """One step of gradient descent with heavy-ball or Nesterov momentum."""
    grads = grads + weight_decay * params
    velocity = momentum * velocity + grads
    direction = grads + momentum * velocity if nesterov else velocity
    return params - learning_rate * direction, velocity


def momentum_step_reference(
    params, grads, velocity, *, learning_rate, momentum, nesterov, weight_decay
):
    new_params, new_velocity = np.zeros(params.shape), np.zeros(params.shape)
    for i in np.ndindex(*params.shape):
        slope = grads[i] + weight_decay * params[i]
        new_velocity[i] = slope + momentum * velocity[i]
        if nesterov:
            move = (1.0 + momentum) * slope + momentum**2 * velocity[i]
        else:
            move = new_velocity[i]
        new_params[i] = params[i] - learning_rate * move
    return new_params, new_velocity


def adagrad_trajectory(start, grads, *, learning_rate, initial_accumulator):
    """Parameters after each gradient, with steps shrunk by all gradients so far."""

    def step(state, grad):
        params, accumulator = state
        accumulator = accumulator + jnp.square(grad)
        params = params - learning_rate * grad * lax.rsqrt(accumulator)
        return (params, accumulator), params

    state = (start, jnp.full_like(start, initial_accumulator))
    _, trajectory = lax.scan(step, state, grads)
    return trajectory


def adagrad_trajectory_reference(start, grads, *, learning_rate, initial_accumulator):
    steps = [
        grads[t] / np.sqrt(initial_accumulator + np.sum(grads[: t + 1] ** 2, axis=0))
        for t in range(len(grads))
    ]
    return start - learning_rate * np.add.accumulate(np.array(steps), axis=0)


def rmsprop_step(
    params,
    grads,
    mean_square,
    mean,
    velocity,
    *,
    learning_rate,
    decay,
    momentum,
    centered,
):
    """One step of RMSProp, optionally divided by the gradients' standard deviation."""
    mean_square = decay * mean_square + (1.0 - decay) * jnp.square(grads)
    if centered:
        mean = decay * mean + (1.0 - decay) * grads
        scale = lax.rsqrt(mean_square - jnp.square(mean) + 1e-4)
    else:
        scale = lax.rsqrt(mean_square + 1e-4)
    velocity = momentum * velocity - learning_rate * grads * scale
    return params + velocity, {
        "mean": mean,
        "mean_square": mean_square,
        "velocity": velocity,
    }


def rmsprop_step_reference(
    params,
    grads,
    mean_square,
    mean,
    velocity,
    *,
    learning_rate,
    decay,
    momentum,
    centered,
):
    new_params, state = np.zeros(len(params)), np.zeros((3, len(params)))
    for i in range(len(params)):
        first = mean[i]
        second = mean_square[i] + (1.0 - decay) * (grads[i] ** 2 - mean_square[i])
        spread = second
        if centered:
            first = mean[i] + (1.0 - decay) * (grads[i] - mean[i])
            spread = second - first**2
        move = momentum * velocity[i] - learning_rate * grads[i] / np.sqrt(
            spread + 1e-4
        )
        new_params[i] = params[i] + move
        state[:, i] = np.array([first, second, move])
    return new_params, {
        "mean": state[0],
        "mean_square": state[1],
        "velocity": state[2],
    }


def adadelta_minimize(start, curvature, minimum, *, steps, decay, eps):
    """Minimize a separable quadratic with step sizes in the parameters' own units."""

    def loss(params):
        return 0.5 * jnp.sum(curvature * jnp.square(params - minimum))

    def step(_, state):
        params, squared_grads, squared_updates = state
        grads = jax.grad(loss)(params)
        squared_grads = decay * squared_grads + (1.0 - decay) * jnp.square(grads)
        ratio = (squared_updates + eps) / (squared_grads + eps)
        update = -jnp.sqrt(ratio) * grads
        squared_updates = decay * squared_updates + (1.0 - decay) * jnp.square(update)
        return params + update, squared_grads, squared_updates

    zeros = jnp.zeros_like(start)
    return lax.fori_loop(0, steps, step, (start, zeros, zeros))


def adadelta_minimize_reference(start, curvature, minimum, *, steps, decay, eps):
    results = []
    for x, c, m in zip(start, curvature, minimum):
        squared_grad = squared_update = 0.0
        for _ in range(steps):
            grad = c * (x - m)
            squared_grad = decay * squared_grad + (1.0 - decay) * grad * grad
            update = grad * np.sqrt(squared_update + eps) / np.sqrt(squared_grad + eps)
            squared_update = decay * squared_update + (1.0 - decay) * update * update
            x = x - update
        results.append([x, squared_grad, squared_update])
    params, squared_grads, squared_updates = zip(*results)
    return np.array(params), np.array(squared_grads), np.array(squared_updates)


def bias_corrected(moment, decay, count):
    """A moving average that began at zero, divided by the weight it has seen."""
    return moment / (1.0 - decay ** count.astype(moment.dtype))


def bias_corrected_reference(moment, decay, count):
    kept = np.array(1.0)
    for _ in range(int(count)):
        kept = kept * decay
    return moment / (1.0 - kept)


def adam_step(params, grads, mu, nu, count, *, learning_rate, b1, b2, eps):
    """One step of Adam; returns the parameters and the state."""
    count = count + 1
    mu = b1 * mu + (1.0 - b1) * grads
    nu = b2 * nu + (1.0 - b2) * jnp.square(grads)
    scale = jnp.sqrt(bias_corrected(nu, b2, count)) + eps
    params = params - learning_rate * bias_corrected(mu, b1, count) / scale
    return params, {"mu": mu, "nu": nu, "count": count}


def adam_step_reference(params, grads, mu, nu, count, *, learning_rate, b1, b2, eps):
    first, second = np.zeros(len(params)), np.zeros(len(params))
    moved = np.zeros(len(params))
    for i in range(len(params)):
        first[i] = grads[i] - b1 * (grads[i] - mu[i])
        second[i] = grads[i] ** 2 - b2 * (grads[i] ** 2 - nu[i])
        signal = bias_corrected_reference(first[i], b1, count + 1)
        power = bias_corrected_reference(second[i], b2, count + 1)
        moved[i] = params[i] - learning_rate * signal / (np.sqrt(power) + eps)
    return moved, {"mu": first, "nu": second, "count": count + 1}


def adamw_training(kernel, bias, kernel_grads, bias_grads, *, b2, weight_decay):
    """Train a layer with AdamW, whose weight decay leaves the biases alone."""
    params = {"kernel": kernel, "bias": bias}
    decays = {"kernel": weight_decay, "bias": 0.0}
    zeros = jax.tree.map(jnp.zeros_like, params)
    grads = {"kernel": kernel_grads, "bias": bias_grads}
    counts = jnp.arange(1, len(bias_grads) + 1)

    def step(state, inputs):
        params, mu, nu = state
        grads, count = inputs
        mu = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, mu, grads)
        nu = jax.tree.map(lambda v, g: b2 * v + (1.0 - b2) * g * g, nu, grads)

        def move(p, m, v, decay):
            scale = jnp.sqrt(bias_corrected(v, b2, count)) + 1e-6
            return p - 0.1 * (bias_corrected(m, 0.9, count) / scale + decay * p)

        return (jax.tree.map(move, params, mu, nu, decays), mu, nu), None

    (params, _, _), _ = lax.scan(step, (params, zeros, zeros), (grads, counts))
    return params


def adamw_training_reference(
    kernel, bias, kernel_grads, bias_grads, *, b2, weight_decay
):
    def train(value, grads, decay):
        for t in range(1, len(grads) + 1):
            first, second = 0.0, 0.0
            for s in range(t):
                first = first + (1.0 - 0.9) * 0.9 ** (t - 1 - s) * grads[s]
                second = second + (1.0 - b2) * b2 ** (t - 1 - s) * grads[s] ** 2
            signal = bias_corrected_reference(first, 0.9, t)
            scale = np.sqrt(bias_corrected_reference(second, b2, t)) + 1e-6
            value = value * (1.0 - 0.1 * decay) - 0.1 * signal / scale
        return value

    return {
        "kernel": train(kernel, kernel_grads, weight_decay),
        "bias": train(bias, bias_grads, 0.0),
    }


def amsgrad_trajectory(start, grads, *, b1, b2):
    """Adam whose second moments never decrease, without bias correction."""

    def step(state, grad):
        params, mu, nu, largest = state
        mu = b1 * mu + (1.0 - b1) * grad
        nu = b2 * nu + (1.0 - b2) * grad**2
        largest = jnp.maximum(largest, nu)
        params = params - 0.1 * mu / (jnp.sqrt(largest) + 1e-3)
        return (params, mu, nu, largest), params

    zeros = jnp.zeros_like(start)
    (_, _, _, largest), trajectory = lax.scan(step, (start, zeros, zeros, zeros), grads)
    return trajectory, largest


def amsgrad_trajectory_reference(start, grads, *, b1, b2):
    trajectory, seconds, params = [], [], start
    for t in range(len(grads)):
        first, second = np.zeros(len(start)), np.zeros(len(start))
        for s in range(t + 1):
            first = first + (1.0 - b1) * b1 ** (t - s) * grads[s]
            second = second + (1.0 - b2) * b2 ** (t - s) * grads[s] ** 2
        seconds.append(second)
        largest = np.max(np.array(seconds), axis=0)
        params = params - 0.1 * first / (np.sqrt(largest) + 1e-3)
        trajectory.append(params)
    return np.array(trajectory), largest


def adamax_step(params, grads, mu, largest, count, *, learning_rate, b1, b2):
    """One step of Adam with the infinity norm for a second moment."""
    mu = b1 * mu + (1.0 - b1) * grads
    largest = jnp.maximum(b2 * largest, jnp.abs(grads) + 1e-8)
    params = params - learning_rate * bias_corrected(mu, b1, count) / largest
    return params, mu, largest


def adamax_step_reference(params, grads, mu, largest, count, *, learning_rate, b1, b2):
    first = [b1 * m + (1.0 - b1) * g for m, g in zip(mu, grads)]
    bound = [max(b2 * u, abs(g) + 1e-8) for u, g in zip(largest, grads)]
    moved = [
        p - learning_rate * bias_corrected_reference(m, b1, count) / u
        for p, m, u in zip(params, first, bound)
    ]
    return np.array(moved), np.array(first), np.array(bound)


def nadam_step(params, grads, mu, nu, count, *, learning_rate, b1, b2):
    """One step of Adam with Nesterov momentum."""
    mu = b1 * mu + (1.0 - b1) * grads
    nu = b2 * nu + (1.0 - b2) * jnp.square(grads)
    # Look ahead: the next step's momentum with the present gradient.
    ahead = b1 * bias_corrected(mu, b1, count + 1)
    ahead += (1.0 - b1) * bias_corrected(grads, b1, count)
    params = params - learning_rate * ahead / (
        jnp.sqrt(bias_corrected(nu, b2, count)) + 1e-6
    )
    return params, mu, nu


def nadam_step_reference(params, grads, mu, nu, count, *, learning_rate, b1, b2):
    here = bias_corrected_reference(1.0, b1, count)
    following = bias_corrected_reference(1.0, b1, count + 1)
    moved = np.zeros((3, len(params)))
    for i, (p, g) in enumerate(zip(params, grads)):
        first = b1 * mu[i] + g - b1 * g
        second = b2 * nu[i] + g**2 - b2 * g**2
        ahead = b1 * first * following + (1.0 - b1) * g * here
        power = second * bias_corrected_reference(1.0, b2, count)
        moved[:, i] = np.array(
            [p - learning_rate * ahead / (np.sqrt(power) + 1e-6), first, second]
        )
    return tuple(moved)


def radam_step(params, grads, mu, nu, count, *, b2, threshold):
    """One step of rectified Adam, which starts without adaptive step sizes."""
    mu = 0.9 * mu + 0.1 * grads
    nu = b2 * nu + (1.0 - b2) * jnp.square(grads)
    momentum = bias_corrected(mu, 0.9, count)
    longest = 2.0 / (1.0 - b2) - 1.0
    steps = count.astype(params.dtype)
    length = longest - 2.0 * steps * b2**steps / (1.0 - b2**steps)

    def rectified(_):
        above = (length - 4.0) * (length - 2.0) * longest
        below = (longest - 4.0) * (longest - 2.0) * length
        scale = jnp.sqrt(bias_corrected(nu, b2, count)) + 1e-6
        return jnp.sqrt(above / below) * momentum / scale

    update = lax.cond(length >= threshold, rectified, lambda _: momentum, None)
    return params - 0.1 * update, mu, nu


def radam_step_reference(params, grads, mu, nu, count, *, b2, threshold):
    mu = mu + 0.1 * (grads - mu)
    nu = nu + (1.0 - b2) * (grads**2 - nu)
    momentum = bias_corrected_reference(mu, 0.9, count)
    longest = 2.0 / (1.0 - b2) - 1.0
    kept = np.array(1.0)
    for _ in range(int(count)):
        kept = kept * b2
    length = longest - 2.0 * int(count) * kept / (1.0 - kept)
    if length < threshold:
        return params - 0.1 * momentum, mu, nu
    ratio = (length - 4.0) / (longest - 4.0) * (length - 2.0) / (longest - 2.0)
    rectification = np.sqrt(ratio * longest / length)
    scale = np.sqrt(nu / (1.0 - kept)) + 1e-6
    return params - 0.1 * rectification * momentum / scale, mu, nu


def yogi_step(params, grads, mu, nu, *, learning_rate, b1, b2, eps):
    """One step of Yogi, whose second moment moves additively towards the gradient's."""
    squares = jnp.square(grads)
    mu = b1 * mu + (1.0 - b1) * grads
    nu = nu - (1.0 - b2) * jnp.sign(nu - squares) * squares
    return params - learning_rate * mu / (jnp.sqrt(nu) + eps), mu, nu


def yogi_step_reference(params, grads, mu, nu, *, learning_rate, b1, b2, eps):
    first, second = np.zeros(mu.shape), np.zeros(nu.shape)
    for i in np.ndindex(*params.shape):
        first[i] = grads[i] + b1 * (mu[i] - grads[i])
        square = grads[i] ** 2
        way = int(square > nu[i]) - int(square < nu[i])
        second[i] = nu[i] + way * (1.0 - b2) * square
    return params - learning_rate * first / (np.sqrt(second) + eps), first, second


def lion_step(params, grads, momentum, *, learning_rate, b1, b2, weight_decay):
    """One step along the sign of an interpolated momentum."""
    direction = jnp.sign(b1 * momentum + (1.0 - b1) * grads)
    params = params - learning_rate * (direction + weight_decay * params)
    return params, b2 * momentum + (1.0 - b2) * grads


def lion_step_reference(
    params, grads, momentum, *, learning_rate, b1, b2, weight_decay
):
    moved = np.zeros(params.shape)
    for i in np.ndindex(*params.shape):
        vote = momentum[i] * b1 + grads[i] - grads[i] * b1
        moved[i] = params[i] * (1.0 - learning_rate * weight_decay)
        if vote > 0:
            moved[i] -= learning_rate
        elif vote < 0:
            moved[i] += learning_rate
    return moved, grads + b2 * (momentum - grads)


def lamb_step(params, grads, mu, nu, *, weight_decay, max_ratio):
    """Adam's step for each layer, rescaled to the norm of the layer's parameters."""

    def layer_step(params, grads, mu, nu):
        mu = 0.9 * mu + 0.1 * grads
        nu = 0.99 * nu + 0.01 * jnp.square(grads)
        update = mu / (jnp.sqrt(nu) + 1e-6) + weight_decay * params
        norm = jnp.minimum(jnp.linalg.norm(params), max_ratio)
        length = jnp.linalg.norm(update)
        ratio = jnp.where((norm > 0) & (length > 0), norm / length, 1.0)
        return params - 0.1 * ratio * update, mu, nu

    return jax.vmap(layer_step)(params, grads, mu, nu)


def lamb_step_reference(params, grads, mu, nu, *, weight_decay, max_ratio):
    mu = 0.9 * mu + (1.0 - 0.9) * grads
    nu = 0.99 * nu + (1.0 - 0.99) * grads**2
    moved = np.zeros(params.shape)
    for k, layer in enumerate(params):
        update = mu[k] / (np.sqrt(nu[k]) + 1e-6) + weight_decay * layer
        length = np.sqrt(np.sum(update**2))
        norm = min(np.sqrt(np.sum(layer**2)), max_ratio)
        ratio = norm / length if norm > 0 and length > 0 else 1.0
        moved[k] = layer - 0.1 * ratio * update
    return moved, mu, nu


def lars_step(params, grads, velocity, *, trust, weight_decay, momentum):
    """One step of momentum with a learning rate from the norms of a layer."""
    norm = jnp.linalg.norm(params)
    rate = trust * norm / (jnp.linalg.norm(grads) + weight_decay * norm + 1e-6)
    velocity = momentum * velocity + rate * (grads + weight_decay * params)
    return params - velocity, velocity, rate


def lars_step_reference(params, grads, velocity, *, trust, weight_decay, momentum):
    size = slope = np.zeros(())
    for i in np.ndindex(*params.shape):
        size, slope = size + params[i] ** 2, slope + grads[i] ** 2
    size, slope = np.sqrt(size), np.sqrt(slope)
    rate = trust / ((slope + 1e-6) / size + weight_decay)
    moved = momentum * velocity + rate * grads + rate * weight_decay * params
    return params - moved, moved, rate


def adafactor_step(params, grads, rows, columns, count, *, clip, smallest):
    """One step with a second moment that is stored as its row and column sums."""
    steps = count.astype(params.dtype)
    decay = 1.0 - steps**-0.8
    squares = jnp.square(grads) + 1e-30
    rows = decay * rows + (1.0 - decay) * jnp.sum(squares, axis=1)
    columns = decay * columns + (1.0 - decay) * jnp.sum(squares, axis=0)
    second_moment = jnp.outer(rows, columns) / jnp.sum(rows)
    update = grads * lax.rsqrt(second_moment)
    update = update / jnp.maximum(1.0, root_mean_square(update) / clip)
    # Step sizes are relative to the scale of the parameters.
    size = jnp.maximum(smallest, root_mean_square(params))
    rate = jnp.minimum(0.3, lax.rsqrt(steps))
    return params - size * rate * update, rows, columns


def root_mean_square(x):
    """Square root of the mean square of all elements."""
    return jnp.sqrt(jnp.mean(jnp.square(x)))


def adafactor_step_reference(params, grads, rows, columns, count, *, clip, smallest):
    height, width = params.shape
    fresh = np.array(float(count)) ** -0.8
    new_rows = [
        (1.0 - fresh) * rows[i] + fresh * np.sum(grads[i] ** 2) for i in range(height)
    ]
    new_columns = [
        (1.0 - fresh) * columns[j] + fresh * np.sum(grads[:, j] ** 2)
        for j in range(width)
    ]
    update = np.zeros((height, width))
    for i in range(height):
        for j in range(width):
            moment = new_rows[i] * new_columns[j] / np.sum(np.array(new_rows))
            update[i, j] = grads[i, j] / np.sqrt(moment)
    excess = np.sqrt(np.sum(update**2) / update.size) / clip
    size = max(np.sqrt(np.sum(params**2) / params.size), smallest)
    rate = min(0.3, 1.0 / np.sqrt(np.array(float(count))))
    params = params - size * rate * update / max(excess, 1.0)
    return params, np.array(new_rows), np.array(new_columns)


def sm3_step(params, grads, velocity, rows, columns, *, learning_rate, momentum):
    """One step with second moments that are bounded by their rows and columns."""
    bound = jnp.minimum(rows[:, None], columns[None, :]) + jnp.square(grads)
    update = grads * lax.rsqrt(bound)
    velocity = momentum * velocity + (1.0 - momentum) * update
    state = (velocity, jnp.max(bound, axis=1), jnp.max(bound, axis=0))
    return params - learning_rate * velocity, state


def sm3_step_reference(
    params, grads, velocity, rows, columns, *, learning_rate, momentum
):
    new_rows, new_columns = np.zeros(len(rows)), np.zeros(len(columns))
    moved, moves = np.zeros(params.shape), np.zeros(params.shape)
    for i, j in np.ndindex(*params.shape):
        bound = min(rows[i], columns[j]) + grads[i, j] ** 2
        new_rows[i] = max(new_rows[i], bound)
        new_columns[j] = max(new_columns[j], bound)
        update = grads[i, j] / np.sqrt(bound)
        moves[i, j] = update + momentum * (velocity[i, j] - update)
        moved[i, j] = params[i, j] - learning_rate * moves[i, j]
    return moved, (moves, new_rows, new_columns)


def shampoo_step(params, grads, left, right, *, learning_rate, order, ridge):
    """One step with a gradient that is preconditioned from both sides."""
    left = left + grads @ grads.T
    right = right + grads.T @ grads

    def inverse_root(matrix):
        values, vectors = jnp.linalg.eigh(matrix)
        return (vectors * (values + ridge) ** (-1.0 / order)) @ vectors.T

    update = inverse_root(left) @ grads @ inverse_root(right)
    return params - learning_rate * update, left, right


def shampoo_step_reference(params, grads, left, right, *, learning_rate, order, ridge):
    left, right = np.array(left), np.array(right)
    for row in grads:
        right = right + row[:, None] * row
    for column in grads.T:
        left = left + column[:, None] * column
    roots = []
    for matrix in (left, right):
        root, power = matrix + ridge * np.eye(len(matrix)), 1
        while power < order:
            root, power = linalg.sqrtm(root), 2 * power
        roots.append(root)
    update = linalg.solve(roots[0], linalg.solve(roots[1], grads.T).T)
    return params - learning_rate * update, left, right


def orthogonalize(matrix, steps):
    """Push all singular values towards one by an odd polynomial of the matrix."""
    x = matrix / (jnp.linalg.norm(matrix) + 1e-7)
    tall = x.shape[0] > x.shape[1]
    x = x.T if tall else x

    def step(_, x):
        gram = x @ x.T
        return 3.4445 * x + (-4.7750 * gram + 2.0315 * gram @ gram) @ x

    x = lax.fori_loop(0, steps, step, x)
    return x.T if tall else x


def muon_step(params, grads, velocity, *, momentum, steps, nesterov):
    """One step along the orthogonalized momentum of a matrix."""
    velocity = momentum * velocity + grads
    direction = grads + momentum * velocity if nesterov else velocity
    rows, columns = params.shape
    scale = max(1.0, rows / columns) ** 0.5
    return params - 0.05 * scale * orthogonalize(direction, steps), velocity


def muon_step_reference(params, grads, velocity, *, momentum, steps, nesterov):
    velocity = grads + momentum * velocity
    direction = grads + momentum * velocity if nesterov else velocity
    # The polynomial acts on the singular values alone.
    left, values, right = linalg.svd(direction, full_matrices=False)
    values = values / (np.sqrt(np.sum(values**2)) + 1e-7)
    for _ in range(steps):
        values = 3.4445 * values - 4.7750 * values**3 + 2.0315 * values**5
    ratio = len(params) / params.shape[1]
    scale = np.sqrt(ratio) if ratio > 1 else 1.0
    return params - 0.05 * scale * (left * values) @ right, velocity


def sophia_step(params, grads, mu, hessian, estimate, *, b1, b2, gamma):
    """One step of a clipped Newton method with a diagonal Hessian."""
    mu = b1 * mu + (1.0 - b1) * grads
    hessian = b2 * hessian + (1.0 - b2) * estimate
    params = params * (1.0 - 0.1 * 0.01)
    ratio = mu / jnp.maximum(gamma * hessian, 1e-2)
    return params - 0.1 * jnp.clip(ratio, -1.0, 1.0), mu, hessian


def sophia_step_reference(params, grads, mu, hessian, estimate, *, b1, b2, gamma):
    first, second = np.zeros(len(params)), np.zeros(len(params))
    moved = np.zeros(len(params))
    for i in range(len(params)):
        first[i] = grads[i] + b1 * (mu[i] - grads[i])
        second[i] = estimate[i] + b2 * (hessian[i] - estimate[i])
        step = abs(first[i]) / max(gamma * second[i], 1e-2)
        step = 0.1 * np.sign(first[i]) * min(step, 1.0)
        moved[i] = params[i] - 0.001 * params[i] - step
    return moved, first, second


def sharpness_aware_gradient(weights, features, labels, *, rho, adaptive):
    """Gradient of the logistic loss at the worst point of a neighbourhood."""

    def loss(weights):
        logits = features @ weights
        return jnp.mean(jax.nn.softplus(jnp.where(labels, -logits, logits)))

    grads = jax.grad(loss)(weights)
    # The adaptive neighbourhood is measured in units of each weight.
    scale = jnp.abs(weights) + 0.1 if adaptive else jnp.ones_like(weights)
    scaled = scale * grads
    perturbation = rho * scale * scaled / (jnp.linalg.norm(scaled) + 1e-6)
    return jax.grad(loss)(weights + perturbation)


def sharpness_aware_gradient_reference(weights, features, labels, *, rho, adaptive):
    def gradient(at):
        total = np.zeros(len(at))
        for x, label in zip(features, labels):
            probability = 1.0 / (1.0 + np.exp(-np.sum(x * at)))
            total = total + (probability - float(label)) * x
        return total / len(features)

    slope = gradient(weights)
    size = np.abs(weights) + 0.1 if adaptive else np.ones(len(weights))
    length = np.sqrt(np.sum((size * slope) ** 2)) + 1e-6
    return gradient(weights + rho * size**2 * slope / length)


def lookahead_minimize(start, curvature, minimum, *, inner_steps, outer_steps, alpha):
    """Slow weights that follow fast gradient descent on a quadratic part of the way."""

    def gradient_step(_, fast):
        return fast - 0.3 * curvature * (fast - minimum)

    def outer_step(slow, _):
        fast = lax.fori_loop(0, inner_steps, gradient_step, slow)
        slow = slow + alpha * (fast - slow)
        return slow, slow

    _, trajectory = lax.scan(outer_step, start, length=outer_steps)
    return trajectory


def lookahead_minimize_reference(
    start, curvature, minimum, *, inner_steps, outer_steps, alpha
):
    trajectory = np.zeros((outer_steps, len(start)))
    # On a quadratic, every outer step shrinks the distance by the same factor.
    factor = 1.0 - alpha * (1.0 - (1.0 - 0.3 * curvature) ** inner_steps)
    for k in range(outer_steps):
        trajectory[k] = minimum + (start - minimum) * factor ** (k + 1)
    return trajectory


def averaged_parameters(iterates, *, decay, debias):
    """Exponential moving average of iterates, alongside their plain average."""

    def step(average, iterate):
        return decay * average + (1.0 - decay) * iterate, None

    start = jnp.zeros_like(iterates[0]) if debias else iterates[0]
    average, _ = lax.scan(step, start, iterates if debias else iterates[1:])
    if debias:
        average = average / (1.0 - decay ** iterates.shape[0])
    return {"exponential": average, "polyak": jnp.mean(iterates, axis=0)}


def averaged_parameters_reference(iterates, *, decay, debias):
    count = len(iterates)
    weights = np.array([decay ** (count - 1 - t) for t in range(count)])
    weights = weights * (1.0 - decay)
    if debias:
        weights = weights / np.sum(weights)
    else:
        weights[0] = decay ** (count - 1)
    total = np.zeros(iterates.shape[1])
    plain = np.zeros(iterates.shape[1])
    for weight, iterate in zip(weights, iterates):
        total, plain = total + weight * iterate, plain + iterate
    return {"exponential": total, "polyak": plain / count}


def clip_by_global_norm(kernel_grads, bias_grads, scale_grads, *, max_norm):
    """Shrink all gradients by one factor so that their joint norm is bounded."""
    grads = (kernel_grads, bias_grads, scale_grads)
    norm = jnp.sqrt(sum(jnp.sum(jnp.square(g)) for g in jax.tree.leaves(grads)))
    factor = jnp.where(norm > max_norm, max_norm / norm, 1.0)
    return jax.tree.map(lambda g: g * factor, grads), norm


def clip_by_global_norm_reference(kernel_grads, bias_grads, scale_grads, *, max_norm):
    grads = (kernel_grads, bias_grads, scale_grads)
    everything = np.concatenate([g.reshape(-1) for g in grads])
    norm = np.sqrt(np.sum(everything**2))
    return tuple(g / max(norm / max_norm, 1.0) for g in grads), norm


def adaptive_gradient_clip(weights, grads, *, clipping, eps):
    """Bound the norm of each unit's gradient by a share of the unit's weights'."""
    weight_norms = jnp.linalg.norm(weights, axis=0, keepdims=True)
    grad_norms = jnp.linalg.norm(grads, axis=0, keepdims=True)
    limit = clipping * jnp.maximum(weight_norms, eps)
    clipped = grads * limit / jnp.maximum(grad_norms, 1e-6)
    return jnp.where(grad_norms > limit, clipped, grads)


def adaptive_gradient_clip_reference(weights, grads, *, clipping, eps):
    clipped = np.array(grads)
    for unit in range(grads.shape[1]):
        limit = clipping * max(np.sqrt(np.sum(weights[:, unit] ** 2)), eps)
        norm = np.sqrt(np.sum(grads[:, unit] ** 2))
        if norm > limit:
            clipped[:, unit] = grads[:, unit] / norm * limit
    return clipped


def sign_majority_step(params, grads, momenta, *, learning_rate, beta):
    """Move along the signs on which most workers' momenta agree."""
    momenta = beta * momenta + (1.0 - beta) * grads
    vote = jnp.sign(jnp.sum(jnp.sign(momenta), axis=0))
    return params - learning_rate * vote, momenta


def sign_majority_step_reference(params, grads, momenta, *, learning_rate, beta):
    momenta = grads + beta * (momenta - grads)
    moved = np.array(params)
    for i in range(len(params)):
        up = int(np.sum(momenta[:, i] > 0))
        down = int(np.sum(momenta[:, i] < 0))
        if up != down:
            moved[i] = params[i] + (learning_rate if down > up else -learning_rate)
    return moved, momenta


def sparsified_step(params, grads, memory, *, k, learning_rate):
    """Apply only the largest entries of a step and remember the others."""
    pending = memory + learning_rate * grads
    _, kept = lax.top_k(jnp.abs(pending), k)
    update = jnp.zeros_like(pending).at[kept].set(pending[kept])
    return params - update, pending - update


def sparsified_step_reference(params, grads, memory, *, k, learning_rate):
    params, memory = np.array(params), memory + learning_rate * grads
    for _ in range(k):
        largest = int(np.argmax(np.abs(memory)))
        params[largest] -= memory[largest]
        memory[largest] = 0.0
    return params, memory


def prodigy_step(
    params, start, grads, mu, nu, numerator, weighted, distance, *, b1, b2
):
    """One step of Adam that estimates the distance to the solution as it goes."""
    root = b2**0.5
    mu = b1 * mu + (1.0 - b1) * distance * grads
    nu = b2 * nu + (1.0 - b2) * jnp.square(distance * grads)
    progress = jnp.vdot(grads, start - params)
    numerator = root * numerator + (1.0 - root) * distance**2 * progress
    weighted = root * weighted + (1.0 - root) * distance**2 * grads
    new_distance = jnp.maximum(distance, numerator / jnp.sum(jnp.abs(weighted)))
    params = params - distance * mu / (jnp.sqrt(nu) + 1e-6 * distance)
    return params, {
        "distance": new_distance,
        "mu": mu,
        "nu": nu,
        "numerator": numerator,
        "weighted": weighted,
    }


def prodigy_step_reference(
    params, start, grads, mu, nu, numerator, weighted, distance, *, b1, b2
):
    root = np.sqrt(b2)
    first, second = np.zeros(len(params)), np.zeros(len(params))
    sums, moved, total = np.zeros(len(params)), np.zeros(len(params)), np.zeros(())
    for i, g in enumerate(grads):
        first[i] = b1 * mu[i] + distance * g * (1.0 - b1)
        second[i] = b2 * nu[i] + distance * distance * g * g * (1.0 - b2)
        sums[i] = root * weighted[i] + (1.0 - root) * distance * distance * g
        total = total + g * (start[i] - params[i])
        scale = np.sqrt(second[i]) + 1e-6 * distance
        moved[i] = params[i] - distance * first[i] / scale
    along = root * numerator + (1.0 - root) * distance * distance * total
    estimate = along / np.sum(np.abs(sums))
    return moved, {
        "distance": np.maximum(estimate, distance),
        "mu": first,
        "nu": second,
        "numerator": along,
        "weighted": sums,
    }


def distance_over_gradients(start, grads, *, initial_distance):
    """Descend with step sizes of the distance covered over the gradients seen."""

    def step(state, grad):
        params, farthest, total = state
        farthest = jnp.maximum(farthest, jnp.linalg.norm(params - start))
        total = total + jnp.vdot(grad, grad)
        rate = farthest / jnp.sqrt(total + 1e-8)
        return (params - rate * grad, farthest, total), rate

    state = (
        start,
        jnp.asarray(initial_distance, dtype=start.dtype),
        jnp.zeros((), dtype=start.dtype),
    )
    (params, _, _), rates = lax.scan(step, state, grads)
    return params, rates


def distance_over_gradients_reference(start, grads, *, initial_distance):
    iterates, rates = [start], []
    for t in range(len(grads)):
        distances = [np.sqrt(np.sum((x - start) ** 2)) for x in iterates]
        total = np.sum(grads[: t + 1] ** 2)
        rates.append(max(initial_distance, *distances) / np.sqrt(total + 1e-8))
        iterates.append(iterates[-1] - rates[-1] * grads[t])
    return iterates[-1], np.array(rates)


def schedule_free_descent(start, curvature, minimum, *, steps, beta, learning_rate):
    """Minimize a quadratic without a schedule, by averaging the iterates online."""

    def step(t, state):
        z, x = state
        y = (1.0 - beta) * z + beta * x
        z = z - learning_rate * curvature * (y - minimum)
        weight = 1.0 / (t + 2.0)
        return z, (1.0 - weight) * x + weight * z

    return lax.fori_loop(0, steps, step, (start, start))


def schedule_free_descent_reference(
    start, curvature, minimum, *, steps, beta, learning_rate
):
    iterates = [start]
    for _ in range(steps):
        average = np.sum(np.array(iterates), axis=0) / len(iterates)
        point = iterates[-1] + beta * (average - iterates[-1])
        slope = curvature * point - curvature * minimum
        iterates.append(iterates[-1] - learning_rate * slope)
    return iterates[-1], np.sum(np.array(iterates), axis=0) / len(iterates)


def rprop_step(params, grads, previous, sizes, *, grow, shrink):
    """One step whose sizes depend on whether the gradients' signs have changed."""
    agreement = jnp.sign(grads) * jnp.sign(previous)
    factors = jnp.where(agreement > 0, grow, jnp.where(agreement < 0, shrink, 1.0))
    sizes = jnp.clip(sizes * factors, 1e-3, 1.0)
    # After a change of sign, wait for one step before adapting again.
    grads = jnp.where(agreement < 0, 0.0, grads)
    return params - jnp.sign(grads) * sizes, grads, sizes


def rprop_step_reference(params, grads, previous, sizes, *, grow, shrink):
    params, grads, sizes = np.array(params), np.array(grads), np.array(sizes)
    for i in range(len(params)):
        if grads[i] * previous[i] < 0:
            sizes[i] = max(sizes[i] * shrink, 1e-3)
            grads[i] = 0.0
            continue
        if grads[i] * previous[i] > 0:
            sizes[i] = min(sizes[i] * grow, 1.0)
        if grads[i] > 0:
            params[i] -= sizes[i]
        elif grads[i] < 0:
            params[i] += sizes[i]
    return params, grads, sizes


def ftrl_proximal_step(weights, grads, linear, squares, *, alpha, l1, l2):
    """Follow the regularized leader, with weights of exactly zero."""
    total = squares + jnp.square(grads)
    sigma = (jnp.sqrt(total) - jnp.sqrt(squares)) / alpha
    linear = linear + grads - sigma * weights
    shrunk = jnp.sign(linear) * jax.nn.relu(jnp.abs(linear) - l1)
    return -shrunk / ((1.0 + jnp.sqrt(total)) / alpha + l2), linear, total


def ftrl_proximal_step_reference(weights, grads, linear, squares, *, alpha, l1, l2):
    new_weights = np.zeros(len(weights))
    sums, totals = np.zeros(len(weights)), np.zeros(len(weights))
    for i, g in enumerate(grads):
        totals[i] = squares[i] + g**2
        # The difference of two inverse learning rates.
        sigma = np.sqrt(totals[i]) / alpha - np.sqrt(squares[i]) / alpha
        sums[i] = linear[i] + g - sigma * weights[i]
        if abs(sums[i]) > l1:
            pull = sums[i] - l1 if sums[i] > 0 else sums[i] + l1
            new_weights[i] = -pull * alpha / (1.0 + np.sqrt(totals[i]) + alpha * l2)
    return new_weights, sums, totals


def project_conflicting_gradients(grads):
    """Sum of the tasks' gradients, each without what opposes another task."""
    # A task without a gradient conflicts with none.
    squared_norms = jnp.maximum(jnp.sum(jnp.square(grads), axis=1), 1e-12)

    def deconflict(grad, is_other):
        def project(grad, task):
            direction, squared_norm, counts = task
            conflict = jnp.minimum(jnp.vdot(grad, direction), 0.0)
            conflict = jnp.where(counts, conflict, 0.0)
            return grad - conflict / squared_norm * direction, conflict

        return lax.scan(project, grad, (grads, squared_norms, is_other))

    others = ~jnp.eye(grads.shape[0], dtype=bool)
    projected, conflicts = jax.vmap(deconflict)(grads, others)
    return jnp.sum(projected, axis=0), conflicts


def project_conflicting_gradients_reference(grads):
    tasks, size = grads.shape
    total, conflicts = np.zeros(size), np.zeros((tasks, tasks))
    for i in range(tasks):
        grad = np.array(grads[i])
        for j in range(tasks):
            cosine_part = np.sum(grad * grads[j])
            if i != j and cosine_part < 0:
                conflicts[i, j] = cosine_part
                grad = grad - cosine_part / np.sum(grads[j] ** 2) * grads[j]
        total = total + grad
    return total, conflicts


def dynamic_loss_scale(finite, initial, *, interval, factor, smallest):
    """Loss scales that grow after finite gradients and shrink after overflows."""

    def step(state, is_finite):
        scale, streak = state
        streak = jnp.where(is_finite, streak + 1, 0)
        grows = streak == interval
        grown = jnp.where(grows, scale * factor, scale)
        shrunk = jnp.maximum(scale / factor, smallest)
        scale = jnp.where(is_finite, grown, shrunk)
        return (scale, jnp.where(grows, 0, streak)), scale

    start = (initial, jnp.zeros((), dtype=jnp.int32))
    (_, streak), scales = lax.scan(step, start, finite)
    return scales, streak


def dynamic_loss_scale_reference(finite, initial, *, interval, factor, smallest):
    scales, streak = [np.array(initial)], 0
    for is_finite in finite:
        scale = scales[-1]
        if not is_finite:
            scale, streak = max(scale / factor, smallest), 0
        elif streak + 1 == interval:
            scale, streak = scale * factor, 0
        else:
            streak += 1
        scales.append(scale)
    return np.array(scales[1:]), np.array(streak)


def accumulated_descent(start, grads, *, every, learning_rate):
    """Parameters after each micro-batch, updated with the mean of every few."""

    def step(state, inputs):
        params, total = state
        index, grad = inputs
        total = total + grad

        def update():
            return params - learning_rate * total / every, jnp.zeros_like(total)

        is_last = (index + 1) % every == 0
        params, total = lax.cond(is_last, update, lambda: (params, total))
        return (params, total), params

    indices = jnp.arange(grads.shape[0])
    (_, total), params = lax.scan(
        step, (start, jnp.zeros_like(start)), (indices, grads)
    )
    return params, total


def accumulated_descent_reference(start, grads, *, every, learning_rate):
    params = []
    for t in range(1, len(grads) + 1):
        used = grads[: t - t % every]
        params.append(start - learning_rate * np.sum(used, axis=0) / every)
    rest = grads[len(grads) - len(grads) % every :]
    return np.array(params), np.sum(rest, axis=0)


def kronecker_preconditioner(grads, activations, deltas, *, damping):
    """A layer's natural gradient with a Kronecker-factored Fisher matrix."""
    batch, inputs = activations.shape
    outputs = deltas.shape[1]
    input_factor = activations.T @ activations / batch
    output_factor = deltas.T @ deltas / batch
    # Split the damping so that both factors are damped alike.
    balance = jnp.sqrt(
        (jnp.trace(input_factor) / inputs) / (jnp.trace(output_factor) / outputs)
    )
    root = damping**0.5
    input_factor += balance * root * jnp.eye(inputs, dtype=grads.dtype)
    output_factor += root / balance * jnp.eye(outputs, dtype=grads.dtype)
    half = jnp.linalg.solve(output_factor, grads)
    return jnp.linalg.solve(input_factor, half.T).T


def kronecker_preconditioner_reference(grads, activations, deltas, *, damping):
    batch, inputs = activations.shape
    outputs = deltas.shape[1]
    ours, theirs = np.zeros((inputs, inputs)), np.zeros((outputs, outputs))
    for a, d in zip(activations, deltas):
        ours, theirs = ours + a[:, None] * a / batch, theirs + d[:, None] * d / batch
    balance = np.sqrt(np.trace(ours) / inputs * outputs / np.trace(theirs))
    ours = ours + np.sqrt(damping) * balance * np.eye(inputs)
    theirs = theirs + np.sqrt(damping) / balance * np.eye(outputs)
    fisher = np.kron(theirs, ours)
    return np.linalg.solve(fisher, grads.reshape(-1)).reshape(grads.shape)


def variance_reduced_descent(weights, features, targets, samples, *, learning_rate):
    """An epoch of stochastic steps for least squares, corrected by a full gradient."""

    def sample_grad(weights, i):
        return features[i] * (features[i] @ weights - targets[i])

    snapshot = weights
    every = jnp.arange(features.shape[0])
    full_grad = jnp.mean(jax.vmap(sample_grad, (None, 0))(snapshot, every), axis=0)

    def step(weights, i):
        correction = sample_grad(snapshot, i) - full_grad
        return weights - learning_rate * (sample_grad(weights, i) - correction), None

    weights, _ = lax.scan(step, weights, samples)
    return weights


def variance_reduced_descent_reference(
    weights, features, targets, samples, *, learning_rate
):
    residuals = np.sum(features * weights, axis=1) - targets
    full = np.sum(features * residuals[:, None], axis=0) / len(features)
    moved = np.zeros(len(weights))
    for i in samples:
        # The targets cancel from the difference of the two sample gradients.
        change = features[i] * np.sum(features[i] * moved)
        moved = moved - learning_rate * (change + full)
    return weights + moved


def federated_averaging(weights, features, targets, sizes, *, local_steps, rate):
    """Average the clients' models, each trained on its own part of the data."""

    def train(features, targets):
        def loss(weights):
            return 0.5 * jnp.mean(jnp.square(features @ weights - targets))

        def step(_, weights):
            return weights - rate * jax.grad(loss)(weights)

        return lax.fori_loop(0, local_steps, step, weights)

    models = jax.vmap(train)(features, targets)
    shares = sizes.astype(weights.dtype) / jnp.sum(sizes)
    return shares @ models, models


def federated_averaging_reference(
    weights, features, targets, sizes, *, local_steps, rate
):
    models = []
    for x, y in zip(features, targets):
        model = np.array(weights)
        for _ in range(local_steps):
            slope = np.zeros(len(weights))
            for row, target in zip(x, y):
                slope = slope + row * (np.sum(row * model) - target)
            model = model - rate * slope / len(y)
        models.append(model)
    average = sum(int(n) * model for n, model in zip(sizes, models))
    return average / int(np.sum(sizes)), np.array(models)


def evolution_strategy_step(params, noise, target, *, sigma, learning_rate):
    """One step along the noise that led to higher ranks of fitness."""
    population = jnp.concatenate([params + sigma * noise, params - sigma * noise])
    fitness = -jnp.sum(jnp.square(population - target), axis=-1)
    ranks = jnp.argsort(jnp.argsort(fitness)).astype(params.dtype)
    utilities = ranks / (len(fitness) - 1) - 0.5
    # Mirrored samples share their noise, with opposite signs.
    positive, negative = jnp.split(utilities, 2)
    gradient = (positive - negative) @ noise / (len(fitness) * sigma)
    return params + learning_rate * gradient, fitness


def evolution_strategy_step_reference(params, noise, target, *, sigma, learning_rate):
    samples = [*noise, *(-noise)]
    fitness = [-np.sum((params + sigma * e - target) ** 2) for e in samples]
    gradient = np.zeros(len(params))
    for e, value in zip(samples, fitness):
        beaten = sum(int(other < value) for other in fitness)
        utility = np.array(beaten / (len(samples) - 1)) - 0.5
        gradient = gradient + utility * e / (len(samples) * sigma)
    return params + learning_rate * gradient, np.array(fitness)
