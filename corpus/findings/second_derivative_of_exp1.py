"""A Hessian of the exponential integral can't be lowered."""

import jax
import jax.numpy as jnp


def total(x):
    return jnp.sum(jax.scipy.special.exp1(x))


function = jax.hessian(total)
inputs = (jnp.ones(2),)
expected = 0.735758882 * jnp.eye(2)  # 2 / e
tolerance = 1e-3

if __name__ == "__main__":
    print(jax.jit(function)(*inputs), "expected", expected)
