"""Diffusion models, of noise that is given: JAX, and NumPy from the definition."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def ddpm_step(sample, predicted_noise, noise, betas, step, *, clip, variance):
    """One step of ancestral sampling from a diffusion model."""
    signals = jnp.cumprod(1.0 - betas)
    signal, beta = signals[step], betas[step]
    previous = jnp.where(step > 0, signals[step - 1], 1.0)
    origin = sample - jnp.sqrt(1.0 - signal) * predicted_noise
    origin = jnp.clip(origin / jnp.sqrt(signal), -clip, clip)
    mean = jnp.sqrt(previous) * beta * origin
    mean = mean + jnp.sqrt(1.0 - beta) * (1.0 - previous) * sample
    mean = mean / (1.0 - signal)
    if variance == "posterior":
        spread = beta * (1.0 - previous) / (1.0 - signal)
    else:
        spread = beta
    # The last step adds no noise.
    return mean + jnp.where(step > 0, jnp.sqrt(spread), 0.0) * noise, origin


def ddpm_step_reference(sample, predicted_noise, noise, betas, step, *, clip, variance):
    signal = np.prod(1.0 - betas[: step + 1])
    before = np.prod(1.0 - betas[:step]) if step > 0 else np.array(1.0)
    lost, lost_before = 1.0 - signal, 1.0 - before
    origin = (sample - np.sqrt(lost) * predicted_noise) / np.sqrt(signal)
    origin = np.minimum(np.maximum(origin, -clip), clip)
    # The product of two Gaussians in the previous sample: precisions add.
    if step == 0:
        return origin * betas[0] / lost, origin
    likelihood = (1.0 - betas[step]) / betas[step]
    prior = 1.0 / lost_before
    pull = sample / np.sqrt(1.0 - betas[step]) * likelihood
    mean = (pull + np.sqrt(before) * origin * prior) / (likelihood + prior)
    narrow = 1.0 / (likelihood + prior)
    spread = narrow if variance == "posterior" else betas[step]
    return mean + np.sqrt(spread) * noise, origin


def ddim_step(sample, predicted_noise, noise, signal, previous, *, eta):
    """One step between two levels of noise, partly deterministic."""
    origin = (sample - jnp.sqrt(1.0 - signal) * predicted_noise) / jnp.sqrt(signal)
    variance = (1.0 - previous) / (1.0 - signal) * (1.0 - signal / previous)
    sigma = eta * jnp.sqrt(variance)
    direction = jnp.sqrt(1.0 - previous - jnp.square(sigma)) * predicted_noise
    return jnp.sqrt(previous) * origin + direction + sigma * noise


def ddim_step_reference(sample, predicted_noise, noise, signal, previous, *, eta):
    moved = np.zeros(sample.shape)
    spread = (1.0 / signal - 1.0 / previous) * (1.0 / previous - 1.0)
    spread = eta**2 * spread / (1.0 / signal - 1.0) * previous
    for i in np.ndindex(*sample.shape):
        scaled = sample[i] / np.sqrt(signal)
        origin = scaled - np.sqrt(1.0 / signal - 1.0) * predicted_noise[i]
        moved[i] = np.sqrt(previous) * origin + np.sqrt(spread) * noise[i]
        moved[i] += np.sqrt(1.0 - previous - spread) * predicted_noise[i]
    return moved


def heun_diffusion_sample(noise, mean, *, deviation, steps, largest):
    """Integrate the probability flow of Gaussian data with Heun's method."""
    ramp = jnp.linspace(1.0, 0.0, steps + 1, dtype=noise.dtype)
    sigmas = largest * ramp**2

    def slope(x, sigma):
        shrink = deviation**2 / (deviation**2 + sigma**2)
        denoised = mean + shrink * (x - mean)
        return (x - denoised) / sigma

    def step(x, levels):
        sigma, following = levels
        first = slope(x, sigma)
        euler = x + (following - sigma) * first
        # At zero noise the slope is not defined; there, Euler's step is all.
        second = slope(euler, jnp.where(following > 0, following, 1.0))
        heun = x + (following - sigma) * 0.5 * (first + second)
        return jnp.where(following > 0, heun, euler), None

    sample, _ = lax.scan(step, sigmas[0] * noise, (sigmas[:-1], sigmas[1:]))
    return sample


