"""Nothing is kept from one function to the next.

An executable holds about 21 memory maps, and Linux grants a process 65,530. One that nobody refers
to is freed by Python, cycles included; but JAX's caches keep what a jitted function that is still
alive was compiled to, and up to 8,192 operations that were run outside of jit. Clearing the caches
frees both. It takes 8 to 14 ms, and as much again to trace JAX's own functions anew; after eighty
functions the caches are 50 MB.

What is freed stays with the process: compiling takes memory in small pieces, and of what lies
between those that live, the C library gives nothing back unless it is asked. After a hundred
functions that is a third of all the memory that is not code.
"""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any

import jax

_ARENAS = -8  # M_ARENA_MAX of malloc.h


class Sweeper:
    """Clears JAX's caches at every so many functions, and gives what is free back."""

    def __init__(self, every: int) -> None:
        self._every = every
        self._functions = 0
        _library()

    def count(self) -> None:
        """Count one function more, and sweep if it is time."""
        self._functions += 1
        if self._functions % self._every == 0:
            jax.clear_caches()  # type: ignore[no-untyped-call]
            trim()


def trim() -> None:
    """Give the system back the memory that is free; nothing but where the C library is GNU's."""
    library = _library()
    if hasattr(library, "malloc_trim"):
        library.malloc_trim(0)


@cache
def _library() -> Any:
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        # Threads of XLA get areas of their own otherwise, and each keeps what it ever needed. With
        # one for all of them they wait for each other: compiling takes a third longer.
        library.mallopt(_ARENAS, 2)
    return library
