"""Initializers: JAX, and NumPy from the definition."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from scipy import special


def orthonormal(normals):
    """A uniformly distributed matrix with orthonormal rows or columns."""
    rows, columns = normals.shape
    tall = normals if rows >= columns else normals.T
    q, r = jnp.linalg.qr(tall)
    # The decomposition is unique, and the result uniform, with a positive diagonal.
    q = q * jnp.sign(jnp.diagonal(r))
    return q if rows >= columns else q.T


def orthonormal_reference(normals):
    rows, columns = normals.shape
    tall = normals if rows >= columns else normals.T
    # With A = QR, the Gram matrix of A is that of R.
    lower = np.linalg.cholesky(tall.T @ tall)
    q = np.linalg.solve(lower, tall.T)
    return q.T if rows >= columns else q


def orthogonal_init(normals, *, gain):
    """Orthogonal weights from Gaussian noise, times the gain of a nonlinearity."""
    gains = {"linear": 1.0, "tanh": 5.0 / 3.0, "relu": 2.0**0.5}
    return gains[gain] * orthonormal(normals)


def orthogonal_init_reference(normals, *, gain):
    factor = {"linear": 1.0, "tanh": 5.0 / 3.0, "relu": np.sqrt(2.0)}[gain]
    return orthonormal_reference(normals) * factor


def delta_orthogonal_init(normals, *, size):
    """Convolution kernels that are orthogonal at their center and zero elsewhere."""
    kernel = jnp.zeros((size, size, *normals.shape), dtype=normals.dtype)
    return kernel.at[size // 2, size // 2].set(orthonormal(normals))


def delta_orthogonal_init_reference(normals, *, size):
    center = np.zeros((size, size))
    center[(size - 1) // 2, (size - 1) // 2] = 1.0
    return center[:, :, None, None] * orthonormal_reference(normals)


def looks_linear_init(normals):
    """Weights under which a network of concatenated rectifiers is linear at first."""
    q = orthonormal(normals)
    return jnp.block([[q, -q], [-q, q]])


def looks_linear_init_reference(normals):
    signs = np.array([[1.0, -1.0], [-1.0, 1.0]])
    return np.kron(signs, orthonormal_reference(normals))


def variance_scaling_init(uniforms, *, scale, mode, distribution):
    """Scale uniform noise for a convolution so that signals keep their variance."""
    *window, inputs, outputs = uniforms.shape
    field = window[0] * window[1]
    fan_in, fan_out = field * inputs, field * outputs
    fans = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}
    variance = scale / fans[mode]
    if distribution == "uniform":
        return jnp.sqrt(3.0 * variance) * (2.0 * uniforms - 1.0)
    # Two standard deviations on either side, of what then has unit variance.
    edge = lax.erf(jnp.sqrt(jnp.asarray(2.0, dtype=uniforms.dtype)))
    normals = jnp.sqrt(2.0) * lax.erf_inv(edge * (2.0 * uniforms - 1.0))
    return jnp.sqrt(variance) / 0.87962566103423978 * normals


def variance_scaling_init_reference(uniforms, *, scale, mode, distribution):
    height, width, inputs, outputs = uniforms.shape
    fan_in, fan_out = inputs * height * width, outputs * height * width
    fan = {"fan_in": fan_in, "fan_out": fan_out}.get(mode, (fan_in + fan_out) / 2)
    if distribution == "uniform":
        limit = np.sqrt(3.0 * scale / fan)
        return uniforms * limit - (1.0 - uniforms) * limit
    low = special.ndtr(-2.0)
    quantiles = special.ndtri(low + uniforms * (1.0 - 2.0 * low))
    density = np.exp(-2.0) / np.sqrt(2.0 * np.pi)
    spread = np.sqrt(1.0 - 4.0 * density / (1.0 - 2.0 * low))
    return quantiles * np.sqrt(scale / fan) / spread


def truncated_normal_init(uniforms, mean, *, deviation, lower, upper):
    """Gaussian noise between two bounds, by the inverse of its distribution."""
    root_two = jnp.sqrt(jnp.asarray(2.0, dtype=uniforms.dtype))
    low, high = lax.erf(lower / root_two), lax.erf(upper / root_two)
    normals = root_two * lax.erf_inv(low + uniforms * (high - low))
    # Rounding may have led slightly out of the interval.
    return mean + deviation * jnp.clip(normals, lower, upper)


def truncated_normal_init_reference(uniforms, mean, *, deviation, lower, upper):
    low, high = special.ndtr(np.array(lower)), special.ndtr(np.array(upper))
    return deviation * special.ndtri((1.0 - uniforms) * low + uniforms * high) + mean


def sparse_init(normals, scores, *, nonzero, deviation):
    """Weights with few inputs to each unit, those whose scores are lowest."""
    ranks = jnp.argsort(jnp.argsort(scores, axis=0), axis=0)
    return jnp.where(ranks < nonzero, deviation * normals, 0.0)


def sparse_init_reference(normals, scores, *, nonzero, deviation):
    weights = np.zeros(normals.shape)
    for unit in range(normals.shape[1]):
        for i in np.argsort(scores[:, unit])[:nonzero]:
            weights[i, unit] = deviation * normals[i, unit]
    return weights


def siren_init(uniforms, bias_uniforms, *, omega, is_first):
    """A layer of a network with sine activations of a high frequency."""
    inputs = uniforms.shape[0]
    limit = 1.0 / inputs if is_first else (6.0 / inputs) ** 0.5 / omega
    return {
        "weights": omega * limit * (2.0 * uniforms - 1.0),
        "biases": inputs**-0.5 * (2.0 * bias_uniforms - 1.0),
    }


def siren_init_reference(uniforms, bias_uniforms, *, omega, is_first):
    inputs, outputs = uniforms.shape
    weights, biases = np.zeros((inputs, outputs)), np.zeros(outputs)
    bound = omega / inputs if is_first else np.sqrt(6.0 / inputs)
    for j in range(outputs):
        biases[j] = (bias_uniforms[j] - 0.5) * 2.0 / np.sqrt(inputs)
        for i in range(inputs):
            weights[i, j] = -bound + 2.0 * bound * uniforms[i, j]
    return {"weights": weights, "biases": biases}


def chrono_init(uniforms, *, longest):
    """Gate biases for which a recurrent network's memories last for given times."""
    times = 1.0 + uniforms * (longest - 2.0)
    forget = jnp.log(times)
    return {"forget": forget, "input": -forget}


