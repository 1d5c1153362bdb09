"""Quadrature: JAX, and NumPy from the definition."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from scipy import special


def composite_newton_cotes(samples, spacing, *, rule):
    """Integrate equidistant samples along the last axis by a composite rule."""
    ends = samples[..., 0] + samples[..., -1]
    odd = jnp.sum(samples[..., 1:-1:2], axis=-1)
    even = jnp.sum(samples[..., 2:-1:2], axis=-1)
    if rule == "trapezoid":
        return spacing * (0.5 * ends + odd + even)
    if rule == "simpson":
        return spacing / 3.0 * (ends + 4.0 * odd + 2.0 * even)
    joints = jnp.sum(samples[..., 4:-1:4], axis=-1)
    middles = even - joints
    return spacing * (14.0 * ends + 64.0 * odd + 24.0 * middles + 28.0 * joints) / 45.0


def composite_newton_cotes_reference(samples, spacing, *, rule):
    weights = {
        "trapezoid": (1 / 2, 1 / 2),
        "simpson": (1 / 3, 4 / 3, 1 / 3),
        "boole": (14 / 45, 64 / 45, 24 / 45, 64 / 45, 14 / 45),
    }[rule]
    total = np.zeros(len(samples))
    for start in range(0, samples.shape[1] - 1, len(weights) - 1):
        for k, weight in enumerate(weights):
            total = total + weight * spacing * samples[:, start + k]
    return total


def simpson_irregular(samples, widths):
    """Integrate samples at uneven distances by parabolas through three neighbours."""
    pairs = (samples.shape[-1] - 1) // 2
    before, after = widths[: 2 * pairs : 2], widths[1 : 2 * pairs : 2]
    left, center = samples[..., : 2 * pairs : 2], samples[..., 1 : 2 * pairs : 2]
    right = samples[..., 2 : 2 * pairs + 1 : 2]
    both = before + after
    parabolas = (both / 6.0) * (
        (2.0 - after / before) * left
        + both**2 / (before * after) * center
        + (2.0 - before / after) * right
    )
    total = jnp.sum(parabolas, axis=-1)
    if samples.shape[-1] % 2 == 0:
        # One interval is left over: the last parabola, over its second half.
        old, new = widths[-2], widths[-1]
        total += samples[..., -1] * new * (2.0 * new + 3.0 * old) / (6.0 * (old + new))
        total += samples[..., -2] * new * (new + 3.0 * old) / (6.0 * old)
        total -= samples[..., -3] * new**3 / (6.0 * old * (old + new))
    return total


def simpson_irregular_reference(samples, widths):
    count = samples.shape[1]

    def parabola(k, low, high):
        # Newton's form on three samples from k on, integrated from low to high.
        h, g = widths[k], widths[k + 1]
        f0, f1, f2 = samples[:, k], samples[:, k + 1], samples[:, k + 2]
        slope = (f1 - f0) / h
        bend = ((f2 - f1) / g - slope) / (h + g)

        def primitive(x):
            return f0 * x + slope * x**2 / 2 + bend * (x**3 / 3 - h * x**2 / 2)

        return primitive(high) - primitive(low)

    total = np.zeros(len(samples))
    for k in range(0, count - 2, 2):
        total = total + parabola(k, 0.0, widths[k] + widths[k + 1])
    if count % 2 == 0:
        h, g = widths[-2], widths[-1]
        total = total + parabola(count - 3, h, h + g)
    return total


def gauss_legendre_damped_wave(low, high, decay, *, points):
    """Integrate exp(-decay x) cos(x) by Gauss' rule, from Golub and Welsch's matrix."""
    k = jnp.arange(1, points, dtype=low.dtype)
    beta = k / jnp.sqrt(4.0 * k**2 - 1.0)
    nodes, vectors = jnp.linalg.eigh(jnp.diag(beta, 1) + jnp.diag(beta, -1))
    weights = 2.0 * vectors[0] ** 2
    center, radius = (high + low) / 2, (high - low) / 2
    x = center[..., None] + radius[..., None] * nodes
    values = jnp.exp(-decay[..., None] * x) * jnp.cos(x)
    return radius * (values @ weights)


def gauss_legendre_damped_wave_reference(low, high, decay, *, points):
    k = np.arange(1, points)
    beta = k / np.sqrt(4.0 * k**2 - 1.0)
    nodes = np.linalg.eigvalsh(np.diag(beta, 1) + np.diag(beta, -1))
    total = np.zeros_like(low)
    for node in nodes:
        # Legendre's polynomials by their recurrence, for the derivative of the last.
        old, now = 1.0, node
        for n in range(2, points + 1):
            old, now = now, ((2 * n - 1) * node * now - (n - 1) * old) / n
        slope = points * (old - node * now) / (1.0 - node**2)
        weight = 2.0 / ((1.0 - node**2) * slope**2)
        x = low * (1.0 - node) / 2 + high * (1.0 + node) / 2
        total = total + weight * np.exp(-decay * x) * np.cos(x)
    return total * (high - low) / 2


HERMITE_NODES = {
    3: (-1.2247448713915890, 0.0, 1.2247448713915890),
    4: (-1.650680123885785, -0.5246476232752903, 0.5246476232752903, 1.650680123885785),
}
HERMITE_WEIGHTS = {
    3: (0.2954089751509193, 1.181635900603677, 0.2954089751509193),
    4: (0.0813128354472452, 0.804914090005513, 0.804914090005513, 0.0813128354472452),
}


def logistic_normal_mean(mean, variance, *, points):
    """Average the logistic function over a normal distribution by Gauss and Hermite."""
    nodes = jnp.array(HERMITE_NODES[points], dtype=mean.dtype)
    weights = jnp.array(HERMITE_WEIGHTS[points], dtype=mean.dtype)
    x = mean[..., None] + jnp.sqrt(2.0 * variance)[..., None] * nodes
    return jax.nn.sigmoid(x) @ weights / jnp.sqrt(jnp.pi)


def logistic_normal_mean_reference(mean, variance, *, points):
    nodes, weights = np.polynomial.hermite.hermgauss(points)
    total = np.zeros_like(mean)
    for node, weight in zip(nodes, weights):
        x = mean + np.sqrt(variance) * np.sqrt(2.0) * node
        total = total + weight / np.sqrt(np.pi) / (1.0 + np.exp(-x))
    return total


def romberg_bell(low, high, width, *, levels):
    """Integrate 1 / (1 + (x / width)^2) by Romberg's extrapolation of trapezoids."""

    def integrand(x):
        return 1.0 / (1.0 + (x / width) ** 2)

    span = high - low
    row = [0.5 * span * (integrand(low) + integrand(high))]
    for level in range(1, levels + 1):
        panels = 2 ** (level - 1)
        shares = (jnp.arange(panels, dtype=low.dtype) + 0.5) / panels
        middles = jax.vmap(integrand)(low + span * shares[:, None])
        refined = [0.5 * row[0] + 0.5 * span / panels * jnp.sum(middles, axis=0)]
        for k, coarse in enumerate(row):
            fine = refined[k]
            refined.append(fine + (fine - coarse) / (4.0 ** (k + 1) - 1.0))
        row = refined
    return row[-1]


