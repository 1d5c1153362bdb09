"""Variants of normalization: JAX, and NumPy from the definition."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def batch_norm(x, scale, bias, running_mean, running_var, *, training, eps):
    """Normalize channels by statistics of the batch, or by running ones."""
    if training:
        mean = jnp.mean(x, axis=(0, 1, 2))
        var = jnp.var(x, axis=(0, 1, 2))
        running_mean = 0.9 * running_mean + 0.1 * mean
        running_var = 0.9 * running_var + 0.1 * var
    else:
        mean, var = running_mean, running_var
    normed = (x - mean) * lax.rsqrt(var + eps) * scale + bias
    return normed, running_mean, running_var


def batch_norm_reference(x, scale, bias, running_mean, running_var, *, training, eps):
    channels = x.shape[-1]
    output = np.zeros_like(x)
    means, variances = running_mean.copy(), running_var.copy()
    for c in range(channels):
        mean, variance = running_mean[c], running_var[c]
        if training:
            values = x[..., c].reshape(-1)
            mean = np.sum(values) / len(values)
            variance = np.sum((values - mean) ** 2) / len(values)
            means[c] += 0.1 * (mean - running_mean[c])
            variances[c] += 0.1 * (variance - running_var[c])
        output[..., c] = scale[c] * (x[..., c] - mean) / np.sqrt(variance + eps)
        output[..., c] += bias[c]
    return output, means, variances


def group_norm(x, scale, bias, *, groups, eps):
    """Normalize groups of channels, each example on its own."""
    batch, height, width, channels = x.shape
    grouped = x.reshape(batch, height, width, groups, channels // groups)
    mean = jnp.mean(grouped, axis=(1, 2, 4), keepdims=True)
    var = jnp.var(grouped, axis=(1, 2, 4), keepdims=True)
    normed = (grouped - mean) * lax.rsqrt(var + eps)
    return normed.reshape(x.shape) * scale + bias


def group_norm_reference(x, scale, bias, *, groups, eps):
    size = x.shape[-1] // groups
    output = np.zeros_like(x)
    for b in range(len(x)):
        for g in range(groups):
            part = slice(g * size, (g + 1) * size)
            block = x[b, :, :, part]
            mean = np.sum(block) / block.size
            deviation = np.sqrt(np.sum((block - mean) ** 2) / block.size + eps)
            output[b, :, :, part] = (block - mean) / deviation
    return output * scale + bias


def adaptive_instance_norm(content, style, *, strength, eps):
    """Give the content's feature maps the means and deviations of the style's."""

    def moments(x):
        mean = jnp.mean(x, axis=(1, 2), keepdims=True)
        return mean, jnp.sqrt(jnp.var(x, axis=(1, 2), keepdims=True) + eps)

    content_mean, content_std = moments(content)
    style_mean, style_std = moments(style)
    stylized = style_std * (content - content_mean) / content_std + style_mean
    return strength * stylized + (1.0 - strength) * content


def adaptive_instance_norm_reference(content, style, *, strength, eps):
    output = content * (1.0 - strength)
    for b in range(content.shape[0]):
        for c in range(content.shape[3]):
            pixels, target = content[b, :, :, c], style[b, :, :, c]
            gain = np.sqrt((np.var(target) + eps) / (np.var(pixels) + eps))
            moved = (pixels - np.mean(pixels)) * gain + np.mean(target)
            output[b, :, :, c] += strength * moved
    return output


def local_response_norm(images, *, size, alpha, beta):
    """Divide each channel by a power of the energy of its neighbors."""
    half = size // 2
    padding = ((0, 0), (0, 0), (0, 0), (half, half))
    energy = lax.reduce_window(
        images**2, 0.0, lax.add, (1, 1, 1, size), (1, 1, 1, 1), padding
    )
    return images / (2.0 + alpha * energy) ** beta


def local_response_norm_reference(images, *, size, alpha, beta):
    channels = images.shape[-1]
    output = np.zeros_like(images)
    for c in range(channels):
        total = np.zeros_like(images[..., 0])
        for n in range(max(0, c - size // 2), min(channels, c + size // 2 + 1)):
            total += images[..., n] ** 2
        output[..., c] = images[..., c] * np.exp(-beta * np.log(2.0 + alpha * total))
    return output


def filter_response_norm(x, gamma, beta, threshold, *, eps):
    """Divide feature maps by their root mean squares, then cut them at a level."""
    energy = jnp.mean(jnp.square(x), axis=(1, 2), keepdims=True)
    normed = x * lax.rsqrt(energy + eps)
    return jnp.maximum(gamma * normed + beta, threshold)


def filter_response_norm_reference(x, gamma, beta, threshold, *, eps):
    batch, height, width, channels = x.shape
    output = np.zeros_like(x)
    for b in range(batch):
        for c in range(channels):
            energy = np.sum(x[b, :, :, c] ** 2) / (height * width)
            line = gamma[c] / np.sqrt(energy + eps) * x[b, :, :, c] + beta[c]
            output[b, :, :, c] = np.where(line > threshold[c], line, threshold[c])
    return output


def dynamic_tanh(x, alpha, scale, bias):
    """Squash features by a learned slope in place of normalizing them."""
    return scale * jnp.tanh(alpha * x) + bias


def dynamic_tanh_reference(x, alpha, scale, bias):
    return bias + scale * (1.0 - 2.0 / (np.exp(2.0 * alpha * x) + 1.0))


def batch_renorm(x, running_mean, running_std, *, r_max, d_max, momentum):
    """Batch normalization, corrected towards what the running statistics would give."""
    mean = jnp.mean(x, axis=0)
    std = jnp.sqrt(jnp.var(x, axis=0) + 1e-3)
    # The corrections count as constants in the backward pass.
    r = lax.stop_gradient(jnp.clip(std / running_std, 1.0 / r_max, r_max))
    d = lax.stop_gradient(jnp.clip((mean - running_mean) / running_std, -d_max, d_max))
    normed = (x - mean) / std * r + d
    new_mean = running_mean + momentum * (mean - running_mean)
    new_std = running_std + momentum * (std - running_std)
    return normed, new_mean, new_std


def batch_moments_reference(x):
    mean = np.sum(x, axis=0) / len(x)
    return mean, np.sqrt(np.sum((x - mean) ** 2, axis=0) / len(x) + 1e-3)


def batch_renorm_reference(x, running_mean, running_std, *, r_max, d_max, momentum):
    mean, std = batch_moments_reference(x)
    r = np.minimum(np.maximum(std / running_std, 1.0 / r_max), r_max)
    d = np.minimum(np.maximum((mean - running_mean) / running_std, -d_max), d_max)
    new_mean = momentum * mean + (1.0 - momentum) * running_mean
    new_std = momentum * std + (1.0 - momentum) * running_std
    # Anew, since a compiler may round the moments differently in each place.
    mean, std = batch_moments_reference(x)
    inverse = 1.0 / std
    rows = [(row - mean) * inverse * r + d for row in x]
    return np.stack(rows), new_mean, new_std


def global_response_norm(x, gamma, beta, *, eps):
    """Make feature maps compete by the share each has of their overall strength."""
    strength = jnp.sqrt(jnp.sum(x**2, axis=(1, 2), keepdims=True))
    share = strength / (jnp.mean(strength, axis=-1, keepdims=True) + eps)
    return gamma * (x * share) + beta + x


def global_response_norm_reference(x, gamma, beta, *, eps):
    output = np.zeros_like(x)
    for b in range(len(x)):
        channels = x[b].reshape(-1, x.shape[-1]).T
        strengths = np.array([np.sqrt(np.sum(channel**2)) for channel in channels])
        shares = strengths / (np.sum(strengths) / len(strengths) + eps)
        output[b] = x[b] * (1.0 + gamma * shares) + beta
    return output


def iterative_whitening(x, *, iterations, eps):
    """Whiten features by Newton's iteration for the inverse square root."""
    count, dim = x.shape
    eye = jnp.eye(dim, dtype=x.dtype)
    centered = x - jnp.mean(x, axis=0)
    covariance = centered.T @ centered / count + eps * eye
    # Dividing by the trace brings the eigenvalues into the region of convergence.
    trace = jnp.trace(covariance)
    normalized = covariance / trace

    def newton(_, root):
        return 0.5 * (3.0 * root - root @ root @ root @ normalized)

    root = lax.fori_loop(0, iterations, newton, eye)
    return centered @ (root / jnp.sqrt(trace))


