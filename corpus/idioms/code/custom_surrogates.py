"""Gradients that are replaced: JAX, and NumPy for what the rules say."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def spiking_neuron_gradient(weights, inputs, *, decay, slope):
    """Spikes of leaky neurons, and their number's gradient by a surrogate slope."""

    @jax.custom_jvp
    def spike(excess):
        return (excess > 0.0).astype(excess.dtype)

    @spike.defjvp
    def spike_jvp(primals, tangents):
        (excess,), (excess_dot,) = primals, tangents
        surrogate = 1.0 / jnp.square(1.0 + slope * jnp.abs(excess))
        return (excess > 0.0).astype(excess.dtype), surrogate * excess_dot

    def count_spikes(weights):
        def step(state, current):
            potential, fired = state
            # A spike resets the potential.
            potential = decay * potential * (1.0 - fired) + weights @ current
            fired = spike(potential - 1.0)
            return (potential, fired), fired

        silent = jnp.zeros_like(weights[:, 0])
        _, spikes = lax.scan(step, (silent, silent), inputs)
        return jnp.sum(jnp.mean(spikes, axis=0)), spikes

    gradient, spikes = jax.grad(count_spikes, has_aux=True)(weights)
    return spikes.astype(jnp.int32), gradient


def spiking_neuron_gradient_reference(weights, inputs, *, decay, slope):
    # Forward sensitivities instead of a pass back through time.
    neurons, steps = len(weights), len(inputs)
    spikes = np.zeros((steps, neurons), dtype=np.int32)
    gradient = np.zeros_like(weights)
    for n in range(neurons):
        potential, fired = np.zeros(()), 0
        moved, fired_moved = np.zeros_like(weights[n]), np.zeros_like(weights[n])
        for t in range(steps):
            moved = decay * (moved * (1 - fired) - potential * fired_moved) + inputs[t]
            potential = decay * potential * (1 - fired) + np.sum(weights[n] * inputs[t])
            fired = int(potential > 1)
            fired_moved = moved / (1 + slope * np.abs(potential - 1)) ** 2
            spikes[t, n] = fired
            gradient[n] = gradient[n] + fired_moved / steps
    return spikes, gradient


def domain_adversarial_gradients(x, w_features, w_domain, labels, *, strength):
    """Gradients of a domain classifier whose features learn to mislead it."""

    @jax.custom_vjp
    def reverse(features):
        return features

    reverse.defvjp(lambda x: (x, None), lambda _, cotangent: (-strength * cotangent,))

    def loss(w_features, w_domain):
        features = jnp.tanh(x @ w_features)
        logits = reverse(features) @ w_domain
        return jnp.mean(jax.nn.softplus(jnp.where(labels, -logits, logits)))

    return jax.value_and_grad(loss, argnums=(0, 1))(w_features, w_domain)


def domain_adversarial_gradients_reference(
    x, w_features, w_domain, labels, *, strength
):
    value = np.zeros(())
    d_features, d_domain = np.zeros_like(w_features), np.zeros_like(w_domain)
    for row, label in zip(x, labels):
        sign = -1 if label else 1
        features = np.tanh(w_features.T @ row)
        margin = sign * np.sum(features * w_domain)
        value = value + np.log(1 + np.exp(margin)) / len(x)
        slope = sign / (1 + np.exp(-margin)) / len(x)
        d_domain = d_domain + slope * features
        back = -strength * slope * w_domain * (1 - features**2)
        d_features = d_features + np.outer(row, back)
    return value, (d_features, d_domain)


@partial(jax.custom_vjp, nondiff_argnums=(1,))
def scale_gradient(x, factor):
    """Nothing on the way forward; a factor on the way back."""
    return x


scale_gradient.defvjp(
    lambda x, factor: (x, None), lambda factor, _, cotangent: (factor * cotangent,)
)


def unrolled_model_gradient(state, weights, rewards, *, factor):
    """Gradient of an unrolled model whose state's gradient is scaled at every step."""

    def loss(state, weights):
        def step(state, reward):
            state = jnp.tanh(weights @ scale_gradient(state, factor))
            return state, jnp.square(jnp.sum(state) - reward)

        _, losses = lax.scan(step, state, rewards)
        return jnp.mean(losses)

    return jax.value_and_grad(loss, argnums=(0, 1))(state, weights)


