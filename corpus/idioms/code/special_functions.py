"""Formulas with special functions: JAX, and NumPy from the definition."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
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


def boys_functions(x, *, highest):
    """Integrals of Gaussian orbitals: the highest order, and the others downwards."""
    order = jnp.asarray(highest + 0.5, x.dtype)
    lower = jax.scipy.special.gammainc(order, x) * jax.scipy.special.gamma(order)
    values = [0.5 * lower * x**-order]
    for n in range(highest - 1, -1, -1):
        values.append((2.0 * x * values[-1] + jnp.exp(-x)) / (2 * n + 1))
    return jnp.stack(values[::-1])


def boys_functions_reference(x, *, highest):
    nodes, weights = np.polynomial.legendre.leggauss(40)
    t = (nodes + 1) / 2
    values = [
        [np.sum(weights * t ** (2 * n) * np.exp(-z * t * t)) / 2 for z in x]
        for n in range(highest + 1)
    ]
    return np.array(values)


def screened_coulomb_energy(positions, charges, *, alpha):
    """The part of the Coulomb energy that decays fast, less that of single charges."""
    offsets = positions[:, None] - positions
    squares = jnp.sum(jnp.square(offsets), axis=-1)
    same = jnp.eye(charges.shape[0], dtype=bool)
    distances = jnp.sqrt(jnp.where(same, 1.0, squares))
    screened = jnp.where(same, 0.0, lax.erfc(alpha * distances) / distances)
    own = alpha / jnp.pi**0.5 * jnp.sum(jnp.square(charges))
    return 0.5 * charges @ screened @ charges - own


def screened_coulomb_energy_reference(positions, charges, *, alpha):
    energy = np.zeros(())
    for i in range(len(charges)):
        energy = energy - charges[i] ** 2 * alpha / np.sqrt(np.pi)
        for j in range(i):
            distance = np.linalg.norm(positions[i] - positions[j])
            energy = energy + charges[i] * charges[j] * (
                (1 - special.erf(alpha * distance)) / distance
            )
    return energy


def voigt_line(x, deviation, width):
    """A line shape that both collisions and motion have broadened."""
    root_two = 2.0**0.5
    z = lax.complex(x, jnp.broadcast_to(width, x.shape)) / (deviation * root_two)
    faddeeva = jax.scipy.special.wofz(z)
    return faddeeva.real / (deviation * (2.0 * jnp.pi) ** 0.5)


def voigt_line_reference(x, deviation, width):
    # The Fourier transform of a product of a Gaussian and an exponential.
    nodes, weights = np.polynomial.legendre.leggauss(100)
    reach = 9.0 / deviation
    t = reach * (nodes + 1) / 2
    envelope = np.exp(-((deviation * t) ** 2) / 2 - width * t)
    return np.array(
        [reach / 2 * np.sum(weights * envelope * np.cos(z * t)) / np.pi for z in x]
    )


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


def kaiser_windowed(signal, beta):
    """A signal under a window that trades its width for its side lobes."""
    size = signal.shape[-1]
    places = jnp.linspace(-1.0, 1.0, size, dtype=signal.dtype)
    height = jnp.sqrt(jnp.maximum(1.0 - jnp.square(places), 0.0))
    scaled = lax.bessel_i0e(beta * height) / lax.bessel_i0e(beta)
    window = scaled * jnp.exp(beta * (height - 1.0))
    return signal * window, jnp.square(jnp.sum(window)) / jnp.sum(jnp.square(window))


def kaiser_windowed_reference(signal, beta):
    size = signal.shape[-1]

    def bessel(x):
        # The power series about zero.
        total = term = np.ones(())
        for k in range(1, 40):
            term = term * (x / (2 * k)) ** 2
            total = total + term
        return total

    window = []
    for i in range(size):
        inside = 4.0 * i * (size - 1 - i) / (size - 1) ** 2
        window.append(bessel(beta * np.sqrt(np.array(inside))) / bessel(beta))
    window = np.array(window)
    return signal * window, np.sum(window) ** 2 / np.sum(window * window)


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


def modulation_sidebands(index, *, order):
    """Amplitudes of a modulated tone's sidebands, and their share of its power."""
    sidebands = jax.scipy.special.bessel_jn(index, v=order, n_iter=28)
    powers = jnp.square(sidebands)
    return sidebands, powers[0] + 2.0 * jnp.sum(powers[1:], axis=0)


def modulation_sidebands_reference(index, *, order):
    # Fourier coefficients of the tone's phase.
    angles = 2 * np.pi * np.arange(64) / 64
    sidebands = np.array(
        [
            [np.mean(np.cos(n * angles - b * np.sin(angles))) for b in index]
            for n in range(order + 1)
        ]
    )
    signs = np.where(np.arange(order + 1) == 0, 1, 2)
    return sidebands, np.sum(signs[:, None] * sidebands**2, axis=0)


