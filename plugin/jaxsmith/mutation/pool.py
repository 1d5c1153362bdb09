"""Processes that try mutants, each replaced when it dies or takes too long."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Lock, Timer
from typing import TYPE_CHECKING, Any

from jaxsmith.errors import InvalidRequestError, JaxsmithError
from jaxsmith.mutation.outcome import Outcome
from jaxsmith.stages.environment import prepare

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

MUTANT_LIMIT = 60
"""Seconds of processor time, which a busy machine doesn't lengthen; few take more than 5."""

# Seconds without a reply: for what waits for something that never comes, using no processor time.
SILENCE = 1800.0


@dataclass(frozen=True, slots=True)
class Job:
    """Mutants of one text of one function.

    Attributes:
        record: what the process needs of the function's record.
        level: the field of the record that holds the text.
        texts: the mutants.
    """

    record: Mapping[str, Any]
    level: str
    texts: Sequence[str]


class _DiedError(JaxsmithError):
    """The process ended, or was ended, before it replied; ``str`` is the reason of an outcome."""


@dataclass(slots=True)
class Worker:
    """One process, started when it is first asked for something.

    Attributes:
        corpus: the name of the package that wrote the functions.
        limit: how many seconds of processor time a mutant may take.
    """

    corpus: str
    limit: int = MUTANT_LIMIT
    _process: subprocess.Popen[str] | None = None
    _dismissed: bool = False

    def outcomes(self, job: Job) -> list[Outcome]:
        """What becomes of each mutant of a job.

        Raises:
            InvalidRequestError: there is no such corpus package.
        """
        found: list[Outcome] = []
        while len(found) < len(job.texts) and not self._dismissed:
            left = job.texts[len(found) :]
            try:
                reply = self._ask({"record": job.record, "level": job.level, "texts": left})
                if "unfit" in reply:
                    return [*found, *(Outcome("unfit", reply["unfit"]) for _ in left)]
            except _DiedError as death:
                # Not the mutants': the function itself did it.
                return [*found, *(Outcome("unfit", str(death)) for _ in left)]
            for _ in left:
                outcome, alive = self._next()
                found.append(outcome)
                if not alive:
                    break
        return found

    def dismiss(self) -> None:
        """End the process, and start no other; whoever waits for a reply gets none."""
        self._dismissed = True
        if self._process is not None:
            self._process.kill()

    def reap(self) -> None:
        """Wait for the end of a process that was dismissed."""
        if self._process is not None:
            self._process.communicate()
            self._process = None

    def _ask(self, job: Mapping[str, Any]) -> dict[str, Any]:
        if self._process is None:
            self._process = _started()
        assert self._process.stdin is not None
        settings = {"corpus": self.corpus, "limit": self.limit}
        # A process that is gone says nothing either.
        with suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps({**job, **settings}) + "\n")
            self._process.stdin.flush()
        reply = self._reply()
        if "error" in reply:
            raise InvalidRequestError(reply["error"])
        return reply

    def _next(self) -> tuple[Outcome, bool]:
        """The outcome of the next mutant, and whether the process lives."""
        passed = False
        try:
            reply = self._reply()
            if "passed" in reply:
                passed = True
                reply = self._reply()
        except _DiedError as death:
            # On other inputs, when the check has let it pass: whatever it is, it is another.
            verdict: Any = "survived" if passed else "caught"
            return Outcome(verdict, str(death), float("inf") if passed else 0.0), False
        return Outcome(**reply), True

    def _reply(self) -> dict[str, Any]:
        assert self._process is not None
        assert self._process.stdout is not None
        timer = Timer(SILENCE, self._process.kill)
        timer.start()
        line = self._process.stdout.readline()
        silent = not timer.is_alive()
        timer.cancel()
        if not line.endswith("\n"):
            self._process.communicate()
            timed_out = silent or self._process.returncode == -signal.SIGXCPU
            self._process = None
            raise _DiedError("time" if timed_out else "crash")
        reply: dict[str, Any] = json.loads(line)
        return reply


def _started() -> subprocess.Popen[str]:
    environ = dict(os.environ)
    prepare(environ)
    environ["PYTHONPATH"] = os.pathsep.join(path or os.getcwd() for path in sys.path)
    return subprocess.Popen(
        [sys.executable, "-m", "jaxsmith.mutation.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environ,
        encoding="utf-8",
    )


@dataclass(slots=True)
class _Queue:
    """Jobs with their places, for several threads."""

    jobs: Iterator[tuple[int, Job]]
    lock: Lock = field(default_factory=Lock)

    def next(self) -> tuple[int, Job] | None:
        with self.lock:
            return next(self.jobs, None)

    def close(self) -> None:
        with self.lock:
            self.jobs = iter(())


def run(
    jobs: Iterable[Job], corpus: str, workers: int, done: Callable[[int], None]
) -> list[list[Outcome]]:
    """Try the mutants of all jobs.

    Args:
        jobs: what to try; read as processes get free.
        corpus: the name of the package that wrote the functions.
        workers: how many processes.
        done: called after each job with the number of its mutants.

    Returns:
        The outcomes, in the order of the jobs, whatever the number of processes.

    Raises:
        InvalidRequestError: there is no such package.
    """
    queue = _Queue(enumerate(jobs))
    found: dict[int, list[Outcome]] = {}
    staff = [Worker(corpus) for _ in range(workers)]

    def serve(worker: Worker) -> None:
        while (asked := queue.next()) is not None:
            place, job = asked
            found[place] = worker.outcomes(job)
            done(len(job.texts))

    try:
        with ThreadPoolExecutor(workers) as threads:
            try:
                for future in as_completed([threads.submit(serve, each) for each in staff]):
                    future.result()
            finally:
                # Also where one failed, or the user had enough: the others would go on.
                queue.close()
                for worker in staff:
                    worker.dismiss()
    finally:
        for worker in staff:
            worker.reap()
    return [found[place] for place in sorted(found)]
