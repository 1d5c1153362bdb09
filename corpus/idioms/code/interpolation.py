"""Interpolation: JAX, and NumPy from the definition."""

import math

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def piecewise_linear(x, knots, values, *, outside):
    """Interpolate rows of values linearly; outside the knots, hold or extend."""
    right = jnp.clip(jnp.searchsorted(knots, x, side="right"), 1, knots.shape[0] - 1)
    left = right - 1
    weight = (x - knots[left]) / (knots[right] - knots[left])
    if outside == "hold":
        weight = jnp.clip(weight, 0.0, 1.0)
    weight = weight[:, None]
    return (1.0 - weight) * values[left] + weight * values[right]


def piecewise_linear_reference(x, knots, values, *, outside):
    rows = []
    for point in x:
        k = 0
        while k + 2 < len(knots) and point > knots[k + 1]:
            k += 1
        if outside == "hold":
            point = min(max(point, knots[0]), knots[-1])
        slope = (values[k + 1] - values[k]) / (knots[k + 1] - knots[k])
        rows.append(values[k] + slope * (point - knots[k]))
    return np.stack(rows)


def cubic_spline(x, knots, values, *, boundary):
    """Evaluate the natural or flat-ended cubic spline by its moments."""
    widths = jnp.diff(knots)
    slopes = jnp.diff(values) / widths
    zero = jnp.zeros_like(widths[:1])
    if boundary == "natural":
        ends, outer, first, last = jnp.ones_like(zero), zero, zero, zero
        lower = jnp.concatenate([zero, widths[:-1], outer])
        upper = jnp.concatenate([outer, widths[1:], zero])
        diagonal = jnp.concatenate([ends, 2.0 * (widths[1:] + widths[:-1]), ends])
    else:
        first, last = 6.0 * slopes[:1], -6.0 * slopes[-1:]
        lower = jnp.concatenate([zero, widths])
        upper = jnp.concatenate([widths, zero])
        diagonal = 2.0 * (lower + upper)
    right = jnp.concatenate([first, 6.0 * jnp.diff(slopes), last])
    moments = lax.linalg.tridiagonal_solve(lower, diagonal, upper, right[:, None])[:, 0]

    x = jnp.clip(x, knots[0], knots[-1])
    k = jnp.clip(jnp.searchsorted(knots, x, side="right") - 1, 0, widths.shape[0] - 1)
    after = (x - knots[k]) / widths[k]
    before = 1.0 - after
    bend = (before**3 - before) * moments[k] + (after**3 - after) * moments[k + 1]
    return before * values[k] + after * values[k + 1] + widths[k] ** 2 / 6.0 * bend


def cubic_spline_reference(x, knots, values, *, boundary):
    # In Hermite's form: the slopes at the knots make the curvatures meet.
    count = len(knots)
    h = knots[1:] - knots[:-1]
    s = (values[1:] - values[:-1]) / h
    system, right = np.zeros((count, count)), np.zeros(count)
    for i in range(1, count - 1):
        system[i, i - 1] = 1.0 / h[i - 1]
        system[i, i] = 2.0 / h[i - 1] + 2.0 / h[i]
        system[i, i + 1] = 1.0 / h[i]
        right[i] = 3.0 * (s[i - 1] / h[i - 1] + s[i] / h[i])
    system[0, 0] = system[-1, -1] = 1.0
    if boundary == "natural":
        system[0, 1] = system[-1, -2] = 0.5
        right[0], right[-1] = 1.5 * s[0], 1.5 * s[-1]
    return hermite_cubic_reference(x, knots, values, np.linalg.solve(system, right))


def hermite_cubic(x, knots, values, slopes):
    """Evaluate the cubic pieces that have these values and slopes at the knots."""
    x = jnp.clip(x, knots[0], knots[-1])
    k = jnp.clip(jnp.searchsorted(knots, x, side="right") - 1, 0, knots.shape[0] - 2)
    width = knots[k + 1] - knots[k]
    t = (x - knots[k]) / width
    return (
        (1.0 + 2.0 * t) * (1.0 - t) ** 2 * values[k]
        + t * (1.0 - t) ** 2 * width * slopes[k]
        + t**2 * (3.0 - 2.0 * t) * values[k + 1]
        - t**2 * (1.0 - t) * width * slopes[k + 1]
    )