def spherical_expansion(coefficients, polar, azimuth, *, degree):
    """A function on the sphere from coefficients of real spherical harmonics."""
    pairs = [(n, m) for n in range(degree + 1) for m in range(-n, n + 1)]
    n, m = (jnp.array(numbers, dtype=jnp.int32) for numbers in zip(*pairs))
    places, count = polar.shape[0], len(pairs)
    harmonics = jax.scipy.special.sph_harm_y(
        jnp.repeat(n, places),
        jnp.repeat(jnp.abs(m), places),
        jnp.tile(polar, count),
        jnp.tile(azimuth, count),
        n_max=degree,
    ).reshape(count, places)
    parts = jnp.where(m[:, None] < 0, harmonics.imag, harmonics.real)
    # Without the phase of odd orders, and normalized as pairs of orders are.
    scales = jnp.where(m == 0, 1.0, jnp.where(m % 2 == 0, 1.0, -1.0) * 2.0**0.5)
    return (coefficients * scales.astype(polar.dtype)) @ parts.astype(polar.dtype)


def spherical_expansion_reference(coefficients, polar, azimuth, *, degree):
    values = np.zeros(polar.shape)
    for i in range(len(polar)):
        z, height = np.cos(polar[i]), np.sin(polar[i])
        place = 0
        for n in range(degree + 1):
            for m in range(-n, n + 1):
                order = abs(m)
                # Rodrigues: derivatives of a polynomial.
                base = np.poly1d([1.0, 0.0, -1.0]) ** n
                derivative = base.deriv(n + order) if n + order else base
                factor = special.factorial(n - order) / special.factorial(n + order)
                factor = factor * (2 * n + 1) / (4 * np.pi) * (1 if m == 0 else 2)
                legendre = 0.0 * z
                for c in derivative.coeffs:
                    legendre = legendre * z + c
                legendre = legendre * height**order / (2.0**n * special.factorial(n))
                turn = np.cos(m * azimuth[i]) if m >= 0 else np.sin(order * azimuth[i])
                value = np.sqrt(np.array(factor)) * legendre * turn
                values[i] = values[i] + coefficients[place] * value
                place += 1
    return values


def orthogonal_series(coefficients, x, *, family):
    """Series of orthogonal polynomials by Clenshaw's recurrence, from the last term."""
    # The next polynomial is (a x + b) times the last one less c times the one before.
    recurrence = {
        "legendre": lambda n: ((2 * n + 1) / (n + 1), 0.0, n / (n + 1)),
        "chebyshev": lambda n: (2.0 if n else 1.0, 0.0, 1.0),
        "hermite": lambda n: (2.0, 0.0, 2.0 * n),
        "laguerre": lambda n: (-1 / (n + 1), (2 * n + 1) / (n + 1), n / (n + 1)),
    }[family]
    later = latest = jnp.zeros_like(x)
    for n in range(coefficients.shape[0] - 1, -1, -1):
        a, b, _ = recurrence(n)
        _, _, c = recurrence(n + 1)
        later, latest = coefficients[n] + (a * x + b) * later - c * latest, later
    return later


def orthogonal_series_reference(coefficients, x, *, family):
    evaluate = {
        "legendre": special.eval_legendre,
        "chebyshev": special.eval_chebyt,
        "hermite": special.eval_hermite,
        "laguerre": special.eval_laguerre,
    }[family]
    return sum(c * evaluate(n, x) for n, c in enumerate(coefficients))


def hydrogen_radial(radius, *, level, momentum):
    """Radial wave functions of hydrogen, and the chance of being at that distance."""
    scaled = 2.0 * radius / level
    alpha = 2 * momentum + 1
    previous, current = jnp.zeros_like(scaled), jnp.ones_like(scaled)
    for k in range(level - momentum - 1):
        upper = (2 * k + 1 + alpha - scaled) * current - (k + alpha) * previous
        previous, current = current, upper / (k + 1)
    gammaln = jax.scipy.special.gammaln
    log_norm = gammaln(level - momentum + 0.0) - gammaln(level + momentum + 1.0)
    norm = 2.0 / level**2 * jnp.exp(0.5 * log_norm)
    wave = norm * jnp.exp(-0.5 * scaled) * scaled**momentum * current
    return wave, jnp.square(radius * wave)


def hydrogen_radial_reference(radius, *, level, momentum):
    count = level - momentum - 1
    wave = np.zeros(radius.shape)
    for k in range(count + 1):
        choices = special.comb(level + momentum, count - k, exact=True)
        factor = (-1) ** k * choices / special.factorial(k)
        wave = wave + factor * (2 * radius / level) ** (k + momentum)
    ratio = special.factorial(count) / (2 * level * special.factorial(level + momentum))
    wave = wave * np.exp(-radius / level) * np.sqrt(np.array(ratio * (2 / level) ** 3))
    return wave, wave * wave * radius * radius


def oscillator_states(x, *, highest):
    """Wave functions of the harmonic oscillator, by a recurrence of normalized ones."""
    ground = jnp.pi**-0.25 * jnp.exp(-0.5 * jnp.square(x))
    states = [ground, 2.0**0.5 * x * ground]
    for n in range(1, highest):
        up = (2.0 / (n + 1)) ** 0.5 * x * states[n]
        states.append(up - (n / (n + 1)) ** 0.5 * states[n - 1])
    return jnp.stack(states[: highest + 1])


