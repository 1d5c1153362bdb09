"""Losses of regression and of generative models: JAX, and NumPy from the definition."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from scipy import special


def huber_loss(predictions, targets, *, delta):
    """Mean over features of a loss that is quadratic up to delta and linear beyond."""
    distance = jnp.abs(predictions - targets)
    quadratic = jnp.minimum(distance, delta)
    linear = distance - quadratic
    return jnp.mean(0.5 * jnp.square(quadratic) + delta * linear, axis=-1)


def huber_loss_reference(predictions, targets, *, delta):
    losses = np.zeros(predictions.shape)
    for index in np.ndindex(*predictions.shape):
        error = predictions[index] - targets[index]
        if abs(error) <= delta:
            losses[index] = error**2 / 2
        else:
            losses[index] = delta * (abs(error) - delta / 2)
    return np.mean(losses, axis=-1)


def log_cosh_loss(predictions, targets, weights, *, sharpness):
    """Weighted mean of the log of the hyperbolic cosine of the errors."""
    scaled = sharpness * (predictions - targets)
    # log(cosh(x)) without the overflow of cosh.
    losses = (jnp.logaddexp(scaled, -scaled) - jnp.log(2.0)) / sharpness
    return jnp.sum(weights * losses) / jnp.sum(weights)


def log_cosh_loss_reference(predictions, targets, weights, *, sharpness):
    losses = np.log(np.cosh(sharpness * (predictions - targets))) / sharpness
    return np.sum(losses * weights) / np.sum(weights)


def poisson_nll_loss(rates, counts, *, log_input, full):
    """Negative log likelihood of counts under Poisson distributions."""
    counts = counts.astype(rates.dtype)
    if log_input:
        losses = jnp.exp(rates) - counts * rates
    else:
        losses = rates - counts * jnp.log(rates)
    if full:
        losses += lax.lgamma(counts + 1.0)
    return jnp.mean(losses, axis=-1)


def poisson_nll_loss_reference(rates, counts, *, log_input, full):
    losses = np.zeros(rates.shape)
    for index in np.ndindex(*rates.shape):
        rate = np.exp(rates[index]) if log_input else rates[index]
        likelihood = np.exp(-rate)
        for k in range(1, counts[index] + 1):
            likelihood = likelihood * rate / (k if full else 1)
        losses[index] = -np.log(likelihood)
    return np.mean(losses, axis=-1)


def beta_gaussian_nll(means, variances, targets, *, beta):
    """Gaussian negative log likelihood, weighted by a power of each variance."""
    squared_errors = jnp.square(targets - means)
    losses = 0.5 * (jnp.log(variances) + squared_errors / variances)
    # The weight rescales gradients only; it is not to be learnt from.
    return jnp.mean(losses * lax.stop_gradient(variances) ** beta)


def beta_gaussian_nll_reference(means, variances, targets, *, beta):
    spreads = np.sqrt(variances)
    densities = np.exp(-(((targets - means) / spreads) ** 2) / 2) / spreads
    return -np.sum(spreads ** (2 * beta) * np.log(densities)) / densities.size


def pinball_loss(predictions, targets, levels):
    """Quantile regression loss of several levels at once."""
    errors = targets[:, None] - predictions
    return jnp.mean(jnp.maximum(levels * errors, (levels - 1.0) * errors), axis=0)


def pinball_loss_reference(predictions, targets, levels):
    batch, count = predictions.shape
    losses = np.zeros(count)
    for k in range(count):
        for i in range(batch):
            error = targets[i] - predictions[i, k]
            cost = levels[k] if error > 0 else 1.0 - levels[k]
            losses[k] += cost * abs(error) / batch
    return losses


def gan_losses(real_scores, fake_scores, *, kind):
    """Losses of a discriminator and a generator from the discriminator's scores."""
    if kind == "wasserstein":
        discriminator = jnp.mean(fake_scores) - jnp.mean(real_scores)
        generator = -jnp.mean(fake_scores)
    elif kind == "hinge":
        discriminator = jnp.mean(jax.nn.relu(1.0 - real_scores))
        discriminator += jnp.mean(jax.nn.relu(1.0 + fake_scores))
        generator = -jnp.mean(fake_scores)
    elif kind == "least_squares":
        discriminator = jnp.mean(jnp.square(real_scores - 1.0))
        discriminator += jnp.mean(jnp.square(fake_scores))
        generator = jnp.mean(jnp.square(fake_scores - 1.0))
    else:
        discriminator = jnp.mean(jax.nn.softplus(-real_scores))
        discriminator += jnp.mean(jax.nn.softplus(fake_scores))
        generator = jnp.mean(jax.nn.softplus(-fake_scores))
    return {"discriminator": discriminator, "generator": generator}


def gan_losses_reference(real_scores, fake_scores, *, kind):
    def sigmoid(x):
        return 1.0 / (1.0 + np.exp(-x))

    costs = {
        "wasserstein": (lambda r: -r, lambda f: f, lambda f: -f),
        "hinge": (
            lambda r: np.maximum(0.0, 1.0 - r),
            lambda f: np.maximum(0.0, 1.0 + f),
            lambda f: -f,
        ),
        "least_squares": (
            lambda r: (r - 1.0) ** 2,
            lambda f: f**2,
            lambda f: (f - 1) ** 2,
        ),
        "non_saturating": (
            lambda r: -np.log(sigmoid(r)),
            lambda f: -np.log(1.0 - sigmoid(f)),
            lambda f: -np.log(sigmoid(f)),
        ),
    }
    of_real, of_fake, of_generator = costs[kind]
    discriminator = np.mean(of_real(real_scores)) + np.mean(of_fake(fake_scores))
    return {
        "discriminator": discriminator,
        "generator": np.mean(of_generator(fake_scores)),
    }


