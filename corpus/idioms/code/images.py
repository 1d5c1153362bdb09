"""Images: JAX, and NumPy from the definition."""

import math

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def _correlate(image, kernel):
    """Slide a kernel over the places of an image where it fits."""
    batch = image[None, None]
    kernel = kernel.astype(image.dtype)[None, None]
    return lax.conv_general_dilated(batch, kernel, (1, 1), "VALID")[0, 0]


def image_gradients(image, *, operator, padding):
    """Derivatives along the rows and the columns, and the gradient's magnitude."""
    smoothing = {"sobel": [1, 2, 1], "prewitt": [1, 1, 1], "scharr": [3, 10, 3]}[
        operator
    ]
    smooth = jnp.array(smoothing, dtype=image.dtype) / sum(smoothing)
    difference = jnp.array([-0.5, 0.0, 0.5], dtype=image.dtype)
    padded = jnp.pad(image, 1, mode=padding)
    dy = _correlate(padded, jnp.outer(difference, smooth))
    dx = _correlate(padded, jnp.outer(smooth, difference))
    return dy, dx, jnp.hypot(dy, dx)


def image_gradients_reference(image, *, operator, padding):
    side, middle = {"sobel": (1, 2), "prewitt": (1, 1), "scharr": (3, 10)}[operator]
    padded = np.pad(image, 1, mode=padding)
    total = 2 * side + middle
    rows = (side * (padded[:-2] + padded[2:]) + middle * padded[1:-1]) / total
    columns = side * (padded[:, :-2] + padded[:, 2:]) + middle * padded[:, 1:-1]
    dy = (columns[2:] - columns[:-2]) / (2 * total)
    dx = (rows[:, 2:] - rows[:, :-2]) / 2
    return dy, dx, np.sqrt(dy * dy + dx * dx)


def gaussian_blur(image, *, sigma, radius, padding):
    """Blur each channel by a truncated Gaussian, one axis after the other."""
    offsets = jnp.arange(-radius, radius + 1, dtype=image.dtype)
    kernel = jax.nn.softmax(-0.5 * (offsets / sigma) ** 2)
    margins = ((radius, radius), (radius, radius), (0, 0))
    planes = jnp.pad(image, margins, mode=padding).transpose(2, 0, 1)[:, None]
    blurred = lax.conv_general_dilated(
        planes, kernel[None, None, :, None], (1, 1), "VALID"
    )
    blurred = lax.conv_general_dilated(
        blurred, kernel[None, None, None, :], (1, 1), "VALID"
    )
    return blurred[:, 0].transpose(1, 2, 0)


def gaussian_blur_reference(image, *, sigma, radius, padding):
    height, width, channels = image.shape
    grid = np.zeros(2 * radius + 1) + np.arange(-radius, radius + 1)
    line = np.exp(-(grid**2) / (2 * sigma * sigma))
    kernel = np.outer(line, line) / np.sum(line) ** 2
    margins = ((radius, radius), (radius, radius), (0, 0))
    padded = np.pad(image, margins, mode=padding)
    blurred = np.zeros_like(image)
    for i in range(height):
        for j in range(width):
            for c in range(channels):
                around = padded[i : i + 2 * radius + 1, j : j + 2 * radius + 1, c]
                blurred[i, j, c] = np.sum(kernel * around)
    return blurred


def bilateral_filter(image, *, radius, space_sigma, value_sigma):
    """Average neighbors by closeness in space and in value."""
    height, width = image.shape
    size = 2 * radius + 1
    padded = jnp.pad(image, radius, mode="edge")
    shifted = jnp.stack(
        [
            padded[i : i + height, j : j + width]
            for i in range(size)
            for j in range(size)
        ]
    )
    offsets = jnp.arange(size, dtype=image.dtype) - radius
    squares = (offsets[:, None] ** 2 + offsets**2).reshape(-1, 1, 1)
    logits = -0.5 * squares / space_sigma**2
    logits -= 0.5 * ((shifted - image) / value_sigma) ** 2
    return jnp.sum(jax.nn.softmax(logits, axis=0) * shifted, axis=0)


def bilateral_filter_reference(image, *, radius, space_sigma, value_sigma):
    height, width = image.shape
    reach = np.arange(-radius, radius + 1)
    rows = np.clip(np.arange(height)[:, None] + reach, 0, height - 1)
    columns = np.clip(np.arange(width)[:, None] + reach, 0, width - 1)
    others = image[rows[:, None, :, None], columns[:, None]]
    near = np.exp(-np.add.outer(reach**2, reach**2) / (2 * space_sigma**2))
    alike = np.exp(-((others - image[:, :, None, None]) ** 2) / (2 * value_sigma**2))
    mass = np.sum(near * alike, axis=(2, 3))
    return np.sum(near * alike * others, axis=(2, 3)) / mass


