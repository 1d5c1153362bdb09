"""Static arguments: given to trace a function, left out to call what was compiled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jaxsmith.stages import compat

if TYPE_CHECKING:
    from collections.abc import Mapping


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

    def drop(
        self, args: tuple[object, ...], kwargs: Mapping[str, object]
    ) -> tuple[tuple[object, ...], dict[str, object]]:
        """The arguments of a call without the static ones."""
        static = {number % len(args) if number < 0 else number for number in self.argnums if args}
        return (
            tuple(value for number, value in enumerate(args) if number not in static),
            {name: value for name, value in kwargs.items() if name not in self.argnames},
        )
