"""Bounds hold for what float32 really does, and are not so wide that they mean nothing."""

import numpy as np
import pytest

from jaxsmith.errors import RejectedError
from jaxsmith.verdict.bounded import Bounded
from jaxsmith.verdict.rules import RULES, Step
from jaxsmith.vocabulary.aval import Aval

RNG = np.random.RandomState(0)
EPS = 2.0**-23


def step(call, operands, shape, *, size=1.0, terms=1, dtype="float32"):
    values = call(*(operand.value for operand in operands))
    return Step(call, operands, values, [Aval(shape, dtype)], size, terms)


def rounded(x):
    """A float32 array as float64, with the bound that rounding to float32 gives."""
    return Bounded(np.asarray(x, np.float64), EPS * np.abs(x))


def test_the_bound_of_a_sum_covers_float32_and_cancellation():
    x = RNG.uniform(-1, 1, (64, 500)).astype(np.float32)
    inputs = [Bounded(x.astype(float))]
    found = step(lambda a: [np.sum(a, axis=1)], inputs, (64,), size=0.5, terms=500)
    (bound,) = RULES["terms"](found)
    naive = np.zeros(64, np.float32)
    for column in x.T:
        naive += column
    error = np.abs(naive - found.values[0])
    assert (error <= bound).all()
    assert (bound <= 251 * EPS * np.abs(x).sum(axis=1)).all()


def test_the_bound_of_a_product_of_matrices_covers_float32():
    a, b = (RNG.randn(20, 20).astype(np.float32) for _ in range(2))
    found = step(
        lambda x, y: [x @ y],
        [Bounded(a.astype(float)), Bounded(b.astype(float))],
        (20, 20),
        terms=20,
    )
    (bound,) = RULES["terms"](found)
    assert (np.abs((a @ b) - found.values[0]) <= bound).all()


def test_ulps_grow_with_the_slope():
    x = rounded(np.array([1.0, 5.0, 8.0]))
    found = step(lambda a: [np.exp(a)], [x], (3,), size=4.0)
    (bound,) = RULES["ulps"](found)
    shifted = np.exp(x.value + x.error) - np.exp(x.value)
    assert (bound >= shifted).all()
    assert (bound <= 4 * EPS * np.exp(x.value) * (2 + x.value)).all()


def test_moved_elements_keep_their_own_bounds():
    x = Bounded(np.arange(6.0).reshape(2, 3), np.arange(6.0).reshape(2, 3) * 0.1)
    (bound,) = RULES["move"](step(lambda a: [a.T[::-1]], [x], (3, 2)))
    assert np.array_equal(bound, x.error.T[::-1])


def test_a_decision_too_close_to_call_is_refused():
    near = Bounded(np.array([1.0, 2.0]), np.array([1e-6, 1e-6]))
    decided = step(lambda a: [np.floor(a + 0.5)], [near], (2,))
    assert np.array_equal(RULES["decide"](decided)[0], np.zeros(2))
    with pytest.raises(RejectedError, match="too close to call"):
        RULES["decide"](step(lambda a: [np.floor(a)], [near], (2,)))


def test_a_solve_is_bounded_by_its_condition():
    a = RNG.randn(8, 8) + 8 * np.eye(8)
    b = RNG.randn(8)
    operands = [
        Bounded(a.astype(np.float32).astype(float)),
        Bounded(b.astype(np.float32).astype(float)),
    ]
    found = step(lambda m, v: [np.linalg.solve(m, v)], operands, (8,), size=8.0)
    (bound,) = RULES["stable"](found)
    narrow = np.linalg.solve(a.astype(np.float32), b.astype(np.float32))
    assert (np.abs(narrow - found.values[0]) <= bound).all()
    assert bound.max() < 1e-3


def test_the_largest_element_is_off_by_no_more_than_the_worst():
    x = Bounded(np.array([1.0, 3.0, 2.0]), np.array([0.1, 0.01, 0.3]))
    (bound,) = RULES["order"](step(lambda a: [np.max(a)], [x], (), size=0.0))
    assert bound == pytest.approx(0.3)


@pytest.mark.parametrize("call", [np.real, np.imag, np.exp, np.abs])
def test_an_error_in_the_plane_goes_through_a_function_of_complex_numbers(call):
    z = np.array([1.0 + 2.0j, -0.5 + 0.25j, 3.0 - 1.0j])
    off = 1e-3 * np.exp(2j * np.pi * np.arange(16) / 16)[:, None]
    operand = Bounded(z, np.full(3, 1e-3))
    single = Step(lambda x: [call(x)], [operand], [call(z)], [Aval((3,), "complex64")], 1.0, 1)
    (bound,) = RULES["ulps"](single)
    moved = np.abs(call(z + off) - call(z)).max(axis=0)
    assert np.all(moved <= bound + 1e-6)
    assert np.all(bound <= 1.5 * moved)


def test_the_bound_of_a_complex_product_covers_complex64():
    rng = np.random.default_rng(3)
    parts = rng.uniform(-2, 2, (4, 30, 30))
    a, b = ((parts[k] + 1j * parts[k + 1]).astype(np.complex64) for k in (0, 2))
    wide = [np.asarray(x, np.complex128) for x in (a, b)]
    product = Step(
        lambda x, y: [x @ y],
        [Bounded(x) for x in wide],
        [wide[0] @ wide[1]],
        [Aval((30, 30), "complex64")],
        0.5,
        30,
    )
    (bound,) = RULES["terms"](product)
    error = np.abs((a @ b) - wide[0] @ wide[1])
    assert np.all(error <= bound)
    assert bound.max() < 1e-3
