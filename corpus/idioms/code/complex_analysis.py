"""Functions of a complex variable: JAX, and NumPy from the definition."""

import math

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from scipy import special


def mobius_orbit(shift, pole, points, *, scale, steps):
    """Orbits of points under z -> (s z + b) / (c z + 2)."""

    def move(z, _):
        z = (scale * z + shift) / (pole * z + 2.0)
        return z, z

    _, orbit = lax.scan(move, points, length=steps)
    return orbit


def mobius_orbit_reference(shift, pole, points, *, scale, steps):
    # Maps compose as their matrices do.
    matrix = np.zeros((2, 2), dtype=complex)
    matrix[0, 0], matrix[0, 1] = scale, shift
    matrix[1, 0], matrix[1, 1] = pole, 2.0
    power, orbit = np.eye(2), []
    for _ in range(steps):
        power = matrix @ power
        top = power[0, 0] * points + power[0, 1]
        orbit.append(top / (power[1, 0] * points + power[1, 1]))
    return np.stack(orbit)


def aberth_steps(coefficients, *, radius, steps):
    """Approach all roots of a monic polynomial at once; the largest residual."""
    degree = coefficients.shape[0]
    angles = [2.0 * math.pi * (k + 0.3) / degree for k in range(degree)]
    start = [radius * complex(math.cos(angle), math.sin(angle)) for angle in angles]
    polynomial = jnp.concatenate([jnp.ones_like(coefficients[:1]), coefficients])
    derivative = jnp.polyder(polynomial)
    own = jnp.eye(degree, dtype=bool)

    def improve(_, roots):
        newton = jnp.polyval(polynomial, roots) / jnp.polyval(derivative, roots)
        gaps = jnp.where(own, 1.0, roots[:, None] - roots)
        repulsion = jnp.sum(jnp.where(own, 0.0, 1.0 / gaps), axis=1)
        return roots - newton / (1.0 - newton * repulsion)

    start = jnp.asarray(start, coefficients.dtype)
    roots = lax.fori_loop(0, steps, improve, start)
    return roots, jnp.max(jnp.abs(jnp.polyval(polynomial, roots)))


def aberth_steps_reference(coefficients, *, radius, steps):
    degree = len(coefficients)

    def value(z):
        return z**degree + sum(
            c * z ** (degree - 1 - k) for k, c in enumerate(coefficients)
        )

    def slope(z):
        total = degree * z ** (degree - 1)
        for k in range(degree - 1):
            power = degree - 1 - k
            total = total + power * coefficients[k] * z ** (power - 1)
        return total

    angles = 2 * np.pi * (np.arange(degree) + 0.3) / degree
    roots = radius * (np.cos(angles) + 1j * np.sin(angles))
    for _ in range(steps):
        moved = []
        for i in range(degree):
            # Newton's method for p divided by the other factors.
            ratio = slope(roots[i]) / value(roots[i])
            for j in range(degree):
                if j != i:
                    ratio = ratio - 1 / (roots[i] - roots[j])
            moved.append(roots[i] - 1 / ratio)
        roots = np.stack(moved)
    return roots, np.max(np.abs(np.stack([value(root) for root in roots])))


def taylor_shift(coefficients, center, *, reverse):
    """Coefficients, the highest first, of polynomials about another center."""
    if reverse:
        coefficients = coefficients[:, ::-1]

    def divide(quotient, _):
        # Synthetic division by z - center: the remainder is the next coefficient.
        def horner(total, coefficient):
            total = total * center + coefficient
            return total, total

        _, partial = lax.scan(horner, jnp.zeros_like(center), quotient)
        return jnp.roll(partial, 1).at[0].set(0.0), partial[-1]

    def shift(polynomial):
        _, remainders = lax.scan(divide, polynomial, length=polynomial.shape[0])
        return remainders[::-1]

    return jax.vmap(shift)(coefficients)


