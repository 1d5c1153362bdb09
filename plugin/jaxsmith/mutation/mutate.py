"""Trying mutants of a corpus: drawn, run apart from this process, counted."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from jaxsmith.dataset.read import read
from jaxsmith.errors import InvalidRequestError
from jaxsmith.mutation.choose import choose
from jaxsmith.mutation.mutants import LEVELS
from jaxsmith.mutation.outcome import NOT_ITS_OWN
from jaxsmith.mutation.pool import Job, run
from jaxsmith.mutation.report import Report, Tried
from jaxsmith.program.packages import corpus_package

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from jaxsmith.mutation.mutants import Mutant
    from jaxsmith.mutation.outcome import Outcome

COUNT = 2500
"""How many mutants are drawn unless told otherwise."""

# What a process needs of a record.
_FIELDS = (
    "id", "category", "seed", "platform", "rejected_drafts", "inputs", "input_names", "source_code",
    "stablehlo", "hlo",
)  # fmt: skip


def mutate(
    folder: Path,
    *,
    count: int = COUNT,
    seed: int = 0,
    corpus: str | None = None,
    workers: int | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Report:
    """Try mutants of the functions of a corpus.

    Args:
        folder: the corpus, or a file of records.
        count: how many mutants to draw.
        seed: another seed draws others.
        corpus: the name of the package that wrote the functions, which writes them again for what
            their check expects; by default the one that there is.
        workers: how many processes; by default one for each core.
        progress: called now and then with how many mutants more are done.

    Raises:
        InvalidRequestError: there is no such corpus or package, or they don't belong together.
    """
    package = corpus_package(corpus)
    known = sum(1 for _ in read(folder))
    if not known:
        raise InvalidRequestError(f"{folder} holds no function to change")
    taken: list[tuple[Mapping[str, Any], str, list[Mutant], list[list[str]]]] = []

    def jobs() -> Iterator[Job]:
        for record, mutants in choose(read(folder), known, count, seed):
            short = {name: record[name] for name in ("id", "category")}
            needed = {name: record[name] for name in _FIELDS if name in record}
            for level in LEVELS:
                here = [mutant for mutant in mutants if mutant.level == level]
                if here:
                    text = record[level]
                    taken.append((short, level, here, [m.edit.diff(text) for m in here]))
                    yield Job(needed, level, [mutant.edit.applied(text) for mutant in here])

    cores = len(os.sched_getaffinity(0))
    outcomes = run(jobs(), package, workers or cores, progress)
    tried = list(_joined(taken, outcomes))
    if all(each.outcome.reason == NOT_ITS_OWN for each in tried):
        raise InvalidRequestError(
            f"the package {package} writes no function of {folder}; build the corpus again, or "
            "name the package that wrote it with --corpus"
        )
    return Report(tried)


def _joined(
    taken: list[tuple[Mapping[str, Any], str, list[Mutant], list[list[str]]]],
    outcomes: list[list[Outcome]],
) -> Iterator[Tried]:
    for (record, _, mutants, diffs), found in zip(taken, outcomes, strict=True):
        for mutant, diff, outcome in zip(mutants, diffs, found, strict=True):
            yield Tried(record["id"], record["category"], mutant, diff, outcome)
