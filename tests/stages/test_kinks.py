"""Where a function has no derivative, JAX gives what the table of kinks says."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from corpus.ops.kinks import OPS

# Whole numbers several times over: every kink of the table, and ties.
POINTS = np.array([2, -3, 1, 1, 0, -1, 0.4, -0.4, 3, 3, -2, -3, -1, 2, 2.6, 0], np.float32)


@pytest.mark.parametrize("op", OPS, ids=lambda op: op.name)
def test_jax_gives_the_slope_of_the_table(op):
    slope = eval(op.jax.format("x"), {"jax": jax, "jnp": jnp, "lax": lax, "x": jnp.asarray(POINTS)})
    expected = eval(op.numpy.format("x"), {"np": np, "x": POINTS.astype(np.float64)})
    assert np.array_equal(slope, expected.astype(np.float32))
