"""Callbacks and platforms: JAX, and NumPy for what the rules say."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from scipy import special


def host_median_filter(x, *, width, vmap_method):
    """Running medians of rows, which NumPy finds on the host."""
    margin = width // 2

    def medians(row):
        row = np.asarray(row)
        margins = [(0, 0)] * (row.ndim - 1) + [(margin, margin)]
        padded = np.pad(row, margins, mode="edge")
        windows = np.lib.stride_tricks.sliding_window_view(padded, width, axis=-1)
        return np.median(windows, axis=-1).astype(row.dtype)

    def filtered(row):
        result = jax.ShapeDtypeStruct(row.shape, row.dtype)
        return jax.pure_callback(medians, result, row, vmap_method=vmap_method)

    return x - jax.vmap(filtered)(x)


def host_median_filter_reference(x, *, width, vmap_method):
    result = np.zeros_like(x)
    size = x.shape[1]
    for n, k in np.ndindex(x.shape):
        places = [min(max(k + j - width // 2, 0), size - 1) for j in range(width)]
        result[n, k] = x[n, k] - np.sort(x[n, places])[width // 2]
    return result


def host_bessel_slopes(x, *, scaled, vmap_method):
    """A Bessel function of NumPy's, with the slope that it cannot have itself."""

    @jax.custom_jvp
    def bessel(x):
        def evaluate(x):
            x = np.asarray(x)
            return np.i0(x.astype(np.float64)).astype(x.dtype).reshape(x.shape)

        result = jax.ShapeDtypeStruct(x.shape, x.dtype)
        return jax.pure_callback(evaluate, result, x, vmap_method=vmap_method)

    @bessel.defjvp
    def bessel_jvp(primals, tangents):
        (x,), (x_dot,) = primals, tangents
        return bessel(x), jax.scipy.special.i1(x) * x_dot

    def function(x):
        return jnp.exp(-x) * bessel(x) if scaled else jnp.log(bessel(x))

    return jax.vmap(jax.value_and_grad(function))(x)


def host_bessel_slopes_reference(x, *, scaled, vmap_method):
    # By their power series.
    half = x / 2
    zeroth, first = np.zeros_like(x), np.zeros_like(x)
    term = np.ones_like(x)
    for k in range(30):
        zeroth = zeroth + term
        first = first + term * half / (k + 1)
        term = term * (half / (k + 1)) ** 2
    if scaled:
        return np.exp(-x) * zeroth, np.exp(-x) * (first - zeroth)
    return np.log(zeroth), first / zeroth


def host_determinant_gradient(matrices, weights, *, vmap_method):
    """Log determinants by NumPy on the host, forward and backward."""

    def call_host(function, shape, matrix):
        result = jax.ShapeDtypeStruct(shape, matrix.dtype)
        return jax.pure_callback(function, result, matrix, vmap_method=vmap_method)

    def log_abs_det(matrix):
        matrix = np.asarray(matrix)
        return np.linalg.slogdet(matrix)[1].astype(matrix.dtype)

    def inverse_transpose(matrix):
        matrix = np.asarray(matrix)
        return np.swapaxes(np.linalg.inv(matrix), -1, -2).astype(matrix.dtype)

    @jax.custom_vjp
    def log_determinant(matrix):
        return call_host(log_abs_det, (), matrix)

    def backward(matrix, cotangent):
        return (cotangent * call_host(inverse_transpose, matrix.shape, matrix),)

    log_determinant.defvjp(lambda matrix: (log_determinant(matrix), matrix), backward)

    def objective(matrices):
        return jnp.sum(weights * jax.vmap(log_determinant)(matrices))

    return jax.value_and_grad(objective)(matrices)


def host_determinant_gradient_reference(matrices, weights, *, vmap_method):
    value, gradients = np.zeros(()), np.zeros_like(matrices)
    for b, matrix in enumerate(matrices):
        determinant = np.linalg.det(matrix)
        value = value + weights[b] * np.log(np.abs(determinant))
        gradients[b] = weights[b] * np.linalg.inv(matrix).T
    return value, gradients


