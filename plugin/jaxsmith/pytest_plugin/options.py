"""The command line options, checked while they are parsed."""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jaxsmith.dataset import diff, formats
from jaxsmith.dataset.formats import DEFAULT_FORMATS, FORMATS
from jaxsmith.errors import InvalidRequestError
from jaxsmith.pytest_plugin.baseline import baseline_of
from jaxsmith.pytest_plugin.quota import WHOLE, Share
from jaxsmith.stages.names import DEFAULT_STAGES, DUMPED, PLATFORMS, STAGES, lowerings, select
from jaxsmith.stages.oracles import ORACLES, select_oracles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pytest

    from jaxsmith.pytest_plugin.baseline import Baseline

TIMEOUT = 600.0
"""Seconds that a function may take unless the user says otherwise."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the user asked of a session.

    Attributes:
        emit: the folder that the corpus is written to; None checks the functions only.
        stages: the stages whose texts a record holds, the lowerings for platforms included.
        formats: the formats of the files of the corpus.
        size: how many functions to write, over all the categories selected.
        seed: the seed of the corpus.
        cache: the folder that executables are kept in; None keeps none.
        baseline: the older corpus that the new one is compared with; None for none.
        oracles: who is asked for an opinion beside the reference.
        shrink: how many functions may be run to make one that disagrees smaller.
        share: which part of the corpus is made.
        resume: whether to go on with a run that died.
        timeout: seconds that a function may take.
        times: whether the report says how long each stage took.
    """

    emit: Path | None
    stages: tuple[str, ...]
    formats: tuple[str, ...]
    size: int
    seed: int
    oracles: tuple[str, ...]
    shrink: int
    share: Share = WHOLE
    resume: bool = False
    timeout: float = TIMEOUT
    cache: Path | None = None
    baseline: Baseline | None = None
    times: bool = False

    @classmethod
    def of(cls, config: pytest.Config) -> Options:
        """The options of a session; relative paths are meant from where pytest started.

        Raises:
            InvalidRequestError: some don't go together.
        """
        start = config.invocation_params.dir
        paths = map(config.getoption, ("emit", "emit_baseline", "emit_diff", "corpus_cache"))
        emit, baseline, file, cache = (None if path is None else start / path for path in paths)
        stages = select((*config.getoption("emit_stages"), *config.getoption("emit_platforms")))
        if cache is not None:
            _refuse_dumped(stages)
        return cls(
            emit=emit,
            stages=stages,
            formats=config.getoption("emit_format"),
            size=config.getoption("corpus_size"),
            seed=config.getoption("corpus_seed"),
            baseline=baseline_of(
                baseline, config.getoption("fail_on"), file, emits=emit is not None
            ),
            oracles=config.getoption("corpus_oracles"),
            shrink=config.getoption("corpus_shrink"),
            share=config.getoption("corpus_shard"),
            resume=_beside_emit(config, "emit_resume", "goes on with what --emit began"),
            timeout=config.getoption("corpus_timeout") or TIMEOUT,
            cache=cache,
            times=_beside_emit(
                config, "emit_times", "tells of times in the report that --emit writes"
            ),
        )


