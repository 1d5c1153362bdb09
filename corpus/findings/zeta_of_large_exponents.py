"""The zeta function of large exponents, which is 1, is NaN."""

import jax
import jax.numpy as jnp

function = jax.scipy.special.zeta
inputs = (jnp.float32(1e15), jnp.float32(1.0))
expected = 1.0
tolerance = 1e-6

if __name__ == "__main__":
    print(jax.jit(function)(*inputs), "expected", expected)
