"""Graphs run on values with bounds, one equation at a time."""

from dataclasses import replace

import numpy as np
import pytest
from small_programs import array, eqn, graph, number, var

from corpus import CORPUS, reference_helpers
from jaxsmith.errors import RejectedError
from jaxsmith.program.graph import Eqn, Graph
from jaxsmith.verdict import noise
from jaxsmith.verdict.bounded import Bounded
from jaxsmith.verdict.interpret import Interpreter, pack, unpack_groups
from jaxsmith.verdict.slopes import install
from jaxsmith.verdict.spelled import NAMESPACE
from jaxsmith.vocabulary.accuracy import DECIDE, EQUAL, MOVE, ORDER, TERMS, Accuracy, stable, ulps
from jaxsmith.vocabulary.interval import Interval

EPS = 2.0**-23


def run(body, *arguments, outer=None, **settings):
    interpreter = Interpreter(dict(NAMESPACE), **settings)
    bounded = [each if isinstance(each, Bounded) else Bounded(each) for each in arguments]
    with np.errstate(all="ignore"):
        return interpreter.run(body, bounded, outer), interpreter


def single(spelling, accuracy, operands, output, *arguments, **settings):
    """The one result of a graph of one equation; the operands that are variables are given."""
    params = [atom for atom in operands if not hasattr(atom, "value")]
    result, _ = run(
        graph(params, [eqn(spelling, operands, output, accuracy, **settings)], [output]), *arguments
    )
    return result[0]


def test_values_and_bounds_go_from_equation_to_equation():
    x, y, doubled, total = var((2,)), var((2,)), var((2,)), var((2,))
    body = graph(
        [x, y],
        [
            eqn("2 * {0}", [x], doubled, ulps(1.0)),
            eqn("{0} - {1}", [doubled, y], total, ulps(0.5)),
        ],
        [total, x],
    )
    (found, same), _ = run(body, array(1.0, 2.0), array(3.0, -4.0))
    assert found.value.tolist() == [-1.0, 8.0]
    assert found.error.tolist() == [2 * EPS + 0.5 * EPS, 4 * EPS + 4 * EPS]
    assert same.error is None
    assert same.value.tolist() == [1.0, 2.0]


def test_without_bounds_only_values_are_computed():
    x, y = var(), var()
    body = graph([x], [eqn("np.sin({0})", [x], y, ulps(4.0))], [y])
    (found,), _ = run(body, array(0.5), bounds=False)
    assert found.error is None
    assert found.value == np.sin(0.5)


@pytest.mark.parametrize("bounds", [True, False])
def test_a_graph_reads_what_it_captures(bounds):
    x, outside, y = var(), var(), var()
    body = graph([x], [eqn("{0} * {1}", [x, outside], y, ulps(0.0))], [y])
    outer = {outside: Bounded(array(3.0), array(0.5))}
    (found,), _ = run(body, array(2.0), outer=outer, bounds=bounds)
    assert found.value == 6.0
    assert outer == {outside: outer[outside]}
    if bounds:
        assert found.error == 1.0


@pytest.mark.parametrize(("chosen", "expected"), [(True, 4.0), (False, -2.0)])
@pytest.mark.parametrize("bounds", [True, False])
def test_a_branch_that_ran_is_noted(chosen, expected, bounds):
    flag, x, outside, y = var((), "bool"), var(), var(), var()
    yes, no = var(), var()
    regions = [
        graph([a], [eqn(spelling, [a, outside], b, ulps(0.0))], [b])
        for a, b, spelling in [(yes, var(), "{0} + {1}"), (no, var(), "-{0}")]
    ]
    step = eqn("", [flag, x], y, regions=regions, control="cond")
    body = graph([flag, x], [step], [y])
    outer = {outside: Bounded(array(2.0))}
    (found,), interpreter = run(body, array(chosen, dtype=bool), array(2.0), outer=outer,
                                bounds=bounds)  # fmt: skip
    assert found.value == expected
    assert interpreter.visited == {(id(step), 0 if chosen else 1)}


