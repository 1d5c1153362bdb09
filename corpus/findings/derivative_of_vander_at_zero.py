"""The reverse derivative of a Vandermonde matrix is NaN where the argument is 0."""

import jax
import jax.numpy as jnp


def function(x):
    return jax.jacrev(lambda x: jnp.vander(x, 3))(x)[0]


inputs = (jnp.zeros(1),)
expected = jnp.array([[0.0], [1.0], [0.0]])  # of the second, the first and the zeroth power
tolerance = 0.0

if __name__ == "__main__":
    print(jax.jit(function)(*inputs), "expected", expected)
