"""Bounds hold for what float32 really does, and are not so wide that they mean nothing."""

import numpy as np
import pytest

from jaxsmith.errors import RejectedError
from jaxsmith.verdict import noise
from jaxsmith.verdict.bounded import Bounded
from jaxsmith.verdict.rules import RULES, Step, signs
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


def exact(value):
    return Bounded(np.asarray(value, np.float64))


def off(value, error):
    value = np.asarray(value)
    return Bounded(value, np.broadcast_to(np.float64(error), value.shape))


def bounds(rule, call, operands, *dtypes, size=1.0, terms=1):
    values = call(*(operand.value for operand in operands))
    avals = [
        Aval(np.shape(value), dtype)
        for value, dtype in zip(values, dtypes or ["float32"] * len(values), strict=True)
    ]
    return RULES[rule](Step(call, operands, values, avals, size, terms, EPS))


def test_a_step_knows_its_operands():
    operands = [exact([1.0]), off([1j], 0.5), Bounded(np.arange(3)), off(2.0, 0.25)]
    known = Step(lambda *_: [], operands, [], [Aval((), "float32")] * 2, 1.0, 1)
    assert known.inexact == [1, 3]
    assert known.floats == [0, 1, 3]
    assert [np.shape(each) for each in known.arguments] == [(1,), (1,), (3,), ()]
    assert known.turns == (-(2**0.5), 2**0.5, -1j * 2**0.5, 1j * 2**0.5)
    assert Step(lambda *_: [], operands[2:], [], [], 1.0, 1).turns == (-1.0, 1.0)
    assert known.coarsest == 0.0


@pytest.mark.parametrize(
    ("dtype", "unit"),
    [("float32", EPS), ("float64", 2.0**-52), ("int32", 0.0), ("complex64", 5**0.5 * EPS)],
)
def test_the_unit_of_an_output_is_that_of_its_dtype(dtype, unit):
    outputs = [Aval((), "bool"), Aval((), dtype)]
    assert Step(list, [], [], outputs, 1.0, 1).unit(1) == unit


def test_moved_bounds_leave_integers_as_they_are():
    operands = [off([4.0, -5.0, 6.0], [0.1, 0.2, 0.3]), Bounded(np.array([2, 0]))]
    (moved,) = bounds("move", lambda x, i: [-x[i]], operands)
    assert moved.tolist() == [0.3, 0.1]


def test_the_bound_of_an_elementwise_result_is_its_spread_and_its_rounding():
    one, other = bounds("ulps", lambda x: [3 * x, x * x], [off([2.0, -4.0], 0.5)], size=2.0)
    assert one.tolist() == [1.5 + 2 * EPS * 6, 1.5 + 2 * EPS * 12]
    assert other.tolist() == [2.25 + 2 * EPS * 4, 4.25 + 2 * EPS * 16]
    (rounded_only,) = bounds("ulps", lambda x: [-x], [exact([2.0])], size=2.0)
    assert rounded_only.tolist() == [2 * EPS * 2]


def test_operands_are_moved_either_way_by_themselves():
    (found,) = bounds("ulps", lambda x, y: [x - y], [off(3.0, 0.5), off(1.0, 0.25)], size=0.0)
    assert found == 0.75
    # Not symmetric: the farther of both ends counts.
    (found,) = bounds("ulps", lambda x: [np.maximum(x, 1.0)], [off(1.0, 0.5)], size=0.0)
    assert found == 0.5


def test_a_float_beside_a_complex_number_moves_along_the_line():
    # Turned or stretched it would leave the line, or go too far.
    call = [lambda x, z: [np.where(np.imag(x) == 0, 2 * np.real(x), 99.0)]][0]
    (found,) = bounds("ulps", call, [off(3.0, 0.5), off(1j, 0.5)], size=0.0)
    assert found == 1.0


@pytest.mark.parametrize("value", [0.75, -3.25])
def test_what_is_linear_here_may_jump_elsewhere(value):
    (found,) = bounds("jumps", lambda x: [x % 1.0], [off(value, 0.2)], size=0.0)
    assert found == pytest.approx(0.2)
    with pytest.raises(RejectedError, match="ill_conditioned: an input is too close to a jump"):
        bounds("jumps", lambda x: [x % 1.0], [off(value, 0.26)], size=0.0)


