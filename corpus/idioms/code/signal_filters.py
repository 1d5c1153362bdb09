"""Filters of fixed coefficients: JAX, and NumPy from the definition."""

import math

import jax.numpy as jnp
import numpy as np
from jax import lax


def _angles_reference(rows, columns, points):
    # Angles of the unit roots; whole turns are taken off as integers.
    turns = np.outer(rows, columns) % points
    return (np.zeros(turns.shape) + turns) * (2 * np.pi / points)


def minimum_phase_response(magnitudes):
    """The causal series of these magnitudes whose energy comes as early as it can."""
    bins = magnitudes.shape[-1]
    count = 2 * (bins - 1)
    cepstrum = jnp.fft.irfft(jnp.log(magnitudes), n=count)
    # Folding makes the cepstrum causal; it keeps the magnitudes.
    fold = jnp.full(bins, 2.0, dtype=magnitudes.dtype).at[jnp.array([0, -1])].set(1.0)
    folded = jnp.zeros_like(cepstrum).at[:bins].set(fold * cepstrum[:bins])
    return jnp.fft.irfft(jnp.exp(jnp.fft.rfft(folded)), n=count)


def minimum_phase_response_reference(magnitudes):
    # Log magnitude and phase are a pair of Hilbert transforms.
    bins = len(magnitudes)
    count = 2 * (bins - 1)
    level = np.log(np.concatenate([magnitudes, magnitudes[-2:0:-1]]))
    phase = np.zeros(count)
    for k in range(count):
        for j in range(count):
            if (k - j) % 2:
                angle = np.zeros(()) + np.pi * ((k - j) % count) / count
                phase[k] -= 2 / count * level[j] / np.tan(angle)
    magnitudes = np.exp(level)
    angles = _angles_reference(np.arange(count), np.arange(count), count)
    real, imag = magnitudes * np.cos(phase), magnitudes * np.sin(phase)
    return (np.cos(angles) @ real - np.sin(angles) @ imag) / count


def shaped_taper(signal, *, window, parameter):
    """Fade a signal in and out by a window with a parameter for its width."""
    count = signal.shape[-1]
    places = jnp.linspace(-1.0, 1.0, count, dtype=signal.dtype)
    if window == "kaiser":
        taper = jnp.kaiser(count, parameter).astype(signal.dtype)
    elif window == "gaussian":
        taper = jnp.exp(-0.5 * (parameter * places) ** 2)
    else:  # Tukey's: flat in the middle, with half a cosine at either end
        share = 1.0 / (1.0 + parameter)
        inside = jnp.clip((jnp.abs(places) - 1.0 + share) / share, 0.0, 1.0)
        taper = 0.5 + 0.5 * jnp.cos(jnp.pi * inside)
    return signal * taper


def shaped_taper_reference(signal, *, window, parameter):
    count = len(signal)
    tapered = []
    for k in range(count):
        place = np.zeros(()) + (2 * k - count + 1) / (count - 1)
        if window == "kaiser":
            root = np.sqrt(np.maximum(1 - place * place, 0.0))
            # The series of the modified Bessel function.
            terms = [(parameter / 2) ** m / math.factorial(m) for m in range(40)]
            taper = sum(term**2 * root ** (2 * m) for m, term in enumerate(terms))
            taper = taper / sum(term**2 for term in terms)
        elif window == "gaussian":
            taper = np.exp(-((parameter * place) ** 2) / 2)
        else:
            start = parameter / (1 + parameter)
            taper = np.ones(())
            if np.abs(place) > start:
                share = (np.abs(place) - start) / (1 - start)
                taper = (1 + np.cos(np.pi * share)) / 2
        tapered.append(signal[k] * taper)
    return np.stack(tapered)


def classic_taper(signals, *, window, unbiased):
    """Fade each row in and out; keep the mean of a constant if wanted."""
    make = {
        "hann": jnp.hanning,
        "hamming": jnp.hamming,
        "blackman": jnp.blackman,
        "bartlett": jnp.bartlett,
    }[window]
    taper = make(signals.shape[-1]).astype(signals.dtype)
    if unbiased:
        taper = taper / jnp.mean(taper)
    return signals * taper


def classic_taper_reference(signals, *, window, unbiased):
    count = signals.shape[1]
    taper = np.zeros(count)
    for k in range(count):
        angle = np.zeros(()) + 2 * np.pi * k / (count - 1)
        taper[k] = {
            "hann": np.sin(angle / 2) ** 2,
            "hamming": 0.54 - 0.46 * np.cos(angle),
            "blackman": 0.42 - 0.5 * np.cos(angle) + 0.08 * np.cos(2 * angle),
            "bartlett": 1 - np.abs(np.zeros(()) + 2 * k / (count - 1) - 1),
        }[window]
    return signals * taper / (np.sum(taper) / count if unbiased else 1.0)


def streaming_filter(signal, taps, history):
    """Filter a block of samples after those of the block before it."""
    reach = taps.shape[0] - 1
    extended = jnp.concatenate([history, signal])
    output = jnp.convolve(extended, taps, mode="valid")
    return output, extended[extended.shape[0] - reach :]


