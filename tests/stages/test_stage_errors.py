"""A function that fails says where, in one line, and leaves JAX as it was."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxsmith.errors import InvalidRequestError, JaxsmithError
from jaxsmith.stages import StageError, compat, extract, load
from jaxsmith.stages.errors import guard

VECTOR = np.ones(3, np.float32)


def raises(_: Any) -> Any:
    raise RuntimeError("first line\nsecond line")


def branches(x: Any) -> Any:
    return x if x > 0 else -x


@pytest.mark.parametrize(
    ("fn", "args", "detail"),
    [
        (raises, (VECTOR,), "RuntimeError: first line"),
        (jnp.dot, (VECTOR, np.ones(4, np.float32)), "TypeError: dot_general requires"),
        (lambda x: x, ("text",), "TypeError: Error interpreting argument to <function <lambda>> "),
        (branches, (1.0,), "TracerBoolConversionError: Attempted boolean conversion"),
        (lambda: None, (VECTOR,), "TypeError: "),
    ],
)
def test_what_fails_while_tracing_is_told_in_one_line(fn: Any, args: Any, detail: str) -> None:
    with pytest.raises(StageError) as caught:
        extract(fn, *args)
    assert caught.value.stage == "trace"
    assert caught.value.detail.startswith(detail)
    assert str(caught.value) == f"trace: {caught.value.detail}"
    assert "\n" not in str(caught.value)
    assert "second line" not in str(caught.value)
    assert isinstance(caught.value.__cause__, Exception)
    assert isinstance(caught.value, JaxsmithError)


def test_what_fails_while_lowering_says_so() -> None:
    primitive = jax.extend.core.Primitive("of_no_compiler")
    primitive.def_abstract_eval(lambda x: x)
    with pytest.raises(StageError, match=r"^lower: \w+: .*of_no_compiler"):
        extract(primitive.bind, VECTOR)


def test_what_fails_while_compiling_says_so() -> None:
    jitted = jax.jit(jnp.sin, compiler_options={"no_such_option": True})
    with pytest.raises(StageError, match=r"^compile: .*no_such_option") as caught:
        extract(jitted, VECTOR)
    assert caught.value.stage == "compile"


def test_what_does_not_fit_the_executable_fails_the_run() -> None:
    found = extract(jnp.sin, VECTOR)
    with pytest.raises(StageError, match=r"^run: TypeError: "):
        found.run(np.ones(4, np.float32))


def test_a_failure_does_not_leave_x64_on() -> None:
    with pytest.raises(StageError):
        extract(raises, VECTOR, x64=True)
    assert not jax.config.jax_enable_x64


@pytest.mark.parametrize("static", [{"static_argnums": 7}, {"static_argnames": "nobody"}])
def test_static_arguments_that_are_not_there_are_refused(static: dict[str, Any]) -> None:
    with pytest.raises(StageError, match=r"^trace: \w+: "):
        extract(branches, 1.0, **static)


def test_an_unknown_stage_is_refused_before_anything_is_traced() -> None:
    with pytest.raises(InvalidRequestError, match="unknown stage"):
        extract(raises, VECTOR, stages=["cubin"])


def test_an_interrupt_is_nobodys_failure() -> None:
    with pytest.raises(KeyboardInterrupt), guard("trace"):
        raise KeyboardInterrupt


def test_an_error_without_a_message_is_its_type() -> None:
    with pytest.raises(StageError, match=r"^trace: ValueError$"), guard("trace"):
        raise ValueError


@pytest.mark.parametrize(
    ("source", "detail"),
    [
        ("def f(:\n", "SyntaxError: "),
        ("import nowhere_at_all\n", "ModuleNotFoundError: "),
        ("def g(x):\n    return x\n", "the source defines no function called 'f'"),
        ("f = 3\n", "the source defines no function called 'f'"),
    ],
)
def test_source_that_gives_no_function_is_refused(source: str, detail: str) -> None:
    with pytest.raises(StageError) as caught:
        load(source, "f")
    assert caught.value.stage == "load"
    assert caught.value.detail.startswith(detail)


def test_an_api_that_jax_lost_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(compat.MissingApiError, match=r"PjitFunction\._jit_info"):
        compat.static_arguments(object())
    monkeypatch.delattr("jaxlib._hlo.HloPrintOptions")
    with pytest.raises(compat.MissingApiError, match=r"jaxlib\._hlo\.HloPrintOptions or jaxlib"):
        extract(jnp.sin, VECTOR, stages=["optimized_hlo"])
