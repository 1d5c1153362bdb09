"""Type rules of products: two or more operands whose axes are paired, multiplied and summed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jaxsmith.vocabulary import dtypes
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.interval import Interval
from jaxsmith.vocabulary.op import Proposal
from jaxsmith.vocabulary.signatures.elementwise import broadcast_shapes, domain_of
from jaxsmith.vocabulary.signatures.reduce import Spellings, respelled

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jaxsmith.vocabulary.aval import Shape
    from jaxsmith.vocabulary.op import Attributes, Op, Scope, Signature
    from jaxsmith.vocabulary.value import Atom, Var

LETTERS = "ABCD"  # stand for the axes behind an ellipsis


@dataclass(frozen=True, slots=True)
class Product:
    """The shape of a product and how many terms are summed for one of its elements."""

    shape: Shape
    terms: int


def side(scope: Scope, most: int = 1024) -> int:
    """A length that the program uses, or a small one where that is too long."""
    length = scope.shape((1, 1))[0]
    return length if length <= most else scope.rng.integer(2, min(most, 6))


def matmul(left: Shape, right: Shape) -> Product | None:
    """``left @ right``."""
    if not left or not right or left[-1] != right[-2 if len(right) > 1 else 0]:
        return None
    batch = broadcast_shapes(left[:-2], right[:-2])
    if batch is None:
        return None
    return Product((*batch, *left[-2:-1], *(right[-1:] if len(right) > 1 else ())), left[-1])


def dot(left: Shape, right: Shape) -> Product | None:
    """``jnp.dot``: the last axis of one with the last but one of the other, nothing broadcast."""
    if not left or not right or left[-1] != right[-2 if len(right) > 1 else 0]:
        return None
    return Product((*left[:-1], *right[:-2], *(right[-1:] if len(right) > 1 else ())), left[-1])


def inner(left: Shape, right: Shape) -> Product | None:
    """``jnp.inner``: the last axis of both."""
    if not left or not right or left[-1] != right[-1]:
        return None
    return Product((*left[:-1], *right[:-1]), left[-1])


def vdot(left: Shape, right: Shape) -> Product | None:
    """``jnp.vdot``: all elements of both."""
    return Product((), math.prod(left)) if left == right else None


def outer(left: Shape, right: Shape) -> Product | None:
    """``jnp.outer``: every element of one with every element of the other."""
    return Product((math.prod(left), math.prod(right)), 1)


def kron(left: Shape, right: Shape) -> Product | None:
    """``jnp.kron`` of operands of one rank."""
    if len(left) != len(right):
        return None
    return Product(tuple(a * b for a, b in zip(left, right, strict=True)), 1)


def matvec(left: Shape, right: Shape) -> Product | None:
    """``jnp.matvec``: matrices with vectors, both in batches."""
    if len(left) < 2 or not right or left[-1] != right[-1]:
        return None
    batch = broadcast_shapes(left[:-2], right[:-1])
    return None if batch is None else Product((*batch, left[-2]), left[-1])


def vecmat(left: Shape, right: Shape) -> Product | None:
    """``jnp.vecmat``: vectors with matrices, both in batches."""
    if not left or len(right) < 2 or left[-1] != right[-2]:
        return None
    batch = broadcast_shapes(left[:-1], right[:-2])
    return None if batch is None else Product((*batch, right[-1]), left[-1])


def matmul_partner(scope: Scope, left: Shape) -> Shape:
    """A shape that ``left @`` goes with: a vector, a matrix, a batch of them."""
    length = left[-1]
    roll = scope.rng.unit()
    if roll < 0.25:
        return (length,)
    matrix = (length, side(scope))
    if len(left) > 2 and roll < 0.6:
        return (*(dim if scope.rng.chance(0.7) else 1 for dim in left[:-2]), *matrix)
    return (side(scope, 4), *matrix) if roll > 0.92 else matrix


def product(
    rule: Callable[[Shape, Shape], Product | None],
    partner: Callable[[Scope, Shape], Shape],
    *,
    kinds: str = "f",
    ranks: tuple[int, int] = (1, 4),
    others: tuple[int, int] = (1, 4),
    spellings: Spellings = (),
    hints: tuple[str, ...] = ("weights", "y", "b"),
) -> Signature:
    """Two operands of one dtype.

    Args:
        rule: the product's shape, or None where the shapes don't go together.
        partner: a shape for a new second operand.
        kinds: kinds of operand.
        ranks: least and greatest rank of the first operand.
        others: the same for the second.
        spellings: alternatives to the row's own.
        hints: names for a new second operand.
    """

    def propose(scope: Scope, op: Op) -> Proposal | None:
        left = scope.value(kinds, ranks=ranks, domain=domain_of(op, 0))
        if left is None:
            return None
        right = scope.value(
            dtypes.kind(left.aval.dtype),
            ranks=others,
            where=lambda aval: rule(left.aval.shape, aval.shape) is not None,
            dtype=left.aval.dtype,
            fresh=lambda: partner(scope, left.aval.shape),
            domain=domain_of(op, 1),
            hints=hints,
            avoid=(left,),
        )
        made = None if right is None else rule(left.aval.shape, right.aval.shape)
        if right is None or made is None:
            return None
        attributes = {"terms": made.terms, **respelled(scope, spellings)}
        return Proposal((left, right), (Aval(made.shape, left.aval.dtype),), attributes)

    return propose


def multiplied(
    intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
) -> Interval:
    """So many terms, each the product of an element of every operand."""
    term = Interval(1.0, 1.0)
    for interval in intervals:
        term = term * interval
    return term.scale(int(str(attributes["terms"])))


def bind(axes: str, shape: Shape, sizes: dict[str, int]) -> dict[str, int] | None:
    """The lengths of the axes named by letters, or None where a length contradicts another."""
    if len(axes) != len(shape):
        return None
    bound = dict(sizes)
    for letter, length in zip(axes, shape, strict=True):
        if bound.setdefault(letter, length) != length:
            return None
    return bound


def bound_value(
    scope: Scope,
    axes: str,
    sizes: dict[str, int],
    *,
    kinds: str = "f",
    dtype: str | None = None,
    domain: Interval | None = None,
    avoid: Sequence[Atom] = (),
    hints: tuple[str, ...] = (),
) -> Var | None:
    """A value whose axes have the lengths known so far; adds the others to ``sizes``."""

    def fresh() -> Shape:
        lengths = dict(sizes)
        most = 8 if len(axes) > 2 else 16
        return tuple(lengths.setdefault(letter, side(scope, most)) for letter in axes)

    value = scope.value(
        kinds,
        ranks=(len(axes), len(axes)),
        where=lambda aval: bind(axes, aval.shape, sizes) is not None,
        dtype=dtype,
        fresh=fresh,
        domain=domain,
        avoid=avoid,
        hints=hints,
    )
    bound = None if value is None else bind(axes, value.aval.shape, sizes)
    if bound is not None:
        sizes.update(bound)
    return value


def einsum(*equations: str, kinds: str = "f") -> Signature:
    """One of these equations in the letters of ``jnp.einsum``; an ellipsis is up to two axes."""

    def propose(scope: Scope, op: Op) -> Proposal | None:
        equation = scope.rng.choice(equations)
        batch = LETTERS[: scope.rng.integer(0, 2)]
        inputs, output = equation.replace("...", batch).replace(" ", "").split("->")
        sizes: dict[str, int] = {}
        operands: list[Var] = []
        for axes in inputs.split(","):
            first = operands[0].aval.dtype if operands else None
            value = bound_value(
                scope,
                axes,
                sizes,
                kinds=kinds if first is None else dtypes.kind(first),
                dtype=first,
                domain=domain_of(op, 0),
                avoid=operands,
            )
            if value is None:
                return None
            operands.append(value)
        summed = set("".join(inputs.split(","))) - set(output)
        terms = math.prod(sizes[axis] for axis in summed)
        attributes = {"equation": equation, "terms": terms}
        out = Aval(tuple(sizes[axis] for axis in output), operands[0].aval.dtype)
        return Proposal(tuple(operands), (out,), attributes)

    return propose


def formula(
    inputs: str,
    output: str,
    *,
    uses: tuple[int, ...] = (),
    summed: str = "",
    kinds: str = "f",
    least: int = 1,
    more: Callable[[Scope, dict[str, int], str], dict[str, object]] | None = None,
) -> Signature:
    """A fixed expression of a few values whose axes are named as in an einsum.

    Args:
        inputs: axes of each value, ``"id,jd"``.
        output: axes of the result.
        uses: which of the values stands where in the spelling, ``(0, 1, 0)``; by default each once.
        summed: the axes whose lengths multiply to the number of terms.
        kinds: kinds of value.
        least: the shortest any axis may be.
        more: further attributes from the scope, the lengths of the axes and the dtype.
    """

    def propose(scope: Scope, op: Op) -> Proposal | None:
        sizes: dict[str, int] = {}
        values: list[Var] = []
        for position, axes in enumerate(inputs.split(",")):
            value = bound_value(
                scope,
                axes,
                sizes,
                kinds=dtypes.kind(values[0].aval.dtype) if values else kinds,
                dtype=values[0].aval.dtype if values else None,
                domain=domain_of(op, position),
                avoid=values,
            )
            if value is None:
                return None
            values.append(value)
        if min(sizes.values(), default=least) < least:
            return None
        dtype = values[0].aval.dtype
        attributes = {
            **sizes,
            "terms": math.prod(sizes[axis] for axis in summed),
            **(more(scope, sizes, dtype) if more else {}),
        }
        operands = tuple(values[k] for k in uses) if uses else tuple(values)
        return Proposal(operands, (Aval(tuple(sizes[axis] for axis in output), dtype),), attributes)

    return propose
