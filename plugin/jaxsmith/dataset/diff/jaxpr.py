"""Jaxprs: without names of variables and functions, and without line breaks.

An inner jaxpr stands behind the equation that holds it; one that is written once and referred to by
name stands behind the first equation that does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from jaxsmith.dataset.diff.brackets import closing, split
from jaxsmith.dataset.diff.items import Dialect, Item, Line

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKEN = re.compile(
    r"""\{ lambda\b|\. let\b|\bin \(|\n *|[\[\](){}]|'(?:[^'\\\n]|\\.)*'(?!\w)"""
    r"""|"(?:[^"\\\n]|\\.)*" """.rstrip()
)
_DEFINITION = re.compile(r"\blet\s+(\w+)\s*=\s*$")
_DEFINED = re.compile(r"\blet\s+(\w+)\s*=\s*\{ lambda\b")
_TYPE = r"(?:[\w<>]+)?\[[^\]]*\](?:\{[^}]*\})?|\w+(?:\{[^}]*\})?"
_BINDER = re.compile(rf"([a-z_]\w*'*):({_TYPE})")
_EQUATION = re.compile(r"^((?:[a-z_]\w*'*:.*?)?)= ([\w.-]+)(?=$|[ \[])")
_WORD = re.compile(r"(?<![\w.'\"])[A-Za-z_]\w*'*(?![\w=(:'\"])")
_NUMPY_SCALAR = re.compile(r"\bnp\.\w+\(([^()]*)\)")
# What somebody called it.
_NAME = re.compile(r"(?<=[\[ ])name=[^\s\]]+ ?")
_SPACE = re.compile(r"\s+")
_PARAMETER = re.compile(r"\s+(?=\w+=)")
_JAXPR = "{}"
# The key of a line that stands for a shared jaxpr, which may be defined further down.
_SHARED = "shared"
_IN = re.compile(r"\s*in\b")
_CALLED = re.compile(r"\bname=([^\s\]]+)")
_COUNTED = re.compile(r"\d+$")
# What JAX calls jaxprs that nobody named.
_ANONYMOUS = frozenset({"", "jaxpr", "<lambda>", "body", "cond"})


@dataclass(slots=True)
class _Frame:
    """A jaxpr that is being read.

    Attributes:
        depth: of the brackets around it.
        start: where what is read now begins.
        within: the names of the functions that it is part of, innermost first.
        defines: the name under which others refer to it; empty where it stands where it is used.
        indent: of its equations, once one was met.
        part: what is read now.
        pieces: what was read of the present equation, around inner jaxprs.
        inner: the lines of those.
        numbers: its variables, in the order of their definition.
        lines: what was read.
    """

    depth: int
    start: int
    within: tuple[str, ...] = ()
    defines: str = ""
    indent: int | None = None
    part: str = "head"
    pieces: list[str] = field(default_factory=list)
    inner: list[Line] = field(default_factory=list)
    numbers: dict[str, str] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)


def lines(text: str) -> list[Line]:
    """The equations of a jaxpr, each jaxpr behind a line for its arguments."""
    reader = _Reader(text)
    reader.read()
    return list(_unfolded(reader.lines, reader.shared))


def _unfolded(lines: list[Line], shared: dict[str, list[Line]]) -> Iterator[Line]:
    """The lines with each shared jaxpr put in where it is first referred to."""
    for line in lines:
        if line.key != _SHARED:
            yield line
        elif line.text in shared:
            yield from _unfolded(shared.pop(line.text), shared)


