"""Sounds that are made: JAX, and NumPy from the definition."""

import math

import jax.numpy as jnp
import numpy as np
from jax import lax


def read_wavetable(table, frequencies):
    """Play one period of a wave at a frequency that changes from sample to sample."""
    size = table.shape[0]
    phases = jnp.cumsum(frequencies) - frequencies
    places = (phases - jnp.floor(phases)) * size
    low = jnp.minimum(places.astype(jnp.int32), size - 1)
    share = places - low
    return (1.0 - share) * table[low] + share * table[(low + 1) % size]


def read_wavetable_reference(table, frequencies):
    size = len(table)
    phase = np.zeros(())
    output = []
    for frequency in frequencies:
        # A sum of periodic tents.
        total = np.zeros(())
        for k in range(size):
            gap = phase * size - k
            gap = np.abs(gap - size * np.rint(gap / size))
            total = total + table[k] * np.maximum(1 - gap, 0.0)
        output.append(total)
        phase = phase + frequency
    return np.stack(output)


def additive_voice(amplitudes, pitch, *, samples, decay):
    """Sum the harmonics of a pitch below half the sampling rate."""
    orders = jnp.arange(1, amplitudes.shape[0] + 1, dtype=amplitudes.dtype)
    audible = orders * pitch < 0.5
    times = jnp.arange(samples, dtype=amplitudes.dtype)
    waves = jnp.sin(2.0 * jnp.pi * pitch * jnp.outer(times, orders))
    # High harmonics die out sooner.
    fading = jnp.exp(-decay * jnp.outer(times, orders))
    return (waves * fading) @ jnp.where(audible, amplitudes, 0.0)


def additive_voice_reference(amplitudes, pitch, *, samples, decay):
    output = np.zeros(samples)
    for t in range(samples):
        for k, amplitude in enumerate(amplitudes, start=1):
            if k * pitch < 0.5:
                fading = math.exp(-decay * t * k)
                wave = np.sin(2 * np.pi * k * t * pitch)
                output[t] += fading * amplitude * wave
    return output


def shape_envelope(signal, attack, decay, sustain, *, release):
    """Let a note rise, fall to a level, stay there and die away."""
    count = signal.shape[0]
    times = jnp.arange(count, dtype=signal.dtype)
    rising = times / attack
    falling = 1.0 - (1.0 - sustain) * (times - attack) / decay
    held = jnp.where(times < attack, rising, jnp.maximum(falling, sustain))
    closing = jnp.clip((count - times) / release, 0.0, 1.0)
    return signal * held * closing


def shape_envelope_reference(signal, attack, decay, sustain, *, release):
    count = len(signal)
    output = []
    for t in range(count):
        if t < attack:
            level = t / attack
        elif t < attack + decay:
            share = (t - attack) / decay
            level = 1 - share + share * sustain
        else:
            level = sustain
        output.append(signal[t] * level * min(1.0, (count - t) / release))
    return np.stack(output)


def swept_sine(gain, start, stop, *, samples, kind):
    """A tone whose frequency glides, evenly in hertz or in octaves."""
    times = jnp.arange(samples, dtype=gain.dtype)
    if kind == "linear":
        turns = start * times + 0.5 * (stop - start) * times**2 / samples
    else:
        octaves = jnp.log(stop / start)
        turns = start * samples / octaves * jnp.expm1(octaves * times / samples)
    return gain * jnp.sin(2.0 * jnp.pi * turns)


def swept_sine_reference(gain, start, stop, *, samples, kind):
    # The phase is the integral of the frequency, here by Gauss and Legendre's rule.
    nodes, weights = np.polynomial.legendre.leggauss(12)
    output = []
    for t in range(samples):
        ends = (nodes + 1) * t / 2 / samples
        if kind == "linear":
            frequencies = start + (stop - start) * ends
        else:
            frequencies = start * (stop / start) ** ends
        turns = np.sum(weights * frequencies) * t / 2
        output.append(gain * np.sin(2 * np.pi * turns))
    return np.stack(output)


def pluck_string(noise, *, samples, loss, blend):
    """A delay line whose output is averaged and fed back, like a plucked string."""

    def step(line, _):
        output = line[0]
        filtered = loss * ((1.0 - blend) * line[0] + blend * line[1])
        return jnp.roll(line, -1).at[-1].set(filtered), output

    return lax.scan(step, noise, None, length=samples)[1]


def pluck_string_reference(noise, *, samples, loss, blend):
    period = len(noise)
    output = list(noise)
    for t in range(period, samples):
        pair = (1 - blend) * output[t - period] + blend * output[t - period + 1]
        output.append(loss * pair)
    return np.stack(output[:samples])


def feedback_operator(pitch, index, feedback, *, samples, ratio):
    """Phase modulation of a carrier by a modulator that also modulates itself."""
    times = jnp.arange(samples, dtype=pitch.dtype)
    turns = 2.0 * jnp.pi * pitch * times

    def step(last, angle):
        modulator = jnp.sin(ratio * angle + feedback * last)
        return modulator, jnp.sin(angle + index * modulator)

    return lax.scan(step, jnp.zeros_like(pitch), turns)[1]


def feedback_operator_reference(pitch, index, feedback, *, samples, ratio):
    modulator, output = np.zeros(()), []
    for t in range(samples):
        modulator = np.sin(2 * np.pi * ratio * t * pitch + feedback * modulator)
        angle = 2 * np.pi * t * pitch
        swing = index * modulator
        output.append(np.sin(angle) * np.cos(swing) + np.cos(angle) * np.sin(swing))
    return np.stack(output)


def polynomial_waveshaper(signal, weights):
    """Distort a signal by Chebyshev polynomials, which make one harmonic each."""
    first, second = jnp.ones_like(signal), signal

    def step(pair, weight):
        older, newer = pair
        return (newer, 2.0 * signal * newer - older), weight * newer

    _, terms = lax.scan(step, (first, second), weights)
    return jnp.sum(terms, axis=0)


def polynomial_waveshaper_reference(signal, weights):
    angles = np.arccos(signal)
    return sum(weight * np.cos((k + 1) * angles) for k, weight in enumerate(weights))


def corrected_sawtooth(gain, pitch, *, samples):
    """A sawtooth whose jumps are rounded off over two samples."""
    phases = (0.25 + pitch * jnp.arange(samples, dtype=gain.dtype)) % 1.0
    after = phases / pitch
    before = (phases - 1.0) / pitch
    bend = jnp.where(after < 1.0, 2.0 * after - after**2 - 1.0, 0.0)
    bend = jnp.where(before > -1.0, before**2 + 2.0 * before + 1.0, bend)
    return gain * (2.0 * phases - 1.0 - bend)


def corrected_sawtooth_reference(gain, pitch, *, samples):
    output = []
    for t in range(samples):
        turns = 0.25 + pitch * t
        phase = turns - np.floor(turns)
        value = 2 * phase - 1
        if phase < pitch:
            value = value + (1 - phase / pitch) ** 2
        elif 1 - phase < pitch:
            value = value - (1 - (1 - phase) / pitch) ** 2
        output.append(gain * value)
    return np.stack(output)
