"""Sums of squares of many rows times a matrix are wrong in the last rows."""

import jax
import jax.numpy as jnp


def function(x, matrix):
    return jax.vmap(lambda row: jnp.sum((matrix @ row) ** 2))(x)[-1]


rows = jnp.arange(32_769, dtype=jnp.float32)
inputs = (jnp.stack([rows, 0 * rows, 0 * rows], axis=1), jnp.eye(3))
expected = 32_768.0**2
tolerance = 1e4

if __name__ == "__main__":
    print(jax.jit(function)(*inputs), "expected", expected)
