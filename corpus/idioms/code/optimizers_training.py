"""What surrounds a step: JAX, and NumPy from the definition."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


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
