"""The comparison lets rounding pass and nothing else."""

import numpy as np
import pytest

from jaxsmith.verdict import Comparison, Expectation, compare
from jaxsmith.verdict.compare import widen
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


def compared(actual, expected, bound, dtype="float32"):
    expected = np.asarray(expected)
    actual = np.asarray(actual).astype(dtype)
    bounds = np.broadcast_to(np.float64(bound), expected.shape)
    return compare([actual], Expectation((expected,), (bounds,)), [Aval(expected.shape, dtype)])


def test_what_agrees_to_the_bit_has_no_error_at_all():
    found = compared([1.0, -3.0], np.array([1.0, -3.0]), 1e-3)
    assert found == Comparison(None, 0.0, 0.0, 0.0, 0.0)
    assert compared(np.zeros((0, 2)), np.zeros((0, 2)), 1e-3) == Comparison(None)


def test_the_bound_itself_is_allowed_and_no_more():
    assert compared([1.0, 1.25], np.array([1.0, 1.0]), 0.25).ok
    found = compared([1.0, 1.25], np.array([1.0, 1.0]), np.nextafter(0.25, 0))
    assert (found.mismatch.index, found.mismatch.bad) == ((1,), 1)


@pytest.mark.parametrize(
    ("actual", "expected", "dtype", "absolute", "relative", "ulps"),
    [
        (-1.5, -1.25, "float32", 0.25, 0.2, 0.25 * 2**23),
        (5.0, 4.0, "float32", 1.0, 0.25, 2.0**21),
        (4.0, 3.0, "bfloat16", 1.0, 1 / 3, 64.0),
        (4.0, 3.0, "float64", 1.0, 1 / 3, 2.0**51),
        # What is smaller than any normal number has no relative error, and the units of those.
        (0.0, 2.0**-126, "float32", 2.0**-126, 1.0, 2.0**23),
        (0.0, 2.0**-127, "float32", 2.0**-127, 0.0, 2.0**22),
        (2.0**-126, 0.0, "float32", 2.0**-126, 0.0, 2.0**23),
        (3 + 4j, 3 + 5j, "complex64", 1.0, 1 / 34**0.5, 2.0**21),
    ],
)
def test_errors_in_every_unit(actual, expected, dtype, absolute, relative, ulps):
    found = compared(actual, expected, 16.0, dtype)
    assert found.ok
    assert found.max_abs_error == pytest.approx(absolute, rel=1e-12)
    assert found.max_rel_error == pytest.approx(relative, rel=1e-12)
    assert found.max_ulp_error == pytest.approx(ulps, rel=1e-12)
    assert found.max_share == pytest.approx(absolute / 16, rel=1e-12)


def test_where_nothing_may_be_off_there_is_no_share():
    found = compared([1.0, 2.5], np.array([1.0, 2.0]), [0.0, 1.0])
    assert found.max_share == 0.5
    assert compared([1.0, 2.5], np.array([1.0, 2.0]), 0.0).max_share == 0.0


def test_the_worst_of_all_outputs_is_told():
    avals = [Aval((1,), "float32"), Aval((1,), "bfloat16")]
    values = (np.array([100.0]), np.array([1.0]))
    actual = [np.array([101.0], np.float32), np.array([1.5]).astype("bfloat16")]
    both = compare(actual, Expectation(values, (np.array([8.0]), np.array([1.0]))), avals)
    assert both.max_abs_error == 1.0
    assert both.max_rel_error == 0.5
    assert both.max_ulp_error == 2.0**17
    assert both.max_share == 0.5
    turned = compare(actual[::-1], Expectation(values[::-1], (np.ones(1), np.ones(1))), avals[::-1])
    assert turned.max_abs_error == 1.0
    assert turned.max_rel_error == 0.5
    assert turned.max_ulp_error == 2.0**17
    assert turned.max_share == 1.0


