"""A text of a compiler as lines, and a line as an operation: without what has no meaning."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(slots=True)
class Line:
    """One operation of a text, or one line of the frame around operations.

    Two lines are equal if they say the same and read the same values.

    Attributes:
        key: what it says, with every name left out.
        reads: the values that it reads, by the number of their definition.
        text: as it stands in the text, for showing.
        within: the names of the functions that it is part of, innermost first.
        calls: the name of the function or kernel that it calls; empty where it calls none.
    """

    key: str
    reads: tuple[str, ...] = ()
    text: str = field(default="", compare=False)
    within: tuple[str, ...] = field(default=(), compare=False)
    calls: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Item:
    """What the key of a line says.

    Attributes:
        op: the name of the operation, or what kind of frame it is (``"module"``, ``"function"``).
        attributes: what it is told beside its operands, by name.
        types: of its operands and results, as they are written.
    """

    op: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    types: str = ""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the texts of one language are read.

    Attributes:
        lines: the lines of a text in order, those of inner programs behind the one that holds them.
        item: what a key says.
        frame: operations that carry values to and fro and hold others: where something else
            changed, that they changed too says nothing.
        heads: those of the frame that the body of a function begins with.
        structure: operations that say how a program is cut up, which decides over what is in the
            pieces; empty where a difference is looked for line by line.
    """

    lines: Callable[[str], list[Line]]
    item: Callable[[str], Item]
    frame: frozenset[str] = frozenset()
    heads: frozenset[str] = frozenset()
    structure: frozenset[str] = frozenset()