def unrolled_model_gradient_reference(state, weights, rewards, *, factor):
    states = [state]
    for _ in rewards:
        states.append(np.tanh(weights @ states[-1]))
    errors = [np.sum(s) - reward for s, reward in zip(states[1:], rewards)]
    value = sum(error * error for error in errors) / len(rewards)
    back, d_weights = np.zeros_like(state), np.zeros_like(weights)
    for t in reversed(range(len(rewards))):
        back = back + 2 * errors[t] / len(rewards)
        inner = back * (1 - states[t + 1] ** 2)
        d_weights = d_weights + np.outer(inner, states[t])
        back = factor * (weights.T @ inner)
    return value, (back, d_weights)


@jax.custom_vjp
def clip_gradient(low, high, x):
    """Nothing on the way forward; bounds for the cotangent on the way back."""
    return x


def _clip_gradient_forward(low, high, x):
    return x, (low, high)


def _clip_gradient_backward(bounds, cotangent):
    return None, None, jnp.clip(cotangent, *bounds)


clip_gradient.defvjp(_clip_gradient_forward, _clip_gradient_backward)


def clipped_slopes(x, low, high, *, function):
    """Values of a function and its slopes, which are clipped."""

    def clipped(x):
        inner = clip_gradient(low, high, x)
        if function == "cosine":
            return jnp.cos(3.0 * inner)
        return inner**3 - inner if function == "cubic" else jnp.exp(inner)

    return jax.vmap(jax.value_and_grad(clipped))(x)


def clipped_slopes_reference(x, low, high, *, function):
    if function == "cosine":
        value, slope = np.cos(3 * x), -3 * np.sin(3 * x)
    elif function == "cubic":
        value, slope = x**3 - x, 3 * x**2 - 1
    else:
        value = slope = np.exp(x)
    return value, np.minimum(np.maximum(slope, low), high)


def norm_clipped_recurrence(weights, inputs, start, y_bar, *, limit, per_row):
    """Pull a cotangent back through time, its norm bounded at every step."""

    @jax.custom_vjp
    def bounded(state):
        return state

    def backward(_, y_bar):
        axis = -1 if per_row else None
        norm = jnp.sqrt(jnp.sum(y_bar**2, axis=axis, keepdims=True))
        return (y_bar * jnp.minimum(1.0, limit / norm),)

    bounded.defvjp(lambda state: (state, None), backward)

    def run(start):
        def step(state, x):
            return jnp.tanh(bounded(state) @ weights + x), None

        return lax.scan(step, start, inputs)[0]

    last, pull_back = jax.vjp(run, start)
    return last, pull_back(y_bar)[0]


def norm_clipped_recurrence_reference(weights, inputs, start, y_bar, *, limit, per_row):
    states = [start]
    for x in inputs:
        states.append(np.tanh(states[-1] @ weights + x))
    back = y_bar
    for state in reversed(states[1:]):
        back = (back * (1 - state**2)) @ weights.T
        if per_row:
            norms = [np.maximum(np.sqrt(np.sum(row**2)), limit) for row in back]
            back = np.stack([limit * row / norm for row, norm in zip(back, norms)])
        else:
            back = back * limit / np.maximum(np.sqrt(np.sum(back**2)), limit)
    return states[-1], back


def binarized_layer_gradient(x, weights, targets, *, clip, scaled):
    """A layer with binary weights, whose gradient passes straight through the sign."""

    @jax.custom_vjp
    def binarize(weights):
        return jnp.where(weights >= 0.0, 1.0, -1.0).astype(weights.dtype)

    def backward(weights, cotangent):
        # Weights that are far out already learn no more.
        return (jnp.where(jnp.abs(weights) <= clip, cotangent, 0.0),)

    binarize.defvjp(lambda weights: (binarize(weights), weights), backward)

    def loss(weights):
        binary = binarize(weights)
        if scaled:
            binary = binary * jnp.mean(jnp.abs(weights), axis=0)
        return 0.5 * jnp.mean(jnp.square(x @ binary - targets))

    return jax.value_and_grad(loss)(weights)


