"""Formulas of physics and engineering: JAX, and NumPy from the definition."""

import math

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from scipy import special


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
    # A Lorentzian is averaged by the trapezoid rule, which is exact to rounding here.
    places = np.linspace(-9.0, 9.0, 901)
    bell = np.exp(-(places**2) / 2)
    gaps = x[:, None] - deviation * places
    line = width / (gaps**2 + width**2) / np.pi
    return np.sum(bell * line, axis=1) / np.sum(bell)


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
        # The power series about zero, each term by a ratio from the last.
        ratios = (x[..., None] / (2 * np.arange(1, 40))) ** 2
        return 1 + np.sum(np.cumprod(ratios, axis=-1), axis=-1)

    places = np.arange(size)
    inside = np.array(4.0 * places * (size - 1 - places) / (size - 1) ** 2)
    window = bessel(beta * np.sqrt(inside)) / bessel(beta)
    return signal * window, np.sum(window) ** 2 / np.sum(window * window)


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


def debye_heat(temperature, *, order, nodes):
    """Heat capacities of a lattice relative to the limit of high temperatures."""
    points, weights = _legendre_rule(nodes)
    shares = 0.5 * (jnp.asarray(points, dtype=temperature.dtype) + 1.0)
    weights = 0.5 * jnp.asarray(weights, dtype=temperature.dtype)
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