def oscillator_states_reference(x, *, highest):
    states = []
    for n in range(highest + 1):
        scale = np.sqrt(np.array(2.0**n * special.factorial(n) * np.sqrt(np.pi)))
        states.append(special.eval_hermite(n, x) * np.exp(-x * x / 2) / scale)
    return np.array(states)


def pendulum_period(amplitude, length, *, steps):
    """Periods of pendulums, by arithmetic and geometric means, and their energies."""
    mean, root = jnp.ones_like(amplitude), jnp.cos(0.5 * amplitude)
    for _ in range(steps):
        mean, root = 0.5 * (mean + root), jnp.sqrt(mean * root)
    period = 2.0 * jnp.pi * jnp.sqrt(length / 9.81) / mean
    return period, 9.81 * length * (1.0 - jnp.cos(amplitude))


def pendulum_period_reference(amplitude, length, *, steps):
    modulus = np.sin(amplitude / 2) ** 2
    quarter = np.sqrt(length / 9.81) * special.ellipk(modulus)
    return 4 * quarter, 2 * 9.81 * length * modulus


def ellipse_perimeter(width, height, *, steps):
    """Perimeters of ellipses, by means that meet and what they differ by on the way."""
    larger, smaller = jnp.maximum(width, height), jnp.minimum(width, height)
    mean, root = larger, smaller
    total = 0.5 * (jnp.square(larger) + jnp.square(smaller))
    power = 0.25
    for _ in range(steps):
        gap = mean - root
        mean, root = 0.5 * (mean + root), jnp.sqrt(mean * root)
        total -= power * jnp.square(gap)
        power *= 2.0
    return 2.0 * jnp.pi * total / mean


def ellipse_perimeter_reference(width, height, *, steps):
    larger, smaller = np.maximum(width, height), np.minimum(width, height)
    return 4 * larger * special.ellipe(1 - (smaller / larger) ** 2)


def carlson_integral(x, y, z, *, steps):
    """The symmetric elliptic integral of the first kind, by doubling its argument."""
    for _ in range(steps):
        root_x, root_y, root_z = jnp.sqrt(x), jnp.sqrt(y), jnp.sqrt(z)
        shift = root_x * root_y + root_y * root_z + root_z * root_x
        x, y, z = 0.25 * (x + shift), 0.25 * (y + shift), 0.25 * (z + shift)
    mean = (x + y + z) / 3.0
    a, b = 1.0 - x / mean, 1.0 - y / mean
    c = -a - b
    second, third = a * b - c * c, a * b * c
    series = 1.0 - second / 10.0 + third / 14.0
    series += second * second / 24.0 - 3.0 * second * third / 44.0
    return series / jnp.sqrt(mean)


def carlson_integral_reference(x, y, z, *, steps):
    return special.elliprf(x, y, z)


def lambert_branch(x, *, branch, steps):
    """Solutions of w exp(w) = x by Halley's method, on either branch."""
    if branch == 0:
        w = jnp.log1p(x)
        target = x
    else:
        # Here x stands for how much of the branch's range is left.
        target = -jnp.exp(-1.0 - x)
        w = -1.0 - jnp.sqrt(2.0 * x) - x
    for _ in range(steps):
        growth = jnp.exp(w)
        error = w * growth - target
        slope = growth * (w + 1.0)
        w = w - error / (slope - 0.5 * (w + 2.0) * error / (w + 1.0))
    return w


def lambert_branch_reference(x, *, branch, steps):
    if branch == 0:
        low, high = np.zeros(x.shape), np.log1p(x)
        for _ in range(60):
            middle = (low + high) / 2
            below = middle * np.exp(middle) < x
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        return (low + high) / 2
    low, high = 0 * x + 1.0, x + np.sqrt(2 * x) + 1.5
    for _ in range(60):
        middle = (low + high) / 2
        below = middle - np.log(middle) < 1 + x
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return -(low + high) / 2


def planck_fraction(x, *, terms):
    """The share of a black body's radiation above a frequency, and all of its power."""
    k = jnp.arange(1, terms + 1, dtype=x.dtype)
    upper = jax.scipy.special.gammaincc(4.0, k * x[..., None])
    total = jax.scipy.special.zeta(4.0, 1.0).astype(x.dtype)
    return jnp.sum(upper / k**4, axis=-1) / total, 6.0 * total * x**-4


def planck_fraction_reference(x, *, terms):
    shares = np.zeros(x.shape)
    for k in range(1, terms + 1):
        u = k * x
        polynomial = 6 + u * (6 + u * (3 + u))
        shares = shares + np.exp(-u) * polynomial / 6 / k**4
    return shares * 90 / np.pi**4, np.pi**4 / 15 / x**4


