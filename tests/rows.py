"""Functions of one row each."""

import numpy as np

from corpus import CORPUS
from jaxsmith.program.builder import Builder
from jaxsmith.program.function import Case
from jaxsmith.program.recipe import finish
from jaxsmith.program.style import pick_style
from jaxsmith.program.write import write
from jaxsmith.sample.sets import make_set
from jaxsmith.verdict import reference
from jaxsmith.vocabulary.stream import Stream

FAMILIES = sorted({op.family for op in CORPUS.vocabulary.by_name.values()} - {"guards"})


def alone(op, attempt, rng, style):
    """A function of this row alone; None where the row finds no operands."""
    builder = Builder(rng, style, CORPUS.vocabulary)
    outputs = builder.apply(op)
    if outputs is None:
        return None
    graph, structure = finish(builder, list(outputs), rng)
    case = Case("rows", attempt, 0)
    return write(case, graph, builder.entries, CORPUS.helpers, x64=builder.x64, structure=structure)


def function_of(op):
    """A function of this row alone in float64 that takes floats, with its arguments."""
    for attempt in range(4):
        rng = Stream(f"dual/{op.name}/{attempt}")
        style = pick_style(rng).but(max_parameters=16, x64=True, float_dtype="float64")
        function = alone(op, attempt, rng, style)
        if function is None:
            continue
        if any(param.aval.dtype.startswith("float") for param in function.params):
            inputs = make_set(function.params, "domain", seed=attempt)
            return function, [np.asarray(reference.widen(array)) for array in inputs.arrays]
    return None
