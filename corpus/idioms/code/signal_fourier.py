"""Fourier transforms and their kin: JAX, and NumPy from the definition."""

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
    power = real * real + imag * imag
    return np.stack([power, power * np.cos(2.0 * np.arctan2(imag, real))])


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
