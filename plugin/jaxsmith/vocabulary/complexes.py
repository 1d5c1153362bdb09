"""Rows for complex numbers, made of rows for floats whose spellings mean the same.

A range is that of both parts. What a float row says of sizes, its complex row says of moduli.
"""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.dtypes import kind, part
from jaxsmith.vocabulary.interval import Interval

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jaxsmith.vocabulary.aval import Shape
    from jaxsmith.vocabulary.draw import Draw
    from jaxsmith.vocabulary.op import Attributes, Op, Proposal, Scope, Span
    from jaxsmith.vocabulary.value import Atom, Var


class ComplexScope:
    """A scope that hands out complex numbers where floats are asked for."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.rng = scope.rng

    @property
    def x64(self) -> bool:
        """See ``Scope``."""
        return self.scope.x64

    def value(
        self,
        kinds: str = "f",
        *,
        ranks: tuple[int, int] = (0, 6),
        where: Callable[[Aval], bool] | None = None,
        shape: Shape | None = None,
        dtype: str | None = None,
        fresh: Callable[[], Shape] | None = None,
        domain: Interval | None = None,
        hints: tuple[str, ...] = (),
        avoid: Sequence[Atom] = (),
    ) -> Var | None:
        """A complex value, unless no float would do."""
        return self.scope.value(
            "c" if "f" in kinds else kinds,
            ranks=ranks,
            where=where,
            shape=shape,
            dtype=dtype,
            fresh=fresh,
            domain=domain,
            hints=hints,
            avoid=avoid,
        )

    def parameter(self, aval: Aval, draw: Draw, hints: tuple[str, ...] = ()) -> Var | None:
        """See ``Scope``."""
        return self.scope.parameter(aval, draw, hints)

    def literal(self, kind: str, domain: Interval | None = None) -> Atom:
        """A short real number, or an integer."""
        return self.scope.literal("c" if kind == "f" else kind, domain)

    def dtype(self, kind: str) -> str:
        """The program's complex dtype for floats."""
        return self.scope.dtype("c" if kind == "f" else kind)

    def shape(self, ranks: tuple[int, int] = (0, 6)) -> Shape:
        """See ``Scope``."""
        return self.scope.shape(ranks)


def complex_row(op: Op, *, real: bool = False) -> Op:
    """The row for complex operands; with ``real`` its results are real, as a norm is."""

    def propose(scope: Scope, row: Op) -> Proposal | None:
        proposal = op.signature(ComplexScope(scope), row)
        if proposal is None or not real:
            return proposal
        outputs = tuple(Aval(aval.shape, part(aval.dtype)) for aval in proposal.outputs)
        return replace(proposal, outputs=outputs)

    return replace(
        op,
        name=f"complex_{op.name}",
        family="complex",
        signature=propose,
        span=op.span if op.accuracy.rule == "move" else moduli(op.span, real=real),
        verb=op.verb or op.name,
    )


def modulus(parts: Interval) -> Interval:
    """The range of the modulus of a number both of whose parts lie in a range of one sign.

    Where that holds 0, the range of all real numbers that are no larger.
    """
    most = math.sqrt(2.0) * parts.magnitude
    return Interval(math.sqrt(2.0) * parts.smallest if parts.smallest else -most, most)


def moduli(span: Span, *, real: bool = False) -> Span:
    """The range rule of floats, of moduli: no part is larger than what it gives."""

    def rule(
        intervals: Sequence[Interval], avals: Sequence[Aval], attributes: Attributes
    ) -> Interval:
        sizes = [
            modulus(interval)
            if kind(aval.dtype) == "c" and interval.low < interval.high
            else interval  # a single number is one of the source's, and real
            for interval, aval in zip(intervals, avals, strict=True)
        ]
        found = span(sizes, avals, attributes)
        if real:
            return found
        most = found.magnitude
        with suppress(ArithmeticError, ValueError):  # not where a size of 0 is no operand at all
            anywhere = [
                size if size is interval else Interval(-size.magnitude, size.magnitude)
                for size, interval in zip(sizes, intervals, strict=True)
            ]
            # A sum is largest where the numbers point the same way, a difference where they don't.
            most = max(most, span(anywhere, avals, attributes).magnitude)
        return Interval(-most, most)

    return rule
