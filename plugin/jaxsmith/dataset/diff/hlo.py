"""HLO: without names, metadata and the order in which computations are printed.

What stays: every instruction with its shapes, layouts and attributes, in its order, and what reads
what. Computations come in the order in which they are first called, from the entry on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from jaxsmith.dataset.diff.brackets import closing, split
from jaxsmith.dataset.diff.items import Dialect, Item, Line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_HEAD = re.compile(r"^(ENTRY )?%?([\w.\-]+) (?:\((.*)\) -> (.*) )?\{$")
_INSTRUCTION = re.compile(r"^(ROOT )?%?([\w.\-]+) = ")
_ARGUMENT = re.compile(r"[\w.\-]+(?=: )")
_NAME = re.compile(r"%[\w.\-]+")
# Where names have no sign of their own: words that are not called, no key and no number.
_WORD = re.compile(r"(?<![\w.\-%\"])[A-Za-z_][\w.\-]*(?![\w.\-(=\"])")
# Where it came from, and the comments in long tuples.
_MEANINGLESS = re.compile(
    r", (?:metadata|original_value|origin)="
    r"\{(?:[^{}\"]|\"(?:[^\"\\]|\\.)*\"|\{(?:[^{}\"]|\"(?:[^\"\\]|\\.)*\")*\})*\}"
    r"|, stack_frame_id=\d+|/\*.*?\*/"
)
_OPERATION = re.compile(r" ?([\w\-]+)\(")
_COUNTED = re.compile(r"(?:[._]\d+|\.clone)*$")
_CALLED = re.compile(r' call\(.* to_apply=%?([\w.\-]+)|custom_call_target="([^"]*)"')
# Computations that XLA or JAX named by what they are for.
_ANONYMOUS = re.compile(
    r"(main|body|cond|closed_call|region|branch|None|wrapped_.*|.*fused_computation.*"
    r"|.*_computation|xla\.sdy.*|while.*|parallel_.*)"
)


@dataclass(slots=True)
class _Computation:
    head: Line
    within: tuple[str, ...]
    body: list[tuple[str, re.Match[str]]] = field(default_factory=list)


def lines(text: str) -> list[Line]:
    """The instructions of a module, each computation behind a line for its head."""
    module, computations, entry = _computations(_MEANINGLESS.sub("", text))
    placed: dict[str, str] = {}
    found = [module]
    waiting = [*reversed(computations), *([entry] if entry is not None else [])]
    while waiting:
        name = waiting.pop()
        if name in placed:
            continue
        placed[name] = f"computation {len(placed)}"
        called: list[str] = []
        body = list(_instructions(computations[name], computations, called))
        found += [computations[name].head, *body]
        waiting += reversed(called)
    for line in found:
        # The computations that it calls by their places, which are known by now.
        line.reads = tuple(placed.get(each, each) for each in line.reads)
    return found


def _bare(name: str) -> str:
    """The name of a computation without the numbers that set it apart from others."""
    return _COUNTED.sub("", name)


def _called(name: str) -> str:
    return "" if name.endswith("_computation") else _bare(name)


def _computations(text: str) -> tuple[Line, dict[str, _Computation], str | None]:
    module = Line("module")
    computations: dict[str, _Computation] = {}
    entry = None
    current: _Computation | None = None
    for raw in text.splitlines():
        text = raw.strip()
        if current is not None and (match := _INSTRUCTION.match(text)):
            current.body.append((text, match))
        elif text.startswith("HloModule "):
            module = Line("module " + text.partition(", ")[2], text=text)
        elif head := _HEAD.match(text):
            is_entry, name, arguments, result = head.groups()
            types = "" if arguments is None else f"{_ARGUMENT.sub('', arguments)} -> {result}"
            kind = "entry" if is_entry else "computation"
            within = () if _ANONYMOUS.fullmatch(_bare(name)) else (_bare(name),)
            head_line = Line(f"{kind} {types}", text=text, within=within)
            current = computations[name] = _Computation(head_line, within)
            entry = name if is_entry else entry
    return module, computations, entry


def _instructions(
    computation: _Computation, computations: Mapping[str, _Computation], called: list[str]
) -> Iterator[Line]:
    """The instructions of a computation; what they call is added to ``called``."""
    signed = any("%" in text for text, _ in computation.body)
    pattern = _NAME if signed else _WORD
    numbers: dict[str, str] = {}
    for text, match in computation.body:
        root, name = match.groups()
        numbers[name] = str(len(numbers))
        reads: list[str] = []

        def unnamed(match: re.Match[str], reads: list[str] = reads) -> str:
            name = match[0].removeprefix("%")
            if name in numbers:
                reads.append(numbers[name])
            elif name in computations:
                reads.append(name)
                called.append(name)
            else:
                return match[0]
            return "%"

        key = pattern.sub(unnamed, text[match.end() :])
        if root:
            reads.append("root")
        callee = _CALLED.search(text) if "call" in text else None
        calls = "" if callee is None else callee[2] or _called(callee[1])
        yield Line(key, tuple(reads), text, computation.within, calls)


@lru_cache(maxsize=4096)
def item(key: str) -> Item:
    """The operation that a key is."""
    kind, _, rest = key.partition(" ")
    if kind == "module":
        return Item(kind, _attributes(rest))
    if kind in ("entry", "computation"):
        return Item(kind, types=rest)
    end = closing(key, 0) + 1 if key.startswith("(") else key.index(" ")
    operation = _OPERATION.match(key, end)
    if operation is None:
        return Item(key[end:].strip(), types=key[:end])
    close = closing(key, operation.end() - 1)
    attributes = _attributes(key[close + 1 :].lstrip(", "))
    inner = key[operation.end() : close]
    if operation[1] == "constant":
        attributes = {"value": inner, **attributes}
    return Item(operation[1], attributes, key[:end])


def _attributes(text: str) -> dict[str, str]:
    pairs = (piece.partition("=") for piece in split(text))
    return {name.strip(): value.strip() for name, _, value in pairs}


_FRAME = frozenset(
    {
        "module", "entry", "computation", "parameter", "tuple", "get-tuple-element", "bitcast",
        "constant",
    }
)  # fmt: skip

_HEADS = frozenset({"entry", "computation"})

HLO = Dialect(lines, item, _FRAME, _HEADS)
"""HLO before any pass."""

OPTIMIZED_HLO = Dialect(
    lines,
    item,
    _FRAME | {"copy"},
    _HEADS,
    structure=frozenset(
        {
            "fusion", "call", "while", "conditional", "custom-call", "dot", "convolution", "sort",
            "reduce", "reduce-window", "scatter", "gather", "fft", "cholesky", "triangular-solve",
            "all-reduce", "all-gather", "all-to-all", "reduce-scatter", "collective-permute",
            "dynamic-slice", "dynamic-update-slice", "concatenate", "pad", "rng-bit-generator",
        }
    ),
)  # fmt: skip
"""HLO after every pass: what is in a fusion follows from what was fused."""
