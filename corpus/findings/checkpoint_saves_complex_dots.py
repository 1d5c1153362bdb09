"""A checkpoint that saves products of matrices refuses complex ones."""

import jax
import jax.numpy as jnp


def power(x):
    beams = (jnp.outer(x, x) * 1j) @ jnp.exp(1j * x)
    return jnp.sum(jnp.abs(beams) ** 2)


saved = jax.checkpoint(power, policy=jax.checkpoint_policies.dots_saveable)
function = jax.grad(saved)
inputs = (jnp.arange(4.0),)
expected = jax.grad(power)(*inputs)
tolerance = 0.01

if __name__ == "__main__":
    print(jax.jit(function)(*inputs), "expected", expected)
