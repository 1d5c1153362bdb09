"""Monte Carlo estimates: JAX, and NumPy from the definition."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax, random

from .random_keys import (
    positive_uniforms,
    random_signs,
    random_signs_reference,
    seeded,
    split_key,
    standard_normals,
    standard_normals_reference,
    unit_uniforms,
)


def common_random_numbers(seed, spot, bump, *, count, volatility, strike):
    """How an option's price changes, with the same noise on both sides."""
    key = random.key(seed)

    def price(key, spot):
        noise = standard_normals(key, (count,), spot.dtype)
        growth = jnp.exp(volatility * noise - 0.5 * volatility**2)
        return jnp.mean(jax.nn.relu(spot * growth - strike))

    up, down = price(random.clone(key), spot + bump), price(key, spot - bump)
    return (up - down) / (2.0 * bump)


def common_random_numbers_reference(seed, spot, bump, *, count, volatility, strike):
    total = np.zeros(())
    for noise in standard_normals_reference(seeded(seed), (count,)):
        growth = np.exp(volatility * noise) / np.exp(np.array(volatility**2 / 2))
        for side in (1, -1):
            gain = np.maximum((spot + side * bump) * growth - strike, 0)
            total = total + side * gain
    return total / count / (2 * bump)


def spsa_gradient(key, parameters, matrix, *, samples, radius):
    """A gradient from pairs of values alone, all coordinates being moved at once."""

    def loss(x):
        return 0.5 * x @ matrix @ x + jnp.sum(jnp.cos(x))

    def estimate(key):
        signs = random_signs(key, parameters.shape, parameters.dtype)
        up, down = loss(parameters + radius * signs), loss(parameters - radius * signs)
        return (up - down) / (2.0 * radius) * signs

    return jnp.mean(jax.vmap(estimate)(random.split(key, samples)), axis=0)


def spsa_gradient_reference(key, parameters, matrix, *, samples, radius):
    total = np.zeros(parameters.shape)
    for subkey in split_key(key, samples):
        signs = random_signs_reference(subkey, parameters.shape)
        for side in (1, -1):
            x = parameters + side * radius * signs
            value = np.sum(matrix * np.outer(x, x)) / 2 + np.sum(np.cos(x))
            total = total + side * value / (2 * radius * signs)
    return total / samples


def trace_estimate(seed, matrix, *, probes, noise):
    """The trace of a matrix from products with random vectors alone."""
    keys = random.split(random.key(seed), probes)

    def probe(key):
        if noise == "sign":
            vector = random_signs(key, matrix.shape[:1], matrix.dtype)
        else:
            vector = standard_normals(key, matrix.shape[:1], matrix.dtype)
        return jnp.vdot(vector, matrix @ vector)

    return jnp.mean(lax.map(probe, keys))


def trace_estimate_reference(seed, matrix, *, probes, noise):
    draw = random_signs_reference if noise == "sign" else standard_normals_reference
    weights = np.zeros(matrix.shape)
    for key in split_key(seeded(seed), probes):
        vector = draw(key, (len(matrix),))
        weights = weights + np.outer(vector, vector)
    return np.sum(matrix * weights) / probes


def private_gradient(key, gradients, *, clip, multiplier):
    """The mean of examples' clipped gradients, with noise of the clip's size."""
    norms = jnp.sqrt(jnp.sum(jnp.square(gradients), axis=1, keepdims=True))
    clipped = gradients * jnp.minimum(1.0, clip / norms)
    noise = standard_normals(key, gradients.shape[1:], gradients.dtype)
    return (jnp.sum(clipped, axis=0) + multiplier * clip * noise) / gradients.shape[0]


def private_gradient_reference(key, gradients, *, clip, multiplier):
    total = multiplier * clip * standard_normals_reference(key, gradients.shape[1:])
    for gradient in gradients:
        total = total + gradient / np.maximum(np.linalg.norm(gradient) / clip, 1.0)
    return total / len(gradients)


def circle_area(key, radii, *, count):
    """Estimates of areas of circles from the share of points that fall inside."""
    points = random.uniform(key, (count, 2), jnp.float32, -1.0, 1.0)
    distances = jnp.sum(jnp.square(points), axis=1)
    inside = distances[:, None] < jnp.square(radii.astype(jnp.float32))
    hits = jnp.sum(inside, axis=0, dtype=jnp.int32)
    return hits, 4.0 * hits.astype(radii.dtype) / count


def circle_area_reference(key, radii, *, count):
    x, y = (2 * unit_uniforms(key, (count, 2)) - 1).T
    hits = [int(np.sum(np.sqrt(x * x + y * y) < radius)) for radius in radii]
    return np.array(hits, dtype=np.int32), 4 * np.array(1.0 * np.array(hits)) / count