def iterative_whitening_reference(x, *, iterations, eps):
    dim = x.shape[1]
    centered = np.stack([column - np.sum(column) / len(x) for column in x.T])
    covariance = np.zeros((dim, dim))
    for i in range(dim):
        for j in range(dim):
            covariance[i, j] = np.sum(centered[i] * centered[j]) / len(x)
        covariance[i, i] += eps
    total = np.sum(np.diag(covariance))
    root = np.eye(dim)
    for _ in range(iterations):
        cube = np.einsum("ij,jk,kl->il", root, root, root)
        root = 1.5 * root - cube @ covariance / (2.0 * total)
    return (root @ centered / np.sqrt(total)).T


def switchable_norm(x, mean_logits, var_logits, scale, bias, *, eps):
    """Normalize with learned mixtures of instance, layer and batch statistics."""
    axes = ((1, 2), (1, 2, 3), (0, 1, 2))
    mean_weights = jax.nn.softmax(mean_logits)
    var_weights = jax.nn.softmax(var_logits)
    means = [jnp.mean(x, axis=axis, keepdims=True) for axis in axes]
    variances = [jnp.var(x, axis=axis, keepdims=True) for axis in axes]
    mean = sum(w * value for w, value in zip(mean_weights, means))
    var = sum(w * value for w, value in zip(var_weights, variances))
    return (x - mean) * lax.rsqrt(var + eps) * scale + bias


