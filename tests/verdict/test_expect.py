"""What a function should return for an input set: from its text, with the bounds of its graph."""

import warnings

import numpy as np
import pytest
from small_programs import array, eqn, function, graph, number, var

from jaxsmith.errors import RejectedError
from jaxsmith.sample.sets import InputSet, make_set
from jaxsmith.verdict.expect import Judge
from jaxsmith.vocabulary.accuracy import DECIDE, MOVE, ulps
from jaxsmith.vocabulary.aval import Aval

EPS = {"float16": 2.0**-10, "bfloat16": 2.0**-7, "float32": 2.0**-23, "float64": 2.0**-52}
SMALLEST = {"float16": 2.0**-14, "float32": 2.0**-126, "float64": 2.0**-1022}


def given(*values, dtype="float32", seed=1):
    return InputSet("domain", seed, tuple(np.asarray(value, dtype) for value in values))


def expect(fn, inputs):
    expectation = Judge(fn).expect(inputs)
    return expectation.values[0], expectation.bounds[0]


def one(spelling, reference, accuracy=MOVE, shape=(2,), dtype="float32", result=None, out=None):
    """A function of one operation of ``x0``, whose text returns ``reference``."""
    x, y = var(shape, dtype), var(shape if out is None else out, result or dtype)
    body = graph([x], [eqn(spelling, [x], y, accuracy)], [y])
    return function(body, f"    return {reference}")


def test_bounds_are_those_of_the_graph_and_a_rounding():
    values, bounds = expect(one("3 * {0}", "3 * x0", ulps(2.0)), given([1.0, -8.0]))
    assert values.tolist() == [3.0, -24.0]
    unit = EPS["float32"]
    assert bounds.tolist() == [n * 2 * unit + unit * n + SMALLEST["float32"] for n in (3.0, 24.0)]


def test_in_float64_the_reference_rounds_as_much():
    fn = one("3 * {0}", "3 * x0", ulps(2.0), dtype="float64")
    _, bounds = expect(fn, given([1.0, -8.0], dtype="float64"))
    unit = EPS["float64"]
    assert bounds.tolist() == [2 * n * 2 * unit + unit * n + SMALLEST["float64"] for n in (3, 24)]


def test_what_does_not_round_has_no_bound():
    values, bounds = expect(one("{0}[::-1]", "x0[::-1]"), given([1.0, 3.0]))
    assert (values.tolist(), bounds.tolist()) == ([3.0, 1.0], [0.0, 0.0])
    assert values.dtype == np.float64
    fn = one("{0} > 1", "x0 > 1", DECIDE, result="bool")
    values, bounds = expect(fn, given([1.0, 3.0]))
    assert (values.tolist(), bounds.tolist()) == ([False, True], [0.0, 0.0])
    assert values.dtype == np.bool_


def test_complex_numbers_are_expected_in_128_bits():
    fn = one("{0} * 2", "x0 * 2", ulps(1.0), dtype="complex64")
    values, bounds = expect(fn, given([3 + 4j, 0], dtype="complex64"))
    assert values.dtype == np.complex128
    unit = EPS["float32"]
    assert bounds[0] == pytest.approx(10 * 5**0.5 * unit + 10 * unit, rel=1e-12)
    moved, _ = expect(one("{0}", "x0", dtype="complex64"), given([1j, 0], dtype="complex64"))
    assert moved.dtype == np.complex128


def test_integers_come_in_their_dtype_if_they_fit():
    fn = one("{0} + 100", "x0 + 100", dtype="int8", result="uint8")
    values, bounds = expect(fn, given([27, -100], dtype="int8"))
    assert (values.dtype, values.tolist(), bounds.tolist()) == (np.uint8, [127, 0], [0.0, 0.0])
    fn = one("{0} - 100.0", "x0 - 100.0", dtype="int8", result="uint8")
    with pytest.raises(RejectedError, match="reference_error: a value does not fit in uint8"):
        expect(fn, given([27, -100], dtype="int8"))


