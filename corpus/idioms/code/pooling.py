"""Pooling by windows: JAX, and NumPy window by window."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def max_unpooling(image, pooled, *, stride, gain):
    """Put values back to where the maxima of an image's blocks were."""
    blocks = (stride, stride)

    def pool(x):
        return lax.reduce_window(x, -jnp.inf, lax.max, blocks, blocks, "VALID")

    # The switches of pooling are its derivative.
    _, unpool = jax.vjp(pool, image)
    return unpool(gain * pooled)[0]


def max_unpooling_reference(image, pooled, *, stride, gain):
    result = np.zeros(image.shape)
    for i, j in np.ndindex(pooled.shape):
        block = image[i * stride : (i + 1) * stride, j * stride : (j + 1) * stride]
        row, column = np.unravel_index(np.argmax(block), block.shape)
        result[i * stride + row, j * stride + column] = gain * pooled[i, j]
    return result


def pooled_loss_gradient(images, targets, *, size, stride, squared):
    """Misfit of max pooled images, and its gradient."""

    def loss(images):
        window, strides = (1, size, size), (1, stride, stride)
        pooled = lax.reduce_window(images, -jnp.inf, lax.max, window, strides, "VALID")
        residual = pooled - targets
        return jnp.sum(0.5 * residual**2 if squared else jnp.log(jnp.cosh(residual)))

    return jax.value_and_grad(loss)(images)


def pooled_loss_gradient_reference(images, targets, *, size, stride, squared):
    total, gradient = np.zeros(()), np.zeros(images.shape)
    for b, i, j in np.ndindex(targets.shape):
        places = [
            (b, stride * i + k, stride * j + m)
            for k in range(size)
            for m in range(size)
        ]
        place = max(places, key=lambda at: images[at])
        residual = images[place] - targets[b, i, j]
        if squared:
            total = total + residual**2 / 2
            gradient[place] += residual
        else:
            both = np.exp(residual) + np.exp(-residual)
            total = total + np.log(both / 2)
            gradient[place] += (np.exp(residual) - np.exp(-residual)) / both
    return total, gradient


def min_pool_sensitivity(signal, direction, *, size, stride, smallest):
    """Extremes of windows, and how they change as the signal moves."""

    def pool(x):
        start, combine = (jnp.inf, lax.min) if smallest else (-jnp.inf, lax.max)
        return lax.reduce_window(x, start, combine, (1, size), (1, stride), "VALID")

    return jax.jvp(pool, (signal,), (direction,))


def min_pool_sensitivity_reference(signal, direction, *, size, stride, smallest):
    sign = 1 if smallest else -1
    values, changes = [], []
    for row, moves in zip(signal, direction):
        for start in range(0, len(row) - size + 1, stride):
            window = range(start, start + size)
            at = min(window, key=lambda i: sign * row[i])
            values.append(row[at])
            changes.append(moves[at])
    shape = (len(signal), -1)
    return np.array(values).reshape(shape), np.array(changes).reshape(shape)


def dilation_subgradient(image, cotangent, *, radius, erode):
    """Grayscale dilation or erosion by a square, and the gradient of a weighted sum."""
    window = (2 * radius + 1,) * 2

    def transform(x):
        start, combine = (jnp.inf, lax.min) if erode else (-jnp.inf, lax.max)
        return lax.reduce_window(x, start, combine, window, (1, 1), "SAME")

    value, pull = jax.vjp(transform, image)
    return value, pull(cotangent)[0]


def dilation_subgradient_reference(image, cotangent, *, radius, erode):
    height, width = image.shape
    sign = -1 if erode else 1
    value, gradient = np.zeros(image.shape), np.zeros(image.shape)
    for i, j in np.ndindex(image.shape):
        places = [
            (k, m)
            for k in range(max(i - radius, 0), min(i + radius + 1, height))
            for m in range(max(j - radius, 0), min(j + radius + 1, width))
        ]
        place = max(places, key=lambda at: sign * image[at])
        value[i, j] = image[place]
        gradient[place] += cotangent[i, j]
    return value, gradient


def max_pool_line_search(features, step, *, group, length):
    """Maxima of groups of features, extrapolated along a step, and their slopes."""

    def maxima(x):
        window = (1, group)
        return lax.reduce_window(x, -jnp.inf, lax.max, window, window, "VALID")

    value, advance = jax.linearize(maxima, features)
    slope = advance(step)
    return value + length * slope, slope


def max_pool_line_search_reference(features, step, *, group, length):
    ahead, slopes = [], []
    for row, moves in zip(features, step):
        for start in range(0, len(row), group):
            at = start + np.argmax(row[start : start + group])
            ahead.append(row[at] + length * moves[at])
            slopes.append(moves[at])
    shape = (len(features), -1)
    return np.array(ahead).reshape(shape), np.array(slopes).reshape(shape)


def pool_curvature_product(features, weights, vector, *, size, power):
    """Product of a vector with the Hessian of a weighted sum of powers of maxima."""

    def energy(x):
        pooled = lax.reduce_window(x, -jnp.inf, lax.max, (size,), (1,), "VALID")
        return jnp.sum(weights * pooled**power)

    return jax.jvp(jax.grad(energy), (features,), (vector,))[1]


def pool_curvature_product_reference(features, weights, vector, *, size, power):
    product = np.zeros(len(features))
    for start, weight in enumerate(weights):
        at = start + np.argmax(features[start : start + size])
        bend = power * (power - 1) * features[at] ** (power - 2)
        product[at] += weight * bend * vector[at]
    return product


def windowed_log_sums(x, *, size, stride, mean):
    """Logarithms of sums, or means, of exponentials over sliding windows."""
    total = lax.reduce_window(
        x,
        jnp.asarray(-jnp.inf, x.dtype),
        jnp.logaddexp,
        (1, size),
        (1, stride),
        "VALID",
    )
    return total - jnp.log(size).astype(x.dtype) if mean else total


def windowed_log_sums_reference(x, *, size, stride, mean):
    result = []
    for row in x:
        for start in range(0, len(row) - size + 1, stride):
            total = np.sum(np.exp(row[start : start + size]))
            result.append(np.log(total / size if mean else total))
    return np.array(result).reshape(len(x), -1)


def parity_of_windows(words, *, seed):
    """Check words of a block down and across, and parities of pairs of rows."""
    down = lax.reduce_xor(words, (0,)) ^ seed
    across = jnp.bitwise_xor.reduce(words, axis=1)
    pairs = words[: words.shape[0] // 2 * 2].reshape(-1, 2, words.shape[1])
    return down, across, lax.reduce(pairs, jnp.int32(0), lax.bitwise_xor, (1,))


def parity_of_windows_reference(words, *, seed):
    def parity(numbers):
        bits = [sum(int(n) >> place & 1 for n in numbers) % 2 for place in range(20)]
        return sum(bit << place for place, bit in enumerate(bits))

    down = [parity([seed, *column]) for column in words.T]
    across = [parity(row) for row in words]
    pairs = [
        [parity(column) for column in words[i : i + 2].T]
        for i in range(0, len(words) - 1, 2)
    ]
    return tuple(np.array(each, dtype=np.int32) for each in (down, across, pairs))
