"""The graph of a function: equations over typed values, with nested graphs for its regions."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jaxsmith.vocabulary.value import Var

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jaxsmith.vocabulary.op import Attributes, Op
    from jaxsmith.vocabulary.value import Atom


@dataclass(frozen=True, slots=True, eq=False)
class Eqn:
    """``outputs = op(*operands, **attributes)``; ``regions`` are the functions the op calls."""

    op: Op
    operands: tuple[Atom, ...]
    outputs: tuple[Var, ...]
    attributes: Attributes
    regions: tuple[Graph, ...] = ()

    def number(self, name: str, otherwise: int | None = None) -> int:
        """An attribute that is an integer; ``otherwise`` where it isn't given."""
        value = self.attributes.get(name, otherwise)
        assert isinstance(value, int)
        return value

    def axes(self, name: str) -> tuple[int | None, ...]:
        """An attribute that lists an axis, or None, per operand or output."""
        value = self.attributes[name]
        assert isinstance(value, tuple)
        return value


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """A function body in single assignment form. A region may use values of the graphs around it.

    ``groups`` says how many of ``params`` make up each positional argument: 0 for a plain value, n
    for a tuple of n. ``returns`` is the template of the result, such as ``"({0}, {1}), {2}"``.
    ``name`` is what the function is called where it is printed with a name.
    """

    params: tuple[Var, ...]
    eqns: tuple[Eqn, ...]
    results: tuple[Atom, ...]
    name: str = ""
    groups: tuple[int, ...] = ()
    returns: str = ""
    _uses: list[Counter[Var]] = field(default_factory=list, init=False, repr=False)

    def walk(self) -> Iterator[Eqn]:
        """Every equation, those of regions before the equation that holds them."""
        for eqn in self.eqns:
            for region in eqn.regions:
                yield from region.walk()
            yield eqn

    def uses(self) -> Counter[Var]:
        """How often each value is read, in this graph and in its regions."""
        if not self._uses:  # counted once: every function around this one asks for it
            count: Counter[Var] = Counter()
            for eqn in self.eqns:
                count.update(atom for atom in eqn.operands if isinstance(atom, Var))
                for region in eqn.regions:
                    count.update(region.uses())
            count.update(atom for atom in self.results if isinstance(atom, Var))
            self._uses.append(count)
        return self._uses[0]
