"""A record of a small function, made here: what mutants are made of."""

import pytest

from corpus import CORPUS
from jaxsmith.program.function import Case
from jaxsmith.stages import extract, load
from jaxsmith.verdict import examine


def made(case):
    """The fields of the case's record that mutation reads."""
    function = CORPUS.write(case)
    sets = [inputs for inputs, _ in examine(function)]
    fn = load(function.source_code, function.name)
    found = extract(fn, *sets[0].arrays, x64=function.x64)
    return {
        "id": case.id,
        "category": case.category,
        "seed": case.seed,
        "platform": found.versions["platform"],
        "rejected_drafts": [],
        "function_name": function.name,
        "inputs": [{"kind": inputs.kind, "seed": inputs.seed} for inputs in sets],
        "input_names": [param.name for param in function.params],
        "output_dtypes": [aval.dtype for aval in function.outputs],
        "source_code": function.source_code,
        **found.texts,
    }


@pytest.fixture(scope="session")
def record():
    """The record of a sum of two arrays, such as ``x + matrix``."""
    cases = (Case("arithmetic", index, 0) for index in range(0, 6000, 2))
    return made(next(case for case in cases if is_a_sum(CORPUS.write(case))))


def is_a_sum(function):
    """Whether all that a function does is to add two arrays of wide floats with an operator."""
    dtypes = [param.aval.dtype for param in function.params]
    rows = [eqn.op.name for eqn in function.graph.eqns]
    return rows == ["add"] and dtypes in (["float32"] * 2, ["float64"] * 2)
