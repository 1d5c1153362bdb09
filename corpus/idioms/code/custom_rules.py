"""Functions with rules of their own: JAX, and NumPy for what the rules say."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from scipy import special


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


def spiking_neuron_gradient(weights, inputs, *, decay, slope):
    """Spikes of leaky neurons, and their number's gradient by a surrogate slope."""

    @jax.custom_jvp
    def spike(excess):
        return (excess > 0.0).astype(excess.dtype)

    @spike.defjvp
    def spike_jvp(primals, tangents):
        (excess,), (excess_dot,) = primals, tangents
        surrogate = 1.0 / jnp.square(1.0 + slope * jnp.abs(excess))
        return (excess > 0.0).astype(excess.dtype), surrogate * excess_dot

    def count_spikes(weights):
        def step(state, current):
            potential, fired = state
            # A spike resets the potential.
            potential = decay * potential * (1.0 - fired) + weights @ current
            fired = spike(potential - 1.0)
            return (potential, fired), fired

        silent = jnp.zeros_like(weights[:, 0])
        _, spikes = lax.scan(step, (silent, silent), inputs)
        return jnp.sum(jnp.mean(spikes, axis=0)), spikes

    gradient, spikes = jax.grad(count_spikes, has_aux=True)(weights)
    return spikes.astype(jnp.int32), gradient


def spiking_neuron_gradient_reference(weights, inputs, *, decay, slope):
    # Forward sensitivities instead of a pass back through time.
    neurons, steps = len(weights), len(inputs)
    spikes = np.zeros((steps, neurons), dtype=np.int32)
    gradient = np.zeros_like(weights)
    for n in range(neurons):
        potential, fired = np.zeros(()), 0
        moved, fired_moved = np.zeros_like(weights[n]), np.zeros_like(weights[n])
        for t in range(steps):
            moved = decay * (moved * (1 - fired) - potential * fired_moved) + inputs[t]
            potential = decay * potential * (1 - fired) + np.sum(weights[n] * inputs[t])
            fired = int(potential > 1)
            fired_moved = moved / (1 + slope * np.abs(potential - 1)) ** 2
            spikes[t, n] = fired
            gradient[n] = gradient[n] + fired_moved / steps
    return spikes, gradient


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
    x = y
    for _ in range(200):  # as far as is safe where the function is steepest
        x = x - (x + gain * np.tanh(steepness * x) - y) / (1 + gain * steepness)
    bent = np.tanh(steepness * x)
    slope = 1 + gain * steepness * (1 - bent**2)
    by_gain, by_steepness = -bent / slope, -gain * (1 - bent**2) * x / slope
    return (
        x,
        x_bar / slope,
        np.sum(x_bar * by_gain),
        np.sum(x_bar * by_steepness),
    )


def inverse_with_tangent(matrix, matrix_tangent, *, symmetric):
    """A matrix inverse and its change, by two products instead of another inverse."""

    @jax.custom_jvp
    def inverse(matrix):
        return jnp.linalg.inv(matrix)

    @inverse.defjvp
    def inverse_jvp(primals, tangents):
        (matrix,), (matrix_tangent,) = primals, tangents
        inverted = inverse(matrix)
        return inverted, -inverted @ matrix_tangent @ inverted

    def apply(matrix):
        result = inverse(matrix)
        return 0.5 * (result + result.T) if symmetric else result

    return jax.jvp(apply, (matrix,), (matrix_tangent,))


def inverse_with_tangent_reference(matrix, matrix_tangent, *, symmetric):
    inverted = np.linalg.solve(matrix, np.eye(len(matrix)))
    change = -np.linalg.solve(matrix, matrix_tangent @ inverted)
    if symmetric:
        inverted, change = (inverted + inverted.T) / 2, (change + change.T) / 2
    return inverted, change


def log_determinant_gradient(matrix, *, jitter, scale):
    """Log determinant by Cholesky's factor, which the gradient uses again."""

    @jax.custom_vjp
    def log_determinant(matrix):
        return forward(matrix)[0]

    def forward(matrix):
        factor = jnp.linalg.cholesky(matrix)
        return 2.0 * jnp.sum(jnp.log(jnp.diagonal(factor))), factor

    def backward(factor, cotangent):
        identity = jnp.eye(factor.shape[0], dtype=factor.dtype)
        inverse = jax.scipy.linalg.cho_solve((factor, True), identity)
        return (cotangent * inverse,)

    log_determinant.defvjp(forward, backward)

    def objective(matrix):
        diagonal = jitter * jnp.eye(matrix.shape[0], dtype=matrix.dtype)
        return scale * log_determinant(matrix + diagonal)

    return jax.value_and_grad(objective)(matrix)


def log_determinant_gradient_reference(matrix, *, jitter, scale):
    shifted = matrix + jitter * np.eye(len(matrix))
    _, log = np.linalg.slogdet(shifted)
    return scale * log, scale * np.linalg.inv(shifted)


def cholesky_pullback(matrix, factor_bar, *, convention):
    """Cholesky's factor, and a cotangent pulled back by Murray's formula."""

    @jax.custom_vjp
    def cholesky(matrix):
        return jnp.linalg.cholesky(matrix)

    def forward(matrix):
        factor = jnp.linalg.cholesky(matrix)
        return factor, factor

    def backward(factor, factor_bar):
        half = jnp.tril(factor.T @ factor_bar)
        half = half - 0.5 * jnp.diag(jnp.diagonal(half))
        solve = partial(
            jax.scipy.linalg.solve_triangular, factor, trans="T", lower=True
        )
        pulled = solve(solve(half).T)
        gradient = 0.5 * (pulled + pulled.T)
        if convention == "lower":  # the upper triangle is never read
            diagonal = jnp.diag(jnp.diagonal(gradient))
            gradient = 2.0 * jnp.tril(gradient) - diagonal
        return (gradient,)

    cholesky.defvjp(forward, backward)
    factor, pull_back = jax.vjp(cholesky, matrix)
    return factor, pull_back(jnp.tril(factor_bar))[0]


def cholesky_pullback_reference(matrix, factor_bar, *, convention):
    # By the change of the factor along every symmetric direction.
    size = len(matrix)
    factor = np.linalg.cholesky(matrix)
    inverse = np.linalg.inv(factor)
    pulled = np.zeros_like(matrix)
    for i, j in np.ndindex(matrix.shape):
        direction = np.zeros((size, size))
        direction[i, j] = direction[j, i] = 1.0
        inner = inverse @ direction @ inverse.T
        change = factor @ (np.tril(inner) - np.diag(np.diag(inner)) / 2)
        pulled[i, j] = np.sum(np.tril(factor_bar) * change)
        if convention == "lower":
            pulled[i, j] = pulled[i, j] if i >= j else 0.0
        elif i != j:
            pulled[i, j] = pulled[i, j] / 2
    return factor, pulled


def matrix_root_tangent(matrix, matrix_tangent, *, inverse):
    """Square root of a symmetric matrix, and its change by Sylvester's equation."""

    @jax.custom_jvp
    def root(matrix):
        values, vectors = jnp.linalg.eigh(matrix)
        power = -0.5 if inverse else 0.5
        return (vectors * values**power) @ vectors.T

    @root.defjvp
    def root_jvp(primals, tangents):
        (matrix,), (matrix_tangent,) = primals, tangents
        values, vectors = jnp.linalg.eigh(matrix)
        roots = jnp.sqrt(values)
        sums = roots[:, None] + roots
        inner = vectors.T @ matrix_tangent @ vectors
        if inverse:
            ratios = -inner / (sums * jnp.outer(roots, roots))
            return (vectors / roots) @ vectors.T, vectors @ ratios @ vectors.T
        return (vectors * roots) @ vectors.T, vectors @ (inner / sums) @ vectors.T

    direction = 0.5 * (matrix_tangent + matrix_tangent.T)
    return jax.jvp(root, (matrix,), (direction,))


def matrix_root_tangent_reference(matrix, matrix_tangent, *, inverse):
    size = len(matrix)
    values, vectors = np.linalg.eigh(matrix)
    root = vectors @ np.diag(np.sqrt(values)) @ vectors.T
    direction = (matrix_tangent + matrix_tangent.T) / 2
    identity = np.eye(size)
    system = np.kron(root, identity) + np.kron(identity, root)
    change = np.linalg.solve(system, direction.reshape(-1)).reshape(size, size)
    if inverse:
        inverted = np.linalg.inv(root)
        return inverted, -inverted @ change @ inverted
    return root, change


