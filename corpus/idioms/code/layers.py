"""Layers of feed-forward networks: JAX, and NumPy from the definition."""

import math
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from scipy import special


def gelu_feed_forward(x, w_in, b_in, w_out, b_out, *, approximate):
    """Position-wise feed-forward layer: expand, apply GELU, project back."""
    hidden = jax.nn.gelu(x @ w_in + b_in, approximate=approximate)
    return hidden @ w_out + b_out


def gelu_feed_forward_reference(x, w_in, b_in, w_out, b_out, *, approximate):
    z = x @ w_in + b_in
    if approximate:
        cdf = 0.5 * (1.0 + np.tanh(np.sqrt(2.0 / np.pi) * (z + 0.044715 * z**3)))
    else:
        cdf = special.ndtr(z)
    return (z * cdf) @ w_out + b_out


GATES = {
    "glu": jax.nn.sigmoid,
    "swiglu": jax.nn.silu,
    "geglu": partial(jax.nn.gelu, approximate=False),
    "bilinear": lambda gate: gate,
}


def gated_feed_forward(x, w_gate, w_up, w_down, *, variant):
    """Feed-forward layer whose hidden units are gated by a second projection."""
    return (GATES[variant](x @ w_gate) * (x @ w_up)) @ w_down


def gated_feed_forward_reference(x, w_gate, w_up, w_down, *, variant):
    output = np.zeros_like(x[:, : w_down.shape[1]])
    for row in range(x.shape[0]):
        for unit in range(w_gate.shape[1]):
            gate = np.sum(x[row] * w_gate[:, unit])
            if variant == "glu":
                gate = 1.0 / (1.0 + np.exp(-gate))
            elif variant == "swiglu":
                gate = gate / (1.0 + np.exp(-gate))
            elif variant == "geglu":
                gate = gate * special.ndtr(gate)
            output[row] += gate * np.sum(x[row] * w_up[:, unit]) * w_down[unit]
    return output


def standardize(x, eps=1e-5):
    """Layer normalization without parameters."""
    centered = x - jnp.mean(x, axis=-1, keepdims=True)
    return centered * lax.rsqrt(jnp.mean(centered**2, axis=-1, keepdims=True) + eps)


def standardized_reference(x, eps=1e-5):
    spread = np.sqrt(np.var(x, axis=-1, keepdims=True) + eps)
    return (x - np.mean(x, axis=-1, keepdims=True)) / spread


def residual_feed_forward(x, w_in, w_out, *, norm_first):
    """Residual feed-forward sublayer with normalization before or after it."""

    def sublayer(inputs):
        return jax.nn.silu(inputs @ w_in) @ w_out

    if norm_first:
        return x + sublayer(standardize(x))
    return standardize(x + sublayer(x))


def residual_feed_forward_reference(x, w_in, w_out, *, norm_first):
    branch = (standardized_reference(x) if norm_first else x) @ w_in
    branch = (branch * special.expit(branch)) @ w_out
    return x + branch if norm_first else standardized_reference(x + branch)


def squeeze_and_excite(images, w_squeeze, w_excite, b_excite, *, activation):
    """Rescale channels by a gate computed from their spatial averages."""
    squeezed = jnp.mean(images, axis=(1, 2)) @ w_squeeze
    act = jax.nn.relu if activation == "relu" else jax.nn.silu
    gate = jax.nn.sigmoid(act(squeezed) @ w_excite + b_excite)
    return images * gate[:, None, None, :]


def squeeze_and_excite_reference(images, w_squeeze, w_excite, b_excite, *, activation):
    scaled = []
    for image in images:
        pixels = image.reshape(-1, image.shape[-1])
        hidden = w_squeeze.T @ (np.sum(pixels, axis=0) / len(pixels))
        if activation == "relu":
            hidden = np.maximum(hidden, 0.0)
        else:
            hidden = hidden * special.expit(hidden)
        scaled.append(image * special.expit(w_excite.T @ hidden + b_excite))
    return np.stack(scaled)


def embed_with_sinusoids(tokens, table, *, base, interleaved):
    """Scaled token embeddings plus fixed sinusoidal encodings of their positions."""
    length, dim = tokens.shape[-1], table.shape[-1]
    exponents = jnp.arange(0, dim, 2, dtype=table.dtype) / dim
    angles = jnp.arange(length, dtype=table.dtype)[:, None] * base**-exponents
    waves = jnp.stack([jnp.sin(angles), jnp.cos(angles)], axis=-1)
    if not interleaved:
        waves = jnp.swapaxes(waves, -1, -2)
    # Scaling keeps the embeddings from being drowned out by the encodings.
    return table[tokens] * math.sqrt(dim) + waves.reshape(length, dim)


