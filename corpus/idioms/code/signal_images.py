"""Images as signals: JAX, and NumPy from the definition."""

import math

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def _angles_reference(rows, columns, points):
    # Angles of the unit roots; whole turns are taken off as integers.
    turns = np.outer(rows, columns) % points
    return (np.zeros(turns.shape) + turns) * (2 * np.pi / points)


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
    d, h, w = ((np.arange(n)[:, None] - np.arange(n)) % n for n in sizes)
    places = (
        d[:, None, None, :, None, None],
        h[:, None, None, :, None],
        w[:, None, None],
    )
    return np.einsum("dhwijk,ijk->dhw", gain[places], volume)


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
    reach = np.arange(-3.0, 4.0)
    angles = np.arange(0.0, directions)[:, None, None] * np.pi / directions
    along = reach * np.cos(angles) + reach[:, None] * np.sin(angles)
    bell = np.exp(-np.add.outer(reach**2, reach**2) / 2 / sigma**2)
    phases = 2 * np.pi / wavelength * along
    kernels = bell * np.stack([np.cos(phases), np.sin(phases)])
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(image, 3), (7, 7))
    parts = np.einsum("hwij,pdij->pdhw", windows, kernels)
    return np.sqrt(np.sum(parts * parts, axis=0) + 1e-6)


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
        return lax.reduce(bits << shifts, jnp.uint8(0), lax.bitwise_or, (0,))
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
    windows = np.lib.stride_tricks.sliding_window_view
    padded = np.pad(image, radius + patch, mode="reflect")
    patches = windows(padded, (2 * patch + 1, 2 * patch + 1))
    others = windows(patches, (2 * radius + 1, 2 * radius + 1), axis=(0, 1))
    own = others[..., radius : radius + 1, radius : radius + 1]
    gaps = np.sum((others - own) ** 2, axis=(2, 3)) / (2 * patch + 1) ** 2
    weights = np.exp(-gaps / strength**2)
    total = np.sum(weights * others[:, :, patch, patch], axis=(2, 3))
    return total / np.sum(weights, axis=(2, 3))


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
    squares = np.lib.stride_tricks.sliding_window_view(
        np.pad(image, radius, mode="edge"), (radius + 1, radius + 1)
    )
    means = np.mean(squares, axis=(2, 3))
    # As it rounds in JAX: squares that are as flat as each other are noticed.
    spreads = np.mean(squares**2, axis=(2, 3)) - means**2
    cuts = [
        (slice(a, a + height), slice(b, b + width))
        for a in (0, radius)
        for b in (0, radius)
    ]
    flattest = np.argmin(np.stack([spreads[cut] for cut in cuts]), axis=0)
    return np.choose(flattest, np.stack([means[cut] for cut in cuts]))
