"""JAX's persistent compilation cache: what a process found in it. Does not import JAX."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

HIT = "/jax/compilation_cache/cache_hits"
"""The event that JAX records when it finds an executable."""


@dataclass(slots=True)
class CacheUse:
    """Functions that were found compiled, others, and how long those took.

    Attributes:
        found: how many were in the cache.
        compiled: how many were not.
        seconds: how long XLA took for these.
    """

    found: int = 0
    compiled: int = 0
    seconds: float = 0.0

    def add(self, other: CacheUse) -> None:
        """Count in another's."""
        self.found += other.found
        self.compiled += other.compiled
        self.seconds += other.seconds


_use = CacheUse()
_hits = 0
_source = ""


def listen(event: str, **_details: str | int) -> None:
    """Note an event of JAX; a listener to register with ``jax.monitoring``."""
    global _hits
    _hits += event == HIT


def source() -> str:
    """The source of what is compiled now; a part of the key under which JAX keeps executables.

    JAX leaves locations out of its keys: else a function moved would be another. But an executable
    tells the lines that it was compiled from.
    """
    return _source


@contextmanager
def compiling(text: str = "") -> Iterator[None]:
    """Count what is compiled within, from this source, as one function, found or not."""
    global _source
    before, start = _hits, time.perf_counter()
    _source = text
    try:
        yield
    finally:
        _source = ""
    if _hits > before:
        _use.found += 1
    else:
        _use.compiled += 1
        _use.seconds += time.perf_counter() - start


def taken() -> CacheUse:
    """What was counted since this was last called."""
    global _use
    use, _use = _use, CacheUse()
    return use
