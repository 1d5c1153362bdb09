"""Arithmetic without error: JAX, and NumPy from the definition."""

import jax.numpy as jnp
import numpy as np
from jax import lax


def integers_of(x, places):
    return [int(value) for value in np.ldexp(x, places).ravel()]


def rounded_integer(number, digits):
    # A Python integer to so many binary digits, halves to even.
    excess = max(abs(number).bit_length() - digits, 0)
    whole, rest = divmod(abs(number), 1 << excess)
    half = (1 << excess) // 2
    whole += rest > half or (0 < rest == half and whole % 2 == 1)
    return (whole << excess) * (1 if number >= 0 else -1)


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
