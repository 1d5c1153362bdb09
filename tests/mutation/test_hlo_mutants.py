"""Each row that changes StableHLO makes the programs that it says, and nothing else."""

import pytest

from jaxsmith.mutation.hlo_kinds import HLO_KINDS
from jaxsmith.mutation.mutants import mutants_of

T = "tensor<3x3xf32>"
V = "tensor<3xf32>"
CASE = f"""\
%0 = "stablehlo.case"(%i) ({{
  stablehlo.return %a : {T}
}}, {{
  %1 = stablehlo.sine %a : {T}
  stablehlo.return %1 : {T}
}}) : (tensor<i32>) -> {T}"""


def record(body, results=T):
    lines = "".join(f"    {line}\n" for line in body.split("\n"))
    head = f'func.func public @main(%a: {T}, %b: {T}) -> ({results} {{jax.result_info = "r"}}) {{'
    return {"stablehlo": f"module @jit_f {{\n  {head}\n{lines}  }}\n}}\n"}


# kind, the body of a program, and what takes the place of its lines.
CASES = [
    ("swap_op", f"%0 = stablehlo.add %a, %b : {T}", [f"%0 = stablehlo.subtract %a, %b : {T}"]),
    ("swap_op", f"%0 = chlo.erf %a : {T} -> {T}", [f"%0 = chlo.erfc %a : {T} -> {T}"]),
    ("swap_op",
     f"%0 = stablehlo.reduce(%a init: %c) applies stablehlo.add across dimensions = [0] "
     f": ({T}, tensor<f32>) -> {V}",
     [f"%0 = stablehlo.reduce(%a init: %c) applies stablehlo.maximum across dimensions = [0] "
      f": ({T}, tensor<f32>) -> {V}"]),
    ("skip_op", f"%0 = stablehlo.power %a, %b : {T}", [
        f"%0 = stablehlo.convert %a : {T}", f"%0 = stablehlo.convert %b : {T}"]),
    ("skip_op", f"%0 = stablehlo.select %p, %a, %b : tensor<i1>, {T}", []),
    ("skip_op", f"%0 = stablehlo.convert %a : {T}", []),
    ("flip_comparison", f"%0 = stablehlo.compare LT, %a, %b, FLOAT : ({T}, {T}) -> tensor<3x3xi1>",
     [f"%0 = stablehlo.compare GE, %a, %b, FLOAT : ({T}, {T}) -> tensor<3x3xi1>"]),
    ("swap_operands", f"%0 = stablehlo.divide %a, %b : {T}",
     [f"%0 = stablehlo.divide %b, %a : {T}"]),
    ("swap_operands", f"%0 = stablehlo.select %p, %a, %b : tensor<i1>, {T}",
     [f"%0 = stablehlo.select %p, %b, %a : tensor<i1>, {T}"]),
    ("swap_operands", f"%0 = stablehlo.constant dense<0x7FC00000> : {T}\n"
     f"%1 = stablehlo.select %p, %a, %0 : tensor<i1>, {T}", []),
    ("swap_operands", f"%0 = stablehlo.multiply %a, %b : {T}", []),
    ("shift_slice", f"%0 = stablehlo.slice %a [0:2, 0:3:2] : ({T}) -> tensor<2x2xf32>",
     ["%0 = stablehlo.slice %a [1:3, 0:3:2] : (tensor<3x3xf32>) -> tensor<2x2xf32>"]),
    ("shift_slice", f"%0 = stablehlo.pad %a, %c, low = [1, 0], high = [0, 2], interior = [0, 0] "
     f": ({T}, tensor<f32>) -> tensor<4x5xf32>",
     ["%0 = stablehlo.pad %a, %c, low = [0, 0], high = [1, 2], interior = [0, 0] "
      f": ({T}, tensor<f32>) -> tensor<4x5xf32>",
      "%0 = stablehlo.pad %a, %c, low = [1, 1], high = [0, 1], interior = [0, 0] "
      f": ({T}, tensor<f32>) -> tensor<4x5xf32>"]),
    ("scale", f"%0 = stablehlo.constant dense<0.000000e+00> : {T}", []),
    ("scale", f"%0 = stablehlo.constant dense<0xFF800000> : tensor<f32>\n"
     f"%1 = stablehlo.broadcast_in_dim %0, dims = [] : (tensor<f32>) -> {T}", []),
    ("scale", f"%0 = stablehlo.constant dense<5.000000e-01> : tensor<f32>\n"
     f"%1 = stablehlo.broadcast_in_dim %0, dims = [] : (tensor<f32>) -> {T}\n"
     f"%2 = stablehlo.compare LT, %a, %1, FLOAT : ({T}, {T}) -> tensor<3x3xi1>", []),
    ("drop_branch", f"%0 = stablehlo.constant dense<0x7FC00000> : tensor<f32>\n"
     f"%1 = stablehlo.broadcast_in_dim %0, dims = [] : (tensor<f32>) -> {T}\n"
     f"%2 = stablehlo.select %p, %a, %1 : tensor<i1>, {T}", []),
    ("drop_branch", "%0 = stablehlo.constant dense<0.000000e+00> : tensor<f32>\n"
     "%1 = stablehlo.constant dense<0.000000e+00> : tensor<f32>\n"
     "%2 = stablehlo.compare EQ, %x, %0, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1>\n"
     "%3 = stablehlo.select %2, %1, %x : tensor<i1>, tensor<f32>", []),
    ("drop_branch", f"%0 = stablehlo.compare NE, %a, %a, FLOAT : ({T}, {T}) -> tensor<3x3xi1>\n"
     f"%1 = stablehlo.select %0, %a, %b : tensor<3x3xi1>, {T}", []),
    ("drop_branch", "%0 = stablehlo.constant dense<0> : tensor<i32>\n"
     "%1 = stablehlo.compare LT, %i, %0, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>\n"
     "%2 = stablehlo.add %i, %n : tensor<i32>\n"
     "%3 = stablehlo.select %1, %2, %i : tensor<i1>, tensor<i32>", []),
    ("drop_branch", "%0 = stablehlo.constant dense<0x7F800000> : tensor<f32>\n"
     "%1 = stablehlo.abs %x : tensor<f32>\n"
     "%2 = stablehlo.compare EQ, %1, %0, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1>\n"
     "%3 = stablehlo.select %2, %y, %x : tensor<i1>, tensor<f32>", []),
    ("drop_branch", "%0 = stablehlo.is_finite %x : (tensor<f32>) -> tensor<i1>\n"
     "%1 = stablehlo.not %0 : tensor<i1>\n"
     "%2 = stablehlo.select %1, %y, %x : tensor<i1>, tensor<f32>", []),
    ("shift_slice", "%0 = stablehlo.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>\n"
     "%1 = stablehlo.slice %0 [1:2] : (tensor<3xf32>) -> tensor<1xf32>", []),
    ("nudge_constant", f"%0 = stablehlo.constant dense<5.000000e-01> : {T}\n"
     f"%1 = stablehlo.compare LT, %a, %0, FLOAT : ({T}, {T}) -> tensor<3x3xi1>", []),
    ("nudge_constant", "%0 = stablehlo.constant dense<5> : tensor<i32>\n%1 = stablehlo.compare LT, "
     "%i, %0, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>",
     ["%0 = stablehlo.constant dense<6> : tensor<i32>"]),
    ("swap_operands", f"%0 = stablehlo.compare LT, %a, %b, FLOAT : ({T}, {T}) -> tensor<3x3xi1>",
     []),
    ("nudge_constant", "%0 = stablehlo.constant dense<5.000000e-01> : tensor<3xf32>",
     ["%0 = stablehlo.constant dense<0.625> : tensor<3xf32>"]),
    ("nudge_constant", "%0 = stablehlo.constant dense<[[7, 2], [3, 4]]> : tensor<2x2xui8>",
     ["%0 = stablehlo.constant dense<[[8, 2], [3, 4]]> : tensor<2x2xui8>"]),
    ("nudge_constant", "%0 = stablehlo.constant dense<true> : tensor<i1>",
     ["%0 = stablehlo.constant dense<false> : tensor<i1>"]),
    ("nudge_constant", "%0 = stablehlo.constant dense<0xFF800000> : tensor<f32>",
     ["%0 = stablehlo.constant dense<0x7F800000> : tensor<f32>"]),
    ("nudge_constant", "%0 = stablehlo.constant dense<0x7FF0000000000000> : tensor<f64>",
     ["%0 = stablehlo.constant dense<0xFFF0000000000000> : tensor<f64>"]),
    ("nudge_constant", '%0 = stablehlo.constant dense<"0x0102"> : tensor<2xi8>', []),
    ("scale", f"%0 = stablehlo.sine %a : {T}", [
        f"%plain = stablehlo.sine %a : {T}", f"%off = stablehlo.constant dense<1.001> : {T}",
        f"%0 = stablehlo.multiply %plain, %off : {T}"]),
    ("scale", "%0 = stablehlo.sine %a : tensor<2xf16>", []),
    ("scale", "%0 = stablehlo.convert %a : (tensor<2xf16>) -> tensor<2xf32>", []),
    ("drop_branch", f"%0 = stablehlo.select %p, %a, %b : tensor<i1>, {T}", [
        f"%0 = stablehlo.select %p, %a, %a : tensor<i1>, {T}",
        f"%0 = stablehlo.select %p, %b, %b : tensor<i1>, {T}"]),
    ("drop_branch", CASE, [
        f"%1 = stablehlo.sine %a : {T}", f"stablehlo.return %1 : {T}",
        f"stablehlo.return %a : {T}"]),
    ("wrong_permutation", "%0 = stablehlo.transpose %a, dims = [1, 0, 2] : "
     "(tensor<3x3x2xf32>) -> tensor<3x3x2xf32>",
     ["%0 = stablehlo.transpose %a, dims = [0, 1, 2] : (tensor<3x3x2xf32>) -> tensor<3x3x2xf32>"]),
    ("wrong_permutation", "%0 = stablehlo.broadcast_in_dim %a, dims = [0, 2] : "
     "(tensor<3x3xf32>) -> tensor<3x2x3xf32>",
     ["%0 = stablehlo.broadcast_in_dim %a, dims = [2, 0] : "
      "(tensor<3x3xf32>) -> tensor<3x2x3xf32>"]),
    ("wrong_axis", "%0 = stablehlo.iota dim = 0 : tensor<2x3xi32>",
     ["%0 = stablehlo.iota dim = 1 : tensor<2x3xi32>"]),
    ("wrong_axis", "%0 = stablehlo.reverse %a, dims = [0] : tensor<3x3x2xf32>",
     ["%0 = stablehlo.reverse %a, dims = [1] : tensor<3x3x2xf32>"]),
    ("wrong_axis", "%0 = stablehlo.dot_general %a, %b, batching_dims = [0] x [0], "
     "contracting_dims = [2] x [1] : (tensor<3x3x3xf32>, tensor<3x3xf32>) -> tensor<3x3xf32>",
     ["%0 = stablehlo.dot_general %a, %b, batching_dims = [0] x [0], "
      "contracting_dims = [1] x [1] : (tensor<3x3x3xf32>, tensor<3x3xf32>) -> tensor<3x3xf32>"]),
    ("output_dtype", "", [
        'func.func public @main(%a: tensor<3x3xf32>, %b: tensor<3x3xf32>) -> '
        '(tensor<3x3xf16> {jax.result_info = "r"}) {',
        "%other = stablehlo.convert %b : (tensor<3x3xf32>) -> tensor<3x3xf16>",
        "return %other : tensor<3x3xf16>"]),
    ("swap_outputs", f"stablehlo.return %x, %a, %b : tensor<i32>, {T}, {T}",
     [f"stablehlo.return %x, %b, %a : tensor<i32>, {T}, {T}"]),
    ("swap_outputs", f"%0 = stablehlo.add %a, %b : {T}\n%1 = stablehlo.add %b, %a : {T}\n"
     f"stablehlo.return %0, %1 : {T}, {T}", []),
    ("swap_outputs", f"%0 = stablehlo.divide %a, %b : {T}\n%1 = stablehlo.divide %b, %a : {T}\n"
     f"stablehlo.return %0, %1 : {T}, {T}", [f"stablehlo.return %1, %0 : {T}, {T}"]),
    ("swap_outputs", "%c = stablehlo.constant dense<2.5> : tensor<f32>\n"
     "%0 = stablehlo.add %x, %c : tensor<f32>\n%d = stablehlo.constant dense<2.5> : tensor<f32>\n"
     "%1 = stablehlo.add %x, %d : tensor<f32>\n"
     "stablehlo.return %0, %1 : tensor<f32>, tensor<f32>", []),
    ("swap_outputs", "stablehlo.return %i, %j : tensor<i32>, tensor<i32>", []),
    ("swap_outputs", f"stablehlo.return %iterArg, %iterArg_0 : {T}, {T}", []),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "body", "expected"), CASES)