def taylor_shift_reference(coefficients, center, *, reverse):
    size = coefficients.shape[1]
    shifted = np.zeros(coefficients.shape, dtype=complex)
    for row, polynomial in enumerate(coefficients):
        for degree in range(size):
            index = degree if reverse else size - 1 - degree
            # The binomial theorem.
            for power in range(degree + 1):
                term = polynomial[index] * math.comb(degree, power)
                for _ in range(degree - power):
                    term = term * center
                shifted[row, size - 1 - power] += term
    return shifted


def newton_basins(real, imag, *, degree, steps):
    """Which root of unity Newton's method comes near from each point of a grid."""
    grid = lax.complex(*jnp.meshgrid(real, imag))

    def step(_, z):
        return z - (z**degree - 1.0) / (degree * z ** (degree - 1))

    z = lax.fori_loop(0, steps, step, grid)
    roots = jnp.exp(2j * jnp.pi * jnp.arange(degree, dtype=real.dtype) / degree)
    nearness = (z[..., None] * roots.conj()).real
    return jnp.argmax(nearness, axis=-1).astype(jnp.int32), z


def newton_basins_reference(real, imag, *, degree, steps):
    z = real + 1j * imag[:, None]
    for _ in range(steps):
        power = z
        for _ in range(degree - 2):
            power = power * z
        z = ((degree - 1) * z + 1 / power) / degree
    angles = 2 * np.pi * np.arange(degree) / degree
    roots = np.cos(angles) + 1j * np.sin(angles)
    distances = np.abs(z[..., None] - roots)
    return np.argmin(distances, axis=-1).astype(np.int32), z


def escape_counts(parameters, *, power, radius, limit):
    """Steps of z -> z**p + c from zero until escape, and where the orbit is then."""

    def orbit(c):
        def inside(state):
            z, count = state
            return (count < limit) & (z.real**2 + z.imag**2 <= radius**2)

        def step(state):
            z, count = state
            return z**power + c, count + 1

        z, count = lax.while_loop(inside, step, (c, jnp.zeros((), jnp.int32)))
        return count, z

    return jax.vmap(orbit)(parameters)


def escape_counts_reference(parameters, *, power, radius, limit):
    counts, last = [], []
    for c in parameters:
        z, count = c, 0
        while count < limit and np.abs(z) <= radius:
            product = z
            for _ in range(power - 1):
                product = product * z
            z = product + c
            count += 1
        counts.append(count)
        last.append(z)
    return np.array(counts, dtype=np.int32), np.stack(last)


def julia_potential(points, parameter, *, steps, radius):
    """Potential of the Julia set of z**2 + c, from orbits held when they are far."""

    def step(_, state):
        z, scale = state
        escaped = jnp.abs(z) > radius
        z = jnp.where(escaped, z, z * z + parameter)
        return z, jnp.where(escaped, scale, 0.5 * scale)

    scale = jnp.ones_like(points.real)
    z, scale = lax.fori_loop(0, steps, step, (points, scale))
    return scale * jnp.log1p(jnp.abs(z) ** 2)


def julia_potential_reference(points, parameter, *, steps, radius):
    values = []
    for start in points:
        z, count = start, 0
        for _ in range(steps):
            if np.abs(z) <= radius:
                z = z**2 + parameter
                count += 1
        values.append(np.log(1 + np.real(z * np.conj(z))) / 2**count)
    return np.stack(values)


def winding_numbers(vertices, points, *, reverse):
    """How often a closed polygon winds around each point."""
    if reverse:
        vertices = vertices[::-1]
    # Moved a little, so that no point of a grid is on an edge.
    rays = vertices - (points + complex(0.0123, 0.0371))[:, None]
    # The angle at which an edge is seen is never more than half a turn.
    turns = jnp.angle(jnp.roll(rays, -1, axis=1) * rays.conj())
    return jnp.rint(jnp.sum(turns, axis=1) / (2.0 * jnp.pi)).astype(jnp.int32)


