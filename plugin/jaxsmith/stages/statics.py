"""Static arguments: given to trace a function, left out to call what was compiled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jax

from jaxsmith.stages import compat

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, slots=True)
class StaticArguments:
    """Which arguments are static: positions, possibly negative, and names."""

    argnums: frozenset[int]
    argnames: frozenset[str]

    @classmethod
    def of(cls, jitted: object) -> StaticArguments:
        """Those that a function was jitted with, or that JAX inferred from its signature."""
        argnums, argnames = compat.static_arguments(jitted)
        return cls(frozenset(argnums), frozenset(argnames))

    def positions(self, count: int) -> frozenset[int]:
        """The positions of static arguments in a call with so many positional ones.

        A parameter that the call gives by name, or not at all, has a position past the last one.
        """
        places = (number + count if number < 0 else number for number in self.argnums)
        return frozenset(place for place in places if 0 <= place < count)

    def drop(
        self, args: tuple[object, ...], kwargs: Mapping[str, object]
    ) -> tuple[tuple[object, ...], dict[str, object]]:
        """The arguments of a call without the static ones."""
        static = self.positions(len(args))
        return (
            tuple(value for number, value in enumerate(args) if number not in static),
            {name: value for name, value in kwargs.items() if name not in self.argnames},
        )

    def map(
        self, change: Callable[[Any], Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The arguments of a call with every leaf changed, static ones as they are."""
        static = self.positions(len(args))
        return (
            tuple(arg if i in static else jax.tree.map(change, arg) for i, arg in enumerate(args)),
            {
                name: value if name in self.argnames else jax.tree.map(change, value)
                for name, value in kwargs.items()
            },
        )