def chrono_init_reference(uniforms, *, longest):
    # A gate of 1 - 1 / (1 + T) keeps a memory for about T steps.
    gates = 1.0 - 1.0 / (1.0 + (1.0 - uniforms) + uniforms * (longest - 1.0))
    logits = np.log(gates / (1.0 - gates))
    return {"forget": logits, "input": -logits}


def ring_init(radius_uniforms, phase_uniforms, *, smallest, largest, max_phase):
    """Log moduli and phases of eigenvalues that are uniform on a ring."""
    squares = radius_uniforms * (largest**2 - smallest**2) + smallest**2
    log_decay = jnp.log(-0.5 * jnp.log(squares))
    log_phase = jnp.log(max_phase * phase_uniforms)
    # Normalize inputs so that states have unit variance for white noise.
    modulus = jnp.exp(-jnp.exp(log_decay))
    log_gain = 0.5 * jnp.log((1.0 - modulus) * (1.0 + modulus))
    return {"log_decay": log_decay, "log_phase": log_phase, "log_gain": log_gain}


def ring_init_reference(
    radius_uniforms, phase_uniforms, *, smallest, largest, max_phase
):
    inner, outer = smallest * smallest, largest * largest
    areas = (1.0 - radius_uniforms) * inner + radius_uniforms * outer
    log_decay = np.log(-np.log(np.sqrt(areas)))
    moduli = np.exp(-np.exp(log_decay))
    return {
        "log_decay": log_decay,
        "log_phase": np.log(np.array(max_phase)) + np.log(phase_uniforms),
        "log_gain": np.log(np.sqrt((1.0 - moduli) * (1.0 + moduli))),
    }


def step_size_bias_init(uniforms, *, shortest, longest, floor):
    """Biases whose softplus is distributed uniformly on a logarithmic scale."""
    low, high = jnp.log(shortest), jnp.log(longest)
    steps = jnp.exp(low + uniforms * (high - low))
    steps = jnp.maximum(steps, floor)
    # The inverse of the softplus, stable for small steps.
    return steps + jnp.log(-jnp.expm1(-steps))


def step_size_bias_init_reference(uniforms, *, shortest, longest, floor):
    ratio = np.array(longest / shortest)
    steps = np.maximum(shortest * np.power(ratio, uniforms), floor)
    return np.log(np.expm1(steps))


def unit_variance_init(normals, batch, *, activation):
    """Orthogonal layers, each rescaled so that its outputs have unit variance."""
    functions = {"tanh": jnp.tanh, "relu": jax.nn.relu, "linear": lambda x: x}

    def rescale(inputs, layer):
        weights = orthonormal(layer)
        weights = weights / jnp.std(inputs @ weights)
        return functions[activation](inputs @ weights), weights

    outputs, weights = lax.scan(rescale, batch, normals)
    return weights, outputs


def unit_variance_init_reference(normals, batch, *, activation):
    layers, inputs = [], batch
    for layer in normals:
        weights = orthonormal_reference(layer)
        outputs = np.einsum("ni,io->no", inputs, weights)
        center = np.sum(outputs) / outputs.size
        spread = np.sqrt(np.sum((outputs - center) ** 2) / outputs.size)
        layers.append(weights / spread)
        inputs = outputs / spread
        if activation == "tanh":
            inputs = np.tanh(inputs)
        elif activation == "relu":
            inputs = np.maximum(inputs, 0.0)
    return np.array(layers), inputs


