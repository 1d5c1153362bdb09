"""Checksums, hashes, and what is built on them: JAX, and NumPy from the definition."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


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
