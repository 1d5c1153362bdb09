"""The examination of a project's function: against its reference, or eager against compiled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from jaxsmith.pytest_plugin.failure import show_mismatch
from jaxsmith.pytest_plugin.findings import Unfit, UnfitError, blaming
from jaxsmith.pytest_plugin.opinions import EAGER, REFERENCE, Opinions
from jaxsmith.pytest_plugin.source import closed_source
from jaxsmith.record import Check, Evidence, Subject
from jaxsmith.record.tree import outline
from jaxsmith.sample.sets import InputSet
from jaxsmith.stages import Question, arguments_of, extract, flatten, run_eagerly
from jaxsmith.verdict import compare
from jaxsmith.verdict.reference import widen
from jaxsmith.vocabulary.dtypes import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from jaxsmith.pytest_plugin.desk import Desk
    from jaxsmith.pytest_plugin.findings import Progressed
    from jaxsmith.pytest_plugin.source import ClosedSource
    from jaxsmith.pytest_plugin.tolerance import Tolerance
    from jaxsmith.stages import Arguments, Extracted, Flat
    from jaxsmith.verdict import Expectation
    from jaxsmith.vocabulary.aval import Aval


@dataclass(frozen=True, slots=True)
class Request:
    """What a test asked the fixture to check; see ``Jaxsmith.check`` for the meaning of each."""

    id: str
    category: str
    fn: Callable[..., Any]
    argument_sets: tuple[tuple[Any, ...], ...]
    keywords: Mapping[str, Any]
    reference: Callable[..., Any] | None
    name: str | None
    tags: frozenset[str]
    static_argnums: int | Sequence[int]
    static_argnames: str | Sequence[str]
    x64: bool | None
    tolerance: Tolerance
    license: str | None


def examine_function(request: Request, desk: Desk, progressed: Progressed) -> Evidence:
    """Everything about a project's function, if it agrees with what is known of it.

    Args:
        request: the function, its arguments and what they should give.
        desk: knows the stages whose texts to keep, and who else is asked.
        progressed: filled as the examination goes.

    Raises:
        UnfitError: it does not agree, or could not be compiled or run.
    """
    with blaming("internal_error"):
        extracted = extract(
            request.fn,
            *request.argument_sets[0],
            static_argnums=request.static_argnums,
            static_argnames=request.static_argnames,
            stages=desk.stages,
            x64=request.x64,
            **request.keywords,
        )
        progressed.extracted = extracted
    with blaming("run_error"):  # a further input set may hold anything
        calls = [
            arguments_of(extracted, request.fn, args, request.keywords)
            for args in request.argument_sets
        ]
    with blaming("internal_error"):
        source = closed_source(request.fn, request.name)
        subject = progressed.subject = _subject(request, extracted, calls[0], source)
        progressed.remarks |= _remarks(source, calls[0])
    _refuse_unsupported(extracted.outputs)
    _refuse_other_types(calls)
    pairs = list(zip(request.argument_sets, calls, strict=True))
    known = [_known(request, extracted, *pair) for pair in pairs]
    oracle = EAGER if request.reference is None else REFERENCE
    opinions = Opinions(
        desk.panel, _question(request, extracted, calls), known, besides=frozenset({oracle})
    )
    with opinions.told():
        checks = tuple(
            _check(request, extracted, *pair, expectation)
            for pair, expectation in zip(pairs, known, strict=True)
        )
    agreed = opinions.all_agree()
    return Evidence(
        subject, extracted, checks, str(request.tolerance), (oracle, *agreed), opinions.silent
    )


def _question(request: Request, extracted: Extracted, calls: Sequence[Arguments]) -> Question:
    arguments = [(args, request.keywords) for args in request.argument_sets]
    return Question(extracted, request.fn, arguments, [call.leaves for call in calls])


def _subject(
    request: Request, extracted: Extracted, call: Arguments, source: ClosedSource
) -> Subject:
    reference = None
    if request.reference is not None:
        reference = closed_source(request.reference, source.name)
    return Subject(
        id=request.id,
        category=request.category,
        name=source.name,
        tags=request.tags,
        source_code=source.text,
        reference_source=reference.text if reference else None,
        input_names=call.names,
        inputs=extracted.inputs,
        draws=(None,) * len(call.names),
        outputs=extracted.outputs,
        structure=extracted.structure,
        op_count=None,
        seed=None,
        license=request.license,
    )


def _remarks(source: ClosedSource, call: Arguments) -> dict[str, object]:
    """What the records of a project's functions say beside those of a corpus."""
    return {
        "source_complete": source.complete,
        "source_missing": list(source.missing),
        "static_arguments": dict(call.static),
    }


