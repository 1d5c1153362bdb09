"""Special functions themselves: JAX, and NumPy from the definition."""

import math

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from scipy import special


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


def gauss_series(a, b, c, z, *, terms):
    """The hypergeometric function of Gauss by its series, and its derivative."""
    n = jnp.arange(terms, dtype=z.dtype)
    ratios = (a + n) * (b + n) / ((c + n) * (1.0 + n))
    coefficients = jnp.concatenate([jnp.ones_like(ratios[:1]), jnp.cumprod(ratios)])
    powers = z[..., None] ** jnp.arange(terms + 1)
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


def mittag_leffler(z, *, alpha, beta, terms):
    """The exponential's generalization for equations of fractional order."""
    k = jnp.arange(terms, dtype=z.dtype)
    coefficients = jnp.exp(-jax.scipy.special.gammaln(alpha * k + beta))
    return jnp.polyval(coefficients[::-1], z)


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
    choices = [math.comb(degree, k) for k in range(degree + 1)]
    share = x - jnp.floor(x)
    return jnp.polyval(jnp.array(choices, dtype=x.dtype) * numbers, share)


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
    # The two power series, by Airy's functions of either kind; they nearly cancel.
    first, first_slope, second, second_slope = special.airy(x)
    second, second_slope = second / np.sqrt(3.0), second_slope / np.sqrt(3.0)
    value = (first + second) / 2 - (second - first) / 2
    slope = (first_slope + second_slope) / 2 - (second_slope - first_slope) / 2
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
    return jnp.sum(coefficients * x[..., None] ** jnp.arange(terms), axis=-1)


def pochhammer_expansion_reference(x, power, *, terms):
    total = np.zeros(x.shape)
    for k in range(terms):
        total = total + special.poch(power, k) / math.factorial(k) * x**k
    return total
