"""Markov chain Monte Carlo: JAX, and NumPy from the definition."""

import math

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def hmc_step(weights, momentum, uniform, x, labels, *, step_size, steps, prior_scale):
    """Take a Hamiltonian step for Bayesian logistic regression."""

    def potential(weights):
        logits = x @ weights
        log_likelihood = jnp.sum(labels * logits - jax.nn.softplus(logits))
        return 0.5 * jnp.sum((weights / prior_scale) ** 2) - log_likelihood

    gradient = jax.grad(potential)

    def leapfrog(_, state):
        position, momentum = state
        position = position + step_size * momentum
        return position, momentum - step_size * gradient(position)

    # Half a kick before and half a kick less after make the steps reversible.
    kicked = momentum - 0.5 * step_size * gradient(weights)
    proposal, kicked = lax.fori_loop(0, steps, leapfrog, (weights, kicked))
    final = kicked + 0.5 * step_size * gradient(proposal)
    before = potential(weights) + 0.5 * jnp.sum(momentum**2)
    after = potential(proposal) + 0.5 * jnp.sum(final**2)
    probability = jnp.exp(jnp.minimum(before - after, 0.0))
    return jnp.where(uniform < probability, proposal, weights), probability


def hmc_step_reference(
    weights, momentum, uniform, x, labels, *, step_size, steps, prior_scale
):
    signs = np.where(labels, 1, -1)

    def energy(position, speed):
        total = np.sum(position**2) / prior_scale**2 / 2 + np.sum(speed**2) / 2
        margins = signs * np.sum(x * position, axis=1)
        return total + np.sum(np.log(1 + np.exp(-margins)))

    def force(position):
        doubts = 1 / (1 + np.exp(signs * np.sum(x * position, axis=1)))
        return np.sum((signs * doubts)[:, None] * x, axis=0) - position / prior_scale**2

    position, speed = weights, momentum
    for _ in range(steps):
        speed = speed + step_size / 2 * force(position)
        position = position + step_size * speed
        speed = speed + step_size / 2 * force(position)
    change = energy(position, speed) - energy(weights, momentum)
    probability = np.minimum(np.exp(-change), 1.0)
    return (position if uniform < probability else weights), probability


def mala_step(position, noise, uniform, *, step_size, bend):
    """Propose by Langevin dynamics on Rosenbrock's banana, then accept or reject."""

    def log_density(point):
        return -0.5 * point[0] ** 2 - 0.5 * bend * (point[1] - point[0] ** 2) ** 2

    def drift(point):
        return point + step_size * jax.grad(log_density)(point)

    def log_proposal(to, origin):
        return -jnp.sum((to - drift(origin)) ** 2) / (4.0 * step_size)

    def one(point, direction, threshold):
        proposal = drift(point) + jnp.sqrt(2.0 * step_size) * direction
        log_ratio = log_density(proposal) - log_density(point)
        log_ratio += log_proposal(point, proposal) - log_proposal(proposal, point)
        accepted = jnp.log(threshold) < log_ratio
        return jnp.where(accepted, proposal, point), log_ratio

    return jax.vmap(one)(position, noise, uniform)


def mala_step_reference(position, noise, uniform, *, step_size, bend):
    def log_density(x, y):
        return -(x * x + bend * (y - x * x) * (y - x * x)) / 2

    def drift(x, y):
        slope_x = -x + 2 * bend * x * (y - x * x)
        return x + step_size * slope_x, y - step_size * bend * (y - x * x)

    moved, ratios = np.zeros_like(position), np.zeros(len(position))
    for i, (x, y) in enumerate(position):
        ahead = drift(x, y)
        new_x = ahead[0] + np.sqrt(2 * step_size) * noise[i, 0]
        new_y = ahead[1] + np.sqrt(2 * step_size) * noise[i, 1]
        back = drift(new_x, new_y)
        forth = (new_x - ahead[0]) ** 2 + (new_y - ahead[1]) ** 2
        reverse = (x - back[0]) ** 2 + (y - back[1]) ** 2
        ratios[i] = log_density(new_x, new_y) - log_density(x, y)
        ratios[i] += (forth - reverse) / (4 * step_size)
        accepted = uniform[i] < np.exp(ratios[i])
        moved[i] = np.array([new_x, new_y]) if accepted else position[i]
    return moved, ratios