def spectral_loss_gradient(matrix, *, function):
    """Sum of a function of a matrix's eigenvalues, and its gradient by the vectors."""

    @jax.custom_vjp
    def spectral_sum(matrix):
        return forward(matrix)[0]

    def forward(matrix):
        values, vectors = jnp.linalg.eigh(matrix)
        if function == "entropy":
            total, slopes = -jnp.sum(values * jnp.log(values)), -jnp.log(values) - 1.0
        elif function == "log_exponential":
            slopes = jax.nn.softmax(values)
            total = jax.nn.logsumexp(values)
        else:
            total, slopes = jnp.sum(1.0 / values), -1.0 / jnp.square(values)
        return total, (vectors, slopes)

    def backward(residuals, cotangent):
        vectors, slopes = residuals
        return ((vectors * (cotangent * slopes)) @ vectors.T,)

    spectral_sum.defvjp(forward, backward)
    return jax.value_and_grad(spectral_sum)(matrix)


def spectral_loss_gradient_reference(matrix, *, function):
    if function == "inverse":
        inverted = np.linalg.inv(matrix)
        return np.trace(inverted), -inverted @ inverted
    values, vectors = np.linalg.eigh(matrix)
    gradient, total = np.zeros_like(matrix), np.zeros(())
    for k, value in enumerate(values):
        if function == "entropy":
            total = total - value * np.log(value)
            slope = -1 - np.log(value)
        else:
            slope = np.exp(value) / np.sum(np.exp(values))
        gradient = gradient + slope * np.outer(vectors[:, k], vectors[:, k])
    if function == "log_exponential":
        total = np.log(np.sum(np.exp(values)))
    return total, gradient


def domain_adversarial_gradients(x, w_features, w_domain, labels, *, strength):
    """Gradients of a domain classifier whose features learn to mislead it."""

    @jax.custom_vjp
    def reverse(features):
        return features

    reverse.defvjp(lambda x: (x, None), lambda _, cotangent: (-strength * cotangent,))

    def loss(w_features, w_domain):
        features = jnp.tanh(x @ w_features)
        logits = reverse(features) @ w_domain
        return jnp.mean(jax.nn.softplus(jnp.where(labels, -logits, logits)))

    return jax.value_and_grad(loss, argnums=(0, 1))(w_features, w_domain)


def domain_adversarial_gradients_reference(
    x, w_features, w_domain, labels, *, strength
):
    value = np.zeros(())
    d_features, d_domain = np.zeros_like(w_features), np.zeros_like(w_domain)
    for row, label in zip(x, labels):
        sign = -1 if label else 1
        features = np.tanh(w_features.T @ row)
        margin = sign * np.sum(features * w_domain)
        value = value + np.log(1 + np.exp(margin)) / len(x)
        slope = sign / (1 + np.exp(-margin)) / len(x)
        d_domain = d_domain + slope * features
        back = -strength * slope * w_domain * (1 - features**2)
        d_features = d_features + np.outer(row, back)
    return value, (d_features, d_domain)


@partial(jax.custom_vjp, nondiff_argnums=(1,))
def scale_gradient(x, factor):
    """Nothing on the way forward; a factor on the way back."""
    return x


scale_gradient.defvjp(
    lambda x, factor: (x, None), lambda factor, _, cotangent: (factor * cotangent,)
)


def unrolled_model_gradient(state, weights, rewards, *, factor):
    """Gradient of an unrolled model whose state's gradient is scaled at every step."""

    def loss(state, weights):
        def step(state, reward):
            state = jnp.tanh(weights @ scale_gradient(state, factor))
            return state, jnp.square(jnp.sum(state) - reward)

        _, losses = lax.scan(step, state, rewards)
        return jnp.mean(losses)

    return jax.value_and_grad(loss, argnums=(0, 1))(state, weights)


def unrolled_model_gradient_reference(state, weights, rewards, *, factor):
    states = [state]
    for _ in rewards:
        states.append(np.tanh(weights @ states[-1]))
    errors = [np.sum(s) - reward for s, reward in zip(states[1:], rewards)]
    value = sum(error * error for error in errors) / len(rewards)
    back, d_weights = np.zeros_like(state), np.zeros_like(weights)
    for t in reversed(range(len(rewards))):
        back = back + 2 * errors[t] / len(rewards)
        inner = back * (1 - states[t + 1] ** 2)
        d_weights = d_weights + np.outer(inner, states[t])
        back = factor * (weights.T @ inner)
    return value, (back, d_weights)


@jax.custom_vjp
def clip_gradient(low, high, x):
    """Nothing on the way forward; bounds for the cotangent on the way back."""
    return x


def _clip_gradient_forward(low, high, x):
    return x, (low, high)


def _clip_gradient_backward(bounds, cotangent):
    return None, None, jnp.clip(cotangent, *bounds)


clip_gradient.defvjp(_clip_gradient_forward, _clip_gradient_backward)


def clipped_slopes(x, low, high, *, function):
    """Values of a function and its slopes, which are clipped."""

    def clipped(x):
        inner = clip_gradient(low, high, x)
        if function == "cosine":
            return jnp.cos(3.0 * inner)
        return inner**3 - inner if function == "cubic" else jnp.exp(inner)

    return jax.vmap(jax.value_and_grad(clipped))(x)


def clipped_slopes_reference(x, low, high, *, function):
    if function == "cosine":
        value, slope = np.cos(3 * x), -3 * np.sin(3 * x)
    elif function == "cubic":
        value, slope = x**3 - x, 3 * x**2 - 1
    else:
        value = slope = np.exp(x)
    return value, np.minimum(np.maximum(slope, low), high)


def norm_clipped_recurrence(weights, inputs, start, y_bar, *, limit, per_row):
    """Pull a cotangent back through time, its norm bounded at every step."""

    @jax.custom_vjp
    def bounded(state):
        return state

    def backward(_, y_bar):
        axis = -1 if per_row else None
        norm = jnp.sqrt(jnp.sum(y_bar**2, axis=axis, keepdims=True))
        return (y_bar * jnp.minimum(1.0, limit / norm),)

    bounded.defvjp(lambda state: (state, None), backward)

    def run(start):
        def step(state, x):
            return jnp.tanh(bounded(state) @ weights + x), None

        return lax.scan(step, start, inputs)[0]

    last, pull_back = jax.vjp(run, start)
    return last, pull_back(y_bar)[0]


def norm_clipped_recurrence_reference(weights, inputs, start, y_bar, *, limit, per_row):
    states = [start]
    for x in inputs:
        states.append(np.tanh(states[-1] @ weights + x))
    back = y_bar
    for state in reversed(states[1:]):
        back = (back * (1 - state**2)) @ weights.T
        if per_row:
            norms = [np.maximum(np.sqrt(np.sum(row**2)), limit) for row in back]
            back = np.stack([limit * row / norm for row, norm in zip(back, norms)])
        else:
            back = back * limit / np.maximum(np.sqrt(np.sum(back**2)), limit)
    return states[-1], back


def binarized_layer_gradient(x, weights, targets, *, clip, scaled):
    """A layer with binary weights, whose gradient passes straight through the sign."""

    @jax.custom_vjp
    def binarize(weights):
        return jnp.where(weights >= 0.0, 1.0, -1.0).astype(weights.dtype)

    def backward(weights, cotangent):
        # Weights that are far out already learn no more.
        return (jnp.where(jnp.abs(weights) <= clip, cotangent, 0.0),)

    binarize.defvjp(lambda weights: (binarize(weights), weights), backward)

    def loss(weights):
        binary = binarize(weights)
        if scaled:
            binary = binary * jnp.mean(jnp.abs(weights), axis=0)
        return 0.5 * jnp.mean(jnp.square(x @ binary - targets))

    return jax.value_and_grad(loss)(weights)


def binarized_layer_gradient_reference(x, weights, targets, *, clip, scaled):
    fan_in = len(weights)
    signs = np.where(weights >= 0, 1.0, -1.0)
    sizes = np.sum(np.abs(weights), axis=0) / fan_in
    if not scaled:
        sizes = np.ones(weights.shape[1])
    errors = x @ (signs * sizes) - targets
    pulled = x.T @ errors / errors.size
    gradient = np.where(np.abs(weights) <= clip, pulled * sizes, 0.0)
    if scaled:
        for k in range(weights.shape[1]):
            by_size = np.sum(pulled[:, k] * signs[:, k])
            gradient[:, k] = gradient[:, k] + by_size * signs[:, k] / fan_in
    return np.sum(errors**2) / (2 * errors.size), gradient


def fake_quantized_gradient(x, weights, *, scale, bits, rounding_gradient):
    """Loss and gradient with weights that are rounded on the way forward only."""

    @partial(jax.custom_vjp, nondiff_argnums=(1,))
    def fake_quantize(x, bits):
        most = 2 ** (bits - 1) - 1
        return jnp.clip(jnp.round(x / scale), -most - 1, most) * scale

    def forward(x, bits):
        most = 2 ** (bits - 1) - 1
        inside = (x >= (-most - 1) * scale) & (x <= most * scale)
        return fake_quantize(x, bits), inside

    def backward(bits, inside, cotangent):
        return (jnp.where(inside, rounding_gradient * cotangent, 0.0),)

    fake_quantize.defvjp(forward, backward)

    def loss(weights):
        y = x @ fake_quantize(weights, bits)
        return jnp.sum(jax.nn.softplus(y))

    return jax.value_and_grad(loss)(weights)


