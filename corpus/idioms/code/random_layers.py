"""Layers that draw: JAX, and NumPy from the definition."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax, random
from scipy import special

from .random_keys import (
    random_integers,
    seeded,
    split_key,
    standard_normals,
    standard_normals_reference,
    unit_uniforms,
)


def keyed_dropout(key, x, *, rate, shared):
    """Zero entries at random and scale the others; some axes may share their mask."""
    batch, length, features = x.shape
    shape = {
        "none": (batch, length, features),
        "length": (batch, 1, features),
        "features": (batch, length, 1),
    }[shared]
    keep = random.bernoulli(key, jnp.float32(1.0 - rate), shape)
    return jnp.where(keep, x / (1.0 - rate), 0.0)


def keyed_dropout_reference(key, x, *, rate, shared):
    batch, length, features = x.shape
    if shared == "length":
        shape = (batch, 1, features)
    elif shared == "features":
        shape = (batch, length, 1)
    else:
        shape = x.shape
    mask = unit_uniforms(key, shape) < np.float32(1.0 - rate)
    return x * mask / (1 - rate)


def stochastic_depth(seed, x, weights, *, last_rate, mode):
    """Residual layers that are skipped at random, the later the more often."""
    layers = weights.shape[0]
    keys = random.split(random.key(seed), layers)
    survivals = 1.0 - last_rate * jnp.arange(1, layers + 1, dtype=x.dtype) / layers
    shape = (x.shape[0], 1) if mode == "row" else (1, 1)

    def layer(x, inputs):
        key, survival, weight = inputs
        keep = random.bernoulli(key, survival.astype(jnp.float32), shape)
        return x + keep / survival * jnp.tanh(x @ weight), None

    x, _ = lax.scan(layer, x, (keys, survivals, weights))
    return x


def stochastic_depth_reference(seed, x, weights, *, last_rate, mode):
    layers = len(weights)
    for i, key in enumerate(split_key(seeded(seed), layers)):
        survival = np.array(1 - last_rate * (i + 1) / layers)
        uniforms = unit_uniforms(key, (len(x) if mode == "row" else 1,))
        branch = np.tanh(x @ weights[i]) / survival
        x = x + np.where(uniforms < survival, 1.0, 0.0)[:, None] * branch
    return x


def drop_connect(key, x, weights, bias, *, rate, activation):
    """A layer whose single weights are dropped at random."""
    keep = random.bernoulli(key, jnp.float32(1.0 - rate), weights.shape)
    masked = jnp.where(keep, weights, 0.0) / (1.0 - rate)
    y = x @ masked + bias
    return jnp.tanh(y) if activation == "tanh" else jax.nn.softplus(y)


def drop_connect_reference(key, x, weights, bias, *, rate, activation):
    mask = unit_uniforms(key, weights.shape) < np.float32(1.0 - rate)
    y = np.zeros((len(x), len(bias)))
    for i, j in np.ndindex(*y.shape):
        kept = [k for k in range(x.shape[1]) if mask[k, j]]
        y[i, j] = bias[j] + np.sum(x[i, kept] * weights[kept, j]) / (1 - rate)
    return np.tanh(y) if activation == "tanh" else np.log(1 + np.exp(y))


def variational_rnn(key, inputs, weights, recurrent, *, rate):
    """A recurrent network that drops the same units at each of its steps."""
    input_key, state_key = random.split(key)
    keep = 1.0 - rate
    probability = jnp.float32(keep)
    input_mask = random.bernoulli(input_key, probability, inputs.shape[1:]) / keep
    state_mask = random.bernoulli(state_key, probability, recurrent.shape[1:]) / keep
    input_mask = input_mask.astype(inputs.dtype)
    state_mask = state_mask.astype(inputs.dtype)

    def step(state, x):
        masked = (state_mask * state) @ recurrent
        state = jnp.tanh((input_mask * x) @ weights + masked)
        return state, state

    start = jnp.zeros_like(recurrent[0])
    return lax.scan(step, start, inputs)[1]


def variational_rnn_reference(key, inputs, weights, recurrent, *, rate):
    input_key, state_key = split_key(key)
    threshold = np.float32(1 - rate)
    read = np.flatnonzero(unit_uniforms(input_key, inputs.shape[1:]) < threshold)
    kept = np.flatnonzero(unit_uniforms(state_key, (len(recurrent),)) < threshold)
    state, states = np.zeros(len(recurrent)), []
    for x in inputs:
        driven = x[read] @ weights[read] + state[kept] @ recurrent[kept]
        state = np.tanh(driven / (1 - rate))
        states.append(state)
    return np.array(states)


def random_block_dropout(seed, image, *, block, rate):
    """Drop squares of an image at random, and scale what is left by its share."""
    height, width, _ = image.shape
    places = (height - block + 1) * (width - block + 1)
    seed_rate = rate * height * width / block**2 / places
    shape = (height - block + 1, width - block + 1)
    corners = random.bernoulli(random.key(seed), jnp.float32(seed_rate), shape)
    padded = jnp.pad(corners.astype(image.dtype), block - 1)
    lowest = jnp.zeros((), image.dtype)
    dropped = lax.reduce_window(
        padded, lowest, lax.max, (block, block), (1, 1), "VALID"
    )
    mask = 1.0 - dropped
    share = jnp.maximum(jnp.mean(mask), 1.0 / (height * width))
    return image * mask[:, :, None] / share


def random_block_dropout_reference(seed, image, *, block, rate):
    height, width, _ = image.shape
    rows, columns = height - block + 1, width - block + 1
    seed_rate = np.float32(rate * height * width / block**2 / (rows * columns))
    mask = np.ones((height, width))
    corners = unit_uniforms(seeded(seed), (rows, columns)) < seed_rate
    for i, j in np.argwhere(corners):
        mask[i : i + block, j : j + block] = 0.0
    kept = max(int(np.count_nonzero(mask)), 1)
    return image * mask[:, :, None] * (height * width) / kept


def initialized_network(key, x, *, widths, scheme):
    """Outputs of a network with weights that an initializer has drawn."""
    initializer = {
        "he": jax.nn.initializers.he_uniform(),
        "glorot": jax.nn.initializers.glorot_uniform(),
        "lecun": jax.nn.initializers.lecun_uniform(),
    }[scheme]
    for width in widths:
        key, layer_key = random.split(key)
        weights = initializer(layer_key, (x.shape[1], width), jnp.float32)
        x = jnp.tanh(x @ weights)
    return x


def initialized_network_reference(key, x, *, widths, scheme):
    for width in widths:
        key, layer_key = split_key(key)
        fan_in = x.shape[1]
        variance = {"he": 2 / fan_in, "glorot": 2 / (fan_in + width)}
        limit = np.sqrt(np.array(3 * variance.get(scheme, 1 / fan_in)))
        uniforms = unit_uniforms(layer_key, (fan_in, width))
        x = np.tanh(x @ (limit * (2 * uniforms - 1)))
    return x


def truncated_initializer(seed, *, inputs, outputs, scheme):
    """Weights of a truncated normal distribution, with the variance of a scheme."""
    initializer = {
        "he": jax.nn.initializers.he_normal(),
        "glorot": jax.nn.initializers.glorot_normal(),
        "lecun": jax.nn.initializers.lecun_normal(),
    }[scheme]
    return initializer(random.key(seed), (inputs, outputs), jnp.float32)


def truncated_initializer_reference(seed, *, inputs, outputs, scheme):
    shares = unit_uniforms(seeded(seed), (inputs, outputs))
    low = special.ndtr(np.array(-2.0))
    normals = special.ndtri(low + shares * (1 - 2 * low))
    # Two deviations on either side leave this much of the variance.
    kept = 1 - 4 * np.exp(-2.0) / np.sqrt(2 * np.pi) / (1 - 2 * low)
    variance = {"he": 2 / inputs, "glorot": 2 / (inputs + outputs)}
    return normals * np.sqrt(variance.get(scheme, 1 / inputs) / kept)


def fourier_features(seed, x, y, *, features, scale):
    """A Gaussian kernel estimated by cosines of random frequencies and phases."""
    frequency_key, phase_key = random.split(random.key(seed))
    frequencies = standard_normals(frequency_key, (features, x.shape[1]), x.dtype)
    phases = random.uniform(phase_key, (features,), jnp.float32).astype(x.dtype)

    def embed(points):
        angles = points @ frequencies.T / scale + 2.0 * jnp.pi * phases
        return (2.0 / features) ** 0.5 * jnp.cos(angles)

    return embed(x) @ embed(y).T


def fourier_features_reference(seed, x, y, *, features, scale):
    frequency_key, phase_key = split_key(seeded(seed))
    shape = (features, x.shape[1])
    frequencies = standard_normals_reference(frequency_key, shape) / scale
    phases = 4 * np.pi * unit_uniforms(phase_key, (features,))
    kernel = np.zeros((len(x), len(y)))
    for i, j in np.ndindex(*kernel.shape):
        # A product of cosines is a cosine of the difference and one of the sum.
        differences = np.cos(frequencies @ x[i] - frequencies @ y[j])
        sums = np.cos(frequencies @ x[i] + frequencies @ y[j] + phases)
        kernel[i, j] = np.sum(differences + sums) / features
    return kernel


def evidence_lower_bound(key, x, weights, mean, log_variance, *, samples, beta):
    """Evidence lower bound of a Gaussian autoencoder, by draws of its latents."""
    noise = standard_normals(key, (samples, *mean.shape), x.dtype)
    latents = mean + jnp.exp(0.5 * log_variance) * noise
    residuals = x - jnp.tanh(latents @ weights)
    likelihood = -0.5 * jnp.mean(jnp.sum(jnp.square(residuals), axis=-1), axis=0)
    terms = 1.0 + log_variance - jnp.square(mean) - jnp.exp(log_variance)
    return likelihood + 0.5 * beta * jnp.sum(terms, axis=-1)


def evidence_lower_bound_reference(
    key, x, weights, mean, log_variance, *, samples, beta
):
    noise = standard_normals_reference(key, (samples, *mean.shape))
    bounds = []
    for b in range(len(x)):
        deviation = np.sqrt(np.exp(log_variance[b]))
        errors = [
            np.sum((np.tanh((mean[b] + deviation * z) @ weights) - x[b]) ** 2)
            for z in noise[:, b]
        ]
        divergence = np.sum(deviation**2 + mean[b] ** 2 - 1 - 2 * np.log(deviation))
        bounds.append(-sum(errors) / samples / 2 - beta * divergence / 2)
    return np.array(bounds)


def sparse_projection(key, points, *, dimensions):
    """Project points on sparse random signs, which keeps distances about the same."""
    faces = random.randint(key, (points.shape[1], dimensions), 0, 6, dtype=jnp.int32)
    signs = jnp.where(faces == 0, 1.0, jnp.where(faces == 1, -1.0, 0.0))
    return (3.0 / dimensions) ** 0.5 * (points @ signs.astype(points.dtype))


def sparse_projection_reference(key, points, *, dimensions):
    faces = random_integers(key, (points.shape[1], dimensions), 0, 6)
    projected = np.zeros((len(points), dimensions))
    for k in range(dimensions):
        plus, minus = faces[:, k] == 0, faces[:, k] == 1
        sums = np.sum(points[:, plus], axis=1) - np.sum(points[:, minus], axis=1)
        projected[:, k] = sums * np.sqrt(3.0 / dimensions)
    return projected