def metropolis_chain(start, increments, uniforms, *, temperature, step_size):
    """Walk at random through a double well; the visited points and how many moved."""

    def energy(point):
        return jnp.sum((point**2 - 1.0) ** 2)

    def step(state, randomness):
        point, current = state
        increment, uniform = randomness
        proposal = point + step_size * increment
        proposed = energy(proposal)
        accepted = jnp.log(uniform) * temperature < current - proposed
        point = jnp.where(accepted, proposal, point)
        current = jnp.where(accepted, proposed, current)
        return (point, current), (point, accepted)

    _, (points, accepted) = lax.scan(
        step, (start, energy(start)), (increments, uniforms)
    )
    return points, jnp.sum(accepted, dtype=jnp.int32)


def metropolis_chain_reference(start, increments, uniforms, *, temperature, step_size):
    def density(point):
        height = sum((c - 1) * (c + 1) * (c - 1) * (c + 1) for c in point)
        return np.exp(-height / temperature)

    visited, moved = [], 0
    point = start
    for increment, uniform in zip(increments, uniforms):
        candidate = point + step_size * increment
        if uniform * density(point) < density(candidate):
            point, moved = candidate, moved + 1
        visited.append(point)
    return np.array(visited), np.array(moved, dtype=np.int32)


def ising_checkerboard_sweep(spins, uniforms, *, beta, field, periodic):
    """Resample all spins by the heat bath, the even sites before the odd ones."""
    signs = 2 * spins - 1
    height, width = spins.shape
    parity = (jnp.arange(height)[:, None] + jnp.arange(width)) % 2

    def neighbor_sum(signs):
        padded = jnp.pad(signs, 1, mode="wrap" if periodic else "constant")
        rows = padded[:-2, 1:-1] + padded[2:, 1:-1]
        return rows + padded[1:-1, :-2] + padded[1:-1, 2:]

    for color in (0, 1):
        # Sites of one color have no neighbors of that color, so all move at once.
        local = neighbor_sum(signs).astype(uniforms.dtype) + field
        up = uniforms < jax.nn.sigmoid(2.0 * beta * local)
        signs = jnp.where(parity == color, jnp.where(up, 1, -1), signs)
    return (signs + 1) // 2, jnp.sum(signs, dtype=jnp.int32)


def ising_checkerboard_sweep_reference(spins, uniforms, *, beta, field, periodic):
    height, width = spins.shape
    signs = np.where(spins == 1, 1, -1)
    sites = [(i, j) for i in range(height) for j in range(width)]
    for i, j in sorted(sites, key=lambda site: (site[0] + site[1]) % 2):
        total = field + np.zeros(())
        for k, m in ((i - 1, j), (i + 1, j), (i, j - 1), (i, j + 1)):
            if periodic or (0 <= k < height and 0 <= m < width):
                total = total + signs[k % height, m % width]
        odds = np.exp(beta * total) / (np.exp(beta * total) + np.exp(-beta * total))
        signs[i, j] = 1 if uniforms[i, j] < odds else -1
    return (signs == 1).astype(np.int32), np.array(np.sum(signs), dtype=np.int32)


def replica_exchange(positions, energies, betas, uniforms, *, parity):
    """Swap the states of neighboring temperatures; also return where each came from."""
    count = betas.shape[0]
    index = jnp.arange(count, dtype=jnp.int32)
    partner = jnp.where((index - parity) % 2 == 0, index + 1, index - 1)
    partner = jnp.where((partner < 0) | (partner >= count), index, partner)
    log_ratio = (betas - betas[partner]) * (energies - energies[partner])
    # Both replicas of a pair look at the same uniform number, and so agree.
    uniform = uniforms[jnp.minimum(index, partner)]
    source = jnp.where(jnp.log(uniform) < log_ratio, partner, index)
    return positions[source], energies[source], source


