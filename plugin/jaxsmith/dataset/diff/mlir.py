"""StableHLO: without names of values, functions and the module.

Unlike the form that ``distinct`` counts by, constants stay: that one changed is a finding.
"""

from __future__ import annotations

import re
from functools import lru_cache

from jaxsmith.dataset.diff.brackets import closing, outside, split
from jaxsmith.dataset.diff.items import Dialect, Item, Line

_SYMBOL = r'@(?:[\w.$-]+|"[^"]*")'
_DEFINED = re.compile(rf"func\.func(?:\s+\w+)?\s+({_SYMBOL})")
_NAME = re.compile(rf"%(\w+)(?:#\d+|:\d+)?|({_SYMBOL})")
_RESULTS = re.compile(r"^%[\w:, %]+? = ")
_RESULT_INFO = re.compile(r'(?:, )?jax\.result_info = "(?:[^"\\]|\\.)*"')
_CALLED = re.compile(rf"\b(?:call|custom_call) ({_SYMBOL})")
_COUNTED = re.compile(r"_\d+$")
# What JAX calls functions that nobody named.
_ANONYMOUS = frozenset({"main", "closed_call", "body", "cond", "wrapped", "None"})
_MODULE = re.compile(rf"^module {_SYMBOL}")

_OPERATION = re.compile(r'^"?([a-z][\w.$]*)"?')
_NAMED = re.compile(r"^([\w.]+) = (.*)$", re.DOTALL)
_TYPES = re.compile(r" : ")
_PIECE = re.compile(r"(?<=[\])]) +(?=[a-z_]+ ?=)|,\s*|\s*(?=\{)")
_DENSE = re.compile(r"^dense(?:_resource)?<(.*)>$", re.DOTALL)
_WRAPPED = re.compile(r"^(?:<\{(.*)\}>|\{(.*)\})$", re.DOTALL)
_PLACES = "%@(){}<>, "


def lines(text: str) -> list[Line]:
    """The operations of a module, in the order of the text, and the ends of its regions."""
    functions = {name: f"@{i}" for i, name in enumerate(dict.fromkeys(_DEFINED.findall(text)))}
    numbers: dict[str, str] = {}
    within: tuple[str, ...] = ()
    found = []
    for raw in _RESULT_INFO.sub("", text).replace(" {}", "").splitlines():
        # Inside regions, what is not StableHLO is printed with its dialect.
        text = raw.strip().replace("func.call @", "call @").replace("func.return ", "return ")
        if not text:
            continue
        if (defined := _DEFINED.search(text)) is not None:
            numbers = {}
            name = _bare(defined[1])
            within = () if name in _ANONYMOUS else (name,)
        reads: list[str] = []

        def unnamed(
            match: re.Match[str], numbers: dict[str, str] = numbers, reads: list[str] = reads
        ) -> str:
            value, symbol = match.groups()
            if value is not None:
                reads.append(numbers.setdefault(value, str(len(numbers))))
                return "%"
            if symbol not in functions:
                return match[0]  # a kernel or a mesh: no mere name
            reads.append(functions[symbol])
            return "@"

        results = _RESULTS.match(text)
        if results is not None:
            _NAME.sub(unnamed, results[0])
        key = _NAME.sub(unnamed, text[results.end() :] if results else text)
        callee = _CALLED.search(text)
        calls = "" if callee is None else _bare(callee[1])
        found.append(Line(_MODULE.sub("module", key), tuple(reads), text, within, calls))
    return found


def _bare(symbol: str) -> str:
    """The name of a function without the number that sets it apart from others."""
    return _COUNTED.sub("", symbol.strip('@"'))


@lru_cache(maxsize=4096)
def item(key: str) -> Item:
    """The operation that a key is."""
    match = _OPERATION.match(key)
    if match is None:  # the end of a region, or the beginning of a block
        return Item("region", types=key)
    op, rest = match[1], key[match.end() :]
    if op == "module":
        return Item(op, _attributes(rest.partition(" attributes ")[2].rstrip("{ ")))
    if op == "func.func":
        visibility, _, types = rest.partition("@")
        return Item("function", {"visibility": visibility.strip()}, types.removesuffix(" {"))
    places = list(outside(rest, _TYPES))
    body, types = (rest[: places[-1].start()], rest[places[-1].end() :]) if places else (rest, "")
    return Item(op, _attributes(body), types)


def _attributes(body: str) -> dict[str, str]:
    """What stands between the name of an operation and its types, by name where it has one.

    What has no name is operands and places for them, and words such as a comparison's direction.
    """
    found: dict[str, str] = {}
    words = []
    for piece in _pieces(body.strip()):
        if dense := _DENSE.match(piece):
            found["value"] = dense[1]
        elif named := _NAMED.match(piece):
            found[named[1]] = named[2]
        elif word := piece.strip(_PLACES):
            words.append(word)
    return {**({"": " ".join(words)} if words else {}), **found}


def _pieces(body: str) -> list[str]:
    if body.startswith("("):  # the operands of an operation in MLIR's generic form
        body = body[closing(body, 0) + 1 :].strip()
    found = []
    for piece in split(body, _PIECE):
        bare = piece.strip().removesuffix("({").strip()
        wrapped = _WRAPPED.match(bare)
        found += [bare] if wrapped is None else split(wrapped[1] or wrapped[2] or "")
    return [piece.strip() for piece in found]


MLIR = Dialect(
    lines,
    item,
    frozenset(
        {
            "module", "function", "region", "return", "stablehlo.return", "cond",
            "stablehlo.constant",
        }
    ),
    heads=frozenset({"function"}),
)  # fmt: skip
"""MLIR as JAX prints it: StableHLO, CHLO, Shardy and functions."""
