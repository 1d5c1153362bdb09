"""Whether somebody pressed Ctrl-C, or a function raised ``KeyboardInterrupt`` by itself."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

_pressed = False


def watch() -> None:
    """Take note of interrupts from now on; what they do stays as it is."""
    if (
        threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    ):
        signal.signal(signal.SIGINT, _note)


def pressed() -> bool:
    """Whether there was an interrupt."""
    return _pressed


def _note(number: int, frame: FrameType | None) -> None:
    global _pressed
    _pressed = True
    signal.default_int_handler(number, frame)
