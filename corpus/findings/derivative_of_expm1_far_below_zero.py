"""The derivative of expm1 is expm1 + 1, in which exp(-40) is lost."""

import jax
import jax.numpy as jnp

jax.config.update("jax_enable_x64", True)

function = jax.grad(jnp.expm1)
inputs = (-40.0,)
expected = 4.248354255291589e-18
tolerance = 1e-30

if __name__ == "__main__":
    print(jax.jit(function)(*inputs), "expected", expected)