def test_an_angle_that_may_be_off_by_a_turn_is_no_angle():
    (found,) = bounds("waves", lambda x: [np.sin(x)], [off(0.0, 0.5)], size=0.0)
    assert found == np.sin(0.5)
    with pytest.raises(RejectedError, match="more than a quarter turn"):
        # At both ends of this error the sine is what it is in the middle.
        bounds("waves", lambda x: [np.sin(x)], [off(0.0, 2 * np.pi)], size=0.0)
    # Of what it turns, only the angle is one.
    call = [lambda r, x: [r * np.sin(x)]][0]
    (found,) = bounds("waves", call, [off(9.0, 9.0), off(0.0, 0.5)], size=0.0)
    assert found == pytest.approx(18 * np.sin(0.5))


@pytest.mark.parametrize(("error", "refused"), [(0.3, False), (0.4, True)])
def test_a_line_may_bend_by_a_tenth(error, refused):
    # (1 - e)^2 parts from a line by e^2 / 2, of a change of 2 e - e^2.
    call, operands = lambda x: [x * x], [off(1.0, error)]
    if refused:
        with pytest.raises(RejectedError, match="too close to a jump"):
            bounds("jumps", call, operands)
    else:
        assert bounds("jumps", call, operands)[0] == pytest.approx(2 * error + error**2, rel=1e-6)


def test_the_reference_may_round_where_it_looks_for_jumps():
    call, operands = lambda x: [x + 1e6], [off(np.linspace(0, 1, 99), 1e-9)]
    assert bounds("jumps", call, operands, size=0.0)[0].shape == (99,)
    with pytest.raises(RejectedError, match="too close to a jump"):
        bounds("jumps", lambda x: [np.floor(x) / 1e6], [off(1.0, 1e-9)])


def test_a_sum_rounds_once_for_each_term_of_its_absolute_values():
    call = [lambda x: [np.sum(x, axis=1)]][0]
    (found,) = bounds("terms", call, [exact([[1.0, -3.0], [2.0, 2.0]])], size=0.5, terms=2)
    assert found.tolist() == [1.5 * EPS * 4, 1.5 * EPS * 4]
    (found,) = bounds("terms", call, [off([[1.0, -3.0]], [[0.5, 0.25]])], size=0.5, terms=2)
    assert found.tolist() == [0.75 + 1.5 * EPS * 4]


def test_a_product_is_off_by_the_errors_of_both():
    operands = [off([2.0, -1.0], 0.5), off([3.0, 4.0], [0.25, 0.0]), Bounded(np.array([-1, 2]))]
    (found,) = bounds("terms", lambda x, y, n: [x * y * n], operands, size=0.0)
    # The absolute values, moved up, times the integers as they are.
    assert found.tolist() == [2.5 * 3.25 - 2 * 3, 2 * (1.5 * 4 - 1 * 4)]


def test_what_is_picked_is_off_by_the_worst_operand_and_its_rounding():
    operands = [off([1.0, 3.0], [0.1, 0.2]), off([2.0, -8.0], [0.3, 0.0]), exact([7.0])]
    call = [lambda x, y, z: [np.maximum(x, y), np.minimum(x, y)]][0]
    one, other = bounds("order", call, operands, size=2.0)
    assert one.tolist() == [0.3 + 2 * EPS * 2, 0.3 + 2 * EPS * 3]
    assert other.tolist() == [0.3 + 2 * EPS * 1, 0.3 + 2 * EPS * 8]
    assert bounds("order", lambda x: [x], [exact(np.zeros((0, 2)))])[0].shape == (0, 2)


def test_a_stable_result_is_off_by_what_small_changes_do():
    one, other = bounds(
        "stable", lambda x: [2 * x, -x], [off(-4.0, 0.5)], "float32", "float64", size=3.0, terms=4
    )
    moved = 0.5 + 3 * EPS * 4
    assert one == pytest.approx(8 * 2 * moved + 5 * EPS * 8, rel=1e-12)
    assert other == pytest.approx(8 * moved + 5 * 2.0**-52 * 4, rel=1e-12)
    assert one.shape == ()
    assert bounds("stable", lambda x: [x], [exact(np.zeros((0, 2)))])[0].shape == (0, 2)


