"""The table of mutations of StableHLO: a row for each way to get a program wrong."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from jaxsmith.mutation.edit import Edit
from jaxsmith.mutation.flow import (
    INFINITY,
    are_alike,
    chooses,
    is_only_compared,
    origin,
    stays_the_same,
)
from jaxsmith.mutation.hlo import VALUE, HloKind, Module, Operation, Type, tensors
from jaxsmith.mutation.swaps import DIRECTIONS, NONCOMMUTATIVE, OPERATIONS, REDUCERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_ANY: frozenset[str] = frozenset()
_OFF = "1.001"
_APPLIED = re.compile(r"(?<=applies )stablehlo\.\w+")
_DIRECTION = re.compile(r"(?<=compare )( *)([A-Z]{2})(?=,)")
_SYMMETRIC = re.compile(r"compare +(?:EQ|NE),")
_BOUNDS = re.compile(r"(\d+):(\d+)((?::\d+)?)")
_PADDING = re.compile(r"low = \[(.*?)\], high = \[(.*?)\]")
_DENSE = re.compile(r"dense<(\[*)([^\[\],<>\"]+)")
_NUMBERS = re.compile(r"(?:(?<=dims = \[)|(?<=dim = )|(?<=dimensions = \[))[\d, ]+")
_BATCHED = re.compile(r" batching_dims = \[([\d, ]+)\] x")
_CONTRACTED = re.compile(r"(?<=contracting_dims = \[)\d+(?=\])")
# What often gives just what it is given.
_MOVES = frozenset(
    {"convert", "reshape", "broadcast_in_dim", "optimization_barrier", "slice", "pad"}
)


def _swapped(operation: Operation, _module: Module) -> Iterator[Edit]:
    if operation.name in OPERATIONS:
        body = operation.body.replace(operation.name, OPERATIONS[operation.name], 1)
        yield _line(operation, body)


def _other_reducer(operation: Operation, _module: Module) -> Iterator[Edit]:
    found = _APPLIED.search(operation.body)
    if found and found[0] in REDUCERS:
        yield _line(operation, _APPLIED.sub(REDUCERS[found[0]], operation.body))


def _skipped(operation: Operation, _module: Module) -> Iterator[Edit]:
    """Of an operation that keeps the type, an operand instead of the result."""
    if operation.results > 1 or not operation.result or operation.short in _MOVES:
        return
    if len(operation.operands) <= 2 and operation.short != "select":  # whose branches are dropped
        for value, given in zip(operation.values, operation.operands, strict=False):
            if (given,) == operation.outputs:
                # To the same type: nothing, which XLA sees at once.
                yield _line(operation, f"stablehlo.convert {value}", given.text)


def _opposite(operation: Operation, _module: Module) -> Iterator[Edit]:
    found = _DIRECTION.search(operation.body)
    if found:
        other = f"{found[1]}{DIRECTIONS[found[2]]}"
        yield _line(operation, _DIRECTION.sub(other, operation.body))


def _exchanged(operation: Operation, module: Module) -> Iterator[Edit]:
    """The last two operands exchanged, if they have one type."""
    values = operation.values
    if len(values) < 2 or values[-1] == values[-2] or _symmetric(operation):
        return
    selects = operation.short == "select"
    if selects and not chooses(operation, module):
        return
    if selects or len(set(operation.operands[-2:])) == 1:
        names = dict(zip(values[-2:], values[:-3:-1], strict=True))
        body = VALUE.sub(lambda found: names.get(found[0], found[0]), operation.body)
        yield _line(operation, body)


def _symmetric(operation: Operation) -> bool:
    """Whether it can't tell its operands apart: equality, the scalar product of vectors."""
    vectors = all(len(operand.sizes) == 1 for operand in operation.operands)
    scalar = operation.short == "dot_general" and not operation.outputs[0].sizes
    return (scalar and vectors) or bool(_SYMMETRIC.search(operation.body))


def _shifted(operation: Operation, module: Module) -> Iterator[Edit]:
    """A slice of as many elements, from one place further or one place before.

    None of a constant: that is another number, as ``nudge_constant`` has it.
    """
    sliced = origin(operation.values[0], operation.number, module)
    if sliced is not None and sliced.short == "constant":
        return
    sizes = operation.operands[0].sizes
    for found, size in zip(_BOUNDS.finditer(operation.body), sizes, strict=True):
        low, high = int(found[1]), int(found[2])
        for by in (1, -1):
            if low + by >= 0 and high + by <= size and low < high:
                yield _line(operation, _put(operation, found, f"{low + by}:{high + by}{found[3]}"))


