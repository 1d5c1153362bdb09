"""What rows say of their derivatives is so in JAX."""

import jax
import jax.numpy as jnp
import pytest

from corpus import CORPUS
from jaxsmith.stages import load
from tests.rows import FAMILIES, function_of

TWICE = ("smooth", "kinked")


def traces_twice(function, arguments):
    """Trace a Hessian-vector product by all that the function may be differentiated by."""
    call = load(function.source_code, function.name)
    moved = [i for i, param in enumerate(function.params) if param.name in function.wrt]

    def loss(*arguments):
        leaves = jax.tree.leaves(call(*arguments))
        floats = [leaf for leaf in leaves if jnp.issubdtype(leaf.dtype, jnp.inexact)]
        return sum(jnp.sum(jnp.real(leaf)) for leaf in floats)

    def product(*arguments):
        def slopes(*values):
            merged = dict(enumerate(arguments)) | dict(zip(moved, values, strict=True))
            return jax.grad(loss, argnums=moved)(*merged.values())

        values = [arguments[i] for i in moved]
        return jax.jvp(slopes, values, values)[1]

    pairs = zip(arguments, function.params, strict=True)
    with jax.enable_x64(True):
        jax.jit(product).trace(*(value.astype(param.aval.dtype) for value, param in pairs))


@pytest.mark.parametrize("family", FAMILIES)
def test_jax_differentiates_twice_what_may_be(family):
    rows = CORPUS.vocabulary.by_family[family]
    rows = [op for op in rows if op.smooth in TWICE and not op.control]
    made = [each for each in map(function_of, rows) if each is not None and each[0].wrt]
    assert bool(made) == bool(rows)
    for function, arguments in made:
        traces_twice(function, arguments)
