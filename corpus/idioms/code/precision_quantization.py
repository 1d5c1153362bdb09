"""Quantization: JAX, and NumPy from the definition."""

import jax.numpy as jnp
import numpy as np
from jax import lax


def symmetric_codes(x, *, bits, per_row):
    """Integers of few bits with a common scale, and the numbers that they stand for."""
    largest = 2 ** (bits - 1) - 1
    peak = jnp.max(jnp.abs(x), axis=1 if per_row else None, keepdims=True)
    scale = jnp.maximum(peak, 1e-6) / largest
    codes = jnp.clip(jnp.round(x / scale), -largest, largest).astype(jnp.int8)
    return codes, codes.astype(x.dtype) * scale


def symmetric_codes_reference(x, *, bits, per_row):
    largest = 2 ** (bits - 1) - 1
    codes, values = np.zeros(x.shape, dtype=np.int8), np.zeros(x.shape)
    for place in np.ndindex(*x.shape):
        peak = np.maximum(np.max(np.abs(x[place[0]] if per_row else x)), 1e-6)
        code = int(np.rint(x[place] * largest / peak))
        codes[place] = code
        values[place] = code * peak / largest
    return codes, values


def affine_codes(x, *, axis):
    """Bytes with a scale and a zero point for each channel, and what they stand for."""
    low = jnp.minimum(jnp.min(x, axis=axis, keepdims=True), 0.0)
    high = jnp.maximum(jnp.max(x, axis=axis, keepdims=True), 0.0)
    scale = jnp.maximum(high - low, 1e-6) / 255.0
    zero_point = jnp.round(-low / scale)
    codes = jnp.clip(jnp.round(x / scale) + zero_point, 0.0, 255.0)
    values = (codes - zero_point) * scale
    return {
        "codes": codes.astype(jnp.uint8),
        "zero_points": zero_point.astype(jnp.int32),
        "values": values,
    }


def affine_codes_reference(x, *, axis):
    lines = x if axis == 1 else x.T
    codes = np.zeros(lines.shape, dtype=np.uint8)
    zero_points, values = [], np.zeros(lines.shape)
    for i, line in enumerate(lines):
        low, high = np.minimum(np.min(line), 0), np.maximum(np.max(line), 0)
        span = np.maximum(high - low, 1e-6)
        # Zero is exactly one of the codes.
        zero = int(np.rint(-low * 255 / span))
        zero_points.append([zero])
        for j, value in enumerate(line):
            steps = int(np.rint(value * 255 / span))
            codes[i, j] = min(max(steps + zero, 0), 255)
            values[i, j] = (int(codes[i, j]) - zero) * (span / 255)
    zero_points = np.array(zero_points, dtype=np.int32)
    if axis == 0:
        codes, zero_points, values = codes.T, zero_points.T, values.T
    return {"codes": codes, "zero_points": zero_points, "values": values}


def packed_nibbles(codes, *, signed):
    """Put two integers of four bits into each byte, and take them out again."""
    low, high = codes[:, 0::2], codes[:, 1::2]
    packed = ((high & 0xF) << 4 | (low & 0xF)).astype(jnp.uint8)
    halves = jnp.stack([packed & 0xF, packed >> 4], axis=-1).reshape(codes.shape)
    restored = halves.astype(jnp.int32)
    return packed, restored - 16 * (restored >= 8) if signed else restored


def packed_nibbles_reference(codes, *, signed):
    pairs = codes.reshape(len(codes), -1, 2)
    packed = (pairs[..., 0] % 16 + pairs[..., 1] % 16 * 16).astype(np.uint8)
    restored = (codes + 8) % 16 - 8 if signed else codes % 16
    return packed, restored.astype(np.int32)


def four_bit_rounding(x, step, *, dtype):
    """Round to multiples of a step that four bits can count."""
    limits = jnp.iinfo(dtype)
    counts = jnp.clip(jnp.round(x / step), limits.min, limits.max)
    return counts.astype(dtype).astype(x.dtype) * step


def four_bit_rounding_reference(x, step, *, dtype):
    low, high = {"int4": (-8, 7), "uint4": (0, 15)}[dtype]
    ladder = step * np.arange(low, high + 1)
    return ladder[np.argmin(np.abs(x[..., None] - ladder), axis=-1)]


def dynamic_int8_matmul(x, weights):
    """A product of matrices by bytes, with scales of their rows and columns."""
    x_peak = jnp.max(jnp.abs(x), axis=1, keepdims=True)
    w_peak = jnp.max(jnp.abs(weights), axis=0, keepdims=True)
    x_scale, w_scale = (jnp.maximum(peak, 1e-6) / 127.0 for peak in (x_peak, w_peak))
    x_codes = jnp.round(x / x_scale).astype(jnp.int8)
    w_codes = jnp.round(weights / w_scale).astype(jnp.int8)
    total = jnp.dot(x_codes, w_codes, preferred_element_type=jnp.int32)
    return total.astype(x.dtype) * x_scale * w_scale


