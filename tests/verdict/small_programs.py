"""Programs of an operation or two, put together by hand."""

import numpy as np

from jaxsmith.program.fixed import fixed_op
from jaxsmith.program.function import Case, Function, Param
from jaxsmith.program.graph import Eqn, Graph
from jaxsmith.vocabulary.accuracy import MOVE
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.draw import Draw
from jaxsmith.vocabulary.interval import Interval
from jaxsmith.vocabulary.value import Literal, Var


def var(shape=(), dtype="float32", low=-10.0, high=10.0):
    return Var(Aval(shape, dtype), Interval(low, high))


def number(value, dtype="float32"):
    return Literal(value, Aval((), dtype))


def eqn(numpy, operands, outputs, accuracy=MOVE, regions=(), attributes=None, **op):
    """One equation; ``numpy`` is its spelling, such as ``"{0} + {1}"``."""
    row = fixed_op(op.pop("name", "step"), "tests", jax=numpy, numpy=numpy, accuracy=accuracy, **op)
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    return Eqn(row, tuple(operands), outputs, attributes or {}, tuple(regions))


def graph(params, eqns, results, **kwargs):
    return Graph(tuple(params), tuple(eqns), tuple(results), **kwargs)


def function(body, reference, *, draws=None, case=None, outputs=None):
    """The function of a graph whose reference is ``def f(...)`` with this body."""
    names = [f"x{i}" for i in range(len(body.params))]
    draws = draws or [Draw("uniform", *param.interval) for param in body.params]
    params = [Param(n, p.aval, d) for n, p, d in zip(names, body.params, draws, strict=True)]
    return Function(
        case=case or Case("tests", 0, 0),
        name="f",
        tags=frozenset(),
        source_code="",
        reference_source=f"import numpy as np\n\n\ndef f({', '.join(names)}):\n{reference}\n",
        params=tuple(params),
        outputs=outputs or tuple(atom.aval for atom in body.results),
        structure="*",
        x64=False,
        op_count=len(body.eqns),
        graph=body,
    )


def array(*values, dtype=np.float64):
    return np.array(values, dtype)
