"""Root finding: JAX, and NumPy from the definition."""

import math

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from scipy import special


def kepler_equation(mean_anomaly, eccentricity, *, anomaly):
    """Solve Kepler's equation by Newton's method for the eccentric or true anomaly."""

    def newton(_, guess):
        residual = guess - eccentricity * jnp.sin(guess) - mean_anomaly
        return guess - residual / (1.0 - eccentricity * jnp.cos(guess))

    start = mean_anomaly + eccentricity * jnp.sin(mean_anomaly)
    eccentric = lax.fori_loop(0, 6, newton, start)
    if anomaly == "eccentric":
        return eccentric
    return 2.0 * jnp.arctan2(
        jnp.sqrt(1.0 + eccentricity) * jnp.sin(eccentric / 2),
        jnp.sqrt(1.0 - eccentricity) * jnp.cos(eccentric / 2),
    )


def kepler_equation_reference(mean_anomaly, eccentricity, *, anomaly):
    # Bessel's series: E = M + sum of 2 J_n(n e) sin(n M) / n.
    n = np.arange(1, 120)
    terms = special.jv(n, n * eccentricity[:, None]) * np.sin(n * mean_anomaly[:, None])
    eccentric = mean_anomaly + np.sum(2.0 / n * terms, axis=1)
    if anomaly == "eccentric":
        return eccentric
    beta = eccentricity / (1.0 + np.sqrt(1.0 - eccentricity**2))
    lag = beta * np.sin(eccentric) / (1.0 - beta * np.cos(eccentric))
    return eccentric + 2.0 * np.arctan(lag)


