"""A call of an extracted function: its arguments leaf by leaf, and its result without compiling."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxsmith.stages import StageError, arguments_of, extract, flatten, run_eagerly

X = np.array([1.0, 2.0], np.float64)


@partial(jax.jit, static_argnames=("power", "flip"))
def scaled(tree: Any, power: int, flip: bool = False, *, by: Any) -> Any:
    value = tree["a"] ** power * by
    return {"out": value[::-1] if flip else value}


def test_arguments_are_named_and_rounded() -> None:
    call = ({"a": X}, 3)
    extracted = extract(scaled, *call, by=2)
    found = arguments_of(extracted, scaled, call, {"by": 2})
    assert found.names == ("tree['a']", "by")
    assert [str(leaf.dtype) for leaf in found.leaves] == ["float32", "int32"]
    assert dict(found.static) == {"power": "3"}
    args, kwargs = found.mapped(lambda leaf: leaf.shape)
    assert (args, kwargs) == (({"a": (2,)}, 3), {"by": ()})


def test_names_and_leaves_are_in_the_order_of_the_inputs() -> None:
    call, named = ({"b": X, "a": X[0]},), {"z": X[:1], "c": np.arange(5)}
    extracted = extract(lambda tree, **rest: (tree, rest), *call, **named)
    found = arguments_of(extracted, lambda tree, **rest: None, call, named)
    assert found.names == ("tree['a']", "tree['b']", "c", "z")
    assert [leaf.shape for leaf in found.leaves] == [aval.shape for aval in extracted.inputs]


def test_a_type_has_no_values() -> None:
    call = (jax.ShapeDtypeStruct((2,), np.float32),)
    with pytest.raises(StageError, match=r"run: ShapeDtypeStruct.* has no values"):
        arguments_of(extract(jnp.sin, *call), jnp.sin, call, {})


@pytest.mark.parametrize("x64", [False, True])
def test_an_eager_run_gives_what_the_compiled_one_gives(x64: bool) -> None:
    call = ({"a": X}, 3, True)
    extracted = extract(scaled, *call, by=2, x64=x64)
    eager = run_eagerly(extracted, scaled, call, {"by": 2})
    assert eager.structure == extracted.structure
    (leaf,) = eager.leaves
    assert leaf.dtype == extracted.outputs[0].dtype
    assert leaf.tolist() == extracted.run(*call, by=2)[0].tolist() == [16.0, 2.0]


def test_an_eager_run_is_not_traced() -> None:
    def fn(x: Any) -> Any:
        seen.append(isinstance(x, jax.core.Tracer))
        return x

    seen: list[bool] = []
    jitted = jax.jit(fn)
    extracted = extract(jitted, X)
    run_eagerly(extracted, jitted, (X,), {})
    assert seen == [True, False]


def test_results_of_numpy_are_taken_apart_too() -> None:
    flat = flatten({"b": 1.5, "a": (X, None)})
    assert flat.structure == {"a": ("*", None), "b": "*"}
    assert [leaf.shape for leaf in flat.leaves] == [(2,), ()]
