"""From a finished graph to a written function: names, two texts, types and tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxsmith.program.emit import SPELLINGS, Printer, with_imports
from jaxsmith.program.function import Function, Param
from jaxsmith.program.graph import Eqn, Graph
from jaxsmith.program.naming import Namer, function_name
from jaxsmith.program.tags import op_count, slope_tags, tags
from jaxsmith.vocabulary.dtypes import is_half, is_inexact, kind
from jaxsmith.vocabulary.stream import Stream

if TYPE_CHECKING:
    from jaxsmith.program.builder import Entry
    from jaxsmith.program.emit import Spelling
    from jaxsmith.program.function import Case
    from jaxsmith.program.helpers import Helpers
    from jaxsmith.vocabulary.value import Var


def write(
    case: Case,
    graph: Graph,
    entries: list[Entry],
    helpers: Helpers,
    *,
    x64: bool,
    structure: object = None,
    extra_tags: frozenset[str] = frozenset(),
) -> Function:
    """The function that a graph says, as text.

    Args:
        case: which function of the corpus this is.
        graph: the finished graph; parameters that nothing reads are dropped.
        entries: how each parameter is drawn.
        helpers: helper functions that the reference may call.
        x64: whether the program needs JAX's x64 mode.
        structure: the result's tree with ``"*"`` for a leaf; by default a leaf or a tuple.
        extra_tags: tags that the graph does not show, such as the base's category.
    """
    rng = case_stream(case).child("text")
    name = graph.name or function_name(graph)
    defined = {*helpers.sources, *_definitions(graph)}
    if name in defined:  # the function would hide what it calls
        name = f"apply_{name}"
    used = graph.uses()
    kept = [entry for entry in entries if used[entry.var]]
    graph = _with_params(graph, kept)
    inlining = rng.choice((0.35, 0.6, 0.8))
    inlined = frozenset(var for eqn in graph.walk() for var in eqn.outputs if rng.chance(inlining))
    namer = Namer((name, *defined))
    source, statements = _text("jax", graph, name, namer, inlined, helpers)
    reference, _ = _text("numpy", graph, name, namer, inlined, helpers)
    outputs = tuple(atom.aval for atom in graph.results)
    wrt = _differentiable(graph, kept, namer)
    return Function(
        case=case,
        name=name,
        tags=tags(graph, statements) | slope_tags(wrt, outputs) | extra_tags,
        source_code=source,
        reference_source=reference,
        params=tuple(Param(namer.of(e.var), e.var.aval, e.draw) for e in kept),
        outputs=outputs,
        structure=structure or _default_structure(len(outputs)),
        x64=x64,
        op_count=op_count(graph),
        graph=graph,
        wrt=wrt,
    )


def _definitions(graph: Graph) -> set[str]:
    """The names of what the graph's operations bring along."""
    codes = {eqn.op.code for eqn in graph.walk() if eqn.op.code is not None}
    return {name for code in codes for s in SPELLINGS for name in code.definitions(s)}


def _differentiable(graph: Graph, entries: list[Entry], namer: Namer) -> tuple[str, ...]:
    """The parameters by which the function has derivatives, in reverse mode too."""
    if any(_breaks(eqn) for eqn in graph.walk()):
        return ()
    floats = [e for e in entries if kind(e.var.aval.dtype) == "f"]
    if any(is_half(e.var.aval.dtype) for e in floats):
        return ()  # in 8 or 11 bits a derivative has no bound that says anything
    # What moves one element of a symmetric matrix alone leaves the function's domain.
    free = [e for e in floats if e.draw.kind != "spd"]
    return tuple(namer.of(entry.var) for entry in free)


def _breaks(eqn: Eqn) -> bool:
    """Whether there is no derivative through this operation, and yet it makes floats of floats."""
    if eqn.attributes.get("dynamic"):
        return True  # a loop without a fixed end has none in reverse
    ends = (eqn.outputs, eqn.operands)
    through = all(any(is_inexact(atom.aval.dtype) for atom in atoms) for atoms in ends)
    return eqn.op.smooth == "none" and through


def case_stream(case: Case) -> Stream:
    """The stream of choices that a case stands for."""
    return Stream(f"{case.seed}/{case.category}/{case.index}")


def _with_params(graph: Graph, kept: list[Entry]) -> Graph:
    params = tuple(entry.var for entry in kept)
    return Graph(params, graph.eqns, graph.results, graph.name, (), graph.returns)


def _default_structure(count: int) -> object:
    return "*" if count == 1 else ("*",) * count


def _text(
    spelling: Spelling,
    graph: Graph,
    name: str,
    namer: Namer,
    inlined: frozenset[Var],
    helpers: Helpers,
) -> tuple[str, int]:
    printer = Printer(spelling, namer, inlined)
    lines = printer.function(graph, name)
    blocks = [*helpers.closure(list(printer.helpers)), *printer.code.values(), "\n".join(lines)]
    text = "\n\n\n".join(blocks)
    return with_imports(text, spelling), sum(
        1 for line in lines if line.startswith("    ") and line[4:5] != " "
    )
