"""Tests, tails and expectations: JAX, and NumPy from the definition."""

import jax
import jax.numpy as jnp
import numpy as np
from scipy import special


def student_t_p_value(t, *, degrees, tails):
    """Probability of a larger t statistic, from the incomplete beta function."""
    x = degrees / (degrees + jnp.square(t))
    both = jax.scipy.special.betainc(0.5 * degrees, 0.5, x)
    if tails == "two":
        return both
    return jnp.where(t > 0, 0.5 * both, 1.0 - 0.5 * both)


def student_t_p_value_reference(t, *, degrees, tails):
    below = special.stdtr(degrees, -np.abs(t))
    if tails == "two":
        return 2 * below
    return np.where(t > 0, below, 1 - below)


def variance_ratio_p_value(x, y):
    """The F statistic of two samples' variances, and the chance of a larger one."""
    above, below = 0.5 * (x.shape[0] - 1), 0.5 * (y.shape[0] - 1)
    statistic = jnp.var(x, ddof=1) / jnp.var(y, ddof=1)
    share = below / (below + above * statistic)
    return statistic, jax.scipy.special.betainc(below, above, share)


def variance_ratio_p_value_reference(x, y):
    squares = [np.sum((a - np.mean(a)) ** 2) / (len(a) - 1) for a in (x, y)]
    ratio = squares[0] / squares[1]
    return ratio, special.fdtrc(len(x) - 1, len(y) - 1, ratio)


def goodness_of_fit(observed, weights, *, statistic):
    """How far counts are from what weights let expect, with a p-value."""
    expected = weights * (jnp.sum(observed) / jnp.sum(weights))
    if statistic == "pearson":
        value = jnp.sum(jnp.square(observed - expected) / expected)
    else:
        value = 2.0 * jnp.sum(jax.scipy.special.kl_div(observed, expected))
    freedom = 0.5 * (observed.shape[0] - 1)
    return value, jax.scipy.special.gammaincc(freedom, 0.5 * value)


def goodness_of_fit_reference(observed, weights, *, statistic):
    shares = weights / np.sum(weights)
    total = np.sum(observed)
    if statistic == "pearson":
        value = np.sum(observed * observed / shares) / total - total
    else:
        value = 2 * np.sum(observed * np.log(observed / (total * shares)))
    return value, special.chdtrc(len(observed) - 1, value)


def binomial_tail(successes, probability, *, trials):
    """The chance of at least so many successes, and of exactly so many."""
    k = successes.astype(probability.dtype)
    at_least = jax.scipy.special.betainc(k, trials - k + 1.0, probability)
    log_choices = (
        jax.scipy.special.gammaln(trials + 1.0)
        - jax.scipy.special.gammaln(k + 1.0)
        - jax.scipy.special.gammaln(trials - k + 1.0)
    )
    log_chance = k * jnp.log(probability) + (trials - k) * jnp.log1p(-probability)
    return at_least, jnp.exp(log_choices + log_chance)


def binomial_tail_reference(successes, probability, *, trials):
    gamma = special.gamma
    at_least, exactly = np.zeros(successes.shape), np.zeros(successes.shape)
    for i, (k, p) in enumerate(zip(successes, probability)):
        ways = gamma(np.array(trials + 1.0)) / gamma(np.array(k + 1.0))
        ways = ways / gamma(np.array(trials - k + 1.0))
        at_least[i] = 1 - special.bdtr(k - 1.0, trials, p)
        exactly[i] = ways * p**k * (1 - p) ** (trials - k)
    return at_least, exactly


def poisson_tail(events, rate, *, dispersion):
    """The chance of so many events or more, if rates vary and if they do not."""
    k = events.astype(rate.dtype)
    steady = jax.scipy.special.gammainc(k, rate)
    varying = jax.scipy.special.betainc(k, dispersion, rate / (rate + dispersion))
    return steady, varying


def poisson_tail_reference(events, rate, *, dispersion):
    steady, varying = np.zeros(events.shape), np.zeros(events.shape)
    for i, (k, mean) in enumerate(zip(events.tolist(), rate)):
        below, mixed = np.exp(-mean), (1 + mean / dispersion) ** -dispersion
        total, mixed_total = below, mixed
        for j in range(1, k):
            below = below * mean / j
            mixed = mixed * (dispersion + j - 1) / j * mean / (mean + dispersion)
            total, mixed_total = total + below, mixed_total + mixed
        steady[i], varying[i] = 1 - total, 1 - mixed_total
    return steady, varying


