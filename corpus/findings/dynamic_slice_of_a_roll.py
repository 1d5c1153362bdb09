"""A roll is a slice of the array twice, and a slice of it starts where the sum is clamped."""

import jax
import jax.numpy as jnp
from jax import lax


def function(x, shift, start):
    return lax.dynamic_slice(jnp.roll(x, shift), [start], [4])


inputs = (10 * jnp.arange(9), jnp.int32(4), jnp.int32(12))
expected = jnp.array([10, 20, 30, 40])  # the last four of the nine that were rolled
tolerance = 0.0

if __name__ == "__main__":
    print(jax.jit(function)(*inputs), "expected", expected)
