"""A function on trial: does its check notice a mutant, and does a mutant that passes matter?"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from jaxsmith.dataset.diff.hlo import lines as hlo_lines
from jaxsmith.errors import JaxsmithError, RejectedError
from jaxsmith.mutation.outcome import NOT_ITS_OWN, Outcome
from jaxsmith.program.function import Case
from jaxsmith.sample.sets import make_set
from jaxsmith.stages import StageError, extract, load
from jaxsmith.stages.stablehlo import compile_stablehlo, kept_inputs
from jaxsmith.verdict import compare, roundoff_of
from jaxsmith.verdict.compare import widen
from jaxsmith.verdict.expect import Judge
from jaxsmith.vocabulary.dtypes import is_inexact

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from jaxsmith.dataset.diff.items import Line
    from jaxsmith.program.corpus import Corpus
    from jaxsmith.program.function import Function
    from jaxsmith.sample.sets import InputSet, SetKind
    from jaxsmith.verdict import Examined

    Run = Callable[[InputSet], list[Any]]

OTHER_INPUTS: tuple[SetKind, ...] = ("domain",) * 8 + ("mirror",) * 2 + ("rim",) * 2
"""The random input sets on which a mutant that passed is held against the function."""

VISIBLE = 1e-4
"""A difference of less than this share of the largest element is none.

A tenth of what the smallest mutation does, which multiplies by 1.001. What is only rounded in
another order differs by less, as ill-conditioned functions are no samples.
"""

VISIBLE_IN_HALVES = 0.01
"""The same where something is computed in 16 bits or fewer."""

_HALVES = re.compile(r"\b(?:\d+x)*(?:bf16|f16|f8E\w+)>|stablehlo\.reduce_precision")

_NO_PROGRAM = frozenset({"load", "trace", "lower", "parse", "compile"})


class UnfitError(JaxsmithError):
    """A function, or one of its texts, that fails its check as it stands."""


@dataclass(frozen=True)
class Program:
    """A text that became a program.

    Attributes:
        run: gives the leaves of the result for an input set.
        optimized: the HLO that XLA made of it.
    """

    run: Run
    optimized: str

    @cached_property
    def instructions(self) -> list[Line]:
        """The same, without names and metadata."""
        return hlo_lines(self.optimized)


@dataclass(slots=True)
class Trial:
    """One function, with what its check expects and what its own programs give.

    Attributes:
        record: its record.
        function: the function, written again.
        examined: the recorded input sets, with what the check expects of each.
    """

    record: Mapping[str, Any]
    function: Function
    examined: Examined
    _own: dict[str, Program] = field(default_factory=dict)
    _others: dict[str, list[list[Any]]] = field(default_factory=dict)

    @classmethod
    def of(cls, record: Mapping[str, Any], corpus: Corpus) -> Trial:
        """The trial of a record's function.

        Raises:
            UnfitError: the corpus writes another function in its place, or its reference expects
                nothing here of a recorded input set.
        """
        function = written_again(record, corpus)
        judge = Judge(function, roundoff_of(record["platform"]))
        sets = [make_set(function.params, each["kind"], each["seed"]) for each in record["inputs"]]
        try:
            return cls(record, function, [(each, judge.expect(each)) for each in sets])
        except RejectedError as rejection:
            raise UnfitError(str(rejection)) from rejection

    def check_itself(self, level: str) -> None:
        """See that a text passes its own check.

        Raises:
            UnfitError: it does not.
        """
        try:
            self._own[level] = self._program(level, self.record[level])
            reason = self._noticed(self._own[level].run)
        except StageError as error:
            raise UnfitError(str(error)) from error
        if reason:
            raise UnfitError(f"{level} fails its own check: {reason}")

    def outcome(self, level: str, text: str, passed: Callable[[], None]) -> Outcome:
        """What becomes of a mutant of a text that passed ``check_itself``.

        Args:
            level: the field of the record that holds the text.
            text: the mutant.
            passed: called when the check has let it pass, before it runs on other inputs.
        """
        try:
            program = self._program(level, text)
        except StageError as error:
            return Outcome("invalid" if error.stage in _NO_PROGRAM else "caught", error.stage)
        try:
            reason = self._noticed(program.run)
        except StageError as error:
            return Outcome("caught", error.stage)
        if reason:
            return Outcome("caught", reason)
        if program.instructions == self._own[level].instructions:
            return Outcome("same")
        passed()
        gap = self._gap(level, program.run)
        return Outcome("equivalent" if gap <= self._visible() else "survived", gap=gap)

    def _visible(self) -> float:
        halves = _HALVES.search(self.record.get("stablehlo") or "")
        return VISIBLE_IN_HALVES if halves else VISIBLE

    def _program(self, level: str, text: str) -> Program:
        return PROGRAMS[level](self, text)

    def _noticed(self, run: Run) -> str:
        """By what the check notices a program; empty if it doesn't."""
        for inputs, expectation in self.examined:
            found = compare(run(inputs), expectation, self.function.outputs)
            if found.mismatch is not None:
                return found.mismatch.reason
        return ""

    def _gap(self, level: str, run: Run) -> float:
        sets = self._other_inputs()
        if level not in self._others:
            self._others[level] = [self._own[level].run(each) for each in sets]
        try:
            pairs = zip(self._others[level], sets, strict=True)
            return max(difference(expected, run(inputs)) for expected, inputs in pairs)
        except StageError:
            return float("inf")

    def _other_inputs(self) -> list[InputSet]:
        seeds = (zlib.crc32(f"{self.record['id']}/mutants/{k}".encode()) for k in range(99))
        params = self.function.params
        return [make_set(params, kind, seed) for kind, seed in zip(OTHER_INPUTS, seeds)]  # noqa: B905


