"""Reading by position: static indices, scalars and arrays of positions, several at once.

A gather with ``x[i]`` counts negative positions from the end, once, and moves what is still outside
to the nearest end; the helper ``clamped`` says so in NumPy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.moves import move, spelled
from jaxsmith.vocabulary.op import Proposal
from jaxsmith.vocabulary.signatures.index import (
    POSITION,
    POSITIONS,
    bracket,
    or_fill,
    positions,
    positions_shape,
    static_index,
)
from jaxsmith.vocabulary.signatures.shape import ANY, any_axis, changed, number, without

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxsmith.vocabulary.aval import Shape
    from jaxsmith.vocabulary.interval import Interval
    from jaxsmith.vocabulary.op import Attributes, Op, Scope, Signature
    from jaxsmith.vocabulary.signatures.index import Reach
    from jaxsmith.vocabulary.signatures.shape import Change
    from jaxsmith.vocabulary.stream import Stream

ROWS = ("rows", "row_ids", "sources")
COLUMNS = ("cols", "column_ids", "targets")


def _static(rng: Stream, shape: Shape) -> Change | None:
    index = static_index(rng, shape, integers=0.45, newaxis=0.08)
    return None if index is None else (index.shape, {"index": index.text})


def _along_axis(reach: Reach, *, scalar: bool) -> Signature:
    """One position, or an array of them, along one axis."""

    def propose(scope: Scope, _op: Op) -> Proposal | None:
        x = scope.value(ANY, ranks=(1, 4))
        if x is None:
            return None
        shape = x.aval.shape
        axis = any_axis(scope.rng, shape)
        own = () if scalar else positions_shape(scope.rng)
        i = positions(scope, own, shape[axis], reach, POSITION if scalar else POSITIONS, (x,))
        if i is None:
            return None
        index = bracket(scope.rng, axis, len(shape))
        position = f"clamped({{1}}, {shape[axis]})" if reach == "beyond" else "{1}"
        numpy = index.replace("{1}", position)
        forms = spelled(f"{{0:atom}}[{index}]", f"{{0:atom}}[{numpy}]")
        target = (*shape[:axis], *own, *shape[axis + 1 :])
        return Proposal((x, i), (Aval(target, x.aval.dtype),), forms)

    return propose


def _pairs(reach: Reach, *, scalar: bool = False) -> Signature:
    """Positions along the first two axes, element by element."""

    def propose(scope: Scope, _op: Op) -> Proposal | None:
        x = scope.value(ANY, ranks=(2, 4))
        if x is None:
            return None
        rows, columns, *rest = x.aval.shape
        own = () if scalar else (scope.rng.integer(2, 6),)
        i = positions(scope, own, rows, reach, ("i", "row") if scalar else ROWS, (x,))
        if i is None:
            return None
        j = positions(scope, own, columns, reach, ("j", "col") if scalar else COLUMNS, (x, i))
        if j is None:
            return None
        attributes = {"rows": rows, "columns": columns}
        return Proposal((x, i, j), (Aval((*own, *rest), x.aval.dtype),), attributes)

    return propose


def _outer(scope: Scope, _op: Op) -> Proposal | None:
    """Every pair of a row and a column, by broadcasting or with ``ix_``."""
    x = scope.value(ANY, ranks=(2, 3))
    if x is None:
        return None
    rows, columns, *rest = x.aval.shape
    counts = scope.rng.integer(2, 4), scope.rng.integer(2, 4)
    i = positions(scope, (counts[0],), rows, "inside", ROWS, (x,))
    j = None if i is None else positions(scope, (counts[1],), columns, "inside", COLUMNS, (x, i))
    if i is None or j is None:
        return None
    forms = ("{0:atom}[{1:atom}[:, None], {2}]", "{0:atom}[jnp.ix_({1}, {2})]")
    output = Aval((*counts, *rest), x.aval.dtype)
    return Proposal((x, i, j), (output,), spelled(scope.rng.choice(forms)))


def _around(scope: Scope, _op: Op) -> Proposal | None:
    """Positions on either side of a slice: their axis comes first in the result."""
    x = scope.value(ANY, ranks=(3, 4))
    if x is None:
        return None
    first, middle, last, *rest = x.aval.shape
    count = scope.rng.integer(2, 5)
    j = positions(scope, (count,), last, "inside", COLUMNS, (x,))
    if j is None:
        return None
    output = Aval((count, middle, *rest), x.aval.dtype)
    if scope.rng.chance(0.5):
        fixed = scope.rng.integer(-first, first - 1)
        return Proposal((x, j), (output,), spelled(f"{{0:atom}}[{fixed}, :, {{1}}]"))
    i = positions(scope, (count,), first, "inside", ROWS, (x, j))
    if i is None:
        return None
    return Proposal((x, i, j), (output,), spelled("{0:atom}[{1}, :, {2}]"))


def _constant(rng: Stream, shape: Shape) -> Change:
    axis = any_axis(rng, shape)
    dim, count = shape[axis], rng.integer(2, 4)
    chosen = [rng.integer(-dim if rng.chance(0.2) else 0, dim - 1) for _ in range(count)]
    index = bracket(rng, axis, len(shape)).replace("{1}", f"jnp.array({chosen})")
    return (*shape[:axis], count, *shape[axis + 1 :]), spelled(f"{{0:atom}}[{index}]")


def _lookup(scope: Scope, _op: Op) -> Proposal | None:
    """Rows of a table for integers of any size: what is outside reads the nearest row."""
    ids = scope.value("i", ranks=(0, 2), hints=("tokens", "ids"))
    if ids is None:
        return None
    table = scope.value("ffi", ranks=(1, 2), hints=("table", "embedding"), avoid=(ids,))
    if table is None:
        return None
    size, *rest = table.aval.shape
    output = Aval((*ids.aval.shape, *rest), table.aval.dtype)
    return Proposal((ids, table), (output,), {"size": size})


def _second(
    intervals: Sequence[Interval], _avals: Sequence[Aval], _attributes: Attributes
) -> Interval:
    return intervals[1]


def _get(reach: Reach, *modes: str) -> Signature:
    """The ``at`` property with a mode: rows of ``x``, or a number for those that aren't there."""

    def propose(scope: Scope, _op: Op) -> Proposal | None:
        x = scope.value("fffi", ranks=(1, 3))
        if x is None:
            return None
        size, *rest = x.aval.shape
        own = () if scope.rng.chance(0.25) else positions_shape(scope.rng)
        i = positions(scope, own, size, reach, POSITIONS if own else POSITION, (x,))
        if i is None:
            return None
        attributes: dict[str, object] = {"size": size, "mode": scope.rng.choice(modes)}
        output = Aval((*own, *rest), x.aval.dtype)
        operands = (x, i, number(scope, x)) if "fill" in modes else (x, i)
        return Proposal(operands, (output,), attributes)

    return propose


