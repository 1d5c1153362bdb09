"""Each row that changes Python makes the programs that it says, and nothing else."""

import ast

import pytest

from jaxsmith.mutation.mutants import mutants_of
from jaxsmith.mutation.source_kinds import SOURCE_KINDS

HEAD = "import jax\nimport jax.numpy as jnp\n\n\n"


def record(body, dtypes=("float32",)):
    lines = "".join(f"    {line}\n" for line in body.split("\n"))
    text = f"{HEAD}def f(x, y):\n{lines}"
    return {"source_code": text, "function_name": "f", "output_dtypes": dtypes}


# kind, the body of a function, and what takes the place of its lines.
CASES = [
    ("swap_op", "return x - y", ["return (x + y)"]),
    ("swap_op", "return 2 * (x / y) * y", ["return (2 * (x / y) + y)", "return (2 + x / y) * y",
                                          "return 2 * ((x * y)) * y"]),
    ("swap_op", "return jnp.sin(x.sum())", ["return jnp.cos(x.sum())", "return jnp.sin(x.mean())"]),
    ("swap_op", "return x and y", ["return (x or y)"]),
    ("skip_op", "return jnp.exp(-x)", ["return (-x)", "return jnp.exp(x)"]),
    ("skip_op", "return jax.jit(jnp.where)(x)", []),
    ("flip_comparison", "return x < y", ["return (x >= y)"]),
    ("flip_comparison", "if ordered:\n    return x\nreturn y", ["if not ordered:"]),
    ("flip_comparison", "return jnp.greater(x, y)", ["return jnp.less_equal(x, y)"]),
    ("swap_outputs", "return x, x", []),
    ("swap_operands", "return x - 2 * y", ["return (2 * y - x)"]),
    ("swap_operands", "return jnp.matmul(x, y)", ["return jnp.matmul(y, x)"]),
    ("shift_slice", "return x[1:3]", ["return x[2:4]", "return x[0:2]"]),
    ("shift_slice", "return x[1:]", ["return x[:-1]"]),
    ("shift_slice", "return x[:-1]", ["return x[1:]"]),
    ("shift_slice", "return x[-2:]", ["return x[-3:-1]"]),
    ("shift_slice", "return x[:3:2]", ["return x[1:4:2]"]),
    ("shift_slice", "return x[:, 0] + x[-1]", ["return x[:, 1] + x[-1]", "return x[:, 0] + x[-2]"]),
    ("shift_slice", "return x[:] + x[y:] + x.shape[0]", []),
    ("nudge_constant", "return 0.5 * x + 3", ["return 0.625 * x + 3", "return 0.5 * x + 4"]),
    ("nudge_constant", "return 8.0 * x", ["return 9.0 * x"]),
    ("flip_flag", "return x.sum(keepdims=True)", ["return x.sum(keepdims=False)"]),
    ("scale", "z = x + y\nreturn z, y", ["z = 1.001 * (x + y)", "return 1.001 * z, y",
                                        "return z, 1.001 * y"]),
    ("scale", "z = x.astype(jnp.int32)\nk = z > y\nreturn z * k", ["return 1.001 * (z * k)"]),
    ("drop_branch", "return jnp.where(x > 0, x, y)", ["return jnp.where(x > 0, x, x)",
                                                     "return jnp.where(x > 0, y, y)"]),
    ("drop_branch", "return jax.lax.switch(x, [f, g, h])", [
        "return jax.lax.switch(x, [h, g, h])", "return jax.lax.switch(x, [f, f, h])",
        "return jax.lax.switch(x, [f, g, g])"]),
    ("drop_branch", "return x if y else 1", ["return x", "return 1"]),
    ("wrong_argnums", "return jax.grad(g)(x, y)", ["return jax.grad(g, argnums=1)(x, y)"]),
    ("wrong_argnums", "return jax.grad(g, argnums=1)(x)", ["return jax.grad(g, argnums=0)(x)"]),
    ("wrong_argnums", "return jax.jacfwd(g, (0, 1))(x)", [
        "return jax.jacfwd(g, (1, 0))(x)", "return jax.jacfwd(g, (1, 1))(x)",
        "return jax.jacfwd(g, (0, 0))(x)"]),
    ("wrong_in_axes", "return jax.vmap(g, in_axes=(0, None), out_axes=1)(x, y)", [
        "return jax.vmap(g, in_axes=(None, 0), out_axes=1)(x, y)",
        "return jax.vmap(g, in_axes=(1, None), out_axes=1)(x, y)",
        "return jax.vmap(g, in_axes=(0, 0), out_axes=1)(x, y)",
        "return jax.vmap(g, in_axes=(0, None), out_axes=0)(x, y)"]),
    ("wrong_permutation", "return jnp.transpose(x, (0, 2, 1))", [
        "return jnp.transpose(x, (2, 0, 1))", "return jnp.transpose(x, (0, 1, 2))"]),
    ("wrong_permutation", "return jnp.transpose(x)", ["return x"]),
    ("wrong_permutation", "return jnp.moveaxis(x, 0, 2)", [
        "return jnp.moveaxis(x, 2, 0)", "return jnp.moveaxis(x, 0, 1)"]),
    ("wrong_permutation", "return x.T @ y", ["return x @ y"]),
    ("wrong_permutation", 'return jnp.einsum("ij,jk->ik", x, y)', [
        "return jnp.einsum('ij,jk->ki', x, y)"]),
    ("residual_off", "f.defvjp(lambda x: (g(x), x), h)", [
        "f.defvjp(lambda x: (g(x), jax.tree.map(lambda kept: 1.01 * kept, x)), h)"]),
    ("residual_off", "def fwd(x):\n    return g(x), (x, y)\nf.defvjp(fwd, bwd)", [
        "return g(x), (jax.tree.map(lambda kept: 1.01 * kept, x), y)",
        "return g(x), (x, jax.tree.map(lambda kept: 1.01 * kept, y))"]),
    ("output_dtype", "return {'a': x + y, 'b': y}", [
        "return {'a': (x + y).astype('float16'), 'b': y}",
        "return {'a': x + y, 'b': y.astype('float16')}"]),
    ("swap_outputs", "return x, y", ["return (y, x)"]),
    ("swap_outputs", "return {'a': x, 'b': y}", ["return {'a': y, 'b': x}"]),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "body", "expected"), CASES)
