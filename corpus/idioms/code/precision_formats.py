"""Formats of floating-point numbers: JAX, and NumPy from the definition."""

import jax.numpy as jnp
import numpy as np
from jax import lax

# Digits of the significand, exponent of the smallest normal number, largest number, and
# what becomes of more than that.
FORMATS = {
    "float16": (11, -14, 65504.0, np.inf),
    "bfloat16": (8, -126, 255 * 2.0**120, np.inf),
    "float8_e4m3fn": (4, -6, 448.0, np.nan),
    "float8_e5m2": (3, -14, 57344.0, np.inf),
    "float8_e4m3b11fnuz": (4, -10, 30.0, np.nan),
    "float8_e4m3fnuz": (4, -7, 240.0, np.nan),
    "float8_e5m2fnuz": (3, -15, 57344.0, np.nan),
    "float32": (24, -126, (2 - 2.0**-23) * 2.0**127, np.inf),
}


def exponents_of(x):
    # Read off the bits of float64, where only zero is subnormal here.
    return (np.array(x).view(np.uint64) >> 52 & 0x7FF).astype(int) - 1023


def scale_of(x):
    # The exponent of the largest; where all are zero, frexp's.
    return np.max(np.where(np.any(x), exponents_of(x), -1))


def nearest(x, digits, lowest):
    # Multiples of a unit that grows with the exponent, halves to even.
    unit = np.maximum(exponents_of(x), lowest) - digits + 1
    return np.ldexp(np.rint(np.ldexp(x, -unit)), unit)


def rounded_to(x, dtype):
    digits, lowest, largest, beyond = FORMATS[dtype]
    value = nearest(x, digits, lowest)
    return np.where(np.abs(value) <= largest, value, np.sign(value) * beyond)


def cast_round_trip(x, *, dtype):
    """Round to a narrower format and back, and by how much that is off."""
    rounded = x.astype(dtype).astype(x.dtype)
    return rounded, x - rounded


def cast_round_trip_reference(x, *, dtype):
    value = rounded_to(x, dtype)
    return value, x - value


def saturating_cast(x, scale, *, dtype):
    """Scale and round to a narrow format, whose largest number stands for larger."""
    limit = float(jnp.finfo(dtype).max)
    return jnp.clip(x * scale, -limit, limit).astype(dtype).astype(x.dtype)


def saturating_cast_reference(x, scale, *, dtype):
    digits, lowest, largest, _ = FORMATS[dtype]
    value = nearest(x * scale, digits, lowest)
    return np.where(np.abs(value) > largest, np.sign(value) * largest, value)


def overflow_census(significands, exponents, *, dtype):
    """How many numbers a format makes infinite, subnormal or zero, and the others."""
    limits = jnp.finfo(dtype)
    values = jnp.ldexp(significands, exponents).astype(dtype).astype(jnp.float32)
    finite = jnp.isfinite(values)
    tiny = jnp.abs(values) < float(limits.smallest_normal)
    zero = values == 0
    counts = [~finite, tiny & ~zero, zero]
    return jnp.stack(
        [jnp.sum(each, dtype=jnp.int32) for each in counts]
    ), finite & ~tiny


def overflow_census_reference(significands, exponents, *, dtype):
    _, lowest, _, _ = FORMATS[dtype]
    counts = np.zeros(3, dtype=np.int32)
    kept = np.zeros(significands.shape, dtype=bool)
    values = rounded_to(np.ldexp(significands, exponents), dtype)
    for place, value in np.ndenumerate(values):
        if not abs(value) < np.inf:
            counts[0] += 1
        elif abs(value) >= 2.0**lowest:
            kept[place] = True
        else:
            counts[1 if value else 2] += 1
    return counts, kept


def float_from_fields(sign, exponent, mantissa, *, dtype):
    """Put floats together from signs, exponents and the leading bits of mantissas."""
    limits = jnp.finfo(dtype)
    word = f"uint{limits.bits}"
    biased = (exponent + (1 - limits.minexp)).astype(word)
    bits = sign.astype(word) << (limits.bits - 1) | biased << limits.nmant
    bits |= mantissa.astype(word) << (limits.nmant - 7)
    return lax.bitcast_convert_type(bits, dtype).astype(jnp.float32)


