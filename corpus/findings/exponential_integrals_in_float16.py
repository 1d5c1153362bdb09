"""The coefficients of the series of the exponential integral overflow in float16."""

import jax
import jax.numpy as jnp

function = jax.scipy.special.expi
inputs = (jnp.array([0.5, 1.5, 2.0], dtype=jnp.float16),)
expected = jnp.array([0.454, 3.301, 4.954])
tolerance = 0.05

if __name__ == "__main__":
    print(jax.jit(function)(*inputs), "expected", expected)
