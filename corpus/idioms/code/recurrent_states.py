"""Linear recurrences and state-space models: JAX, and NumPy from the definition."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from .recurrent import sigmoid_reference


def diagonal_state_space(inputs, rates, b, c, log_step, skip, *, method):
    """Diagonal state-space layer in its convolutional form."""
    step = jnp.exp(log_step)[:, None]
    scaled = -step * rates
    if method == "zoh":
        decay, drive = jnp.exp(scaled), b * jnp.expm1(scaled) / -rates
    else:
        decay = (1.0 + scaled / 2.0) / (1.0 - scaled / 2.0)
        drive = b * step / (1.0 - scaled / 2.0)
    # The kernel is the impulse response, a sum of decaying exponentials.
    powers = decay[..., None] ** jnp.arange(len(inputs))
    kernel = jnp.einsum("dn,dnt->dt", c * drive, powers)
    convolve = jax.vmap(jnp.convolve, in_axes=(1, 0), out_axes=1)
    return convolve(inputs, kernel)[: len(inputs)] + skip * inputs


def diagonal_state_space_reference(inputs, rates, b, c, log_step, skip, *, method):
    length, channels = inputs.shape
    output = np.zeros_like(inputs)
    for d in range(channels):
        step = np.exp(log_step[d])
        if method == "zoh":
            decay = np.exp(-step * rates[d])
            drive = b[d] * (1.0 - decay) / rates[d]
        else:
            decay = (2.0 - step * rates[d]) / (2.0 + step * rates[d])
            drive = 2.0 * step * b[d] / (2.0 + step * rates[d])
        state = np.zeros_like(rates[d])
        for t in range(length):
            state = decay * state + drive * inputs[t, d]
            output[t, d] = np.sum(c[d] * state) + skip[d] * inputs[t, d]
    return output


def chain_affine_maps(first, second):
    """The map ``h -> a2 * (a1 * h + b1) + b2``."""
    a1, b1 = first
    a2, b2 = second
    return a1 * a2, a2 * b1 + b2


def parallel_min_gru(inputs, state, w_gate, w_candidate, *, reverse):
    """Minimal gated recurrent unit, all steps at once by an associative scan."""
    gate = jax.nn.sigmoid(inputs @ w_gate)
    candidate = inputs @ w_candidate
    # Neither depends on the state, so that each step is an affine map of it.
    maps = (1.0 - gate, gate * candidate)
    decay, offset = lax.associative_scan(chain_affine_maps, maps, reverse=reverse)
    return decay * state + offset


def parallel_min_gru_reference(inputs, state, w_gate, w_candidate, *, reverse):
    length = len(inputs)
    outputs = np.zeros((length, len(state)))
    h = state
    for t in reversed(range(length)) if reverse else range(length):
        gate = sigmoid_reference(w_gate.T @ inputs[t])
        h = (1.0 - gate) * h + gate * (w_candidate.T @ inputs[t])
        outputs[t] = h
    return outputs


def selective_scan(inputs, log_rates, w_step, b_step, w_b, w_c, skip):
    """State-space model whose step sizes and projections depend on the input."""
    rates = -jnp.exp(log_rates)

    def step(state, x):
        delta = jax.nn.softplus(x @ w_step + b_step)[:, None]
        state = jnp.exp(delta * rates) * state + delta * jnp.outer(x, x @ w_b)
        return state, state @ (x @ w_c) + skip * x

    return lax.scan(step, jnp.zeros_like(rates), inputs)[1]


def selective_scan_reference(inputs, log_rates, w_step, b_step, w_b, w_c, skip):
    steps = np.log(1.0 + np.exp(inputs @ w_step + b_step))
    written, read = inputs @ w_b, inputs @ w_c
    # What was written at step s has decayed ever since.
    times = np.cumsum(steps, axis=0)
    causal = np.tri(len(inputs), dtype=bool)[..., None]
    elapsed = np.where(causal, times[:, None] - times, 0.0)
    decayed = np.exp(-np.exp(log_rates) * elapsed[..., None])
    left = np.where(causal[..., None], decayed, 0.0)
    kept = np.einsum("tn,sn,tsdn->tsd", read, written, left)
    return np.sum(kept * (steps * inputs), axis=1) + skip * inputs


def chunkwise_retention(query, key, value, *, chunk, slowest):
    """Retention with exponential decay, parallel in chunks and recurrent across."""
    heads, length, dim = query.shape
    decays = 1.0 - 2.0 ** (-slowest - jnp.arange(heads, dtype=query.dtype))

    def head(q, k, v, decay):
        offset = jnp.arange(chunk)
        lag = offset[:, None] - offset[None, :]
        inner = jnp.where(lag >= 0, decay ** jnp.maximum(lag, 0), 0.0)
        since_start = decay ** (offset + 1)
        until_end = decay ** (chunk - 1 - offset)

        def block(state, tokens):
            q, k, v = tokens
            within = (q @ k.T * inner) @ v
            across = (q @ state) * since_start[:, None]
            state = state * decay**chunk + k.T @ (v * until_end[:, None])
            return state, within + across

        blocks = [x.reshape(length // chunk, chunk, -1) for x in (q, k, v)]
        state = jnp.zeros((dim, v.shape[-1]), v.dtype)
        _, output = lax.scan(block, state, tuple(blocks))
        return output.reshape(length, -1)

    return jax.vmap(head)(query, key, value, decays)


def chunkwise_retention_reference(query, key, value, *, chunk, slowest):
    heads, length, _ = query.shape
    output = np.zeros_like(value)
    for h in range(heads):
        decay = np.array(1.0 - 2.0 ** (-slowest - h))
        for t in range(length // chunk * chunk):
            for s in range(t + 1):
                score = np.sum(query[h, t] * key[h, s])
                output[h, t] += decay ** (t - s) * score * value[h, s]
    return output


class Recall(NamedTuple):
    """Weighted sums, both scaled down by the exponential of an exponent."""

    numerator: jax.Array
    denominator: jax.Array
    exponent: jax.Array


def receptance_weighted_recall(receptance, key, value, decay, bonus):
    """Time mixing of RWKV: decayed means of the values, without overflow."""

    def step(past, token):
        k, v = token
        # The current token has a bonus instead of a decay.
        peak = jnp.maximum(past.exponent, k + bonus)
        old, new = jnp.exp(past.exponent - peak), jnp.exp(k + bonus - peak)
        numerator = old * past.numerator + new * v
        mean = numerator / (old * past.denominator + new)

        faded = past.exponent - decay
        peak = jnp.maximum(faded, k)
        old, new = jnp.exp(faded - peak), jnp.exp(k - peak)
        numerator = old * past.numerator + new * v
        return Recall(numerator, old * past.denominator + new, peak), mean

    zeros = jnp.zeros_like(bonus)
    past = Recall(zeros, zeros, zeros - jnp.inf)
    _, means = lax.scan(step, past, (key, value))
    return jax.nn.sigmoid(receptance) * means


def receptance_weighted_recall_reference(receptance, key, value, decay, bonus):
    output = np.zeros_like(value)
    for t in range(len(key)):
        weight = np.exp(bonus + key[t])
        numerator, denominator = weight * value[t], weight
        for s in range(t):
            weight = np.exp(key[s] - (t - 1 - s) * decay)
            numerator = numerator + weight * value[s]
            denominator = denominator + weight
        output[t] = numerator / denominator / (1.0 + np.exp(-receptance[t]))
    return output


def linear_recurrent_unit(inputs, log_decay, log_phase, b, c, skip):
    """Diagonal linear recurrence with complex eigenvalues inside the unit circle."""
    modulus = jnp.exp(-jnp.exp(log_decay))
    phase = jnp.exp(log_phase)
    eigenvalues = modulus * lax.complex(jnp.cos(phase), jnp.sin(phase))
    # Keeps the variance of the states that of the inputs.
    scale = jnp.sqrt(1.0 - modulus**2)
    driven = inputs @ (lax.complex(*b) * scale[:, None]).T
    decays = jnp.broadcast_to(eigenvalues, driven.shape)
    _, states = lax.associative_scan(chain_affine_maps, (decays, driven))
    return jnp.real(states @ lax.complex(*c).T) + skip * inputs


def linear_recurrent_unit_reference(inputs, log_decay, log_phase, b, c, skip):
    output = np.zeros_like(inputs)
    for n in range(len(log_decay)):
        modulus, phase = np.exp(-np.exp(log_decay[n])), np.exp(log_phase[n])
        scale = np.sqrt(1.0 - modulus**2)
        real, imaginary = np.zeros(()), np.zeros(())
        for t in range(len(inputs)):
            turned = np.cos(phase) * real - np.sin(phase) * imaginary
            other = np.sin(phase) * real + np.cos(phase) * imaginary
            real = modulus * turned + scale * np.sum(b[0, n] * inputs[t])
            imaginary = modulus * other + scale * np.sum(b[1, n] * inputs[t])
            output[t] += c[0, :, n] * real - c[1, :, n] * imaginary
    return output + skip * inputs


def gated_delta_rule(query, key, value, decay, rate):
    """Fast-weight memory that forgets, and corrects what it recalls for each key."""
    key = key / jnp.linalg.norm(key, axis=-1, keepdims=True)

    def step(memory, token):
        q, k, v, alpha, beta = token
        memory = alpha * memory
        error = v - memory @ k
        memory = memory + beta * jnp.outer(error, k)
        return memory, memory @ q

    memory = jnp.zeros((value.shape[1], key.shape[1]), value.dtype)
    memory, recalled = lax.scan(step, memory, (query, key, value, decay, rate))
    return recalled, memory


def gated_delta_rule_reference(query, key, value, decay, rate):
    size = key.shape[1]
    memory = np.zeros((value.shape[1], size))
    outputs = np.zeros_like(value)
    for t in range(len(key)):
        k = key[t] / np.sqrt(np.sum(key[t] ** 2))
        erase = np.eye(size) - rate[t] * np.outer(k, k)
        memory = decay[t] * (memory @ erase) + rate[t] * np.outer(value[t], k)
        outputs[t] = np.sum(memory * query[t], axis=1)
    return outputs, memory


def legendre_memory(signal, *, order, implicitness):
    """Coefficients of Legendre polynomials that fit the signal's whole past (HiPPO)."""
    n = jnp.arange(order, dtype=signal.dtype)
    root = jnp.sqrt(2.0 * n + 1.0)
    dynamics = jnp.tril(jnp.outer(root, root), -1) + jnp.diag(n + 1.0)
    eye = jnp.eye(order, dtype=signal.dtype)

    def step(coefficients, item):
        time, value = item
        # The measure stretches with the past, so that steps shrink as it grows.
        explicit = eye - (1.0 - implicitness) / time * dynamics
        right = explicit @ coefficients + root * value / time
        new = jnp.linalg.solve(eye + implicitness / time * dynamics, right)
        return new, new

    times = jnp.arange(1, len(signal) + 1, dtype=signal.dtype)
    return lax.scan(step, jnp.zeros_like(root), (times, signal))[1]