def dynamic_int8_matmul_reference(x, weights):
    product = np.zeros((len(x), weights.shape[1]))
    for i, row in enumerate(x):
        row_peak = np.maximum(np.max(np.abs(row)), 1e-6)
        row_codes = np.rint(127 * row / row_peak).astype(int)
        for j, column in enumerate(weights.T):
            peak = np.maximum(np.max(np.abs(column)), 1e-6)
            column_codes = np.rint(127 * column / peak).astype(int)
            total = int(np.sum(row_codes * column_codes))
            product[i, j] = total * (row_peak / 127) * (peak / 127)
    return product


def integer_matmul(x, y, *, accumulate):
    """Products of small integers, summed in a wider type or wrapped around in it."""
    total = lax.dot_general(
        x, y, (((1,), (1,)), ((), ())), preferred_element_type=jnp.dtype(accumulate)
    )
    return total.astype(jnp.int32)


def integer_matmul_reference(x, y, *, accumulate):
    half = 2 ** {"int16": 15, "int32": 31}[accumulate]
    sums = [
        [
            (sum(int(a) * int(b) for a, b in zip(p, q)) + half) % (2 * half) - half
            for q in y
        ]
        for p in x
    ]
    return np.array(sums, dtype=np.int32)


def grouped_weights_matmul(x, packed, scales, zeros):
    """A layer whose weights are packed integers of four bits, scaled in groups."""
    groups, _ = scales.shape
    codes = jnp.stack([packed & 0xF, packed >> 4], axis=1)
    codes = codes.reshape(groups, -1, scales.shape[1])
    weights = (codes.astype(x.dtype) - zeros[:, None]) * scales[:, None]
    return x @ weights.reshape(-1, scales.shape[1])


