"""Reading by position with functions: take and its modes, along an axis, by choice, to and fro.

``jnp.take`` has modes of its own: by default what is outside reads NaN, ``clip`` does not count
negative positions from the end (as in NumPy), ``wrap`` goes round.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxsmith.vocabulary import dtypes, spans
from jaxsmith.vocabulary.accuracy import EQUAL
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.draw import Draw
from jaxsmith.vocabulary.interval import Interval
from jaxsmith.vocabulary.moves import move, spelled
from jaxsmith.vocabulary.op import Proposal
from jaxsmith.vocabulary.signatures.index import (
    POSITION,
    POSITIONS,
    or_fill,
    positions,
    positions_shape,
)
from jaxsmith.vocabulary.signatures.shape import (
    ANY,
    any_axis,
    axis_tail,
    axis_text,
    number,
    partner,
    small,
    with_dim,
)
from jaxsmith.vocabulary.signatures.variants import wide_integers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxsmith.vocabulary.op import Attributes, Op, Scope, Signature
    from jaxsmith.vocabulary.signatures.index import Reach


def _take(reach: Reach, kinds: str = ANY, *, fill: bool = False) -> Signature:
    """Along an axis, or from all elements in a row."""

    def propose(scope: Scope, _op: Op) -> Proposal | None:
        x = scope.value(kinds, ranks=(1, 3))
        if x is None:
            return None
        rng, shape = scope.rng, x.aval.shape
        flat = rng.chance(0.2)
        axis = any_axis(rng, shape)
        size = x.aval.size if flat else shape[axis]
        own = () if rng.chance(0.15) else positions_shape(rng)
        i = positions(scope, own, size, reach, POSITIONS if own else POSITION, (x,))
        if i is None:
            return None
        target = own if flat else (*shape[:axis], *own, *shape[axis + 1 :])
        attributes: dict[str, object] = {
            "axis": "" if flat else f", axis={axis_text(rng, axis, len(shape))}",
            "source": "np.ravel({0})" if flat else "{0}",
            "plain": 0 if flat else axis,
        }
        operands = (x, i, number(scope, x)) if fill else (x, i)
        return Proposal(operands, (Aval(target, x.aval.dtype),), attributes)

    return propose


def _take_fill(scope: Scope, op: Op) -> Proposal | None:
    proposal = _take("beyond", "f" if op.name == "take_default" else "fffi", fill=True)(scope, op)
    if proposal is None:
        return None
    source, axis = proposal.attributes["source"], proposal.attributes["plain"]
    numpy = f"taken_or({source}, {{1}}, {axis}, {{2}})"
    return Proposal(
        proposal.operands, proposal.outputs, {**proposal.attributes, "numpy_template": numpy}
    )


def _along(reach: Reach, *, fill: bool = False) -> Signature:
    """Positions for each lane along an axis: as many as the caller likes."""

    def propose(scope: Scope, _op: Op) -> Proposal | None:
        x = scope.value("fffi" if fill else ANY, ranks=(1, 3))
        if x is None:
            return None
        shape = x.aval.shape
        axis = any_axis(scope.rng, shape)
        own = with_dim(shape, axis, scope.rng.integer(1, min(4, shape[axis] + 1)))
        i = positions(scope, own, shape[axis], reach, POSITIONS, (x,))
        if i is None:
            return None
        attributes = {"axis": axis_text(scope.rng, axis, len(shape)), "size": shape[axis]}
        operands = (x, i, number(scope, x)) if fill else (x, i)
        return Proposal(operands, (Aval(own, x.aval.dtype),), attributes)

    return propose


def _choose(scope: Scope, _op: Op) -> Proposal | None:
    first = scope.value("ffi", ranks=(0, 3))
    if first is None:
        return None
    second = partner(scope, first, first.aval.shape, (first,))
    if second is None:
        return None
    which = positions(scope, first.aval.shape, 2, "beyond", ("choice", "selector"), (first, second))
    if which is None:
        return None
    mode = scope.rng.choice(("clip", "wrap"))
    return Proposal((first, second, which), (first.aval,), {"mode": mode})


def _first_two(
    intervals: Sequence[Interval], _avals: Sequence[Aval], _attributes: Attributes
) -> Interval:
    return intervals[0].union(intervals[1])


def _dims(scope: Scope) -> tuple[int, ...]:
    return tuple(1 + small(scope.rng) for _ in range(scope.rng.integer(2, 3)))


def _unravel(scope: Scope, _op: Op) -> Proposal | None:
    dims = _dims(scope)
    size = 1
    for dim in dims:
        size *= dim
    flat = scope.value("i", ranks=(0, 2), hints=("flat", "positions"))
    if flat is None:
        return None
    names = (("rows", "i"), ("cols", "j"), ("layers", "k"))[: len(dims)]
    ranges = tuple(Interval(0, dim - 1) for dim in dims)
    attributes = {"dims": dims, "size": size}
    return Proposal((flat,), (flat.aval,) * len(dims), attributes, names=names, intervals=ranges)


def _ravel(scope: Scope, _op: Op) -> Proposal | None:
    i = scope.value("i", ranks=(0, 2), hints=("rows", "i"))
    if i is None:
        return None
    j = partner(scope, i, i.aval.shape, (i,))
    if j is None:
        return None
    dims = (1 + small(scope.rng), 1 + small(scope.rng))
    attributes = {"dims": dims, "mode": scope.rng.choice(("clip", "wrap")), "most": dims}
    return Proposal((i, j), (i.aval,), attributes, intervals=(Interval(0, dims[0] * dims[1] - 1),))


def _one_hot(scope: Scope, _op: Op) -> Proposal | None:
    """A row that is all zeros for a label out of range."""
    labels = scope.value("i", ranks=(0, 2), hints=("labels", "classes"))
    if labels is None:
        return None
    count = scope.rng.integer(2, 8)
    axis = scope.rng.choice((-1, -1, 0)) if labels.aval.rank else -1
    shape = (count, *labels.aval.shape) if axis == 0 else (*labels.aval.shape, count)
    default = "float64" if scope.x64 else "float32"
    dtype = scope.rng.weighted((default, scope.dtype("f"), scope.dtype("i")), (5, 1, 1))
    tail = "" if dtype == default else f", dtype=jnp.{dtype}"
    numpy = "{0:atom}[..., None] == np.arange({count})"
    if axis == 0:
        numpy = "{0} == np.arange({count}).reshape({column})"
    cast = "np.float64" if dtypes.kind(dtype) == "f" else f"np.{dtype}"
    attributes = {
        "count": count,
        "tail": tail + (", axis=0" if axis == 0 else ""),
        "column": ", ".join(["-1", *["1"] * labels.aval.rank]),
        "numpy_template": f"({numpy}).astype({cast})",
    }
    return Proposal((labels,), (Aval(shape, dtype),), attributes)


def _shuffle(scope: Scope, _op: Op) -> Proposal | None:
    """A permutation and its inverse: every position once."""
    x = scope.value(ANY, ranks=(1, 3))
    if x is None:
        return None
    axis = any_axis(scope.rng, x.aval.shape)
    size = x.aval.shape[axis]
    order = scope.parameter(
        Aval((size,), scope.dtype("p")), Draw("distinct", 0, size - 1), ("order", "permutation")
    )
    if order is None:
        return None
    forms = ["jnp.take({0}, {1}{axis})"]
    if axis == 0:
        forms += ["{0:atom}[{1}]", "{0:atom}[jnp.argsort({1})]"]
    tail = axis_tail(scope.rng, axis, x.aval.rank) or ", axis=0"
    return Proposal((x, order), (x.aval,), {**spelled(scope.rng.choice(forms)), "axis": tail})


OPS = [
    move("take", "jnp.take({0}, {1}{axis})", _take("inside"), family="indexing",
         names=("taken", "selected"), weight=1.5),
    move("take_clip", 'jnp.take({0}, {1}{axis}, mode="clip")', _take("beyond"),
         family="indexing", names=("taken", "nearest"), verb="take"),
    move("take_wrap", 'jnp.take({0}, {1}{axis}, mode="wrap")', _take("beyond"),
         family="indexing", names=("taken", "cyclic"), verb="take"),
    move("take_fill", 'jnp.take({0}, {1}{axis}, mode="fill", fill_value={2})', _take_fill,
         family="indexing", numpy="", span=or_fill, helpers=("taken_or",),
         names=("taken", "found"), verb="take"),
    # Out of bounds the default is NaN.
    move("take_default", "jnp.nan_to_num(jnp.take({0}, {1}{axis}), nan={2})", _take_fill,
         family="indexing", numpy="", span=or_fill, helpers=("taken_or",),
         names=("taken", "found"), verb="take", weight=0.7),
    move("take_along_axis", "jnp.take_along_axis({0}, {1}, axis={axis})", _along("inside"),
         family="indexing", names=("taken", "aligned"), verb="take_along"),
    move("take_along_clip", 'jnp.take_along_axis({0}, {1}, axis={axis}, mode="clip")',
         _along("beyond"), family="indexing",
         numpy="np.take_along_axis({0}, clamped({1}, {size}), axis={axis})",
         helpers=("clamped",), names=("taken", "aligned"), verb="take_along", weight=0.7),
    move("take_along_fill",
         'jnp.take_along_axis({0}, {1}, axis={axis}, mode="fill", fill_value={2})',
         _along("beyond", fill=True), family="indexing",
         numpy="taken_along_or({0}, {1}, {axis}, {2})", span=or_fill,
         helpers=("taken_along_or",), names=("taken", "aligned"), verb="take_along", weight=0.7),
    move("choose_from", 'jnp.choose({2}, [{0}, {1}], mode="{mode}")',
         wide_integers(_choose), family="indexing",
         span=_first_two, names=("chosen", "selected"), verb="choose"),
    move("permute", "jnp.take({0}, {1}{axis})", _shuffle, family="indexing",
         names=("shuffled", "permuted")),
    move("unravel", "jnp.unravel_index({0}, {dims})", _unravel, family="indexing",
         numpy="np.unravel_index(clamped({0}, {size}), {dims})", accuracy=EQUAL, smooth="none",
         helpers=("clamped",), verb="unravel_positions"),
    move("ravel_positions", 'jnp.ravel_multi_index(({0}, {1}), {dims}, mode="{mode}")', _ravel,
         family="indexing", accuracy=EQUAL, smooth="none", names=("flat", "offsets")),
    move("one_hot", "jax.nn.one_hot({0}, {count}{tail})", _one_hot, family="indexing", numpy="",
         span=spans.boolean, accuracy=EQUAL, smooth="none", names=("one_hot", "encoded")),
]  # fmt: skip
