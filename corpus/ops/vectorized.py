"""jax.vmap: a function of slices, over every choice of input and output axes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxsmith.program.builder import Builder
from jaxsmith.program.grow import loose_ends
from jaxsmith.program.live import eqn_reads
from jaxsmith.program.region import DEEPEST, drop, inner, open_region, produce, sliced, used
from jaxsmith.vocabulary import spans
from jaxsmith.vocabulary.accuracy import EQUAL
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.op import Op, Proposal

if TYPE_CHECKING:
    from jaxsmith.vocabulary.op import Scope
    from jaxsmith.vocabulary.stream import Stream
    from jaxsmith.vocabulary.value import Var

SLICE_NAMES = (("row", "x", "example", "item"), ("other", "y", "w"), ("scale", "z", "c"))


def _vmap(scope: Scope, _op: Op) -> Proposal | None:
    assert isinstance(scope, Builder)
    if scope.depth >= DEEPEST:
        return None
    first = scope.value("ffi", ranks=(1, 4), where=lambda a: min(a.shape) > 0)
    if first is None:
        return None
    axis = scope.rng.integer(0, first.aval.rank - 1)
    length = first.aval.shape[axis]
    operands: list[Var] = [first]
    axes: list[int | None] = [axis]
    axes += _more_operands(scope, operands, length)
    params = [
        inner(var, hints=SLICE_NAMES[i]) if at is None else sliced(var, at, SLICE_NAMES[i])
        for i, (var, at) in enumerate(zip(operands, axes, strict=True))
    ]
    size = scope.rng.weighted((1, 2, 3, 5, 8), (3, 5, 4, 3, 1))
    child = open_region(scope, "per_example", params, size)
    results = _results(child, params)
    if not results:
        return None
    return _proposal(scope, child, operands, axes, results, length)


def _more_operands(scope: Builder, operands: list[Var], length: int) -> list[int | None]:
    """Up to two more operands, each mapped along some axis of this length or not at all."""
    axes: list[int | None] = []
    for _ in range(scope.rng.weighted((0, 1, 2), (4, 5, 1))):
        var = scope.value(
            "ffi",
            ranks=(0, 3),
            avoid=operands,
            fresh=lambda: (length, *scope.shape((0, 1))),
        )
        if var is None or var in operands:
            continue
        fitting = [i for i, dim in enumerate(var.aval.shape) if dim == length]
        axes.append(scope.rng.choice(fitting) if fitting and scope.rng.chance(0.75) else None)
        operands.append(var)
    return axes


def _results(child: Builder, params: list[Var]) -> list[Var]:
    """What the function returns: values that really depend on a slice."""
    ends = [var for var in loose_ends(child) if _depends(child, var, set(params))]
    if not ends:
        made = produce(child, params[0])
        ends = [made] if made is not None and _depends(child, made, set(params)) else []
    if len(ends) > 1:
        wanted = child.rng.weighted((1, 2), (4, 1))
        if wanted == 1:
            joined = produce(child, ends[-1])
            ends = [joined] if joined is not None else ends[-1:]
        ends = ends[-wanted:]
    return ends


def _depends(child: Builder, var: Var, roots: set[Var]) -> bool:
    """Whether a value is computed, through any chain of equations, from one of the roots."""
    reached = set(roots)
    for eqn in child.eqns:
        if any(read in reached for read in eqn_reads(eqn)):
            reached.update(eqn.outputs)
    return var in reached


def _pick_out_axis(rng: Stream, rank: int) -> int:
    return rng.integer(0, rank) if rng.chance(0.5) else 0


def _proposal(
    scope: Builder,
    child: Builder,
    operands: list[Var],
    axes: list[int | None],
    results: list[Var],
    length: int,
) -> Proposal | None:
    out_axes = tuple(_pick_out_axis(scope.rng, var.aval.rank) for var in results)
    graph = child.graph(results, name=scope.rng.choice(("per_example", "per_row", "one", "single")))
    outputs = tuple(
        Aval((*v.aval.shape[:at], length, *v.aval.shape[at:]), v.aval.dtype)
        for v, at in zip(results, out_axes, strict=True)
    )
    keep = used(graph)
    graph = drop(graph, keep)
    operands = [var for var, kept in zip(operands, keep, strict=True) if kept]
    axes = [at for at, kept in zip(axes, keep, strict=True) if kept]
    if all(at is None for at in axes):
        return None
    arguments = ", ".join(f"{{{i}}}" for i in range(len(operands)))
    keywords = _keywords(tuple(axes), out_axes)
    in_text = str(tuple(axes))
    return Proposal(
        tuple(operands),
        outputs,
        {
            "jax_template": f"jax.vmap({{r0}}{keywords})({arguments})",
            "numpy_template": f"vectorize({{r0}}, {in_text}, {out_axes}, {arguments})",
            "axes_in": tuple(axes),
            "axes_out": out_axes,
            "length": length,
        },
        (graph,),
        intervals=tuple(var.interval for var in results),
    )


def _keywords(in_axes: tuple[int | None, ...], out_axes: tuple[int, ...]) -> str:
    text = ""
    if any(axis != 0 for axis in in_axes):
        same = len(set(in_axes)) == 1
        text += f", in_axes={in_axes[0] if same else in_axes}"
    if any(out_axes):
        same = len(set(out_axes)) == 1
        text += f", out_axes={out_axes[0] if same else out_axes}"
    return text


OPS = [
    Op("vmap", "vectorization", "", "", _vmap, spans.keep, EQUAL, smooth="smooth",
       names=("mapped", "batched", "per_row", "rows"), helpers=("vectorize",), control="vmap"),
]  # fmt: skip
