"""The lines of HLO modules, each with the source lines that their metadata name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jaxsmith.stages.alignment import Line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Origins = tuple[int, ...]

_STRING = r'"(?:[^"\\]++|\\.)*+"'
_METADATA = re.compile(rf", metadata=\{{(?:[^\"{{}}]++|{_STRING})*+\}}")
_BEGUN = ", metadata={"
_TABLES = ("FileNames", "FunctionNames", "FileLocations", "StackFrames")
_ENTRY = re.compile(r"(\d+) (.*)")
_NUMBER = re.compile(r"(\w+)=(\d+)")
# JAX before 0.8 writes a file and a line into every instruction.
_PLACE = re.compile(rf"source_file=({_STRING}) source_line=(\d+)")
_FRAME = re.compile(r"stack_frame_id=(\d+)")
_COMPUTATION = re.compile(r"(?:ENTRY )?%?([\w.-]+) (?:\{|\(.*\{)$")
# A name, an operation, and what it reads (of a constant, its values).
_INSTRUCTION = re.compile(r"\s+(?:ROOT )?%?([\w.-]+) = .*?[\]})] ([a-z][\w-]*)\(([^()]*)")
_NAME = re.compile(r"[\w.-]+")
_ATTRIBUTE = re.compile(r"=(\{[^{}]*\}|%?[\w.-]+)")


def lines_of(text: str, file: str) -> list[Line]:
    """The lines of modules, as they are printed without metadata.

    What has no location of its own, such as most constants, comes from the line of what reads it
    first; parameters are given nothing.

    Args:
        text: the modules as they are printed with metadata: files, functions and stack frames stand
            in tables after the first line of each.
        file: the name of the file that the function's source was compiled under.
    """
    lines: list[Line] = []
    for rows, frames in _modules(text, file):
        lines += _lines(rows, frames)
    return lines


class _Frames:
    """The stack frames of a module, of which a location is the innermost."""

    def __init__(self, tables: dict[str, dict[str, str]], file: str) -> None:
        self._file = f'"{file}"'
        files = tables["FileNames"]
        self._ours = {number for number, name in files.items() if name == self._file}
        self._places = _numbers(tables["FileLocations"])
        self._frames = _numbers(tables["StackFrames"])
        # The outermost frame has none around it. Where it says that it is its own, all are counted
        # from one, and zero is for none.
        first = self._frames.get("1", {})
        self._ahead = int(first.get("parent_frame_id", 0))
        self._known: dict[str, Origins] = {}

    def lines(self, metadata: str) -> Origins:
        """The lines of the file that an instruction's metadata names, the nearest call first."""
        if found := _FRAME.search(metadata):
            frame = found[1]
            if frame not in self._known:
                self._known[frame] = tuple(dict.fromkeys(self._outwards(frame)))
            return self._known[frame]
        return tuple(int(line) for name, line in _PLACE.findall(metadata) if name == self._file)

    def _outwards(self, frame: str) -> Iterator[int]:
        while frame in self._frames:
            place = self._places[self._frames[frame]["file_location_id"]]
            if place["file_name_id"] in self._ours:
                yield int(place["line"])
            frame = str(int(self._frames[frame]["parent_frame_id"]) - self._ahead)


def _numbers(table: dict[str, str]) -> dict[str, dict[str, str]]:
    return {number: dict(_NUMBER.findall(entry)) for number, entry in table.items()}


def _modules(text: str, file: str) -> Iterator[tuple[list[str], _Frames]]:
    """The rows of each module without its tables, and its frames."""
    rows: list[str] = []
    tables: dict[str, dict[str, str]] = {name: {} for name in _TABLES}
    table = None
    for row in text.splitlines():
        if row.startswith("HloModule") and rows:
            yield rows, _Frames(tables, file)
            rows, tables = [], {name: {} for name in _TABLES}
        if row in tables:
            table = tables[row]
        elif table is not None and (found := _ENTRY.fullmatch(row)):
            table[found[1]] = found[2]
        elif table is None or row:  # tables have empty lines behind them
            table = None
            rows.append(row)
    yield rows, _Frames(tables, file)


def _lines(rows: Sequence[str], frames: _Frames) -> list[Line]:
    blocks = [found[1] if (found := _COMPUTATION.match(row)) else "" for row in rows]
    known = frozenset(filter(None, blocks))
    plain, metadata = zip(*map(_split, rows), strict=True)
    own = [frames.lines(each) if each else () for each in metadata]
    instructions = [_INSTRUCTION.match(row) for row in plain]
    _give_to_what_is_read(instructions, blocks, own)
    # The entry is called by nobody: with it alone, no row need be read for calls.
    calls = (
        _called(row, found, known) if found and len(known) > 1 else ()
        for row, found in zip(plain, instructions, strict=True)
    )
    return [
        Line(lines, len(row) - len(row.lstrip()), block, called)
        for row, lines, block, called in zip(plain, own, blocks, calls, strict=True)
    ]


def _split(row: str) -> tuple[str, str]:
    """A row without its metadata, and these; none if it has none."""
    start = row.find(_BEGUN)
    found = _METADATA.match(row, start) if start >= 0 else None
    return (row[:start] + row[found.end() :], found[0]) if found else (row, "")


def _give_to_what_is_read(
    instructions: Sequence[re.Match[str] | None], blocks: Sequence[str], own: list[Origins]
) -> None:
    """Give an instruction that has no location that of the first that reads it."""
    defined: dict[str, int] = {}
    readers: dict[int, int] = {}
    for number, (found, block) in enumerate(zip(instructions, blocks, strict=True)):
        if found:
            name, operation, read = found.groups()
            for each in _NAME.findall(read) if operation != "constant" else ():
                if each in defined:
                    readers.setdefault(defined[each], number)
            if operation != "parameter" and not own[number]:
                defined[name] = number
        elif block:
            defined = {}  # each names its own instructions
    for number, reader in sorted(readers.items(), reverse=True):  # a reader stands behind
        own[number] = own[reader]


def _called(row: str, instruction: re.Match[str], known: frozenset[str]) -> tuple[str, ...]:
    """The computations that an instruction calls, which its attributes name."""
    attributes = " ".join(_ATTRIBUTE.findall(row, instruction.end()))
    return tuple(name for name in _NAME.findall(attributes) if name in known)
