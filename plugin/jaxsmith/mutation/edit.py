"""A change of a text: some of its lines, and what takes their place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """Lines ``start`` up to ``stop`` (counted from 0) are replaced by ``lines``."""

    start: int
    stop: int
    lines: tuple[str, ...]

    def applied(self, text: str) -> str:
        """The text with the change."""
        before = text.split("\n")
        return "\n".join([*before[: self.start], *self.lines, *before[self.stop :]])

    def diff(self, text: str) -> list[str]:
        """The lines that go and those that come, marked as in a patch."""
        before = text.split("\n")[self.start : self.stop]
        gone = [line for line in before if line not in self.lines]
        come = [line for line in self.lines if line not in before]
        return [f"- {line.strip()}" for line in gone] + [f"+ {line.strip()}" for line in come]
