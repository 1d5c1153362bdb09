"""Convolutions of layers, and pooling: JAX, and NumPy from the definition."""

import jax.numpy as jnp
import numpy as np
from jax import lax


def _slid_reference(x, kernel, strides, margins, base=None, holes=None, groups=1):
    # Correlation of (batch, channel, *space) by (out, in, *space) in all windows.
    dims = x.ndim - 2
    base, holes = base or (1,) * dims, holes or (1,) * dims
    sizes = [(n - 1) * b + 1 for n, b in zip(x.shape[2:], base)]
    stuffed = np.zeros((*x.shape[:2], *sizes))
    stuffed[(..., *(slice(None, None, b) for b in base))] = x
    # Negative margins cut.
    stuffed = np.pad(
        stuffed, [(0, 0)] * 2 + [(max(a, 0), max(b, 0)) for a, b in margins]
    )
    cuts = [
        slice(max(-a, 0), n - max(-b, 0))
        for (a, b), n in zip(margins, stuffed.shape[2:])
    ]
    stuffed = stuffed[(..., *cuts)]
    spans = [(k - 1) * h + 1 for k, h in zip(kernel.shape[2:], holes)]
    windows = np.lib.stride_tricks.sliding_window_view(
        stuffed, spans, axis=tuple(range(2, dims + 2))
    )
    windows = windows[(..., *(slice(None, None, s) for s in (*strides, *holes)))]
    inner, outer = kernel.shape[1], kernel.shape[0] // groups
    summed = (1, *range(dims + 2, 2 * dims + 2)), tuple(range(1, dims + 2))
    parts = [
        np.tensordot(
            windows[:, g * inner : (g + 1) * inner],
            kernel[g * outer : (g + 1) * outer],
            summed,
        )
        for g in range(groups)
    ]
    return np.moveaxis(np.concatenate(parts, axis=-1), -1, 1)


