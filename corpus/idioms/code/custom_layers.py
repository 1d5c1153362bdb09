"""Layers and losses with rules: JAX, and NumPy for what the rules say."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


@partial(jax.custom_vjp, nondiff_argnums=(3,))
def fused_layer_norm(x, scale, offset, eps):
    """Layer norm of the last axis."""
    return _layer_norm_forward(x, scale, offset, eps)[0]


def _layer_norm_forward(x, scale, offset, eps):
    centered = x - jnp.mean(x, axis=-1, keepdims=True)
    rsqrt = lax.rsqrt(jnp.mean(centered**2, axis=-1, keepdims=True) + eps)
    normalized = centered * rsqrt
    return normalized * scale + offset, (normalized, rsqrt, scale)


def _layer_norm_backward(eps, residuals, cotangent):
    normalized, rsqrt, scale = residuals
    inner = cotangent * scale
    along = jnp.mean(inner * normalized, axis=-1, keepdims=True)
    d_x = rsqrt * (inner - jnp.mean(inner, axis=-1, keepdims=True) - along * normalized)
    return d_x, jnp.sum(cotangent * normalized, axis=0), jnp.sum(cotangent, axis=0)


fused_layer_norm.defvjp(_layer_norm_forward, _layer_norm_backward)


def layer_norm_pullback(x, scale, offset, y_bar, *, eps):
    """Layer norm, and a cotangent pulled back by its closed form."""
    y, pull_back = jax.vjp(partial(fused_layer_norm, eps=eps), x, scale, offset)
    return {"y": y, "cotangents": pull_back(y_bar)}


def layer_norm_pullback_reference(x, scale, offset, y_bar, *, eps):
    size = x.shape[1]
    y, d_x = np.zeros_like(x), np.zeros_like(x)
    d_scale, d_offset = np.zeros_like(scale), np.zeros_like(offset)
    for n, row in enumerate(x):
        centered = row - np.sum(row) / size
        spread = np.sqrt(np.sum(centered**2) / size + eps)
        normal = centered / spread
        y[n] = scale * normal + offset
        d_scale = d_scale + y_bar[n] * normal
        d_offset = d_offset + y_bar[n]
        # The Jacobian of the normalized row, as a matrix.
        projector = np.eye(size) - 1 / size - np.outer(normal, normal) / size
        d_x[n] = projector @ (y_bar[n] * scale) / spread
    return {"y": y, "cotangents": (d_x, d_scale, d_offset)}


def sort_pullback(x, y_bar, *, descending, soft):
    """Sort rows, and send a cotangent back along the permutation that was kept."""

    @jax.custom_vjp
    def sort(x):
        return forward(x)[0]

    def forward(x):
        order = jnp.argsort(-x if descending else x, axis=-1)
        return jnp.take_along_axis(x, order, axis=-1), order

    def backward(order, y_bar):
        if soft:  # neighbors in the order share what they get
            before = jnp.pad(y_bar, ((0, 0), (1, 1)), mode="edge")
            smooth = before[:, :-2] + before[:, 2:]
            y_bar = 0.5 * y_bar + 0.25 * smooth
        ranks = jnp.argsort(order, axis=-1)
        return (jnp.take_along_axis(y_bar, ranks, axis=-1),)

    sort.defvjp(forward, backward)
    values, pull_back = jax.vjp(sort, x)
    return values, pull_back(y_bar)[0]


def sort_pullback_reference(x, y_bar, *, descending, soft):
    values, pulled = np.zeros_like(x), np.zeros_like(x)
    last = x.shape[1] - 1
    for n, k in np.ndindex(x.shape):
        ahead = x[n] > x[n, k] if descending else x[n] < x[n, k]
        rank = int(np.sum(ahead))
        values[n, rank] = x[n, k]
        pulled[n, k] = y_bar[n, rank]
        if soft:
            sides = y_bar[n, max(rank - 1, 0)] + y_bar[n, min(rank + 1, last)]
            pulled[n, k] = pulled[n, k] / 2 + sides / 4
    return values, pulled


@jax.custom_vjp
def sparsemax(z):
    """Project every row onto the simplex of probabilities."""
    return _sparsemax_forward(z)[0]


def _sparsemax_forward(z):
    ordered = -jnp.sort(-z, axis=-1)
    sums = jnp.cumsum(ordered, axis=-1)
    counts = jnp.arange(1, z.shape[-1] + 1, dtype=z.dtype)
    size = jnp.sum(1.0 + counts * ordered > sums, axis=-1, keepdims=True)
    threshold = (jnp.take_along_axis(sums, size - 1, axis=-1) - 1.0) / size
    probs = jnp.maximum(z - threshold.astype(z.dtype), 0.0)
    return probs, probs > 0.0


def _sparsemax_backward(support, cotangent):
    inside = jnp.where(support, cotangent, 0.0)
    size = jnp.sum(support, axis=-1, keepdims=True)
    mean = jnp.sum(inside, axis=-1, keepdims=True) / size.astype(inside.dtype)
    return (jnp.where(support, cotangent - mean, 0.0),)


sparsemax.defvjp(_sparsemax_forward, _sparsemax_backward)


def sparsemax_pullback(z, y_bar, *, temperature):
    """Sparse probabilities, and a cotangent pulled back within their support."""
    probs, pull_back = jax.vjp(lambda z: sparsemax(z / temperature), z)
    return probs, pull_back(y_bar)[0]


def sparsemax_pullback_reference(z, y_bar, *, temperature):
    probs, pulled = np.zeros_like(z), np.zeros_like(z)
    for n, row in enumerate(z / temperature):
        # The support is what a threshold leaves that makes the rest sum to one.
        for size in range(1, row.size + 1):
            chosen = np.argsort(-row, kind="stable")[:size]
            threshold = (np.sum(row[chosen]) - 1) / size
            beyond = np.delete(row, chosen)
            if np.all(row[chosen] > threshold) and np.all(beyond <= threshold):
                probs[n, chosen] = row[chosen] - threshold
                mean = np.sum(y_bar[n, chosen]) / size
                pulled[n, chosen] = (y_bar[n, chosen] - mean) / temperature
    return probs, pulled


def fft_convolution_pullback(signal, kernel, y_bar, *, correlate):
    """Circular convolution by transforms, whose gradients are correlations by them."""
    size = signal.shape[-1]

    @jax.custom_vjp
    def convolve(signal, kernel):
        return forward(signal, kernel)[0]

    def forward(signal, kernel):
        waves, response = jnp.fft.rfft(signal), jnp.fft.rfft(kernel, size)
        if correlate:
            response = jnp.conj(response)
        return jnp.fft.irfft(waves * response, size), (waves, response, kernel)

    def backward(residuals, y_bar):
        waves, response, kernel = residuals
        pulled = jnp.fft.rfft(y_bar)
        by_signal = jnp.fft.irfft(pulled * jnp.conj(response), size)
        across = jnp.conj(pulled) * waves if correlate else pulled * jnp.conj(waves)
        by_kernel = jnp.sum(jnp.fft.irfft(across, size), axis=0)
        return by_signal, by_kernel[: kernel.shape[0]]

    convolve.defvjp(forward, backward)
    result, pull_back = jax.vjp(convolve, signal, kernel)
    return result, *pull_back(y_bar)


def fft_convolution_pullback_reference(signal, kernel, y_bar, *, correlate):
    # With the transform as a matrix, whose inverse is its conjugate over the size.
    size = signal.shape[1]
    grid = np.arange(size)
    transform = np.exp(-2j * np.pi * (np.outer(grid, grid) % size) / size)
    response = kernel @ transform[: len(kernel)]
    if correlate:
        response = np.conj(response)
    matrix = np.real(transform * response @ np.conj(transform)) / size
    by_kernel = np.zeros_like(kernel)
    for k in range(len(kernel)):
        moved = transform * (np.conj(transform[k]) if correlate else transform[k])
        change = np.real(moved @ np.conj(transform)) / size
        by_kernel[k] = np.sum(y_bar * (signal @ change))
    return signal @ matrix, y_bar @ matrix.T, by_kernel


@jax.custom_vjp
def distillation(student, teacher, temperature):
    """Divergence of the student's probabilities from the teacher's, by example."""
    return _distillation_forward(student, teacher, temperature)[0]


def _distillation_forward(student, teacher, temperature):
    ours = jax.nn.log_softmax(student / temperature)
    theirs = jax.nn.log_softmax(teacher / temperature)
    probs = jnp.exp(theirs)
    divergence = temperature**2 * jnp.sum(probs * (theirs - ours), axis=-1)
    return divergence, temperature * (jnp.exp(ours) - probs)


def _distillation_backward(slope, cotangent):
    return cotangent[..., None] * slope, None, None


distillation.defvjp(_distillation_forward, _distillation_backward)


def distillation_gradients(x, w_student, w_teacher, temperature, *, average):
    """Gradients of a student and its teacher, which learns nothing."""

    def loss(w_student, w_teacher):
        losses = distillation(x @ w_student, x @ w_teacher, temperature)
        penalty = 0.5 * jnp.sum(jnp.square(w_teacher))
        return (jnp.mean(losses) if average else jnp.sum(losses)) + 0.1 * penalty

    return jax.grad(loss, argnums=(0, 1))(w_student, w_teacher)


def distillation_gradients_reference(x, w_student, w_teacher, temperature, *, average):
    gradient = np.zeros_like(w_student)
    for row in x:
        ours, theirs = (np.exp(row @ w / temperature) for w in (w_student, w_teacher))
        gap = ours / np.sum(ours) - theirs / np.sum(theirs)
        gradient = gradient + temperature * np.outer(row, gap)
    # The penalty is all that reaches the teacher.
    return gradient / len(x) if average else gradient, w_teacher / 10


def shared_maximum_pullback(x, y_bar, *, axis):
    """Maxima whose gradient is shared by all places that attain them."""

    @jax.custom_jvp
    def maximum(x):
        return jnp.max(x, axis=axis, keepdims=True)

    @maximum.defjvp
    def maximum_jvp(primals, tangents):
        (x,), (x_dot,) = primals, tangents
        best = maximum(x)
        attained = (x == best).astype(x.dtype)
        count = jnp.sum(attained, axis=axis, keepdims=True)
        return best, jnp.sum(attained * x_dot, axis=axis, keepdims=True) / count

    # Rounded, so that there are ties.
    x = jnp.round(x)
    gaps, pull_back = jax.vjp(lambda x: maximum(x) - 0.5 * x, x)
    return gaps, pull_back(y_bar)[0]


def shared_maximum_pullback_reference(x, y_bar, *, axis):
    levels = np.rint(x)
    gaps, pulled = np.zeros_like(x), -y_bar / 2
    for k in range(x.shape[1 - axis]):
        line = (slice(None), k) if axis == 0 else (k, slice(None))
        best = np.max(levels[line])
        gaps[line] = best - levels[line] / 2
        share = np.sum(y_bar[line]) / np.sum(levels[line] == best)
        pulled[line] = pulled[line] + np.where(levels[line] == best, share, 0.0)
    return gaps, pulled
