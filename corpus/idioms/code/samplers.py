"""Samplers, of noise that is given: JAX, and NumPy from the definition."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from scipy import special


def gumbel_noise(uniforms):
    """Gumbel variates by inverting their distribution."""
    return -jnp.log(-jnp.log(uniforms))


def gumbel_max_sample(logits, uniforms, *, temperature):
    """Draw from categorical distributions, with the log probability of each draw."""
    log_probs = jax.nn.log_softmax(logits / temperature, axis=-1)
    draws = jnp.argmax(log_probs + gumbel_noise(uniforms), axis=-1)
    return draws, jnp.take_along_axis(log_probs, draws[:, None], axis=-1)[:, 0]


def gumbel_max_sample_reference(logits, uniforms, *, temperature):
    draws, log_probs = [], []
    for row, uniform in zip(logits, uniforms):
        rates = np.exp(row / temperature)
        # The first of competing exponential clocks to ring.
        draws.append(int(np.argmin(-np.log(uniform) / rates)))
        log_probs.append(np.log(rates[draws[-1]] / np.sum(rates)))
    return np.array(draws, dtype=np.int64), np.array(log_probs)


def gumbel_softmax_sample(logits, uniforms, *, temperature, hard):
    """A relaxed draw from categorical distributions, optionally discretized."""
    soft = jax.nn.softmax((logits + gumbel_noise(uniforms)) / temperature, axis=-1)
    if not hard:
        return soft
    winners = jnp.argmax(soft, axis=-1)
    one_hot = jax.nn.one_hot(winners, logits.shape[-1], dtype=soft.dtype)
    # Straight through: the value is discrete, the gradient that of the relaxation.
    return one_hot + (soft - lax.stop_gradient(soft))


def gumbel_softmax_sample_reference(logits, uniforms, *, temperature, hard):
    samples = np.zeros(logits.shape)
    for b in range(len(logits)):
        weights = np.exp(logits[b] / temperature)
        weights = weights / (-np.log(uniforms[b])) ** (1.0 / temperature)
        if hard:
            samples[b, np.argmax(weights)] = 1.0
        else:
            samples[b] = weights / np.sum(weights)
    return samples


def gumbel_top_k_sample(logits, uniforms, *, k):
    """Draw several categories without replacement, in the order of the draws."""
    perturbed = logits + gumbel_noise(uniforms)
    scores, draws = lax.top_k(perturbed, k)
    log_probs = jnp.take_along_axis(jax.nn.log_softmax(logits), draws, axis=-1)
    # What is left for each draw is the mass that earlier draws have not taken.
    taken = jnp.cumsum(jnp.exp(log_probs), axis=-1) - jnp.exp(log_probs)
    return draws, scores, log_probs - jnp.log(1.0 - taken)


def gumbel_top_k_sample_reference(logits, uniforms, *, k):
    batch = len(logits)
    draws = np.zeros((batch, k), dtype=np.int32)
    scores, log_probs = np.zeros((batch, k)), np.zeros((batch, k))
    for b in range(batch):
        left = list(range(logits.shape[1]))
        for i in range(k):
            noisy = logits[b, left] - np.log(np.log(1.0 / uniforms[b, left]))
            place = int(np.argmax(noisy))
            weights = np.exp(logits[b, left])
            scores[b, i] = noisy[place]
            log_probs[b, i] = np.log(weights[place] / np.sum(weights))
            draws[b, i] = left.pop(place)
    return draws, scores, log_probs


def top_k_sample(logits, uniforms, *, k, temperature):
    """Draw one of the k most likely tokens by inverting their distribution."""
    top_logits, top_tokens = lax.top_k(logits, k)
    probs = jax.nn.softmax(top_logits / temperature, axis=-1)
    below = jnp.cumsum(probs, axis=-1) < uniforms[:, None]
    places = jnp.minimum(jnp.sum(below, axis=-1, keepdims=True), k - 1)
    tokens = jnp.take_along_axis(top_tokens, places, axis=-1)[:, 0]
    return tokens, probs


def top_k_sample_reference(logits, uniforms, *, k, temperature):
    tokens = np.zeros(len(logits), dtype=np.int32)
    probs = np.zeros((len(logits), k))
    for b, row in enumerate(logits):
        order = sorted(range(len(row)), key=lambda i: -float(row[i]))[:k]
        weights = [np.exp(row[i] / temperature) for i in order]
        total, reached, place = sum(weights), weights[0], 0
        while reached < uniforms[b] * total and place < k - 1:
            place += 1
            reached = reached + weights[place]
        tokens[b] = order[place]
        probs[b] = np.array(weights) / total
    return tokens, probs


def nucleus_filter(logits, *, top_p):
    """Keep the fewest tokens whose probabilities reach a given sum."""
    order = jnp.argsort(-logits, axis=-1)
    sorted_probs = jax.nn.softmax(jnp.take_along_axis(logits, order, axis=-1), axis=-1)
    # A token is kept if those before it do not suffice; the first always is.
    before = jnp.cumsum(sorted_probs, axis=-1) - sorted_probs
    ranks = jnp.argsort(order, axis=-1)
    keep = jnp.take_along_axis(before < top_p, ranks, axis=-1)
    return jnp.where(keep, logits, -jnp.inf)


def nucleus_filter_reference(logits, *, top_p):
    filtered = np.full(logits.shape, -np.inf)
    for b, row in enumerate(logits):
        probs = np.exp(row) / np.sum(np.exp(row))
        mass = 0.0
        for token in np.argsort(-row, kind="stable"):
            if mass >= top_p:
                break
            filtered[b, token] = row[token]
            mass = mass + probs[token]
    return filtered


def min_p_sample(logits, uniforms, *, min_p, temperature):
    """Draw a token that is not too unlikely in comparison with the likeliest."""
    log_probs = jax.nn.log_softmax(logits, axis=-1)
    likeliest = jnp.max(log_probs, axis=-1, keepdims=True)
    plausible = log_probs >= likeliest + jnp.log(min_p)
    scaled = jnp.where(plausible, log_probs / temperature, -jnp.inf)
    tokens = jnp.argmax(scaled + gumbel_noise(uniforms), axis=-1)
    return tokens, jax.nn.softmax(scaled, axis=-1)


def min_p_sample_reference(logits, uniforms, *, min_p, temperature):
    tokens, probs = np.zeros(len(logits), dtype=np.int64), np.zeros(logits.shape)
    for b, row in enumerate(logits):
        candidates = [
            v for v in range(len(row)) if np.exp(row[v] - np.max(row)) >= min_p
        ]
        weights = np.exp(row[candidates] / temperature)
        probs[b, candidates] = weights / np.sum(weights)
        clocks = -np.log(uniforms[b, candidates]) / weights
        tokens[b] = candidates[int(np.argmin(clocks))]
    return tokens, probs


def typical_filter(logits, *, mass, penalty):
    """Keep the tokens whose information content is closest to the expected one."""
    log_probs = jax.nn.log_softmax(logits, axis=-1)
    probs = jnp.exp(log_probs)
    entropy = -jnp.sum(probs * log_probs, axis=-1, keepdims=True)
    order = jnp.argsort(jnp.abs(log_probs + entropy), axis=-1)
    cumulative = jnp.cumsum(jnp.take_along_axis(probs, order, axis=-1), axis=-1)
    last = jnp.sum(cumulative < mass, axis=-1, keepdims=True)
    ranks = jnp.argsort(order, axis=-1)
    return jnp.where(ranks <= last, log_probs, log_probs - penalty)


def typical_filter_reference(logits, *, mass, penalty):
    filtered = np.zeros(logits.shape)
    for b, row in enumerate(logits):
        probs = np.exp(row) / np.sum(np.exp(row))
        surprise = np.log(1.0 / probs)
        unusual = np.abs(surprise - np.sum(probs * surprise))
        total, filtered[b] = 0.0, -surprise - penalty
        for token in np.argsort(unusual):
            filtered[b, token] = -surprise[token]
            total = total + probs[token]
            if total >= mass:
                break
    return filtered


def penalize_repetition(logits, tokens, *, repetition, frequency, presence):
    """Make tokens less likely that have already been generated."""
    rows = jnp.arange(logits.shape[0])[:, None]
    counts = jnp.zeros_like(logits).at[rows, tokens].add(1.0)
    seen = counts > 0
    scaled = jnp.where(logits > 0, logits / repetition, logits * repetition)
    penalty = frequency * counts + presence * seen
    return jnp.where(seen, scaled, logits) - penalty


def penalize_repetition_reference(logits, tokens, *, repetition, frequency, presence):
    changed = np.array(logits)
    for b, history in enumerate(tokens):
        for token in {int(t) for t in history}:
            times = int(np.sum(history == token))
            logit = logits[b, token]
            logit = logit / repetition if logit > 0 else logit * repetition
            changed[b, token] = logit - frequency * times - presence
    return changed


def contrastive_decoding(expert_logits, amateur_logits, *, plausibility, strength):
    """Prefer tokens that an expert finds likelier than an amateur does."""
    expert = jax.nn.log_softmax(expert_logits, axis=-1)
    amateur = jax.nn.log_softmax(amateur_logits, axis=-1)
    best = jnp.max(expert, axis=-1, keepdims=True)
    plausible = expert >= jnp.log(plausibility) + best
    scores = (1.0 + strength) * expert - strength * amateur
    scores = jnp.where(plausible, scores, -jnp.inf)
    return scores, jnp.argmax(scores, axis=-1)


def contrastive_decoding_reference(
    expert_logits, amateur_logits, *, plausibility, strength
):
    scores = np.full(expert_logits.shape, -np.inf)
    for b in range(len(expert_logits)):
        expert = np.exp(expert_logits[b]) / np.sum(np.exp(expert_logits[b]))
        amateur = np.exp(amateur_logits[b]) / np.sum(np.exp(amateur_logits[b]))
        for v in range(len(expert)):
            if expert[v] / np.max(expert) >= plausibility:
                ratio = expert[v] / amateur[v]
                scores[b, v] = np.log(expert[v]) + strength * np.log(ratio)
    return scores, np.array([int(np.argmax(row)) for row in scores], dtype=np.int64)


def speculative_acceptance(target_logits, draft_logits, tokens, uniforms):
    """How many drafted tokens to accept, and the distribution of the next one."""
    target = jax.nn.softmax(target_logits, axis=-1)
    draft = jax.nn.softmax(draft_logits, axis=-1)
    places = jnp.arange(len(tokens))
    ratios = target[places, tokens] / draft[places, tokens]
    # The first rejection, or the end of the draft.
    accepted = jnp.argmin(jnp.append(uniforms <= ratios, False))
    padded = jnp.pad(draft, ((0, 1), (0, 0)))
    residual = jax.nn.relu(target[accepted] - padded[accepted])
    return accepted, residual / jnp.sum(residual)


def speculative_acceptance_reference(target_logits, draft_logits, tokens, uniforms):
    accepted = 0
    for t, token in enumerate(tokens):
        p = np.exp(target_logits[t]) / np.sum(np.exp(target_logits[t]))
        q = np.exp(draft_logits[t]) / np.sum(np.exp(draft_logits[t]))
        if uniforms[t] * q[token] > p[token]:
            excess = np.where(p > q, p - q, 0.0)
            return accepted, excess / np.sum(excess)
        accepted += 1
    weights = np.exp(target_logits[accepted])
    return accepted, weights / np.sum(weights)


def stratified_resample(log_weights, uniforms):
    """Ancestors of particles from one draw in each stratum, and the effective size."""
    count = log_weights.shape[0]
    weights = jax.nn.softmax(log_weights)
    points = (jnp.arange(count, dtype=weights.dtype) + uniforms) / count
    ancestors = jnp.searchsorted(jnp.cumsum(weights), points)
    effective = 1.0 / jnp.sum(jnp.square(weights))
    return jnp.minimum(ancestors, count - 1).astype(jnp.int32), effective


def stratified_resample_reference(log_weights, uniforms):
    count = len(log_weights)
    weights = np.exp(log_weights)
    ancestors = np.zeros(count, dtype=np.int32)
    for i in range(count):
        target = (i + uniforms[i]) * np.sum(weights) / count
        while ancestors[i] < count - 1 and np.sum(weights[: ancestors[i] + 1]) < target:
            ancestors[i] += 1
    return ancestors, np.sum(weights) ** 2 / np.sum(weights**2)


def residual_resample(weights, uniforms):
    """Copy each particle as often as its weight says, and draw for the remainder."""
    count = weights.shape[0]
    expected = count * weights / jnp.sum(weights)
    copies = jnp.floor(expected).astype(jnp.int32)
    certain = jnp.sum(copies)
    cumulative = jnp.cumsum(expected - copies)
    drawn = jnp.searchsorted(cumulative, uniforms * cumulative[-1])
    copied = jnp.repeat(jnp.arange(count), copies, total_repeat_length=count)
    ancestors = jnp.where(jnp.arange(count) < certain, copied, drawn)
    return jnp.minimum(ancestors, count - 1).astype(jnp.int32), copies


def residual_resample_reference(weights, uniforms):
    count = len(weights)
    shares = weights / np.sum(weights) * count
    copies = [int(np.floor(share)) for share in shares]
    ancestors = [i for i in range(count) for _ in range(copies[i])]
    rests = [share - whole for share, whole in zip(shares, copies)]
    for slot in range(len(ancestors), count):
        pointer, i = uniforms[slot] * sum(rests), 0
        while pointer > rests[i] and i < count - 1:
            pointer = pointer - rests[i]
            i += 1
        ancestors.append(i)
    return np.array(ancestors, dtype=np.int32), np.array(copies, dtype=np.int32)


def box_muller(first, second):
    """Two independent Gaussian variates from two uniform ones."""
    radius = jnp.sqrt(-2.0 * jnp.log(first))
    angle = 2.0 * jnp.pi * second
    return radius * jnp.cos(angle), radius * jnp.sin(angle)


def box_muller_reference(first, second):
    # The square of the radius is exponential, the direction uniform.
    squares = 2.0 * np.log(1.0 / first)
    half = np.exp(1j * np.pi * second)
    x = np.sqrt(squares) * (half.real**2 - half.imag**2)
    return x, np.sqrt(squares) * (2.0 * half.real * half.imag)


def marsaglia_polar(u, v):
    """Gaussian variates from points of a square that lie inside the unit circle."""
    squares = u * u + v * v
    accepted = (squares < 1.0) & (squares > 0.0)
    safe = jnp.where(accepted, squares, 0.5)
    factor = jnp.sqrt(-2.0 * jnp.log(safe) / safe)
    zero = jnp.zeros_like(u)
    x = jnp.where(accepted, u * factor, zero)
    y = jnp.where(accepted, v * factor, zero)
    return x, y, accepted


def marsaglia_polar_reference(u, v):
    x, y = np.zeros(u.shape), np.zeros(u.shape)
    accepted = np.zeros(u.shape, dtype=bool)
    for i in np.ndindex(*u.shape):
        radius = np.sqrt(u[i] ** 2 + v[i] ** 2)
        if 0 < radius < 1:
            length = 2.0 * np.sqrt(-np.log(radius))
            x[i], y[i] = u[i] / radius * length, v[i] / radius * length
            accepted[i] = True
    return x, y, accepted


def inverse_transform_sample(uniforms, location, scale, *, family):
    """Variates of a location-scale family by inverting its distribution."""
    if family == "exponential":
        standard = -jnp.log(1.0 - uniforms)
    elif family == "laplace":
        centered = uniforms - 0.5
        standard = -jnp.sign(centered) * jnp.log(1.0 - 2.0 * jnp.abs(centered))
    elif family == "cauchy":
        standard = jnp.tan(jnp.pi * (uniforms - 0.5))
    elif family == "weibull":
        standard = (-jnp.log(1.0 - uniforms)) ** (1.0 / 1.5)
    elif family == "logistic":
        standard = jnp.log(uniforms / (1.0 - uniforms))
    else:
        standard = gumbel_noise(uniforms)
    return location + scale * standard


def inverse_transform_sample_reference(uniforms, location, scale, *, family):
    quantiles = {
        "exponential": lambda u: np.log(1.0 / (1.0 - u)),
        "laplace": lambda u: np.log(2 * u) if u < 0.5 else np.log(0.5 / (1.0 - u)),
        "cauchy": lambda u: np.sin(np.pi * (u - 0.5)) / np.cos(np.pi * (u - 0.5)),
        "weibull": lambda u: np.cbrt(np.log(1.0 - u) ** 2),
        "logistic": lambda u: np.log(u / (1.0 - u)),
        "gumbel": lambda u: -np.log(np.log(1.0 / u)),
    }
    draws = np.zeros(uniforms.shape)
    for n, k in np.ndindex(*uniforms.shape):
        draws[n, k] = location[k] + scale[k] * quantiles[family](uniforms[n, k])
    return draws


def correlated_normal_sample(mean, covariance, noise):
    """Reparameterized draws from a Gaussian, with their log densities."""
    factor = jnp.linalg.cholesky(covariance)
    draws = mean + noise @ factor.T
    log_volume = jnp.sum(jnp.log(jnp.diagonal(factor)))
    squares = jnp.sum(jnp.square(noise), axis=-1)
    constant = 0.5 * mean.shape[0] * jnp.log(2.0 * jnp.pi)
    return draws, -0.5 * squares - log_volume - constant


def correlated_normal_sample_reference(mean, covariance, noise):
    size = len(mean)
    factor = np.zeros((size, size))
    for i in range(size):
        for j in range(i + 1):
            rest = covariance[i, j] - np.sum(factor[i, :j] * factor[j, :j])
            factor[i, j] = np.sqrt(rest) if i == j else rest / factor[j, j]
    offsets = np.array([np.sum(factor * z, axis=1) for z in noise])
    solved = np.linalg.solve(covariance, offsets.T).T
    volume = np.linalg.det(2.0 * np.pi * covariance)
    distances = np.sum(offsets * solved, axis=1)
    return mean + offsets, -0.5 * (distances + np.log(volume))


def latin_hypercube(scores, jitter, low, high):
    """A design with one point in each slice of every dimension."""
    count = scores.shape[0]
    ranks = jnp.argsort(jnp.argsort(scores, axis=0), axis=0).astype(jitter.dtype)
    return low + (high - low) * (ranks + jitter) / count


def latin_hypercube_reference(scores, jitter, low, high):
    count, dimensions = scores.shape
    design = np.zeros((count, dimensions))
    for d in range(dimensions):
        width = (high[d] - low[d]) / count
        for i in range(count):
            cell = int(np.sum(scores[:, d] < scores[i, d]))
            design[i, d] = low[d] + width * cell + width * jitter[i, d]
    return design


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


def square_root_diffusion(start, noise, *, speed, mean, volatility, dt):
    """Paths of a square-root diffusion by Euler-Maruyama with full truncation."""

    def step(x, z):
        # The process may become negative; what drives it may not.
        level = jax.nn.relu(x)
        drift = speed * (mean - level) * dt
        x = x + drift + volatility * jnp.sqrt(level * dt) * z
        return x, jax.nn.relu(x)

    _, path = lax.scan(step, start, noise)
    return path


def square_root_diffusion_reference(start, noise, *, speed, mean, volatility, dt):
    steps, count = noise.shape
    path = np.zeros((steps, count))
    for n in range(count):
        x = start[n]
        for t in range(steps):
            level = x if x > 0 else 0.0
            x = x - dt * speed * level + dt * speed * mean
            x = x + volatility * np.sqrt(dt) * np.sqrt(level) * noise[t, n]
            path[t, n] = max(x, 0.0)
    return path


def half_normal_rejection(uniforms, decisions):
    """Half-normal draws, each the first accepted of several exponential proposals."""
    proposals = -jnp.log(1.0 - uniforms)
    accepted = decisions <= jnp.exp(-0.5 * jnp.square(proposals - 1.0))
    first = jnp.argmax(accepted, axis=-1)
    draws = jnp.take_along_axis(proposals, first[:, None], axis=-1)[:, 0]
    return draws, accepted


def half_normal_rejection_reference(uniforms, decisions):
    draws, accepted = [], np.zeros(decisions.shape, dtype=bool)
    for n, (row, tests) in enumerate(zip(uniforms, decisions)):
        proposals = [np.log(1.0 / (1.0 - u)) for u in row]
        for k, x in enumerate(proposals):
            # The ratio of the densities, whose envelope touches at one.
            accepted[n, k] = tests[k] <= np.exp(x - x**2 / 2) / np.exp(0.5)
        good = [x for x, keep in zip(proposals, accepted[n]) if keep]
        draws.append(good[0] if good else proposals[0])
    return np.array(draws), accepted


def gamma_rejection(shapes, normals, uniforms):
    """Gamma draws from cubes of shifted Gaussian proposals."""
    d = shapes[:, None] - 1.0 / 3.0
    base = 1.0 + normals * lax.rsqrt(9.0 * d)
    positive = base > 0
    cube = jnp.where(positive, base, 1.0) ** 3
    bound = 0.5 * jnp.square(normals) + d * (1.0 - cube + jnp.log(cube))
    accepted = positive & (jnp.log(uniforms) < bound)
    first = jnp.argmax(accepted, axis=-1)[:, None]
    return jnp.take_along_axis(d * cube, first, axis=-1)[:, 0], accepted


def gamma_rejection_reference(shapes, normals, uniforms):
    count, attempts = normals.shape
    draws, accepted = np.zeros(count), np.zeros((count, attempts), dtype=bool)
    for n in range(count):
        d = shapes[n] - np.array(1.0) / 3.0
        for k in range(attempts):
            root = 1.0 + normals[n, k] / (3.0 * np.sqrt(d))
            if root > 0:
                slack = d - d * root**3 + 3.0 * d * np.log(root)
                limit = np.exp(slack + normals[n, k] ** 2 / 2)
                accepted[n, k] = uniforms[n, k] < limit
        chosen = int(np.argmax(accepted[n]))
        root = 1.0 + normals[n, chosen] / (3.0 * np.sqrt(d))
        draws[n] = d * root**3 if root > 0 else d
    return draws, accepted


BASES = (2, 3, 5, 7)


def radical_inverse(indices, base, digits, dtype):
    """Mirror the digits of integers at the point."""

    def step(_, state):
        left, weight, value = state
        left, digit = jnp.divmod(left, base)
        weight = weight / base
        return left, weight, value + digit.astype(dtype) * weight

    start = (indices, jnp.ones((), dtype=dtype), jnp.zeros(indices.shape, dtype=dtype))
    return lax.fori_loop(0, digits, step, start)[2]


def halton_points(indices, shift, *, skip):
    """Points of the Halton sequence, shifted modulo one."""
    columns = [
        radical_inverse(indices + skip, base, 8, shift.dtype)
        for base in BASES[: shift.shape[0]]
    ]
    return (jnp.stack(columns, axis=-1) + shift) % 1.0


def halton_points_reference(indices, shift, *, skip):
    points = np.zeros((len(indices), len(shift)))
    for d, base in enumerate([2, 3, 5, 7][: len(shift)]):
        for i, index in enumerate(indices):
            left, mirrored, power = int(index) + skip, 0, 1
            while left:
                left, digit = divmod(left, base)
                mirrored, power = mirrored * base + digit, power * base
            value = np.array(float(mirrored)) / power + shift[d]
            points[i, d] = value - 1.0 if value >= 1 else value
    return points


def product_poisson_sample(rates, uniforms):
    """Poisson counts by how many uniform variates keep a product above a bound."""
    products = jnp.cumprod(uniforms, axis=-1)
    return jnp.sum(products > jnp.exp(-rates)[:, None], axis=-1)


def product_poisson_sample_reference(rates, uniforms):
    counts = []
    for rate, row in zip(rates, uniforms):
        # Arrivals within the unit of time, with exponential gaps.
        time, arrivals = np.array(0.0), 0
        for u in row:
            time = time - np.log(u)
            if time >= rate:
                break
            arrivals += 1
        counts.append(arrivals)
    return np.array(counts, dtype=np.int64)


def stick_breaking_weights(uniforms, *, concentration):
    """Weights of a truncated Dirichlet process, broken off a stick one by one."""
    kept = (1.0 - uniforms) ** (1.0 / concentration)
    remaining = jnp.cumprod(kept, axis=-1)
    left = jnp.pad(remaining, ((0, 0), (1, 0)), constant_values=1.0)
    pieces = (1.0 - kept) * left[:, :-1]
    return jnp.concatenate([pieces, left[:, -1:]], axis=-1)


def stick_breaking_weights_reference(uniforms, *, concentration):
    count, sticks = uniforms.shape
    weights = np.zeros((count, sticks + 1))
    for n in range(count):
        stick = np.array(1.0)
        for k in range(sticks):
            kept = stick * np.power(1.0 - uniforms[n, k], 1.0 / concentration)
            weights[n, k] = stick - kept
            stick = kept
        weights[n, sticks] = stick
    return weights


def gaussian_copula_sample(factor, noise, scales, *, marginal):
    """Dependent draws with given marginals, by the quantiles of Gaussian draws."""
    # Rows of unit length make the covariance a correlation matrix.
    factor = factor / jnp.linalg.norm(factor, axis=1, keepdims=True)
    normals = noise @ factor.T
    above = 0.5 * lax.erfc(normals / jnp.sqrt(jnp.asarray(2.0, noise.dtype)))
    if marginal == "exponential":
        return -scales * jnp.log(above)
    if marginal == "pareto":
        return scales * above ** (-1.0 / 3.0)
    return scales * (1.0 - above)


def gaussian_copula_sample_reference(factor, noise, scales, *, marginal):
    count, size = noise.shape
    draws = np.zeros((count, size))
    for n in range(count):
        for k in range(size):
            length = np.sqrt(np.sum(factor[k] ** 2))
            z = np.sum(factor[k] * noise[n]) / length
            if marginal == "exponential":
                draws[n, k] = scales[k] * -special.log_ndtr(-z)
            elif marginal == "pareto":
                draws[n, k] = scales[k] / np.cbrt(special.ndtr(-z))
            else:
                draws[n, k] = scales[k] * special.ndtr(z)
    return draws


def gillespie_birth_death(population, waits, choices, *, birth, death, immigration):
    """Exact paths of a birth-death process with immigration."""

    def step(state, inputs):
        time, size = state
        wait, choice = inputs
        arrivals = birth * size.astype(wait.dtype) + immigration
        total = arrivals + death * size.astype(wait.dtype)
        time = time - jnp.log(wait) / total
        size = size + jnp.where(choice * total < arrivals, 1, -1).astype(size.dtype)
        return (time, size), (time, size)

    start = (jnp.zeros((), dtype=waits.dtype), population)
    _, (times, sizes) = lax.scan(step, start, (waits, choices))
    return times, sizes


def gillespie_birth_death_reference(
    population, waits, choices, *, birth, death, immigration
):
    times, sizes = np.zeros(len(waits)), np.zeros(len(waits), dtype=np.int32)
    time, size = np.array(0.0), int(population)
    for k in range(len(waits)):
        rates = np.array([birth * size, immigration, death * size])
        time = time + np.log(1.0 / waits[k]) / np.sum(rates)
        dies = choices[k] * np.sum(rates) >= rates[0] + rates[1]
        size = size - 1 if dies else size + 1
        times[k], sizes[k] = time, size
    return times, sizes


def hierarchical_ray_samples(edges, weights, uniforms):
    """Depths along rays from piecewise constant densities between edges."""
    weights = weights + 1e-5
    probs = weights / jnp.sum(weights, axis=-1, keepdims=True)
    cdf = jnp.pad(jnp.cumsum(probs, axis=-1), ((0, 0), (1, 0)))
    bins = jax.vmap(locate_bins)(cdf, uniforms)
    start = jnp.take_along_axis(edges, bins, axis=-1)
    end = jnp.take_along_axis(edges, bins + 1, axis=-1)
    below = jnp.take_along_axis(cdf, bins, axis=-1)
    mass = jnp.take_along_axis(probs, bins, axis=-1)
    return start + (uniforms - below) / mass * (end - start)


def locate_bins(cdf, uniforms):
    """The bins of a distribution into which values fall."""
    bins = jnp.searchsorted(cdf, uniforms, side="right") - 1
    return jnp.clip(bins, 0, len(cdf) - 2)


def hierarchical_ray_samples_reference(edges, weights, uniforms):
    rays, count = uniforms.shape
    depths = np.zeros((rays, count))
    for r in range(rays):
        shares = (weights[r] + 1e-5) / np.sum(weights[r] + 1e-5)
        for i in range(count):
            left, k = uniforms[r, i], 0
            while k < len(shares) - 1 and left >= shares[k]:
                left = left - shares[k]
                k += 1
            fraction = left / shares[k]
            depths[r, i] = (1.0 - fraction) * edges[r, k] + fraction * edges[r, k + 1]
    return depths


def markov_chain_path(logits, start, uniforms):
    """A path of a Markov chain by inverting its transitions, with its likelihood."""
    log_probs = jax.nn.log_softmax(logits, axis=-1)
    cumulative = jnp.cumsum(jnp.exp(log_probs), axis=-1)

    def step(state, uniform):
        following = jnp.searchsorted(cumulative[state, :-1], uniform)
        following = following.astype(state.dtype)
        return following, (following, log_probs[state, following])

    _, (path, terms) = lax.scan(step, start, uniforms)
    return path, jnp.sum(terms)


def markov_chain_path_reference(logits, start, uniforms):
    path, total = [int(start)], np.array(0.0)
    for uniform in uniforms:
        weights = np.exp(logits[path[-1]])
        probs = weights / np.sum(weights)
        state, reached = 0, probs[0]
        while reached < uniform and state < len(probs) - 1:
            state += 1
            reached = reached + probs[state]
        total = total + np.log(probs[state])
        path.append(state)
    return np.array(path[1:], dtype=np.int32), total


def reservoir_sample(items, uniforms, *, size):
    """A random sample of a stream whose length is not known beforehand."""

    def step(reservoir, inputs):
        item, seen, uniform = inputs
        place = jnp.floor(uniform * (seen + 1)).astype(seen.dtype)
        # Places past the end leave the reservoir as it is.
        return reservoir.at[place].set(item, mode="drop"), place < size

    seen = jnp.arange(size, items.shape[0], dtype=jnp.int32)
    stream = (items[size:], seen, uniforms[size:])
    reservoir, replaced = lax.scan(step, items[:size], stream)
    return reservoir, jnp.sum(replaced)


def reservoir_sample_reference(items, uniforms, *, size):
    kept, replaced = list(range(size)), 0
    for i in range(size, len(items)):
        for place in range(size):
            # Each place is hit with probability 1 / (i + 1).
            if place <= uniforms[i] * (i + 1) < place + 1:
                kept[place] = i
                replaced += 1
    return np.array([items[i] for i in kept]), replaced


def fisher_yates_shuffle(items, uniforms):
    """Shuffle items by swapping each with a random one before it."""
    count = items.shape[0]

    def swap(k, order):
        i = count - 1 - k
        j = jnp.floor(uniforms[i] * (i + 1)).astype(jnp.int32)
        return order.at[i].set(order[j]).at[j].set(order[i])

    order = lax.fori_loop(0, count - 1, swap, jnp.arange(count, dtype=jnp.int32))
    return items[order], order


def fisher_yates_shuffle_reference(items, uniforms):
    left, order = list(range(len(items))), []
    for i in range(len(items) - 1, 0, -1):
        j = int(np.floor(uniforms[i] * (i + 1)))
        # Striking out the chosen one, its place goes to the last that is left.
        order.append(left[j])
        left[j] = left[-1]
        left.pop()
    order = np.array([left[0], *order[::-1]], dtype=np.int32)
    return np.array([items[i] for i in order]), order


def brownian_bridge_path(normals, *, levels, horizon):
    """A Brownian path whose coarse shape is fixed before its details."""
    count = 2**levels
    path = jnp.zeros(count + 1, dtype=normals.dtype)
    path = path.at[count].set(horizon**0.5 * normals[0])
    used = 1
    for level in range(levels):
        stride = count // 2**level
        middles = jnp.arange(stride // 2, count, stride)
        means = 0.5 * (path[middles - stride // 2] + path[middles + stride // 2])
        # Half of the standard deviation over the interval.
        deviation = 0.5 * (horizon * stride / count) ** 0.5
        details = normals[used : used + 2**level]
        path = path.at[middles].set(means + deviation * details)
        used += 2**level
    return path


def brownian_bridge_path_reference(normals, *, levels, horizon):
    count = 2**levels
    times = np.array([horizon * i / count for i in range(count + 1)])
    known = {0: np.array(0.0), count: np.sqrt(horizon) * normals[0]}
    for z in normals[1:]:
        # The next point halves the first of the longest gaps.
        points = sorted(known)
        gaps = [points[i + 1] - points[i] for i in range(len(points) - 1)]
        left = points[gaps.index(max(gaps))]
        right = left + max(gaps)
        t = (left + right) // 2
        before, after = times[t] - times[left], times[right] - times[t]
        mean = (after * known[left] + before * known[right]) / (before + after)
        known[t] = mean + np.sqrt(before * after / (before + after)) * z
    return np.array([known[i] for i in range(count + 1)])


def hard_concrete_gate(log_alpha, uniforms, *, temperature, stretch):
    """Gates that are often exactly zero or one, and the chance that they are open."""
    noise = jnp.log(uniforms / (1.0 - uniforms))
    soft = jax.nn.sigmoid((noise + log_alpha) / temperature)
    gates = jnp.clip(soft * (1.0 + 2.0 * stretch) - stretch, 0.0, 1.0)
    offset = temperature * jnp.log(stretch / (1.0 + stretch))
    return gates, jnp.sum(jax.nn.sigmoid(log_alpha - offset))


def hard_concrete_gate_reference(log_alpha, uniforms, *, temperature, stretch):
    gates, open_chance = np.zeros(log_alpha.shape), np.array(0.0)
    for i in range(len(log_alpha)):
        odds = uniforms[i] / (1.0 - uniforms[i]) * np.exp(log_alpha[i])
        powered = np.power(odds, 1.0 / temperature)
        wide = -stretch + (1.0 + 2.0 * stretch) * powered / (1.0 + powered)
        gates[i] = min(max(wide, 0.0), 1.0)
        limit = np.power(np.array(stretch / (1.0 + stretch)), temperature)
        open_chance = open_chance + 1.0 / (1.0 + limit / np.exp(log_alpha[i]))
    return gates, open_chance