def grouped_weights_matmul_reference(x, packed, scales, zeros):
    groups, outputs = scales.shape
    size = 2 * len(packed) // groups
    product = np.zeros((len(x), outputs))
    for k in range(2 * len(packed)):
        byte = packed[k // 2].astype(int)
        code = byte // 16 if k % 2 else byte % 16
        weight = (code - zeros[k // size]) * scales[k // size]
        product = product + np.outer(x[:, k], weight)
    return product


def companded_codes(x, *, levels, law):
    """Codes of samples on a scale that is finer close to zero, and their values."""
    size = jnp.abs(x)
    if law == "mu":
        compressed = jnp.log1p(255.0 * size) / jnp.log1p(255.0)
    else:
        slope = 1.0 + jnp.log(87.6)
        large = 1.0 + jnp.log(jnp.maximum(87.6 * size, 1.0))
        compressed = jnp.where(size < 1 / 87.6, 87.6 * size, large) / slope
    codes = jnp.floor(levels * compressed + 0.5) * jnp.sign(x)
    shares = jnp.abs(codes) / levels
    if law == "mu":
        decoded = jnp.expm1(shares * jnp.log1p(255.0)) / 255.0
    else:
        stretched = shares * slope
        decoded = jnp.where(stretched < 1.0, stretched, jnp.exp(stretched - 1.0)) / 87.6
    return codes.astype(jnp.int32), jnp.sign(codes) * decoded


def companded_codes_reference(x, *, levels, law):
    def expand(share):
        if law == "mu":
            return (np.power(np.array(256.0), share) - 1) / 255
        slope = 1 + np.log(np.array(87.6))
        if share * slope < 1:
            return share * slope / 87.6
        return np.exp(share * slope - 1) / 87.6

    # A code covers what lies between the middles to its neighbors, on the fine scale.
    edges = np.array([expand((code - 0.5) / levels) for code in range(1, levels + 1)])
    values = np.array([expand(code / levels) for code in range(levels + 1)])
    sizes = np.sum(np.abs(x)[..., None] >= edges, axis=-1)
    signs = np.where(x < 0, -1, 1)
    return (signs * sizes).astype(np.int32), signs * values[sizes]


def power_of_two_weights(weights, *, smallest, largest):
    """Weights to the nearest power of two on a logarithmic scale, or zero."""
    logs = jnp.log2(jnp.abs(weights))
    exponents = jnp.clip(jnp.round(logs), smallest - 1, largest).astype(jnp.int32)
    powers = jnp.ldexp(jnp.sign(weights), exponents)
    return jnp.where(exponents < smallest, 0.0, powers), exponents


def power_of_two_weights_reference(weights, *, smallest, largest):
    powers = np.zeros(weights.shape)
    exponents = np.full(weights.shape, smallest - 1, dtype=np.int32)
    for place in np.ndindex(*weights.shape):
        size = np.abs(weights[place])
        for exponent in range(smallest, largest + 1):
            if size * size > 2.0 ** (2 * exponent - 1):
                exponents[place] = exponent
                powers[place] = np.sign(weights[place]) * 2.0**exponent
    return powers, exponents


def ternary_weights(weights, *, scheme):
    """Weights of -1, 0 and 1, with a scale for each row."""
    sizes = jnp.abs(weights)
    mean = jnp.maximum(jnp.mean(sizes, axis=1, keepdims=True), 1e-6)
    if scheme == "threshold":
        kept = sizes > 0.7 * mean
        signs = jnp.sign(weights) * kept
        scale = jnp.sum(sizes * kept, axis=1) / jnp.maximum(jnp.sum(kept, axis=1), 1)
    else:
        signs = jnp.clip(jnp.round(weights / mean), -1.0, 1.0)
        scale = mean[:, 0]
    return signs.astype(jnp.int8), scale.astype(weights.dtype)


def ternary_weights_reference(weights, *, scheme):
    share = 0.7 if scheme == "threshold" else 0.5
    codes, scales = np.zeros(weights.shape, dtype=np.int8), []
    for i, row in enumerate(weights):
        sizes = np.abs(row)
        mean = np.maximum(np.sum(sizes) / len(row), 1e-6)
        kept = [j for j in range(len(row)) if sizes[j] > share * mean]
        for j in kept:
            codes[i, j] = 1 if row[j] > 0 else -1
        if scheme == "threshold":
            mean = np.sum(sizes[kept]) / max(len(kept), 1)
        scales.append(mean)
    return codes, np.array(scales)


def binary_matmul(x, weights):
    """A product of signs by counting bits that differ, scaled by the mean sizes."""
    features = x.shape[1]
    x_bits = jnp.packbits(x >= 0, axis=1)
    w_bits = jnp.packbits(weights >= 0, axis=1)
    differing = lax.population_count(x_bits[:, None] ^ w_bits)
    counts = jnp.sum(differing.astype(jnp.int32), axis=2, dtype=jnp.int32)
    x_scale = jnp.mean(jnp.abs(x), axis=1, keepdims=True)
    w_scale = jnp.mean(jnp.abs(weights), axis=1)
    return (features - 2 * counts).astype(x.dtype) * x_scale * w_scale


def binary_matmul_reference(x, weights):
    x_signs, w_signs = np.where(x < 0, -1, 1), np.where(weights < 0, -1, 1)
    sizes = np.sum(np.abs(x), axis=1)[:, None] * np.sum(np.abs(weights), axis=1)
    return x_signs @ w_signs.T * sizes / x.shape[1] ** 2


# Quantiles of a normal distribution, scaled to reach from -1 to 1.
NORMAL_FLOATS = [
    -1.0,
    -0.6961928009986877,
    -0.5250730514526367,
    -0.39491748809814453,
    -0.28444138169288635,
    -0.18477343022823334,
    -0.09105003625154495,
    0.0,
    0.07958029955625534,
    0.16093020141124725,
    0.24611230194568634,
    0.33791524171829224,
    0.44070982933044434,
    0.5626170039176941,
    0.7229568362236023,
    1.0,
]


def normal_float_codes(x, *, block):
    """Codes of four bits for blocks of about normal numbers, and their values."""
    table = jnp.array(NORMAL_FLOATS, dtype=x.dtype)
    blocks = x.reshape(-1, block)
    scales = jnp.maximum(jnp.max(jnp.abs(blocks), axis=1, keepdims=True), 1e-6)
    middles = 0.5 * (table[1:] + table[:-1])
    codes = jnp.searchsorted(middles, blocks / scales)
    values = table[codes] * scales
    return codes.reshape(x.shape).astype(jnp.int32), values.reshape(x.shape)


def normal_float_codes_reference(x, *, block):
    table = np.array(NORMAL_FLOATS)
    codes, values = [], []
    for part in x.reshape(-1, block):
        peak = np.maximum(np.max(np.abs(part)), 1e-6)
        for value in part:
            code = int(np.argmin(np.abs(value - table * peak)))
            codes.append(code)
            values.append(table[code] * peak)
    codes = np.array(codes, dtype=np.int32).reshape(x.shape)
    return codes, np.array(values).reshape(x.shape)


def integer_convolution(image, kernel, *, stride, shift):
    """A convolution of bytes, scaled back by a shift that rounds."""
    total = lax.conv_general_dilated(
        image,
        kernel,
        (stride, stride),
        "VALID",
        preferred_element_type=jnp.int32,
    )
    scaled = (total + (1 << (shift - 1))) >> shift
    return jnp.clip(scaled, -128, 127).astype(jnp.int8)


def integer_convolution_reference(image, kernel, *, stride, shift):
    batch, _, height, width = image.shape
    outputs, _, rows, columns = kernel.shape
    down, across = (height - rows) // stride + 1, (width - columns) // stride + 1
    result = np.zeros((batch, outputs, down, across), dtype=np.int8)
    for b, o, i, j in np.ndindex(*result.shape):
        top, left = i * stride, j * stride
        window = image[b, :, top : top + rows, left : left + columns].astype(int)
        total = int(np.sum(window * kernel[o].astype(int)))
        result[b, o, i, j] = min(
            max((2 * total + 2**shift) // 2 ** (shift + 1), -128), 127
        )
    return result
