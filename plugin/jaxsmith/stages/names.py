"""The names of the stages, for whoever must know them without importing JAX."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from jaxsmith.errors import InvalidRequestError
from jaxsmith.stages.table import STAGES as STAGES

if TYPE_CHECKING:
    from collections.abc import Iterable

ALL_STAGES = tuple(STAGES)
DEFAULT_STAGES = tuple(stage.name for stage in STAGES.values() if stage.default)
DUMPED = frozenset(stage.name for stage in STAGES.values() if stage.dump is not None)
"""Those that XLA writes while it compiles."""

_LOWERING = "stablehlo_"
PLATFORMS = tuple(stage.platform for stage in STAGES.values() if stage.platform)
"""Platforms that a function can be lowered for without one being there."""


def select(names: Iterable[str]) -> tuple[str, ...]:
    """The stages of those names, each once, in the order of the table.

    Raises:
        InvalidRequestError: a name is not a stage's, or a stage needs a tool that isn't there.
    """
    asked = _known(names, "stage", ALL_STAGES)
    for name in asked:
        _require(STAGES[name].tools, name)
    return tuple(name for name in ALL_STAGES if name in asked)


def lowerings(platforms: Iterable[str]) -> tuple[str, ...]:
    """The stages that are the lowerings for those platforms.

    Raises:
        InvalidRequestError: a platform is not one of ``PLATFORMS``.
    """
    return tuple(_LOWERING + name for name in _known(platforms, "platform", PLATFORMS))


def _known(names: Iterable[str], kind: str, known: tuple[str, ...]) -> list[str]:
    asked = [names] if isinstance(names, str) else list(names)
    for name in asked:
        if name not in known:
            raise InvalidRequestError(
                f"unknown {kind} {name!r}; the {kind}s are {', '.join(known)}"
            )
    return asked


def _require(tools: tuple[str, ...], stage: str) -> None:
    if tools and not any(map(shutil.which, tools)):
        raise InvalidRequestError(
            f"the stage {stage!r} needs {' or '.join(tools)}, which is not on the PATH"
        )
