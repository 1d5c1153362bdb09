"""Rows that are shifted down and then reshaped read what the shift has already written."""

import jax
import jax.numpy as jnp


def function(x):
    rows = x + 1
    return rows.at[1:].set(rows[:-1]).reshape(1, 4, 1)


inputs = (jnp.arange(4).reshape(4, 1),)
expected = jnp.array([1, 1, 2, 3]).reshape(1, 4, 1)
tolerance = 0.0

if __name__ == "__main__":
    print(jax.jit(function)(*inputs).ravel(), "expected", expected.ravel())
