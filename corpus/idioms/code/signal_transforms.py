"""Transforms beside the Fourier transform: JAX, and NumPy from the definition."""

import jax.numpy as jnp
import numpy as np
from jax import lax


def chirp_z_transform(signal, *, points, start, step):
    """Sample a spectrum at evenly spaced frequencies by Bluestein's convolution."""
    count = signal.shape[-1]
    index = jnp.arange(max(count, points), dtype=signal.dtype)
    chirp = jnp.exp(-1j * jnp.pi * step * index**2)
    rotated = signal * jnp.exp(-2j * jnp.pi * start * index[:count]) * chirp[:count]
    # 2 k n = k^2 + n^2 - (k - n)^2 turns the transform into a convolution.
    kernel = jnp.conj(jnp.concatenate([chirp[1:count][::-1], chirp[:points]]))
    product = jnp.fft.fft(rotated, n=kernel.shape[-1]) * jnp.fft.fft(kernel)
    spectrum = chirp[:points] * jnp.fft.ifft(product)[..., count - 1 :]
    return spectrum.real, spectrum.imag


def chirp_z_transform_reference(signal, *, points, start, step):
    frequencies = start + step * (np.zeros(points) + np.arange(points))
    angles = 2 * np.pi * np.outer(np.arange(signal.shape[-1]), frequencies)
    return signal @ np.cos(angles), -(signal @ np.sin(angles))


def goertzel_power(signal, frequencies):
    """Power at each frequency by a resonator with two delays."""
    coefficients = 2.0 * jnp.cos(2.0 * jnp.pi * frequencies)

    def step(delays, sample):
        first, second = delays
        return (sample + coefficients * first - second, first), None

    rest = jnp.zeros_like(frequencies)
    (first, second), _ = lax.scan(step, (rest, rest), signal)
    return first**2 + second**2 - coefficients * first * second


def goertzel_power_reference(signal, frequencies):
    angles = 2 * np.pi * np.outer(frequencies, np.arange(len(signal)))
    return (np.cos(angles) @ signal) ** 2 + (np.sin(angles) @ signal) ** 2