def streaming_filter_reference(signal, taps, history):
    reach = len(taps) - 1
    past = [*history, *signal]
    output = [
        sum(taps[k] * past[reach + t - k] for k in range(reach + 1))
        for t in range(len(signal))
    ]
    return np.stack(output), np.stack(past[len(past) - reach :])


def windowed_sinc_filter(signal, cutoff, *, half, kind):
    """Filter a signal by a truncated ideal response under a Hamming window."""
    times = jnp.arange(-half, half + 1, dtype=signal.dtype)
    taper = 0.54 + 0.46 * jnp.cos(jnp.pi * times / half)
    taps = 2.0 * cutoff * jnp.sinc(2.0 * cutoff * times) * taper
    taps = taps / jnp.sum(taps)
    if kind == "highpass":
        taps = jnp.where(times == 0, 1.0, 0.0) - taps
    return jnp.convolve(signal, taps, mode="same")


def windowed_sinc_filter_reference(signal, cutoff, *, half, kind):
    taps = []
    for k in range(-half, half + 1):
        ideal = np.sin(2 * np.pi * cutoff * k) / (np.pi * k) if k else 2 * cutoff
        taps.append(ideal * (0.54 + 0.46 * np.cos(np.zeros(()) + np.pi * k / half)))
    total = sum(taps)
    output = []
    for t in range(len(signal)):
        low = 0.0
        for k in range(-half, half + 1):
            if 0 <= t - k < len(signal):
                low = low + signal[t - k] * taps[k + half] / total
        output.append(low if kind == "lowpass" else signal[t] - low)
    return np.stack(output)


def direct_form_filter(signals, feedforward, feedback):
    """Filter each row by a rational transfer function, with one delay line."""
    order = feedback.shape[0]
    padding = (0, order + 1 - feedforward.shape[0])
    ahead = jnp.pad(feedforward, padding)

    def step(delays, samples):
        output = delays[0] + ahead[0] * samples
        shifted = jnp.concatenate([delays[1:], jnp.zeros_like(delays[:1])])
        delays = shifted + ahead[1:, None] * samples - feedback[:, None] * output
        return delays, output

    rest = jnp.zeros((order, signals.shape[0]), dtype=signals.dtype)
    return lax.scan(step, rest, signals.T)[1].T


def direct_form_filter_reference(signals, feedforward, feedback):
    batch, count = signals.shape
    outputs = []
    for t in range(count):
        total = np.zeros(batch)
        for k in range(min(t + 1, len(feedforward))):
            total = total + feedforward[k] * signals[:, t - k]
        for k in range(min(t, len(feedback))):
            total = total - feedback[k] * outputs[t - 1 - k]
        outputs.append(total)
    return np.stack(outputs, axis=1)


def parallel_recursive_filter(signal, feedback):
    """An all-pole filter in logarithmic depth, by products of companion matrices."""
    order = feedback.shape[0]
    shift = jnp.eye(order, k=-1, dtype=signal.dtype)
    companion = shift.at[0].set(-feedback)
    matrices = jnp.broadcast_to(companion, (signal.shape[0], order, order))
    inputs = jnp.zeros((signal.shape[0], order), signal.dtype).at[:, 0].set(signal)

    def compose(first, second):
        matrix = second[0] @ first[0]
        vector = jnp.einsum("...ij,...j->...i", second[0], first[1]) + second[1]
        return matrix, vector

    return lax.associative_scan(compose, (matrices, inputs))[1][:, 0]


def parallel_recursive_filter_reference(signal, feedback):
    outputs = []
    for t in range(len(signal)):
        total = signal[t]
        for k in range(min(t, len(feedback))):
            total = total - feedback[k] * outputs[t - 1 - k]
        outputs.append(total)
    return np.stack(outputs)


def resonator_cascade(signal, radii, angles):
    """Send a signal through a chain of resonators with conjugate poles."""

    def section(samples, pole):
        radius, angle = pole
        first, second = 2.0 * radius * jnp.cos(angle), -(radius**2)

        def step(delays, sample):
            output = sample + first * delays[0] + second * delays[1]
            return (output, delays[0]), output

        rest = jnp.zeros((), dtype=samples.dtype)
        return lax.scan(step, (rest, rest), samples)[1], None

    return lax.scan(section, signal, (radii, angles))[0]


def resonator_cascade_reference(signal, radii, angles):
    # Convolutions by the impulse responses in closed form.
    count = len(signal)
    for radius, angle in zip(radii, angles):
        response = [
            radius**t * np.sin((t + 1) * angle) / np.sin(angle) for t in range(count)
        ]
        signal = np.stack(
            [
                sum(response[k] * signal[t - k] for k in range(t + 1))
                for t in range(count)
            ]
        )
    return signal


