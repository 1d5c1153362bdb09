"""Idioms as operations: a row of the vocabulary whose meaning is code that was written by hand.

A program that applies one brings its code along: the JAX function in its source, the reference's
in the reference. Values at hand become its arguments where their shapes fit.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from jaxsmith.program.fixed import target
from jaxsmith.program.helpers import Helpers
from jaxsmith.program.idiom import DIMENSIONS, evaluate, holds, outline, specs
from jaxsmith.vocabulary import spans
from jaxsmith.vocabulary.accuracy import Accuracy
from jaxsmith.vocabulary.dtypes import integer_range, is_narrow, kind, usual_range
from jaxsmith.vocabulary.interval import BOOL, Interval
from jaxsmith.vocabulary.op import Op, Proposal

if TYPE_CHECKING:
    from types import ModuleType

    from jaxsmith.program.idiom import Idiom, Spec
    from jaxsmith.vocabulary.aval import Aval, Shape
    from jaxsmith.vocabulary.op import Scope, Signature, Smoothness
    from jaxsmith.vocabulary.value import Var

REFERENCE = "_reference"
LEAVES = "tree_leaves"  # of the reference's helpers
SIZES_AT_HAND = range(1, 17)
AT_HAND = 0.7
# What an idiom returns has no range that is known; what uses it brings it into its domain.
RESULTS = Interval(-1e3, 1e3)
_WIDTH = 88
_NAME = re.compile(r"[a-z_]\w*")
_CLAUSE = re.compile(
    r"^(?P<open>(?P<outer> *)\S.*[(\[{]\n)(?P<space> +)(?P<item>\S.*)\n(?P=space)(?P<for>for .*)\n"
    r"(?P<close>(?P=outer)[)\]}].*)$",
    re.MULTILINE,
)
_BROKEN = re.compile(r"^( *)(\S.*[(\[])\n +(\S.*[^,\n])\n\1([)\]].*)$", re.MULTILINE)


@dataclass(frozen=True)
class Code:
    """The definitions behind an idiom, for either text."""

    path: Path
    name: str
    cite: str

    def definitions(self, spelling: Literal["jax", "numpy"]) -> Mapping[str, str]:
        """Source by name, what is used before what uses it; the idiom itself comes last.

        Raises:
            ValueError: the file lacks the function or its reference.
        """
        return _definitions(self, spelling)

    def _written(self, spelling: Literal["jax", "numpy"]) -> dict[str, str]:
        code = _read(self.path)
        wanted = self.name + (REFERENCE if spelling == "numpy" else "")
        if wanted not in code.sources:
            raise ValueError(
                f"the idiom {self.name!r} needs a function {wanted} in {self.path.name}"
            )
        texts = dict(zip(code.order([wanted]), code.closure([wanted]), strict=True))
        if spelling == "jax":
            texts[wanted] = self._cited(texts[wanted], code.documentation[wanted])
            return texts
        # The reference's definitions take the names of what they mirror.
        renamed = {name: name.removesuffix(REFERENCE) for name in code.sources}
        for old, new in renamed.items():
            if old != new:
                texts = {k: re.sub(rf"\b{old}\b", new, text) for k, text in texts.items()}
        return {renamed[name]: _rejoined(text) for name, text in texts.items()}

    def _cited(self, text: str, documentation: str) -> str:
        """The text with its source in its documentation."""
        cited = textwrap.wrap(
            f"{self.cite.rstrip('.')}.", _WIDTH - 4, break_long_words=False, break_on_hyphens=False
        )
        lines = [documentation.rstrip(), "", *(f"    {line}" for line in cited), "    "]
        return text.replace(f'"""{documentation}"""', '"""' + "\n".join(lines) + '"""', 1)


@cache
def _definitions(code: Code, spelling: Literal["jax", "numpy"]) -> Mapping[str, str]:
    return MappingProxyType(code._written(spelling))


@cache
def _read(path: Path) -> Helpers:
    return Helpers(path)


def discover(package: ModuleType) -> list[Op]:
    """The ``IDIOMS`` of every module of a package as operations.

    The code of a module is in the file of its name in the folder ``code``, and read when it is
    first used. The file ``effort.json`` may say how much work each idiom's reference is.
    """
    folder = Path(package.__path__[0])
    measured = folder / "effort.json"
    effort = json.loads(measured.read_bytes()) if measured.exists() else {}
    found = []
    for name in sorted(info.name for info in pkgutil.iter_modules(package.__path__)):
        module = importlib.import_module(f"{package.__name__}.{name}")
        path = folder / "code" / f"{name}.py"
        found += [
            operation(idiom, Code(path, idiom.name, idiom.cite), effort.get(idiom.name, 0))
            for idiom in module.IDIOMS
        ]
    return found


def operation(idiom: Idiom, code: Code, effort: int = 0) -> Op:
    """The row of the vocabulary that an idiom is."""
    floats = {name for name, spec in idiom.inputs.items() if spec.dtype == "float"}
    smooth: Smoothness = "kinked" if idiom.wrt and floats <= set(idiom.wrt) else "none"
    call = f"{idiom.name}({{*}}{{options}})"
    helpers = (LEAVES,) if _holds_dict(outline(idiom.output)) else ()
    return Op(
        f"idiom_{idiom.name}", idiom.family, call, call, _signature(idiom), spans.keep,
        Accuracy("noise", idiom.size, idiom.double),
        smooth=smooth, verb=idiom.name, helpers=helpers, code=code, weight=idiom.weight,
        effort=effort,
    )  # fmt: skip


def _signature(idiom: Idiom) -> Signature:
    def propose(scope: Scope, op: Op) -> Proposal | None:
        sizes: dict[str, object] = {
            name: scope.rng.choice(tuple(values)) for name, values in idiom.options.items()
        }
        operands: list[Var] = []
        for name, spec in idiom.inputs.items():
            operand = _operand(scope, idiom, name, spec, sizes, operands)
            if operand is None:
                return None
            operands.append(operand)
        for name in idiom.names:
            _choose(scope, idiom, name, sizes)
        if not holds(idiom, sizes):
            return None
        leaves = specs(idiom.output)
        outputs = tuple(spec.aval(sizes, scope.dtype("f"), x64=scope.x64) for spec in leaves)
        options = "".join(f", {name}={_literal(sizes[name])}" for name in idiom.options)
        attributes: dict[str, object] = {"options": options}
        tree = outline(idiom.output)
        if tree != "*":
            attributes["unpack"] = target(tree)
        if _holds_dict(tree):  # has no pattern on the left of an assignment
            attributes["unpack"] = "{*}"
            attributes["jax_template"] = f"jax.tree.leaves({op.jax})"
            attributes["numpy_template"] = f"{LEAVES}({op.numpy})"
        return Proposal(
            tuple(operands), outputs, attributes, names=_names(idiom), intervals=_ranges(outputs)
        )

    return propose


def _holds_dict(tree: object) -> bool:
    if isinstance(tree, tuple | list):
        return any(map(_holds_dict, tree))
    return isinstance(tree, dict)


def _operand(
    scope: Scope,
    idiom: Idiom,
    name: str,
    spec: Spec,
    sizes: dict[str, object],
    taken: list[Var],
) -> Var | None:
    """A value at hand that fits, with its dimensions noted in ``sizes``; or a new parameter."""
    dims = spec.dims.split()
    letter = {"float": "f", "complex": "c"}.get(spec.dtype, "")
    at_hand = letter and spec.kind == "uniform" and scope.rng.chance(AT_HAND)
    bound = all(_known(dim, sizes) for dim in dims)
    if at_hand and (bound or all(dim.isidentifier() for dim in dims)):
        found = scope.value(
            letter,
            ranks=(len(dims), len(dims)),
            where=lambda aval: _bindings(idiom, dims, aval.shape, sizes) is not None,
            dtype=scope.dtype(letter),
            fresh=lambda: _shape(scope, idiom, spec, dict(sizes)),
            domain=spec.draw(sizes).interval if _known_range(spec, sizes) else None,
            hints=(name,),
            avoid=taken,
        )
        if found is not None:
            sizes.update(_bindings(idiom, dims, found.aval.shape, sizes) or {})
            return found
    _shape(scope, idiom, spec, sizes)
    _choose_range(scope, idiom, spec, sizes)
    aval = spec.aval(sizes, scope.dtype("f"), x64=scope.x64)
    return scope.parameter(aval, spec.draw(sizes), (name,))


def _known(expression: str, sizes: dict[str, object]) -> bool:
    return all(name in sizes for name in _NAME.findall(expression))


def _known_range(spec: Spec, sizes: dict[str, object]) -> bool:
    ends = (end for end in (spec.low, spec.high) if isinstance(end, str))
    return all(_known(end, sizes) for end in ends)


def _choose_range(scope: Scope, idiom: Idiom, spec: Spec, sizes: dict[str, object]) -> None:
    for end in (spec.low, spec.high):
        for name in _NAME.findall(end) if isinstance(end, str) else ():
            _choose(scope, idiom, name, sizes)


def _shape(scope: Scope, idiom: Idiom, spec: Spec, sizes: dict[str, object]) -> Shape:
    """The input's shape; dimensions that nothing has settled yet are chosen, and noted."""
    for dim in spec.dims.split():
        for name in _NAME.findall(dim):
            _choose(scope, idiom, name, sizes)
    return spec.aval(sizes, "float32", x64=False).shape


