"""The derivative of Spence's function, log(x) / (1 - x), is NaN from 1.5 to 2 and 0 at 1."""

import jax
import jax.numpy as jnp

function = jax.vmap(jax.grad(jax.scipy.special.spence))
inputs = (jnp.array([1.0, 1.5, 2.0]),)
expected = jnp.array([-1.0, -0.810930216, -0.693147181])
tolerance = 1e-5

if __name__ == "__main__":
    print(jax.jit(function)(*inputs), "expected", expected)
