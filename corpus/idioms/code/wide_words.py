"""Wide products: JAX, and NumPy with integers of any size."""

import jax.numpy as jnp
import numpy as np
from jax import lax


def wide_products(x, factor, *, offset):
    """Numbers of several words, lowest first, times a word and plus a small offset."""
    low = x * factor[:, None]
    high = lax.mulhi(x, jnp.broadcast_to(factor[:, None], x.shape))

    def add(carry, words):
        low, high = words
        total = low + carry
        return high + (total < low).astype(jnp.uint32), total

    start = jnp.full(factor.shape, offset, jnp.uint32)
    last, limbs = lax.scan(add, start, (low.T, high.T))
    return jnp.concatenate([limbs, last[None]]).T


def wide_products_reference(x, factor, *, offset):
    result = []
    for row, word in zip(x, factor):
        number = sum(int(limb) << 32 * i for i, limb in enumerate(row))
        number = number * int(word) + offset
        result.append([number >> 32 * i & 0xFFFFFFFF for i in range(len(row) + 1)])
    return np.array(result, dtype=np.uint32)


def range_reduced_hashes(keys, multiplier, *, buckets, shift):
    """Buckets of hashed keys without a division, and how many keys each has."""
    hashes = (keys ^ (keys >> shift if shift else keys << 16)) * (multiplier | 1)
    chosen = lax.mulhi(hashes, jnp.full_like(hashes, buckets))
    return chosen, jnp.zeros(buckets, jnp.int32).at[chosen].add(1)


def range_reduced_hashes_reference(keys, multiplier, *, buckets, shift):
    chosen = []
    for key in keys:
        key = int(key)
        mixed = key ^ (key >> shift if shift else key << 16 & 0xFFFFFFFF)
        hashed = mixed * (int(multiplier) | 1) % 2**32
        chosen.append(hashed * buckets // 2**32)
    counts = [chosen.count(bucket) for bucket in range(buckets)]
    return np.array(chosen, dtype=np.uint32), np.array(counts, dtype=np.int32)


def division_by_multiplication(n, *, divisor):
    """Quotients and remainders of words by a constant, without dividing."""
    places = (divisor - 1).bit_length()
    reciprocal = 2**32 * (2**places - divisor) // divisor + 1
    part = lax.mulhi(n, jnp.full_like(n, reciprocal))
    quotient = (part + ((n - part) >> 1)) >> (places - 1)
    return quotient, n - quotient * divisor


def division_by_multiplication_reference(n, *, divisor):
    pairs = [divmod(int(word), divisor) for word in n.reshape(-1)]
    quotients, remainders = np.array(pairs, dtype=np.uint32).T
    return quotients.reshape(n.shape), remainders.reshape(n.shape)
