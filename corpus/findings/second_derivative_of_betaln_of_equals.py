"""Where both arguments are equal, the second derivative of the log of the beta function is off."""

import jax
import jax.numpy as jnp


def log_beta(x):
    return jax.scipy.special.betaln(x, 0.5)


function = jax.grad(jax.grad(log_beta))
inputs = (jnp.float32(0.5),)
expected = jnp.float32(3.2898681)  # trigamma(1/2) - trigamma(1), which is pi ** 2 / 3
tolerance = 1e-3

if __name__ == "__main__":
    print(jax.jit(function)(*inputs), "expected", expected)
