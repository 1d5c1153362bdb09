"""Where one rounding counts as two, bounds are twice as wide and decisions twice as close."""

import numpy as np
import pytest
from small_programs import eqn, function, graph, var

from jaxsmith.errors import RejectedError
from jaxsmith.verdict import compare, examine, roundoff_of
from jaxsmith.verdict.bounded import Bounded
from jaxsmith.verdict.interpret import Interpreter
from jaxsmith.verdict.spelled import NAMESPACE
from jaxsmith.vocabulary.accuracy import DECIDE, Accuracy, ulps


def quotient():
    x, y, ratio = var((8,)), var((8,), low=1.0), var((8,))
    body = graph([x, y], [eqn("{0} / {1}", [x, y], ratio, ulps(1.0))], [ratio])
    return function(body, "    return x0 / x1")


def test_a_platform_that_is_not_known_is_taken_for_the_worst():
    assert roundoff_of("cpu") == 1.0
    assert roundoff_of("gpu") == roundoff_of("a platform of the future") > 1.0


def test_a_quotient_that_is_off_as_that_of_a_gpu_passes_there_alone():
    program = quotient()
    for (inputs, here), (_, there) in zip(
        examine(program), examine(program, roundoff_of("gpu")), strict=True
    ):
        exact = inputs.arrays[0].astype(np.float64) / inputs.arrays[1]
        off = exact.astype(np.float32) * np.float32(1 + 2.4 * 2.0**-23)
        assert not compare([off], here, program.outputs).ok
        assert compare([off], there, program.outputs).ok


def test_a_decision_that_is_clear_here_is_too_close_there():
    x, third, larger = var((1,)), var((1,)), var((1,), "bool")
    # Three halves of a unit of what it is compared with.
    limit = (1.0 / 3.0) * (1 + 1.5 * 2.0**-23)
    body = graph(
        [x],
        [
            eqn("{0} / 3", [x], third, ulps(1.0)),
            eqn(f"{{0}} > {limit!r}", [third], larger, DECIDE),
        ],
        [larger],
    )
    (found,) = Interpreter(dict(NAMESPACE)).run(body, [Bounded(np.ones(1))])
    assert not found.value[0]
    with pytest.raises(RejectedError, match="too close"):
        Interpreter(dict(NAMESPACE), roundoff=2.0).run(body, [Bounded(np.ones(1))])


def test_code_that_was_written_by_hand_rounds_more_coarsely_too():
    x, y = var((64,)), var((64,))
    body = graph([x], [eqn("np.cumsum({0})", [x], y, Accuracy("noise", 0.0))], [y])
    program = function(body, "    return np.cumsum(x0)")
    # The edges of the range are whole numbers, and their sums exact.
    narrow, wide = (
        [
            float(np.sum(e.bounds[0]))
            for inputs, e in examine(program, units)
            if inputs.kind != "edge"
        ]
        for units in (1.0, 2.0)
    )
    assert len(narrow) == 2
    assert all(1.9 * one < other < 2.1 * one for one, other in zip(narrow, wide, strict=True))
