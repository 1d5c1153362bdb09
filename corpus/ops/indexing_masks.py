"""Reading and writing by condition: what masks select, in a fixed number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxsmith.vocabulary import dtypes
from jaxsmith.vocabulary.accuracy import EQUAL, MOVE
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.interval import Interval
from jaxsmith.vocabulary.moves import move
from jaxsmith.vocabulary.op import Proposal
from jaxsmith.vocabulary.signatures.index import or_fill
from jaxsmith.vocabulary.signatures.shape import any_axis, axis_text, number, with_dim

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxsmith.vocabulary.aval import Shape
    from jaxsmith.vocabulary.op import Attributes, Op, Scope, Signature
    from jaxsmith.vocabulary.value import Var

MASKS = ("mask", "keep", "valid")


def _mask(scope: Scope, shape: Shape) -> Var | None:
    return scope.value("b", shape=shape, hints=MASKS)


def _masked(scope: Scope, _op: Op) -> Proposal | None:
    """Everything, whole rows, or columns that broadcast."""
    x = scope.value("fffi", ranks=(1, 4))
    if x is None:
        return None
    roll, shape = scope.rng.unit(), x.aval.shape
    rows = len(shape) == 2 and roll < 0.3
    own = shape[:1] if rows else shape[-1:] if roll < 0.5 else shape
    mask = _mask(scope, own)
    if mask is None:
        return None
    return Proposal((x, mask), (x.aval,), {"turn": "[:, None]" if rows else ""})


def _with_zero(
    intervals: Sequence[Interval], _avals: Sequence[Aval], _attributes: Attributes
) -> Interval:
    return intervals[0].union(Interval(0.0, 0.0))


def _place(scope: Scope, _op: Op) -> Proposal | None:
    x = scope.value("fffi", ranks=(1, 3))
    mask = None if x is None else _mask(scope, x.aval.shape)
    if x is None or mask is None:
        return None
    return Proposal((x, mask, number(scope, x)), (x.aval,), {})


def _room(scope: Scope, most: int) -> int:
    """How many results there is room for: rarely just as many as there are."""
    return scope.rng.integer(1, min(most, 12))


def _where_true(ranks: tuple[int, int], *, outputs: str) -> Signature:
    """Positions of what is true, in a fixed number, filled up."""

    def propose(scope: Scope, _op: Op) -> Proposal | None:
        mask = scope.value("b", ranks=ranks, hints=MASKS)
        if mask is None:
            return None
        size, dtype = _room(scope, mask.aval.size + 1), dtypes.default_int(x64=scope.x64)
        fill = scope.rng.choice((0, 0, -1))
        rank = mask.aval.rank
        attributes = {"size": size, "fill": fill, "tail": f", fill_value={fill}" if fill else ""}
        most = mask.aval.size if outputs == "flat" else max(mask.aval.shape)
        reach = Interval(min(0, fill), max(0, most - 1))
        count = rank if outputs == "each" else 1
        shape = (size, rank) if outputs == "rows" else (size,)
        names = (("rows", "where_true"), ("cols", "columns"))[:count] if count > 1 else ()
        return Proposal(
            (mask,), (Aval(shape, dtype),) * count, attributes, names=names,
            intervals=(reach,) * count,
        )  # fmt: skip

    return propose


def _gather_true(scope: Scope, _op: Op) -> Proposal | None:
    """The rows where a mask is true, as many as there is room for."""
    x = scope.value("fffi", ranks=(1, 3))
    mask = None if x is None else _mask(scope, x.aval.shape[:1])
    if x is None or mask is None:
        return None
    length, *rest = x.aval.shape
    size = _room(scope, length)
    fill = scope.rng.choice((0, length - 1))
    attributes = {"size": size, "fill": fill}
    return Proposal((x, mask), (Aval((size, *rest), x.aval.dtype),), attributes)


def _compress(scope: Scope, _op: Op) -> Proposal | None:
    """Along an axis, or from all elements in a row where the mask is as large as ``x``."""
    x = scope.value("fffi", ranks=(1, 2))
    if x is None:
        return None
    axis = any_axis(scope.rng, x.aval.shape)
    mask = _mask(scope, (x.aval.shape[axis],))
    if mask is None:
        return None
    size = _room(scope, x.aval.shape[axis])
    attributes = {
        "size": size,
        "axis": f", axis={axis_text(scope.rng, axis, x.aval.rank)}" if x.aval.rank > 1 else "",
        "plain": axis,
    }
    shape = with_dim(x.aval.shape, axis, size)
    return Proposal((x, mask, number(scope, x)), (Aval(shape, x.aval.dtype),), attributes)


def _extract(scope: Scope, _op: Op) -> Proposal | None:
    x = scope.value("fffi", ranks=(1, 2))
    mask = None if x is None else _mask(scope, x.aval.shape)
    if x is None or mask is None:
        return None
    size = _room(scope, x.aval.size)
    output = Aval((size,), x.aval.dtype)
    return Proposal((x, mask, number(scope, x)), (output,), {"size": size})


OPS = [
    move("masked", "{0:mul} * {1:atom}{turn}", _masked, family="indexing", span=_with_zero,
         accuracy=MOVE, level="mul", names=("masked", "kept", "visible"), verb="mask",
         weight=1.5),
    move("place", "jnp.place({0}, {1}, {2}, inplace=False)", _place, family="indexing",
         numpy="np.where({1}, {2}, {0})", span=or_fill, names=("filled", "imputed")),
    move("nonzero", "jnp.nonzero({0}, size={size}{tail})[0]", _where_true((1, 1), outputs="flat"),
         family="indexing", numpy="first_of(np.nonzero({0})[0], {size}, {fill})",
         accuracy=EQUAL, smooth="none", helpers=("first_of",), names=("where_true", "hits")),
    move("nonzero_pairs", "jnp.nonzero({0}, size={size}{tail})",
         _where_true((2, 2), outputs="each"), family="indexing",
         numpy="tuple(first_of(i, {size}, {fill}) for i in np.nonzero({0}))", accuracy=EQUAL,
         smooth="none", helpers=("first_of",), verb="nonzero"),
    move("flatnonzero", "jnp.flatnonzero({0}, size={size}{tail})",
         _where_true((1, 3), outputs="flat"), family="indexing",
         numpy="first_of(np.flatnonzero({0}), {size}, {fill})", accuracy=EQUAL, smooth="none",
         helpers=("first_of",), names=("where_true", "hits"), verb="nonzero"),
    move("argwhere", "jnp.argwhere({0}, size={size}{tail})", _where_true((1, 3), outputs="rows"),
         family="indexing",
         numpy="np.stack([first_of(i, {size}, {fill}) for i in np.nonzero({0})], axis=-1)",
         accuracy=EQUAL, smooth="none", helpers=("first_of",), names=("coordinates", "hits")),
    move("gather_true", "{0:atom}[jnp.flatnonzero({1}, size={size}, fill_value={fill})]",
         _gather_true, family="indexing",
         numpy="{0:atom}[first_of(np.flatnonzero({1}), {size}, {fill})]", helpers=("first_of",),
         names=("selected", "survivors"), verb="filter"),
    move("compress", "jnp.compress({1}, {0}{axis}, size={size}, fill_value={2})", _compress,
         family="indexing", numpy="compressed({1}, {0}, {plain}, {size}, {2})",
         span=or_fill, helpers=("compressed",), names=("compressed", "kept")),
    move("extract", "jnp.extract({1}, {0}, size={size}, fill_value={2})", _extract,
         family="indexing", numpy="first_of(np.extract({1}, {0}), {size}, {2})",
         span=or_fill, helpers=("first_of",), names=("extracted", "kept")),
]  # fmt: skip
