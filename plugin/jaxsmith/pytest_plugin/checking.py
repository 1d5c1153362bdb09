"""The examination of a function of the corpus: written, compiled, run, compared."""

from __future__ import annotations

import gc
from functools import cache
from typing import TYPE_CHECKING, Any

from jaxsmith.clock import timed
from jaxsmith.errors import RejectedError
from jaxsmith.program.absences import lacking
from jaxsmith.program.corpus import DRAFTS
from jaxsmith.program.limits import bites
from jaxsmith.pytest_plugin.failure import show_mismatch
from jaxsmith.pytest_plugin.findings import Unfit, UnfitError, blaming
from jaxsmith.pytest_plugin.opinions import REFERENCE, Opinions
from jaxsmith.pytest_plugin.place import here, roundoff
from jaxsmith.pytest_plugin.shrinking import with_script
from jaxsmith.record import Check, Evidence, Subject, status_of
from jaxsmith.stages import Question, extract, file_of, load, supported
from jaxsmith.stages.absent import absent
from jaxsmith.verdict import compare, examine

if TYPE_CHECKING:
    from collections.abc import Callable

    from jaxsmith.program.corpus import Corpus
    from jaxsmith.program.function import Case, Function, Param
    from jaxsmith.pytest_plugin.desk import Desk
    from jaxsmith.pytest_plugin.findings import Progressed
    from jaxsmith.sample.sets import InputSet
    from jaxsmith.stages import Extracted
    from jaxsmith.verdict import Examined, Expectation

RULE = "error bounds carried through the graph, one rule per operation"


def examine_case(case: Case, corpus: Corpus, desk: Desk, progressed: Progressed) -> Evidence:
    """Everything about one function, if it does what its reference says on every input set.

    Args:
        case: which function.
        corpus: what writes it.
        desk: knows the stages whose texts to keep, who else is asked, and how hard to try to make
            a disagreement small.
        progressed: filled as the examination goes.

    Raises:
        UnfitError: it is no sample.
    """
    _collect_less()
    rejected: list[str] = []
    with timed("reference"):
        base_draft = _base_draft(case, corpus) if case.is_derived else 0
    for draft in range(DRAFTS):
        with blaming("internal_error"), timed("write"):
            function = corpus.write(case, draft, base_draft)
            progressed.subject = Subject.of(function, tuple(rejected))
        try:
            with timed("reference"):
                expected = _sample(function, corpus)
            return _proved(function, expected, desk, progressed)
        except UnfitError as error:
            unfit = _explained(error.unfit, function, corpus)
            if status_of(unfit.reason) != "rejected":
                unfit = with_script(unfit, function, corpus.helpers, desk.tries)
                raise UnfitError(unfit) from error
            if draft == DRAFTS - 1:
                raise UnfitError(unfit) from error
            rejected.append(unfit.reason)
            progressed.extracted = None
    raise AssertionError("DRAFTS is positive")


# Objects more than there are freed before Python looks for cycles; by default 700.
COLLECT_AT = 50_000


