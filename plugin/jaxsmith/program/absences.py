"""What a version, a platform or a machine does not have, as data that a program is held against.

A limitation (``jaxsmith.program.limits``) is a bug of JAX; an absence is none: JAX says that it
can't do a thing, or the machine lacks what it takes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jaxsmith.program.limits import is_within

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jaxsmith.program.function import Function


@dataclass(frozen=True, slots=True)
class Place:
    """Where a program is about to be compiled.

    Attributes:
        version: of JAX.
        platform: as JAX calls it: ``"cpu"``, ``"gpu"`` or ``"tpu"``.
        devices: how many of them there are.
    """

    version: str
    platform: str
    devices: int


@dataclass(frozen=True, slots=True)
class Absence:
    """One thing that some places do not have.

    Attributes:
        says: what the source of a program, or the type of a parameter (``int4[2,3]``), says, all of
            it, that asks for the thing.
        reason: what is missing, in one line.
        platforms: those that lack it; any, where empty.
        since, before: the versions of JAX that lack it, as those of a ``Limitation``.
        devices: how many devices it takes.
    """

    says: tuple[str, ...]
    reason: str
    platforms: tuple[str, ...] = ()
    since: str | None = None
    before: str | None = None
    devices: int = 0

    def is_at(self, place: Place) -> bool:
        """Whether the place lacks the thing."""
        platform = not self.platforms or place.platform in self.platforms
        few = not self.devices or place.devices < self.devices
        return platform and few and is_within(place.version, self.since, self.before)

    def is_asked_for(self, text: str) -> bool:
        """Whether a program asks for the thing, of which this is the source with its types."""
        return all(part in text for part in self.says)


def lacking(absences: Iterable[Absence], function: Function, place: Place) -> Absence | None:
    """The first thing that a function asks for and a place lacks; None where it has them all."""
    here = [each for each in absences if each.is_at(place)]
    if not here:
        return None
    text = "\n".join([function.source_code, *(str(param.aval) for param in function.params)])
    return next((each for each in here if each.is_asked_for(text)), None)
