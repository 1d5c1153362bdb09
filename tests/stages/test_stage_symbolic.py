"""StableHLO for arrays of any size."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxsmith.errors import JaxsmithError
from jaxsmith.stages import extract

SYMBOLIC = "stablehlo_symbolic"


def test_sizes_can_be_symbols() -> None:
    found = extract(
        lambda x, y: jnp.sin(x) @ y, np.ones((3, 4)), y=np.ones((4, 5)), stages=[SYMBOLIC]
    )
    text = found.texts[SYMBOLIC]
    for axis in "abc":
        assert f'jax.global_constant = "{axis}"' in text
    assert "(tensor<?x?xf32>, tensor<?x?xf32>) -> tensor<?x?xf32>" in text
    assert "loc(" not in text


def test_a_size_that_the_code_is_about_stays_a_number() -> None:
    found = extract(lambda x: x.reshape(2, 2, -1) * 2, np.ones((4, 6)), stages=[SYMBOLIC])
    assert "tensor<4x?xf32>" in found.texts[SYMBOLIC]


@pytest.mark.parametrize(
    ("argument", "reason"),
    [
        (np.ones(()), "no argument has an axis of more than one element"),
        (np.ones(4), "Symbolic dimension comparison"),
    ],
)
def test_a_function_of_its_sizes_alone_has_no_symbolic_text(argument: Any, reason: str) -> None:
    found = extract(lambda x: x.sum() if x.size < 3 else x[:4], argument, stages=[SYMBOLIC])
    assert not found.texts
    assert reason in found.missing[SYMBOLIC]


def test_sizes_about_which_reasoning_has_no_end_stay_numbers() -> None:
    def shuffled(x: Any) -> Any:
        if x.shape[0] == 1:  # never, says a size that is a symbol
            return x
        return jnp.concatenate([shuffled(x[::2]), shuffled(x[1::2])])

    found = extract(shuffled, np.ones((16, 3)), stages=[SYMBOLIC])
    assert "tensor<16x?xf32>" in found.texts[SYMBOLIC]
    found = extract(shuffled, np.ones(16), stages=[SYMBOLIC])
    assert "seems to have no end" in found.missing[SYMBOLIC]


def test_typed_keys_can_have_symbolic_sizes() -> None:
    keys = jax.random.split(jax.random.key(0), 3)
    found = extract(jax.vmap(jax.random.bits), keys, stages=[SYMBOLIC])
    assert "tensor<?x2xui32>" in found.texts[SYMBOLIC]


def test_a_jax_without_what_bounds_its_reasoning_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from jax._src.export import shape_poly_decision

    monkeypatch.delattr(shape_poly_decision, "_DecisionByElimination")
    with pytest.raises(JaxsmithError, match=r"this JAX has no .*_DecisionByElimination"):
        extract(jnp.sin, np.ones(3), stages=[SYMBOLIC])


def test_what_is_lowered_for_symbols_is_verified_on_one_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mlir: Any = import_module("jax._src.interpreters.mlir")
    make, made = mlir.make_ir_context, []
    monkeypatch.setattr(mlir, "make_ir_context", lambda: made.append(make()) or made[-1])
    extract(lambda x: x * 2, np.ones((4, 6)), stages=[SYMBOLIC])
    assert made[-1].get_num_threads() == 1
