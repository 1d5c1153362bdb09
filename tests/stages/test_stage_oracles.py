"""Other opinions of what a function gives, and the processes that they may cost."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import ml_dtypes
import numpy as np
import pytest

from jaxsmith.errors import InvalidRequestError, JaxsmithError
from jaxsmith.stages import NoOpinionError, Panel, Question, extract
from jaxsmith.stages.child import Child, NoAnswerError
from jaxsmith.stages.interpreter import ReferenceInterpreter
from jaxsmith.stages.oracles import select_oracles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

X = np.linspace(-1.0, 2.0, 6, dtype=np.float32)
BOTH = ("jax_eager", "interpreter")


@pytest.fixture(scope="module")
def panel() -> Iterator[Panel]:
    with closing(Panel(BOTH)) as found:
        yield found


def question(fn: Callable[..., Any], *calls: tuple[Any, ...]) -> Question:
    return Question(extract(fn, *calls[0]), fn, [(call, {}) for call in calls], calls)


def looped(x: Any) -> Any:
    return jax.lax.while_loop(lambda c: c[0] < 5, lambda c: (c[0] + 1, c[1] * 1.5), (0, x))


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize(
    "fn",
    [
        jnp.cumsum,
        lambda x: (x.at[1].set(9.0), x * 2),
        lambda x: jax.lax.scan(lambda c, i: (c.at[i].add(1.0), c), x, jnp.arange(3)),
        looped,
        lambda x: x > 0,
        lambda x: (x * 3).astype("int4"),
        lambda x: x.astype("float8_e5m2"),
        lambda x: x.astype(jnp.bfloat16) + x.astype(jnp.float16),
        lambda x: {"b": x * 1j, "a": jnp.exp(1j * x)},
        lambda x: jnp.where(x > 0, jnp.inf, jnp.nan) * (1 + 1j),
        lambda x: jnp.zeros((0, 3)) + x[0],
        lambda x: jnp.full((2, 3), x[1]),
        lambda x: jax.random.key_data(jax.random.split(jax.random.key(7))) + x.size,
        lambda x: jax.lax.top_k(x, 2),
        jax.scipy.special.gammaln,
    ],
)
def test_an_oracle_agrees_with_what_was_compiled(
    panel: Panel, name: str, fn: Callable[..., Any]
) -> None:
    asked = question(fn, (X,), (X[::-1],))
    for (call, _), leaves in zip(asked.calls, panel.ask(name, asked), strict=True):
        compiled = asked.extracted.run(*call)
        for ours, theirs in zip(compiled, leaves, strict=True):
            assert (theirs.dtype, theirs.shape) == (ours.dtype, ours.shape)
            wide = np.complex128 if ours.dtype.kind == "c" else np.float64
            np.testing.assert_allclose(theirs.astype(wide), ours.astype(wide), 1e-5, 1e-6)


def test_arguments_that_nothing_reads_are_left_out(panel: Panel) -> None:
    asked = question(lambda a, b, c: a - c, (X, X * 2, X * 3))
    assert asked.extracted.kept == (0, 2)
    ((leaf,),) = panel.ask("interpreter", asked)
    assert leaf.tolist() == (X - X * 3).tolist()


@pytest.mark.parametrize(
    ("fn", "reason"),
    [
        (lambda x: jnp.linalg.inv(jnp.outer(x, x)), "it lacks stablehlo.custom_call"),
        (lambda x: jax.lax.rng_uniform(0.0, x[0], (2,)), "it lacks stablehlo.rng"),
        (lambda x: jnp.outer(jnp.tile(x, 30), x) @ jnp.outer(x, jnp.tile(x, 600)), "it would take"),
    ],
)
def test_what_the_interpreter_lacks_is_said_before_it_dies(
    fn: Callable[..., Any], reason: str
) -> None:
    with closing(ReferenceInterpreter()) as interpreter:
        asked = question(fn, (X,))
        with pytest.raises(NoOpinionError, match=f"^{reason}"):
            interpreter.run(asked.extracted, asked.leaves)
        assert not interpreter.running


def test_the_interpreter_dies_and_lives_again(panel: Panel) -> None:
    zero = (np.array([7, 8], np.int32), np.array([2, 0], np.int32))
    with pytest.raises(NoOpinionError, match=r"^its process died: \S") as caught:
        panel.ask("interpreter", question(jax.lax.div, zero))
    assert "\n" not in str(caught.value)
    ((leaf,),) = panel.ask("interpreter", question(jnp.sin, (X,)))
    np.testing.assert_allclose(leaf, np.sin(X), 1e-6)


def test_who_takes_too_long_is_ended() -> None:
    endless = question(
        lambda x: jax.lax.while_loop(lambda c: c[0] == c[0], lambda c: c + 1, x), (X,)
    )
    with closing(ReferenceInterpreter(seconds=2)) as interpreter:
        with pytest.raises(NoOpinionError, match=r"^no answer in 2 seconds of processor time$"):
            interpreter.run(endless.extracted, endless.leaves)
        assert not interpreter.running


def test_a_child_says_what_it_raised_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "answering.py").write_text(
        "import os, sys\n"
        "from jaxsmith.stages.serve import serve\n"
        "def answer(what):\n"
        "    print('noise')\n"
        "    if isinstance(what, str) and what == 'raise':\n"
        "        raise ValueError('no such thing')\n"
        "    if isinstance(what, str) and what == 'die':\n"
        "        print('Check failed: a < b', file=sys.stderr)\n"
        "        os.abort()\n"
        "    return what, os.getpid()\n"
        "serve(answer)\n"
    )
    with closing(Child("answering", 60)) as child:
        big = np.arange(1_000_000)
        back, process = child.ask((big,))
        assert np.array_equal(back, big)
        with pytest.raises(NoAnswerError, match=r"^ValueError: no such thing$"):
            child.ask(("raise",))
        assert child.ask(("again",)) == ("again", process)
        with pytest.raises(NoAnswerError, match=r"^its process died: Check failed: a < b$"):
            child.ask(("die",))
        _, other = child.ask(("again",))
        assert other != process


def test_a_child_that_cannot_be_run_is_an_error_of_ours() -> None:
    with closing(Child("no_such_module", 60)) as child:
        with pytest.raises(
            JaxsmithError, match=r"no_such_module can't be run: .*No module"
        ) as caught:
            child.ask(())
        assert not isinstance(caught.value, NoAnswerError)


def test_oracles_are_known_by_name() -> None:
    assert select_oracles(["interpreter", "jax_eager", "interpreter"]) == BOTH
    with pytest.raises(InvalidRequestError, match="no oracle 'numpi'; there are jax_eager, inter"):
        select_oracles(["numpi"])


def test_the_interpreter_needs_no_jax() -> None:
    code = (
        "import sys, jaxsmith.stages.interpreter_child as c; c.Interpreter(); print(*sys.modules)"
    )
    command = [sys.executable, "-c", code]
    modules = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    assert "jaxlib" in modules
    assert "jax" not in modules


def test_numbers_of_eight_bits_pass_through(panel: Panel) -> None:
    small = X.astype(ml_dtypes.float8_e4m3fn)
    ((leaf,),) = panel.ask("interpreter", question(lambda x: x[::-1], (small,)))
    assert leaf.dtype == small.dtype
    assert leaf.tolist() == small[::-1].tolist()