def debye_heat(temperature, *, order, nodes):
    """Heat capacities of a lattice relative to the limit of high temperatures."""
    points, weights = np.polynomial.legendre.leggauss(nodes)
    shares = jnp.asarray(0.5 * (points + 1.0), dtype=temperature.dtype)
    weights = jnp.asarray(0.5 * weights, dtype=temperature.dtype)
    cutoff = 1.0 / temperature
    t = cutoff[..., None] * shares
    # t^2 e^t / (e^t - 1)^2, without its cancellation at zero
    bump = jnp.square(0.5 * t / jnp.sinh(0.5 * t))
    return order * jnp.sum(weights * shares ** (order - 1) * bump, axis=-1)


def debye_heat_reference(temperature, *, order, nodes):
    # The power series of the bump, integrated term by term; its coefficients have the
    # values of zeta at even numbers.
    heats = np.ones(temperature.shape)
    for k in range(1, 24):
        sign = (2 * k - 1) * (-1) ** k
        factor = (
            2 * special.zeta(2 * k, 1) * sign / (2 * np.pi * temperature) ** (2 * k)
        )
        heats = heats + order * factor / (order + 2 * k)
    return heats


def ideal_gas_integral(fugacity, *, order, statistics, terms):
    """Fermi's and Bose's integrals as power series of the fugacity."""
    k = jnp.arange(1, terms + 1, dtype=fugacity.dtype)
    sign = -1.0 if statistics == "fermi" else 1.0
    coefficients = sign ** (k - 1.0) / k**order
    powers = fugacity[..., None] ** k
    return jnp.sum(coefficients * powers, axis=-1)


def ideal_gas_integral_reference(fugacity, *, order, statistics, terms):
    total, sign = np.zeros(fugacity.shape), 1
    for k in range(terms, 0, -1):
        sign = (-1) ** (k - 1) if statistics == "fermi" else 1
        total = (total + sign / np.array(1.0 * k) ** order) * fugacity
    return total


def zipf_mandelbrot(ranks, shift, *, exponent):
    """Log probabilities of ranks by a power law, and the mass beyond them."""
    places = ranks.astype(shift.dtype) + shift
    normalizer = jax.scipy.special.zeta(exponent, shift + 1.0)
    beyond = jax.scipy.special.zeta(exponent, places + 1.0)
    return -exponent * jnp.log(places) - jnp.log(normalizer), beyond / normalizer


def zipf_mandelbrot_reference(ranks, shift, *, exponent):
    logs, tails = [], []
    for rank in ranks.tolist():
        before = sum((j + shift) ** -exponent for j in range(1, rank + 1))
        whole = special.zeta(exponent, 1 + shift)
        logs.append(-np.log(whole * (rank + shift) ** exponent))
        tails.append(1 - before / whole)
    return np.array(logs), np.array(tails)


def riemann_siegel(t, *, terms):
    """The phase of zeta on the critical line, and the main sum that it turns real."""
    z = lax.complex(jnp.full_like(t, 0.25), 0.5 * t)
    theta = jax.scipy.special.loggamma(z).imag - 0.5 * t * jnp.log(jnp.pi)
    n = jnp.arange(1, terms + 1, dtype=t.dtype)
    phases = theta[..., None] - t[..., None] * jnp.log(n)
    return theta, 2.0 * jnp.sum(jnp.cos(phases) / jnp.sqrt(n), axis=-1)


def riemann_siegel_reference(t, *, terms):
    # The gamma function's argument, moved up to where its asymptotic series is good.
    theta = -t / 2 * np.log(np.pi)
    for k in range(12):
        theta = theta - np.arctan2(t / 2, 0.25 + k)
    x, y = 12.25, t / 2
    square = x * x + y * y
    log_size, angle = np.log(square) / 2, np.arctan2(y, x)
    theta = theta + (x - 0.5) * angle + y * log_size - y
    series = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360)
    for k, coefficient in enumerate(series):
        power = 2 * k + 1
        theta = theta - coefficient * np.sin(power * angle) / square ** (power / 2)
    total = sum(np.cos(theta - t * np.log(n)) / np.sqrt(n) for n in range(1, terms + 1))
    return theta, 2 * total


# Bernoulli's numbers, those of odd index being zero but for the first.
BERNOULLI = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510]


def stirling_log_gamma(x, *, terms):
    """The logarithm of the gamma function by its asymptotic series."""
    k = jnp.arange(1, terms + 1, dtype=x.dtype)
    numbers = jnp.array(BERNOULLI[:terms], dtype=x.dtype)
    corrections = (
        numbers / (2.0 * k * (2.0 * k - 1.0)) * x[..., None] ** (1.0 - 2.0 * k)
    )
    main = (x - 0.5) * jnp.log(x) - x + 0.5 * jnp.log(2.0 * jnp.pi)
    return main + jnp.sum(corrections, axis=-1)


def stirling_log_gamma_reference(x, *, terms):
    return special.gammaln(x)


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