@pytest.mark.parametrize("domain", [None, Interval(-10.0, 10.0)])
def test_a_repeated_step_stays_where_its_operations_are_right(domain):
    x, y, z = var(), var(), var()
    step = eqn("{0} * 4", [x], y, ulps(0.0))
    step = replace(step, op=replace(step.op, domain=(domain,)))
    repeated = eqn("", [z], y, regions=[graph([x], [step], [y])], attributes={"count": 3},
                   control="iterate")  # fmt: skip
    body = graph([z], [repeated], [y])
    (found,), _ = run(body, array(0.25))
    assert found.value == 16.0  # the last of them may leave it
    if domain is None:
        (found,), _ = run(body, array(1.0))
        assert found.value == 64.0
    else:
        with pytest.raises(RejectedError, match="leaves its argument's range"):
            run(body, array(1.0))


def test_an_equation_is_compiled_once():
    x, y = var(), var()
    step = eqn("{0} + 1", [x], y, ulps(1.0))
    body = graph([x], [step], [y])
    _, interpreter = run(body, array(1.0))
    compiled = interpreter.plans[step]
    with np.errstate(all="ignore"):
        interpreter.run(body, [Bounded(array(2.0))])
    assert list(interpreter.plans) == [step]
    assert interpreter.plans[step] is compiled


def test_a_region_becomes_a_plain_function():
    x, outside, y, z = var(), var(), var(), var()
    step = eqn("{0} + {1}", [x, outside], y)
    region = graph([x, z], [step], [y, z], groups=(2,), returns="({1}, {0})")
    interpreter = Interpreter(dict(NAMESPACE))
    function = interpreter.callable(region, {outside: Bounded(array(3.0), array(9.0))})
    assert function((1.0, 5.0)) == (5.0, 4.0)
    assert step in interpreter.plans
    assert interpreter.callable(graph([x], [], [x]), {})(2.0) == 2.0
    assert interpreter.callable(graph([x, z], [], [z, x]), {})(2.0, 3.0) == (3.0, 2.0)


def test_branches_of_a_region_are_noted_too():
    flag, y = var((), "bool"), var()
    a, b = number(1.0), number(2.0)
    step = eqn("", [flag], y, regions=[graph([], [], [a]), graph([], [], [b])], control="cond")
    interpreter = Interpreter(dict(NAMESPACE))
    function = interpreter.callable(graph([flag], [step], [y], returns="{0}"), {})
    assert function(np.array(False)) == 2.0
    assert interpreter.visited == {(id(step), 1)}


def test_a_float_that_comes_as_an_integer_is_refused():
    x, y = var((), "int32"), var()
    with pytest.raises(RejectedError, match="reference_error: steps gives integers for floats"):
        single("{0} + 1", MOVE, [x], y, array(1, dtype=np.int64), name="steps")
    found = single("{0} + 1", MOVE, [x], var((), "int32"), array(1, dtype=np.int64))
    assert found.value == 2
    for dtype in (np.float64, np.complex128):
        assert single("{0}", MOVE, [var()], y, array(1, dtype=dtype)).value == 1


def test_any_output_may_be_the_one_that_is_refused():
    x, outputs = var((), "int32"), (var((), "int32"), var())
    body = graph([x], [eqn("({0}, {0})", [x], outputs)], outputs)
    with pytest.raises(RejectedError, match="gives integers for floats"):
        run(body, array(1, dtype=np.int64))