@cache
def _collect_less() -> None:
    """Look for cycles among what the functions made only, and more rarely.

    JAX, NumPy and the rows are some 150,000 objects that stay; to walk them again and again, and
    XLA's with them, took 4 % of a run.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AT, 20, 20)


def _sample(function: Function, corpus: Corpus) -> Examined:
    """The input sets of a function that is of use as a sample."""
    if function.base is not None:
        _require_sample(function.base, corpus)
    known = _unsupported(function, corpus) or _known_bug(function, corpus, always=True)
    if known is not None:
        raise UnfitError(known)
    try:
        with blaming("reference_error"):
            examined = examine(function, roundoff())
    except UnfitError as error:
        _remember(function, error.unfit)
        raise
    _remember(function, _known_bug(function, corpus, always=False))
    return examined


def _base_draft(case: Case, corpus: Corpus) -> int:
    """Which draft of the function that this one is made from its item takes; 0 if it takes none."""
    for draft in range(DRAFTS):
        try:
            with timed("write"):
                base = corpus.write(case.base, draft)
            _require_sample(base, corpus)
        except (RejectedError, UnfitError):
            continue
        return draft
    return 0


def _proved(function: Function, expected: Examined, desk: Desk, progressed: Progressed) -> Evidence:
    """The evidence that JAX does what is expected."""
    with blaming("internal_error"):
        fn = load(function.source_code, function.name)
        extracted = progressed.extracted = _extract(fn, function, expected[0][0], desk.stages)
        _check_structure(function, extracted)
        opinions = Opinions(desk.panel, _question(fn, extracted, expected), _expectations(expected))
        with opinions.told():
            checks = tuple(_check(function, extracted, *pair) for pair in expected)
        agreed = opinions.all_agree()
    assert progressed.subject is not None  # it was written
    return Evidence(
        progressed.subject, extracted, checks, RULE, (REFERENCE, *agreed), opinions.silent
    )


def _question(fn: Callable[..., Any], extracted: Extracted, expected: Examined) -> Question:
    sets = [inputs.arrays for inputs, _ in expected]
    return Question(extracted, fn, [(arrays, {}) for arrays in sets], sets)


def _expectations(expected: Examined) -> list[Expectation]:
    return [expectation for _, expectation in expected]


def _explained(unfit: Unfit, function: Function, corpus: Corpus) -> Unfit:
    """What is known of wrong numbers: a bug that only some of the programs that meet it show."""
    if unfit.reason not in ("mismatch", "nan_mismatch"):
        return unfit
    return _known_bug(function, corpus, always=False) or unfit


# Whether drafts of cases are samples to make others from: None, or why not. What is made from them
# comes soon after.
_samples: dict[tuple[Case, str, tuple[Param, ...]], Unfit | None] = {}
_RECENT = 256


def _require_sample(base: Function, corpus: Corpus) -> None:
    """Refuse a base that is no sample itself: the corpus would have no such function.

    Raises:
        UnfitError: it is none; or a bug may bite it, which is not known before it is run, and that
            may be done in another process.
    """
    key = _key(base)
    if key not in _samples:
        bugs = (_known_bug(base, corpus, always=always) for always in (True, False))
        _remember(
            base, _unsupported(base, corpus) or next(filter(None, bugs), None) or _unfit(base)
        )
    known = _samples[key]
    if known is not None:
        raise UnfitError(known)


def _unfit(base: Function) -> Unfit | None:
    """Why a base is no sample, or None where it is one."""
    try:
        with blaming("reference_error"):
            examine(base, roundoff())
    except UnfitError as error:
        return error.unfit
    return None


def _key(function: Function) -> tuple[Case, str, tuple[Param, ...]]:
    # Two drafts may have one text and other inputs, with which one is a sample and one is not.
    return function.case, function.source_code, function.params


def _remember(function: Function, unfit: Unfit | None) -> None:
    _samples[_key(function)] = unfit
    while len(_samples) > _RECENT:
        del _samples[next(iter(_samples))]


def _known_bug(function: Function, corpus: Corpus, *, always: bool) -> Unfit | None:
    known = bites(corpus.limitations, function.graph, here().version, always=always)
    return None if known is None else Unfit("known_bug", f"{known.name}: {known.reason}")


def _unsupported(function: Function, corpus: Corpus) -> Unfit | None:
    """What a function asks for that this JAX, its platform or the machine does not have."""
    place = here()
    known = lacking(corpus.absences, function, place)
    if known is not None:
        return Unfit("unsupported", known.reason)
    if supported.release(place.version) >= supported.COMPLETE:
        return None  # as the tests show; to read each source again takes a while
    name = absent(function.source_code)
    return None if name is None else Unfit("unsupported", f"jax {place.version} has no {name}")


def _extract(
    fn: Callable[..., Any], function: Function, inputs: InputSet, stages: tuple[str, ...]
) -> Extracted:
    file = file_of(function.name)
    return extract(fn, *inputs.arrays, stages=stages, x64=function.x64, source_file=file)


def _check_structure(function: Function, extracted: Extracted) -> None:
    if extracted.structure != function.structure:
        detail = f"returns {extracted.structure}, expected {function.structure}"
        raise UnfitError(Unfit("wrong_structure", detail))


def _check(
    function: Function, extracted: Extracted, inputs: InputSet, expectation: Expectation
) -> Check:
    with blaming("run_error"):
        actual = extracted.run(*inputs.arrays)
    with timed("compare"):
        comparison = compare(actual, expectation, function.outputs)
    if comparison.mismatch is not None:
        names = [param.name for param in function.params]
        shown = show_mismatch(comparison.mismatch, names, inputs, actual, expectation)
        raise UnfitError(Unfit(comparison.mismatch.reason, comparison.mismatch.detail, shown))
    return Check(inputs, expectation, comparison)
