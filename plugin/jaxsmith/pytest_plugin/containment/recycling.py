"""Workers that have grown too large: they end between two items, and are replaced."""

from __future__ import annotations

import os
from pathlib import Path

LIMIT = 400 * 2**20
"""Bytes of memory that a worker may have between two functions."""

LEAST = 1000
"""How many items it runs at least: starting one anew takes as long as some ten of them."""

STATUS = 75
"""The exit code of a worker that ends to be replaced: EX_TEMPFAIL of sysexits.h."""

_EVERY = 16
_STATM = Path("/proc/self/statm")


class Recycling:
    """Ends this process when it is time."""

    def __init__(self, limit: int = LIMIT, least: int = LEAST) -> None:
        self._limit = limit
        self._least = least
        self._items = 0

    def count(self) -> None:
        """Count an item that is about to begin; it is given to another worker if this one ends."""
        self._items += 1
        if self._items > self._least and self._items % _EVERY == 0 and resident() > self._limit:
            # No finalizers: XLA's take seconds, and all that was written is with the system.
            os._exit(STATUS)


def resident() -> int:
    """The bytes of memory of this process; 0 where the system does not say."""
    if not _STATM.exists():
        return 0
    return int(_STATM.read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