def legendre_memory_reference(signal, *, order, implicitness):
    output = np.zeros((len(signal), order))
    scale = np.array([np.sqrt(2.0 * n + 1.0) for n in range(order)])
    before = np.zeros(order)
    for t in range(len(signal)):
        step = np.array(1.0 / (t + 1))
        after = np.zeros(order)
        for n in range(order):
            # Forward substitution: the dynamics are lower triangular.
            pull = (1.0 - implicitness) * (
                scale[n] * np.sum(scale[:n] * before[:n]) + (n + 1) * before[n]
            )
            pull = pull + implicitness * scale[n] * np.sum(scale[:n] * after[:n])
            right = before[n] + step * (scale[n] * signal[t] - pull)
            after[n] = right / (1.0 + implicitness * step * (n + 1))
        before = after
        output[t] = after
    return output


def real_gated_recurrence(inputs, w_recurrence, w_input, decay_logits, *, power):
    """Real-gated linear recurrent unit, its input and decay gated by the input."""
    recurrence = jax.nn.sigmoid(inputs @ w_recurrence)
    gated = jax.nn.sigmoid(inputs @ w_input) * inputs
    # In the log domain, so that decays near one keep their precision.
    log_decay = power * recurrence * jax.nn.log_sigmoid(decay_logits)
    decay = jnp.exp(log_decay)
    driven = jnp.sqrt(-jnp.expm1(2.0 * log_decay)) * gated
    return lax.associative_scan(chain_affine_maps, (decay, driven))[1]


def real_gated_recurrence_reference(
    inputs, w_recurrence, w_input, decay_logits, *, power
):
    output = np.zeros_like(inputs)
    state = np.zeros(inputs.shape[1])
    base = sigmoid_reference(decay_logits)
    for t in range(len(inputs)):
        gate = sigmoid_reference(w_recurrence.T @ inputs[t])
        decay = base ** (power * gate)
        drive = sigmoid_reference(w_input.T @ inputs[t]) * inputs[t]
        state = decay * state + np.sqrt((1.0 - decay) * (1.0 + decay)) * drive
        output[t] = state
    return output
