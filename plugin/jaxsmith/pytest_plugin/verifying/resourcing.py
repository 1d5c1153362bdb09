"""A record's source code, run: lowered again, its texts compared, held against the reference.

Running source is running a program. Nothing here is called unless somebody said so.
"""

from __future__ import annotations

import shutil
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from jaxsmith.pytest_plugin.verifying.blame import blaming, check_outputs
from jaxsmith.pytest_plugin.verifying.rows import DamageError
from jaxsmith.stages import extract, file_of, load
from jaxsmith.stages.table import STAGES
from jaxsmith.verdict import Expectation, compare, noise, reference, slopes
from jaxsmith.verdict.compare import widen
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.dtypes import is_inexact

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jaxsmith.stages import Extracted

    Arrays = tuple[Any, ...]

Record = dict[str, Any]

# What XLA makes of a program depends on the machine; what JAX makes of it does not.
_OF_THE_MACHINE = ("passes", "optimized_hlo", "llvm", "asm")
# Settings under which another machine has the same texts of JAX.
_FREE = ("xla_threads", "devices")
_LONGEST = 60
# A record gives bounds with four digits.
_ROUNDED = 1.001


def run_from_source(record: Record, sets: Sequence[Arrays]) -> tuple[bool, tuple[str, ...]]:
    """Run a record's source code and its reference.

    Args:
        record: a record in which nothing was found wrong otherwise.
        sets: the arrays of its input sets.

    Returns:
        Whether the source was run, and what could not be compared, and why.

    Raises:
        DamageError: what it gives is not what the record says.
    """
    hindrance = _hindrance(record)
    if hindrance:
        return False, (f"source not run: {hindrance}",)
    name = record["function_name"]
    stages = [stage for stage in STAGES if record.get(stage) is not None and _has_tools(stage)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # whatever it warns of, it warned of when it was written
        with blaming("source_code"):
            function = load(record["source_code"], name)
            extracted = extract(
                function,
                *sets[0],
                stages=stages,
                x64=record["config"]["x64"],
                source_file=file_of(name),
            )
        notes = _compare_texts(record, extracted, stages)
        _compare_results(record, extracted, sets)
    return True, notes


def _hindrance(record: Record) -> str:
    """Why the source can't be run from what the record says; empty if it can."""
    if not record.get("source_complete", True):
        return "it is not complete"
    if record.get("static_arguments"):
        return "it has static arguments"
    if not all(map(str.isidentifier, record["input_names"])):
        return "it takes trees of arrays"
    return ""


def _has_tools(stage: str) -> bool:
    tools = STAGES[stage].tools
    return not tools or any(map(shutil.which, tools))


def _compare_texts(record: Record, extracted: Extracted, stages: Sequence[str]) -> tuple[str, ...]:
    """Compare each text with what the source gives here; say which can't be, and why."""
    for package in ("jax", "jaxlib"):
        made, here = record[f"{package}_version"], extracted.versions[package]
        if made != here:
            return (f"texts not compared: made with {package} {made}, here is {here}",)
    settings = extracted.config.keys() & record["config"].keys() - set(_FREE)
    for setting in sorted(settings):
        said, is_here = record["config"][setting], extracted.config[setting]
        if said != is_here:
            return (f"texts not compared: made with {setting}={said}, here is {is_here}",)
    same_machine = (
        record["instruction_set"] == extracted.versions["instruction_set"]
        and record["config"].get("xla_threads") == extracted.config["xla_threads"]
    )
    compared = [stage for stage in stages if same_machine or stage not in _OF_THE_MACHINE]
    for stage in compared:
        _compare_text(stage, record[stage], extracted.texts.get(stage, ""))
    for field in ("primitives", "alignment", "kept_inputs"):
        made = getattr(extracted, field)
        if record[field] != (list(made) if field == "kept_inputs" else made):
            raise DamageError(f"{field} is not what source_code gives")
    left_out = [stage for stage in stages if stage not in compared]
    return (f"not compared, made on another machine: {', '.join(left_out)}",) if left_out else ()


def _compare_text(stage: str, said: str, made: str) -> None:
    if said == made:
        return
    pairs = enumerate(zip(said.splitlines(), made.splitlines(), strict=False), 1)
    line, (one, other) = next((p for p in pairs if p[1][0] != p[1][1]), (0, ("", "")))
    where = f"line {line} is {_cut(one)}, it gives {_cut(other)}" if line else "one goes on longer"
    raise DamageError(f"{stage} is not what source_code gives: {where}")


def _cut(line: str) -> str:
    text = line.strip()
    return repr(text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…")


def _compare_results(record: Record, extracted: Extracted, sets: Sequence[Arrays]) -> None:
    """Hold every run against what is recorded, and against the reference where there is one."""
    expects = None
    if record["reference_source"] is not None:
        with blaming("reference_source"):
            expects = _load_reference(record)
    for i, arrays in enumerate(sets):
        with blaming(f"source_code on input set {i}"):
            outputs = extracted.run(*arrays)
        check_outputs("source_code", record, i, outputs)
        if expects is None:
            continue
        with blaming(f"reference_source on input set {i}"):
            values = reference.run(expects, arrays)
        _compare_with_reference(record, i, outputs, values)


def _load_reference(record: Record) -> Callable[..., Any]:
    """The reference, as it was when the function was checked."""
    source, name = record["reference_source"], record["function_name"]
    if record["seed"] is None:
        return reference.load(source, name)  # a project's own
    function = noise.load(source, name)
    # Its text takes derivatives by differences; it was checked with exact ones.
    slopes.install(function.__globals__)
    return function


def _compare_with_reference(
    record: Record, which: int, outputs: Sequence[Any], values: Sequence[Any]
) -> None:
    avals = [Aval(array.shape, str(array.dtype)) for array in outputs]
    if [np.shape(value) for value in values] != [aval.shape for aval in avals]:
        raise DamageError(f"reference_source on input set {which}: returns other shapes")
    rounded = [np.asarray(v).astype(a.dtype) for v, a in zip(values, avals, strict=True)]
    check_outputs("reference_source", record, which, rounded)
    said = record["tolerance"]["max_bounds"]
    bounds = [np.inf if bound is None else _ROUNDED * bound for bound in said]
    expectation = Expectation(
        tuple(
            widen(v) if is_inexact(a.dtype) else np.asarray(v)
            for v, a in zip(values, avals, strict=True)
        ),
        tuple(np.full(a.shape, bound) for a, bound in zip(avals, bounds, strict=True)),
    )
    found = compare(outputs, expectation, avals).mismatch
    if found is not None:
        raise DamageError(f"source_code against its reference, set {which}: {found.detail}")
