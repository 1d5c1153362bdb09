"""Traces, covariances, cross products and matrices built from parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxsmith.vocabulary import spans
from jaxsmith.vocabulary.accuracy import MOVE, TERMS, stable
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.draw import Draw
from jaxsmith.vocabulary.interval import Interval
from jaxsmith.vocabulary.op import Op, Proposal
from jaxsmith.vocabulary.rows import alike, function
from jaxsmith.vocabulary.signatures import reduce
from jaxsmith.vocabulary.signatures.contract import side
from jaxsmith.vocabulary.signatures.elementwise import domain_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxsmith.vocabulary.aval import Shape
    from jaxsmith.vocabulary.op import Attributes, Scope
    from jaxsmith.vocabulary.value import Var


def _trace(scope: Scope, _op: Op) -> Proposal | None:
    """Any diagonal of a matrix, or of the matrices in two axes of an array."""
    x = scope.value("fi", ranks=(2, 4))
    if x is None:
        return None
    rank = x.aval.rank
    first, second = (0, 1) if rank == 2 or scope.rng.chance(0.5) else (rank - 2, rank - 1)
    rows, columns = x.aval.shape[first], x.aval.shape[second]
    offset = scope.rng.choice((0, 0, 0, 1, -1, 2))
    length = _diagonal(rows, columns, offset)
    if length < 1:
        return None
    parts = [f"offset={offset}"] if offset else []
    if (first, second) != (0, 1):
        shift = rank if scope.rng.chance(0.5) else 0
        parts += [f"axis1={first - shift}", f"axis2={second - shift}"]
    inside = ", ".join(parts)
    attributes: dict[str, object] = {"tail": f", {inside}" if inside else "", "terms": length}
    if scope.rng.chance(0.3):
        method = f"{{0:atom}}.trace({inside})"
        attributes |= {"jax_template": method, "numpy_template": method}
    left: Shape = tuple(dim for k, dim in enumerate(x.aval.shape) if k not in (first, second))
    return Proposal((x,), (Aval(left, reduce.total(scope, x.aval.dtype)),), attributes)


def _diagonal(rows: int, columns: int, offset: int) -> int:
    """How long a diagonal is."""
    return min(rows, columns - offset) if offset >= 0 else min(rows + offset, columns)


def _diagonals(scope: Scope, _op: Op) -> Proposal | None:
    x = scope.value("fi", ranks=(2, 4))
    if x is None:
        return None
    offset = scope.rng.choice((0, 0, 1, -1, 2))
    length = _diagonal(x.aval.shape[-2], x.aval.shape[-1], offset)
    if length < 1:
        return None
    tail = f", offset={offset}" if offset else ""
    numpy_tail = f", {offset}, -2, -1"
    out = Aval((*x.aval.shape[:-2], length), x.aval.dtype)
    return Proposal((x,), (out,), {"tail": tail, "numpy_tail": numpy_tail})


def _observations(scope: Scope, op: Op) -> Var | None:
    """Data of which no variable is constant, for correlations; any data for covariances."""
    if op.name == "corrcoef":
        aval = Aval((side(scope, 6), scope.rng.integer(4, 12)), scope.dtype("f"))
        return scope.parameter(aval, Draw("distinct", -3, 3), ("samples", "observations"))
    return scope.value("f", ranks=(1, 2), domain=domain_of(op, 0))


def _covariance(scope: Scope, op: Op) -> Proposal | None:
    """Variables in rows or in columns, normalised by the count or by one less."""
    x = _observations(scope, op)
    if x is None:
        return None
    columns = x.aval.rank == 2 and scope.rng.chance(0.45)
    if op.name == "corrcoef" and columns and x.aval.shape[0] < 4:
        columns = False  # two or three observations correlate too well to tell rounding from it
    count = x.aval.shape[0] if columns else x.aval.shape[-1]
    variables = 1 if x.aval.rank == 1 else x.aval.shape[1 if columns else 0]
    if count < 2:
        return None
    options = ("", "", ", ddof=0", ", bias=True") if op.name == "cov" else ("",)
    tail = (", rowvar=False" if columns else "") + scope.rng.choice(options)
    shape = () if variables == 1 else (variables, variables)
    return Proposal((x,), (Aval(shape, x.aval.dtype),), {"tail": tail, "terms": count})


def _spread(
    intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
) -> Interval:
    count = reduce.terms(attributes)
    reach = (intervals[0].high - intervals[0].low) ** 2 / 4 * count / (count - 1)
    return Interval(-1.001 * reach, 1.001 * reach)


def _triples(scope: Scope, op: Op) -> Proposal | None:
    """Vectors of length 3 along the last axis."""
    batch = scope.rng.choice(((), (), (side(scope, 8),)))
    x = scope.value(
        "f", ranks=(1, 3), where=lambda aval: aval.shape[-1] == 3, fresh=lambda: (*batch, 3),
        domain=domain_of(op, 0), hints=("position", "u", "lever"),
    )  # fmt: skip
    if x is None:
        return None
    y = scope.value(
        "f", shape=x.aval.shape, dtype=x.aval.dtype, domain=domain_of(op, 1), avoid=(x,),
        hints=("force", "v", "velocity"),
    )  # fmt: skip
    if y is None:
        return None
    call = scope.rng.choice(("jnp.cross", "jnp.cross", "jnp.linalg.cross"))
    return Proposal((x, y), (x.aval,), {"call": call})


def _twice(x: Interval, y: Interval) -> Interval:
    reach = 2 * x.magnitude * y.magnitude
    return Interval(-reach, reach)


def _blocks(scope: Scope, _op: Op) -> Proposal | None:
    """Two or three matrices along the diagonal."""
    blocks: list[Var] = []
    for _ in range(scope.rng.choice((2, 2, 3))):
        block = scope.value(
            "f",
            ranks=(2, 2),
            where=lambda aval: max(aval.shape) <= 8,
            dtype=blocks[0].aval.dtype if blocks else None,
            avoid=blocks,
        )
        if block is None:
            return None
        blocks.append(block)
    rows = sum(block.aval.shape[0] for block in blocks)
    columns = sum(block.aval.shape[1] for block in blocks)
    return Proposal(tuple(blocks), (Aval((rows, columns), blocks[0].aval.dtype),), {})


def _with_zero(
    intervals: Sequence[Interval], _avals: Sequence[Aval], _attributes: Attributes
) -> Interval:
    reach = [*intervals, Interval(0.0, 0.0)]
    return Interval(min(x.low for x in reach), max(x.high for x in reach))


def _toeplitz(scope: Scope, _op: Op) -> Proposal | None:
    """A first column, and a first row whose first element is not used; or both alike."""
    column = scope.value("f", ranks=(1, 1), where=lambda aval: aval.size <= 16)
    if column is None:
        return None
    if scope.rng.chance(0.4):
        out = Aval(column.aval.shape * 2, column.aval.dtype)
        return Proposal((column,), (out,), {})
    row = scope.value(
        "f", ranks=(1, 1), where=lambda aval: aval.size <= 16, dtype=column.aval.dtype,
        avoid=(column,), hints=("row", "future"),
    )  # fmt: skip
    if row is None:
        return None
    out = Aval((column.aval.size, row.aval.size), column.aval.dtype)
    return Proposal((column, row), (out,), {})


OPS = [
    alike("trace", "linalg", "jnp.trace({0}{tail})", _trace, reduce.summed, TERMS,
          names=("trace", "traces", "invariant"), weight=1.5),
    function("matrix_diagonal", "linalg", _diagonals, spans.keep, accuracy=MOVE,
             jax="jnp.linalg.diagonal({0}{tail})", numpy="np.diagonal({0}{numpy_tail})",
             names=("diagonal", "variances"), verb="diagonal"),
    alike("cov", "linalg", "jnp.cov({0}{tail})", _covariance, _spread, stable(4.0),
          domain=((-100, 100),), names=("covariance", "scatter"), verb="covariance"),
    alike("corrcoef", "linalg", "jnp.corrcoef({0}{tail})", _covariance, spans.within(-1.0, 1.0),
          stable(4.0), names=("correlation", "similarity"), verb="correlate"),
    function("cross", "linalg", _triples, spans.of(_twice), accuracy=stable(2.0),
             jax="{call}({0}, {1})", numpy="np.cross({0}, {1})", domain=((-100, 100), (-100, 100)),
             names=("torque", "normal", "moment")),
    function("block_diag", "linalg", _blocks, _with_zero, accuracy=MOVE,
             jax="jax.scipy.linalg.block_diag({*})", numpy="linalg.block_diag({*})",
             names=("blocks", "system", "stacked")),
    function("toeplitz", "linalg", _toeplitz, spans.union, accuracy=MOVE,
             jax="jax.scipy.linalg.toeplitz({*})", numpy="linalg.toeplitz({*})",
             names=("toeplitz", "lags", "filter_matrix")),
]  # fmt: skip
