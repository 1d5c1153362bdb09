"""Number formats, bits and quantization: JAX, and NumPy from the definition."""

import jax
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


def nearest(x, digits, lowest):
    # Multiples of a unit that grows with the exponent, halves to even.
    unit = np.maximum(exponents_of(x), lowest) - digits + 1
    return np.ldexp(np.rint(np.ldexp(x, -unit)), unit)


def rounded_to(x, dtype):
    digits, lowest, largest, beyond = FORMATS[dtype]
    value = nearest(x, digits, lowest)
    return np.where(np.abs(value) <= largest, value, np.sign(value) * beyond)


def integers_of(x, places):
    return [int(value) for value in np.ldexp(x, places).ravel()]


def rounded_integer(number, digits):
    # A Python integer to so many binary digits, halves to even.
    excess = max(abs(number).bit_length() - digits, 0)
    whole, rest = divmod(abs(number), 1 << excess)
    half = (1 << excess) // 2
    whole += rest > half or (0 < rest == half and whole % 2 == 1)
    return (whole << excess) * (1 if number >= 0 else -1)


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


def branchless_integers(x, y):
    """Averages, minima, absolute differences and signs of integers by their bits."""
    difference = x - y
    mask = difference >> 31
    return {
        "average": (x & y) + ((x ^ y) >> 1),
        "smaller": y + (difference & mask),
        "distance": (difference ^ mask) - mask,
        "sign": mask | (-difference >> 31 & 1),
        "lowest_bit": x & -x,
    }


