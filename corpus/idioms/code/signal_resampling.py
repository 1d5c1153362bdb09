"""Signals at other rates and with delays: JAX, and NumPy from the definition."""

import jax.numpy as jnp
import numpy as np
from jax import lax


def fourier_resample(signal, *, points):
    """Resample a periodic signal by cutting or extending its spectrum."""
    count = signal.shape[-1]
    kept = min(count, points)
    spectrum = jnp.fft.rfft(signal)[..., : kept // 2 + 1]
    if kept % 2 == 0 and count != points:
        # The bin at the lower Nyquist rate stands for one frequency or for two.
        spectrum = spectrum.at[..., -1].multiply(2.0 if points < count else 0.5)
    return jnp.fft.irfft(spectrum, n=points) * (points / count)


def fourier_resample_reference(signal, *, points):
    # Trigonometric interpolation: every sample contributes a periodic kernel.
    count = signal.shape[-1]
    kept = min(count, points)
    m, n = np.arange(points)[:, None], np.arange(count)
    k = np.arange(1, (kept - 1) // 2 + 1)[:, None, None]
    turns = (m * count - n * points) * k % (points * count)
    angles = (np.zeros(turns.shape) + turns) * (2 * np.pi / (points * count))
    kernel = 1 + 2 * np.sum(np.cos(angles), axis=0)
    if kept % 2 == 0 and points < count:
        # Both halves of the longer spectrum fold onto the new Nyquist bin.
        turns = n * (kept // 2) % count
        angles = (np.zeros(count) + turns) * (2 * np.pi / count)
        kernel = kernel + 2 * (-1) ** m * np.cos(angles)
    elif kept % 2 == 0:
        turns = m * (kept // 2) % points
        angles = (np.zeros(turns.shape) + turns) * (2 * np.pi / points)
        kernel = kernel + (-1) ** n * np.cos(angles)
    return np.einsum("bn,mn->bm", signal, kernel) / count


def fractional_delay(signals, delays):
    """Delay each periodic signal by its own number of samples, whole or not."""
    count = signals.shape[-1]
    frequencies = jnp.fft.rfftfreq(count, dtype=signals.dtype)
    angles = -2.0 * jnp.pi * frequencies * delays[:, None]
    shifted = jnp.fft.rfft(signals) * lax.complex(jnp.cos(angles), jnp.sin(angles))
    return jnp.fft.irfft(shifted, n=count)


def fractional_delay_reference(signals, delays):
    # A sum of Dirichlet kernels.
    count = signals.shape[-1]
    result = np.zeros_like(signals)
    for t in range(count):
        lags = (t - np.arange(count)) - delays[:, None]
        kernel = np.ones(signals.shape)
        for k in range(1, (count - 1) // 2 + 1):
            kernel = kernel + 2 * np.cos(2 * np.pi * k / count * lags)
        if count % 2 == 0:
            kernel = kernel + np.cos(np.pi * delays)[:, None] * (-1) ** np.abs(
                t - np.arange(count)
            )
        result[:, t] = np.sum(kernel * signals, axis=1) / count
    return result


def integrator_comb_decimator(samples, *, factor, stages):
    """Integrate integers, keep every few, and difference: no multiplications."""
    sums = samples
    for _ in range(stages):
        sums = jnp.cumsum(sums, axis=-1, dtype=jnp.int32)
    kept = sums[..., factor - 1 :: factor]
    for _ in range(stages):
        kept = jnp.diff(kept, axis=-1, prepend=0)
    return kept


def integrator_comb_decimator_reference(samples, *, factor, stages):
    taps = [1]
    for _ in range(stages):
        longer = [0] * (len(taps) + factor - 1)
        for i, tap in enumerate(taps):
            for k in range(factor):
                longer[i + k] += tap
        taps = longer
    result = []
    for row in samples.tolist():
        ends = range(factor - 1, len(row), factor)
        result.append(
            [
                sum(tap * row[t - k] for k, tap in enumerate(taps) if k <= t)
                for t in ends
            ]
        )
    return np.array(result, dtype=np.int32)


def polyphase_decimator(signal, taps, *, factor):
    """Filter and keep every few samples, computing only what is kept."""
    branches = -(-taps.shape[0] // factor)
    phases = jnp.pad(taps, (0, branches * factor - taps.shape[0])).reshape(-1, factor)
    # Branch p sees the samples that lie p before those that are kept.
    padded = jnp.pad(signal, (factor - 1, -signal.shape[0] % factor))
    count = -(-signal.shape[0] // factor)

    def branch(phase):
        samples = padded[factor - 1 - phase :: factor][:count]
        return jnp.convolve(samples, phases[:, phase])[:count]

    return sum(branch(phase) for phase in range(factor))


def polyphase_decimator_reference(signal, taps, *, factor):
    output = []
    for t in range(0, len(signal), factor):
        reach = range(min(t + 1, len(taps)))
        output.append(sum(taps[k] * signal[t - k] for k in reach))
    return np.stack(output)


def rational_resampler(signal, taps, *, up, down):
    """Insert zeros, filter, and keep every few samples, in one convolution."""
    size, reach = signal.shape[0], taps.shape[0]
    return lax.conv_general_dilated(
        signal[None, None],
        taps[::-1][None, None],
        window_strides=(down,),
        padding=[(reach - 1, reach - 1)],
        lhs_dilation=(up,),
    )[0, 0, : -(-((size - 1) * up + reach) // down)]


def rational_resampler_reference(signal, taps, *, up, down):
    count = -(-((len(signal) - 1) * up + len(taps)) // down)
    output = []
    for m in range(count):
        total = np.zeros(())
        for k in range(len(signal)):
            if 0 <= m * down - k * up < len(taps):
                total = total + signal[k] * taps[m * down - k * up]
        output.append(total)
    return np.stack(output)


def lanczos_interpolation(signal, times, *, reach):
    """Values between samples by windowed sinc functions."""
    offsets = times[:, None] - jnp.arange(signal.shape[0], dtype=signal.dtype)
    kernel = jnp.sinc(offsets) * jnp.sinc(offsets / reach)
    weights = jnp.where(jnp.abs(offsets) < reach, kernel, 0.0)
    # Without this a constant would ripple.
    return weights @ signal / jnp.sum(weights, axis=1)


def lanczos_interpolation_reference(signal, times, *, reach):
    values = []
    for time in times:
        total = mass = 0.0
        for k in range(len(signal)):
            offset = time - k
            if np.abs(offset) < reach:
                x = np.pi * offset
                weight = reach * np.sin(x) * np.sin(x / reach) / (x * x)
                total, mass = total + weight * signal[k], mass + weight
        values.append(total / mass)
    return np.stack(values)


def variable_delay(signal, delays):
    """Read a signal some samples back, in between by a cubic through four."""
    whole = jnp.floor(delays)
    share = delays - whole
    first = jnp.arange(signal.shape[0]) - whole.astype(jnp.int32) + 1
    places = first[:, None] - jnp.arange(4)
    inside = (places >= 0) & (places < signal.shape[0])
    samples = jnp.where(inside, signal[jnp.clip(places, 0, signal.shape[0] - 1)], 0.0)
    # Lagrange's polynomials for the places -1, 0, 1 and 2.
    x = share
    weights = jnp.stack(
        [
            -x * (x - 1.0) * (x - 2.0) / 6.0,
            (x + 1.0) * (x - 1.0) * (x - 2.0) / 2.0,
            -(x + 1.0) * x * (x - 2.0) / 2.0,
            (x + 1.0) * x * (x - 1.0) / 6.0,
        ],
        axis=-1,
    )
    return jnp.sum(weights * samples, axis=-1)


def variable_delay_reference(signal, delays):
    output = []
    for t in range(len(signal)):
        whole = int(np.floor(delays[t]))
        total = np.zeros(())
        for i in range(-1, 3):
            weight = np.ones(())
            for j in range(-1, 3):
                if j != i:
                    weight = weight * (delays[t] - whole - j) / (i - j)
            if 0 <= t - whole - i < len(signal):
                total = total + weight * signal[t - whole - i]
        output.append(total)
    return np.stack(output)