def test_floats_must_fit_in_their_dtype():
    fn = one("{0} * 2", "x0 * 2", ulps(1.0), dtype="float16")
    expect(fn, given([32752.0, -1.0], dtype="float16"))
    over = one("{0} * 2.001", "x0 * 2.001", ulps(1.0), dtype="float16")
    with pytest.raises(RejectedError, match="ill_conditioned: a value does not fit in float16"):
        expect(over, given([32752.0, -1.0], dtype="float16"))


def test_bounds_must_fit_in_a_record():
    fn = one("{0} * 2", "x0 * 2", ulps(1.0), dtype="float64")
    expect(fn, given([1e52, 1.0], dtype="float64"))
    with pytest.raises(RejectedError, match="ill_conditioned: a bound is larger than a record"):
        expect(fn, given([1e54, 1.0], dtype="float64"))


def test_what_is_not_finite_is_expected_as_it_is():
    fn = one("np.log({0})", "np.log(x0)", ulps(1.0), shape=(3,))
    values, bounds = expect(fn, given([0.0, -1.0, 4.0]))
    assert values[0] == -np.inf
    assert np.isnan(values[1])
    assert np.all(np.isfinite(bounds))


@pytest.mark.parametrize(
    ("dtype", "loosest"),
    [("float16", 0.1), ("bfloat16", 0.2), ("float32", 5e-3), ("float64", 1e-4),
     ("complex64", 5e-3), ("float8_e4m3fn", 0.3)],
)  # fmt: skip
@pytest.mark.parametrize(("value", "scale"), [(1.0, 1.0), (1e-5, 1e-3)])
def test_a_bound_that_means_nothing_is_refused(dtype, loosest, value, scale):
    # The bound is `share` of the result's size, or of a thousandth where that is larger.
    unit = EPS.get(dtype, {"complex64": 2.0**-23 * 5**0.5, "float8_e4m3fn": 2.0**-3}.get(dtype))
    for share, refused in [(0.9995, False), (1.0005, True)]:
        factor = 2 if dtype == "float64" else 1
        rounding = (2.0**-23 if dtype == "complex64" else unit) * value
        smallest = {"float16": 2.0**-14, "float8_e4m3fn": 2.0**-6}.get(dtype, 0.0)
        lost = 2.0**-24 if dtype == "float16" and value < 2.0**-14 else 0.0
        size = (share * loosest * scale - rounding - smallest - lost) / (unit * value * factor)
        if size < 0:
            continue  # the rounding alone is more
        fn = one(f"{{0}} * 0 + {value}", f"x0 * 0 + {value}", ulps(size), dtype=dtype)
        if refused:
            with pytest.raises(RejectedError, match="ill_conditioned: rounding alone may change"):
                expect(fn, given([1.0, 0.0], dtype=dtype))
        else:
            expect(fn, given([1.0, 0.0], dtype=dtype))


def test_no_elements_are_never_loose():
    values, bounds = expect(one("{0} + 1", "x0 + 1", ulps(9e9), shape=(0,)), given([]))
    assert values.shape == bounds.shape == (0,)


@pytest.mark.parametrize(
    ("reference", "reason"),
    [
        ("x0, x0", "wrong_structure: the reference returns 2 arrays, not 1"),
        ("x0[:1]", r"wrong_shape: output 0 of the reference has shape \(1,\), not \(2,\)"),
        ("x0 * 1.0001", "reference_error: the reference's text and its graph disagree"),
        ("x0 + 1e-11", "reference_error: the reference's text and its graph disagree"),
        ("np.where(x0 > 1, np.nan, x0)", "reference_error: the reference's text and its graph"),
        ("1 / 0", "reference_error: ZeroDivisionError"),
    ],
)
def test_a_text_that_is_not_its_graph_is_refused(reference, reason):
    with pytest.raises(RejectedError, match=reason):
        expect(one("{0}", reference), given([1.0, 2.0]))


