"""Random rounding: it covers what float32 does, not much more, and refuses what hangs on it."""

import numpy as np
import pytest

from jaxsmith.errors import RejectedError
from jaxsmith.verdict import noise
from jaxsmith.verdict.bounded import Bounded

EPS = 2.0**-23
RNG = np.random.RandomState(0)

RECURRENCE = """
import numpy as np


def run(x, w):
    state = np.zeros(len(w))
    for t in range(len(x)):
        state = np.tanh(w @ state + x[t])
    return state, np.sum(state * state)
"""

SOLVE = """
import numpy as np


def solve(a, b):
    return np.linalg.solve(a, b)
"""

SCALARS = """
import numpy as np


def total(x):
    result = 0.0
    for i in range(len(x)):
        result = result + x[i] * x[i]
    return result
"""

CHOICE = """
import numpy as np


def choice(x):
    return np.argmax(x)
"""

COUNT = """
import numpy as np


def count(x):
    return np.floor(np.sum(np.ones(3)) + np.ones(2))
"""


def spread(source, name, arrays, unit=EPS):
    function = noise.load(source, name)

    def call(*values):
        result = function(*values)
        return list(result) if isinstance(result, tuple) else [result]

    operands = [Bounded(np.asarray(array)) for array in arrays]
    values = call(*arrays)
    return values, noise.spread(call, operands, values, unit)


def float32(source, name, arrays):
    namespace = {}
    exec(source.replace("np.zeros(len(w))", "np.zeros(len(w), np.float32)"), namespace)
    result = namespace[name](*(array.astype(np.float32) for array in arrays))
    return list(result) if isinstance(result, tuple) else [result]


@pytest.mark.parametrize(
    ("source", "name", "arrays"),
    [
        (RECURRENCE, "run", [RNG.randn(9, 6), 0.3 * RNG.randn(6, 6)]),
        (SOLVE, "solve", [RNG.randn(7, 7) + 7 * np.eye(7), RNG.randn(7)]),
        (SCALARS, "total", [RNG.randn(40)]),
    ],
)
def test_the_bound_covers_float32_and_is_tight(source, name, arrays):
    arrays = [array.astype(np.float32).astype(np.float64) for array in arrays]
    values, bounds = spread(source, name, arrays)
    for value, bound, single in zip(values, bounds, float32(source, name, arrays), strict=True):
        assert (np.abs(single - value) <= bound).all()
        assert (bound <= 400 * EPS * np.max(np.abs(value))).all()
        assert np.max(bound) > EPS * np.max(np.abs(value)) / 2


def test_a_bound_of_the_operands_is_carried_through():
    function = noise.load(SCALARS, "total")
    x = np.array([1.0, 2.0, 3.0])
    operand = Bounded(x, np.full(3, 0.1))
    (bound,) = noise.spread(lambda a: [function(a)], [operand], [np.asarray(14.0)], EPS)
    assert 0.05 < bound < 20


def test_a_decision_that_hangs_on_rounding_is_refused():
    x = np.array([0.0, 1.0, 1.0 + 1e-9])
    function = noise.load(CHOICE, "choice")
    operand = Bounded(x, 1e-6 * np.ones(3))
    with pytest.raises(RejectedError, match="too close"):
        noise.spread(lambda a: [function(a)], [operand], [np.asarray(2)], EPS)


def test_whole_numbers_stay_whole():
    values, bounds = spread(COUNT, "count", [np.ones(2)])
    assert (values[0] == 4).all()
    assert (bounds[0] == 0).all()


def test_without_noise_a_loaded_reference_is_numpy():
    function = noise.load(SOLVE, "solve")
    a, b = RNG.randn(3, 3), RNG.randn(3)
    assert (function(a, b) == np.linalg.solve(a, b)).all()


ANGLE = """
import numpy as np

def angle(x):
    across = np.sin(x[0]) * np.cos(x[1]) - np.cos(x[0]) * np.sin(x[1])
    return np.arctan2(across, np.sum(x) - 9.0)
"""


def test_an_angle_may_be_half_a_turn_to_either_side_where_rounding_says_which():
    _, (clear,) = spread(ANGLE, "angle", [np.array([0.5, 0.7])])
    assert clear < 1e-4
    _, (jumps,) = spread(ANGLE, "angle", [np.array([0.7, 0.7])])
    assert jumps > 2 * np.pi
