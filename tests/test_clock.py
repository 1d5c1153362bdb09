"""Seconds are counted once, in the stage nearest to them."""

import pytest

from jaxsmith import clock


@pytest.fixture
def passing(monkeypatch):
    """A clock that stands still but for what is added to it."""
    now = [0.0]
    monkeypatch.setattr(clock, "perf_counter", lambda: now[0])
    clock.taken()

    def after(seconds):
        now[0] += seconds

    return after


def test_a_stage_within_another_is_taken_out_of_it(passing):
    with clock.timed("outer"):
        passing(1)
        with clock.timed("inner"):
            passing(2)
            with clock.timed("outer"):
                passing(4)
        passing(8)
    assert clock.taken() == {"outer": 13, "inner": 2}
    assert clock.taken() == {}


def test_a_stage_that_raises_took_its_time(passing):
    def fails():
        with clock.timed("inner"):
            passing(2)
            raise ValueError("late")

    with clock.timed("outer"), pytest.raises(ValueError, match="late"):
        fails()
    assert clock.taken() == {"inner": 2, "outer": 0}