def hermite_cubic_reference(x, knots, values, slopes):
    # Newton's form with both knots of a piece doubled.
    points = np.zeros_like(x)
    x = np.minimum(np.maximum(x, knots[0]), knots[-1])
    for i in range(len(x)):
        k = 0
        while k + 2 < len(knots) and x[i] >= knots[k + 1]:
            k += 1
        h = knots[k + 1] - knots[k]
        rise = (values[k + 1] - values[k]) / h
        first = (rise - slopes[k]) / h
        second = ((slopes[k + 1] - rise) / h - first) / h
        a, b = x[i] - knots[k], x[i] - knots[k + 1]
        points[i] = values[k] + a * (slopes[k] + a * (first + b * second))
    return points


def pchip(x, knots, values):
    """Interpolate monotonically, with weighted harmonic means as slopes."""
    widths = jnp.diff(knots)
    slopes = jnp.diff(values) / widths

    def edge(near, far, slope, other):
        guess = slope + near * (slope - other) / (near + far)
        guess = jnp.where(guess * slope > 0, guess, 0.0)
        steep = (slope * other <= 0) & (jnp.abs(guess) > 3.0 * jnp.abs(slope))
        return jnp.where(steep, 3.0 * slope, guess)

    before, after = slopes[:-1], slopes[1:]
    left, right = widths[:-1] + 2.0 * widths[1:], 2.0 * widths[:-1] + widths[1:]
    monotone = before * after > 0
    weighted = jnp.where(monotone, left * after + right * before, 1.0)
    inner = 3.0 * (widths[:-1] + widths[1:]) * before * after / weighted
    inner = jnp.where(monotone, inner, 0.0)
    first = edge(widths[0], widths[1], slopes[0], slopes[1])
    last = edge(widths[-1], widths[-2], slopes[-1], slopes[-2])
    slopes = jnp.concatenate([first[None], inner, last[None]])
    return hermite_cubic(x, knots, values, slopes)


def pchip_reference(x, knots, values):
    count = len(knots)
    h = [knots[i + 1] - knots[i] for i in range(count - 1)]
    s = [(values[i + 1] - values[i]) / h[i] for i in range(count - 1)]
    slopes = np.zeros(count)
    for i in range(1, count - 1):
        if s[i - 1] * s[i] > 0:
            a, b = h[i - 1] + 2 * h[i], 2 * h[i - 1] + h[i]
            slopes[i] = (a + b) / (a / s[i - 1] + b / s[i])
    for end, i, j in ((0, 0, 1), (count - 1, -1, -2)):
        guess = ((2 * h[i] + h[j]) * s[i] - h[i] * s[j]) / (h[i] + h[j])
        if guess * s[i] <= 0:
            guess = 0.0 * guess
        elif s[i] * s[j] <= 0 and np.abs(guess) > 3 * np.abs(s[i]):
            guess = 3 * s[i]
        slopes[end] = guess
    return hermite_cubic_reference(x, knots, values, slopes)


def akima(x, knots, values, *, modified):
    """Interpolate with Akima's local slopes, or those of the modified formula."""
    slopes = jnp.diff(values) / jnp.diff(knots)
    # Two more slopes on each side go on linearly.
    low = 2.0 * slopes[0] - slopes[1]
    high = 2.0 * slopes[-1] - slopes[-2]
    ends = (2.0 * low - slopes[0], low, high, 2.0 * high - slopes[-1])
    slopes = jnp.concatenate([jnp.stack(ends[:2]), slopes, jnp.stack(ends[2:])])
    weights = jnp.abs(jnp.diff(slopes))
    if modified:
        weights = weights + 0.5 * jnp.abs(slopes[1:] + slopes[:-1])
    left, right = weights[2:], weights[:-2]
    total = left + right
    before, after = slopes[1:-2], slopes[2:-1]
    mixed = (left * before + right * after) / jnp.where(total > 0, total, 1.0)
    tangents = jnp.where(total > 0, mixed, 0.5 * (before + after))
    return hermite_cubic(x, knots, values, tangents)


