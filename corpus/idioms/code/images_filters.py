"""Filters of images: JAX, and NumPy from the definition."""

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