def _pick(scope: Scope, _op: Op) -> Proposal | None:
    """Along one axis the same static position everywhere, in the words of ``lax``."""
    x = scope.value(ANY, ranks=(1, 4))
    if x is None:
        return None
    shape = x.aval.shape
    axis = any_axis(scope.rng, shape)
    position = scope.rng.integer(-shape[axis], shape[axis] - 1)
    tail = f", axis={axis}" if axis else ""
    attributes = {"position": position, "axis": tail, "numpy_axis": axis}
    return Proposal((x,), (Aval(without(shape, axis), x.aval.dtype),), attributes)


def _indices_of(scope: Scope, _op: Op) -> Proposal | None:
    """The elements of a triangle or a diagonal, in a row."""
    x = scope.value(ANY, ranks=(2, 3), where=lambda aval: aval.shape[0] == aval.shape[1],
                    fresh=lambda: (scope.shape((1, 1))[0],) * 2)  # fmt: skip
    if x is None:
        return None
    dim, _, *rest = x.aval.shape
    name = scope.rng.choice(("tril_indices", "triu_indices", "diag_indices"))
    offset = scope.rng.choice((0, 0, 1)) if name == "triu_indices" and dim > 1 else 0
    tail = f", k={offset}" if offset else ""
    count = dim if name == "diag_indices" else (dim - offset) * (dim - offset + 1) // 2
    attributes = {"name": name, "dim": dim, "tail": tail}
    return Proposal((x,), (Aval((count, *rest), x.aval.dtype),), attributes)


_CLAMPED_PAIR = "{0:atom}[clamped({1}, {rows}), clamped({2}, {columns})]"

