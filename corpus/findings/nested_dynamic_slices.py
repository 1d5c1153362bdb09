"""Two dynamic slices become one, whose start is their sum before either is clamped."""

import jax
import jax.numpy as jnp
from jax import lax


def function(x, start):
    window = lax.dynamic_slice_in_dim(x, start, 5)
    return window[start]


inputs = (jnp.arange(11.0), -8)
expected = 3.0  # the window begins at 11 - 8, and its own start of -8 + 5 is clamped to 0
tolerance = 0.0

if __name__ == "__main__":
    print(jax.jit(function)(*inputs), "expected", expected)