def test_a_row_makes_its_mutants(kind, body, expected):
    given = record(f"{body}\nreturn %b : {T}")
    made = []
    for mutant in mutants_of(given, "stablehlo"):
        if mutant.kind == kind:
            made += [line[2:] for line in mutant.edit.diff(given["stablehlo"]) if line[0] == "+"]
    assert made == expected


def test_every_kind_has_a_case():
    assert {kind for kind, _, _ in CASES} == {row.name for row in HLO_KINDS}


@pytest.mark.parametrize(
    "body",
    [
        f"%0 = stablehlo.compare EQ, %a, %b, FLOAT : ({T}, {T}) -> tensor<3x3xi1>",
        "%0 = stablehlo.dot_general %a, %b, contracting_dims = [0] x [0] : "
        f"({V}, {V}) -> tensor<f32>",
    ],
)
def test_operands_that_mean_the_same_exchanged_are_left(body):
    mutants = mutants_of(record(f"{body}\nreturn %b : {T}"), "stablehlo")
    assert "swap_operands" not in {mutant.kind for mutant in mutants}


def test_operands_of_a_product_over_turned_axes_are_exchanged():
    cube = "tensor<3x3x3xf32>"
    body = (
        "%0 = stablehlo.dot_general %a, %b, contracting_dims = [0, 1, 2] x [1, 2, 0] : "
        f"({cube}, {cube}) -> tensor<f32>"
    )
    mutants = mutants_of(record(f"{body}\nreturn %b : {T}"), "stablehlo")
    assert "swap_operands" in {mutant.kind for mutant in mutants}


