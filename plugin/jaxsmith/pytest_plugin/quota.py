"""Which cases a session runs: so many of each category, and in what order."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jaxsmith.program.function import Case
from jaxsmith.pytest_plugin import expression

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from _pytest.mark.expression import Expression

    from jaxsmith.program.corpus import Corpus

_ID = r"(?P<category>\w+)-s(?P<seed>\d+)-(?P<index>\d{6,})"
_NAMED_CASE = re.compile(rf"\[{_ID}\]$")
_CASE = re.compile(_ID)


def case_of(nodeid: str) -> Case | None:
    """The case that a node id such as ``"…::test_function[math-s0-000017]"`` names, if one.

    An xdist controller collects nothing: node ids are all it has.
    """
    return _case(_NAMED_CASE.search(nodeid))


def case_named(id: str) -> Case | None:  # noqa: A002 - the name of the field
    """The case that the id of a record is of; None for a function of somebody's own tests."""
    return _case(_CASE.fullmatch(id))


def _case(match: re.Match[str] | None) -> Case | None:
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


@dataclass(frozen=True, slots=True)
class Share:
    """One of ``of`` parts of a corpus, ``number`` from 1: what ``--corpus-shard`` asks for."""

    number: int
    of: int

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    def part(self, count: int) -> range:
        """Which of so many things in a row are in the part; all parts together have each once."""
        return range(count * (self.number - 1) // self.of, count * self.number // self.of)


WHOLE = Share(1, 1)
"""All of a corpus."""


def planned(
    categories: Sequence[str], size: int, seed: int, share: Share = WHOLE
) -> Iterator[Case]:
    """``size`` cases divided evenly over the categories, two of each in turn; or a share of them.

    Taking turns keeps any contiguous slice balanced, which is what xdist hands to a worker, and
    what a share is; and in pairs a function that is made from the one before it meets the same
    worker, which has just examined that. Cases of other shares are not made.
    """
    if not categories:
        return
    whole, rest = divmod(size, len(categories))
    for pair in share.part(_pairs(len(categories), size)):
        # Only the last turn may be short, and then it lacks its last categories.
        turn, place = divmod(pair, len(categories))
        count = whole + (place < rest)
        for index in range(2 * turn, min(2 * turn + 2, count)):
            yield Case(categories[place], index, seed)


def _pairs(categories: int, size: int) -> int:
    whole, rest = divmod(size, categories)
    return categories * ((whole + 1) // 2) + (0 if whole % 2 else rest)
