"""Signatures of operations that choose between values: where, select, clip, bands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxsmith.vocabulary import dtypes
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.op import Proposal
from jaxsmith.vocabulary.signatures.elementwise import (
    binary,
    broadcast_shapes,
    broadcastable_to,
    domain_of,
)
from jaxsmith.vocabulary.value import Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxsmith.vocabulary.aval import Shape
    from jaxsmith.vocabulary.op import Op, Scope, Signature
    from jaxsmith.vocabulary.value import Atom, Var

# Mostly exact in float32: a threshold that is not makes a value equal to it too close to call.
FLOATS = (0.5, 1.0, 0.25, -0.5, -1.0, 1.5, 0.1, 0.75, 2.0, -2.0)
INTEGERS = (1, 2, 3, 5, 4, -1, 10, 7)
SYMBOLS = (">", "<", ">=", "<=")


def number(scope: Scope, dtype: str, zero: float = 0.35, like: Var | None = None) -> Literal:
    """A constant to put in, or to compare ``like`` with; zero with this probability."""
    if scope.rng.chance(zero) and (like is None or _splits(like, 0)):
        return _literal(0, dtype)
    return _literal(scope.rng.choice(_pool(dtype, like)), dtype)


def limits(scope: Scope, dtype: str, count: int = 2, like: Var | None = None) -> list[Literal]:
    """Different constants in ascending order, in the range of ``like`` where that is possible."""
    pool = {*_pool(dtype, like), 0}
    if like is not None:
        inside = {n for n in pool if _splits(like, n)}
        pool = inside if len(inside) >= count else {*_pool(dtype), 0}
    return [_literal(n, dtype) for n in sorted(scope.rng.sample(sorted(pool), count))]


def _pool(dtype: str, like: Var | None = None) -> Sequence[float]:
    low, high = dtypes.usual_range(dtype)
    pool = [n for n in (FLOATS if dtypes.kind(dtype) == "f" else INTEGERS) if low <= n <= high]
    # A constant that all values lie on one side of would decide nothing.
    return pool if like is None else [n for n in pool if _splits(like, n)] or pool


def _splits(x: Var, constant: float) -> bool:
    return x.interval.low < constant < x.interval.high


def _literal(value: float, dtype: str) -> Literal:
    return Literal(float(value) if dtypes.kind(dtype) == "f" else value, Aval((), dtype))


def alike(
    scope: Scope, shape: Shape, kinds: str, dtype: str | None = None, avoid: Sequence[Atom] = ()
) -> Var | None:
    """A value of these kinds that broadcasts to the shape."""
    return scope.value(
        kinds,
        where=lambda aval: broadcast_shapes(shape, aval.shape) == shape,
        fresh=lambda: broadcastable_to(scope, shape),
        dtype=dtype,
        avoid=avoid,
    )


def branches(scope: Scope, first: Var, count: int, arrays: float = 0.45) -> list[Atom]:
    """More branches of the dtype of the first one: arrays, or numbers where there is none."""
    dtype = first.aval.dtype
    found: list[Atom] = []
    for _ in range(count):
        branch: Atom | None = None
        if scope.rng.chance(arrays):
            branch = alike(scope, first.aval.shape, dtypes.kind(dtype), dtype, [first, *found])
        found.append(number(scope, dtype) if branch is None else branch)
    return found


def _masks(scope: Scope, like: Var, count: int) -> list[Var] | None:
    found: list[Var] = []
    for _ in range(count):
        mask = alike(scope, like.aval.shape, "b", avoid=found)
        if mask is None:
            return None
        found.append(mask)
    return found


def joined(
    operands: Sequence[Atom], dtype: str, attributes: dict[str, object] | None = None
) -> Proposal | None:
    """The proposal whose output has the shape that all operands broadcast to."""
    shape: Shape | None = ()
    for operand in operands:
        shape = None if shape is None else broadcast_shapes(shape, operand.aval.shape)
    if shape is None:
        return None
    return Proposal(tuple(operands), (Aval(shape, dtype),), attributes or {})


def where(pattern: str) -> Signature:
    """A mask and two branches: ``"an"`` is an array and a number, ``"aa"`` two arrays, ..."""

    def propose(scope: Scope, _op: Op) -> Proposal | None:
        first = scope.value("ffi")
        if first is None:
            return None
        mask = alike(scope, first.aval.shape, "b")
        if mask is None:
            return None
        others = branches(scope, first, 1, arrays=float(pattern == "aa"))
        pair = [*others, first] if pattern == "na" else [first, *others]
        return joined((mask, *pair), first.aval.dtype)

    return propose


def where_numbers(scope: Scope, _op: Op) -> Proposal | None:
    """A mask and two numbers: a weakly typed result of the default dtype, but in x64 mode."""
    mask = None if scope.x64 else scope.value("b")
    dtype = scope.dtype(scope.rng.choice("fi"))
    if mask is None or dtype not in ("float32", "int32"):
        return None
    return joined((mask, *scope.rng.shuffled(limits(scope, dtype))), dtype)


def where_mixed(scope: Scope, _op: Op) -> Proposal | None:
    """A mask, floats and integers, in either order."""
    kinds = scope.rng.shuffled("fi")
    first = scope.value(kinds[0])
    if first is None:
        return None
    second = alike(scope, first.aval.shape, kinds[1])
    mask = alike(scope, first.aval.shape, "b")
    if second is None or mask is None:
        return None
    return joined((mask, first, second), dtypes.promote(first.aval.dtype, second.aval.dtype))


_OF_NUMBERS = "np.where({0}, {1}, np.where({2}, np.uint64({3}), {4}))"


def where_nested(scope: Scope, _op: Op) -> Proposal | None:
    """Two masks and three branches, of which the last two may be numbers."""
    first = scope.value("ffi")
    masks = None if first is None else _masks(scope, first, 2)
    if first is None or masks is None:
        return None
    others = branches(scope, first, 2, arrays=0.3)
    attributes: dict[str, object] = {}
    if first.aval.dtype == "uint64" and all(isinstance(other, Literal) for other in others):
        # Two numbers make an int64, and with that NumPy makes floats of the rest.
        attributes["numpy_template"] = _OF_NUMBERS
    return joined((masks[0], first, masks[1], *others), first.aval.dtype, attributes)


def where_compared(kind: str, result: str) -> Signature:
    """``where(x > t, a, b)``: values of ``kind`` decide between two of kind ``result``."""

    def propose(scope: Scope, op: Op) -> Proposal | None:
        x = scope.value(kind, domain=domain_of(op, 0))
        if x is None:
            return None
        threshold: Atom | None = number(scope, x.aval.dtype, like=x)
        if scope.rng.chance(0.2):
            threshold = alike(scope, x.aval.shape, kind, x.aval.dtype, (x,))
        itself = kind == result and scope.rng.chance(0.5)
        first = x if itself else alike(scope, x.aval.shape, result, avoid=(x,))
        if threshold is None or first is None:
            return None
        pair = scope.rng.shuffled([first, *branches(scope, first, 1)])
        symbol = scope.rng.choice(SYMBOLS)
        return joined((x, threshold, *pair), first.aval.dtype, {"symbol": symbol})

    return propose


def select_masks(scope: Scope, _op: Op) -> Proposal | None:
    """``select`` of two or three masks and as many values, with a default."""
    count = scope.rng.choice((2, 2, 3))
    first = scope.value("ffi")
    masks = None if first is None else _masks(scope, first, count)
    if first is None or masks is None:
        return None
    others = branches(scope, first, count - 1, arrays=0.3)
    operands = (*masks, first, *others, number(scope, first.aval.dtype, 0.6))
    template = _select(scope, [f"{{{i}}}" for i in range(count)], count)
    return joined(operands, first.aval.dtype, template)


def select_bands(kind: str) -> Signature:
    """``select`` by where a value of this kind lies between ascending thresholds."""

    def propose(scope: Scope, op: Op) -> Proposal | None:
        x = scope.value(kind, domain=domain_of(op, 0))
        first = None if x is None else alike(scope, x.aval.shape, kind, x.aval.dtype)
        if x is None or first is None:
            return None
        count = scope.rng.choice((2, 2, 3))
        others = branches(scope, first, count - 1)
        thresholds = limits(scope, x.aval.dtype, count, x)
        compared = [atom for threshold in thresholds for atom in (x, threshold)]
        conditions = [f"{{{2 * i}:bitor}} < {{{2 * i + 1}}}" for i in range(count)]
        operands = (*compared, first, *others, number(scope, x.aval.dtype, 0.6))
        return joined(operands, x.aval.dtype, _select(scope, conditions, 2 * count))

    return propose


def _select(scope: Scope, conditions: list[str], start: int) -> dict[str, object]:
    """The spellings of a ``select`` whose values are the operands from ``start`` on."""
    end = start + len(conditions)
    values = ", ".join(f"{{{i}}}" for i in range(start, end))
    keyword = scope.rng.choice(("", "default="))
    call = f"select([{', '.join(conditions)}], [{values}], {keyword}{{{end}}})"
    return {"jax_template": f"jnp.{call}", "numpy_template": f"np.{call}", "start": start}


def choose(scope: Scope, _op: Op) -> Proposal | None:
    """Integers that pick one of two to four values; those out of range are clipped or wrap."""
    which = scope.value("i", hints=("which", "route", "kind"))
    first = None if which is None else alike(scope, which.aval.shape, "ffi", avoid=(which,))
    if which is None or first is None:
        return None
    count = scope.rng.integer(2, 4)
    others = branches(scope, first, count - 1)
    values = ", ".join(f"{{{i}}}" for i in range(1, count + 1))
    mode = scope.rng.choice(("clip", "wrap"))
    call = f'choose({{0}}, [{values}], mode="{mode}")'
    templates: dict[str, object] = {"jax_template": f"jnp.{call}", "numpy_template": f"np.{call}"}
    return joined((which, first, *others), first.aval.dtype, templates)


def same_shape(selector: str, count: int, kinds: str = "ffi") -> Signature:
    """A selector and ``count`` values, all of one shape, as ``jax.lax`` requires.

    A selector of integers is an int32; one of floats has the dtype of the values.
    """

    def propose(scope: Scope, op: Op) -> Proposal | None:
        dtype = "int32" if selector == "i" else None
        which = scope.value(selector, dtype=dtype, domain=domain_of(op, 0))
        if which is None:
            return None
        like = which.aval.dtype if selector == "f" else None
        cases: list[Var] = []
        for _ in range(count):
            case = scope.value(kinds, shape=which.aval.shape, dtype=like, avoid=[which, *cases])
            if case is None:
                return None
            cases.append(case)
            like = case.aval.dtype
        return joined((which, *cases), cases[0].aval.dtype)

    return propose


def clipped(pattern: str) -> Signature:
    """A value and its limits: ``"nn"`` two numbers, ``"n"`` one, ``"aa"`` two arrays, ``"an"``."""

    def propose(scope: Scope, op: Op) -> Proposal | None:
        x = scope.value("ffi", domain=domain_of(op, 0))
        if x is None:
            return None
        dtype = x.aval.dtype
        ends: list[Atom] = []
        for letter, constant in zip(pattern, limits(scope, dtype, len(pattern), x), strict=True):
            end: Atom | None = constant
            if letter == "a":
                end = alike(scope, x.aval.shape, dtypes.kind(dtype), dtype, [x, *ends])
            if end is None:
                return None
            ends.append(end)
        return joined((x, *ends), dtype)

    return propose


def limited(kinds: str, numbers: float = 0.25) -> Signature:
    """A value and a limit: a number within its range, or any array that broadcasts."""

    def propose(scope: Scope, op: Op) -> Proposal | None:
        if not scope.rng.chance(numbers):
            return binary(kinds, numbers=0.0)(scope, op)
        x = scope.value(kinds)
        return None if x is None else joined((x, number(scope, x.aval.dtype, like=x)), x.aval.dtype)

    return propose


def between(*symbols: tuple[str, str]) -> Signature:
    """A value compared with a lower and with an upper number: a mask."""

    def propose(scope: Scope, op: Op) -> Proposal | None:
        x = scope.value("ffi", domain=domain_of(op, 0))
        if x is None:
            return None
        low, high = limits(scope, x.aval.dtype, like=x)
        lower, upper = scope.rng.choice(symbols)
        return joined((x, low, x, high), "bool", {"lower": lower, "upper": upper})

    return propose


def compared(kinds: str, numbers: float = 0.5, *, hits: bool = False) -> Signature:
    """Two operands of one dtype, the second often a number within the range of the first.

    With ``hits`` it is one that inputs often are equal to, for ``==`` and ``!=``.
    """

    def propose(scope: Scope, op: Op) -> Proposal | None:
        x = scope.value(kinds, domain=domain_of(op, 0))
        if x is None:
            return None
        kind, dtype = dtypes.kind(x.aval.dtype), x.aval.dtype
        if kind != "b" and scope.rng.chance(numbers):
            ends = [n for n in (0, 1, -1) if x.interval.low <= n <= x.interval.high]
            hit = hits and kind == "f" and ends
            other = _literal(scope.rng.choice(ends), dtype) if hit else number(scope, dtype, like=x)
            return joined((x, other), "bool")
        partner = alike(scope, x.aval.shape, kind, dtype, (x,))
        return None if partner is None else joined((x, partner), "bool")

    return propose
