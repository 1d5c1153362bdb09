"""Texts of two compilers: what has no meaning makes no difference, and what has names its cause."""

from __future__ import annotations

import re

import pytest

from jaxsmith.dataset.diff.causes import Cause, causes
from jaxsmith.dataset.diff.hlo import HLO, OPTIMIZED_HLO
from jaxsmith.dataset.diff.jaxpr import JAXPR
from jaxsmith.dataset.diff.lines import PLAIN
from jaxsmith.dataset.diff.mlir import MLIR
from jaxsmith.dataset.diff.passes import first_parting

JAXPR_TEXT = """let _where1 = { lambda ; a:bool[3] b:f32[3]. let
    c:f32[3] = broadcast_in_dim[broadcast_dimensions=(np.int64(1),)] 0.0:f32[]
    d:f32[3] = select_n a c b
  in (d,) } in
{ lambda ; e:f32[3] f:f32[3]. let
    g:bool[3] = lt e f
    h:f32[3] = jit[name=_where jaxpr=_where1] g e
    i:f32[3] j:f32[2,3] = scan[
      jaxpr={ lambda ; k:f32[3] l:f32[3]. let m:f32[3] = mul k l in (m, m) }
      length=2
      reverse=False
    ] h 0.5:f32[]
    n:f32[3] = sin i
    o:f32[3] = exp n
  in (o, j) }"""

MLIR_TEXT = """module @jit_f attributes {mhlo.num_partitions = 1 : i32} {
  func.func public @main(%arg0: tensor<3xf32>) -> (tensor<3xf32> {jax.result_info = "result"}) {
    %cst = stablehlo.constant dense<5.000000e-01> : tensor<f32>
    %0 = stablehlo.broadcast_in_dim %cst, dims = [] : (tensor<f32>) -> tensor<3xf32>
    %1 = stablehlo.multiply %arg0, %0 : tensor<3xf32>
    %2 = stablehlo.compare LT, %1, %arg0, FLOAT : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xi1>
    %3 = call @clip(%1) : (tensor<3xf32>) -> tensor<3xf32>
    %4 = stablehlo.dot_general %3, %1, contracting_dims = [0] x [0], precision = [DEFAULT] : tf
    %5 = chlo.lgamma %3 : tensor<3xf32> -> tensor<3xf32>
    return %5 : tensor<3xf32>
  }
  func.func private @clip(%arg0: tensor<3xf32>) -> tensor<3xf32> {
    %0 = stablehlo.maximum %arg0, %arg0 : tensor<3xf32>
    return %0 : tensor<3xf32>
  }
}
"""

HLO_TEXT = """HloModule jit_f, entry_computation_layout={(f32[3]{0})->f32[3]{0}}

region_0.1 {
  Arg_0.2 = f32[] parameter(0)
  Arg_1.3 = f32[] parameter(1)
  ROOT add.4 = f32[] add(Arg_0.2, Arg_1.3)
}

clip.5 {
  Arg_0.6 = f32[3]{0} parameter(0)
  ROOT max.7 = f32[3]{0} maximum(Arg_0.6, Arg_0.6)
}

ENTRY main.8 {
  x.9 = f32[3]{0} parameter(0)
  constant.10 = f32[] constant(0.5)
  b.11 = f32[3]{0} broadcast(constant.10), dimensions={}
  mul.12 = f32[3]{0} multiply(x.9, b.11), metadata={op_name="jit(f)/mul" source_line=3}
  clip.13 = f32[3]{0} call(mul.12), to_apply=clip.5
  sort.14 = f32[3]{0} sort(clip.13), dimensions={0}, to_apply=region_0.1
  sin.15 = f32[3]{0} sine(sort.14)
  ROOT exp.16 = f32[3]{0} exponential(sin.15)
}
"""


def edited(text: str, *pairs: tuple[str, str]) -> str:
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return text


