"""Densities, entropies and likelihoods: JAX, and NumPy from the definition."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from scipy import special


def dirichlet_divergence(first, second):
    """Relative entropies of Dirichlet distributions, and the entropies of the first."""
    gammaln, digamma = jax.scipy.special.gammaln, jax.scipy.special.digamma
    totals = jnp.sum(first, axis=-1)
    means = digamma(first) - digamma(totals)[..., None]
    log_first = jnp.sum(gammaln(first), axis=-1) - gammaln(totals)
    log_second = jnp.sum(gammaln(second), axis=-1) - gammaln(jnp.sum(second, axis=-1))
    divergence = jnp.sum((first - second) * means, axis=-1) + log_second - log_first
    return divergence, log_first - jnp.sum((first - 1.0) * means, axis=-1)


def dirichlet_divergence_reference(first, second):
    divergences, entropies = [], []
    for p, q in zip(first, second):
        a, b = np.sum(p), np.sum(q)
        divergence = special.gammaln(a) - special.gammaln(b)
        entropy = -special.gammaln(a) + (a - len(p)) * special.psi(a)
        for x, y in zip(p, q):
            log_mean = special.psi(x) - special.psi(a)
            divergence = divergence + special.gammaln(y) - special.gammaln(x)
            divergence = divergence + (x - y) * log_mean
            entropy = entropy + special.gammaln(x) - (x - 1) * special.psi(x)
        divergences.append(divergence)
        entropies.append(entropy)
    return np.array(divergences), np.array(entropies)


def wishart_entropy(log_volume, degrees, *, size):
    """Entropies of Wishart distributions, and their mean log determinants."""
    halves = 0.5 * degrees
    shifts = 0.5 * jnp.arange(size, dtype=degrees.dtype)
    log_normalizer = halves * (size * jnp.log(2.0) + log_volume)
    log_normalizer += jax.scipy.special.multigammaln(halves, size)
    digammas = jax.scipy.special.digamma(halves[..., None] - shifts)
    log_mean = jnp.sum(digammas, axis=-1) + size * jnp.log(2.0) + log_volume
    weight = 0.5 * (degrees - size - 1.0)
    return log_normalizer - weight * log_mean + 0.5 * degrees * size, log_mean


def wishart_entropy_reference(log_volume, degrees, *, size):
    means, normalizers = log_volume, degrees * log_volume / 2
    for i in range(size):
        half = (degrees - i) / 2
        means = means + special.psi(half) + np.log(2.0)
        normalizers = normalizers + special.gammaln(half) + i * np.log(np.pi) / 2
        normalizers = normalizers + degrees * np.log(2.0) / 2
    exponent = (degrees - 1 - size) / 2
    return normalizers - exponent * means + degrees * size / 2, means


def circular_concentration(kappa):
    """Mean lengths, entropies and densities at the mode of von Mises distributions."""
    i0e, i1e = lax.bessel_i0e(kappa), lax.bessel_i1e(kappa)
    length = i1e / i0e
    log_normalizer = jnp.log(2.0 * jnp.pi * i0e)
    return length, log_normalizer + kappa * (1.0 - length), jnp.exp(-log_normalizer)


def circular_concentration_reference(kappa):
    # Sums over evenly spaced angles converge very fast for periodic functions.
    angles = 2 * np.pi * np.arange(64) / 64
    lengths, entropies, peaks = [], [], []
    for k in kappa:
        weights = np.exp(k * (np.cos(angles) - 1))
        mass = np.sum(weights) * 2 * np.pi / 64
        length = np.sum(weights * np.cos(angles)) / np.sum(weights)
        lengths.append(length)
        entropies.append(np.log(mass) + k - k * length)
        peaks.append(1 / mass)
    return np.array(lengths), np.array(entropies), np.array(peaks)


def rice_log_density(amplitude, signal, noise):
    """Log densities of the size of a signal in complex noise, and its mean."""
    variance = jnp.square(noise)
    product = amplitude * signal / variance
    spread = jnp.square(amplitude - signal) / (2.0 * variance)
    log_density = jnp.log(amplitude / variance * lax.bessel_i0e(product)) - spread
    half = jnp.square(signal) / (4.0 * variance)
    laguerre = (1.0 + 2.0 * half) * lax.bessel_i0e(half)
    laguerre += 2.0 * half * lax.bessel_i1e(half)
    return log_density, noise * (0.5 * jnp.pi) ** 0.5 * laguerre


def rice_log_density_reference(amplitude, signal, noise):
    angles = 2 * np.pi * np.arange(128) / 128
    densities, means = [], []
    for a, v, s in zip(amplitude, signal, noise):
        # The point's distance from the origin, whatever its angle.
        squares = a * a + v * v - 2 * a * v * np.cos(angles)
        density = a / s**2 * np.mean(np.exp(-squares / (2 * s * s)))
        densities.append(np.log(density))
        mean = special.hyp1f1(-0.5, 1.0, -v * v / (2 * s * s))
        means.append(s * np.sqrt(np.pi / 2) * mean)
    return np.array(densities), np.array(means)


def gamma_shape_estimate(samples, *, steps):
    """The shape and scale of a gamma distribution that make samples likeliest."""
    mean = jnp.mean(samples, axis=-1)
    gap = jnp.log(mean) - jnp.mean(jnp.log(samples), axis=-1)
    shape = (3.0 - gap + jnp.sqrt(jnp.square(gap - 3.0) + 24.0 * gap)) / (12.0 * gap)
    for _ in range(steps):
        error = jnp.log(shape) - jax.scipy.special.digamma(shape) - gap
        slope = 1.0 / shape - jax.scipy.special.polygamma(1, shape)
        shape = 1.0 / (1.0 / shape + error / (jnp.square(shape) * slope))
    return shape, mean / shape


def gamma_shape_estimate_reference(samples, *, steps):
    shapes, scales = [], []
    for row in samples:
        mean = np.sum(row) / len(row)
        gap = np.sum(np.log(mean / row)) / len(row)
        low, high = np.array(0.01), np.array(1e4)
        for _ in range(90):
            middle = np.sqrt(low * high)
            if np.log(middle) - special.psi(middle) > gap:
                low = middle
            else:
                high = middle
        shapes.append(np.sqrt(low * high))
        scales.append(mean / shapes[-1])
    return np.array(shapes), np.array(scales)


def implicit_gamma_gradient(shape, sample):
    """How gamma samples move with their shape while their quantiles stay, and why."""
    slope = lax.igamma_grad_a(shape, sample)
    log_density = (shape - 1.0) * jnp.log(sample) - sample
    density = jnp.exp(log_density - jax.scipy.special.gammaln(shape))
    return lax.random_gamma_grad(shape, sample), slope, density


def implicit_gamma_gradient_reference(shape, sample):
    # The series of the distribution function, differentiated term by term.
    slopes, densities = [], []
    for a, x in zip(shape, sample):
        term = np.exp(a * np.log(x) - x - special.gammaln(a + 1))
        slope, densities = 0.0, [*densities, term * a / x]
        for k in range(80):
            slope = slope + term * (np.log(x) - special.psi(a + k + 1))
            term = term * x / (a + k + 1)
        slopes.append(slope)
    slopes, densities = np.array(slopes), np.array(densities)
    return -slopes / densities, slopes, densities


def channel_information(inputs, transitions, *, unit):
    """What the output of a noisy channel tells of its input, in nats or bits."""
    inputs = inputs / jnp.sum(inputs)
    transitions = transitions / jnp.sum(transitions, axis=1, keepdims=True)
    outputs = inputs @ transitions
    noise = inputs @ jnp.sum(jax.scipy.special.entr(transitions), axis=1)
    information = jnp.sum(jax.scipy.special.entr(outputs)) - noise
    return information / (jnp.log(2.0) if unit == "bits" else 1.0), outputs


def channel_information_reference(inputs, transitions, *, unit):
    total = np.sum(inputs)
    joint = np.array(
        [p / total * row / np.sum(row) for p, row in zip(inputs, transitions)]
    )
    first, second = np.sum(joint, axis=1), np.sum(joint, axis=0)
    information = np.sum(joint * np.log(joint / np.outer(first, second)))
    return information / (np.log(2.0) if unit == "bits" else 1.0), second


def skewed_divergence(p, q, *, skew):
    """Relative entropies of distributions to their mixture, and the mean of both."""
    p, q = (jax.nn.softmax(logits, axis=-1) for logits in (p, q))
    mixture = (1.0 - skew) * p + skew * q
    first = jnp.sum(jax.scipy.special.rel_entr(p, mixture), axis=-1)
    second = jnp.sum(jax.scipy.special.rel_entr(q, mixture), axis=-1)
    return first, second, (1.0 - skew) * first + skew * second


def skewed_divergence_reference(p, q, *, skew):
    columns = []
    for x, y in zip(p, q):
        x, y = np.exp(x) / np.sum(np.exp(x)), np.exp(y) / np.sum(np.exp(y))
        cross = np.log((1 - skew) * x + skew * y)
        first = np.sum(x * np.log(x)) - np.sum(x * cross)
        second = np.sum(y * np.log(y)) - np.sum(y * cross)
        columns.append((first, second, first * (1 - skew) + second * skew))
    return tuple(np.array(column) for column in zip(*columns))


def generalized_normal_scores(x, location, scale, *, shape):
    """Log densities, entropies and variances of exponential power distributions."""
    z = (x - location) / scale
    log_density = jax.scipy.stats.gennorm.logpdf(z, shape) - jnp.log(scale)
    log_gamma = jax.scipy.special.gammaln(jnp.array([1.0, 3.0]) / shape)
    log_gamma = log_gamma.astype(x.dtype)
    entropy = 1.0 / shape + jnp.log(2.0 * scale / shape) + log_gamma[0]
    return (
        log_density,
        entropy,
        jnp.square(scale) * jnp.exp(log_gamma[1] - log_gamma[0]),
    )


def generalized_normal_scores_reference(x, location, scale, *, shape):
    powers = (np.abs(x - location) / scale) ** shape
    normalizer = 2 * scale * special.gamma(1 + 1 / shape)
    ratio = special.gamma(3 / shape) / special.gamma(1 / shape)
    logs = np.log(normalizer)
    return -powers - logs, logs + 1 / shape, scale * scale * ratio


def wrapped_cauchy_scores(angles, center, concentration):
    """Log densities on a circle, relative to those of a uniform distribution."""
    log_density = jax.scipy.stats.wrapcauchy.logpdf(
        jnp.mod(angles - center, 2.0 * jnp.pi), concentration
    )
    return log_density + jnp.log(2.0 * jnp.pi)


def wrapped_cauchy_scores_reference(angles, center, concentration):
    # Its Fourier coefficients are powers of the concentration.
    k = np.arange(1, 120)
    waves = np.cos(k * (angles - center)[:, None])
    return np.log(1 + 2 * np.sum(concentration**k * waves, axis=1))


def overdispersed_counts(counts, mean, *, dispersion):
    """Log likelihood of counts whose variance exceeds their mean, and its scores."""
    probability = dispersion / (dispersion + mean)
    logs = jax.scipy.stats.nbinom.logpmf(counts, dispersion, probability)
    scores = (counts - mean) / (mean + jnp.square(mean) / dispersion)
    return logs.astype(mean.dtype), scores


def overdispersed_counts_reference(counts, mean, *, dispersion):
    size = np.full_like(mean, dispersion)
    ways = special.gammaln(counts + size) - special.gammaln(size)
    ways = ways - special.gammaln(counts + np.ones_like(mean))
    share = size / (size + mean)
    logs = ways + size * np.log(share) + counts * np.log(mean / (size + mean))
    slopes = dispersion * (counts - mean) / (mean * (dispersion + mean))
    return logs, slopes


def category_counts(counts, weights, concentration):
    """Log chances of counts, with probabilities known and with an unknown mixture."""
    total = jnp.sum(counts)
    probabilities = weights / jnp.sum(weights)
    known = jax.scipy.stats.multinomial.logpmf(counts, total, probabilities)
    gammaln = jax.scipy.special.gammaln
    counts = counts.astype(weights.dtype)
    alpha = concentration * probabilities
    pooled = gammaln(concentration) - gammaln(concentration + jnp.sum(counts))
    chosen = gammaln(jnp.sum(counts) + 1.0) - jnp.sum(gammaln(counts + 1.0))
    mixed = jnp.sum(gammaln(alpha + counts) - gammaln(alpha))
    return known.astype(weights.dtype), pooled + chosen + mixed


def category_counts_reference(counts, weights, concentration):
    shares = weights / np.sum(weights)
    drawn = np.sum(counts) + np.zeros(())
    ways = special.gammaln(drawn + 1.0)
    known, mixed = ways, ways - special.gammaln(drawn + concentration)
    mixed = mixed + special.gammaln(concentration)
    for share, count in zip(shares, counts + np.zeros(len(counts))):
        known = known + count * np.log(share) - special.gammaln(count + 1.0)
        urn = special.gammaln(concentration * share + count)
        mixed = mixed + urn - special.gammaln(concentration * share)
        mixed = mixed - special.gammaln(count + 1.0)
    return known, mixed


def box_cox_profile(values, power):
    """Transformed values and the profile log likelihood of each power."""
    transformed = jax.scipy.special.boxcox(values, power[:, None])
    variance = jnp.var(transformed, axis=1)
    log_values = jnp.sum(jnp.log(values))
    likelihood = -0.5 * values.shape[0] * jnp.log(variance) + (power - 1.0) * log_values
    return transformed, likelihood


def box_cox_profile_reference(values, power):
    rows, likelihoods = [], []
    for p in power:
        row = (values**p - 1) / p
        offsets = row - np.sum(row) / len(row)
        spread = np.sqrt(np.sum(offsets * offsets) / len(row))
        # The geometric mean makes up for the change of units.
        unit = np.exp((p - 1) * np.sum(np.log(values)) / len(values))
        rows.append(row)
        likelihoods.append(len(values) * np.log(unit / spread))
    return np.array(rows), np.array(likelihoods)


def logit_normal_density(x, mean, deviation, *, nodes):
    """Densities of logistic functions of normal numbers, and their means on a grid."""
    z = (jax.scipy.special.logit(x) - mean) / deviation
    norm = deviation * (2.0 * jnp.pi) ** 0.5 * x * (1.0 - x)
    points = jnp.linspace(-4.0, 4.0, nodes, dtype=x.dtype)
    weights = jax.nn.softmax(-0.5 * jnp.square(points))
    draws = jax.scipy.special.expit(mean[:, None] + deviation[:, None] * points)
    return jnp.exp(-0.5 * jnp.square(z)) / norm, draws @ weights


def logit_normal_density_reference(x, mean, deviation, *, nodes):
    points = np.linspace(-4.0, 4.0, nodes)
    weights = np.exp(-points * points / 2)
    densities, means = [], []
    for value, m, s in zip(x, mean, deviation):
        z = (np.log(value / (1 - value)) - m) / s
        slope = 1 / value + 1 / (1 - value)
        densities.append(np.exp(-z * z / 2) / np.sqrt(2 * np.pi) / s * slope)
        shares = 1 / (1 + np.exp(-m - s * points))
        means.append(np.sum(weights * shares) / np.sum(weights))
    return np.array(densities), np.array(means)


def weibull_moments(scale, shape):
    """Mean, variance and skewness of Weibull distributions, by the gamma function."""
    gamma = jax.scipy.special.gamma
    first, second, third = (gamma(1.0 + k / shape) for k in (1, 2, 3))
    spread = second - jnp.square(first)
    skewness = (third - 3.0 * first * second + 2.0 * first**3) / spread**1.5
    return scale * first, jnp.square(scale) * spread, skewness


def weibull_moments_reference(scale, shape):
    first, second, third = (
        np.array([special.gamma((k + s) / s) for s in shape]) for k in (1, 2, 3)
    )
    deviation = np.sqrt(second - first**2)
    skewness = (third - 3 * first * deviation**2 - first**3) / deviation**3
    return first * scale, (deviation * scale) ** 2, skewness


def beta_entropies(a, b):
    """Entropies, log geometric means and log variances of beta distributions."""
    gammaln, digamma = jax.scipy.special.gammaln, jax.scipy.special.digamma
    polygamma = jax.scipy.special.polygamma
    total = a + b
    entropy = gammaln(a) + gammaln(b) - gammaln(total)
    entropy -= (a - 1.0) * digamma(a) + (b - 1.0) * digamma(b)
    entropy += (total - 2.0) * digamma(total)
    mean_log = digamma(a) - digamma(total)
    return entropy, mean_log, polygamma(1, a) - polygamma(1, total)


def beta_entropies_reference(a, b):
    beta = special.beta(a, b)
    mean_log = special.psi(a) - special.psi(a + b)
    mean_log_rest = special.psi(b) - special.psi(a + b)
    entropy = np.log(beta) - (a - 1) * mean_log - (b - 1) * mean_log_rest
    return entropy, mean_log, special.zeta(2, a) - special.zeta(2, a + b)


def student_entropy(degrees, scale):
    """Entropies of Student's distributions, and how much their tails weigh."""
    gammaln, digamma = jax.scipy.special.gammaln, jax.scipy.special.digamma
    above, half = 0.5 * (degrees + 1.0), 0.5 * degrees
    entropy = above * (digamma(above) - digamma(half))
    entropy += gammaln(half) - gammaln(above) + 0.5 * jnp.log(jnp.pi * degrees)
    return entropy + jnp.log(scale), 6.0 / (degrees - 4.0)


def student_entropy_reference(degrees, scale):
    # The integral of the density's logarithm over sqrt(df) sinh(t).
    logs = np.log(np.cosh(np.linspace(-10.0, 10.0, 201)))
    shares = np.exp(-degrees[:, None] * logs)
    total = np.sum(shares, axis=1)
    mean_log = np.sum(shares * logs, axis=1) / total
    entropies = np.log(np.sqrt(degrees) * total / 10) + (degrees + 1) * mean_log
    return entropies + np.log(scale), 6 / (degrees - 4)