def gauss_series(a, b, c, z, *, terms):
    """The hypergeometric function of Gauss by its series, and its derivative."""
    n = jnp.arange(terms, dtype=z.dtype)
    ratios = (a + n) * (b + n) / ((c + n) * (1.0 + n))
    coefficients = jnp.concatenate([jnp.ones_like(ratios[:1]), jnp.cumprod(ratios)])
    powers = z[..., None] ** jnp.arange(terms + 1, dtype=z.dtype)
    slopes = (n + 1.0) * coefficients[1:] * powers[..., :-1]
    return jnp.sum(coefficients * powers, axis=-1), jnp.sum(slopes, axis=-1)


def gauss_series_reference(a, b, c, z, *, terms):
    slope = special.hyp2f1(a + 1, b + 1, c + 1, z)
    return special.hyp2f1(a, b, c, z), slope * a * b / c


def kummer_series(a, b, x, *, transform, terms):
    """The confluent hypergeometric function, by its series or that of its mirror."""
    first, argument = (b - a, -x) if transform else (a, x)
    term = total = jnp.ones_like(x)
    for n in range(terms):
        term = term * (first + n) / (b + n) * argument / (n + 1)
        total = total + term
    return total * jnp.exp(x) if transform else total


def kummer_series_reference(a, b, x, *, transform, terms):
    return np.array([special.hyp1f1(p, q, z) for p, q, z in zip(a, b, x)])


def bessel_by_recurrence(x, *, highest, start):
    """Bessel functions by recurrence from far above, and a rule for their sum."""
    later, latest = jnp.zeros_like(x), jnp.full_like(x, 1e-25)
    values, total = [], jnp.zeros_like(x)
    for n in range(start, 0, -1):
        later, latest = latest, 2.0 * n / x * latest - later
        if n - 1 <= highest:
            values.append(latest)
        if (n - 1) % 2 == 0:
            total = total + (1.0 if n == 1 else 2.0) * latest
    return jnp.stack(values[::-1]) / total


def bessel_by_recurrence_reference(x, *, highest, start):
    angles = np.pi * (np.arange(48) + 0.5) / 48
    values = []
    for n in range(highest + 1):
        phases = n * angles - x[:, None] * np.sin(angles)
        values.append(np.mean(np.cos(phases), axis=1))
    return np.array(values)


def dipole_resistance(length):
    """Radiation resistances of thin antennas of a length in wavelengths."""
    euler = 0.57721566490153286
    phase = 2.0 * jnp.pi * length
    sine, cosine = jax.scipy.special.sici(phase)
    sine_twice, cosine_twice = jax.scipy.special.sici(2.0 * phase)
    straight = euler + jnp.log(phase) - cosine
    curved = 0.5 * jnp.sin(phase) * (sine_twice - 2.0 * sine)
    mixed = euler + jnp.log(0.5 * phase) + cosine_twice - 2.0 * cosine
    return 59.9584916 * (straight + curved + 0.5 * jnp.cos(phase) * mixed)


def dipole_resistance_reference(length):
    # The power through a sphere: a pattern over the polar angle.
    nodes, weights = np.polynomial.legendre.leggauss(40)
    z = (nodes + 1) / 2
    values = []
    for wavelengths in length:
        half = np.pi * wavelengths
        pattern = (np.cos(half * z) - np.cos(half)) ** 2 / (1 - z * z)
        values.append(59.9584916 * np.sum(weights * pattern))
    return np.array(values)


def plasma_dispersion(phase_velocity):
    """The response of a warm plasma to slow and fast waves, real and imaginary."""
    landau = jnp.pi**0.5 * phase_velocity * jnp.exp(-jnp.square(phase_velocity))
    screening = 1.0 - 2.0 * phase_velocity * jax.scipy.special.dawsn(phase_velocity)
    return screening, landau


def plasma_dispersion_reference(phase_velocity):
    z = special.wofz(phase_velocity + 0j)
    response = 1 + 1j * np.sqrt(np.pi) * phase_velocity * z
    return response.real, response.imag


def knife_edge_pattern(x, *, slit):
    """Intensity of light behind an edge, or behind a slit of some width."""
    sine, cosine = jax.scipy.special.fresnel(x)
    if slit is None:
        real, imaginary = cosine + 0.5, sine + 0.5
    else:
        sine_far, cosine_far = jax.scipy.special.fresnel(x + slit)
        real, imaginary = cosine_far - cosine, sine_far - sine
    return 0.5 * (jnp.square(real) + jnp.square(imaginary))


def knife_edge_pattern_reference(x, *, slit):
    # Twice the integral's modulus, along the path from one end to the other.
    nodes, weights = np.polynomial.legendre.leggauss(60)
    values = []
    for edge in x:
        low, high = (0.0 * edge, edge) if slit is None else (edge, edge + slit)
        half = (high - low) / 2
        t = low + half * (nodes + 1)
        start = 0.5 if slit is None else 0.0
        real = start + half * np.sum(weights * np.cos(np.pi / 2 * t * t))
        imaginary = start + half * np.sum(weights * np.sin(np.pi / 2 * t * t))
        values.append((real * real + imaginary * imaginary) / 2)
    return np.array(values)