def replica_exchange_reference(positions, energies, betas, uniforms, *, parity):
    order = list(range(len(betas)))
    for i in range(parity, len(betas) - 1, 2):
        kept = betas[i] * energies[i] + betas[i + 1] * energies[i + 1]
        swapped = betas[i] * energies[i + 1] + betas[i + 1] * energies[i]
        if uniforms[i] < np.exp(kept - swapped):
            order[i], order[i + 1] = i + 1, i
    return positions[order], energies[order], np.array(order, dtype=np.int32)


def importance_estimate(values, log_target, log_proposal, *, truncate):
    """Estimate by self-normalized importance sampling, with its diagnostics."""
    count = values.shape[0]
    log_weights = log_target - log_proposal
    log_evidence = jax.nn.logsumexp(log_weights) - jnp.log(count)
    if truncate:  # at the mean weight times the root of the number of samples
        log_weights = jnp.minimum(log_weights, log_evidence + 0.5 * jnp.log(count))
    weights = jax.nn.softmax(log_weights)
    return {
        "estimate": weights @ values,
        "effective_size": 1.0 / jnp.sum(weights**2),
        "log_evidence": log_evidence.astype(values.dtype),
    }


def importance_estimate_reference(values, log_target, log_proposal, *, truncate):
    weights = np.exp(log_target) / np.exp(log_proposal)
    mean = np.mean(weights)
    if truncate:
        weights = np.minimum(weights, mean * np.sqrt(len(weights)))
    total = np.sum(weights)
    return {
        "estimate": sum(w * v for w, v in zip(weights, values)) / total,
        "effective_size": total**2 / np.sum(weights**2),
        "log_evidence": np.log(mean),
    }


def geyer_effective_sample_size(chains, *, monotone):
    """Effective sample size of several chains, and their joint autocorrelations."""
    count, length = chains.shape
    means = jnp.mean(chains, axis=1)
    centered = chains - means[:, None]
    spectrum = jnp.fft.rfft(centered, n=2 * length)
    covariance = jnp.fft.irfft(jnp.abs(spectrum) ** 2, n=2 * length)[:, :length]
    covariance = jnp.mean(covariance, axis=0) / length
    within = covariance[0] * length / (length - 1)
    total = covariance[0] + jnp.var(means, ddof=1)
    correlation = 1.0 - (within - covariance) / total
    correlation = correlation.at[0].set(1.0)
    # Sums of neighboring lags are positive in theory; the rest of them is noise.
    even = length // 2 * 2
    pairs = jnp.sum(correlation[:even].reshape(-1, 2), axis=1)
    positive = jnp.cumprod(pairs > 0)
    if monotone:
        pairs = lax.cummin(pairs)
    time = 2.0 * jnp.sum(pairs * positive) - 1.0
    size = count * length
    return size / jnp.maximum(time, 1.0 / math.log10(size)), correlation


def geyer_effective_sample_size_reference(chains, *, monotone):
    count, length = chains.shape
    means = [np.sum(chain) / length for chain in chains]
    covariances = np.zeros(length)
    for chain, mean in zip(chains, means):
        for lag in range(length):
            shifted = (chain[lag:] - mean) * (chain[: length - lag] - mean)
            covariances[lag] += np.sum(shifted) / length / count
    middle = sum(means) / count
    between = sum((mean - middle) ** 2 for mean in means) / (count - 1)
    total = covariances[0] + between
    correlation = np.ones(length)
    for lag in range(1, length):
        lost = covariances[0] * length / (length - 1) - covariances[lag]
        correlation[lag] = 1 - lost / total
    time, previous = np.array(-1.0), np.array(np.inf)
    for k in range(0, length - 1, 2):
        pair = correlation[k] + correlation[k + 1]
        if pair <= 0:
            break
        previous = np.minimum(pair, previous) if monotone else pair
        time = time + 2 * previous
    size = count * length
    return size / np.maximum(time, 1 / np.log10(np.array(float(size)))), correlation