@pytest.mark.parametrize(
    ("accuracy", "dtype", "is_exact"),
    [
        (MOVE, "float32", True),
        (EQUAL, "float32", True),
        (DECIDE, "float32", True),
        (TERMS, "float32", False),
        (ORDER, "float32", False),
        (TERMS, "int32", True),
        (stable(1.0), "bool", True),
    ],
)
def test_nothing_is_off_where_nothing_rounds(accuracy, dtype, is_exact):
    wide = {"float32": np.float64, "int32": np.int64, "bool": np.bool_}[dtype]
    x = var((2,), dtype)
    found = single("{0}", accuracy, [x], var((2,), dtype), array(1, 0, dtype=wide))
    assert (found.error is None) == is_exact


@pytest.mark.parametrize("place", [0, 1])
def test_one_operand_that_is_off_is_enough(place):
    x, y = var((2,)), var((2,))
    given = [Bounded(array(1.0, 2.0)), Bounded(array(3.0, 4.0))]
    given[place] = Bounded(given[place].value, array(0.5, 0.25))
    found = single("np.concatenate([{0}, {1}])", MOVE, [x, y], var((4,)), *given)
    assert found.error.tolist() == [0.5, 0.25, 0, 0] if not place else [0, 0, 0.5, 0.25]


def test_a_discrete_result_of_what_is_off_has_no_bound():
    x = Bounded(array(1.5), array(0.25))
    found = single("{0} > 1", DECIDE, [var()], var((), "bool"), x)
    assert found.error is None
    with pytest.raises(RejectedError, match="too close to call"):
        single("{0} > 1", DECIDE, [var()], var((), "bool"), Bounded(array(1.5), array(0.75)))


@pytest.mark.parametrize(
    ("value", "dtype", "error"),
    [
        (0.5, "float32", None),  # float32 has it
        (3.0, "bfloat16", None),
        (-0.1, "float32", EPS / 2 * 0.1),
        (0.1, "float64", None),
        (0.1, "float16", 2.0**-11 * 0.1),
        (0.5, "float16", 2.0**-11 * 0.5),  # nobody looks whether float16 has it
        (-0.25, "bfloat16", 2.0**-8 * 0.25),
        (7, "int32", None),
        (True, "bool", None),
        (0.1, "complex64", EPS / 2 * 0.1),
    ],
)
def test_a_number_in_the_text_is_rounded_to_its_dtype(value, dtype, error):
    (found,), _ = run(graph([], [], [number(value, dtype)]))
    assert found.value == value
    assert (found.error is None) if error is None else (found.error == error)


def test_a_number_in_the_text_is_an_operand():
    found = single("{0} * {1}", ulps(0.0), [var(), number(0.1)], var(), array(8.0))
    assert found.value == 0.1 * 8.0
    assert found.error == pytest.approx(8 * EPS / 2 * 0.1, rel=1e-6)
    (plain,), _ = run(graph([], [eqn("{0} + 1", [number(0.1)], y := var())], [y]), bounds=False)
    assert plain.value == 1.1


@pytest.mark.parametrize(
    ("shape", "output", "attributes", "terms"),
    [
        ((6, 4), (4,), {}, 6),
        ((6, 4), (), {}, 24),
        ((4,), (6, 4), {}, 1),
        ((6, 4), (4,), {"terms": 3}, 3),
        ((6, 4), (4,), {"terms": "all"}, 6),
        ((6, 0), (0,), {}, 1),
    ],
)
def test_how_many_terms_a_sum_has(shape, output, attributes, terms):
    y = var(output)
    x = var(shape)
    step = eqn(f"np.ones({output})", [x], y, TERMS, attributes=attributes)
    (found,), _ = run(graph([x], [step], [y]), np.ones(shape))
    assert np.all(found.error == 0.5 * (terms + 1) * EPS)


def test_the_largest_operand_counts_and_none_is_one_term():
    x, y, z = var((2,)), var((6,)), var((2,))
    found = single("np.ones(2)", TERMS, [x, y], z, np.ones(2), np.ones(6))
    assert np.all(found.error == 0.5 * (3 + 1) * EPS)
    (found,), _ = run(graph([], [eqn("np.ones(2)", [], z, TERMS)], [z]))
    assert np.all(found.error == 0.5 * (1 + 1) * EPS)


