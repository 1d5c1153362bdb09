"""Workers that outlive their controller: they would go on compiling, for nobody."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def end_with(controller: int) -> None:
    """Have this process ended with the one that started it, whatever it is doing then.

    On Linux alone; elsewhere a worker ends when it next looks for work.

    Args:
        controller: the id of that process.
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != controller:  # it died before this was asked for
        os.kill(os.getpid(), signal.SIGKILL)
