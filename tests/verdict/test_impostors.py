"""A function whose check something that computes nothing would pass is no sample."""

import numpy as np
import pytest

from corpus import CORPUS
from jaxsmith.errors import RejectedError
from jaxsmith.program.builder import Entry
from jaxsmith.program.function import Case
from jaxsmith.program.graph import Eqn, Graph
from jaxsmith.program.write import write
from jaxsmith.sample.sets import InputSet
from jaxsmith.verdict import examine
from jaxsmith.verdict.expectation import Expectation
from jaxsmith.verdict.impostors import refuse_impostors
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.draw import Draw
from jaxsmith.vocabulary.interval import Interval
from jaxsmith.vocabulary.value import Var

NAN, INF = np.nan, np.inf
FIRST, SECOND = np.array([1.5, -2.0, 3.0]), np.array([0.5, 1.0, -4.0])


def of_one_array(dtype, row, attributes):
    """A function that applies one operation to one array of three elements."""
    x = Var(Aval((3,), dtype), Interval(-5.0, 5.0), ("x",))
    result = Var(x.aval, Interval(-1e3, 1e3), ("result",))
    eqn = Eqn(CORPUS.vocabulary[row], (x,), (result,), attributes)
    entries = [Entry(x, Draw("uniform", -5.0, 5.0))]
    graph = Graph((x,), (eqn,), (result,))
    return write(Case("rows", 0, 0), graph, entries, CORPUS.helpers, x64=False)


def run(given, expected, bound):
    """One input set, with what is expected of it."""
    values = np.asarray(expected)
    inputs = InputSet("domain", 0, (np.asarray(given),))
    return inputs, Expectation((values,), (np.broadcast_to(np.float64(bound), values.shape),))


@pytest.mark.parametrize(
    ("dtype", "outputs", "bound", "said"),
    [
        ("float32", ([0.0, 0.0, 0.1], [0.1, 0.0, 0.0]), 0.2, "a constant"),  # such as zeros
        ("float32", ([0.0, 0.0, 0.5], [0.1, 0.0, 0.0]), 0.2, None),
        ("float32", ([NAN, INF, 2.0], [NAN, INF, 2.0]), 0.0, "a constant"),
        ("float32", ([NAN, INF, 2.0], [NAN, -INF, 2.0]), 0.0, None),
        ("float32", ([NAN, INF, 2.0], [1.0, INF, 2.0]), 0.0, None),
        ("bool", ([True, False, True], [True, False, True]), 0.0, "a constant"),
        ("bool", ([True, False, True], [False, False, True]), 0.0, None),
        ("float32", (FIRST, SECOND), 0.0, "x itself"),
        ("float32", (FIRST + 0.1, SECOND - 0.1), 0.2, "x itself"),
        ("float32", (FIRST, SECOND + 0.25), 0.2, None),
        ("float32", ([3.0, 3.0, 3.0], [5.0, 5.0, 5.0]), 0.0, "any order"),
        ("float32", ([3.0, 3.1, 3.0], [5.0, 5.0, 5.1]), 0.2, "any order"),
        ("float32", ([3.0, 3.0, 3.0], [5.0, 5.0, 5.5]), 0.2, None),
        ("int32", ([7, 7, 7], [8, 8, 8]), 0.0, "any order"),
        ("int32", ([7, 7, 7], [8, 8, 9]), 0.0, None),
        ("complex64", (FIRST + 1j * SECOND, FIRST + 1j * FIRST), 0.1, None),
        ("complex64", (FIRST + 0.1j, FIRST - 0.1j), 0.2, "a constant"),
    ],
)
def test_an_impostor_that_would_pass_is_told(dtype, outputs, bound, said):
    function = of_one_array(dtype, "negate", {})
    kind = np.complex128 if "complex" in dtype else np.float64 if "float" in dtype else dtype
    runs = [
        run(given.astype(dtype), np.asarray(output, kind), bound)
        for given, output in zip((FIRST, SECOND), outputs, strict=True)
    ]
    if said is None:
        refuse_impostors(function, runs)
    else:
        with pytest.raises(RejectedError, match=f"trivial.*{said}"):
            refuse_impostors(function, runs)


def test_a_function_that_leaves_its_input_as_it_is_is_no_sample():
    with pytest.raises(RejectedError, match="x itself would pass for output 0"):
        examine(of_one_array("float32", "guard_clip", {"low": -9.5, "high": 9.5}))
    assert len(examine(of_one_array("float32", "guard_clip", {"low": -2.0, "high": 2.0}))) >= 3