def number_theoretic_product(x, y, *, modulus, root, negacyclic):
    """Multiply polynomials modulo x**n - 1 or x**n + 1 by exact transforms."""
    count = x.shape[-1]
    # A root of order n, and one of twice the order for the sign of the wrap.
    half_turn = pow(root, (modulus - 1) // (2 * count), modulus)
    turn = half_turn * half_turn % modulus
    powers = range(count)
    table = [[pow(turn, i * j, modulus) for j in powers] for i in powers]
    forward = jnp.array(table, dtype=jnp.int32)
    backward = jnp.roll(forward[::-1], 1, axis=0)
    twists = [pow(half_turn, j, modulus) if negacyclic else 1 for j in powers]
    untwists = [pow(t * count, -1, modulus) for t in twists]

    def transform(matrix, vector):
        terms = matrix * vector % modulus
        return jnp.sum(terms, axis=-1, dtype=jnp.int32) % modulus

    twists = jnp.array(twists, dtype=jnp.int32)
    spectra = [transform(forward, twists * v % modulus) for v in (x, y)]
    product = transform(backward, spectra[0] * spectra[1] % modulus)
    return product * jnp.array(untwists, dtype=jnp.int32) % modulus


def number_theoretic_product_reference(x, y, *, modulus, root, negacyclic):
    count = len(x)
    product = [0] * count
    for i in range(count):
        for j in range(count):
            sign = -1 if negacyclic and i + j >= count else 1
            product[(i + j) % count] += sign * int(x[i]) * int(y[j])
    return np.array([value % modulus for value in product], dtype=np.int32)


def lomb_scargle(times, values, *, frequencies):
    """Power of unevenly sampled values at a few frequencies."""
    centered = values - jnp.mean(values)
    pulsation = 2.0 * jnp.pi * jnp.array(frequencies, dtype=times.dtype)[:, None]
    double = 2.0 * pulsation * times
    sines, cosines = jnp.sum(jnp.sin(double), axis=1), jnp.sum(jnp.cos(double), axis=1)
    # This offset makes the sine and the cosine orthogonal over the samples.
    offset = 0.5 * jnp.arctan2(sines, cosines)[:, None]
    cosine = jnp.cos(pulsation * times - offset)
    sine = jnp.sin(pulsation * times - offset)
    power = (cosine @ centered) ** 2 / jnp.sum(cosine**2, axis=1)
    power += (sine @ centered) ** 2 / jnp.sum(sine**2, axis=1)
    return 0.5 * power


def lomb_scargle_reference(times, values, *, frequencies):
    # How much a least-squares sinusoid explains, which no offset changes.
    centered = values - np.sum(values) / len(values)
    powers = []
    for frequency in frequencies:
        angles = 2 * np.pi * frequency * times
        design = np.stack([np.cos(angles), np.sin(angles)])
        target = design @ centered
        powers.append(target @ np.linalg.solve(design @ design.T, target) / 2)
    return np.stack(powers)


def _frames(signal, size, hop):
    """Overlapping pieces of a signal, one in a row."""
    starts = hop * jnp.arange((signal.shape[-1] - size) // hop + 1)
    return signal[starts[:, None] + jnp.arange(size)]


def wigner_distribution(signal, *, reach):
    """Energy over time and frequency, from products of samples around each time."""
    lags = jnp.arange(-reach, reach + 1)
    padded = jnp.pad(signal, reach)
    times = reach + jnp.arange(signal.shape[-1])[:, None]
    products = padded[times + lags] * padded[times - lags]
    # Lag zero goes to the front.
    return jnp.fft.fft(jnp.fft.ifftshift(products, axes=1)).real


def wigner_distribution_reference(signal, *, reach):
    count, points = len(signal), 2 * reach + 1
    result = np.zeros((count, points))
    for t in range(count):
        for k in range(points):
            for lag in range(-min(reach, t), min(reach, t) + 1):
                if 0 <= t + lag < count and 0 <= t - lag < count:
                    angle = np.zeros(()) + 2 * np.pi * (k * lag % points) / points
                    result[t, k] += signal[t + lag] * signal[t - lag] * np.cos(angle)
    return result


def extended_cosine_transform(signals, *, kind):
    """Cosine transforms of types I, II and IV by the transform of a longer series."""
    count = signals.shape[-1]
    if kind == 1:
        mirrored = jnp.concatenate([signals, signals[..., -2:0:-1]], axis=-1)
        return jnp.fft.rfft(mirrored).real
    index = jnp.arange(count, dtype=signals.dtype)
    if kind == 2:
        mirrored = jnp.concatenate([signals, signals[..., ::-1]], axis=-1)
        spectrum = jnp.fft.rfft(mirrored)[..., :count]
        return (jnp.exp(-0.5j * jnp.pi * index / count) * spectrum).real
    turned = signals * jnp.exp(-0.5j * jnp.pi * index / count)
    spectrum = jnp.fft.fft(turned, n=2 * count)[..., :count]
    return 2.0 * (jnp.exp(-0.25j * jnp.pi * (2 * index + 1) / count) * spectrum).real


def extended_cosine_transform_reference(signals, *, kind):
    count = signals.shape[-1]
    j, k = np.arange(count)[:, None], np.arange(count)
    if kind == 1:
        ends = np.where((j == 0) | (j == count - 1), 1, 2)
        angles = (np.zeros((count, count)) + j * k) * (np.pi / (count - 1))
        return signals @ (ends * np.cos(angles))
    halves = (2 * j + 1) * (2 * k if kind == 2 else 2 * k + 1)
    angles = (np.zeros((count, count)) + halves) * (np.pi / (4 * count))
    return 2 * (signals @ np.cos(angles))


def extended_sine_transform(signals, *, kind):
    """Sine transforms of types I, II and IV by the transform of a longer series."""
    count = signals.shape[-1]
    if kind == 1:
        zero = jnp.zeros_like(signals[..., :1])
        odd = jnp.concatenate([zero, signals, zero, -signals[..., ::-1]], axis=-1)
        return -jnp.fft.rfft(odd).imag[..., 1:-1]
    index = jnp.arange(count, dtype=signals.dtype)
    if kind == 2:
        odd = jnp.concatenate([signals, -signals[..., ::-1]], axis=-1)
        spectrum = jnp.fft.rfft(odd)[..., 1 : count + 1]
        return -(jnp.exp(-0.5j * jnp.pi * (index + 1) / count) * spectrum).imag
    turned = signals * jnp.exp(-0.5j * jnp.pi * index / count)
    spectrum = jnp.fft.fft(turned, n=2 * count)[..., :count]
    return -2.0 * (jnp.exp(-0.25j * jnp.pi * (2 * index + 1) / count) * spectrum).imag


def extended_sine_transform_reference(signals, *, kind):
    count = signals.shape[-1]
    j, k = np.arange(count)[:, None], np.arange(count)
    if kind == 1:
        angles = (np.zeros((count, count)) + (j + 1) * (k + 1)) * np.pi / (count + 1)
    else:
        quarters = (2 * j + 1) * (2 * k + 2 if kind == 2 else 2 * k + 1)
        angles = (np.zeros((count, count)) + quarters) * (np.pi / (4 * count))
    return 2 * (signals @ np.sin(angles))


def _lapped_window(size, shape, dtype):
    """A window whose square and that of its mirror image add up to one."""
    places = (jnp.arange(size, dtype=dtype) + 0.5) / size
    slope = jnp.sin(jnp.pi * places)
    return jnp.sin(0.5 * jnp.pi * slope**2) if shape == "vorbis" else slope


def _lapped_cosines(bins, dtype):
    """Basis of the modified cosine transform, a row for each bin."""
    times = jnp.arange(2 * bins, dtype=dtype) + 0.5 * (bins + 1)
    frequencies = jnp.arange(bins, dtype=dtype)[:, None] + 0.5
    return jnp.cos(jnp.pi / bins * frequencies * times)


def modified_cosine_gain(signal, gains, *, bins, window):
    """Scale the bands of lapped cosine transforms and add up what they stand for."""
    taper = _lapped_window(2 * bins, window, signal.dtype)
    basis = _lapped_cosines(bins, signal.dtype)
    # Half a block of zeros on either side lets every sample be in two windows.
    padded = jnp.pad(signal, bins)
    coefficients = (taper * _frames(padded, 2 * bins, bins)) @ basis.T
    pieces = 2.0 / bins * taper * ((gains * coefficients) @ basis)
    # The aliasing of each half cancels that of the neighbor's other half.
    output = (pieces[1:, :bins] + pieces[:-1, bins:]).reshape(-1)
    return coefficients, output


def modified_cosine_gain_reference(signal, gains, *, bins, window):
    size = 2 * bins
    angles = (np.zeros(size) + 2 * np.arange(size) + 1) * np.pi / (2 * size)
    taper = np.sin(angles)
    if window == "vorbis":
        taper = np.sin(np.pi / 2 * taper * taper)
    halves = np.outer(2 * np.arange(size) + 1 + bins, 2 * np.arange(bins) + 1)
    basis = np.cos((np.zeros(halves.shape) + halves) * (np.pi / (4 * bins)))
    padded = np.pad(signal, bins)
    count = len(signal) // bins + 1
    total = np.zeros(len(padded))
    coefficients = []
    for t in range(count):
        piece = slice(t * bins, t * bins + size)
        coefficients.append((taper * padded[piece]) @ basis)
        total[piece] += 2 / bins * taper * (basis @ (gains * coefficients[-1]))
    return np.array(coefficients), total[bins:-bins]


def walsh_hadamard(signals, *, ordering):
    """Sums and differences of halves of each row, level by level."""
    batch, count = signals.shape
    values, half = signals, 1
    while half < count:
        pairs = values.reshape(batch, -1, 2, half)
        first, second = pairs[:, :, 0], pairs[:, :, 1]
        values = jnp.stack([first + second, first - second], axis=2)
        values = values.reshape(batch, count)
        half *= 2
    if ordering == "natural":
        return values
    # By number of sign changes: the Gray code with its bits reversed.
    bits = count.bit_length() - 1
    order = [int(f"{k ^ (k >> 1):0{bits}b}"[::-1], 2) for k in range(count)]
    return values[:, jnp.array(order)]


def walsh_hadamard_reference(signals, *, ordering):
    count = signals.shape[1]
    parities = [[(i & j).bit_count() % 2 for j in range(count)] for i in range(count)]
    signs = 1.0 - 2.0 * np.array(parities, dtype=float)
    if ordering == "sequency":
        changes = np.sum(signs[:, 1:] != signs[:, :-1], axis=1)
        signs = signs[np.argsort(changes)]
    return signals @ signs.T