def _shifted_padding(operation: Operation, _module: Module) -> Iterator[Edit]:
    found = _PADDING.search(operation.body)
    if not found:
        return
    low, high = ([int(n) for n in side.split(",") if n.strip()] for side in found.groups())
    for axis in range(len(low)):
        by = 1 if high[axis] > 0 else -1
        lows = [n + by * (k == axis) for k, n in enumerate(low)]
        highs = [n - by * (k == axis) for k, n in enumerate(high)]
        yield _line(operation, _put(operation, found, f"low = {lows}, high = {highs}"))


def _nudged(operation: Operation, module: Module) -> Iterator[Edit]:
    """The first number of a constant; of floats, unless it is only compared with others."""
    found = _DENSE.search(operation.body)
    if found and not (operation.outputs[0].is_float and is_only_compared(operation, module)):
        other = _other_number(found[2], operation.outputs[0])
        if other is not None:
            yield _line(operation, _put(operation, found, f"dense<{found[1]}{other}"))


def _other_number(text: str, given: Type) -> str | None:
    if text in ("true", "false"):
        return "false" if text == "true" else "true"
    if given.element.lstrip("u").startswith("i"):
        return str(int(text) + 1)
    if INFINITY.fullmatch(text):  # the other one: what a maximum begins with is seldom its result
        return f"0x{'7' if text[2] == 'F' else 'F'}{text[3:]}"
    try:
        value = float(text)
    except ValueError:
        return None  # NaN or a part of a complex number
    return repr(1.125 * value if abs(value) >= 1 else value + 0.125)


def _scaled(operation: Operation, module: Module) -> Iterator[Edit]:
    if operation.results > 1 or not operation.result or not operation.outputs[0].is_float:
        return
    if stays_the_same(operation, module) or is_only_compared(operation, module):
        return
    if any(operand.element in ("f16", "bf16") for operand in operation.operands):
        return  # what was rounded to 16 bits is known to no thousandth
    text = operation.outputs[0].text
    number = f"({_OFF}, 0.0)" if "complex" in text else _OFF
    indent, name = operation.indent, operation.result
    lines = (
        operation.line(operation.body, "%plain"),
        f"{indent}%off = stablehlo.constant dense<{number}> : {text}",
        f"{indent}{name} = stablehlo.multiply %plain, %off : {text}",
    )
    yield Edit(operation.number, operation.number + 1, lines)


def _one_side(operation: Operation, module: Module) -> Iterator[Edit]:
    """Both values of a ``select`` are one, if there is anything to choose."""
    predicate, first, second = operation.values
    if chooses(operation, module):
        for kept in (first, second):
            yield _line(operation, f"stablehlo.select {predicate}, {kept}, {kept}")


def _one_branch(module: Module) -> Iterator[Edit]:
    """One branch of a ``case`` or an ``if`` in the place of the next."""
    for number, line in enumerate(module.lines):
        if '"stablehlo.case"(' not in line and '"stablehlo.if"(' not in line:
            continue
        indent = " " * (len(line) - len(line.lstrip()))
        marks = [number]
        while not module.lines[marks[-1]].startswith(f"{indent}}})"):
            after = range(marks[-1] + 1, len(module.lines))
            marks.append(next(n for n in after if module.lines[n].startswith(f"{indent}}}")))
        spans = [(a + 1, b) for a, b in itertools.pairwise(marks)]
        for k, (start, stop) in enumerate(spans):
            first, last = spans[k - 1]
            if len(spans) > 1:
                yield Edit(start, stop, tuple(module.lines[first:last]))


def _other_permutation(operation: Operation, _module: Module) -> Iterator[Edit]:
    """Two axes exchanged that are of one size, so that all types stay."""
    found = _NUMBERS.search(operation.body)
    if not found:
        return
    order = [int(n) for n in found[0].split(",")]
    sizes = operation.operands[0].sizes
    results = operation.outputs[0].sizes
    permutes = operation.name == "stablehlo.transpose"
    for i in range(len(order)):
        for j in range(i):
            same = (
                sizes[order[i]] == sizes[order[j]]
                if permutes
                else sizes[i] == sizes[j] and results[order[i]] == results[order[j]]
            )
            if same and max(sizes[order[i]] if permutes else sizes[i], 1) > 1:
                other = list(order)
                other[i], other[j] = order[j], order[i]
                yield _line(operation, _put(operation, found, ", ".join(map(str, other))))


def _other_axis(operation: Operation, _module: Module) -> Iterator[Edit]:
    """Along another axis, of the same size but for an iota."""
    found = _NUMBERS.search(operation.body)
    if found:
        axes = [int(n) for n in found[0].split(",")]
        sizes = (operation.operands or operation.outputs)[0].sizes
        for axis, size in enumerate(sizes):
            alike = size == sizes[axes[0]] or operation.short == "iota"
            if axis not in axes and alike and size > 1:
                others = ", ".join(map(str, sorted([axis, *axes[1:]])))
                yield _line(operation, _put(operation, found, others))


