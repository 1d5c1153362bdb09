"""A clamp of a scalar can't be mapped over one of its bounds alone."""

import jax
import jax.numpy as jnp
from jax import lax

function = jax.vmap(lax.clamp, in_axes=(None, None, 0))
inputs = (0.0, 1.0, jnp.arange(4.0))
expected = jnp.array([0.0, 1.0, 1.0, 1.0])
tolerance = 0.0

if __name__ == "__main__":
    print(jax.jit(function)(*inputs), "expected", expected)
