"""Steps by signs, layers or matrices: JAX, and NumPy from the definition."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from scipy import linalg


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
    left = left + np.einsum("ij,kj->ik", grads, grads)
    right = right + np.einsum("ij,ik->jk", grads, grads)
    update = grads
    for matrix in (left, right):
        # Singular values are eigenvalues, as none is negative.
        u, values, v = np.linalg.svd(matrix + ridge * np.eye(len(matrix)))
        root = u * values ** (-1 / order) @ v
        update = (root @ update).T
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
