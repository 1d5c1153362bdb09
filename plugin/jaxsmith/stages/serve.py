"""What runs in a ``Child``: questions are read from the standard input and answered."""

from __future__ import annotations

import os
import pickle
import resource
import sys
from typing import TYPE_CHECKING

from jaxsmith.stages.child import HEADER
from jaxsmith.stages.errors import one_line

if TYPE_CHECKING:
    from collections.abc import Callable


def serve(answer: Callable[..., object]) -> None:
    """Answer questions until there are no more.

    Args:
        answer: called with each question, a tuple, as its arguments; what it raises is the reason
            why there is no answer.
    """
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not pass for a reply
    while (header := sys.stdin.buffer.read(HEADER.size)) and len(header) == HEADER.size:
        seconds, question = pickle.loads(sys.stdin.buffer.read(HEADER.unpack(header)[0]))
        _limit(seconds)
        try:
            reply = True, answer(*question)
        except Exception as error:
            reply = False, one_line(error)
        content = pickle.dumps(reply, pickle.HIGHEST_PROTOCOL)
        replies.write(HEADER.pack(len(content)) + content)
        replies.flush()


def _limit(seconds: int) -> None:
    """Let the process end, by SIGXCPU, when it has worked for so many seconds more."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    soft = int(used.ru_utime + used.ru_stime) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))