class _Reader:
    """Reads a text once, from the left to the right."""

    def __init__(self, text: str) -> None:
        self.lines: list[Line] = []
        self._text = text
        self.shared: dict[str, list[Line]] = {}
        self._defined = frozenset(_DEFINED.findall(text))
        self._frames: list[_Frame] = []
        self._depth = 0
        self._end = 0

    def read(self) -> None:
        """Read it all."""
        for match in _TOKEN.finditer(self._text):
            token = match[0]
            if token == "{ lambda":
                self._open(match)
            elif token in "[({":
                self._depth += 1
            elif token in "])}":
                self._depth -= 1
                if self._frames and self._depth == self._frames[-1].depth:
                    self._close(match)
            elif token == "in (":
                self._body_ends(match)
                self._depth += 1
            elif token == ". let" and self._at("head"):
                self._head_ends(match)
            elif token[0] == "\n" and self._at("body"):
                self._line_ends(match)

    def _at(self, part: str) -> bool:
        """Whether a jaxpr's own text is read, not that of some bracket in it."""
        if not self._frames:
            return False
        frame = self._frames[-1]
        return frame.part == part and self._depth == frame.depth + 1

    def _open(self, match: re.Match[str]) -> None:
        outer = self._frames[-1] if self._frames else None
        start = self._end if outer is None else outer.start
        before = self._text[start : match.start()]
        definition = _DEFINITION.search(before)
        if definition is not None:
            before = before[: definition.start()]
            name = _COUNTED.sub("", definition[1])
        else:
            named = _CALLED.findall(before)
            name = named[-1] if named else ""
        within = () if outer is None else outer.within
        if outer is not None:
            outer.pieces += [before] if definition else [before, _JAXPR]
        if name not in _ANONYMOUS:
            within = (name, *within)
        defines = definition[1] if definition else ""
        self._frames.append(_Frame(self._depth, match.end(), within, defines))
        self._depth += 1

    def _head_ends(self, match: re.Match[str]) -> None:
        frame = self._frames[-1]
        head = _SPACE.sub(" ", self._text[frame.start : match.start()]).strip()
        types = [self._bound(frame, binder) for binder in _BINDER.finditer(head)]
        line = Line(f"jaxpr {' '.join(types)}", text=f"{{ lambda {head}", within=frame.within)
        frame.lines.append(line)
        frame.part, frame.start = "body", match.end()

    def _line_ends(self, match: re.Match[str]) -> None:
        frame = self._frames[-1]
        indent = len(match[0])
        if frame.indent is None:
            frame.indent = indent
        elif indent <= frame.indent:
            self._equation_ends(frame, match.start())
        else:
            return  # the equation goes on
        frame.start = match.end()

    def _body_ends(self, match: re.Match[str]) -> None:
        if self._at("body"):
            frame = self._frames[-1]
            self._equation_ends(frame, match.start())
            frame.part, frame.start = "result", match.start()

    def _close(self, match: re.Match[str]) -> None:
        frame = self._frames.pop()
        result = _SPACE.sub(" ", self._text[frame.start : match.start()]).strip()
        words = (word.strip() for word in result[3:].strip("() ").split(","))
        key, reads = _operands([word for word in words if word], frame.numbers)
        frame.lines.append(Line(f"return {key}".strip(), reads, result, frame.within))
        end = match.end()
        if frame.defines:
            self.shared[frame.defines] = frame.lines
            follows = _IN.match(self._text, end)
            end = follows.end() if follows else end
        elif self._frames:
            self._frames[-1].inner += frame.lines
        else:
            self.lines = frame.lines
        if self._frames:
            self._frames[-1].start = end
        self._end = end

    def _equation_ends(self, frame: _Frame, end: int) -> None:
        raw = "".join([*frame.pieces, self._text[frame.start : end]])
        text = _SPACE.sub(" ", raw).strip()
        if text:
            frame.lines += [self._equation(frame, text), *frame.inner]
        frame.pieces, frame.inner = [], []

    def _bound(self, frame: _Frame, binder: re.Match[str]) -> str:
        frame.numbers[binder[1]] = str(len(frame.numbers))
        return binder[2]

    def _equation(self, frame: _Frame, text: str) -> Line:
        match = _EQUATION.match(text)
        if match is None:
            return _effect(text, frame)
        rest = text[match.end() :]
        parameters, called = "", None
        if rest.startswith("["):
            end = closing(rest, 0) + 1
            called = _CALLED.search(rest[:end])
            parameters, rest = self._unnamed(frame, rest[:end]), rest[end:]
        operands, reads = _operands(rest.split(), frame.numbers)
        types = [self._bound(frame, binder) for binder in _BINDER.finditer(match[1])]
        key = f"{' '.join(types)} = {match[2]}{parameters} {operands}"
        calls = "" if called is None or called[1] in _ANONYMOUS else called[1]
        return Line(key, reads, text, frame.within, calls)

    def _unnamed(self, frame: _Frame, parameters: str) -> str:
        """Parameters without what somebody called something, and shared jaxprs put in."""

        def placed(match: re.Match[str]) -> str:
            if match[0] not in self._defined:
                return match[0]
            frame.inner.append(Line(_SHARED, text=match[0]))
            return _JAXPR

        text = _NUMPY_SCALAR.sub(r"\1", _NAME.sub("", parameters))
        text = _WORD.sub(placed, text) if self._defined else text
        return text.replace("[ ", "[").replace(" ]", "]").replace("[]", "")


def _operands(words: list[str], numbers: dict[str, str]) -> tuple[str, tuple[str, ...]]:
    """Operands as they are spelled without names, and the values that they read."""
    spelled = " ".join("$" if word in numbers else word for word in words)
    return spelled, tuple(numbers[word] for word in words if word in numbers)


def _effect(text: str, frame: _Frame) -> Line:
    """A read or a write of a mutable array, which has a syntax of its own."""
    numbers = frame.numbers
    reads = []

    def placed(match: re.Match[str]) -> str:
        if match[0] not in numbers:
            return match[0]
        reads.append(numbers[match[0]])
        return "$"

    left, _, _ = text.partition("<-")
    bound = [binder for binder in _BINDER.finditer(left) if not _indexed(left, binder)]
    for binder in bound:
        numbers[binder[1]] = str(len(numbers))
    spelled = _WORD.sub(placed, _BINDER.sub(r"\2", text) if bound else text)
    return Line(f"effect {spelled}", tuple(reads), text, frame.within)


def _indexed(left: str, binder: re.Match[str]) -> bool:
    """Whether what looks like a binder stands in the index of an array, as in ``a[i:4]``."""
    return "[" in left[: binder.start()]


@lru_cache(maxsize=4096)
def item(key: str) -> Item:
    """The operation that a key is."""
    kind, _, types = key.partition(" ")
    if kind in ("jaxpr", "return"):
        return Item(kind, types=types)
    if kind == "effect":
        op = "swap" if "<->" in key else "addupdate" if "+=" in key else "get or set"
        return Item(op, {"": types})
    types, _, rest = key.partition(" = ")
    name = re.match(r"[\w.-]+", rest)
    op = name[0] if name else rest
    rest = rest[len(op) :]
    attributes: dict[str, str] = {}
    if rest.startswith("["):
        end = closing(rest, 0)
        pairs = (piece.strip().partition("=") for piece in split(rest[1:end], _PARAMETER))
        attributes = {name: value for name, _, value in pairs}
        rest = rest[end + 1 :]
    literals = " ".join(word for word in rest.split() if word != "$")
    return Item(op, {**attributes, **({"literal": literals} if literals else {})}, types)


JAXPR = Dialect(lines, item, frozenset({"jaxpr", "return"}), heads=frozenset({"jaxpr"}))
"""What ``jax.make_jaxpr`` gives."""