def weight_norm_init(directions, batch, *, scale):
    """Gains and biases that standardize the outputs of a weight-normalized layer."""
    norms = jnp.linalg.norm(directions, axis=0)
    outputs = batch @ (directions / norms)
    mean, deviation = jnp.mean(outputs, axis=0), jnp.std(outputs, axis=0)
    gains = scale / (deviation + 1e-3)
    return {"gains": gains, "biases": -mean * gains}


def weight_norm_init_reference(directions, batch, *, scale):
    count, units = len(batch), directions.shape[1]
    gains, biases = np.zeros(units), np.zeros(units)
    for j in range(units):
        direction = directions[:, j]
        norm = np.sqrt(np.sum(direction**2))
        outputs = [np.sum(x * direction) / norm for x in batch]
        mean = sum(outputs) / count
        variance = sum((t - mean) ** 2 for t in outputs) / count
        gains[j] = scale / (np.sqrt(variance) + 1e-3)
        biases[j] = -gains[j] * mean
    return {"gains": gains, "biases": biases}


def nguyen_widrow_init(uniforms, bias_uniforms, *, overlap):
    """Hidden units whose active regions are spread evenly over the inputs' range."""
    inputs, hidden = uniforms.shape
    length = overlap * hidden ** (1.0 / inputs)
    weights = 2.0 * uniforms - 1.0
    weights = length * weights / jnp.linalg.norm(weights, axis=0)
    return weights, length * (2.0 * bias_uniforms - 1.0)


def nguyen_widrow_init_reference(uniforms, bias_uniforms, *, overlap):
    inputs, hidden = uniforms.shape
    length = overlap * np.exp(np.log(hidden) / inputs)
    weights = np.zeros((inputs, hidden))
    for unit in range(hidden):
        ray = uniforms[:, unit] - 0.5
        weights[:, unit] = ray * length / np.sqrt(np.sum(ray * ray))
    return weights, (bias_uniforms - 0.5) * (2.0 * length)


def random_fourier_features(x, frequencies, phases, *, length_scale):
    """Features whose inner products approximate a Gaussian kernel."""
    count = frequencies.shape[1]
    angles = x @ frequencies / length_scale + 2.0 * jnp.pi * phases
    features = jnp.sqrt(2.0 / count) * jnp.cos(angles)
    return features, features @ features.T


def random_fourier_features_reference(x, frequencies, phases, *, length_scale):
    size, count = len(x), frequencies.shape[1]
    features, kernel = np.zeros((size, count)), np.zeros((size, size))
    for k in range(count):
        for n in range(size):
            angle = np.sum(x[n] * frequencies[:, k]) / length_scale
            turn = 2.0 * np.pi * phases[k]
            wave = np.cos(angle) * np.cos(turn) - np.sin(angle) * np.sin(turn)
            features[n, k] = wave * np.sqrt(2.0 / count)
        kernel = kernel + features[:, k][:, None] * features[:, k]
    return features, kernel


def orthogonal_random_features(x, normals, lengths):
    """Random features of a Gaussian kernel with orthogonal frequencies."""
    directions = orthonormal(normals)
    projected = x @ (directions * lengths)
    features = jnp.concatenate([jnp.cos(projected), jnp.sin(projected)], axis=-1)
    return features / jnp.sqrt(len(lengths))


def orthogonal_random_features_reference(x, normals, lengths):
    count = len(lengths)
    directions = orthonormal_reference(normals)
    features = np.zeros((len(x), 2 * count))
    for k in range(count):
        angles = lengths[k] * np.sum(x * directions[:, k], axis=1)
        features[:, k] = np.cos(angles) / np.sqrt(count)
        features[:, count + k] = np.sin(angles) / np.sqrt(count)
    return features


def widen_layer(weights_in, biases, weights_out, sources):
    """Add hidden units that copy others, leaving the network's function as it is."""
    hidden = weights_in.shape[1]
    origins = jnp.concatenate([jnp.arange(hidden, dtype=sources.dtype), sources])
    copies = jnp.bincount(origins, length=hidden)
    # Units that were copied share their outgoing weights.
    shared = weights_out / copies[:, None]
    return weights_in[:, origins], biases[origins], shared[origins]


def widen_layer_reference(weights_in, biases, weights_out, sources):
    hidden = len(biases)
    copied = [int(source) for source in sources]
    into = [weights_in[:, j] for j in range(hidden)]
    out = [weights_out[j] / (1 + copied.count(j)) for j in range(hidden)]
    wider = [biases[j] for j in range(hidden)]
    for j in copied:
        into.append(weights_in[:, j])
        wider.append(biases[j])
        out.append(weights_out[j] / (1 + copied.count(j)))
    return np.array(into).T, np.array(wider), np.array(out)