def mittag_leffler(z, *, alpha, beta, terms):
    """The exponential's generalization for equations of fractional order."""
    k = jnp.arange(terms, dtype=z.dtype)
    coefficients = jnp.exp(-jax.scipy.special.gammaln(alpha * k + beta))
    return jnp.sum(coefficients * z[..., None] ** k, axis=-1)


def mittag_leffler_reference(z, *, alpha, beta, terms):
    total = np.zeros(z.shape)
    for k in range(terms - 1, -1, -1):
        total = total + z**k / special.gamma(np.array(alpha * k + beta))
    return total


def euler_maclaurin_zeta(s, *, terms, corrections):
    """Zeta by a sum and by Bernoulli numbers for what is left of it."""
    n = jnp.arange(1, terms, dtype=s.dtype)
    head = jnp.sum(n ** -s[..., None], axis=-1)
    total = head + terms ** (1.0 - s) / (s - 1.0) + 0.5 * terms**-s
    factor = s / 2.0 * terms ** (-s - 1.0)
    for k, number in enumerate(BERNOULLI[:corrections], start=1):
        total = total + number * factor
        factor = factor * (s + 2 * k - 1.0) * (s + 2 * k) / terms**2
        factor = factor / ((2 * k + 1) * (2 * k + 2))
    return total


def euler_maclaurin_zeta_reference(s, *, terms, corrections):
    return special.zeta(s, 1.0)


def periodic_bernoulli(x, *, degree):
    """Bernoulli polynomials of fractional parts, as in sums that approach integrals."""
    evens = [number for each in BERNOULLI for number in (each, 0.0)]
    numbers = jnp.array([1.0, -0.5, *evens][: degree + 1], dtype=x.dtype)
    choices = jax.scipy.special.comb(degree, jnp.arange(degree + 1, dtype=x.dtype))
    share = x - jnp.floor(x)
    return jnp.polyval(choices.astype(x.dtype) * numbers, share)


def periodic_bernoulli_reference(x, *, degree):
    # By the recurrence from their derivatives and that their mean is zero.
    share = np.mod(x, 1.0)
    coefficients = [np.ones(())]
    for n in range(1, degree + 1):
        raised = [n * c / (k + 1) for k, c in enumerate(coefficients)]
        mean = sum(c / (k + 2) for k, c in enumerate(raised))
        coefficients = [-mean, *raised]
    total = 0.0 * share
    for c in reversed(coefficients):
        total = total * share + c
    return total


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


def well_drawdown(radius, times, *, rate, transmissivity, storage):
    """How far water sinks around a well that is pumped, now and approximately later."""
    u = jnp.square(radius)[:, None] * storage / (4.0 * transmissivity * times)
    scale = rate / (4.0 * jnp.pi * transmissivity)
    early = scale * jax.scipy.special.exp1(u)
    late = scale * (-0.57721566490153286 - jnp.log(u) + u)
    return early, late


def well_drawdown_reference(radius, times, *, rate, transmissivity, storage):
    early = np.zeros((len(radius), len(times)))
    late = np.zeros(early.shape)
    for i, j in np.ndindex(*early.shape):
        u = radius[i] ** 2 * storage / (4 * transmissivity * times[j])
        # The entire part of the exponential integral, as a series.
        entire = term = u
        for k in range(2, 40):
            term = -term * u / k
            entire = entire + term / k
        logs = -np.log(u) - np.euler_gamma
        early[i, j] = (logs + entire) * rate / (4 * np.pi * transmissivity)
        late[i, j] = (logs + u) * rate / (4 * np.pi * transmissivity)
    return early, late


def slab_transmission(depth, *, order, source):
    """How much of what comes from all directions a slab lets pass, and how much not."""
    faced = jax.scipy.special.expn(order, depth)
    moved = jax.scipy.special.expn(order + 1, depth)
    return 0.5 * source * faced, 2.0 * source * (1.0 / order - moved)


def slab_transmission_reference(depth, *, order, source):
    # Higher orders by recurrence from the first.
    value = special.exp1(depth)
    for n in range(1, order):
        value = (np.exp(-depth) - depth * value) / n
    moved = (np.exp(-depth) - depth * value) / order
    return source * value / 2, 2 * source / order - 2 * source * moved


def chromatographic_peak(times, center, width, relaxation):
    """A Gaussian peak that relaxes exponentially, without overflow on either side."""
    ratio = width / relaxation
    z = (ratio - (times[:, None] - center) / width) / 2.0**0.5
    gauss = jnp.exp(-0.5 * jnp.square((times[:, None] - center) / width))
    near = gauss * jax.scipy.special.erfcx(jnp.maximum(z, 0.0))
    exponent = 0.5 * jnp.square(ratio) - (times[:, None] - center) / relaxation
    far = jnp.exp(jnp.where(z > 0, 0.0, exponent)) * lax.erfc(jnp.minimum(z, 0.0))
    height = ratio * (0.5 * jnp.pi) ** 0.5
    return jnp.sum(height * jnp.where(z > 0, near, far), axis=1)