def winding_numbers_reference(vertices, points, *, reverse):
    counts = []
    size = len(vertices)
    for point in points + complex(0.0123, 0.0371):
        count = 0
        for k in range(size):
            a, b = vertices[k] - point, vertices[(k + 1) % size] - point
            # Crossings of the ray to the right, upward ones counted positive.
            above, below = np.imag(a) > 0, np.imag(b) > 0
            if above != below:
                area = np.real(a) * np.imag(b) - np.real(b) * np.imag(a)
                if below and area > 0:
                    count += 1
                elif above and area < 0:
                    count -= 1
        counts.append(-count if reverse else count)
    return np.array(counts, dtype=np.int32)


def cauchy_derivatives(coefficients, center, *, nodes, radius, orders):
    """Derivatives of a polynomial by Cauchy's formula on a circle around the center."""
    turns = jnp.arange(nodes, dtype=center.real.dtype) / nodes
    circle = jnp.exp(2j * jnp.pi * turns)
    values = jnp.polyval(coefficients, center + radius * circle)
    moments = jnp.fft.fft(values)[:orders] / nodes
    factors = [math.factorial(k) / radius**k for k in range(orders)]
    return moments * jnp.array(factors, center.real.dtype)


def cauchy_derivatives_reference(coefficients, center, *, nodes, radius, orders):
    # Any rule of equal weights on the circle is exact; this one's nodes are between.
    angles = 2 * np.pi * (np.arange(0.0, nodes) + 0.5) / nodes
    z = center + radius * (np.cos(angles) + 1j * np.sin(angles))
    values, power = np.zeros(nodes, dtype=complex), np.ones(nodes, dtype=complex)
    for coefficient in coefficients[::-1]:
        values, power = values + coefficient * power, power * z
    order = np.arange(orders)[:, None]
    turns = np.cos(order * angles) - 1j * np.sin(order * angles)
    scales = [math.factorial(k) / radius**k for k in range(orders)]
    return np.array(scales) * np.sum(values * turns, axis=1) / nodes


def joukowski_velocity(angles, attack, camber, *, thickness, lifting):
    """Points on an airfoil, and the conjugate velocity of the flow past it there."""
    # A circle through 1, where the trailing edge is.
    center = -thickness + 1j * camber
    radius = jnp.abs(1.0 - center)
    trailing = jnp.angle(1.0 - center)
    spokes = radius * jnp.exp(1j * (angles + trailing))
    wind = jnp.exp(-1j * attack)
    circle_velocity = wind - wind.conj() * radius**2 / spokes**2
    if lifting:
        # Kutta's condition: the flow leaves the trailing edge smoothly.
        circulation = 4.0 * jnp.pi * radius * jnp.sin(attack - trailing)
        circle_velocity = circle_velocity + 1j * circulation / (2.0 * jnp.pi * spokes)
    zeta = center + spokes
    return zeta + 1.0 / zeta, circle_velocity / (1.0 - 1.0 / zeta**2)


def joukowski_velocity_reference(angles, attack, camber, *, thickness, lifting):
    # All in real parts: on a circle the flow is tangential, and so is the airfoil's.
    width = 1 + thickness
    trailing = np.arctan(-camber / width)
    radius = np.sqrt(width * width + camber * camber)
    theta = angles + trailing
    x = radius * np.cos(theta) - thickness
    y = radius * np.sin(theta) + camber
    size = x * x + y * y
    foil_x, foil_y = x + x / size, y - y / size
    speed = -2 * np.sin(theta - attack)
    if lifting:
        speed = speed + 2 * np.sin(trailing - attack)
    # The conjugate velocity is speed * exp(-i (theta + pi / 2)).
    u, v = -speed * np.sin(theta), -speed * np.cos(theta)
    # Divided by the derivative of the map.
    real = 1 - (x * x - y * y) / size**2
    imag = 2 * x * y / size**2
    scale = real * real + imag * imag
    first = (u * real + v * imag) / scale
    second = (v * real - u * imag) / scale
    return foil_x + 1j * foil_y, first + 1j * second


