"""Collection: one parametrized item for each function of a corpus."""

from __future__ import annotations

import os
import re
from functools import cache
from typing import TYPE_CHECKING

import pytest

from jaxsmith.errors import RejectedError
from jaxsmith.pytest_plugin import code, expression, markers, quota
from jaxsmith.pytest_plugin.done import STAGED, Done
from jaxsmith.pytest_plugin.options import Options
from jaxsmith.stages import supported
from jaxsmith.stages.environment import prepare

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _pytest.mark.structures import ParameterSet

    from jaxsmith.program.corpus import Corpus
    from jaxsmith.program.function import Case


class Collection:
    """Turns the ``jaxsmith_corpus`` marker into items; lives in every process that collects."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._found_corpus = False
        self._refusal: str | None = None

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Give a test with the marker one case for every function of its corpus."""
        marker = metafunc.definition.get_closest_marker(markers.MARKER)
        if marker is None:
            return
        corpus: Corpus = marker.args[0]
        self._found_corpus = True
        prepare(os.environ)  # items of a corpus will compile; nothing of it was imported yet
        markers.register_corpus(self._config, corpus)
        present = {mark.name for mark in metafunc.definition.iter_markers()}
        carried = _with_tags if self._asks_for_tags(corpus) else _without_tags
        cases = self._cases(corpus, present)
        metafunc.parametrize("case", [_item(case, carried(corpus, case)) for case in cases])

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Refuse a JAX that is too old, and ``-m`` with an unknown marker before it selects.

        Here and not in ``pytest_generate_tests``, where pytest would turn a usage error into an
        error of the module.
        """
        if not self._found_corpus:
            return  # a session without a corpus keeps pytest's own rules
        if self._refusal is not None:
            raise pytest.UsageError(self._refusal)
        try:
            supported.check(supported.installed())
        except supported.UnsupportedJaxError as error:
            raise pytest.UsageError(str(error)) from None
        carried = {mark.name for item in items for mark in item.iter_markers()}
        markers.refuse_unknown(
            self._config.option.markexpr, carried | markers.registered(self._config)
        )

    def _asks_for_tags(self, corpus: Corpus) -> bool:
        """Whether ``-m`` or ``-k`` names a tag, which only a written function has.

        Writing takes a millisecond a function, all of the time that collecting takes; so the main
        job, which selects by category or not at all, does without.
        """
        option = self._config.option
        asked = set(re.findall(r"\w+", f"{option.markexpr} {option.keyword}"))
        return not asked.isdisjoint(corpus.tags)

    def _cases(self, corpus: Corpus, present: Iterable[str]) -> Iterable[Case]:
        named = quota.named(self._config.args, corpus)
        options = Options.of(self._config)
        if named is not None:
            if options.share != quota.WHOLE:
                self._refusal = (
                    "--corpus-shard: functions that are named by id are not divided; leave it away"
                )
            return self._undone(corpus, named)
        markexpr = expression.parse(self._config.option.markexpr)
        categories = quota.selected(corpus, markexpr, present)
        cases = list(quota.planned(categories, options.size, options.seed, options.share))
        if categories and not cases:
            self._refusal = (
                f"--corpus-shard={options.share}: {options.size} functions are too few for so many "
                "shards, this one would be empty; ask for fewer shards"
            )
        return self._undone(corpus, cases)

    def _undone(self, corpus: Corpus, cases: list[Case]) -> list[Case]:
        """The cases that an earlier session of the same run has not done."""
        staged = self._config.stash.get(STAGED, None)
        if staged is None:
            return cases
        try:
            code.confirm(staged, corpus)
        except pytest.UsageError as error:
            self._refusal = str(error)
        done = Done.read(staged)
        return [case for case in cases if case not in done]


def _item(case: Case, carried: frozenset[str]) -> ParameterSet:
    return pytest.param(case, id=case.id, marks=_marks(carried))


def _without_tags(corpus: Corpus, case: Case) -> frozenset[str]:
    return corpus.categories[case.category].markers(case, corpus)


def _with_tags(corpus: Corpus, case: Case) -> frozenset[str]:
    # The function is written for its tags and dropped at once: items must stay light.
    try:
        return corpus.write(case).markers
    except RejectedError:
        return _without_tags(corpus, case)  # the item says so again, and why, when it runs


@cache
def _marks(names: frozenset[str]) -> tuple[pytest.MarkDecorator, ...]:
    # Sorted, because sets of strings have another order in every process.
    return tuple(getattr(pytest.mark, name) for name in sorted(names))
