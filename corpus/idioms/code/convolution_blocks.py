"""Blocks of convolutional networks: JAX, and NumPy from the definition."""

import math

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from scipy import special


def conv2d(x, kernel, stride=1, dilation=1, groups=1, padding="SAME"):
    """Convolve images that have their channels last."""
    return lax.conv_general_dilated(
        x,
        kernel,
        (stride, stride),
        padding,
        rhs_dilation=(dilation, dilation),
        dimension_numbers=("NHWC", "HWIO", "NHWC"),
        feature_group_count=groups,
    )


def conv2d_reference(x, kernel, stride=1, dilation=1, groups=1):
    batch, height, width, channels = x.shape
    kh, kw, _, outputs = kernel.shape
    rows, cols = -(-height // stride), -(-width // stride)
    spans = [(kh - 1) * dilation + 1, (kw - 1) * dilation + 1]
    extra = [
        max((rows - 1) * stride + spans[0] - height, 0),
        max((cols - 1) * stride + spans[1] - width, 0),
    ]
    padded = np.zeros((batch, height + extra[0], width + extra[1], channels))
    top, left = extra[0] // 2, extra[1] // 2
    padded[:, top : top + height, left : left + width] = x
    windows = np.lib.stride_tricks.sliding_window_view(padded, spans, (1, 2))
    windows = windows[:, ::stride, ::stride, :, ::dilation, ::dilation]
    parts = []
    for g in range(groups):
        ins = slice(g * channels // groups, (g + 1) * channels // groups)
        outs = slice(g * outputs // groups, (g + 1) * outputs // groups)
        parts.append(
            np.einsum("bijchw,hwco->bijo", windows[:, :, :, ins], kernel[..., outs])
        )
    return np.concatenate(parts, axis=-1)


def causal_conv(x, kernel, dilation=1):
    """Convolve sequences such that no output sees a later input."""
    return lax.conv_general_dilated(
        x,
        kernel,
        window_strides=(1,),
        padding=[((kernel.shape[0] - 1) * dilation, 0)],
        rhs_dilation=(dilation,),
        dimension_numbers=("NWC", "WIO", "NWC"),
    )


def causal_conv_reference(x, kernel, dilation=1):
    batch, length, _ = x.shape
    width = len(kernel)
    output = np.zeros((batch, length, kernel.shape[2]))
    for t in range(length):
        for k in range(width):
            source = t - (width - 1 - k) * dilation
            if source >= 0:
                output[:, t] += x[:, source] @ kernel[k]
    return output


def depthwise_separable_convolution(images, depthwise, pointwise, *, stride):
    """Filter each channel by itself, then mix the channels pixel by pixel."""
    channels = images.shape[-1]
    filtered = conv2d(images, depthwise, stride, groups=channels)
    return filtered @ pointwise


def depthwise_separable_convolution_reference(images, depthwise, pointwise, *, stride):
    multiplier = depthwise.shape[3] // images.shape[3]
    parts = []
    for unit in range(depthwise.shape[3]):
        plane = images[..., unit // multiplier, None]
        kernel = depthwise[..., unit, None]
        mixed = conv2d_reference(plane, kernel, stride)
        parts.append(mixed * pointwise[unit])
    return np.sum(np.stack(parts), axis=0)


def gated_causal_stack(x, kernels, w_residual, w_skip):
    """Gated causal convolutions with doubling dilation, and the sum of their skips."""
    skips = jnp.zeros((*x.shape[:-1], w_skip.shape[-1]), x.dtype)
    for level, kernel in enumerate(kernels):
        filtered, gate = jnp.split(causal_conv(x, kernel, 2**level), 2, axis=-1)
        hidden = jnp.tanh(filtered) * jax.nn.sigmoid(gate)
        skips += hidden @ w_skip[level]
        x += hidden @ w_residual[level]
    return skips


def gated_causal_stack_reference(x, kernels, w_residual, w_skip):
    batch, length, channels = x.shape
    total = np.zeros((batch, length, w_skip.shape[2]))
    for level in range(len(kernels)):
        following = x.copy()
        for t in range(length):
            drive = x[:, t] @ kernels[level, -1]
            if t >= 2**level:
                drive = drive + x[:, t - 2**level] @ kernels[level, 0]
            gate = 1.0 / (1.0 + np.exp(-drive[:, channels:]))
            hidden = np.tanh(drive[:, :channels]) * gate
            total[:, t] += hidden @ w_skip[level]
            following[:, t] += hidden @ w_residual[level]
        x = following
    return total


def inverted_bottleneck(images, w_expand, depthwise, w_project, *, stride, activation):
    """Expand the channels, filter each, and project back linearly."""
    act = jax.nn.relu6 if activation == "relu6" else jax.nn.hard_swish
    hidden = act(images @ w_expand)
    hidden = act(conv2d(hidden, depthwise, stride, groups=hidden.shape[-1]))
    output = hidden @ w_project
    return images + output if stride == 1 else output


def inverted_bottleneck_reference(
    images, w_expand, depthwise, w_project, *, stride, activation
):
    def act(x):
        if activation == "relu6":
            return np.minimum(np.maximum(x, 0.0), 6.0)
        return x * np.minimum(np.maximum(x + 3.0, 0.0), 6.0) / 6.0

    output = images.copy() if stride == 1 else 0.0
    for unit in range(w_expand.shape[1]):
        plane = act(np.sum(images * w_expand[:, unit], axis=-1))[..., None]
        plane = act(conv2d_reference(plane, depthwise[..., unit, None], stride))
        output = output + plane * w_project[unit]
    return output


def temporal_convolution_block(x, kernel_in, kernel_out, w_shortcut, *, dilation):
    """Two dilated causal convolutions beside a linear shortcut."""
    hidden = jax.nn.relu(causal_conv(x, kernel_in, dilation))
    hidden = jax.nn.relu(causal_conv(hidden, kernel_out, dilation))
    return jax.nn.relu(hidden + x @ w_shortcut)


def temporal_convolution_block_reference(
    x, kernel_in, kernel_out, w_shortcut, *, dilation
):
    output = np.zeros((*x.shape[:2], w_shortcut.shape[1]))
    for b in range(len(x)):
        hidden = causal_conv_reference(x[b : b + 1], kernel_in, dilation)
        hidden = np.where(hidden > 0.0, hidden, 0.0)
        hidden = causal_conv_reference(hidden, kernel_out, dilation)[0]
        total = np.where(hidden > 0.0, hidden, 0.0) + x[b] @ w_shortcut
        output[b] = np.where(total > 0.0, total, 0.0)
    return output


def transposed_convolution(images, kernel, *, stride, same):
    """Spread each pixel by a kernel on a finer grid."""
    return lax.conv_transpose(
        images,
        kernel,
        strides=(stride, stride),
        padding="SAME" if same else "VALID",
        dimension_numbers=("NHWC", "HWIO", "NHWC"),
    )


def transposed_convolution_reference(images, kernel, *, stride, same):
    batch, height, width, _ = images.shape
    size = len(kernel)
    rows = (height - 1) * stride + max(size, stride)
    cols = (width - 1) * stride + max(size, stride)
    full = np.zeros((batch, rows, cols, kernel.shape[3]))
    for i in range(height):
        for j in range(width):
            for a in range(size):
                for b in range(size):
                    row, col = i * stride + size - 1 - a, j * stride + size - 1 - b
                    full[:, row, col] += images[:, i, j] @ kernel[a, b]
    if not same:
        return full
    # What is cut off is what a strided convolution of the output would pad.
    start = max(size - stride, 0) // 2
    return full[:, start : start + height * stride, start : start + width * stride]


def atrous_spatial_pyramid(images, kernels, w_pool, w_project, *, rate):
    """Look at several scales by dilated convolutions and a global mean."""
    branches = [
        conv2d(images, kernel, dilation=rate * (level + 1))
        for level, kernel in enumerate(kernels)
    ]
    pooled = jnp.mean(images, axis=(1, 2), keepdims=True) @ w_pool
    branches.append(jnp.broadcast_to(pooled, branches[0].shape))
    return jax.nn.relu(jnp.concatenate(branches, axis=-1)) @ w_project


def atrous_spatial_pyramid_reference(images, kernels, w_pool, w_project, *, rate):
    depth = kernels.shape[-1]
    output = np.zeros((*images.shape[:3], w_project.shape[1]))
    for level in range(len(kernels)):
        scale = conv2d_reference(images, kernels[level], 1, rate * (level + 1))
        part = w_project[level * depth : (level + 1) * depth]
        output += np.maximum(scale, 0.0) @ part
    for b in range(len(images)):
        mean = np.mean(images[b].reshape(-1, images.shape[3]), axis=0)
        output[b] += np.maximum(mean @ w_pool, 0.0) @ w_project[-depth:]
    return output


def mixed_pool(images, mixing_logits, *, window, stride):
    """Blend maximum and average pooling in a proportion learned for each channel."""
    shape, strides = (1, window, window, 1), (1, stride, stride, 1)
    largest = lax.reduce_window(images, -jnp.inf, lax.max, shape, strides, "VALID")
    total = lax.reduce_window(images, 0.0, lax.add, shape, strides, "VALID")
    share = jax.nn.sigmoid(mixing_logits)
    return share * largest + (1.0 - share) * total / window**2


def mixed_pool_reference(images, mixing_logits, *, window, stride):
    batch, height, width, channels = images.shape
    rows, cols = (height - window) // stride + 1, (width - window) // stride + 1
    output = np.zeros((batch, rows, cols, channels))
    for i in range(rows):
        for j in range(cols):
            top, left = i * stride, j * stride
            patch = images[:, top : top + window, left : left + window]
            pixels = patch.reshape(batch, window**2, channels)
            average, largest = np.mean(pixels, axis=1), np.max(pixels, axis=1)
            share = 1.0 / (1.0 + np.exp(-mixing_logits))
            output[:, i, j] = average + share * (largest - average)
    return output


def blur_pool(images, *, taps, stride):
    """Blur with binomial weights before subsampling, so that shifts change little."""
    channels = images.shape[-1]
    row = jnp.array([math.comb(taps - 1, k) for k in range(taps)], images.dtype)
    kernel = jnp.outer(row, row) / jnp.sum(row) ** 2
    kernel = jnp.tile(kernel[:, :, None, None], (1, 1, 1, channels))
    margin = (taps - 1) // 2
    padded = jnp.pad(images, ((0, 0), (margin,) * 2, (margin,) * 2, (0, 0)), "reflect")
    return conv2d(padded, kernel, stride, groups=channels, padding="VALID")


def blur_pool_reference(images, *, taps, stride):
    def mirrored(index, size):
        index = abs(index)
        return 2 * (size - 1) - index if index >= size else index

    batch, height, width, channels = images.shape
    weights = np.array([1.0])
    for _ in range(taps - 1):
        weights = np.convolve(weights, np.array([0.5, 0.5]))
    rows, cols = -(-height // stride), -(-width // stride)
    output = np.zeros((batch, rows, cols, channels))
    for i in range(rows):
        for j in range(cols):
            for a in range(taps):
                for b in range(taps):
                    p = mirrored(i * stride + a - taps // 2, height)
                    q = mirrored(j * stride + b - taps // 2, width)
                    output[:, i, j] += weights[a] * weights[b] * images[:, p, q]
    return output


def spatial_pyramid_pool(images, *, levels):
    """Pool images of any size to a vector of one size, on finer and finer grids."""
    batch, height, width, _ = images.shape
    bins = []
    for level in range(1, levels + 1):
        for i in range(level):
            top, bottom = i * height // level, -(-(i + 1) * height // level)
            for j in range(level):
                left, right = j * width // level, -(-(j + 1) * width // level)
                bins.append(images[:, top:bottom, left:right].max(axis=(1, 2)))
    return jnp.stack(bins, axis=1).reshape(batch, -1)


def spatial_pyramid_pool_reference(images, *, levels):
    batch, height, width, channels = images.shape
    pooled = []
    for level in range(1, levels + 1):
        best = np.full((batch, level, level, channels), -np.inf)
        # A pixel belongs to every bin that its area overlaps.
        for p in range(height):
            for q in range(width):
                for i in range(p * level // height, level):
                    for j in range(q * level // width, level):
                        if i * height < (p + 1) * level and j * width < (q + 1) * level:
                            best[:, i, j] = np.maximum(best[:, i, j], images[:, p, q])
        pooled.append(best.reshape(batch, -1))
    return np.concatenate(pooled, axis=1)


def generalized_mean_pool(images, exponent, *, eps):
    """Average over pixels between the mean and the maximum, by a learned exponent."""
    clipped = jnp.maximum(images, eps)
    return jnp.mean(clipped**exponent, axis=(1, 2)) ** (1.0 / exponent)


def generalized_mean_pool_reference(images, exponent, *, eps):
    output = np.zeros((images.shape[0], images.shape[3]))
    for b in range(images.shape[0]):
        for c in range(images.shape[3]):
            pixels = np.log(np.maximum(images[b, :, :, c], eps))
            total = np.mean(np.exp(exponent[c] * pixels))
            output[b, c] = np.exp(np.log(total) / exponent[c])
    return output


def average_pool(images, *, window, stride, count_padding):
    """Average over windows that overhang the borders."""
    shape, strides = (1, window, window, 1), (1, stride, stride, 1)
    total = lax.reduce_window(images, 0.0, lax.add, shape, strides, "SAME")
    if count_padding:
        return total / window**2
    inside = jnp.ones((1, *images.shape[1:3], 1), images.dtype)
    return total / lax.reduce_window(inside, 0.0, lax.add, shape, strides, "SAME")


def average_pool_reference(images, *, window, stride, count_padding):
    batch, height, width, channels = images.shape
    rows, cols = -(-height // stride), -(-width // stride)
    above = max((rows - 1) * stride + window - height, 0) // 2
    before = max((cols - 1) * stride + window - width, 0) // 2
    output = np.zeros((batch, rows, cols, channels))
    for i in range(rows):
        for j in range(cols):
            top, left = i * stride - above, j * stride - before
            down = slice(max(top, 0), min(top + window, height))
            across = slice(max(left, 0), min(left + window, width))
            pixels = images[:, down, across].reshape(batch, -1, channels)
            count = window**2 if count_padding else pixels.shape[1]
            output[:, i, j] = np.sum(pixels, axis=1) / count
    return output


def unpool_with_switches(images, weights):
    """Scale the largest pixel of each 2 x 2 block and put it back where it was."""
    batch, height, width, channels = images.shape
    blocks = images.reshape(batch, height // 2, 2, width // 2, 2, channels)
    blocks = jnp.moveaxis(blocks, 2, 3).reshape(batch, -1, 4, channels)
    switches = jnp.argmax(blocks, axis=2, keepdims=True)
    pooled = jnp.take_along_axis(blocks, switches, axis=2) * weights
    restored = jnp.where(jnp.arange(4)[:, None] == switches, pooled, 0.0)
    restored = restored.reshape(batch, height // 2, width // 2, 2, 2, channels)
    return jnp.moveaxis(restored, 3, 2).reshape(images.shape), jnp.squeeze(switches, 2)


def unpool_with_switches_reference(images, weights):
    batch, height, width, channels = images.shape
    restored = np.zeros_like(images)
    switches = np.zeros((batch, height * width // 4, channels), dtype=int)
    for b in range(batch):
        for c in range(channels):
            for i in range(0, height, 2):
                for j in range(0, width, 2):
                    block = images[b, i : i + 2, j : j + 2, c]
                    row, col = np.unravel_index(np.argmax(block), (2, 2))
                    restored[b, i + row, j + col, c] = block[row, col] * weights[c]
                    switches[b, i // 2 * (width // 2) + j // 2, c] = 2 * row + col
    return restored, switches


def channel_shuffle_unit(images, pointwise, depthwise, *, groups):
    """Mix channels within groups, shuffle the groups, and filter each channel."""
    mixed = conv2d(images, pointwise, groups=groups)
    batch, height, width, channels = mixed.shape
    # A transposition deals the channels of each group out to all of them.
    dealt = mixed.reshape(batch, height, width, groups, channels // groups)
    shuffled = jnp.swapaxes(dealt, -1, -2).reshape(mixed.shape)
    return conv2d(shuffled, depthwise, groups=channels)


def channel_shuffle_unit_reference(images, pointwise, depthwise, *, groups):
    inputs, outputs = images.shape[3] // groups, pointwise.shape[3] // groups
    filtered = [None] * (groups * outputs)
    for g in range(groups):
        own = images[..., g * inputs : (g + 1) * inputs]
        for k in range(outputs):
            mixed = own @ pointwise[0, 0, :, g * outputs + k]
            place = k * groups + g
            kernel = depthwise[..., place, None]
            filtered[place] = conv2d_reference(mixed[..., None], kernel)[..., 0]
    return np.stack(filtered, axis=-1)


def convnext_block(images, depthwise, w_in, w_out, layer_scale, *, eps):
    """Depthwise convolution, normalization and a perceptron, on a scaled branch."""
    hidden = conv2d(images, depthwise, groups=images.shape[-1])
    mean = jnp.mean(hidden, axis=-1, keepdims=True)
    variance = jnp.var(hidden, axis=-1, keepdims=True)
    normed = (hidden - mean) * lax.rsqrt(variance + eps)
    branch = jax.nn.gelu(normed @ w_in, approximate=False) @ w_out
    return images + layer_scale * branch


def convnext_block_reference(images, depthwise, w_in, w_out, layer_scale, *, eps):
    batch, height, width, channels = images.shape
    planes = [
        conv2d_reference(images[..., c, None], depthwise[..., c, None])
        for c in range(channels)
    ]
    hidden = np.concatenate(planes, axis=-1)
    output = np.zeros_like(images)
    for b in range(batch):
        for i in range(height):
            for j in range(width):
                centered = hidden[b, i, j] - np.sum(hidden[b, i, j]) / channels
                spread = np.sqrt(np.sum(centered**2) / channels + eps)
                z = w_in.T @ (centered / spread)
                branch = w_out.T @ (z * special.ndtr(z))
                output[b, i, j] = images[b, i, j] + layer_scale * branch
    return output


def deformable_convolution(image, offsets, kernel):
    """Convolution whose taps are moved by learned offsets, also between pixels."""
    height, width, _ = image.shape
    size = kernel.shape[0]
    taps = jnp.arange(size) - size // 2
    rows = (jnp.arange(height)[:, None, None, None] + taps[:, None]) + offsets[..., 0]
    cols = (jnp.arange(width)[:, None, None] + taps) + offsets[..., 1]

    def pixel(row, col):
        inside = (row >= 0) & (row < height) & (col >= 0) & (col < width)
        value = image[jnp.clip(row, 0, height - 1), jnp.clip(col, 0, width - 1)]
        return jnp.where(inside[..., None], value, 0.0)

    def bilinear(row, col):
        top, left = jnp.floor(row), jnp.floor(col)
        down, right = (row - top)[..., None], (col - left)[..., None]
        r, c = top.astype(int), left.astype(int)
        upper = (1.0 - right) * pixel(r, c) + right * pixel(r, c + 1)
        lower = (1.0 - right) * pixel(r + 1, c) + right * pixel(r + 1, c + 1)
        return (1.0 - down) * upper + down * lower

    return jnp.einsum("hwabc,abco->hwo", bilinear(rows, cols), kernel)


def deformable_convolution_reference(image, offsets, kernel):
    height, width, _ = image.shape
    size = len(kernel)
    taps = np.arange(size) - size // 2
    rows = np.arange(height)[:, None, None, None] + taps[:, None] + offsets[..., 0]
    cols = np.arange(width)[:, None, None] + taps + offsets[..., 1]
    # Pixels count by how near they are, below one in both axes.
    down = np.maximum(1.0 - np.abs(rows[..., None] - np.arange(height)), 0.0)
    across = np.maximum(1.0 - np.abs(cols[..., None] - np.arange(width)), 0.0)
    samples = np.einsum("hwabi,hwabj,ijc->hwabc", down, across, image)
    return np.einsum("hwabc,abco->hwo", samples, kernel)


def winograd_convolution(image, kernel):
    """3 x 3 convolution in 2 x 2 tiles, with 16 products for each in place of 36."""
    dtype = image.dtype
    to_input = jnp.array(
        [[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, 1, 0, -1]], dtype
    )
    to_kernel = jnp.array(
        [[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]], dtype
    )
    to_output = jnp.array([[1, 1, 1, 0], [0, 1, -1, -1]], dtype)
    rows, cols = image.shape[0] // 2 - 1, image.shape[1] // 2 - 1

    def tile(i, j):
        return lax.dynamic_slice(image, (2 * i, 2 * j, 0), (4, 4, image.shape[2]))

    tiles = jax.vmap(jax.vmap(tile, (None, 0)), (0, None))(
        jnp.arange(rows), jnp.arange(cols)
    )
    transformed = jnp.einsum("ua,rsabc,vb->rsuvc", to_input, tiles, to_input)
    filters = jnp.einsum("ua,abco,vb->uvco", to_kernel, kernel, to_kernel)
    products = jnp.einsum("rsuvc,uvco->rsuvo", transformed, filters)
    outputs = jnp.einsum("pu,rsuvo,qv->rpsqo", to_output, products, to_output)
    return outputs.reshape(2 * rows, 2 * cols, -1)


def winograd_convolution_reference(image, kernel):
    height, width = image.shape[0] - 2, image.shape[1] - 2
    output = np.zeros((height, width, kernel.shape[3]))
    for i in range(height):
        for j in range(width):
            patch = image[i : i + 3, j : j + 3]
            output[i, j] = np.einsum("abc,abco->o", patch, kernel)
    return output


def patch_matrix_convolution(images, kernel, *, stride, dilation):
    """Convolution as one product of a matrix of patches and a matrix of filters."""
    kh, kw, channels, outputs = kernel.shape
    patches = lax.conv_general_dilated_patches(
        images,
        filter_shape=(kh, kw),
        window_strides=(stride, stride),
        padding="SAME",
        rhs_dilation=(dilation, dilation),
        dimension_numbers=("NHWC", "HWIO", "NHWC"),
    )
    # A patch lists all of its pixels for the first channel, then for the second.
    filters = jnp.moveaxis(kernel, 2, 0).reshape(channels * kh * kw, outputs)
    return patches @ filters


def patch_matrix_convolution_reference(images, kernel, *, stride, dilation):
    return np.concatenate(
        [conv2d_reference(image[None], kernel, stride, dilation) for image in images]
    )


def coordinate_convolution(images, kernel, *, with_radius):
    """Convolution that also sees where it is."""
    batch, height, width, _ = images.shape
    rows = jnp.linspace(-1.0, 1.0, height, dtype=images.dtype)
    cols = jnp.linspace(-1.0, 1.0, width, dtype=images.dtype)
    planes = list(jnp.meshgrid(rows, cols, indexing="ij"))
    if with_radius:
        planes.append(jnp.hypot(*planes))
    places = jnp.broadcast_to(
        jnp.stack(planes, axis=-1), (batch, height, width, len(planes))
    )
    return conv2d(jnp.concatenate([images, places], axis=-1), kernel)


def coordinate_convolution_reference(images, kernel, *, with_radius):
    batch, height, width, channels = images.shape
    extended = np.zeros((batch, height, width, kernel.shape[2]))
    extended[..., :channels] = images
    for i in range(height):
        for j in range(width):
            row = np.array(2.0 * i / (height - 1) - 1.0)
            col = np.array(2.0 * j / (width - 1) - 1.0)
            extended[:, i, j, channels] = row
            extended[:, i, j, channels + 1] = col
            if with_radius:
                extended[:, i, j, channels + 2] = np.sqrt(row**2 + col**2)
    return conv2d_reference(extended, kernel)


def conditional_convolution(images, kernels, w_routing):
    """Convolve each image with its own mixture of kernels."""
    routing = jax.nn.sigmoid(jnp.mean(images, axis=(1, 2)) @ w_routing)

    def convolve(image, weights):
        # Mixing kernels is cheaper than mixing their outputs.
        kernel = jnp.tensordot(weights, kernels, axes=1)
        return conv2d(image[None], kernel)[0]

    return jax.vmap(convolve)(images, routing)


def conditional_convolution_reference(images, kernels, w_routing):
    outputs = []
    for image in images:
        mean = np.sum(image, axis=(0, 1)) / (image.shape[0] * image.shape[1])
        total = 0.0
        for n in range(len(kernels)):
            weight = 1.0 / (1.0 + np.exp(-np.sum(mean * w_routing[:, n])))
            total = total + weight * conv2d_reference(image[None], kernels[n])[0]
        outputs.append(total)
    return np.stack(outputs)


def preactivation_block(images, kernel_in, kernel_out, w_shortcut, *, stride):
    """Residual block with activations before its convolutions."""
    active = jax.nn.relu(images)
    # The projection reads what the first convolution reads.
    shortcut = active[:, ::stride, ::stride] @ w_shortcut
    hidden = jax.nn.relu(conv2d(active, kernel_in, stride))
    return shortcut + conv2d(hidden, kernel_out)


def preactivation_block_reference(images, kernel_in, kernel_out, w_shortcut, *, stride):
    active = images * (images > 0.0)
    hidden = conv2d_reference(active, kernel_in, stride)
    output = conv2d_reference(hidden * (hidden > 0.0), kernel_out)
    for i in range(output.shape[1]):
        for j in range(output.shape[2]):
            output[:, i, j] += active[:, i * stride, j * stride] @ w_shortcut
    return output


def feature_pyramid(fine, middle, coarse, laterals, kernel):
    """Carry strong features of coarse maps down to the finer ones."""
    top = coarse @ laterals[2]
    merged = [top]
    for features, lateral in ((middle, laterals[1]), (fine, laterals[0])):
        upsampled = jnp.repeat(jnp.repeat(top, 2, axis=1), 2, axis=2)
        top = features @ lateral + upsampled
        merged.append(top)
    # One more convolution smooths the edges that upsampling leaves.
    return [conv2d(level, kernel) for level in reversed(merged)]


def feature_pyramid_reference(fine, middle, coarse, laterals, kernel):
    levels = [
        np.einsum("bhwc,cd->bhwd", features, laterals[k])
        for k, features in enumerate((fine, middle, coarse))
    ]
    for k in (1, 0):
        _, height, width, _ = levels[k].shape
        for i in range(height):
            for j in range(width):
                levels[k][:, i, j] += levels[k + 1][:, i // 2, j // 2]
    return [conv2d_reference(level, kernel) for level in levels]


def partial_convolution(images, known, kernel, bias):
    """Convolve the known pixels alone, and grow the region that is known."""
    mask = known.astype(images.dtype)[..., None]
    window = jnp.ones((*kernel.shape[:2], 1, 1), images.dtype)
    count = conv2d(mask, window)
    filtered = conv2d(images * mask, kernel) * (window.size / jnp.maximum(count, 1.0))
    grown = count > 0.5
    return jnp.where(grown, filtered + bias, 0.0), grown[..., 0]


def partial_convolution_reference(images, known, kernel, bias):
    batch, height, width, _ = images.shape
    kh, kw, _, outputs = kernel.shape
    output = np.zeros((batch, height, width, outputs))
    grown = np.zeros((batch, height, width), dtype=bool)
    for b, i, j in np.ndindex(batch, height, width):
        total, count = np.zeros(outputs), 0
        for a in range(kh):
            for c in range(kw):
                p, q = i + a - (kh - 1) // 2, j + c - (kw - 1) // 2
                if 0 <= p < height and 0 <= q < width and known[b, p, q]:
                    total = total + images[b, p, q] @ kernel[a, c]
                    count += 1
        if count:
            output[b, i, j] = total * (kh * kw / count) + bias
            grown[b, i, j] = True
    return output, grown


def dynamic_convolution(x, w_kernel, *, heads, width):
    """Depthwise convolution whose kernel each step predicts from its own features."""
    batch, length, channels = x.shape
    logits = (x @ w_kernel).reshape(batch, length, heads, width)
    kernel = jax.nn.softmax(logits, axis=-1)
    padded = jnp.pad(x, ((0, 0), (width - 1, 0), (0, 0)))
    index = jnp.arange(length)[:, None] + jnp.arange(width)
    windows = padded[:, index].reshape(batch, length, width, heads, -1)
    mixed = jnp.einsum("btkhc,bthk->bthc", windows, kernel)
    return mixed.reshape(batch, length, channels)


def dynamic_convolution_reference(x, w_kernel, *, heads, width):
    batch, length, channels = x.shape
    output = np.zeros_like(x)
    for b in range(batch):
        for t in range(length):
            logits = w_kernel.T @ x[b, t]
            for c in range(channels):
                head = c * heads // channels
                weights = np.exp(logits[head * width : (head + 1) * width])
                weights = weights / np.sum(weights)
                for k in range(max(0, width - 1 - t), width):
                    output[b, t, c] += weights[k] * x[b, t - (width - 1) + k, c]
    return output