def akima_reference(x, knots, values, *, modified):
    count = len(knots)
    m = {
        i: (values[i + 1] - values[i]) / (knots[i + 1] - knots[i])
        for i in range(count - 1)
    }
    for i in (-1, -2):
        m[i] = 2 * m[i + 1] - m[i + 2]
    for i in (count - 1, count):
        m[i] = 2 * m[i - 1] - m[i - 2]

    def weight(a, b):
        return np.abs(a - b) + (np.abs(a + b) / 2 if modified else 0.0)

    tangents = np.zeros(count)
    for i in range(count):
        ahead, behind = weight(m[i + 1], m[i]), weight(m[i - 1], m[i - 2])
        share = behind / (ahead + behind) if ahead + behind > 0 else 0.5
        tangents[i] = m[i - 1] + share * (m[i] - m[i - 1])
    return hermite_cubic_reference(x, knots, values, tangents)


def barycentric_chebyshev(x, values):
    """Interpolate values at Chebyshev points by the barycentric formula."""
    count = values.shape[0]
    index = jnp.arange(count)
    # The sine is exact where the cosine of the same points is not: in the middle.
    nodes = jnp.sin(jnp.pi * (count - 1 - 2 * index).astype(x.dtype) / (2 * count - 2))
    signs = jnp.where(index % 2 == 0, 1.0, -1.0)
    weights = signs * jnp.where((index == 0) | (index == count - 1), 0.5, 1.0)
    gaps = x[:, None] - nodes
    met = gaps == 0
    terms = weights.astype(x.dtype) / jnp.where(met, 1.0, gaps)
    # At a node only its own value counts.
    terms = jnp.where(jnp.any(met, axis=1, keepdims=True), met.astype(x.dtype), terms)
    return terms @ values / jnp.sum(terms, axis=1, keepdims=True)


def barycentric_chebyshev_reference(x, values):
    # Lagrange's products.
    count = len(values)
    nodes = np.sin(np.pi / 2 * np.linspace(1.0, -1.0, count))
    total = np.zeros((len(x), values.shape[1]))
    for j in range(count):
        cardinal = np.ones_like(x)
        for k in range(count):
            if k != j:
                cardinal = cardinal * (x - nodes[k]) / (nodes[j] - nodes[k])
        total = total + np.outer(cardinal, values[j])
    return total


def newton_divided_differences(x, nodes, values):
    """Interpolate by Newton's polynomial; its values, and the divided differences."""
    count = nodes.shape[0]
    index = jnp.arange(count)

    def difference(table, order):
        lower = jnp.roll(table, 1)
        gaps = nodes - jnp.roll(nodes, order)
        done = index < order
        quotients = (table - lower) / jnp.where(done, 1.0, gaps)
        return jnp.where(done, table, quotients), None

    coefficients, _ = lax.scan(difference, values, index[1:])

    def nest(total, term):
        coefficient, node = term
        return total * (x - node) + coefficient, None

    terms = (coefficients, nodes)
    total, _ = lax.scan(nest, jnp.zeros_like(x), terms, reverse=True)
    return total, coefficients


def newton_divided_differences_reference(x, nodes, values):
    count = len(nodes)
    coefficients = []
    for order in range(count):
        # A divided difference is symmetric in its nodes.
        total = 0.0
        for j in range(order + 1):
            others = [nodes[j] - nodes[k] for k in range(order + 1) if k != j]
            total = total + values[j] / np.prod(np.array(others))
        coefficients.append(total)
    points, product = np.zeros_like(x), np.ones_like(x)
    for coefficient, node in zip(coefficients, nodes):
        points = points + coefficient * product
        product = product * (x - node)
    return points, np.array(coefficients)


