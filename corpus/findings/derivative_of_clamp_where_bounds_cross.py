"""Where the lower bound is above the upper, the result is the upper: its derivative is 0."""

import jax
import jax.numpy as jnp
from jax import lax


def function(upper):
    return jax.grad(lambda upper: lax.clamp(2.0, 0.0, upper))(upper)


inputs = (jnp.float32(1.0),)
expected = jnp.float32(1.0)  # the result is 1, and moves as the upper bound moves
tolerance = 0.0

if __name__ == "__main__":
    print(jax.jit(function)(*inputs), "expected", expected)
