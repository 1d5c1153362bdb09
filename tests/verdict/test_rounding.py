"""Random errors: as large as the operation may make them, and none where nothing rounds."""

import numpy as np
import pytest
from scipy import special

from jaxsmith.verdict.rounded import rounded
from jaxsmith.verdict.rounding import KEEPS_INTEGERS, Noise, is_integral, is_whole, off, size_of

EPS = 2.0**-23

# By how many units each may be off: measured, as the sizes of the vocabulary's rows were.
SIZES = {
    np.exp2: 13.0, np.power: 16.0, np.float_power: 16.0, np.tanh: 7.0, np.sinh: 6.0, np.expm1: 6.0,
    np.tan: 8.0, np.arctanh: 8.0, np.cbrt: 5.0, np.exp: 4.0, np.sin: 4.0, np.log1p: 4.0,
    np.add: 1.0, np.subtract: 1.0, np.multiply: 1.0, np.divide: 1.0, np.square: 1.0, np.sqrt: 1.0,
    np.reciprocal: 1.0, np.remainder: 1.0, np.floor_divide: 1.0,
    np.negative: 0.0, np.positive: 0.0, np.absolute: 0.0, np.fabs: 0.0, np.maximum: 0.0,
    np.minimum: 0.0, np.fmax: 0.0, np.fmin: 0.0, np.sign: 0.0, np.floor: 0.0, np.ceil: 0.0,
    np.trunc: 0.0, np.rint: 0.0, np.copysign: 0.0, np.conjugate: 0.0, np.heaviside: 0.0,
    np.fmod: 0.0, np.ldexp: 0.0, np.nextafter: 0.0,
    special.gammaln: 60.0, special.gamma: 80.0, special.gammainc: 140.0, special.gammaincc: 140.0,
    special.betaln: 40.0, special.betainc: 150.0, special.zeta: 60.0, special.expit: 4.0,
    special.log_expit: 6.0, special.xlogy: 4.0, special.xlog1py: 4.0, special.erf: 32.0,
}  # fmt: skip


@pytest.mark.parametrize(
    ("ufunc", "size"), SIZES.items(), ids=lambda each: getattr(each, "__name__", None)
)
def test_how_far_a_function_may_be_off(ufunc, size):
    noise = Noise(0, EPS)
    assert noise.size(ufunc) == size
    assert noise.size(ufunc) == size


def test_where_terms_cancel_they_are_what_is_off():
    ones, many = np.ones(1000), np.full(1000, 1e3)
    noise = Noise(0, EPS)
    assert 10 * EPS < np.max(np.abs(off(noise, special.gammaln, 60.0, 0 * ones))) <= 16 * EPS
    assert 50e3 * EPS < np.max(np.abs(off(noise, special.gammaln, 60.0, many) - many)) <= 60e3 * EPS
    assert not np.any(off(noise, np.sin, 4.0, 0 * ones))


def test_log1p_is_less_close_in_float64():
    assert Noise(0, 2.0**-52).size(np.log1p) == 250.0
    assert Noise(0, 2.0**-52).size(np.exp) == 4.0


def test_a_modulus_is_a_root_of_a_sum():
    noise = Noise(0, EPS)
    assert size_of(noise, np.absolute, [np.array([1j])]) == 4.0
    assert size_of(noise, np.absolute, [np.array([1.0])]) == 0.0
    assert size_of(noise, np.negative, [np.array([1j])]) == 0.0
    assert size_of(noise, np.exp, [np.array([1.0])]) == 4.0


def test_sums_and_products_of_integers_are_exact():
    assert frozenset({np.add, np.subtract, np.multiply, np.square}) == KEEPS_INTEGERS


def test_directions_are_between_minus_one_and_one_and_differ():
    noise = Noise(0, EPS)
    first, second = noise.directions((50, 4)), noise.directions((50, 4))
    assert first.shape == (50, 4)
    assert -1 <= first.min() < -0.9 < 0.9 < first.max() <= 1
    assert not np.any(first == second)
    assert np.array_equal(Noise(0, EPS).directions((200,)), first.ravel())
    assert not np.any(Noise(1, EPS).directions((200,)) == first.ravel())
    assert np.array_equal(Noise(1, EPS).directions((9,)), Noise(0, EPS).directions((9982,))[9973:])