def test_changes_in_three_directions_are_tried():
    weights = np.array([1.0, 2.0, 4.0, 8.0, 16.0])
    x, y = off(np.ones(5), 0.5), off(np.ones(5), 0.25)
    (found,) = bounds("stable", lambda x, y: [(x - y) @ weights], [x, y], size=0.0, terms=0)
    tried = [abs((0.5 * signs((5,), k) - 0.25 * signs((5,), k + 1)) @ weights) for k in range(3)]
    assert found == 8 * max(tried)
    assert max(tried) > 1.01 * np.median(tried)
    others = [abs(0.5 * signs((5,), k) @ weights) for k in range(4)]
    (found,) = bounds("stable", lambda x: [x @ weights], [x], size=0.0, terms=0)
    assert found == 8 * max(others[:3])


def test_every_element_of_a_stable_result_is_off_by_the_worst():
    operands = [off([1.0, 1.0], [0.0, 1.0])]
    (found,) = bounds("stable", lambda x: [np.diag(x)], operands, size=0.0, terms=0)
    assert found.tolist() == [[8.0, 8.0], [8.0, 8.0]]


def test_a_stable_result_knows_integers_from_what_is_off():
    (found,) = bounds("stable", lambda x, n: [x * n], [exact(1.0), Bounded(np.array(3))], size=1.0)
    assert found == pytest.approx(8 * 3 * EPS + 1.5 * EPS * 3, rel=1e-12)


def test_an_error_in_the_plane_is_tried_along_diagonals():
    tried = []
    call = [lambda z: [tried.append(z) or np.abs(z)]][0]
    bounds("stable", call, [off([1.0 + 0j, 2.0, 3.0], 0.5)], size=0.0)
    for moved in tried[1:]:
        turned = (moved - np.array([1.0, 2.0, 3.0])) / 0.5
        assert np.allclose(np.abs(turned), 1.0)
        assert np.allclose(np.abs(turned.real), 0.5**0.5)
    assert len(tried) == 4
    assert len({tuple(np.sign(moved.imag)) for moved in tried[1:]}) > 1
    assert any(np.any(np.sign(z.imag) != np.sign(z.real - [1, 2, 3])) for z in tried[1:])


def test_signs_are_of_either_kind_and_the_same_at_each_call():
    many = signs((100, 100), 0)
    assert set(np.unique(many)) == {-1.0, 1.0}
    assert abs(many.mean()) < 0.05
    assert np.array_equal(signs((4, 2), 1).ravel(), signs((8,), 1))
    assert 0.4 < np.mean(signs((8191,), 1) == signs((8191,), 2)) < 0.6
    # Those of another direction are the same from another place on.
    assert np.array_equal(signs((8191,), 1)[:-997], signs((8191,), 0)[997:])


def test_a_choice_between_elements_is_tried_with_each_moved_its_own_way():
    near = off([1.0, 1.0 + 1e-7, 0.0], 1e-6)
    with pytest.raises(RejectedError, match="ill_conditioned: a decision is too close to call"):
        bounds("decide", lambda x: [np.argmax(x)], [near], "int32")
    assert bounds("decide", lambda x: [np.argmax(x)], [off(near.value, 1e-9)], "int32")[0] == 0.0


def test_a_decision_is_tried_at_both_ends_of_every_operand():
    # Both must move, in opposite directions.
    operands = [off(1.0, 0.3), off(1.5, 0.3), exact(7.0)]
    with pytest.raises(RejectedError, match="too close to call"):
        bounds("decide", lambda x, y, _: [x < y], operands, "bool")
    operands = [off(1.0, 0.2), off(1.5, 0.2), exact(7.0)]
    assert bounds("decide", lambda x, y, _: [x < y], operands, "bool") == [0.0]


def test_four_random_directions_are_tried():
    calls = []
    bounds("decide", lambda x: [calls.append(x) or 1], [off(np.ones(9), 0.5)], "int32")
    assert len(calls) == 1 + 2 + 4
    assert all(set(np.unique(x)) == {0.5, 1.5} for x in calls[3:])
    assert len({tuple(x) for x in calls[3:]}) == 4
    calls.clear()
    bounds("decide", lambda x: [calls.append(x) or 1], [exact(np.ones(9))], "int32")
    assert len(calls) == 1


def test_what_is_not_a_number_stays_the_same_decision():
    assert bounds("decide", lambda x: [np.where(x > 0, np.nan, 1.0)], [off(2.0, 0.5)]) == [0.0]
    strings = [lambda x: [np.array(["a"]) if x else np.array(["b"])]][0]
    assert bounds("decide", strings, [exact(True)], "bool")[0].tolist() == [0.0]


