"""Type rules of elementwise operations: one operand, two that broadcast, or one and a number."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from jaxsmith.vocabulary import dtypes
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.op import Proposal
from jaxsmith.vocabulary.value import Literal, Var

if TYPE_CHECKING:
    from collections.abc import Callable

    from jaxsmith.vocabulary.aval import Shape
    from jaxsmith.vocabulary.interval import Interval
    from jaxsmith.vocabulary.op import Op, Scope, Signature
    from jaxsmith.vocabulary.value import Atom


def same(dtype: str) -> str:
    """The result has the operands' dtype."""
    return dtype


def boolean(_dtype: str) -> str:
    """The result is a bool."""
    return "bool"


def domain_of(op: Op, position: int) -> Interval | None:
    """The range that an operand must lie in, or None."""
    return op.domain[position] if position < len(op.domain) else None


def unary(kinds: str = "f", result: Callable[[str], str] = same) -> Signature:
    """One operand of any shape."""

    def propose(scope: Scope, op: Op) -> Proposal | None:
        x = scope.value(kinds, domain=domain_of(op, 0))
        if x is None:
            return None
        return Proposal((x,), (Aval(x.aval.shape, result(x.aval.dtype)),), {})

    return propose


@lru_cache(maxsize=4096)
def broadcast_shapes(left: Shape, right: Shape) -> Shape | None:
    """The shape two arrays broadcast to, or None if they don't."""
    rank = max(len(left), len(right))
    padded = ((1,) * (rank - len(shape)) + shape for shape in (left, right))
    out: list[int] = []
    for a, b in zip(*padded, strict=True):
        if a != b and 1 not in (a, b):
            return None
        out.append(max(a, b) if 0 not in (a, b) else 0)
    return tuple(out)


def broadcastable_to(scope: Scope, shape: Shape) -> Shape:
    """A shape for a new operand that broadcasts with ``shape``: the same, a row, a column, ..."""
    roll = scope.rng.unit()
    if roll < 0.55 or not shape:
        return shape
    if roll < 0.75:
        return shape[scope.rng.integer(1, len(shape)) :]
    return tuple(dim if scope.rng.chance(0.5) else 1 for dim in shape)


def binary(
    kinds: str = "f",
    result: Callable[[str], str] = same,
    *,
    numbers: float = 0.3,
    mixed: bool = True,
) -> Signature:
    """Two operands that broadcast; the second is a number with probability ``numbers``.

    With ``mixed`` the operands may differ in dtype, and the result is of the promoted one.
    """

    def propose(scope: Scope, op: Op) -> Proposal | None:
        left = scope.value(kinds, domain=domain_of(op, 0))
        if left is None:
            return None
        right = _partner(scope, op, left, kinds, numbers=numbers, mixed=mixed)
        if right is None:
            return None
        return _joined(left, right, result)

    return propose


def _partner(
    scope: Scope, op: Op, left: Var, kinds: str, *, numbers: float, mixed: bool
) -> Atom | None:
    kind = dtypes.kind(left.aval.dtype)
    domain = domain_of(op, 1)
    if kind in "fiuc" and scope.rng.chance(numbers):
        number = scope.literal(kind, domain)
        assert isinstance(number, Literal)
        return Literal(number.value, Aval((), left.aval.dtype))
    return scope.value(
        kinds if mixed else kind,
        where=lambda aval: (
            broadcast_shapes(left.aval.shape, aval.shape) is not None
            and (mixed or aval.dtype == left.aval.dtype)
        ),
        dtype=None if mixed else left.aval.dtype,
        fresh=lambda: broadcastable_to(scope, left.aval.shape),
        domain=domain,
        avoid=(left,),
    )


def _joined(left: Atom, right: Atom, result: Callable[[str], str]) -> Proposal | None:
    shape = broadcast_shapes(left.aval.shape, right.aval.shape)
    if shape is None:
        return None
    promoted = (
        left.aval.dtype
        if isinstance(right, Literal)
        else dtypes.promote(left.aval.dtype, right.aval.dtype)
    )
    return Proposal((left, right), (Aval(shape, result(promoted)),), {})


def ternary(kinds: str = "f", result: Callable[[str], str] = same) -> Signature:
    """Three operands that broadcast, of one dtype; the last two may be numbers."""

    def propose(scope: Scope, op: Op) -> Proposal | None:
        first = scope.value(kinds, domain=domain_of(op, 0))
        if first is None:
            return None
        others = [_partner_at(scope, op, first, position) for position in (1, 2)]
        if any(other is None for other in others):
            return None
        operands = (first, *(other for other in others if other is not None))
        shape: Shape | None = ()
        for operand in operands:
            shape = None if shape is None else broadcast_shapes(shape, operand.aval.shape)
        if shape is None:
            return None
        return Proposal(operands, (Aval(shape, result(first.aval.dtype)),), {})

    return propose


def _partner_at(scope: Scope, op: Op, first: Var, position: int) -> Atom | None:
    if scope.rng.chance(0.4):
        number = scope.literal(dtypes.kind(first.aval.dtype), domain_of(op, position))
        assert isinstance(number, Literal)
        return Literal(number.value, Aval((), first.aval.dtype))
    return scope.value(
        dtypes.kind(first.aval.dtype),
        where=lambda aval: broadcast_shapes(first.aval.shape, aval.shape) == first.aval.shape,
        dtype=first.aval.dtype,
        fresh=lambda: broadcastable_to(scope, first.aval.shape),
        domain=domain_of(op, position),
        avoid=(first,),
    )
