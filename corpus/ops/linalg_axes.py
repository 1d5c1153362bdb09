"""Contractions by axis numbers, and chains of matrices."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from jaxsmith.vocabulary.accuracy import TERMS
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.op import Op, Proposal
from jaxsmith.vocabulary.rows import function
from jaxsmith.vocabulary.signatures import contract
from jaxsmith.vocabulary.signatures.contract import multiplied
from jaxsmith.vocabulary.signatures.elementwise import domain_of

if TYPE_CHECKING:
    from jaxsmith.vocabulary.op import Scope
    from jaxsmith.vocabulary.value import Var


def _tensordot(scope: Scope, op: Op) -> Proposal | None:
    """So many axes at the touching ends, or pairs of axes anywhere."""
    x = scope.value("f", ranks=(1, 4), domain=domain_of(op, 0))
    if x is None:
        return None
    shape = x.aval.shape
    count = scope.rng.weighted((0, 1, 2), (1, 5, 5))
    if count > len(shape):
        return None
    pairs = scope.rng.chance(0.6) and count > 0
    mine = scope.rng.sample(range(len(shape)), count) if pairs else list(range(len(shape)))
    mine = mine if pairs else mine[len(shape) - count :]
    axes = _axes_of(scope, x, mine)
    if axes is None:
        return None
    letters, theirs = axes
    sizes = dict(zip("abcd", shape, strict=False))
    y = contract.bound_value(
        scope, letters, sizes, dtype=x.aval.dtype, domain=domain_of(op, 1), avoid=(x,)
    )
    if y is None:
        return None
    if not pairs and letters[:count] != "abcd"[len(shape) - count : len(shape)]:
        return None
    out = (
        *(dim for k, dim in enumerate(shape) if k not in mine),
        *(dim for k, dim in enumerate(y.aval.shape) if k not in theirs),
    )
    text = str(count) if not pairs else _pair_text(mine, theirs)
    attributes = {
        "axes": "" if text == "2" and scope.rng.chance(0.5) else f", axes={text}",
        "terms": math.prod(shape[k] for k in mine),
    }
    return Proposal((x, y), (Aval(out, x.aval.dtype),), attributes)


def _axes_of(scope: Scope, x: Var, mine: list[int]) -> tuple[str, list[int]] | None:
    """Letters for the axes of a partner that shares some axes, and where the shared ones are."""
    extra = scope.rng.integer(0, 2)
    leading = mine == list(range(x.aval.rank - len(mine), x.aval.rank))
    letters = ["abcd"[k] for k in mine]
    if leading:
        return "".join(letters) + "xy"[:extra], list(range(len(mine)))
    mixed = scope.rng.shuffled([*letters, *"xy"[:extra]])
    return "".join(mixed), [mixed.index(letter) for letter in letters]


def _pair_text(mine: list[int], theirs: list[int]) -> str:
    if len(mine) == 1 and mine != theirs:
        return f"({mine[0]}, {theirs[0]})"
    return repr((tuple(mine), tuple(theirs)))


def _dot_general(scope: Scope, op: Op) -> Proposal | None:
    """Axis numbers for ``lax.dot_general`` and the einsum that means the same."""
    x = scope.value("f", ranks=(2, 3), domain=domain_of(op, 0))
    if x is None:
        return None
    mine = "abc"[: x.aval.rank]
    shared = scope.rng.sample(mine, scope.rng.integer(1, x.aval.rank))
    batch = shared[:1] if len(shared) > 1 and scope.rng.chance(0.7) else []
    summed = shared[len(batch) :]
    free_too = scope.rng.integer(0, 1 if len(shared) > 2 else 2)
    theirs = "".join(scope.rng.shuffled([*shared, *"xy"[:free_too]]))
    sizes = dict(zip(mine, x.aval.shape, strict=True))
    y = contract.bound_value(
        scope, theirs, sizes, dtype=x.aval.dtype, domain=domain_of(op, 1), avoid=(x,)
    )
    if y is None:
        return None
    free = [letter for axes in (mine, theirs) for letter in axes if letter not in shared]
    output = "".join([*batch, *free])
    numbers = [
        tuple(tuple(axes.index(letter) for letter in letters) for axes in (mine, theirs))
        for letters in (summed, batch)
    ]
    attributes = {
        "numbers": f"({numbers[0]!r}, {numbers[1]!r})",
        "equation": f"{mine},{theirs}->{output}",
        "terms": math.prod(sizes[letter] for letter in summed),
    }
    out = Aval(tuple(sizes[letter] for letter in output), x.aval.dtype)
    return Proposal((x, y), (out,), attributes)


def _chain(scope: Scope, op: Op) -> Proposal | None:
    """Three or four matrices in a row; the ends may be vectors."""
    first = scope.value("f", ranks=(1, 2), domain=domain_of(op, 0))
    if first is None:
        return None
    count = scope.rng.choice((3, 3, 3, 4))
    sizes = {"a": first.aval.shape[0], "b": first.aval.shape[-1]}
    operands = [first]
    terms = sizes["b"]
    for k in range(1, count):
        last = k == count - 1 and scope.rng.chance(0.25)
        axes = "abcde"[k] if last else "abcde"[k : k + 2]
        value = contract.bound_value(
            scope, axes, sizes, dtype=first.aval.dtype, domain=domain_of(op, 0), avoid=operands
        )
        if value is None:
            return None
        operands.append(value)
        terms *= value.aval.shape[-1] if not last and k < count - 1 else 1
    left = first.aval.shape[:-1]
    right = operands[-1].aval.shape[1:]
    return Proposal(tuple(operands), (Aval((*left, *right), first.aval.dtype),), {"terms": terms})


_REACH = ((-1e3, 1e3), (-1e3, 1e3))

OPS = [
    function("tensordot", "linalg", _tensordot, multiplied, accuracy=TERMS,
             arguments="{0}, {1}{axes}", domain=_REACH, names=("contracted", "coupled", "response"),
             weight=2.0),
    function("dot_general", "linalg", _dot_general, multiplied, accuracy=TERMS,
             jax="lax.dot_general({0}, {1}, dimension_numbers={numbers})",
             numpy='np.einsum("{equation}", {0}, {1})', domain=_REACH,
             names=("contracted", "products", "mixed"), weight=1.5),
    function("multi_dot", "linalg", _chain, multiplied, accuracy=TERMS,
             jax="jnp.linalg.multi_dot([{*}])", numpy="np.linalg.multi_dot([{*}])",
             domain=((-20, 20),), names=("chained", "composed", "pipeline")),
]  # fmt: skip
