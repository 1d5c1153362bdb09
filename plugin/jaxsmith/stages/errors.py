"""What a user is told when a function can't pass a stage."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from jaxsmith.clock import timed
from jaxsmith.errors import JaxsmithError
from jaxsmith.stages.normal import normalise

if TYPE_CHECKING:
    from collections.abc import Iterator


class StageError(JaxsmithError):
    """A function that could not be loaded, traced, lowered, compiled, printed or run.

    Attributes:
        stage: ``"load"``, ``"trace"``, ``"lower"``, ``"compile"``, ``"run"``, or the name of the
            stage whose text could not be printed.
        detail: one line, with no file path and no memory address, so that equal failures read
            equal in every process.
    """

    def __init__(self, stage: str, detail: str) -> None:
        super().__init__(f"{stage}: {detail}")
        self.stage = stage
        self.detail = detail


class NoTextError(JaxsmithError):
    """A function that has no text at a stage, through no fault of its own; ``str`` says why."""


@contextmanager
def guard(stage: str, lines: int = 1) -> Iterator[None]:
    """Turn what JAX or the user's function raises within into a ``StageError`` that it caused.

    The time within is counted as the stage's.

    Args:
        stage: which stage.
        lines: how many lines of the message to keep; parsers say in the second where it is.
    """
    try:
        with timed(stage):
            yield
    except (JaxsmithError, KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:  # a function may raise SystemExit, too
        raise StageError(stage, one_line(error, lines)) from error


def one_line(error: BaseException, lines: int = 1) -> str:
    """The type of an error and the first lines that it says anything in, as one."""
    said = (line.strip() for line in normalise(str(error)).splitlines())
    return ": ".join([type(error).__name__, *[line for line in said if line][:lines]])