def split_rhat(chains, *, split, folded):
    """Potential scale reduction of each variable over chains or halves of chains."""
    if folded:  # distances from the median show differences in spread
        chains = jnp.abs(chains - jnp.median(chains, axis=(0, 1)))
    if split:
        half = chains.shape[1] // 2
        chains = jnp.concatenate([chains[:, :half], chains[:, -half:]])
    length = chains.shape[1]
    within = jnp.mean(jnp.var(chains, axis=1, ddof=1), axis=0)
    between = jnp.var(jnp.mean(chains, axis=1), axis=0, ddof=1)
    return jnp.sqrt((length - 1) / length + between / within)


def split_rhat_reference(chains, *, split, folded):
    result = np.zeros(chains.shape[2])
    for k in range(chains.shape[2]):
        draws = chains[:, :, k]
        if folded:
            flat = np.sort(draws.reshape(-1))
            middle = (flat[(len(flat) - 1) // 2] + flat[len(flat) // 2]) / 2
            draws = np.abs(draws - middle)
        parts = list(draws)
        if split:
            half = draws.shape[1] // 2
            parts = [row[:half] for row in draws] + [row[-half:] for row in draws]
        n, m = len(parts[0]), len(parts)
        means = [np.sum(part) / n for part in parts]
        grand = sum(means) / m
        between = n / (m - 1) * sum((mean - grand) ** 2 for mean in means)
        squares = [np.sum((part - mean) ** 2) for part, mean in zip(parts, means)]
        within = sum(squares) / (n - 1) / m
        result[k] = np.sqrt(((n - 1) / n * within + between / n) / within)
    return result


def elliptical_slice_sample(
    position, auxiliary, height, uniforms, observed, *, noise_std
):
    """Sample around an ellipse of the prior by shrinking; the state and the tries."""

    def log_likelihood(state):
        return -0.5 * jnp.sum(((observed - jnp.tanh(state)) / noise_std) ** 2)

    threshold = log_likelihood(position) + jnp.log(height)

    def rotate(angle):
        return position * jnp.cos(angle) + auxiliary * jnp.sin(angle)

    def unfinished(state):
        angle, _, _, tries = state
        below = log_likelihood(rotate(angle)) <= threshold
        return below & (tries < uniforms.shape[0])

    def shrink(state):
        angle, low, high, tries = state
        low, high = jnp.where(angle < 0, angle, low), jnp.where(angle < 0, high, angle)
        return low + uniforms[tries] * (high - low), low, high, tries + 1

    first = 2.0 * jnp.pi * uniforms[0]
    start = (first, first - 2.0 * jnp.pi, first, jnp.int32(1))
    angle, _, _, tries = lax.while_loop(unfinished, shrink, start)
    return rotate(angle), tries


def elliptical_slice_sample_reference(
    position, auxiliary, height, uniforms, observed, *, noise_std
):
    def likelihood(state):
        misfit = np.sum((np.tanh(state) - observed) ** 2)
        return np.exp(-misfit / (2 * noise_std * noise_std))

    level = height * likelihood(position)
    turn = 2 * np.pi
    angle = turn * uniforms[0]
    bracket = [angle - turn, angle]
    used = 1
    while True:
        state = np.cos(angle) * position + np.sin(angle) * auxiliary
        if likelihood(state) > level or used == len(uniforms):
            return state, np.array(used, dtype=np.int32)
        bracket[0 if angle < 0 else 1] = angle
        angle = (1 - uniforms[used]) * bracket[0] + uniforms[used] * bracket[1]
        used += 1


def sgld_chain(x, y, batches, noise, *, rate, decay, prior_std):
    """Sample linear regression weights by noisy gradient steps on minibatches."""
    count = x.shape[0]
    scale = count / batches.shape[1]

    def log_joint(weights, batch):
        residuals = y[batch] - x[batch] @ weights
        prior = -0.5 * jnp.sum(weights**2) / prior_std**2
        return prior - 0.5 * scale * jnp.sum(residuals**2)

    def step(weights, inputs):
        index, batch, drawn = inputs
        size = rate * (1.0 + index) ** -decay
        gradient = jax.grad(log_joint)(weights, batch)
        weights = weights + 0.5 * size * gradient + jnp.sqrt(size) * drawn
        return weights, (weights, size)

    indices = jnp.arange(batches.shape[0], dtype=x.dtype)
    start = jnp.zeros(x.shape[1], dtype=x.dtype)
    _, (path, sizes) = lax.scan(step, start, (indices, batches, noise))
    # Averages weight each sample by its step size.
    return path, sizes @ path / jnp.sum(sizes)


def sgld_chain_reference(x, y, batches, noise, *, rate, decay, prior_std):
    weights = np.zeros(x.shape[1])
    path, total, mass = [], np.zeros(x.shape[1]), 0.0
    for t, batch in enumerate(batches):
        size = rate / np.power(1.0 + t, decay)
        slope = -weights / prior_std**2
        for i in batch:
            error = y[i] - np.sum(x[i] * weights)
            slope = slope + len(x) / len(batch) * error * x[i]
        weights = weights + size / 2 * slope + np.sqrt(size) * noise[t]
        path.append(weights)
        total, mass = total + size * weights, mass + size
    return np.array(path), total / mass


def gaussian_gibbs_sweep(state, mean, precision, noise, *, relaxation):
    """Sweep over the coordinates of a Gaussian vector with relaxed Gibbs steps."""
    size = state.shape[0]
    variance = 1.0 / jnp.diagonal(precision)
    # Adler's overrelaxation leaves the same distribution for any factor in (0, 2).
    spread = jnp.sqrt(relaxation * (2.0 - relaxation) * variance)

    def update(i, carry):
        deviation, drawn = carry
        center = deviation[i] - variance[i] * (precision[i] @ deviation)
        moved = (1.0 - relaxation) * deviation[i] + relaxation * center
        return deviation.at[i].set(moved + spread[i] * drawn[i]), drawn

    def sweep(deviation, drawn):
        deviation, _ = lax.fori_loop(0, size, update, (deviation, drawn))
        return deviation, mean + deviation

    return lax.scan(sweep, state - mean, noise)[1]


def gaussian_gibbs_sweep_reference(state, mean, precision, noise, *, relaxation):
    # A sweep is a step of the SOR splitting, with noise.
    size = len(state)
    diagonal = np.diag(np.diagonal(precision))
    lower = diagonal / relaxation + np.tril(precision, -1)
    scales = np.sqrt((2 - relaxation) / relaxation * np.diagonal(precision))
    states = []
    for drawn in noise:
        shift = scales * drawn - precision @ (state - mean)
        change = np.zeros(size)
        for i in range(size):
            change[i] = (shift[i] - np.sum(lower[i, :i] * change[:i])) / lower[i, i]
        state = state + change
        states.append(state)
    return np.array(states)


def stein_variational_step(particles, means, log_weights, *, step_size, bandwidth):
    """Move particles towards a mixture of unit Gaussians and away from each other."""

    def log_density(point):
        distances = jnp.sum((point - means) ** 2, axis=-1)
        return jax.nn.logsumexp(log_weights - 0.5 * distances)

    def kernel(a, b):
        return jnp.exp(-0.5 * jnp.sum((a - b) ** 2) / bandwidth**2)

    scores = jax.vmap(jax.grad(log_density))(particles)

    def direction(point):
        pull = jax.vmap(lambda other, score: kernel(other, point) * score)
        push = jax.vmap(lambda other: jax.grad(kernel)(other, point))
        return jnp.mean(pull(particles, scores) + push(particles), axis=0)

    return particles + step_size * jax.vmap(direction)(particles)


def stein_variational_step_reference(
    particles, means, log_weights, *, step_size, bandwidth
):
    squares = np.sum((particles[:, None] - means) ** 2, axis=2)
    parts = np.exp(log_weights - squares / 2)
    pulls = np.einsum("nk,kd->nd", parts, means) / np.sum(parts, axis=1, keepdims=True)
    scores = pulls - particles
    gaps = particles[:, None] - particles
    near = np.exp(-np.sum(gaps * gaps, axis=2) / (2 * bandwidth**2))
    moves = near[..., None] * (scores + gaps / bandwidth**2)
    return particles + step_size * np.sum(moves, axis=1) / len(particles)
