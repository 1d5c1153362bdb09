"""Type rules of operations that change shapes: a plan says the new shape and how to spell it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from jaxsmith.vocabulary import dtypes
from jaxsmith.vocabulary.aval import Aval, Shape
from jaxsmith.vocabulary.op import Proposal
from jaxsmith.vocabulary.signatures.elementwise import domain_of, same
from jaxsmith.vocabulary.stream import Stream
from jaxsmith.vocabulary.value import Literal

if TYPE_CHECKING:
    from jaxsmith.vocabulary.op import Op, Scope, Signature
    from jaxsmith.vocabulary.value import Atom, Var

# What a plan gives: the result's shape, and the attributes that its spelling needs.
Change = tuple[Shape, dict[str, object]]
Plan = Callable[[Stream, Shape], "Change | None"]
Fits = Callable[[Shape], bool]
Fresh = Callable[["Scope"], Shape]

# Moving works for every kind; most programs are about floats, and few keep 8 or 4 bits.
ANY = "fffibeenn"


def changed(
    plan: Plan,
    kinds: str = ANY,
    *,
    ranks: tuple[int, int] = (1, 6),
    fits: Fits | None = None,
    fresh: Fresh | None = None,
    result: Callable[[str], str] = same,
) -> Signature:
    """One operand; ``fits`` narrows its shapes, ``fresh`` makes one for a new parameter."""

    def propose(scope: Scope, op: Op) -> Proposal | None:
        x = operand(scope, op, kinds, ranks=ranks, fits=fits, fresh=fresh)
        change = None if x is None else plan(scope.rng, x.aval.shape)
        if x is None or change is None:
            return None
        shape, attributes = change
        return Proposal((x,), (Aval(shape, result(x.aval.dtype)),), attributes)

    return propose


def operand(
    scope: Scope,
    op: Op,
    kinds: str = ANY,
    *,
    ranks: tuple[int, int] = (1, 6),
    fits: Fits | None = None,
    fresh: Fresh | None = None,
    hints: tuple[str, ...] = (),
) -> Var | None:
    """The first operand of an operation that is particular about shapes."""
    return scope.value(
        kinds,
        ranks=ranks,
        where=None if fits is None else lambda aval: fits(aval.shape),
        fresh=None if fresh is None else lambda: fresh(scope),
        domain=domain_of(op, 0),
        hints=hints,
    )


def filled(plan: Plan, kinds: str = "fffi", *, ranks: tuple[int, int] = (1, 4)) -> Signature:
    """One operand and a number that the result is filled up with."""

    def propose(scope: Scope, op: Op) -> Proposal | None:
        x = scope.value(kinds, ranks=ranks)
        change = None if x is None else plan(scope.rng, x.aval.shape)
        if x is None or change is None:
            return None
        shape, attributes = change
        return Proposal((x, number(scope, x)), (Aval(shape, x.aval.dtype),), attributes)

    return propose


def number(scope: Scope, x: Var) -> Literal:
    """A literal of a value's dtype."""
    kind = dtypes.kind(x.aval.dtype)
    if kind == "b":
        return Literal(scope.rng.chance(0.5), Aval((), "bool"))
    literal = scope.literal(kind)
    assert isinstance(literal, Literal)
    return Literal(literal.value, Aval((), x.aval.dtype))


def stacked(
    plan: Plan, count: int = 2, kinds: str = ANY, *, ranks: tuple[int, int] = (1, 4)
) -> Signature:
    """Several operands of one shape and dtype."""

    def propose(scope: Scope, op: Op) -> Proposal | None:
        first = scope.value(kinds, ranks=ranks)
        if first is None:
            return None
        operands: list[Var] = [first]
        while len(operands) < count:
            other = partner(scope, first, first.aval.shape, operands)
            if other is None:
                return None
            operands.append(other)
        change = plan(scope.rng, first.aval.shape)
        if change is None:
            return None
        shape, attributes = change
        return Proposal(tuple(operands), (Aval(shape, first.aval.dtype),), attributes)

    return propose


