"""A corpus: categories found as files, and the functions that they write."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from jaxsmith.errors import RejectedError
from jaxsmith.program import idioms
from jaxsmith.program.derive import derive
from jaxsmith.program.helpers import Helpers
from jaxsmith.program.tags import TAGS
from jaxsmith.program.write import case_stream
from jaxsmith.vocabulary.table import Vocabulary, discover

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

    from jaxsmith.program.absences import Absence
    from jaxsmith.program.function import Case, Function
    from jaxsmith.program.limits import Limitation
    from jaxsmith.vocabulary.op import Op


DRAFTS = 8
"""How many drafts of a function are tried before its case is given up."""

# After so many drafts a function is written anew: its base may be no use itself.
BASES_TRIED = 4

# How many functions are kept at hand: more than one of each category.
RECENT = 64


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

    def markers(self, case: Case, corpus: Corpus) -> frozenset[str]:
        """Its own marker and those of its bases: what is known before the function is written."""

    def write(self, case: Case, corpus: Corpus, draft: int = 0) -> Function:
        """The function of that seed and index; the same bytes each time.

        A ``draft`` above 0 is another function in its place, for where an earlier one turned out to
        be no use as a sample.

        Raises:
            RejectedError: if that index gives no function.
        """


class Corpus:
    """The categories of a package and the vocabulary they draw from.

    The package holds ``categories/`` (each module a ``CATEGORY``), ``ops/`` (each module a list
    ``OPS``) and ``reference_helpers.py`` (functions that references may call). It may hold
    ``idioms/`` (each module a list ``IDIOMS``, with its code); ``limitations.py`` (a list
    ``LIMITATIONS``), if some JAX can't be trusted with everything; and ``absences.py`` (a list
    ``ABSENCES``), if some JAX or platform does not have everything.
    """

    def __init__(self, package: str) -> None:
        self.package = package
        ops = importlib.import_module(f"{package}.ops")
        categories = importlib.import_module(f"{package}.categories")
        self.vocabulary = Vocabulary([*discover(ops), *_idioms(package)])
        self.helpers = Helpers(Path(ops.__path__[0]).parent / "reference_helpers.py")
        self.categories: Mapping[str, Category] = _categories(categories)
        self.limitations: tuple[Limitation, ...] = _listed(package, "limitations")
        self.absences: tuple[Absence, ...] = _listed(package, "absences")
        self.tags: Mapping[str, str] = TAGS
        # The next functions of a category may be made from it.
        self._recent = lru_cache(maxsize=RECENT)(self._written)

    def write(self, case: Case, draft: int = 0, base_draft: int = 0) -> Function:
        """The function of that category, seed and index; see ``Category.write``.

        Every second is made from the one before it, from that draft of it, if some transformation
        applies.
        """
        if not case.is_derived:
            return self._recent(case, draft)
        derived = self._derived(case, draft, base_draft) if draft < BASES_TRIED else None
        return derived or self.categories[case.category].write(case, self, draft)

    def rewrite(self, case: Case, source_code: str, draft: int) -> Function | None:
        """The function of that case and draft that reads like this; None if none is written.

        Args:
            case: of a record.
            source_code: of the record.
            draft: how many drafts of the function were no use before it.
        """
        # Which draft of its base it was made from, its record does not say.
        for base_draft in range(DRAFTS if case.is_derived else 1):
            with suppress(RejectedError):
                function = self.write(case, draft, base_draft)
                if function.source_code == source_code:
                    return function
        return None

    def _written(self, case: Case, draft: int) -> Function:
        return self.categories[case.category].write(case, self, draft)

    def _derived(self, case: Case, draft: int, base_draft: int) -> Function | None:
        with suppress(RejectedError):
            base = self._recent(case.base, base_draft)
            rng = case_stream(case).child(f"derived{draft}")
            return derive(case, base, rng, self.helpers, draft)
        return None


def _idioms(package: str) -> list[Op]:
    name = f"{package}.idioms"
    if importlib.util.find_spec(name) is None:
        return []
    return idioms.discover(importlib.import_module(name))


def _listed(package: str, module: str) -> tuple[Any, ...]:
    """The list that a module holds, of the same name; empty where there is no such module."""
    name = f"{package}.{module}"
    if importlib.util.find_spec(name) is None:
        return ()
    return tuple(getattr(importlib.import_module(name), module.upper()))


def _categories(package: ModuleType) -> dict[str, Category]:

    names = sorted(info.name for info in pkgutil.iter_modules(package.__path__))
    found = [importlib.import_module(f"{package.__name__}.{name}").CATEGORY for name in names]
    return {category.name: category for category in found}