def test_a_rule_has_another_size_in_float64():
    both = Accuracy("ulps", 2.0, 5.0)
    for dtype, unit in (("float32", 2 * EPS), ("float64", 5 * 2.0**-52)):
        found = single("-{0}", both, [var((), dtype)], var((), dtype), array(1.0))
        assert found.error == unit


def test_code_rounds_like_the_coarsest_float_of_its_types():
    code = "np.exp({0})"
    noise = Accuracy("noise")
    for dtypes in (("bfloat16", "float32"), ("float32", "bfloat16")):
        found = single(code, noise, [var((8,), dtypes[0])], var((8,), dtypes[1]), np.ones(8))
        assert found.error.max() > 2.0**-7
    found = single(code, noise, [var((8,), "int32")], var((8,)), np.ones(8))
    assert 2.0**-7 > found.error.max() > EPS


def test_what_is_singular_within_its_bounds_is_refused():
    x, y = var((2, 2)), var((2, 2))
    singular = "np.linalg.inv(np.floor({0} + 1))"
    with pytest.raises(RejectedError, match="ill_conditioned: solve: Singular matrix"):
        single(singular, stable(1.0), [x], y, Bounded(np.eye(2), np.full((2, 2), 1e-3)),
               name="solve")  # fmt: skip


def test_a_bound_has_the_shape_of_its_value_and_none_where_it_is_not_finite():
    x = var((3,))
    found = single("{0}", ulps(1.0), [x], var((3,)), Bounded(array(1.0, np.inf, 2.0), np.ones(3)))
    assert found.error.tolist() == [1 + EPS, 0.0, 1 + 2 * EPS]
    found = single("{0} + np.zeros((2, 3))", ulps(0.0), [x], var((2, 3)),
                   Bounded(array(1.0, 2.0, 3.0), array(0.5, 0.25, 0.0)))  # fmt: skip
    assert found.error.tolist() == [[0.5, 0.25, 0.0]] * 2


def test_a_finite_value_must_have_a_finite_bound():
    x = var((2,))
    for value in ([1.0, 2.0], [np.inf, 2.0]):
        with pytest.raises(RejectedError, match="ill_conditioned: an operation has no finite err"):
            single("{0}", ulps(1.0), [x], var((2,)), Bounded(array(*value), array(0.0, np.inf)))
    found = single(
        "{0}", ulps(1.0), [x], var((2,)), Bounded(array(1.0, np.nan), array(1.0, np.inf))
    )
    assert found.error.tolist() == [1 + EPS, 0.0]


@pytest.mark.parametrize("value", [[65504.0, 1.0], [np.inf, -65504.0], [np.nan, np.inf]])
def test_a_value_must_fit_in_its_dtype(value):
    x, y = var((2,), "float16"), var((2,), "float16")
    assert single("{0}", ulps(0.0), [x], y, array(*value)).value.shape == (2,)
    if np.isfinite(value).any():
        with pytest.raises(RejectedError, match="ill_conditioned: a value does not fit in float16"):
            single("1.001 * {0}", ulps(0.0), [x], y, array(*value))


def test_no_elements_fit_anywhere():
    x, y = var((0,), "float16"), var((0,), "float16")
    assert single("{0} + 1", ulps(1.0), [x], y, np.zeros(0)).error.shape == (0,)


def test_relative_errors_are_noted_for_what_is_differentiated():
    noted = []
    x, y, z = var((2,)), var((2,)), var((2,))
    body = graph(
        [x],
        [
            eqn("{0}", [x], y, ulps(0.0)),
            eqn("{0} * 0", [y], z, ulps(0.0)),
            eqn("-{0}", [y], z, ulps(2.0)),
        ],
        [z],
    )
    run(body, Bounded(array(1.0, -4.0), array(0.5, 0.25)), slopes=noted)
    assert noted == [0.125, 0.0, (0.5 + 2 * EPS) / 4]
    run(body, array(1.0, 4.0))
    assert len(noted) == 3


