"""Elementary functions with rules: JAX, and NumPy for what the rules say."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


@jax.custom_jvp
def log1pexp(x):
    """Logarithm of one plus an exponential."""
    return jnp.log1p(jnp.exp(x))


log1pexp.defjvps(lambda x_dot, ans, x: (1.0 - 1.0 / (1.0 + jnp.exp(x))) * x_dot)


def log1pexp_slopes(x, *, order):
    """Softplus and its derivative of some order, by a rule that cannot overflow."""
    derivative = log1pexp
    for _ in range(order):
        derivative = jax.grad(derivative)
    return jax.vmap(log1pexp)(x), jax.vmap(derivative)(x)


def log1pexp_slopes_reference(x, *, order):
    growth = np.exp(x)
    if order == 1:
        return np.log1p(growth), 1 - 1 / (1 + growth)
    return np.log1p(growth), growth / (1 + growth) ** 2


@partial(jax.custom_jvp, nondiff_argnums=(1,))
def safe_norm(x, axis):
    """Euclidean norm along an axis, with slope zero at zero."""
    return jnp.sqrt(jnp.sum(x * x, axis=axis, keepdims=True))


def _safe_norm_jvp(axis, primals, tangents):
    (x,), (x_dot,) = primals, tangents
    norm = jnp.sqrt(jnp.sum(x * x, axis=axis, keepdims=True))
    safe = jnp.where(norm > 0.0, norm, 1.0)
    return norm, jnp.sum(x * x_dot, axis=axis, keepdims=True) / safe


safe_norm.defjvp(_safe_norm_jvp)


def safe_normalize_tangent(x, keep_rows, keep_columns, x_tangent, *, axis):
    """Normalized rows or columns, some of them zero, and their change."""

    def normalize(x):
        norm = safe_norm(x, axis)
        return x / (norm + 0.1)

    mask = keep_rows[:, None] & keep_columns
    return jax.jvp(normalize, (jnp.where(mask, x, 0.0),), (x_tangent,))


def safe_normalize_tangent_reference(x, keep_rows, keep_columns, x_tangent, *, axis):
    value, change = np.zeros_like(x), np.zeros_like(x)
    masked = np.where(np.outer(keep_rows, keep_columns), x, 0.0)
    for k in range(x.shape[1 - axis]):
        place = (slice(None), k) if axis == 0 else k
        line, direction = masked[place], x_tangent[place]
        norm = np.sqrt(np.sum(line**2))
        value[place] = line / (norm + 0.1)
        change[place] = direction / (norm + 0.1)
        if norm > 0:
            norm_dot = np.sum(line * direction) / norm
            change[place] = change[place] - line * norm_dot / (norm + 0.1) ** 2
    return value, change


@jax.custom_vjp
def root_or_zero(x):
    """Square root whose gradient at zero is zero."""
    return jnp.sqrt(x)


def _root_forward(x):
    root = jnp.sqrt(x)
    return root, root


def _root_backward(root, cotangent):
    steep = root > 0.0
    return (jnp.where(steep, 0.5 * cotangent / jnp.where(steep, root, 1.0), 0.0),)


root_or_zero.defvjp(_root_forward, _root_backward)


def rectified_root_pullback(x, y_bar, *, threshold):
    """Roots of what exceeds a threshold, and a cotangent pulled back through them."""

    def excess_root(x):
        return root_or_zero(jnp.maximum(x - threshold, 0.0))

    value, pull_back = jax.vjp(excess_root, x)
    return value, pull_back(y_bar)[0]


def rectified_root_pullback_reference(x, y_bar, *, threshold):
    value, gradient = np.zeros_like(x), np.zeros_like(x)
    for i, excess in enumerate(x - threshold):
        if excess > 0:
            value[i] = np.sqrt(excess)
            gradient[i] = y_bar[i] / (2 * np.sqrt(excess))
    return value, gradient


@jax.custom_jvp
def sharp_softplus(x, beta):
    """Softplus of a given sharpness."""
    return jnp.logaddexp(beta * x, 0.0) / beta


sharp_softplus.defjvps(
    lambda x_dot, ans, x, beta: jax.nn.sigmoid(beta * x) * x_dot,
    lambda beta_dot, ans, x, beta: (
        (x * jax.nn.sigmoid(beta * x) - ans) / beta * beta_dot
    ),
)


def sharp_softplus_tangent(x, beta, x_tangent, beta_tangent, *, squared):
    """Softplus, maybe squared, and its change as argument and sharpness move."""

    def activate(x, beta):
        y = sharp_softplus(x, beta)
        return y * y if squared else y

    return jax.jvp(activate, (x, beta), (x_tangent, beta_tangent))


def sharp_softplus_tangent_reference(x, beta, x_tangent, beta_tangent, *, squared):
    growth = np.exp(beta * x)
    value = np.log(1 + growth) / beta
    share = growth / (1 + growth)
    change = share * x_tangent + (x * share - value) / beta * beta_tangent
    return (value**2, 2 * value * change) if squared else (value, change)


@jax.custom_jvp
def times_own_log(p):
    """A number times its own logarithm, which is zero at zero."""
    positive = p > 0.0
    return jnp.where(positive, p * jnp.log(jnp.where(positive, p, 1.0)), 0.0)


def _times_own_log_jvp(primals, tangents):
    (p,), (p_dot,) = primals, tangents
    positive = p > 0.0
    log = jnp.log(jnp.where(positive, p, 1.0))
    # At zero the slope is infinite; there it counts as flat.
    return p * log, jnp.where(positive, (log + 1.0) * p_dot, 0.0)


times_own_log.defjvp(_times_own_log_jvp)


def entropy_and_gradient(weights, keep, *, bits):
    """Entropy of a distribution with empty cells, and its gradient in the cells."""
    masses = jnp.where(keep, weights, 0.0)
    p = masses / (jnp.sum(masses) + 0.1)

    def entropy(p):
        total = -jnp.sum(times_own_log(p))
        return total / jnp.log(2.0) if bits else total

    return jax.value_and_grad(entropy)(p)


def entropy_and_gradient_reference(weights, keep, *, bits):
    masses = np.where(keep, weights, 0.0)
    p = masses / (np.sum(masses) + 0.1)
    entropy, slopes = np.zeros(()), np.zeros_like(p)
    for i in range(len(p)):
        if keep[i]:
            log = np.log2(p[i]) if bits else np.log(p[i])
            entropy = entropy - p[i] * log
            slopes[i] = -log - (1 / np.log(2) if bits else 1)
    return entropy, slopes


@partial(jax.custom_jvp, nondiff_argnums=(1,))
def stable_logsumexp(x, axis):
    """Logarithm of a sum of exponentials along an axis, which is kept."""
    top = jnp.max(x, axis=axis, keepdims=True)
    return top + jnp.log(jnp.sum(jnp.exp(x - top), axis=axis, keepdims=True))


def _stable_logsumexp_jvp(axis, primals, tangents):
    (x,), (x_dot,) = primals, tangents
    top = jnp.max(x, axis=axis, keepdims=True)
    weights = jnp.exp(x - top)
    total = jnp.sum(weights, axis=axis, keepdims=True)
    slope = jnp.sum(weights * x_dot, axis=axis, keepdims=True) / total
    return top + jnp.log(total), slope


stable_logsumexp.defjvp(_stable_logsumexp_jvp)


def log_softmax_tangent(logits, logits_tangent, *, axis, temperature):
    """Log probabilities and their change along a direction of the logits."""

    def log_softmax(logits):
        scaled = logits / temperature
        return scaled - stable_logsumexp(scaled, axis)

    return jax.jvp(log_softmax, (logits,), (logits_tangent,))


def log_softmax_tangent_reference(logits, logits_tangent, *, axis, temperature):
    weights = np.exp(logits / temperature)
    probs = weights / np.sum(weights, axis=axis, keepdims=True)
    mean = np.sum(probs * logits_tangent, axis=axis, keepdims=True)
    return np.log(probs), (logits_tangent - mean) / temperature


@jax.custom_jvp
def eccentric_anomaly(mean_anomaly, eccentricity):
    """Solve Kepler's equation by Newton's method."""

    def newton(_, anomaly):
        excess = anomaly - eccentricity * jnp.sin(anomaly) - mean_anomaly
        return anomaly - excess / (1.0 - eccentricity * jnp.cos(anomaly))

    return lax.fori_loop(0, 8, newton, mean_anomaly)


eccentric_anomaly.defjvps(
    lambda mean_dot, ans, mean_anomaly, eccentricity: (
        mean_dot / (1.0 - eccentricity * jnp.cos(ans))
    ),
    lambda eccentricity_dot, ans, mean_anomaly, eccentricity: (
        jnp.sin(ans) * eccentricity_dot / (1.0 - eccentricity * jnp.cos(ans))
    ),
)


def kepler_tangent(
    mean_anomaly, eccentricity, anomaly_tangent, eccentricity_tangent, *, true_anomaly
):
    """An orbit's anomaly, and its change by the implicit function theorem."""

    def solve(mean_anomaly, eccentricity):
        anomaly = eccentric_anomaly(mean_anomaly, eccentricity)
        if not true_anomaly:
            return anomaly
        ratio = jnp.sqrt((1.0 + eccentricity) / (1.0 - eccentricity))
        return 2.0 * jnp.arctan(ratio * jnp.tan(0.5 * anomaly))

    primals = mean_anomaly, eccentricity
    return jax.jvp(solve, primals, (anomaly_tangent, eccentricity_tangent))