def test_the_same_bits_are_no_bound_where_nothing_is_off():
    assert bounds("equal", lambda x: [x, x[0]], [exact([1.5, 2.5])])[0].tolist() == [0.0, 0.0]
    calls = []
    bounds("equal", lambda x: [calls.append(x) or x], [exact([1.5])])
    assert len(calls) == 1
    with pytest.raises(RejectedError, match="too close to call"):
        bounds("equal", lambda x: [x], [off(1.0, 1e-9)])


def test_code_is_bounded_by_noise_of_the_coarsest_float():
    noisy = noise.load("import numpy as np\n\ndef f(x):\n    return np.exp(x)\n", "f")
    (found,) = bounds("noise", lambda x: [noisy(x)], [exact([0.0, 1.0])], size=0.0)
    assert np.all((found > EPS) & (found < 99 * EPS))


@pytest.mark.parametrize("values", [[1.0, np.nan], [1j * np.nan]])
def test_code_whose_result_is_not_a_number_is_refused(values):
    with pytest.raises(RejectedError, match="ill_conditioned: a result of the code is not a num"):
        bounds("noise", lambda: [np.arange(2), np.array(values)], [], "int32", "float32")


@pytest.mark.parametrize(
    ("rule", "call"),
    [
        ("sums", lambda a, b: [a + b]),
        ("sums", lambda a, b: [a - b]),
        ("products", lambda a, b: [a * b]),
    ],
)
def test_sums_and_products_are_bounded_as_by_moving_the_operands(rule, call):
    a, b = np.array([1.5, -2.0, 0.0]), np.array([[3.0], [-0.25]])
    operands = [Bounded(a, np.array([1e-3, 0.0, 2e-3])), Bounded(b, np.array([[1e-2], [5e-4]]))]
    values = call(a, b)
    found = Step(call, operands, values, [Aval((2, 3), "float32")], 1.0, 1)
    (bound,), (expected,) = RULES[rule](found), RULES["ulps"](found)
    assert bound == pytest.approx(expected, rel=1e-12)


def test_signs_are_the_same_at_each_call_and_only_small_ones_are_kept():
    for shape in [(3, 4), (), (100, 100)]:
        assert np.array_equal(signs(shape, 7), signs(shape, 7))
        assert signs(shape, 7).shape == shape
    assert signs((3, 4), 7) is signs((3, 4), 7)
    assert signs((100, 100), 7) is not signs((100, 100), 7)


def test_a_jump_of_one_element_is_enough():
    with pytest.raises(RejectedError, match="too close to a jump"):
        bounds("jumps", lambda x: [x % 1.0], [off([0.5, 0.9, 0.5], 0.2)], size=0.0)


def test_negative_numbers_round_as_much_where_jumps_are_looked_for():
    call, operands = lambda x: [x - 1e6], [off(np.linspace(0, 1, 99), 1e-9)]
    assert bounds("jumps", call, operands, size=0.0)[0].shape == (99,)


def test_a_negative_sum_rounds_as_much():
    (found,) = bounds("terms", lambda x: [-np.sum(x)], [exact([1.0, 3.0])], size=0.5, terms=2)
    assert found == 1.5 * EPS * 4


def test_small_numbers_have_small_bounds():
    (found,) = bounds("order", lambda x: [x], [off([1e-3, 2e-3], 1e-6)], size=0.0)
    assert found.tolist() == [1e-6, 1e-6]
    (found,) = bounds("stable", lambda x: [x], [exact(1e-3)], size=2.0, terms=0)
    assert found == pytest.approx((8 * 2 + 2) * EPS * 1e-3, rel=1e-9)


def test_signs_are_nobody_elses_to_change():
    with pytest.raises(ValueError, match="read-only"):
        signs((3,), 0)[0] = 5.0


def test_code_may_call_what_is_less_close_than_it_rounds():
    call, operands = lambda x: [x + 1.0, np.arange(2)], [exact([1.0, -5.0])]
    plain, none = bounds("noise", call, operands, "float64", "int32", size=0.0)
    wider, still = bounds("noise", call, operands, "float64", "int32", size=100.0)
    assert (wider - plain).tolist() == pytest.approx([100 * 2.0**-52 * 4] * 2, rel=1e-6)
    assert none.tolist() == still.tolist()
