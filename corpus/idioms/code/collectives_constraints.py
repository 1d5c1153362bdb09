"""Sharding constraints and pmap: JAX, and NumPy for the whole arrays."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def constrained_mlp(x, w_in, w_out, *, data, model, activation):
    """A feed-forward block whose parts the compiler spreads as it is told."""
    axes = ("data", "model")
    mesh = jax.make_mesh((data, model), axes, (jax.sharding.AxisType.Auto,) * 2)

    def shard(array, *names):
        sharding = jax.NamedSharding(mesh, jax.P(*names))
        return lax.with_sharding_constraint(array, sharding)

    x = shard(x, "data", None)
    w_in, w_out = shard(w_in, None, "model"), shard(w_out, "model", None)
    hidden = shard(x @ w_in, "data", "model")
    if activation == "glu":
        gate, hidden = jnp.split(hidden, 2, axis=1)
        hidden = shard(jax.nn.sigmoid(gate) * hidden, "data", None)
        w_out = w_out[: hidden.shape[1]]
    else:
        hidden = jax.nn.softplus(hidden)
    return shard(hidden @ w_out, "data", None)


def constrained_mlp_reference(x, w_in, w_out, *, data, model, activation):
    result = np.zeros((len(x), w_out.shape[1]))
    half = w_in.shape[1] // 2
    for n, row in enumerate(x):
        hidden = w_in.T @ row
        if activation == "glu":
            hidden = hidden[half:] / (1 + np.exp(-hidden[:half]))
        else:
            hidden = np.log(1 + np.exp(hidden))
        for h, value in enumerate(hidden):
            result[n] = result[n] + value * w_out[h]
    return result


def resharded_standardize(x, scale, *, devices, axis):
    """Standardize features where examples are spread, then spread the features."""
    mesh = jax.make_mesh((devices,), ("x",), (jax.sharding.AxisType.Auto,))
    examples, features = jax.P("x", None), jax.P(None, "x")
    start, end = (examples, features) if axis == 0 else (features, examples)
    x = jax.device_put(x, jax.NamedSharding(mesh, start))
    mean = jnp.mean(x, axis=axis, keepdims=True)
    deviation = jnp.std(x, axis=axis, keepdims=True)
    x = scale * (x - mean) / (deviation + 0.1)
    return jax.device_put(x, jax.NamedSharding(mesh, end))


def resharded_standardize_reference(x, scale, *, devices, axis):
    result = np.zeros_like(x)
    for k in range(x.shape[1 - axis]):
        line = x[:, k] if axis == 0 else x[k]
        centered = line - np.sum(line) / line.size
        deviation = np.sqrt(np.sum(centered * centered) / line.size)
        centered = scale * centered / (deviation + 0.1)
        if axis == 0:
            result[:, k] = centered
        else:
            result[k] = centered
    return result


def constrained_batched_matmul(left, right, *, batch, inner, contract):
    """A batch of products over a grid of devices, sharded where the options say."""
    axes = ("batch", "inner")
    mesh = jax.make_mesh((batch, inner), axes, (jax.sharding.AxisType.Auto,) * 2)
    last = ("batch", None, "inner") if contract else ("batch", "inner", None)
    shardings = [
        jax.NamedSharding(mesh, jax.P(*last)),
        jax.NamedSharding(mesh, jax.P("batch", "inner" if contract else None, None)),
    ]
    left, right = lax.with_sharding_constraint([left, right], shardings)
    product = jnp.einsum("bij,bjk->bik", left, right)
    rows = jax.NamedSharding(mesh, jax.P("batch", None if contract else "inner", None))
    return jnp.tanh(lax.with_sharding_constraint(product, rows))


def constrained_batched_matmul_reference(left, right, *, batch, inner, contract):
    products = np.zeros((*left.shape[:2], right.shape[2]))
    for b, i, k in np.ndindex(products.shape):
        products[b, i, k] = np.tanh(np.sum(left[b, i] * right[b, :, k]))
    return products


def partly_manual_softmax(x, weights, *, data, model):
    """Manual over one axis of the mesh; the other is left to the compiler."""
    axes = ("data", "model")
    mesh = jax.make_mesh((data, model), axes, (jax.sharding.AxisType.Auto,) * 2)

    @partial(
        jax.shard_map,
        mesh=mesh,
        in_specs=(jax.P("data"), jax.P()),
        out_specs=(jax.P("data"), jax.P()),
        axis_names={"data"},
    )
    def classify(x, weights):
        columns = jax.P(None, "model")
        weights = lax.with_sharding_constraint(weights, columns)
        probs = jax.nn.softmax(x @ weights, axis=-1)
        return probs, lax.pmean(jnp.mean(probs, axis=0), "data")

    return jax.jit(classify)(x, weights)


def partly_manual_softmax_reference(x, weights, *, data, model):
    probs = np.zeros((len(x), weights.shape[1]))
    for n, row in enumerate(x):
        scores = np.exp(row @ weights)
        probs[n] = scores / np.sum(scores)
    return probs, np.sum(probs, axis=0) / len(x)


def pmap_standardize(x, *, devices, robust):
    """Standardize one shard per device by moments over all of them."""

    def standardize(shard):
        mean = lax.pmean(jnp.mean(shard, axis=0), "batch")
        centered = shard - mean
        square = lax.pmean(jnp.mean(centered * centered, axis=0), "batch")
        scaled = centered * lax.rsqrt(square + 1e-3)
        return jnp.tanh(scaled) if robust else scaled

    shards = x.reshape(devices, -1, x.shape[1])
    return jax.pmap(standardize, axis_name="batch")(shards).reshape(x.shape)


def pmap_standardize_reference(x, *, devices, robust):
    mean = np.sum(x, axis=0) / len(x)
    variance = sum((row - mean) ** 2 for row in x) / len(x)
    scaled = (x - mean) / np.sqrt(variance + 1e-3)
    return np.tanh(scaled) if robust else scaled


def pmap_regression_step(params, x, y, *, devices, learning_rate, average):
    """A step of least squares on replicated parameters and sharded examples."""

    @partial(jax.pmap, axis_name="devices", in_axes=(None, 0, 0), out_axes=None)
    def step(params, x, y):
        def loss(params):
            return 0.5 * jnp.sum(jnp.square(x @ params - y))

        value, gradient = jax.value_and_grad(loss)(params)
        reduce = lax.pmean if average else lax.psum
        value, gradient = reduce((value, gradient), axis_name="devices")
        return params - learning_rate * gradient, value

    x = x.reshape(devices, -1, x.shape[-1])
    return step(params, x, y.reshape(devices, -1))


def pmap_regression_step_reference(params, x, y, *, devices, learning_rate, average):
    share = devices if average else 1
    residuals = np.array([np.sum(row * params) for row in x]) - y
    gradient = sum(r * row for r, row in zip(residuals, x)) / share
    value = np.sum(residuals**2) / 2 / share
    return params - learning_rate * gradient, value


def pmap_neighbor_coupling(phases, frequencies, *, devices, coupling, steps):
    """Oscillators on a ring of devices, each pulled by its neighbors."""
    clockwise = [(i, (i + 1) % devices) for i in range(devices)]
    counter = [(i, (i - 1) % devices) for i in range(devices)]

    def evolve(phase, frequency):
        def step(phase, _):
            left = lax.ppermute(phase, "ring", clockwise)
            right = lax.ppermute(phase, "ring", counter)
            pull = jnp.sin(left - phase) + jnp.sin(right - phase)
            return phase + 0.1 * (frequency + coupling * pull), None

        phase, _ = lax.scan(step, phase, length=steps)
        order = lax.pmean(jnp.stack([jnp.cos(phase), jnp.sin(phase)]), "ring")
        return phase, jnp.sum(jnp.square(order), axis=0)

    phases, order = jax.pmap(evolve, axis_name="ring")(phases, frequencies)
    return phases, order[0]


def pmap_neighbor_coupling_reference(phases, frequencies, *, devices, coupling, steps):
    for _ in range(steps):
        speeds = np.zeros_like(phases)
        for i in range(devices):
            speeds[i] = frequencies[i]
            for j in (i - 1, (i + 1) % devices):
                speeds[i] = speeds[i] + coupling * np.sin(phases[j] - phases[i])
        phases = phases + speeds / 10
    real = np.sum(np.cos(phases), axis=0) / devices
    imaginary = np.sum(np.sin(phases), axis=0) / devices
    return phases, real**2 + imaginary**2


def pmap_ensemble(x, weights, *, devices, combine):
    """Members of an ensemble on a device each; how they agree about every example."""

    def predict(x, weights):
        log_probs = jax.nn.log_softmax(x @ weights)
        if combine == "product":
            return jax.nn.log_softmax(lax.pmean(log_probs, "member"))
        everyone = lax.all_gather(log_probs, "member")
        return jax.nn.logsumexp(everyone, axis=0) - jnp.log(1.0 * devices)

    log_probs = jax.pmap(predict, axis_name="member", in_axes=(None, 0))(x, weights)
    return log_probs[0]


def pmap_ensemble_reference(x, weights, *, devices, combine):
    result = np.zeros((len(x), weights.shape[2]))
    for n, row in enumerate(x):
        members = []
        for weight in weights:
            scores = np.exp(row @ weight)
            members.append(scores / np.sum(scores))
        if combine == "product":
            joint = np.exp(sum(np.log(p) for p in members) / devices)
            result[n] = np.log(joint / np.sum(joint))
        else:
            result[n] = np.log(sum(members) / devices)
    return result


def pmap_transposed_norms(x, *, devices, order):
    """Norms of columns whose rows lie on different devices, after an all-to-all."""

    def norms(row):
        columns = lax.all_to_all(row, "i", split_axis=0, concat_axis=0)
        if order == 1:
            return jnp.sum(jnp.abs(columns), axis=0)
        return jnp.sqrt(jnp.sum(jnp.square(columns), axis=0) + 1e-6)

    return jax.pmap(norms, axis_name="i")(x)


def pmap_transposed_norms_reference(x, *, devices, order):
    result = np.zeros(x.shape[1:])
    for j, k in np.ndindex(result.shape):
        column = x[:, j, k]
        if order == 1:
            result[j, k] = np.sum(np.abs(column))
        else:
            result[j, k] = np.sqrt(np.sum(column * column) + 1e-6)
    return result


def two_axis_centering(x, *, devices, scale):
    """Remove the means over devices, over what each vectorizes, and over both."""

    def center(x):
        over_devices = lax.pmean(x, "device")
        over_batch = lax.pmean(x, "batch")
        centered = x - over_devices - over_batch + lax.pmean(x, ("device", "batch"))
        if scale:
            power = lax.pmean(jnp.square(centered), ("device", "batch"))
            centered = centered * lax.rsqrt(power + 0.01)
        return centered

    per_device = jax.vmap(center, axis_name="batch")
    shards = x.reshape(devices, -1, *x.shape[1:])
    return jax.pmap(per_device, axis_name="device")(shards).reshape(x.shape)


def two_axis_centering_reference(x, *, devices, scale):
    grid = x.reshape(devices, -1, x.shape[1])
    result = np.zeros_like(grid)
    for i, j in np.ndindex(grid.shape[:2]):
        column = np.sum(grid[:, j], axis=0) / devices
        row = np.sum(grid[i], axis=0) / grid.shape[1]
        result[i, j] = grid[i, j] - column - row + np.sum(x, axis=0) / len(x)
    if scale:
        power = sum(np.sum(part**2, axis=0) for part in result) / len(x)
        result = result / np.sqrt(power + 0.01)
    return result.reshape(x.shape)
