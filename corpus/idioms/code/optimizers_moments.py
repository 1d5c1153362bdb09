"""Steps by running moments of the gradients: JAX, and NumPy from the definition."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


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
