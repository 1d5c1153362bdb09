"""A row of the vocabulary: one operation, and all that is known of it.

A new operation is one more ``Op`` in one of the files of ``corpus/ops/``. It says how JAX and NumPy
spell it, which operands it takes and what comes out (``signature``), which values it may be given
(``domain``), which values come out (``span``) and how closely two implementations of it must agree
(``accuracy``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from jaxsmith.vocabulary.code import ATOM

if TYPE_CHECKING:
    from jaxsmith.program.graph import Graph
    from jaxsmith.vocabulary.accuracy import Accuracy
    from jaxsmith.vocabulary.aval import Aval, Shape
    from jaxsmith.vocabulary.draw import Draw
    from jaxsmith.vocabulary.interval import Interval
    from jaxsmith.vocabulary.stream import Stream
    from jaxsmith.vocabulary.value import Atom, Var

Attributes = Mapping[str, object]
Span = Callable[[Sequence["Interval"], Sequence["Aval"], Attributes], "Interval"]
Smoothness = Literal["smooth", "once", "kinked", "steep", "none"]


@dataclass(frozen=True, slots=True)
class Proposal:
    """One way to apply an operation to values at hand.

    ``attributes`` fill the named placeholders of the spellings; their values are texts or things
    whose ``str`` is Python source. ``names`` are names that suit each output, best first;
    ``intervals`` are the outputs' ranges where the row's ``span`` can't know them.
    """

    operands: tuple[Atom, ...]
    outputs: tuple[Aval, ...]
    attributes: Attributes
    regions: tuple[Graph, ...] = ()
    names: tuple[tuple[str, ...], ...] = ()
    intervals: tuple[Interval, ...] = ()


class Scope(Protocol):
    """What a signature may ask of the program that is being written."""

    rng: Stream

    @property
    def x64(self) -> bool:
        """Whether the program uses 64-bit dtypes, and with them JAX's x64 mode."""

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
        """A value of one of these kinds (letters of ``"bif"``), or None where there is none.

        Takes one at hand whose rank, shape and dtype fit, or adds a parameter (of the shape that
        ``fresh`` gives). A value whose range leaves ``domain`` is first brought inside it.
        """

    def parameter(self, aval: Aval, draw: Draw, hints: tuple[str, ...] = ()) -> Var | None:
        """A new parameter drawn this way, or None where the function has enough of them."""

    def literal(self, kind: str, domain: Interval | None = None) -> Atom:
        """A short number of kind ``"f"`` or ``"i"`` inside the domain."""

    def dtype(self, kind: str) -> str:
        """The dtype this program uses for a kind, or for positions (``"p"``)."""

    def shape(self, ranks: tuple[int, int] = (0, 6)) -> Shape:
        """A shape for a new parameter, made of dimensions that this program uses."""


class Code(Protocol):
    """Definitions that a text must bring along where it applies an operation."""

    def definitions(self, spelling: Literal["jax", "numpy"]) -> Mapping[str, str]:
        """Source by name, what is used before what uses it."""


Guard = Callable[["Scope", "Var", "Interval"], "Proposal | None"]
Signature = Callable[[Scope, "Op"], Proposal | None]


@dataclass(frozen=True, slots=True)
class Op:
    """One operation.

    Attributes:
        name: unique in the vocabulary.
        family: the category that it belongs to.
        jax, numpy: spellings, templates of ``jaxsmith.vocabulary.code``.
        signature: finds operands and types the outputs.
        span: range of the outputs from the ranges of the operands.
        accuracy: the rule and the size of the error that is allowed.
        domain: per operand the range it must lie in; None for any.
        level: precedence of the spelled expression.
        smooth: ``"smooth"``, ``"once"`` (its derivative has kinks, or JAX has no second one),
            ``"kinked"`` (differentiable almost everywhere), ``"steep"`` (likewise, and without a
            bound on its slope where the result is 0) or ``"none"``.
        names: names that suit the result.
        verb: how the operation is called in a function's name; by default its own name.
        helpers: functions of ``corpus/reference_helpers.py`` that the NumPy spelling calls.
        elementwise: every element of the result comes from one element of each operand.
        weight: how often it is chosen within its family.
        control: for an operation that calls functions (its regions), the name of its meaning in
            ``jaxsmith.verdict.regions``; several rows may share one.
        code: definitions that the spellings call, beside the helpers.
        effort: about how many operations the NumPy spelling does; 0 where it is not known.
        guard: proposes the operation as a way to bring a value into a domain, or None if it can't.
    """

    name: str
    family: str
    jax: str
    numpy: str
    signature: Signature
    span: Span
    accuracy: Accuracy
    domain: tuple[Interval | None, ...] = ()
    level: int = ATOM
    smooth: Smoothness = "smooth"
    names: tuple[str, ...] = ()
    verb: str = ""
    helpers: tuple[str, ...] = ()
    elementwise: bool = False
    weight: float = 1.0
    guard: Guard | None = None
    control: str = ""
    code: Code | None = None
    effort: int = 0
