"""The exponential integral of order 2 at 0, which is 1, comes out as 0.5."""

import jax
import jax.numpy as jnp


def function(x):
    return jax.scipy.special.expn(2, x)


inputs = (jnp.float32(0.0),)
expected = 1.0
tolerance = 1e-6

if __name__ == "__main__":
    print(jax.jit(function)(*inputs), "expected", expected)