SAME = {
    "jaxpr: variables": (JAXPR, JAXPR_TEXT, [("g:bool", "zz:bool"), ("] g e", "] zz e")]),
    "jaxpr: a function": (JAXPR, JAXPR_TEXT, [("name=_where ", "name=choose ")]),
    "jaxpr: a shared jaxpr": (JAXPR, JAXPR_TEXT, [("_where1", "jaxpr7")]),
    "jaxpr: a jaxpr that is shared no more": (
        JAXPR,
        JAXPR_TEXT,
        [
            (JAXPR_TEXT[: JAXPR_TEXT.index("{ lambda ; e:")], ""),
            (
                "jaxpr=_where1",
                "jaxpr={ lambda ; p:bool[3] q:f32[3]. let\n"
                "        r:f32[3] = broadcast_in_dim[broadcast_dimensions=(1,)] 0.0:f32[]\n"
                "        s:f32[3] = select_n p r q\n      in (s,) }",
            ),
        ],
    ),
    "jaxpr: numbers of NumPy": (JAXPR, JAXPR_TEXT, [("np.int64(1)", "1")]),
    "jaxpr: line breaks": (
        JAXPR,
        JAXPR_TEXT,
        [
            (
                "jit[name=_where jaxpr=_where1] g",
                "jit[\n      name=_where\n      jaxpr=_where1\n    ] g",
            )
        ],
    ),
    "StableHLO: values": (MLIR, MLIR_TEXT, [("%cst", "%c_0"), ("%arg0", "%x")]),
    "StableHLO: functions": (MLIR, MLIR_TEXT, [("@clip", "@clip_3"), ("@jit_f", "@g")]),
    "StableHLO: results": (MLIR, MLIR_TEXT, [('"result"', '"[\\"a\\"]"')]),
    "StableHLO: a dialect": (MLIR, MLIR_TEXT, [("call @clip", "func.call @clip")]),
    "HLO: names": (HLO, HLO_TEXT, [("mul.12", "product.99"), ("clip.5", "clamp.1")]),
    "HLO: metadata": (HLO, HLO_TEXT, [("source_line=3", "source_line=4 x={1}")]),
    "HLO: order of computations": (
        HLO,
        HLO_TEXT,
        [
            (HLO_TEXT[HLO_TEXT.index("region") : HLO_TEXT.index("clip.5")], ""),
            ("ENTRY", HLO_TEXT[HLO_TEXT.index("region") : HLO_TEXT.index("clip.5")] + "ENTRY"),
        ],
    ),
    "LLVM: numbers": (PLAIN, "%1 = fadd float %0, 1.0 ; x", [("%1", "%7"), ("; x", "; x")]),
}

OTHER = {
    "jaxpr: an operation": (
        JAXPR,
        JAXPR_TEXT,
        [("sin i", "sinc i")],
        Cause("ops", ("sin",), ("sinc",)),
    ),
    "jaxpr: one more operation": (
        JAXPR,
        JAXPR_TEXT,
        [("= sin i\n", "= sin i\n    p:f32[3] = copy n\n"), ("exp n", "exp p")],
        Cause("ops", (), ("copy",)),
    ),
    "jaxpr: a parameter": (
        JAXPR,
        JAXPR_TEXT,
        [("reverse=False", "reverse=True")],
        Cause("attribute", name="reverse"),
    ),
    "jaxpr: a parameter by another name": (
        JAXPR,
        JAXPR_TEXT,
        [("length=2", "trips=2")],
        Cause("attributes", ("length",), ("trips",)),
    ),
    "jaxpr: a literal": (
        JAXPR,
        JAXPR_TEXT,
        [("0.5:f32", "0.25:f32")],
        Cause("constant", name="literal"),
    ),
    "jaxpr: within a function of the library": (
        JAXPR,
        JAXPR_TEXT,
        [("select_n a c b", "where a b c")],
        Cause("function", name="_where"),
    ),
    "jaxpr: what an operation reads": (
        JAXPR,
        JAXPR_TEXT,
        [("lt e f", "lt f e")],
        Cause("dataflow"),
    ),
    "StableHLO: an operation": (
        MLIR,
        MLIR_TEXT,
        [("chlo.lgamma %3", "call @lgamma_impl(%3)")],
        Cause("ops", ("chlo.lgamma",), ("call lgamma_impl",)),
    ),
    "StableHLO: a constant": (
        MLIR,
        MLIR_TEXT,
        [("5.000000e-01", "0x7FC00000")],
        Cause("constant", name="value"),
    ),
    "StableHLO: an attribute": (
        MLIR,
        MLIR_TEXT,
        [("[DEFAULT]", "[HIGHEST]")],
        Cause("attribute", name="precision"),
    ),
    "StableHLO: a direction": (MLIR, MLIR_TEXT, [("LT,", "GT,")], Cause("attribute", name="")),
    "StableHLO: a type": (
        MLIR,
        MLIR_TEXT,
        [("maximum %arg0, %arg0 : tensor<3xf32>", "maximum %arg0, %arg0 : tensor<3xf64>")],
        Cause("dtype", ("f32",), ("f64",)),
    ),
    "HLO: an attribute": (
        HLO,
        HLO_TEXT,
        [("dimensions={0}, to", "dimensions={0}, is_stable=true, to")],
        Cause("attributes", (), ("is_stable",)),
    ),
    "HLO: a constant": (HLO, HLO_TEXT, [("(0.5)", "(0.25)")], Cause("constant", name="value")),
    "HLO: a layout": (
        HLO,
        HLO_TEXT,
        [("sin.15 = f32[3]{0}", "sin.15 = f32[3]{0:T(128)}")],
        Cause("layout"),
    ),
    "HLO: the order": (
        HLO,
        HLO_TEXT,
        [
            ("  x.9 = f32[3]{0} parameter(0)\n", ""),
            ("  b.11", "  x.9 = f32[3]{0} parameter(0)\n  b.11"),
        ],
        Cause("order"),
    ),
    "optimized HLO: a fusion": (
        OPTIMIZED_HLO,
        HLO_TEXT,
        [("exp.16 = f32[3]{0} exponential(sin.15)", "f = f32[3]{0} fusion(sin.15), kind=kLoop")],
        Cause("ops", (), ("fusion",)),
    ),
}


