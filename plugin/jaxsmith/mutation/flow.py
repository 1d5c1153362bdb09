"""Where values of a program in StableHLO come from and go to, as far as its text tells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jaxsmith.mutation.hlo import VALUE

if TYPE_CHECKING:
    from jaxsmith.mutation.hlo import Module, Operation

INFINITY = re.compile(r"0x(?:FF80|7F80|FFF0|7FF0|FC00|7C00)0*")
"""How a constant that is infinite is written."""

_PRIVATE = re.compile(r"func\.func private @([\w.]+)\(")
_SPLAT = re.compile(r"constant dense<([^\[\],<>\"]+)>")
_ZERO = re.compile(r"-?0\.0+(?:e[+-]0+)?")
_NAN = re.compile(r"0x(?:7|F)(?:FC|FF8|E)0*")
_EQUALITY = re.compile(r"compare +(NE|EQ),")
_COMMUTATIVE = frozenset({"add", "multiply", "maximum", "minimum", "and", "or", "xor"})
_MOVES = frozenset(
    {"convert", "reshape", "broadcast_in_dim", "optimization_barrier", "slice", "transpose"}
)


def definition(value: str, number: int, module: Module) -> Operation | None:
    """The operation that gives a value, read on a line; none where nothing gives that alone.

    Of an argument of a function that is called in one place, what gives it there.
    """
    for line in range(number - 1, -1, -1):
        operation = module.at.get(line)
        if operation is not None and operation.result == value and operation.results == 1:
            return operation
        if f"{value}: " in module.lines[line]:  # it is an argument, of a function or of a region
            return _passed(value, module.lines[line], module)
    return None


def _passed(argument: str, head: str, module: Module) -> Operation | None:
    function = _PRIVATE.search(head)
    if function is None:
        return None
    call = f"call @{function[1]}("
    callers = [each for each in module.operations if each.body.startswith(call)]
    if len(callers) != 1:
        return None
    position = int(argument.removeprefix("%arg"))
    return definition(callers[0].values[position], callers[0].number, module)


def origin(value: str, number: int, module: Module) -> Operation | None:
    """The operation whose result a value is, moved, cut out or turned into another type."""
    found = definition(value, number, module)
    while found is not None and found.short in _MOVES and found.values:
        found = definition(found.values[0], found.number, module)
    return found


def constant(value: str, number: int, module: Module) -> str:
    """The one number that all elements of a value are by its text; empty if none is known."""
    found = origin(value, number, module)
    splat = _SPLAT.search(found.body) if found is not None else None
    return splat[1] if splat else ""


def stays_the_same(operation: Operation, module: Module) -> bool:
    """Whether it gives one number, which is what it was when scaled: 0, infinite or NaN."""
    number = constant(operation.result, operation.number + 1, module)
    return any(each.fullmatch(number) for each in (_ZERO, INFINITY, _NAN))


def is_only_compared(operation: Operation, module: Module) -> bool:
    """Whether comparisons alone read its result, which a change of a thousandth hardly moves."""
    readers = _readers(operation, module)
    return bool(readers) and all(
        reader is not None
        and (
            reader.short == "compare"
            or (reader.short in _MOVES and is_only_compared(reader, module))
        )
        for reader in readers
    )


def are_alike(one: str, other: str, reader: Operation, module: Module) -> bool:
    """Whether two values that an operation reads are made the same way from the same values."""
    return _alike((one, reader.number), (other, reader.number), module, depth=6)


def _alike(one: tuple[str, int], other: tuple[str, int], module: Module, depth: int) -> bool:
    """The same of two names, each as it is read on a line; ``depth`` operations are looked at."""
    first, second = definition(*one, module), definition(*other, module)
    if first is None or second is None or first is second:
        return one[0] == other[0] and first is second
    if depth == 0 or VALUE.sub("%", first.body) != VALUE.sub("%", second.body):
        return False
    left = [(value, first.number) for value in first.values]
    right = [(value, second.number) for value in second.values]
    orders = [right, right[::-1]] if first.short in _COMMUTATIVE else [right]
    return any(
        all(_alike(a, b, module, depth - 1) for a, b in zip(left, order, strict=True))
        for order in orders
    )


def chooses(select: Operation, module: Module) -> bool:
    """Whether a ``select`` makes a difference that samples show.

    None is made by one of equal values, or by one that takes a number where a value is that number
    (as the order of a sort does, for zeros of either sign). Hardly a sample shows what is taken for
    a NaN or an infinity, or the NaN that is taken where a factorization fails. Of every position,
    those that cannot be negative included, JAX asks whether it is to be counted from the end.
    """
    predicate, first, second = select.values
    number = select.number
    sides = [constant(first, number, module), constant(second, number, module)]
    if first == second or any(_NAN.fullmatch(side) for side in sides):
        return False
    asked = definition(predicate, number, module)
    while asked is not None and asked.short in ("not", *_MOVES):
        asked = definition(asked.values[0], asked.number, module)
    if asked is None:
        return True
    if _asks_for_no_number(asked, module) or _counts_from_the_end(select, asked, module):
        return False
    equality = _EQUALITY.search(asked.body)
    if equality is None:
        return True
    left, right = asked.values
    taken, other = (first, second) if equality[1] == "EQ" else (second, first)
    known = constant(right, asked.number, module)
    return other != left or known == "" or known != constant(taken, number, module)


def _asks_for_no_number(asked: Operation, module: Module) -> bool:
    """Whether it tells NaN or infinities from numbers."""
    if asked.short == "is_finite":
        return True
    if not _EQUALITY.search(asked.body):
        return False
    left, right = asked.values
    return left == right or bool(INFINITY.fullmatch(constant(right, asked.number, module)))


def _counts_from_the_end(select: Operation, asked: Operation, module: Module) -> bool:
    """Whether it takes a position, or where that is negative, the position and a size."""
    _, taken, position = select.values
    moved = definition(taken, select.number, module)
    return (
        select.outputs[0].is_integer
        and "compare LT," in re.sub(" +", " ", asked.body)
        and asked.values[0] == position
        and constant(asked.values[1], asked.number, module) == "0"
        and moved is not None
        and moved.short == "add"
        and position in moved.values
    )


def _readers(operation: Operation, module: Module) -> list[Operation | None]:
    """The operations that read its result; ``None`` for a line that is none."""
    name = re.compile(rf"{operation.result}(?![\w])")
    found: list[Operation | None] = []
    for number in range(operation.number + 1, len(module.lines)):
        line = module.lines[number].lstrip()
        if line.startswith(("func.func ", f"{operation.result} = ")):
            break
        if operation.result in line and name.search(line):
            found.append(module.at.get(number))
    return found