def kepler_tangent_reference(
    mean_anomaly, eccentricity, anomaly_tangent, eccentricity_tangent, *, true_anomaly
):
    # A contraction, which is slow but sure.
    anomaly = mean_anomaly
    for _ in range(120):
        anomaly = mean_anomaly + eccentricity * np.sin(anomaly)
    rise = 1 - eccentricity * np.cos(anomaly)
    change = (anomaly_tangent + np.sin(anomaly) * eccentricity_tangent) / rise
    if not true_anomaly:
        return anomaly, change
    # Cosine and sine of the true anomaly are known; so is its change.
    flat = np.sqrt(1 - eccentricity**2)
    angle = np.arctan2(flat * np.sin(anomaly), np.cos(anomaly) - eccentricity)
    by_eccentricity = np.sin(anomaly) / (flat * rise)
    return angle, flat / rise * change + by_eccentricity * eccentricity_tangent


def lambert_w_slopes(z, *, branch_start):
    """Lambert's W by Halley's method, with slope and curvature from a closed form."""

    @jax.custom_jvp
    def lambert_w(z):
        def halley(_, w):
            growth = jnp.exp(w)
            excess = w * growth - z
            bend = (w + 2.0) * excess / (2.0 * w + 2.0)
            return w - excess / (growth * (w + 1.0) - bend)

        return lax.fori_loop(0, 10, halley, branch_start * jnp.log1p(z))

    @lambert_w.defjvp
    def lambert_w_jvp(primals, tangents):
        (z,), (z_dot,) = primals, tangents
        w = lambert_w(z)
        return w, z_dot / (jnp.exp(w) * (1.0 + w))

    slope = jax.grad(lambert_w)
    return jax.vmap(lambert_w)(z), jax.vmap(slope)(z), jax.vmap(jax.grad(slope))(z)


