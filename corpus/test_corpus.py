"""Every function of the corpus, as one parametrized test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from . import CORPUS

if TYPE_CHECKING:
    from jaxsmith.program.function import Case
    from jaxsmith.pytest_plugin import Jaxsmith


# JAX advises against some of what these functions do, each version against something else.
@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.jaxsmith_corpus(CORPUS)
def test_function(case: Case, jaxsmith: Jaxsmith) -> None:
    """Compile, run, check and emit one function."""
    jaxsmith.check_case(case)