def test_text_and_graph_may_round_differently():
    expect(one("{0}", "x0 + 1e-12"), given([1.0, 2.0]))
    expect(one("{0}", "x0 + 1e-6", ulps(64.0)), given([1.0, 2.0]))
    # Relative to the largest element, and to 1 at least.
    expect(one("{0}", "x0 + 3e-12"), given([0.0, 4.0]))
    with pytest.raises(RejectedError, match="disagree"):
        expect(one("{0}", "x0 + 3e-12"), given([0.0, 2.0]))
    expect(one("{0}", "x0 + 5e-13"), given([0.0, 0.0]))
    # What is infinite says nothing of the others' size.
    both = one("{0} / (1 - {0})", "x0 / (1 - x0) + 3e-12")
    with pytest.raises(RejectedError, match="disagree"):
        expect(both, given([1.0, 0.5]))
    same = one("{0} / {0}", "x0 / x0 + 5e-13")
    expect(same, given([0.0, 1.0]))


@pytest.mark.parametrize("at", [[0.0, 0.5], [0.0, -8.0], [-8.0, -8.0]])
def test_text_and_graph_may_part_by_so_much_and_no_more(at):
    scale = max(1.0, *np.abs(at))
    for share, agrees in [(0.999, True), (1.0005, False)]:
        fn = one("{0}", f"x0 + np.array([{share * 1e-12 * scale}, 0.0])")
        if agrees:
            expect(fn, given(at))
        else:
            with pytest.raises(RejectedError, match="disagree"):
                expect(fn, given(at))


def test_integers_agree_to_the_last_however_large():
    with pytest.raises(RejectedError, match="disagree"):
        expect(one("{0}", "x0 + 1", dtype="int64"), given([10**14, 6], dtype="int64"))


def test_what_is_infinite_has_the_least_bound():
    _, bounds = expect(one("np.log({0})", "np.log(x0)", ulps(0.0)), given([0.0, 1.0]))
    assert bounds.tolist() == [SMALLEST["float32"], SMALLEST["float32"]]


def test_discrete_results_of_text_and_graph_are_the_same():
    with pytest.raises(RejectedError, match="disagree"):
        expect(one("{0}", "x0 + (x0 > 5)", dtype="int32"), given([1, 6], dtype="int32"))
    fn = one("{0} > 1", "x0 > 2", DECIDE, result="bool")
    with pytest.raises(RejectedError, match="disagree"):
        expect(fn, given([1.0, 2.0]))


def test_the_second_output_is_looked_at_as_well():
    x, y, z = var((2,)), var((2,)), var((3,), "int32")
    outputs = [eqn("{0} + 1", [x], y, ulps(1.0)), eqn("np.arange(3)", [], z)]
    body = graph([x], outputs, [y, z])
    found = Judge(function(body, "    return x0 + 1, np.arange(3)")).expect(given([1.0, 2.0]))
    assert [value.tolist() for value in found.values] == [[2.0, 3.0], [0, 1, 2]]
    assert [np.max(bound) > 0 for bound in found.bounds] == [True, False]
    for other, reason in [("np.arange(1, 4)", "disagree"), ("np.arange(4)", "output 1 of the ref")]:
        with pytest.raises(RejectedError, match=reason):
            Judge(function(body, f"    return x0 + 1, {other}")).expect(given([1.0, 2.0]))


def with_branches():
    flag, x, y = var((), "bool", 0, 1), var(), var()
    a, b = var(), var()
    regions = [graph([a], [eqn("{0} + 1", [a], y2 := var(), ulps(1.0))], [y2]), graph([b], [], [b])]
    step = eqn("", [flag, x], y, regions=regions, control="cond")
    return function(graph([flag, x], [step], [y]), "    return x1 + 1 if x0 else x1"), step


def test_a_preview_gives_values_and_the_branches_that_ran():
    fn, step = with_branches()
    judge = Judge(fn)
    for flag, value, branch in [(True, 3.0, 0), (False, 2.0, 1)]:
        inputs = InputSet("domain", branch, (np.array(flag), np.float32(2.0)))
        seen = judge.preview(inputs)
        assert (float(seen.values[0]), seen.branches) == (value, {(id(step), branch)})
        assert judge.preview(inputs) is seen
    again = judge.preview(InputSet("edge", 1, (np.array(True), np.float32(5.0))))
    assert float(again.values[0]) == 6.0


