"""Hints to the compiler: JAX, and NumPy for what is computed all the same."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def named_hidden_gradient(x, weights, readout, *, activation, saved):
    """Mean output of a layer, and its gradient with only some activations kept."""
    from jax.ad_checkpoint import checkpoint_name

    policies = jax.checkpoint_policies
    policy = {
        "hidden": policies.save_only_these_names("hidden"),
        "none": policies.nothing_saveable,
        "all": policies.everything_saveable,
    }[saved]
    activate = {"tanh": jnp.tanh, "sin": jnp.sin, "softplus": jax.nn.softplus}

    def loss(weights):
        hidden = checkpoint_name(x @ weights, "hidden")
        return jnp.mean(activate[activation](hidden) @ readout)

    return jax.value_and_grad(jax.checkpoint(loss, policy=policy))(weights)


def named_hidden_gradient_reference(x, weights, readout, *, activation, saved):
    total, gradient = np.zeros(()), np.zeros(weights.shape)
    for row in x:
        hidden = row @ weights
        if activation == "tanh":
            value, slope = np.tanh(hidden), 1 / np.cosh(hidden) ** 2
        elif activation == "sin":
            value, slope = np.sin(hidden), np.cos(hidden)
        else:
            value = np.log(1 + np.exp(hidden))
            slope = np.exp(hidden) / (1 + np.exp(hidden))
        total = total + np.sum(value * readout) / len(x)
        gradient = gradient + np.outer(row, slope * readout) / len(x)
    return total, gradient


def named_recurrence_gradient(state, inputs, gain, *, leak, power):
    """Last state of a leaky recurrence, and the gradient of its size by the gain."""
    from jax.ad_checkpoint import checkpoint_name

    def run(gain):
        def step(state, x):
            drive = checkpoint_name(gain * state + x, "drive")
            return (1.0 - leak) * state + leak * jnp.tanh(drive), None

        policy = jax.checkpoint_policies.save_only_these_names("drive")
        last, _ = lax.scan(jax.checkpoint(step, policy=policy), state, inputs)
        return jnp.sum(last**power), last

    gradient, last = jax.grad(run, has_aux=True)(gain)
    return last, gradient


def named_recurrence_gradient_reference(state, inputs, gain, *, leak, power):
    # Forwards: how the state changes with the gain goes along with the state.
    change = np.zeros(state.shape)
    for x in inputs:
        squashed = np.tanh(gain * state + x)
        slope = 1 - squashed**2
        change = (1 - leak) * change + leak * slope * (state + gain * change)
        state = (1 - leak) * state + leak * squashed
    return state, power * state ** (power - 1) * change


def named_residual_stack(x, weights, *, scale, recompute):
    """A stack of residual layers, and the gradient of half its squared length."""
    from jax.ad_checkpoint import checkpoint_name

    policies = jax.checkpoint_policies
    if recompute:
        policy = policies.save_any_names_but_these("branch")
    else:
        policy = policies.save_only_these_names("branch", "trunk")

    def layer(x, weight):
        branch = checkpoint_name(jnp.sin(weight @ x), "branch")
        return checkpoint_name(x + scale * branch, "trunk")

    def energy(x):
        for weight in weights:
            x = jax.checkpoint(layer, policy=policy)(x, weight)
        return 0.5 * jnp.sum(jnp.square(x)), x

    gradient, last = jax.grad(energy, has_aux=True)(x)
    return last, gradient


def named_residual_stack_reference(x, weights, *, scale, recompute):
    jacobian = np.eye(len(x))
    for weight in weights:
        turned = weight @ x
        local = np.eye(len(x)) + scale * np.cos(turned)[:, None] * weight
        jacobian = local @ jacobian
        x = x + scale * np.sin(turned)
    return x, jacobian.T @ x


def elementwise_composite(function, name, version):
    """A function that a compiler may replace by one of its own, by name."""
    compound = jax.custom_batching.custom_vmap(
        lax.composite(function, name=name, version=version)
    )

    @compound.def_vmap
    def batched(size, in_batched, x):
        return compound(x), in_batched[0]

    return compound


def composite_activation(x, bias, *, kind, version, beta):
    """An activation that compilers know by name."""
    functions = {
        "gelu": lambda x: 0.5 * x * (1.0 + lax.erf(x * 0.5**0.5)),
        "quick_gelu": lambda x: x * jax.nn.sigmoid(beta * x),
        "mish": lambda x: x * jnp.tanh(jax.nn.softplus(x)),
        "squareplus": lambda x: 0.5 * (x + jnp.sqrt(jnp.square(x) + beta)),
    }
    activate = elementwise_composite(functions[kind], f"corpus.{kind}", version)
    return activate(x + bias)


def composite_activation_reference(x, bias, *, kind, version, beta):
    result = np.zeros(x.shape)
    for i, j in np.ndindex(x.shape):
        z = x[i, j] + bias[j]
        if kind == "gelu":
            # The error function as its series.
            term, total = z / np.sqrt(np.array(2.0)), np.zeros(())
            for k in range(60):
                total = total + term / (2 * k + 1)
                term = -term * z**2 / 2 / (k + 1)
            result[i, j] = z * (0.5 + total / np.sqrt(np.array(np.pi)))
        elif kind == "quick_gelu":
            result[i, j] = z / (1 + np.exp(-beta * z))
        elif kind == "mish":
            square = (1 + np.exp(z)) ** 2
            result[i, j] = z * (square - 1) / (square + 1)
        else:
            result[i, j] = (z + np.sqrt(z**2 + beta)) / 2
    return result


def composite_normalization(x, scale, *, centered, epsilon):
    """Normalize rows by a function that compilers may know by name."""

    def normalize(x, scale, *, epsilon):
        variance = jnp.mean(jnp.square(x), axis=-1, keepdims=True)
        return x * lax.rsqrt(variance + epsilon) * scale

    # One row at a time, as the compiler knows it.
    @jax.custom_batching.sequential_vmap
    def row(x, scale):
        known = lax.composite(normalize, name="corpus.rms_norm", version=1)
        return known(x, scale, epsilon=epsilon)

    if centered:
        x = x - jnp.mean(x, axis=-1, keepdims=True)
    return jax.vmap(row, in_axes=(0, None))(x, scale)


def composite_normalization_reference(x, scale, *, centered, epsilon):
    rows = []
    for row in x:
        mean = np.sum(row) / len(row) if centered else 0.0
        variance = sum((value - mean) ** 2 for value in row) / len(row)
        deviation = np.sqrt(variance + epsilon)
        rows.append((row - mean) / deviation * scale)
    return np.array(rows)


def composite_attention_scores(query, key, value, *, scale, cap):
    """Attention with capped scores, whose inner part compilers may know by name."""

    @jax.custom_batching.sequential_vmap
    def attend(query, key, value):
        def decomposition(query, key, value, *, scale, cap):
            scores = cap * jnp.tanh(scale * (query @ key.T) / cap)
            return jax.nn.softmax(scores) @ value

        known = lax.composite(decomposition, name="corpus.capped_attention")
        return known(query, key, value, scale=scale, cap=cap)

    return attend(query, key, value)


def composite_attention_scores_reference(query, key, value, *, scale, cap):
    rows = []
    for q in query:
        scores = [cap * np.tanh(scale * np.sum(q * k) / cap) for k in key]
        weights = np.exp(np.array(scores))
        rows.append(sum(w * v for w, v in zip(weights, value)) / np.sum(weights))
    return np.array(rows)


def fenced_double_words(x, y, *, scale):
    """Inner products by columns, with the errors of all steps added last."""

    def fenced(value):
        # A compiler that may rewrite sums would find the error to be zero.
        return lax.optimization_barrier(value)

    digits = jnp.finfo(x.dtype).nmant // 2 + 1
    splitter = jnp.asarray(2.0**digits + 1.0, x.dtype)

    def halves(value):
        big = fenced(splitter * value)
        high = fenced(big - fenced(big - value))
        return high, value - high

    def accumulate(carry, pair):
        total, error = carry
        first, second = pair
        product = fenced(first * second)
        (a, b), (c, d) = halves(first), halves(second)
        rest = ((a * c - product) + a * d + b * c) + b * d
        grown = fenced(total + product)
        part = fenced(grown - total)
        lost = (total - fenced(grown - part)) + (product - part)
        return (grown, error + (lost + rest)), None

    start = jnp.zeros_like(x[0]), jnp.zeros_like(x[0])
    (total, error), _ = lax.scan(accumulate, start, (scale * x, y))
    return total + error


def fenced_double_words_reference(x, y, *, scale):
    return np.array([np.sum(scale * first * second) for first, second in zip(x.T, y.T)])


def staged_pipeline(x, weights, *, microbatches, activation):
    """Layers on a device each, through which parts of a batch are handed."""
    activate = {"tanh": jnp.tanh, "relu": jax.nn.relu}[activation]
    sharding = jax.sharding.SingleDeviceSharding(jax.devices()[0])
    finished = []
    for part in jnp.split(x, microbatches):
        for weight in weights:
            part = activate(jax.device_put(part, sharding) @ weight)
        finished.append(part)
    return jnp.concatenate(finished)


def staged_pipeline_reference(x, weights, *, microbatches, activation):
    rows = []
    for row in x:
        for weight in weights:
            row = sum(value * line for value, line in zip(row, weight))
            row = np.tanh(row) if activation == "tanh" else np.where(row > 0, row, 0.0)
        rows.append(row)
    return np.array(rows)


def constrained_two_layer(x, up, down, *, devices, residual):
    """Two layers whose hidden units are spread over devices."""
    mesh = jax.make_mesh((devices,), ("model",), (jax.sharding.AxisType.Auto,))
    columns = jax.NamedSharding(mesh, jax.P(None, "model"))
    whole = jax.NamedSharding(mesh, jax.P())
    hidden = lax.with_sharding_constraint(x @ up, columns)
    result = lax.with_sharding_constraint(jnp.tanh(hidden) @ down, whole)
    return x + result if residual else result


def constrained_two_layer_reference(x, up, down, *, devices, residual):
    result = np.zeros(x.shape)
    for column, row in zip(up.T, down):
        result = result + np.outer(np.tanh(x @ column), row)
    return x + result if residual else result


def unchecked_moments(x, *, devices, unbiased):
    """Means and variances of columns whose rows are spread over devices."""
    mesh = jax.make_mesh((devices,), ("data",), (jax.sharding.AxisType.Auto,))

    def moments(x):
        count = x.shape[0] * lax.axis_size("data")
        mean = lax.psum(jnp.sum(x, axis=0), "data") / count
        squares = lax.psum(jnp.sum(jnp.square(x - mean), axis=0), "data")
        return mean, squares / (count - 1 if unbiased else count)

    # That all devices have the same result is ours to know.
    whole = jax.P(), jax.P()
    return jax.shard_map(
        moments, mesh=mesh, in_specs=jax.P("data"), out_specs=whole, check_vma=False
    )(x)


def unchecked_moments_reference(x, *, devices, unbiased):
    count = len(x)
    mean = np.sum(x, axis=0) / count
    # From the squared differences of all pairs.
    pairs = sum((first - second) ** 2 for first in x for second in x) / (2 * count)
    return mean, pairs / (count - 1 if unbiased else count)


def unchecked_softmax(logits, *, devices, temperature):
    """Softmax over classes that are spread over devices, and log normalizers."""
    mesh = jax.make_mesh((devices,), ("classes",), (jax.sharding.AxisType.Auto,))

    def normalize(block):
        block = block / temperature
        peak = lax.pmax(jnp.max(block, axis=1, keepdims=True), "classes")
        weights = jnp.exp(block - peak)
        total = lax.psum(jnp.sum(weights, axis=1, keepdims=True), "classes")
        return weights / total, (peak + jnp.log(total))[:, 0]

    columns = jax.P(None, "classes")
    return jax.shard_map(
        normalize,
        mesh=mesh,
        in_specs=columns,
        out_specs=(columns, jax.P()),
        check_vma=False,
    )(logits)


def unchecked_softmax_reference(logits, *, devices, temperature):
    weights = np.exp(logits / temperature)
    totals = np.sum(weights, axis=1)
    return weights / totals[:, None], np.log(totals)
