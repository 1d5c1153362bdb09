"""A program compiled from its text gives what the function gives that it was lowered from."""

import subprocess
import sys

import jax
import jax.numpy as jnp
import ml_dtypes
import numpy as np
import pytest
from jax.sharding import Mesh
from jax.sharding import PartitionSpec as P

from jaxsmith.stages import StageError, extract
from jaxsmith.stages.stablehlo import compile_stablehlo, kept_inputs
from jaxsmith.vocabulary.aval import Aval

X = np.linspace(-2, 3, 32, dtype=np.float32).reshape(8, 4)


def sharded(x):
    mesh = Mesh(np.array(jax.devices()), ("rows",))

    def body(part):
        return jax.lax.psum(part, "rows"), 2.0 * part

    return jax.shard_map(body, mesh=mesh, in_specs=P("rows"), out_specs=(P(), P("rows")))(x)


@pytest.mark.parametrize(
    ("fn", "arguments"),
    [
        (lambda x, scale: (jnp.tanh(x) * scale, x > 0), (X, np.float32(3))),
        (lambda x: jnp.linalg.cholesky(x.T @ x + jnp.eye(4)), (X,)),
        (lambda i, z: (i // 3, jnp.abs(z)), (np.arange(-5, 5), np.exp(1j * np.arange(3.0)))),
        (lambda n, e: (n, e), (X.astype(ml_dtypes.int4), X.astype(ml_dtypes.float8_e4m3fn))),
        (sharded, (X,)),
    ],
)
def test_a_program_gives_what_its_function_gives(fn, arguments):
    found = extract(fn, *arguments, x64=True)
    program = compile_stablehlo(found.texts["stablehlo"])
    assert (program.inputs, program.outputs) == (found.inputs, found.outputs)
    results = program(*arguments)
    for one, other in zip(results, found.run(*arguments), strict=True):
        assert one.dtype == other.dtype
        assert np.array_equal(one, other)


def test_an_argument_that_is_not_used_is_no_parameter():
    texts = extract(lambda x, y: 2 * y, X, np.int32(1)).texts
    program = compile_stablehlo(texts["stablehlo"])
    assert kept_inputs(["x", "y"], texts["hlo"]) == [1]
    assert program.inputs == (Aval((), "int32"),)
    with pytest.raises(StageError, match=r"^run: given float32\[8,4\], int32\[\]; @main takes int"):
        program(X, np.int32(1))


TEXT = extract(lambda x: x + 1, X).texts["stablehlo"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a module", "^parse: "),
        (TEXT.replace("@main", "@principal"), "^parse: the module has no function @main"),
        (TEXT.replace("8x4xf32", "8xf32", 1), "^parse: "),
        (TEXT.replace("partitions = 1", "partitions = 99"), "^compile: .* 99 devices, not 8"),
    ],
)
def test_a_text_that_is_no_program_here(text, complaint):
    assert text != TEXT
    with pytest.raises(StageError, match=complaint):
        compile_stablehlo(text)


def test_a_process_that_lowered_nothing_runs_linear_algebra():
    text = extract(jnp.linalg.inv, np.eye(3, dtype=np.float32)).texts["stablehlo"]
    assert "@lapack_" in text
    script = (
        "import sys, numpy; from jaxsmith.stages.stablehlo import compile_stablehlo\n"
        "compile_stablehlo(sys.stdin.read())(numpy.eye(3, dtype='float32'))"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, input=text, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_program_that_calls_python_is_refused():
    def fn(x):
        return jax.pure_callback(np.sin, jax.ShapeDtypeStruct(x.shape, x.dtype), x)

    with pytest.raises(StageError, match=r"_callback runs Python, which is not in the text"):
        compile_stablehlo(extract(fn, X).texts["stablehlo"])