def catmull_rom(points, t, *, alpha):
    """Evaluate a Catmull-Rom segment, uniform to chordal, as a Hermite segment."""
    chords = jnp.sqrt(jnp.sum(jnp.diff(points, axis=0) ** 2, axis=-1))
    before, width, after = chords**alpha
    first, middle, last = jnp.diff(points, axis=0)
    # Slopes of the parabolas through three points, times the width.
    ratio = width / before
    start = middle + (first * ratio - middle) * width / (before + width)
    ratio = width / after
    stop = middle + (last * ratio - middle) * width / (width + after)
    t = t[:, None]
    return (
        points[1]
        + t**2 * (3.0 - 2.0 * t) * middle
        + t * (1.0 - t) ** 2 * start
        - t**2 * (1.0 - t) * stop
    )


def catmull_rom_reference(points, t, *, alpha):
    # Barry and Goldman's pyramid of linear interpolations.
    knots = [np.zeros(())]
    for k in range(3):
        chord = np.sqrt(np.sum((points[k + 1] - points[k]) ** 2))
        knots.append(knots[-1] + chord**alpha)
    curve = []
    for share in t:
        x = knots[1] + share * (knots[2] - knots[1])
        row = list(points)
        for reach, starts in ((1, range(3)), (2, range(2)), (1, range(1, 2))):
            new = []
            for place, k in enumerate(starts):
                a, b = knots[k], knots[k + reach]
                left, right = row[place], row[place + 1]
                new.append(((b - x) * left + (x - a) * right) / (b - a))
            row = new
        curve.append(row[0])
    return np.stack(curve)


def bilinear_sample(image, rows, columns, *, padding):
    """Sample an image between its pixels, with zeros, the border or itself around."""
    height, width = image.shape[:2]
    top, left = jnp.floor(rows), jnp.floor(columns)
    total = jnp.zeros((*rows.shape, image.shape[2]), image.dtype)
    for down in (0, 1):
        for right in (0, 1):
            r, c = (top + down).astype(jnp.int32), (left + right).astype(jnp.int32)
            weight = jnp.abs(rows - top - (1 - down))
            weight = weight * jnp.abs(columns - left - (1 - right))
            if padding == "wrap":
                r, c = r % height, c % width
            elif padding == "zeros":
                inside = (r >= 0) & (r < height) & (c >= 0) & (c < width)
                weight = jnp.where(inside, weight, 0.0)
            pixel = image[jnp.clip(r, 0, height - 1), jnp.clip(c, 0, width - 1)]
            total = total + weight[:, None] * pixel
    return total


def bilinear_sample_reference(image, rows, columns, *, padding):
    def tents(places, size):
        # Every pixel in reach adds a tent; those outside are some pixel's or nobody's.
        pixels = np.arange(-size - 2, 2 * size + 2)
        if padding == "wrap":
            owners = pixels % size
        elif padding == "border":
            owners = np.clip(pixels, 0, size - 1)
        else:
            owners = pixels
        heights = np.maximum(1.0 - np.abs(places[:, None] - pixels), 0.0)
        return heights @ (owners[:, None] == np.arange(size))

    height, width, _ = image.shape
    return np.einsum("mh,mw,hwc->mc", tents(rows, height), tents(columns, width), image)


def trilinear_lookup(table, colors):
    """Look colors up in a three-dimensional table, interpolating in each cell."""
    size, channels = table.shape[0], table.shape[3]

    def look_up(color):
        place = jnp.clip(color, 0.0, 1.0) * (size - 1)
        corner = jnp.clip(jnp.floor(place), 0, size - 2).astype(jnp.int32)
        share = place - corner
        start = (*corner, jnp.zeros_like(corner[0]))
        cell = lax.dynamic_slice(table, start, (2, 2, 2, channels))
        x, y, z = jnp.stack([1.0 - share, share], axis=1)
        return jnp.einsum("ijkc,i,j,k->c", cell, x, y, z)

    return jax.vmap(look_up)(colors)


