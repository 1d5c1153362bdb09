"""Two references that a mapped function writes in a loop can't be traced."""

import jax
import jax.numpy as jnp
from jax import lax


def counted(x):
    cells = jax.new_ref(jnp.zeros(3))
    last = jax.new_ref(jnp.zeros(()))

    def place(i, _):
        cells[i] = 2.0
        last[...] = cells[i]

    lax.fori_loop(0, 3, place, None)
    return x + jnp.sum(cells[...]) + last[...]


function = jax.vmap(counted)
inputs = (jnp.arange(2.0),)
expected = jnp.array([8.0, 9.0])
tolerance = 0.0

if __name__ == "__main__":
    print(jax.jit(function)(*inputs), "expected", expected)
