"""Windows that slide: JAX, and NumPy from the definition."""

import math

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def _frames(signal, size, hop):
    """Overlapping pieces of a signal, one in a row."""
    starts = hop * jnp.arange((signal.shape[-1] - size) // hop + 1)
    return signal[starts[:, None] + jnp.arange(size)]


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


def sliding_dot_products(signal, template, *, mode):
    """Correlate a signal with a template at every offset."""
    return jnp.correlate(signal, template, mode=mode)


def sliding_dot_products_reference(signal, template, *, mode):
    size = len(template)
    before = {"full": size - 1, "same": size // 2, "valid": 0}[mode]
    count = {"full": size - 1, "same": 0, "valid": 1 - size}[mode] + len(signal)
    padded = np.pad(signal, (before, size))
    return np.stack([np.sum(padded[k : k + size] * template) for k in range(count)])


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
    padded = np.pad(second, ((reach, reach), (reach, reach), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (span, span), (0, 1))
    products = np.einsum("hwc,hwcab->hwab", first, windows)
    return products.reshape(height, width, span * span) / channels


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
