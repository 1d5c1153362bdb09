"""What is expected of a function: its text and its graph, run and compared."""

from itertools import count

import numpy as np
import pytest
from small_programs import array, eqn, graph, var

from corpus import CORPUS
from corpus.reference_helpers import directional
from jaxsmith.errors import RejectedError
from jaxsmith.program.function import Case
from jaxsmith.verdict import derivative, examine
from jaxsmith.verdict.bounded import Bounded
from jaxsmith.verdict.expect import Judge
from jaxsmith.verdict.interpret import Interpreter
from jaxsmith.verdict.spelled import NAMESPACE
from jaxsmith.vocabulary.accuracy import ulps


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
    told, repeat = [], derivative._repeat
    monkeypatch.setattr(derivative, "_repeat", lambda *args: told.append(args) or repeat(*args))
    _, found = examined("arithmetic", lambda f, _: f.transform == ("grad",))
    assert len(told) >= len(found)


def test_differences_are_off_by_a_share_of_what_they_are_taken_of(monkeypatch):
    def solves(function, _):
        inner = {eqn.op.name for eqn in function.graph.walk()}
        return function.outputs[0].dtype == "float64" and inner & {"solve_lower", "solve_upper"}

    function, found = examined("linalg", solves)
    (inputs, _), judge = found[0], Judge(function)
    monkeypatch.setattr(derivative, "_steepness", lambda *_: 1e3)
    judge.preview(inputs)
    slopes = judge._run(inputs)["value" in function.graph.eqns[0].attributes :]
    assert slopes
    assert all(np.min(item.error) >= 1e3 * derivative.APPROXIMATE for item in slopes)


def interpreted(body, region, values, **attributes):
    """What a jvp of a region gives, with bounds."""
    x, v = var(high=2.0), var()
    results = tuple(var() for _ in range(2))
    step = eqn(
        "({r0}({0})[0], directional(lambda x: {r0}(x)[0], ({0},), ({1},)))", [x, v], results,
        regions=[region], control="gradient",
        attributes={"order": 1, "unpack": "{*}", **attributes},
    )  # fmt: skip
    namespace = {**NAMESPACE, "directional": body}
    return Interpreter(namespace).run(graph([x, v], [step], results), list(map(Bounded, values)))


def test_what_is_not_differentiated_makes_no_bound_wider():
    a = var(high=2.0)
    wide = eqn("np.sin({0})", [a], b := var(), ulps(1e4))
    twice = eqn("2.0 * {0}", [a], c := var(), ulps(1.0))
    values = array(0.75), array(1.0)
    both = graph([a], [twice, wide], [c, b])
    alone = graph([a], [twice], [c, c])
    bounds = [
        [item.error for item in interpreted(directional, region, values, value="same")]
        for region in (both, alone)
    ]
    assert bounds[0] == bounds[1]
    assert bounds[0][1] < 1e-4  # a sine of 10,000 units would be off by more


@pytest.mark.parametrize("reduced", ["same", "sum", "mean"])
def test_a_value_beside_its_derivative_is_bounded_as_it_is_alone(reduced):
    forward = Bounded(array(1.0, 3.0), array(0.25, 0.5))
    whole = {"same": array(1.0, 3.0), "sum": array(4.0), "mean": array(2.0)}[reduced]
    found = derivative._alongside(whole, forward, reduced, 1e-3)
    expected = {"same": [0.25, 0.5], "sum": 0.75 + 8e-3, "mean": 0.375 + 4e-3}[reduced]
    assert found.value is whole
    assert found.error == pytest.approx(expected)