def branchless_integers_reference(x, y):
    pairs = list(zip(x.tolist(), y.tolist()))

    def each(function):
        return np.array([function(a, b) for a, b in pairs], dtype=np.int32)

    return {
        "average": each(lambda a, b: (a + b) // 2),
        "smaller": each(min),
        "distance": each(lambda a, b: abs(a - b)),
        "sign": each(lambda a, b: (a > b) - (a < b)),
        "lowest_bit": each(
            lambda a, b: next((2**k for k in range(32) if a >> k & 1), 0)
        ),
    }


def exact_sums(x, y, *, ordered):
    """Rounded sums with the errors of their rounding, which are floats as well."""
    if ordered:  # saves three operations where the first is the larger
        larger = jnp.where(jnp.abs(x) >= jnp.abs(y), x, y)
        smaller = jnp.where(jnp.abs(x) >= jnp.abs(y), y, x)
        total = larger + smaller
        return total, smaller - (total - larger)
    total = x + y
    of_y = total - x
    return total, (x - (total - of_y)) + (y - of_y)


def exact_sums_reference(x, y, *, ordered):
    totals, errors = [], []
    for a, b in zip(integers_of(x, 200), integers_of(y, 200)):
        total = rounded_integer(a + b, 24)
        totals.append(np.ldexp(float(total), -200))
        errors.append(np.ldexp(float(a + b - total), -200))
    return np.array(totals), np.array(errors)


def exact_products(x, y):
    """Rounded products with the errors of their rounding, by splitting both factors."""

    def halves(value):
        shifted = 4097.0 * value
        high = shifted - (shifted - value)
        return high, value - high

    product = x * y
    (x_high, x_low), (y_high, y_low) = halves(x), halves(y)
    error = x_high * y_high - product
    error = error + x_high * y_low + x_low * y_high + x_low * y_low
    return product, error


def exact_products_reference(x, y):
    products, errors = [], []
    for a, b in zip(integers_of(x, 100), integers_of(y, 100)):
        product = rounded_integer(a * b, 24)
        products.append(np.ldexp(float(product), -200))
        errors.append(np.ldexp(float(a * b - product), -200))
    return np.array(products), np.array(errors)


def compensated_row_sums(x, *, method):
    """Sums of rows that add up the errors of rounding on the side."""

    def kahan(carry, value):
        total, error = carry
        corrected = value - error
        raised = total + corrected
        return (raised, (raised - total) - corrected), None

    def neumaier(carry, value):
        total, error = carry
        raised = total + value
        larger = jnp.abs(total) >= jnp.abs(value)
        lost = jnp.where(larger, (total - raised) + value, (value - raised) + total)
        return (raised, error + lost), None

    zero = jnp.zeros_like(x[:, 0])
    if method == "kahan":
        (total, _), _ = lax.scan(kahan, (zero, zero), x.T)
        return total
    (total, error), _ = lax.scan(neumaier, (zero, zero), x.T)
    return total + error


def compensated_row_sums_reference(x, *, method):
    return np.sum(x, axis=1)


def compensated_dot(x, y):
    """Inner products as if computed in twice the precision, and rounded then."""

    def two_sum(a, b):
        total = a + b
        of_b = total - a
        return total, (a - (total - of_b)) + (b - of_b)

    def step(carry, pair):
        total, error = carry
        a, b = pair
        product = a * b
        a_high = lax.reduce_precision(a, 8, 11)
        b_high = lax.reduce_precision(b, 8, 11)
        a_low, b_low = a - a_high, b - b_high
        lost = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + (
            a_low * b_low
        )
        total, missing = two_sum(total, product)
        return (total, error + (missing + lost)), None

    zero = jnp.zeros_like(x[:, 0])
    (total, error), _ = lax.scan(step, (zero, zero), (x.T, y.T))
    return total + error


def compensated_dot_reference(x, y):
    return np.array([sum(a * b for a, b in zip(p, q)) for p, q in zip(x, y)])


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
        shift = np.max(exponents_of(array)) + 1 - (top - 1 - margin)
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
        shared[row, start] = np.max(exponents_of(x[place])) - top
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


def fixed_point_product(x, y, *, fraction_bits):
    """Products of fixed-point numbers of 16 bits, rounded and saturated."""
    wide = x.astype(jnp.int32) * y.astype(jnp.int32)
    rounded = (wide + (1 << (fraction_bits - 1))) >> fraction_bits
    return jnp.clip(rounded, -(2**15), 2**15 - 1).astype(jnp.int16)


def fixed_point_product_reference(x, y, *, fraction_bits):
    products = []
    for a, b in zip(x.ravel().tolist(), y.ravel().tolist()):
        doubled = 2 * a * b + 2**fraction_bits
        products.append(min(max(doubled // 2 ** (fraction_bits + 1), -32768), 32767))
    return np.array(products, dtype=np.int16).reshape(x.shape)


def saturating_blend(x, y, *, operation):
    """Add, subtract or blend pixels of eight bits without wrapping around."""
    wide_x, wide_y = x.astype(jnp.int32), y.astype(jnp.int32)
    if operation == "add":
        result = wide_x + wide_y
    elif operation == "subtract":
        result = wide_x - wide_y
    elif operation == "multiply":  # of fractions of 255, rounded without a division
        product = wide_x * wide_y + 128
        result = (product + (product >> 8)) >> 8
    else:
        inverse = (255 - wide_x) * (255 - wide_y) + 128
        result = 255 - ((inverse + (inverse >> 8)) >> 8)
    return jnp.clip(result, 0, 255).astype(jnp.uint8)


def saturating_blend_reference(x, y, *, operation):
    def blend(a, b):
        if operation == "add":
            return min(a + b, 255)
        if operation == "subtract":
            return max(a - b, 0)
        if operation == "multiply":
            return (2 * a * b + 255) // 510
        return 255 - (2 * (255 - a) * (255 - b) + 255) // 510

    pairs = zip(x.ravel().tolist(), y.ravel().tolist())
    pixels = [blend(a, b) for a, b in pairs]
    return np.array(pixels, dtype=np.uint8).reshape(x.shape)


def bit_census(words):
    """Ones, leading and trailing zeros, parities and logarithms of words."""
    ones = lax.population_count(words).astype(jnp.int32)
    leading = lax.clz(words).astype(jnp.int32)
    trailing = lax.population_count(~words & (words - 1)).astype(jnp.int32)
    return {
        "ones": ones,
        "leading": leading,
        "trailing": trailing,
        "parity": ones & 1,
        "log2": 31 - leading,
    }


def bit_census_reference(words):
    texts = [f"{int(word):032b}" for word in words]
    columns = {
        "ones": [text.count("1") for text in texts],
        "leading": [len(text) - len(text.lstrip("0")) for text in texts],
        "trailing": [len(text) - len(text.rstrip("0")) for text in texts],
        "parity": [text.count("1") % 2 for text in texts],
        "log2": [len(text.lstrip("0")) - 1 for text in texts],
    }
    return {name: np.array(values, dtype=np.int32) for name, values in columns.items()}


def gray_codes(numbers, *, bits):
    """Codes in which neighbors differ by one bit, and what numbers mean as codes."""
    codes = numbers ^ numbers >> 1
    meanings, shift = numbers, 1
    while shift < bits:
        meanings = meanings ^ meanings >> shift
        shift *= 2
    changed = lax.population_count(codes ^ jnp.roll(codes, 1, axis=-1))
    return codes, meanings, changed


def gray_codes_reference(numbers, *, bits):
    # The list of codes is that of one bit less, followed by its mirror image.
    table = [0]
    for bit in range(bits):
        table += [code + 2**bit for code in reversed(table)]
    codes = np.array(table, dtype=np.int32)[numbers]
    meanings = np.argsort(table).astype(np.int32)[numbers]
    changed = np.zeros(numbers.shape, dtype=np.int32)
    for i, row in enumerate(codes):
        for j, code in enumerate(row):
            changed[i, j] = bin(int(code) ^ int(row[j - 1])).count("1")
    return codes, meanings, changed


def morton_codes(x, y):
    """Places of points along a curve in the shape of Zs, by interleaving their bits."""

    def spread(value):
        value = value.astype(jnp.uint32)
        for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333)):
            value = (value | value << shift) & mask
        return (value | value << 1) & 0x55555555

    codes = spread(x) | spread(y) << 1
    return codes, jnp.argsort(codes)


def morton_codes_reference(x, y):
    codes = []
    for a, b in zip(x.tolist(), y.tolist()):
        pairs = zip(f"{b:016b}", f"{a:016b}")
        codes.append(int("".join(up + across for up, across in pairs), 2))
    order = sorted(range(len(codes)), key=codes.__getitem__)
    return np.array(codes, dtype=np.uint32), np.array(order)


def bit_reversed(x):
    """Entries in the order of their indices with the bits read backwards."""
    size = x.shape[0]
    indices = jnp.arange(size, dtype=jnp.int32)
    reversed_indices = jnp.zeros_like(indices)
    for _ in range(size.bit_length() - 1):
        reversed_indices = reversed_indices << 1 | indices & 1
        indices = indices >> 1
    return x[reversed_indices]


def bit_reversed_reference(x):
    # First the even entries, then the odd ones, and likewise within each half.
    if len(x) == 1:
        return x
    return np.concatenate(
        [bit_reversed_reference(x[0::2]), bit_reversed_reference(x[1::2])]
    )


def cyclic_checksum(message, *, polynomial):
    """Checksums of 32 bits of messages, bit by bit in reflected order."""

    def byte(crc, value):
        def bit(crc, _):
            lowest = crc & 1
            return crc >> 1 ^ jnp.where(lowest == 1, jnp.uint32(polynomial), 0), None

        return lax.scan(bit, crc ^ value.astype(jnp.uint32), length=8)[0], None

    start = jnp.full(message.shape[0], 0xFFFFFFFF, dtype=jnp.uint32)
    crc, _ = lax.scan(byte, start, message.T)
    return ~crc


def cyclic_checksum_reference(message, *, polynomial):
    # The remainder of a division of polynomials modulo two.
    divisor = 1 << 32 | int(f"{polynomial:032b}"[::-1], 2)
    sums = []
    for row in message:
        bits = "".join(f"{int(byte):08b}"[::-1] for byte in row)
        number = int(bits, 2) << 32 ^ 0xFFFFFFFF << len(bits)
        while number.bit_length() > 32:
            number ^= divisor << number.bit_length() - 33
        sums.append(int(f"{number:032b}"[::-1], 2) ^ 0xFFFFFFFF)
    return np.array(sums, dtype=np.uint32)


def adler_checksum(message):
    """Checksums of two sums modulo a prime."""
    modulus = 65521
    sums = (1 + jnp.cumsum(message, axis=1, dtype=jnp.int32)) % modulus
    high = jnp.sum(sums, axis=1, dtype=jnp.int32) % modulus
    return high.astype(jnp.uint32) << 16 | sums[:, -1].astype(jnp.uint32)


def adler_checksum_reference(message):
    checks = []
    for row in message.tolist():
        low = 1 + sum(row)
        high = len(row) + sum((len(row) - i) * byte for i, byte in enumerate(row))
        checks.append(high % 65521 * 65536 + low % 65521)
    return np.array(checks, dtype=np.uint32)


def rotated_left(words, count):
    """Turn the bits of words of 32 bits."""
    return words << count | words >> (32 - count)


def murmur_hash(words, seed):
    """Hashes of 32 bits of rows of words."""

    def mix(state, word):
        word = rotated_left(word * jnp.uint32(0xCC9E2D51), 15) * jnp.uint32(0x1B873593)
        return rotated_left(state ^ word, 13) * 5 + jnp.uint32(0xE6546B64), None

    start = jnp.full(words.shape[0], seed, dtype=jnp.uint32)
    state, _ = lax.scan(mix, start, words.T)
    state ^= jnp.uint32(4 * words.shape[1])
    state = (state ^ state >> 16) * jnp.uint32(0x85EBCA6B)
    state = (state ^ state >> 13) * jnp.uint32(0xC2B2AE35)
    return state ^ state >> 16


def murmur_hash_reference(words, seed):
    size = 2**32

    def turned(word, count):
        return word * 2**count % size + word // 2 ** (32 - count)

    hashes = []
    for row in words.tolist():
        state = int(seed)
        for word in row:
            mixed = turned(word * 0xCC9E2D51 % size, 15) * 0x1B873593 % size
            state = (turned(state ^ mixed, 13) * 5 + 0xE6546B64) % size
        state ^= 4 * len(row)
        for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35), (16, 1)):
            state = (state ^ state // 2**shift) * factor % size
        hashes.append(state)
    return np.array(hashes, dtype=np.uint32)


def byte_hash(message, *, variant):
    """Hashes of messages, one multiplication for each byte."""
    prime = jnp.uint32(16777619)

    def step(state, byte):
        byte = byte.astype(jnp.uint32)
        state = (state ^ byte) * prime if variant == "1a" else state * prime ^ byte
        return state, state

    start = jnp.full(message.shape[0], 2166136261, dtype=jnp.uint32)
    final, states = lax.scan(step, start, message.T)
    return final, (states >> 24).astype(jnp.int32).T


def byte_hash_reference(message, *, variant):
    hashes, tops = [], []
    for row in message.tolist():
        state, seen = 2166136261, []
        for byte in row:
            if variant == "1a":
                state = (state ^ byte) * 16777619 % 2**32
            else:
                state = state * 16777619 % 2**32 ^ byte
            seen.append(state // 2**24)
        hashes.append(state)
        tops.append(seen)
    return np.array(hashes, dtype=np.uint32), np.array(tops, dtype=np.int32)


def shift_register_stream(seeds, *, steps, shifts):
    """Random numbers from three shifts, as fractions of one, and the last states."""
    left, right, again = shifts

    def step(state, _):
        state = state ^ state << left
        state = state ^ state >> right
        state = state ^ state << again
        return state, (state >> 8).astype(jnp.float32) * 2.0**-24

    state, numbers = lax.scan(step, seeds, length=steps)
    return numbers, state


def shift_register_stream_reference(seeds, *, steps, shifts):
    left, right, again = shifts
    # A step is linear in the bits: a matrix modulo two.
    identity = np.eye(32, dtype=int)

    def shifted(count):
        return (identity + np.eye(32, k=-count, dtype=int)) % 2

    step = shifted(again) @ shifted(-right) @ shifted(left) % 2
    places = 2 ** np.arange(32, dtype=np.uint64)
    numbers, states = np.zeros((steps, len(seeds))), []
    for i, seed in enumerate(seeds.tolist()):
        bits = np.array([seed >> place & 1 for place in range(32)])
        for t in range(steps):
            bits = step @ bits % 2
            numbers[t, i] = np.sum(bits[8:] * 2.0 ** np.arange(-24, 0))
        states.append(int(np.sum(bits.astype(np.uint64) * places)))
    return numbers, np.array(states, dtype=np.uint32)


def permuted_congruential_hash(words):
    """Hash words by a step of a linear generator whose output is scrambled."""
    state = words * jnp.uint32(747796405) + jnp.uint32(2891336453)
    scrambled = (state >> ((state >> 28) + 4) ^ state) * jnp.uint32(277803737)
    return scrambled >> 22 ^ scrambled


def permuted_congruential_hash_reference(words):
    hashes = []
    for word in words.ravel().tolist():
        state = (word * 747796405 + 2891336453) % 2**32
        scrambled = (state // 2 ** (state // 2**28 + 4) ^ state) * 277803737 % 2**32
        hashes.append(scrambled // 2**22 ^ scrambled)
    return np.array(hashes, dtype=np.uint32).reshape(words.shape)


def value_noise(points, seed, *, octaves):
    """Smooth noise on a line, from hashes of the lattice's points."""

    def lattice(places):
        words = permuted_congruential_hash(places.astype(jnp.uint32) ^ seed)
        return (words >> 8).astype(points.dtype) * 2.0**-23 - 1.0

    total = jnp.zeros_like(points)
    for octave in range(octaves):
        scaled = points * 2.0**octave
        cell = jnp.floor(scaled)
        share = scaled - cell
        weight = share * share * (3.0 - 2.0 * share)
        left, right = lattice(cell), lattice(cell + 1.0)
        total += (left + weight * (right - left)) * 0.5**octave
    return total


def value_noise_reference(points, seed, *, octaves):
    total = np.zeros(points.shape)
    for octave in range(octaves):
        for i, point in enumerate(points * 2.0**octave):
            cell = int(np.floor(point))
            places = np.array([cell, cell + 1], dtype=np.uint32) ^ seed
            words = permuted_congruential_hash_reference(places)
            ends = (words // 256).astype(float) / 2**23 - 1
            share = point - cell
            far = 3 * share**2 - 2 * share**3
            total[i] += (ends[0] * (1 - far) + ends[1] * far) / 2**octave
    return total


def packed_similarity(x, y):
    """How alike sets are, by counting bits of packed masks."""
    x_bytes, y_bytes = jnp.packbits(x, axis=1), jnp.packbits(y, axis=1)

    def count(both):
        ones = lax.population_count(both).astype(jnp.int32)
        return jnp.sum(ones, axis=-1, dtype=jnp.int32)

    common = count(x_bytes[:, None] & y_bytes)
    either = count(x_bytes[:, None] | y_bytes)
    ratios = common.astype(jnp.float32) / jnp.maximum(either, 1).astype(jnp.float32)
    return common, ratios


def packed_similarity_reference(x, y):
    common = np.zeros((len(x), len(y)), dtype=np.int32)
    ratios = np.zeros((len(x), len(y)))
    for i, j in np.ndindex(*common.shape):
        first, second = set(np.flatnonzero(x[i])), set(np.flatnonzero(y[j]))
        common[i, j] = len(first & second)
        ratios[i, j] = common[i, j] / max(len(first | second), 1)
    return common, ratios


def packed_pixels(pixels, *, rounding):
    """Colors in 16 bits, and the colors of eight bits each that they stand for."""
    channels = [pixels[..., i].astype(jnp.uint16) for i in range(3)]
    if rounding:
        red, blue = ((31 * c + 127) // 255 for c in channels[::2])
        green = (63 * channels[1] + 127) // 255
    else:
        red, green, blue = channels[0] >> 3, channels[1] >> 2, channels[2] >> 3
    packed = red << 11 | green << 5 | blue
    # Repeating the leading bits reaches from 0 to 255.
    restored = jnp.stack(
        [
            (packed >> 11) << 3 | packed >> 13,
            (packed >> 5 & 63) << 2 | packed >> 9 & 3,
            (packed & 31) << 3 | packed >> 2 & 7,
        ],
        axis=-1,
    )
    return packed, restored.astype(jnp.uint8)


def packed_pixels_reference(pixels, *, rounding):
    packed = np.zeros(pixels.shape[:2], dtype=np.uint16)
    restored = np.zeros(pixels.shape, dtype=np.uint8)
    for i, j in np.ndindex(*packed.shape):
        text = ""
        for channel, bits in enumerate((5, 6, 5)):
            value, most = int(pixels[i, j, channel]), 2**bits - 1
            code = (
                (value * most + 127) // 255 if rounding else value * (most + 1) // 256
            )
            digits = f"{code:0{bits}b}"
            text += digits
            restored[i, j, channel] = int((digits * 2)[:8], 2)
        packed[i, j] = int(text, 2)
    return packed, restored


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


def double_word_sum(x_high, x_low, y_high, y_low, *, subtract):
    """Sums of integers of 64 bits from halves of 32, with a carry between them."""
    if subtract:
        low = x_low - y_low
        return x_high - y_high - (x_low < y_low).astype(jnp.uint32), low
    low = x_low + y_low
    return x_high + y_high + (low < x_low).astype(jnp.uint32), low


def double_word_sum_reference(x_high, x_low, y_high, y_low, *, subtract):
    x = x_high.astype(np.uint64) * 2**32 + x_low
    y = y_high.astype(np.uint64) * 2**32 + y_low
    total = x - y if subtract else x + y
    return (total // 2**32).astype(np.uint32), (total % 2**32).astype(np.uint32)


def double_word_product(x, y):
    """Products of 64 bits of words of 32, from four products of their halves."""
    x_high, x_low = x >> 16, x & 0xFFFF
    y_high, y_low = y >> 16, y & 0xFFFF
    lowest = x_low * y_low
    first = x_high * y_low + (lowest >> 16)
    second = x_low * y_high + (first & 0xFFFF)
    high = x_high * y_high + (first >> 16) + (second >> 16)
    return high, second << 16 | lowest & 0xFFFF


def double_word_product_reference(x, y):
    products = [a * b for a, b in zip(x.tolist(), y.tolist())]
    high = np.array([product >> 32 for product in products], dtype=np.uint32)
    low = np.array([product & 0xFFFFFFFF for product in products], dtype=np.uint32)
    return high, low


def zigzag_lengths(numbers, *, delta):
    """Signed numbers as unsigned ones, and how many bytes of seven bits they take."""
    if delta:
        numbers = jnp.diff(numbers, axis=1, prepend=0)
    zigzag = (numbers << 1 ^ numbers >> 31).astype(jnp.uint32)
    digits = 32 - lax.clz(zigzag | 1).astype(jnp.int32)
    lengths = (digits + 6) // 7
    return zigzag, lengths, jnp.sum(lengths, axis=1, dtype=jnp.int32)


def zigzag_lengths_reference(numbers, *, delta):
    zigzag = np.zeros(numbers.shape, dtype=np.uint32)
    lengths = np.ones(numbers.shape, dtype=np.int32)
    for i, row in enumerate(numbers.tolist()):
        before = 0
        for j, number in enumerate(row):
            change = number - before
            before = number if delta else 0
            code = 2 * change if change >= 0 else -2 * change - 1
            zigzag[i, j] = code
            while code >= 128:
                code, lengths[i, j] = code // 128, lengths[i, j] + 1
    return zigzag, lengths, np.array([sum(row) for row in lengths], dtype=np.int32)


def corrected_codewords(nibbles, errors):
    """What is read from codewords of seven bits that have errors."""
    a, b, c, d = (nibbles >> place & 1 for place in range(4))
    word = jnp.stack([a ^ b ^ d, a ^ c ^ d, a, b ^ c ^ d, b, c, d], axis=1)
    received = word ^ (errors[:, None] >> jnp.arange(7, dtype=jnp.int32) & 1)
    # The parities that are wrong spell the place of the error.
    places = jnp.arange(1, 8, dtype=jnp.int32)
    wrong = lax.reduce_xor(jnp.where(received == 1, places, 0), (1,))
    repaired = received ^ (places == wrong[:, None])
    powers = jnp.array([0, 0, 1, 0, 2, 4, 8], dtype=jnp.int32)
    return wrong, jnp.sum(repaired * powers, axis=1, dtype=jnp.int32)


def corrected_codewords_reference(nibbles, errors):
    generator = np.array(
        [
            [1, 1, 1, 0, 0, 0, 0],
            [1, 0, 0, 1, 1, 0, 0],
            [0, 1, 0, 1, 0, 1, 0],
            [1, 1, 0, 1, 0, 0, 1],
        ]
    )
    digits = np.arange(16)[:, None] >> np.arange(4) & 1
    codewords = digits @ generator % 2
    places, decoded = [], []
    for nibble, error in zip(nibbles.tolist(), errors.tolist()):
        received = (codewords[nibble] + [error >> k & 1 for k in range(7)]) % 2
        distances = np.sum(codewords != received, axis=1)
        # Every word is within one bit of exactly one codeword.
        closest = int(np.argmin(distances))
        differing = np.flatnonzero(codewords[closest] != received)
        places.append(int(differing[0]) + 1 if len(differing) else 0)
        decoded.append(closest)
    return np.array(places, dtype=np.int32), np.array(decoded, dtype=np.int32)


def field_product(x, y, *, polynomial):
    """Products in the field of 256 elements, by shifts that are reduced."""
    x, y = x.astype(jnp.int32), y.astype(jnp.int32)

    def step(carry, _):
        product, x, y = carry
        product = product ^ jnp.where(y & 1, x, 0)
        doubled = x << 1
        x = doubled ^ jnp.where(doubled > 255, polynomial, 0)
        return (product, x, y >> 1), None

    (product, _, _), _ = lax.scan(step, (jnp.zeros_like(x), x, y), length=8)
    return product.astype(jnp.uint8)


def field_product_reference(x, y, *, polynomial):
    products = []
    for a, b in zip(x.tolist(), y.tolist()):
        product = 0
        for i in range(8):
            for j in range(8):
                product ^= (a >> i & 1) * (b >> j & 1) << (i + j)
        for place in range(14, 7, -1):
            if product >> place & 1:
                product ^= polynomial << (place - 8)
        products.append(product)
    return np.array(products, dtype=np.uint8)


def integer_root(numbers):
    """Square roots of integers, rounded down, bit by bit, and what is left."""
    root, rest = jnp.zeros_like(numbers), numbers
    for shift in range(20, -1, -2):
        bit = 1 << shift
        fits = rest >= root + bit
        rest = jnp.where(fits, rest - root - bit, rest)
        root = jnp.where(fits, (root >> 1) + bit, root >> 1)
    return root, rest


def integer_root_reference(numbers):
    roots = []
    for number in numbers.tolist():
        root = 0
        while (root + 1) ** 2 <= number:
            root += 1
        roots.append(root)
    roots = np.array(roots, dtype=np.int32)
    return roots, numbers - roots * roots


def bloom_membership(keys, queries, *, size, hashes):
    """Which queries may be in a set, by bits that its members have set."""

    def places(values):
        salts = jnp.arange(1, hashes + 1, dtype=jnp.uint32) * jnp.uint32(0x9E3779B9)
        words = permuted_congruential_hash(values[:, None].astype(jnp.uint32) + salts)
        return (words % size).astype(jnp.int32)

    table = jnp.zeros(size, dtype=bool).at[places(keys)].set(True)
    return table, jnp.all(table[places(queries)], axis=1)


def bloom_membership_reference(keys, queries, *, size, hashes):
    def places(value):
        salted = [
            (int(value) + salt * 0x9E3779B9) % 2**32 for salt in range(1, hashes + 1)
        ]
        words = permuted_congruential_hash_reference(np.array(salted))
        return [int(word) % size for word in words]

    filled = {place for key in keys for place in places(key)}
    table = np.array([place in filled for place in range(size)])
    return table, np.array([filled.issuperset(places(query)) for query in queries])


def hashed_features(tokens, weights, *, buckets):
    """Sums of weights of tokens in hashed places, with hashed signs."""
    words = permuted_congruential_hash(tokens.astype(jnp.uint32))
    places = (words >> 1) % buckets
    signs = 1.0 - 2.0 * (words & 1).astype(weights.dtype)

    def embed(places, values):
        return jnp.zeros(buckets, dtype=values.dtype).at[places].add(values)

    return jax.vmap(embed)(places, signs * weights)


def hashed_features_reference(tokens, weights, *, buckets):
    words = permuted_congruential_hash_reference(tokens)
    sums = np.zeros((len(tokens), buckets))
    for i, j in np.ndindex(*tokens.shape):
        place, odd = divmod(int(words[i, j]), 2)
        sums[i, place % buckets] += -weights[i, j] if odd else weights[i, j]
    return sums


def counted_sketch(stream, queries, *, depth, width):
    """Counts of items from a small table, sometimes too large but never too small."""
    rows = jnp.arange(depth, dtype=jnp.uint32)[:, None]

    def places(items):
        words = permuted_congruential_hash(items.astype(jnp.uint32))
        # Two hashes give as many as are needed.
        return ((words & 0xFFFF) + rows * (words >> 16 | 1)) % width

    table = jnp.zeros((depth, width), dtype=jnp.int32)
    table = table.at[rows, places(stream)].add(1)
    return table, jnp.min(table[rows, places(queries)], axis=0)


def counted_sketch_reference(stream, queries, *, depth, width):
    def places(item):
        word = int(permuted_congruential_hash_reference(np.array([item]))[0])
        high, low = divmod(word, 2**16)
        return [(low + row * (high // 2 * 2 + 1)) % width for row in range(depth)]

    table = np.zeros((depth, width), dtype=np.int32)
    for item in stream:
        for row, place in enumerate(places(item)):
            table[row, place] += 1
    counts = [min(table[r, p] for r, p in enumerate(places(q))) for q in queries]
    return table, np.array(counts, dtype=np.int32)
