"""A corpus: categories found as files, and the functions that they write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jaxsmith.program.function import Case, Function


class Category(Protocol):
    """One family of functions: a marker, what it says in ``pytest --markers``, and a writer."""

    @property
    def name(self) -> str:
        """The marker; a Python identifier."""

    @property
    def summary(self) -> str:
        """One line for ``pytest --markers``."""

    @property
    def bases(self) -> frozenset[str]:
        """Categories whose markers a function of this one may carry beside its own."""

    def write(self, case: Case) -> Function:
        """The function of that seed and index; the same bytes each time."""


class Corpus(Protocol):
    """The categories of a corpus, by name, in the order in which records are written."""

    @property
    def categories(self) -> Mapping[str, Category]:
        """Categories by name."""

    @property
    def tags(self) -> Mapping[str, str]:
        """Every tag a function may carry beside categories, with one line on what it means."""

    def write(self, case: Case) -> Function:
        """``self.categories[case.category].write(case)``."""
