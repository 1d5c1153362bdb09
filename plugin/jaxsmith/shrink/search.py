"""Smaller and smaller for as long as it still disagrees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jaxsmith.errors import JaxsmithError
from jaxsmith.shrink.sample import Sample
from jaxsmith.shrink.steps import STEPS
from jaxsmith.verdict import noise
from jaxsmith.verdict.spelled import NAMESPACE

if TYPE_CHECKING:
    from collections.abc import Callable

    from jaxsmith.program.function import Function
    from jaxsmith.program.helpers import Helpers
    from jaxsmith.sample.sets import InputSet

TRIES = 120
"""How many programs are run at most: about half a second each."""


@dataclass(slots=True)
class _Search:
    function: Function
    helpers: Helpers
    differs: Callable[[Function, InputSet], bool]
    left: int

    def fails(self, sample: Sample) -> bool:
        """Whether a sample still disagrees; one that is no function any more does not."""
        if self.left <= 0:
            return False
        self.left -= 1
        try:
            return self.differs(sample.written(self.function, self.helpers), sample.inputs)
        except JaxsmithError:
            return False  # what was cut does not fit together

    def namespace(self, sample: Sample) -> dict[str, Any]:
        """What the reference of a sample calls."""
        written = sample.written(self.function, self.helpers)
        return {**NAMESPACE, **noise.load(written.reference_source, written.name).__globals__}

    def run(self, sample: Sample) -> Sample:
        """The smallest that was found."""
        smaller = True
        while smaller and self.left > 0:
            smaller = False
            for step in STEPS:
                while (found := self._next(step, sample)) is not None:
                    sample, smaller = found, True
        return sample

    def _next(self, step: Any, sample: Sample) -> Sample | None:
        candidates = (each.without_dead() for each in step(sample, self.namespace(sample)))
        return next((each for each in candidates if each.graph.results and self.fails(each)), None)


def shrink(
    function: Function,
    inputs: InputSet,
    helpers: Helpers,
    differs: Callable[[Function, InputSet], bool],
    tries: int = TRIES,
) -> tuple[Function, InputSet] | None:
    """A smaller function that still disagrees with its reference, and on what.

    Args:
        function: one that disagrees.
        inputs: on what it does.
        helpers: functions that references may call.
        differs: whether a function disagrees on an input set, in the same way.
        tries: how many functions to run at most.

    Returns:
        The smallest that was found; None where not even the function, written again, disagrees.
    """
    search = _Search(function, helpers, differs, tries)
    sample = Sample(function.graph, inputs.arrays)
    if not search.fails(sample):
        return None
    found = search.run(sample)
    return found.written(function, helpers), found.inputs
