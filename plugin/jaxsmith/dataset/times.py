"""How long the stages of a run took, all processes together."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

OTHER = "other"
"""What no stage counted."""


class Times:
    """A sum over functions.

    Attributes:
        functions: how many were counted.
        seconds: how long each stage took; ``OTHER`` is the rest of what the functions took.
    """

    def __init__(self) -> None:
        self.functions = 0
        self.seconds: dict[str, float] = {}

    def add(self, seconds: float, stages: Mapping[str, float]) -> None:
        """Count in a function that took so many seconds, and its stages so many of them."""
        if not stages:
            return  # it crashed, and nobody knows
        self.functions += 1
        rest = {OTHER: seconds - sum(stages.values())}
        for stage, spent in {**stages, **rest}.items():
            self.seconds[stage] = self.seconds.get(stage, 0.0) + spent

    def rows(self) -> list[tuple[str, float, float]]:
        """For each stage its seconds and its share, in the order in which a function met them."""
        total = sum(self.seconds.values())
        stages = sorted(self.seconds, key=OTHER.__eq__)  # stable: the rest comes last
        return [(stage, self.seconds[stage], self.seconds[stage] / total) for stage in stages]
