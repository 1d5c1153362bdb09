"""Nothing is kept from one function to the next.

JAX traces and lowers what it is made of itself once, and where two functions call the same, in the
second the lines are those of the first: so the caches are cleared before each, and what is written
of a function does not depend on those before it.

An executable holds about 21 memory maps, and Linux grants a process 65,530. One that nobody refers
to is freed by Python, cycles included; but JAX's caches keep what a jitted function that is still
alive was compiled to, and up to 8,192 operations that were run outside of jit. Clearing the caches
frees both; after eighty functions the caches are 50 MB. To clear them before each function takes no
longer than to do so after twenty.

What is freed stays with the process: compiling takes memory in small pieces, and of what lies
between those that live, the C library gives nothing back unless it is asked. After a hundred
functions that is a third of all the memory that is not code. Asked before each function, it would
leave each to get its memory anew, page by page.
"""

from __future__ import annotations

import ctypes
from functools import cache
from itertools import count
from typing import Any

import jax

_ARENAS = -8  # M_ARENA_MAX of malloc.h
_TRIM_EVERY = 16
_times = count(1)


def forget() -> None:
    """Clear JAX's caches, and now and then give what is free back."""
    jax.clear_caches()  # type: ignore[no-untyped-call]
    if next(_times) % _TRIM_EVERY == 0:
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


# Before XLA starts threads, each of which would get an area of its own.
_library()
