"""Every row of the vocabulary alone: JAX does what the row says of types, ranges and values."""

import numpy as np
import pytest

from corpus import CORPUS
from jaxsmith.errors import RejectedError
from jaxsmith.program.style import STORED, pick_style
from jaxsmith.sample.sets import make_set
from jaxsmith.verdict import compare
from jaxsmith.verdict.expect import Judge
from jaxsmith.vocabulary.stream import Stream
from tests.rows import alone

# How loops become machine code says nothing of a row; this way takes XLA half as long.
QUICKLY = {"xla_cpu_use_fusion_emitters": False}
FORMS = 3  # of each row
TRIES = 24
ROWS = [op for op in CORPUS.vocabulary.by_name.values() if op.family != "guards" and not op.control]


def forms(op):
    """Up to ``FORMS`` different functions of this operation alone."""
    seen = set()
    for attempt in range(TRIES):
        rng = Stream(f"rows/{op.name}/{attempt}")
        style = pick_style(rng)
        if attempt % 2:  # the other half has arrays of 8 or 4 bits to move
            style = style.but(stored=rng.child("stored").choice(list(STORED)))
        if op.code:
            style = style.but(max_parameters=16)
        function = alone(op, attempt, rng, style)
        if function is None:
            continue
        key = (function.source_code, tuple(param.aval for param in function.params))
        if key not in seen:
            seen.add(key)
            yield function
        if len(seen) == (1 if op.code else FORMS):
            return


def expected(function, inputs):
    """What the reference gives; None where these inputs are too close to call."""
    try:
        return Judge(function).expect(inputs)
    except RejectedError as rejection:
        if rejection.reason != "ill_conditioned":
            raise AssertionError(f"{rejection}\n{function.source_code}") from rejection
        return None


@pytest.mark.parametrize("op", ROWS, ids=lambda op: op.name)
def test_jax_and_numpy_agree_on_a_row(op):
    import jax

    from jaxsmith.stages import load

    checked = 0
    for function in forms(op):
        inputs = make_set(function.params, "domain", seed=7)
        expectation = expected(function, inputs)
        if expectation is None:
            continue
        with jax.enable_x64(function.x64):
            arrays = map(jax.numpy.asarray, inputs.arrays)
            fn = jax.jit(load(function.source_code, function.name), compiler_options=QUICKLY)
            result = fn(*arrays)
            leaves = jax.tree.leaves(result)
            # What a weak result promotes to is not what its dtype says.
            assert not (op.code and any(leaf.weak_type for leaf in leaves)), function.source_code
            actual = [np.asarray(leaf) for leaf in leaves]
        found = compare(actual, expectation, function.outputs)
        assert found.ok, f"{found.mismatch.detail}\n{function.source_code}"
        if op.code:  # what code returns has no range that is known
            return
        for value, var in zip(expectation.values, function.graph.results, strict=True):
            plain = value[np.isfinite(value)] if value.dtype.kind == "f" else value
            slack = 1e-6 * max(1.0, var.interval.magnitude)
            assert (plain >= var.interval.low - slack).all(), function.source_code
            assert (plain <= var.interval.high + slack).all(), function.source_code
        checked += 1
    assert checked, "no form of this row could be checked"


def test_a_row_gives_names_that_python_allows():
    for op in CORPUS.vocabulary.by_name.values():
        for name in (*op.names, op.verb or op.name):
            assert name.isidentifier(), (op.name, name)
