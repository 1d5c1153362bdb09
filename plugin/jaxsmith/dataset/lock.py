"""A lock on a folder, which the system opens by itself when its holder dies."""

from __future__ import annotations

import fcntl
import os
from typing import TYPE_CHECKING

from jaxsmith.errors import InvalidRequestError

if TYPE_CHECKING:
    from pathlib import Path


class Lock:
    """Held from construction to ``release``.

    Raises:
        InvalidRequestError: somebody else holds it.
    """

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        if not (_taken(self._descriptor) and _is_still(self._descriptor, path)):
            os.close(self._descriptor)
            raise InvalidRequestError(
                f"another run writes to {path.parent.parent}; wait for it or choose another folder"
            )

    def release(self) -> None:
        """Give the lock up."""
        os.close(self._descriptor)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_still(descriptor: int, path: Path) -> bool:
    """Whether the file that was locked is the one with this name.

    The former holder may have deleted it between our opening and our locking it.
    """
    return path.exists() and os.path.samestat(os.fstat(descriptor), path.stat())
