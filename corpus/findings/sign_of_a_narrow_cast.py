"""A cast from bfloat16 to float8_e4m3fnuz loses the sign."""

import os

# So that LLVM leaves the operations as they are; with its optimizations the sign is kept.
os.environ["XLA_FLAGS"] = "--xla_backend_optimization_level=0"

import jax
import jax.numpy as jnp


def function(x):
    return x.astype(jnp.float8_e4m3fnuz).astype(jnp.float32)


inputs = (jnp.array([-1.0, 0.5, -0.25], jnp.bfloat16),)
expected = jnp.array([-1.0, 0.5, -0.25])
tolerance = 0.0

if __name__ == "__main__":
    print(jax.jit(function)(*inputs), "expected", expected)