def _same_reference(sizes, spans, strides):
    # Margins that give one output for every stride, the smaller one first.
    margins = []
    for size, span, stride in zip(sizes, spans, strides):
        total = max((-(-size // stride) - 1) * stride + span - size, 0)
        margins.append((total // 2, total - total // 2))
    return margins


def planar_convolution(images, kernel, *, strides, padding):
    """Slide a bank of kernels over images with their channels first."""
    return lax.conv(images, kernel, strides, padding)


def planar_convolution_reference(images, kernel, *, strides, padding):
    margins = [(0, 0), (0, 0)]
    if padding == "SAME":
        margins = _same_reference(images.shape[2:], kernel.shape[2:], strides)
    return _slid_reference(images, kernel, strides, margins)


def channels_last_convolution(images, kernel, *, strides, padding, dilation):
    """Slide dilated kernels over images with their channels last."""
    return lax.conv_general_dilated(
        images,
        kernel,
        window_strides=strides,
        padding=padding,
        rhs_dilation=(dilation, dilation),
        dimension_numbers=("NHWC", "HWIO", "NHWC"),
    )


def channels_last_convolution_reference(images, kernel, *, strides, padding, dilation):
    result = _slid_reference(
        images.transpose(0, 3, 1, 2),
        kernel.transpose(3, 2, 0, 1),
        strides,
        padding,
        holes=(dilation, dilation),
    )
    return result.transpose(0, 2, 3, 1)


def causal_convolution(series, kernel, bias, *, dilation, stride):
    """Convolve along time with the past only."""
    reach = dilation * (kernel.shape[0] - 1)
    output = lax.conv_general_dilated(
        series,
        kernel,
        window_strides=(stride,),
        padding=[(reach, 0)],
        rhs_dilation=(dilation,),
        dimension_numbers=("NWC", "WIO", "NWC"),
    )
    return output + bias


def causal_convolution_reference(series, kernel, bias, *, dilation, stride):
    batch, steps, _ = series.shape
    width, _, channels = kernel.shape
    result = np.zeros((batch, -(-steps // stride), channels)) + bias
    for t in range(0, steps, stride):
        for k in range(width):
            past = t - dilation * (width - 1 - k)
            if past >= 0:
                result[:, t // stride] += series[:, past] @ kernel[k]
    return result


def volume_convolution(volumes, kernel, *, strides, padding, layout):
    """Slide kernels over volumes, channels first or last."""
    if layout == "first":
        numbers = ("NCDHW", "DHWIO", "NCDHW")
        volumes = jnp.moveaxis(volumes, -1, 1)
    else:
        numbers = ("NDHWC", "DHWIO", "NDHWC")
    output = lax.conv_general_dilated(
        volumes, kernel, strides, padding, dimension_numbers=numbers
    )
    return jnp.moveaxis(output, 1, -1) if layout == "first" else output


def volume_convolution_reference(volumes, kernel, *, strides, padding, layout):
    margins = [(0, 0)] * 3
    if padding == "SAME":
        margins = _same_reference(volumes.shape[1:4], kernel.shape[:3], strides)
    result = _slid_reference(
        np.moveaxis(volumes, -1, 1),
        np.moveaxis(kernel, (4, 3), (0, 1)),
        strides,
        margins,
    )
    return np.moveaxis(result, 1, -1)


def grouped_convolution(images, kernel, *, groups, stride):
    """Convolve groups of channels, each with kernels of its own."""
    return lax.conv_general_dilated(
        images,
        kernel,
        (stride, stride),
        "SAME",
        dimension_numbers=("NHWC", "HWIO", "NHWC"),
        feature_group_count=groups,
    )


def grouped_convolution_reference(images, kernel, *, groups, stride):
    strides = (stride, stride)
    margins = _same_reference(images.shape[1:3], kernel.shape[:2], strides)
    result = _slid_reference(
        images.transpose(0, 3, 1, 2),
        kernel.transpose(3, 2, 0, 1),
        strides,
        margins,
        groups=groups,
    )
    return result.transpose(0, 2, 3, 1)


def batch_grouped_convolution(images, kernel, *, groups, stride):
    """Convolve groups of images, each with kernels of its own, into one batch."""
    return lax.conv_general_dilated(
        images, kernel, (stride, stride), "VALID", batch_group_count=groups
    )


def batch_grouped_convolution_reference(images, kernel, *, groups, stride):
    margins = [(0, 0), (0, 0)]
    parts = [
        _slid_reference(some, mine, (stride, stride), margins)
        for some, mine in zip(np.split(images, groups), np.split(kernel, groups))
    ]
    return np.concatenate(parts, axis=1)


def stuffed_convolution(images, kernel, *, base, holes, padding):
    """Convolve images with zeros between their pixels by kernels with holes."""
    return lax.conv_with_general_padding(
        images, kernel, (1, 1), padding, lhs_dilation=base, rhs_dilation=holes
    )


def stuffed_convolution_reference(images, kernel, *, base, holes, padding):
    return _slid_reference(images, kernel, (1, 1), padding, base, holes)


def upsampling_convolution(images, kernel, *, stride, padding, transpose_kernel):
    """Spread every pixel by a kernel: the transpose of a strided convolution."""
    return lax.conv_transpose(
        images,
        kernel,
        (stride, stride),
        padding,
        dimension_numbers=("NHWC", "HWIO", "NHWC"),
        transpose_kernel=transpose_kernel,
    )


def upsampling_convolution_reference(
    images, kernel, *, stride, padding, transpose_kernel
):
    kernel = kernel.transpose(0, 1, 3, 2) if transpose_kernel else kernel[::-1, ::-1]
    batch, *sizes, _ = images.shape
    size, channels = kernel.shape[0], kernel.shape[3]
    spread = np.zeros((batch, *((n - 1) * stride + size for n in sizes), channels))
    for i, j in np.ndindex(*sizes):
        rows = slice(i * stride, i * stride + size)
        columns = slice(j * stride, j * stride + size)
        spread[:, rows, columns] += np.tensordot(images[:, i, j], kernel, (1, 2))
    if padding == "VALID":
        lengths, cut = [n * stride + max(size - stride, 0) for n in sizes], 0
    else:
        lengths = [n * stride for n in sizes]
        total = size + stride - 2
        cut = 0 if stride > size - 1 else size - 1 - (total - total // 2)
    ends = [(0, max(cut + n - m, 0)) for n, m in zip(lengths, spread.shape[1:3])]
    spread = np.pad(spread, [(0, 0), *ends, (0, 0)])
    return spread[:, cut : cut + lengths[0], cut : cut + lengths[1]]


def locally_connected(images, kernels, *, rows, columns):
    """Correlate every place of an image with a kernel of its own."""
    return lax.conv_general_dilated_local(
        images, kernels, (1, 1), "VALID", (rows, columns)
    )


def locally_connected_reference(images, kernels, *, rows, columns):
    outputs, _, height, width = kernels.shape
    result = np.zeros((images.shape[0], outputs, height, width))
    for i, j in np.ndindex(height, width):
        window = images[:, :, i : i + rows, j : j + columns]
        result[:, :, i, j] = window.reshape(len(images), -1) @ kernels[:, :, i, j].T
    return result


def depthwise_multiplier_convolution(series, kernel, *, padding, stride):
    """Convolve every channel by several kernels of its own."""
    return lax.conv_general_dilated(
        series,
        kernel,
        (stride,),
        padding,
        dimension_numbers=("NWC", "WIO", "NWC"),
        feature_group_count=series.shape[-1],
    )


def depthwise_multiplier_convolution_reference(series, kernel, *, padding, stride):
    batch, steps, channels = series.shape
    width, _, outputs = kernel.shape
    before = 0
    if padding == "SAME":
        ((before, after),) = _same_reference((steps,), (width,), (stride,))
        series = np.pad(series, ((0, 0), (before, after), (0, 0)))
    count = (series.shape[1] - width) // stride + 1
    result = np.zeros((batch, count, outputs))
    for t in range(count):
        for o in range(outputs):
            channel = o // (outputs // channels)
            part = series[:, t * stride : t * stride + width, channel]
            result[:, t, o] = part @ kernel[:, 0, o]
    return result


def quantized_convolution(images, kernel, zero_points, *, shift, stride):
    """Convolve bytes into wide integers, then scale these back to a byte's range."""
    sums = lax.conv_general_dilated(
        images,
        kernel,
        (stride, stride),
        "VALID",
        dimension_numbers=("NHWC", "HWIO", "NHWC"),
        preferred_element_type=jnp.int32,
    )
    # The kernel's sum times the images' zero point must come off.
    offsets = jnp.sum(kernel, axis=(0, 1, 2), dtype=jnp.int32)
    sums = sums - zero_points * offsets
    rounded = (sums + (1 << (shift - 1))) >> shift
    return jnp.clip(rounded, -128, 127).astype(jnp.int8)


def quantized_convolution_reference(images, kernel, zero_points, *, shift, stride):
    wide = images.astype(np.int64)
    rows, columns, _, outputs = kernel.shape
    height = (images.shape[1] - rows) // stride + 1
    width = (images.shape[2] - columns) // stride + 1
    result = np.zeros((len(images), height, width, outputs), dtype=np.int8)
    for b, i, j, o in np.ndindex(*result.shape):
        top, left = i * stride, j * stride
        window = wide[b, top : top + rows, left : left + columns] - zero_points[o]
        total = int(np.sum(window * kernel[..., o]))
        rounded = (total + 2 ** (shift - 1)) // 2**shift
        result[b, i, j, o] = min(max(rounded, -128), 127)
    return result


def kernel_gradient(images, cotangents, *, stride):
    """The gradient of a strided convolution by its kernel, as a convolution."""
    # Batch and channels change places; the stride becomes a dilation.
    gradient = lax.conv_general_dilated(
        images,
        cotangents,
        window_strides=(1, 1),
        padding="VALID",
        rhs_dilation=(stride, stride),
        dimension_numbers=("CHWN", "IHWO", "HWNC"),
    )
    rows = images.shape[1] - stride * (cotangents.shape[1] - 1)
    columns = images.shape[2] - stride * (cotangents.shape[2] - 1)
    return gradient[:rows, :columns]


def kernel_gradient_reference(images, cotangents, *, stride):
    _, height, width, inputs = images.shape
    _, rows, columns, outputs = cotangents.shape
    size = height - stride * (rows - 1), width - stride * (columns - 1)
    gradient = np.zeros((*size, inputs, outputs))
    for i, j in np.ndindex(rows, columns):
        window = images[
            :, i * stride : i * stride + size[0], j * stride : j * stride + size[1]
        ]
        gradient = gradient + np.tensordot(window, cotangents[:, i, j], (0, 0))
    return gradient


def max_pool(images, *, window, strides, padding, dilation):
    """The maxima of windows of every channel."""
    return lax.reduce_window(
        images,
        -jnp.inf,
        lax.max,
        window_dimensions=(1, *window, 1),
        window_strides=(1, *strides, 1),
        padding=padding,
        window_dilation=(1, dilation, dilation, 1),
    )


def _pooled_reference(images, choose, window, strides, margins, dilation=1):
    # Values of the windows' pixels that are inside of the image, chosen among.
    batch, height, width, channels = images.shape
    spans = [(n - 1) * dilation + 1 for n in window]
    counts = [
        (n + sum(margin) - span) // stride + 1
        for n, margin, span, stride in zip((height, width), margins, spans, strides)
    ]
    result = np.zeros((batch, *counts, channels))
    for i, j in np.ndindex(*counts):
        top, left = i * strides[0] - margins[0][0], j * strides[1] - margins[1][0]
        inside = [
            images[:, y, x]
            for y in range(top, top + spans[0], dilation)
            for x in range(left, left + spans[1], dilation)
            if 0 <= y < height and 0 <= x < width
        ]
        result[:, i, j] = choose(np.stack(inside))
    return result


def max_pool_reference(images, *, window, strides, padding, dilation):
    margins = [(0, 0), (0, 0)]
    if padding == "SAME":
        spans = [(n - 1) * dilation + 1 for n in window]
        margins = _same_reference(images.shape[1:3], spans, strides)

    def choose(values):
        return np.max(values, axis=0)

    return _pooled_reference(images, choose, window, strides, margins, dilation)


def local_range(images, *, size, stride, margin):
    """The difference of the largest and the smallest pixel in windows of images."""
    window, strides = (1, size, size, 1), (1, stride, stride, 1)
    padding = ((0, 0), (margin, margin), (margin, margin), (0, 0))
    highest = lax.reduce_window(images, -jnp.inf, lax.max, window, strides, padding)
    lowest = lax.reduce_window(images, jnp.inf, lax.min, window, strides, padding)
    return highest - lowest


def local_range_reference(images, *, size, stride, margin):
    def choose(values):
        return np.max(values, axis=0) - np.min(values, axis=0)

    margins = [(margin, margin)] * 2
    return _pooled_reference(images, choose, (size, size), (stride, stride), margins)


def dilated_window_sums(values, *, window, base, holes, stride):
    """Sums over windows with holes of a matrix with zeros between its elements."""
    return lax.reduce_window(
        values,
        0.0,
        lax.add,
        window_dimensions=(window, window),
        window_strides=(stride, 1),
        padding="VALID",
        base_dilation=(1, base),
        window_dilation=(holes, 1),
    )


def dilated_window_sums_reference(values, *, window, base, holes, stride):
    ones = np.ones((1, 1, window, window))
    return _slid_reference(
        values[None, None],
        ones,
        (stride, 1),
        [(0, 0), (0, 0)],
        base=(1, base),
        holes=(holes, 1),
    )[0, 0]
