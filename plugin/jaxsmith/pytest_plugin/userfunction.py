"""The examination of a project's function: against its reference, or eager against compiled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from jaxsmith.pytest_plugin.arguments import arguments_of
from jaxsmith.pytest_plugin.failure import show_mismatch
from jaxsmith.pytest_plugin.findings import Unfit, UnfitError, blaming
from jaxsmith.pytest_plugin.source import closed_source
from jaxsmith.record import Check, Evidence, Subject
from jaxsmith.sample.sets import InputSet
from jaxsmith.stages import extract
from jaxsmith.verdict import compare

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from jaxsmith.pytest_plugin.arguments import Arguments
    from jaxsmith.pytest_plugin.findings import Progressed
    from jaxsmith.pytest_plugin.source import ClosedSource
    from jaxsmith.pytest_plugin.tolerance import Tolerance
    from jaxsmith.stages import Extracted


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


def examine_function(request: Request, stages: tuple[str, ...], progressed: Progressed) -> Evidence:
    """Everything about a project's function, if it agrees with what is known of it.

    Args:
        request: the function, its arguments and what they should give.
        stages: the stages whose texts to keep.
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
            stages=stages,
            x64=request.x64,
            **request.keywords,
        )
        progressed.extracted = extracted
        calls = [_arguments(request, args, extracted) for args in request.argument_sets]
        source = closed_source(request.fn, request.name)
        subject = progressed.subject = _subject(request, extracted, calls[0], source)
        progressed.remarks["source_complete"] = source.complete
    checks = tuple(
        _check(request, extracted, args, call)
        for args, call in zip(request.argument_sets, calls, strict=True)
    )
    oracle = "jax_eager" if request.reference is None else "numpy"
    return Evidence(subject, extracted, checks, str(request.tolerance), (oracle,))


def _subject(
    request: Request, extracted: Extracted, call: Arguments, source: ClosedSource
) -> Subject:
    reference = request.reference and closed_source(request.reference, source.name)
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


def _arguments(request: Request, args: tuple[Any, ...], extracted: Extracted) -> Arguments:
    from jaxsmith.stages.compilation import as_jitted
    from jaxsmith.stages.statics import StaticArguments

    jitted = as_jitted(request.fn, request.static_argnums, request.static_argnames)
    static = StaticArguments.of(jitted)
    x64 = bool(extracted.config["x64"])
    return arguments_of(request.fn, args, request.keywords, static, x64=x64)


def _check(request: Request, extracted: Extracted, args: tuple[Any, ...], call: Arguments) -> Check:
    with blaming("run_error"):
        actual = extracted.run(*args, **request.keywords)
    with blaming("reference_error"):
        values = _expected(request, extracted, args, call)
    # Given by the test, not drawn: the record holds the values themselves.
    inputs = InputSet("given", None, call.leaves)  # type: ignore[arg-type]
    _check_types(values, extracted)
    expectation = request.tolerance.expectation(values, extracted.outputs)
    comparison = compare(actual, expectation, extracted.outputs)
    if comparison.mismatch is not None:
        shown = show_mismatch(comparison.mismatch, call.names, inputs, actual, expectation)
        raise UnfitError(Unfit(comparison.mismatch.reason, comparison.mismatch.detail, shown))
    return Check(inputs, expectation, comparison)


def _expected(
    request: Request, extracted: Extracted, args: tuple[Any, ...], call: Arguments
) -> list[Any]:
    """The leaves that the reference gives, or the function itself run operation by operation."""
    import jax

    from jaxsmith.stages.leaves import on_host, structure

    if request.reference is not None:
        with np.errstate(all="ignore"):
            result = request.reference(*call.positional, **call.keywords)
        leaves = [np.asarray(leaf) for leaf in jax.tree.leaves(result)]
    else:
        with jax.enable_x64(bool(extracted.config["x64"])), jax.disable_jit():
            result = request.fn(*args, **request.keywords)
            leaves = [on_host(jax.numpy.asarray(leaf)) for leaf in jax.tree.leaves(result)]
    returned = structure(jax.tree.structure(result))
    if returned != extracted.structure:
        detail = f"the function returns {extracted.structure}, its reference {returned}"
        raise UnfitError(Unfit("wrong_structure", detail))
    return leaves


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