def test_directions_begin_again_where_there_are_no_more():
    noise = Noise(0, EPS)
    everything = noise.directions((1 << 16,))
    assert noise.directions((7,)).shape == (7,)
    assert noise.directions((1 << 16,)).tolist() == everything.tolist()
    many = noise.directions((2, 1 << 16))
    assert np.array_equal(many[0], many[1])
    assert np.array_equal(many[0], everything)
    noise = Noise(0, EPS)
    noise.directions(((1 << 16) - 3,))
    # Three are left, not five: those from another place on.
    place = ((1 << 16) - 3) % ((1 << 16) - 5 + 1)
    assert np.array_equal(noise.directions((5,)), everything[place : place + 5])
    assert np.array_equal(noise.directions((5,)), everything[place + 5 : place + 10])
    noise = Noise(0, EPS)
    noise.directions(((1 << 16) - 5,))
    assert np.array_equal(noise.directions((5,)), everything[-5:])


def test_a_number_is_off_by_its_own_direction():
    noise, other = Noise(3, EPS), Noise(3, EPS)
    directions = other.directions((4,))
    factors = [noise.factor(2.0) for _ in range(4)]
    assert factors == (1.0 + directions * (2.0 * EPS)).tolist()


def test_numbers_begin_again_where_there_are_no_more():
    noise = Noise(0, EPS)
    first = noise.factor(1.0)
    noise.directions(((1 << 16) - 1,))
    assert noise.factor(1.0) == first
    assert noise.factor(1.0) != first
    noise = Noise(0, EPS)
    last = noise.directions((1 << 16,))[-1]
    noise = Noise(0, EPS)
    noise.directions(((1 << 16) - 1,))
    assert noise.factor(1.0) == 1.0 + last * EPS


def test_relative_errors_grow_with_the_value_and_the_size():
    value = np.array([1.0, -8.0, 0.0])
    moved = Noise(0, EPS).relative(value, 3.0)
    directions = Noise(0, EPS).directions((3,))
    assert moved.tolist() == (value * (1.0 + directions * (3.0 * EPS))).tolist()


def test_absolute_errors_grow_with_the_scale_and_leave_out_what_is_infinite():
    value, scale = np.array([1.0, np.inf, 0.0]), np.array([4.0, np.inf, np.nan])
    moved = Noise(0, EPS).absolute(value, scale)
    directions = Noise(0, EPS).directions((3,))
    assert moved.tolist() == [1.0 + 4.0 * (directions[0] * EPS), np.inf, 0.0]


def test_complex_numbers_move_anywhere_in_the_plane():
    moves = Noise(0, EPS).moves(np.zeros(400, complex))
    assert np.all(np.abs(moves) <= 1)
    for turn in (1, -1, 1j, -1j):
        assert np.max((moves * turn).real) > 0.8
    assert np.isrealobj(Noise(0, EPS).moves(np.zeros(4)))
    assert Noise(0, EPS).moves(np.zeros((2, 3))).shape == (2, 3)
    both = Noise(0, EPS).directions((800,))
    assert np.allclose(moves, both[:400] * np.exp(1j * np.pi * both[400:]))


@pytest.mark.parametrize(
    ("value", "integral"),
    [
        (3, True),
        (3.0, True),
        (3.5, False),
        (np.float64(2.5), False),
        (np.float64(-2.0), True),
        (True, True),
        (np.int8(3), True),
        (np.float32(1.5), False),
        (np.float32(2.0), True),
        (1j, False),
        (np.array([1, 2]), True),
        (np.array([True]), True),
        (np.array([1.0, 2.0]), True),
        (np.array([1.0, 2.5]), False),
        (np.array([1.5, 2.0]), False),
        (np.array([4.0]), True),
        (np.array([4.5]), False),
        (np.array([1.0 + 0j]), False),
        (np.array([]), True),
        (np.zeros((0, 2), complex), False),
        (np.array([np.inf, 1.0]), False),
        ([1.0, 2.0], True),
    ],
)
def test_what_holds_whole_numbers_only(value, integral):
    assert is_integral(value) is integral


def test_only_floats_are_looked_at_for_being_whole():
    assert is_whole(np.array([1.0, -2.0]))
    assert not is_whole(np.array([1.0, -2.5]))
    assert not is_whole(np.array([1, 2]))
    assert is_whole(np.zeros(0))


def test_a_clip_rounds_nothing():
    # The ufunc behind np.clip is no member of NumPy.
    x = np.array([0.3, 1.7, -0.2])
    noisy = rounded(x, Noise(0, EPS))
    assert np.array_equal(np.asarray(np.clip(noisy, 0.0, 1.0)), [0.3, 1.0, 0.0])
