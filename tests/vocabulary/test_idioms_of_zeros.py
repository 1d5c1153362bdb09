"""Code written by hand, on inputs of zeros alone: what exponents and quotients make of them."""

import jax
import numpy as np
import pytest

from corpus.idioms.code import precision_formats as formats

SQUARE = np.zeros((4, 4), np.float32)


@pytest.mark.parametrize(
    ("name", "arrays", "settings"),
    [
        ("microscaled_blocks", [SQUARE], {"block": 2, "element": "float8_e4m3fn"}),
        ("microscaled_blocks", [SQUARE], {"block": 2, "element": "float8_e5m2"}),
        ("scaled_float8_matmul", [SQUARE, SQUARE], {"margin": 1}),
        ("power_of_two_rows", [SQUARE], {"target": 3}),
        ("truncated_precision", [SQUARE], {"exponent_bits": 5, "mantissa_bits": 4}),
        ("float_fields", [SQUARE], {}),
    ],
)
def test_zeros_have_the_exponent_that_jax_gives_them(name, arrays, settings):
    actual = getattr(formats, name)(*map(jax.numpy.asarray, arrays), **settings)
    wide = [array.astype(np.float64) for array in arrays]
    expected = getattr(formats, f"{name}_reference")(*wide, **settings)
    for leaf, other in zip(jax.tree.leaves(actual), jax.tree.leaves(expected), strict=True):
        np.testing.assert_array_equal(np.asarray(leaf, np.float64), np.asarray(other, np.float64))
