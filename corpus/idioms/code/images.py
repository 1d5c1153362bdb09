"""Images, their colors and their parts: JAX, and NumPy from the definition."""

import math

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


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
