"""A process that answers questions and may die of one, or never come back from it.

What runs in it is a module that calls ``serve``. It outlives its questions, as it takes longer to
start than most are worth, and is started again when it is gone. Does not import JAX.
"""

from __future__ import annotations

import os
import pickle
import select
import signal
import struct
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from jaxsmith.errors import JaxsmithError
from jaxsmith.stages.normal import normalise

HEADER = struct.Struct("<Q")
"""What comes before each message: its length in bytes."""

_PACKAGES = str(Path(__file__).parents[2])
# What LLVM, C++ and XLA begin with when they say why they abort.
_LAST_WORDS = ("LLVM ERROR:", "what():", "Check failed")
_CHUNK = 1 << 20
# The clock is for a process that waits; one that works is ended by its processor time, which a
# busy machine does not lengthen.
_PATIENCE = 20


class NoAnswerError(JaxsmithError):
    """The process died of a question, ran out of time, or raised; ``str`` says which.

    The text holds no address, path or process id: equal questions fail alike in every process.
    """


class Child:
    """A process that runs a module and answers one question at a time; close it at the end.

    Args:
        module: the full name of the module; it calls ``jaxsmith.stages.serve.serve``.
        seconds: how much processor time it may take for one answer before it is ended.
    """

    def __init__(self, module: str, seconds: int) -> None:
        self._module = module
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._said: IO[bytes] | None = None

    @property
    def running(self) -> bool:
        """Whether there is a process."""
        return self._process is not None

    def ask(self, question: object) -> Any:
        """The answer to a question, both of which pickle can carry.

        Raises:
            NoAnswerError: there is none.
            JaxsmithError: the module can't be run, whatever is asked.
        """
        process, said = self._started()
        content = pickle.dumps((self._seconds, question), pickle.HIGHEST_PROTOCOL)
        try:
            patience = _PATIENCE * self._seconds
            reply = _exchange(process, HEADER.pack(len(content)) + content, patience)
        except TimeoutError:
            self.close()
            raise NoAnswerError(f"no answer in {patience} seconds") from None
        except EOFError:
            raise self._obituary(process, said) from None
        except BaseException:
            self.close()  # interrupted: what it says next would answer another question
            raise
        said.truncate(0)
        works, answer = pickle.loads(reply)
        if not works:
            raise NoAnswerError(answer)
        return answer

    def close(self) -> None:
        """End the process, if there is one; the next question starts another."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    with suppress(BrokenPipeError):
                        pipe.close()
            self._process = None
        if self._said is not None:
            self._said.close()
            self._said = None

    def _started(self) -> tuple[subprocess.Popen[bytes], IO[bytes]]:
        """The process, with the file of what it says beside its answers."""
        if self._process is not None and self._process.poll() is not None:
            self.close()
        if self._process is None or self._said is None:
            self._said = TemporaryFile("ab+")  # noqa: SIM115 - closed with the process
            self._process = self._start(self._said)
        return self._process, self._said

    def _start(self, said: IO[bytes]) -> subprocess.Popen[bytes]:
        paths = [_PACKAGES, *filter(None, [os.environ.get("PYTHONPATH")])]
        process = subprocess.Popen(
            # Without -P, a file of the current folder could stand in for a library.
            [sys.executable, "-P", "-m", self._module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            bufsize=0,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            process_group=0,  # an interrupt from the keyboard is for who asks
        )
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            os.set_blocking(pipe.fileno(), False)
        return process

    def _obituary(self, process: subprocess.Popen[bytes], said: IO[bytes]) -> JaxsmithError:
        """What ended it: a signal, with its last words if there are any, or an error of Python."""
        status = process.wait()
        said.seek(0)
        lines = [line.strip() for line in said.read().decode(errors="replace").splitlines()]
        self.close()
        if status >= 0:
            return JaxsmithError(f"{self._module} can't be run: {' '.join(lines[-1:])}")
        if status == -signal.SIGXCPU:
            return NoAnswerError(f"no answer in {self._seconds} seconds of processor time")
        telling = (line for line in lines if any(mark in line for mark in _LAST_WORDS))
        cause = next(telling, f"ended by {signal.Signals(-status).name}")
        return NoAnswerError(f"its process died: {normalise(cause)}")


def _exchange(process: subprocess.Popen[bytes], request: bytes, seconds: float) -> bytes:
    """Send a request and take the reply, whichever the process is ready for.

    Raises:
        TimeoutError: there is no reply in so many seconds.
        EOFError: the process is gone.
    """
    assert process.stdin is not None
    assert process.stdout is not None
    to, back = process.stdin.fileno(), process.stdout.fileno()
    deadline = time.monotonic() + seconds
    rest, reply = memoryview(request), bytearray()
    while len(reply) < HEADER.size or len(reply) < HEADER.size + HEADER.unpack_from(reply)[0]:
        left = deadline - time.monotonic()
        ready = select.select([back], [to] if rest else [], [], max(left, 0.0))
        if not any(ready) or left <= 0:
            raise TimeoutError
        if ready[1]:
            try:
                rest = rest[os.write(to, rest[:_CHUNK]) :]
            except BrokenPipeError:
                raise EOFError from None
        if ready[0]:
            piece = os.read(back, _CHUNK)
            if not piece:
                raise EOFError
            reply += piece
    return bytes(reply[HEADER.size :])