def test_a_preview_without_branches_is_that_of_the_text():
    fn = one("{0}", "x0 + 100")
    seen = Judge(fn).preview(given([1.0, 2.0]))
    assert seen.values[0].tolist() == [101.0, 102.0]
    assert seen.branches == frozenset()
    with pytest.raises(RejectedError, match="wrong_shape"):
        Judge(one("{0}", "x0[:1]")).preview(given([1.0, 2.0]))


def test_the_text_is_run_once_for_an_input_set():
    calls = []
    fn = one("{0}", "note(x0)")
    judge = Judge(fn)
    judge._loaded().__globals__["note"] = lambda value: calls.append(value) or value
    inputs = given([1.0, 2.0])
    judge.preview(inputs)
    judge.expect(inputs)
    assert len(calls) == 1
    judge.expect(given([5.0, 6.0], seed=2))
    assert len(calls) == 2


def test_spellings_find_the_functions_that_the_text_brings_along():
    x, y = var((2,)), var((2,))
    body = graph([x], [eqn("helper({0})", [x], y, ulps(1.0))], [y])
    fn = function(body, "    return helper(x0)\n\n\ndef helper(x):\n    return np.exp(x)")
    values, _ = expect(fn, given([0.0, 1.0]))
    assert values.tolist() == [1.0, np.e]


def test_inputs_are_exact_and_widened():
    fn = one("{0} * {0}", "x0 * x0", ulps(0.0), dtype="float16")
    values, _ = expect(fn, given([0.1, 1.0], dtype="float16"))
    assert values[0] == float(np.float16(0.1)) ** 2


def test_what_numpy_warns_of_is_nobodys_concern():
    loud = "(__import__('warnings').warn('loud'), x0)[1]"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        judge = Judge(one("np.std({0}[:0]) * 0 + {0}", loud))
        assert np.isnan(Judge(one("np.mean({0}[:0]) + {0}", "np.mean(x0[:0]) + x0")).expect(
            given([1.0, 2.0])).values[0]).all()  # fmt: skip
        judge.preview(given([1.0, 2.0]))


def idle(spelling, accuracy=MOVE, result="float32"):
    """A function whose first statement is seen through the second."""
    x, y, z = var((2,)), var((2,)), var((2,), result)
    steps = [eqn("{0} + 1", [x], y, ulps(1.0), name="first"), eqn(spelling, [y], z, accuracy)]
    text = spelling.replace("{0}", "(x0 + 1)")
    return function(graph([x], steps, [z]), f"    return {text}")


def test_a_statement_that_never_matters_is_refused():
    for spelling, accuracy, result, refused in [
        ("{0} * 2", ulps(1.0), "float32", False),
        ("np.minimum({0}, -50.0)", ulps(1.0), "float32", True),
        ("{0} > 90", DECIDE, "bool", True),
    ]:
        fn = idle(spelling, accuracy, result)
        judge = Judge(fn)
        sets = [make_set(fn.params, "domain", seed) for seed in range(3)]
        found = [(inputs, judge.expect(inputs)) for inputs in sets]
        if refused:
            with pytest.raises(RejectedError, match="trivial: no result depends on what first"):
                judge.refuse_idle(found)
        else:
            judge.refuse_idle(found)


def test_outputs_are_typed_as_the_function_says():
    x = var((2,))
    fn = function(graph([x], [], [x]), "    return x0", outputs=(Aval((2,), "int32"),))
    values, _ = expect(fn, given([1.0, 2.0]))
    assert values.dtype == np.int32
    with pytest.raises(RejectedError, match="a value does not fit in int32"):
        expect(fn, given([1.0, 2.5]))


def test_a_number_is_a_result_too():
    fn = function(graph([], [], [number(0.1)]), "    return np.float64(0.1)")
    values, bounds = expect(fn, InputSet("domain", 1, ()))
    unit = EPS["float32"]
    assert values == 0.1
    assert bounds == pytest.approx(unit / 2 * 0.1 + unit * 0.1, rel=1e-12)
    assert array(1.0).dtype == np.float64