def corner_response(image, *, measure, sensitivity):
    """Corner strength from the structure tensor in windows of three by three."""
    smooth = jnp.array([1.0, 2.0, 1.0], dtype=image.dtype)
    difference = jnp.array([-1.0, 0.0, 1.0], dtype=image.dtype)
    dy = _correlate(image, jnp.outer(difference, smooth))
    dx = _correlate(image, jnp.outer(smooth, difference))
    window = jnp.outer(smooth, smooth) / 16.0
    a, b, c = (_correlate(p, window) for p in (dx * dx, dx * dy, dy * dy))
    determinant, trace = a * c - b * b, a + c
    if measure == "harris":
        return determinant - sensitivity * trace**2
    if measure == "noble":
        return determinant / (trace + sensitivity)
    # The smaller eigenvalue, less a share of the larger one.
    middle, spread = 0.5 * trace, jnp.hypot(0.5 * (a - c), b)
    return (middle - spread) - sensitivity * (middle + spread)


def corner_response_reference(image, *, measure, sensitivity):
    weights = np.array([1.0, 2.0, 1.0])
    parts = np.lib.stride_tricks.sliding_window_view(image, (3, 3))
    slopes = np.stack(
        [
            (parts[..., 2] - parts[..., 0]) @ weights,
            (parts[..., 2, :] - parts[..., 0, :]) @ weights,
        ]
    )
    products = np.lib.stride_tricks.sliding_window_view(
        slopes[:, None] * slopes, (3, 3), axis=(2, 3)
    )
    tensor = np.einsum("xyhwij,i,j->xyhw", products, weights / 4, weights / 4)
    (a, b), (_, c) = tensor
    if measure == "harris":
        return a * c - b * b - sensitivity * (a + c) * (a + c)
    if measure == "noble":
        return (a * c - b * b) / (a + c + sensitivity)
    # Along the principal axes the tensor is diagonal.
    angle = np.arctan2(2 * b, a - c) / 2
    cosine, sine = np.cos(angle), np.sin(angle)
    high = a * cosine**2 + 2 * b * cosine * sine + c * sine**2
    low = a * sine**2 - 2 * b * cosine * sine + c * cosine**2
    return low - sensitivity * high


def bilinear_resize(image, *, height, width, align_corners):
    """Resample an image on another grid by bilinear interpolation."""

    def interpolate(image, size):
        length = image.shape[0]
        targets = jnp.arange(size, dtype=image.dtype)
        if align_corners:
            places = targets * ((length - 1) / (size - 1))
        else:  # pixels are areas: their centers are at one half
            places = (targets + 0.5) * (length / size) - 0.5
        places = jnp.clip(places, 0.0, length - 1.0)
        low = jnp.minimum(places.astype(jnp.int32), length - 2)
        share = (places - low)[:, None, None]
        return (1.0 - share) * image[low] + share * image[low + 1]

    rows = interpolate(image, height)
    return interpolate(rows.transpose(1, 0, 2), width).transpose(1, 0, 2)


def bilinear_resize_reference(image, *, height, width, align_corners):
    # A product of matrices of tent functions.
    def tents(length, size):
        weights = np.zeros((size, length))
        for i in range(size):
            if align_corners:
                place = (np.zeros(()) + i) * (length - 1) / (size - 1)
            else:
                place = (np.zeros(()) + i + 0.5) * length / size - 0.5
            place = np.minimum(np.maximum(place, 0), length - 1)
            for j in range(length):
                weights[i, j] = np.maximum(1 - np.abs(place - j), 0)
        return weights

    down, across = tents(image.shape[0], height), tents(image.shape[1], width)
    planes = [down @ image[:, :, c] @ across.T for c in range(image.shape[2])]
    return np.stack(planes, axis=2)


def affine_warp(image, angle, zoom, shift, *, mode):
    """Rotate and zoom an image about its center, then shift it."""
    height, width = image.shape
    center = jnp.array([height - 1, width - 1], dtype=image.dtype) / 2.0
    cosine, sine = jnp.cos(angle), jnp.sin(angle)
    rotation = jnp.array([[cosine, -sine], [sine, cosine]])
    targets = jnp.indices((height, width), dtype=image.dtype)
    # Each target pixel looks up where it came from.
    relative = targets - (center + shift)[:, None, None]
    sources = jnp.einsum("ji,jhw->ihw", rotation, relative) / zoom
    places = list(sources + center[:, None, None])
    return jax.scipy.ndimage.map_coordinates(image, places, order=1, mode=mode)


