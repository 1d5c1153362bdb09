"""Backward passes that save memory or work: JAX, and NumPy for what the rules say."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


@jax.custom_vjp
def classification_loss(logits, labels, smoothing):
    """Smoothed cross entropy, by example."""
    return _classification_forward(logits, labels, smoothing)[0]


def _classification_forward(logits, labels, smoothing):
    log_probs = jax.nn.log_softmax(logits)
    hot = jax.nn.one_hot(labels, logits.shape[-1], dtype=logits.dtype)
    soft = (1.0 - smoothing) * hot + smoothing / logits.shape[-1]
    return -jnp.sum(soft * log_probs, axis=-1), (jnp.exp(log_probs), soft)


def _classification_backward(residuals, cotangent):
    probs, soft = residuals
    # Labels have no gradient, and none is wanted for the smoothing.
    return (probs - soft) * cotangent[..., None], None, None


classification_loss.defvjp(_classification_forward, _classification_backward)


def cross_entropy_residuals(logits, labels, weights, *, smoothing):
    """Weighted cross entropy, and its gradient from the probabilities it has kept."""

    def loss(logits):
        losses = classification_loss(logits, labels, smoothing)
        return jnp.sum(weights * losses) / jnp.sum(weights)

    return jax.value_and_grad(loss)(logits)


def cross_entropy_residuals_reference(logits, labels, weights, *, smoothing):
    classes = logits.shape[1]
    total, gradient = np.zeros(()), np.zeros_like(logits)
    for n, label in enumerate(labels):
        scores = np.exp(logits[n])
        probs = scores / np.sum(scores)
        share = weights[n] / np.sum(weights)
        for k in range(classes):
            target = smoothing / classes + (1 - smoothing if k == label else 0)
            total = total - share * target * np.log(probs[k])
            gradient[n, k] = share * (probs[k] - target)
    return total, gradient


def flash_attention_pullback(query, key, value, y_bar, *, block, causal):
    """Attention whose backward pass computes the weights again, block by block."""
    scale = query.shape[1] ** -0.5
    starts = range(0, key.shape[0], block)

    def block_scores(query, key, start):
        keys = key[start : start + block]
        scores = scale * query @ keys.T
        if not causal:
            return scores
        columns = start + jnp.arange(keys.shape[0])
        rows = jnp.arange(query.shape[0])[:, None]
        return jnp.where(columns <= rows, scores, -1e30)

    @jax.custom_vjp
    def attend(query, key, value):
        return forward(query, key, value)[0]

    def forward(query, key, value):
        total = jnp.zeros((query.shape[0], value.shape[1]), query.dtype)
        norm = jnp.zeros((query.shape[0], 1), query.dtype)
        top = jnp.full_like(norm, -1e30)
        for start in starts:
            scores = block_scores(query, key, start)
            new_top = jnp.maximum(top, jnp.max(scores, axis=1, keepdims=True))
            weights = jnp.exp(scores - new_top)
            rescale = jnp.exp(top - new_top)
            norm = rescale * norm + jnp.sum(weights, axis=1, keepdims=True)
            total = rescale * total + weights @ value[start : start + block]
            top = new_top
        output = total / norm
        return output, (query, key, value, output, top + jnp.log(norm))

    def backward(residuals, y_bar):
        query, key, value, output, log_norm = residuals
        dot = jnp.sum(y_bar * output, axis=1, keepdims=True)
        d_query, d_keys, d_values = jnp.zeros_like(query), [], []
        for start in starts:
            weights = jnp.exp(block_scores(query, key, start) - log_norm)
            d_values.append(weights.T @ y_bar)
            d_weights = y_bar @ value[start : start + block].T
            d_scores = scale * weights * (d_weights - dot)
            d_query += d_scores @ key[start : start + block]
            d_keys.append(d_scores.T @ query)
        return d_query, jnp.concatenate(d_keys), jnp.concatenate(d_values)

    attend.defvjp(forward, backward)
    output, pull_back = jax.vjp(attend, query, key, value)
    return output, *pull_back(y_bar)


def flash_attention_pullback_reference(query, key, value, y_bar, *, block, causal):
    output = np.zeros((len(query), value.shape[1]))
    d_query, d_key, d_value = (np.zeros_like(x) for x in (query, key, value))
    root = np.sqrt(query.shape[1])
    for i in range(len(query)):
        seen = min(i + 1, len(key)) if causal else len(key)
        scores = key[:seen] @ query[i] / root
        weights = np.exp(scores - np.max(scores))
        weights = weights / np.sum(weights)
        output[i] = weights @ value[:seen]
        for j in range(seen):
            gap = np.sum(y_bar[i] * (value[j] - output[i]))
            slope = weights[j] * gap / root
            d_query[i] = d_query[i] + slope * key[j]
            d_key[j] = d_key[j] + slope * query[i]
            d_value[j] = d_value[j] + weights[j] * y_bar[i]
    return output, d_query, d_key, d_value


def recomputed_activation_gradient(x, weights, *, activation):
    """Gradient of a layer that keeps its input only, and computes the rest again."""

    @jax.custom_vjp
    def activate(x):
        if activation == "mish":
            return x * jnp.tanh(jax.nn.softplus(x))
        return x * jax.nn.sigmoid(1.702 * x)

    def backward(x, cotangent):
        if activation == "mish":
            bent = jnp.tanh(jax.nn.softplus(x))
            slope = bent + x * jax.nn.sigmoid(x) * (1.0 - bent * bent)
        else:
            gate = jax.nn.sigmoid(1.702 * x)
            slope = gate + 1.702 * x * gate * (1.0 - gate)
        return (slope * cotangent,)

    activate.defvjp(lambda x: (activate(x), x), backward, optimize_remat=True)

    def loss(weights):
        return jnp.mean(jnp.square(activate(x @ weights)))

    return jax.value_and_grad(jax.checkpoint(loss))(weights)


def recomputed_activation_gradient_reference(x, weights, *, activation):
    value, gradient = np.zeros(()), np.zeros_like(weights)
    count = len(x) * weights.shape[1]
    for row in x:
        z = row @ weights
        growth = np.exp(z)
        if activation == "mish":
            square = (1 + growth) ** 2
            bent = (square - 1) / (square + 1)
            slope = bent + z * (1 - bent**2) * growth / (1 + growth)
        else:
            bent = 1 / (1 + np.exp(-1.702 * z))
            slope = bent + 1.702 * z * bent * (1 - bent)
        value = value + np.sum((z * bent) ** 2) / count
        gradient = gradient + np.outer(row, 2 * z * bent * slope / count)
    return value, gradient


def reversible_blocks_gradient(x, w_left, w_right, target, *, depth, activation):
    """Gradient of reversible layers, whose inputs the backward pass reconstructs."""
    bend = {"tanh": jnp.tanh, "sine": jnp.sin}[activation]

    def part(weights, x):
        return bend(x @ weights)

    @jax.custom_vjp
    def layers(weights, left, right):
        return forward(weights, left, right)[0]

    def forward(weights, left, right):
        w_left, w_right = weights
        for _ in range(depth):
            left = left + part(w_left, right)
            right = right + part(w_right, left)
        return (left, right), (weights, left, right)

    def backward(residuals, cotangents):
        (w_left, w_right), left, right = residuals
        d_left, d_right = cotangents
        d_w_left, d_w_right = jnp.zeros_like(w_left), jnp.zeros_like(w_right)
        for _ in range(depth):
            # What was added last is subtracted first.
            added, pull_back = jax.vjp(part, w_right, left)
            right = right - added
            to_weights, to_left = pull_back(d_right)
            d_w_right, d_left = d_w_right + to_weights, d_left + to_left
            added, pull_back = jax.vjp(part, w_left, right)
            left = left - added
            to_weights, to_right = pull_back(d_left)
            d_w_left, d_right = d_w_left + to_weights, d_right + to_right
        return (d_w_left, d_w_right), d_left, d_right

    layers.defvjp(forward, backward)

    def loss(weights, x):
        left, right = jnp.split(x, 2, axis=-1)
        output = jnp.concatenate(layers(weights, left, right), axis=-1)
        return 0.5 * jnp.mean(jnp.square(output - target))

    return jax.value_and_grad(loss, argnums=(0, 1))((w_left, w_right), x)


def reversible_blocks_gradient_reference(
    x, w_left, w_right, target, *, depth, activation
):
    bend, slope = np.tanh, lambda z: 1 - np.tanh(z) ** 2
    if activation == "sine":
        bend, slope = np.sin, np.cos
    half = x.shape[1] // 2
    d_left, d_right = np.zeros_like(w_left), np.zeros_like(w_right)
    d_x, value = np.zeros_like(x), np.zeros(())
    for n, row in enumerate(x):
        left, right, tape = row[:half], row[half:], []
        for _ in range(depth):
            tape.append(right)
            left = left + bend(w_left.T @ right)
            tape.append(left)
            right = right + bend(w_right.T @ left)
        errors = (np.concatenate([left, right]) - target[n]) / x.size
        value = value + np.sum(errors**2) * x.size / 2
        by_left, by_right = errors[:half], errors[half:]
        for _ in range(depth):
            state = tape.pop()
            inner = by_right * slope(w_right.T @ state)
            d_right = d_right + np.outer(state, inner)
            by_left = by_left + w_right @ inner
            state = tape.pop()
            inner = by_left * slope(w_left.T @ state)
            d_left = d_left + np.outer(state, inner)
            by_right = by_right + w_left @ inner
        d_x[n] = np.concatenate([by_left, by_right])
    return value, ((d_left, d_right), d_x)


def leapfrog_adjoint(position, momentum, stiffness, *, steps, dt):
    """Energy after leapfrog steps, whose gradient integrates back in time."""

    def force(stiffness, position):
        return -stiffness * jnp.sin(position)

    def step(stiffness, position, momentum, dt):
        momentum = momentum + 0.5 * dt * force(stiffness, position)
        position = position + dt * momentum
        return position, momentum + 0.5 * dt * force(stiffness, position)

    @jax.custom_vjp
    def integrate(stiffness, position, momentum):
        return forward(stiffness, position, momentum)[0]

    def forward(stiffness, position, momentum):
        def advance(_, state):
            return step(stiffness, *state, dt)

        last = lax.fori_loop(0, steps, advance, (position, momentum))
        return last, (stiffness, *last)

    def backward(residuals, cotangents):
        stiffness, *last = residuals

        def retreat(_, carry):
            state, (d_stiffness, *adjoint) = carry
            # No state was kept: the way back is the same method with the time reversed.
            state = step(stiffness, *state, -dt)
            _, pull_back = jax.vjp(lambda k, q, p: step(k, q, p, dt), stiffness, *state)
            to_stiffness, *adjoint = pull_back(tuple(adjoint))
            return state, (d_stiffness + to_stiffness, *adjoint)

        start = tuple(last), (jnp.zeros_like(stiffness), *cotangents)
        _, gradients = lax.fori_loop(0, steps, retreat, start)
        return gradients

    integrate.defvjp(forward, backward)

    def energy(stiffness, position, momentum):
        position, momentum = integrate(stiffness, position, momentum)
        return jnp.sum(jnp.square(position) + 0.5 * jnp.square(momentum))

    value_and_grad = jax.value_and_grad(energy, argnums=(0, 1, 2))
    return value_and_grad(stiffness, position, momentum)


def leapfrog_adjoint_reference(position, momentum, stiffness, *, steps, dt):
    # Tangents of each coordinate by its position, its momentum and its stiffness.
    value, gradients = np.zeros(()), [np.zeros_like(position) for _ in range(3)]
    for i in range(len(position)):
        k, q, p = stiffness[i], position[i], momentum[i]
        dq, dp = np.array([0.0, 1.0, 0.0]), np.array([0.0, 0.0, 1.0])
        by_k = np.array([1.0, 0.0, 0.0])
        for half_step in range(2 * steps):
            bend = by_k * np.sin(q) + k * np.cos(q) * dq
            p, dp = p - dt / 2 * k * np.sin(q), dp - dt / 2 * bend
            if half_step % 2 == 0:
                q, dq = q + dt * p, dq + dt * dp
        value = value + q * q + p * p / 2
        for part, slope in zip(gradients, 2 * q * dq + p * dp):
            part[i] = slope
    return value, tuple(gradients)


def named_layers_gradient(x, weights, targets, *, policy):
    """Gradient of a deep net of named layers, some values of which are kept."""
    from jax.ad_checkpoint import checkpoint_name

    policies = jax.checkpoint_policies
    saved = {
        "activations": policies.save_only_these_names("activation"),
        "nothing": policies.nothing_saveable,
        "everything": policies.everything_saveable,
    }[policy]

    def layer(x, weight):
        z = checkpoint_name(x @ weight, "preactivation")
        return checkpoint_name(jnp.sin(z), "activation")

    def loss(weights):
        activation = x
        for i in range(weights.shape[0]):
            with jax.named_scope(f"layer_{i}"):
                activation = jax.named_call(layer, name="dense")(activation, weights[i])
        return jnp.mean(jnp.square(activation - targets))

    return jax.value_and_grad(jax.checkpoint(loss, policy=saved))(weights)


def named_layers_gradient_reference(x, weights, targets, *, policy):
    value, gradients = np.zeros(()), np.zeros_like(weights)
    for row, target in zip(x, targets):
        inputs, sums = [row], []
        for weight in weights:
            sums.append(weight.T @ inputs[-1])
            inputs.append(np.sin(sums[-1]))
        error = inputs[-1] - target
        value = value + np.sum(error**2) / x.size
        back = 2 * error / x.size
        for i in reversed(range(len(weights))):
            inner = back * np.cos(sums[i])
            gradients[i] = gradients[i] + np.outer(inputs[i], inner)
            back = weights[i] @ inner
    return value, gradients


def selective_product_pullback(left, right, y_bar, *, frozen):
    """A product whose backward pass computes only the gradients that are asked for."""

    @jax.custom_vjp
    def product(left, right):
        return jnp.tanh(left @ right)

    def forward(left, right):
        value = jnp.tanh(left.value @ right.value)
        # Each operand is kept for the other's gradient.
        kept_left = left.value if right.perturbed else None
        kept_right = right.value if left.perturbed else None
        return value, (value, kept_left, kept_right)

    def backward(residuals, y_bar):
        value, left, right = residuals
        inner = y_bar * (1.0 - value * value)
        by_left = None if right is None else inner @ right.T
        by_right = None if left is None else left.T @ inner
        return by_left, by_right

    product.defvjp(forward, backward, symbolic_zeros=True)

    def apply(scale):
        if frozen == "left":
            return product(left, scale * right)
        return product(scale * left, right)

    value, pull_back = jax.vjp(apply, jnp.ones_like(y_bar[0, 0]))
    return value, pull_back(y_bar)[0]


def selective_product_pullback_reference(left, right, y_bar, *, frozen):
    z = left @ right
    # Either operand's scale scales the product.
    return np.tanh(z), np.sum(y_bar * (1 - np.tanh(z) ** 2) * z)
