"""The absolute value of a square of integers is dropped, though the square may wrap around."""

import jax
import jax.numpy as jnp


def function(x):
    return jnp.abs(x * x)


inputs = (jnp.array([12, 7, 20], dtype=jnp.int8),)
expected = jnp.array([112, 49, 112], dtype=jnp.int8)  # of -112, 49 and -112
tolerance = 0.0

if __name__ == "__main__":
    print(jax.jit(function)(*inputs), "expected", expected)
