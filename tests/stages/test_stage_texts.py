"""Texts are the same in every process, and say nothing about it."""

from __future__ import annotations

import gc
import json
import linecache
import os
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest
from jaxlib import _hlo

from jaxsmith.stages import DEFAULT_STAGES, extract, load
from jaxsmith.stages.normal import normalise

FUNCTIONS = """
import jax, jax.numpy as jnp, numpy as np
from functools import partial
from jax.ad_checkpoint import checkpoint_name

@jax.custom_jvp
def own_jvp(x):
    return jnp.sin(x)

own_jvp.defjvp(lambda primals, tangents: (own_jvp(primals[0]), tangents[0]))

@jax.custom_vjp
def own_vjp(x):
    return jnp.sin(x)

own_vjp.defvjp(lambda x: (own_vjp(x), x), lambda x, g: (g * x,))

def on_the_host(factor, x):
    return np.asarray(x) * factor

def callback(x):
    return jax.pure_callback(partial(on_the_host, 2), x, x)

def reduction(x):
    return jax.lax.reduce(x, np.float32(0), lambda a, b: a + b * b, (0,))

def recomputed(x):
    policy = jax.checkpoint_policies.dots_saveable
    return jax.grad(lambda y: jax.checkpoint(jnp.sin, policy=policy)(y).sum())(x)

def named(x):
    policy = jax.checkpoint_policies.save_only_these_names("hidden", "b", "trunk", "head", "tail")
    layer = jax.checkpoint(lambda y: jnp.sin(checkpoint_name(jnp.cos(y), "b")), policy=policy)
    return jax.grad(lambda y: layer(y).sum())(x)

def gradient(x):
    return jax.grad(lambda y: (own_jvp(y) * own_vjp(y) * jax.nn.relu(y)).sum())(x)

def random(x):
    return jax.random.normal(jax.random.key(0), x.shape) + jax.nn.softmax(x)

def printed(x):
    jax.debug.print("{}", x)
    return jnp.linalg.norm(x)

def looped(x):
    return jax.lax.scan(lambda c, a: (jnp.where(a > 0, c, a), jax.nn.relu(c)), x[0], x)

def drawn(x):
    return jax.lax.rng_uniform(np.float32(0), x[0], (2,))

def thrown(x):
    return jax.lax.rng_uniform(np.int32(1), np.int32(7), x.shape)

ALL = [own_jvp, own_vjp, callback, reduction, recomputed, named, gradient, random, printed, looped,
       drawn, thrown]
"""

SCRIPT = """
import json, sys
import numpy as np
from functions import ALL
from jaxsmith.stages import extract

names = [fn.__name__ for fn in ALL]
order = ALL[::-1] if sys.argv[1] == "backwards" else ALL
x = np.ones(3, np.float32)
texts = {fn.__name__: dict(extract(fn, x).texts) for fn in order}
print(json.dumps(texts, sort_keys=True))
"""


def start(folder: Path, order: str, hash_seed: str) -> subprocess.Popen[str]:
    folder.mkdir()
    (folder / "functions.py").write_text(FUNCTIONS)
    (folder / "script.py").write_text(SCRIPT)
    path = os.pathsep.join(str(Path(entry).resolve()) for entry in sys.path if entry)
    return subprocess.Popen(
        [sys.executable, "script.py", order],
        cwd=folder,
        env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    root = tmp_path_factory.mktemp("processes")
    children = [start(root / "one", "forwards", "1"), start(root / "another", "backwards", "2")]
    found = [child.communicate(timeout=60)[0] for child in children]
    assert [child.returncode for child in children] == [0, 0]
    return found


def test_processes_folders_hash_seeds_and_order_change_nothing(outputs: list[str]) -> None:
    one, another = (json.loads(output) for output in outputs)
    assert len(one) == 12
    for name, texts in one.items():
        assert tuple(sorted(texts)) == tuple(sorted(DEFAULT_STAGES))
        assert texts == another[name]


@pytest.mark.parametrize("trace_of_a_process", ["0xX", " at 0x", ".py", "processes"])
def test_no_text_says_where_it_was_made(outputs: list[str], trace_of_a_process: str) -> None:
    for texts in json.loads(outputs[0]).values():
        for text in texts.values():
            assert trace_of_a_process not in text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<function f at 0x7fae12>", "<function f>"),
        ("partial(<function f.<locals>.<lambda> at 0xXXXXXXXXXXXX>, 1)",
         "partial(<function f.<locals>.<lambda>>, 1)"),
        ("kernel f at /srv/a b/c.py:12 for jit", "kernel f for jit"),
        (r"f at C:\a\c.py:3, g", "f, g"),
        ("""x=frozenset({'b', "it's", 'a'}), y=frozenset()""",
         """x=frozenset({"it's", 'a', 'b'}), y=frozenset()"""),
        ("dense<0x7FC00000> at once, a / b", "dense<0x7FC00000> at once, a / b"),
    ],
)  # fmt: skip
def test_normal_text_has_no_addresses_and_no_places(text: str, expected: str) -> None:
    assert normalise(text) == expected


def test_optimized_hlo_is_whole_and_can_be_parsed() -> None:
    table = np.random.default_rng(0).standard_normal(40).astype(np.float32)
    text = extract(lambda x: x + table, table).texts["optimized_hlo"]
    assert "{...}" not in text
    assert "metadata" not in text
    assert _hlo.hlo_module_from_text(text).name == "jit__lambda"


SOURCE = """
import jax.numpy as jnp

def halve(x):
    return jnp.asarray(x) / 2 if x is not None else 1 / 0
"""


def test_source_is_run_in_an_empty_namespace() -> None:
    halve = load(SOURCE, "halve")
    assert halve.__module__ == "jaxsmith_function"
    assert set(halve.__globals__) == {"__builtins__", "__name__", "jnp", "halve"}
    assert halve.__code__.co_filename == "<halve>"
    assert extract(halve, np.float32(3)).run(np.float32(3)) == [np.float32(1.5)]


def test_tracebacks_show_the_source_while_the_function_lives() -> None:
    halve = load(SOURCE, "halve")
    with pytest.raises(ZeroDivisionError) as caught:
        halve(None)
    shown = "".join(traceback.format_exception(caught.value))
    assert 'File "<halve>", line 5, in halve\n    return jnp.asarray(x) / 2 if' in shown
    del halve, caught
    gc.collect()
    assert "<halve>" not in linecache.cache


def test_a_jitted_function_can_be_loaded() -> None:
    jitted: Any = load("import jax\n@jax.jit\ndef f(x):\n    return x + 1\n", "f")
    assert isinstance(jitted, type(jax.jit(abs)))
    assert "add a 1.0" in extract(jitted, 1.0).texts["jaxpr"]
