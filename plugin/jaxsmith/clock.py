"""Where the time of a process goes: seconds by stage, each second counted once."""

from __future__ import annotations

from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_seconds: dict[str, float] = {}
_within: list[float] = []  # for each stage that goes on, the seconds of those within it


@contextmanager
def timed(stage: str) -> Iterator[None]:
    """Count what is done within as a stage, but for what a stage within it counts."""
    _within.append(0.0)
    start = perf_counter()
    try:
        yield
    finally:
        spent = perf_counter() - start
        _seconds[stage] = _seconds.get(stage, 0.0) + spent - _within.pop()
        if _within:
            _within[-1] += spent


def taken() -> dict[str, float]:
    """The seconds of each stage since this was last called."""
    found = {stage: round(seconds, 6) for stage, seconds in _seconds.items()}
    _seconds.clear()
    return found
