"""Chains of draws: JAX, and NumPy from the definition."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax, random

from .random_keys import (
    fold_key,
    random_integers,
    random_signs,
    random_signs_reference,
    split_key,
    split_keys,
    standard_normals,
    standard_normals_reference,
    unit_uniforms,
)


def carried_key_walk(key, start, drift, *, steps, noise):
    """A random walk whose key is split again at each step."""

    def step(carry, _):
        key, position = carry
        key, draw_key = random.split(key)
        if noise == "sign":
            jump = random_signs(draw_key, start.shape, start.dtype)
        else:
            jump = random.uniform(draw_key, start.shape, jnp.float32, -1.0, 1.0)
        position = position + drift + jump.astype(start.dtype)
        return (key, position), position

    (key, _), path = lax.scan(step, (key, start), length=steps)
    return path, key


def carried_key_walk_reference(key, start, drift, *, steps, noise):
    path = []
    for _ in range(steps):
        key, draw_key = split_key(key)
        if noise == "sign":
            jump = random_signs_reference(draw_key, start.shape)
        else:
            jump = 2 * unit_uniforms(draw_key, start.shape) - 1
        start = start + jump + drift
        path.append(start)
    return np.array(path), key.astype(np.uint32)


def metropolis_draws(key, start, *, steps, width, target):
    """A chain of the Metropolis algorithm, and how many of its moves were accepted."""

    def log_density(x):
        if target == "normal":
            return -0.5 * jnp.sum(jnp.square(x))
        return jnp.sum(jnp.logaddexp(-jnp.square(x - 1.5), -jnp.square(x + 1.5)))

    def step(carry, key):
        x, accepted = carry
        move_key, accept_key = random.split(key)
        move = random.uniform(move_key, x.shape, jnp.float32, -1.0, 1.0)
        proposal = x + width * move.astype(x.dtype)
        uniform = random.uniform(accept_key, (), jnp.float32).astype(x.dtype)
        accept = jnp.log(uniform) < log_density(proposal) - log_density(x)
        x = jnp.where(accept, proposal, x)
        return (x, accepted + accept), x

    carry = (start, jnp.int32(0))
    (_, accepted), chain = lax.scan(step, carry, random.split(key, steps))
    return chain, accepted


def metropolis_draws_reference(key, start, *, steps, width, target):
    def density(x):
        if target == "normal":
            return np.exp(-np.sum(x * x) / 2)
        return np.prod(np.exp(-((x - 1.5) ** 2)) + np.exp(-((x + 1.5) ** 2)))

    x, chain, accepted = start, [], 0
    for subkey in split_key(key, steps):
        move_key, accept_key = split_key(subkey)
        proposal = x + (2 * unit_uniforms(move_key, x.shape) - 1) * width
        if unit_uniforms(accept_key, ()) * density(x) < density(proposal):
            x, accepted = proposal, accepted + 1
        chain.append(x)
    return np.array(chain), np.int32(accepted)


def ising_gibbs(key, spins, *, sweeps, coupling):
    """Heat-bath sweeps of an Ising model on a torus, black sites before white ones."""
    height, width = spins.shape
    rows, columns = jnp.indices(spins.shape, dtype=jnp.int32)
    colors = (rows + columns) % 2

    def half_sweep(spins, inputs):
        key, color = inputs
        moves = ((1, 0), (-1, 0), (1, 1), (-1, 1))
        fields = sum(jnp.roll(spins, shift, axis) for shift, axis in moves)
        chances = jax.nn.sigmoid(2.0 * coupling * fields.astype(jnp.float32))
        up = random.uniform(key, (height, width), jnp.float32) < chances
        flipped = jnp.where(up, 1, -1).astype(spins.dtype)
        return jnp.where(colors == color, flipped, spins), None

    signs = jnp.where(spins, 1, -1).astype(jnp.int32)
    keys = random.split(key, 2 * sweeps)
    order = jnp.arange(2 * sweeps, dtype=jnp.int32) % 2
    signs, _ = lax.scan(half_sweep, signs, (keys, order))
    return signs, jnp.sum(signs, dtype=jnp.int32)


def ising_gibbs_reference(key, spins, *, sweeps, coupling):
    height, width = spins.shape
    signs = np.where(spins, 1, -1).astype(np.int32)
    for half, subkey in enumerate(split_key(key, 2 * sweeps)):
        uniforms = unit_uniforms(subkey, spins.shape)
        for i, j in np.ndindex(height, width):
            if (i + j) % 2 == half % 2:
                field = signs[i - 1, j] + signs[(i + 1) % height, j]
                field = field + signs[i, j - 1] + signs[i, (j + 1) % width]
                odds = np.exp(np.array(2.0 * coupling * field))
                signs[i, j] = 1 if uniforms[i, j] * (1 + odds) < odds else -1
    return signs, np.sum(signs, dtype=np.int32)


def thompson_bandit(key, means, *, rounds, prior_deviation, noise):
    """Choose arms by draws from what is known of them, and learn from the rewards."""

    def play(carry, key):
        counts, totals = carry
        draw_key, reward_key = random.split(key)
        precision = prior_deviation**-2 + counts
        draws = random.normal(draw_key, means.shape, jnp.float32)
        arm = jnp.argmax(totals / precision + draws / jnp.sqrt(precision))
        reward = means[arm] + noise * random.normal(reward_key, (), jnp.float32)
        carry = counts.at[arm].add(1.0), totals.at[arm].add(reward)
        return carry, arm.astype(jnp.int32)

    start = (jnp.zeros_like(means), jnp.zeros_like(means))
    (_, totals), arms = lax.scan(play, start, random.split(key, rounds))
    return arms, totals


def thompson_bandit_reference(key, means, *, rounds, prior_deviation, noise):
    draw_keys, reward_keys = split_keys(split_key(key, rounds))
    draws = standard_normals_reference(draw_keys, means.shape)
    errors = standard_normals_reference(reward_keys, (1,))[:, 0]
    arms, rewards = [], []
    for draw, error in zip(draws, errors):
        scores = []
        for k in range(len(means)):
            seen = [r for arm, r in zip(arms, rewards) if arm == k]
            variance = 1.0 / (1.0 / prior_deviation**2 + len(seen))
            scores.append(variance * sum(seen) + draw[k] * variance**0.5)
        arms.append(int(np.argmax(np.array(scores))))
        rewards.append(means[arms[-1]] + noise * error)
    totals = np.zeros(len(means))
    for arm, reward in zip(arms, rewards):
        totals[arm] += reward
    return np.array(arms, dtype=np.int32), totals


def keyed_langevin(key, start, data, *, steps, rate, batch):
    """Stochastic gradient Langevin dynamics on batches of data drawn at each step."""
    count = data.shape[0]

    def step(position, i):
        batch_key, noise_key = random.split(random.fold_in(key, i))
        drawn = random.randint(batch_key, (batch,), 0, count, dtype=jnp.int32)
        # Robust to outliers: the gradient of a log-cosh of the residuals.
        residuals = jnp.tanh(data[drawn] - position)
        gradient = count / batch * jnp.sum(residuals, axis=0) - position
        noise = standard_normals(noise_key, position.shape, position.dtype)
        position = position + 0.5 * rate * gradient + rate**0.5 * noise
        return position, position

    _, path = lax.scan(step, start, jnp.arange(steps, dtype=jnp.int32))
    return path


def keyed_langevin_reference(key, start, data, *, steps, rate, batch):
    path = []
    for i in range(steps):
        batch_key, noise_key = split_key(fold_key(key, i))
        drawn = random_integers(batch_key, (batch,), 0, len(data))
        pull = sum(np.tanh(data[j] - start) for j in drawn) * len(data) / batch
        noise = standard_normals_reference(noise_key, start.shape)
        start = start * (1 - rate / 2) + pull * rate / 2 + noise * np.sqrt(rate)
        path.append(start)
    return np.array(path)
