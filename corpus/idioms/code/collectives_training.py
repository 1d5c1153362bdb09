"""Training on several devices: JAX, and NumPy for the whole arrays."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def data_parallel_step(weights, bias, x, y, *, devices, learning_rate, loss):
    """One gradient step of a linear model on examples that are spread over devices."""
    mesh = jax.make_mesh((devices,), ("data",), (jax.sharding.AxisType.Auto,))

    def mean_loss(params, x, y):
        weights, bias = params
        margins = x @ weights + bias
        if loss == "squared":
            losses = 0.5 * jnp.square(margins - y)
        else:
            losses = jax.nn.softplus(-y * margins)
        return jnp.mean(losses)

    def step(params, x, y):
        # Gradients of what is the same everywhere would be summed over the devices.
        params = lax.pcast(params, "data", to="varying")
        value, gradients = jax.value_and_grad(mean_loss)(params, x, y)
        value, gradients = lax.pmean((value, gradients), "data")
        return value, gradients

    value, gradients = jax.shard_map(
        step,
        mesh=mesh,
        in_specs=(jax.P(), jax.P("data"), jax.P("data")),
        out_specs=jax.P(),
    )((weights, bias), x, y)
    d_weights, d_bias = gradients
    return weights - learning_rate * d_weights, bias - learning_rate * d_bias, value


def data_parallel_step_reference(weights, bias, x, y, *, devices, learning_rate, loss):
    count = len(x)
    d_weights, d_bias, value = np.zeros_like(weights), np.zeros(()), np.zeros(())
    for row, target in zip(x, y):
        margin = np.sum(row * weights) + bias
        if loss == "squared":
            slope, cost = margin - target, (margin - target) ** 2 / 2
        else:
            slope = -target / (1 + np.exp(target * margin))
            cost = np.log(1 + np.exp(-target * margin))
        d_weights = d_weights + slope * row / count
        d_bias = d_bias + slope / count
        value = value + cost / count
    return weights - learning_rate * d_weights, bias - learning_rate * d_bias, value


def replicated_gradient(weights, x, targets, *, devices, penalty):
    """Loss and gradient of softmax regression; the transpose of replication adds up."""
    mesh = jax.sharding.Mesh(jax.devices()[:devices], ("batch",))

    def loss(weights, x, targets):
        log_probs = jax.nn.log_softmax(x @ weights)
        picked = jnp.take_along_axis(log_probs, targets[:, None], axis=1)
        data_loss = -lax.pmean(jnp.mean(picked), "batch")
        return data_loss + 0.5 * penalty * jnp.sum(weights**2)

    @jax.shard_map(
        mesh=mesh,
        in_specs=(jax.P(), jax.P("batch"), jax.P("batch")),
        out_specs=(jax.P(), jax.P()),
    )
    def loss_and_gradient(weights, x, targets):
        return jax.value_and_grad(loss)(weights, x, targets)

    return loss_and_gradient(weights, x, targets)


def replicated_gradient_reference(weights, x, targets, *, devices, penalty):
    count = len(x)
    loss, gradient = np.sum(weights**2) * penalty / 2, penalty * weights
    for row, target in zip(x, targets):
        scores = np.exp(row @ weights)
        probs = scores / np.sum(scores)
        loss = loss - np.log(probs[target]) / count
        for k in range(len(probs)):
            residual = probs[k] - (1.0 if k == target else 0.0)
            gradient[:, k] = gradient[:, k] + residual * row / count
    return loss, gradient


def pipeline_microbatches(x, weights, biases, *, stages, activation):
    """A network with one layer per device, through which microbatches flow."""
    mesh = jax.make_mesh((stages,), ("stage",), (jax.sharding.AxisType.Auto,))
    forward = [(i, i + 1) for i in range(stages - 1)]
    activate = {"tanh": jnp.tanh, "silu": jax.nn.silu}[activation]

    def run(x, weights, biases):
        stage = lax.axis_index("stage")
        state = lax.pcast(jnp.zeros_like(x[0]), "stage", to="varying")
        finished = []
        for step in range(x.shape[0] + stages - 1):
            fed = x[min(step, x.shape[0] - 1)]
            state = jnp.where(stage == 0, fed, state)
            state = activate(state @ weights[0] + biases[0])
            finished.append(state)
            state = lax.ppermute(state, "stage", forward)
        # The first microbatch leaves the last stage when all stages are busy.
        results = jnp.stack(finished[stages - 1 :])
        is_last = stage == stages - 1
        return lax.psum(jnp.where(is_last, results, jnp.zeros_like(results)), "stage")

    return jax.shard_map(
        run,
        mesh=mesh,
        in_specs=(jax.P(), jax.P("stage"), jax.P("stage")),
        out_specs=jax.P(),
    )(x, weights, biases)


def pipeline_microbatches_reference(x, weights, biases, *, stages, activation):
    result = np.zeros_like(x)
    for m, n in np.ndindex(x.shape[:2]):
        state = x[m, n]
        for weight, bias in zip(weights, biases):
            state = weight.T @ state + bias
            if activation == "silu":
                state = state / (1 + np.exp(-state))
            else:
                state = np.tanh(state)
        result[m, n] = state
    return result


def zero_sharded_step(
    params, momentum, x, y, *, devices, learning_rate, decay, nesterov
):
    """Momentum step whose state is split over devices; parameters are gathered."""
    mesh = jax.sharding.Mesh(jax.devices()[:devices], ("data",))

    def local_loss(params, x, y):
        return 0.5 * jnp.mean(jnp.square(jnp.tanh(x @ params) - y))

    @partial(
        jax.shard_map,
        mesh=mesh,
        in_specs=(jax.P(), jax.P("data"), jax.P("data"), jax.P("data")),
        out_specs=(jax.P(), jax.P("data")),
        check_vma=False,
    )
    def step(params, momentum, x, y):
        gradient = jax.grad(local_loss)(params, x, y)
        gradient = lax.psum_scatter(gradient, "data", tiled=True) / devices
        momentum = decay * momentum + gradient
        update = gradient + decay * momentum if nesterov else momentum
        size = update.shape[0]
        start = lax.axis_index("data") * size
        shard = lax.dynamic_slice_in_dim(params, start, size) - learning_rate * update
        return lax.all_gather(shard, "data", tiled=True), momentum

    return step(params, momentum, x, y)


def zero_sharded_step_reference(
    params, momentum, x, y, *, devices, learning_rate, decay, nesterov
):
    gradient = np.zeros_like(params)
    for row, target in zip(x, y):
        guess = np.tanh(np.sum(row * params))
        slope = (guess - target) * (1 - guess * guess)
        gradient = gradient + slope * row / len(x)
    momentum = gradient + decay * momentum
    update = momentum
    if nesterov:
        update = gradient + decay * momentum
    return params - learning_rate * update, momentum


def fully_sharded_gradient(weight, bias, x, y, *, devices, loss):
    """Gradient by shards of parameters that are gathered just before their use."""
    mesh = jax.make_mesh((devices,), ("fsdp",), (jax.sharding.AxisType.Auto,))

    def local_loss(shards, x, y):
        # The transpose of gathering adds up the devices' gradients and splits them.
        weight, bias = lax.all_gather(shards, "fsdp", tiled=True)
        residual = x @ weight.T + bias - y
        if loss == "huber":
            small = jnp.abs(residual) < 1.0
            costs = jnp.where(small, 0.5 * residual**2, jnp.abs(residual) - 0.5)
        else:
            costs = jnp.log(jnp.cosh(residual))
        return jnp.mean(costs) / devices

    def step(shards, x, y):
        value, gradient = jax.value_and_grad(local_loss)(shards, x, y)
        return lax.psum(value, "fsdp"), gradient

    sharded = jax.P("fsdp")
    return jax.shard_map(
        step,
        mesh=mesh,
        in_specs=(sharded, sharded, sharded),
        out_specs=(jax.P(), sharded),
    )((weight, bias), x, y)


def fully_sharded_gradient_reference(weight, bias, x, y, *, devices, loss):
    residual = np.einsum("nd,kd->nk", x, weight) + bias - y
    if loss == "huber":
        slope = np.minimum(np.maximum(residual, -1), 1)
        cost = slope * residual - slope**2 / 2
    else:
        slope = np.tanh(residual)
        cost = np.log(np.cosh(residual))
    d_weight = np.einsum("nk,nd->kd", slope, x) / y.size
    return np.sum(cost) / y.size, (d_weight, np.sum(slope, axis=0) / y.size)


def contrastive_loss_gathered(images, texts, *, devices, temperature, symmetric):
    """Contrastive loss whose negatives are the batches of all devices."""
    mesh = jax.make_mesh((devices,), ("batch",), (jax.sharding.AxisType.Auto,))

    def loss(images, texts):
        count = images.shape[0]
        images, texts = (
            x * lax.rsqrt(jnp.sum(x * x, axis=1, keepdims=True))
            for x in (images, texts)
        )
        own = lax.axis_index("batch") * count + jnp.arange(count)

        def one_way(queries, keys):
            everything = lax.all_gather(keys, "batch", tiled=True)
            logits = queries @ everything.T / temperature
            picked = jnp.take_along_axis(logits, own[:, None], axis=1)[:, 0]
            return jnp.mean(jax.nn.logsumexp(logits, axis=1) - picked)

        value = one_way(images, texts)
        if symmetric:
            value = 0.5 * (value + one_way(texts, images))
        return lax.pmean(value, "batch")

    spec = jax.P("batch")
    return jax.shard_map(loss, mesh=mesh, in_specs=spec, out_specs=jax.P())(
        images, texts
    )


def contrastive_loss_gathered_reference(
    images, texts, *, devices, temperature, symmetric
):
    def one_way(queries, keys):
        norms = np.outer(np.sum(queries**2, axis=1), np.sum(keys**2, axis=1))
        cosines = np.sum(queries[:, None] * keys, axis=2) / np.sqrt(norms)
        weights = np.exp(cosines / temperature)
        shares = np.diagonal(weights) / np.sum(weights, axis=1)
        return -np.sum(np.log(shares)) / len(queries)

    value = one_way(images, texts)
    return (value + one_way(texts, images)) / 2 if symmetric else value


def local_gradient_descent(
    params, x, y, *, devices, learning_rate, local_steps, rounds
):
    """Devices descend on their own examples and now and then average parameters."""
    mesh = jax.sharding.Mesh(jax.devices()[:devices], ("worker",))

    @partial(
        jax.shard_map,
        mesh=mesh,
        in_specs=(jax.P(), jax.P("worker"), jax.P("worker")),
        out_specs=jax.P(),
    )
    def train(params, x, y):
        def loss(params):
            return 0.5 * jnp.mean(jnp.square(x @ params - y))

        def local_step(params, _):
            return params - learning_rate * jax.grad(loss)(params), None

        def communicate(params, _):
            own = lax.pcast(params, "worker", to="varying")
            own, _ = lax.scan(local_step, own, length=local_steps)
            return lax.pmean(own, "worker"), None

        return lax.scan(communicate, params, length=rounds)[0]

    return train(params, x, y)


def local_gradient_descent_reference(
    params, x, y, *, devices, learning_rate, local_steps, rounds
):
    size = len(x) // devices
    for _ in range(rounds):
        total = np.zeros_like(params)
        for start in range(0, len(x), size):
            rows, targets = x[start : start + size], y[start : start + size]
            own = params
            for _ in range(local_steps):
                errors = rows @ own - targets
                own = own - learning_rate * (rows.T @ errors) / size
            total = total + own
        params = total / devices
    return params


def majority_vote_step(params, gradients, *, devices, learning_rate, weight_decay):
    """Every device votes on the sign of each coordinate's step."""
    mesh = jax.make_mesh((devices,), ("worker",), (jax.sharding.AxisType.Auto,))

    def vote(params, gradient):
        ballots = jnp.sign(gradient[0]).astype(jnp.int32)
        count = lax.psum(ballots, "worker")
        direction = jnp.sign(count).astype(params.dtype)
        return params - learning_rate * (direction + weight_decay * params), count

    return jax.shard_map(
        vote,
        mesh=mesh,
        in_specs=(jax.P(), jax.P("worker")),
        out_specs=(jax.P(), jax.P()),
    )(params, gradients)