def sliced_wasserstein(x, y, directions, *, order):
    """Mean transport cost of two point clouds, projected onto several directions."""
    directions = directions / jnp.linalg.norm(directions, axis=-1, keepdims=True)

    def transport_cost(direction):
        # On a line, the optimal transport takes sorted points to sorted points.
        gaps = jnp.sort(x @ direction) - jnp.sort(y @ direction)
        return jnp.mean(jnp.abs(gaps) ** order)

    return jnp.mean(jax.vmap(transport_cost)(directions)) ** (1.0 / order)


def sliced_wasserstein_reference(x, y, directions, *, order):
    costs = []
    for direction in directions:
        unit = direction / np.sqrt(np.sum(direction**2))
        left = np.sort(np.sum(x * unit, axis=1))
        right = np.sort(np.sum(y * unit, axis=1))
        costs.append(np.mean(np.abs(left - right) ** order))
    return np.mean(np.array(costs)) ** (1.0 / order)


def gaussian_elbo(pixels, logits, means, log_variances, *, beta, free_nats):
    """Evidence lower bound of a Bernoulli decoder and a Gaussian encoder."""
    log_likelihood = jnp.sum(pixels * logits - jax.nn.softplus(logits), axis=-1)
    divergences = 0.5 * (
        jnp.square(means) + jnp.exp(log_variances) - 1.0 - log_variances
    )
    # Latents below the threshold are free, so that they are not given up early on.
    divergence = jnp.sum(jnp.maximum(jnp.mean(divergences, axis=0), free_nats))
    return jnp.mean(log_likelihood) - beta * divergence


def gaussian_elbo_reference(pixels, logits, means, log_variances, *, beta, free_nats):
    batch, latents = means.shape
    bound = np.zeros(())
    for b in range(batch):
        on = 1.0 / (1.0 + np.exp(-logits[b]))
        likelihood = pixels[b] * np.log(on) + (1.0 - pixels[b]) * np.log(1.0 - on)
        bound = bound + np.sum(likelihood) / batch
    for k in range(latents):
        deviations = np.exp(log_variances[:, k] / 2)
        # From N(m, s) to N(0, 1): the cross entropy less the entropy.
        cross = np.mean(deviations**2 + means[:, k] ** 2) / 2
        entropy = np.mean(np.log(deviations)) + 0.5
        bound = bound - beta * np.maximum(cross - entropy, free_nats)
    return bound


def gaussian_crps(means, deviations, observations):
    """Continuous ranked probability score of Gaussian forecasts."""
    z = (observations - means) / deviations
    cdf = 0.5 * (1.0 + lax.erf(z / jnp.sqrt(2.0)))
    pdf = jnp.exp(-0.5 * jnp.square(z)) / jnp.sqrt(2.0 * jnp.pi)
    return deviations * (z * (2.0 * cdf - 1.0) + 2.0 * pdf - 1.0 / jnp.sqrt(jnp.pi))


def gaussian_crps_reference(means, deviations, observations):
    # The mean distance to the observation, less half that of two draws.
    gaps = observations - means
    folded = deviations * np.sqrt(2.0 / np.pi) * np.exp(-((gaps / deviations) ** 2) / 2)
    distance = folded + gaps * (1.0 - 2.0 * special.ndtr(-gaps / deviations))
    return distance - deviations / np.sqrt(np.pi)


def cox_partial_likelihood(risks, times, observed):
    """Mean negative log partial likelihood of proportional hazards."""
    order = jnp.argsort(-times)
    risks = risks[order]
    # With the longest times first, those still at risk are the ones so far.
    log_at_risk = lax.cumlogsumexp(risks)
    terms = jnp.where(observed[order], risks - log_at_risk, 0.0)
    return -jnp.sum(terms) / jnp.maximum(jnp.sum(observed), 1)


def cox_partial_likelihood_reference(risks, times, observed):
    total = np.zeros(())
    for i in np.flatnonzero(observed):
        hazards = np.exp(risks[times >= times[i]])
        total = total + np.log(np.sum(hazards) / np.exp(risks[i]))
    return total / max(np.sum(observed), 1)


def style_loss(generated, style, layer_weights):
    """Distance of the Gram matrices of feature maps, over several layers."""

    def gram_matrix(features):
        return jnp.einsum("lpc,lpd->lcd", features, features)

    _, pixels, channels = generated.shape
    differences = gram_matrix(generated) - gram_matrix(style)
    errors = jnp.sum(jnp.square(differences), axis=(1, 2))
    return jnp.dot(layer_weights, errors) / (4.0 * channels**2 * pixels**2)


def style_loss_reference(generated, style, layer_weights):
    layers, pixels, channels = generated.shape
    loss = np.zeros(())
    for k in range(layers):
        for i in range(channels):
            for j in range(channels):
                ours = np.sum(generated[k, :, i] * generated[k, :, j])
                theirs = np.sum(style[k, :, i] * style[k, :, j])
                error = ((ours - theirs) / (2.0 * channels * pixels)) ** 2
                loss = loss + layer_weights[k] * error
    return loss