def add_options(parser: pytest.Parser) -> None:
    """Declare the options, in one group, with their defaults in the help."""
    group = parser.getgroup("jaxsmith", "jaxsmith: a corpus of verified JAX functions")
    group.addoption(
        "--emit",
        type=_folder,
        metavar="DIR",
        help="Write a record of every function to DIR. Default: check them, write nothing.",
    )
    group.addoption(
        "--emit-stages",
        type=_stages,
        default=DEFAULT_STAGES,
        metavar="STAGE,...",
        help=f"Stages whose texts a record holds; there are {', '.join(STAGES)}. "
        f"Default: {','.join(DEFAULT_STAGES)}.",
    )
    group.addoption(
        "--emit-platforms",
        type=_lowerings,
        default=(),
        metavar="PLATFORM,...",
        help="Platforms whose StableHLO a record holds as well, lowered only; they need not be "
        f"there: {', '.join(PLATFORMS)}. Default: none.",
    )
    group.addoption(
        "--emit-format",
        type=_formats,
        default=DEFAULT_FORMATS,
        metavar="FORMAT,...",
        help=f"Formats of the files of records, of {', '.join(FORMATS)}; each file is written in "
        f"all of them. Default: {','.join(DEFAULT_FORMATS)}.",
    )
    group.addoption(
        "--emit-resume",
        action="store_true",
        help="Go on with the run that was stopped or died in the folder of --emit, with the same "
        "settings: only what it has not done is done. Default: begin again.",
    )
    group.addoption(
        "--emit-times",
        action="store_true",
        help="Tell in report.html how long each stage took; no two runs write the same there. "
        "Default: only the line at the end tells, in shares.",
    )
    group.addoption(
        "--emit-baseline",
        type=_folder,
        metavar="DIR",
        help="An older corpus: say what changed since, and why. It may be the one that --emit "
        "replaces. Default: none.",
    )
    group.addoption(
        "--emit-diff",
        type=Path,
        metavar="FILE",
        help="Write the comparison with the baseline to FILE as well: JSON, JUnit XML, Markdown, "
        "HTML or text, as its name ends in .json, .xml, .md, .html or .txt.",
    )
    group.addoption(
        "--fail-on",
        type=_rules,
        default=(),
        metavar="RULE,...",
        help="Fail the session if the comparison with the baseline breaks a rule, such as "
        f"newly_failing,gone:10,numerics:4ulp; there are {', '.join(diff.NAMES)}. Default: none.",
    )
    group.addoption(
        "--corpus-size",
        type=_size,
        default=10_100,
        metavar="N",
        # One in a thousand turns out like an earlier one, and is dropped: 10,000 remain.
        help="Number of functions, divided evenly over the categories that -m can select. "
        "Default: %(default)s.",
    )
    group.addoption(
        "--corpus-seed",
        type=_seed,
        default=0,
        metavar="S",
        help="Seed of the corpus; another seed gives other functions. Default: %(default)s.",
    )
    group.addoption(
        "--corpus-shard",
        type=_share,
        default=WHOLE,
        metavar="I/N",
        help="Make one of N parts of the corpus, I from 1 to N, without making the others. A "
        "function and what is made from it are in the same part. Default: %(default)s, all of it.",
    )
    group.addoption(
        "--corpus-timeout",
        type=_seconds,
        metavar="SECONDS",
        help="End the process of a function that takes longer, whatever it is doing. Only workers "
        f"(-n 1 or more) can be ended. Default: {TIMEOUT:g} with workers.",
    )
    group.addoption(
        "--corpus-cache",
        type=_folder,
        metavar="DIR",
        help="Keep what XLA compiles in DIR (JAX's persistent compilation cache), and find there "
        "what a run on the same JAX compiled before. What is in DIR is run. Default: none.",
    )
    group.addoption(
        "--corpus-oracles",
        type=_oracles,
        default=(),
        metavar="ORACLE,...",
        help="Who is asked what a function gives, beside its reference: "
        f"{'; '.join(f'{oracle.name} ({oracle.summary})' for oracle in ORACLES.values())}. "
        "Default: none.",
    )
    group.addoption(
        "--corpus-shrink",
        type=_tries,
        default=120,
        metavar="N",
        help="Make a function that disagrees with its reference smaller, by running N smaller ones "
        "at most, and write what is left as a script of its own; 0: don't. Default: %(default)s.",
    )
    group.addoption(
        "--run-source",
        action="store_true",
        help="Where records are verified (pytest FOLDER or FILE): run their Python source too, "
        "compare its texts and results with the record, and hold it against its reference. Running "
        "source is running a program. Default: only the IR is run.",
    )


def _folder(text: str) -> Path:
    if not text.strip():
        raise argparse.ArgumentTypeError("expected a folder, got an empty name")
    return Path(text)


def _stages(text: str) -> tuple[str, ...]:
    return _chosen(select, text)


def _lowerings(text: str) -> tuple[str, ...]:
    return _chosen(lowerings, text)


def _rules(text: str) -> tuple[diff.Rule, ...]:
    try:
        return diff.parse(text)
    except InvalidRequestError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _oracles(text: str) -> tuple[str, ...]:
    return _chosen(select_oracles, text)


def _formats(text: str) -> tuple[str, ...]:
    return _chosen(formats.select, text)


def _chosen(choose: Callable[[Iterable[str]], tuple[str, ...]], text: str) -> tuple[str, ...]:
    try:
        return choose([name.strip() for name in text.split(",")])
    except InvalidRequestError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _size(text: str) -> int:
    return _at_least(1, text)


def _seed(text: str) -> int:
    return _at_least(0, text)


def _tries(text: str) -> int:
    return _at_least(0, text)


def _beside_emit(config: pytest.Config, name: str, why: str) -> bool:
    given: bool = config.getoption(name)
    if given and config.getoption("emit") is None:
        raise InvalidRequestError(f"--{name.replace('_', '-')} {why}; give both")
    return given


def _refuse_dumped(stages: Iterable[str]) -> None:
    """Refuse stages that XLA writes while it compiles, which it doesn't where it finds it done."""
    dumped = [name for name in stages if name in DUMPED]
    if dumped:
        raise InvalidRequestError(
            f"--corpus-cache: an executable that is found has no {', '.join(dumped)}; leave out "
            "the cache or the stage"
        )


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected a number of seconds, got {text!r}") from None
    if not 1 <= value < math.inf:
        raise argparse.ArgumentTypeError(f"expected 1 second or more, got {text}")
    return value


def _share(text: str) -> Share:
    number, slash, of = (each.strip() for each in text.partition("/"))
    if not (slash and _is_number(number) and _is_number(of)):
        raise argparse.ArgumentTypeError(f"expected I/N, such as 1/4, got {text!r}")
    if not 1 <= int(number) <= int(of):
        raise argparse.ArgumentTypeError(f"expected I from 1 to N in I/N, got {text!r}")
    return Share(int(number), int(of))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19


def _at_least(least: int, text: str) -> int:
    try:
        value = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected a whole number, got {text!r}") from None
    if value < least:
        raise argparse.ArgumentTypeError(f"expected {least} or more, got {value}")
    return value
