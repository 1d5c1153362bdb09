"""There is no forward derivative of code that writes to a reference that does not depend on x."""

import jax
import jax.numpy as jnp
from jax import lax


def function(y, x):
    def of_products(y):
        total = jax.new_ref(0.0 * x[0])

        def body(i, _):
            total[...] += x[i] * x[i]

        lax.fori_loop(0, 3, body, None)
        return y * total[...]

    return jax.jacfwd(of_products)(y)


inputs = (2.0, jnp.ones(3))
expected = 3.0
tolerance = 1e-6

if __name__ == "__main__":
    print(jax.jit(function)(*inputs), "expected", expected)
