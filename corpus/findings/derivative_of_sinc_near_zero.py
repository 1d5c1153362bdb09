"""The derivative of a sinc near 0 has no right digit: a small difference over a small square."""

import jax
import jax.numpy as jnp

function = jax.grad(jnp.sinc)
inputs = (jnp.float32(1e-5),)
expected = jnp.float32(-3.2898681e-5)  # -pi^2 x / 3
tolerance = 1e-9

if __name__ == "__main__":
    print(jax.jit(function)(*inputs), "expected", expected)
