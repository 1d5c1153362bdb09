"""Every text that a stage gives can be read again, and one that is damaged can't."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxsmith.stages import STAGES, StageError, extract
from jaxsmith.stages.reading import READERS, check_text
from jaxsmith.stages.stablehlo import compile_module, devices_of, knows_dtype, read_stablehlo

X = np.linspace(-2, 3, 12, dtype=np.float32).reshape(3, 4)


def branching(x):
    return jax.lax.cond(x.sum() > 0, lambda: jnp.sort(x), lambda: jnp.linalg.qr(x)[0] @ x[:3])


STAGES_HERE = ("jaxpr", "stablehlo", "stablehlo_symbolic", "hlo", "passes", "optimized_hlo", "llvm")
TEXTS = extract(
    lambda x: jax.lax.scan(lambda c, row: (c + row, jnp.tanh(row)), x[0], x),
    X,
    stages=STAGES_HERE,
    platforms=("tpu",),
).texts | {
    "ptx": ".version 8.7\n.target sm_90a\n.entry f()\n{\n\tmov.u32 %r1, %tid.x;\n\tret;\n}\n"
}


def test_there_is_a_reader_for_every_stage():
    assert set(READERS) == set(STAGES)


@pytest.mark.parametrize("stage", sorted(TEXTS))
def test_a_text_can_be_read_again(stage):
    check_text(stage, TEXTS[stage])


@pytest.mark.parametrize("stage", sorted(TEXTS.keys() - {"llvm"}))
def test_a_text_that_is_cut_off_cant(stage):
    with pytest.raises(StageError, match=r"^parse: "):
        check_text(stage, TEXTS[stage][: len(TEXTS[stage]) * 2 // 3])


@pytest.mark.parametrize(
    ("stage", "text", "complaint"),
    [
        ("jaxpr", "lambda ; a:f32[]. let in (a,)", "it does not begin with `{ lambda`"),
        ("jaxpr", "{ lambda ; a:f32[]. let\n b = neg a) in (b,) }", r"line 2 has a '\)' too many"),
        ("jaxpr", "{ lambda ; a:f32[]. let b = neg a", "it ends before '}'"),
        ("jaxpr", "{ lambda ; a:f32[]. let b = neg a }", "it holds 1 jaxprs, and the results of 0"),
        ("jaxpr", "{ lambda ; a:f32[]. let in (a,) } x", "it does not end with `}`"),
        ("stablehlo", "", "the module is empty"),
        ("passes", "HloModule m", "it does not begin with `// ----`"),
        ("asm", " \n", "it is empty"),
    ],
)
def test_what_is_wrong_is_said(stage, text, complaint):
    with pytest.raises(StageError, match=f"^parse: {complaint}"):
        check_text(stage, text)


def test_a_module_is_read_without_being_compiled():
    found = extract(branching, X)
    module = read_stablehlo(found.texts["stablehlo"])
    assert (module.inputs, module.outputs) == (found.inputs, found.outputs)
    assert dict(module.operations) == dict(found.stablehlo_ops)
    assert (module.devices, module.foreign) == (1, ())
    (result,) = compile_module(module, "cpu")(X)
    assert np.array_equal(result, found.run(X)[0])


@pytest.mark.parametrize("dialect", ["stablehlo", "mhlo"])
def test_what_a_module_calls_from_elsewhere_is_not_called(dialect):
    text = read = extract(jnp.sin, X).texts["stablehlo"]
    text = read.replace(
        "stablehlo.sine %arg0 : tensor<3x4xf32>",
        f"{dialect}.custom_call @anything(%arg0) : (tensor<3x4xf32>) -> tensor<3x4xf32>",
    )
    assert text != read
    module = read_stablehlo(text)
    assert module.foreign == ("anything",)
    with pytest.raises(StageError, match=r"^compile: custom_call @anything is not here$"):
        compile_module(module)


def test_what_is_on_this_machine(monkeypatch):
    assert devices_of("cpu") == 8
    assert devices_of("no platform") == 0
    assert knows_dtype("float8_e3m4")
    monkeypatch.delattr(jnp, "float8_e3m4")
    assert not knows_dtype("float8_e3m4")
