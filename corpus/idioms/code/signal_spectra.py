"""Spectra, and what is read from them: JAX, and NumPy from the definition."""

import math

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from .signal_fourier import _angles_reference, _fourier_reference


def real_cepstrum(signal, *, floor):
    """The inverse transform of the logarithm of the power spectrum."""
    power = jnp.abs(jnp.fft.rfft(signal)) ** 2
    return jnp.fft.irfft(0.5 * jnp.log(power + floor), n=signal.shape[-1])


def real_cepstrum_reference(signal, *, floor):
    count = signal.shape[-1]
    real, imag = _fourier_reference(signal, count)
    level = np.log(np.sqrt(real * real + imag * imag + floor))
    angles = _angles_reference(np.arange(count), np.arange(count), count)
    return level @ np.cos(angles) / count


def phase_transform_delay(x, y, *, floor):
    """The circular shift of one signal to another, by a whitened correlation."""
    points = x.shape[-1]
    cross = jnp.fft.rfft(x) * jnp.conj(jnp.fft.rfft(y))
    whitened = cross / (jnp.abs(cross) + floor)
    correlation = jnp.fft.irfft(whitened, n=points)
    return jnp.argmax(correlation), correlation


def phase_transform_delay_reference(x, y, *, floor):
    points = len(x)
    (a, b), (c, d) = _fourier_reference(x, points), _fourier_reference(y, points)
    real, imag = a * c + b * d, b * c - a * d
    size = np.sqrt(real * real + imag * imag) + floor
    angles = _angles_reference(np.arange(points), np.arange(points), points)
    correlation = np.cos(angles) @ (real / size) - np.sin(angles) @ (imag / size)
    correlation = correlation / points
    return np.argmax(correlation), correlation


def _window(kind, size, dtype):
    """A periodic window by its name."""
    angles = (2.0 * jnp.pi / size) * jnp.arange(size, dtype=dtype)
    if kind == "hann":
        return 0.5 - 0.5 * jnp.cos(angles)
    if kind == "hamming":
        return 0.54 - 0.46 * jnp.cos(angles)
    if kind == "blackman":
        return 0.42 - 0.5 * jnp.cos(angles) + 0.08 * jnp.cos(2.0 * angles)
    return jnp.ones(size, dtype=dtype)


def _window_reference(kind, size):
    # Sums of cosines of alternating signs.
    weights = {
        "boxcar": [1.0],
        "hann": [0.5, 0.5],
        "hamming": [0.54, 0.46],
        "blackman": [0.42, 0.5, 0.08],
    }[kind]
    angles = _angles_reference(np.arange(size), np.arange(len(weights)), size)
    return np.cos(angles) @ (np.array(weights) * (-1) ** np.arange(len(weights)))


def _power(spectrum):
    """Squared magnitudes, without the root."""
    return spectrum.real**2 + spectrum.imag**2


def _one_sided(power, points):
    """Let the bins between the ends stand for their mirror images too."""
    last = -1 if points % 2 == 0 else None
    return power.at[..., 1:last].multiply(2.0)


