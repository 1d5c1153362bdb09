"""Draws from distributions: JAX, and NumPy from the definition."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import random
from scipy import special

from .random_keys import (
    positive_uniforms,
    seeded,
    shuffled_positions,
    split_key,
    standard_normals,
    standard_normals_reference,
    unit_uniforms,
)


def uniform_box_points(seed, low, width, *, count):
    """Points of a box, and their squared distances from its center."""
    shape = (count, *low.shape)
    uniforms = random.uniform(random.key(seed), shape, jnp.float32).astype(low.dtype)
    points = low + width * uniforms
    center = low + 0.5 * width
    return points, jnp.sum(jnp.square(points - center), axis=-1)


def uniform_box_points_reference(seed, low, width, *, count):
    shares = unit_uniforms(seeded(seed), (count, len(low)))
    points = (1 - shares) * low + shares * (low + width)
    squares = [np.sum((width * (share - 0.5)) ** 2) for share in shares]
    return points, np.array(squares)


def poisson_arrivals(seed, rates, *, events, horizon):
    """Arrival times of Poisson processes, and how many come before a horizon."""
    shape = (rates.shape[0], events)
    waits = random.exponential(random.key(seed), shape, jnp.float32)
    times = jnp.cumsum(waits / rates[:, None], axis=1)
    return times, jnp.sum(times < horizon, axis=1, dtype=jnp.int32)


def poisson_arrivals_reference(seed, rates, *, events, horizon):
    uniforms = unit_uniforms(seeded(seed), (len(rates), events))
    times, counts = np.zeros(uniforms.shape), np.zeros(len(rates), dtype=np.int32)
    for i, rate in enumerate(rates):
        time = 0.0
        for j in range(events):
            time = time - np.log1p(-uniforms[i, j]) / rate
            times[i, j] = time
            counts[i] += time < horizon
    return times, counts


def laplace_mechanism(key, values, *, bound, epsilon):
    """A sum of clipped values, private by noise as wide as one value can change it."""
    clipped = jnp.clip(values, -bound, bound)
    noise = random.laplace(key, (values.shape[1],), jnp.float32)
    return jnp.sum(clipped, axis=0) + 2.0 * bound / epsilon * noise


def laplace_mechanism_reference(key, values, *, bound, epsilon):
    shares = unit_uniforms(key, (values.shape[1],))
    uniforms = np.maximum(2 * shares - (1 - 2.0**-24), -1 + 2.0**-24)
    noise = np.sign(uniforms) * np.log1p(-np.abs(uniforms))
    totals = sum(np.minimum(np.maximum(row, -bound), bound) for row in values)
    return totals + noise * 2 * bound / epsilon


def cauchy_flight(seed, start, *, steps, longest):
    """A flight with rare long jumps, none of them beyond a limit."""
    jumps = random.cauchy(random.key(seed), (steps, *start.shape), jnp.float32)
    return start + jnp.cumsum(jnp.clip(jumps, -longest, longest), axis=0)


def cauchy_flight_reference(seed, start, *, steps, longest):
    shares = unit_uniforms(seeded(seed), (steps, *start.shape))
    uniforms = np.array(shares * (1 - 2.0**-23) + 2.0**-23)
    path, position = [], start
    for angles in np.pi * (uniforms - 0.5):
        jump = np.sin(angles) / np.cos(angles)
        position = position + np.minimum(np.maximum(jump, -longest), longest)
        path.append(position)
    return np.array(path)


def bounded_normals(key, lower, upper, *, samples):
    """Draws of a normal distribution between bounds, and their mean."""
    shape = (samples, *lower.shape)
    draws = random.truncated_normal(key, lower, upper, shape, jnp.float32)
    return draws, jnp.mean(draws, axis=0)


def bounded_normals_reference(key, lower, upper, *, samples):
    shares = unit_uniforms(key, (samples, *lower.shape))
    low, high = special.ndtr(lower), special.ndtr(upper)
    draws = special.ndtri(low + shares * (high - low))
    return draws, np.sum(draws, axis=0) / samples


def thermal_speeds(seed, masses, *, count, temperature):
    """Speeds of particles of a gas, and the mean energy of each kind."""
    shape = (count, *masses.shape)
    speeds = random.maxwell(random.key(seed), shape, jnp.float32)
    speeds = speeds * jnp.sqrt(temperature / masses)
    return speeds, jnp.mean(0.5 * masses * jnp.square(speeds), axis=0)


def thermal_speeds_reference(seed, masses, *, count, temperature):
    shape = (count, len(masses), 3)
    velocities = standard_normals_reference(seeded(seed), shape)
    velocities = velocities * np.sqrt(temperature / masses)[:, None]
    squares = np.sum(velocities * velocities, axis=2)
    return np.sqrt(squares), masses * np.sum(squares, axis=0) / (2 * count)


def pareto_concentration(key, exponents, *, count):
    """Draws of incomes, and their Gini coefficients."""
    shape = (count, *exponents.shape)
    incomes = random.pareto(key, exponents, shape, jnp.float32)
    ordered = jnp.sort(incomes, axis=0)
    ranks = jnp.arange(1, count + 1, dtype=jnp.float32)[:, None]
    weighted = jnp.sum((2.0 * ranks - count - 1.0) * ordered, axis=0)
    return incomes, weighted / (count * jnp.sum(incomes, axis=0))


def pareto_concentration_reference(key, exponents, *, count):
    rests = 1 - unit_uniforms(key, (count, len(exponents)))
    incomes = np.power(rests, -1 / exponents)
    gini = []
    for column in incomes.T:
        differences = np.abs(column[:, None] - column)
        gini.append(np.sum(differences) / (2 * count * np.sum(column)))
    return incomes, np.array(gini)


def censored_lifetimes(seed, scales, *, count, concentration, limit):
    """Lifetimes observed up to a limit, and the rate that they suggest."""
    shape = (count, *scales.shape)
    key = random.key(seed)
    lifetimes = random.weibull_min(key, scales, concentration, shape, jnp.float32)
    observed = jnp.minimum(lifetimes, limit)
    failed = lifetimes < limit
    hazards = jnp.sum((observed / scales) ** concentration, axis=0)
    failures = jnp.sum(failed, axis=0, dtype=jnp.float32)
    return observed, failed, failures / hazards


def censored_lifetimes_reference(seed, scales, *, count, concentration, limit):
    uniforms = unit_uniforms(seeded(seed), (count, len(scales)))
    exponentials = -np.log1p(-uniforms)
    lifetimes = np.power(exponentials, 1 / concentration) * scales
    failed = lifetimes < limit
    ends = np.power(limit / scales, concentration)
    hazards = np.sum(np.where(failed, exponentials, ends), axis=0)
    return np.where(failed, lifetimes, limit), failed, np.sum(failed, axis=0) / hazards


def fading_capacity(key, scales, *, count, snr):
    """Gains of fading channels, and the mean rate at which they can carry bits."""
    gains = random.rayleigh(key, scales, (count, *scales.shape), jnp.float32)
    rates = jnp.log2(1.0 + snr * jnp.square(gains))
    return gains, jnp.mean(rates, axis=0)


def fading_capacity_reference(key, scales, *, count, snr):
    energies = -2 * np.log(positive_uniforms(key, (count, len(scales))))
    rates = np.log(1 + snr * energies * scales * scales) / np.log(2.0)
    return np.sqrt(energies) * scales, np.sum(rates, axis=0) / count


def project_durations(seed, least, likely, most, *, count):
    """Durations of a project whose tasks follow one another, and their quartiles."""
    shape = (count, *least.shape)
    key = random.key(seed)
    tasks = random.triangular(
        key, least, least + likely, least + likely + most, shape, jnp.float32
    )
    durations = jnp.sum(tasks, axis=1)
    return durations, jnp.quantile(durations, jnp.array([0.25, 0.5, 0.75]))


def project_durations_reference(seed, least, likely, most, *, count):
    uniforms = unit_uniforms(seeded(seed), (count, len(least)))
    durations = []
    for row in uniforms:
        total = np.zeros(())
        for u, low, left, right in zip(row, least, likely, most):
            width = left + right
            if u * width < left:
                total = total + low + np.sqrt(u * width * left)
            else:
                total = total + low + width - np.sqrt((1 - u) * width * right)
        durations.append(total)
    ordered = np.sort(np.array(durations))
    quartiles = []
    for quarter in (1, 2, 3):
        below, rest = divmod(quarter * (count - 1), 4)
        above = min(below + 1, count - 1)
        step = ordered[above] - ordered[below]
        quartiles.append(ordered[below] + step * (rest / 4))
    return np.array(durations), np.array(quartiles)


def correlated_draws(key, mean, covariance, *, count):
    """Draws of a multivariate normal distribution, and their covariance matrix."""
    draws = random.multivariate_normal(key, mean, covariance, (count,), jnp.float32)
    return draws, jnp.cov(draws, rowvar=False)


def correlated_draws_reference(key, mean, covariance, *, count):
    factor = np.linalg.cholesky(covariance)
    noise = standard_normals_reference(key, (count, len(mean)))
    draws = np.array([mean + factor @ row for row in noise])
    centered = draws - np.sum(draws, axis=0) / count
    return draws, centered.T @ centered / (count - 1)


def asset_paths(seed, prices, *, steps, drift, volatility, maturity):
    """Paths of asset prices, and the means along each."""
    step = maturity / steps
    shape = (steps, *prices.shape)
    noise = standard_normals(random.key(seed), shape, prices.dtype)
    growth = (drift - 0.5 * volatility**2) * step + volatility * step**0.5 * noise
    paths = prices * jnp.exp(jnp.cumsum(growth, axis=0))
    return paths, jnp.mean(paths, axis=0)


def asset_paths_reference(seed, prices, *, steps, drift, volatility, maturity):
    noise = standard_normals_reference(seeded(seed), (steps, len(prices)))
    step = maturity / steps
    mean = np.exp(np.array(drift * step))
    paths = []
    for row in noise:
        martingale = np.exp(volatility * np.sqrt(step) * row - volatility**2 * step / 2)
        prices = prices * mean * martingale
        paths.append(prices)
    return np.array(paths), sum(paths) / steps


def retry_delays(key, failure, *, clients, base, cap):
    """Attempts until success of clients, and how long each has waited between."""
    shape = (clients, *failure.shape)
    attempts = random.geometric(key, 1.0 - failure, shape, jnp.int32)
    # Each wait is twice the one before it.
    waits = jnp.ldexp(jnp.float32(base), attempts - 1) - base
    return attempts, jnp.mean(jnp.minimum(waits, cap), axis=0)


def retry_delays_reference(key, failure, *, clients, base, cap):
    uniforms = np.where((u := unit_uniforms(key, (clients, len(failure)))) == 0, 1.0, u)
    attempts = np.ones(uniforms.shape, dtype=np.int32)
    waits = np.zeros(len(failure))
    for client, channel in np.ndindex(*uniforms.shape):
        chance, delay, wait = failure[channel], 1.0 * base, 0.0
        while uniforms[client, channel] <= chance:
            attempts[client, channel] += 1
            chance, wait, delay = chance * failure[channel], wait + delay, delay * 2
        waits[channel] += min(wait, 1.0 * cap)
    return attempts, waits / clients


def random_rotation(seed, points, *, directions):
    """Project points on a random orthonormal frame, and what this leaves of them."""
    key = random.key(seed)
    frame = random.orthogonal(key, points.shape[1], (), jnp.float32, m=directions)
    shadows = points @ frame
    return shadows, points - shadows @ frame.T


def random_rotation_reference(seed, points, *, directions):
    size = points.shape[1]
    columns = []
    for column in standard_normals_reference(seeded(seed), (size, directions)).T:
        for other in columns:
            column = column - np.sum(other * column) * other
        columns.append(column / np.sqrt(np.sum(column * column)))
    frame = np.array(columns).T
    shadows = points @ frame
    return shadows, points @ (np.eye(size) - frame @ frame.T)


def first_passages(key, distances, *, count, drift):
    """Times at which drifting particles first reach a distance, and their means."""
    means = distances / drift
    shape = (count, *means.shape)
    # Draws have a scale of one, which a mean of its square over the scale makes up for.
    times = random.wald(key, means / jnp.square(distances), shape, jnp.float32)
    times = times * jnp.square(distances)
    return times, jnp.mean(times, axis=0)


def first_passages_reference(key, distances, *, count, drift):
    normal_key, uniform_key = split_key(key)
    shape = (count, len(distances))
    squares = standard_normals_reference(normal_key, shape) ** 2
    uniforms = unit_uniforms(uniform_key, shape)
    # The density's exponent at a time is a square: solve for the time, in the units in
    # which the scale is one, and pick one of both roots.
    mean = np.array(distances / drift / distances**2)
    spread = mean * np.sqrt(mean * squares + (mean * squares / 2) ** 2)
    smaller = mean + mean * mean * squares / 2 - spread
    larger = mean * mean / smaller
    times = np.where(uniforms * (mean + smaller) <= mean, smaller, larger)
    times = times * distances**2
    return times, np.sum(times, axis=0) / count


def keyed_latin_hypercube(seed, low, high, *, count, centered):
    """Points of a box, with one in each slice along every axis."""
    order_key, jitter_key = random.split(random.key(seed))
    keys = random.split(order_key, low.shape[0])
    slices = jax.vmap(lambda key: random.permutation(key, count))(keys).T
    if centered:
        jitter = jnp.full(slices.shape, 0.5, dtype=low.dtype)
    else:
        jitter = random.uniform(jitter_key, slices.shape, jnp.float32)
    shares = (slices.astype(low.dtype) + jitter.astype(low.dtype)) / count
    return low + (high - low) * shares


def keyed_latin_hypercube_reference(seed, low, high, *, count, centered):
    order_key, jitter_key = split_key(seeded(seed))
    jitter = unit_uniforms(jitter_key, (count, len(low)))
    points = np.zeros((count, len(low)))
    for d, subkey in enumerate(split_key(order_key, len(low))):
        width = (high[d] - low[d]) / count
        for i, place in enumerate(shuffled_positions(subkey, count)):
            offset = 0.5 if centered else jitter[i, d]
            points[i, d] = low[d] + place * width + offset * width
    return points
