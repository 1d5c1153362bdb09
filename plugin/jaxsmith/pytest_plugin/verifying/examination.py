"""The examination of one record: is it whole, can it be read, does its program do what it says?"""

from __future__ import annotations

import ast
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from jaxsmith.pytest_plugin.verifying.blame import blaming, check_outputs
from jaxsmith.pytest_plugin.verifying.hindrances import (
    NotHereError,
    of_complaint,
    of_module,
    of_record,
)
from jaxsmith.pytest_plugin.verifying.rows import DamageError
from jaxsmith.record import complaint
from jaxsmith.sample import remake
from jaxsmith.stages.reading import check_text
from jaxsmith.stages.setting import versions
from jaxsmith.stages.stablehlo import compile_module, read_stablehlo
from jaxsmith.stages.table import STAGES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from jaxsmith.stages.stablehlo import Module

    Arrays = tuple[Any, ...]

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Verified:
    """What was done to a record in which nothing was found wrong.

    Attributes:
        not_run: why its StableHLO was not run; empty if it was.
        from_source: whether its source code was run, too.
        notes: what could not be compared, and why.
    """

    not_run: str = ""
    from_source: bool = False
    notes: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The same as JSON values, which can travel on a report."""
        return asdict(self)


def verify(record: Record, *, texts: Collection[str], run_source: bool) -> Verified:
    """Examine a record.

    Args:
        record: as it was read.
        texts: the stages whose texts it must have, by name.
        run_source: whether its Python source may be run.

    Raises:
        DamageError: with the first thing that is wrong.
    """
    try:
        module, sets = _readable(record, texts)
    except NotHereError as error:
        return Verified(str(error))
    not_run = "it has no stablehlo" if module is None else of_module(record, module)
    if module is not None and not not_run:
        _run(record, module, sets)
    if not run_source:
        return Verified(not_run)
    from jaxsmith.pytest_plugin.verifying.resourcing import run_from_source

    done, notes = run_from_source(record, sets)
    return Verified(not_run, done, notes)


def _readable(record: Record, texts: Collection[str]) -> tuple[Module | None, list[Arrays]]:
    """The module of a record, if it has one, and its input sets, after all else was looked at.

    Raises:
        DamageError: something is wrong.
        NotHereError: it can't be judged here.
    """
    hindrance = of_record(record)
    if hindrance.everything:
        raise NotHereError(hindrance.everything)
    found = complaint(record, "sample", texts)
    if found is not None:
        older = of_complaint(record, found)
        raise NotHereError(older) if older else DamageError(found)
    _check_sources(record)
    with _by_whom(record):
        _check_texts(record)
        module = _read(record) if "stablehlo" in record else None
    if hindrance.arrays:
        raise NotHereError(hindrance.arrays)
    return module, _inputs(record)


def _check_sources(record: Record) -> None:
    for field in ("source_code", "reference_source"):
        if record[field] is not None:
            with blaming(field):
                ast.parse(record[field])


def _check_texts(record: Record) -> None:
    for stage in STAGES:
        if isinstance(record.get(stage), str):
            with blaming(stage):
                check_text(stage, record[stage])


@contextmanager
def _by_whom(record: Record) -> Iterator[None]:
    """Say which jaxlib wrote a text that can't be read, if it is not the one that reads it."""
    try:
        yield
    except DamageError as error:
        made, here = record["jaxlib_version"], versions()["jaxlib"]
        if made == here:
            raise
        raise DamageError(f"{error} (jaxlib {made} wrote it, {here} reads it)") from error


def _read(record: Record) -> Module:
    """The StableHLO module, which must be the one that the record's other fields are about."""
    with blaming("stablehlo"):
        module = read_stablehlo(record["stablehlo"])
    if dict(module.operations) != record["stablehlo_ops"]:
        raise DamageError("stablehlo does not hold the operations that stablehlo_ops counts")
    taken = [(record["input_shapes"][i], record["input_dtypes"][i]) for i in record["kept_inputs"]]
    given = zip(record["output_shapes"], record["output_dtypes"], strict=True)
    for what, avals, said in (
        ("input", module.inputs, taken),
        ("output", module.outputs, list(given)),
    ):
        found = [(str(aval.shape), aval.dtype) for aval in avals]
        if found != said:
            raise DamageError(f"stablehlo has {what}s {found}, the record says {said}")
    return module


def _inputs(record: Record) -> list[Arrays]:
    """The input sets, made again and compared with their digests."""
    with blaming("inputs can't be made again"):
        sets = remake(record)
    for i, (arrays, chosen) in enumerate(zip(sets, record["inputs"], strict=True)):
        for array, said, name in zip(
            arrays, chosen["arguments"], record["input_names"], strict=True
        ):
            if sha256(array.tobytes()).hexdigest() == said["sha256"]:
                continue
            raise DamageError(f"inputs[{i}]: {name} does not have the digest that is said")
    return sets


def _run(record: Record, module: Module, sets: Sequence[Arrays]) -> None:
    with blaming("stablehlo"):
        program = compile_module(module, record["platform"])
    for i, arrays in enumerate(sets):
        with blaming(f"stablehlo on input set {i}"):
            outputs = program(*(arrays[position] for position in record["kept_inputs"]))
        check_outputs("stablehlo", record, i, outputs)
