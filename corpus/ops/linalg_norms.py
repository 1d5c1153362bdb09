"""Norms of vectors and matrices of every order, and vectors brought to length one."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from jaxsmith.vocabulary import spans
from jaxsmith.vocabulary.accuracy import TERMS, stable
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.interval import Interval
from jaxsmith.vocabulary.op import Proposal
from jaxsmith.vocabulary.rows import alike, function
from jaxsmith.vocabulary.signatures import reduce
from jaxsmith.vocabulary.signatures.contract import formula
from jaxsmith.vocabulary.signatures.elementwise import domain_of
from jaxsmith.vocabulary.signatures.reduce import normalization, paired

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxsmith.vocabulary.op import Attributes, Op, Scope, Signature

VECTOR_ORDERS = ("", "1", "jnp.inf", "3", "2", "4")
MATRIX_ORDERS = ('"fro"', "1", "jnp.inf", "2", '"nuc"')


def _ordered(order: str, keyword: str) -> dict[str, object]:
    """The order as an argument, in both languages."""
    text = f", {keyword}{order}" if order else ""
    return {"order": text, "numpy_order": text.replace("jnp.", "np."), "exponent": order}


def _vectors(axis_required: bool) -> Signature:
    """The norm along one axis, or of a whole vector; of any array where no axis is required."""

    def propose(scope: Scope, op: Op) -> Proposal | None:
        x = scope.value("f", ranks=(1, 4), domain=domain_of(op, 0))
        if x is None:
            return None
        whole = x.aval.rank == 1 or not axis_required
        axes = reduce.pick_axes(
            scope, x.aval.rank, whole=whole, tuples=False, positional=False
        )  # by position, the second argument is the order
        order = scope.rng.choice(VECTOR_ORDERS)
        attributes = {
            **axes.attributes,
            **_ordered(order, scope.rng.choice(("ord=", "ord=", "")) if axis_required else "ord="),
            "terms": axes.count(x.aval.shape),
        }
        return Proposal((x,), (Aval(axes.shape(x.aval.shape), x.aval.dtype),), attributes)

    return propose


def _matrices(scope: Scope, op: Op) -> Proposal | None:
    """The norm of a matrix, or of each of a batch."""
    x = scope.value(
        "f", ranks=(2, 4), where=lambda aval: max(aval.shape[-2:]) <= 16, domain=domain_of(op, 0)
    )
    if x is None:
        return None
    keepdims = scope.rng.chance(0.3)
    order = scope.rng.choice(MATRIX_ORDERS)
    attributes = {
        **_ordered("" if order == '"fro"' else order, "ord="),
        "tail": ", keepdims=True" if keepdims else "",
        "terms": x.aval.shape[-1] * x.aval.shape[-2],
        "numpy_order": f", ord={order.replace('jnp.', 'np.')}",
    }
    left = (*x.aval.shape[:-2], *((1, 1) if keepdims else ()))
    return Proposal((x,), (Aval(left, x.aval.dtype),), attributes)


def _frobenius(scope: Scope, op: Op) -> Proposal | None:
    """All elements of an array, or two axes of it."""
    x = scope.value("f", ranks=(2, 4), domain=domain_of(op, 0))
    if x is None:
        return None
    rank = x.aval.rank
    pair = tuple(sorted(scope.rng.sample(range(rank), 2)))
    shift = rank if scope.rng.chance(0.4) else 0
    whole = scope.rng.chance(0.4)
    text = repr(tuple(axis - shift for axis in pair))
    axes = reduce.Axes(
        tuple(range(rank)) if whole else pair, "" if whole else text, scope.rng.chance(0.25)
    )
    named = '"fro"' if not whole or rank == 2 else ""
    order = f", {named}" if named and scope.rng.chance(0.3) else ""
    attributes = {**axes.attributes, "order": order, "terms": axes.count(x.aval.shape)}
    return Proposal((x,), (Aval(axes.shape(x.aval.shape), x.aval.dtype),), attributes)


def _length(
    intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
) -> Interval:
    """At most what a vector of the largest elements has; the nuclear norm sums several of those."""
    count = reduce.terms(attributes)
    exponent = attributes.get("exponent", "")
    if exponent == '"nuc"':
        growth = count**0.75
    elif exponent == "jnp.inf":
        growth = float(count)  # of a matrix: the largest sum of a row
    else:
        growth = count ** (1 / float(str(exponent or 2)))
    return Interval(0.0, 1.001 * intervals[0].magnitude * growth)


def _gap(intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes) -> Interval:
    reach = spans.absolute(intervals[0] - intervals[1]).high
    return Interval(0.0, 1.001 * reach * math.sqrt(reduce.terms(attributes)))


_REACH = ((-100, 100),)
_SMALL = {"epsilon": ("1e-6", "1e-3", "1e-8")}

OPS = [
    function("norm", "linalg", _vectors(axis_required=True), _length, accuracy=stable(4.0),
             jax="jnp.linalg.norm({0}{order}{tail})",
             numpy="np.linalg.norm({0}{numpy_order}{tail})", domain=_REACH, smooth="steep",
             names=("length", "norms", "magnitudes"), weight=1.5),
    function("vector_norm", "linalg", _vectors(axis_required=False), _length, accuracy=stable(4.0),
             jax="jnp.linalg.vector_norm({0}{tail}{order})",
             numpy="np.linalg.vector_norm({0}{tail}{numpy_order})", domain=_REACH, smooth="steep",
             names=("length", "norms")),
    function("matrix_norm", "linalg", _matrices, _length, accuracy=stable(4.0),
             jax="jnp.linalg.matrix_norm({0}{order}{tail})",
             numpy="np.linalg.norm({0}{numpy_order}, axis=(-2, -1){tail})", domain=_REACH,
             smooth="steep", names=("norms", "gains", "penalty")),
    alike("frobenius_norm", "linalg", "jnp.linalg.norm({0}{order}{tail})", _frobenius, _length,
          stable(4.0), domain=_REACH, smooth="steep", names=("norm", "scale", "energy")),
    alike("squared_norm", "linalg", "jnp.vdot({0}, {1})", formula("i", "", uses=(0, 0), summed="i"),
          lambda i, _a, t: spans.square(i[0]).scale(reduce.terms(t)), TERMS, domain=_REACH,
          names=("squared_norm", "energy")),
    alike("norm_of_difference", "linalg", "jnp.linalg.norm({0:add} - {1:mul}{tail})",
          paired(tuples=False, positional=False), _gap, stable(4.0), domain=_REACH * 2,
          smooth="steep", names=("distance", "distances", "residual_norm"), verb="distance"),
    alike("unit_vectors", "linalg",
          "{0:mul} / (jnp.linalg.norm({1}{tail}) + {epsilon})",
          normalization(constants=_SMALL, tuples=False, positional=False), spans.within(-1, 1),
          stable(4.0), domain=_REACH, level="mul", smooth="steep",
          names=("directions", "unit", "normalized"), verb="normalize"),
]  # fmt: skip