def float_from_fields_reference(sign, exponent, mantissa, *, dtype):
    return np.where(sign, -1.0, 1.0) * np.ldexp(1 + mantissa / 128, exponent)


def float_fields(x):
    """Signs, exponents and mantissas of single precision, from its bits."""
    bits = lax.bitcast_convert_type(x, jnp.uint32)
    exponent = (bits >> 23 & 0xFF).astype(jnp.int32) - 127
    mantissa = (bits & 0x7FFFFF).astype(jnp.int32)
    return bits >> 31 == 1, exponent, mantissa


def float_fields_reference(x):
    exponent = np.maximum(exponents_of(x), -127)
    mantissa = np.ldexp(np.abs(x), 23 - exponent).astype(int) % 2**23
    return x < 0, exponent.astype(np.int32), mantissa.astype(np.int32)


def power_of_two_rows(matrix, *, target):
    """Scale rows by powers of two, without rounding, to bring their largest close."""
    largest = jnp.max(jnp.abs(matrix), axis=1)
    _, exponents = jnp.frexp(largest)
    shifts = target - exponents
    return jnp.ldexp(matrix, shifts[:, None]), shifts


def power_of_two_rows_reference(matrix, *, target):
    shifts = []
    for row in matrix:
        size, shift = np.max(np.abs(row)), target
        while 0 < size < 0.5:
            size, shift = np.ldexp(size, 1), shift + 1
        while size >= 1:
            size, shift = np.ldexp(size, -1), shift - 1
        shifts.append(shift)
    shifts = np.array(shifts, dtype=np.int32)
    return np.ldexp(matrix, shifts[:, None]), shifts


def truncated_precision(x, *, exponent_bits, mantissa_bits):
    """Round to a format of so many bits, and by how many units of the last one."""
    rounded = lax.reduce_precision(x, exponent_bits, mantissa_bits)
    _, exponents = jnp.frexp(x)
    return rounded, jnp.ldexp(x - rounded, mantissa_bits + 1 - exponents)


def truncated_precision_reference(x, *, exponent_bits, mantissa_bits):
    lowest = 2 - 2 ** (exponent_bits - 1)
    rounded = nearest(x, mantissa_bits + 1, -1022)
    # There are no subnormal numbers.
    rounded = np.where(np.abs(rounded) < 2.0**lowest, 0.0, rounded)
    return rounded, np.ldexp(x - rounded, mantissa_bits - exponents_of(x))


def fast_inverse_root(x, *, steps, magic):
    """The inverse square root by its bits as an integer, then Newton's method."""
    bits = lax.bitcast_convert_type(x, jnp.int32)
    y = lax.bitcast_convert_type(magic - (bits >> 1), jnp.float32)
    for _ in range(steps):
        y = y * (1.5 - 0.5 * x * y * y)
    return y