def _one_sided_reference(power, points):
    bins = np.arange(points // 2 + 1)
    return power * np.where((bins == 0) | (2 * bins == points), 1, 2)


def _power_reference(windows):
    size = windows.shape[-1]
    real, imag = _fourier_reference(windows, size, size // 2 + 1)
    return real * real + imag * imag


def _frames(signal, size, hop):
    """Overlapping pieces of a signal, one in a row."""
    starts = hop * jnp.arange((signal.shape[-1] - size) // hop + 1)
    return signal[starts[:, None] + jnp.arange(size)]


def _frames_reference(signal, size, hop):
    starts = range(0, len(signal) - size + 1, hop)
    return np.stack([signal[start : start + size] for start in starts])


def periodogram(signals, *, window, rate, scaling):
    """One-sided power spectrum of each whole signal."""
    count = signals.shape[-1]
    taper = _window(window, count, signals.dtype)
    centered = signals - jnp.mean(signals, axis=-1, keepdims=True)
    power = _power(jnp.fft.rfft(taper * centered))
    if scaling == "density":
        power /= rate * jnp.sum(taper**2)
    else:
        power /= jnp.sum(taper) ** 2
    return _one_sided(power, count)


def periodogram_reference(signals, *, window, rate, scaling):
    count = signals.shape[-1]
    taper = _window_reference(window, count)
    centered = signals - np.sum(signals, axis=-1, keepdims=True) / count
    power = _one_sided_reference(_power_reference(taper * centered), count)
    if scaling == "density":
        return power / rate / np.sum(taper * taper)
    return power / np.sum(taper) / np.sum(taper)


def welch_density(signal, *, size, overlap, detrend, average):
    """Power spectral density from overlapping segments."""
    _, density = jax.scipy.signal.welch(
        signal, nperseg=size, noverlap=overlap, detrend=detrend, average=average
    )
    return density


def _detrended_reference(pieces, kind):
    # What is left of each row after a least-squares line or constant.
    size = pieces.shape[-1]
    if kind == "constant":
        return pieces - np.sum(pieces, axis=-1)[..., None] / size
    lines = np.array([np.ones(size), np.arange(1, size + 1) / size]).T
    rows = pieces.reshape(-1, size)
    found = np.linalg.lstsq(lines, rows.T, rcond=None)[0]
    return (rows - (lines @ found).T).reshape(pieces.shape)


def _middle_reference(powers, average):
    if average == "mean":
        return np.sum(powers, axis=0) / len(powers)
    # The median of exponential variables is below their mean.
    pairs = 2 * np.arange(1, (len(powers) - 1) // 2 + 1)
    bias = 1 + np.sum(1 / (pairs + 1) - 1 / pairs)
    return np.median(powers, axis=0) / bias


def welch_density_reference(signal, *, size, overlap, detrend, average):
    pieces = _frames_reference(signal, size, size - overlap)
    taper = _window_reference("hann", size)
    pieces = taper * _detrended_reference(pieces, detrend)
    powers = _one_sided_reference(_power_reference(pieces), size)
    return _middle_reference(powers / np.sum(taper * taper), average)


def cross_density_parts(x, y, *, size, overlap, window, scaling):
    """Both parts of the cross-spectrum of two signals."""
    _, density = jax.scipy.signal.csd(
        x, y, window=window, nperseg=size, noverlap=overlap, scaling=scaling
    )
    return density.real, density.imag


def cross_density_parts_reference(x, y, *, size, overlap, window, scaling):
    taper = _window_reference(window, size)

    def spectra(signal):
        pieces = _frames_reference(signal, size, size - overlap)
        pieces = taper * _detrended_reference(pieces, "constant")
        return _fourier_reference(pieces, size, size // 2 + 1)

    (a, b), (c, d) = spectra(x), spectra(y)
    total = np.sum(taper * taper) if scaling == "density" else np.sum(taper) ** 2
    parts = np.mean(a * c + b * d, axis=0), np.mean(a * d - b * c, axis=0)
    return tuple(_one_sided_reference(part / total, size) for part in parts)


def magnitude_squared_coherence(x, y, *, size, hop, window):
    """How linearly two signals depend on each other, by frequency."""
    taper = _window(window, size, x.dtype)
    first = jnp.fft.rfft(taper * _frames(x, size, hop))
    second = jnp.fft.rfft(taper * _frames(y, size, hop))
    cross = jnp.mean(first * jnp.conj(second), axis=0)
    powers = jnp.mean(_power(first), axis=0) * jnp.mean(_power(second), axis=0)
    return _power(cross) / powers


def magnitude_squared_coherence_reference(x, y, *, size, hop, window):
    taper, bins = _window_reference(window, size), size // 2 + 1
    a, b = _fourier_reference(taper * _frames_reference(x, size, hop), size, bins)
    c, d = _fourier_reference(taper * _frames_reference(y, size, hop), size, bins)
    real, imag = np.sum(a * c + b * d, axis=0), np.sum(b * c - a * d, axis=0)
    first, second = np.sum(a * a + b * b, axis=0), np.sum(c * c + d * d, axis=0)
    return (real * real + imag * imag) / (first * second)


def short_time_spectrum(signal, *, size, hop, boundary):
    """Real and imaginary parts of the spectra of windows along a signal."""
    _, _, spectra = jax.scipy.signal.stft(
        signal, nperseg=size, noverlap=size - hop, boundary=boundary
    )
    return jnp.stack([spectra.real, spectra.imag])


def short_time_spectrum_reference(signal, *, size, hop, boundary):
    half = size // 2
    modes = {"zeros": "constant", "even": "reflect", "odd": "reflect"}
    if boundary is not None:
        if boundary == "odd":
            ends = (
                2 * signal[0] - signal[half:0:-1],
                2 * signal[-1] - signal[-2 : -half - 2 : -1],
            )
            signal = np.concatenate([ends[0], signal, ends[1]])
        else:
            signal = np.pad(signal, half, mode=modes[boundary])
    signal = np.pad(signal, (0, -(len(signal) - size) % hop))
    taper = _window_reference("hann", size)
    pieces = taper * _frames_reference(signal, size, hop)
    real, imag = _fourier_reference(pieces, size, half + 1)
    return np.stack([real.T, imag.T]) / np.sum(taper)


def signal_from_short_time(real, imag, *, size, hop, window):
    """The signal whose short-time spectrum is nearest to a given one."""
    _, signal = jax.scipy.signal.istft(
        lax.complex(real, imag), window=window, nperseg=size, noverlap=size - hop
    )
    return signal


def signal_from_short_time_reference(real, imag, *, size, hop, window):
    taper = _window_reference(window, size)
    bins, count = real.shape
    weights = np.where(np.arange(bins) % (size // 2) == 0, 1, 2)
    angles = _angles_reference(np.arange(size), np.arange(bins), size)
    pieces = np.cos(angles) @ (weights[:, None] * real)
    pieces = pieces - np.sin(angles) @ (weights[:, None] * imag)
    total = np.zeros(size + hop * (count - 1))
    weight = np.zeros(size + hop * (count - 1))
    for t in range(count):
        total[t * hop : t * hop + size] += taper * pieces[:, t] / size
        weight[t * hop : t * hop + size] += taper * taper
    inside = slice(size // 2, len(total) - size // 2)
    return np.sum(taper) * total[inside] / weight[inside]


def log_spectrogram(signals, *, size, hop, window, floor):
    """Power of windows of each signal in decibels, no lower than a floor."""
    taper = _window(window, size, signals.dtype)
    pieces = jax.vmap(lambda signal: _frames(signal, size, hop))(signals)
    power = _power(jnp.fft.rfft(taper * pieces)) / jnp.sum(taper) ** 2
    return 10.0 * jnp.log10(power + floor)


def log_spectrogram_reference(signals, *, size, hop, window, floor):
    taper = _window_reference(window, size)
    power = np.stack(
        [_power_reference(taper * _frames_reference(x, size, hop)) for x in signals]
    )
    return 10 * np.log10(power / np.sum(taper) ** 2 + floor)


def _mel_filter_bank(bins, mels, rate, dtype):
    """Triangles that overlap by half, evenly spaced on the mel scale."""
    highest = 2595.0 * math.log10(1.0 + rate / 2.0 / 700.0)
    corners = jnp.linspace(0.0, highest, mels + 2, dtype=dtype)
    corners = 700.0 * (10.0 ** (corners / 2595.0) - 1.0)
    frequencies = jnp.linspace(0.0, rate / 2.0, bins, dtype=dtype)
    left, center, right = corners[:-2, None], corners[1:-1, None], corners[2:, None]
    rising = (frequencies - left) / (center - left)
    falling = (right - frequencies) / (right - center)
    return jnp.maximum(jnp.minimum(rising, falling), 0.0)


def mel_energies(signal, *, size, hop, mels, rate):
    """Logarithms of the energy in mel bands, a row for each window."""
    taper = _window("hamming", size, signal.dtype)
    power = _power(jnp.fft.rfft(taper * _frames(signal, size, hop)))
    bank = _mel_filter_bank(power.shape[-1], mels, rate, signal.dtype)
    return jnp.log(power @ bank.T + 0.01)


def mel_energies_reference(signal, *, size, hop, mels, rate):
    taper = _window_reference("hamming", size)
    power = _power_reference(taper * _frames_reference(signal, size, hop))
    highest = 2595 * math.log10(1 + rate / 1400)
    even = np.zeros(mels + 2) + np.arange(mels + 2)
    corners = 700 * (10 ** (highest / 2595 / (mels + 1) * even) - 1)
    frequencies = (np.zeros(size // 2 + 1) + np.arange(size // 2 + 1)) * rate / size
    energies = [
        power @ np.interp(frequencies, corners[k : k + 3], np.array([0.0, 1.0, 0.0]))
        for k in range(mels)
    ]
    return np.log(np.stack(energies, axis=-1) + 0.01)


def multitaper_spectrum(signal, *, tapers, weighting):
    """Average the spectra of a signal under orthogonal sine tapers."""
    count = signal.shape[-1]
    orders = jnp.arange(1, tapers + 1, dtype=signal.dtype)
    places = jnp.arange(1, count + 1, dtype=signal.dtype)
    angles = jnp.pi / (count + 1) * orders[:, None] * places
    power = _power(
        jnp.fft.rfft(math.sqrt(2.0 / (count + 1)) * jnp.sin(angles) * signal)
    )
    weights = jnp.ones_like(orders)
    if weighting == "parabolic":
        weights = 1.0 - ((orders - 1.0) / tapers) ** 2
    return jnp.average(power, axis=0, weights=weights)


def multitaper_spectrum_reference(signal, *, tapers, weighting):
    count = len(signal)
    total, mass = np.zeros(count // 2 + 1), 0.0
    for k in range(1, tapers + 1):
        angles = (np.zeros(count) + k * np.arange(1, count + 1)) * np.pi / (count + 1)
        taper = np.sin(angles) * math.sqrt(2 / (count + 1))
        weight = 1 - ((k - 1) / tapers) ** 2 if weighting == "parabolic" else 1.0
        total = total + weight * _power_reference(taper * signal)
        mass += weight
    return total / mass


def griffin_lim_step(magnitudes, real, imag, *, hop):
    """Synthesize a signal from a spectrum, and give its new phases the magnitudes."""
    count, bins = magnitudes.shape
    size = 2 * (bins - 1)
    taper = _window("hann", size, real.dtype)
    places = hop * jnp.arange(count)[:, None] + jnp.arange(size)
    pieces = taper * jnp.fft.irfft(lax.complex(real, imag), n=size)
    empty = jnp.zeros(size + hop * (count - 1), dtype=real.dtype)
    weight = empty.at[places].add(jnp.broadcast_to(taper**2, pieces.shape))
    signal = empty.at[places].add(pieces) / jnp.maximum(weight, 1e-3)
    spectra = jnp.fft.rfft(taper * signal[places])
    spectra = magnitudes * spectra / jnp.sqrt(_power(spectra) + 1e-3)
    return spectra.real, spectra.imag, signal


def griffin_lim_step_reference(magnitudes, real, imag, *, hop):
    count, bins = magnitudes.shape
    size = 2 * (bins - 1)
    taper = _window_reference("hann", size)
    weights = np.where(np.arange(bins) % (bins - 1) == 0, 1, 2) / size
    angles = _angles_reference(np.arange(bins), np.arange(size), size)
    total = np.zeros(size + hop * (count - 1))
    weight = np.zeros(size + hop * (count - 1))
    for t in range(count):
        piece = (weights * real[t]) @ np.cos(angles)
        piece = piece - (weights * imag[t]) @ np.sin(angles)
        total[t * hop : t * hop + size] += taper * piece
        weight[t * hop : t * hop + size] += taper * taper
    signal = total / np.maximum(weight, 1e-3)
    pieces = taper * _frames_reference(signal, size, hop)
    a, b = _fourier_reference(pieces, size, bins)
    scale = magnitudes / np.sqrt(a * a + b * b + 1e-3)
    return scale * a, scale * b, signal


def morlet_scalogram(signal, *, scales, center):
    """Power of a signal at each scale of a Morlet wavelet and at each time."""
    count = signal.shape[-1]
    pulsation = 2.0 * jnp.pi * jnp.fft.fftfreq(count, dtype=signal.dtype)
    widths = jnp.array(scales, dtype=signal.dtype)[:, None]
    responses = jnp.exp(-0.5 * (widths * pulsation - center) ** 2)
    # The wavelet is analytic: it has no negative frequencies.
    responses = jnp.where(pulsation > 0, responses, 0.0)
    norms = math.pi**-0.25 * jnp.sqrt(2.0 * jnp.pi * widths)
    return _power(jnp.fft.ifft(norms * responses * jnp.fft.fft(signal)))


def morlet_scalogram_reference(signal, *, scales, center):
    count = len(signal)
    a, b = _fourier_reference(signal, count)
    angles = _angles_reference(np.arange(count), np.arange(count), count)
    rows = []
    for scale in scales:
        gain = np.zeros(count)
        for k in range(1, (count + 1) // 2):
            offset = 2 * np.pi * scale * k / count - center
            gain[k] = np.exp(-offset * offset / 2 + np.zeros(()))
        gain = gain * np.sqrt(2 * np.sqrt(np.pi) * scale + np.zeros(()))
        real = np.cos(angles) @ (gain * a) - np.sin(angles) @ (gain * b)
        imag = np.sin(angles) @ (gain * a) + np.cos(angles) @ (gain * b)
        rows.append((real * real + imag * imag) / count**2)
    return np.stack(rows)


def remove_trend(signals, *, kind, breaks, axis):
    """Subtract means or least-squares lines between breakpoints."""
    return jax.scipy.signal.detrend(signals, axis=axis, type=kind, bp=breaks)


def remove_trend_reference(signals, *, kind, breaks, axis):
    moved = np.moveaxis(signals, axis, -1)
    if kind == "constant":
        return np.moveaxis(_detrended_reference(moved, kind), -1, axis)
    edges = [0, *(at for at in np.ravel(breaks) if at > 0), moved.shape[-1]]
    parts = [
        _detrended_reference(moved[..., edges[k] : edges[k + 1]], kind)
        for k in range(len(edges) - 1)
    ]
    return np.moveaxis(np.concatenate(parts, axis=-1), -1, axis)


def linear_prediction(signal, *, order, window):
    """Predictor, reflections and residual power by Levinson's recursion."""
    count = signal.shape[0]
    tapered = _window(window, count, signal.dtype) * signal
    lags = [jnp.dot(tapered[k:], tapered[: count - k]) for k in range(order + 1)]
    covariances = jnp.stack(lags)
    taps = jnp.ones(1, dtype=signal.dtype)
    power = covariances[0]
    reflections = []
    for k in range(1, order + 1):
        reflection = -jnp.dot(taps, covariances[k:0:-1]) / power
        longer = jnp.pad(taps, (0, 1))
        taps = longer + reflection * longer[::-1]
        power = power * (1.0 - reflection**2)
        reflections.append(reflection)
    return taps[1:], jnp.stack(reflections), power


def linear_prediction_reference(signal, *, order, window):
    count = len(signal)
    tapered = _window_reference(window, count) * signal
    lags = [np.sum(tapered[k:] * tapered[: count - k]) for k in range(order + 1)]
    reflections = []
    for size in range(1, order + 1):
        # The normal equations of every order by themselves.
        matrix = np.array(
            [[lags[abs(i - j)] for j in range(size)] for i in range(size)]
        )
        taps = np.linalg.solve(matrix, -np.array(lags[1 : size + 1]))
        reflections.append(taps[-1])
    power = lags[0] + np.sum(taps * np.array(lags[1:]))
    return taps, np.stack(reflections), power


def single_sideband(message, *, carrier, side):
    """Modulate so that only the upper or the lower sideband is sent."""
    count = message.shape[0]
    bins = jnp.arange(count // 2 + 1)
    # A quarter turn of all frequencies but zero and the highest.
    turned = jnp.where((bins > 0) & (2 * bins < count), -1j, 0.0)
    spectrum = jnp.fft.rfft(message)
    shifted = jnp.fft.irfft(turned.astype(spectrum.dtype) * spectrum, n=count)
    angles = 2.0 * jnp.pi * carrier * jnp.arange(count, dtype=message.dtype)
    sign = -1.0 if side == "upper" else 1.0
    return message * jnp.cos(angles) + sign * shifted * jnp.sin(angles)


def single_sideband_reference(message, *, carrier, side):
    # Move every frequency of the message by the carrier's.
    count = len(message)
    a, b = _fourier_reference(message, count, count // 2 + 1)
    times = np.zeros(count) + np.arange(count)
    sign = 1 if side == "upper" else -1
    sent = np.zeros(count)
    for k in range(count // 2 + 1):
        own = _angles_reference(np.arange(count), np.array([k]), count)[:, 0]
        if 2 * k in (0, count):
            tone = (a[k] * np.cos(own) - b[k] * np.sin(own)) / count
            sent = sent + tone * np.cos(2 * np.pi * carrier * times)
        else:
            angles = 2 * np.pi * carrier * times + sign * own
            sent = sent + 2 / count * (
                a[k] * np.cos(angles) - sign * b[k] * np.sin(angles)
            )
    return sent


def multicarrier_link(real, imag, channel, *, prefix):
    """Send symbols on many carriers through echoes, behind a cyclic prefix."""
    count = real.shape[0]
    waves = jnp.fft.ifft(lax.complex(real, imag), norm="ortho")
    sent = jnp.concatenate([waves[count - prefix :], waves])
    received = jnp.convolve(sent, channel.astype(sent.dtype))
    spectrum = jnp.fft.fft(received[prefix : prefix + count], norm="ortho")
    return spectrum.real, spectrum.imag


def multicarrier_link_reference(real, imag, channel, *, prefix):
    # Every carrier only meets the channel's response at its own frequency.
    a, b = _fourier_reference(channel, len(real))
    return real * a - imag * b, real * b + imag * a


def range_doppler_map(real, imag, *, centered):
    """Power over range and speed of the echoes of a train of chirps."""
    echoes = lax.complex(real, imag)
    pulses, samples = echoes.shape
    fast = _window("hann", samples, real.dtype)
    slow = _window("hamming", pulses, real.dtype)
    ranges = jnp.fft.fft(fast * echoes, axis=1)
    map_ = jnp.fft.fft(slow[:, None] * ranges, axis=0)
    return _power(jnp.fft.fftshift(map_, axes=0) if centered else map_)


def range_doppler_map_reference(real, imag, *, centered):
    pulses, samples = real.shape
    taper = np.outer(
        _window_reference("hamming", pulses), _window_reference("hann", samples)
    )

    def transform(plane):
        a, b = _fourier_reference(taper * plane, samples)
        (c, d), (e, f) = (
            _fourier_reference(a.T, pulses),
            _fourier_reference(b.T, pulses),
        )
        return (c - f).T, (d + e).T

    (a, b), (c, d) = transform(real), transform(imag)
    power = (a - d) ** 2 + (b + c) ** 2
    order = [(k + pulses - pulses // 2) % pulses for k in range(pulses)]
    return power[order] if centered else power