def chromatographic_peak_reference(times, center, width, relaxation):
    totals = []
    for t in times:
        total = np.zeros(())
        for c, s, tau in zip(center, width, relaxation):
            log_tail = special.log_ndtr((t - c) / s - s / tau)
            log_peak = s * s / (2 * tau * tau) - (t - c) / tau + log_tail
            total = total + np.exp(log_peak) * s / tau * np.sqrt(2 * np.pi)
        totals.append(total)
    return np.array(totals)


def convective_heating(depth, times, *, diffusivity, transfer):
    """How far a thick wall has warmed whose surface meets a warm fluid."""
    spread = 2.0 * jnp.sqrt(diffusivity * times)
    near = depth[:, None] / spread
    far = near + 0.5 * transfer * spread
    # The product of a large exponential and a small tail, as one function.
    return lax.erfc(near) - jnp.exp(-jnp.square(near)) * jax.scipy.special.erfcx(far)


def convective_heating_reference(depth, times, *, diffusivity, transfer):
    warmth = np.zeros((len(depth), len(times)))
    for i, j in np.ndindex(*warmth.shape):
        x, t = depth[i], diffusivity * times[j]
        growth = np.exp(transfer * x + transfer**2 * t)
        lag = special.erfc(x / (2 * np.sqrt(t)) + transfer * np.sqrt(t))
        warmth[i, j] = 1 - special.erf(x / (2 * np.sqrt(t))) - growth * lag
    return warmth


def solute_front(distance, times, *, velocity, dispersion):
    """The concentration of a solute that flows and spreads from a source."""
    spread = 2.0 * jnp.sqrt(dispersion * times)
    ahead = (distance[:, None] - velocity * times) / spread
    behind = (distance[:, None] + velocity * times) / spread
    mirrored = jnp.exp(-jnp.square(ahead)) * jax.scipy.special.erfcx(behind)
    return 0.5 * (lax.erfc(ahead) + mirrored)


def solute_front_reference(distance, times, *, velocity, dispersion):
    front = np.zeros((len(distance), len(times)))
    for i, j in np.ndindex(*front.shape):
        x, t = distance[i], times[j]
        root = np.sqrt(2 * dispersion * t)
        direct = special.ndtr((velocity * t - x) / root)
        mirror = special.ndtr(-(velocity * t + x) / root)
        front[i, j] = direct + np.exp(velocity * x / dispersion) * mirror
    return front


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
    total = 1.0 + 0.0 * angles
    for k in range(1, 120):
        total = total + 2 * concentration**k * np.cos(k * (angles - center))
    return np.log(total)


def overdispersed_counts(counts, mean, *, dispersion):
    """Log likelihood of counts whose variance exceeds their mean, and its scores."""
    probability = dispersion / (dispersion + mean)
    logs = jax.scipy.stats.nbinom.logpmf(counts, dispersion, probability)
    scores = (counts - mean) / (mean + jnp.square(mean) / dispersion)
    return logs.astype(mean.dtype), scores


def overdispersed_counts_reference(counts, mean, *, dispersion):
    logs = []
    for k, m in zip(counts.tolist(), mean):
        log = dispersion * np.log(dispersion / (dispersion + m))
        for j in range(k):
            log = log + np.log((dispersion + j) / (j + 1) * m / (m + dispersion))
        logs.append(log)
    slopes = dispersion * (counts - mean) / (mean * (dispersion + mean))
    return np.array(logs), slopes


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
    known = mixed = np.zeros(())
    drawn = 0
    # One draw after the other, as from an urn.
    for share, count in zip(shares, counts.tolist()):
        for seen in range(count):
            drawn += 1
            ways = np.log(drawn / (seen + 1))
            known = known + ways + np.log(share)
            urn = (concentration * share + seen) / (concentration + drawn - 1)
            mixed = mixed + ways + np.log(urn)
    return known, mixed


def skew_normal_chance(x, location, scale, *, shape):
    """Distribution functions and densities of skewed normal distributions."""
    z = (x - location) / scale
    below = jax.scipy.special.ndtr(z)
    below = below - 2.0 * jax.scipy.special.owens_t(z, jnp.asarray(shape, z.dtype))
    density = jnp.exp(-0.5 * jnp.square(z)) / (2.0 * jnp.pi) ** 0.5
    return below, 2.0 / scale * density * jax.scipy.special.ndtr(shape * z)


def skew_normal_chance_reference(x, location, scale, *, shape):
    nodes, weights = np.polynomial.legendre.leggauss(80)

    def density(z):
        normal = np.exp(-z * z / 2) / np.sqrt(2 * np.pi)
        return normal * (1 + special.erf(shape * z / np.sqrt(2)))

    chances, densities = [], []
    for value, m, s in zip(x, location, scale):
        z = (value - m) / s
        grid = (z + 8) * (nodes + 1) / 2 - 8
        chances.append((z + 8) / 2 * np.sum(weights * density(grid)))
        densities.append(density(z) / s)
    return np.array(chances), np.array(densities)