def fast_inverse_root_reference(x, *, steps, magic):
    # The bits of a positive number are nearly its logarithm.
    exponents = exponents_of(x)
    bits = (exponents + 126) * 2**23 + np.ldexp(x, 23 - exponents).astype(int)
    guess = magic - bits // 2
    y = np.ldexp(np.array(2.0**23 + guess % 2**23), guess // 2**23 - 150)
    for _ in range(steps):
        y = y + y * (1 - x * y * y) / 2
    return y


def neighboring_floats(x):
    """The next floats above and below, and the gap to the one above."""
    above = jnp.nextafter(x, jnp.float32(jnp.inf))
    below = jnp.nextafter(x, jnp.float32(-jnp.inf))
    return above, below, above - x


def neighboring_floats_reference(x):
    exponents = exponents_of(x)
    whole = np.ldexp(x, 23 - exponents)
    # Below a power of two, floats are half as far apart.
    below = np.where(whole == 2.0**23, 2 * whole - 1, 2 * whole - 2)
    above = np.ldexp(whole + 1, exponents - 23)
    return above, np.ldexp(below, exponents - 24), np.ldexp(1.0, exponents - 23)


def units_apart(x, y):
    """How many floats lie between two numbers, and whether they are nearly equal."""

    def ordinal(value):
        bits = lax.bitcast_convert_type(value, jnp.int32)
        return jnp.where(bits < 0, jnp.iinfo(jnp.int32).min - bits, bits)

    distance = ordinal(x) - ordinal(y)
    return distance, jnp.abs(distance) <= 4


def units_apart_reference(x, y):
    counts = []
    for value in (x, y):
        exponents = np.maximum(exponents_of(value), -127)
        whole = np.ldexp(np.abs(value), 23 - exponents).astype(int)
        place = (exponents + 126) * 2**23 + whole
        counts.append(np.where(value == 0, 0, place) * np.sign(value).astype(int))
    distance = (counts[0] - counts[1]).astype(np.int32)
    return distance, np.abs(distance) <= 4


def sorted_by_bits(x, *, descending):
    """Sort floats by integers of the same order, as radix sorts do."""
    bits = lax.bitcast_convert_type(x, jnp.uint32)
    # Flip all bits of negative numbers, and the sign of the others.
    flips = jnp.where(bits >> 31 == 1, jnp.uint32(0xFFFFFFFF), jnp.uint32(1 << 31))
    keys = bits ^ flips
    order = jnp.argsort(~keys if descending else keys)
    return x[order], order


def sorted_by_bits_reference(x, *, descending):
    order = list(range(len(x)))
    for end in range(len(x) - 1, 0, -1):
        for i in range(end):
            a, b = x[order[i]], x[order[i + 1]]
            if (a < b) if descending else (a > b):
                order[i], order[i + 1] = order[i + 1], order[i]
    order = np.array(order)
    return x[order], order


def narrow_matmul(x, y, *, dtype):
    """A product of matrices in a narrow format, summed in single precision."""
    return jnp.dot(x.astype(dtype), y.astype(dtype), preferred_element_type=jnp.float32)


def narrow_matmul_reference(x, y, *, dtype):
    x, y = rounded_to(x, dtype), rounded_to(y, dtype)
    product = np.zeros((len(x), y.shape[1]))
    for k in range(len(y)):
        product = product + x[:, k, None] * y[k]
    return product


def scaled_float8_matmul(x, y, *, margin):
    """A product in eight bits, with powers of two that make use of their range."""

    def quantize(array, dtype):
        _, largest = jnp.frexp(jnp.max(jnp.abs(array)))
        shift = jnp.finfo(dtype).maxexp - 1 - margin - largest
        return jnp.ldexp(array, shift).astype(dtype), -shift

    (x_codes, x_shift), (y_codes, y_shift) = (
        quantize(x, jnp.float8_e4m3fn),
        quantize(y, jnp.float8_e5m2),
    )
    product = jnp.dot(x_codes, y_codes, preferred_element_type=jnp.float32)
    return jnp.ldexp(product, x_shift + y_shift), x_shift, y_shift


def scaled_float8_matmul_reference(x, y, *, margin):
    rounded, shifts = [], []
    for array, digits, lowest, top in ((x, 4, -6, 9), (y, 3, -14, 16)):
        shift = scale_of(array) + 1 - (top - 1 - margin)
        rounded.append(
            np.ldexp(nearest(np.ldexp(array, -shift), digits, lowest), shift)
        )
        shifts.append(np.int32(shift))
    return rounded[0] @ rounded[1], shifts[0], shifts[1]


def microscaled_blocks(x, *, block, element):
    """Blocks of numbers in a narrow format that share a power of two."""
    limits = jnp.finfo(element)
    blocks = x.reshape(x.shape[0], -1, block)
    _, largest = jnp.frexp(jnp.max(jnp.abs(blocks), axis=2, keepdims=True))
    _, top = jnp.frexp(jnp.float32(limits.max))
    shared = largest - top
    limit = float(limits.max)
    scaled = jnp.clip(jnp.ldexp(blocks, -shared), -limit, limit)
    elements = scaled.astype(element).astype(x.dtype)
    return jnp.ldexp(elements, shared).reshape(x.shape), shared[..., 0]


def microscaled_blocks_reference(x, *, block, element):
    digits, lowest, limit, top = {
        "float8_e4m3fn": (4, -6, 448.0, 8),
        "float8_e5m2": (3, -14, 57344.0, 15),
        "float4_e2m1fn": (2, 0, 6.0, 2),
    }[element]
    rows, columns = x.shape
    values = np.zeros(x.shape)
    shared = np.zeros((rows, columns // block), dtype=np.int32)
    for row, start in np.ndindex(rows, columns // block):
        place = np.s_[row, start * block : (start + 1) * block]
        shared[row, start] = scale_of(x[place]) - top
        scaled = nearest(np.ldexp(x[place], -shared[row, start]), digits, lowest)
        scaled = np.where(np.abs(scaled) > limit, np.sign(scaled) * limit, scaled)
        values[place] = np.ldexp(scaled, shared[row, start])
    return values, shared


def stochastic_bfloat16(x, noise):
    """Round to bfloat16, up or down in proportion to what lies between."""
    bits = lax.bitcast_convert_type(x, jnp.uint32)
    bits = (bits + noise.astype(jnp.uint32)) & jnp.uint32(0xFFFF0000)
    return lax.bitcast_convert_type(bits, jnp.float32)


def stochastic_bfloat16_reference(x, noise):
    units = exponents_of(x) - 7
    fine = np.ldexp(np.abs(x), 16 - units).astype(int)
    whole, rest = fine // 2**16, fine % 2**16
    away = rest + noise.astype(int) >= 2**16
    return np.sign(x) * np.ldexp(np.array(1.0 * (whole + away)), units)


def packed_halves(x, *, dtype):
    """Put pairs of numbers of 16 bits into words, and take them out again."""
    halves = lax.bitcast_convert_type(x.astype(dtype), jnp.uint16).astype(jnp.uint32)
    words = halves[:, 0::2] | halves[:, 1::2] << 16
    low = (words & 0xFFFF).astype(jnp.uint16)
    high = (words >> 16).astype(jnp.uint16)
    restored = lax.bitcast_convert_type(jnp.stack([low, high], axis=-1), dtype)
    return words, restored.reshape(x.shape).astype(x.dtype)


def packed_halves_reference(x, *, dtype):
    digits, lowest, _, _ = FORMATS[dtype]
    values = rounded_to(x, dtype)
    exponents = np.maximum(exponents_of(values), lowest)
    whole = np.ldexp(np.abs(values), digits - 1 - exponents).astype(int)
    # The leading bit of normal numbers counts as one of the exponent.
    bits = whole + (exponents - lowest) * 2 ** (digits - 1)
    bits = bits + np.where(x < 0, 2**15, 0)
    words = bits[:, 0::2] + bits[:, 1::2] * 2**16
    return words.astype(np.uint32), values


def loss_scaled_step(parameters, gradients, log_scale, *, rate, interval, streak):
    """A step with scaled gradients in half precision, unless one overflows."""
    scaled = jnp.ldexp(gradients, log_scale).astype(jnp.float16)
    finite = jnp.all(jnp.isfinite(scaled))
    unscaled = jnp.ldexp(scaled.astype(parameters.dtype), -log_scale)
    updated = jnp.where(finite, parameters - rate * unscaled, parameters)
    # The scale doubles after so many good steps, and halves after a bad one.
    grows = finite & (streak + 1 >= interval)
    log_scale = log_scale + jnp.where(finite, grows.astype(jnp.int32), -1)
    streak = jnp.where(finite & ~grows, streak + 1, 0)
    return updated, log_scale, streak.astype(jnp.int32)


def loss_scaled_step_reference(
    parameters, gradients, log_scale, *, rate, interval, streak
):
    scaled = rounded_to(np.ldexp(gradients, log_scale), "float16")
    if np.max(np.abs(scaled)) > 65504:
        return parameters, np.int32(log_scale - 1), np.int32(0)
    updated = parameters - np.ldexp(scaled, -log_scale) * rate
    if streak + 1 < interval:
        return updated, np.int32(log_scale), np.int32(streak + 1)
    return updated, np.int32(log_scale + 1), np.int32(0)


def master_weight_step(weights, gradients, momentum, *, dtype, rate, decay):
    """A step of weights that are kept in full precision, by gradients that are not."""
    narrow = gradients.astype(dtype).astype(weights.dtype)
    momentum = decay * momentum + narrow
    weights = weights - rate * (narrow + decay * momentum)
    norm = jnp.sqrt(jnp.sum(jnp.square(narrow)))
    return weights, momentum, norm


def master_weight_step_reference(weights, gradients, momentum, *, dtype, rate, decay):
    narrow = rounded_to(gradients, dtype)
    look_ahead = (1 + decay) * narrow + decay**2 * momentum
    norm = np.linalg.norm(narrow.ravel())
    return weights - look_ahead * rate, narrow + momentum * decay, norm
