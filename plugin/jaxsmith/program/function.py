"""A written function: what the generator hands to every later room."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jaxsmith.program.graph import Graph
    from jaxsmith.vocabulary.aval import Aval
    from jaxsmith.vocabulary.draw import Draw


@dataclass(frozen=True, slots=True)
class Case:
    """The name of one function of a corpus: all that a pytest item carries.

    A case is light (three small values), so that a million of them can be collected; the function
    itself is written again, byte for byte, when the item runs.
    """

    category: str
    index: int
    seed: int

    @property
    def is_derived(self) -> bool:
        """Whether the function is made from the one before it of its category: every second is."""
        return self.index % 2 == 1

    @property
    def base(self) -> Case:
        """The one before it, from which it is made if it is derived."""
        return replace(self, index=self.index - 1)

    @property
    def place(self) -> int:
        """How many functions of its category come before it that are not derived."""
        return (self.index + 1) // 2

    @property
    def id(self) -> str:
        """The record's id and the pytest parameter id, such as ``"math-s0-000017"``."""
        return f"{self.category}-s{self.seed}-{self.index:06d}"


@dataclass(frozen=True, slots=True)
class Param:
    """One positional argument of a written function: its name, type and how to draw values."""

    name: str
    aval: Aval
    draw: Draw


@dataclass(frozen=True, slots=True)
class Function:
    """One function of the corpus as text, with the types that the generator derived.

    ``source_code`` run in an empty namespace defines ``name`` with JAX; ``reference_source`` does
    the same with NumPy (and SciPy's special functions where ``needs_scipy``), under the same name.
    ``outputs`` are the leaves of the result in tree order; ``structure`` is the tree itself with
    ``"*"`` for a leaf, made of tuples, lists and dicts. ``graph`` is what both texts say, and what
    error bounds are carried through; code that was written by hand is one operation of it.
    ``op_count`` says how many operations the text has.

    ``wrt`` names the parameters by which the function can be differentiated. A function that was
    made from another has it as its ``base``, and the list of what was applied to it, outermost
    first, as ``transform``.
    """

    case: Case
    name: str
    tags: frozenset[str]
    source_code: str
    reference_source: str
    params: tuple[Param, ...]
    outputs: tuple[Aval, ...]
    structure: object
    x64: bool
    op_count: int
    graph: Graph = field(repr=False)
    wrt: tuple[str, ...] = ()
    transform: tuple[str, ...] = ()
    base: Function | None = field(repr=False, default=None)

    @property
    def markers(self) -> frozenset[str]:
        """What ``-m`` can select: the category and the tags."""
        return self.tags | {self.case.category}
