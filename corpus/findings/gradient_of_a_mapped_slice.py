"""The gradient of a mapped dynamic slice is lost where its start is out of bounds."""

import jax
import jax.numpy as jnp
from jax import lax


def total(x, starts):
    return jnp.sum(jax.vmap(lambda start: lax.dynamic_slice(x, (start,), (6,)))(starts))


function = jax.grad(total)
# Counted from the end, the first slice would begin at 18: it begins at 14, and ends with x.
inputs = (jnp.zeros(20), jnp.array([-2, -12]))
expected = jnp.repeat(jnp.array([0.0, 1.0]), jnp.array([8, 12]))
tolerance = 0.0

if __name__ == "__main__":
    print(jax.jit(function)(*inputs), "expected", expected)
