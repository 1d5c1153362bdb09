"""Wavelets: JAX, and NumPy from the definition."""

import math

import jax.numpy as jnp
import numpy as np
from jax import lax


def haar_pyramid(signals, *, levels):
    """Orthonormal Haar coefficients of each row, the coarsest first."""
    details = []
    smooth = signals
    for _ in range(levels):
        even, odd = smooth[:, ::2], smooth[:, 1::2]
        smooth = (even + odd) / math.sqrt(2.0)
        details.append((even - odd) / math.sqrt(2.0))
    return jnp.concatenate([smooth, *details[::-1]], axis=1)


def haar_pyramid_reference(signals, *, levels):
    count = signals.shape[1]
    width = 2**levels
    columns = [
        np.sum(signals[:, start : start + width], axis=1) / width**0.5
        for start in range(0, count, width)
    ]
    while width > 1:
        for start in range(0, count, width):
            middle = start + width // 2
            first = np.sum(signals[:, start:middle], axis=1)
            second = np.sum(signals[:, middle : start + width], axis=1)
            columns.append((first - second) / width**0.5)
        width //= 2
    return np.stack(columns, axis=1)


def daubechies_lifting(signals):
    """Four-tap Daubechies wavelets of periodic rows in four lifting steps."""
    root = math.sqrt(3.0)
    even, odd = signals[:, ::2], signals[:, 1::2]
    smooth = even + root * odd
    before = jnp.roll(smooth, 1, axis=1)
    detail = odd - 0.25 * root * smooth - 0.25 * (root - 2.0) * before
    smooth = smooth - jnp.roll(detail, -1, axis=1)
    scale = math.sqrt(2.0)
    return (root - 1.0) / scale * smooth, (root + 1.0) / scale * detail