def newton_nth_root(x, *, degree):
    """Take roots of positive numbers by Newton's method from a power of two."""
    _, exponent = jnp.frexp(x)
    # Rounded up, so that the iteration comes down monotonically.
    start = lax.stop_gradient(jnp.ldexp(jnp.ones_like(x), -(-exponent // degree)))

    def newton(_, root):
        return ((degree - 1) * root + x / root ** (degree - 1)) / degree

    return lax.fori_loop(0, 9, newton, start)


def newton_nth_root_reference(x, *, degree):
    return np.exp(np.log(x) / degree)


def bisect_depressed_cubic(linear, target, *, steps):
    """Bracket the real roots of x^3 + linear x = target by bisection."""

    def halve(_, bracket):
        low, high = bracket
        middle = 0.5 * (low + high)
        above = middle**3 + linear * middle > target
        return jnp.where(above, low, middle), jnp.where(above, middle, high)

    reach = 1.0 + jnp.abs(target)
    return lax.fori_loop(0, steps, halve, (-reach, reach))


def bisect_depressed_cubic_reference(linear, target, *, steps):
    # The root in closed form, then the cell of the finest grid that it falls into.
    scale = np.sqrt(linear / 3.0)
    root = 2.0 * scale * np.sinh(np.arcsinh(0.5 * target / scale**3) / 3.0)
    reach = 1.0 + np.abs(target)
    width = 2.0 * reach / 2**steps
    cell = np.floor((root + reach) / width)
    return cell * width - reach, (cell + 1.0) * width - reach


def lambert_w_halley(z):
    """Evaluate the principal branch of Lambert's W function by Halley's method."""
    tolerance = jnp.sqrt(jnp.finfo(z.dtype).eps)

    def unfinished(state):
        w, step = state
        return jnp.any(jnp.abs(step) > tolerance * (1.0 + jnp.abs(w)))

    def halley(state):
        w, _ = state
        grown = jnp.exp(w)
        residual = w * grown - z
        slope = grown * (w + 1.0) - residual * (w + 2.0) / (2.0 * w + 2.0)
        step = residual / slope
        return w - step, step

    w, _ = lax.while_loop(unfinished, halley, (jnp.log1p(z), jnp.ones_like(z)))
    return w


def lambert_w_halley_reference(z):
    return special.lambertw(z).real


def wright_omega_ridders(y, *, steps):
    """Solve w + log(w) = y by Ridders' method on a fixed bracket."""

    def excess(w):
        return w + jnp.log(w) - y

    def ridders(_, state):
        low, high, _ = state
        at_low, at_high = excess(low), excess(high)
        middle = 0.5 * (low + high)
        at_middle = excess(middle)
        # The square root is zero only where an end of the bracket is a root already.
        root = jnp.sqrt(at_middle**2 - at_low * at_high)
        offset = (middle - low) * at_middle / jnp.where(root > 0, root, 1.0)
        point = middle - jnp.sign(at_high - at_low) * offset
        at_point = excess(point)
        inner_low = jnp.where(at_middle < 0, middle, low)
        inner_high = jnp.where(at_middle < 0, high, middle)
        new_low = jnp.where(at_point < 0, jnp.maximum(point, inner_low), inner_low)
        new_high = jnp.where(at_point < 0, inner_high, jnp.minimum(point, inner_high))
        return new_low, new_high, point

    low = jnp.full_like(y, 0.125)
    high = jnp.full_like(y, 8.0)
    return lax.fori_loop(0, steps, ridders, (low, high, low))[2]


def wright_omega_ridders_reference(y, *, steps):
    roots = np.zeros_like(y)
    for i in range(len(y)):
        low, high = 0.125, 8.0
        for _ in range(steps):
            middle = (low + high) / 2
            values = [w + np.log(w) - y[i] for w in (low, middle, high)]
            root = np.sqrt(values[1] ** 2 - values[0] * values[2])
            point = middle - (middle - low) * values[1] / root
            at_point = point + np.log(point) - y[i]
            for w, value in ((middle, values[1]), (point, at_point)):
                if value < 0:
                    low = max(low, w)
                else:
                    high = min(high, w)
        roots[i] = point
    return roots


def probit_halley(probability, *, tail):
    """Invert the normal distribution function by Halley's method."""

    def halley(_, x):
        error = jax.scipy.special.ndtr(x) - lower
        newton = error * math.sqrt(2.0 * math.pi) * jnp.exp(0.5 * x * x)
        return x - newton / (1.0 + 0.5 * x * newton)

    lower = probability if tail == "lower" else 1.0 - probability
    # A logistic distribution of nearly the same shape.
    start = jax.scipy.special.logit(lower) / 1.702
    return lax.fori_loop(0, 4, halley, start)


def probit_halley_reference(probability, *, tail):
    quantile = math.sqrt(2.0) * special.erfinv(2.0 * probability - 1.0)
    return quantile if tail == "lower" else -quantile


def inverse_digamma(y):
    """Invert the digamma function by Newton's method from Minka's guess."""
    start = jnp.where(y >= -2.22, jnp.exp(y) + 0.5, -1.0 / (y + jnp.euler_gamma))

    def newton(_, x):
        slope = jax.scipy.special.polygamma(1, x)
        return x - (jax.scipy.special.digamma(x) - y) / slope

    return lax.fori_loop(0, 6, newton, start)


def digamma_reference(x):
    # With its slope: asymptotic (Abramowitz and Stegun, 6.3.18) after twelve steps of
    # the recurrence.
    parts = 1.0 / (x[..., None] + np.arange(12))
    z = x + 12.0
    terms = np.array([1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760])
    tail = z[..., None] ** -np.arange(2, 14, 2) @ terms
    slope = np.sum(parts * parts, axis=-1) + 1 / z + 0.5 / z**2 + 1 / (6 * z**3)
    return np.log(z) - 0.5 / z - tail - np.sum(parts, axis=-1), slope


def inverse_digamma_reference(y):
    # The logarithm is larger and the function bends down: no step overshoots.
    x = np.exp(y)
    for _ in range(11):
        value, slope = digamma_reference(x)
        x = x - (value - y) / slope
    return x


def newton_cubic_system(matrix, right, start, *, stiffness, steps):
    """Solve A x + stiffness x^3 = b with Newton's method and forward-mode Jacobians."""

    def residual(x):
        return matrix @ x + stiffness * x**3 - right

    jacobian = jax.jacfwd(residual)

    def newton(x, _):
        update = jnp.linalg.solve(jacobian(x), residual(x))
        return x - update, jnp.linalg.norm(update)

    return lax.scan(newton, start, None, length=steps)


def newton_cubic_system_reference(matrix, right, start, *, stiffness, steps):
    point, sizes = start, []
    for _ in range(steps):
        # The tangent of a cube: x^3 is about 3 p^2 x - 2 p^3 near p.
        tangent = matrix + np.diag(3.0 * stiffness * point**2)
        moved = np.linalg.solve(tangent, right + 2.0 * stiffness * point**3)
        sizes.append(np.sqrt(np.sum((moved - point) ** 2)))
        point = moved
    return point, np.array(sizes)


def broyden_tridiagonal(start, offset, *, variant, steps):
    """Find a zero of Broyden's tridiagonal function with his quasi-Newton method."""

    def residual(x):
        padded = jnp.pad(x, 1)
        return (3.0 - 2.0 * x) * x - padded[:-2] - 2.0 * padded[2:] + offset

    def update(state, _):
        x, value, inverse = state
        step = -inverse @ value
        x = x + step
        following = residual(x)
        change = following - value
        moved = inverse @ change
        if variant == "good":
            row = step @ inverse
            correction = jnp.outer(step - moved, row) / (row @ change)
        else:
            correction = jnp.outer(step - moved, change) / (change @ change)
        return (x, following, inverse + correction), x

    inverse = jnp.linalg.inv(jax.jacfwd(residual)(start))
    _, path = lax.scan(update, (start, residual(start), inverse), None, length=steps)
    return path


def broyden_tridiagonal_reference(start, offset, *, variant, steps):
    size = len(start)

    def residual(x):
        value = np.zeros_like(x)
        for i in range(size):
            value[i] = 3.0 * x[i] - 2.0 * x[i] ** 2 + offset[i]
            if i > 0:
                value[i] -= x[i - 1]
            if i + 1 < size:
                value[i] -= 2.0 * x[i + 1]
        return value

    # The slope itself is carried; its inverse only where the variant is about that.
    slope = np.diag(3.0 - 4.0 * start) - np.eye(size, k=-1) - 2.0 * np.eye(size, k=1)
    inverse = np.linalg.inv(slope)
    points = [start]
    for _ in range(steps):
        x, value = points[-1], residual(points[-1])
        step = -(
            np.linalg.solve(slope, value) if variant == "good" else inverse @ value
        )
        change = residual(x + step) - value
        slope = slope + np.outer(change - slope @ step, step) / np.sum(step**2)
        miss = step - inverse @ change
        inverse = inverse + np.outer(miss, change) / np.sum(change**2)
        points.append(x + step)
    return np.stack(points[1:])


def anderson_fixed_point(weights, bias, *, damping, steps):
    """Solve x = tanh(W x + b) by Anderson acceleration that remembers one step."""

    def residual(x):
        return jnp.tanh(weights @ x + bias) - x

    def accelerate(state, _):
        x, gap, old_x, old_gap = state
        gap_change, x_change = gap - old_gap, x - old_x
        share = jnp.vdot(gap_change, gap) / jnp.vdot(gap_change, gap_change)
        mixed = x - share * x_change + damping * (gap - share * gap_change)
        new_gap = residual(mixed)
        return (mixed, new_gap, x, gap), jnp.linalg.norm(new_gap)

    origin = jnp.zeros_like(bias)
    first_gap = residual(origin)
    first = origin + damping * first_gap
    state = (first, residual(first), origin, first_gap)
    (solution, *_), norms = lax.scan(accelerate, state, None, length=steps)
    return solution, norms


def anderson_fixed_point_reference(weights, bias, *, damping, steps):
    def image(x):
        return np.tanh(np.sum(weights * x, axis=1) + bias)

    points = [np.zeros_like(bias)]
    points.append(damping * image(points[0]))
    norms = []
    for _ in range(steps):
        # The affine combination of the last two points with the least residual.
        before, now = points[-2:]
        gap_before, gap_now = image(before) - before, image(now) - now
        spread = gap_now - gap_before
        theta = np.sum(spread * gap_now) / np.sum(spread**2)
        point = theta * before + (1.0 - theta) * now
        gap = theta * gap_before + (1.0 - theta) * gap_now
        points.append(point + damping * gap)
        norms.append(np.sqrt(np.sum((image(points[-1]) - points[-1]) ** 2)))
    return points[-1], np.array(norms)


def colebrook_friction(reynolds, roughness):
    """Solve Colebrook's equation for the friction factor of turbulent flow in pipes."""

    def residual(x):  # of x, the reciprocal root of the friction factor
        return x + 2.0 * jnp.log10(roughness / 3.7 + 2.51 * x / reynolds)

    def newton(_, x):
        value, slope = jax.jvp(residual, (x,), (jnp.ones_like(x),))
        return x - value / slope

    haaland = -1.8 * jnp.log10((roughness / 3.7) ** 1.11 + 6.9 / reynolds)
    return lax.fori_loop(0, 4, newton, haaland) ** -2


def colebrook_friction_reference(reynolds, roughness):
    # In closed form: with a = roughness / 3.7 and b = 2.51 / Re, the number a / b + x
    # is a value of Lambert's W function.
    a, b, scale = roughness / 3.7, 2.51 / reynolds, math.log(10.0) / 2.0
    x = special.lambertw(scale / b * np.exp(scale * a / b)).real / scale - a / b
    return 1.0 / x**2


def steffensen_cosine(amplitude, *, steps):
    """Solve x = amplitude cos(x) by Steffensen's method."""

    def accelerate(_, x):
        once = amplitude * jnp.cos(x)
        twice = amplitude * jnp.cos(once)
        curvature = twice - 2.0 * once + x
        # Aitken's formula is 0 / 0 at a fixed point.
        found = curvature == 0
        move = (once - x) ** 2 / jnp.where(found, 1.0, curvature)
        return jnp.where(found, x, x - move)

    return lax.fori_loop(0, steps, accelerate, 0.7 * amplitude)


def steffensen_cosine_reference(amplitude, *, steps):
    x = 0.7 * amplitude
    for _ in range(steps):
        # The differences go on as a geometric series, which is summed.
        once = amplitude * np.cos(x)
        ratio = (amplitude * np.cos(once) - once) / (once - x)
        x = x + (once - x) / (1.0 - ratio)
    return x


def internal_rate_of_return(payments, price):
    """Find the rate at which payments are worth their price, by Newton's method."""

    def present_value(factor, cash):
        # Horner's rule for the sum of cash[t] factor^(t + 1) and for its derivative.
        def step(carry, amount):
            value, slope = carry
            return (value * factor + amount, slope * factor + value), None

        zero = jnp.zeros_like(factor)
        (value, slope), _ = lax.scan(step, (zero, zero), cash, reverse=True)
        return value * factor, slope * factor + value

    def solve(cash, cost):
        def newton(_, factor):
            value, slope = present_value(factor, cash)
            return factor - (value - cost) / slope

        return 1.0 / lax.fori_loop(0, 10, newton, jnp.ones_like(cost)) - 1.0

    return jax.vmap(solve)(payments, price)


def internal_rate_of_return_reference(payments, price):
    # Cut the bracket into 64 parts at a time; the present value falls with the rate.
    times, cuts = np.arange(1, payments.shape[1] + 1), np.linspace(0.0, 1.0, 65)
    low, high = np.full_like(price, -0.9), np.full_like(price, 9.0)
    for _ in range(10):
        rates = low[:, None] + (high - low)[:, None] * cuts
        discounts = (1.0 + rates[:, 1:-1, None]) ** -times
        worth = np.einsum("bkt,bt->bk", discounts, payments)
        above = np.sum(worth > price[:, None], axis=1)
        low, high = (rates[np.arange(len(price)), above + k] for k in (0, 1))
    return (low + high) / 2


def durand_kerner(coefficients, *, sequential, steps):
    """Approach all roots of a monic polynomial at once, by Weierstrass' corrections."""
    degree = coefficients.shape[0]
    leading = jnp.concatenate([jnp.ones_like(coefficients[:1]), coefficients])
    angles = 2.0 * jnp.pi * (jnp.arange(degree) + 0.25) / degree
    roots = 1.2 * lax.complex(jnp.cos(angles), jnp.sin(angles))
    roots = roots.astype(jnp.result_type(coefficients.dtype, jnp.complex64))

    def correction(roots, i):
        gaps = jnp.where(jnp.arange(degree) == i, 1.0, roots[i] - roots)
        return jnp.polyval(leading, roots[i]) / jnp.prod(gaps)

    def sweep(_, roots):
        if sequential:
            return lax.fori_loop(
                0, degree, lambda i, z: z.at[i].add(-correction(z, i)), roots
            )
        return roots - jax.vmap(correction, (None, 0))(roots, jnp.arange(degree))

    roots = lax.fori_loop(0, steps, sweep, roots)
    return {"real": roots.real, "imag": roots.imag}


def durand_kerner_reference(coefficients, *, sequential, steps):
    # Complex numbers as pairs, so that both parts round as they do in products.
    def times(a, b):
        return a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]

    def divide(a, b):
        size = b[0] ** 2 + b[1] ** 2
        top = times(a, (b[0], -b[1]))
        return top[0] / size, top[1] / size

    degree = len(coefficients)
    angles = 2.0 * np.pi * (np.arange(degree) + 0.25) / degree
    roots = [(1.2 * np.cos(angle), 1.2 * np.sin(angle)) for angle in angles]
    for _ in range(steps):
        source = roots if sequential else list(roots)
        for i in range(degree):
            z = source[i]
            power, value = (1.0, 0.0), (0.0, 0.0)
            for coefficient in [*coefficients[::-1], 1.0]:
                value = tuple(v + coefficient * p for v, p in zip(value, power))
                power = times(power, z)
            for j in range(degree):
                if j != i:
                    other = source[j]
                    value = divide(value, (z[0] - other[0], z[1] - other[1]))
            roots[i] = (z[0] - value[0], z[1] - value[1])
    return {
        "real": np.array([root[0] for root in roots]),
        "imag": np.array([root[1] for root in roots]),
    }


# How far log2(1 + f) is above f, about the middle.
LOGARITHM_SHIFT = 377878 / 2**23


def fast_inverse_sqrt(x, *, steps):
    """Approximate 1 / sqrt(x) from the bits of x and Newton's method."""
    info = jnp.finfo(x.dtype)
    integer = f"int{info.bits}"
    # In single precision that is 0x5f3759df.
    magic = int(1.5 * (info.maxexp - 1 - LOGARITHM_SHIFT) * 2**info.nmant)
    bits = lax.bitcast_convert_type(x, integer)
    y = lax.bitcast_convert_type(jnp.array(magic, integer) - (bits >> 1), x.dtype)
    for _ in range(steps):
        y = y * (1.5 - 0.5 * x * y * y)
    return y


def fast_inverse_sqrt_reference(x, *, steps):
    # Bits are, but for a shift and a scale, a logarithm that is linear between powers
    # of two: e + f - 1 for (1 + f) 2^(e - 1). It is halved and negated.
    fraction, exponent = np.frexp(x)
    halved = -0.5 * ((exponent - 1.0) + (2.0 * fraction - 1.0))
    halved = halved - 1.5 * LOGARITHM_SHIFT
    whole = np.floor(halved)
    y = (1.0 + halved - whole) * 2.0**whole
    for _ in range(steps):
        y = 1.5 * y - x * y**3 / 2
    return y


def shooting_secant(left, right, *, gravity, steps):
    """Solve u'' = -gravity sin(u) with given ends: shoot, and correct by secants."""
    points = 12
    width = 1.0 / points

    def end(slope):
        def verlet(state, _):
            position, velocity = state
            half = velocity - 0.5 * width * gravity * jnp.sin(position)
            position = position + width * half
            velocity = half - 0.5 * width * gravity * jnp.sin(position)
            return (position, velocity), None

        (position, _), _ = lax.scan(verlet, (left, slope), None, length=points)
        return position

    def secant(state, _):
        old, old_miss, slope = state
        miss = end(slope) - right
        following = slope - miss * (slope - old) / (miss - old_miss)
        return (slope, miss, following), following

    flat = right - left
    first = (flat, end(flat) - right, flat + 1.0)
    _, slopes = lax.scan(secant, first, None, length=steps)
    return slopes


def shooting_secant_reference(left, right, *, gravity, steps):
    points = 12
    width = 1.0 / points

    def end(slope):
        # Stoermer's recurrence, which Verlet's positions satisfy.
        pull = width**2 * gravity
        old, now = left, left + width * slope - 0.5 * pull * np.sin(left)
        for _ in range(points - 1):
            old, now = now, 2.0 * now - old - pull * np.sin(now)
        return now

    slopes = [right - left, right - left + 1.0]
    for _ in range(steps):
        (a, b), (p, q) = slopes[-2:], [end(slope) - right for slope in slopes[-2:]]
        slopes.append((a * q - b * p) / (q - p))
    return np.stack(slopes[2:])