def _other_contraction(operation: Operation, _module: Module) -> Iterator[Edit]:
    """A product over another axis of the first operand, of the same size."""
    found, batched = _CONTRACTED.search(operation.body), _BATCHED.search(operation.body)
    if found:
        taken = {int(found[0]), *map(int, batched[1].split(",") if batched else ())}
        sizes = operation.operands[0].sizes
        for axis, size in enumerate(sizes):
            if axis not in taken and size == sizes[int(found[0])] and size > 1:
                yield _line(operation, _put(operation, found, str(axis)))


def _other_dtype(module: Module) -> Iterator[Edit]:
    """A result of the program in another dtype, which its type says too."""
    final = module.final
    for k, given in enumerate(final.outputs):
        element = "f16" if given.element == "f32" else "f32"
        if "complex" in given.element:
            element = "complex<f64>" if given.element == "complex<f32>" else "complex<f32>"
        other = _text(given.sizes, element)
        values = final.values
        convert = f"stablehlo.convert {values[k]} : ({given.text}) -> {other}"
        values[k] = "%other"
        types = [*final.outputs]
        types[k] = tensors(other)[0]
        signature = ", ".join(each.text for each in types)
        returned = f"{final.indent}return {', '.join(values)} : {signature}"
        lines = [*module.lines[module.main.start : final.number]]
        lines[0] = _result_type(lines[0], k, other)
        lines += [f"{final.indent}%other = {convert}", returned]
        yield Edit(module.main.start, final.number + 1, tuple(lines))


def _result_type(head: str, k: int, other: str) -> str:
    arguments, arrow, results = head.rpartition(") -> ")
    parts = re.split(r"(tensor<[^>]*>?>)", results)
    parts[2 * k + 1] = other
    return f"{arguments}{arrow}{''.join(parts)}"


def _exchanged_results(operation: Operation, module: Module) -> Iterator[Edit]:
    """Two neighbours; neither counters of a loop, which has several, nor what it keeps."""
    values, types = operation.values, operation.outputs
    for k in range(len(values) - 1):
        counts = not types[k].sizes and types[k].is_integer and operation.name != "return"
        pair = values[k], values[k + 1]
        if all(value.startswith("%iterArg") for value in pair):
            continue
        if types[k] == types[k + 1] and not counts and not are_alike(*pair, operation, module):
            order = [*values[:k], values[k + 1], values[k], *values[k + 2 :]]
            yield _line(operation, f"{operation.name} {', '.join(order)}")


def _whole(
    change: Callable[[Module], Iterator[Edit]],
) -> Callable[[Operation, Module], Iterator[Edit]]:
    """A change of a module, made where its program returns."""

    def at_the_end(operation: Operation, module: Module) -> Iterator[Edit]:
        if operation.number == module.final.number:
            yield from change(module)

    return at_the_end


_RETURN = frozenset({"return"})

HLO_KINDS = (
    HloKind("swap_op", _ANY, _swapped),
    HloKind("swap_op", frozenset({"reduce"}), _other_reducer),
    HloKind("skip_op", _ANY, _skipped),
    HloKind("flip_comparison", frozenset({"compare"}), _opposite),
    HloKind("swap_operands", NONCOMMUTATIVE, _exchanged),
    HloKind("shift_slice", frozenset({"slice"}), _shifted),
    HloKind("shift_slice", frozenset({"pad"}), _shifted_padding),
    HloKind("nudge_constant", frozenset({"constant"}), _nudged),
    HloKind("scale", _ANY, _scaled),
    HloKind("drop_branch", frozenset({"select"}), _one_side),
    HloKind("drop_branch", _RETURN, _whole(_one_branch)),
    HloKind("wrong_permutation", frozenset({"transpose", "broadcast_in_dim"}), _other_permutation),
    HloKind("wrong_axis", frozenset({"iota", "reverse", "reduce"}), _other_axis),
    HloKind("wrong_axis", frozenset({"dot_general"}), _other_contraction),
    HloKind("output_dtype", _RETURN, _whole(_other_dtype)),
    HloKind("swap_outputs", _RETURN, _exchanged_results),
)
"""Every way to change a program in StableHLO."""


def _line(operation: Operation, body: str, signature: str | None = None) -> Edit:
    changed = operation if signature is None else replace(operation, signature=signature)
    return Edit(operation.number, operation.number + 1, (changed.line(body),))


def _put(operation: Operation, found: re.Match[str], text: str) -> str:
    return f"{operation.body[: found.start()]}{text}{operation.body[found.end() :]}"


def _text(sizes: tuple[int, ...], element: str) -> str:
    return f"tensor<{''.join(f'{n}x' for n in sizes)}{element}>"
