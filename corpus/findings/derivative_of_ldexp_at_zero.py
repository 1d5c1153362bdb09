"""The derivative of ldexp by its first argument is 1 at 0, whatever the exponent."""

import jax
import jax.numpy as jnp


def function(x, exponent):
    return jax.grad(jnp.ldexp)(x, exponent)


inputs = (0.0, jnp.int32(5))
expected = 32.0
tolerance = 1e-5

if __name__ == "__main__":
    print(jax.jit(function)(*inputs), "expected", expected)