def switchable_norm_reference(x, mean_logits, var_logits, scale, bias, *, eps):
    mean_shares = np.exp(mean_logits) / np.sum(np.exp(mean_logits))
    var_shares = np.exp(var_logits) / np.sum(np.exp(var_logits))
    mean = var = 0.0
    # Within an image and channel, an image, and a channel.
    for k, axes in enumerate([(1, 2), (1, 2, 3), (0, 1, 2)]):
        mean = mean + mean_shares[k] * np.mean(x, axis=axes, keepdims=True)
        var = var + var_shares[k] * np.var(x, axis=axes, keepdims=True)
    return (x - mean) / np.sqrt(var + eps) * scale + bias


def ghost_batch_norm(x, running_mean, running_var, *, ghosts, momentum):
    """Normalize slices of a large batch separately, as if each were a batch."""
    slices = x.reshape(ghosts, -1, x.shape[-1])
    mean, var = jnp.mean(slices, axis=1), jnp.var(slices, axis=1)
    normed = (slices - mean[:, None]) * lax.rsqrt(var[:, None] + 1e-3)

    def track(running, batch):
        new = jax.tree.map(
            lambda r, b: momentum * r + (1.0 - momentum) * b, running, batch
        )
        return new, None

    running, _ = lax.scan(track, (running_mean, running_var), (mean, var))
    return normed.reshape(x.shape), *running


def ghost_batch_norm_reference(x, running_mean, running_var, *, ghosts, momentum):
    size = len(x) // ghosts
    output = np.zeros_like(x)
    for start in range(0, len(x), size):
        batch = x[start : start + size]
        mean = np.mean(batch, axis=0)
        variance = np.mean((batch - mean) ** 2, axis=0)
        output[start : start + size] = (batch - mean) / np.sqrt(variance + 1e-3)
        running_mean = running_mean * momentum + mean * (1.0 - momentum)
        running_var = running_var * momentum + variance * (1.0 - momentum)
    return output, running_mean, running_var


def safe_unit_vectors(x, valid, *, axis):
    """Directions and lengths of vectors; the gradient is zero where one is left out."""
    valid = jnp.expand_dims(valid, axis)
    squared = jnp.sum(jnp.where(valid, x * x, 0.0), axis=axis, keepdims=True)
    occupied = squared > 0.0
    # Two selections: the square root must not see the zeros, not even in the gradient.
    length = jnp.where(occupied, jnp.sqrt(jnp.where(occupied, squared, 1.0)), 0.0)
    direction = jnp.where(valid, x / jnp.where(occupied, length, 1.0), 0.0)
    return direction, jnp.squeeze(length, axis)


def safe_unit_vectors_reference(x, valid, *, axis):
    directions = np.zeros_like(np.moveaxis(x, axis, 0))
    lengths = np.zeros(valid.shape)
    for index in np.ndindex(*valid.shape):
        vector = np.moveaxis(x, axis, -1)[index]
        if valid[index] and np.any(vector != 0.0):
            lengths[index] = np.sqrt(np.sum(vector**2))
            directions[(slice(None), *index)] = vector / lengths[index]
    return np.moveaxis(directions, 0, axis), lengths