def affine_warp_reference(image, angle, zoom, shift, *, mode):
    height, width = image.shape
    middle_y, middle_x = (height - 1) / 2, (width - 1) / 2
    y = (np.arange(height) - middle_y - shift[0])[:, None]
    x = np.arange(width) - middle_x - shift[1]
    from_y = (np.cos(angle) * y + np.sin(angle) * x) / zoom + middle_y
    from_x = (np.cos(angle) * x - np.sin(angle) * y) / zoom + middle_x
    if mode == "nearest":
        from_y = np.minimum(np.maximum(from_y, 0), height - 1)
        from_x = np.minimum(np.maximum(from_x, 0), width - 1)
    rows = np.maximum(1 - np.abs(from_y[..., None] - np.arange(height)), 0)
    columns = np.maximum(1 - np.abs(from_x[..., None] - np.arange(width)), 0)
    return np.einsum("ijr,ijc,rc->ij", rows, columns, image)


def equalize_histogram(image, *, levels):
    """Map gray levels so that their cumulative histogram becomes a line."""
    counts = jnp.zeros(levels, dtype=jnp.int32).at[image].add(1)
    cumulative = jnp.cumsum(counts, dtype=jnp.int32)
    # The darkest level that occurs becomes zero.
    darkest = cumulative[jnp.argmax(counts > 0)]
    span = jnp.maximum(image.size - darkest, 1)
    table = ((cumulative - darkest) * (levels - 1) + span // 2) // span
    return jnp.maximum(table, 0)[image]


def equalize_histogram_reference(image, *, levels):
    darkest = int(np.sum(image == np.min(image)))
    span = max(image.size - darkest, 1)
    result = np.zeros(image.shape, dtype=np.int32)
    for place, level in np.ndenumerate(image):
        below = int(np.sum(image <= level)) - darkest
        result[place] = (2 * below * (levels - 1) + 2 * (span // 2)) // (2 * span)
    return result


def grayscale_morphology(image, *, operation, size):
    """Erode or dilate by a square, or combine both."""

    def erode(image):
        window = (size, size)
        return lax.reduce_window(image, jnp.inf, lax.min, window, (1, 1), "SAME")

    def dilate(image):
        window = (size, size)
        return lax.reduce_window(image, -jnp.inf, lax.max, window, (1, 1), "SAME")

    if operation == "erode":
        return erode(image)
    if operation == "dilate":
        return dilate(image)
    if operation == "open":
        return dilate(erode(image))
    if operation == "close":
        return erode(dilate(image))
    if operation == "gradient":
        return dilate(image) - erode(image)
    return image - dilate(erode(image))


def grayscale_morphology_reference(image, *, operation, size):
    reach = size // 2

    def slide(image, choose):
        result = np.zeros_like(image)
        for i in range(image.shape[0]):
            for j in range(image.shape[1]):
                top, left = max(i - reach, 0), max(j - reach, 0)
                result[i, j] = choose(image[top : i + reach + 1, left : j + reach + 1])
        return result

    eroded, dilated = slide(image, np.min), slide(image, np.max)
    return {
        "erode": eroded,
        "dilate": dilated,
        "open": slide(eroded, np.max),
        "close": slide(dilated, np.min),
        "gradient": dilated - eroded,
        "top_hat": image - slide(eroded, np.max),
    }[operation]


def bradley_threshold(image, *, radius, percent):
    """Mark pixels that are not darker than their neighborhood by some percent."""
    height, width = image.shape
    integral = jnp.cumsum(jnp.cumsum(image, axis=0), axis=1)
    integral = jnp.pad(integral, ((1, 0), (1, 0)))
    rows, columns = jnp.arange(height)[:, None], jnp.arange(width)
    top, bottom = jnp.maximum(rows - radius, 0), jnp.minimum(rows + radius + 1, height)
    left, right = (
        jnp.maximum(columns - radius, 0),
        jnp.minimum(columns + radius + 1, width),
    )
    # Four corners of the integral image give the sum over any rectangle.
    total = integral[bottom, right] - integral[top, right]
    total += integral[top, left] - integral[bottom, left]
    area = (bottom - top) * (right - left)
    return image * area * 100 > total * (100 - percent)


def bradley_threshold_reference(image, *, radius, percent):
    bright = np.zeros(image.shape, dtype=bool)
    for (i, j), value in np.ndenumerate(image):
        around = image[max(i - radius, 0) : i + radius + 1]
        around = around[:, max(j - radius, 0) : j + radius + 1]
        bright[i, j] = int(value) * around.size * 100 > int(np.sum(around)) * (
            100 - percent
        )
    return bright


def rgb_to_hsv(image, *, lightness):
    """Hue in turns, saturation, and value or lightness."""
    red, green, blue = image[..., 0], image[..., 1], image[..., 2]
    high, low = jnp.max(image, axis=-1), jnp.min(image, axis=-1)
    chroma = high - low
    colored = chroma > 0
    safe = jnp.where(colored, chroma, 1.0)
    sextant = jnp.select(
        [high == red, high == green],
        [(green - blue) / safe % 6.0, (blue - red) / safe + 2.0],
        (red - green) / safe + 4.0,
    )
    hue = jnp.where(colored, sextant / 6.0, 0.0)
    if lightness:
        level = 0.5 * (high + low)
        bound = 1.0 - jnp.abs(2.0 * level - 1.0)
    else:
        level = bound = high
    saturation = jnp.where(colored, chroma / jnp.where(colored, bound, 1.0), 0.0)
    return jnp.stack([hue, saturation, level], axis=-1)


def rgb_to_hsv_reference(image, *, lightness):
    result = np.zeros_like(image)
    for i in range(image.shape[0]):
        for j in range(image.shape[1]):
            channels = list(image[i, j])
            top = max(range(3), key=lambda c: channels[c])
            high, low = channels[top], min(channels)
            level = (high + low) / 2 if lightness else high
            result[i, j, 2] = level
            if high > low:
                gap = channels[(top + 1) % 3] - channels[(top + 2) % 3]
                hue = gap / (high - low) + 2 * top
                result[i, j, 0] = (hue + 6 if hue < 0 else hue) / 6
                room = high
                if lightness:
                    room = high + low if level < 0.5 else 2 - high - low
                result[i, j, 1] = (high - low) / room
    return result


def srgb_to_lab(image, *, white):
    """Convert gamma-encoded sRGB to CIE L*a*b*."""
    linear = jnp.where(
        image <= 0.04045, image / 12.92, ((image + 0.055) / 1.055) ** 2.4
    )
    to_xyz = jnp.array(
        [
            [0.4124, 0.3576, 0.1805],
            [0.2126, 0.7152, 0.0722],
            [0.0193, 0.1192, 0.9505],
        ],
        dtype=image.dtype,
    )
    points = {"d65": [0.9505, 1.0, 1.089], "d50": [0.9642, 1.0, 0.8249]}
    ratios = linear @ to_xyz.T / jnp.array(points[white], dtype=image.dtype)
    # The cube root continues as a line where it would be too steep.
    delta = 6.0 / 29.0
    line = ratios / (3.0 * delta**2) + 4.0 / 29.0
    response = jnp.where(ratios > delta**3, jnp.cbrt(ratios), line)
    x, y, z = jnp.moveaxis(response, -1, 0)
    return jnp.stack([116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)], axis=-1)


def srgb_to_lab_reference(image, *, white):
    rows = (
        (0.4124, 0.3576, 0.1805),
        (0.2126, 0.7152, 0.0722),
        (0.0193, 0.1192, 0.9505),
    )
    references = {"d65": (0.9505, 1.0, 1.089), "d50": (0.9642, 1.0, 0.8249)}[white]
    result = np.zeros_like(image)
    for i in range(image.shape[0]):
        for j in range(image.shape[1]):
            light = [
                v / 12.92 if v <= 0.04045 else np.power((v + 0.055) / 1.055, 2.4)
                for v in image[i, j]
            ]
            f = []
            for row, reference in zip(rows, references):
                t = sum(w * v for w, v in zip(row, light)) / reference
                f.append(
                    np.power(t, 1 / 3)
                    if t > 216 / 24389
                    else (24389 / 27 * t + 16) / 116
                )
            result[i, j, 0] = 116 * f[1] - 16
            result[i, j, 1] = 500 * (f[0] - f[1])
            result[i, j, 2] = 200 * (f[1] - f[2])
    return result


LUMINANCE_TABLE = (
    (16, 11, 10, 16, 24, 40, 51, 61),
    (12, 12, 14, 19, 26, 58, 60, 55),
    (14, 13, 16, 24, 40, 57, 69, 56),
    (14, 17, 22, 29, 51, 87, 80, 62),
    (18, 22, 37, 56, 68, 109, 103, 77),
    (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101),
    (72, 92, 95, 98, 112, 100, 103, 99),
)


def jpeg_coefficients(image, *, quality):
    """Quantized cosine coefficients of blocks of eight by eight, and their decoding."""
    scale = 5000 // quality if quality < 50 else 200 - 2 * quality
    table = jnp.clip((jnp.array(LUMINANCE_TABLE) * scale + 50) // 100, 1, 255)
    rows, columns = image.shape[0] // 8, image.shape[1] // 8
    blocks = image.reshape(rows, 8, columns, 8).transpose(0, 2, 1, 3) - 128.0
    frequencies = jax.scipy.fft.dctn(blocks, axes=(2, 3), norm="ortho")
    quantized = jnp.round(frequencies / table)
    decoded = jax.scipy.fft.idctn(quantized * table, axes=(2, 3), norm="ortho")
    decoded = jnp.clip(decoded + 128.0, 0.0, 255.0)
    return quantized.astype(jnp.int32), decoded.transpose(0, 2, 1, 3).reshape(
        image.shape
    )


def jpeg_coefficients_reference(image, *, quality):
    scale = 5000 // quality if quality < 50 else 200 - 2 * quality
    steps = [
        [min(max((q * scale + 50) // 100, 1), 255) for q in row]
        for row in LUMINANCE_TABLE
    ]
    cosines = np.zeros((8, 8))
    for u in range(8):
        for x in range(8):
            wave = np.cos(np.zeros(()) + (2 * x + 1) * u * math.pi / 16)
            cosines[u, x] = wave / 2 if u else wave / np.sqrt(8)
    rows, columns = image.shape[0] // 8, image.shape[1] // 8
    codes = np.zeros((rows, columns, 8, 8), dtype=np.int32)
    decoded = np.zeros_like(image)
    for r in range(rows):
        for c in range(columns):
            block = image[8 * r : 8 * r + 8, 8 * c : 8 * c + 8] - 128
            spectrum = cosines @ block @ cosines.T
            codes[r, c] = np.rint(spectrum / np.array(steps))
            back = cosines.T @ (codes[r, c] * np.array(steps)) @ cosines + 128
            decoded[8 * r : 8 * r + 8, 8 * c : 8 * c + 8] = np.clip(back, 0, 255)
    return codes, decoded


def otsu_threshold(image, *, levels):
    """Threshold that separates two classes of gray levels best, and how well."""
    dtype = jnp.result_type(float)
    histogram = jnp.zeros(levels, dtype=dtype).at[image].add(1.0) / image.size
    level = jnp.arange(levels, dtype=dtype)
    below = jnp.cumsum(histogram)[:-1]
    first_moment = jnp.cumsum(histogram * level)
    mean = first_moment[-1]
    between = (mean * below - first_moment[:-1]) ** 2 / (below * (1.0 - below))
    total = jnp.sum(histogram * (level - mean) ** 2)
    return jnp.argmax(between), jnp.max(between) / total


def otsu_threshold_reference(image, *, levels):
    pixels = image.reshape(-1) + np.zeros(image.size)
    mean = np.sum(pixels / len(pixels))
    total = np.sum((pixels - mean) ** 2 / len(pixels))
    scores = []
    for threshold in range(levels - 1):
        dark, light = pixels[pixels <= threshold], pixels[pixels > threshold]
        gap = np.sum(dark / len(dark)) - np.sum(light / len(light))
        share = np.divide(len(dark) + np.zeros(()), len(pixels))
        scores.append(share * (1 - share) * gap * gap / total)
    best = int(np.argmax(np.array(scores)))
    return np.array(best), scores[best]


def anisotropic_diffusion(image, *, conductance, kappa, steps):
    """Diffuse an image less where it is steep."""

    def conduct(gradient):
        squared = (gradient / kappa) ** 2
        return (
            jnp.exp(-squared) if conductance == "exponential" else 1.0 / (1.0 + squared)
        )

    def step(image, _):
        padded = jnp.pad(image, 1, mode="edge")
        neighbors = (
            padded[:-2, 1:-1],
            padded[2:, 1:-1],
            padded[1:-1, :-2],
            padded[1:-1, 2:],
        )
        gradients = [neighbor - image for neighbor in neighbors]
        flow = sum(conduct(gradient) * gradient for gradient in gradients)
        # A quarter is the largest stable step for four neighbors.
        return image + 0.2 * flow, None

    return lax.scan(step, image, length=steps)[0]


def anisotropic_diffusion_reference(image, *, conductance, kappa, steps):
    height, width = image.shape
    for _ in range(steps):
        updated = np.array(image)
        for i in range(height):
            for j in range(width):
                for a, b in ((i + 1, j), (i, j + 1)):
                    if a < height and b < width:
                        rise = image[a, b] - image[i, j]
                        if conductance == "exponential":
                            flow = rise * np.exp(-((rise / kappa) ** 2)) / 5
                        else:
                            flow = rise / (1 + (rise / kappa) ** 2) / 5
                        updated[i, j] += flow
                        updated[a, b] -= flow
        image = updated
    return image


def structural_similarity(x, y, *, window, gaussian):
    """Mean and map of the structural similarity of images with values in [0, 1]."""
    offsets = jnp.arange(window, dtype=x.dtype) - window // 2
    line = jnp.exp(-0.5 * (offsets / 1.5) ** 2) if gaussian else jnp.ones_like(offsets)
    line = line / jnp.sum(line)
    kernel = jnp.outer(line, line)
    c1, c2 = 0.01**2, 0.03**2
    x_mean, y_mean = _correlate(x, kernel), _correlate(y, kernel)
    x_variance = _correlate(x * x, kernel) - x_mean**2
    y_variance = _correlate(y * y, kernel) - y_mean**2
    covariance = _correlate(x * y, kernel) - x_mean * y_mean
    luminance = (2.0 * x_mean * y_mean + c1) / (x_mean**2 + y_mean**2 + c1)
    structure = (2.0 * covariance + c2) / (x_variance + y_variance + c2)
    similarity = luminance * structure
    return jnp.mean(similarity), similarity


def structural_similarity_reference(x, y, *, window, gaussian):
    grid = np.zeros(window) + np.arange(window) - window // 2
    weights = (
        np.exp(-(grid[:, None] ** 2 + grid**2) / 4.5)
        if gaussian
        else np.ones((window, window))
    )
    weights = weights / np.sum(weights)
    a, b = (
        np.lib.stride_tricks.sliding_window_view(image, (window, window))
        for image in (x, y)
    )
    mean_a, mean_b = np.sum(weights * a, axis=(2, 3)), np.sum(weights * b, axis=(2, 3))
    vary = np.sum(weights * (a * a + b * b), axis=(2, 3)) - mean_a**2 - mean_b**2
    shared = np.sum(weights * a * b, axis=(2, 3)) - mean_a * mean_b
    bright = (2 * mean_a * mean_b + 1e-4) / (mean_a**2 + mean_b**2 + 1e-4)
    table = bright * (2 * shared + 9e-4) / (vary + 9e-4)
    return np.sum(table) / table.size, table


def floyd_steinberg_dither(image, *, levels):
    """Quantize to a few levels, handing each pixel's error on to those after it."""
    steps = levels - 1

    def pixel(ahead, value):
        wanted = value + ahead
        level = jnp.clip(jnp.round(wanted * steps), 0, steps)
        error = wanted - level / steps
        return 7.0 / 16.0 * error, (level.astype(jnp.int32), error)

    def row(from_above, values):
        start = jnp.zeros((), dtype=image.dtype)
        _, (codes, errors) = lax.scan(pixel, start, values + from_above)
        padded = jnp.pad(errors, 1)
        # Three, five and one sixteenths go down to the left, straight and right.
        below = (3.0 * padded[2:] + 5.0 * errors + padded[:-2]) / 16.0
        return below, codes

    return lax.scan(row, jnp.zeros_like(image[0]), image)[1]


def floyd_steinberg_dither_reference(image, *, levels):
    height, width = image.shape
    work = np.array(image)
    codes = np.zeros((height, width), dtype=np.int32)
    targets = ((0, 1, 7), (1, -1, 3), (1, 0, 5), (1, 1, 1))
    for i in range(height):
        for j in range(width):
            level = np.clip(np.rint(work[i, j] * (levels - 1)), 0, levels - 1)
            codes[i, j] = level
            error = work[i, j] - level / (levels - 1)
            for down, right, share in targets:
                if i + down < height and 0 <= j + right < width:
                    work[i + down, j + right] += error * share / 16
    return codes


def non_maximum_suppression(corners, sizes, scores, *, threshold):
    """Which boxes stay when those that overlap a better one go; and all overlaps."""
    low, high = corners, corners + sizes
    overlap = jnp.minimum(high[:, None], high) - jnp.maximum(low[:, None], low)
    intersection = jnp.prod(jnp.maximum(overlap, 0.0), axis=-1)
    area = jnp.prod(sizes, axis=-1)
    iou = intersection / (area[:, None] + area - intersection)
    order = jnp.argsort(scores, descending=True)

    def visit(rank, keep):
        box = order[rank]
        better = scores > scores[box]
        suppressed = jnp.any(keep & better & (iou[box] > threshold))
        return keep.at[box].set(~suppressed)

    everything = jnp.ones(scores.shape, dtype=bool)
    return lax.fori_loop(0, scores.shape[0], visit, everything), iou


def non_maximum_suppression_reference(corners, sizes, scores, *, threshold):
    ends = corners + sizes
    start, stop = np.maximum(corners[:, None], corners), np.minimum(ends[:, None], ends)
    sides = np.maximum(stop - start, 0)
    shared, areas = sides[..., 0] * sides[..., 1], sizes[:, 0] * sizes[:, 1]
    iou = shared / (areas[:, None] + areas - shared)
    keep = np.zeros(len(scores), dtype=bool)
    left = np.arange(len(scores))
    while len(left):
        best = left[np.argmax(scores[left])]
        keep[best] = True
        left = left[(left != best) & (iou[left, best] <= threshold)]
    return keep, iou


def guided_filter(guide, image, *, radius, eps):
    """Smooth an image where a guide is flat, as a local line of the guide."""
    size = 2 * radius + 1

    def box(values):
        window = (size, size)
        return lax.reduce_window(values, 0.0, lax.add, window, (1, 1), "SAME")

    counts = box(jnp.ones_like(guide))

    def average(values):
        return box(values) / counts

    guide_mean, image_mean = average(guide), average(image)
    covariance = average(guide * image) - guide_mean * image_mean
    variance = average(guide * guide) - guide_mean**2
    slope = covariance / (variance + eps)
    offset = image_mean - slope * guide_mean
    return average(slope) * guide + average(offset)


def guided_filter_reference(guide, image, *, radius, eps):
    height, width = guide.shape
    near_rows, near_columns = (
        np.abs(np.subtract.outer(np.arange(n), np.arange(n))) <= radius
        for n in (height, width)
    )
    sizes = np.outer(np.sum(near_rows, axis=1), np.sum(near_columns, axis=1))

    def mean(values):
        return near_rows @ values @ near_columns / sizes

    mean_a, mean_b = mean(guide), mean(image)
    shared = mean(guide * image) - mean_a * mean_b
    slopes = shared / (mean(guide * guide) - mean_a * mean_a + eps)
    return mean(slopes) * guide + mean(mean_b - slopes * mean_a)


def horn_schunck_flow(first, second, *, alpha, steps):
    """Optical flow between two frames: brightness is constant, the flow is smooth."""
    mean = 0.5 * (first + second)
    padded = jnp.pad(mean, 1, mode="edge")
    dy = 0.5 * (padded[2:, 1:-1] - padded[:-2, 1:-1])
    dx = 0.5 * (padded[1:-1, 2:] - padded[1:-1, :-2])
    change = second - first
    corner, side = 1.0 / 12.0, 1.0 / 6.0
    rows = [[corner, side, corner], [side, 0.0, side], [corner, side, corner]]
    kernel = jnp.array(rows, dtype=first.dtype)

    def step(flow, _):
        around = [_correlate(jnp.pad(part, 1, mode="edge"), kernel) for part in flow]
        surplus = dx * around[0] + dy * around[1] + change
        surplus = surplus / (alpha**2 + dx**2 + dy**2)
        return (around[0] - dx * surplus, around[1] - dy * surplus), None

    still = jnp.zeros_like(first)
    return lax.scan(step, (still, still), length=steps)[0]


def horn_schunck_flow_reference(first, second, *, alpha, steps):
    height, width = first.shape
    rows, columns = np.arange(height)[:, None], np.arange(width)

    def at(values, down, right):
        i = np.clip(rows + down, 0, height - 1)
        return values[i, np.clip(columns + right, 0, width - 1)]

    both = first + second
    x = (at(both, 0, 1) - at(both, 0, -1)) / 4
    y = (at(both, 1, 0) - at(both, -1, 0)) / 4
    sides = [(1, 0), (-1, 0), (0, 1), (0, -1)]
    u, v = np.zeros_like(first), np.zeros_like(first)
    for _ in range(steps):
        flow = np.stack([u, v], axis=-1)
        ends = [at(flow, a, b) for a in (-1, 1) for b in (-1, 1)]
        means = sum(at(flow, a, b) for a, b in sides) / 6 + sum(ends) / 12
        error = x * means[..., 0] + y * means[..., 1] + second - first
        weight = error / (alpha * alpha + x * x + y * y)
        u, v = means[..., 0] - x * weight, means[..., 1] - y * weight
    return u, v


def alpha_composite(layers, background, *, premultiplied):
    """Stack layers from the back to the front on a background; color and coverage."""

    def over(below, layer):
        color, coverage = below
        alpha = layer[..., 3:]
        own = layer[..., :3] if premultiplied else alpha * layer[..., :3]
        return (own + (1.0 - alpha) * color, alpha + (1.0 - alpha) * coverage), None

    height, width = layers.shape[1:3]
    color = jnp.broadcast_to(background, (height, width, 3))
    coverage = jnp.zeros((height, width, 1), dtype=layers.dtype)
    (color, coverage), _ = lax.scan(over, (color, coverage), layers)
    return color, coverage[..., 0]


def alpha_composite_reference(layers, background, *, premultiplied):
    count, height, width, _ = layers.shape
    color, coverage = np.zeros((height, width, 3)), np.zeros((height, width))
    for i in range(height):
        for j in range(width):
            # From the front: how much light still comes through?
            through, seen = np.array(1.0), np.zeros(3)
            for n in reversed(range(count)):
                alpha = layers[n, i, j, 3]
                weight = through if premultiplied else through * alpha
                seen = seen + weight * layers[n, i, j, :3]
                through = through * (1 - alpha)
            color[i, j] = seen + through * background
            coverage[i, j] = 1 - through
    return color, coverage


def distance_transform(mask, obstacles, *, metric):
    """Distance of every pixel to the nearest one of a mask; squared if Euclidean."""
    targets = mask & ~obstacles
    height, width = targets.shape
    far = height + width
    rows, columns = (
        jnp.arange(height, dtype=jnp.int32),
        jnp.arange(width, dtype=jnp.int32),
    )
    # First along the columns, then over all columns by the lower envelope.
    gaps = jnp.abs(rows[:, None, None] - rows[None, :, None])
    vertical = jnp.min(jnp.where(targets[None], gaps, far), axis=1)[:, None, :]
    horizontal = jnp.abs(columns[:, None] - columns)[None]
    if metric == "euclidean":
        distances = vertical**2 + horizontal**2
    elif metric == "city_block":
        distances = vertical + horizontal
    else:
        distances = jnp.maximum(vertical, horizontal)
    return jnp.min(distances, axis=-1)


def distance_transform_reference(mask, obstacles, *, metric):
    height, width = mask.shape
    result = np.zeros((height, width), dtype=np.int32)
    targets = [(i, j) for i in range(height) for j in range(width)]
    targets = [(i, j) for i, j in targets if mask[i, j] and not obstacles[i, j]]
    measure = {
        "euclidean": lambda a, b: a * a + b * b,
        "city_block": lambda a, b: a + b,
        "chessboard": max,
    }[metric]
    for i in range(height):
        for j in range(width):
            lengths = [measure(abs(i - a), abs(j - b)) for a, b in targets]
            result[i, j] = min(lengths, default=measure(height + width, 0))
    return result


def minimal_seam(energy, *, reach):
    """Columns of the connected path of least energy from the top to the bottom."""
    width = energy.shape[1]
    columns = jnp.arange(width)
    offsets = jnp.arange(-reach, reach + 1)
    sources = columns[:, None] + offsets

    def descend(costs, row):
        outside = (sources < 0) | (sources >= width)
        reached = jnp.where(outside, jnp.inf, costs[jnp.clip(sources, 0, width - 1)])
        best = jnp.argmin(reached, axis=1)
        return jnp.min(reached, axis=1) + row, columns + offsets[best]

    costs, origins = lax.scan(descend, energy[0], energy[1:])
    last = jnp.argmin(costs)

    def climb(column, origin):
        return origin[column], column

    first, rest = lax.scan(climb, last, origins, reverse=True)
    return jnp.concatenate([first[None], rest]), jnp.min(costs)


def minimal_seam_reference(energy, *, reach):
    height, width = energy.shape
    best = [(energy[0, j], [j]) for j in range(width)]
    for i in range(1, height):
        reached = []
        for j in range(width):
            near = best[max(j - reach, 0) : j + reach + 1]
            cost, path = min(near, key=lambda way: way[0])
            reached.append((cost + energy[i, j], [*path, j]))
        best = reached
    cost, path = min(best, key=lambda way: way[0])
    return np.array(path), cost


def laplacian_pyramid(image, *, center):
    """Two levels of detail and what remains at a quarter of the size."""
    outer = 0.25 - 0.5 * center
    line = jnp.array([outer, 0.25, center, 0.25, outer], dtype=image.dtype)
    kernel = jnp.outer(line, line)

    def blur(image):
        return _correlate(jnp.pad(image, 2, mode="wrap"), kernel)

    def expand(image):
        height, width = image.shape
        spread = jnp.zeros((2 * height, 2 * width), dtype=image.dtype)
        # Three of four pixels are empty, so each of the others counts four times.
        return 4.0 * blur(spread.at[::2, ::2].set(image))

    levels = []
    for _ in range(2):
        coarse = blur(image)[::2, ::2]
        levels.append(image - expand(coarse))
        image = coarse
    return [*levels, image]


def laplacian_pyramid_reference(image, *, center):
    weights = (0.25 - center / 2, 0.25, center, 0.25, 0.25 - center / 2)

    def reducer(size):
        matrix = np.zeros((size // 2, size))
        for i in range(size // 2):
            for k, weight in enumerate(weights):
                matrix[i, (2 * i + k - 2) % size] += weight
        return matrix

    levels = []
    for _ in range(2):
        down, across = reducer(image.shape[0]), reducer(image.shape[1])
        coarse = down @ image @ across.T
        levels.append(image - 4 * down.T @ coarse @ across)
        image = coarse
    return [*levels, image]