def binarized_layer_gradient_reference(x, weights, targets, *, clip, scaled):
    fan_in = len(weights)
    signs = np.where(weights >= 0, 1.0, -1.0)
    sizes = np.sum(np.abs(weights), axis=0) / fan_in
    if not scaled:
        sizes = np.ones(weights.shape[1])
    errors = x @ (signs * sizes) - targets
    pulled = x.T @ errors / errors.size
    gradient = np.where(np.abs(weights) <= clip, pulled * sizes, 0.0)
    if scaled:
        for k in range(weights.shape[1]):
            by_size = np.sum(pulled[:, k] * signs[:, k])
            gradient[:, k] = gradient[:, k] + by_size * signs[:, k] / fan_in
    return np.sum(errors**2) / (2 * errors.size), gradient


def fake_quantized_gradient(x, weights, *, scale, bits, rounding_gradient):
    """Loss and gradient with weights that are rounded on the way forward only."""

    @partial(jax.custom_vjp, nondiff_argnums=(1,))
    def fake_quantize(x, bits):
        most = 2 ** (bits - 1) - 1
        return jnp.clip(jnp.round(x / scale), -most - 1, most) * scale

    def forward(x, bits):
        most = 2 ** (bits - 1) - 1
        inside = (x >= (-most - 1) * scale) & (x <= most * scale)
        return fake_quantize(x, bits), inside

    def backward(bits, inside, cotangent):
        return (jnp.where(inside, rounding_gradient * cotangent, 0.0),)

    fake_quantize.defvjp(forward, backward)

    def loss(weights):
        y = x @ fake_quantize(weights, bits)
        return jnp.sum(jax.nn.softplus(y))

    return jax.value_and_grad(loss)(weights)


def fake_quantized_gradient_reference(x, weights, *, scale, bits, rounding_gradient):
    low, high = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
    levels = np.minimum(np.maximum(np.rint(weights / scale), low), high)
    y = x @ (scale * levels)
    gradient = rounding_gradient * (x.T @ (1 / (1 + np.exp(-y))))
    inside = (weights / scale >= low) & (weights / scale <= high)
    return np.sum(np.log(1 + np.exp(y))), np.where(inside, gradient, 0.0)


def learned_step_gradient(x, step, y_bar, *, bits, signed):
    """Quantize by a learned step; pull a cotangent back to the values and the step."""
    low = -(2 ** (bits - 1)) if signed else 0
    high = 2 ** (bits - 1) - 1 if signed else 2**bits - 1

    @jax.custom_vjp
    def quantize(x, step):
        return jnp.round(jnp.clip(x / step, low, high)) * step

    def forward(x, step):
        return quantize(x, step), (x / step,)

    def backward(residuals, y_bar):
        (ratio,) = residuals
        inside = (ratio > low) & (ratio < high)
        slope = jnp.round(jnp.clip(ratio, low, high)) - jnp.where(inside, ratio, 0.0)
        # So that the step learns as fast as the values.
        balance = 1.0 / (ratio.size * high) ** 0.5
        by_step = balance * jnp.sum(slope * y_bar)
        return jnp.where(inside, y_bar, 0.0), by_step

    quantize.defvjp(forward, backward)
    value, pull_back = jax.vjp(quantize, x, step)
    return value, *pull_back(y_bar)


