"""Programs in StableHLO: their text, line by line, as far as a mutation must understand it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jaxsmith.mutation.edit import Edit

_OPERATION = re.compile(r"( *)(%\w+)(:\d+)? = (.+)")
_RETURNS = ("return", "stablehlo.return", "sdy.return")
VALUE = re.compile(r"%\w+(?:#\d+)?")
"""The name of a value, where it is read."""

_TENSOR = re.compile(r"tensor<((?:\d+x)*)((?:complex<\w+>)|\w+)>")


@dataclass(frozen=True, slots=True)
class Type:
    """A tensor type: its text, its sizes and what it is made of (``"f32"``)."""

    text: str
    sizes: tuple[int, ...]
    element: str

    @property
    def is_float(self) -> bool:
        """Whether it holds floats of at least 32 bits, or complex numbers."""
        return self.element in ("f32", "f64") or self.element.startswith("complex")

    @property
    def is_integer(self) -> bool:
        """Whether it holds integers of more than one bit."""
        return self.element.lstrip("u").startswith("i") and self.element != "i1"


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation on one line, without regions.

    Attributes:
        number: the line, from 0.
        indent: the spaces before it.
        result: the name of its first result; ``""`` where it has none.
        results: how many it has.
        name: ``"stablehlo.add"``, or ``"return"``, or what else the line begins with.
        body: its text up to the types.
        operands: the types of the operands, as far as the line gives them.
        outputs: the types of the results.
        signature: the text of all types.
    """

    number: int
    indent: str
    result: str
    results: int
    name: str
    body: str
    operands: tuple[Type, ...]
    outputs: tuple[Type, ...]
    signature: str

    @property
    def short(self) -> str:
        """The name without the dialect: ``"add"``."""
        return self.name.rpartition(".")[2]

    @property
    def values(self) -> list[str]:
        """The names of the operands."""
        return VALUE.findall(self.body)

    def line(self, body: str, result: str | None = None) -> str:
        """The line with another body, for a result of that name."""
        name = self.result if result is None else result
        count = f":{self.results}" if self.results > 1 else ""
        return f"{self.indent}{f'{name}{count} = ' if name else ''}{body} : {self.signature}"


@dataclass(frozen=True, slots=True)
class Module:
    """A program in StableHLO.

    Attributes:
        text: the program.
        lines: its lines.
        operations: those of its operations that are one line each, in order.
        at: the same, by the numbers of their lines.
    """

    text: str
    lines: list[str] = field(init=False)
    operations: list[Operation] = field(init=False)
    at: dict[int, Operation] = field(init=False)

    def __post_init__(self) -> None:
        lines = self.text.split("\n")
        found = (_operation(number, line) for number, line in enumerate(lines))
        object.__setattr__(self, "lines", lines)
        at = {each.number: each for each in found if each is not None}
        object.__setattr__(self, "at", at)
        object.__setattr__(self, "operations", [*at.values()])

    @property
    def main(self) -> range:
        """The lines of the function that is called, from its head to its end."""
        start = next(n for n, line in enumerate(self.lines) if " public @main(" in line)
        return range(start, self.lines.index("  }", start) + 1)

    @property
    def final(self) -> Operation:
        """The ``return`` of the function that is called."""
        return next(
            each for each in self.operations if each.name == "return" and each.number in self.main
        )


@dataclass(frozen=True, slots=True)
class HloKind:
    """A row of the table: one way to change a program in StableHLO.

    Attributes:
        name: the kind of mutation that it is counted under; several rows may share one.
        operations: the operations that it looks at, without the dialect; empty for all.
        change: for such an operation, the edits to make, each a mutant.
    """

    name: str
    operations: frozenset[str]
    change: Callable[[Operation, Module], Iterator[Edit]]


def tensors(text: str) -> tuple[Type, ...]:
    """The tensor types in a text, in order."""
    return tuple(
        Type(found[0], tuple(int(n) for n in found[1].split("x") if n), found[2])
        for found in _TENSOR.finditer(text)
    )


def _operation(number: int, line: str) -> Operation | None:
    if line.endswith(("{", "({")) or " : " not in line:
        return None
    indent, result, count, rest = " " * (len(line) - len(line.lstrip())), "", None, line.strip()
    assigned = _OPERATION.fullmatch(line)
    if assigned:
        indent, result, count, rest = assigned.groups()
    body, _, signature = rest.rpartition(" : ")
    name = body.split("(")[0].split(" ")[0].strip('"')
    if not (assigned or name in _RETURNS):
        return None
    if name == "stablehlo.while" or (name == "stablehlo.reduce" and "applies" not in body):
        return None  # it goes on in the next lines
    before, arrow, after = signature.partition(" -> ")
    operands, outputs = tensors(before), tensors(after)
    if not arrow:
        outputs = operands if not assigned else operands[-1:]
        if len(operands) == 1:
            operands *= len(VALUE.findall(body))
    return Operation(
        number,
        indent,
        result,
        int(count[1:]) if count else 1,
        name,
        body,
        operands,
        outputs,
        signature,
    )