def fake_quantized_gradient_reference(x, weights, *, scale, bits, rounding_gradient):
    low, high = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
    levels = np.minimum(np.maximum(np.rint(weights / scale), low), high)
    y = x @ (scale * levels)
    gradient = rounding_gradient * (x.T @ (1 / (1 + np.exp(-y))))
    inside = (weights / scale >= low) & (weights / scale <= high)
    return np.sum(np.log(1 + np.exp(y))), np.where(inside, gradient, 0.0)


def learned_step_gradient(x, step, y_bar, *, bits, signed):
    """Quantize by a learned step; pull a cotangent back to the values and the step."""
    low = -(2 ** (bits - 1)) if signed else 0
    high = 2 ** (bits - 1) - 1 if signed else 2**bits - 1

    @jax.custom_vjp
    def quantize(x, step):
        return jnp.round(jnp.clip(x / step, low, high)) * step

    def forward(x, step):
        return quantize(x, step), (x / step,)

    def backward(residuals, y_bar):
        (ratio,) = residuals
        inside = (ratio > low) & (ratio < high)
        slope = jnp.round(jnp.clip(ratio, low, high)) - jnp.where(inside, ratio, 0.0)
        # So that the step learns as fast as the values.
        balance = 1.0 / (ratio.size * high) ** 0.5
        by_step = balance * jnp.sum(slope * y_bar)
        return jnp.where(inside, y_bar, 0.0), by_step

    quantize.defvjp(forward, backward)
    value, pull_back = jax.vjp(quantize, x, step)
    return value, *pull_back(y_bar)