def heun_diffusion_sample_reference(noise, mean, *, deviation, steps, largest):
    x = largest * noise
    for i in range(steps):
        here = largest * np.array((steps - i) / steps) ** 2
        there = largest * np.array((steps - i - 1) / steps) ** 2
        # The score of the data, blurred by noise, turns into the slope.
        slope = here * (x - mean) / (deviation**2 + here**2)
        euler = x - (here - there) * slope
        if i < steps - 1:
            other = there * (euler - mean) / (deviation**2 + there**2)
            x = x - (here - there) * (slope + other) / 2
        else:
            x = euler
    return x


def rescaled_guidance(conditional, unconditional, *, weight, rescale):
    """Classifier-free guidance, with its standard deviation moved back."""
    guided = unconditional + weight * (conditional - unconditional)
    wanted = jnp.std(conditional, axis=-1, keepdims=True)
    rescaled = guided * wanted / jnp.std(guided, axis=-1, keepdims=True)
    return rescale * rescaled + (1.0 - rescale) * guided


def rescaled_guidance_reference(conditional, unconditional, *, weight, rescale):
    results = []
    for c, u in zip(conditional, unconditional):
        guided = weight * c + (1.0 - weight) * u
        energies = [np.sum((x - np.sum(x) / x.size) ** 2) for x in (c, guided)]
        factor = np.sqrt(energies[0] / energies[1])
        results.append(guided * (1.0 + rescale * (factor - 1.0)))
    return np.array(results)


def diffusion_training_pair(data, noise, signals, steps, *, target, gamma):
    """Noisy inputs, what to predict of them, and the weight of each example."""
    signal = signals[steps][:, None]
    noisy = jnp.sqrt(signal) * data + jnp.sqrt(1.0 - signal) * noise
    ratio = (signal / (1.0 - signal))[:, 0]
    clamped = jnp.minimum(ratio, gamma)
    if target == "noise":
        return noisy, noise, clamped / ratio
    if target == "data":
        return noisy, data, clamped
    velocity = jnp.sqrt(signal) * noise - jnp.sqrt(1.0 - signal) * data
    return noisy, velocity, clamped / (ratio + 1.0)


def diffusion_training_pair_reference(data, noise, signals, steps, *, target, gamma):
    noisy, wanted = np.zeros(data.shape), np.zeros(data.shape)
    weights = np.zeros(len(data))
    for b, t in enumerate(steps):
        alpha, sigma = np.sqrt(signals[t]), np.sqrt(1.0 - signals[t])
        noisy[b] = alpha * data[b] + sigma * noise[b]
        weights[b] = min((alpha / sigma) ** 2, gamma)
        if target == "noise":
            wanted[b], weights[b] = noise[b], weights[b] * (sigma / alpha) ** 2
        elif target == "data":
            wanted[b] = data[b]
        else:
            wanted[b] = alpha * noise[b] - sigma * data[b]
            weights[b] *= sigma**2
    return noisy, wanted, weights


def annealed_langevin(start, noise, centers, *, largest, smallest, rate):
    """Sample from a mixture of points by its score under less and less noise."""
    levels = noise.shape[0]
    exponents = jnp.linspace(0.0, 1.0, levels, dtype=start.dtype)
    sigmas = largest * (smallest / largest) ** exponents

    def log_density(x, sigma):
        squares = jnp.sum(jnp.square(x - centers), axis=-1)
        return jax.nn.logsumexp(-0.5 * squares / jnp.square(sigma))

    score = jax.vmap(jax.grad(log_density), (0, None))

    def level(x, inputs):
        sigma, level_noise = inputs
        step_size = rate * jnp.square(sigma)

        def step(x, z):
            drift = 0.5 * step_size * score(x, sigma)
            return x + drift + jnp.sqrt(step_size) * z, None

        return lax.scan(step, x, level_noise)[0], None

    sample, _ = lax.scan(level, start, (sigmas, noise))
    return sample


def annealed_langevin_reference(start, noise, centers, *, largest, smallest, rate):
    levels, steps = noise.shape[:2]
    points = np.array(start)
    for k in range(levels):
        sigma = largest * np.power(np.array(smallest / largest), k / (levels - 1))
        for t in range(steps):
            for n in range(len(points)):
                offsets = centers - points[n]
                weights = np.exp(-np.sum((offsets / sigma) ** 2, axis=1) / 2)
                pull = np.sum(weights[:, None] * offsets, axis=0) / np.sum(weights)
                # The step's size cancels the scale of the score.
                move = rate / 2 * pull + np.sqrt(rate) * sigma * noise[k, t, n]
                points[n] = points[n] + move
    return points
