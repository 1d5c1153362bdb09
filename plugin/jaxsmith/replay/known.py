"""Every script of a corpus package, run; and whether what it shows is what its row says."""

from __future__ import annotations

import importlib
import importlib.util
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jaxsmith.errors import InvalidRequestError
from jaxsmith.program.bugs import KnownBug, summary
from jaxsmith.program.packages import corpus_package
from jaxsmith.stages.replay import replay
from jaxsmith.stages.supported import installed

if TYPE_CHECKING:
    from collections.abc import Sequence

FOLDER = "findings"


@dataclass(frozen=True, slots=True)
class Replayed:
    """One bug, looked for.

    Attributes:
        name: of the bug.
        summary: what goes wrong, in one line.
        affected: whether the row says that this version has it.
        seen: what went wrong; empty if nothing did.
    """

    name: str
    summary: str
    affected: bool
    seen: str

    @property
    def agrees(self) -> bool:
        """Whether it was found where the row says so, and only there."""
        return bool(self.seen) == self.affected


def known_bugs(package: str | None = None) -> tuple[list[KnownBug], Path]:
    """The bugs that a corpus package knows, and the folder of their scripts.

    Args:
        package: its name; by default the one that there is.

    Raises:
        InvalidRequestError: there is no such package, or it knows of no bugs.
    """
    name = corpus_package(package)
    if importlib.util.find_spec(f"{name}.bugs") is None:
        raise InvalidRequestError(f"the package {name} has no module bugs, with a list BUGS")
    module = importlib.import_module(f"{name}.bugs")
    return module.BUGS, Path(module.__file__ or "").parent / FOLDER


def replay_all(bugs: Sequence[KnownBug], folder: Path) -> list[Replayed]:
    """Look for bugs in the JAX that is installed, each in a process of its own."""
    version = installed()

    def one(bug: KnownBug) -> Replayed:
        script = bug.script(folder)
        return Replayed(bug.name, summary(script), bug.affects(version), replay(script))

    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        return list(pool.map(one, bugs))


def render(found: Sequence[Replayed]) -> str:
    """A line for each bug, what is not as its row says first; and the sum."""
    lines = []
    for each in sorted(found, key=lambda one: (one.agrees, not one.seen)):
        state = "found" if each.seen else "not found"
        if not each.agrees:
            state += ", though its row says that this version " + (
                "has it" if each.affected else "is free of it"
            )
        lines.append(f"{each.name}: {state}")
        lines.append(f"    {each.summary}" + (f" It {each.seen}." if each.seen else ""))
    agreeing = sum(each.agrees for each in found)
    seen = sum(bool(each.seen) for each in found)
    lines.append(
        f"jax {installed()}: {seen} of {len(found)} known bugs found; "
        f"{agreeing} are as their rows say"
    )
    return "\n".join(lines)
