"""Range rules that rows share: the range of a result from the ranges of its operands."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from jaxsmith.vocabulary.interval import BOOL, Interval, hull

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jaxsmith.vocabulary.aval import Aval
    from jaxsmith.vocabulary.op import Attributes, Span


def within(low: float, high: float) -> Span:
    """Always inside ``[low, high]``, whatever the operands."""
    interval = Interval(low, high)
    return lambda _intervals, _avals, _attributes: interval


def monotone(function: Callable[[float], float]) -> Span:
    """The image of the only operand's range under a monotone function of one number."""
    return lambda intervals, _avals, _attributes: intervals[0].apply(function)


def keep(
    intervals: Sequence[Interval], _avals: Sequence[Aval], _attributes: Attributes
) -> Interval:
    """The range of the first operand: nothing new comes up."""
    return intervals[0]


def union(
    intervals: Sequence[Interval], _avals: Sequence[Aval], _attributes: Attributes
) -> Interval:
    """Every element is one of some operand's."""
    return hull(end for interval in intervals for end in interval)


def boolean(
    _intervals: Sequence[Interval], _avals: Sequence[Aval], _attributes: Attributes
) -> Interval:
    """False or true."""
    return BOOL


def of(function: Callable[..., Interval]) -> Span:
    """A function of the operands' ranges alone."""
    return lambda intervals, _avals, _attributes: function(*intervals)


def corners(function: Callable[[float, float], float]) -> Span:
    """A function of two numbers that takes its extremes at the corners of its operands' ranges."""

    def span(
        intervals: Sequence[Interval], _avals: Sequence[Aval], _attributes: Attributes
    ) -> Interval:
        return hull(function(a, b) for a in intervals[0] for b in intervals[1])

    return span


def divide(left: Interval, right: Interval) -> Interval:
    """A quotient; the divisor's range must not hold 0."""
    if right.smallest == 0:
        raise ZeroDivisionError("the divisor's range holds 0")
    return left * Interval(*sorted((1 / right.low, 1 / right.high)))


def absolute(x: Interval) -> Interval:
    """An absolute value."""
    return Interval(x.smallest, x.magnitude)


def square(x: Interval) -> Interval:
    """A square."""
    return Interval(x.smallest**2, x.magnitude**2)


def exp(value: float) -> float:
    """``math.exp``, infinite where it overflows."""
    return math.exp(value) if value < 700 else math.inf