def sliding_cross_ratios(points, *, spacing):
    """Cross ratios of four neighbors each, along a curve from left to right."""
    points = points + spacing * jnp.arange(points.shape[0], dtype=points.real.dtype)

    def ratio(start):
        a, b, c, d = lax.dynamic_slice_in_dim(points, start, 4)
        return (a - c) * (b - d) / ((b - c) * (a - d))

    return jax.vmap(ratio)(jnp.arange(points.shape[0] - 3))


def sliding_cross_ratios_reference(points, *, spacing):
    points = points + spacing * np.arange(len(points))
    ratios = []
    for k in range(len(points) - 3):
        a, b, c, d = (points[k + j] for j in range(4))
        # An inversion about d leaves it as it is, and takes d itself to infinity.
        first, second, third = 1 / (a - d), 1 / (b - d), 1 / (c - d)
        ratios.append((third - first) / (third - second))
    return np.stack(ratios)


def blaschke_products(zeros, points, *, reverse):
    """Partial products of Blaschke factors at points of the unit disk."""
    zeros = zeros[:, None]
    factors = (points - zeros) / (1.0 - zeros.conj() * points)
    return lax.cumprod(factors, axis=0, reverse=reverse)


def blaschke_products_reference(zeros, points, *, reverse):
    count = len(zeros)
    products = np.zeros((count, len(points)), dtype=complex)
    for k in range(count):
        for j in range(len(points)):
            top, bottom = np.ones((), dtype=complex), np.ones((), dtype=complex)
            for i in range(k, count) if reverse else range(k + 1):
                top = top * (points[j] - zeros[i])
                bottom = bottom * (1 - np.conj(zeros[i]) * points[j])
            products[k, j] = top / bottom
    return products


def _legendre_rule(count):
    """Points and weights of Gauss and Legendre on [-1, 1], by Newton's method."""
    points, weights = [], []
    for k in range(count):
        x = math.cos(math.pi * (k + 0.75) / (count + 0.5))
        for _ in range(6):
            before, value = 0.0, 1.0
            for n in range(1, count + 1):
                before, value = (
                    value,
                    ((2 * n - 1) * x * value - (n - 1) * before) / n,
                )
            slope = count * (x * value - before) / (x * x - 1.0)
            x -= value / slope
        points.append(x)
        weights.append(2.0 / ((1.0 - x * x) * slope * slope))
    return points, weights


def schwarz_christoffel_map(corners, turns, points, *, nodes):
    """Map points of the disk to a polygon, by Gauss and Legendre's rule along rays."""
    places, weights = _legendre_rule(nodes)
    dtype = corners.dtype
    places = 0.5 * (jnp.asarray(places, dtype) + 1.0)
    weights = 0.5 * jnp.asarray(weights, dtype)
    prevertices = jnp.exp(1j * corners)

    def image(point):
        # Within the disk all of these are in the right half-plane.
        gaps = 1.0 - places[:, None] * point * prevertices.conj()
        integrand = jnp.exp(-jnp.log(gaps) @ turns.astype(gaps.dtype))
        return point * jnp.sum(weights * integrand)

    return jax.vmap(image)(points)


def schwarz_christoffel_map_reference(corners, turns, points, *, nodes):
    places, weights = np.polynomial.legendre.leggauss(nodes)
    cosines, sines = np.cos(corners), np.sin(corners)
    total = np.zeros(points.shape, dtype=complex)
    for place, weight in zip(places, weights):
        along = (place + 1) / 2 * points
        x, y = np.real(along), np.imag(along)
        size, angle = np.ones(points.shape), np.zeros(points.shape)
        for k in range(len(corners)):
            real = 1 - (x * cosines[k] + y * sines[k])
            imag = -(y * cosines[k] - x * sines[k])
            size = size * (real**2 + imag**2) ** (-turns[k] / 2)
            angle = angle - turns[k] * np.arctan(imag / real)
        factor = size * np.cos(angle) + 1j * (size * np.sin(angle))
        total = total + weight / 2 * factor
    return points * total


