"""The logarithm of an exponential becomes its argument, also where the exponential is infinite."""

import jax
import jax.numpy as jnp


def function(x):
    return jnp.log(jnp.exp(x))


inputs = (jnp.float32(100.0),)
expected = jnp.inf
tolerance = 0.0

if __name__ == "__main__":
    print(jax.jit(function)(*inputs), "expected", expected)