def test_a_slope_without_a_bound_is_refused_where_it_has_none():
    x, y = var((2,)), var((2,))
    body = graph([x], [eqn("np.sqrt({0})", [x], y, ulps(1.0), smooth="steep", name="sqrt")], [y])
    for given, slopes in [((1.0, 4.0), []), ((0.0, 4.0), None)]:
        assert run(body, array(*given), slopes=slopes)[0][0].value[1] == 2.0
    with pytest.raises(RejectedError, match="ill_conditioned: the slope of sqrt has no bound at 0"):
        run(body, array(0.0, 4.0), slopes=[])
    smooth = graph([x], [eqn("np.sqrt({0})", [x], y, ulps(1.0))], [y])
    assert run(smooth, array(0.0, 4.0), slopes=[])[0][0].value[0] == 0.0


def test_arguments_are_taken_apart_as_the_groups_say():
    params = [var() for _ in range(4)]
    grouped = graph(params, [], [], groups=(0, 2, 1))
    assert unpack_groups(grouped, [1, (2, 3), (4,)]) == [1, 2, 3, 4]
    assert unpack_groups(graph(params[:2], [], [], groups=(0, 0)), [(1, 2), 3]) == [(1, 2), 3]
    assert unpack_groups(graph(params[:1], [], []), [(1, 2)]) == [(1, 2)]


def test_results_are_arranged_as_the_template_says():
    assert pack("({1}, {0}), {2}", [1, 2, 3]) == ((2, 1), 3)
    assert pack("{0}", [5]) == 5
    assert pack("{{'a': {0}}}", [5]) == {"a": 5}


def test_small_relative_errors_are_noted_as_they_are():
    x, y, z = var((2,)), var((2,)), var((2,))
    body = graph([x], [eqn("{0} * 2", [x], y, ulps(3.0)), eqn("{0}[::-1]", [y], z, MOVE)], [z])
    noted = []
    run(body, array(1e-3, 2e-3), slopes=noted)
    assert noted == pytest.approx([3 * EPS, 3 * EPS], rel=1e-9)


def test_a_bound_has_the_shape_of_its_value():
    found = single("{0} * np.ones(3)", ulps(1.0), [number(0.1)], var((3,)))
    assert found.error.shape == found.value.shape == (3,)


def slope_of(spelling, argument, **op):
    """The derivative of an elementwise operation, as the graph of a function has it."""
    x, inner, y, total, slope = (var((2,)) for _ in range(5))
    total = var()
    loss = graph([inner], [eqn(spelling, [inner], y, ORDER, **op),
                           eqn("np.sum({0})", [y], total, TERMS)], [total])  # fmt: skip
    body = graph([x], [eqn("derivative({r0}, 0, {0})", [x], slope, EQUAL, [loss], {"order": 1},
                           control="gradient", smooth="none")], [slope])  # fmt: skip
    interpreter = Interpreter({**NAMESPACE, "derivative": reference_helpers.derivative})
    return interpreter.run(body, [Bounded(argument)])[0]


