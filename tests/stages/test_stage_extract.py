"""One function in, everything out: arguments of every kind, counts, costs, types and runs."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import jax
import jax.monitoring
import jax.numpy as jnp
import numpy as np
import pytest

from jaxsmith.stages import DEFAULT_STAGES, extract
from jaxsmith.vocabulary.aval import Aval

if TYPE_CHECKING:
    from collections.abc import Iterator

VECTOR = np.array([0.5, -1.0, 2.0], np.float32)


class Point(NamedTuple):
    """A node of a pytree that is not a plain tuple."""

    x: Any
    y: Any


@contextmanager
def compilations() -> Iterator[list[str]]:
    events: list[str] = []

    def listen(event: str, duration: float, **_: Any) -> None:
        if event.endswith("backend_compile_duration"):
            events.append(event)

    jax.monitoring.register_event_duration_secs_listener(listen)
    yield events
    jax.monitoring.clear_event_listeners()


def test_every_default_stage_has_its_text() -> None:
    found = extract(jnp.sin, VECTOR)
    assert tuple(found.texts) == DEFAULT_STAGES
    assert "sin a" in found.texts["jaxpr"]
    assert "stablehlo.sine" in found.texts["stablehlo"]
    assert " sine(" in found.texts["hlo"]
    assert "is_scheduled=true" in found.texts["optimized_hlo"]


def test_texts_are_jax_own() -> None:
    def fn(x: Any) -> Any:
        return jnp.tanh(x).sum()

    traced = jax.jit(fn).trace(VECTOR)
    texts = extract(fn, VECTOR).texts
    assert texts["jaxpr"] == str(traced.jaxpr)
    assert texts["stablehlo"] == traced.lower().as_text()
    assert texts["hlo"] == traced.lower().as_text("hlo")


def test_only_the_stages_asked_for_are_kept() -> None:
    found = extract(jnp.sin, VECTOR, stages=["optimized_hlo", "jaxpr"])
    assert tuple(found.texts) == ("jaxpr", "optimized_hlo")
    assert not extract(jnp.sin, VECTOR, stages=()).texts


def test_a_function_is_compiled_once_and_not_again_to_run() -> None:
    with compilations() as seen:
        found = extract(lambda x: jnp.cos(x) * 3, VECTOR)
        assert len(seen) == 1
        jax.clear_caches()
        found.run(VECTOR)
        found.run(VECTOR)
        assert len(seen) == 1


def test_pytrees_go_in_and_come_out_by_leaf() -> None:
    def fn(tree: Any, *, scale: Any) -> Any:
        total = tree["b"][0] + tree["a"]
        return {"z": [total, (tree["a"] * scale, None)], "p": Point(total, scale)}

    tree = {"a": VECTOR, "b": (np.float32(2),)}
    found = extract(fn, tree, scale=np.int32(3))
    assert found.inputs == (Aval((3,), "float32"), Aval((), "float32"), Aval((), "int32"))
    assert found.outputs == tuple(
        Aval(shape, dtype)
        for shape, dtype in [
            ((3,), "float32"), ((), "int32"), ((3,), "float32"), ((3,), "float32"),
        ]
    )  # fmt: skip
    assert isinstance(found.structure, dict)
    assert found.structure["z"] == ["*", ("*", None)]
    assert "Point" in found.structure["p"]
    leaves = found.run(tree, scale=np.int32(3))
    assert all(type(leaf) is np.ndarray for leaf in leaves)
    expected = [VECTOR + 2, np.int32(3), VECTOR + 2, VECTOR * 3]
    for leaf, value in zip(leaves, expected, strict=True):
        np.testing.assert_array_equal(leaf, value)


def power(x: Any, n: int = 2, *, negate: bool = False) -> Any:
    return -(x**n) if negate else x**n


@pytest.mark.parametrize(
    "static",
    [
        {"static_argnums": 1, "static_argnames": "negate"},
        {"static_argnums": (1,), "static_argnames": ("negate",)},
        {"static_argnames": ("n", "negate")},
    ],
)
@pytest.mark.parametrize("by_name", [False, True])
def test_static_arguments_are_dropped_to_run(static: dict[str, Any], by_name: bool) -> None:
    if by_name:
        static = {"static_argnames": ("n", "negate")}
    args: tuple[Any, ...] = (VECTOR,) if by_name else (VECTOR, 3)
    kwargs: dict[str, Any] = {"negate": True, **({"n": 3} if by_name else {})}
    found = extract(power, *args, **static, **kwargs)
    assert found.inputs == (Aval((3,), "float32"),)
    (leaf,) = found.run(*args, **kwargs)
    np.testing.assert_allclose(leaf, -(VECTOR**3), rtol=1e-6)


def test_static_positions_count_from_the_end_as_well() -> None:
    found = extract(power, VECTOR, 3, static_argnums=-1)
    np.testing.assert_allclose(found.run(VECTOR, 3)[0], VECTOR**3, rtol=1e-6)


def test_a_jitted_function_is_not_wrapped_again() -> None:
    jitted = jax.jit(power, static_argnames=("n", "negate"))
    found = extract(jitted, VECTOR, 3, negate=True)
    assert found.primitives == extract(power, VECTOR, 3, negate=True, static_argnums=1,
                                       static_argnames="negate").primitives  # fmt: skip
    assert "jit" not in found.primitives
    np.testing.assert_allclose(found.run(VECTOR, 3, negate=True)[0], -(VECTOR**3), rtol=1e-6)


class Scaled:
    """A callable object, with a method and a jitted method."""

    def __init__(self, factor: int) -> None:
        self.factor = factor

    def __call__(self, x: Any) -> Any:
        """The same as the method."""
        return x * self.factor

    def method(self, x: Any) -> Any:
        """A method as any other."""
        return x * self.factor

    jitted = jax.jit(method, static_argnums=0)


@pytest.mark.parametrize("fn", [Scaled(4), Scaled(4).method, Scaled(4).jitted])
def test_methods_and_callable_objects_are_functions(fn: Any) -> None:
    np.testing.assert_array_equal(extract(fn, VECTOR).run(VECTOR)[0], VECTOR * 4)


def test_counts_reach_into_control_flow() -> None:
    def fn(x: Any) -> Any:
        def step(carry: Any, item: Any) -> Any:
            return jax.lax.cond(item > 0, jnp.sin, lambda c: jnp.sin(jnp.exp(c)), carry), item

        return jax.lax.scan(step, jnp.float32(1), x)

    found = extract(fn, VECTOR)
    assert {"scan", "cond", "exp", "sin"} <= found.primitives.keys()
    assert found.primitives["sin"] == 2
    assert found.stablehlo_ops["stablehlo.sine"] == 2
    assert found.stablehlo_ops["stablehlo.case"] == 1
    assert found.stablehlo_ops["func.func"] >= 1
    assert "builtin.module" not in found.stablehlo_ops
    for counts in (found.primitives, found.stablehlo_ops):
        assert list(counts) == sorted(counts)
        assert all(count > 0 for count in counts.values())
    for operation in ("stablehlo.sine", "stablehlo.constant", "stablehlo.return"):
        printed = found.texts["stablehlo"].count(operation + " ")
        assert found.stablehlo_ops[operation] == printed


def test_counts_reach_into_named_tuples_and_shared_functions() -> None:
    @jax.jit
    def shared(x: Any) -> Any:
        return jnp.sin(x)

    def fn(x: Any) -> Any:
        return jax.lax.custom_linear_solve(lambda v: 2 * v, x, lambda _, b: shared(shared(b)))

    assert extract(fn, VECTOR).primitives["sin"] == 2


@pytest.mark.parametrize(
    ("x64", "dtype"), [(None, "float32"), (False, "float32"), (True, "float64")]
)
def test_x64_reaches_from_tracing_to_the_run(x64: bool | None, dtype: str) -> None:
    values = np.array([1.0, 2.0])
    found = extract(lambda x: x / 3, values, x64=x64)
    assert found.inputs == found.outputs == (Aval((2,), dtype),)
    assert found.config["x64"] is (dtype == "float64")
    assert found.run(values)[0].dtype == dtype
    assert not jax.config.jax_enable_x64


def test_without_x64_the_setting_of_the_user_counts() -> None:
    values = np.array([1.0, 2.0])
    with jax.enable_x64(True):
        found = extract(jnp.sin, values)
    assert found.run(values)[0].dtype == np.float64


def test_types_can_stand_for_arguments() -> None:
    found = extract(jnp.sin, jax.ShapeDtypeStruct((3,), jnp.bfloat16))
    assert found.outputs == (Aval((3,), "bfloat16"),)
    assert found.run(VECTOR.astype(jnp.bfloat16))[0].dtype == jnp.bfloat16


def test_keys_come_out_as_their_data() -> None:
    found = extract(lambda: jax.random.split(jax.random.key(0)))
    assert found.outputs == (Aval((2,), "key<fry>"),)
    assert found.run()[0].shape == (2, 2)


def test_costs_and_settings_are_plain_values() -> None:
    found = extract(jnp.dot, np.ones((4, 5), np.float32), np.ones((5, 6), np.float32))
    assert found.flops == 2 * 4 * 5 * 6
    assert found.bytes_accessed is not None
    assert found.bytes_accessed >= 4 * (20 + 30 + 24)
    assert found.memory["arguments"] == 4 * (20 + 30)
    assert found.memory["outputs"] == 4 * 24
    assert found.versions["jax"] == jax.__version__
    assert set(found.versions) == {
        "jax", "jaxlib", "platform", "device_kind", "instruction_set",
    }  # fmt: skip
    plain = (bool, int, str, type(None))
    assert all(type(value) in plain for value in found.config.values())


def test_inputs_that_nothing_reads_are_not_taken_by_the_modules() -> None:
    found = extract(
        lambda x, tree, n: tree["b"] + jnp.zeros_like(x), VECTOR, {"a": 1, "b": VECTOR}, 2
    )
    assert [aval.shape for aval in found.inputs] == [(3,), (), (3,), ()]
    assert found.kept_inputs == (2,)
    assert "main(%arg0: tensor<3xf32>)" in found.texts["stablehlo"]


def test_static_arguments_are_not_counted_among_the_inputs() -> None:
    found = extract(lambda n, x: x * n, 3, VECTOR, static_argnums=0)
    assert found.kept_inputs == (0,)
