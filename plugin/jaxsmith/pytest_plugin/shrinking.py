"""A function that disagrees with its reference, made small and written as a script."""

from __future__ import annotations

import os
import platform
from dataclasses import replace
from importlib.metadata import version
from typing import TYPE_CHECKING

from jaxsmith.errors import RejectedError
from jaxsmith.pytest_plugin.findings import reason_of
from jaxsmith.pytest_plugin.place import roundoff
from jaxsmith.shrink import Facts, script, shrink
from jaxsmith.stages import extract, load
from jaxsmith.stages.errors import StageError
from jaxsmith.verdict import compare, examine
from jaxsmith.verdict.expect import Judge

if TYPE_CHECKING:
    from jaxsmith.program.function import Function
    from jaxsmith.program.helpers import Helpers
    from jaxsmith.pytest_plugin.findings import Unfit
    from jaxsmith.sample.sets import InputSet

REASONS = frozenset({"mismatch", "nan_mismatch", "lower_error", "compile_error", "run_error"})
"""What can be made smaller: what JAX or XLA may have done wrong."""


def with_script(unfit: Unfit, function: Function, helpers: Helpers, tries: int) -> Unfit:
    """The same, with a script that shows it, if one is found.

    Args:
        unfit: why the function is no sample.
        function: which function.
        helpers: functions that references may call.
        tries: how many smaller functions may be run; 0 looks for none.
    """
    if not tries or unfit.reason not in REASONS:
        return unfit
    text = _script(unfit.reason, function, helpers, tries)
    if text is None:
        return unfit
    told = f"made small, with JAX and NumPy alone:\n\n{text}"
    return replace(unfit, script=text, explanation=f"{unfit.explanation}\n\n{told}".lstrip("\n"))


def _script(reason: str, function: Function, helpers: Helpers, tries: int) -> str | None:
    def differs(candidate: Function, inputs: InputSet) -> bool:
        return _reason(candidate, inputs) == reason

    inputs = next(
        (each for each, _ in examine(function, roundoff()) if differs(function, each)), None
    )
    if inputs is None:
        return None
    found = shrink(function, inputs, helpers, differs, tries)
    small, given = (function, inputs) if found is None else found
    facts = Facts(function.case.id, reason, _versions(), os.environ.get("XLA_FLAGS", ""))
    return script(small, given, Judge(small, roundoff()).expect(given), facts)


def _reason(function: Function, inputs: InputSet) -> str | None:
    """What is wrong with a function on an input set; None if nothing is, or nothing is expected."""
    try:
        expectation = Judge(function, roundoff()).expect(inputs)
        fn = load(function.source_code, function.name)
        extracted = extract(fn, *inputs.arrays, stages=(), x64=function.x64)
        actual = extracted.run(*inputs.arrays)
    except RejectedError:
        return None
    except StageError as error:
        return reason_of(error)
    mismatch = compare(actual, expectation, function.outputs).mismatch
    return None if mismatch is None else mismatch.reason


def _versions() -> dict[str, str]:
    names = ("jax", "jaxlib", "numpy")
    return {"Python": platform.python_version(), **{name: version(name) for name in names}}