def tangent_fraction(arguments, *, hyperbolic, terms):
    """Tangents by Lambert's continued fraction, with Lentz's algorithm."""
    square = arguments * arguments
    numerators = square if hyperbolic else -square
    tiny = jnp.finfo(arguments.dtype).tiny ** 0.5

    def step(k, state):
        value, c, d = state
        odd = 2 * k + 1
        d = 1.0 / (odd + numerators * d)
        c = odd + numerators / c
        c = jnp.where(jnp.abs(c) < tiny, tiny, c)
        return value * c * d, c, d

    one = jnp.ones_like(arguments)
    start = (one, one, jnp.zeros_like(arguments))
    value, _, _ = lax.fori_loop(1, terms, step, start)
    return arguments / value


def tangent_fraction_reference(arguments, *, hyperbolic, terms):
    x, y = np.real(arguments), np.imag(arguments)
    if hyperbolic:
        size = np.cosh(2 * x) + np.cos(2 * y)
        return np.sinh(2 * x) / size + 1j * (np.sin(2 * y) / size)
    size = np.cos(2 * x) + np.cosh(2 * y)
    return np.sin(2 * x) / size + 1j * (np.sinh(2 * y) / size)


# Godfrey's coefficients for g = 7 and nine terms.
LANCZOS = (
    0.99999999999980993,
    676.5203681218851,
    -1259.1392167224028,
    771.32342877765313,
    -176.61502916214059,
    12.507343278686905,
    -0.13857109526572012,
    9.9843695780195716e-6,
    1.5056327351493116e-7,
)


def log_gamma_plane(arguments, *, rising):
    """Logarithm of the gamma function right of the imaginary axis, shifted up."""
    z = arguments + rising - 1.0
    series = jnp.full_like(z, LANCZOS[0])
    for k, coefficient in enumerate(LANCZOS[1:], 1):
        series = series + coefficient / (z + k)
    base = z + 7.5
    half_log = 0.5 * math.log(2.0 * math.pi)
    return half_log + (z + 0.5) * jnp.log(base) - base + jnp.log(series)


def log_gamma_plane_reference(arguments, *, rising):
    # The recurrence adds no more than the logarithms of positive real parts.
    total = special.loggamma(arguments)
    for k in range(rising):
        total = total + np.log(arguments + k)
    return total


def jacobi_theta(arguments, nome, *, kind, terms):
    """Jacobi's theta functions 3 and 4 by their Fourier series."""
    n = jnp.arange(1, terms + 1)
    powers = nome ** (n * n).astype(nome.dtype)
    signs = 1 - 2 * (n % 2) if kind == 4 else jnp.ones_like(n)
    waves = jnp.cos(2.0 * arguments[:, None] * n)
    return 1.0 + 2.0 * waves @ (signs * powers).astype(waves.dtype)


def jacobi_theta_reference(arguments, nome, *, kind, terms):
    # Jacobi's triple product; the factors left out differ from 1 by less than 1e-16.
    x, y = np.real(arguments), np.imag(arguments)
    cosine = np.cos(2 * x) * np.cosh(2 * y) - 1j * (np.sin(2 * x) * np.sinh(2 * y))
    sign = -1 if kind == 4 else 1
    total = np.ones(arguments.shape, dtype=complex)
    for n in range(1, 40):
        odd = nome ** (2 * n - 1)
        total = total * (1 - nome ** (2 * n))
        total = total * (1 + 2 * sign * odd * cosine + odd**2)
    return total
