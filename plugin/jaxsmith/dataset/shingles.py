"""Shingles: what near-duplicates have in common, runs of tokens of their sources.

Names that a source binds itself are all alike here, numbers too, and strings; imports, comments and
documentation don't count. Two sources that share most of their shingles do the same steps in the
same order.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from jaxsmith.dataset.normal_python import parsed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

LENGTH = 5
"""Tokens of a shingle."""

_TOKEN = re.compile(
    r"""
    (?P<nothing>\s+|\#.*|^(?:import|from)\ .*|(?s:\"{3}.*?\"{3}|'{3}.*?'{3}))
    |(?P<string>[bfru]{0,2}(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'))
    |(?P<name>[^\W\d]\w*)
    |(?P<number>\d[\w.]*)
    |(?P<sign>.)
    """,
    re.VERBOSE | re.MULTILINE,
)


def shingles(source: str) -> set[str]:
    """The runs of ``LENGTH`` tokens of a source; of a shorter one, all of it.

    Raises:
        SyntaxError: the source is no Python.
    """
    tokens = list(_tokens(source, parsed(source)[1]))
    runs = zip(*(islice(tokens, start, None) for start in range(LENGTH)), strict=False)
    return {" ".join(run) for run in runs} or {" ".join(tokens)}


def jaccard(one: AbstractSet[str], other: AbstractSet[str]) -> float:
    """The share that two sets have in common of all that is in either; 1.0 for two empty ones."""
    union = len(one | other)
    return len(one & other) / union if union else 1.0


def _tokens(source: str, bound: frozenset[str]) -> Iterator[str]:
    before = ""
    for match in _TOKEN.finditer(source):
        token = match[0]
        match match.lastgroup:
            case "nothing":
                continue
            case "name" if token in bound and before != ".":
                token = "$"
            case "number":
                token = "0"
            case "string":
                token = "''"
        before = token
        yield token
