"""A sum over one axis of a product of eight axes kills the process, or never ends."""

import jax
import jax.numpy as jnp


def function(x, table):
    sums = jnp.sum(x[..., None, None, None, None, None] * table, axis=2)
    return jnp.max(jnp.log(jnp.maximum(sums, 1e-15)))


inputs = (jnp.ones((10, 4, 6)), jnp.ones((10, 4, 6, 9, 9, 9, 9, 9)))
expected = 1.791759469
tolerance = 1e-5

if __name__ == "__main__":
    print(jax.jit(function)(*inputs), "expected", expected)
