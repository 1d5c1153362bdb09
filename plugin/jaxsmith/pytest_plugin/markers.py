"""The markers of a corpus: registered before use, and a clear line for one that isn't known."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

import pytest

from jaxsmith.pytest_plugin import expression

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jaxsmith.program.corpus import Corpus

MARKER = "jaxsmith_corpus"
_OURS = f"{MARKER}(corpus): run the test once for every function of the corpus, as `case`"


_OF_CORPORA = pytest.StashKey[set[str]]()


def register(config: pytest.Config) -> None:
    """Make the plugin's own marker known."""
    config.addinivalue_line("markers", _OURS)


def register_corpus(config: pytest.Config, corpus: Corpus) -> None:
    """Make the categories and tags of a corpus known, so that ``--strict-markers`` is content.

    Done by itself when a corpus is collected. A ``conftest.py`` beside the corpus may call it from
    ``pytest_configure``, so that ``pytest --markers`` lists them.
    """
    known = registered(config)
    lines = {name: category.summary for name, category in corpus.categories.items()}
    for name, summary in {**lines, **corpus.tags}.items():
        if name not in known:
            config.stash.setdefault(_OF_CORPORA, set()).add(name)
            config.addinivalue_line("markers", f"{name}: {summary}")


def of_corpora(config: pytest.Config) -> frozenset[str]:
    """The names of the markers that are registered only because a corpus has them."""
    return frozenset(config.stash.get(_OF_CORPORA, None) or ())


def registered(config: pytest.Config) -> frozenset[str]:
    """The names of all markers that are registered."""
    lines: list[str] = config.getini("markers")
    return frozenset(line.split(":")[0].split("(")[0].strip() for line in lines)


def refuse_unknown(markexpr: str, known: Iterable[str]) -> None:
    """Raise a usage error if ``-m`` names a marker that isn't known, with the closest that is.

    pytest itself takes such a name for one that no test carries, and selects nothing or everything.
    """
    parsed = expression.parse(markexpr)
    if parsed is None:
        return
    candidates = sorted(known)
    for name in sorted(expression.names(parsed).difference(candidates)):
        close = difflib.get_close_matches(name, candidates, n=1, cutoff=0.5)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        raise pytest.UsageError(
            f"-m names an unknown marker {name!r}{hint} `pytest --markers` lists those known."
        )