def partner(scope: Scope, first: Var, shape: Shape, taken: Sequence[Atom]) -> Var | None:
    """Another value of the first one's dtype, of just this shape."""
    return scope.value(
        dtypes.kind(first.aval.dtype), shape=shape, dtype=first.aval.dtype, avoid=taken
    )


def concatenated(
    axis_of: Callable[[Stream, int], int],
    attributes: Callable[[Stream, int, int], dict[str, object]],
    count: int = 2,
    *,
    ranks: tuple[int, int] = (1, 4),
) -> Signature:
    """Operands that are alike but for their length along one axis.

    ``axis_of(rng, rank)`` chooses the axis, ``attributes(rng, axis, rank)`` spells it.
    """

    def propose(scope: Scope, op: Op) -> Proposal | None:
        first = scope.value(ANY, ranks=ranks)
        if first is None:
            return None
        axis = axis_of(scope.rng, first.aval.rank)
        operands: list[Var] = [first]
        while len(operands) < count:
            other = _alike_but(scope, first, axis, operands)
            if other is None:
                return None
            operands.append(other)
        length = sum(var.aval.shape[axis] for var in operands)
        shape = with_dim(first.aval.shape, axis, length)
        return Proposal(
            tuple(operands),
            (Aval(shape, first.aval.dtype),),
            attributes(scope.rng, axis, first.aval.rank),
        )

    return propose


def _alike_but(scope: Scope, first: Var, axis: int, taken: Sequence[Atom]) -> Var | None:
    shape = first.aval.shape

    def alike(aval: Aval) -> bool:
        return aval.rank == len(shape) and with_dim(aval.shape, axis, shape[axis]) == shape

    return scope.value(
        dtypes.kind(first.aval.dtype),
        where=alike,
        dtype=first.aval.dtype,
        fresh=lambda: with_dim(shape, axis, scope.rng.integer(1, 4)),
        avoid=taken,
    )


def with_dim(shape: Shape, axis: int, dim: int) -> Shape:
    """The shape with one dimension changed."""
    return (*shape[:axis], dim, *shape[axis + 1 :])


def without(shape: Shape, axis: int) -> Shape:
    """The shape without one of its axes."""
    return shape[:axis] + shape[axis + 1 :]


def any_axis(rng: Stream, shape: Shape) -> int:
    """One of the axes."""
    return rng.integer(0, len(shape) - 1)


def axis_text(rng: Stream, axis: int, rank: int) -> int:
    """The axis as it is written: now and then counted from the end."""
    return axis - rank if rng.chance(0.3) else axis


def axis_tail(rng: Stream, axis: int, rank: int, default: int = 0) -> str:
    """``", axis=1"``; nothing where it is the default."""
    default = default % rank if rank else default
    return "" if axis == default else f", axis={axis_text(rng, axis, rank)}"


def dims_text(shape: Sequence[object]) -> str:
    """A shape between parentheses that are already there: ``2, 3`` or ``4,``."""
    return ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "")


def regrouped(rng: Stream, size: int, rank: int) -> Shape:
    """A shape of this rank that holds just as many elements, with few ones."""
    dims: list[int] = []
    for _ in range(rank - 1):
        proper = [d for d in range(2, size) if size % d == 0]
        dims.append(rng.choice(proper) if proper else 1)
        size //= dims[-1]
    return (*dims, size)


def several_axes(rng: Stream, rank: int, most: int = 3) -> tuple[int, ...]:
    """Two or more axes in ascending order; fewer where there aren't as many."""
    count = rng.integer(min(2, rank), min(most, rank))
    return tuple(sorted(rng.sample(range(rank), count)))


def small(rng: Stream) -> int:
    """A new dimension."""
    return rng.weighted((2, 3, 4, 5, 1), (4, 4, 3, 1, 1))


def square(scope: Scope) -> Shape:
    """The shape of a square matrix."""
    (dim,) = scope.shape((1, 1))
    dim = min(dim, 16)
    return (dim, dim)


def size_of(shape: Shape) -> int:
    """The number of elements."""
    return math.prod(shape)
