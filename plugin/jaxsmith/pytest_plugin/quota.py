"""Which cases a session runs: so many of each category, and in what order."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jaxsmith.program.function import Case
from jaxsmith.pytest_plugin import expression

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from _pytest.mark.expression import Expression

    from jaxsmith.program.corpus import Corpus

_NAMED_CASE = re.compile(r"\[(?P<category>\w+)-s(?P<seed>\d+)-(?P<index>\d{6,})\]$")


def case_of(nodeid: str) -> Case | None:
    """The case that a node id such as ``"…::test_function[math-s0-000017]"`` names, if one.

    An xdist controller collects nothing: node ids are all it has.
    """
    match = _NAMED_CASE.search(nodeid)
    if match is None:
        return None
    return Case(match["category"], int(match["index"]), int(match["seed"]))


def named(arguments: Iterable[str], corpus: Corpus) -> list[Case] | None:
    """The cases that the command line asks for by id; None unless every argument is such an id.

    An id says its seed and index, so running one function again writes that function only, and
    needs no ``--corpus-size`` or ``--corpus-seed``.
    """
    cases = [case_of(argument) for argument in arguments]
    found = [case for case in cases if case is not None]
    if not cases or len(found) < len(cases):
        return None
    # One case may be asked for twice, as pytest itself allows.
    return [case for case in dict.fromkeys(found) if case.category in corpus.categories]


def selected(corpus: Corpus, markexpr: Expression | None, present: Iterable[str]) -> list[str]:
    """The categories of which ``-m`` can select a function, in the order of the corpus.

    A function carries its own category's marker, any of the tags, any of the categories its own
    builds on, and the markers in ``present`` (those of the test function itself); no other.
    """
    if markexpr is None:
        return list(corpus.categories)
    asked = expression.names(markexpr)

    def possible(name: str) -> bool:
        carried = {name, *present}
        maybe = (corpus.tags.keys() | corpus.categories[name].bases) - carried
        return expression.satisfiable(markexpr, {x: x in carried for x in asked - maybe})

    return [name for name in corpus.categories if possible(name)]


def planned(categories: Sequence[str], size: int, seed: int) -> Iterator[Case]:
    """``size`` cases divided evenly over the categories, two of each in turn.

    Taking turns keeps any contiguous slice balanced, which is what xdist hands to a worker; and in
    pairs a function that is made from the one before it meets the same worker, which has just
    examined that.
    """
    if not categories:
        return
    whole, rest = divmod(size, len(categories))
    counts = [whole + (turn < rest) for turn in range(len(categories))]
    for index in range(0, whole + 1, 2):
        for category, count in zip(categories, counts, strict=True):
            for each in range(index, min(index + 2, count)):
                yield Case(category, each, seed)
