"""Filters, gains and quantizers that follow: JAX, and NumPy from the definition."""

import math

import jax.numpy as jnp
import numpy as np
from jax import lax


def _frames(signal, size, hop):
    """Overlapping pieces of a signal, one in a row."""
    starts = hop * jnp.arange((signal.shape[-1] - size) // hop + 1)
    return signal[starts[:, None] + jnp.arange(size)]


def least_mean_squares(signal, desired, *, taps, rate, variant):
    """Adapt a filter until its output follows a desired signal."""

    def step(state, samples):
        weights, line = state
        line = jnp.roll(line, 1).at[0].set(samples[0])
        error = samples[1] - weights @ line
        if variant == "normalized":
            change = rate * error * line / (line @ line + 0.1)
        else:
            change = rate * error * line
        keep = 1.0 - 0.1 * rate if variant == "leaky" else 1.0
        return (keep * weights + change, line), error

    rest = jnp.zeros(taps, dtype=signal.dtype)
    (weights, _), errors = lax.scan(step, (rest, rest), (signal, desired))
    return weights, errors


def least_mean_squares_reference(signal, desired, *, taps, rate, variant):
    padded = np.concatenate([np.zeros(taps - 1), signal])
    weights = np.zeros(taps)
    errors = []
    for t in range(len(signal)):
        line = padded[t : t + taps][::-1]
        error = desired[t] - np.sum(weights * line)
        speed = rate / (0.1 + np.sum(line**2)) if variant == "normalized" else rate
        if variant == "leaky":
            weights = weights * (1 - rate / 10)
        weights = weights + speed * error * line
        errors.append(error)
    return weights, np.stack(errors)


def sign_adaptive_filter(signal, desired, *, taps, rate, variant):
    """Adapt a filter by signs of the error or of the data, as cheap hardware does."""
    padded = jnp.pad(signal, (taps - 1, 0))
    lines = _frames(padded, taps, 1)[:, ::-1]

    def step(weights, samples):
        line, target = samples
        error = target - jnp.dot(weights, line)
        direction = {
            "sign_error": jnp.sign(error) * line,
            "sign_data": error * jnp.sign(line),
            "sign_sign": jnp.sign(error) * jnp.sign(line),
        }[variant]
        return weights + rate * direction, error

    start = jnp.zeros(taps, dtype=signal.dtype)
    return lax.scan(step, start, (lines, desired))


def sign_adaptive_filter_reference(signal, desired, *, taps, rate, variant):
    weights = [np.zeros(()) for _ in range(taps)]
    errors = []
    for t in range(len(signal)):
        line = [signal[t - k] if t >= k else np.zeros(()) for k in range(taps)]
        error = desired[t] - sum(w * x for w, x in zip(weights, line))
        force = np.sign(error) if variant != "sign_data" else error
        for k in range(taps):
            sample = line[k] if variant == "sign_error" else np.sign(line[k])
            weights[k] = weights[k] + rate * force * sample
        errors.append(error)
    return np.stack(weights), np.stack(errors)


def affine_projection_filter(signal, desired, *, taps, order, rate):
    """Adapt a filter so that its last few outputs all move to what is desired."""
    lines = _frames(jnp.pad(signal, (taps - 1, 0)), taps, 1)[:, ::-1]
    recent = _frames(jnp.arange(lines.shape[0]), order, 1)
    ridge = 0.5 * jnp.eye(order, dtype=signal.dtype)

    def step(weights, index):
        inputs = lines[index]
        errors = desired[index] - inputs @ weights
        change = inputs.T @ jnp.linalg.solve(inputs @ inputs.T + ridge, errors)
        return weights + rate * change, errors[-1]

    start = jnp.zeros(taps, dtype=signal.dtype)
    return lax.scan(step, start, recent)


def affine_projection_filter_reference(signal, desired, *, taps, order, rate):
    count = len(signal)
    weights = np.zeros(taps)
    errors = []
    for t in range(order - 1, count):
        inputs = np.zeros((order, taps))
        for i in range(order):
            for k in range(taps):
                past = t - order + 1 + i - k
                if past >= 0:
                    inputs[i, k] = signal[past]
        error = desired[t - order + 1 : t + 1] - inputs @ weights
        # The same change from the primal side: a regularized least-squares problem.
        normal = inputs.T @ inputs + 0.5 * np.eye(taps)
        weights = weights + rate * np.linalg.solve(normal, inputs.T @ error)
        errors.append(error[-1])
    return weights, np.stack(errors)


def burg_prediction(signal, *, order):
    """A stable predictor from the least forward and backward errors."""
    forward, backward = signal[1:], signal[:-1]
    taps = jnp.ones(1, dtype=signal.dtype)
    power = jnp.mean(signal**2)
    for _ in range(order):
        energy = jnp.sum(forward**2) + jnp.sum(backward**2)
        reflection = -2.0 * jnp.dot(forward, backward) / energy
        longer = jnp.pad(taps, (0, 1))
        taps = longer + reflection * longer[::-1]
        power = power * (1.0 - reflection**2)
        forward, backward = (
            (forward + reflection * backward)[1:],
            (backward + reflection * forward)[:-1],
        )
    return taps, power


def burg_prediction_reference(signal, *, order):
    count = len(signal)
    taps = [np.ones(())]
    power = sum(x * x for x in signal) / count
    for size in range(order):
        # Errors of the current predictor, by the definition.
        ahead, back = [], []
        for t in range(size + 1, count):
            ahead.append(sum(taps[k] * signal[t - k] for k in range(size + 1)))
            start = t - 1 - size
            back.append(sum(taps[k] * signal[start + k] for k in range(size + 1)))
        energy = sum(a * a + b * b for a, b in zip(ahead, back))
        reflection = -2 * sum(a * b for a, b in zip(ahead, back)) / energy
        padded = [*taps, 0.0]
        taps = [padded[k] + reflection * padded[size + 1 - k] for k in range(size + 2)]
        power = power - power * reflection * reflection
    return np.stack(taps), power


def compress_dynamics(signal, *, threshold, ratio, knee, attack, release):
    """Turn loud passages down by a curve in decibels with a soft knee."""
    level = 10.0 * jnp.log10(signal**2 + 1e-6)
    over = level - threshold
    bent = (over + 0.5 * knee) ** 2 / (2.0 * knee)
    excess = jnp.where(2.0 * jnp.abs(over) <= knee, bent, jnp.maximum(over, 0.0))
    reduction = (1.0 - 1.0 / ratio) * excess

    def smooth(state, target):
        # Fast when it gets louder, slow when it gets softer.
        decay = jnp.where(target > state, attack, release)
        state = decay * state + (1.0 - decay) * target
        return state, state

    start = jnp.zeros((), dtype=signal.dtype)
    _, smoothed = lax.scan(smooth, start, reduction)
    return signal * 10.0 ** (-smoothed / 20.0)


def compress_dynamics_reference(signal, *, threshold, ratio, knee, attack, release):
    smoothed, output = np.zeros(()), []
    for sample in signal:
        level = 10 * np.log10(sample * sample + 1e-6)
        if 2 * (level - threshold) < -knee:
            target = 0.0
        elif 2 * (level - threshold) > knee:
            target = level - threshold - (level - threshold) / ratio
        else:
            bent = (level - threshold + knee / 2) ** 2 / (2 * knee)
            target = bent - bent / ratio
        decay = attack if target > smoothed else release
        smoothed = target + decay * (smoothed - target)
        output.append(sample * np.exp(-smoothed * math.log(10) / 20))
    return np.stack(output)


def noise_gate(signal, *, opening, closing, decay):
    """Let a signal through from where its level rises until it falls much lower."""

    def step(state, sample):
        level, is_open = state
        level = jnp.maximum(jnp.abs(sample), decay * level)
        is_open = jnp.where(is_open, level > closing, level > opening)
        return (level, is_open), (jnp.where(is_open, sample, 0.0), is_open)

    start = (jnp.zeros((), dtype=signal.dtype), jnp.array(False))
    return lax.scan(step, start, signal)[1]


def noise_gate_reference(signal, *, opening, closing, decay):
    count = len(signal)
    levels = []
    for t in range(count):
        peaks = [decay ** (t - s) * np.abs(signal[s]) for s in range(t + 1)]
        levels.append(np.max(np.stack(peaks)))
    gates = np.zeros(count, dtype=bool)
    for t in range(count):
        held = t > 0 and gates[t - 1] and levels[t] > closing
        gates[t] = held or levels[t] > opening
    return np.where(gates, signal, 0.0), gates


def limit_peaks(signal, *, ceiling, ahead):
    """Turn a signal down before each peak, so that none goes over a ceiling."""
    gains = ceiling / jnp.maximum(jnp.abs(signal), ceiling)
    padding = ((ahead, ahead),)
    lowest = lax.reduce_window(gains, jnp.inf, lax.min, (2 * ahead + 1,), (1,), padding)
    # The mean of minima over windows that all hold the peak is low enough there.
    padded = jnp.pad(lowest, ahead, mode="edge")
    weights = jnp.full(2 * ahead + 1, 1.0 / (2 * ahead + 1), dtype=signal.dtype)
    return signal * jnp.convolve(padded, weights, mode="valid")


def limit_peaks_reference(signal, *, ceiling, ahead):
    count = len(signal)
    lowest = []
    for t in range(count):
        around = np.abs(signal[max(t - ahead, 0) : t + ahead + 1])
        lowest.append(ceiling / np.maximum(np.max(around), ceiling))
    output = []
    for t in range(count):
        near = range(t - ahead, t + ahead + 1)
        total = sum(lowest[min(max(s, 0), count - 1)] for s in near)
        output.append(signal[t] * total / (2 * ahead + 1))
    return np.stack(output)


def compand(signal, *, law, bits):
    """Code samples by the logarithm of their size, and decode them again."""
    size = jnp.abs(signal)
    if law == "mu":
        bent = jnp.log1p(255.0 * size) / math.log(256.0)
    else:
        scale = 1.0 + math.log(87.6)
        tiny = jnp.minimum(87.6 * size, 1.0) / scale
        bent = jnp.where(
            87.6 * size < 1.0,
            tiny,
            (1.0 + jnp.log(jnp.maximum(87.6 * size, 1.0))) / scale,
        )
    levels = 2 ** (bits - 1) - 1
    codes = jnp.round(jnp.sign(signal) * bent * levels)
    share = jnp.abs(codes) / levels
    if law == "mu":
        decoded = jnp.expm1(share * math.log(256.0)) / 255.0
    else:
        decoded = jnp.where(
            share < 1.0 / scale, share * scale, jnp.exp(share * scale - 1.0)
        )
        decoded = decoded / 87.6
    return codes.astype(jnp.int8), jnp.sign(codes) * decoded


def compand_reference(signal, *, law, bits):
    levels = 2 ** (bits - 1) - 1
    codes, decoded = [], []
    for sample in signal:
        size = np.abs(sample)
        if law == "mu":
            bent = np.log(1 + 255 * size) / math.log(256)
        elif size < 1 / 87.6:
            bent = 87.6 * size / (1 + math.log(87.6))
        else:
            bent = np.log(math.e * 87.6 * size) / math.log(math.e * 87.6)
        code = int(np.rint(bent * levels))
        sign = 1 if sample > 0 else -1
        codes.append(sign * code)
        share = np.zeros(()) + code / levels
        if law == "mu":
            value = (256**share - 1) / 255
        elif code / levels < 1 / (1 + math.log(87.6)):
            value = share * (1 + math.log(87.6)) / 87.6
        else:
            value = (math.e * 87.6) ** share / (math.e * 87.6)
        decoded.append(sign * value)
    return np.array(codes, dtype=np.int8), np.stack(decoded)


def adaptive_delta_modulation(signal, *, smallest, growth):
    """Code a signal by one bit a sample: up or down, by steps that grow in a run."""

    def step(state, sample):
        estimate, size, last = state
        rises = sample > estimate
        size = jnp.maximum(
            jnp.where(rises == last, growth, 1.0 / growth) * size, smallest
        )
        estimate = estimate + jnp.where(rises, size, -size)
        return (estimate, size, rises), (rises, estimate)

    start = jnp.zeros((), dtype=signal.dtype)
    state = (start, jnp.full_like(start, smallest), jnp.array(True))
    return lax.scan(step, state, signal)[1]


def adaptive_delta_modulation_reference(signal, *, smallest, growth):
    estimate, size, last = np.zeros(()), np.zeros(()) + smallest, True
    bits, track = [], []
    for sample in signal:
        bit = bool(sample > estimate)
        size = size * growth if bit == last else size / growth
        size = np.maximum(size, smallest)
        estimate = estimate + size if bit else estimate - size
        last = bit
        bits.append(bit)
        track.append(estimate)
    return np.array(bits), np.stack(track)


def sigma_delta_modulation(signal, *, order):
    """Code a slow signal by signs whose errors are pushed to high frequencies."""

    def step(state, sample):
        first, second = state
        first = first + sample
        # The last integrator decides; of two, it feeds back twice as much.
        total = first if order == 1 else second + first
        positive = total >= 0
        force = jnp.where(positive, 1.0, -1.0).astype(signal.dtype)
        return (first - force, total - order * force), positive

    start = jnp.zeros((), dtype=signal.dtype)
    (_, total), signs = lax.scan(step, (start, start), signal)
    return signs, total


def sigma_delta_modulation_reference(signal, *, order):
    signs = []
    total = np.zeros(())
    inner = np.zeros(())
    for sample in signal:
        inner = inner + sample
        total = inner if order == 1 else total + inner
        signs.append(bool(total >= 0))
        inner = inner - 1 if signs[-1] else inner + 1
        total = total - order if signs[-1] else total + order
    return np.array(signs), total


def automatic_gain(signal, *, target, speed):
    """Scale a signal by a gain that rises while its power is below a target."""

    def step(gain, sample):
        output = gain * sample
        gain = gain * jnp.exp(speed * (target - output**2))
        return gain, (output, gain)

    return lax.scan(step, jnp.ones((), dtype=signal.dtype), signal)[1]


def automatic_gain_reference(signal, *, target, speed):
    # In logarithms, where the gain is a sum.
    level, outputs, gains = np.zeros(()), [], []
    for sample in signal:
        outputs.append(np.exp(level) * sample)
        level = level + speed * target - speed * outputs[-1] ** 2
        gains.append(np.exp(level))
    return np.stack(outputs), np.stack(gains)
