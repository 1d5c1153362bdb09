"""What xdist says of a worker that was replaced on purpose: nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class Quiet:
    """Leaves out the lines with which xdist calls the end of certain workers a crash.

    Args:
        write_line: prints a line, as ``TerminalReporter.write_line``.
    """

    def __init__(self, write_line: Callable[..., object]) -> None:
        self._write_line = write_line
        self._lines: set[str] = set()

    def expect(self, worker: str, error: object) -> None:
        """Say nothing of the end of this worker, which xdist gives as an error."""
        self._lines |= {f"[{worker}] node down: {error}", f"\nreplacing crashed worker {worker}"}

    def write_line(self, line: str | bytes, **markup: Any) -> None:
        """Print a line, unless it is one of those."""
        if line in self._lines:
            self._lines.discard(str(line))
        else:
            self._write_line(line, **markup)