def signed_power_norm(x, *, power, eps):
    """Flatten peaks by a signed power, then scale to unit length."""
    powered = jnp.sign(x) * jnp.abs(x) ** power
    return powered / (jnp.linalg.norm(powered, axis=-1, keepdims=True) + eps)


def signed_power_norm_reference(x, *, power, eps):
    output = np.zeros_like(x)
    for row in range(len(x)):
        # The squares of the powers are the powers of the squares.
        length = np.sqrt(np.sum((x[row] ** 2) ** power)) + eps
        positive = np.where(x[row] > 0.0, np.abs(x[row]) ** power, 0.0)
        negative = np.where(x[row] < 0.0, np.abs(x[row]) ** power, 0.0)
        output[row] = (positive - negative) / length
    return output


def observation_normalizer(batch, count, mean, var, *, limit):
    """Merge a batch into running moments, then standardize and clip it with them."""
    batch_count = batch.shape[0]
    total = count + batch_count
    delta = jnp.mean(batch, axis=0) - mean
    new_mean = mean + delta * batch_count / total
    spread = var * count + jnp.var(batch, axis=0) * batch_count
    new_var = (spread + delta**2 * count * batch_count / total) / total
    standardized = (batch - new_mean) / jnp.sqrt(new_var + 1e-8)
    return jnp.clip(standardized, -limit, limit), total, new_mean, new_var


def observation_normalizer_reference(batch, count, mean, var, *, limit):
    total = count + len(batch)
    center = mean + (np.mean(batch, axis=0) - mean) * (len(batch) / total)
    # Second moments about the new mean of what was seen before and of the batch.
    second = count * (var + (mean - center) ** 2)
    for row in batch:
        second = second + (row - center) ** 2
    scale = np.sqrt(second / total + 1e-8)
    rows = [np.minimum(np.maximum((r - center) / scale, -limit), limit) for r in batch]
    return np.stack(rows), total, center, second / total


def masked_batch_norm(x, lengths, scale, bias, *, eps):
    """Batch normalization of padded sequences, by statistics of valid steps."""
    valid = (jnp.arange(x.shape[1]) < lengths[:, None])[..., None]
    mean = jnp.mean(x, axis=(0, 1), where=valid)
    var = jnp.var(x, axis=(0, 1), where=valid)
    normed = (x - mean) * lax.rsqrt(var + eps) * scale + bias
    return jnp.where(valid, normed, 0.0)


def masked_batch_norm_reference(x, lengths, scale, bias, *, eps):
    steps = np.concatenate([x[b, :length] for b, length in enumerate(lengths)])
    mean = np.sum(steps, axis=0) / len(steps)
    variance = np.sum((steps - mean) ** 2, axis=0) / len(steps)
    output = np.zeros_like(x)
    for b, length in enumerate(lengths):
        for t in range(length):
            normed = (x[b, t] - mean) / np.sqrt(variance + eps)
            output[b, t] = scale * normed + bias
    return output


def class_adaptive_norm(x, labels, gammas, betas, *, eps):
    """Normalize feature maps, then modulate each pixel by parameters of its class."""
    mean = jnp.mean(x, axis=(0, 1, 2))
    var = jnp.var(x, axis=(0, 1, 2))
    normed = (x - mean) * lax.rsqrt(var + eps)
    # The label map is finer than the features; each pixel takes its nearest label.
    rows = jnp.arange(x.shape[1]) * labels.shape[1] // x.shape[1]
    cols = jnp.arange(x.shape[2]) * labels.shape[2] // x.shape[2]
    nearest = labels[:, rows[:, None], cols[None, :]]
    return normed * gammas[nearest] + betas[nearest]


def class_adaptive_norm_reference(x, labels, gammas, betas, *, eps):
    batch, height, width, channels = x.shape
    flat = x.reshape(-1, channels)
    center = np.mean(flat, axis=0)
    deviation = np.sqrt(np.mean((flat - center) ** 2, axis=0) + eps)
    output = np.zeros_like(x)
    for b in range(batch):
        for i in range(height):
            for j in range(width):
                row, col = i * labels.shape[1] // height, j * labels.shape[2] // width
                label = labels[b, row, col]
                normed = (x[b, i, j] - center) / deviation
                output[b, i, j] = gammas[label] * normed + betas[label]
    return output
