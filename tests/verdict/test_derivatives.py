"""What is expected of a function: its text and its graph, run and compared."""

from itertools import count

import numpy as np
import pytest

from corpus import CORPUS
from jaxsmith.errors import RejectedError
from jaxsmith.program.function import Case
from jaxsmith.verdict import examine, regions
from jaxsmith.verdict.expect import Judge


def examined(category, fits):
    """The first function of a category that fits and is a sample, with what to expect of it."""
    for index in count():
        function = CORPUS.write(Case(category, index, 0))
        eqns = function.graph.eqns
        if len(eqns) == 1 and eqns[0].op.control == "gradient" and fits(function, eqns[0]):
            try:
                return function, examine(function)
            except RejectedError:
                continue
    raise AssertionError("count() has no end")


@pytest.mark.parametrize("whole", [True, False], ids=["all", "a part"])
def test_a_function_may_return_a_derivative_or_parts_of_it(whole):
    _, found = examined("gradients", lambda f, eqn: (f.graph.results == eqn.outputs) is whole)
    assert len(found) >= 3


def test_a_derivative_is_taken_once_for_the_text_and_the_graph(monkeypatch):
    told, repeat = [], regions._repeat
    monkeypatch.setattr(regions, "_repeat", lambda *args: told.append(args) or repeat(*args))
    _, found = examined("arithmetic", lambda f, _: f.transform == ("grad",))
    assert len(told) >= len(found)


def test_differences_are_off_by_a_share_of_what_they_are_taken_of(monkeypatch):
    def solves(function, _):
        inner = {eqn.op.name for eqn in function.graph.walk()}
        return function.outputs[0].dtype == "float64" and inner & {"solve_lower", "solve_upper"}

    function, found = examined("linalg", solves)
    (inputs, _), judge = found[0], Judge(function)
    monkeypatch.setattr(regions, "_steepness", lambda *_: 1e3)
    judge.preview(inputs)
    assert all(np.min(item.error) >= 1e3 * regions.APPROXIMATE for item in judge._run(inputs))
