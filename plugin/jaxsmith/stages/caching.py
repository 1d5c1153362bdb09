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


def listen(event: str, **_details: str | int) -> None:
    """Note an event of JAX; a listener to register with ``jax.monitoring``."""
    global _hits
    _hits += event == HIT


@contextmanager
def compiling() -> Iterator[None]:
    """Count what is compiled within as one function, found or not."""
    before, start = _hits, time.perf_counter()
    yield
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
