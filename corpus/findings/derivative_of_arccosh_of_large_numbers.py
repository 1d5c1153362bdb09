"""The derivative of arccosh is 0 where the square of the argument overflows."""

import jax
import jax.numpy as jnp

function = jax.grad(jnp.arccosh)
inputs = (jnp.float32(1e20),)
expected = 1e-20
tolerance = 1e-26

if __name__ == "__main__":
    print(jax.jit(function)(*inputs), "expected", expected)
