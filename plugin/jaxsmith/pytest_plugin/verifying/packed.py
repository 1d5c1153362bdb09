"""Records of files that can't be sought in: compressed lines and tables.

An item asks for one record. Items run in the order of the file, so the file is read on from the
record before, not again from its beginning.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from jaxsmith.dataset import formats

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    Content = bytes | dict[str, Any]

# Files are verified one after the other; tests of two may be dealt to a process in turn.
_OPEN = 2


def is_packed(path: Path) -> bool:
    """Whether the records of a file have no place in it of their own."""
    found = formats.of(path)
    return found is not None and bool(found.module)


def contents(path: Path) -> Iterator[Content]:
    """What a packed file holds, in order: each record as one line of JSON, or as an object.

    Raises:
        InvalidRequestError: its library is missing, or it is damaged.
    """
    found = formats.of(path)
    if found is None:
        raise ValueError(path)
    found.require()
    return found.lines(path)


def content(path: Path, number: int) -> Content | None:
    """What is in one place of a packed file, counted from 1; None if there is nothing.

    Raises:
        InvalidRequestError: as for ``contents``.
    """
    return _reader(path).read(number)


@lru_cache(maxsize=_OPEN)
def _reader(path: Path) -> _Reader:
    return _Reader(path)


class _Reader:
    """Reads a file forward, and from the beginning again only if it is asked for what is behind."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rest: Iterator[Content] = iter(())
        self._next = 0

    def read(self, number: int) -> Content | None:
        if not 0 < self._next <= number:
            self._rest, self._next = contents(self._path), 1
        found = next(islice(self._rest, number - self._next, None), None)
        self._next = number + 1
        return found
