"""Ranges of complex results: no result is larger than what its row says."""

from itertools import product
from operator import add, sub, truediv

import pytest

from corpus import CORPUS
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.interval import Interval

AVALS = [Aval((), "complex64")] * 2


def corners(interval):
    return [complex(*parts) for parts in product(interval, repeat=2)]


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("complex_number_minus", lambda z, n: n - z),
        ("complex_number_plus", lambda z, n: n + z),
        ("complex_number_over", lambda z, n: n / z),
        ("complex_add", add),
        ("complex_subtract", sub),
        ("complex_divide", truediv),
    ],
)
@pytest.mark.parametrize("left", [Interval(0.25, 2.0), Interval(0.5, 0.75)])
@pytest.mark.parametrize("right", [Interval(2.0, 2.0), Interval(-3.0, -3.0), Interval(0.5, 4.0)])
def test_no_result_is_larger_than_its_range(name, meaning, left, right):
    found = CORPUS.vocabulary[name].span([left, right], AVALS, {})
    # A range of one number is a number of the source, which is real.
    others = [right.low] if right.low == right.high else corners(right)
    largest = max(abs(meaning(z, other)) for z in corners(left) for other in others)
    assert largest <= found.magnitude * (1 + 1e-12)
