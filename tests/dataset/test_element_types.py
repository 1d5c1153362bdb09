"""Element types are read off the types of operations, not off their attributes or regions."""

from __future__ import annotations

from jaxsmith.dataset.element_types import element_types

MODULE = """
module @jit_f attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%arg0: tensor<4x2xf32>, %arg1: tensor<i32>) -> (tensor<2xui8>) {
    %c = stablehlo.constant dense<[1, 2]> : tensor<2xi64>
    %0 = stablehlo.reduce(%arg0 init: %cst) applies stablehlo.add \
across dimensions = [0] : (tensor<4x2xf32>, tensor<f32>) -> tensor<2xf32>
    %1 = "stablehlo.case"(%arg1) ({
      %5 = stablehlo.convert %0 : (tensor<2xf32>) -> tensor<2xui8>
      stablehlo.return %5 : tensor<2xui8>
    }, {
      stablehlo.return %3 : tensor<2xui8>
    }) : (tensor<i32>) -> tensor<2xui8>
    %2:2 = stablehlo.while(%iterArg = %1, %iterArg_1 = %arg1) : tensor<2xui8>, tensor<i32>
    cond {
      %5 = stablehlo.compare  LT, %iterArg_1, %c,  SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
      stablehlo.return %5 : tensor<i1>
    } do {
      stablehlo.return %iterArg, %iterArg_1 : tensor<2xui8>, tensor<i32>
    }
    %3 = "stablehlo.reduce_window"(%a, %b) <{padding = dense<0> : tensor<1x2xi64>}> ({
    ^bb0(%arg2: tensor<complex<f32>>, %arg3: tensor<complex<f32>>):
      stablehlo.return %arg2 : tensor<complex<f32>>
    }) : (tensor<?x3xcomplex<f32>>, tensor<complex<f32>>) -> tensor<?x3xcomplex<f32>>
    %4 = chlo.erf %0 : tensor<2xf8E4M3FN> -> tensor<2xf8E4M3FN>
    return %2#0 : tensor<2xui8>
  }
}
"""


def test_each_operation_has_the_types_of_its_operands_and_results() -> None:
    assert element_types(MODULE) == {
        "stablehlo.constant": {"i64"},
        "stablehlo.reduce": {"f32"},
        "stablehlo.add": {"f32"},
        "stablehlo.case": {"i32", "ui8"},
        "stablehlo.convert": {"f32", "ui8"},
        "stablehlo.return": {"ui8", "i1", "i32", "complex<f32>"},
        "stablehlo.while": {"ui8", "i32"},
        "stablehlo.compare": {"i32", "i1"},
        "stablehlo.reduce_window": {"complex<f32>"},
        "chlo.erf": {"f8E4M3FN"},
    }