def trilinear_lookup_reference(table, colors):
    def interpolate(values, place):
        # Along the first axis; the others follow.
        k = min(int(np.floor(place[0])), len(values) - 2)
        share = place[0] - k
        mixed = values[k] + share * (values[k + 1] - values[k])
        return mixed if len(place) == 1 else interpolate(mixed, place[1:])

    last = len(table) - 1
    inside = np.minimum(np.maximum(colors, 0.0), 1.0)
    return np.stack([interpolate(table, last * color) for color in inside])


def cubic_convolution(image, rows, columns, *, sharpness):
    """Resample an image by Keys' cubic convolution over sixteen neighbours."""

    def weights(share):
        distance = jnp.abs(share[:, None] - jnp.arange(-1, 3, dtype=share.dtype))
        near = ((sharpness + 2.0) * distance - (sharpness + 3.0)) * distance**2 + 1.0
        far = ((distance - 5.0) * distance + 8.0) * distance - 4.0
        return jnp.where(distance <= 1, near, sharpness * far)

    def neighbours(position, size):
        start = jnp.floor(position)
        index = start.astype(jnp.int32)[:, None] + jnp.arange(-1, 3)
        return jnp.clip(index, 0, size - 1), weights(position - start)

    r, down = neighbours(rows, image.shape[0])
    c, across = neighbours(columns, image.shape[1])
    patches = image[r[:, :, None], c[:, None, :]]
    return jnp.einsum("mij,mi,mj->m", patches, down, across)


def cubic_convolution_reference(image, rows, columns, *, sharpness):
    a = sharpness

    def kernel(s):
        s = np.abs(s)
        if s < 1:
            return 1 - (a + 3) * s**2 + (a + 2) * s**3
        return -4 * a + 8 * a * s - 5 * a * s**2 + a * s**3 if s < 2 else 0.0

    height, width = image.shape
    values = np.zeros_like(rows)
    for m in range(len(rows)):
        for i in range(-2, height + 2):
            for j in range(-2, width + 2):
                if np.abs(rows[m] - i) < 2 and np.abs(columns[m] - j) < 2:
                    pixel = image[min(max(i, 0), height - 1), min(max(j, 0), width - 1)]
                    share = kernel(rows[m] - i) * kernel(columns[m] - j)
                    values[m] += share * pixel
    return values


def bezier_subdivision(points, *, depth):
    """Halve a Bezier curve repeatedly; the control points of every piece."""

    def halve(control):
        left, right = [control[0]], [control[-1]]
        while control.shape[0] > 1:
            control = 0.5 * (control[:-1] + control[1:])
            left.append(control[0])
            right.append(control[-1])
        return jnp.stack([jnp.stack(left), jnp.stack(right[::-1])])

    pieces = points[None]
    for _ in range(depth):
        pieces = jax.vmap(halve)(pieces).reshape(-1, *points.shape)
    return pieces


def bezier_subdivision_reference(points, *, depth):
    # Values of the polar form: the ends of a piece as arguments, k times its right one.
    def polar(arguments):
        row = list(points)
        for s in arguments:
            row = [(1 - s) * row[k] + s * row[k + 1] for k in range(len(row) - 1)]
        return row[0]

    count, degree = 2**depth, len(points) - 1
    pieces = []
    for piece in range(count):
        low, high = piece / count, (piece + 1) / count
        ends = [[low] * (degree - k) + [high] * k for k in range(degree + 1)]
        pieces.append(np.stack([polar(arguments) for arguments in ends]))
    return np.stack(pieces)