def lambert_w_slopes_reference(z, *, branch_start):
    low, high = np.zeros_like(z), 1 + np.zeros_like(z)
    high = np.log(1 + z) + high
    for _ in range(90):
        middle = (low + high) / 2
        above = middle * np.exp(middle) > z
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    w = (low + high) / 2
    slope = 1 / (np.exp(w) * (1 + w))
    curvature = -(w + 2) * np.exp(-2 * w) / (1 + w) ** 3
    return w, slope, curvature


def monotone_inverse_pullback(y, gain, steepness, x_bar, *, steps):
    """Invert an increasing function by bisection; pull a cotangent back implicitly."""

    @jax.custom_vjp
    def invert(y, gain, steepness):
        def halve(_, bracket):
            low, high = bracket
            middle = 0.5 * (low + high)
            above = middle + gain * jnp.tanh(steepness * middle) > y
            return jnp.where(above, low, middle), jnp.where(above, middle, high)

        low, high = lax.fori_loop(0, steps, halve, (y - gain, y + gain))
        return 0.5 * (low + high)

    def forward(y, gain, steepness):
        x = invert(y, gain, steepness)
        return x, (x, gain, steepness)

    def backward(residuals, x_bar):
        x, gain, steepness = residuals
        bent = jnp.tanh(steepness * x)
        flank = gain * (1.0 - bent * bent)
        by_y = x_bar / (1.0 + flank * steepness)
        return by_y, -jnp.sum(by_y * bent), -jnp.sum(by_y * flank * x)

    invert.defvjp(forward, backward)
    x, pull_back = jax.vjp(invert, y, gain, steepness)
    return x, *pull_back(x_bar)


def monotone_inverse_pullback_reference(y, gain, steepness, x_bar, *, steps):
    x = np.zeros_like(y)
    for _ in range(15):  # Newton's steps never overshoot: the function bends down
        bent = np.tanh(steepness * x)
        x = x - (x + gain * bent - y) / (1 + gain * steepness * (1 - bent**2))
    bent = np.tanh(steepness * x)
    slope = 1 + gain * steepness * (1 - bent**2)
    by_gain, by_steepness = -bent / slope, -gain * (1 - bent**2) * x / slope
    return (
        x,
        x_bar / slope,
        np.sum(x_bar * by_gain),
        np.sum(x_bar * by_steepness),
    )


def guarded_power_slope(x, y, *, by):
    """Powers and their slope by base or exponent; the other is not computed."""
    zero = jax.custom_derivatives.SymbolicZero

    @jax.custom_jvp
    def power(x, y):
        return x**y

    def power_jvp(primals, tangents):
        (x, y), (x_dot, y_dot) = primals, tangents
        value = x**y
        moved = jnp.zeros_like(value)
        if not isinstance(x_dot, zero):
            moved += y * x ** (y - 1.0) * x_dot
        if not isinstance(y_dot, zero):
            # The logarithm is never taken of a base that may be zero but for this.
            positive = x > 0.0
            moved += jnp.where(positive, value * jnp.log(x), 0.0) * y_dot
        return value, moved

    power.defjvp(power_jvp, symbolic_zeros=True)
    argnums = {"base": 0, "exponent": 1}[by]
    return jax.vmap(jax.value_and_grad(power, argnums))(jnp.maximum(x, 0.0), y)


def guarded_power_slope_reference(x, y, *, by):
    base = np.maximum(x, 0.0)
    value, slope = np.zeros_like(x), np.zeros_like(x)
    for i, exponent in enumerate(y):
        value[i] = base[i] ** exponent
        if by == "base":
            slope[i] = exponent * base[i] ** (exponent - 1)
        elif base[i] > 0:
            slope[i] = value[i] * np.log(base[i])
    return value, slope