def antithetic_option(seed, spots, *, pairs, strike, volatility, rate, kind):
    """Prices of options from pairs of opposite draws, and their standard errors."""
    noise = standard_normals(random.key(seed), (pairs, 1), spots.dtype)
    both = jnp.stack([noise, -noise])
    ends = spots * jnp.exp(rate - 0.5 * volatility**2 + volatility * both)
    gains = ends - strike if kind == "call" else strike - ends
    discounted = jnp.exp(-rate) * jax.nn.relu(gains)
    means = jnp.mean(discounted, axis=0)
    errors = jnp.std(means, axis=0, ddof=1) / pairs**0.5
    return jnp.mean(means, axis=0), errors


def antithetic_option_reference(seed, spots, *, pairs, strike, volatility, rate, kind):
    noise = standard_normals_reference(seeded(seed), (pairs,))
    sign = 1 if kind == "call" else -1
    discount = np.exp(np.array(-rate))
    payoffs = np.zeros((pairs, len(spots)))
    for pair in range(pairs):
        for z in (noise[pair], -noise[pair]):
            end = spots * np.exp(volatility * z - volatility**2 / 2) / discount
            payoffs[pair] += np.maximum(sign * (end - strike), 0) * discount / 2
    prices = np.sum(payoffs, axis=0) / pairs
    squares = np.sum((payoffs - prices) ** 2, axis=0)
    return prices, np.sqrt(squares / (pairs * (pairs - 1)))


def tail_probability(key, threshold, *, count):
    """The normal distribution's tail by draws around its edge, reweighted."""
    noise = standard_normals(key, (count,), threshold.dtype)
    draws = noise + threshold[:, None]
    ratios = jnp.exp(0.5 * jnp.square(noise) - 0.5 * jnp.square(draws))
    return jnp.mean(jnp.where(draws > threshold[:, None], ratios, 0.0), axis=1)


def tail_probability_reference(key, threshold, *, count):
    noise = standard_normals_reference(key, (count,))
    above = noise[noise > 0]
    estimates = [np.sum(np.exp(-edge * (above + edge / 2))) for edge in threshold]
    return np.array(estimates) / count


def policy_gradient_estimate(key, logits, rewards, *, episodes, baseline):
    """The score-function estimate of how a policy's logits change the mean reward."""
    actions = random.categorical(key, logits.astype(jnp.float32), shape=(episodes,))
    gains = rewards[actions]
    if baseline:  # the mean of the other episodes leaves no bias
        gains = gains - (jnp.sum(gains) - gains) / (episodes - 1)

    def surrogate(logits):
        return jnp.mean(jax.nn.log_softmax(logits)[actions] * gains)

    return jax.grad(surrogate)(logits)


def policy_gradient_estimate_reference(key, logits, rewards, *, episodes, baseline):
    size = len(logits)
    clocks = -np.log(positive_uniforms(key, (episodes, size)))
    weights = np.exp(logits)
    actions = [int(np.argmin(row / weights)) for row in clocks]
    gradient = np.zeros(size)
    for i, action in enumerate(actions):
        gain = rewards[action]
        if baseline:
            gain = gain - np.mean(rewards[actions[:i] + actions[i + 1 :]])
        score = np.eye(size)[action] - weights / np.sum(weights)
        gradient = gradient + gain * score
    return gradient / episodes


def evolution_gradient(seed, parameters, targets, *, pairs, deviation, shaped):
    """Search directions from the fitness of mirrored perturbations."""
    keys = random.split(random.key(seed), pairs)
    noise = jax.vmap(
        lambda key: standard_normals(key, parameters.shape, parameters.dtype)
    )(keys)
    noise = jnp.concatenate([noise, -noise])
    candidates = parameters + deviation * noise
    fitness = -jnp.sum(jnp.square(jnp.sin(candidates) - targets), axis=1)
    if shaped:  # only the order counts
        ranks = jnp.argsort(jnp.argsort(fitness)).astype(parameters.dtype)
        fitness = ranks / (2 * pairs - 1) - 0.5
    return fitness @ noise / (2 * pairs * deviation)


def evolution_gradient_reference(
    seed, parameters, targets, *, pairs, deviation, shaped
):
    noise, fitness = [], []
    for sign in (1, -1):
        for key in split_key(seeded(seed), pairs):
            step = sign * standard_normals_reference(key, parameters.shape)
            errors = np.sin(parameters + step * deviation) - targets
            noise.append(step)
            fitness.append(-np.sum(errors * errors))
    fitness = np.array(fitness)
    if shaped:
        below = np.array([np.sum(fitness < value) for value in fitness])
        fitness = below / (2 * pairs - 1) - 0.5
    total = sum(value * step for value, step in zip(fitness, noise))
    return total / (2 * pairs * deviation)
