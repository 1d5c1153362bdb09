"""A Hessian of the scaled complementary error function of an array can't be traced."""

import jax
import jax.numpy as jnp


def plain(x):
    return jnp.exp(jnp.square(x)) * jax.scipy.special.erfc(x)


# It came with JAX 0.10.
erfcx = getattr(jax.scipy.special, "erfcx", plain)


def total(x):
    return jnp.sum(erfcx(x))


function = jax.hessian(total)
inputs = (jnp.ones(2),)
expected = 0.30874352 * jnp.eye(2)  # 6 erfcx(1) - 4 / sqrt(pi)
tolerance = 1e-5

if __name__ == "__main__":
    print(jax.jit(function)(*inputs), "expected", expected)
