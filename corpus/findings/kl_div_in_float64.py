"""The summand of a relative entropy is known to ten digits only, in float64."""

import jax

jax.config.update("jax_enable_x64", True)

import jax.numpy as jnp

function = jax.scipy.special.kl_div
inputs = (jnp.float64(3.0), jnp.array([2.4, 2.7, 2.9]))
# 3 log(3 / y) - 3 + y
expected = jnp.array([0.069430653942629289, 0.016081546973478883, 0.001704655027044047])
tolerance = 1e-13

if __name__ == "__main__":
    print(jax.jit(function)(*inputs), "expected", expected)
