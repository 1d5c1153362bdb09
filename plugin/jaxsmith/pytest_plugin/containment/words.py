"""Last words: what a process says on stderr, kept where it outlives the process."""

from __future__ import annotations

import faulthandler
import io
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

import pytest

from jaxsmith.pytest_plugin.containment.watchdog import ASKED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SUFFIX = ".words"
_STANDARD = (0, 1, 2)
_STACK = "(most recent call first):"
_LINES = 3


class Words:
    """Guards stdin, stdout and stderr while a function is examined.

    A function may close them, and pytest, which captures them, would not survive it. In a worker,
    what is said on stderr goes to a file, where the controller finds it should the process die; if
    it lives, pytest gets it.

    Args:
        path: the file; None where nobody would read it.
    """

    def __init__(self, path: Path | None) -> None:
        self._file: BinaryIO | None = None
        if path is not None:
            self._file = path.open("ab+", buffering=0)
            os.set_inheritable(self._file.fileno(), False)
            # Where a process dies of a signal, and where it is when it is asked.
            faulthandler.enable(self._file)
            faulthandler.register(ASKED, self._file, all_threads=False)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Guard the streams within."""
        kept = [os.dup(each) for each in _STANDARD]
        stdout, stderr = sys.stdout, sys.stderr
        say: Callable[[str], object] = stderr.write
        if self._file is not None:
            self._file.truncate(0)
            os.dup2(self._file.fileno(), 2)
            say = self._say
        sys.stdout, sys.stderr = _Stream(stdout.write, 1), _Stream(say, 2)
        try:
            yield
        finally:
            sys.stdout, sys.stderr = stdout, stderr
            for old, new in zip(kept, _STANDARD, strict=True):
                os.dup2(old, new)
                os.close(old)
            if self._file is not None and self._file.seek(0, os.SEEK_END):
                self._file.seek(0)
                stderr.write(self._file.read().decode("utf-8", "replace"))

    def _say(self, text: str) -> None:
        assert self._file is not None
        self._file.write(text.encode("utf-8", "replace"))


WORDS = pytest.StashKey[Words]()
"""On the configuration of every process that runs items."""


class _Stream(io.TextIOBase):
    """Stands for a stream; whoever closes it, closes no other."""

    def __init__(self, say: Callable[[str], object], descriptor: int) -> None:
        self._say = say
        self._descriptor = descriptor

    def write(self, text: str) -> int:
        self._say(text)
        return len(text)

    def fileno(self) -> int:
        return self._descriptor

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return "utf-8"


def last(path: Path) -> str:
    """What a process said last, as one line; empty if it said nothing.

    Of a stack only the innermost frames tell anything: it ends in pytest.
    """
    if not path.exists():
        return ""
    lines = [line.strip() for line in path.read_text("utf-8", "replace").splitlines()]
    said = [line for line in lines if line]
    stacks = [place for place, line in enumerate(said) if _STACK in line]
    if not stacks:
        return " | ".join(said[-_LINES:])
    # Of the threads, the one that died or was asked.
    mine = next((place for place in stacks if said[place].startswith("Current")), stacks[-1])
    before = [line for line in said[: stacks[0]] if not line.startswith("File ")]
    return " | ".join([*before[-_LINES:], *said[mine + 1 : mine + 1 + _LINES]])