def test_the_first_output_that_is_off_is_the_mismatch():
    avals = [Aval((), "int32")] * 3
    expected = Expectation((np.int32(1),) * 3, (np.zeros(()),) * 3)
    found = compare([np.int32(1), np.int32(2), np.int32(3)], expected, avals)
    assert found.mismatch.output == 1
    assert found.mismatch.actual == 2


def test_the_worst_element_is_the_one_farthest_past_its_bound():
    found = compared([0.5, 2.0, -3.0], np.zeros(3), [0.125, 1.0, 2.0])
    assert found.mismatch.index == (0,)
    assert (found.mismatch.bad, found.mismatch.bound) == (3, 0.125)
    found = compared([0.5, 2.0, -3.0], np.zeros(3), 0.0)
    assert found.mismatch.index == (2,)


def test_elements_that_agree_are_never_the_worst():
    expected = np.array([np.nan, 1.0, np.inf, 4.0])
    found = compared([np.nan, 1.5, np.inf, 4.0], expected, 0.25)
    assert (found.mismatch.reason, found.mismatch.index) == ("mismatch", (1,))
    found = compared([np.nan, 1.0, -np.inf, 4.5], expected, 0.25)
    assert (found.mismatch.reason, found.mismatch.index) == ("nan_mismatch", (2,))
    assert found.mismatch.bad == 1


def test_what_is_finite_must_be_so_and_what_is_not_must_be_the_same():
    for value in (np.nan, np.inf):
        assert compared(value, 1.0, 1e9).mismatch.reason == "nan_mismatch"
        assert compared(1.0, value, 1e9).mismatch.reason == "nan_mismatch"
        assert compared(value, value, 0.0) == Comparison(None)
    assert compared(np.nan, np.inf, 1e9).mismatch.reason == "nan_mismatch"


def test_details_say_where_and_how_much():
    found = compared([[1.0, 2.0]], np.array([[1.0, 1.0]]), 0.125)
    assert found.mismatch.detail == (
        "output 0[0, 1] is 2.0, expected 1.0 within 0.125; 1 of 2 elements are off"
    )
    found = compared(3, np.int32(4), 0.0, "int32")
    assert found.mismatch.detail == "output 0 is 3, expected 4 exactly; 1 of 1 elements are off"
    assert found.mismatch.bound is None
    assert (found.mismatch.actual, found.mismatch.expected) == (3, 4)


@pytest.mark.parametrize(
    ("actual", "output", "detail"),
    [
        ([], None, "returned 0 arrays, expected 1"),
        ([np.zeros((2,), np.float32)], 0, "output 0 has shape (2,), expected (3,)"),
        ([np.zeros((3,), np.float64)], 0, "output 0 has dtype float64, expected float32"),
    ],
)
def test_an_output_of_another_type_is_told_by_both(actual, output, detail):
    found = compare(actual, expectation(np.zeros(3), 1.0), [Aval((3,), "float32")])
    assert (found.mismatch.output, found.mismatch.detail) == (output, detail)


def test_what_a_reference_holds_in_more_bits_is_the_same():
    # NumPy has no integers of 4 bits: a reference gives them in 8.
    assert compared([7, -8], np.array([7, -8], np.int8), 0.0, "int4").ok
    assert not compared([7, -8], np.array([7, -7], np.int8), 0.0, "int4").ok
    assert compared([True], np.array([True]), 0.0, "bool").ok


def test_nothing_warns_of_what_is_compared():
    with np.errstate(all="raise"):
        assert not compared([np.inf, 0.0], np.array([1.0, 0.0]), 0.0).ok
        assert not compared([1e30, 0.0], np.array([np.nan, 0.0]), 0.0).ok


@pytest.mark.parametrize(
    ("dtype", "wide"),
    [("float16", "float64"), ("int8", "float64"), ("bool", "float64"), ("complex64", "complex128")],
)
def test_errors_are_computed_in_64_bits(dtype, wide):
    assert widen(np.ones(2, dtype)).dtype == wide
