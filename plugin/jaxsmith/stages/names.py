"""The names of the stages, for whoever must know them without importing JAX."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxsmith.errors import InvalidRequestError
from jaxsmith.stages.table import STAGES as STAGES

if TYPE_CHECKING:
    from collections.abc import Iterable

ALL_STAGES = tuple(STAGES)
DEFAULT_STAGES = tuple(stage.name for stage in STAGES.values() if stage.default)


def select(names: Iterable[str]) -> tuple[str, ...]:
    """The stages of those names, each once, in the order of the table.

    Raises:
        InvalidRequestError: a name is not a stage's.
    """
    asked = [names] if isinstance(names, str) else list(names)
    for name in asked:
        if name not in STAGES:
            raise InvalidRequestError(
                f"unknown stage {name!r}; the stages are {', '.join(ALL_STAGES)}"
            )
    return tuple(name for name in ALL_STAGES if name in asked)