def test_differences_of_differences_are_no_closer_than_that():
    # The square has no kink at 0, though a step away from there its modulus is close to one.
    x, dot, inner, y, total, found = (*(var((2,), "float64") for _ in range(4)), var((), "float64"),
                                      var((2,), "float64"))  # fmt: skip
    spelling = "(np.abs({0} * {0}) + 0.1) ** 2.5"
    loss = graph([inner], [eqn(spelling, [inner], y, ORDER, smooth="kinked"),
                           eqn("np.sum({0})", [y], total, TERMS)], [total])  # fmt: skip
    body = graph([x, dot], [eqn("hessian_product({r0}, 0, {1}, {0})", [x, dot], found, EQUAL,
                                [loss], {"order": 2}, control="gradient", smooth="none")],
                 [found])  # fmt: skip
    source = "\n\n\n".join(["import numpy as np", *CORPUS.helpers.closure(["hessian_product"])])
    helpers = noise.load(source, "hessian_product").__globals__
    install(helpers)
    at, along = np.array([0.0, -9.0]), np.array([1.0, 1.0])
    (seen,) = Interpreter({**NAMESPACE, **helpers}).run(body, [Bounded(at), Bounded(along)])
    base = at**2 + 0.1
    exact = (5 * base**1.5 + 15 * at**2 * base**0.5) * along
    assert np.all(np.abs(seen.value - exact) <= seen.error)


def test_what_may_have_cancelled_is_no_derivative():
    assert slope_of("3 * {0}", array(1.0, 2.0)).value == pytest.approx(array(3.0, 3.0))
    assert slope_of("0 * {0}", array(1.0, 2.0)).value.tolist() == [0.0, 0.0]
    kept = slope_of("np.minimum({0}, 1.5)", array(1.0, 2.0), smooth="kinked")
    assert kept.value == pytest.approx(array(1.0, 0.0))
    with pytest.raises(RejectedError, match="nothing is left of what cancels in a derivative"):
        slope_of("np.minimum({0}, 0.0)", array(1.0, 2.0), smooth="kinked")


@pytest.mark.parametrize(
    ("dtype", "factor", "lost"),
    [("float32", 1e-39, 1e-39), ("float64", 1e-309, 1e-309), ("float16", 1e-6, 2.0**-24)],
)
def test_what_is_nearly_0_may_be_flushed(dtype, factor, lost):
    x, small, back = var((2,), dtype), var((2,), dtype), var((2,), dtype)
    body = graph([x], [eqn("{0} * " + repr(factor), [x], small, ulps(1.0)),
                       eqn("{0} * 1000.0", [small], back, ulps(1.0))], [back])  # fmt: skip
    (found,), _ = run(body, array(1.0, 0.0))
    assert found.value.tolist() == pytest.approx([1000 * factor, 0.0])
    assert found.error[0] >= 1000 * lost
    assert found.error[1] == 0.0


def test_slopes_that_a_rounded_value_leaves_little_of_have_wider_bounds():
    near, far = (slope_of("1000 * np.tanh({0})", array(x, x)) for x in (0.5, 7.0))
    # 1 - tanh(7)**2 is 3e-6; in float32 a unit of the tanh is 4 % of it, and 3e-5 of this.
    assert far.value == pytest.approx(1000 / np.cosh(7.0) ** 2 * np.ones(2), rel=1e-4)
    assert np.all(far.error >= 1000 * EPS)
    assert np.all(near.error <= 1e-3 * near.value)


def test_code_that_counts_what_it_has_rounded_is_too_close_where_rounding_decides():
    op = CORPUS.vocabulary["idiom_sturm_counts"]
    matrix, points, counts = var((2, 2)), var((1,)), var((1,), "int32")
    attributes = {"options": ", diagonal=0.0"}
    body = Graph((matrix, points), (Eqn(op, (matrix, points), (counts,), attributes),), (counts,))
    source = "\n\n".join(["import numpy as np", *op.code.definitions("numpy").values()])
    namespace = {**NAMESPACE, **noise.load(source, "sturm_counts").__globals__}
    between = [Bounded(array([0.0, -2.0], [-2.0, 1.0])), Bounded(array(0.25))]
    (found,) = Interpreter(namespace).run(body, between)
    assert found.value.tolist() == [1]
    # An eigenvalue is 0, but for rounding.
    at_an_eigenvalue = [Bounded(array([0.0, 0.0], [0.0, -2.0])), Bounded(array(0.0))]
    with pytest.raises(RejectedError, match="too close"):
        Interpreter(namespace).run(body, at_an_eigenvalue)