def choosing(calls):
    """A program that calls a function so many times, which chooses where nothing is finite."""
    signature = f"(tensor<3x3xi1>, {T}) -> {T}"
    lines = ["%0 = stablehlo.is_finite %a : (tensor<3x3xf32>) -> tensor<3x3xi1>"]
    lines += [f"%{k + 1} = call @_where(%0, %b) : {signature}" for k in range(calls)]
    text = record("\n".join([*lines, f"return %1 : {T}"]))["stablehlo"]
    function = (
        f"  func.func private @_where(%arg0: tensor<3x3xi1>, %arg1: {T}) -> {T} {{\n"
        f"    %0 = stablehlo.negate %arg1 : {T}\n"
        f"    %1 = stablehlo.select %arg0, %0, %arg1 : tensor<3x3xi1>, {T}\n"
        f"    return %1 : {T}\n  }}\n}}\n"
    )
    return {"stablehlo": text.removesuffix("}\n") + function}


def test_what_a_function_is_called_with_is_known_where_it_is_called_once():
    once, twice = (mutants_of(choosing(calls), "stablehlo") for calls in (1, 2))
    assert "drop_branch" not in {mutant.kind for mutant in once}
    assert "drop_branch" in {mutant.kind for mutant in twice}


def test_what_goes_on_in_the_next_lines_is_left_whole():
    loop = (
        f"%0 = stablehlo.while(%c = %a) : {T}\ncond {{\n  stablehlo.return %p : tensor<i1>\n"
        f"}} do {{\n  stablehlo.return %c : {T}\n}}"
    )
    given = record(f"{loop}\nreturn %0 : {T}")
    kinds = {mutant.kind for mutant in mutants_of(given, "stablehlo")}
    assert kinds == {"output_dtype"}


@pytest.mark.parametrize("place", [0, 1])
def test_one_of_several_results_gets_another_dtype(place):
    given = record("return %a, %z : tensor<3x3xf32>, tensor<2xcomplex<f64>>")
    given["stablehlo"] = given["stablehlo"].replace(
        f'({T} {{jax.result_info = "r"}})',
        f'({T} {{jax.result_info = "r[0]"}}, tensor<2xcomplex<f64>> {{jax.result_info = "r[1]"}})',
    )
    found = [m for m in mutants_of(given, "stablehlo") if m.kind == "output_dtype"][place]
    others = [("tensor<3x3xf16>", "tensor<2xcomplex<f64>>"), (T, "tensor<2xcomplex<f32>>")][place]
    assert f'({others[0]} {{jax.result_info = "r[0]"}}, {others[1]} {{' in found.edit.lines[0]
    assert found.edit.lines[-1].endswith(f" : {others[0]}, {others[1]}")