def truncated_normal_moments(mean, deviation, lower, span):
    """Mean and variance of a normal distribution between two bounds."""
    a = (lower - mean) / deviation
    b = (lower + span - mean) / deviation
    mass = jax.scipy.special.ndtr(b) - jax.scipy.special.ndtr(a)
    density_a, density_b = (
        jnp.exp(-0.5 * jnp.square(z)) / (2.0 * jnp.pi) ** 0.5 for z in (a, b)
    )
    shift = (density_a - density_b) / mass
    shrink = (a * density_a - b * density_b) / mass
    variance = jnp.square(deviation) * (1.0 + shrink - jnp.square(shift))
    return mean + deviation * shift, variance


def truncated_normal_moments_reference(mean, deviation, lower, span):
    nodes, weights = np.polynomial.legendre.leggauss(40)
    means, variances = [], []
    for m, s, a, width in zip(mean, deviation, lower, span):
        x = a + width * (nodes + 1) / 2
        shares = weights * np.exp(-(((x - m) / s) ** 2) / 2)
        shares = shares / np.sum(shares)
        center = np.sum(shares * x)
        means.append(center)
        variances.append(np.sum(shares * x * x) - center * center)
    return np.array(means), np.array(variances)


def rectified_moments(mean, deviation, *, slope):
    """Mean and variance of a leaky rectifier's output, of a normal input."""
    z = mean / deviation
    above = jax.scipy.special.ndtr(z)
    density = jnp.exp(-0.5 * jnp.square(z)) / (2.0 * jnp.pi) ** 0.5
    positive = mean * above + deviation * density
    square = (jnp.square(mean) + jnp.square(deviation)) * above
    square = square + mean * deviation * density
    total = jnp.square(mean) + jnp.square(deviation)
    first = slope * mean + (1.0 - slope) * positive
    second = slope**2 * total + (1.0 - slope**2) * square
    return first, second - jnp.square(first)


def rectified_moments_reference(mean, deviation, *, slope):
    means, variances = [], []
    for m, s in zip(mean, deviation):
        up = special.erfc(-m / s / np.sqrt(2)) / 2
        density = np.exp(-m * m / (2 * s * s)) * s / np.sqrt(2 * np.pi)
        halves = []
        for sign, share in ((1, up), (-1, 1 - up)):
            halves.append((m * share + sign * density, sign * m * density))
        first = halves[0][0] + slope * halves[1][0]
        squares = [
            (m * m + s * s) * share + half[1]
            for share, half in zip((up, 1 - up), halves)
        ]
        means.append(first)
        variances.append(squares[0] + slope**2 * squares[1] - first * first)
    return np.array(means), np.array(variances)


def expected_improvement_scores(mean, deviation, best, *, acquisition, margin):
    """How promising points are for finding a larger value than the best so far."""
    gain = mean - best - margin
    z = gain / deviation
    if acquisition == "probability":
        return jax.scipy.special.ndtr(z)
    density = jnp.exp(-0.5 * jnp.square(z)) / (2.0 * jnp.pi) ** 0.5
    improvement = gain * jax.scipy.special.ndtr(z) + deviation * density
    return jnp.log(improvement) if acquisition == "logarithm" else improvement


def expected_improvement_scores_reference(
    mean, deviation, best, *, acquisition, margin
):
    z = (mean - margin - best) / deviation
    above = (1 + special.erf(z / np.sqrt(2))) / 2
    if acquisition == "probability":
        return above
    improvement = deviation * (z * above + np.exp(-z * z / 2) / np.sqrt(2 * np.pi))
    return np.log(improvement) if acquisition == "logarithm" else improvement


def probit_log_likelihood(features, weights, labels, *, link):
    """Log likelihood of binary labels under a link other than the logistic one."""
    margins = jnp.where(labels, 1.0, -1.0) * (features @ weights)
    if link == "probit":
        return jnp.sum(jax.scipy.special.log_ndtr(margins))
    if link == "cauchit":
        return jnp.sum(jnp.log(0.5 + jnp.arctan(margins) / jnp.pi))
    # Complementary log-log: not symmetric.
    rates = jnp.exp(features @ weights)
    return jnp.sum(jnp.where(labels, jnp.log(-jnp.expm1(-rates)), -rates))


def probit_log_likelihood_reference(features, weights, labels, *, link):
    total = np.zeros(())
    for row, label in zip(features, labels):
        score = np.sum(row * weights)
        if link == "probit":
            chance = special.ndtr(score)
        elif link == "cauchit":
            chance = 0.5 + np.arctan(score) / np.pi
        else:
            chance = 1 - np.exp(-np.exp(score))
        total = total + np.log(chance if label else 1 - chance)
    return total