def test_a_row_makes_its_mutants(kind, body, expected):
    given = record(body)
    made = []
    for mutant in mutants_of(given, "source_code"):
        text = mutant.edit.applied(given["source_code"])
        ast.parse(text)
        if mutant.kind == kind:
            made += [line[2:] for line in mutant.edit.diff(given["source_code"]) if line[0] == "+"]
    assert made == expected


def test_every_kind_has_a_case():
    assert {kind for kind, _, _ in CASES} == {row.name for row in SOURCE_KINDS}


def test_an_expression_of_several_lines_is_replaced_in_its_place():
    given = record("return jnp.add(\n    x,\n    2 * (y - x),  # äöü\n) * y")
    texts = [m.edit.applied(given["source_code"]) for m in mutants_of(given, "source_code")]
    assert (
        record("return jnp.add(\n    x,\n    2 * ((y + x)),  # äöü\n) * y")["source_code"] in texts
    )
    assert record("return (jnp.add(x, 2 * (y - x)) + y)")["source_code"] in texts


def test_what_stands_around_a_function_is_left_alone():
    text = (
        "import jax\n\n\n@jax.named_call(1.5)\ndef f(x: 2 < 3) -> 4:\n"
        '    """Add 1."""\n    return x\n'
    )
    given = {"source_code": text, "function_name": "f", "output_dtypes": ["float32"]}
    changed = {m.edit.start for m in mutants_of(given, "source_code")}
    assert changed == {6}


def test_results_are_those_of_the_function_that_is_called():
    text = f"{HEAD}def g(x):\n    return x\n\n\ndef f(x):\n    return g(x)\n"
    given = {"source_code": text, "function_name": "f", "output_dtypes": ["float32"]}
    found = [m for m in mutants_of(given, "source_code") if m.kind == "output_dtype"]
    assert [m.edit.lines for m in found] == [("    return g(x).astype('float16')",)]


def test_a_thousandth_of_sixteen_bits_is_left():
    given = record("z = x + y\nreturn z", dtypes=("float16",))
    assert "scale" not in {mutant.kind for mutant in mutants_of(given, "source_code")}
