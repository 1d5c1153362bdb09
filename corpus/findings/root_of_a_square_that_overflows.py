"""The root of a square becomes the absolute value, also where the square is infinite."""

import jax
import jax.numpy as jnp


def function(x):
    return jnp.sqrt(jnp.square(x))


inputs = (jnp.float32(1e30),)
expected = jnp.inf
tolerance = 0.0

if __name__ == "__main__":
    print(jax.jit(function)(*inputs), "expected", expected)
