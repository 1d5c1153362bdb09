"""The process that mutants run in: it may hang or die, and another takes its place.

Reads a job a line from standard input, and writes a line for each thing that it knows.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import sys
from typing import TYPE_CHECKING, Any, TextIO

from jaxsmith.errors import InvalidRequestError
from jaxsmith.mutation.trial import Trial, UnfitError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jaxsmith.program.corpus import Corpus

# Seconds of processor time, which a busy machine doesn't lengthen, for a function with all that is
# expected of it. A job says how long a mutant may take.
FUNCTION_LIMIT = 600


def main() -> None:
    """Serve until the input ends."""
    # What a mutant prints, or JAX of it, is nobody's reply.
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    corpus: Corpus | None = None
    trial: Trial | None = None
    for line in sys.stdin:
        job = json.loads(line)
        try:
            if corpus is None:
                corpus = _corpus(job["corpus"])
            _limit(FUNCTION_LIMIT)
            if trial is None or trial.record != job["record"]:
                trial = Trial.of(job["record"], corpus)
            trial.check_itself(job["level"])
        except UnfitError as error:
            _say(replies, {"unfit": str(error)})
            continue
        except InvalidRequestError as error:
            _say(replies, {"error": str(error)})
            continue
        _say(replies, {"fit": True})
        _try_all(trial, job, replies)


def _try_all(trial: Trial, job: Mapping[str, Any], replies: TextIO) -> None:
    for text in job["texts"]:
        _limit(job["limit"])
        found = trial.outcome(job["level"], text, lambda: _say(replies, {"passed": True}))
        _say(replies, {"verdict": found.verdict, "reason": found.reason, "gap": found.gap})


def _corpus(package: str) -> Corpus:
    try:
        found: Corpus = importlib.import_module(package).CORPUS
    except (ImportError, AttributeError) as error:
        raise InvalidRequestError(f"--corpus: {package} is no corpus package: {error}") from error
    return found


def _limit(seconds: int) -> None:
    """Let the process end when it has used so much more of the processor."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    soft = int(used.ru_utime + used.ru_stime) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def _say(replies: TextIO, content: Mapping[str, Any]) -> None:
    replies.write(json.dumps(content) + "\n")
    replies.flush()


if __name__ == "__main__":
    main()
