"""The derivative of xlogy by a float64 has the precision of a float32 beside it."""

import jax

jax.config.update("jax_enable_x64", True)

import jax.numpy as jnp
import numpy as np

function = jax.grad(jax.scipy.special.xlogy)
inputs = (jnp.float64(2.0), jnp.float32(1.5))
expected = np.log(1.5)
tolerance = 1e-15

if __name__ == "__main__":
    print(jax.jit(function)(*inputs), "expected", expected)
