"""What a failing item shows: the function, its inputs, where the results part, how to run again."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jaxsmith.pytest_plugin.findings import Unfit
    from jaxsmith.record import Subject
    from jaxsmith.sample.sets import InputSet
    from jaxsmith.verdict import Expectation, Mismatch

_SHOWN = 24  # elements of an array; more are abbreviated
_WIDTH = 96


def show_mismatch(
    mismatch: Mismatch,
    names: Iterable[str],
    inputs: InputSet,
    actual: Sequence[Any],
    expectation: Expectation,
) -> str:
    """The inputs of the set on which a function failed, and both results."""
    drawn = "" if inputs.seed is None else f", seed {inputs.seed}"
    lines = [f"inputs ({inputs.kind}{drawn}):"]
    lines += [_shown(name, array) for name, array in zip(names, inputs.arrays, strict=True)]
    if mismatch.output is None:
        return "\n".join(lines)
    i = mismatch.output
    lines += [f"output {i}:", _shown("actual", actual[i])]
    lines.append(_shown("expected", expectation.values[i]))
    if mismatch.index is not None:
        lines.append(
            f"they part most at {list(mismatch.index)}:" if mismatch.index else "they part:"
        )
        lines.append(f"    actual   {mismatch.actual!s}")
        lines.append(f"    expected {mismatch.expected!s}")
        lines.append(f"    bound    {'equal' if mismatch.bound is None else mismatch.bound!s}")
    return "\n".join(lines)


def explain(unfit: Unfit, subject: Subject | None, command: str) -> str:
    """All that a failing item shows.

    Args:
        unfit: why it fails.
        subject: the function; None where it could not even be written.
        command: the line that says how to run it again.
    """
    parts = [f"{unfit.reason}: {unfit.detail}"]
    if subject is not None:
        parts.append(textwrap.indent(subject.source_code.strip(), "    "))
    if unfit.explanation:
        parts.append(unfit.explanation)
    return "\n\n".join([*parts, command])


def _shown(name: str, array: Any) -> str:
    host = np.asarray(array)
    # A large array of high rank would fill the screen with brackets: its elements tell as much.
    flat = host.ndim > 2 and host.size > _SHOWN
    text = np.array2string(
        host.ravel() if flat else host,
        threshold=_SHOWN,
        edgeitems=4 if flat else 2,
        max_line_width=_WIDTH,
        separator=", ",
    )
    head = f"    {name}: {host.dtype}{list(host.shape)}{', row by row:' if flat else ''}"
    return f"{head} {text}" if "\n" not in text else f"{head}\n{textwrap.indent(text, '        ')}"
