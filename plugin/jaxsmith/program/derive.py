"""A function made from another: the other's text, and one more function that transforms it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from jaxsmith.program.effort import MOST, MOST_BATCHED, effort
from jaxsmith.program.emit import with_imports
from jaxsmith.program.fixed import ANYTHING, fixed_op, returns
from jaxsmith.program.function import Function
from jaxsmith.program.graph import Eqn, Graph
from jaxsmith.program.layout import statement
from jaxsmith.program.tags import SIZES, size_tag, slope_tags
from jaxsmith.program.transforms import LATTICE, PLAIN, TRANSFORMS
from jaxsmith.vocabulary.code import Code, fill
from jaxsmith.vocabulary.value import Var

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jaxsmith.program.emit import Spelling
    from jaxsmith.program.function import Case
    from jaxsmith.program.helpers import Helpers
    from jaxsmith.program.transforms import Wrapping
    from jaxsmith.vocabulary.stream import Stream

# How often a function that has derivatives gets one of them.
DERIVATIVES = 0.95
# A function so many of whose derivatives are no sample has none that is.
DERIVATIVES_TRIED = 3
# What is linear in another argument moves with it: of use where a gradient is a constant.
_LINEAR = {"jvp", "vjp", "linearize"}
PREFERENCE = 10.0

_BATCHING = {name for names, _ in PLAIN for name in names}


def derive(
    case: Case, base: Function, rng: Stream, helpers: Helpers, draft: int = 0
) -> Function | None:
    """Another function made from ``base``, or None where no transformation applies.

    A ``draft`` above 0 stands in for one that turned out to be no sample.
    """
    choices = _in_order(PLAIN, rng)
    if base.wrt and draft < DERIVATIVES_TRIED and rng.chance(DERIVATIVES):
        weighted = [(n, w * PREFERENCE if draft and _LINEAR & {*n} else w) for n, w in LATTICE]
        choices = [*_in_order(weighted, rng), *choices]
    made = (apply_all(case, base, names, rng, helpers) for names in choices)
    return next((function for function in made if function is not None), None)


def _in_order(
    lattice: Iterable[tuple[tuple[str, ...], float]], rng: Stream
) -> list[tuple[str, ...]]:
    """The entries in random order, those of more weight sooner."""
    # Efraimidis and Spirakis (2006), algorithm A-Res.
    keys = {names: rng.unit() ** (1 / weight) for names, weight in lattice}
    return sorted(keys, key=lambda names: -keys[names])


def apply_all(
    case: Case, base: Function, names: tuple[str, ...], rng: Stream, helpers: Helpers
) -> Function | None:
    """The function put through these transformations, the first of them innermost."""
    made = base
    for name in names:
        wrapping = TRANSFORMS[name](made, rng)
        # A corpus may lack what the meaning of a transformation is written with.
        if wrapping is None or not helpers.sources.keys() >= set(wrapping.helpers):
            return None
        made = _wrap(case, made, name, wrapping, helpers)
    most = MOST_BATCHED if all(name in _BATCHING for name in names) else MOST
    return None if effort(made.graph) > most else replace(made, base=base)


def _wrap(
    case: Case, function: Function, transform: str, wrapping: Wrapping, helpers: Helpers
) -> Function:
    name = f"{wrapping.suffix}_{function.name}"
    tags = set(function.tags) - SIZES.keys() - {"unary", "elementwise", "differentiable"}
    tags |= slope_tags(wrapping.wrt, wrapping.outputs)
    tags |= {size_tag(function.op_count + 1), "derived", transform}
    if len(wrapping.params) == 1:
        tags.add("unary")
    return Function(
        case=case,
        name=name,
        tags=frozenset(tags),
        source_code=_text("jax", function, name, wrapping, helpers),
        reference_source=_text("numpy", function, name, wrapping, helpers),
        params=wrapping.params,
        outputs=wrapping.outputs,
        structure=wrapping.structure,
        x64=function.x64,
        op_count=function.op_count + 1,
        graph=_graph(function, transform, name, wrapping),
        wrt=wrapping.wrt,
        transform=(transform, *function.transform),
    )


def _text(
    spelling: Spelling, function: Function, name: str, wrapping: Wrapping, helpers: Helpers
) -> str:
    names = [param.name for param in wrapping.params]
    template = wrapping.jax if spelling == "jax" else wrapping.numpy
    call = fill(template, [Code(each) for each in names], {"r0": function.name})
    lines = [
        *statement(f"def {name}({', '.join(names)}):", 0),
        *statement(f"return {call}", 1),
    ]
    inner = function.source_code if spelling == "jax" else function.reference_source
    blocks = [_without_imports(inner), "\n".join(lines)]
    if spelling == "numpy":
        known = set(re.findall(r"^def (\w+)\(", inner, re.MULTILINE))
        missing = [each for each in helpers.order(list(wrapping.helpers)) if each not in known]
        blocks = [*(helpers.sources[each] for each in missing), *blocks]
    text = "\n\n\n".join(blocks)
    return with_imports(text, spelling)


def _without_imports(source: str) -> str:
    lines = source.rstrip("\n").split("\n")
    while lines and (not lines[0] or lines[0].startswith(("import ", "from "))):
        lines.pop(0)
    return "\n".join(lines)


def _graph(function: Function, transform: str, name: str, wrapping: Wrapping) -> Graph:
    variables = tuple(Var(param.aval, param.draw.interval) for param in wrapping.params)
    results = tuple(Var(aval, ANYTHING) for aval in wrapping.outputs)
    differentiable = bool(wrapping.wrt)
    op = fixed_op(
        transform,
        "transforms",
        jax=wrapping.jax,
        numpy=wrapping.numpy,
        smooth="smooth" if differentiable else "none",
        control=wrapping.control,
        helpers=wrapping.helpers,
    )
    eqn = Eqn(op, variables, results, {**wrapping.attributes, "unpack": "{*}"}, (function.graph,))
    return Graph(variables, (eqn,), results, name, returns=returns(wrapping.structure))