def host_run_lengths(values, *, wrap):
    """Lengths of runs of equal values, which a loop of Python counts on the host."""

    def run_lengths(values):
        values = np.asarray(values)
        lengths = np.zeros_like(values)
        start = 0
        for i in range(1, len(values) + 1):
            if i == len(values) or values[i] != values[start]:
                lengths[start:i] = i - start
                start = i
        if wrap and values[0] == values[-1] and lengths[0] < len(values):
            first, last = lengths[0], lengths[-1]
            lengths[:first] += last
            lengths[len(values) - last :] += first
        return lengths

    result = jax.ShapeDtypeStruct(values.shape, values.dtype)
    lengths = jax.pure_callback(run_lengths, result, values, vmap_method="sequential")
    return lengths, jnp.max(jnp.where(values > 0, lengths, 0))


def host_run_lengths_reference(values, *, wrap):
    size = len(values)
    lengths = np.zeros(size, dtype=np.int32)
    for i in range(size):
        reached = {i}
        for step in (1, -1):
            j = i + step
            while (wrap or 0 <= j < size) and values[j % size] == values[i]:
                if j % size in reached:
                    break
                reached.add(j % size)
                j += step
        lengths[i] = len(reached)
    ones = [length for length, value in zip(lengths, values) if value > 0]
    return lengths, np.array(max(ones, default=0), dtype=np.int32)


def host_quantile_table(x, probabilities, *, method):
    """Quantiles by NumPy on the host through a callback that may have effects."""

    def quantiles(x, probabilities):
        x, probabilities = np.asarray(x), np.asarray(probabilities)
        return np.quantile(x, probabilities, axis=0, method=method).astype(x.dtype)

    shape = (probabilities.shape[0], x.shape[1])
    result = jax.ShapeDtypeStruct(shape, x.dtype)
    return jax.experimental.io_callback(quantiles, result, x, probabilities)


def host_quantile_table_reference(x, probabilities, *, method):
    count, columns = x.shape
    table = np.zeros((len(probabilities), columns))
    for i, p in enumerate(probabilities):
        for k in range(columns):
            ordered = np.sort(x[:, k])
            if method == "median_unbiased":
                place = (count + 1 / 3) * p - 2 / 3
            elif method == "weibull":
                place = (count + 1) * p - 1
            else:
                place = (count - 1) * p
            place = np.minimum(np.maximum(place, 0), count - 1)
            below = min(int(np.floor(place)), count - 2)
            share = place - below
            table[i, k] = (1 - share) * ordered[below] + share * ordered[below + 1]
    return table


def platform_dependent_gelu(x, y_bar, *, cubic):
    """An activation with another spelling by platform, and a cotangent through it."""

    def by_error_function(x):
        return 0.5 * x * (1.0 + lax.erf(x * 0.5**0.5))

    def by_complement(x):
        return 0.5 * x * lax.erfc(-x * 0.5**0.5)

    def activate(x):
        y = lax.platform_dependent(
            x, cpu=by_error_function, tpu=by_complement, default=by_complement
        )
        return y + 0.044715 * x**3 if cubic else y

    y, pull_back = jax.vjp(activate, x)
    return y, pull_back(y_bar)[0]


def platform_dependent_gelu_reference(x, y_bar, *, cubic):
    share = special.ndtr(x)
    y, slope = x * share, share + x * np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)
    if cubic:
        y, slope = y + 0.044715 * x**3, slope + 3 * 0.044715 * x**2
    return y, y_bar * slope


def compensated_sum(x, scale, *, barrier):
    """Sums of columns with the rounding errors kept apart, whatever is optimized."""

    def add(state, row):
        total, lost = state
        moved = row - lost
        new = total + moved
        if barrier:
            new, total = lax.optimization_barrier((new, total))
        # What the sum gained, less what it should have.
        return (new, (new - total) - moved), new

    zero = jnp.zeros_like(x[0])
    (total, _), partial_sums = lax.scan(add, (zero, zero), scale * x)
    return total, partial_sums / jnp.maximum(jnp.max(jnp.abs(partial_sums)), 1.0)


def compensated_sum_reference(x, scale, *, barrier):
    rows = [scale * np.sum(x[: i + 1], axis=0) for i in range(len(x))]
    sums = np.stack(rows)
    return rows[-1], sums / np.maximum(np.max(np.abs(sums)), 1)
