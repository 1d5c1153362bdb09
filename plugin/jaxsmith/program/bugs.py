"""Bugs of released versions of JAX that are known, each with a script that shows it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jaxsmith.program.limits import is_within

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class KnownBug:
    """A bug, the versions that have it, and where it is told of.

    Its script needs nothing but JAX and NumPy. It defines ``function``, its ``inputs`` (a tuple),
    what is ``expected`` of it (a pytree of arrays) and the absolute ``tolerance`` (a number, or one
    for each leaf). The bug is there where the compiled function gives something else, or raises.

    Attributes:
        name: what it is called in ``FINDINGS.md``; its script is called so too.
        since: the first version of JAX that has it; None where all that were run have it.
        before: the first version after that without it; None where none is free of it yet.
        link: where others tell of it; empty if nobody does.
    """

    name: str
    since: str | None = None
    before: str | None = None
    link: str = ""

    def affects(self, version: str) -> bool:
        """Whether a version of JAX is said to have it."""
        return is_within(version, self.since, self.before)

    def script(self, folder: Path) -> str:
        """The text of its script, in the folder of such scripts; it begins with what goes wrong."""
        return (folder / f"{self.name.replace('-', '_')}.py").read_text(encoding="utf-8")


def summary(script: str) -> str:
    """What goes wrong, in one line."""
    return (ast.get_docstring(ast.parse(script)) or "").partition("\n")[0]