def state_variable_filter(signal, cutoff, *, damping):
    """Low, band and high pass outputs of a filter of two trapezoidal integrators."""
    gain = jnp.tan(jnp.pi * cutoff)
    scale = 1.0 / (1.0 + gain * (gain + damping))

    def step(state, sample):
        first, second = state
        high = (sample - (damping + gain) * first - second) * scale
        band = gain * high + first
        low = gain * band + second
        return (gain * high + band, gain * band + low), (low, band, high)

    rest = jnp.zeros((), dtype=signal.dtype)
    return lax.scan(step, (rest, rest), signal)[1]


def state_variable_filter_reference(signal, cutoff, *, damping):
    # The trapezoidal rule for x' = A x + b u, solved for each new state.
    gain = np.tan(np.pi * cutoff)
    system = gain * np.array([[-damping, -1.0], [1.0, 0.0]])
    forcing = gain * np.array([1.0, 0.0])
    implicit = np.linalg.inv(np.eye(2) - system)
    state, previous = np.zeros(2), 0.0
    rows = []
    for sample in signal:
        known = state + system @ state + forcing * previous
        if not rows:
            known = state  # at rest, as if the input had been zero before
        state = implicit @ (known + forcing * sample)
        band, low = state[0], state[1]
        rows.append([low, band, sample - damping * band - low])
        previous = sample
    columns = np.array(rows).T
    return columns[0], columns[1], columns[2]


def lattice_filter(signal, reflections):
    """Forward and backward prediction errors, a stage for each reflection."""

    def stage(errors, reflection):
        forward, backward = errors
        delayed = jnp.pad(backward[:-1], (1, 0))
        errors = forward + reflection * delayed, delayed + reflection * forward
        return errors, None

    (forward, backward), _ = lax.scan(stage, (signal, signal), reflections)
    return forward, backward


def lattice_filter_reference(signal, reflections):
    # The polynomial of the whole lattice, and its mirror image.
    taps = np.ones(1)
    for reflection in reflections:
        longer = np.concatenate([taps, np.zeros(1)])
        taps = longer + reflection * longer[::-1]
    forward, backward = [], []
    for t in range(len(signal)):
        reach = range(min(t + 1, len(taps)))
        forward.append(sum(taps[k] * signal[t - k] for k in reach))
        backward.append(sum(taps[len(taps) - 1 - k] * signal[t - k] for k in reach))
    return np.stack(forward), np.stack(backward)


def delayed_feedback(signal, *, delay, gain, kind):
    """A comb or an all-pass filter, a whole delay's worth of samples at a time."""
    count = signal.shape[-1]
    blocks = jnp.pad(signal, (0, -count % delay)).reshape(-1, delay)

    def step(state, block):
        before, echo = state
        if kind == "feedforward":
            output = block + gain * before
        elif kind == "feedback":
            output = block + gain * echo
        else:
            output = -gain * block + before + gain * echo
        return (block, output), output

    rest = jnp.zeros(delay, dtype=signal.dtype)
    return lax.scan(step, (rest, rest), blocks)[1].reshape(-1)[:count]


def delayed_feedback_reference(signal, *, delay, gain, kind):
    # Impulse responses: a pair of pulses, or echoes that die out.
    output = []
    for t in range(len(signal)):
        total = signal[t] if kind != "allpass" else -gain * signal[t]
        for k in range(1, t // delay + 1):
            past = signal[t - k * delay]
            if kind == "feedforward":
                total = total + (gain * past if k == 1 else 0 * past)
            elif kind == "feedback":
                total = total + gain**k * past
            else:
                total = total + (1 - gain**2) * gain ** (k - 1) * past
        output.append(total)
    return np.stack(output)


def zero_phase_smoother(signals, *, decay):
    """Smooth rows by a one-pole filter forwards, then backwards."""

    def smooth(level, samples):
        level = decay * level + (1.0 - decay) * samples
        return level, level

    last, ahead = lax.scan(smooth, signals[:, 0], signals.T)
    return lax.scan(smooth, last, ahead, reverse=True)[1].T


def zero_phase_smoother_reference(signals, *, decay):
    count = signals.shape[1]
    # Both passes as one matrix; what is before the start is like the first sample.
    matrix = np.zeros((count, count))
    for t in range(count):
        for s in range(t + 1):
            matrix[t, s] = (1 - decay) * decay ** (t - s)
        matrix[t, 0] += decay ** (t + 1)
    return signals @ matrix.T @ matrix[::-1, ::-1].T


def offset_remover(signals, *, pole):
    """Difference each row and leak the sum, in logarithmic depth."""
    changes = jnp.diff(signals, axis=1, prepend=0.0)

    def compose(first, second):
        return first[0] * second[0], second[0] * first[1] + second[1]

    decays = jnp.full_like(changes, pole)
    return lax.associative_scan(compose, (decays, changes), axis=1)[1]


def offset_remover_reference(signals, *, pole):
    output = np.zeros_like(signals)
    for t in range(signals.shape[1]):
        for s in range(t + 1):
            change = signals[:, s] - (signals[:, s - 1] if s else 0.0)
            output[:, t] += pole ** (t - s) * change
    return output