def learned_step_gradient_reference(x, step, y_bar, *, bits, signed):
    low, high = (
        (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    )
    value, by_x, by_step = np.zeros_like(x), np.zeros_like(x), np.zeros(())
    for i in range(len(x)):
        ratio = x[i] / step
        if ratio <= low or ratio >= high:
            level = slope = low if ratio <= low else high
        else:
            level = np.rint(ratio)
            slope = level - ratio
            by_x[i] = y_bar[i]
        value[i] = level * step
        by_step = by_step + slope * y_bar[i]
    return value, by_x, by_step / np.sqrt(len(x) * high)


def equilibrium_pullback(weights, inputs, bias, z_bar, *, iterations):
    """A layer's fixed point, and a cotangent pulled back by another fixed point."""

    def apply(params, inputs, z):
        weights, bias = params
        return jnp.tanh(weights @ z + inputs + bias)

    @jax.custom_vjp
    def equilibrium(params, inputs):
        return forward(params, inputs)[0]

    def forward(params, inputs):
        def iterate(_, z):
            return apply(params, inputs, z)

        z = lax.fori_loop(0, iterations, iterate, jnp.zeros_like(inputs))
        return z, (params, inputs, z)

    def backward(residuals, z_bar):
        params, inputs, z = residuals
        _, pull_to_state = jax.vjp(lambda z: apply(params, inputs, z), z)

        def iterate(_, adjoint):
            return z_bar + pull_to_state(adjoint)[0]

        adjoint = lax.fori_loop(0, iterations, iterate, z_bar)
        _, pull_to_inputs = jax.vjp(lambda p, x: apply(p, x, z), params, inputs)
        return pull_to_inputs(adjoint)

    equilibrium.defvjp(forward, backward)
    norm = jnp.max(jnp.sum(jnp.abs(weights), axis=1))
    params = weights * (0.5 / norm), bias
    z, pull_back = jax.vjp(equilibrium, params, inputs)
    (d_weights, d_bias), d_inputs = pull_back(z_bar)
    return z, d_weights, d_bias + d_inputs


def equilibrium_pullback_reference(weights, inputs, bias, z_bar, *, iterations):
    size = len(weights)
    rows = np.array([np.sum(np.abs(row)) for row in weights])
    weights = weights / (2 * np.max(rows))
    z = np.zeros(size)
    for _ in range(70):
        z = np.tanh(weights @ z + inputs + bias)
    # The adjoint of the fixed point solves a linear system.
    slopes = 1 - z * z
    adjoint = np.linalg.solve((np.eye(size) - slopes[:, None] * weights).T, z_bar)
    inner = adjoint * slopes
    return z, np.outer(inner, z), 2 * inner


def ridge_argmin_pullback(x, y, penalty, weights_bar, *, intercept):
    """Ridge regression, and a cotangent pulled back through its normal equations."""

    @jax.custom_vjp
    def solve(x, y, penalty):
        return forward(x, y, penalty)[0]

    def forward(x, y, penalty):
        identity = jnp.eye(x.shape[1], dtype=x.dtype)
        factor = jax.scipy.linalg.cho_factor(x.T @ x + penalty * identity)
        weights = jax.scipy.linalg.cho_solve(factor, x.T @ y)
        return weights, (x, y, weights, factor[0])

    def backward(residuals, weights_bar):
        x, y, weights, factor = residuals
        adjoint = jax.scipy.linalg.cho_solve((factor, False), weights_bar)
        moved = x @ adjoint
        by_x = jnp.outer(y - x @ weights, adjoint) - jnp.outer(moved, weights)
        return by_x, moved, -jnp.vdot(adjoint, weights)

    solve.defvjp(forward, backward)

    def regress(x, y, penalty):
        if intercept:
            x, y = x - jnp.mean(x, axis=0), y - jnp.mean(y)
        return solve(x, y, penalty)

    weights, pull_back = jax.vjp(regress, x, y, penalty)
    return weights, pull_back(weights_bar)


def ridge_argmin_pullback_reference(x, y, penalty, weights_bar, *, intercept):
    count, size = x.shape
    center = np.eye(count) - (1 / count if intercept else 0.0)
    x, y = center @ x, center @ y
    inverse = np.linalg.inv(x.T @ x + penalty * np.eye(size))
    weights = inverse @ (x.T @ y)
    by_x, by_y = np.zeros_like(x), np.zeros_like(y)
    for n in range(count):
        right = inverse @ x[n]
        by_y[n] = np.sum(weights_bar * right)
        for k in range(size):
            # One element of the matrix moves.
            pushed = np.zeros(size)
            pushed[k] = y[n] - np.sum(x[n] * weights)
            by_x[n, k] = np.sum(weights_bar * (inverse @ pushed - weights[k] * right))
    by_penalty = -np.sum(weights_bar * (inverse @ weights))
    return weights, (center @ by_x, center @ by_y, by_penalty)


def linear_solve_pullback(matrix, right, solution_bar, *, transposed):
    """Solve a linear system, and pull a cotangent back by the transposed one."""

    @jax.custom_vjp
    def solve(matrix, right):
        return jnp.linalg.solve(matrix, right)

    def forward(matrix, right):
        solution = jnp.linalg.solve(matrix, right)
        return solution, (matrix, solution)

    def backward(residuals, solution_bar):
        matrix, solution = residuals
        adjoint = jnp.linalg.solve(matrix.T, solution_bar)
        return -adjoint @ solution.T, adjoint

    solve.defvjp(forward, backward)

    def system(matrix, right):
        return solve(matrix.T if transposed else matrix, right)

    solution, pull_back = jax.vjp(system, matrix, right)
    return solution, *pull_back(solution_bar)


def linear_solve_pullback_reference(matrix, right, solution_bar, *, transposed):
    inverse = np.linalg.inv(matrix)
    if transposed:
        inverse = inverse.T
    solution, adjoint = inverse @ right, inverse.T @ solution_bar
    by_matrix = np.zeros_like(matrix)
    for i, j in np.ndindex(matrix.shape):
        place = (j, i) if transposed else (i, j)
        by_matrix[place] = -np.sum(adjoint[i] * solution[j])
    return solution, by_matrix, adjoint


@jax.custom_vjp
def classification_loss(logits, labels, smoothing):
    """Smoothed cross entropy, by example."""
    return _classification_forward(logits, labels, smoothing)[0]


def _classification_forward(logits, labels, smoothing):
    log_probs = jax.nn.log_softmax(logits)
    hot = jax.nn.one_hot(labels, logits.shape[-1], dtype=logits.dtype)
    soft = (1.0 - smoothing) * hot + smoothing / logits.shape[-1]
    return -jnp.sum(soft * log_probs, axis=-1), (jnp.exp(log_probs), soft)


def _classification_backward(residuals, cotangent):
    probs, soft = residuals
    # Labels have no gradient, and none is wanted for the smoothing.
    return (probs - soft) * cotangent[..., None], None, None


classification_loss.defvjp(_classification_forward, _classification_backward)


def cross_entropy_residuals(logits, labels, weights, *, smoothing):
    """Weighted cross entropy, and its gradient from the probabilities it has kept."""

    def loss(logits):
        losses = classification_loss(logits, labels, smoothing)
        return jnp.sum(weights * losses) / jnp.sum(weights)

    return jax.value_and_grad(loss)(logits)


def cross_entropy_residuals_reference(logits, labels, weights, *, smoothing):
    classes = logits.shape[1]
    total, gradient = np.zeros(()), np.zeros_like(logits)
    for n, label in enumerate(labels):
        scores = np.exp(logits[n])
        probs = scores / np.sum(scores)
        share = weights[n] / np.sum(weights)
        for k in range(classes):
            target = smoothing / classes + (1 - smoothing if k == label else 0)
            total = total - share * target * np.log(probs[k])
            gradient[n, k] = share * (probs[k] - target)
    return total, gradient


def flash_attention_pullback(query, key, value, y_bar, *, block, causal):
    """Attention whose backward pass computes the weights again, block by block."""
    scale = query.shape[1] ** -0.5
    starts = range(0, key.shape[0], block)

    def block_scores(query, key, start):
        keys = key[start : start + block]
        scores = scale * query @ keys.T
        if not causal:
            return scores
        columns = start + jnp.arange(keys.shape[0])
        rows = jnp.arange(query.shape[0])[:, None]
        return jnp.where(columns <= rows, scores, -1e30)

    @jax.custom_vjp
    def attend(query, key, value):
        return forward(query, key, value)[0]

    def forward(query, key, value):
        total = jnp.zeros((query.shape[0], value.shape[1]), query.dtype)
        norm = jnp.zeros((query.shape[0], 1), query.dtype)
        top = jnp.full_like(norm, -1e30)
        for start in starts:
            scores = block_scores(query, key, start)
            new_top = jnp.maximum(top, jnp.max(scores, axis=1, keepdims=True))
            weights = jnp.exp(scores - new_top)
            rescale = jnp.exp(top - new_top)
            norm = rescale * norm + jnp.sum(weights, axis=1, keepdims=True)
            total = rescale * total + weights @ value[start : start + block]
            top = new_top
        output = total / norm
        return output, (query, key, value, output, top + jnp.log(norm))

    def backward(residuals, y_bar):
        query, key, value, output, log_norm = residuals
        dot = jnp.sum(y_bar * output, axis=1, keepdims=True)
        d_query, d_keys, d_values = jnp.zeros_like(query), [], []
        for start in starts:
            weights = jnp.exp(block_scores(query, key, start) - log_norm)
            d_values.append(weights.T @ y_bar)
            d_weights = y_bar @ value[start : start + block].T
            d_scores = scale * weights * (d_weights - dot)
            d_query += d_scores @ key[start : start + block]
            d_keys.append(d_scores.T @ query)
        return d_query, jnp.concatenate(d_keys), jnp.concatenate(d_values)

    attend.defvjp(forward, backward)
    output, pull_back = jax.vjp(attend, query, key, value)
    return output, *pull_back(y_bar)


def flash_attention_pullback_reference(query, key, value, y_bar, *, block, causal):
    output = np.zeros((len(query), value.shape[1]))
    d_query, d_key, d_value = (np.zeros_like(x) for x in (query, key, value))
    root = np.sqrt(query.shape[1])
    for i in range(len(query)):
        seen = min(i + 1, len(key)) if causal else len(key)
        scores = key[:seen] @ query[i] / root
        weights = np.exp(scores - np.max(scores))
        weights = weights / np.sum(weights)
        output[i] = weights @ value[:seen]
        for j in range(seen):
            gap = np.sum(y_bar[i] * (value[j] - output[i]))
            slope = weights[j] * gap / root
            d_query[i] = d_query[i] + slope * key[j]
            d_key[j] = d_key[j] + slope * query[i]
            d_value[j] = d_value[j] + weights[j] * y_bar[i]
    return output, d_query, d_key, d_value


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


def recomputed_activation_gradient(x, weights, *, activation):
    """Gradient of a layer that keeps its input only, and computes the rest again."""

    @jax.custom_vjp
    def activate(x):
        if activation == "mish":
            return x * jnp.tanh(jax.nn.softplus(x))
        return x * jax.nn.sigmoid(1.702 * x)

    def backward(x, cotangent):
        if activation == "mish":
            bent = jnp.tanh(jax.nn.softplus(x))
            slope = bent + x * jax.nn.sigmoid(x) * (1.0 - bent * bent)
        else:
            gate = jax.nn.sigmoid(1.702 * x)
            slope = gate + 1.702 * x * gate * (1.0 - gate)
        return (slope * cotangent,)

    activate.defvjp(lambda x: (activate(x), x), backward, optimize_remat=True)

    def loss(weights):
        return jnp.mean(jnp.square(activate(x @ weights)))

    return jax.value_and_grad(jax.checkpoint(loss))(weights)


def recomputed_activation_gradient_reference(x, weights, *, activation):
    value, gradient = np.zeros(()), np.zeros_like(weights)
    count = len(x) * weights.shape[1]
    for row in x:
        z = row @ weights
        growth = np.exp(z)
        if activation == "mish":
            square = (1 + growth) ** 2
            bent = (square - 1) / (square + 1)
            slope = bent + z * (1 - bent**2) * growth / (1 + growth)
        else:
            bent = 1 / (1 + np.exp(-1.702 * z))
            slope = bent + 1.702 * z * bent * (1 - bent)
        value = value + np.sum((z * bent) ** 2) / count
        gradient = gradient + np.outer(row, 2 * z * bent * slope / count)
    return value, gradient


def reversible_blocks_gradient(x, w_left, w_right, target, *, depth, activation):
    """Gradient of reversible layers, whose inputs the backward pass reconstructs."""
    bend = {"tanh": jnp.tanh, "sine": jnp.sin}[activation]

    def part(weights, x):
        return bend(x @ weights)

    @jax.custom_vjp
    def layers(weights, left, right):
        return forward(weights, left, right)[0]

    def forward(weights, left, right):
        w_left, w_right = weights
        for _ in range(depth):
            left = left + part(w_left, right)
            right = right + part(w_right, left)
        return (left, right), (weights, left, right)

    def backward(residuals, cotangents):
        (w_left, w_right), left, right = residuals
        d_left, d_right = cotangents
        d_w_left, d_w_right = jnp.zeros_like(w_left), jnp.zeros_like(w_right)
        for _ in range(depth):
            # What was added last is subtracted first.
            added, pull_back = jax.vjp(part, w_right, left)
            right = right - added
            to_weights, to_left = pull_back(d_right)
            d_w_right, d_left = d_w_right + to_weights, d_left + to_left
            added, pull_back = jax.vjp(part, w_left, right)
            left = left - added
            to_weights, to_right = pull_back(d_left)
            d_w_left, d_right = d_w_left + to_weights, d_right + to_right
        return (d_w_left, d_w_right), d_left, d_right

    layers.defvjp(forward, backward)

    def loss(weights, x):
        left, right = jnp.split(x, 2, axis=-1)
        output = jnp.concatenate(layers(weights, left, right), axis=-1)
        return 0.5 * jnp.mean(jnp.square(output - target))

    return jax.value_and_grad(loss, argnums=(0, 1))((w_left, w_right), x)


def reversible_blocks_gradient_reference(
    x, w_left, w_right, target, *, depth, activation
):
    bend, slope = np.tanh, lambda z: 1 - np.tanh(z) ** 2
    if activation == "sine":
        bend, slope = np.sin, np.cos
    half = x.shape[1] // 2
    d_left, d_right = np.zeros_like(w_left), np.zeros_like(w_right)
    d_x, value = np.zeros_like(x), np.zeros(())
    for n, row in enumerate(x):
        left, right, tape = row[:half], row[half:], []
        for _ in range(depth):
            tape.append(right)
            left = left + bend(w_left.T @ right)
            tape.append(left)
            right = right + bend(w_right.T @ left)
        errors = (np.concatenate([left, right]) - target[n]) / x.size
        value = value + np.sum(errors**2) * x.size / 2
        by_left, by_right = errors[:half], errors[half:]
        for _ in range(depth):
            state = tape.pop()
            inner = by_right * slope(w_right.T @ state)
            d_right = d_right + np.outer(state, inner)
            by_left = by_left + w_right @ inner
            state = tape.pop()
            inner = by_left * slope(w_left.T @ state)
            d_left = d_left + np.outer(state, inner)
            by_right = by_right + w_left @ inner
        d_x[n] = np.concatenate([by_left, by_right])
    return value, ((d_left, d_right), d_x)


def leapfrog_adjoint(position, momentum, stiffness, *, steps, dt):
    """Energy after leapfrog steps, whose gradient integrates back in time."""

    def force(stiffness, position):
        return -stiffness * jnp.sin(position)

    def step(stiffness, position, momentum, dt):
        momentum = momentum + 0.5 * dt * force(stiffness, position)
        position = position + dt * momentum
        return position, momentum + 0.5 * dt * force(stiffness, position)

    @jax.custom_vjp
    def integrate(stiffness, position, momentum):
        return forward(stiffness, position, momentum)[0]

    def forward(stiffness, position, momentum):
        def advance(_, state):
            return step(stiffness, *state, dt)

        last = lax.fori_loop(0, steps, advance, (position, momentum))
        return last, (stiffness, *last)

    def backward(residuals, cotangents):
        stiffness, *last = residuals

        def retreat(_, carry):
            state, (d_stiffness, *adjoint) = carry
            # No state was kept: the way back is the same method with the time reversed.
            state = step(stiffness, *state, -dt)
            _, pull_back = jax.vjp(lambda k, q, p: step(k, q, p, dt), stiffness, *state)
            to_stiffness, *adjoint = pull_back(tuple(adjoint))
            return state, (d_stiffness + to_stiffness, *adjoint)

        start = tuple(last), (jnp.zeros_like(stiffness), *cotangents)
        _, gradients = lax.fori_loop(0, steps, retreat, start)
        return gradients

    integrate.defvjp(forward, backward)

    def energy(stiffness, position, momentum):
        position, momentum = integrate(stiffness, position, momentum)
        return jnp.sum(jnp.square(position) + 0.5 * jnp.square(momentum))

    value_and_grad = jax.value_and_grad(energy, argnums=(0, 1, 2))
    return value_and_grad(stiffness, position, momentum)


def leapfrog_adjoint_reference(position, momentum, stiffness, *, steps, dt):
    # Tangents of each coordinate by its position, its momentum and its stiffness.
    value, gradients = np.zeros(()), [np.zeros_like(position) for _ in range(3)]
    for i in range(len(position)):
        k, q, p = stiffness[i], position[i], momentum[i]
        dq, dp = np.array([0.0, 1.0, 0.0]), np.array([0.0, 0.0, 1.0])
        by_k = np.array([1.0, 0.0, 0.0])
        for half_step in range(2 * steps):
            bend = by_k * np.sin(q) + k * np.cos(q) * dq
            p, dp = p - dt / 2 * k * np.sin(q), dp - dt / 2 * bend
            if half_step % 2 == 0:
                q, dq = q + dt * p, dq + dt * dp
        value = value + q * q + p * p / 2
        for part, slope in zip(gradients, 2 * q * dq + p * dp):
            part[i] = slope
    return value, tuple(gradients)


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


def straight_through_choice(logits, noise, values, *, temperature):
    """Choose one value per row by perturbed logits; the gradient is the softmax's."""

    @jax.custom_jvp
    def choose(perturbed):
        best = jnp.argmax(perturbed, axis=-1)
        return jax.nn.one_hot(best, perturbed.shape[-1], dtype=perturbed.dtype)

    @choose.defjvp
    def choose_jvp(primals, tangents):
        (perturbed,), (perturbed_dot,) = primals, tangents
        probs = jax.nn.softmax(perturbed / temperature, axis=-1)
        mean = jnp.sum(probs * perturbed_dot, axis=-1, keepdims=True)
        return choose(perturbed), probs * (perturbed_dot - mean) / temperature

    def loss(logits, values):
        gumbel = -jnp.log(-jnp.log(noise))
        chosen = choose(logits + gumbel) @ values
        return jnp.sum(jnp.tanh(chosen)), chosen

    gradients, chosen = jax.grad(loss, argnums=(0, 1), has_aux=True)(logits, values)
    return chosen, *gradients


def straight_through_choice_reference(logits, noise, values, *, temperature):
    perturbed = logits - np.log(-np.log(noise))
    chosen = np.zeros((len(logits), values.shape[1]))
    by_logits, by_values = np.zeros_like(logits), np.zeros_like(values)
    for n, row in enumerate(perturbed):
        best = int(np.argmax(row))
        chosen[n] = values[best]
        slope = 1 - np.tanh(values[best]) ** 2
        by_values[best] = by_values[best] + slope
        weights = np.exp((row - np.max(row)) / temperature)
        probs = weights / np.sum(weights)
        scores = values @ slope
        by_logits[n] = probs * (scores - np.sum(probs * scores)) / temperature
    return chosen, by_logits, by_values


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


def frequency_scaled_embedding(table, tokens, targets, *, max_norm):
    """Gradient of an embedding table, divided by how often each row was looked up."""

    @jax.custom_vjp
    def embed(table, tokens):
        return table[tokens]

    def forward(table, tokens):
        return table[tokens], (table, tokens)

    def backward(residuals, cotangent):
        table, tokens = residuals
        counts = jnp.zeros(table.shape[0], table.dtype).at[tokens].add(1.0)
        shares = cotangent / counts[tokens][:, None]
        # Positions in a table have no gradient.
        return jnp.zeros_like(table).at[tokens].add(shares), None

    embed.defvjp(forward, backward)

    def loss(table):
        rows = embed(table, tokens)
        norms = jnp.sqrt(jnp.sum(jnp.square(rows), axis=1, keepdims=True))
        rows = rows * lax.stop_gradient(jnp.minimum(1.0, max_norm / norms))
        return 0.5 * jnp.sum(jnp.square(rows - targets))

    return jax.value_and_grad(loss)(table)


def frequency_scaled_embedding_reference(table, tokens, targets, *, max_norm):
    value, gradient = np.zeros(()), np.zeros_like(table)
    for token, target in zip(tokens, targets):
        row = table[token]
        scale = max_norm / np.maximum(np.sqrt(np.sum(row**2)), max_norm)
        value = value + np.sum((scale * row - target) ** 2) / 2
        share = scale * (scale * row - target) / int(np.sum(tokens == token))
        gradient[token] = gradient[token] + share
    return value, gradient


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


def ball_projection_tangent(x, radius, x_tangent, radius_tangent, *, norm):
    """Project rows onto a ball; how the projection moves with the rows and the ball."""

    def size_of(x):
        if norm == "largest":
            return jnp.max(jnp.abs(x), axis=-1, keepdims=True)
        return jnp.sqrt(jnp.sum(x * x, axis=-1, keepdims=True))

    @jax.custom_jvp
    def project(x, radius):
        if norm == "largest":
            return jnp.clip(x, -radius, radius)
        return x * jnp.minimum(1.0, radius / size_of(x))

    @project.defjvp
    def project_jvp(primals, tangents):
        (x, radius), (x_tangent, radius_tangent) = primals, tangents
        outside = size_of(x) > radius
        if norm == "largest":
            moved = jnp.where(
                jnp.abs(x) > radius, jnp.sign(x) * radius_tangent, x_tangent
            )
        else:
            normal = x / size_of(x)
            along = jnp.sum(normal * x_tangent, axis=-1, keepdims=True)
            tangential = radius / size_of(x) * (x_tangent - along * normal)
            moved = tangential + radius_tangent * normal
        return project(x, radius), jnp.where(outside, moved, x_tangent)

    return jax.jvp(project, (x, radius), (x_tangent, radius_tangent))


def ball_projection_tangent_reference(x, radius, x_tangent, radius_tangent, *, norm):
    value, change = x.copy(), x_tangent.copy()
    for n, row in enumerate(x):
        if norm == "largest":
            for k in range(len(row)):
                if np.abs(row[k]) > radius:
                    value[n, k] = np.sign(row[k]) * radius
                    change[n, k] = np.sign(row[k]) * radius_tangent
            continue
        length = np.sqrt(np.sum(row**2))
        if length > radius:
            value[n] = row * radius / length
            shrink = radius * np.sum(row * x_tangent[n]) / length**3
            scale = radius / length
            change[n] = (
                scale * x_tangent[n] - shrink * row + radius_tangent / length * row
            )
    return value, change


def vector_quantizer_gradients(x, codebook, targets, *, commitment):
    """Replace vectors by their nearest codes; gradients of vectors and codes."""

    @jax.custom_vjp
    def pass_through(x, codes):
        return codes

    pass_through.defvjp(lambda x, codes: (codes, None), lambda _, g: (g, None))

    def loss(x, codebook):
        gaps = x[:, None, :] - codebook
        nearest = jnp.argmin(jnp.sum(jnp.square(gaps), axis=-1), axis=1)
        codes = codebook[nearest]
        fit = jnp.sum(jnp.square(pass_through(x, codes) - targets))
        codes_move = jnp.sum(jnp.square(lax.stop_gradient(x) - codes))
        vectors_move = jnp.sum(jnp.square(x - lax.stop_gradient(codes)))
        return fit + codes_move + commitment * vectors_move, nearest.astype(jnp.int32)

    differentiate = jax.value_and_grad(loss, argnums=(0, 1), has_aux=True)
    (value, nearest), gradients = differentiate(x, codebook)
    return value, nearest, gradients


def vector_quantizer_gradients_reference(x, codebook, targets, *, commitment):
    value, nearest = np.zeros(()), []
    by_x, by_codes = np.zeros_like(x), np.zeros_like(codebook)
    for n, row in enumerate(x):
        distances = np.array([np.sum((row - code) ** 2) for code in codebook])
        best = int(np.argmin(distances))
        nearest.append(best)
        code = codebook[best]
        value = value + np.sum((code - targets[n]) ** 2)
        value = value + (1 + commitment) * distances[best]
        by_x[n] = 2 * (code - targets[n]) + 2 * commitment * (row - code)
        by_codes[best] = by_codes[best] + 2 * (code - row)
    return value, np.array(nearest, dtype=np.int32), (by_x, by_codes)


def shared_factor_solve(matrix, rights, *, scale):
    """Solve for many right sides, which a batching rule hands to one factorization."""

    @jax.custom_batching.custom_vmap
    def solve(matrix, right):
        return jnp.linalg.solve(matrix, right)

    @solve.def_vmap
    def solve_batched(size, in_batched, matrix, right):
        if not in_batched[0]:
            factors = jax.scipy.linalg.lu_factor(matrix)
            return jax.scipy.linalg.lu_solve(factors, right.T).T, True
        if not in_batched[1]:
            right = jnp.broadcast_to(right, (size, *right.shape))
        return lax.map(lambda system: solve(*system), (matrix, right)), True

    scaled = scale * matrix
    by_right = jax.vmap(solve, in_axes=(None, 0))(scaled, rights)
    by_both = jax.vmap(solve)(jnp.stack([scaled, scaled.T]), rights[:2])
    return by_right, by_both


def shared_factor_solve_reference(matrix, rights, *, scale):
    inverse = np.linalg.inv(scale * matrix)
    by_right = np.stack([inverse @ right for right in rights])
    return by_right, np.stack([inverse @ rights[0], inverse.T @ rights[1]])


def stacked_matvec_rule(matrices, vectors, offset, *, activation):
    """A matrix-vector product whose batching rule is one contraction of all."""
    bend = {"tanh": jnp.tanh, "sigmoid": jax.nn.sigmoid}[activation]

    @jax.custom_batching.custom_vmap
    def apply(matrix, vector):
        return bend(matrix @ vector + offset)

    @apply.def_vmap
    def apply_batched(size, in_batched, matrix, vector):
        left = "bij" if in_batched[0] else "ij"
        right = "bj" if in_batched[1] else "j"
        products = jnp.einsum(f"{left},{right}->bi", matrix, vector)
        return bend(products + offset), True

    together = jax.vmap(apply)(matrices, vectors)
    return together, jax.vmap(apply, in_axes=(0, None))(matrices, vectors[0])


def stacked_matvec_rule_reference(matrices, vectors, offset, *, activation):
    def apply(matrix, vector):
        z = np.array([np.sum(row * vector) for row in matrix]) + offset
        return np.tanh(z) if activation == "tanh" else 1 / (1 + np.exp(-z))

    together = [apply(a, b) for a, b in zip(matrices, vectors)]
    return np.stack(together), np.stack([apply(a, vectors[0]) for a in matrices])


def batch_aware_standardize(x, *, eps, alone):
    """Divide a vector by its own size; a batch, as its rule says, by all rows' size."""

    @jax.custom_batching.custom_vmap
    def standardize(row):
        return row * lax.rsqrt(jnp.mean(jnp.square(row)) + eps)

    @standardize.def_vmap
    def standardize_batch(size, in_batched, rows):
        # Each feature by the moments of the batch.
        centered = rows - jnp.mean(rows, axis=0)
        return centered * lax.rsqrt(jnp.mean(centered**2, axis=0) + eps), True

    batch = jax.vmap(standardize)(x)
    return batch + standardize(x[0]) if alone else batch


def batch_aware_standardize_reference(x, *, eps, alone):
    mean = np.sum(x, axis=0) / len(x)
    variance = np.sum((x - mean) ** 2, axis=0) / len(x)
    batch = (x - mean) / np.sqrt(variance + eps)
    if alone:
        batch = batch + x[0] / np.sqrt(np.sum(x[0] ** 2) / x.shape[1] + eps)
    return batch


def _multiply_add_primitive():
    """Make a primitive with every rule that JAX's transformations ask for."""
    from jax.extend.core import Primitive
    from jax.interpreters import ad, batching, mlir

    multiply_add = Primitive("multiply_add")

    @multiply_add.def_impl
    def implementation(x, y, z):
        return x * y + z

    @multiply_add.def_abstract_eval
    def abstract_evaluation(x, y, z):
        return jax.core.ShapedArray(x.shape, x.dtype)

    mlir.register_lowering(
        multiply_add, mlir.lower_fun(implementation, multiple_results=False)
    )

    def jvp(primals, tangents):
        x, y, z = primals
        x_dot, y_dot, z_dot = map(ad.instantiate_zeros, tangents)
        moved = multiply_add.bind(x_dot, y, z_dot)
        return multiply_add.bind(x, y, z), multiply_add.bind(x, y_dot, moved)

    def transpose(cotangent, x, y, z):
        if isinstance(cotangent, ad.Zero):
            return cotangent, cotangent, cotangent
        nothing = jnp.zeros_like(cotangent)
        by_x = by_y = None
        if ad.is_undefined_primal(x):
            by_x = multiply_add.bind(cotangent, y, nothing)
        if ad.is_undefined_primal(y):
            by_y = multiply_add.bind(x, cotangent, nothing)
        return by_x, by_y, cotangent if ad.is_undefined_primal(z) else None

    def batch(args, axes):
        size = next(x.shape[axis] for x, axis in zip(args, axes) if axis is not None)
        moved = [batching.bdim_at_front(x, axis, size) for x, axis in zip(args, axes)]
        return multiply_add.bind(*moved), 0

    ad.primitive_jvps[multiply_add] = jvp
    ad.primitive_transposes[multiply_add] = transpose
    batching.primitive_batchers[multiply_add] = batch
    return multiply_add


multiply_add_p = _multiply_add_primitive()


def multiply_add_polynomial(x, coefficients, *, transform):
    """Evaluate a polynomial by a primitive of its own, and transform it."""

    def evaluate(x):
        total = coefficients[0]
        for coefficient in coefficients[1:]:
            total = multiply_add_p.bind(total, x, coefficient)
        return total

    if transform == "slope":
        return jax.vmap(jax.grad(evaluate))(x)
    if transform == "tangent":
        return jax.vmap(lambda x: jax.jvp(evaluate, (x,), (x,))[1])(x)
    if transform == "curvature":
        return jax.vmap(jax.grad(jax.grad(evaluate)))(x)
    return jax.vmap(evaluate)(x)


def multiply_add_polynomial_reference(x, coefficients, *, transform):
    degree = len(coefficients) - 1
    total = np.zeros_like(x)
    for i, coefficient in enumerate(coefficients):
        power = degree - i
        if transform == "slope":
            term = power * x ** max(power - 1, 0)
        elif transform == "tangent":
            term = power * x**power
        elif transform == "curvature":
            term = power * (power - 1) * x ** max(power - 2, 0)
        else:
            term = x**power
        total = total + coefficient * term
    return total


def _rotation_primitive():
    """Make a linear primitive that rotates the last axis, and knows its transpose."""
    from jax.extend.core import Primitive
    from jax.interpreters import ad, batching, mlir

    rotate = Primitive("rotate")

    def implementation(x, *, shift):
        split = -shift % x.shape[-1]
        return jnp.concatenate([x[..., split:], x[..., :split]], axis=-1)

    rotate.def_impl(implementation)
    rotate.def_abstract_eval(lambda x, *, shift: jax.core.ShapedArray(x.shape, x.dtype))
    mlir.register_lowering(
        rotate, mlir.lower_fun(implementation, multiple_results=False)
    )
    # The way back turns the other way.
    ad.deflinear2(
        rotate, lambda cotangent, _, *, shift: [rotate.bind(cotangent, shift=-shift)]
    )

    def batch(args, axes, *, shift):
        (x,), (axis,) = args, axes
        return rotate.bind(jnp.moveaxis(x, axis, 0), shift=shift), 0

    batching.primitive_batchers[rotate] = batch
    return rotate


rotate_p = _rotation_primitive()


def rotated_filter_pullback(x, taps, y_bar, *, stride):
    """Filter rows on a circle by rotations, and pull a cotangent back through them."""

    def apply(x, taps):
        parts = [tap * rotate_p.bind(x, shift=k * stride) for k, tap in enumerate(taps)]
        return jnp.tanh(sum(parts))

    def row_pullback(x, y_bar):
        y, pull_back = jax.vjp(apply, x, taps)
        return y, *pull_back(y_bar)

    y, by_x, by_taps = jax.vmap(row_pullback)(x, y_bar)
    return y, by_x, jnp.sum(by_taps, axis=0)


def rotated_filter_pullback_reference(x, taps, y_bar, *, stride):
    batch, size = x.shape
    y, by_x, by_taps = np.zeros_like(x), np.zeros_like(x), np.zeros_like(taps)
    for b in range(batch):
        for n in range(size):
            places = [(n - k * stride) % size for k in range(len(taps))]
            y[b, n] = np.tanh(np.sum(taps * x[b, places]))
            slope = y_bar[b, n] * (1 - y[b, n] ** 2)
            for k, place in enumerate(places):
                by_x[b, place] = by_x[b, place] + slope * taps[k]
                by_taps[k] = by_taps[k] + slope * x[b, place]
    return y, by_x, by_taps


def _waveform_primitive(wave):
    """Make an elementwise primitive that is lowered to StableHLO by hand."""
    from jax.extend.core import Primitive
    from jax.extend.mlir.dialects import stablehlo
    from jax.interpreters import ad, batching, mlir

    waveform = Primitive(f"{wave}_of_square")
    waveform.def_impl(lambda x: jax.jit(waveform.bind)(x))
    waveform.def_abstract_eval(lambda x: jax.core.ShapedArray(x.shape, x.dtype))

    def lower(context, x):
        square = stablehlo.multiply(x, x)
        return [(stablehlo.sine if wave == "sine" else stablehlo.cosine)(square)]

    mlir.register_lowering(waveform, lower)
    if wave == "sine":
        ad.defjvp(waveform, lambda t, x: 2.0 * x * jnp.cos(x * x) * t)
    else:
        ad.defjvp(waveform, lambda t, x: -2.0 * x * jnp.sin(x * x) * t)
    batching.defvectorized(waveform)
    return waveform


def chirp_energy_gradient(x, weights, *, wave):
    """Energy of weighted chirps, whose primitive has a lowering of its own."""
    waveform = _waveform_primitive(wave)

    def energy(x):
        return 0.5 * jnp.square(jnp.vdot(weights, waveform.bind(x)))

    return jax.vmap(jax.value_and_grad(energy))(x)


def chirp_energy_gradient_reference(x, weights, *, wave):
    phase = 0.0 if wave == "sine" else np.pi / 2
    energies, gradients = np.zeros(len(x)), np.zeros_like(x)
    for n, row in enumerate(x):
        signal = np.sum(weights * np.sin(row**2 + phase))
        energies[n] = signal**2 / 2
        gradients[n] = signal * weights * np.cos(row**2 + phase) * 2 * row
    return energies, gradients


def _polar_primitive():
    """Make a primitive of two results: length and angle of a point in the plane."""
    from jax.extend.core import Primitive
    from jax.interpreters import ad, batching, mlir

    polar = Primitive("polar")
    polar.multiple_results = True

    def implementation(x, y):
        return [jnp.sqrt(x * x + y * y), jnp.arctan2(y, x)]

    polar.def_impl(implementation)
    polar.def_abstract_eval(
        lambda x, y: [jax.core.ShapedArray(x.shape, x.dtype) for _ in range(2)]
    )
    mlir.register_lowering(polar, mlir.lower_fun(implementation, multiple_results=True))

    def jvp(primals, tangents):
        x, y = primals
        x_dot, y_dot = map(ad.instantiate_zeros, tangents)
        length, angle = polar.bind(x, y)
        along = (x * x_dot + y * y_dot) / length
        around = (x * y_dot - y * x_dot) / (length * length)
        return [length, angle], [along, around]

    def batch(args, axes):
        size = next(x.shape[axis] for x, axis in zip(args, axes) if axis is not None)
        moved = [batching.bdim_at_front(x, axis, size) for x, axis in zip(args, axes)]
        return polar.bind(*moved), [0, 0]

    ad.primitive_jvps[polar] = jvp
    batching.primitive_batchers[polar] = batch
    return polar


polar_p = _polar_primitive()


def polar_spiral_tangent(points, velocities, *, pitch):
    """Move points to where a spiral meets them, and their velocities with them."""

    def unwind(point):
        length, angle = polar_p.bind(point[0], point[1])
        return jnp.stack([length * jnp.cos(pitch * angle), length - pitch * angle])

    def tangent(point, velocity):
        return jax.jvp(unwind, (point,), (velocity,))

    return jax.vmap(tangent)(points, velocities)


def polar_spiral_tangent_reference(points, velocities, *, pitch):
    value, change = np.zeros_like(points), np.zeros_like(points)
    for n, ((x, y), (u, v)) in enumerate(zip(points, velocities)):
        length, angle = np.hypot(x, y), np.arctan2(y, x)
        slope = np.array([[x / length, y / length], [-y / length**2, x / length**2]])
        along, around = slope @ np.array([u, v])
        cosine, sine = np.cos(pitch * angle), np.sin(pitch * angle)
        value[n] = np.array([length * cosine, length - pitch * angle])
        turned = along * cosine - length * sine * pitch * around
        change[n] = np.array([turned, along - pitch * around])
    return value, change


def _decay_primitive():
    """Make a primitive for fading running sums, whose transpose runs backward."""
    from jax.extend.core import Primitive
    from jax.interpreters import ad, batching, mlir

    decay = Primitive("decay")

    def implementation(x, *, factor, reverse):
        def step(total, row):
            total = factor * total + row
            return total, total

        return lax.scan(step, jnp.zeros_like(x[0]), x, reverse=reverse)[1]

    decay.def_impl(implementation)
    decay.def_abstract_eval(
        lambda x, *, factor, reverse: jax.core.ShapedArray(x.shape, x.dtype)
    )
    mlir.register_lowering(
        decay, mlir.lower_fun(implementation, multiple_results=False)
    )

    def transpose(cotangent, x, *, factor, reverse):
        return [decay.bind(cotangent, factor=factor, reverse=not reverse)]

    def batch(args, axes, *, factor, reverse):
        # Time stays in front.
        (x,), (axis,) = args, axes
        moved = jnp.moveaxis(x, axis, 1)
        return decay.bind(moved, factor=factor, reverse=reverse), 1

    ad.deflinear2(decay, transpose)
    batching.primitive_batchers[decay] = batch
    return decay


decay_p = _decay_primitive()


def fading_sum_pullback(x, gains, y_bar, *, factor, reverse):
    """Fading running sums of gated inputs, and a cotangent pulled back through time."""

    def respond(x, gains):
        sums = decay_p.bind(x * gains, factor=factor, reverse=reverse)
        return jax.nn.softplus(sums)

    y, pull_back = jax.vjp(jax.vmap(respond, in_axes=(0, None)), x, gains)
    return y, *pull_back(y_bar)


def fading_sum_pullback_reference(x, gains, y_bar, *, factor, reverse):
    length = x.shape[1]
    weights = np.zeros((length, length))
    for t in range(length):
        for s in range(length):
            gap = s - t if reverse else t - s
            if gap >= 0:
                weights[t, s] = factor**gap
    y, by_x, by_gains = np.zeros_like(x), np.zeros_like(x), np.zeros_like(gains)
    for b in range(len(x)):
        growth = np.exp(weights @ (x[b] * gains))
        y[b] = np.log(1 + growth)
        back = weights.T @ (y_bar[b] * growth / (1 + growth))
        by_x[b] = back * gains
        by_gains = by_gains + back * x[b]
    return y, by_x, by_gains


def linear_call_stencil(field, coefficient, y_bar, *, flux):
    """A linear stencil and its transpose, both written out by hand."""

    def difference(coefficient, field):
        gaps = field[1:] - field[:-1]
        return gaps * coefficient if flux else gaps + coefficient * field[1:]

    def accumulate(coefficient, gaps):
        kept = gaps * coefficient if flux else gaps
        field = jnp.pad(kept, (1, 0)) - jnp.pad(kept, (0, 1))
        return field if flux else field + jnp.pad(coefficient * gaps, (1, 0))

    def pull(field, coefficient, y_bar):
        def apply(field):
            call = jax.custom_derivatives.linear_call
            return call(difference, accumulate, coefficient, field)

        value, pull_back = jax.vjp(apply, field)
        return value, pull_back(y_bar)[0]

    return jax.custom_batching.sequential_vmap(pull)(field, coefficient, y_bar)


def linear_call_stencil_reference(field, coefficient, y_bar, *, flux):
    size = len(field)
    matrix = np.zeros((size - 1, size))
    for i in range(size - 1):
        matrix[i, i], matrix[i, i + 1] = -1.0, 1.0
        if flux:
            matrix[i] = matrix[i] * coefficient[i]
        else:
            matrix[i, i + 1] = 1.0 + coefficient[i]
    return matrix @ field, matrix.T @ y_bar


@jax.custom_gradient
def log_cosh(x):
    """Logarithm of the hyperbolic cosine."""
    # Even, and a line far from zero, where the cosine itself would overflow.
    size = jnp.abs(x)
    value = size + jnp.log1p(jnp.exp(-2.0 * size)) - jnp.log(2.0)
    return value, lambda cotangent: (jnp.tanh(x) * cotangent,)


def robust_fit_gradient(x, weights, y, *, width):
    """Log-cosh loss of a linear fit, with a gradient that is given beside the value."""

    def loss(weights):
        residuals = (x @ weights - y) / width
        return width * jnp.mean(log_cosh(residuals))

    return jax.value_and_grad(loss)(weights)


def robust_fit_gradient_reference(x, weights, y, *, width):
    value, gradient = np.zeros(()), np.zeros_like(weights)
    for row, target in zip(x, y):
        residual = (np.sum(row * weights) - target) / width
        value = value + width * np.log(np.cosh(residual)) / len(x)
        gradient = gradient + np.tanh(residual) * row / len(x)
    return value, gradient


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def _contraction_limit(step, start, *captured):
    """Where repeated steps from a start end, by the step's captured values."""
    return _contraction_forward(step, start, *captured)[0]


def _contraction_forward(step, start, *captured):
    last = lax.fori_loop(0, 64, lambda _, z: step(z, *captured), start)
    return last, (last, captured)


def _contraction_backward(step, residuals, cotangent):
    last, captured = residuals
    _, pull_back = jax.vjp(step, last, *captured)

    def refine(_, adjoint):
        return cotangent + pull_back(adjoint)[0]

    adjoint = lax.fori_loop(0, 64, refine, cotangent)
    return jnp.zeros_like(last), *pull_back(adjoint)[1:]


_contraction_limit.defvjp(_contraction_forward, _contraction_backward)


def closure_converted_limit(scale, offset, z_bar, *, function):
    """Limit of a step that closes over what one differentiates by."""

    def limit(scale, offset):
        def step(z):
            bent = jnp.cos(z) if function == "cosine" else jnp.tanh(z)
            return 0.5 * scale * bent + offset

        start = jnp.zeros_like(offset)
        converted, captured = jax.closure_convert(step, start)
        return _contraction_limit(converted, start, *captured)

    z, pull_back = jax.vjp(limit, scale, offset)
    return z, *pull_back(z_bar)


def closure_converted_limit_reference(scale, offset, z_bar, *, function):
    z = np.zeros_like(offset)
    for _ in range(80):
        bent = np.cos(z) if function == "cosine" else np.tanh(z)
        z = scale * bent / 2 + offset
    bent = np.cos(z) if function == "cosine" else np.tanh(z)
    slope = -np.sin(z) if function == "cosine" else 1 - np.tanh(z) ** 2
    adjoint = z_bar / (1 - scale * slope / 2)
    return z, np.sum(adjoint * bent) / 2, adjoint


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


def custom_linear_solve_pullback(matrix, right, solution_bar, *, symmetric):
    """Solve by iterating, and pull a cotangent back by iterating on the transpose."""

    def richardson(matvec, right):
        # Eigenvalues are between one and four.
        def refine(_, x):
            return x + 0.4 * (right - matvec(x))

        return lax.fori_loop(0, 90, refine, 0.4 * right)

    def solve(matrix, right):
        def matvec(x):
            return matrix @ x

        if symmetric:
            return lax.custom_linear_solve(matvec, right, richardson, symmetric=True)
        return lax.custom_linear_solve(matvec, right, richardson, richardson)

    solution, pull_back = jax.vjp(solve, matrix, right)
    return solution, *pull_back(solution_bar)


def custom_linear_solve_pullback_reference(matrix, right, solution_bar, *, symmetric):
    inverse = np.linalg.inv(matrix)
    solution = inverse @ right
    adjoint = inverse.T @ solution_bar
    return solution, -np.outer(adjoint, solution), adjoint


def custom_root_tangent(a, b, a_tangent, b_tangent, *, equation):
    """Roots by Newton's method, and how they move, by JAX's implicit rule."""

    def excess(x, a, b):
        if equation == "cubic":
            return x**3 + a * x - b
        if equation == "exponential":
            return x * jnp.exp(a * x) - b
        return x + jnp.log(x) - a * b

    def newton(function, start):
        def step(_, x):
            value, slope = jax.jvp(function, (x,), (jnp.ones_like(x),))
            return x - value / slope

        return lax.fori_loop(0, 12, step, start)

    def divide(linear, y):
        return y / linear(jnp.ones_like(y))

    def root(a, b):
        def function(x):
            return excess(x, a, b)

        return lax.custom_root(function, jnp.ones_like(a), newton, divide)

    return jax.vmap(lambda *args: jax.jvp(root, args[:2], args[2:]))(
        a, b, a_tangent, b_tangent
    )


def custom_root_tangent_reference(a, b, a_tangent, b_tangent, *, equation):
    def excess(x):
        if equation == "cubic":
            return x**3 + a * x - b
        if equation == "exponential":
            return x * np.exp(a * x) - b
        return x + np.log(x) - a * b

    low, high = np.full_like(a, 1e-3), np.full_like(a, 6.0)
    for _ in range(80):
        middle = (low + high) / 2
        above = excess(middle) > 0
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    x = (low + high) / 2
    if equation == "cubic":
        change = (b_tangent - x * a_tangent) / (3 * x**2 + a)
    elif equation == "exponential":
        change = (b_tangent * np.exp(-a * x) - x * x * a_tangent) / (1 + a * x)
    else:
        change = (a * b_tangent + b * a_tangent) * x / (x + 1)
    return x, change


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


def named_layers_gradient(x, weights, targets, *, policy):
    """Gradient of a deep net of named layers, some values of which are kept."""
    from jax.ad_checkpoint import checkpoint_name

    policies = jax.checkpoint_policies
    saved = {
        "activations": policies.save_only_these_names("activation"),
        "nothing": policies.nothing_saveable,
        "everything": policies.everything_saveable,
    }[policy]

    def layer(x, weight):
        z = checkpoint_name(x @ weight, "preactivation")
        return checkpoint_name(jnp.sin(z), "activation")

    def loss(weights):
        activation = x
        for i in range(weights.shape[0]):
            with jax.named_scope(f"layer_{i}"):
                activation = jax.named_call(layer, name="dense")(activation, weights[i])
        return jnp.mean(jnp.square(activation - targets))

    return jax.value_and_grad(jax.checkpoint(loss, policy=saved))(weights)


def named_layers_gradient_reference(x, weights, targets, *, policy):
    value, gradients = np.zeros(()), np.zeros_like(weights)
    for row, target in zip(x, targets):
        inputs, sums = [row], []
        for weight in weights:
            sums.append(weight.T @ inputs[-1])
            inputs.append(np.sin(sums[-1]))
        error = inputs[-1] - target
        value = value + np.sum(error**2) / x.size
        back = 2 * error / x.size
        for i in reversed(range(len(weights))):
            inner = back * np.cos(sums[i])
            gradients[i] = gradients[i] + np.outer(inputs[i], inner)
            back = weights[i] @ inner
    return value, gradients


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


def selective_product_pullback(left, right, y_bar, *, frozen):
    """A product whose backward pass computes only the gradients that are asked for."""

    @jax.custom_vjp
    def product(left, right):
        return jnp.tanh(left @ right)

    def forward(left, right):
        value = jnp.tanh(left.value @ right.value)
        # Each operand is kept for the other's gradient.
        kept_left = left.value if right.perturbed else None
        kept_right = right.value if left.perturbed else None
        return value, (value, kept_left, kept_right)

    def backward(residuals, y_bar):
        value, left, right = residuals
        inner = y_bar * (1.0 - value * value)
        by_left = None if right is None else inner @ right.T
        by_right = None if left is None else left.T @ inner
        return by_left, by_right

    product.defvjp(forward, backward, symbolic_zeros=True)

    def apply(scale):
        if frozen == "left":
            return product(left, scale * right)
        return product(scale * left, right)

    value, pull_back = jax.vjp(apply, jnp.ones_like(y_bar[0, 0]))
    return value, pull_back(y_bar)[0]


def selective_product_pullback_reference(left, right, y_bar, *, frozen):
    z = left @ right
    # Either operand's scale scales the product.
    return np.tanh(z), np.sum(y_bar * (1 - np.tanh(z) ** 2) * z)
