"""A new operation takes one row, wherever it is written."""

from types import SimpleNamespace

import numpy as np
import pytest

from corpus import CORPUS
from jaxsmith.errors import RejectedError
from jaxsmith.program.function import Case
from jaxsmith.program.recipe import Recipe
from jaxsmith.verdict import compare, examine
from jaxsmith.vocabulary import spans
from jaxsmith.vocabulary.rows import map1
from jaxsmith.vocabulary.table import Vocabulary

ROW = map1(
    "versine",
    spans.within(0, 2),
    domain=(-50, 50),
    jax="1.0 - jnp.cos({0})",
    numpy="1.0 - np.cos({0})",
    names=("versines", "lag"),
    family="added",
)
CATEGORY = Recipe("added", "functions with the added operation", {"added": 1, "arithmetic": 3})


# The corpus with one row and one category more.
EXTENDED = SimpleNamespace(
    vocabulary=Vocabulary([*CORPUS.vocabulary.by_name.values(), ROW]),
    helpers=CORPUS.helpers,
    categories={**CORPUS.categories, "added": CATEGORY},
)


def test_a_row_from_outside_is_written_checked_and_right():
    import jax

    from jaxsmith.stages import load

    right = 0
    for index in range(6):
        function = CATEGORY.write(Case("added", index, 0), EXTENDED)
        assert "jnp.cos" in function.source_code
        try:
            examined = examine(function)
        except RejectedError:
            continue
        with jax.enable_x64(function.x64):
            fn = load(function.source_code, function.name)
            for inputs, expectation in examined:
                actual = [np.asarray(leaf) for leaf in jax.tree.leaves(fn(*inputs.arrays))]
                assert compare(actual, expectation, function.outputs).ok
        right += 1
    assert right >= 3


def test_two_rows_of_one_name_are_refused():
    with pytest.raises(ValueError, match="two operations are called 'versine'"):
        Vocabulary([ROW, ROW])


def test_rows_may_stand_in_any_order():
    rows = list(CORPUS.vocabulary.by_name.values())
    again = Vocabulary(reversed(rows))
    assert list(again.by_name) == list(CORPUS.vocabulary.by_name)
    assert again.guards == CORPUS.vocabulary.guards
    assert again.by_family == CORPUS.vocabulary.by_family
