"""Signals as sums of waves: JAX, and NumPy from the definition."""

import math

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def _fitted_reference(signal, points):
    # The last axis cut, or filled up by zeros.
    kept = signal[..., :points]
    margin = [(0, 0)] * (signal.ndim - 1) + [(0, points - kept.shape[-1])]
    return np.pad(kept, margin)


def _angles_reference(rows, columns, points):
    # Angles of the unit roots; whole turns are taken off as integers.
    turns = np.outer(rows, columns) % points
    return (np.zeros(turns.shape) + turns) * (2 * np.pi / points)


def _fourier_reference(signal, points, bins=None):
    # Sums of the definition, over the last axis, for the first of the bins.
    bins = points if bins is None else bins
    signal = _fitted_reference(signal, points)
    angles = _angles_reference(np.arange(points), np.arange(bins), points)
    return signal @ np.cos(angles), -(signal @ np.sin(angles))


def _scale_reference(norm, points):
    return {"backward": 1.0, "ortho": 1 / math.sqrt(points), "forward": 1 / points}[
        norm
    ]


def fourier_parts(signal, *, points, norm):
    """Real and imaginary parts of the Fourier transform of each row."""
    spectrum = jnp.fft.fft(signal, n=points, norm=norm)
    return spectrum.real, spectrum.imag


def fourier_parts_reference(signal, *, points, norm):
    scale = _scale_reference(norm, points)
    real, imag = _fourier_reference(signal, points)
    return scale * real, scale * imag


def inverse_fourier_parts(real, imag, *, points, norm):
    """Both parts of the inverse Fourier transform of each column."""
    series = jnp.fft.ifft(lax.complex(real, imag), n=points, axis=0, norm=norm)
    return jnp.real(series), jnp.imag(series)


def inverse_fourier_parts_reference(real, imag, *, points, norm):
    scale = 1 / points / _scale_reference(norm, points)
    count = min(points, real.shape[0])
    angles = _angles_reference(np.arange(points), np.arange(count), points)
    cosines, sines = np.cos(angles), np.sin(angles)
    real, imag = real[:count], imag[:count]
    return (
        scale * (cosines @ real - sines @ imag),
        scale * (sines @ real + cosines @ imag),
    )


def half_spectrum(signal, *, points, output):
    """The transform of real samples at its nonnegative frequencies."""
    spectrum = jnp.fft.rfft(signal, n=points)
    if output == "parts":
        return jnp.stack([spectrum.real, spectrum.imag])
    power = jnp.abs(spectrum) ** 2
    # The phase is told by its cosine and sine, which have no branch cut.
    return jnp.stack([power, power * jnp.cos(2.0 * jnp.angle(spectrum))])


