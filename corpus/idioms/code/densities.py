"""Densities: JAX, and NumPy from the definition."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from scipy import special


def multivariate_normal_logpdf(x, mean, cov, *, precision):
    """Log density of a normal given by its covariance or by its precision."""
    root = jnp.linalg.cholesky(cov)
    deviations = (x - mean).T
    if precision:
        whitened = root.T @ deviations
    else:
        whitened = jax.scipy.linalg.solve_triangular(root, deviations, lower=True)
    half_log_det = jnp.sum(jnp.log(jnp.diagonal(root)))
    if not precision:
        half_log_det = -half_log_det
    normalizer = 0.5 * x.shape[-1] * jnp.log(2.0 * jnp.pi)
    return half_log_det - 0.5 * jnp.sum(whitened**2, axis=0) - normalizer


def multivariate_normal_logpdf_reference(x, mean, cov, *, precision):
    if precision:
        cov = np.linalg.inv(cov)
    volume = np.sqrt(np.linalg.det(2 * np.pi * cov))
    values = [(row - mean) @ np.linalg.solve(cov, row - mean) for row in x]
    return -np.array(values) / 2 - np.log(volume)


def low_rank_normal_logpdf(x, mean, factor, scale, *, jitter):
    """Log density of a normal whose covariance is low rank plus diagonal."""
    variance = scale**2 + jitter
    size, rank = factor.shape
    deviations = x - mean
    scaled = factor / variance[:, None]
    # Only a rank by rank matrix is factorized.
    capacitance = jnp.eye(rank, dtype=x.dtype) + factor.T @ scaled
    root = jnp.linalg.cholesky(capacitance)
    projected = jax.scipy.linalg.solve_triangular(
        root, (deviations @ scaled).T, lower=True
    )
    distance = jnp.sum(deviations**2 / variance, axis=-1) - jnp.sum(
        projected**2, axis=0
    )
    log_det = jnp.sum(jnp.log(variance)) + 2.0 * jnp.sum(jnp.log(jnp.diagonal(root)))
    return -0.5 * (distance + log_det + size * jnp.log(2.0 * jnp.pi))


def low_rank_normal_logpdf_reference(x, mean, factor, scale, *, jitter):
    cov = factor @ factor.T + np.diag(scale * scale + jitter)
    log_det = np.log(np.linalg.det(cov))
    distances = np.array(
        [(row - mean) @ np.linalg.inv(cov) @ (row - mean) for row in x]
    )
    return -(distances + log_det + x.shape[1] * np.log(2 * np.pi)) / 2


def student_t_logpdf(x, df, loc, scale):
    """Log density of independent Student t variables, summed over the last axis."""
    z = (x - loc) / scale
    half = 0.5 * (df + 1.0)
    normalizer = (
        jax.scipy.special.gammaln(half)
        - jax.scipy.special.gammaln(0.5 * df)
        - 0.5 * jnp.log(df * jnp.pi)
        - jnp.log(scale)
    )
    return jnp.sum(normalizer - half * jnp.log1p(z**2 / df), axis=-1)


def student_t_logpdf_reference(x, df, loc, scale):
    total = np.zeros(x.shape[0])
    for i in range(x.shape[1]):
        squared = ((x[:, i] - loc[i]) / scale[i]) ** 2
        kernel = (df[i] / (df[i] + squared)) ** ((df[i] + 1) / 2)
        norm = np.exp(special.gammaln((df[i] + 1) / 2) - special.gammaln(df[i] / 2))
        total += np.log(kernel * norm / (scale[i] * np.sqrt(np.pi * df[i])))
    return total


def von_mises_logpdf(angle, loc, concentration, *, period):
    """Log density of every angle under every von Mises distribution on a circle."""
    phase = (2.0 * jnp.pi / period) * (angle[:, None] - loc)
    # i0e(k) = i0(k) exp(-k) does not overflow, so cos - 1 takes the place of cos.
    log_norm = jnp.log(period * jax.scipy.special.i0e(concentration))
    return concentration * (jnp.cos(phase) - 1.0) - log_norm


def von_mises_logpdf_reference(angle, loc, concentration, *, period):
    # The trapezoidal rule converges geometrically for a periodic function.
    grid = np.arange(48) / 48 * 2 * np.pi
    result = np.zeros((len(angle), len(loc)))
    for k in range(len(loc)):
        mean = np.mean(np.exp(concentration[k] * (np.cos(grid) - 1)))
        for n in range(len(angle)):
            turn = 2 * np.pi * (angle[n] - loc[k]) / period
            weight = np.exp(concentration[k] * (np.cos(turn) - 1))
            result[n, k] = np.log(weight / (period * mean))
    return result


def gaussian_mixture_logpdf(x, logits, means, log_scales, *, min_scale):
    """Log density of a mixture of diagonal Gaussians, and the log responsibilities."""
    scales = jnp.exp(log_scales) + min_scale
    z = (x[:, None, :] - means) / scales
    components = -0.5 * jnp.sum(
        z**2 + 2.0 * jnp.log(scales) + jnp.log(2.0 * jnp.pi), axis=-1
    )
    joint = jax.nn.log_softmax(logits) + components
    log_density = jax.nn.logsumexp(joint, axis=-1)
    return log_density, joint - log_density[:, None]


def gaussian_mixture_logpdf_reference(x, logits, means, log_scales, *, min_scale):
    priors = np.exp(logits) / np.sum(np.exp(logits))
    scales = np.exp(log_scales) + min_scale
    joint = np.zeros((len(x), len(logits)))
    for n in range(len(x)):
        for k in range(len(logits)):
            z = (x[n] - means[k]) / scales[k]
            density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi) / scales[k]
            joint[n, k] = np.log(priors[k]) + np.sum(np.log(density))
    peak = np.max(joint, axis=1)
    density = np.log(np.sum(np.exp(joint - peak[:, None]), axis=1)) + peak
    return density, joint - density[:, None]


def zero_inflated_poisson_logpmf(counts, features, rate_weights, gate_weights):
    """Log mass of counts that are zero more often than a Poisson regression says."""
    log_rate = features @ rate_weights
    gate = features @ gate_weights
    count = counts.astype(features.dtype)
    poisson = (
        count * log_rate - jnp.exp(log_rate) - jax.scipy.special.gammaln(count + 1)
    )
    counted = jax.nn.log_sigmoid(-gate) + poisson
    either = jnp.logaddexp(jax.nn.log_sigmoid(gate), counted)
    return jnp.where(counts == 0, either, counted)


def zero_inflated_poisson_logpmf_reference(
    counts, features, rate_weights, gate_weights
):
    values = np.zeros(len(counts))
    for i, count in enumerate(counts):
        rate = np.exp(np.sum(features[i] * rate_weights))
        absent = 1 / (1 + np.exp(-np.sum(features[i] * gate_weights)))
        mass = (1 - absent) * np.exp(-rate)
        for k in range(1, int(count) + 1):
            mass = mass * rate / k
        values[i] = np.log(mass + absent) if count == 0 else np.log(mass)
    return values


def negative_binomial_logpmf(counts, log_mean, dispersion, *, quadratic):
    """Log mass of counts with a variance quadratic or linear in the mean."""
    mean = jnp.exp(log_mean)
    size = 1.0 / dispersion if quadratic else mean / dispersion
    count = counts.astype(log_mean.dtype)
    coefficient = (
        jax.scipy.special.gammaln(count + size)
        - jax.scipy.special.gammaln(size)
        - jax.scipy.special.gammaln(count + 1.0)
    )
    log_total = jnp.log(size + mean)
    return (
        coefficient
        + size * (jnp.log(size) - log_total)
        + count * (log_mean - log_total)
    )


def negative_binomial_logpmf_reference(counts, log_mean, dispersion, *, quadratic):
    mean = np.exp(log_mean)
    values = np.zeros(counts.shape)
    for i in range(counts.shape[0]):
        for j in range(counts.shape[1]):
            size = (1 if quadratic else mean[j]) / dispersion[j]
            success = size / (size + mean[j])
            count = int(counts[i, j])
            values[i, j] = size * np.log(success) + count * np.log1p(-success)
            lost = special.gammaln(size + count) - special.gammaln(size)
            values[i, j] += lost - special.gammaln(np.array(count + 1.0))
    return values


def dirichlet_multinomial_logpmf(counts, concentration, *, coefficient):
    """Log mass of counts drawn with probabilities from a Dirichlet distribution."""
    count = counts.astype(concentration.dtype)
    total = jnp.sum(count, axis=-1)
    mass = jnp.sum(concentration)
    gammaln = jax.scipy.special.gammaln
    log_prob = gammaln(mass) - gammaln(total + mass)
    log_prob += jnp.sum(
        gammaln(count + concentration) - gammaln(concentration), axis=-1
    )
    if coefficient:
        log_prob += gammaln(total + 1.0) - jnp.sum(gammaln(count + 1.0), axis=-1)
    return log_prob


def dirichlet_multinomial_logpmf_reference(counts, concentration, *, coefficient):
    # One category after another: each splits what is left, as a beta-binomial does.
    values = np.zeros(len(counts))
    for b, row in enumerate(counts):
        for k in range(len(row) - 1):
            count, rest = row[k] + 0.0, np.sum(row[k + 1 :]) + 0.0
            alpha, beta = concentration[k], np.sum(concentration[k + 1 :])
            if coefficient:
                values[b] += special.gammaln(np.array(count + rest + 1))
                values[b] -= special.gammaln(np.array(count + 1))
                values[b] -= special.gammaln(np.array(rest + 1))
            for sign, a, seen in (
                (1, alpha, count),
                (1, beta, rest),
                (-1, alpha + beta, count + rest),
            ):
                values[b] += sign * (special.gammaln(a + seen) - special.gammaln(a))
    return values


def wishart_logpdf(x, scale, *, df):
    """Log density of symmetric positive definite matrices."""
    size = scale.shape[-1]
    root = jnp.linalg.cholesky(scale)
    x_root = jnp.linalg.cholesky(x)
    whiten = jax.vmap(lambda a: jax.scipy.linalg.solve_triangular(root, a, lower=True))
    # The trace of inv(scale) @ x is the squared norm of inv(root) @ x_root.
    trace = jnp.sum(whiten(x_root) ** 2, axis=(-2, -1))
    log_det = jnp.sum(jnp.log(jnp.diagonal(root)))
    x_log_det = jnp.sum(jnp.log(jnp.diagonal(x_root, axis1=-2, axis2=-1)), axis=-1)
    log_norm = 0.5 * df * size * jnp.log(2.0) + df * log_det
    log_norm += jax.scipy.special.multigammaln(jnp.asarray(0.5 * df, x.dtype), size)
    return (df - size - 1.0) * x_log_det - 0.5 * trace - log_norm


def wishart_logpdf_reference(x, scale, *, df):
    size = len(scale)
    log_norm = df / 2 * (size * np.log(2.0) + np.log(np.linalg.det(scale)))
    log_norm += size * (size - 1) / 4 * np.log(np.pi)
    for i in range(size):
        log_norm += special.gammaln(np.array((df - i) / 2))
    values = []
    for matrix in x:
        shape = (df - size - 1) / 2 * np.log(np.linalg.det(matrix))
        decay = np.trace(np.linalg.inv(scale) @ matrix) / 2
        values.append(shape - decay - log_norm)
    return np.array(values)


def truncated_normal_logpdf(x, loc, scale, *, lower, upper):
    """Log density of a normal restricted to an interval; -inf outside of it."""
    low = jax.scipy.special.log_ndtr((lower - loc) / scale)
    high = jax.scipy.special.log_ndtr((upper - loc) / scale)
    # log(exp(high) - exp(low)) without leaving log space.
    log_mass = high + jnp.log1p(-jnp.exp(low - high))
    log_normal = jax.scipy.stats.norm.logpdf(x, loc, scale)
    inside = (x >= lower) & (x <= upper)
    return jnp.where(inside, log_normal - log_mass, -jnp.inf)


def truncated_normal_logpdf_reference(x, loc, scale, *, lower, upper):
    values = np.zeros(len(x))
    for i in range(len(x)):
        above = special.ndtr((upper - loc[i]) / scale[i])
        mass = above - special.ndtr((lower - loc[i]) / scale[i])
        z = (x[i] - loc[i]) / scale[i]
        density = np.exp(-(z**2) / 2) / (scale[i] * np.sqrt(2 * np.pi) * mass)
        values[i] = np.log(density) if lower <= x[i] <= upper else -np.inf
    return values


def skew_normal_logpdf(x, loc, scale, shape):
    """Log density of a normal that is skewed towards the sign of its shape."""
    z = (x - loc) / scale
    log_normal = -0.5 * (z**2 + jnp.log(2.0 * jnp.pi)) - jnp.log(scale)
    return jnp.log(2.0) + log_normal + jax.scipy.special.log_ndtr(shape * z)


def skew_normal_logpdf_reference(x, loc, scale, shape):
    z = (x - loc) / scale
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    return np.log(2 / scale * density * special.ndtr(shape * z))


def discretized_logistic_mixture(pixels, logits, means, log_scales, *, levels):
    """Log mass of integer pixels under mixtures of logistic distributions."""
    width = 1.0 / (levels - 1)
    value = (2.0 * width * pixels.astype(means.dtype) - 1.0)[:, None]
    inverse_scale = jnp.exp(-log_scales)
    upper = inverse_scale * (value - means + width)
    lower = inverse_scale * (value - means - width)
    inner = jnp.log(jax.nn.sigmoid(upper) - jax.nn.sigmoid(lower))
    # The first and the last level also take the tails.
    edge = pixels[:, None]
    log_mass = jnp.where(
        edge == 0,
        jax.nn.log_sigmoid(upper),
        jnp.where(edge == levels - 1, jax.nn.log_sigmoid(-lower), inner),
    )
    return jax.nn.logsumexp(jax.nn.log_softmax(logits) + log_mass, axis=-1)


def discretized_logistic_mixture_reference(
    pixels, logits, means, log_scales, *, levels
):
    total = np.zeros(len(pixels))
    for n, pixel in enumerate(pixels):
        shares = np.exp(logits[n]) / np.sum(np.exp(logits[n]))
        for k in range(logits.shape[1]):
            center, scale = means[n, k], np.exp(log_scales[n, k])
            above, below = 1.0, 0.0
            if pixel < levels - 1:
                bound = (2 * pixel + 1) / (levels - 1) - 1
                above = 1 / (1 + np.exp((center - bound) / scale))
            if pixel > 0:
                bound = (2 * pixel - 1) / (levels - 1) - 1
                below = 1 / (1 + np.exp((center - bound) / scale))
            total[n] += shares[k] * (above - below)
    return np.log(total)


def exp_concrete_logpdf(sample_logits, logits, *, temperature):
    """Log density of log probabilities drawn from a relaxed categorical."""
    size = logits.shape[-1]
    log_sample = jax.nn.log_softmax(sample_logits)
    scores = jax.nn.log_softmax(logits) - temperature * log_sample
    log_norm = jax.scipy.special.gammaln(jnp.asarray(size, logits.dtype))
    log_norm += (size - 1) * jnp.log(jnp.asarray(temperature, logits.dtype))
    scale = size * jax.nn.logsumexp(scores, axis=-1)
    return log_norm + jnp.sum(scores, axis=-1) - scale


def exp_concrete_logpdf_reference(sample_logits, logits, *, temperature):
    size = len(logits)
    weights = np.exp(logits) / np.sum(np.exp(logits))
    values = []
    for row in sample_logits:
        y = row - np.log(np.sum(np.exp(row)))
        terms = weights * np.exp(-temperature * y)
        value = sum(np.log(term / np.sum(terms)) for term in terms)
        for k in range(1, size):
            value = value + np.log(np.array(k * temperature))
        values.append(value)
    return np.array(values)


def plackett_luce_logpmf(scores, *, top):
    """Log mass of the given order of items, and of each of its choices."""
    # Item i is chosen among those that are still there: i and all after it.
    remaining = lax.cumlogsumexp(scores, axis=1, reverse=True)
    choices = scores - remaining
    return jnp.sum(choices[:, :top], axis=-1), choices


def plackett_luce_logpmf_reference(scores, *, top):
    choices = np.zeros_like(scores)
    for b, row in enumerate(scores):
        for i in range(len(row)):
            choices[b, i] = -np.log(np.sum(np.exp(row[i:] - row[i])))
    return np.array([np.sum(row[:top]) for row in choices]), choices


def ordered_logistic_logpmf(category, score, first, raw_gaps):
    """Log mass of ordered categories that cutpoints separate."""
    gaps = jax.nn.softplus(raw_gaps)
    cutpoints = jnp.concatenate([first[None], first + jnp.cumsum(gaps)])
    logits = score[:, None] - cutpoints
    at_least = jnp.pad(jax.nn.sigmoid(logits), ((0, 0), (1, 1)), constant_values=(1, 0))
    at_least = at_least.at[:, -1].set(0.0)
    mass = at_least[:, :-1] - at_least[:, 1:]
    return jnp.log(jnp.take_along_axis(mass, category[:, None], axis=1)[:, 0])


def ordered_logistic_logpmf_reference(category, score, first, raw_gaps):
    cutpoints = [first]
    for raw in raw_gaps:
        cutpoints.append(cutpoints[-1] + np.log(1 + np.exp(raw)))
    values = np.zeros(len(category))
    for n, k in enumerate(category):
        below, above = 0.0, 1.0
        if k > 0:
            below = 1 / (1 + np.exp(score[n] - cutpoints[k - 1]))
        if k < len(cutpoints):
            above = 1 / (1 + np.exp(score[n] - cutpoints[k]))
        values[n] = np.log(above - below)
    return values


def gamma_kl_divergence(shape_p, rate_p, shape_q, rate_q):
    """Kullback-Leibler divergence between gamma distributions."""
    log_gammas = jax.scipy.special.gammaln(shape_q) - jax.scipy.special.gammaln(shape_p)
    return (
        (shape_p - shape_q) * jax.scipy.special.digamma(shape_p)
        + log_gammas
        + shape_q * jnp.log(rate_p / rate_q)
        + shape_p * (rate_q / rate_p - 1.0)
    )


def gamma_kl_divergence_reference(shape_p, rate_p, shape_q, rate_q):
    # E_p[log p - log q] from E[x] and E[log x].
    mean = shape_p / rate_p
    log_mean = special.psi(shape_p) - np.log(rate_p)

    def expected(shape, rate):
        norm = shape * np.log(rate) - special.gammaln(shape)
        return norm + (shape - 1) * log_mean - rate * mean

    return expected(shape_p, rate_p) - expected(shape_q, rate_q)