def romberg_bell_reference(low, high, width, *, levels):
    # The polynomial in h^2 through all trapezoid sums, at h = 0.
    total = np.zeros_like(low)
    for level in range(levels + 1):
        panels = 2**level
        x = np.linspace(low, high, panels + 1)
        values = width**2 / (width**2 + x**2)
        ends = (values[0] + values[-1]) / 2
        trapezoids = (high - low) / panels * (np.sum(values, axis=0) - ends)
        weight = 1.0
        for other in range(levels + 1):
            if other != level:
                weight *= 1.0 / (1.0 - 4.0 ** (other - level))
        total = total + weight * trapezoids
    return total


def clenshaw_curtis_exponential(rate, *, degree):
    """Integrate exp(rate x) cos(x) over [-1, 1] with Clenshaw and Curtis' weights."""
    k = jnp.arange(degree + 1, dtype=rate.dtype)
    angles = jnp.pi * k / degree
    harmonics = jnp.arange(1, degree // 2 + 1, dtype=rate.dtype)
    last = jnp.where(2 * harmonics == degree, 1.0, 2.0)
    terms = last / (4.0 * harmonics**2 - 1.0)
    sums = jnp.cos(2.0 * angles[:, None] * harmonics) @ terms
    ends = jnp.where((k == 0) | (k == degree), 1.0, 2.0)
    weights = ends / degree * (1.0 - sums)
    x = jnp.cos(angles)
    return (jnp.exp(rate[..., None] * x) * jnp.cos(x)) @ weights


def clenshaw_curtis_exponential_reference(rate, *, degree):
    # Interpolate by Chebyshev polynomials, and integrate those.
    x = np.cos(np.pi * np.arange(degree + 1) / degree)
    basis = np.polynomial.chebyshev.chebvander(x, degree)
    integrals = [0.0 if k % 2 else 2.0 / (1.0 - k**2) for k in range(degree + 1)]
    weights = np.linalg.solve(basis.T, np.array(integrals))
    total = np.zeros_like(rate)
    for node, weight in zip(x, weights):
        total = total + weight * np.exp(rate * node) * np.cos(node)
    return total


def monte_carlo_exponential(uniforms, weights, *, method):
    """Estimate the mean of exp(u w), and the error, with reduced variance."""
    exponents = uniforms @ weights
    samples = jnp.exp(exponents)
    if method == "antithetic":
        samples = 0.5 * (samples + jnp.exp((1.0 - uniforms) @ weights))
    elif method == "control":
        # The exponent itself, whose mean is known, explains part of the deviations.
        centered = exponents - jnp.mean(exponents)
        slope = jnp.vdot(centered, samples) / jnp.vdot(centered, centered)
        samples = samples - slope * (exponents - 0.5 * jnp.sum(weights))
    error = jnp.std(samples, ddof=1) / jnp.sqrt(samples.shape[0])
    return {"estimate": jnp.mean(samples), "error": error}


def monte_carlo_exponential_reference(uniforms, weights, *, method):
    count = len(uniforms)
    samples, controls = [], []
    for u in uniforms:
        exponent = np.sum(u * weights)
        value = np.exp(exponent)
        if method == "antithetic":
            value = (value + np.exp(np.sum(weights) - exponent)) / 2
        samples.append(value)
        controls.append(exponent)
    samples, controls = np.array(samples), np.array(controls)
    if method == "control":
        system = np.stack([np.ones(count), controls], axis=1)
        slope = np.linalg.lstsq(system, samples, rcond=None)[0][1]
        samples = samples + slope * (np.sum(weights) / 2 - controls)
    mean = np.sum(samples) / count
    variance = np.sum((samples - mean) ** 2) / (count - 1)
    return {"estimate": mean, "error": np.sqrt(variance / count)}


def halton_oscillatory(frequencies, shift, *, points):
    """Average cos(frequencies x) over the unit cube with shifted Halton points."""
    bases = jnp.array([2, 3, 5])[: frequencies.shape[0]]
    index = jnp.arange(1, points + 1)[:, None]

    def digit(_, state):
        inverse, scale, rest = state
        scale = scale / bases
        return inverse + scale * (rest % bases), scale, rest // bases

    rest = jnp.broadcast_to(index, (points, frequencies.shape[0]))
    start = (jnp.zeros(rest.shape, shift.dtype), jnp.ones_like(shift), rest)
    inverse, _, _ = lax.fori_loop(0, points.bit_length(), digit, start)
    x = jnp.mod(inverse + shift, 1.0)
    return jnp.mean(jnp.cos(x @ frequencies))


def halton_oscillatory_reference(frequencies, shift, *, points):
    total = 0.0
    for index in range(1, points + 1):
        phase = 0.0
        for base, frequency, offset in zip((2, 3, 5), frequencies, shift):
            # The digits of the index, mirrored at the point.
            inverse, denominator, rest = 0, 1, index
            while rest > 0:
                rest, remainder = divmod(rest, base)
                inverse, denominator = inverse * base + remainder, denominator * base
            x = inverse / denominator + offset
            phase = phase + frequency * (x - np.floor(x))
        total = total + np.cos(phase)
    return total / points


def tanh_sinh_beta(a, b, *, width):
    """Integrate the beta function by the double exponential rule."""
    count = round(4.0 / width)
    t = width * jnp.arange(-count, count + 1, dtype=a.dtype)
    exponent = jnp.pi * jnp.sinh(t)
    # Both x and 1 - x without cancellation, however near to an end.
    x, rest = jax.nn.sigmoid(exponent), jax.nn.sigmoid(-exponent)
    slope = jnp.pi * jnp.cosh(t) * x * rest
    values = x ** (a[..., None] - 1.0) * rest ** (b[..., None] - 1.0)
    return width * jnp.sum(values * slope, axis=-1)


def tanh_sinh_beta_reference(a, b, *, width):
    assert width < 0.13  # converged to double precision
    return np.exp(special.gammaln(a) + special.gammaln(b) - special.gammaln(a + b))


KRONROD_NODES = (
    0.991455371120812639206854697526329,
    0.949107912342758524526189684047851,
    0.864864423359769072789712788640926,
    0.741531185599394439863864773280788,
    0.586087235467691130294144838258730,
    0.405845151377397166906606412076961,
    0.207784955007898467600689403773245,
    0.000000000000000000000000000000000,
)
KRONROD_WEIGHTS = (
    0.022935322010529224963732008058970,
    0.063092092629978553290700663189204,
    0.104790010322250183839876322541518,
    0.140653259715525918745189590510238,
    0.169004726639267902826583426598550,
    0.190350578064785409913256402421014,
    0.204432940075298892414161999234649,
    0.209482141084727828012999174891714,
)
GAUSS_WEIGHTS = (
    0.129484966168869693270611432679082,
    0.279705391489276667901467771423780,
    0.381830050505118944950369775488975,
    0.417959183673469387755102040816327,
)


def gauss_kronrod_peak(low, high, center):
    """Integrate exp(-(x - center)^2) by Gauss and Kronrod's pair of rules."""
    half = jnp.array(KRONROD_NODES, dtype=low.dtype)
    nodes = jnp.concatenate([-half, half[-2::-1]])
    mirrored = jnp.array(KRONROD_WEIGHTS, dtype=low.dtype)
    weights = jnp.concatenate([mirrored, mirrored[-2::-1]])
    mirrored = jnp.array(GAUSS_WEIGHTS, dtype=low.dtype)
    gauss_weights = jnp.concatenate([mirrored, mirrored[-2::-1]])
    radius = 0.5 * (high - low)
    x = 0.5 * (high + low)[:, None] + radius[:, None] * nodes
    values = jnp.exp(-((x - center[:, None]) ** 2))
    return radius * (values @ weights), radius * (values[:, 1::2] @ gauss_weights)


def gauss_kronrod_peak_reference(low, high, center):
    # The nodes tell the weights: all Legendre polynomials but one integrate to 0.
    positive = np.array(KRONROD_NODES[:-1])
    kronrod = np.concatenate([-positive, np.zeros(1), positive[::-1]])
    totals = []
    for nodes in (kronrod, kronrod[1::2]):
        count = len(nodes)
        moments = np.zeros(count)
        moments[0] = 2.0
        basis = np.polynomial.legendre.legvander(nodes, count - 1)
        weights = np.linalg.solve(basis.T, moments)
        total = np.zeros_like(low)
        for node, weight in zip(nodes, weights):
            x = low + (high - low) * (1.0 + node) / 2
            total = total + weight * np.exp(-((x - center) ** 2))
        totals.append(total * (high - low) / 2)
    return totals[0], totals[1]


def adaptive_simpson_resonance(low, high, width, *, tolerance):
    """Integrate 1 / (x^2 + width^2) by adaptive Simpson; it, and how many panels."""

    def panel(a, b):
        middle = 0.5 * (a + b)
        values = 1.0 / (jnp.stack([a, middle, b]) ** 2 + width**2)
        return (b - a) / 6.0 * (values[0] + 4.0 * values[1] + values[2])

    def unfinished(state):
        _, top, _, panels = state
        return (top > 0) & (panels < 400)

    def refine(state):
        # A stack of intervals with their tolerances; the halves replace the whole.
        stack, top, total, panels = state
        a, b, allowed = stack[top - 1]
        middle = 0.5 * (a + b)
        halves = panel(a, middle) + panel(middle, b)
        error = (halves - panel(a, b)) / 15.0
        good = jnp.abs(error) <= allowed
        stack = stack.at[top - 1].set(jnp.stack([a, middle, 0.5 * allowed]))
        stack = stack.at[top].set(jnp.stack([middle, b, 0.5 * allowed]))
        total = jnp.where(good, total + halves + error, total)
        return stack, jnp.where(good, top - 1, top + 1), total, panels + 1

    first = jnp.stack([low, high, jnp.full_like(low, tolerance)])
    stack = jnp.zeros((32, 3), low.dtype).at[0].set(first)
    state = (stack, 1, jnp.zeros_like(low), jnp.zeros((), int))
    _, _, total, panels = lax.while_loop(unfinished, refine, state)
    return total, panels


def adaptive_simpson_resonance_reference(low, high, width, *, tolerance):
    def value(x):
        return 1.0 / (x * x + width * width)

    def integrate(a, fa, m, fm, b, fb, whole, allowed):
        left, right = (a + m) / 2, (m + b) / 2
        fl, fr = value(left), value(right)
        lower = (m - a) * (fa + 4 * fl + fm) / 6
        upper = (b - m) * (fm + 4 * fr + fb) / 6
        error = lower + upper - whole
        if np.abs(error) <= 15 * allowed:
            return lower + upper + error / 15, 1
        below, n = integrate(a, fa, left, fl, m, fm, lower, allowed / 2)
        above, k = integrate(m, fm, right, fr, b, fb, upper, allowed / 2)
        return below + above, n + k + 1

    middle = (low + high) / 2
    ends = (value(low), value(middle), value(high))
    whole = (high - low) * (ends[0] + 4 * ends[1] + ends[2]) / 6
    total, panels = integrate(
        low, ends[0], middle, ends[1], high, ends[2], whole, tolerance
    )
    return total, np.array(panels)


def triangle_quadrature_bell(vertices, *, degree):
    """Integrate exp(-(x^2 + y^2) / 2) over triangles by a symmetric rule."""
    if degree == 2:
        groups = ((1.0 / 6.0, 1.0 / 3.0),)
    else:
        groups = (
            (0.445948490915964886, 0.223381589678011466),
            (0.091576213509770743, 0.109951743655321868),
        )
    origin, u, v = vertices[:, 0], vertices[:, 1], vertices[:, 2]
    first, second = u - origin, v - origin
    area = 0.5 * jnp.abs(first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0])
    mean = jnp.zeros_like(area)
    for share, weight in groups:
        rest = 1.0 - 2.0 * share
        corners = jnp.array([[rest, share, share], [share, rest, share]])
        corners = jnp.concatenate([corners, jnp.array([[share, share, rest]])])
        points = jnp.einsum("qc,tcd->tqd", corners.astype(vertices.dtype), vertices)
        values = jnp.exp(-0.5 * jnp.sum(points**2, axis=-1))
        mean = mean + weight * jnp.sum(values, axis=-1)
    return area * mean


def triangle_quadrature_bell_reference(vertices, *, degree):
    # Two rings of three points, whose parameters are known in closed form.
    root = np.sqrt(38.0 - 44.0 * np.sqrt(0.4))
    inner = np.sqrt(213125.0 - 53320.0 * np.sqrt(10.0))
    rings = [
        ((8.0 - np.sqrt(10.0) + root) / 18.0, (620.0 + inner) / 3720.0),
        ((8.0 - np.sqrt(10.0) - root) / 18.0, (620.0 - inner) / 3720.0),
    ]
    if degree == 2:
        rings = [(np.array(1.0) / 6.0, np.array(1.0) / 3.0)]
    totals = []
    for a, b, c in vertices:
        # The shoelace formula.
        turns = [p[0] * q[1] - q[0] * p[1] for p, q in ((a, b), (b, c), (c, a))]
        area = np.abs(sum(turns)) / 2
        total = 0.0
        for share, weight in rings:
            for corner in (a, b, c):
                point = share * (a + b + c) + (1.0 - 3.0 * share) * corner
                total = total + weight * np.exp(-(point[0] ** 2 + point[1] ** 2) / 2)
        totals.append(area * total)
    return np.array(totals)