def option_sensitivities(spot, volatility, maturity, *, strike, rate, kind):
    """Price of an option, and how it depends on what it is made of."""
    root = volatility * jnp.sqrt(maturity)
    forward = jnp.log(spot / strike) + rate * maturity
    d1, d2 = forward / root + 0.5 * root, forward / root - 0.5 * root
    sign = 1.0 if kind == "call" else -1.0
    discount = strike * jnp.exp(-rate * maturity)
    near = jax.scipy.special.ndtr(sign * d1)
    far = jax.scipy.special.ndtr(sign * d2)
    density = jnp.exp(-0.5 * jnp.square(d1)) / (2.0 * jnp.pi) ** 0.5
    return {
        "price": sign * (spot * near - discount * far),
        "delta": sign * near,
        "gamma": density / (spot * root),
        "vega": spot * density * jnp.sqrt(maturity),
    }


def option_sensitivities_reference(spot, volatility, maturity, *, strike, rate, kind):
    # What the payoff is worth where it pays, and derivatives under the integral.
    columns = {"price": [], "delta": [], "gamma": [], "vega": []}
    sign = 1 if kind == "call" else -1
    for s, v, t in zip(spot, volatility, maturity):
        root = v * np.sqrt(t)
        edge = (np.log(strike / s) - rate * t) / root + root / 2
        up = special.ndtr(sign * (root - edge))
        down = special.ndtr(-sign * edge) * np.exp(-rate * t)
        at_edge = np.exp(-edge * edge / 2) / np.sqrt(2 * np.pi)
        kink = strike / s * np.exp(-rate * t) * at_edge / (s * root)
        columns["price"].append(sign * (s * up - strike * down))
        columns["delta"].append(sign * up)
        columns["gamma"].append(kink)
        columns["vega"].append(kink * s * s * root * np.sqrt(t))
    return {name: np.array(values) for name, values in columns.items()}


def gamma_tail_fraction(a, x, *, steps):
    """The upper incomplete gamma function by a continued fraction."""
    tiny = 1e-30
    b = x + 1.0 - a
    front = jnp.full_like(x, 1 / tiny)
    back = 1.0 / b
    product = back
    for i in range(1, steps + 1):
        numerator = -i * (i - a)
        b = b + 2.0
        back = numerator * back + b
        front = b + numerator / front
        back = 1.0 / jnp.where(jnp.abs(back) < tiny, tiny, back)
        product = product * back * front
    return product * jnp.exp(a * jnp.log(x) - x - jax.scipy.special.gammaln(a))


def gamma_tail_fraction_reference(a, x, *, steps):
    return special.gammaincc(a, x)


def skew_normal_chance(x, location, scale, *, shape):
    """Distribution functions and densities of skewed normal distributions."""
    z = (x - location) / scale
    # In x64 mode Owen's function computes in float64 whatever it is given.
    skewed = jax.scipy.special.owens_t(z, jnp.asarray(shape, z.dtype)).astype(z.dtype)
    below = jax.scipy.special.ndtr(z) - 2.0 * skewed
    density = jnp.exp(-0.5 * jnp.square(z)) / (2.0 * jnp.pi) ** 0.5
    return below, 2.0 / scale * density * jax.scipy.special.ndtr(shape * z)


def skew_normal_chance_reference(x, location, scale, *, shape):
    def density(z):
        normal = np.exp(-z * z / 2) / np.sqrt(2 * np.pi)
        return normal * (1 + special.erf(shape * z / np.sqrt(2)))

    # The trapezoid rule after a change of variable that meets the end ever more slowly.
    places = np.linspace(-3.7, 2.9, 133)
    gaps = np.exp(places - np.exp(-places))
    weights = 0.05 * gaps * (1 + np.exp(-places))
    z = (x - location) / scale
    chances = np.sum(weights * density(z[:, None] - gaps), axis=1)
    # What is left of the normal's chance rounds as that does, however little it is.
    normal = special.ndtr(z)
    return normal - (normal - chances), density(z) / scale


def collector_cost(kinds, price):
    """Expected price until every kind was drawn, its deviation, and until half were."""
    digamma, polygamma = jax.scipy.special.digamma, jax.scipy.special.polygamma
    n = kinds.astype(price.dtype)
    half = (kinds - kinds // 2).astype(price.dtype)
    harmonic = digamma(n + 1.0) - digamma(jnp.ones_like(n))
    squares = polygamma(1, jnp.ones_like(n)) - polygamma(1, n + 1.0)
    variance = jnp.square(n) * squares - n * harmonic
    until_half = n * (digamma(n + 1.0) - digamma(half + 1.0))
    return price * n * harmonic, price * jnp.sqrt(variance), price * until_half


def collector_cost_reference(kinds, price):
    columns = []
    for n, cost in zip(kinds.tolist(), price):
        # Each further kind is a success of its own rate.
        chances = [np.array(missing / n) for missing in range(n, 0, -1)]
        waits = [1 / chance for chance in chances]
        variance = sum((1 - chance) / chance**2 for chance in chances)
        half = sum(waits[: n // 2])
        columns.append((cost * sum(waits), cost * np.sqrt(variance), cost * half))
    return tuple(np.array(column) for column in zip(*columns))
