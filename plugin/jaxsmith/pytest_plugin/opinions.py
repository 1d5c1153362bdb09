"""Opinions of others on a function: who agrees with what is expected, who parts, who is silent."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from jaxsmith.clock import timed
from jaxsmith.pytest_plugin.findings import Unfit, UnfitError
from jaxsmith.stages import NoOpinionError
from jaxsmith.verdict import compare

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jaxsmith.stages import Panel, Question
    from jaxsmith.verdict import Expectation, Mismatch

REFERENCE = "numpy"
EAGER = "jax_eager"
"""What records call the opinions that there are without asking anybody."""

# Where the values themselves are in doubt; what raised has no values to hold against others.
_IN_DOUBT = ("mismatch", "nan_mismatch")


@dataclass(slots=True)
class Opinions:
    """What those on the panel say of one function, asked at most once.

    Args:
        panel: who is asked.
        question: the function and its arguments.
        expectations: what is expected of it on each input set.
        besides: who need not be asked, as the expectations are theirs.

    Attributes:
        silent: why some have no opinion, once they were asked.
    """

    panel: Panel
    question: Question
    expectations: Sequence[Expectation]
    besides: frozenset[str] = frozenset()
    silent: dict[str, str] = field(default_factory=dict)

    def all_agree(self) -> tuple[str, ...]:
        """The names of those who agree with what is expected.

        Raises:
            UnfitError: ``dissent``, if one does not.
        """
        found = list(self._given())
        for name, mismatch in found:
            if mismatch is not None:
                raise UnfitError(Unfit("dissent", f"{name}: {mismatch.detail}"))
        return tuple(name for name, _ in found)

    @contextmanager
    def told(self) -> Iterator[None]:
        """Add to a mismatch of the compiled function what the others say."""
        try:
            yield
        except UnfitError as error:
            unfit = error.unfit
            if unfit.reason in _IN_DOUBT:
                lines = [_line(name, mismatch) for name, mismatch in self._given()]
                lines += [f"{name} has no opinion: {why}" for name, why in self.silent.items()]
                shown = "\n".join(part for part in (unfit.explanation, *lines) if part)
                error.unfit = replace(unfit, explanation=shown)
            raise

    def _given(self) -> Iterator[tuple[str, Mismatch | None]]:
        """Who has an opinion, each with where it first parts from what is expected."""
        for name in self.panel.names:
            if name in self.besides:
                continue
            try:
                with timed(name):
                    results = self.panel.ask(name, self.question)
            except NoOpinionError as error:
                self.silent[name] = str(error)
                continue
            outputs = self.question.extracted.outputs
            compared = (
                compare(leaves, expectation, outputs).mismatch
                for leaves, expectation in zip(results, self.expectations, strict=True)
            )
            yield name, next(filter(None, compared), None)


def _line(name: str, mismatch: Mismatch | None) -> str:
    if mismatch is None:
        return f"{name} agrees with the reference"
    return f"{name} parts from the reference: {mismatch.detail}"
