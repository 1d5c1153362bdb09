"""The lines of a StableHLO module, each with the source lines that its location names."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from jaxsmith.stages.alignment import Line

if TYPE_CHECKING:
    from collections.abc import Iterator

_STRING = r'"(?:[^"\\]|\\.)*"'
_SYMBOL = re.compile(rf"@({_STRING}|[\w$.-]+)")
_FUNCTION = re.compile(r"\s*func\.func\b")
_PART = re.compile(rf"(#loc\d*)|({_STRING})(?::(\d+))?")
_VALUE = re.compile(r"%[\w$.-]+")
_CONSTANT = re.compile(r"\s*(%[\w$.-]+) = stablehlo\.constant ")
_LOCATION = " loc("


def lines_of(text: str, file: str) -> list[Line]:
    """The lines of a module, as it is printed without locations.

    JAX gives a literal the location of the whole function; it comes from the line of what reads it.

    Args:
        text: the module as it is printed with locations: an operation's stands at its end, and
            most of them are defined before and after the module.
        file: the name of the file that the function's source was compiled under.
    """
    rows = text.splitlines()
    definitions = [row for row in rows if row.startswith("#loc")]
    locations = _Locations(dict(map(_definition, definitions)), file)
    body = [_split(row) for row in rows if not row.startswith("#loc")]
    depths = [len(row) - len(row.lstrip()) for row, _ in body]
    own: list[tuple[int, ...]] = [()] * len(body)
    symbols: list[tuple[str, tuple[str, ...]]] = [("", ())] * len(body)
    for numbers, location in _operations(depths, [location for _, location in body]):
        block, calls = _symbols(body[numbers[0]][0])
        for number in numbers:
            own[number] = locations.lines(location)
            symbols[number] = block, calls
    for literal, reader in _literals([row for row, _ in body]):
        own[literal] = own[literal] or own[reader]
    return [Line(*each) for each in zip(own, depths, *zip(*symbols, strict=True), strict=True)]


def _definition(row: str) -> tuple[str, str]:
    name, _, location = row.partition(" = ")
    return name, location


def _split(row: str) -> tuple[str, str]:
    """A line without the location at its end, and this location; none if it has none there."""
    start = row.rfind(_LOCATION)
    if start < 0 or not row.endswith(")"):
        return row, ""
    inner = row[start + len(_LOCATION) : -1]
    # `%x: i1 loc("x"))` ends in the location of an argument, not in that of the line.
    plain = re.sub(_STRING, "", inner)
    balanced = plain.count("(") == plain.count(")") and not plain.startswith(")")
    return (row[:start], inner) if balanced else (row, "")


def _operations(depths: list[int], locations: list[str]) -> Iterator[tuple[list[int], str]]:
    """The lines of each operation, without those within its regions, and its location.

    The location of an operation with regions stands after the last one, as deep as it began.
    """
    begun: dict[int, list[int]] = defaultdict(list)
    for number, (depth, location) in enumerate(zip(depths, locations, strict=True)):
        begun[depth].append(number)
        if location:
            yield begun.pop(depth), location
            for deeper in [other for other in begun if other > depth]:
                del begun[deeper]


def _literals(rows: list[str]) -> Iterator[tuple[int, int]]:
    """The lines of constants, each with that of the operation that reads it first."""
    unread: dict[str, int] = {}
    for number, row in enumerate(rows):
        if unread:
            for name in _VALUE.findall(row.partition(" = ")[2] or row):
                if name in unread:
                    yield unread.pop(name), number
        if found := _CONSTANT.match(row):
            unread[found[1]] = number


def _symbols(row: str) -> tuple[str, tuple[str, ...]]:
    """The function that begins in a line, and those that are called in it."""
    if "@" not in row:
        return "", ()
    names = _SYMBOL.findall(row)
    return (names[0], ()) if names and _FUNCTION.match(row) else ("", tuple(names))


class _Locations:
    """Locations that are defined by name, which refer to each other."""

    def __init__(self, defined: dict[str, str], file: str) -> None:
        self._defined = defined
        self._file = f'"{file}"'
        self._known: dict[str, tuple[int, ...]] = {}

    def lines(self, location: str) -> tuple[int, ...]:
        """The lines of the file that a location names, that of the nearest call first."""
        if location not in self._known:
            self._known[location] = tuple(
                line for part in _PART.findall(location) for line in self._lines_of(*part)
            )
        return self._known[location]

    def _lines_of(self, name: str, string: str, line: str) -> tuple[int, ...]:
        if name:
            return self.lines(self._defined.get(name, ""))
        return (int(line),) if line and string == self._file else ()
