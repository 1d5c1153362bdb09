"""Spence's function is NaN from 2**126 on in float32: a reciprocal is flushed to zero."""

import jax
import jax.numpy as jnp

function = jax.scipy.special.spence
inputs = (jnp.float32(1e38),)
expected = -3829.61537
tolerance = 0.01

if __name__ == "__main__":
    print(jax.jit(function)(*inputs), "expected", expected)
