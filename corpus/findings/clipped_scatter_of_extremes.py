"""The derivative of a maximum that is scattered past the end, mode "clip", is infinite."""

import jax
import jax.numpy as jnp


def scattered(t, x):
    return x.at[7].max(t, mode="clip").sum()


function = jax.grad(scattered)
inputs = (20.0, jnp.arange(12.0).reshape(6, 2))
expected = 2.0
tolerance = 1e-6

if __name__ == "__main__":
    print(jax.jit(function)(*inputs), "expected", expected)
