"""The comparison lets rounding pass and nothing else."""

import numpy as np
import pytest

from jaxsmith.verdict import Expectation, compare
from jaxsmith.vocabulary.aval import Aval

F32 = Aval((32, 32), "float32")
F64 = Aval((32, 32), "float64")


def expectation(values, bound):
    values = np.asarray(values)
    return Expectation((values,), (np.broadcast_to(np.float64(bound), values.shape),))


@pytest.mark.parametrize("aval", [F32, F64], ids=str)
def test_one_element_in_a_thousand_off_by_one_percent_is_caught(aval):
    expected = np.linspace(0.5, 2.0, 1024).reshape(aval.shape)
    bound = 16 * np.finfo(aval.dtype).eps * np.abs(expected)
    actual = expected.astype(aval.dtype)
    assert compare([actual], Expectation((expected,), (bound,)), [aval]).ok
    actual[7, 11] *= 1.01
    found = compare([actual], Expectation((expected,), (bound,)), [aval])
    assert found.mismatch.reason == "mismatch"
    assert found.mismatch.index == (7, 11)
    assert found.mismatch.bad == 1


@pytest.mark.parametrize("turn", [0.99, 1j, -1, np.conj])
def test_a_complex_number_is_compared_in_both_parts(turn):
    expected = np.exp(2j * np.linspace(0.1, 1.2, 12))
    aval = Aval((12,), "complex64")
    bound = np.full(12, 16 * 2.0**-23)
    actual = expected.astype(np.complex64)
    assert compare([actual], Expectation((expected,), (bound,)), [aval]).ok
    actual[5] = turn(actual[5]) if callable(turn) else turn * actual[5]
    found = compare([actual], Expectation((expected,), (bound,)), [aval])
    assert found.mismatch.index == (5,)
    assert found.mismatch.bad == 1


def test_zeros_are_not_accepted_for_small_values():
    expected = np.full((4,), 1e-6)
    found = compare(
        [np.zeros(4, np.float32)], expectation(expected, 1e-12), [Aval((4,), "float32")]
    )
    assert found.mismatch.bad == 4


@pytest.mark.parametrize(
    ("actual", "reason"),
    [
        ([], "wrong_structure"),
        ([np.zeros((2,), np.float32)], "wrong_shape"),
        ([np.zeros((3,), np.float64)], "wrong_dtype"),
        ([np.array([0, np.nan, 0], np.float32)], "nan_mismatch"),
        ([np.array([0, np.inf, 0], np.float32)], "nan_mismatch"),
        ([np.array([0, 0, 1e-3], np.float32)], "mismatch"),
    ],
)
def test_each_kind_of_difference_has_its_reason(actual, reason):
    found = compare(actual, expectation(np.zeros(3), 1e-6), [Aval((3,), "float32")])
    assert found.mismatch.reason == reason


def test_expected_nan_and_infinities_must_be_there():
    expected = np.array([np.nan, np.inf, -np.inf, 1.0])
    aval = Aval((4,), "float32")
    assert compare([expected.astype(np.float32)], expectation(expected, 1e-6), [aval]).ok
    swapped = np.array([np.nan, -np.inf, np.inf, 1.0], np.float32)
    assert compare([swapped], expectation(expected, 1e-6), [aval]).mismatch.bad == 2


def test_integers_are_equal_or_wrong():
    aval = Aval((3,), "int32")
    expected = expectation(np.array([1, 2, 3], np.int32), 0.0)
    assert compare([np.array([1, 2, 3], np.int32)], expected, [aval]).ok
    found = compare([np.array([1, 2, 4], np.int32)], expected, [aval])
    assert found.mismatch.index == (2,)


def test_errors_are_measured_in_units_in_the_last_place():
    actual = np.array([np.nextafter(np.float32(1), np.float32(2))])
    found = compare([actual], expectation(np.ones(1), 1e-6), [Aval((1,), "float32")])
    assert found.max_ulp_error == pytest.approx(1.0)
    assert found.max_abs_error == pytest.approx(2.0**-23)
    assert 0 < found.max_share < 1


def test_the_second_output_is_compared_too():
    both = Expectation((np.zeros(2), np.ones(2)), (np.zeros(2), np.zeros(2)))
    avals = [Aval((2,), "float32")] * 2
    found = compare([np.zeros(2, np.float32), np.zeros(2, np.float32)], both, avals)
    assert found.mismatch.output == 1


@pytest.mark.parametrize("shape", [(), (0,), (2, 0, 3)])
def test_scalars_and_empty_arrays_are_compared(shape):
    aval = Aval(shape, "float32")
    assert compare([np.zeros(shape, np.float32)], expectation(np.zeros(shape), 0.0), [aval]).ok