def bspline_de_boor(x, controls, *, degree):
    """Evaluate a clamped uniform B-spline curve on [0, 1] by de Boor's algorithm."""
    count = controls.shape[0]
    inner = jnp.linspace(0.0, 1.0, count - degree + 1, dtype=x.dtype)
    knots = jnp.pad(inner, degree, mode="edge")

    def evaluate(point):
        span = jnp.searchsorted(knots, point, side="right") - 1
        span = jnp.clip(span, degree, count - 1)
        row = lax.dynamic_slice_in_dim(controls, span - degree, degree + 1)
        for level in range(1, degree + 1):
            low = span - degree + level + jnp.arange(degree - level + 1)
            start, stop = knots[low], knots[low + degree - level + 1]
            share = ((point - start) / (stop - start))[:, None]
            row = (1.0 - share) * row[:-1] + share * row[1:]
        return row[0]

    return jax.vmap(evaluate)(x)


def bspline_de_boor_reference(x, controls, *, degree):
    # Sum the basis functions of Cox and de Boor's recurrence.
    count = len(controls)
    pieces = count - degree
    inner = np.arange(pieces + 1.0) / pieces
    knots = [inner[min(max(k - degree, 0), pieces)] for k in range(count + degree + 1)]

    def basis(k, order, point):
        if order == 0:
            last = k == count - 1 and point >= 1
            return 1.0 if knots[k] <= point < knots[k + 1] or last else 0.0
        total = 0.0
        if knots[k + order] > knots[k]:
            share = (point - knots[k]) / (knots[k + order] - knots[k])
            total = total + share * basis(k, order - 1, point)
        if knots[k + order + 1] > knots[k + 1]:
            width = knots[k + order + 1] - knots[k + 1]
            share = (knots[k + order + 1] - point) / width
            total = total + share * basis(k + 1, order - 1, point)
        return total

    rows = []
    for point in x:
        row = np.zeros(controls.shape[1])
        for k in range(count):
            row = row + basis(k, degree, point) * controls[k]
        rows.append(row)
    return np.stack(rows)


def radial_basis_interpolation(queries, centers, values, *, kernel, ridge):
    """Fit radial functions around centers to values, and evaluate them elsewhere."""

    def gram(a, b):
        squares = jnp.sum((a[:, None] - b[None]) ** 2, axis=-1)
        if kernel == "gaussian":
            return jnp.exp(-squares)
        if kernel == "inverse_multiquadric":
            return lax.rsqrt(1.0 + squares)
        return 1.0 / (1.0 + squares) ** 2

    system = gram(centers, centers) + ridge * jnp.eye(
        values.shape[0], dtype=values.dtype
    )
    factor = jax.scipy.linalg.cho_factor(system, lower=True)
    return gram(queries, centers) @ jax.scipy.linalg.cho_solve(factor, values)


def radial_basis_interpolation_reference(queries, centers, values, *, kernel, ridge):
    def radial(p, q):
        distance = np.sqrt(np.sum((p - q) ** 2))
        if kernel == "gaussian":
            return np.exp(-(distance**2))
        return (1.0 + distance**2) ** (
            -0.5 if kernel == "inverse_multiquadric" else -2.0
        )

    system = np.array([[radial(p, q) for q in centers] for p in centers])
    weights = np.linalg.solve(system + ridge * np.eye(len(centers)), values)
    kernels = np.array([[radial(query, q) for q in centers] for query in queries])
    return kernels @ weights


def clenshaw_chebyshev(x, coefficients, *, second_kind):
    """Sum a Chebyshev series of the first or second kind by Clenshaw's recurrence."""

    def step(carry, coefficient):
        now, before = carry
        return (coefficient + 2.0 * x * now - before, now), None

    start = (jnp.zeros_like(x), jnp.zeros_like(x))
    (now, before), _ = lax.scan(step, start, coefficients[1:], reverse=True)
    leading = 2.0 * x if second_kind else x
    return coefficients[0] + leading * now - before


def clenshaw_chebyshev_reference(x, coefficients, *, second_kind):
    angle = np.arccos(x)
    total = np.zeros_like(x)
    for k, coefficient in enumerate(coefficients):
        if second_kind:
            total = total + coefficient * np.sin((k + 1) * angle) / np.sin(angle)
        else:
            total = total + coefficient * np.cos(k * angle)
    return total


