"""Rows can't be mapped over in a product of groups of rows: a limitation that JAX states itself."""

import jax
import jax.numpy as jnp


def grouped(rows, weights):
    return jax.lax.ragged_dot(rows, weights, jnp.array([1, 2]))


function = jax.vmap(grouped, in_axes=(0, None))
inputs = (jnp.ones((2, 3, 4)), jnp.ones((2, 4, 5)))
expected = jnp.full((2, 3, 5), 4.0)
tolerance = 1e-5

if __name__ == "__main__":
    print(jax.jit(function)(*inputs), "expected", expected)
