"""Values of a program: variables and literals, each with its type and range."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jaxsmith.vocabulary.interval import Interval

if TYPE_CHECKING:
    from jaxsmith.vocabulary.aval import Aval


@dataclass(frozen=True, slots=True, eq=False)
class Var:
    """The result of an equation or a parameter; equal only to itself.

    ``hints`` are names that would suit it, best first. ``weak`` says that JAX may hold it for
    weakly typed: it is made of numbers of Python, and its dtype gives way to another of its kind.
    """

    aval: Aval
    interval: Interval
    hints: tuple[str, ...] = ()
    weak: bool = False


@dataclass(frozen=True, slots=True)
class Literal:
    """A Python scalar written in the source; takes the dtype of what it meets."""

    value: float | int | bool
    aval: Aval

    @property
    def interval(self) -> Interval:
        """The one value."""
        return Interval(float(self.value), float(self.value))

    def __str__(self) -> str:
        return repr(self.value)


Atom = Var | Literal