def horner_taylor(x, coefficients, *, order):
    """Evaluate a polynomial and its first derivatives by Horner's rule in one pass."""

    def step(derivatives, coefficient):
        # Each divided derivative takes what the one below it was.
        lower = jnp.concatenate([jnp.full_like(x[None], coefficient), derivatives[:-1]])
        return derivatives * x + lower, None

    start = jnp.zeros((order + 1, *x.shape), x.dtype)
    derivatives, _ = lax.scan(step, start, coefficients, reverse=True)
    factorials = jnp.array([math.factorial(k) for k in range(order + 1)], dtype=x.dtype)
    return derivatives * factorials[:, None]


def horner_taylor_reference(x, coefficients, *, order):
    rows = []
    for derivative in range(order + 1):
        total = np.zeros_like(x)
        for k in range(derivative, len(coefficients)):
            falling = math.perm(k, derivative)
            total = total + falling * coefficients[k] * x ** (k - derivative)
        rows.append(total)
    return np.stack(rows)


def floater_hormann(x, values, *, blending):
    """Interpolate equidistant values on [-1, 1] by blending local polynomials."""
    count = values.shape[0]
    windows = range(count - blending)
    weights = [
        (-1) ** k * sum(math.comb(blending, k - i) for i in windows if k >= i)
        for k in range(count)
    ]
    nodes = jnp.linspace(-1.0, 1.0, count, dtype=x.dtype)
    gaps = x[:, None] - nodes
    met = gaps == 0
    terms = jnp.array(weights, dtype=x.dtype) / jnp.where(met, 1.0, gaps)
    terms = jnp.where(jnp.any(met, axis=1, keepdims=True), met.astype(x.dtype), terms)
    return terms @ values / jnp.sum(terms, axis=1)


def floater_hormann_reference(x, values, *, blending):
    # The blended polynomials themselves, the fractions multiplied by all distances.
    count = len(values)
    nodes = 2.0 * np.linspace(0.0, 1.0, count) - 1.0
    top, bottom = np.zeros_like(x), np.zeros_like(x)
    for i in range(count - blending):
        window = range(i, i + blending + 1)
        share = (-1.0) ** i * np.ones_like(x)
        for k in range(count):
            if k not in window:
                share = share * (x - nodes[k])
        local = np.zeros_like(x)
        for j in window:
            cardinal = np.ones_like(x)
            for k in window:
                if k != j:
                    cardinal = cardinal * (x - nodes[k]) / (nodes[j] - nodes[k])
            local = local + cardinal * values[j]
        top, bottom = top + share * local, bottom + share
    return top / bottom


def fornberg_weights(nodes, point, *, order):
    """Find the finite difference weights of derivatives up to an order at a point."""
    count = nodes.shape[0]
    weights = jnp.zeros((order + 1, count), nodes.dtype).at[0, 0].set(1.0)
    scale = jnp.ones_like(point)
    powers = jnp.arange(order + 1, dtype=nodes.dtype)
    for n in range(1, count):
        gaps = nodes[n] - nodes[:n]
        product = jnp.prod(gaps)
        shifted = powers[:, None] * jnp.pad(weights[:-1], ((1, 0), (0, 0)))
        # The new node's weights come from those of the node before it.
        old = shifted[:, n - 1] - (nodes[n - 1] - point) * weights[:, n - 1]
        updated = ((nodes[n] - point) * weights[:, :n] - shifted[:, :n]) / gaps
        weights = weights.at[:, :n].set(updated).at[:, n].set(scale / product * old)
        scale = product
    return weights


def fornberg_weights_reference(nodes, point, *, order):
    # They are exact for the powers of the distance to the point.
    count = len(nodes)
    powers = np.array([[(node - point) ** k for node in nodes] for k in range(count)])
    rows = []
    for derivative in range(order + 1):
        right = np.zeros(count)
        right[derivative] = math.factorial(derivative)
        rows.append(np.linalg.solve(powers, right))
    return np.stack(rows)