def learned_step_gradient_reference(x, step, y_bar, *, bits, signed):
    low, high = (
        (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    )
    value, by_x, by_step = np.zeros_like(x), np.zeros_like(x), np.zeros(())
    for i in range(len(x)):
        ratio = x[i] / step
        if ratio <= low or ratio >= high:
            level = slope = low if ratio <= low else high
        else:
            level = np.rint(ratio)
            slope = level - ratio
            by_x[i] = y_bar[i]
        value[i] = level * step
        by_step = by_step + slope * y_bar[i]
    return value, by_x, by_step / np.sqrt(len(x) * high)


def straight_through_choice(logits, noise, values, *, temperature):
    """Choose one value per row by perturbed logits; the gradient is the softmax's."""

    @jax.custom_jvp
    def choose(perturbed):
        best = jnp.argmax(perturbed, axis=-1)
        return jax.nn.one_hot(best, perturbed.shape[-1], dtype=perturbed.dtype)

    @choose.defjvp
    def choose_jvp(primals, tangents):
        (perturbed,), (perturbed_dot,) = primals, tangents
        probs = jax.nn.softmax(perturbed / temperature, axis=-1)
        mean = jnp.sum(probs * perturbed_dot, axis=-1, keepdims=True)
        return choose(perturbed), probs * (perturbed_dot - mean) / temperature

    def loss(logits, values):
        gumbel = -jnp.log(-jnp.log(noise))
        chosen = choose(logits + gumbel) @ values
        return jnp.sum(jnp.tanh(chosen)), chosen

    gradients, chosen = jax.grad(loss, argnums=(0, 1), has_aux=True)(logits, values)
    return chosen, *gradients


def straight_through_choice_reference(logits, noise, values, *, temperature):
    perturbed = logits - np.log(-np.log(noise))
    chosen = np.zeros((len(logits), values.shape[1]))
    by_logits, by_values = np.zeros_like(logits), np.zeros_like(values)
    for n, row in enumerate(perturbed):
        best = int(np.argmax(row))
        chosen[n] = values[best]
        slope = 1 - np.tanh(values[best]) ** 2
        by_values[best] = by_values[best] + slope
        weights = np.exp((row - np.max(row)) / temperature)
        probs = weights / np.sum(weights)
        scores = values @ slope
        by_logits[n] = probs * (scores - np.sum(probs * scores)) / temperature
    return chosen, by_logits, by_values


def frequency_scaled_embedding(table, tokens, targets, *, max_norm):
    """Gradient of an embedding table, divided by how often each row was looked up."""

    @jax.custom_vjp
    def embed(table, tokens):
        return table[tokens]

    def forward(table, tokens):
        return table[tokens], (table, tokens)

    def backward(residuals, cotangent):
        table, tokens = residuals
        counts = jnp.zeros(table.shape[0], table.dtype).at[tokens].add(1.0)
        shares = cotangent / counts[tokens][:, None]
        # Positions in a table have no gradient.
        return jnp.zeros_like(table).at[tokens].add(shares), None

    embed.defvjp(forward, backward)

    def loss(table):
        rows = embed(table, tokens)
        norms = jnp.sqrt(jnp.sum(jnp.square(rows), axis=1, keepdims=True))
        rows = rows * lax.stop_gradient(jnp.minimum(1.0, max_norm / norms))
        return 0.5 * jnp.sum(jnp.square(rows - targets))

    return jax.value_and_grad(loss)(table)


def frequency_scaled_embedding_reference(table, tokens, targets, *, max_norm):
    value, gradient = np.zeros(()), np.zeros_like(table)
    for token, target in zip(tokens, targets):
        row = table[token]
        scale = max_norm / np.maximum(np.sqrt(np.sum(row**2)), max_norm)
        value = value + np.sum((scale * row - target) ** 2) / 2
        share = scale * (scale * row - target) / int(np.sum(tokens == token))
        gradient[token] = gradient[token] + share
    return value, gradient


def vector_quantizer_gradients(x, codebook, targets, *, commitment):
    """Replace vectors by their nearest codes; gradients of vectors and codes."""

    @jax.custom_vjp
    def pass_through(x, codes):
        return codes

    pass_through.defvjp(lambda x, codes: (codes, None), lambda _, g: (g, None))

    def loss(x, codebook):
        gaps = x[:, None, :] - codebook
        nearest = jnp.argmin(jnp.sum(jnp.square(gaps), axis=-1), axis=1)
        codes = codebook[nearest]
        fit = jnp.sum(jnp.square(pass_through(x, codes) - targets))
        codes_move = jnp.sum(jnp.square(lax.stop_gradient(x) - codes))
        vectors_move = jnp.sum(jnp.square(x - lax.stop_gradient(codes)))
        return fit + codes_move + commitment * vectors_move, nearest.astype(jnp.int32)

    differentiate = jax.value_and_grad(loss, argnums=(0, 1), has_aux=True)
    (value, nearest), gradients = differentiate(x, codebook)
    return value, nearest, gradients


def vector_quantizer_gradients_reference(x, codebook, targets, *, commitment):
    value, nearest = np.zeros(()), []
    by_x, by_codes = np.zeros_like(x), np.zeros_like(codebook)
    for n, row in enumerate(x):
        distances = np.array([np.sum((row - code) ** 2) for code in codebook])
        best = int(np.argmin(distances))
        nearest.append(best)
        code = codebook[best]
        value = value + np.sum((code - targets[n]) ** 2)
        value = value + (1 + commitment) * distances[best]
        by_x[n] = 2 * (code - targets[n]) + 2 * commitment * (row - code)
        by_codes[best] = by_codes[best] + 2 * (code - row)
    return value, np.array(nearest, dtype=np.int32), (by_x, by_codes)
