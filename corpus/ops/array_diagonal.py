"""Diagonals and triangles, filled arrays, and what lies between two ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxsmith.vocabulary import spans
from jaxsmith.vocabulary.accuracy import stable
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.dtypes import kind
from jaxsmith.vocabulary.interval import Interval
from jaxsmith.vocabulary.moves import move, numpy_of, spelled
from jaxsmith.vocabulary.op import Proposal
from jaxsmith.vocabulary.signatures.shape import (
    ANY,
    any_axis,
    axis_tail,
    changed,
    dims_text,
    small,
    with_dim,
)

if TYPE_CHECKING:
    from jaxsmith.vocabulary.aval import Shape
    from jaxsmith.vocabulary.op import Op, Scope
    from jaxsmith.vocabulary.signatures.shape import Change
    from jaxsmith.vocabulary.stream import Stream


def _full(scope: Scope, _op: Op) -> Proposal | None:
    x = scope.value(ANY, ranks=(0, 1))
    if x is None:
        return None
    lead = tuple(small(scope.rng) for _ in range(scope.rng.integer(1, 2)))
    shape = (*lead, *x.aval.shape)
    return Proposal((x,), (Aval(shape, x.aval.dtype),), {"dims": dims_text(shape)})


def _zeros_after(rng: Stream, shape: Shape) -> Change:
    axis = any_axis(rng, shape)
    more = rng.integer(1, 3)
    dims = with_dim(shape, axis, more)
    attributes = {
        "zeros": str(dims[0]) if len(dims) == 1 else str(dims),
        "axis": axis_tail(rng, axis, len(shape)),
    }
    forms = ["jnp.concatenate([{0}, jnp.zeros({zeros}, dtype=jnp.{dtype})]{axis})"]
    forms += ["jnp.concatenate([jnp.zeros({zeros}, dtype=jnp.{dtype}), {0}]{axis})"]
    form = rng.choice(forms)
    target = with_dim(shape, axis, shape[axis] + more)
    numpy = numpy_of(form).replace(", dtype=np.{dtype}", "{kept}")
    return target, {**attributes, **spelled(form, numpy)}


def _with_zeros(scope: Scope, op: Op) -> Proposal | None:
    proposal = changed(_zeros_after, "ffi", ranks=(1, 3))(scope, op)
    if proposal is None:
        return None
    dtype = proposal.operands[0].aval.dtype
    # The reference computes floats in float64, whatever the function's own are.
    kept = "" if kind(dtype) == "f" else f", dtype=np.{dtype if dtype != 'bool' else 'bool_'}"
    attributes = {**proposal.attributes, "dtype": dtype, "kept": kept}
    return Proposal(proposal.operands, proposal.outputs, attributes)


def _between(scope: Scope, _op: Op) -> Proposal | None:
    start = scope.value("f", ranks=(0, 1), hints=("start", "low"))
    if start is None:
        return None
    stop = scope.value("f", shape=start.aval.shape, dtype=start.aval.dtype, avoid=(start,),
                       hints=("stop", "high"))  # fmt: skip
    if stop is None:
        return None
    count = scope.rng.integer(2, 9)
    shape = (count, *start.aval.shape)
    return Proposal((start, stop), (Aval(shape, start.aval.dtype),), {"count": count})


def _triangle(rng: Stream, shape: Shape) -> Change:
    reach = max(1, min(shape[-2:]) - 1)
    offset = rng.integer(-reach, reach) if rng.chance(0.6) else 0
    return shape, {"k": f", k={offset}" if offset else "", "name": rng.choice(("tril", "triu"))}


def _offset(rng: Stream, shape: Shape) -> tuple[int, int]:
    """A diagonal's offset and its length."""
    rows, columns = shape
    offset = rng.integer(1 - rows, columns - 1) if rng.chance(0.5) else 0
    return offset, min(rows + min(offset, 0), columns - max(offset, 0))


def _diag_of(rng: Stream, shape: Shape) -> Change:
    offset, length = _offset(rng, shape)
    return (length,), {"k": f", k={offset}" if offset else ""}


def _diag_from(rng: Stream, shape: Shape) -> Change:
    offset = rng.integer(-2, 2) if rng.chance(0.4) else 0
    dim = shape[0] + abs(offset)
    name = rng.weighted(("diag", "diagflat"), (4, 1))
    return (dim, dim), {"name": name, "k": f", k={offset}" if offset else ""}


def _diagonal(rng: Stream, shape: Shape) -> Change:
    first, second = rng.sample(range(len(shape)), 2) if rng.chance(0.6) else (0, 1)
    offset, length = _offset(rng, (shape[first], shape[second]))
    rest = tuple(dim for axis, dim in enumerate(shape) if axis not in (first, second))
    tail = f", offset={offset}" if offset else ""
    tail += f", axis1={first}, axis2={second}" if (first, second) != (0, 1) else ""
    return (*rest, length), {"tail": tail}


OPS = [
    move("full", "jnp.full(({dims}), {0})", _full, names=("filled", "constant")),
    move("append_zeros", "", _with_zeros, numpy="",
         span=spans.of(lambda x: x.union(Interval(0.0, 0.0))), names=("padded", "extended"),
         verb="append_zeros"),
    move("linspace_between", "jnp.linspace({0}, {1}, {count})", _between, span=spans.union,
         accuracy=stable(2.0), names=("path", "steps"), verb="interpolate"),
    move("triangle", "jnp.{name}({0}{k})", changed(_triangle, ranks=(2, 4)),
         span=spans.of(lambda x: x.union(Interval(0.0, 0.0))), names=("triangle", "masked"),
         weight=1.5),
    move("diag_of", "jnp.diag({0}{k})", changed(_diag_of, ranks=(2, 2)), names=("diagonal",),
         verb="diagonal"),
    move("diag_from", "jnp.{name}({0}{k})", changed(_diag_from, ranks=(1, 1)),
         span=spans.of(lambda x: x.union(Interval(0.0, 0.0))), names=("matrix", "diagonal_matrix"),
         verb="diag"),
    move("diagonal", "jnp.diagonal({0}{tail})", changed(_diagonal, ranks=(2, 4)),
         names=("diagonal", "main")),
]  # fmt: skip