OPS = [
    move("index", "{0:atom}[{index}]", changed(_static, ranks=(1, 6)), family="indexing",
         names=("part", "selected", "entry"), weight=2.5),
    move("index_one", "{0:atom}[{1}]", _along_axis("inside", scalar=True), family="indexing",
         names=("entry", "chosen", "element"), verb="pick"),
    # Out of bounds, x[i] takes the nearest element, but its derivative is dropped: JAX documents
    # both, and a difference quotient knows only the first. So these are not differentiated.
    move("index_one_clamped", "{0:atom}[{1}]", _along_axis("beyond", scalar=True),
         family="indexing", helpers=("clamped",), names=("entry", "nearest"), verb="pick",
         weight=0.7,
         smooth="none"),
    move("index_pair", "{0:atom}[{1}, {2}]", _pairs("inside", scalar=True), family="indexing",
         names=("cell", "entry"), verb="pick"),
    move("gather", "{0:atom}[{1}]", _along_axis("inside", scalar=False), family="indexing",
         names=("gathered", "selected", "chosen"), weight=2.0),
    move("gather_clamped", "{0:atom}[{1}]", _along_axis("beyond", scalar=False),
         family="indexing", helpers=("clamped",), names=("gathered", "nearest"), verb="gather",
         smooth="none"),
    move("gather_pairs", "{0:atom}[{1}, {2}]", _pairs("inside"), family="indexing",
         names=("cells", "entries"), verb="gather"),
    move("gather_pairs_clamped", "{0:atom}[{1}, {2}]", _pairs("beyond"), family="indexing",
         numpy=_CLAMPED_PAIR, helpers=("clamped",), names=("cells", "entries"), verb="gather",
         weight=0.7,
         smooth="none"),
    move("gather_outer", "{0:atom}[jnp.ix_({1}, {2})]", _outer, family="indexing",
         names=("submatrix", "grid_values"), verb="gather_grid"),
    move("gather_around", "{0:atom}[{1}, :, {2}]", _around, family="indexing",
         names=("slabs", "gathered"), verb="gather", weight=0.7),
    move("gather_constant", "{0:atom}[{1}]", changed(_constant, ranks=(1, 3)), family="indexing",
         names=("selected", "reordered"), verb="select"),
    move("lookup", "{1:atom}[{0}]", _lookup, family="indexing",
         numpy="{1:atom}[clamped({0}, {size})]", span=_second, helpers=("clamped",),
         names=("embedded", "looked_up", "vectors"),
         smooth="none"),
    move("get_clip", '{0:atom}.at[{1}].get(mode="clip")', _get("beyond", "clip"),
         family="indexing", numpy="{0:atom}[clamped({1}, {size})]", helpers=("clamped",),
         names=("gathered", "nearest"), verb="get"),
    move("get_in_bounds", '{0:atom}.at[{1}].get(mode="promise_in_bounds")',
         _get("inside", "promise_in_bounds"), family="indexing", numpy="{0:atom}[{1}]",
         names=("gathered", "selected"), verb="get"),
    move("get_fill", '{0:atom}.at[{1}].get(mode="{mode}", fill_value={2})',
         _get("beyond", "fill", "drop"), family="indexing",
         numpy="taken_or({0}, {1}, 0, {2})", span=or_fill,
         helpers=("taken_or",), names=("gathered", "found"), verb="get"),
    move("get_forward",
         '{0:atom}.at[{1}].get(mode="fill", fill_value={2}, wrap_negative_indices=False)',
         _get("beyond", "fill"), family="indexing",
         numpy="taken_or({0}, np.where({1} < 0, {size}, {1}), 0, {2})",
         span=or_fill, helpers=("taken_or",),
         names=("gathered", "found"), verb="get", weight=0.5),
    move("lax_index", "lax.index_in_dim({0}, {position}{axis}, keepdims=False)", _pick,
         family="indexing", numpy="np.take({0}, {position}, axis={numpy_axis})",
         names=("entry", "level"), verb="pick", weight=0.6),
    move("triangle_elements", "{0:atom}[jnp.{name}({dim}{tail})]", _indices_of,
         family="indexing", names=("elements", "packed"), verb="pack"),
]  # fmt: skip
