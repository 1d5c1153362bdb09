"""Products of vectors, matrices and batches of them, by operator, by name and by axis numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxsmith.vocabulary.accuracy import EQUAL, TERMS
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.interval import Interval
from jaxsmith.vocabulary.op import Op, Proposal
from jaxsmith.vocabulary.rows import alike, exact, function
from jaxsmith.vocabulary.signatures import contract
from jaxsmith.vocabulary.signatures.contract import Product, multiplied, product, side
from jaxsmith.vocabulary.signatures.elementwise import domain_of
from jaxsmith.vocabulary.signatures.reduce import Spelling, spelled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxsmith.vocabulary.aval import Shape
    from jaxsmith.vocabulary.op import Attributes, Scope


def _right_transposed(left: Shape, right: Shape) -> Product | None:
    return contract.matmul(left, right[::-1])


def _left_transposed(left: Shape, right: Shape) -> Product | None:
    return contract.matmul(left[::-1], right)


def _rows(scope: Scope, left: Shape) -> Shape:
    """A matrix of rows as long as the last axis of the other operand."""
    return (side(scope), left[-1])


def _rows_of(scope: Scope, left: Shape) -> Shape:
    """The same, or a single row."""
    return (side(scope), left[-1]) if scope.rng.chance(0.6) else left[-1:]


def _columns(scope: Scope, left: Shape) -> Shape:
    """Columns as long as the first axis of the other operand."""
    return (left[0], side(scope)) if scope.rng.chance(0.7) else left[:1]


def _vector(scope: Scope, _left: Shape) -> Shape:
    return (side(scope),)


def _short(scope: Scope, _left: Shape) -> Shape:
    return (side(scope, 4),)


def _dot_partner(scope: Scope, left: Shape) -> Shape:
    roll = scope.rng.unit()
    if roll < 0.3:
        return (left[-1],)
    return (left[-1], side(scope)) if roll < 0.85 else (side(scope, 4), left[-1], side(scope, 6))


def _vector_batch(scope: Scope, left: Shape) -> Shape:
    """One vector for all matrices, or one for each."""
    return (left[-1],) if scope.rng.chance(0.5) else (*left[:-2], left[-1])


def _matrix_batch(scope: Scope, left: Shape) -> Shape:
    return (*(left[:-1] if scope.rng.chance(0.4) else ()), left[-1], side(scope, 12))


def _small(scope: Scope, left: Shape) -> Shape:
    return tuple(scope.rng.choice((2, 3)) for _ in left)


def _batched(left: Shape, right: Shape) -> Product | None:
    """``lax.batch_matmul``, whose batches must be equal."""
    return contract.matmul(left, right) if left[:-2] == right[:-2] else None


def _same_batch(scope: Scope, left: Shape) -> Shape:
    return (*left[:-2], left[-1], side(scope, 8))


def _along(scope: Scope, op: Op) -> Proposal | None:
    """Two operands of one shape and the axis over which their product is summed."""
    x = scope.value("f", ranks=(1, 4), domain=domain_of(op, 0))
    if x is None:
        return None
    y = scope.value(
        "f", shape=x.aval.shape, dtype=x.aval.dtype, domain=domain_of(op, 1), avoid=(x,)
    )
    if y is None:
        return None
    axis = scope.rng.integer(0, x.aval.rank - 1)
    last = axis == x.aval.rank - 1
    tail = "" if last else f", axis={scope.rng.choice((axis, axis - x.aval.rank))}"
    out = tuple(dim for k, dim in enumerate(x.aval.shape) if k != axis)
    attributes = {
        "tail": tail,
        "axis": axis,
        "call": scope.rng.choice(("jnp.vecdot", "jnp.linalg.vecdot")),
        "terms": x.aval.shape[axis],
    }
    return Proposal((x, y), (Aval(out, x.aval.dtype),), attributes)


def _power(scope: Scope, op: Op) -> Proposal | None:
    n = side(scope, 6)
    x = scope.value(
        "f", ranks=(2, 3), where=lambda aval: aval.shape[-1] == aval.shape[-2] <= 8,
        fresh=lambda: (n, n), domain=domain_of(op, 0), hints=("transition", "a", "matrix"),
    )  # fmt: skip
    if x is None:
        return None
    exponent = scope.rng.choice((2, 3, 3, 4, 5))
    attributes = {"exponent": exponent, "terms": exponent * x.aval.shape[-1]}
    return Proposal((x,), (x.aval,), attributes)


def _power_span(
    intervals: Sequence[Interval], avals: Sequence[Aval], attributes: Attributes
) -> Interval:
    exponent = int(str(attributes["exponent"]))
    reach = intervals[0].magnitude ** exponent * avals[0].shape[-1] ** (exponent - 1)
    return Interval(-reach if intervals[0].low < 0 else 0.0, reach)


_NAMES = ("projected", "mixed", "transformed", "combined")
_MATMUL = tuple(
    Spelling(f"{name}({{0}}, {{1}})", "np.matmul({0}, {1})")
    for name in ("jnp.matmul", "jnp.linalg.matmul")
)
_TRANSPOSED = (
    spelled("jnp.matmul({0}, jnp.transpose({1}))"),
    spelled("{0:mul} @ {1:atom}.mT", "mul"),
)
_OUTER = (
    spelled("jnp.multiply.outer({0}, {1})"),
    spelled("{0:atom}[:, None] * {1:atom}[None, :]", "mul"),
    spelled("{0:atom}[:, None] * {1:unary}", "mul"),
)
_DOT = (spelled("{0:atom}.dot({1})"),)
_REACH = ((-1e3, 1e3), (-1e3, 1e3))

OPS = [
    alike("matmul", "linalg", "{0:mul} @ {1:unary}",
          product(contract.matmul, contract.matmul_partner, spellings=_MATMUL), multiplied, TERMS,
          domain=_REACH, level="mul", names=_NAMES, weight=3.0),
    alike("integer_matmul", "linalg", "{0:mul} @ {1:unary}",
          product(contract.matmul, contract.matmul_partner, kinds="i", spellings=_MATMUL),
          multiplied, TERMS, domain=((-1e4, 1e4), (-1e4, 1e4)), level="mul", smooth="none",
          names=("counts", "paths", "combined"), verb="matmul"),
    alike("matmul_transposed", "linalg", "{0:mul} @ {1:atom}.T",
          product(_right_transposed, _rows, ranks=(1, 3), others=(2, 2), spellings=_TRANSPOSED),
          multiplied, TERMS, domain=_REACH, level="mul", names=("scores", "similarity", "logits"),
          verb="matmul"),
    alike("transposed_matmul", "linalg", "{0:atom}.T @ {1:unary}",
          product(_left_transposed, _columns, ranks=(2, 2), others=(1, 2)), multiplied, TERMS,
          domain=_REACH, level="mul", names=("backprojected", "moments", "pulled_back"),
          verb="matmul"),
    function("dot", "linalg", product(contract.dot, _dot_partner, kinds="fi", spellings=_DOT),
             multiplied, accuracy=TERMS, domain=_REACH, names=("response", "activation", "mixed")),
    function("vdot", "linalg", product(contract.vdot, lambda _scope, left: left), multiplied,
             accuracy=TERMS, domain=_REACH, names=("overlap", "alignment", "energy")),
    function("inner", "linalg", product(contract.inner, _rows_of, others=(1, 3)), multiplied,
             accuracy=TERMS, domain=_REACH, names=("scores", "overlaps", "projections")),
    function("outer", "linalg",
             product(contract.outer, _vector, ranks=(1, 1), others=(1, 1), spellings=_OUTER),
             multiplied, accuracy=TERMS, domain=_REACH,
             names=("outer_product", "table", "interactions")),
    function("flat_outer", "linalg", product(contract.outer, _short, ranks=(1, 2), others=(1, 2)),
             multiplied, jax="jnp.outer({*})", numpy="np.outer({*})", accuracy=TERMS, domain=_REACH,
             names=("outer_product", "pairs"), verb="outer", weight=0.5),
    exact(function("integer_outer", "linalg",
                   product(contract.outer, _vector, kinds="i", ranks=(1, 1), others=(1, 1)),
                   multiplied, jax="jnp.outer({*})", numpy="np.outer({*})", accuracy=EQUAL,
                   domain=_REACH, names=("table", "products"), verb="outer", weight=0.5)),
    function("vecdot", "linalg", _along, multiplied, accuracy=TERMS, jax="{call}({0}, {1}{tail})",
             numpy="np.sum({0:mul} * {1:unary}, axis={axis})", domain=_REACH,
             names=("overlaps", "dots", "work")),
    function("matvec", "linalg",
             product(contract.matvec, _vector_batch, ranks=(2, 4), others=(1, 3)), multiplied,
             accuracy=TERMS, numpy='np.einsum("...ij,...j->...i", {0}, {1})', domain=_REACH,
             names=("moved", "images", "velocity")),
    function("vecmat", "linalg",
             product(contract.vecmat, _matrix_batch, ranks=(1, 3), others=(2, 4)), multiplied,
             accuracy=TERMS, numpy='np.einsum("...i,...ij->...j", {0}, {1})', domain=_REACH,
             names=("moved", "mixture", "row_sums")),
    function("batch_matmul", "linalg", product(_batched, _same_batch, ranks=(3, 4), others=(3, 4)),
             multiplied, accuracy=TERMS, jax="lax.batch_matmul({0}, {1})",
             numpy="np.matmul({0}, {1})", domain=_REACH, names=("products", "stacked", "composed")),
    function("kron", "linalg",
             product(contract.kron, _small, kinds="fi", ranks=(1, 2), others=(1, 2)), multiplied,
             accuracy=TERMS, domain=_REACH, names=("product_space", "blocks", "tiled")),
    function("matrix_power", "linalg", _power, _power_span, accuracy=TERMS,
             jax="jnp.linalg.matrix_power({0}, {exponent})",
             numpy="np.linalg.matrix_power({0}, {exponent})", domain=((-2.0, 2.0),),
             names=("steps", "transitions", "iterated")),
]  # fmt: skip