def half_spectrum_reference(signal, *, points, output):
    real, imag = _fourier_reference(signal, points, points // 2 + 1)
    if output == "parts":
        return np.stack([real, imag])
    return np.stack([real * real + imag * imag, real * real - imag * imag])


def signal_from_half_spectrum(real, imag, *, points, norm):
    """Real samples of which the nonnegative half of the spectrum is given."""
    return jnp.fft.irfft(real + 1j * imag, n=points, norm=norm)


def signal_from_half_spectrum_reference(real, imag, *, points, norm):
    bins = points // 2 + 1
    real, imag = _fitted_reference(real, bins), _fitted_reference(imag, bins)
    angles = _angles_reference(np.arange(bins), np.arange(points), points)
    # All but the ends stand for their mirror image too.
    weights = np.array([1 if k in (0, points / 2) else 2 for k in range(bins)])
    sums = (weights * real) @ np.cos(angles) - (weights * imag) @ np.sin(angles)
    return sums / points / _scale_reference(norm, points)


def hermitian_spectrum(real, imag, *, points):
    """The real spectrum of a series that its conjugate mirror image continues."""
    return jnp.fft.hfft(lax.complex(real, imag), n=points)


def hermitian_spectrum_reference(real, imag, *, points):
    bins = points // 2 + 1
    real, imag = _fitted_reference(real, bins), _fitted_reference(imag, bins)
    # Every frequency but the first and that of Nyquist has a mirror image.
    times = np.arange(bins)
    paired = (times > 0) & (2 * times < points)
    angles = _angles_reference(times, np.arange(points), points)
    even = np.where(paired, 2 * real, real) @ np.cos(angles)
    return even + np.where(paired, 2 * imag, 0.0) @ np.sin(angles)


def plane_power_spectrum(images, *, centered, norm):
    """Power of the two-dimensional spectrum of each image, in log1p units."""
    power = jnp.abs(jnp.fft.fft2(images, norm=norm)) ** 2
    if centered:
        power = jnp.fft.fftshift(power, axes=(-2, -1))
    return jnp.log1p(power)


def plane_power_spectrum_reference(images, *, centered, norm):
    _, height, width = images.shape
    scale = _scale_reference(norm, height) * _scale_reference(norm, width)
    rows, columns = (
        np.exp(-1j * _angles_reference(np.arange(n), np.arange(n), n))
        for n in (height, width)
    )
    spectrum = scale * np.einsum("bhw,uh,vw->buv", images, rows, columns)
    power = np.real(spectrum) ** 2 + np.imag(spectrum) ** 2
    if centered:
        power = np.roll(power, (height // 2, width // 2), axis=(1, 2))
    return np.log1p(power)


def channel_half_planes(image, *, rows, columns):
    """Half of the spatial spectrum of each channel of an image."""
    planes = jnp.fft.rfft2(image, s=(rows, columns), axes=(0, 1))
    return {"real": planes.real, "imag": planes.imag}


def channel_half_planes_reference(image, *, rows, columns):
    # Along the columns first, as two real transforms.
    real, imag = _fourier_reference(image.transpose(2, 0, 1), columns, columns // 2 + 1)
    real, imag = real.transpose(0, 2, 1), imag.transpose(0, 2, 1)
    (a, b), (c, d) = _fourier_reference(real, rows), _fourier_reference(imag, rows)
    return {"real": (a - d).transpose(2, 1, 0), "imag": (b + c).transpose(2, 1, 0)}


def spectral_derivative(values, *, order, period):
    """Differentiate samples of a periodic function through its Fourier series."""
    count = values.shape[-1]
    frequencies = jnp.fft.rfftfreq(count, d=period / count, dtype=values.dtype)
    # An odd derivative's Nyquist term becomes imaginary, and irfft drops it.
    factors = (2j * jnp.pi * frequencies) ** order
    return jnp.fft.irfft(factors * jnp.fft.rfft(values), n=count)


def spectral_derivative_reference(values, *, order, period):
    count = values.shape[-1]
    real, imag = _fourier_reference(values, count)
    result = np.zeros_like(values)
    for k in range(count // 2 + 1):
        weight = 1 if 2 * k in (0, count) else 2
        turned = _angles_reference(np.arange(count), np.array([k]), count)[:, 0]
        angles = turned + order * np.pi / 2
        scale = weight * (2 * np.pi * k / period) ** order / count
        term = real[..., k : k + 1] * np.cos(angles)
        result = result + scale * (term - imag[..., k : k + 1] * np.sin(angles))
    return result


def _decimate_in_time(series):
    """Transform the last axis, whose size is a power of two."""
    count = series.shape[-1]
    if count == 1:
        return series
    even, odd = (
        _decimate_in_time(series[..., ::2]),
        _decimate_in_time(series[..., 1::2]),
    )
    index = jnp.arange(count // 2, dtype=series.real.dtype)
    turned = jnp.exp(-2j * jnp.pi * index / count) * odd
    return jnp.concatenate([even + turned, even - turned], axis=-1)


def radix_two_transform(real, imag, *, inverse):
    """Transform a complex series by splitting it into even and odd samples."""
    series = lax.complex(real, -imag if inverse else imag)
    spectrum = _decimate_in_time(series)
    if inverse:
        spectrum = jnp.conj(spectrum) / real.shape[-1]
    return spectrum.real, spectrum.imag


def radix_two_transform_reference(real, imag, *, inverse):
    count = real.shape[-1]
    sign = -1 if inverse else 1
    (a, b), (c, d) = _fourier_reference(real, count), _fourier_reference(imag, count)
    scale = 1 / count if inverse else 1
    return scale * (a - sign * d), scale * (sign * b + c)


def four_step_transform(signal, *, rows):
    """Transform columns, turn every element, transform rows, and transpose."""
    count = signal.shape[-1]
    columns = count // rows
    grid = jnp.fft.fft(signal.reshape(rows, columns), axis=0)
    index = jnp.outer(jnp.arange(rows), jnp.arange(columns)).astype(signal.dtype)
    grid = jnp.fft.fft(grid * jnp.exp(-2j * jnp.pi * index / count), axis=1)
    spectrum = grid.T.reshape(count)
    return spectrum.real, spectrum.imag


def four_step_transform_reference(signal, *, rows):
    return _fourier_reference(signal, len(signal))


def hartley_transform(images, *, axis):
    """Cosine plus sine sums along an axis: the real transform that inverts itself."""
    spectrum = jnp.fft.fft(images, axis=axis)
    return spectrum.real - spectrum.imag


def hartley_transform_reference(images, *, axis):
    count = images.shape[axis]
    angles = _angles_reference(np.arange(count), np.arange(count), count)
    kernel = np.cos(angles) + np.sin(angles)
    return np.moveaxis(np.tensordot(kernel, images, (1, axis)), 0, axis)


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


def overlap_add_convolution(signal, taps, *, block):
    """Filter a signal in blocks whose tails are added to the blocks after them."""
    size = signal.shape[-1]
    points = block + taps.shape[-1] - 1
    padded = jnp.pad(signal, (0, -size % block))
    blocks = padded.reshape(-1, block)
    response = jnp.fft.rfft(taps, n=points)
    pieces = jnp.fft.irfft(jnp.fft.rfft(blocks, n=points) * response, n=points)
    starts = block * jnp.arange(blocks.shape[0])
    places = starts[:, None] + jnp.arange(points)
    total = padded.shape[-1] + taps.shape[-1] - 1
    output = jnp.zeros(total, dtype=signal.dtype).at[places].add(pieces)
    return output[: size + taps.shape[-1] - 1]


def _convolved_reference(signal, taps):
    # The convolution theorem, by sums of sines and cosines.
    points = len(signal) + len(taps) - 1
    (a, b), (c, d) = (
        _fourier_reference(signal, points),
        _fourier_reference(taps, points),
    )
    angles = _angles_reference(np.arange(points), np.arange(points), points)
    cosines, sines = np.cos(angles), np.sin(angles)
    return (cosines @ (a * c - b * d) - sines @ (a * d + b * c)) / points


def overlap_add_convolution_reference(signal, taps, *, block):
    return _convolved_reference(signal, taps)


def overlap_save_convolution(signal, taps, *, points):
    """Filter a signal in overlapping blocks of which the aliased part is dropped."""
    size, overlap = signal.shape[-1], taps.shape[-1] - 1
    hop = points - overlap
    count = -(-size // hop)
    padded = jnp.pad(signal, (overlap, count * hop - size))
    blocks = jnp.stack(
        [lax.dynamic_slice_in_dim(padded, i * hop, points) for i in range(count)]
    )
    products = jnp.fft.rfft(blocks) * jnp.fft.rfft(taps, n=points)
    return jnp.fft.irfft(products, n=points)[:, overlap:].reshape(-1)[:size]


def overlap_save_convolution_reference(signal, taps, *, points):
    return _convolved_reference(signal, taps)[: len(signal)]


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


def cosine_transform(signals, *, points, norm, axis):
    """The cosine transform of type II along an axis."""
    return jax.scipy.fft.dct(signals, n=points, axis=axis, norm=norm)


def _cosines_reference(count):
    # Row k holds cos(pi k (2 j + 1) / (2 count)).
    turns = np.outer(np.arange(count), 2 * np.arange(count) + 1) % (4 * count)
    return np.cos((np.zeros(turns.shape) + turns) * (np.pi / (2 * count)))


def cosine_transform_reference(signals, *, points, norm, axis):
    moved = _fitted_reference(np.moveaxis(signals, axis, -1), points)
    sums = 2 * moved @ _cosines_reference(points).T
    if norm == "ortho":
        scale = np.full(points, math.sqrt(1 / (2 * points)))
        scale[0] = math.sqrt(1 / (4 * points))
        sums = sums * scale
    return np.moveaxis(sums, -1, axis)


def inverse_cosine_transform(coefficients, *, norm):
    """Samples from their cosine transform of type II."""
    return jax.scipy.fft.idct(coefficients, norm=norm)


def inverse_cosine_transform_reference(coefficients, *, norm):
    count = coefficients.shape[-1]
    if norm == "ortho":
        weights = np.full(count, math.sqrt(2 / count))
        weights[0] = math.sqrt(1 / count)
    else:
        weights = np.full(count, 1 / count)
        weights[0] = 1 / (2 * count)
    return (weights * coefficients) @ _cosines_reference(count)


def cosine_compression(images, *, rows, columns):
    """Keep the low cosine frequencies of each image, and what that loses."""
    coefficients = jax.scipy.fft.dctn(images, axes=(1, 2), norm="ortho")
    height, width = images.shape[1:]
    kept = (jnp.arange(height) < rows)[:, None] & (jnp.arange(width) < columns)
    smooth = jax.scipy.fft.idctn(
        jnp.where(kept, coefficients, 0.0), axes=(1, 2), norm="ortho"
    )
    return smooth, jnp.sum((images - smooth) ** 2, axis=(1, 2))


def cosine_compression_reference(images, *, rows, columns):
    def projection(count, kept):
        basis = _cosines_reference(count)[:kept] * math.sqrt(2 / count)
        basis[0] = basis[0] / math.sqrt(2)
        return basis.T @ basis

    height, width = images.shape[1:]
    smooth = projection(height, rows) @ images @ projection(width, columns)
    rest = images - smooth
    return smooth, np.sum(rest * rest, axis=(1, 2))


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


def finite_convolution(signal, taps, *, mode):
    """Convolve two sequences; keep all, the middle, or what needs no padding."""
    return jnp.convolve(signal, taps, mode=mode)


def _direct_sums_reference(x, y):
    # The full convolution of arrays of any rank.
    shape = tuple(n + m - 1 for n, m in zip(x.shape, y.shape))
    result = np.zeros(shape)
    for place in np.ndindex(*y.shape):
        window = tuple(slice(i, i + n) for i, n in zip(place, x.shape))
        result[window] += y[place] * x
    return result


def _cut_reference(full, x, y, mode):
    # The part of a full convolution that a mode names.
    if mode == "full":
        return full
    if mode == "same":
        starts = [(m - 1) // 2 for m in y.shape]
        sizes = x.shape
    else:
        starts = [min(n, m) - 1 for n, m in zip(x.shape, y.shape)]
        sizes = [abs(n - m) + 1 for n, m in zip(x.shape, y.shape)]
    return full[tuple(slice(a, a + n) for a, n in zip(starts, sizes))]


def finite_convolution_reference(signal, taps, *, mode):
    return _cut_reference(_direct_sums_reference(signal, taps), signal, taps, mode)


def planar_filter(image, kernel, *, mode, flip):
    """Convolve or correlate an image with a kernel."""
    if flip:
        return jax.scipy.signal.convolve2d(image, kernel, mode=mode)
    return jax.scipy.signal.correlate2d(image, kernel, mode=mode)


def planar_filter_reference(image, kernel, *, mode, flip):
    if flip:
        return _cut_reference(
            _direct_sums_reference(image, kernel), image, kernel, mode
        )
    # Correlation by the definition: a dot product at each offset.
    rows, columns = kernel.shape
    padded = np.pad(image, ((rows - 1, rows - 1), (columns - 1, columns - 1)))
    full = np.zeros((image.shape[0] + rows - 1, image.shape[1] + columns - 1))
    for i, j in np.ndindex(*full.shape):
        full[i, j] = np.sum(kernel * padded[i : i + rows, j : j + columns])
    if mode == "same":
        top, left = rows // 2, columns // 2
        return full[top : top + image.shape[0], left : left + image.shape[1]]
    return _cut_reference(full, image, kernel, mode)


def convolve_by_method(x, y, *, mode, method):
    """Convolve arrays directly or by their spectra."""
    return jax.scipy.signal.convolve(x, y, mode=mode, method=method)


def _theorem_reference(x, y):
    # The full convolution of matrices from the product of their spectra.
    sizes = [n + m - 1 for n, m in zip(x.shape, y.shape)]

    def spectrum(array):
        real, imag = _fourier_reference(array, sizes[1])
        a, b = _fourier_reference(real.T, sizes[0])
        c, d = _fourier_reference(imag.T, sizes[0])
        return (a - d).T, (b + c).T

    (a, b), (c, d) = spectrum(x), spectrum(y)
    real, imag = a * c - b * d, a * d + b * c
    rows = _angles_reference(np.arange(sizes[0]), np.arange(sizes[0]), sizes[0])
    columns = _angles_reference(np.arange(sizes[1]), np.arange(sizes[1]), sizes[1])
    even = np.cos(rows) @ real - np.sin(rows) @ imag
    odd = np.sin(rows) @ real + np.cos(rows) @ imag
    return (even @ np.cos(columns) - odd @ np.sin(columns)) / (sizes[0] * sizes[1])


def convolve_by_method_reference(x, y, *, mode, method):
    full = _theorem_reference(x, y) if method == "fft" else _direct_sums_reference(x, y)
    if mode == "same":
        # SciPy centers with respect to the full output.
        starts = [(m - 1) // 2 for m in y.shape]
        return full[starts[0] :, starts[1] :][: x.shape[0], : x.shape[1]]
    return _cut_reference(full, x, y, mode)


def spectral_row_convolution(x, y, *, mode):
    """Convolve every row of one matrix with the same row of another."""
    return jax.scipy.signal.fftconvolve(x, y, mode=mode, axes=[1])


def spectral_row_convolution_reference(x, y, *, mode):
    rows = []
    for a, b in zip(x, y):
        full = _convolved_reference(a, b)
        rows.append(_cut_reference(full, a, b, mode))
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
