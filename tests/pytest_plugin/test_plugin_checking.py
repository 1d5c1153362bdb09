"""What is known of one draft is not taken for what is true of another."""

from __future__ import annotations

from dataclasses import replace

import pytest

from corpus import CORPUS
from jaxsmith.program.function import Case
from jaxsmith.pytest_plugin import checking
from jaxsmith.pytest_plugin.findings import Unfit, UnfitError
from jaxsmith.vocabulary.aval import Aval


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
