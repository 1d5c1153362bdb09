"""What is known of a draft: kept, and not taken for what is true of another."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from corpus import CORPUS
from jaxsmith.errors import RejectedError
from jaxsmith.program.function import Case
from jaxsmith.pytest_plugin import checking
from jaxsmith.pytest_plugin.findings import Unfit, UnfitError
from jaxsmith.vocabulary.aval import Aval

if TYPE_CHECKING:
    from jaxsmith.program.function import Function
    from jaxsmith.verdict import Examined


def test_a_draft_of_the_same_text_with_other_inputs_is_examined_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(checking, "_samples", {})
    monkeypatch.setattr(checking, "_unfit", lambda base: Unfit("trivial", "seen"))
    drafted = CORPUS.write(Case("math", 0, 0))
    first, *others = drafted.params
    other = replace(drafted, params=(replace(first, aval=Aval((9, 9), "float32")), *others))
    assert other.source_code == drafted.source_code
    checking._remember(drafted, None)
    checking._require_sample(drafted, CORPUS)
    with pytest.raises(UnfitError, match="trivial"):
        checking._require_sample(other, CORPUS)


def test_a_draft_that_is_no_sample_is_examined_once(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def refuse(function: Function, _roundoff: float) -> Examined:
        seen.append(function.name)
        raise RejectedError("trivial", "seen")

    monkeypatch.setattr(checking, "_samples", {})
    monkeypatch.setattr(checking, "examine", refuse)
    drafted = CORPUS.write(Case("math", 0, 0))
    with pytest.raises(UnfitError, match="trivial: seen"):
        checking._sample(drafted, CORPUS)
    with pytest.raises(UnfitError, match="trivial: seen"):  # as what something else is made from
        checking._require_sample(drafted, CORPUS)
    assert seen == [drafted.name]