def majority_vote_step_reference(
    params, gradients, *, devices, learning_rate, weight_decay
):
    count = np.array(
        [int(np.sum(g > 0)) - int(np.sum(g < 0)) for g in gradients.T], dtype=np.int32
    )
    shrunk = (1 - learning_rate * weight_decay) * params
    return shrunk - learning_rate * np.sign(count), count


def sharded_evolution_step(params, noise, *, devices, sigma, learning_rate, objective):
    """Estimate an ascent direction from a population that is spread over devices."""
    mesh = jax.make_mesh((devices,), ("population",), (jax.sharding.AxisType.Auto,))

    def fitness(point):
        if objective == "sphere":
            return -jnp.sum(jnp.square(point))
        bowl = jnp.square(point) + 1.0 - jnp.cos(2.0 * jnp.pi * point)
        return -jnp.sum(bowl)

    def estimate(params, noise):
        # Each perturbation is tried in both directions.
        ahead = jax.vmap(fitness)(params + sigma * noise)
        behind = jax.vmap(fitness)(params - sigma * noise)
        mean_square = lax.pmean(jnp.mean(ahead**2 + behind**2) / 2.0, "population")
        weights = (ahead - behind) * lax.rsqrt(mean_square)
        direction = lax.pmean(weights @ noise / noise.shape[0], "population")
        return params + learning_rate / (2.0 * sigma) * direction

    return jax.shard_map(
        estimate,
        mesh=mesh,
        in_specs=(jax.P(), jax.P("population")),
        out_specs=jax.P(),
    )(params, noise)


def sharded_evolution_step_reference(
    params, noise, *, devices, sigma, learning_rate, objective
):
    def fitness(point):
        cost = np.sum(point * point)
        if objective == "rastrigin":
            cost = cost + 2 * np.sum(np.sin(np.pi * point) ** 2)
        return -cost

    direction, square = np.zeros_like(params), np.zeros(())
    for row in noise:
        for sign in (1, -1):
            value = fitness(params + sign * sigma * row)
            direction = direction + value * sign * row / len(noise)
            square = square + value * value / (2 * len(noise))
    return params + learning_rate / (2 * sigma) * direction / np.sqrt(square)