def embed_with_sinusoids_reference(tokens, table, *, base, interleaved):
    batch, length = tokens.shape
    dim = table.shape[1]
    output = np.zeros((batch, length, dim))
    for b in range(batch):
        for position in range(length):
            output[b, position] = np.sqrt(dim) * table[tokens[b, position]]
            for i in range(dim // 2):
                angle = position * base ** np.array(-2.0 * i / dim)
                even, odd = (2 * i, 2 * i + 1) if interleaved else (i, dim // 2 + i)
                output[b, position, even] += np.sin(angle)
                output[b, position, odd] += np.cos(angle)
    return output


def patch_embedding(images, kernel, class_token, positions, *, patch):
    """Embed the patches of an image linearly, behind a class token."""
    batch, height, width, channels = images.shape
    rows, cols = height // patch, width // patch
    grid = images.reshape(batch, rows, patch, cols, patch, channels)
    patches = jnp.moveaxis(grid, 3, 2).reshape(batch, rows * cols, -1)
    tokens = jnp.broadcast_to(class_token, (batch, 1, class_token.shape[-1]))
    return jnp.concatenate([tokens, patches @ kernel], axis=1) + positions


def patch_embedding_reference(images, kernel, class_token, positions, *, patch):
    batch, height, width, _ = images.shape
    output = np.zeros((batch, *positions.shape))
    for b in range(batch):
        output[b, 0] = class_token + positions[0]
        index = 1
        for top in range(0, height, patch):
            for left in range(0, width, patch):
                tile = images[b, top : top + patch, left : left + patch]
                output[b, index] = tile.reshape(-1) @ kernel + positions[index]
                index += 1
    return output


def stochastic_depth_stack(x, weights, keep, *, final_survival):
    """Residual layers, each dropped per example, deeper ones more often."""
    depth = weights.shape[0]
    layers = jnp.arange(1, depth + 1, dtype=x.dtype)
    survival = 1.0 - layers / depth * (1.0 - final_survival)

    def layer(state, params):
        weight, kept, probability = params
        branch = jnp.tanh(state @ weight) / probability
        return state + jnp.where(kept[:, None], branch, 0.0), None

    output, _ = lax.scan(layer, x, (weights, keep, survival))
    return output


def stochastic_depth_stack_reference(x, weights, keep, *, final_survival):
    depth = len(weights)
    output = x.copy()
    for level in range(depth):
        survival = 1.0 - (level + 1) / depth * (1.0 - final_survival)
        for example in range(len(x)):
            if keep[level, example]:
                branch = np.tanh(weights[level].T @ output[example])
                output[example] += branch / survival
    return output


def drop_block(images, centers, *, size):
    """Zero square blocks around the marked centers and rescale what remains."""
    blocked = lax.reduce_window(
        centers, False, lax.bitwise_or, (1, size, size), (1, 1, 1), "SAME"
    )
    kept = ~blocked
    total = jnp.sum(kept)
    # Keeps the mean activation the same; at least one unit counts as kept.
    scale = kept.size / jnp.maximum(total, 1).astype(images.dtype)
    return jnp.where(kept[..., None], images * scale, 0.0)


def drop_block_reference(images, centers, *, size):
    batch, height, width, _ = images.shape
    mask = np.ones((batch, height, width))
    before = size // 2
    for b, i, j in zip(*np.nonzero(centers)):
        top, left = max(i - before, 0), max(j - before, 0)
        mask[b, top : i - before + size, left : j - before + size] = 0.0
    scale = mask.size / np.maximum(np.sum(mask), 1.0)
    return images * mask[..., None] * scale


def scaled_weight_standardization(x, weight, gain, bias, *, eps):
    """Dense layer whose weights have zero mean and unit variance over their fan-in."""
    fan_in = weight.shape[0]
    mean = jnp.mean(weight, axis=0, keepdims=True)
    variance = jnp.var(weight, axis=0, keepdims=True)
    scale = gain * lax.rsqrt(jnp.maximum(variance * fan_in, eps))
    return x @ ((weight - mean) * scale) + bias


def scaled_weight_standardization_reference(x, weight, gain, bias, *, eps):
    output = np.zeros((len(x), weight.shape[1]))
    for unit in range(weight.shape[1]):
        column = weight[:, unit] - np.sum(weight[:, unit]) / len(weight)
        # The variance times the fan-in is the sum of squared deviations.
        norm = np.sqrt(np.maximum(np.sum(column**2), eps))
        output[:, unit] = x @ column * (gain[unit] / norm) + bias[unit]
    return output


def spectral_normalization(weight, left, *, iterations, eps):
    """Divide a matrix by its largest singular value, estimated by power iteration."""

    def unit(vector):
        return vector / (jnp.linalg.norm(vector) + eps)

    def power_step(_, vectors):
        u, _ = vectors
        v = unit(weight.T @ u)
        return unit(weight @ v), v

    start = (left, jnp.zeros_like(weight[0]))
    u, v = lax.fori_loop(0, iterations, power_step, start)
    # Gradients flow through the weight alone, not through the estimate.
    u, v = lax.stop_gradient(u), lax.stop_gradient(v)
    return weight / (u @ weight @ v), u


def spectral_normalization_reference(weight, left, *, iterations, eps):
    u = left
    for _ in range(iterations):
        v = np.einsum("mn,m->n", weight, u)
        v = v / (np.sqrt(np.sum(v * v)) + eps)
        u = np.einsum("mn,n->m", weight, v)
        u = u / (np.sqrt(np.sum(u * u)) + eps)
    sigma = np.einsum("m,mn,n->", u, weight, v)
    return weight / sigma, u


def highway_stack(x, w_transform, w_gate, b_gate, *, gate_shift):
    """Highway layers: each unit is transformed or carried on, as its gate decides."""

    def layer(carry, params):
        weight, gate_weight, gate_bias = params
        gate = jax.nn.sigmoid(carry @ gate_weight + gate_bias + gate_shift)
        candidate = jnp.tanh(carry @ weight)
        return carry + gate * (candidate - carry), gate.mean(axis=0)

    return lax.scan(layer, x, (w_transform, w_gate, b_gate))


def highway_stack_reference(x, w_transform, w_gate, b_gate, *, gate_shift):
    openness = []
    for level in range(len(w_transform)):
        logits = x @ w_gate[level] + b_gate[level] + gate_shift
        gate = 1.0 / (1.0 + np.exp(-logits))
        x = np.tanh(x @ w_transform[level]) * gate + x * (1.0 - gate)
        openness.append(np.mean(gate, axis=0))
    return x, np.stack(openness)


def feature_wise_modulation(features, condition, weight, bias, *, residual):
    """Scale and shift each feature map by functions of a conditioning vector."""
    scale, shift = jnp.split(condition @ weight + bias, 2, axis=-1)
    if residual:
        scale = 1.0 + scale
    return scale[:, None, None] * features + shift[:, None, None]


def feature_wise_modulation_reference(features, condition, weight, bias, *, residual):
    channels = features.shape[-1]
    output = np.zeros_like(features)
    for b in range(len(features)):
        for c in range(channels):
            scale = np.sum(condition[b] * weight[:, c]) + bias[c]
            if residual:
                scale = scale + 1.0
            shift = np.sum(condition[b] * weight[:, channels + c]) + bias[channels + c]
            output[b, ..., c] = features[b, ..., c] * scale + shift
    return output


def pixel_shuffle(images, *, block, channels_first):
    """Rearrange groups of channels into blocks of pixels (depth to space)."""
    batch, height, width, depth = images.shape
    channels = depth // block**2
    if channels_first:
        tiles = images.reshape(batch, height, width, channels, block, block)
        tiles = jnp.einsum("bhwcij->bhiwjc", tiles)
    else:
        tiles = images.reshape(batch, height, width, block, block, channels)
        tiles = jnp.einsum("bhwijc->bhiwjc", tiles)
    return tiles.reshape(batch, height * block, width * block, channels)


def pixel_shuffle_reference(images, *, block, channels_first):
    batch, height, width, depth = images.shape
    channels = depth // block**2
    output = np.zeros((batch, height * block, width * block, channels))
    for i in range(height * block):
        for j in range(width * block):
            offset = (i % block) * block + j % block
            pixel = images[:, i // block, j // block]
            if channels_first:
                output[:, i, j] = pixel[:, offset :: block**2]
            else:
                start = offset * channels
                output[:, i, j] = pixel[:, start : start + channels]
    return output


def maxout(x, weights, biases):
    """The largest of several affine maps, unit by unit."""
    pieces = jax.vmap(lambda weight, bias: x @ weight + bias)(weights, biases)
    return jnp.max(pieces, axis=0)


def maxout_reference(x, weights, biases):
    best = np.full((len(x), weights.shape[2]), -np.inf)
    for weight, bias in zip(weights, biases):
        best = np.maximum(best, x @ weight + bias)
    return best


def low_rank_adapter(x, weight, down, up, *, alpha, rank_stabilized):
    """Frozen dense layer with a trainable low-rank update."""
    rank = down.shape[1]
    scaling = alpha / (math.sqrt(rank) if rank_stabilized else rank)
    return x @ lax.stop_gradient(weight) + scaling * ((x @ down) @ up)


def low_rank_adapter_reference(x, weight, down, up, *, alpha, rank_stabilized):
    rank = down.shape[1]
    scaling = alpha / (np.sqrt(rank) if rank_stabilized else rank)
    merged = weight.copy()
    for r in range(rank):
        merged += scaling * np.outer(down[:, r], up[r])
    return x @ merged


def weight_decomposed_adapter(x, weight, down, up, magnitude, *, alpha):
    """Low-rank adaptation of the directions of weights whose lengths are learned."""
    adapted = weight + alpha / down.shape[1] * (down @ up)
    norms = jnp.linalg.norm(adapted, axis=0)
    return (x @ adapted) * (magnitude / norms)


def weight_decomposed_adapter_reference(x, weight, down, up, magnitude, *, alpha):
    output = np.zeros((len(x), weight.shape[1]))
    for unit in range(weight.shape[1]):
        column = weight[:, unit] + down @ up[:, unit] * (alpha / down.shape[1])
        direction = column / np.sqrt(np.sum(column**2))
        output[:, unit] = magnitude[unit] * (x @ direction)
    return output


def adaptive_layer_norm_zero(x, condition, w_modulation, w_in, w_out, *, eps):
    """Feed-forward sublayer of a diffusion transformer, modulated by its condition."""
    modulation = jax.nn.silu(condition) @ w_modulation
    shift, scale, gate = jnp.split(modulation[:, None], 3, axis=-1)
    hidden = standardize(x, eps) * (1.0 + scale) + shift
    return x + gate * (jax.nn.gelu(hidden @ w_in) @ w_out)


def adaptive_layer_norm_zero_reference(x, condition, w_modulation, w_in, w_out, *, eps):
    dim = x.shape[-1]
    output = x.copy()
    for b in range(len(x)):
        active = condition[b] / (1.0 + np.exp(-condition[b]))
        shift = active @ w_modulation[:, :dim]
        scale = active @ w_modulation[:, dim : 2 * dim]
        gate = active @ w_modulation[:, 2 * dim :]
        z = (standardized_reference(x[b], eps) * (1.0 + scale) + shift) @ w_in
        z = 0.5 * z * (1.0 + np.tanh(np.sqrt(2.0 / np.pi) * (z + 0.044715 * z**3)))
        output[b] += gate * (z @ w_out)
    return output


def radiance_field_encoding(points, *, octaves, include_input):
    """Encode coordinates by sines and cosines of doubling frequencies."""
    frequencies = math.pi * 2.0 ** jnp.arange(octaves, dtype=points.dtype)
    angles = points[..., None] * frequencies
    waves = jnp.concatenate([jnp.sin(angles), jnp.cos(angles)], axis=-1)
    encoded = waves.reshape(*points.shape[:-1], -1)
    if include_input:
        encoded = jnp.concatenate([points, encoded], axis=-1)
    return encoded


def radiance_field_encoding_reference(points, *, octaves, include_input):
    columns = list(points.T) if include_input else []
    for coordinate in points.T:
        angles = [2**k * np.pi * coordinate for k in range(octaves)]
        columns += [np.sin(angle) for angle in angles]
        columns += [np.cos(angle) for angle in angles]
    return np.stack(columns, axis=-1)


def deep_equilibrium_layer(x, w_state, w_input, bias, *, iterations, damping):
    """Damped fixed-point iteration for an infinitely deep weight-tied network."""
    injected = x @ w_input + bias

    def iterate(_, state):
        update = jnp.tanh(state @ w_state + injected)
        return (1.0 - damping) * state + damping * update

    return lax.fori_loop(0, iterations, iterate, jnp.zeros_like(injected))


def deep_equilibrium_layer_reference(x, w_state, w_input, bias, *, iterations, damping):
    states = np.zeros((len(x), len(bias)))
    for row in range(len(x)):
        z = states[row]
        for _ in range(iterations):
            z = z + damping * (np.tanh(z @ w_state + x[row] @ w_input + bias) - z)
        states[row] = z
    return states


def mixer_block(x, w_token_in, w_token_out, w_channel_in, w_channel_out):
    """Mix patches with one perceptron across tokens and one across channels."""
    tokens = jnp.swapaxes(standardize(x), -1, -2)
    mixed = jax.nn.gelu(tokens @ w_token_in) @ w_token_out
    x = x + jnp.swapaxes(mixed, -1, -2)
    return x + jax.nn.gelu(standardize(x) @ w_channel_in) @ w_channel_out


def mixer_block_reference(x, w_token_in, w_token_out, w_channel_in, w_channel_out):
    def gelu(z):
        return 0.5 * z * (1.0 + np.tanh(np.sqrt(2.0 / np.pi) * (z + 0.044715 * z**3)))

    output = x.copy()
    for b in range(len(x)):
        normed = standardized_reference(x[b])
        for channel in range(x.shape[2]):
            hidden = gelu(w_token_in.T @ normed[:, channel])
            output[b, :, channel] += w_token_out.T @ hidden
        normed = standardized_reference(output[b])
        for token in range(x.shape[1]):
            hidden = gelu(w_channel_in.T @ normed[token])
            output[b, token] += w_channel_out.T @ hidden
    return output


def spatial_gating_unit(x, w_spatial, b_spatial, *, causal):
    """Gate half of the channels by a projection of the other half across positions."""
    content, gate = jnp.split(x, 2, axis=-1)
    if causal:
        w_spatial = jnp.tril(w_spatial)
    gate = jnp.einsum("ts,bsc->btc", w_spatial, standardize(gate))
    return content * (gate + b_spatial[:, None])


def spatial_gating_unit_reference(x, w_spatial, b_spatial, *, causal):
    batch, length, channels = x.shape
    half = channels // 2
    output = np.zeros((batch, length, half))
    for b in range(batch):
        normed = standardized_reference(x[b, :, half:])
        for t in range(length):
            gate = np.zeros(half) + b_spatial[t]
            for s in range(t + 1 if causal else length):
                gate = gate + w_spatial[t, s] * normed[s]
            output[b, t] = x[b, t, :half] * gate
    return output


def squash(vectors):
    """Shrink vectors to lengths below one without turning them."""
    squared = jnp.sum(vectors**2, axis=-1, keepdims=True)
    return vectors * jnp.sqrt(squared) / (1.0 + squared)


def capsule_routing(votes, *, iterations):
    """Route the votes of lower capsules to upper ones by agreement."""
    logits = jnp.zeros_like(votes[..., 0])
    for iteration in range(iterations):
        coupling = jax.nn.softmax(logits, axis=2)
        outputs = squash(jnp.einsum("bij,bijd->bjd", coupling, votes))
        if iteration < iterations - 1:
            logits += jnp.einsum("bijd,bjd->bij", votes, outputs)
    return outputs, coupling


def capsule_routing_reference(votes, *, iterations):
    batch, lower, upper, dim = votes.shape
    outputs = np.zeros((batch, upper, dim))
    coupling = np.full((batch, lower, upper), 1.0 / upper)
    for b in range(batch):
        logits = np.zeros((lower, upper))
        for iteration in range(iterations):
            if iteration > 0:
                for j in range(upper):
                    logits[:, j] += votes[b, :, j] @ outputs[b, j]
                weights = np.exp(logits)
                coupling[b] = weights / np.sum(weights, axis=1, keepdims=True)
            for j in range(upper):
                total = np.sum(coupling[b, :, j, None] * votes[b, :, j], axis=0)
                length = np.sqrt(np.sum(total**2))
                outputs[b, j] = total * (length / (1.0 + length**2))
    return outputs, coupling


def neural_arithmetic_logic_unit(x, w_hat, m_hat, w_gate, *, eps):
    """Blend a learned sum of the inputs with a learned product of their powers."""
    # Saturates towards -1, 0 and 1, so that the layer extrapolates.
    weight = jnp.tanh(w_hat) * jax.nn.sigmoid(m_hat)
    added = x @ weight
    multiplied = jnp.exp(jnp.log(jnp.abs(x) + eps) @ weight)
    gate = jax.nn.sigmoid(x @ w_gate)
    return gate * added + (1.0 - gate) * multiplied


def neural_arithmetic_logic_unit_reference(x, w_hat, m_hat, w_gate, *, eps):
    weight = np.tanh(w_hat) / (1.0 + np.exp(-m_hat))
    total = np.einsum("bd,do->bo", x, weight)
    product = np.prod((np.abs(x)[..., None] + eps) ** weight, axis=1)
    gate = 1.0 / (1.0 + np.exp(-np.einsum("bd,do->bo", x, w_gate)))
    return gate * total + (1.0 - gate) * product


def kolmogorov_arnold_layer(x, base_weight, spline_weight, *, intervals, degree):
    """Sum over inputs of learned splines, one for each pair of input and output."""
    spacing = 2.0 / intervals
    knots = -1.0 + spacing * jnp.arange(-degree, intervals + degree + 1, dtype=x.dtype)
    points = x[..., None]
    basis = ((knots[:-1] <= points) & (points < knots[1:])).astype(x.dtype)
    for k in range(1, degree + 1):
        rising = (points - knots[: -k - 1]) / (k * spacing)
        falling = (knots[k + 1 :] - points) / (k * spacing)
        basis = rising * basis[..., :-1] + falling * basis[..., 1:]
    return jax.nn.silu(x) @ base_weight + jnp.einsum(
        "bik,iok->bo", basis, spline_weight
    )


def kolmogorov_arnold_layer_reference(
    x, base_weight, spline_weight, *, intervals, degree
):
    # Differences of truncated powers; splines are symmetric, so their rising half does.
    count = intervals + degree
    places = (x[..., None] + 1.0) * intervals / 2.0 + degree - np.arange(count)
    places = np.minimum(places, degree + 1 - places)
    basis = sum(
        (-1) ** j
        * math.comb(degree + 1, j)
        * np.prod(np.stack([np.maximum(places - j, 0.0)] * degree), axis=0)
        for j in range(degree // 2 + 1)
    ) / math.factorial(degree)
    output = (x / (1.0 + np.exp(-x))) @ base_weight
    return output + np.einsum("bik,iok->bo", basis, spline_weight)


def factorization_machine(x, bias, linear, factors):
    """Linear model plus all pairwise interactions, in linear time."""
    # The pairs are half of the square of the sum less the sum of the squares.
    square_of_sum = jnp.square(x @ factors)
    sum_of_squares = jnp.square(x) @ jnp.square(factors)
    pairwise = 0.5 * jnp.sum(square_of_sum - sum_of_squares, axis=-1)
    return bias + x @ linear + pairwise


def factorization_machine_reference(x, bias, linear, factors):
    scores = np.sum(x * linear, axis=1) + bias
    for i in range(x.shape[1]):
        for j in range(i + 1, x.shape[1]):
            scores += x[:, i] * x[:, j] * np.sum(factors[i] * factors[j])
    return scores


def cross_network(x, weights, biases):
    """Explicit feature crosses: every layer multiplies by the network's input again."""

    def cross(state, layer):
        weight, bias = layer
        return x * (state @ weight + bias) + state, None

    crossed, _ = lax.scan(cross, x, (weights, biases))
    return crossed


def cross_network_reference(x, weights, biases):
    output = np.zeros_like(x)
    for row in range(len(x)):
        state = x[row]
        for weight, bias in zip(weights, biases):
            state = np.diag(x[row]) @ (weight.T @ state + bias) + state
        output[row] = state
    return output


def reversible_stack(left, right, f_weights, g_weights, *, inverse):
    """Additively coupled residual layers, run forwards or undone from the top."""

    def forward(halves, weights):
        x1, x2 = halves
        f_weight, g_weight = weights
        y1 = x1 + jnp.tanh(x2 @ f_weight)
        return (y1, x2 + jnp.tanh(y1 @ g_weight)), None

    def backward(halves, weights):
        y1, y2 = halves
        f_weight, g_weight = weights
        x2 = y2 - jnp.tanh(y1 @ g_weight)
        return (y1 - jnp.tanh(x2 @ f_weight), x2), None

    step = backward if inverse else forward
    stack = (f_weights, g_weights)
    halves, _ = lax.scan(step, (left, right), stack, reverse=inverse)
    return halves


def reversible_stack_reference(left, right, f_weights, g_weights, *, inverse):
    layers = range(len(f_weights))
    for i in reversed(layers) if inverse else layers:
        if inverse:
            right = right - np.tanh(left @ g_weights[i])
            left = left - np.tanh(right @ f_weights[i])
        else:
            left = left + np.tanh(right @ f_weights[i])
            right = right + np.tanh(left @ g_weights[i])
    return left, right
