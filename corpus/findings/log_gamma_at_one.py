"""The logarithm of the gamma function of one, which is 0, comes out as 2**-21 in float32."""

import jax
import jax.numpy as jnp

function = jax.scipy.special.gammaln
inputs = (jnp.float32(1.0),)
expected = 0.0
tolerance = 1e-7

if __name__ == "__main__":
    print(jax.jit(function)(*inputs), "expected", expected)
