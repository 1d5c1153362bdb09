"""Normal forms: other names and literals make the same function, another operation does not."""

from __future__ import annotations

import pytest
from small_corpora import sample

from jaxsmith.dataset.distinct import distinct, render
from jaxsmith.dataset.normal_mlir import normal_mlir
from jaxsmith.dataset.normal_python import normal_python
from jaxsmith.errors import InvalidRequestError

SOURCE = '''
import jax.numpy as jnp
from jax import lax


def scaled_sum(values, weights):
    """Sum of products."""
    product = values * weights  # elementwise

    def step(carry, row):
        return carry + row, carry

    total, _ = lax.scan(step, 0.5, product)
    return jnp.sum(product, axis=0, keepdims=True) + total
'''


def _edited(text: str, *pairs: tuple[str, str]) -> str:
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return text


SAME_PYTHON = {
    "a variable": [("product", "prod")],
    "the function": [("scaled_sum", "f")],
    "an argument": [("weights", "w"), ("values", "v")],
    "an argument called as a keyword is": [("values", "axes")],
    "an inner function": [("step", "body"), ("carry", "c")],
    "a number": [("0.5", "7")],
    "its sign": [("axis=0", "axis=-1")],
    "the docstring": [('    """Sum of products."""\n', "")],
    "a comment": [("  # elementwise", "")],
    "layout": [("step, 0.5, product", "step,\n        0.5,\n        product,\n    ")],
}

OTHER_PYTHON = {
    "another function of a module": [("jnp.sum", "jnp.max")],
    "another module": [("lax.scan", "jnp.scan")],
    "another operator": [("values * weights", "values - weights")],
    "another order of operands": [("values * weights", "weights * values")],
    "another truth": [("True", "False")],
    "another keyword": [("keepdims", "initial")],
    "no keyword": [(", keepdims=True", "")],
    "another value used": [("+ total", "+ product")],
    "one argument for two": [("values * weights", "values * values")],
    "a builtin for a variable": [("return carry + row", "return max + row")],
    "another nesting": [("carry + row, carry", "(carry + row, carry), ")],
}


@pytest.mark.parametrize("edit", SAME_PYTHON.values(), ids=SAME_PYTHON)
def test_other_names_and_literals_are_the_same_python(edit: list[tuple[str, str]]) -> None:
    assert normal_python(_edited(SOURCE, *edit)) == normal_python(SOURCE)


@pytest.mark.parametrize("edit", OTHER_PYTHON.values(), ids=OTHER_PYTHON)
def test_another_structure_is_other_python(edit: list[tuple[str, str]]) -> None:
    assert normal_python(_edited(SOURCE, *edit)) != normal_python(SOURCE)


def test_keyword_names_stay_where_an_argument_has_the_same_name() -> None:
    sources = [f"def f({name}):\n    return g(axis={name})" for name in ("axis", "k")]
    assert normal_python(sources[0]) == normal_python(sources[1])


def test_strings_and_numbers_differ_from_each_other() -> None:
    number, string, other = (normal_python(f"f(x, {text})") for text in ("1", "'a'", "'b'"))
    assert number != string
    assert string == other


MLIR = """module @jit_f attributes {mhlo.num_partitions = 1 : i32} {
  func.func public @main(%arg0: tensor<2x3xf32>)
      -> (tensor<3xf32> {jax.result_info = "result[0]"}) {
    %cst = stablehlo.constant dense<0.000000e+00> : tensor<f32>
    %c = stablehlo.constant dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi32>
    %0 = stablehlo.add %arg0, %arg0 : tensor<2x3xf32>
    %1 = call @helper(%0) : (tensor<2x3xf32>) -> tensor<2x3xf32>
    %2 = stablehlo.custom_call @lapack_spotrf(%1) : (tensor<2x3xf32>) -> tensor<2x3xf32>
    %3 = stablehlo.reduce(%2 init: %cst) applies stablehlo.add across dimensions = [0]
    return %3 : tensor<3xf32>
  }
  func.func private @helper(%arg0: tensor<2x3xf32>) -> tensor<2x3xf32> {
    %0 = stablehlo.tanh %arg0 : tensor<2x3xf32>
    return %0 : tensor<2x3xf32>
  }
}
"""

SAME_MLIR = {
    "the module": [("@jit_f", "@jit_other")],
    "a function": [("@helper", "@clip_7")],
    "values": [("%cst", "%zero"), ("%arg0", "%x"), ("%0", "%17")],
    "a scalar constant": [("0.000000e+00", '"0xFF800000"')],
    "a dense constant": [("[[1, 2, 3], [4, 5, 6]]", "true")],
    "the name of a result": [('"result[0]"', '"result[\\"a > b\\"]"')],
}

OTHER_MLIR = {
    "an operation": [("stablehlo.tanh", "stablehlo.cosine")],
    "a shape": [("2x3", "2x4")],
    "a dtype": [("xf32", "xf64")],
    "a dimension": [("dimensions = [0]", "dimensions = [1]")],
    "a kernel": [("@lapack_spotrf", "@lapack_spotri")],
    "an operand": [("%0 = stablehlo.add %arg0, %arg0", "%0 = stablehlo.add %arg0, %c")],
    "what is called": [("call @helper", "call @main")],
}


@pytest.mark.parametrize("edit", SAME_MLIR.values(), ids=SAME_MLIR)
def test_other_names_and_constants_are_the_same_stablehlo(edit: list[tuple[str, str]]) -> None:
    assert normal_mlir(_edited(MLIR, *edit)) == normal_mlir(MLIR)


@pytest.mark.parametrize("edit", OTHER_MLIR.values(), ids=OTHER_MLIR)
def test_another_structure_is_other_stablehlo(edit: list[tuple[str, str]]) -> None:
    assert normal_mlir(_edited(MLIR, *edit)) != normal_mlir(MLIR)


def test_the_values_of_one_function_do_not_number_those_of_the_next() -> None:
    first, helper, second = MLIR.partition("  func.func private")
    assert normal_mlir(first.replace("%0", "%x") + helper + second) == normal_mlir(MLIR)


def test_the_figures_count_exact_and_normal_and_name_the_largest_groups() -> None:
    records = [sample("math", index) for index in range(4)]
    records += [sample("array", 0, source_code="def array_0(x):\n    return -x\n")]
    python, mlir = distinct(records)
    assert (python.field, python.records, python.exact, python.normal) == ("source_code", 5, 5, 2)
    assert python.share == 0.4
    assert [(each.size, each.examples[0]) for each in python.largest] == [(4, "math-s0-000000")]
    assert len(python.largest[0].examples) == 3
    assert mlir.normal == 5
    assert "40.00%" in render([python])
    assert "4 alike: math-s0-000000, math-s0-000001" in render([python])


def test_a_record_whose_source_is_no_python_is_named() -> None:
    with pytest.raises(InvalidRequestError, match="math-s0-000003: its source is no Python"):
        distinct([sample("math", 3, source_code="def f(:")])