def _choose(scope: Scope, idiom: Idiom, name: str, sizes: dict[str, object]) -> None:
    if name not in sizes and name in idiom.names:
        sizes[name] = scope.rng.choice(tuple(idiom.dims.get(name, DIMENSIONS)))


def _bindings(
    idiom: Idiom, dims: list[str], shape: Shape, sizes: dict[str, object]
) -> dict[str, int] | None:
    """What the named dimensions are for a shape, or None where it doesn't fit."""
    bound: dict[str, int] = {}
    for dim, size in zip(dims, shape, strict=True):
        if _known(dim, {**sizes, **bound}):
            if int(str(evaluate(dim, {**sizes, **bound}))) != size:
                return None
        elif not dim.isidentifier() or size not in idiom.dims.get(dim, SIZES_AT_HAND):
            return None
        else:
            bound[dim] = size
    return bound


def _names(idiom: Idiom) -> tuple[tuple[str, ...], ...]:
    if idiom.gives:
        return tuple((name,) for name in idiom.gives)
    if isinstance(idiom.output, Mapping):
        return tuple((key,) for key in sorted(idiom.output))
    return ((idiom.name.rpartition("_")[2], "result", "outcome"),)


def _ranges(outputs: tuple[Aval, ...]) -> tuple[Interval, ...]:
    return tuple(_range(aval.dtype) for aval in outputs)


def _range(dtype: str) -> Interval:
    if dtype == "bool":
        return BOOL
    if kind(dtype) == "u" or is_narrow(dtype):
        return Interval(*integer_range(dtype))  # as hashes and codes fill them
    return Interval(*usual_range(dtype)) if kind(dtype) == "i" else RESULTS


def _literal(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def _rejoined(text: str) -> str:
    """The text with lines joined that fit in one, now that names are shorter."""

    def one(lines: re.Match[str]) -> str:
        joined = "".join(lines.groups())
        return joined if len(joined) <= _WIDTH else lines[0]

    def clause(lines: re.Match[str]) -> str:
        joined = f"{lines['space']}{lines['item']} {lines['for']}"
        return f"{lines['open']}{joined}\n{lines['close']}" if len(joined) <= _WIDTH else lines[0]

    return _BROKEN.sub(one, _CLAUSE.sub(clause, text))
