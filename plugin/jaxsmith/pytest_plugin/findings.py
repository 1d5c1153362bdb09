"""What was found out about one function: evidence that it is right, or why it is no sample."""

from __future__ import annotations

import sysconfig
import traceback
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jaxsmith.errors import DiskError, JaxsmithError, PlatformError, RejectedError
from jaxsmith.pytest_plugin.containment import interrupts
from jaxsmith.stages.errors import StageError, one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jaxsmith.record import Evidence, Subject
    from jaxsmith.stages import Extracted

_NOT_THEIRS = (str(Path(__file__).parents[1]), *sysconfig.get_paths().values())

# What to say of a function that got no further than this; the text of a stage is printed from
# what was compiled.
_REASONS = {"load": "trace_error", "trace": "trace_error", "lower": "lower_error"}
_REASONS |= {"compile": "compile_error", "run": "run_error"}
_REASONS |= {"eager": "reference_error"}  # a function without a reference is its own


def reason_of(error: StageError) -> str:
    """The typed reason for a function that got no further than a stage."""
    return _REASONS.get(error.stage, "compile_error")


@dataclass(frozen=True, slots=True)
class Unfit:
    """Why a function is no sample.

    Attributes:
        reason: one of ``jaxsmith.record.REASONS``.
        detail: one line on what was seen.
        explanation: what the failing item shows beside the function: inputs, values, a traceback.
        script: one of its own that shows it, made small; empty where there is none.
    """

    reason: str
    detail: str
    explanation: str = ""
    script: str = ""


class UnfitError(JaxsmithError):
    """Carries an ``Unfit`` from where it was seen to where it is recorded."""

    def __init__(self, unfit: Unfit) -> None:
        super().__init__(f"{unfit.reason}: {unfit.detail}")
        self.unfit = unfit


@dataclass(slots=True)
class Progressed:
    """How far an examination came: what the reject of a function can tell of it.

    Attributes:
        subject: the function, once it is written.
        extracted: what JAX made of it, once it is compiled.
        remarks: fields that its record has beside those of every record.
    """

    subject: Subject | None = None
    extracted: Extracted | None = None
    remarks: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """The end of an examination: ``outcome`` says which, ``progressed`` how far it came."""

    id: str
    category: str
    outcome: Evidence | Unfit
    progressed: Progressed


def conclude(id: str, category: str, examine: Callable[[Progressed], Evidence]) -> Finding:  # noqa: A002 - the name of the field
    """Run an examination to its end, whichever it is."""
    progressed = Progressed()
    try:
        outcome: Evidence | Unfit = examine(progressed)
    except UnfitError as error:
        outcome = error.unfit
    except PlatformError:
        raise
    except BaseException as error:
        if interrupts.pressed() or isinstance(error, pytest.exit.Exception):
            raise
        # Whatever a function raises is its own: KeyboardInterrupt, too, would end the run.
        reason = "trace_error" if progressed.extracted is None else "run_error"
        outcome = Unfit(reason, one_line(error), _traceback(error))
    return Finding(id, category, outcome, progressed)


@contextmanager
def blaming(reason: str) -> Iterator[None]:
    """Say that what is raised within makes the function unfit, for this reason unless it knows.

    Only text is kept of an exception: its traceback would keep arrays and executables alive.
    """
    try:
        yield
    except (UnfitError, DiskError, PlatformError, KeyboardInterrupt, pytest.exit.Exception):
        raise
    except RejectedError as error:
        unfit = Unfit(error.reason, error.detail, _cause(error))
    except StageError as error:
        unfit = Unfit(reason_of(error), error.detail, _cause(error))
    except BaseException as error:
        unfit = Unfit(reason, one_line(error), _traceback(error))
    else:
        return
    raise UnfitError(unfit)


def _cause(error: Exception) -> str:
    return _traceback(error.__cause__) if isinstance(error.__cause__, Exception) else ""


def _traceback(error: BaseException) -> str:
    """The traceback without the frames of installed packages and of this one."""
    frames = traceback.extract_tb(error.__traceback__)
    theirs = [frame for frame in frames if not frame.filename.startswith(_NOT_THEIRS)]
    lines = traceback.format_list(traceback.StackSummary.from_list(theirs))
    said = traceback.TracebackException(type(error), error, None)
    # JAX notes on every error how to see frames that are left out here on purpose.
    notes = getattr(said, "__notes__", None) or []
    said.__notes__ = [note for note in notes if "JAX_TRACEBACK_FILTERING" not in note]
    return "".join([*lines, *said.format_exception_only()]).rstrip()
