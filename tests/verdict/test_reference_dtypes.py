"""References keep integers what they are: bits can be taken of no float."""

import numpy as np
import pytest

from corpus import CORPUS
from jaxsmith.errors import RejectedError
from jaxsmith.program.function import Case
from jaxsmith.sample.sets import make_set
from jaxsmith.verdict.interpret import Interpreter
from jaxsmith.verdict.reference import load, widen
from jaxsmith.verdict.spelled import NAMESPACE
from jaxsmith.vocabulary.dtypes import bits, kind


def integers(function):
    """Each integer that the function computes, with its type and what NumPy makes of it."""
    namespace = load(function.reference_source, function.name).__globals__
    interpreter = Interpreter({**NAMESPACE, **namespace}, bounds=False)
    arrays = make_set(function.params, "domain", 7).arrays
    env = dict(zip(function.graph.params, map(widen, arrays), strict=True))
    for eqn in function.graph.eqns:
        with np.errstate(all="ignore"):
            values = interpreter.equation_values(eqn, env)
        env.update(zip(eqn.outputs, values, strict=True))
        for var in eqn.outputs:
            if kind(var.aval.dtype) in "iu" and bits(var.aval.dtype) >= 8:
                yield eqn.op.name, var.aval.dtype, getattr(env[var], "dtype", None)


@pytest.mark.parametrize(
    ("category", "seed"), [("conditionals", 4), ("narrow", 3), ("precision", 3), ("reductions", 3)]
)
def test_no_integer_becomes_a_float_and_no_unsigned_sum_has_more_bits(category, seed):
    met = set()
    for index in range(0, 400, 2):
        try:
            function = CORPUS.write(Case(category, index, seed))
        except RejectedError:
            continue
        for name, dtype, made in integers(function):
            if made is None:
                continue  # a Python number, which gives way
            assert made.kind in "iu", (function.case.id, name)
            assert dtype == "uint64" or made != "uint64", (function.case.id, name)
            met.add((name, dtype))
    if category == "reductions":
        assert len({name for name, dtype in met if dtype == "uint32"}) >= 5