def daubechies_lifting_reference(signals):
    root = math.sqrt(3)
    taps = np.array([1 + root, 3 + root, 3 - root, 1 - root]) / (4 * math.sqrt(2))
    batch, count = signals.shape
    low, high = np.zeros((batch, count // 2)), np.zeros((batch, count // 2))
    for n in range(count // 2):
        for k in range(4):
            low[:, n] += taps[k] * signals[:, (2 * n + k) % count]
            mirrored = (-1) ** (k + 1) * taps[3 - k]
            high[:, n] += mirrored * signals[:, (2 * n + k - 2) % count]
    return low, high


def reversible_lifting(values, *, inverse):
    """The integer wavelet transform of lossless compression, or its inverse."""
    half = values.shape[-1] // 2

    def predict(smooth):
        after = jnp.concatenate([smooth[..., 1:], smooth[..., -1:]], axis=-1)
        return (smooth + after) >> 1

    def update(detail):
        before = jnp.concatenate([detail[..., :1], detail[..., :-1]], axis=-1)
        return (before + detail + 2) >> 2

    if inverse:
        smooth, detail = values[..., :half], values[..., half:]
        even = smooth - update(detail)
        pairs = jnp.stack([even, detail + predict(even)], axis=-1)
        return pairs.reshape(values.shape)
    even, odd = values[..., ::2], values[..., 1::2]
    detail = odd - predict(even)
    return jnp.concatenate([even + update(detail), detail], axis=-1)


def reversible_lifting_reference(values, *, inverse):
    result = np.zeros_like(values)
    half = values.shape[1] // 2
    for row, out in zip(values.tolist(), result):
        if inverse:
            detail = row[half:]
            even = [
                row[n] - (detail[max(n - 1, 0)] + detail[n] + 2) // 4
                for n in range(half)
            ]
            for n in range(half):
                out[2 * n] = even[n]
                out[2 * n + 1] = detail[n] + (even[n] + even[min(n + 1, half - 1)]) // 2
        else:
            for n in range(half):
                after = row[2 * n + 2] if n + 1 < half else row[2 * n]
                out[half + n] = row[2 * n + 1] - (row[2 * n] + after) // 2
            for n in range(half):
                before = int(out[half + max(n - 1, 0)])
                out[n] = row[2 * n] + (before + int(out[half + n]) + 2) // 4
    return result


def starlet_planes(signal, *, levels):
    """Smooth a periodic signal by ever wider splines; return what each step takes."""
    taps = jnp.array([1.0, 4.0, 6.0, 4.0, 1.0], dtype=signal.dtype) / 16.0
    planes = []
    for level in range(levels):
        spacing = 2**level
        padded = jnp.pad(signal, 2 * spacing, mode="wrap")
        smooth = lax.conv_general_dilated(
            padded[None, None], taps[None, None], (1,), "VALID", rhs_dilation=(spacing,)
        )[0, 0]
        planes.append(signal - smooth)
        signal = smooth
    return jnp.stack([*planes, signal])


def starlet_planes_reference(signal, *, levels):
    count = len(signal)
    planes = [signal]
    for level in range(levels):
        smooth = np.zeros(count)
        for t in range(count):
            for k, weight in zip(range(-2, 3), (1, 4, 6, 4, 1)):
                smooth[t] += weight / 16 * planes[-1][(t + k * 2**level) % count]
        planes[-1:] = [planes[-1] - smooth, smooth]
    return np.array(planes)


def wavelet_packet(signal, *, depth, wavelet):
    """Split every band of a periodic signal into two, again and again."""
    root = math.sqrt(3.0)
    low = {
        "haar": [1.0, 1.0],
        "daubechies": [1.0 + root, 3.0 + root, 3.0 - root, 1.0 - root],
    }[wavelet]
    high = [(-1) ** k * tap for k, tap in enumerate(low[::-1])]
    taps = jnp.array([low, high], dtype=signal.dtype)
    taps = taps / jnp.linalg.norm(taps[0])
    bands = signal[None]
    for _ in range(depth):
        padded = jnp.pad(bands, ((0, 0), (0, len(low) - 2)), mode="wrap")
        split = lax.conv_general_dilated(padded[:, None], taps[:, None], (2,), "VALID")
        bands = split.reshape(-1, split.shape[-1])
    return bands


def wavelet_packet_reference(signal, *, depth, wavelet):
    root = math.sqrt(3)
    low = np.array([1.0, 1.0]) / math.sqrt(2)
    if wavelet == "daubechies":
        low = np.array([1 + root, 3 + root, 3 - root, 1 - root]) / (4 * math.sqrt(2))
    count = len(low)
    high = np.array([(-1) ** k * low[count - 1 - k] for k in range(count)])
    bands = [signal]
    for _ in range(depth):
        bands = [
            np.array(
                [
                    np.sum(taps * band[(2 * n + np.arange(count)) % len(band)])
                    for n in range(len(band) // 2)
                ]
            )
            for band in bands
            for taps in (low, high)
        ]
    return np.array(bands)


def haar_image_bands(images):
    """Averages and three kinds of differences of squares of two by two pixels."""
    a, b = images[..., ::2, ::2], images[..., ::2, 1::2]
    c, d = images[..., 1::2, ::2], images[..., 1::2, 1::2]
    return {
        "approximation": 0.5 * (a + b + c + d),
        "horizontal": 0.5 * (a + b - c - d),
        "vertical": 0.5 * (a - b + c - d),
        "diagonal": 0.5 * (a - b - c + d),
    }


def haar_image_bands_reference(images):
    height, width = images.shape[1:]

    def pairs(count, sign):
        matrix = np.zeros((count // 2, count))
        for k in range(count // 2):
            matrix[k, 2 * k], matrix[k, 2 * k + 1] = 1.0, sign
        return matrix / math.sqrt(2)

    signs = {
        "approximation": (1.0, 1.0),
        "horizontal": (-1.0, 1.0),
        "vertical": (1.0, -1.0),
        "diagonal": (-1.0, -1.0),
    }
    return {
        name: pairs(height, down) @ images @ pairs(width, across).T
        for name, (down, across) in signs.items()
    }


def wavelet_shrinkage(signal, *, factor, soft):
    """Denoise a signal by shrinking its finest Haar details."""
    even, odd = signal[::2], signal[1::2]
    smooth, detail = 0.5 * (even + odd), 0.5 * (even - odd)
    scale = jnp.median(jnp.abs(detail)) / 0.6745
    threshold = factor * scale * math.sqrt(2.0 * math.log(signal.shape[0]))
    if soft:
        detail = jnp.sign(detail) * jnp.maximum(jnp.abs(detail) - threshold, 0.0)
    else:
        detail = jnp.where(jnp.abs(detail) > threshold, detail, 0.0)
    return jnp.stack([smooth + detail, smooth - detail], axis=1).reshape(-1)


def wavelet_shrinkage_reference(signal, *, factor, soft):
    half = len(signal) // 2
    details = [(signal[2 * n] - signal[2 * n + 1]) / 2 for n in range(half)]
    sizes = np.sort(np.abs(np.array(details)))
    middle = (sizes[(half - 1) // 2] + sizes[half // 2]) / 2
    threshold = factor * middle / 0.6745 * math.sqrt(2 * math.log(2 * half))
    result = np.zeros(2 * half)
    for n, detail in enumerate(details):
        mean = (signal[2 * n] + signal[2 * n + 1]) / 2
        if np.abs(detail) <= threshold:
            kept = 0 * detail
        elif soft:
            kept = detail - threshold if detail > 0 else detail + threshold
        else:
            kept = detail
        result[2 * n], result[2 * n + 1] = mean + kept, mean - kept
    return result
