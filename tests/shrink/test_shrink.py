"""A disagreement is made small, and what is left is a script that runs alone."""

import os
import subprocess
import sys
from contextlib import suppress
from itertools import count

import numpy as np
import pytest

from corpus import CORPUS
from jaxsmith.errors import RejectedError
from jaxsmith.program.function import Case
from jaxsmith.shrink import Facts, script, shrink
from jaxsmith.shrink.resize import shortened
from jaxsmith.shrink.sample import Sample
from jaxsmith.shrink.steps import STEPS, inlined, one_of_many, plainer
from jaxsmith.verdict import examine
from jaxsmith.verdict.expect import Judge
from jaxsmith.verdict.spelled import NAMESPACE


def names(function):
    return [eqn.op.name for eqn in function.graph.walk()]


def size(function):
    return len(names(function))


def found(fits, *categories):
    """The first function of the corpus that fits and is a sample, with an input set of it."""
    for index in count():
        for category in categories or CORPUS.categories:
            with suppress(RejectedError):
                function = CORPUS.write(Case(category, index, 0))
                if fits(function):
                    return function, examine(function)[0][0]
    raise AssertionError("count() has no end")


def with_operation(*wanted):
    """A disagreement on whatever holds these operations."""

    def differs(function, inputs):
        Judge(function).preview(inputs)  # it must still be a function, of these inputs
        return set(wanted) <= set(names(function))

    return differs


@pytest.mark.parametrize(
    ("wanted", "categories"),
    [
        (("tanh",), ()),
        (("sin",), ("conditionals",)),
        (("multiply", "add"), ("loops",)),
        (("sum",), ("vectorization",)),
    ],
)
def test_little_is_left_beside_what_disagrees(wanted, categories):
    def fits(function):
        return function.base is None and set(wanted) <= set(names(function)) and size(function) > 8

    function, inputs = found(fits, *categories)
    smaller, given = shrink(function, inputs, CORPUS.helpers, with_operation(*wanted), tries=1000)
    assert set(wanted) <= set(names(smaller))
    assert size(smaller) < size(function)
    # Nothing more can be taken away.
    sample = Sample(smaller.graph, given.arrays)
    for step in STEPS:
        for each in step(sample, {**NAMESPACE, **Judge(smaller)._namespace()}):
            less = each.without_dead()
            if less.graph.results:
                with suppress(RejectedError):
                    candidate = less.written(function, CORPUS.helpers)
                    assert not with_operation(*wanted)(candidate, less.inputs), step
    assert len(given.arrays) == len(smaller.params)
    assert Judge(smaller).expect(given)


def test_a_derived_function_is_made_small_too():
    function, inputs = found(
        lambda f: "grad" in f.transform and "exp" in names(f) and len(names(f)) > 6
    )
    smaller, _ = shrink(
        function, inputs, CORPUS.helpers, with_operation("exp", *function.transform), tries=40
    )
    assert len(names(smaller)) < len(names(function))
    assert set(function.transform) <= set(names(smaller))


def test_what_does_not_disagree_is_left_alone():
    function, inputs = found(lambda f: len(names(f)) > 4)
    assert shrink(function, inputs, CORPUS.helpers, lambda *_: False) is None


def test_no_more_functions_are_run_than_allowed():
    function, inputs = found(lambda f: len(names(f)) > 8)
    ran = []
    shrink(function, inputs, CORPUS.helpers, lambda *_: ran.append(1) or len(ran) == 1, tries=7)
    assert len(ran) == 7


def first(step, control):
    """The first candidate of a step for a function with such an operation at its top."""
    function, inputs = found(lambda f: any(e.op.control == control for e in f.graph.eqns))
    sample = Sample(function.graph, inputs.arrays)
    namespace = {**NAMESPACE, **Judge(function)._namespace()}
    return function, sample, next(step(sample, namespace), None)


def test_the_branch_that_is_taken_stands_for_the_conditional():
    function, sample, smaller = first(inlined, "cond")
    same = smaller.without_dead().written(function, CORPUS.helpers)
    values = Judge(same).preview(smaller.without_dead().inputs).values
    whole = sample.written(function, CORPUS.helpers)
    for one, other in zip(values, Judge(whole).preview(sample.inputs).values, strict=True):
        assert np.array_equal(one, other, equal_nan=True)


def test_one_row_stands_for_those_that_are_mapped_over():
    function, _, smaller = first(one_of_many, "vmap")
    written = smaller.without_dead().written(function, CORPUS.helpers)
    assert "vmap" not in written.source_code or names(written).count("vmap") < names(
        function
    ).count("vmap")


def shapes(graph):
    """The shape of every value of a graph and of its regions."""
    for eqn in graph.walk():
        yield from (var.aval.shape for var in eqn.outputs)


@pytest.mark.parametrize("control", ["", "vmap", "scan", "gradient", "fori"])
def test_axes_become_short_throughout(control):
    function, sample, smaller = first(shortened, control)
    same = smaller.without_dead().written(function, CORPUS.helpers)
    Judge(same).preview(smaller.without_dead().inputs)
    assert sum(array.size for array in smaller.arrays) < sum(array.size for array in sample.arrays)
    assert max(map(np.prod, shapes(smaller.graph))) <= max(map(np.prod, shapes(sample.graph)))
    for param, array in zip(smaller.graph.params, smaller.arrays, strict=True):
        assert param.aval.shape == array.shape


def test_a_script_shows_no_more_elements_than_it_takes():
    function, inputs = found(
        lambda f: min(p.aval.size for p in f.params) >= 12 and "tanh" in names(f), "math"
    )
    smaller, left = shrink(function, inputs, CORPUS.helpers, with_operation("tanh"))
    assert [array.size for array in left.arrays] == [1]
    assert smaller.source_code.count("\n") < function.source_code.count("\n")


def test_numbers_become_plain_within_their_range():
    function, inputs = found(lambda f: f.params and f.params[0].aval.dtype == "float32")
    sample = Sample(function.graph, inputs.arrays)
    for candidate in plainer(sample, {}):
        for param, array in zip(candidate.graph.params, candidate.arrays, strict=True):
            low, high = param.interval
            assert array.dtype == param.aval.dtype
            assert array.dtype.kind not in "fiu" or np.all((array >= low) & (array <= high))


def test_the_script_runs_alone(tmp_path):
    function, inputs = found(lambda f: f.x64 and len(names(f)) > 4, "math")
    expectation = Judge(function).expect(inputs)
    facts = Facts(
        function.case.id, "mismatch", {"jax": "0.10.2"}, "--xla_cpu_enable_fast_math=false"
    )
    file = tmp_path / "shown.py"
    file.write_text(script(function, inputs, expectation, facts))
    environ = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-P", str(file)], env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("gives") == done.stdout.count("expected") == len(function.outputs)


def test_what_is_too_large_for_a_script_has_none():
    function, inputs = found(lambda f: any(p.aval.size > 4096 for p in f.params), "shapes")
    assert script(function, inputs, None, Facts("id", "mismatch", {})) is None