@pytest.mark.parametrize(("dialect", "text", "edits"), SAME.values(), ids=SAME)
def test_what_has_no_meaning_makes_no_difference(dialect, text, edits) -> None:  # type: ignore[no-untyped-def]
    assert dialect.lines(edited(text, *edits)) == dialect.lines(text)


@pytest.mark.parametrize(("dialect", "text", "edits", "cause"), OTHER.values(), ids=OTHER)
def test_what_has_meaning_is_the_cause(dialect, text, edits, cause) -> None:  # type: ignore[no-untyped-def]
    old, new = dialect.lines(text), dialect.lines(edited(text, *edits))
    assert old != new
    found = causes(old, new, dialect)
    assert [evidence.cause for evidence in found] == [cause]
    assert [*found[0].old, *found[0].new]


def test_a_function_of_the_user_is_no_cause() -> None:
    new = edited(JAXPR_TEXT, ("select_n a c b", "where a b c"))
    found = causes(JAXPR.lines(JAXPR_TEXT), JAXPR.lines(new), JAXPR, frozenset({"_where"}))
    assert [evidence.cause for evidence in found] == [Cause("ops", ("select_n",), ("where",))]


def test_two_changes_in_one_text_are_two_causes() -> None:
    new = edited(MLIR_TEXT, ("chlo.lgamma", "chlo.digamma"), ("[DEFAULT]", "[HIGHEST]"))
    found = causes(MLIR.lines(MLIR_TEXT), MLIR.lines(new), MLIR)
    kinds = sorted(evidence.cause.kind for evidence in found)
    assert kinds == ["attribute", "ops"]


def test_an_inner_jaxpr_stands_behind_the_first_equation_that_refers_to_it() -> None:
    keys = [JAXPR.item(line.key).op for line in JAXPR.lines(JAXPR_TEXT)]
    assert keys == [
        "jaxpr", "lt", "jit", "jaxpr", "broadcast_in_dim", "select_n", "return",
        "scan", "jaxpr", "mul", "return", "sin", "exp", "return",
    ]  # fmt: skip


def test_writes_to_mutable_arrays_are_read() -> None:
    body = "\n    b:f32[3] <- a[:]\n    a[:] <- b\n    a[:] += b\n"
    text = f"{{ lambda ; a:Ref{{f32[3]}}. let{body}  in () }}"
    lines = JAXPR.lines(text)
    assert [JAXPR.item(line.key).op for line in lines[1:4]] == ["get or set"] * 2 + ["addupdate"]
    assert JAXPR.lines(re.sub(r"\bb\b", "q", text)) == lines
    assert JAXPR.lines(text.replace("a[:] <- b", "a[0] <- b")) != lines


def test_the_first_pass_that_does_something_else_is_the_cause() -> None:
    first = f"// ---- before any pass\n\n{HLO_TEXT}"
    second = f"{first}\n// ---- after algsimp, in simplification\n\n{HLO_TEXT}"
    third = f"{second}\n// ---- after fusion, in fusion\n\n{HLO_TEXT}"
    changed = edited(HLO_TEXT, ("sine(", "cosine("))
    other = third.replace(HLO_TEXT, changed).replace(changed, HLO_TEXT, 1)
    (found,) = first_parting(third, other)
    assert found.cause == Cause("pass", name="after algsimp, in simplification")
    assert "cosine" in found.new[0]
    (found,) = first_parting(third, third.replace("algsimp", "cse"))
    assert found.cause.kind == "pass"
    assert first_parting(third, third.replace("sin.15", "s.15")) == []
