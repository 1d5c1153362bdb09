"""Signal processing: JAX, and NumPy from the definition."""

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
    sums = []
    for k in range(points):
        total = real[..., 0]
        for t in range(1, points):
            mirrored = 2 * t > points
            at = points - t if mirrored else t
            angle = np.zeros(1) + 2 * np.pi * (k * t % points) / points
            part = -imag[..., at] if mirrored else imag[..., at]
            if 2 * t == points:
                part = 0 * part
            total = total + real[..., at] * np.cos(angle) + part * np.sin(angle)
        sums.append(total)
    return np.stack(sums, axis=-1)


def plane_power_spectrum(images, *, centered, norm):
    """Power of the two-dimensional spectrum of each image, in log1p units."""
    power = jnp.abs(jnp.fft.fft2(images, norm=norm)) ** 2
    if centered:
        power = jnp.fft.fftshift(power, axes=(-2, -1))
    return jnp.log1p(power)


def plane_power_spectrum_reference(images, *, centered, norm):
    batch, height, width = images.shape
    scale = _scale_reference(norm, height) * _scale_reference(norm, width)
    power = np.zeros((batch, height, width))
    for u in range(height):
        for v in range(width):
            turns = np.add.outer(
                u * np.arange(height) * width, v * np.arange(width) * height
            ) % (height * width)
            angles = (np.zeros(turns.shape) + turns) * (2 * np.pi / (height * width))
            real = scale * np.sum(images * np.cos(angles), axis=(1, 2))
            imag = scale * np.sum(images * np.sin(angles), axis=(1, 2))
            i, j = (u + height // 2) % height, (v + width // 2) % width
            place = (slice(None), i, j) if centered else (slice(None), u, v)
            power[place] = real * real + imag * imag
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


def volume_low_pass(volume, *, cutoff, order):
    """Damp the high frequencies of a volume by a Butterworth response."""
    depth, height, width = volume.shape
    squares = (
        jnp.fft.fftfreq(depth, dtype=volume.dtype)[:, None, None] ** 2
        + jnp.fft.fftfreq(height, dtype=volume.dtype)[:, None] ** 2
        + jnp.fft.rfftfreq(width, dtype=volume.dtype) ** 2
    )
    gain = 1.0 / (1.0 + (squares / cutoff**2) ** order)
    return jnp.fft.irfftn(gain * jnp.fft.rfftn(volume), s=volume.shape)


def volume_low_pass_reference(volume, *, cutoff, order):
    # A circular convolution by the impulse response.
    sizes = volume.shape
    folded = [np.array([min(k, n - k) / n for k in range(n)]) for n in sizes]
    squares = np.add.outer(np.add.outer(folded[0] ** 2, folded[1] ** 2), folded[2] ** 2)
    gain = 1 / (1 + (squares / cutoff**2) ** order)
    for axis, size in enumerate(sizes):
        cosines = np.cos(_angles_reference(np.arange(size), np.arange(size), size))
        gain = np.moveaxis(np.tensordot(cosines, gain, (1, axis)), 0, axis) / size
    result = np.zeros(sizes)
    for place in np.ndindex(*sizes):
        rolled = np.roll(gain, place, axis=(0, 1, 2))
        result[place] = np.sum(volume * rolled)
    return result


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
    result = []
    for m in range(points):
        kernel = np.ones(count)
        for k in range(1, (kept - 1) // 2 + 1):
            turns = (m * count - np.arange(count) * points) * k % (points * count)
            angles = (np.zeros(count) + turns) * (2 * np.pi / (points * count))
            kernel = kernel + 2 * np.cos(angles)
        if kept % 2 == 0:
            k = kept // 2
            if points < count:
                # Both halves of the longer spectrum fold onto the new Nyquist bin.
                turns = np.arange(count) * k % count
                angles = (np.zeros(count) + turns) * (2 * np.pi / count)
                kernel = kernel + 2 * (-1) ** m * np.cos(angles)
            else:
                angles = (np.zeros(1) + m * k % points) * (2 * np.pi / points)
                signs = (-1) ** np.arange(count)
                kernel = kernel + signs * np.cos(angles)
        result.append(np.sum(signal * kernel, axis=-1) / count)
    return np.stack(result, axis=-1)


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


def correlogram(signal, *, lags, estimate):
    """Covariances of a signal and its past, from its power spectrum."""
    count = signal.shape[-1]
    centered = signal - jnp.mean(signal)
    # As many zeros as there are lags keep the ends apart.
    points = count + lags
    power = jnp.abs(jnp.fft.rfft(centered, n=points)) ** 2
    sums = jnp.fft.irfft(power, n=points)[:lags]
    if estimate == "normalized":
        return sums / sums[0]
    if estimate == "unbiased":
        return sums / (count - jnp.arange(lags))
    return sums / count


def correlogram_reference(signal, *, lags, estimate):
    count = len(signal)
    centered = signal - np.sum(signal) / count
    sums = np.stack([np.sum(centered[k:] * centered[: count - k]) for k in range(lags)])
    counts = count - np.arange(lags)
    return sums / {"biased": count, "unbiased": counts, "normalized": sums[0]}[estimate]


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


def gaussian_high_boost(image, *, sigma, boost):
    """Amplify the details of an image by a Gaussian in the frequency domain."""
    height, width = image.shape
    rows = jnp.fft.fftfreq(height, dtype=image.dtype)[:, None]
    columns = jnp.fft.fftfreq(width, dtype=image.dtype)
    blur = jnp.exp(-2.0 * (jnp.pi * sigma) ** 2 * (rows**2 + columns**2))
    response = 1.0 + boost * (1.0 - blur)
    return jnp.fft.ifft2(response * jnp.fft.fft2(image)).real


def gaussian_high_boost_reference(image, *, sigma, boost):
    def blur(size):
        # The matrix of a circular convolution.
        folded = np.array([min(k, size - k) / size for k in range(size)])
        gain = np.exp(-2 * (np.pi * sigma * folded) ** 2)
        angles = _angles_reference(np.arange(size), np.arange(size), size)
        kernel = np.cos(angles) @ gain / size
        return np.stack([np.roll(kernel, k) for k in range(size)])

    blurred = blur(image.shape[0]) @ image @ blur(image.shape[1]).T
    return image + boost * (image - blurred)


def analytic_envelope(signal):
    """The envelope of a signal, and its Hilbert transform."""
    count = signal.shape[-1]
    index = jnp.arange(count)
    # Keep the mean, double positive frequencies, and drop the negative ones.
    gain = jnp.where((index > 0) & (2 * index < count), 2.0, 0.0)
    gain = jnp.where((index == 0) | (2 * index == count), 1.0, gain)
    analytic = jnp.fft.ifft(gain * jnp.fft.fft(signal))
    return jnp.abs(analytic), analytic.imag


def analytic_envelope_reference(signal):
    # The kernel of the discrete Hilbert transform in closed form.
    count = signal.shape[-1]
    kernel = np.zeros((count, count))
    for i in range(count):
        for j in range(count):
            lag = (i - j) % count
            if count % 2 == 0 and lag % 2:
                kernel[i, j] = 2 / count / np.tan(np.zeros(()) + np.pi * lag / count)
            elif count % 2 and lag:
                half = np.zeros(()) + np.pi * lag / (2 * count)
                ratio = 1 / np.tan(half) if lag % 2 else -np.tan(half)
                kernel[i, j] = ratio / count
    quadrature = signal @ kernel.T
    return np.sqrt(signal * signal + quadrature * quadrature), quadrature


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
    basis = [np.ones(size)]
    if kind == "linear":
        basis.append(np.arange(size) - (size - 1) / 2)  # orthogonal to the constant
    for line in basis:
        slopes = pieces @ line / np.sum(line * line)
        pieces = pieces - np.multiply.outer(slopes, line)
    return pieces


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


def liftered_cepstra(energies, *, coefficients, lifter):
    """Mel-frequency cepstral coefficients of band energies, the high ones lifted."""
    cepstra = jax.scipy.fft.dct(jnp.log(energies), axis=-1, norm="ortho")
    index = jnp.arange(coefficients, dtype=energies.dtype)
    weights = 1.0 + 0.5 * lifter * jnp.sin(jnp.pi * index / lifter)
    return weights * cepstra[..., :coefficients]


def liftered_cepstra_reference(energies, *, coefficients, lifter):
    bands = energies.shape[-1]
    columns = []
    for k in range(coefficients):
        angles = (np.zeros(bands) + (2 * np.arange(bands) + 1) * k) * (
            np.pi / (2 * bands)
        )
        scale = math.sqrt((2 if k else 1) / bands)
        lifted = 1 + lifter / 2 * np.sin(np.zeros(()) + np.pi * k / lifter)
        columns.append(lifted * scale * (np.log(energies) @ np.cos(angles)))
    return np.stack(columns, axis=-1)


def spectral_shape(magnitudes, *, rate, power):
    """Moments and flatness of each row of magnitudes."""
    weights = magnitudes**power
    bins = magnitudes.shape[-1]
    frequencies = jnp.linspace(0.0, rate / 2.0, bins, dtype=magnitudes.dtype)
    total = jnp.sum(weights, axis=-1, keepdims=True)
    shares = weights / total
    centroid = shares @ frequencies
    deviations = frequencies - centroid[:, None]
    spread = jnp.sqrt(jnp.sum(shares * deviations**2, axis=-1))
    skewness = jnp.sum(shares * deviations**3, axis=-1) / spread**3
    flatness = jnp.exp(jnp.mean(jnp.log(weights), axis=-1)) * bins / total[:, 0]
    return {
        "centroid": centroid,
        "spread": spread,
        "skewness": skewness,
        "flatness": flatness,
    }


def spectral_shape_reference(magnitudes, *, rate, power):
    bins = magnitudes.shape[1]
    frequencies = (np.zeros(bins) + np.arange(bins)) * rate / (2 * (bins - 1))
    rows = []
    for row in magnitudes:
        weights = row * row if power == 2.0 else row
        total = np.sum(weights)
        mean = np.sum(weights * frequencies) / total
        second = np.sum(weights * (frequencies - mean) ** 2) / total
        third = np.sum(weights * (frequencies - mean) ** 3) / total
        geometric = np.prod(weights ** (1 / bins))
        spread = np.sqrt(second)
        rows.append([mean, spread, third / second / spread, geometric * bins / total])
    columns = np.array(rows).T
    return dict(zip(["centroid", "spread", "skewness", "flatness"], columns))


def spectral_rolloff(magnitudes, *, fraction):
    """The bin of each row below which a fraction of the energy lies."""
    cumulative = jnp.cumsum(magnitudes**2, axis=-1)
    return jnp.argmax(cumulative >= fraction * cumulative[:, -1:], axis=-1)


def spectral_rolloff_reference(magnitudes, *, fraction):
    bins = []
    for row in magnitudes:
        k = 0
        while np.sum(row[: k + 1] ** 2) < fraction * np.sum(row**2):
            k += 1
        bins.append(k)
    return np.array(bins)


def onset_strength(magnitudes, *, compression, threshold):
    """How much a spectrum rises from window to window, and where that peaks."""
    levels = jnp.log1p(compression * magnitudes)
    flux = jnp.sum(jax.nn.relu(jnp.diff(levels, axis=0)), axis=-1)
    flux = jnp.pad(flux, (1, 0))
    before = jnp.pad(flux[:-1], (1, 0))
    after = jnp.pad(flux[1:], (0, 1))
    peaks = (flux > before) & (flux > after) & (flux > threshold * jnp.mean(flux))
    return flux, peaks


def onset_strength_reference(magnitudes, *, compression, threshold):
    count = len(magnitudes)
    levels = np.log1p(compression * magnitudes)
    flux = np.zeros(count)
    for t in range(1, count):
        rise = levels[t] - levels[t - 1]
        flux[t] = np.sum(np.where(rise > 0, rise, 0.0))
    peaks = np.zeros(count, dtype=bool)
    edged = [0.0, *flux, 0.0]
    for t in range(count):
        higher = flux[t] > edged[t] and flux[t] > edged[t + 2]
        peaks[t] = higher and flux[t] > threshold * np.sum(flux) / count
    return flux, peaks


def zero_crossing_rate(signal, *, size, hop, centered):
    """Share of neighboring samples of different sign, in windows along a signal."""
    pieces = _frames(signal, size, hop)
    if centered:
        pieces = pieces - jnp.mean(pieces, axis=-1, keepdims=True)
    negative = jnp.signbit(pieces)
    crossings = negative[:, 1:] != negative[:, :-1]
    counts = jnp.sum(crossings, axis=-1, dtype=jnp.int32)
    return counts, counts.astype(signal.dtype) / (size - 1)


def zero_crossing_rate_reference(signal, *, size, hop, centered):
    counts = []
    for piece in _frames_reference(signal, size, hop):
        level = np.sum(piece) / size if centered else 0.0
        above = [bool(value >= level) for value in piece]
        counts.append(sum(above[j] != above[j + 1] for j in range(size - 1)))
    counts = np.array(counts, dtype=np.int32)
    return counts, counts / (size - 1)


def phase_vocoder(real, imag, *, ratio, hop):
    """Advance the phases of a spectrum as if its windows were further apart."""
    bins = real.shape[1]
    spectra = lax.complex(real, imag)
    sizes, angles = jnp.abs(spectra), jnp.angle(spectra)
    center = jnp.pi * hop / (bins - 1) * jnp.arange(bins, dtype=real.dtype)
    # The deviation from the bin's own frequency is half a turn at most.
    deviations = jnp.diff(angles, axis=0) - center
    deviations -= 2.0 * jnp.pi * jnp.round(deviations / (2.0 * jnp.pi))
    advances = ratio * (center + deviations)
    phases = jnp.cumsum(jnp.concatenate([angles[:1], advances]), axis=0)
    return sizes * jnp.cos(phases), sizes * jnp.sin(phases)


def phase_vocoder_reference(real, imag, *, ratio, hop):
    count, bins = real.shape
    outputs = []
    for k in range(bins):
        center = np.zeros(()) + np.pi * hop * k / (bins - 1)
        phase = np.arctan2(imag[0, k], real[0, k])
        for t in range(count):
            if t:
                before = np.arctan2(imag[t - 1, k], real[t - 1, k])
                gap = np.arctan2(imag[t, k], real[t, k]) - before - center
                turns = np.floor((gap + np.pi) / (2 * np.pi))
                phase = phase + ratio * center + ratio * (gap - 2 * np.pi * turns)
            size = np.sqrt(real[t, k] ** 2 + imag[t, k] ** 2)
            outputs.append([size * np.cos(phase), size * np.sin(phase)])
    outputs = np.array(outputs).reshape(bins, count, 2)
    return outputs[:, :, 0].T, outputs[:, :, 1].T


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


def chroma_features(magnitudes, *, rate, tuning):
    """Fold magnitudes into twelve pitch classes, each row of unit length."""
    bins = magnitudes.shape[-1]
    frequencies = np.arange(1, bins) * (rate / 2.0 / (bins - 1))
    pitches = np.rint(12.0 * np.log2(frequencies / tuning)).astype(np.int32)
    classes = jnp.array(pitches % 12)
    energies = jax.ops.segment_sum((magnitudes[:, 1:] ** 2).T, classes, 12).T
    lengths = jnp.linalg.norm(energies, axis=-1, keepdims=True)
    return energies / lengths


def chroma_features_reference(magnitudes, *, rate, tuning):
    count, bins = magnitudes.shape
    folded = np.zeros((count, 12))
    for k in range(1, bins):
        pitch = round(12 * math.log2(k * rate / 2 / (bins - 1) / tuning))
        folded[:, pitch % 12] += magnitudes[:, k] ** 2
    return folded / np.sqrt(np.sum(folded * folded, axis=1))[:, None]


def harmonic_product_pitch(magnitudes, *, harmonics):
    """The bin whose multiples are strongest together, and its score, for each row."""
    bins = magnitudes.shape[-1] // harmonics
    levels = jnp.log(magnitudes)
    score = sum(levels[:, ::k][:, :bins] for k in range(1, harmonics + 1))
    best = 1 + jnp.argmax(score[:, 1:], axis=-1)
    return best, jnp.take_along_axis(score, best[:, None], axis=-1)[:, 0]


def harmonic_product_pitch_reference(magnitudes, *, harmonics):
    pitches, scores = [], []
    for row in magnitudes:
        products = [
            np.prod(row[k * np.arange(1, harmonics + 1)])
            for k in range(1, len(row) // harmonics)
        ]
        pitches.append(1 + int(np.argmax(np.array(products))))
        scores.append(np.log(products[pitches[-1] - 1]))
    return np.array(pitches), np.array(scores)


def yin_pitch(signal, *, window, lags):
    """The normalized difference of a signal and its past, and its least lag."""
    shifts = jnp.arange(lags)
    later = signal[shifts[:, None] + jnp.arange(window)]
    difference = jnp.sum((signal[:window] - later) ** 2, axis=1)
    means = jnp.cumsum(difference[1:]) / jnp.arange(1, lags)
    normalized = difference[1:] / means
    best = 1 + jnp.argmin(normalized)
    return best, jnp.concatenate([jnp.ones_like(normalized[:1]), normalized])


def yin_pitch_reference(signal, *, window, lags):
    difference = [
        sum((signal[j] - signal[j + lag]) ** 2 for j in range(window))
        for lag in range(lags)
    ]
    normalized = [
        difference[lag] * lag / sum(difference[1 : lag + 1]) for lag in range(1, lags)
    ]
    best = 1 + int(np.argmin(np.array(normalized)))
    return best, np.array([np.ones(()), *normalized])


def weighted_level(power, *, curve, rate):
    """The level in decibels of each power spectrum as the ear weights it."""
    bins = power.shape[-1]
    frequencies = jnp.linspace(0.0, rate / 2.0, bins, dtype=power.dtype)[1:]
    # In kilohertz, so that eighth powers stay in range.
    squares = (frequencies / 1000.0) ** 2
    gain = 12.194**2 * squares / ((squares + 0.0206**2) * (squares + 12.194**2))
    if curve == "A":
        gain *= squares / jnp.sqrt((squares + 0.1077**2) * (squares + 0.7379**2))
    level = 10.0 * jnp.log10(jnp.sum(gain**2 * power[..., 1:], axis=-1))
    return level + (2.0 if curve == "A" else 0.06)


def weighted_level_reference(power, *, curve, rate):
    bins = power.shape[-1]
    total = np.zeros(power.shape[0])
    for k in range(1, bins):
        f = (np.zeros(()) + k) * rate / (2 * (bins - 1))
        gain = 12194**2 / (1 + (20.6 / f) ** 2) / (f * f + 12194**2)
        if curve == "A":
            gain = gain / np.sqrt(1 + (107.7 / f) ** 2)
            gain = gain / np.sqrt(1 + (737.9 / f) ** 2)
        total = total + gain * gain * power[:, k]
    return 10 * np.log10(total) + (2.0 if curve == "A" else 0.06)


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


def _slid_reference(x, kernel, strides, margins, base=None, holes=None, groups=1):
    # Correlation of (batch, channel, *space) by (out, in, *space), place by place.
    dims = x.ndim - 2
    base, holes = base or (1,) * dims, holes or (1,) * dims
    sizes = [(n - 1) * b + 1 for n, b in zip(x.shape[2:], base)]
    stuffed = np.zeros((*x.shape[:2], *sizes))
    stuffed[(..., *(slice(None, None, b) for b in base))] = x
    # Negative margins cut.
    stuffed = np.pad(
        stuffed, [(0, 0)] * 2 + [(max(a, 0), max(b, 0)) for a, b in margins]
    )
    cuts = [
        slice(max(-a, 0), n - max(-b, 0))
        for (a, b), n in zip(margins, stuffed.shape[2:])
    ]
    stuffed = stuffed[(..., *cuts)]
    spans = [(k - 1) * h + 1 for k, h in zip(kernel.shape[2:], holes)]
    counts = [
        (n - span) // s + 1 for n, span, s in zip(stuffed.shape[2:], spans, strides)
    ]
    result = np.zeros((x.shape[0], kernel.shape[0], *counts))
    inner, outer = kernel.shape[1], kernel.shape[0] // groups
    axes = tuple(range(1, dims + 2))
    for place in np.ndindex(*counts):
        cuts = [
            slice(i * s, i * s + span, h)
            for i, s, span, h in zip(place, strides, spans, holes)
        ]
        window = stuffed[(..., *cuts)]
        for g in range(groups):
            mine = slice(g * outer, (g + 1) * outer)
            part = window[:, g * inner : (g + 1) * inner]
            sums = np.tensordot(part, kernel[mine], (axes, axes))
            result[(slice(None), mine, *place)] = sums
    return result


def _same_reference(sizes, spans, strides):
    # Margins that give one output for every stride, the smaller one first.
    margins = []
    for size, span, stride in zip(sizes, spans, strides):
        total = max((-(-size // stride) - 1) * stride + span - size, 0)
        margins.append((total // 2, total - total // 2))
    return margins


def planar_convolution(images, kernel, *, strides, padding):
    """Slide a bank of kernels over images with their channels first."""
    return lax.conv(images, kernel, strides, padding)


def planar_convolution_reference(images, kernel, *, strides, padding):
    margins = [(0, 0), (0, 0)]
    if padding == "SAME":
        margins = _same_reference(images.shape[2:], kernel.shape[2:], strides)
    return _slid_reference(images, kernel, strides, margins)


def channels_last_convolution(images, kernel, *, strides, padding, dilation):
    """Slide dilated kernels over images with their channels last."""
    return lax.conv_general_dilated(
        images,
        kernel,
        window_strides=strides,
        padding=padding,
        rhs_dilation=(dilation, dilation),
        dimension_numbers=("NHWC", "HWIO", "NHWC"),
    )


def channels_last_convolution_reference(images, kernel, *, strides, padding, dilation):
    result = _slid_reference(
        images.transpose(0, 3, 1, 2),
        kernel.transpose(3, 2, 0, 1),
        strides,
        padding,
        holes=(dilation, dilation),
    )
    return result.transpose(0, 2, 3, 1)


def causal_convolution(series, kernel, bias, *, dilation, stride):
    """Convolve along time with the past only."""
    reach = dilation * (kernel.shape[0] - 1)
    output = lax.conv_general_dilated(
        series,
        kernel,
        window_strides=(stride,),
        padding=[(reach, 0)],
        rhs_dilation=(dilation,),
        dimension_numbers=("NWC", "WIO", "NWC"),
    )
    return output + bias


def causal_convolution_reference(series, kernel, bias, *, dilation, stride):
    batch, steps, _ = series.shape
    width, _, channels = kernel.shape
    result = np.zeros((batch, -(-steps // stride), channels)) + bias
    for t in range(0, steps, stride):
        for k in range(width):
            past = t - dilation * (width - 1 - k)
            if past >= 0:
                result[:, t // stride] += series[:, past] @ kernel[k]
    return result


def volume_convolution(volumes, kernel, *, strides, padding, layout):
    """Slide kernels over volumes, channels first or last."""
    if layout == "first":
        numbers = ("NCDHW", "DHWIO", "NCDHW")
        volumes = jnp.moveaxis(volumes, -1, 1)
    else:
        numbers = ("NDHWC", "DHWIO", "NDHWC")
    output = lax.conv_general_dilated(
        volumes, kernel, strides, padding, dimension_numbers=numbers
    )
    return jnp.moveaxis(output, 1, -1) if layout == "first" else output


def volume_convolution_reference(volumes, kernel, *, strides, padding, layout):
    margins = [(0, 0)] * 3
    if padding == "SAME":
        margins = _same_reference(volumes.shape[1:4], kernel.shape[:3], strides)
    result = _slid_reference(
        np.moveaxis(volumes, -1, 1),
        np.moveaxis(kernel, (4, 3), (0, 1)),
        strides,
        margins,
    )
    return np.moveaxis(result, 1, -1)


def grouped_convolution(images, kernel, *, groups, stride):
    """Convolve groups of channels, each with kernels of its own."""
    return lax.conv_general_dilated(
        images,
        kernel,
        (stride, stride),
        "SAME",
        dimension_numbers=("NHWC", "HWIO", "NHWC"),
        feature_group_count=groups,
    )


def grouped_convolution_reference(images, kernel, *, groups, stride):
    strides = (stride, stride)
    margins = _same_reference(images.shape[1:3], kernel.shape[:2], strides)
    result = _slid_reference(
        images.transpose(0, 3, 1, 2),
        kernel.transpose(3, 2, 0, 1),
        strides,
        margins,
        groups=groups,
    )
    return result.transpose(0, 2, 3, 1)


def batch_grouped_convolution(images, kernel, *, groups, stride):
    """Convolve groups of images, each with kernels of its own, into one batch."""
    return lax.conv_general_dilated(
        images, kernel, (stride, stride), "VALID", batch_group_count=groups
    )


def batch_grouped_convolution_reference(images, kernel, *, groups, stride):
    margins = [(0, 0), (0, 0)]
    parts = [
        _slid_reference(some, mine, (stride, stride), margins)
        for some, mine in zip(np.split(images, groups), np.split(kernel, groups))
    ]
    return np.concatenate(parts, axis=1)


def stuffed_convolution(images, kernel, *, base, holes, padding):
    """Convolve images with zeros between their pixels by kernels with holes."""
    return lax.conv_with_general_padding(
        images, kernel, (1, 1), padding, lhs_dilation=base, rhs_dilation=holes
    )


def stuffed_convolution_reference(images, kernel, *, base, holes, padding):
    return _slid_reference(images, kernel, (1, 1), padding, base, holes)


def upsampling_convolution(images, kernel, *, stride, padding, transpose_kernel):
    """Spread every pixel by a kernel: the transpose of a strided convolution."""
    return lax.conv_transpose(
        images,
        kernel,
        (stride, stride),
        padding,
        dimension_numbers=("NHWC", "HWIO", "NHWC"),
        transpose_kernel=transpose_kernel,
    )


def upsampling_convolution_reference(
    images, kernel, *, stride, padding, transpose_kernel
):
    kernel = kernel.transpose(0, 1, 3, 2) if transpose_kernel else kernel[::-1, ::-1]
    batch, *sizes, _ = images.shape
    size, channels = kernel.shape[0], kernel.shape[3]
    spread = np.zeros((batch, *((n - 1) * stride + size for n in sizes), channels))
    for i, j in np.ndindex(*sizes):
        rows = slice(i * stride, i * stride + size)
        columns = slice(j * stride, j * stride + size)
        spread[:, rows, columns] += np.tensordot(images[:, i, j], kernel, (1, 2))
    if padding == "VALID":
        lengths, cut = [n * stride + max(size - stride, 0) for n in sizes], 0
    else:
        lengths = [n * stride for n in sizes]
        total = size + stride - 2
        cut = 0 if stride > size - 1 else size - 1 - (total - total // 2)
    ends = [(0, max(cut + n - m, 0)) for n, m in zip(lengths, spread.shape[1:3])]
    spread = np.pad(spread, [(0, 0), *ends, (0, 0)])
    return spread[:, cut : cut + lengths[0], cut : cut + lengths[1]]


def contrast_normalized_patches(images, *, size, stride, floor):
    """Cut images into patches of no mean and of unit contrast."""
    patches = lax.conv_general_dilated_patches(
        images, (size, size), (stride, stride), "VALID"
    )
    patches = patches - jnp.mean(patches, axis=1, keepdims=True)
    variance = jnp.var(patches, axis=1, keepdims=True)
    return patches / jnp.sqrt(variance + floor)


def contrast_normalized_patches_reference(images, *, size, stride, floor):
    batch, channels, height, width = images.shape
    rows, columns = (height - size) // stride + 1, (width - size) // stride + 1
    result = np.zeros((batch, channels * size * size, rows, columns))
    for b, i, j in np.ndindex(batch, rows, columns):
        top, left = i * stride, j * stride
        patch = images[b, :, top : top + size, left : left + size].reshape(-1)
        patch = patch - np.sum(patch) / patch.size
        contrast = np.sqrt(np.sum(patch * patch) / patch.size + floor)
        result[b, :, i, j] = patch / contrast
    return result


def locally_connected(images, kernels, *, rows, columns):
    """Correlate every place of an image with a kernel of its own."""
    return lax.conv_general_dilated_local(
        images, kernels, (1, 1), "VALID", (rows, columns)
    )


def locally_connected_reference(images, kernels, *, rows, columns):
    outputs, _, height, width = kernels.shape
    result = np.zeros((images.shape[0], outputs, height, width))
    for i, j in np.ndindex(height, width):
        window = images[:, :, i : i + rows, j : j + columns]
        result[:, :, i, j] = window.reshape(len(images), -1) @ kernels[:, :, i, j].T
    return result


def depthwise_multiplier_convolution(series, kernel, *, padding, stride):
    """Convolve every channel by several kernels of its own."""
    return lax.conv_general_dilated(
        series,
        kernel,
        (stride,),
        padding,
        dimension_numbers=("NWC", "WIO", "NWC"),
        feature_group_count=series.shape[-1],
    )


def depthwise_multiplier_convolution_reference(series, kernel, *, padding, stride):
    batch, steps, channels = series.shape
    width, _, outputs = kernel.shape
    before = 0
    if padding == "SAME":
        ((before, after),) = _same_reference((steps,), (width,), (stride,))
        series = np.pad(series, ((0, 0), (before, after), (0, 0)))
    count = (series.shape[1] - width) // stride + 1
    result = np.zeros((batch, count, outputs))
    for t in range(count):
        for o in range(outputs):
            channel = o // (outputs // channels)
            part = series[:, t * stride : t * stride + width, channel]
            result[:, t, o] = part @ kernel[:, 0, o]
    return result


def quantized_convolution(images, kernel, zero_points, *, shift, stride):
    """Convolve bytes into wide integers, then scale these back to a byte's range."""
    sums = lax.conv_general_dilated(
        images,
        kernel,
        (stride, stride),
        "VALID",
        dimension_numbers=("NHWC", "HWIO", "NHWC"),
        preferred_element_type=jnp.int32,
    )
    # The kernel's sum times the images' zero point must come off.
    offsets = jnp.sum(kernel, axis=(0, 1, 2), dtype=jnp.int32)
    sums = sums - zero_points * offsets
    rounded = (sums + (1 << (shift - 1))) >> shift
    return jnp.clip(rounded, -128, 127).astype(jnp.int8)


def quantized_convolution_reference(images, kernel, zero_points, *, shift, stride):
    wide = images.astype(np.int64)
    rows, columns, _, outputs = kernel.shape
    height = (images.shape[1] - rows) // stride + 1
    width = (images.shape[2] - columns) // stride + 1
    result = np.zeros((len(images), height, width, outputs), dtype=np.int8)
    for b, i, j, o in np.ndindex(*result.shape):
        top, left = i * stride, j * stride
        window = wide[b, top : top + rows, left : left + columns] - zero_points[o]
        total = int(np.sum(window * kernel[..., o]))
        rounded = (total + 2 ** (shift - 1)) // 2**shift
        result[b, i, j, o] = min(max(rounded, -128), 127)
    return result


def kernel_gradient(images, cotangents, *, stride):
    """The gradient of a strided convolution by its kernel, as a convolution."""
    # Batch and channels change places; the stride becomes a dilation.
    gradient = lax.conv_general_dilated(
        images,
        cotangents,
        window_strides=(1, 1),
        padding="VALID",
        rhs_dilation=(stride, stride),
        dimension_numbers=("CHWN", "IHWO", "HWNC"),
    )
    rows = images.shape[1] - stride * (cotangents.shape[1] - 1)
    columns = images.shape[2] - stride * (cotangents.shape[2] - 1)
    return gradient[:rows, :columns]


def kernel_gradient_reference(images, cotangents, *, stride):
    _, height, width, inputs = images.shape
    _, rows, columns, outputs = cotangents.shape
    size = height - stride * (rows - 1), width - stride * (columns - 1)
    gradient = np.zeros((*size, inputs, outputs))
    for i, j in np.ndindex(rows, columns):
        window = images[
            :, i * stride : i * stride + size[0], j * stride : j * stride + size[1]
        ]
        gradient = gradient + np.tensordot(window, cotangents[:, i, j], (0, 0))
    return gradient


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


def sliding_dot_products(signal, template, *, mode):
    """Correlate a signal with a template at every offset."""
    return jnp.correlate(signal, template, mode=mode)


def sliding_dot_products_reference(signal, template, *, mode):
    size = len(template)
    before = {"full": size - 1, "same": size // 2, "valid": 0}[mode]
    count = {"full": size - 1, "same": 0, "valid": 1 - size}[mode] + len(signal)
    padded = np.pad(signal, (before, size))
    return np.stack([np.sum(padded[k : k + size] * template) for k in range(count)])


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


def max_pool(images, *, window, strides, padding, dilation):
    """The maxima of windows of every channel."""
    return lax.reduce_window(
        images,
        -jnp.inf,
        lax.max,
        window_dimensions=(1, *window, 1),
        window_strides=(1, *strides, 1),
        padding=padding,
        window_dilation=(1, dilation, dilation, 1),
    )


def _pooled_reference(images, choose, window, strides, margins, dilation=1):
    # Values of the windows' pixels that are inside of the image, chosen among.
    batch, height, width, channels = images.shape
    spans = [(n - 1) * dilation + 1 for n in window]
    counts = [
        (n + sum(margin) - span) // stride + 1
        for n, margin, span, stride in zip((height, width), margins, spans, strides)
    ]
    result = np.zeros((batch, *counts, channels))
    for i, j in np.ndindex(*counts):
        top, left = i * strides[0] - margins[0][0], j * strides[1] - margins[1][0]
        inside = [
            images[:, y, x]
            for y in range(top, top + spans[0], dilation)
            for x in range(left, left + spans[1], dilation)
            if 0 <= y < height and 0 <= x < width
        ]
        result[:, i, j] = choose(np.stack(inside))
    return result


def max_pool_reference(images, *, window, strides, padding, dilation):
    margins = [(0, 0), (0, 0)]
    if padding == "SAME":
        spans = [(n - 1) * dilation + 1 for n in window]
        margins = _same_reference(images.shape[1:3], spans, strides)

    def choose(values):
        return np.max(values, axis=0)

    return _pooled_reference(images, choose, window, strides, margins, dilation)


def local_range(images, *, size, stride, margin):
    """The difference of the largest and the smallest pixel in windows of images."""
    window, strides = (1, size, size, 1), (1, stride, stride, 1)
    padding = ((0, 0), (margin, margin), (margin, margin), (0, 0))
    highest = lax.reduce_window(images, -jnp.inf, lax.max, window, strides, padding)
    lowest = lax.reduce_window(images, jnp.inf, lax.min, window, strides, padding)
    return highest - lowest


def local_range_reference(images, *, size, stride, margin):
    def choose(values):
        return np.max(values, axis=0) - np.min(values, axis=0)

    margins = [(margin, margin)] * 2
    return _pooled_reference(images, choose, (size, size), (stride, stride), margins)


def masked_mean_pool(images, mask, *, window, strides):
    """Average the pixels of each window that a mask lets through."""
    shape, steps = (1, *window, 1), (1, *strides, 1)
    present = mask.astype(images.dtype)[..., None]
    total = lax.reduce_window(images * present, 0.0, lax.add, shape, steps, "VALID")
    count = lax.reduce_window(present, 0.0, lax.add, shape, steps, "VALID")
    return total / jnp.maximum(count, 1.0)


def masked_mean_pool_reference(images, mask, *, window, strides):
    batch, height, width, channels = images.shape
    rows = (height - window[0]) // strides[0] + 1
    columns = (width - window[1]) // strides[1] + 1
    result = np.zeros((batch, rows, columns, channels))
    for b, i, j in np.ndindex(batch, rows, columns):
        top, left = i * strides[0], j * strides[1]
        part = images[b, top : top + window[0], left : left + window[1]]
        seen = part[mask[b, top : top + window[0], left : left + window[1]]]
        if len(seen):
            result[b, i, j] = np.sum(seen, axis=0) / len(seen)
    return result


def dilated_window_sums(values, *, window, base, holes, stride):
    """Sums over windows with holes of a matrix with zeros between its elements."""
    return lax.reduce_window(
        values,
        0.0,
        lax.add,
        window_dimensions=(window, window),
        window_strides=(stride, 1),
        padding="VALID",
        base_dilation=(1, base),
        window_dilation=(holes, 1),
    )


def dilated_window_sums_reference(values, *, window, base, holes, stride):
    ones = np.ones((1, 1, window, window))
    return _slid_reference(
        values[None, None],
        ones,
        (stride, 1),
        [(0, 0), (0, 0)],
        base=(1, base),
        holes=(holes, 1),
    )[0, 0]


def soft_maximum_pool(series, *, size, stride, sharpness):
    """Smooth maxima of windows along time: means of exponentials, in logarithms."""
    pieces = jnp.stack(
        [series[:, k : series.shape[1] - size + 1 + k : stride] for k in range(size)]
    )
    means = jax.nn.logsumexp(sharpness * pieces, axis=0) - math.log(size)
    return means / sharpness


def soft_maximum_pool_reference(series, *, size, stride, sharpness):
    columns = []
    for start in range(0, series.shape[1] - size + 1, stride):
        part = np.exp(sharpness * series[:, start : start + size])
        columns.append(np.log(np.sum(part, axis=1) / size) / sharpness)
    return np.stack(columns, axis=1)


def max_pool_with_places(image, *, window, strides):
    """Maxima of windows and where in the image they are, in one reduction."""
    places = lax.broadcasted_iota(jnp.int32, image.shape, 0) * image.shape[1]
    places += lax.broadcasted_iota(jnp.int32, image.shape, 1)

    def pick(best, other):
        # The first place wins a tie.
        later = (other[0] > best[0]) | ((other[0] == best[0]) & (other[1] < best[1]))
        return tuple(jnp.where(later, b, a) for a, b in zip(best, other, strict=True))

    start = (jnp.array(-jnp.inf, dtype=image.dtype), jnp.array(2**30, dtype=jnp.int32))
    return lax.reduce_window((image, places), start, pick, window, strides, "VALID")


def max_pool_with_places_reference(image, *, window, strides):
    height, width = image.shape
    rows = (height - window[0]) // strides[0] + 1
    columns = (width - window[1]) // strides[1] + 1
    values = np.zeros((rows, columns))
    places = np.zeros((rows, columns), dtype=np.int32)
    for i, j in np.ndindex(rows, columns):
        top, left = i * strides[0], j * strides[1]
        part = image[top : top + window[0], left : left + window[1]]
        y, x = divmod(int(np.argmax(part)), window[1])
        values[i, j] = part[y, x]
        places[i, j] = (top + y) * width + left + x
    return values, places


def binary_morphology(mask, *, operation, size, steps):
    """Grow or shrink the true pixels of a mask by squares, or both in turn."""

    def grow(mask):
        return lax.reduce_window(
            mask, False, lax.bitwise_or, (size, size), (1, 1), "SAME"
        )

    def shrink(mask):
        return lax.reduce_window(
            mask, True, lax.bitwise_and, (size, size), (1, 1), "SAME"
        )

    first, second = {
        "dilate": (grow, None),
        "erode": (shrink, None),
        "open": (shrink, grow),
        "close": (grow, shrink),
    }[operation]
    for _ in range(steps):
        mask = first(mask)
    if second is not None:
        for _ in range(steps):
            mask = second(mask)
    return mask


def binary_morphology_reference(mask, *, operation, size, steps):
    before = (size - 1) // 2

    def apply(mask, combine):
        result = np.zeros(mask.shape, dtype=bool)
        for i, j in np.ndindex(*mask.shape):
            top, left = max(i - before, 0), max(j - before, 0)
            around = mask[top : i - before + size, left : j - before + size]
            result[i, j] = combine(around)
        return result

    order = {
        "dilate": [np.any],
        "erode": [np.all],
        "open": [np.all, np.any],
        "close": [np.any, np.all],
    }[operation]
    for combine in order:
        for _ in range(steps):
            mask = apply(mask, combine)
    return mask


def windowed_integers(values, *, operation, size, stride):
    """Combine the integers of windows by an operation of two of them."""
    start, combine = {
        "sum": (0, lax.add),
        "product": (1, lax.mul),
        "parity": (0, lax.bitwise_xor),
        "largest": (jnp.iinfo(values.dtype).min, lax.max),
    }[operation]
    return lax.reduce_window(
        values,
        jnp.array(start, dtype=values.dtype),
        combine,
        window_dimensions=(1, size),
        window_strides=(1, stride),
        padding=((0, 0), (size // 2, 0)),
    )


def windowed_integers_reference(values, *, operation, size, stride):
    rows, count = values.shape
    combine = {
        "sum": lambda a, b: a + b,
        "product": lambda a, b: a * b,
        "parity": lambda a, b: a ^ b,
        "largest": max,
    }[operation]
    result = []
    for row in values.tolist():
        result.append([])
        for start in range(-(size // 2), count - size + 1, stride):
            part = row[max(start, 0) : start + size]
            total = part[0]
            for value in part[1:]:
                total = combine(total, value)
            result[-1].append(total)
    return np.array(result, dtype=values.dtype).reshape(rows, -1)


def adaptive_mean_pool(images, *, rows, columns):
    """Average an image over a grid of nearly equal parts, whatever its size."""

    def shares(size, count):
        # Part k reaches from floor(k n / m) to ceil((k + 1) n / m).
        parts, places = jnp.arange(count)[:, None], jnp.arange(size)
        starts = parts * size // count
        stops = -(-(parts + 1) * size // count)
        inside = ((places >= starts) & (places < stops)).astype(images.dtype)
        return inside / jnp.sum(inside, axis=1, keepdims=True)

    height, width = images.shape[1:3]
    return jnp.einsum(
        "ih,jw,bhwc->bijc", shares(height, rows), shares(width, columns), images
    )


def adaptive_mean_pool_reference(images, *, rows, columns):
    batch, height, width, channels = images.shape
    result = np.zeros((batch, rows, columns, channels))
    for i, j in np.ndindex(rows, columns):
        top, bottom = i * height // rows, -(-(i + 1) * height // rows)
        left, right = j * width // columns, -(-(j + 1) * width // columns)
        result[:, i, j] = np.mean(images[:, top:bottom, left:right], axis=(1, 2))
    return result


def tropical_convolution(image, weights, *, operation):
    """Dilate or erode by a structuring function: sums become maxima."""
    height, width = image.shape
    rows, columns = weights.shape
    margins = (
        (rows // 2, rows - 1 - rows // 2),
        (columns // 2, columns - 1 - columns // 2),
    )
    sign = 1.0 if operation == "dilate" else -1.0
    padded = jnp.pad(sign * image, margins, constant_values=-jnp.inf)
    best = jnp.full_like(image, -jnp.inf)
    for i in range(rows):
        for j in range(columns):
            best = jnp.maximum(
                best, padded[i : i + height, j : j + width] + weights[i, j]
            )
    return sign * best


def tropical_convolution_reference(image, weights, *, operation):
    height, width = image.shape
    rows, columns = weights.shape
    result = np.zeros((height, width))
    for y, x in np.ndindex(height, width):
        values = []
        for i, j in np.ndindex(rows, columns):
            a, b = y + i - rows // 2, x + j - columns // 2
            if 0 <= a < height and 0 <= b < width:
                if operation == "dilate":
                    values.append(image[a, b] + weights[i, j])
                else:
                    values.append(image[a, b] - weights[i, j])
        values = np.array(values)
        result[y, x] = np.max(values) if operation == "dilate" else np.min(values)
    return result


def cost_volume(first, second, *, reach):
    """Correlate the features of two images at all small displacements."""
    height, width, channels = first.shape
    padded = jnp.pad(second, ((reach, reach), (reach, reach), (0, 0)))

    def displaced(offset):
        size = (height, width, channels)
        moved = lax.dynamic_slice(padded, (offset[0], offset[1], 0), size)
        return jnp.mean(first * moved, axis=-1)

    span = jnp.arange(2 * reach + 1)
    offsets = jnp.stack(jnp.meshgrid(span, span, indexing="ij"), axis=-1)
    return jnp.moveaxis(lax.map(displaced, offsets.reshape(-1, 2)), 0, -1)


def cost_volume_reference(first, second, *, reach):
    height, width, channels = first.shape
    span = 2 * reach + 1
    result = np.zeros((height, width, span * span))
    for i, j, a, b in np.ndindex(height, width, span, span):
        y, x = i + a - reach, j + b - reach
        if 0 <= y < height and 0 <= x < width:
            product = np.sum(first[i, j] * second[y, x])
            result[i, j, a * span + b] = product / channels
    return result


def moving_average(signal, *, window, mode):
    """Means of windows along a signal: past, centered, or of what there is."""
    weights = jnp.full(window, 1.0 / window, dtype=signal.dtype)
    if mode == "trailing":
        padded = jnp.concatenate([jnp.full(window - 1, signal[0]), signal])
        return jnp.convolve(padded, weights, mode="valid")
    if mode == "centered":
        padded = jnp.pad(signal, (window // 2, (window - 1) // 2), mode="edge")
        return jnp.convolve(padded, weights, mode="valid")
    ones = jnp.ones_like(signal)
    sums = jnp.convolve(signal, weights, mode="full")[: signal.shape[0]]
    return sums / jnp.convolve(ones, weights, mode="full")[: signal.shape[0]]


def moving_average_reference(signal, *, window, mode):
    count = len(signal)
    means = []
    for t in range(count):
        last = t + (window - 1) // 2 if mode == "centered" else t
        places = range(last - window + 1, last + 1)
        if mode == "expanding":
            places = [k for k in places if k >= 0]
        values = np.stack([signal[min(max(k, 0), count - 1)] for k in places])
        means.append(np.sum(values) / len(values))
    return np.stack(means)


def moving_deviation(signals, *, window, degrees):
    """Standard deviations of windows along each row."""
    count = signals.shape[-1] - window + 1
    pieces = jnp.stack([signals[:, k : k + count] for k in range(window)], axis=-1)
    return jnp.std(pieces, axis=-1, ddof=degrees)


def moving_deviation_reference(signals, *, window, degrees):
    columns = []
    for start in range(signals.shape[1] - window + 1):
        part = signals[:, start : start + window]
        rest = part - np.sum(part, axis=1, keepdims=True) / window
        columns.append(np.sqrt(np.sum(rest * rest, axis=1) / (window - degrees)))
    return np.stack(columns, axis=1)


def moving_median(signal, *, radius, padding):
    """The median of each sample and its neighbors."""
    padded = jnp.pad(signal, radius, mode=padding)
    return jnp.median(_frames(padded, 2 * radius + 1, 1), axis=-1)


def moving_median_reference(signal, *, radius, padding):
    count = len(signal)
    medians = []
    for t in range(count):
        around = []
        for k in range(t - radius, t + radius + 1):
            if padding == "edge":
                around.append(signal[min(max(k, 0), count - 1)])
            elif padding == "wrap":
                around.append(signal[k % count])
            else:
                around.append(signal[count - 1 - abs(count - 1 - abs(k))])
        medians.append(np.sort(np.stack(around))[radius])
    return np.stack(medians)


def running_extremes(signals, *, window, output):
    """The largest and the smallest of the last values of each row."""
    padding = ((0, 0), (window - 1, 0))
    highest = lax.reduce_window(
        signals, -jnp.inf, lax.max, (1, window), (1, 1), padding
    )
    lowest = lax.reduce_window(signals, jnp.inf, lax.min, (1, window), (1, 1), padding)
    if output == "channel":
        return highest, lowest
    # Where the last value lies between the two.
    share = (signals - lowest) / jnp.maximum(highest - lowest, 1e-3)
    return share, highest - lowest


def running_extremes_reference(signals, *, window, output):
    highest, lowest = np.zeros_like(signals), np.zeros_like(signals)
    for t in range(signals.shape[1]):
        part = signals[:, max(t - window + 1, 0) : t + 1]
        highest[:, t], lowest[:, t] = np.max(part, axis=1), np.min(part, axis=1)
    if output == "channel":
        return highest, lowest
    spread = highest - lowest
    return (signals - lowest) / np.maximum(spread, 1e-3), spread


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


def amplitude_link(message, *, carrier, depth, window):
    """Modulate a carrier's amplitude; detect the message by the same carrier."""
    angles = 2.0 * jnp.pi * carrier * jnp.arange(message.shape[0], dtype=message.dtype)
    sent = (1.0 + depth * message) * jnp.cos(angles)
    product = 2.0 * sent * jnp.cos(angles)
    weights = jnp.full(window, 1.0 / window, dtype=message.dtype)
    return sent, (jnp.convolve(product, weights, mode="same") - 1.0) / depth


def amplitude_link_reference(message, *, carrier, depth, window):
    count = len(message)
    times = np.zeros(count) + np.arange(count)
    angles = 2 * np.pi * carrier * times
    sent = np.cos(angles) + depth * message * np.cos(angles)
    # Twice the squared cosine is one and a term at twice the frequency.
    product = (1 + depth * message) * (1 + np.cos(2 * angles))
    received = []
    for t in range(count):
        last = t + (window - 1) // 2
        near = [k for k in range(last - window + 1, last + 1) if 0 <= k < count]
        mean = sum(product[k] for k in near) / window
        received.append((mean - 1) / depth)
    return sent, np.stack(received)


def frequency_modulation(message, *, carrier, deviation):
    """Real and quadrature parts of a carrier whose frequency follows a message."""
    steps = carrier + deviation * message
    phases = 2.0 * jnp.pi * jnp.cumsum(steps)
    return jnp.cos(phases), jnp.sin(phases)


def frequency_modulation_reference(message, *, carrier, deviation):
    x, y = np.ones(()), np.zeros(())
    cosines, sines = [], []
    for value in message:
        # Turn a unit vector a little further.
        a = np.cos(2 * np.pi * (carrier + deviation * value))
        b = np.sin(2 * np.pi * (carrier + deviation * value))
        x, y = x * a - y * b, x * b + y * a
        cosines.append(x)
        sines.append(y)
    return np.stack(cosines), np.stack(sines)


def frequency_discriminator(inphase, quadrature, *, floor):
    """How fast a phase turns, from products of neighboring samples."""
    # The slope in the middle of three samples.
    slope_i = 0.5 * (inphase[2:] - inphase[:-2])
    slope_q = 0.5 * (quadrature[2:] - quadrature[:-2])
    i, q = inphase[1:-1], quadrature[1:-1]
    return (i * slope_q - q * slope_i) / (i**2 + q**2 + floor)


def frequency_discriminator_reference(inphase, quadrature, *, floor):
    rates = []
    for t in range(1, len(inphase) - 1):
        after = inphase[t] * quadrature[t + 1] - quadrature[t] * inphase[t + 1]
        before = inphase[t] * quadrature[t - 1] - quadrature[t] * inphase[t - 1]
        energy = inphase[t] * inphase[t] + quadrature[t] * quadrature[t]
        rates.append((after - before) / 2 / (energy + floor))
    return np.stack(rates)


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


def quadrature_symbols(bits, noise, *, width):
    """Send bits as points of a Gray-coded square, and decide on what arrives."""
    levels = 2**width
    weights = 2 ** jnp.arange(width - 1, -1, -1, dtype=jnp.int32)
    # Binary numbers of the Gray codes of both coordinates.
    gray = jnp.sum(bits.reshape(-1, 2, width) * weights, axis=-1, dtype=jnp.int32)
    order = [k ^ (k >> 1) for k in range(levels)]
    position = jnp.argsort(jnp.array(order)).astype(jnp.int32)
    scale = math.sqrt(3.0 / (2.0 * (levels**2 - 1)))
    points = scale * (2 * position[gray] - levels + 1).astype(noise.dtype)
    received = points + noise
    nearest = jnp.round((received / scale + levels - 1) / 2.0).astype(jnp.int32)
    decided = jnp.array(order, jnp.int32)[jnp.clip(nearest, 0, levels - 1)]
    decoded = (decided[..., None] // weights) % 2
    return points, jnp.sum(decoded.reshape(-1) != bits, dtype=jnp.int32)


def quadrature_symbols_reference(bits, noise, *, width):
    levels = 2**width
    codes = []
    for k in range(levels):
        number = k ^ (k // 2)
        codes.append([number // 2 ** (width - 1 - i) % 2 for i in range(width)])
    amplitudes = [2 * k - levels + 1 for k in range(levels)]
    mean = 2 * sum(a * a for a in amplitudes) / levels
    points = np.zeros(noise.shape)
    wrong = 0
    groups = bits.reshape(-1, 2, width).tolist()
    for s, pair in enumerate(groups):
        for c, code in enumerate(pair):
            points[s, c] = amplitudes[codes.index(code)] / np.sqrt(mean + np.zeros(()))
            arrived = (points[s, c] + noise[s, c]) * math.sqrt(mean)
            gaps = np.stack([np.abs(arrived - a) for a in amplitudes])
            decided = codes[int(np.argmin(gaps))]
            wrong += sum(x != y for x, y in zip(decided, code))
    return points, np.array(wrong, dtype=np.int32)


def phase_locked_loop(inphase, quadrature, *, proportional, integral, center):
    """Follow the phase of a carrier by an oscillator of adjustable frequency."""

    def step(state, sample):
        phase, drift = state
        i, q = sample
        error = q * jnp.cos(phase) - i * jnp.sin(phase)
        drift = drift + integral * error
        phase = phase + center + drift + proportional * error
        return (phase, drift), (error, drift)

    start = jnp.zeros((), dtype=inphase.dtype)
    return lax.scan(step, (start, start), (inphase, quadrature))[1]


def phase_locked_loop_reference(inphase, quadrature, *, proportional, integral, center):
    errors, drifts = [], []
    for t in range(len(inphase)):
        # The phase so far, from all errors so far.
        phase = np.zeros(()) + t * center
        for s, error in enumerate(errors):
            phase = phase + (proportional + (t - s) * integral) * error
        size = np.sqrt(inphase[t] ** 2 + quadrature[t] ** 2)
        angle = np.arctan2(quadrature[t], inphase[t])
        errors.append(size * np.sin(angle - phase))
        drifts.append(integral * sum(errors))
    return np.stack(errors), np.stack(drifts)


def raised_cosine_shaping(symbols, *, oversampling, rolloff, reach):
    """Turn symbols into a smooth signal by pulses that vanish at other symbols."""
    count = reach * oversampling
    times = jnp.arange(-count, count + 1, dtype=symbols.dtype) / oversampling
    pulse = jnp.sinc(times) * jnp.cos(jnp.pi * rolloff * times)
    pulse = pulse / (1.0 - (2.0 * rolloff * times) ** 2)
    return lax.conv_general_dilated(
        symbols[None, None],
        pulse[None, None],
        window_strides=(1,),
        padding=[(count, count)],
        lhs_dilation=(oversampling,),
    )[0, 0]


def raised_cosine_shaping_reference(symbols, *, oversampling, rolloff, reach):
    samples = (len(symbols) - 1) * oversampling + 1
    output = np.zeros(samples)
    for m in range(samples):
        for k in range(len(symbols)):
            lag = m - k * oversampling
            if abs(lag) > reach * oversampling:
                continue
            time = np.zeros(()) + lag / oversampling
            pulse = np.sin(np.pi * time) / (np.pi * time) if lag else np.ones(())
            bend = 2 * rolloff * time
            pulse = pulse * np.cos(np.pi * bend / 2) / (1 - bend) / (1 + bend)
            output[m] += symbols[k] * pulse
    return output


def convolutional_code(bits, *, generators):
    """Parities of a shift register's taps, a bit for each generator and step."""
    memory = max(generator.bit_length() for generator in generators)
    lines = _frames(jnp.pad(bits, (memory - 1, 0)), memory, 1)
    # The newest bit is the last of a line, and the highest of a generator.
    taps = [[g >> k & 1 for k in range(memory)] for g in generators]
    chosen = lines[:, None, :] * jnp.array(taps, dtype=bits.dtype)
    return lax.reduce(chosen, bits.dtype.type(0), lax.bitwise_xor, (2,))


def convolutional_code_reference(bits, *, generators):
    memory = max(generator.bit_length() for generator in generators)
    register, output = 0, []
    for bit in bits.tolist():
        register = register >> 1 | bit << (memory - 1)
        output.append([(register & g).bit_count() % 2 for g in generators])
    return np.array(output, dtype=np.int32)


def scramble(bits, *, taps, seed):
    """Add the output of a linear feedback shift register to bits."""
    width = max(taps)

    def step(register, bit):
        feedback = register >> (taps[0] - 1)
        for tap in taps[1:]:
            feedback = feedback ^ (register >> (tap - 1))
        feedback = feedback & 1
        register = ((register << 1) | feedback) & (2**width - 1)
        return register, bit ^ feedback

    register, output = lax.scan(step, jnp.array(seed, dtype=bits.dtype), bits)
    return output, register


def scramble_reference(bits, *, taps, seed):
    width = max(taps)
    # The sequence itself satisfies a recurrence over all of its past.
    sequence = [seed >> k & 1 for k in range(width - 1, -1, -1)]
    for _ in range(len(bits)):
        sequence.append(sum(sequence[-tap] for tap in taps) % 2)
    output = [(b + s) % 2 for b, s in zip(bits.tolist(), sequence[width:])]
    register = 0
    for bit in sequence[-width:]:
        register = 2 * register + bit
    return np.array(output, dtype=np.int32), np.array(register, dtype=np.int32)


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


def template_detector(signal, template, *, threshold):
    """Normalized correlation with a template everywhere, and where it is high."""
    pieces = _frames(signal, template.shape[0], 1)
    pieces = pieces - jnp.mean(pieces, axis=1, keepdims=True)
    shape = template - jnp.mean(template)
    energy = jnp.sum(pieces**2, axis=1) * jnp.sum(shape**2)
    scores = pieces @ shape / jnp.sqrt(energy + 1e-6)
    return scores, scores > threshold, jnp.argmax(scores)


def template_detector_reference(signal, template, *, threshold):
    size = len(template)
    scores = []
    for t in range(len(signal) - size + 1):
        pairs = np.stack([signal[t : t + size], template])
        pairs = pairs - np.sum(pairs, axis=1, keepdims=True) / size
        products = pairs @ pairs.T
        scores.append(products[0, 1] / np.sqrt(products[0, 0] * products[1, 1] + 1e-6))
    scores = np.stack(scores)
    return scores, scores > threshold, np.argmax(scores)


def constant_false_alarm(power, *, guard, training, factor):
    """Detect cells that stand out from those around them, but for the nearest."""
    reach = guard + training
    padded = jnp.pad(power, reach)
    present = jnp.pad(jnp.ones_like(power), reach)
    kernel = jnp.ones(2 * reach + 1, dtype=power.dtype)
    kernel = kernel.at[training : training + 2 * guard + 1].set(0.0)
    noise = jnp.correlate(padded, kernel, mode="valid")
    noise = noise / jnp.correlate(present, kernel, mode="valid")
    return power > factor * noise, noise


def constant_false_alarm_reference(power, *, guard, training, factor):
    count = len(power)
    noise = []
    for t in range(count):
        cells = [
            power[s]
            for s in range(t - guard - training, t + guard + training + 1)
            if 0 <= s < count and abs(s - t) > guard
        ]
        noise.append(sum(cells) / len(cells))
    noise = np.stack(noise)
    return power > factor * noise, noise


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


def _steering(sensors, angles, spacing):
    """Phases of a plane wave at a line of sensors, a row for each direction."""
    turns = spacing * jnp.arange(sensors, dtype=angles.dtype)
    return jnp.exp(-2j * jnp.pi * jnp.sin(angles)[:, None] * turns)


def delay_and_sum_power(real, imag, angles, *, spacing):
    """Power that a line of sensors receives from each direction."""
    snapshots = lax.complex(real, imag)
    weights = _steering(real.shape[0], angles, spacing)
    beams = jnp.conj(weights) @ snapshots / real.shape[0]
    return jnp.mean(_power(beams), axis=1)


def delay_and_sum_power_reference(real, imag, angles, *, spacing):
    sensors, count = real.shape
    powers = []
    for angle in angles:
        x, y = np.zeros(count), np.zeros(count)
        for m in range(sensors):
            phase = 2 * np.pi * spacing * m * np.sin(angle)
            x = x + np.cos(phase) * real[m] - np.sin(phase) * imag[m]
            y = y + np.sin(phase) * real[m] + np.cos(phase) * imag[m]
        powers.append(np.sum(x * x + y * y) / count / sensors**2)
    return np.stack(powers)


def capon_power(real, imag, angles, *, spacing, loading):
    """Power from each direction while all others are suppressed."""
    snapshots = lax.complex(real, imag)
    sensors, count = real.shape
    covariance = snapshots @ jnp.conj(snapshots.T) / count
    covariance = covariance + loading * jnp.eye(sensors, dtype=covariance.dtype)
    steering = _steering(sensors, angles, spacing)
    solved = jnp.linalg.solve(covariance, steering.T)
    return 1.0 / jnp.sum(jnp.conj(steering.T) * solved, axis=0).real


def capon_power_reference(real, imag, angles, *, spacing, loading):
    sensors, count = real.shape
    # A complex system as a real one of twice the size.
    even = (real @ real.T + imag @ imag.T) / count + loading * np.eye(sensors)
    odd = (imag @ real.T - real @ imag.T) / count
    block = np.vstack([np.hstack([even, -odd]), np.hstack([odd, even])])
    powers = []
    for angle in angles:
        phases = 2 * np.pi * spacing * np.arange(sensors) * np.sin(angle)
        steering = np.concatenate([np.cos(phases), -np.sin(phases)])
        powers.append(1 / (steering @ np.linalg.solve(block, steering)))
    return np.stack(powers)


def spectral_subtraction(real, imag, noise, *, factor, floor):
    """Take a noise estimate off the magnitudes of a spectrum, and keep its phases."""
    spectra = lax.complex(real, imag)
    power = _power(spectra)
    kept = jnp.maximum(power - factor * noise**2, floor * power)
    cleaned = jnp.sqrt(kept / power) * spectra
    return cleaned.real, cleaned.imag


def spectral_subtraction_reference(real, imag, noise, *, factor, floor):
    size = np.sqrt(real * real + imag * imag)
    rest = size * size - factor * noise * noise
    gain = np.sqrt(np.where(rest > floor * size * size, rest / size**2, floor))
    return gain * real, gain * imag


def local_wiener_filter(image, *, radius, noise):
    """Pull each pixel to its neighborhood's mean, less where it varies more."""
    size = 2 * radius + 1
    window = (size, size)

    def average(plane):
        sums = lax.reduce_window(plane, 0.0, lax.add, window, (1, 1), "SAME")
        return sums / size**2

    mean = average(image)
    variance = average(image**2) - mean**2
    gain = jnp.maximum(variance - noise, 0.0) / jnp.maximum(variance, noise)
    return mean + gain * (image - mean)


def local_wiener_filter_reference(image, *, radius, noise):
    height, width = image.shape
    size = 2 * radius + 1
    padded = np.pad(image, radius)
    result = np.zeros((height, width))
    for i, j in np.ndindex(height, width):
        around = padded[i : i + size, j : j + size]
        mean = np.sum(around) / size**2
        variance = np.sum(around * around) / size**2 - mean * mean
        result[i, j] = mean
        if variance > noise:
            share = 1 - noise / variance
            result[i, j] = mean + share * (image[i, j] - mean)
    return result


def teager_energy(signals, *, smoothing):
    """The energy of an oscillation from three neighboring samples, smoothed."""
    inner = signals[:, 1:-1] ** 2 - signals[:, :-2] * signals[:, 2:]
    kernel = jnp.bartlett(smoothing + 2)[1:-1].astype(signals.dtype)
    kernel = kernel / jnp.sum(kernel)
    return jax.vmap(lambda row: jnp.convolve(row, kernel, mode="valid"))(inner)


def teager_energy_reference(signals, *, smoothing):
    count = signals.shape[1] - 2
    middle = (smoothing + 1) / 2
    weights = [middle - abs(k + 1 - middle) for k in range(smoothing)]
    columns = []
    for t in range(count - smoothing + 1):
        total = 0.0
        for k, weight in enumerate(weights):
            left, center, right = (signals[:, t + k + i] for i in range(3))
            total = total + weight * (center * center - left * right)
        columns.append(total / (np.zeros(()) + sum(weights)))
    return np.stack(columns, axis=1)


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


def laplacian_of_gaussian(image, *, sigma, radius):
    """The Laplacian of a blurred image, and where that changes sign."""
    offsets = jnp.arange(-radius, radius + 1, dtype=image.dtype) / sigma
    squares = offsets[:, None] ** 2 + offsets**2
    bell = jnp.exp(-0.5 * squares)
    kernel = (squares - 2.0) * bell / sigma**2
    # The truncated kernel still gives nothing where the image is flat.
    kernel = (kernel - jnp.mean(kernel)) / jnp.sum(bell)
    padded = jnp.pad(image, radius, mode="edge")
    response = jax.scipy.signal.correlate2d(padded, kernel, mode="valid")
    below = response < 0
    across = below[:, 1:] != below[:, :-1]
    down = below[1:] != below[:-1]
    crossings = jnp.pad(across, ((0, 0), (0, 1))) | jnp.pad(down, ((0, 1), (0, 0)))
    return response, crossings


def laplacian_of_gaussian_reference(image, *, sigma, radius):
    height, width = image.shape
    size = 2 * radius + 1
    bell, kernel = np.zeros((size, size)), np.zeros((size, size))
    for i, j in np.ndindex(size, size):
        square = (i - radius) ** 2 + (j - radius) ** 2
        bell[i, j] = np.exp(np.zeros(()) - square / (2 * sigma**2))
        kernel[i, j] = (square / sigma**4 - 2 / sigma**2) * bell[i, j]
    kernel = (kernel - np.sum(kernel) / size**2) / np.sum(bell)
    padded = np.pad(image, radius, mode="edge")
    response = np.zeros((height, width))
    for i, j in np.ndindex(height, width):
        response[i, j] = np.sum(kernel * padded[i : i + size, j : j + size])
    crossings = np.zeros((height, width), dtype=bool)
    for i, j in np.ndindex(height, width):
        for a, b in ((i, j + 1), (i + 1, j)):
            if a < height and b < width:
                differ = (response[a, b] < 0) != (response[i, j] < 0)
                crossings[i, j] = crossings[i, j] or differ
    return response, crossings


def integral_box_mean(image, *, radius):
    """Means over squares, clipped to the image, from four corners of running sums."""
    height, width = image.shape
    sums = lax.cumsum(lax.cumsum(image, axis=0), axis=1)
    sums = jnp.pad(sums, ((1, 0), (1, 0)))
    rows, columns = jnp.arange(height), jnp.arange(width)
    top, bottom = jnp.maximum(rows - radius, 0), jnp.minimum(rows + radius + 1, height)
    left = jnp.maximum(columns - radius, 0)
    right = jnp.minimum(columns + radius + 1, width)
    strips = sums[bottom] - sums[top]
    totals = strips[:, right] - strips[:, left]
    areas = jnp.outer(bottom - top, right - left)
    # Rounded to the nearest integer.
    return ((2 * totals + areas) // (2 * areas)).astype(jnp.int32)


def integral_box_mean_reference(image, *, radius):
    means = np.zeros(image.shape, dtype=np.int32)
    for i, j in np.ndindex(*image.shape):
        around = image[max(i - radius, 0) : i + radius + 1]
        around = around[:, max(j - radius, 0) : j + radius + 1]
        total = int(np.sum(around))
        quotient, rest = divmod(total, around.size)
        means[i, j] = quotient + (2 * rest >= around.size)
    return means


def gabor_energy(image, *, directions, wavelength, sigma):
    """Local energy of an image by direction, from pairs of even and odd waves."""
    reach = jnp.arange(-3, 4, dtype=image.dtype)
    y, x = reach[:, None], reach[None, :]
    angles = jnp.pi * jnp.arange(directions, dtype=image.dtype) / directions
    along = x * jnp.cos(angles)[:, None, None] + y * jnp.sin(angles)[:, None, None]
    bell = jnp.exp(-0.5 * (x**2 + y**2) / sigma**2)
    waves = 2.0 * jnp.pi * along / wavelength
    kernels = jnp.stack([bell * jnp.cos(waves), bell * jnp.sin(waves)])
    responses = lax.conv_general_dilated(
        image[None, None], kernels.reshape(-1, 1, 7, 7), (1, 1), "SAME"
    )
    even, odd = responses[0, :directions], responses[0, directions:]
    return jnp.sqrt(even**2 + odd**2 + 1e-6)


def gabor_energy_reference(image, *, directions, wavelength, sigma):
    height, width = image.shape
    padded = np.pad(image, 3)
    result = np.zeros((directions, height, width))
    for d in range(directions):
        even, odd = np.zeros((7, 7)), np.zeros((7, 7))
        direction = np.zeros(()) + np.pi * d / directions
        for i, j in np.ndindex(7, 7):
            along = (j - 3) * np.cos(direction) + (i - 3) * np.sin(direction)
            bell = np.exp(-(np.zeros(()) + (i - 3) ** 2 + (j - 3) ** 2) / 2 / sigma**2)
            even[i, j] = bell * np.cos(2 * np.pi / wavelength * along)
            odd[i, j] = bell * np.sin(2 * np.pi / wavelength * along)
        for i, j in np.ndindex(height, width):
            part = padded[i : i + 7, j : j + 7]
            a, b = np.sum(even * part), np.sum(odd * part)
            result[d, i, j] = np.sqrt(a * a + b * b + 1e-6)
    return result


def local_binary_patterns(image, *, uniform):
    """Which of a pixel's eight neighbors are not darker, as the bits of a number."""
    height, width = image.shape
    center = image[1:-1, 1:-1]
    # Clockwise from the upper left corner.
    ring = [(0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0)]
    bits = jnp.stack(
        [image[i : i + height - 2, j : j + width - 2] >= center for i, j in ring]
    ).astype(jnp.uint8)
    if not uniform:
        shifts = jnp.arange(8, dtype=jnp.uint8)[:, None, None]
        return lax.reduce(bits << shifts, np.uint8(0), lax.bitwise_or, (0,))
    # The number of brighter neighbors, or 9 where they are not all in one run.
    changes = jnp.sum(bits != jnp.roll(bits, 1, axis=0), axis=0)
    count = jnp.sum(bits, axis=0, dtype=jnp.uint8)
    return jnp.where(changes <= 2, count, jnp.uint8(9))


def local_binary_patterns_reference(image, *, uniform):
    height, width = image.shape
    codes = np.zeros((height - 2, width - 2), dtype=np.uint8)
    for i, j in np.ndindex(height - 2, width - 2):
        around = image[i : i + 3, j : j + 3]
        border = [*around[0], around[1, 2], *around[2, ::-1], around[1, 0]]
        bits = [int(value >= around[1, 1]) for value in border]
        if uniform:
            changes = sum(bits[k] != bits[k - 1] for k in range(8))
            codes[i, j] = sum(bits) if changes <= 2 else 9
        else:
            codes[i, j] = sum(2**k for k in range(8) if bits[k])
    return codes


def census_matching(left, right, *, reach, disparities):
    """How far pixels moved between two images, by how neighbors compare to them."""
    size = 2 * reach + 1

    def signature(image):
        padded = jnp.pad(image, reach, mode="edge")
        height, width = image.shape
        signs = [
            padded[i : i + height, j : j + width] < image
            for i in range(size)
            for j in range(size)
        ]
        return jnp.stack(signs)

    first, second = signature(left), signature(right)
    moved = [jnp.roll(second, shift, axis=2) for shift in range(disparities)]
    costs = jnp.sum(first[None] != jnp.stack(moved), axis=1, dtype=jnp.int32)
    return jnp.argmin(costs, axis=0), jnp.min(costs, axis=0)


def census_matching_reference(left, right, *, reach, disparities):
    height, width = left.shape

    def darker(image, y, x):
        signs = []
        for a in range(y - reach, y + reach + 1):
            for b in range(x - reach, x + reach + 1):
                near = image[min(max(a, 0), height - 1), min(max(b, 0), width - 1)]
                signs.append(bool(near < image[y, x]))
        return signs

    places = np.zeros((height, width), dtype=np.int64)
    least = np.zeros((height, width), dtype=np.int32)
    for y, x in np.ndindex(height, width):
        costs = []
        for shift in range(disparities):
            pairs = zip(darker(left, y, x), darker(right, y, (x - shift) % width))
            costs.append(sum(a != b for a, b in pairs))
        places[y, x], least[y, x] = int(np.argmin(costs)), min(costs)
    return places, least


def hough_votes(mask, *, angles, offsets):
    """How many marked pixels lie on each line, by its direction and distance."""
    height, width = mask.shape
    # Directions between the axes' keep distances off the bins' edges.
    directions = jnp.pi * (jnp.arange(angles, dtype=jnp.float32) + 0.37) / angles
    y = jnp.arange(height, dtype=jnp.float32)[:, None, None]
    x = jnp.arange(width, dtype=jnp.float32)[None, :, None]
    distances = x * jnp.cos(directions) + y * jnp.sin(directions)
    diagonal = math.hypot(height, width)
    bins = jnp.floor((distances + diagonal) / (2.0 * diagonal) * offsets)
    columns = jnp.broadcast_to(jnp.arange(angles), bins.shape)
    votes = jnp.broadcast_to(mask[:, :, None], bins.shape).astype(jnp.int32)
    empty = jnp.zeros((offsets, angles), dtype=jnp.int32)
    return empty.at[bins.astype(jnp.int32), columns].add(votes)


def hough_votes_reference(mask, *, angles, offsets):
    height, width = mask.shape
    votes = np.zeros((offsets, angles), dtype=np.int32)
    diagonal = math.sqrt(height * height + width * width)
    for k in range(angles):
        direction = math.pi * (k + 0.37) / angles
        for y, x in np.ndindex(height, width):
            if mask[y, x]:
                distance = x * math.cos(direction) + y * math.sin(direction)
                share = (distance + diagonal) / (2 * diagonal)
                votes[int(share * offsets), k] += 1
    return votes


def nonlocal_means(image, *, radius, patch, strength):
    """Average pixels whose surroundings look alike."""
    height, width = image.shape
    margin = radius + patch
    padded = jnp.pad(image, margin, mode="reflect")

    def weighted(offset):
        size = (height + 2 * patch, width + 2 * patch)
        moved = lax.dynamic_slice(padded, (offset[0], offset[1]), size)
        still = lax.dynamic_slice(padded, (radius, radius), size)
        span = (2 * patch + 1, 2 * patch + 1)
        squares = (moved - still) ** 2
        gaps = lax.reduce_window(squares, 0.0, lax.add, span, (1, 1), "VALID")
        weight = jnp.exp(-gaps / (span[0] * span[1] * strength**2))
        return weight, weight * moved[patch : patch + height, patch : patch + width]

    span = jnp.arange(2 * radius + 1)
    offsets = jnp.stack(jnp.meshgrid(span, span, indexing="ij"), axis=-1)
    weights, values = jax.vmap(weighted)(offsets.reshape(-1, 2))
    return jnp.sum(values, axis=0) / jnp.sum(weights, axis=0)


def nonlocal_means_reference(image, *, radius, patch, strength):
    height, width = image.shape
    margin = radius + patch
    padded = np.pad(image, margin, mode="reflect")
    result = np.zeros((height, width))

    def around(y, x):
        y, x = y + margin, x + margin
        return padded[y - patch : y + patch + 1, x - patch : x + patch + 1]

    for y, x in np.ndindex(height, width):
        total = mass = 0.0
        for a in range(-radius, radius + 1):
            for b in range(-radius, radius + 1):
                other = around(y + a, x + b)
                gap = np.sum((other - around(y, x)) ** 2) / other.size
                weight = np.exp(-gap / strength**2)
                total, mass = total + weight * other[patch, patch], mass + weight
        result[y, x] = total / mass
    return result


def planar_median(image, *, radius, padding):
    """The median of each pixel and those around it."""
    height, width = image.shape
    size = 2 * radius + 1
    padded = jnp.pad(image, radius, mode=padding)
    shifted = [
        padded[i : i + height, j : j + width] for i in range(size) for j in range(size)
    ]
    return jnp.sort(jnp.stack(shifted), axis=0)[size * size // 2]


def planar_median_reference(image, *, radius, padding):
    padded = np.pad(image, radius, mode=padding)
    result = np.zeros(image.shape)
    size = 2 * radius + 1
    for i, j in np.ndindex(*image.shape):
        result[i, j] = np.median(padded[i : i + size, j : j + size])
    return result


def even_illumination(image, *, cutoff, low, high):
    """Flatten slow changes of light in the logarithm of an image."""
    height, width = image.shape
    rows = jnp.fft.fftfreq(height, dtype=image.dtype)[:, None]
    columns = jnp.fft.rfftfreq(width, dtype=image.dtype)
    rises = 1.0 - jnp.exp(-(rows**2 + columns**2) / (2.0 * cutoff**2))
    gain = low + (high - low) * rises
    spectrum = gain * jnp.fft.rfft2(jnp.log1p(image))
    return jnp.expm1(jnp.fft.irfft2(spectrum, s=image.shape))


def even_illumination_reference(image, *, cutoff, low, high):
    def blur(size):
        folded = np.array([min(k, size - k) / size for k in range(size)])
        gain = np.exp(-(folded**2) / (2 * cutoff**2))
        angles = _angles_reference(np.arange(size), np.arange(size), size)
        kernel = np.cos(angles) @ gain / size
        return np.stack([np.roll(kernel, k) for k in range(size)])

    level = np.log1p(image)
    slow = blur(image.shape[0]) @ level @ blur(image.shape[1]).T
    return np.expm1(high * level - (high - low) * slow)


def kuwahara_filter(image, *, radius):
    """Replace each pixel by the mean of the flattest square that it is a corner of."""
    height, width = image.shape
    size = radius + 1
    padded = jnp.pad(image, radius, mode="edge")
    window = (size, size)

    def average(plane):
        sums = lax.reduce_window(plane, 0.0, lax.add, window, (1, 1), "VALID")
        return sums / size**2

    means = average(padded)
    spreads = average(padded**2) - means**2
    # Squares that end and that start at the pixel, in both directions.
    corners = [(i, j) for i in (0, radius) for j in (0, radius)]

    def quadrants(plane):
        return jnp.stack([plane[i : i + height, j : j + width] for i, j in corners])

    flattest = jnp.argmin(quadrants(spreads), axis=0)
    return jnp.take_along_axis(quadrants(means), flattest[None], axis=0)[0]


def kuwahara_filter_reference(image, *, radius):
    height, width = image.shape
    padded = np.pad(image, radius, mode="edge")
    result = np.zeros((height, width))
    for i, j in np.ndindex(height, width):
        squares = [
            padded[i + a : i + a + radius + 1, j + b : j + b + radius + 1]
            for a in (0, radius)
            for b in (0, radius)
        ]
        spreads = [np.sum((part - np.mean(part)) ** 2) for part in squares]
        result[i, j] = np.mean(squares[int(np.argmin(np.stack(spreads)))])
    return result