def _refuse_unsupported(outputs: Sequence[Aval]) -> None:
    if not outputs:
        raise UnfitError(Unfit("trivial", "the function returns no array"))
    for i, aval in enumerate(outputs):
        if aval.dtype not in KINDS:
            detail = f"output {i} is {aval.dtype}; floats, integers and booleans can be compared"
            raise UnfitError(Unfit("unsupported", detail))


def _refuse_other_types(calls: Sequence[Arguments]) -> None:
    """What was compiled for the first input set must fit the others; JAX's own message is long."""
    first = _types(calls[0])
    for number, call in enumerate(calls[1:], 2):
        types = _types(call)
        if types == first:
            continue
        for name in {**first, **types}:
            given, known = types.get(name, "missing"), first.get(name, "missing")
            if given != known:
                detail = f"input set {number}: {name} is {given}, in the first set {known}"
                raise UnfitError(Unfit("run_error", detail))


def _types(call: Arguments) -> dict[str, str]:
    pairs = zip(call.names, call.leaves, strict=True)
    types = {name: f"{leaf.dtype}{list(leaf.shape)}" for name, leaf in pairs}
    return types | {name: f"{text} (static)" for name, text in call.static.items()}


def _known(
    request: Request, extracted: Extracted, args: tuple[Any, ...], call: Arguments
) -> Expectation:
    with blaming("reference_error"):
        expected = _expected(request, extracted, args, call)
    _check_structure(expected, extracted)
    _check_types(expected.leaves, extracted)
    return request.tolerance.expectation(expected.leaves, extracted.outputs)


def _check(
    request: Request,
    extracted: Extracted,
    args: tuple[Any, ...],
    call: Arguments,
    expectation: Expectation,
) -> Check:
    with blaming("run_error"):
        actual = extracted.run(*args, **request.keywords)
    inputs = InputSet("given", None, call.leaves)
    comparison = compare(actual, expectation, extracted.outputs)
    if comparison.mismatch is not None:
        shown = show_mismatch(comparison.mismatch, call.names, inputs, actual, expectation)
        raise UnfitError(Unfit(comparison.mismatch.reason, comparison.mismatch.detail, shown))
    return Check(inputs, expectation, comparison)


def _expected(
    request: Request, extracted: Extracted, args: tuple[Any, ...], call: Arguments
) -> Flat:
    """What the reference gives, or the function itself run operation by operation."""
    if request.reference is None:
        return run_eagerly(extracted, request.fn, args, request.keywords)
    # Copies: a reference may write into its arguments, and the record holds them too.
    positional, keywords = call.mapped(lambda leaf: np.array(widen(leaf)))
    with np.errstate(all="ignore"):
        return flatten(request.reference(*positional, **keywords))


def _check_structure(expected: Flat, extracted: Extracted) -> None:
    if expected.structure != extracted.structure:
        ours, theirs = outline(extracted.structure), outline(expected.structure)
        detail = f"the function returns {ours}, its reference {theirs} (* is an array)"
        raise UnfitError(Unfit("wrong_structure", detail))


def _check_types(values: Sequence[Any], extracted: Extracted) -> None:
    """The shape must be the same, and the kind: the reference computes in wider types."""
    for i, (value, aval) in enumerate(zip(values, extracted.outputs, strict=True)):
        if value.shape != aval.shape:
            detail = f"output {i} has shape {aval.shape}, that of the reference {value.shape}"
            raise UnfitError(Unfit("wrong_shape", detail))
        if _kind(str(value.dtype)) != _kind(aval.dtype):
            detail = f"output {i} is {aval.dtype}, that of the reference {value.dtype}"
            raise UnfitError(Unfit("wrong_dtype", detail))


def _kind(dtype: str) -> str:
    """Integers of either sign are one kind; so are floats of any width."""
    name = dtype.rstrip("0123456789").removeprefix("u").removeprefix("b")
    return "float" if name.startswith("float") else name
