"""Signatures made of others: more than one spelling, chosen constants, a number on the left."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.dtypes import is_half, is_inexact, is_narrow, kind
from jaxsmith.vocabulary.op import Proposal
from jaxsmith.vocabulary.signatures.elementwise import domain_of, same
from jaxsmith.vocabulary.value import Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jaxsmith.vocabulary.op import Op, Scope, Signature
    from jaxsmith.vocabulary.value import Var


def spellings(op: Op, *jax: str) -> Op:
    """The row with more JAX spellings of the same meaning and precedence (``lax.exp({0})``).

    Those of ``lax`` are used for floats only: it promotes nothing.
    """

    def propose(scope: Scope, row: Op) -> Proposal | None:
        proposal = op.signature(scope, row)
        if proposal is None:
            return None
        floats = is_inexact(proposal.operands[0].aval.dtype)
        templates = [op.jax, *(text for text in jax if floats or "lax." not in text)]
        attributes = {**proposal.attributes, "jax_template": scope.rng.choice(templates)}
        return replace(proposal, attributes=attributes)

    return replace(op, signature=propose)


def options(signature: Signature, **choices: Sequence[object]) -> Signature:
    """The signature with one of the choices for each of these attributes."""

    def propose(scope: Scope, op: Op) -> Proposal | None:
        proposal = signature(scope, op)
        if proposal is None:
            return None
        chosen = {name: scope.rng.choice(values) for name, values in choices.items()}
        return replace(proposal, attributes={**proposal.attributes, **chosen})

    return propose


def _refusing(signature: Signature, refused: Callable[[str], bool]) -> Signature:
    def propose(scope: Scope, op: Op) -> Proposal | None:
        proposal = signature(scope, op)
        if proposal is None or any(refused(atom.aval.dtype) for atom in proposal.operands):
            return None
        return proposal

    return propose


def wide_integers(signature: Signature) -> Signature:
    """The signature without unsigned integers and those of 8 and 16 bits.

    NumPy spells the operation with a number or a change of sign that would widen or wrap them.
    """
    return _refusing(signature, lambda dtype: kind(dtype) == "u" or is_narrow(dtype))


def wide_floats(signature: Signature) -> Signature:
    """The signature without floats of 16 bits, which JAX refuses."""
    return _refusing(signature, is_half)


def around_zero(signature: Signature) -> Signature:
    """The signature for operands of either sign; others have nothing to decide."""

    def propose(scope: Scope, op: Op) -> Proposal | None:
        proposal = signature(scope, op)
        if proposal is None:
            return None
        reach = proposal.operands[0].interval
        return proposal if reach.low < 0 < reach.high else None

    return propose


def with_number(
    kinds: str = "f",
    result: Callable[[str], str] = same,
    *,
    pool: Sequence[float] = (),
    dtype: str | None = None,
) -> Signature:
    """One operand of any shape and a number, of the pool or of those that programs like.

    The template decides where the number stands; as the last operand it may be spelled first.
    """

    def propose(scope: Scope, op: Op) -> Proposal | None:
        x = scope.value(kinds, domain=domain_of(op, 0), dtype=dtype)
        if x is None:
            return None
        number = Literal(_number(scope, op, x, pool), Aval((), x.aval.dtype))
        return Proposal((x, number), (Aval(x.aval.shape, result(x.aval.dtype)),), {})

    return propose


def _number(scope: Scope, op: Op, x: Var, pool: Sequence[float]) -> float:
    if pool:
        return scope.rng.choice(pool)
    literal = scope.literal(kind(x.aval.dtype), domain_of(op, 1))
    assert isinstance(literal, Literal)
    return literal.value


def paired(kinds: str = "f", result: Callable[[str], str] = same) -> Signature:
    """Two operands of one shape and dtype, as the functions of ``jax.lax`` require."""

    def propose(scope: Scope, op: Op) -> Proposal | None:
        left = scope.value(kinds, domain=domain_of(op, 0))
        if left is None:
            return None
        right = scope.value(
            kind(left.aval.dtype),
            shape=left.aval.shape,
            dtype=left.aval.dtype,
            domain=domain_of(op, 1),
            avoid=(left,),
        )
        if right is None:
            return None
        return Proposal((left, right), (Aval(left.aval.shape, result(left.aval.dtype)),), {})

    return propose