def airy_series(x, *, terms):
    """Airy's function by its power series, and its derivative."""
    first, second = 0.355028053887817239, 0.258819403792806798
    cube = x * x * x
    f = g = f_slope = g_slope = jnp.zeros_like(x)
    f_term, g_term = jnp.ones_like(x), jnp.ones_like(x)
    for k in range(terms):
        f, g = f + f_term, g + x * g_term
        f_slope = f_slope + f_term * x * x / (3 * k + 2)
        g_slope = g_slope + (3 * k + 1) * g_term
        f_term = f_term * cube / ((3 * k + 2) * (3 * k + 3))
        g_term = g_term * cube / ((3 * k + 3) * (3 * k + 4))
    return first * f - second * g, first * f_slope - second * g_slope


def airy_series_reference(x, *, terms):
    value, slope, _, _ = special.airy(x)
    return value, slope


def rogers_dilogarithm(x, y):
    """Rogers' dilogarithm, and how far two of them are from that of the product."""
    spence, log = jax.scipy.special.spence, jnp.log

    def rogers(z):
        return spence(1.0 - z) + 0.5 * log(z) * jnp.log1p(-z)

    product = x * y
    return rogers(x), rogers(x) + rogers(y) - rogers(product)


def rogers_dilogarithm_reference(x, y):
    nodes, weights = np.polynomial.legendre.leggauss(40)

    def rogers(z):
        # With its logarithms made smooth at zero.
        t = (nodes + 1) / 2
        inner = np.sum(weights * -np.log1p(-z * t) / t) / 2
        return inner + np.log(z) * np.log1p(-z) / 2

    left = np.array([rogers(z) for z in x])
    right = np.array([rogers(z) for z in y])
    return left, left + right - np.array([rogers(a * b) for a, b in zip(x, y)])


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
    """Densities of logistic functions of normal numbers, and the mean of those."""
    z = (jax.scipy.special.logit(x) - mean) / deviation
    norm = deviation * (2.0 * jnp.pi) ** 0.5 * x * (1.0 - x)
    points, weights = np.polynomial.hermite.hermgauss(nodes)
    points = jnp.asarray(2.0**0.5 * points, dtype=x.dtype)
    weights = jnp.asarray(weights / np.sum(weights), dtype=x.dtype)
    draws = jax.scipy.special.expit(mean[:, None] + deviation[:, None] * points)
    return jnp.exp(-0.5 * jnp.square(z)) / norm, draws @ weights


def logit_normal_density_reference(x, mean, deviation, *, nodes):
    points, weights = np.polynomial.hermite_e.hermegauss(nodes)
    densities, means = [], []
    for value, m, s in zip(x, mean, deviation):
        z = (np.log(value / (1 - value)) - m) / s
        slope = 1 / value + 1 / (1 - value)
        densities.append(np.exp(-z * z / 2) / np.sqrt(2 * np.pi) / s * slope)
        shares = 1 / (1 + np.exp(-m - s * points))
        means.append(np.sum(weights * shares) / np.sqrt(2 * np.pi))
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
    # A normal distribution's with a random variance: by quadrature of the density.
    nodes, weights = np.polynomial.legendre.leggauss(80)
    angles = np.pi / 4 * (nodes + 1)
    entropies = []
    for df in degrees:
        # With t = sqrt(df) tan(angle), the density is a power of the cosine.
        shares = weights * np.cos(angles) ** (df - 1)
        mean_log = np.sum(shares * np.log(np.cos(angles))) / np.sum(shares)
        normalizer = np.sqrt(df) * np.sum(shares) * np.pi / 2
        entropies.append(np.log(normalizer) - (df + 1) * mean_log)
    return np.array(entropies) + np.log(scale), 6 / (degrees - 4)


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


def eccentric_anomaly_series(mean_anomaly, eccentricity, *, terms):
    """Kepler's equation solved by a series of Bessel functions."""
    anomaly = mean_anomaly
    for n in range(1, terms + 1):
        bessel = jax.scipy.special.bessel_jn(n * eccentricity, v=n, n_iter=14)[n]
        anomaly = anomaly + 2.0 / n * bessel * jnp.sin(n * mean_anomaly)
    return anomaly


def eccentric_anomaly_series_reference(mean_anomaly, eccentricity, *, terms):
    total = mean_anomaly
    for n in range(terms, 0, -1):
        weight = special.jv(n, n * eccentricity) * 2 / n
        total = total + weight * np.sin(n * mean_anomaly)
    return total


def pochhammer_expansion(x, power, *, terms):
    """Powers of a binomial by its series, with coefficients from rising factorials."""
    k = jnp.arange(terms, dtype=x.dtype)
    rising = jax.scipy.special.poch(power[..., None], k)
    coefficients = rising / jax.scipy.special.factorial(k)
    return jnp.sum(coefficients * x[..., None] ** k, axis=-1)


def pochhammer_expansion_reference(x, power, *, terms):
    total, term = np.zeros(x.shape), np.ones(x.shape)
    for k in range(terms):
        total = total + term
        term = term * (power + k) / (k + 1) * x
    return total
