"""Bits: JAX, and NumPy from the definition."""

import jax.numpy as jnp
import numpy as np
from jax import lax


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