def _from_source(trial: Trial, text: str) -> Program:
    function = trial.function
    fn = load(text, function.name)
    first = trial.examined[0][0].arrays
    extracted = extract(fn, *first, stages=("optimized_hlo",), x64=function.x64)
    if extracted.structure != function.structure:
        raise StageError("wrong_structure", "the result has another structure")
    optimized = extracted.texts["optimized_hlo"]
    return Program(lambda inputs: list(extracted.run(*inputs.arrays)), optimized)


def _from_stablehlo(trial: Trial, text: str) -> Program:
    names = trial.record["input_names"]
    program = compile_stablehlo(text)
    kept = list(range(len(names)))
    if len(program.inputs) < len(names):
        kept = kept_inputs(names, trial.record.get("hlo") or "")

    def run(inputs: InputSet) -> list[Any]:
        return program(*(inputs.arrays[position] for position in kept))

    return Program(run, program.optimized_hlo)


PROGRAMS: dict[str, Callable[[Trial, str], Program]] = {
    "source_code": _from_source,
    "stablehlo": _from_stablehlo,
}
"""How each text becomes a program."""


def written_again(record: Mapping[str, Any], corpus: Corpus) -> Function:
    """The function of a record, from the corpus that wrote it.

    Raises:
        UnfitError: the corpus writes another function in its place, or none.
    """
    index = record["id"].rpartition("-")[2]
    case = Case(record["category"], int(index) if index.isdecimal() else -1, record["seed"] or 0)
    if case.id == record["id"] and case.category in corpus.categories:
        draft = len(record["rejected_drafts"])
        function = corpus.rewrite(case, record["source_code"], draft)
        if function is not None:
            return function
    raise UnfitError(NOT_ITS_OWN)


def difference(expected: Sequence[Any], actual: Sequence[Any]) -> float:
    """How far results are from others, as a share of the largest element of each.

    Returns:
        0 where all are the same; infinity where integers or booleans, shapes, or the places of what
        is not finite differ.
    """
    return max(map(_difference, expected, actual), default=0.0)


def _difference(one: Any, other: Any) -> float:
    if one.shape != other.shape or one.dtype != other.dtype:
        return float("inf")
    if not is_inexact(str(one.dtype)):
        return 0.0 if np.array_equal(one, other) else float("inf")
    one, other = widen(one), widen(other)
    finite = np.isfinite(one)
    if not np.array_equal(finite, np.isfinite(other)):
        return float("inf")
    if not np.array_equal(one[~finite], other[~finite], equal_nan=True):
        return float("inf")
    gap = float(np.max(np.abs(one[finite] - other[finite]), initial=0.0))
    largest = float(np.max(np.abs(one[finite]), initial=0.0))
    return gap / largest if gap and largest else float("inf") if gap else 0.0
