"""Functions made from others: their text, their origin, and that they are right."""

from dataclasses import replace
from importlib.metadata import version

import numpy as np
import pytest

from corpus import CORPUS
from jaxsmith.errors import RejectedError
from jaxsmith.program.derive import apply_all
from jaxsmith.program.function import Case
from jaxsmith.program.limits import bites
from jaxsmith.program.transforms import LATTICE, PLAIN, TRANSFORMS
from jaxsmith.verdict import compare, examine
from jaxsmith.vocabulary.stream import Stream

BASES = [
    Case(category, index, 0) for category in ("math", "linalg") for index in (0, 2, 4, 6, 8, 10)
]
DERIVED = [Case(category, index, 0) for category in CORPUS.categories for index in (1, 5, 7, 11)]


def body(source):
    """The source without its imports."""
    return source[source.index("def ") :]


@pytest.mark.parametrize("case", DERIVED, ids=lambda case: f"{case.category}{case.index}")
def test_a_derived_function_holds_its_base_as_it_is(case):
    function = CORPUS.write(case)
    if function.base is None:  # nothing applied to the one before it
        return
    assert body(function.base.source_code).rstrip() in function.source_code
    assert function.base.source_code == CORPUS.write(function.base.case).source_code
    assert function.base.case.category == case.category
    assert function.base.case.index == case.index - 1
    assert {"derived", *function.transform} <= function.tags


def test_most_functions_that_can_be_derived_from_are():
    functions = [CORPUS.write(case) for case in DERIVED]
    assert sum(function.base is not None for function in functions) >= 0.8 * len(functions)


def applied(name):
    """The transformation of each base to which it applies, at most six."""
    made = []
    for case in [*BASES, *(Case("arithmetic", i, 0) for i in range(0, 60, 2))]:
        base = CORPUS.write(case)
        found = apply_all(case, base, (name,), Stream(f"{case.id}/{name}"), CORPUS.helpers)
        if found is not None and bites(CORPUS.limitations, found.graph, version("jax")) is None:
            made.append(found)
        if len(made) == 6:
            break
    return made


@pytest.mark.parametrize("name", sorted(TRANSFORMS))
def test_every_transformation_does_what_its_reference_says(name):
    from jaxsmith.stages import extract, load

    checked = 0
    for function in applied(name):
        try:
            examined = examine(function)
        except RejectedError as rejection:
            if rejection.reason not in ("ill_conditioned", "trivial", "uncovered_branch"):
                raise
            continue
        fn = load(function.source_code, function.name)
        extracted = extract(fn, *examined[0][0].arrays, stages=(), x64=function.x64)
        assert extracted.structure == function.structure
        for inputs, expectation in examined:
            found = compare(extracted.run(*inputs.arrays), expectation, function.outputs)
            assert found.ok, f"{found.mismatch.detail}\n{function.source_code}"
        checked += 1
        if checked == 3:
            break
    assert checked, f"nothing that {name} applies to could be checked"


def test_a_wrong_derivative_is_seen():
    from jaxsmith.stages import extract, load

    for function in applied("grad"):
        try:
            inputs, expectation = examine(function)[0]
        except RejectedError:
            continue
        wrong = function.source_code.replace("return jax.grad(", "return 1.01 * jax.grad(")
        assert wrong != function.source_code
        if isinstance(function.structure, tuple):
            continue
        fn = load(wrong, function.name)
        actual = extract(fn, *inputs.arrays, stages=(), x64=function.x64).run(*inputs.arrays)
        if np.any(np.abs(expectation.values[0]) > 1e-2):
            assert not compare(actual, expectation, function.outputs).ok
            return
    raise AssertionError("no gradient could be made wrong")


def test_the_lattice_names_transformations():
    for names, weight in (*LATTICE, *PLAIN):
        assert set(names) <= TRANSFORMS.keys()
        assert weight > 0
    assert set(TRANSFORMS) == {name for names, _ in (*LATTICE, *PLAIN) for name in names}
    assert set(TRANSFORMS) <= set(CORPUS.tags)


@pytest.mark.parametrize(("name", "taken"), [("vjp", "cotangent"), ("jvp", "x_dot")])
def test_a_new_parameter_has_a_name_of_its_own(name, taken):
    base = next(
        f
        for f in (CORPUS.write(Case("math", i, 0)) for i in range(0, 60, 2))
        if len(f.params) == 1 and f.params[0].name == "x" and f.wrt and f.structure == "*"
    )
    other = replace(base.params[0], name=taken)
    made = TRANSFORMS[name](replace(base, params=(*base.params, other)), Stream("any"))
    assert [param.name for param in made.params] == ["x", taken, f"{taken}2"]
