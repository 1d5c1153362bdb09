"""Alignment: each line of a text is given the lines of the source that it came from."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import jax
import numpy as np
import pytest

from jaxsmith.stages import extract, file_of, hlo_lines, load
from jaxsmith.stages.alignment import Line, align, resolve
from jaxsmith.stages.environment import cached
from jaxsmith.stages.stablehlo_lines import lines_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from jaxsmith.stages import Extracted

VECTOR = np.linspace(0.5, 1.5, 4, dtype=np.float32)

# A comment names the primitives and operations that are written in a line, and in no other.
PLAIN = """\
import jax.numpy as jnp


def plain(x):
    first = jnp.sin(x)  # sin, stablehlo.sine, hlo.sine
    second = (
        jnp.exp(first)  # exp, stablehlo.exponential, hlo.exponential
        - jnp.tanh(x)  # tanh, stablehlo.tanh, hlo.tanh
    )
    return first / second  # div, stablehlo.divide, hlo.divide
"""

LITERAL = """\
import jax.numpy as jnp


def literal(x):
    y = jnp.cos(x)  # cos, stablehlo.cosine, hlo.cosine

    return y * 2.5  # mul, stablehlo.multiply, stablehlo.constant, hlo.constant, hlo.broadcast
"""

HELPERS = """\
import jax
import jax.numpy as jnp


@jax.jit
def inner(x):
    return jnp.cos(x)  # cos, stablehlo.cosine, hlo.cosine


def outer(x):
    return inner(x) + x  # add, stablehlo.add, hlo.add


def helpers(x):
    once = outer(x)
    return inner(once) - outer(x * x)  # sub, mul, stablehlo.subtract, hlo.subtract, hlo.multiply
"""

LOOP = """\
import jax
import jax.numpy as jnp


def loop(x):
    def body(i, carry):
        return jnp.sin(carry)  # sin, stablehlo.sine, hlo.sine

    def branch(y):
        return jnp.exp(y)  # exp, stablehlo.exponential, hlo.exponential

    looped = jax.lax.fori_loop(
        0,
        3,
        body,
        x,
    )
    chosen = jax.lax.cond(  # cond, stablehlo.case, hlo.conditional
        jnp.sum(x) > 1,  # reduce_sum, gt, stablehlo.reduce
        branch,
        jnp.tanh,
        looped,
    )
    return chosen
"""

LIBRARY = """\
import jax
import jax.numpy as jnp


def library(x):
    ordered = jnp.sort(x)  # sort, stablehlo.sort, hlo.sort
    chosen = jnp.where(x > 1, x, ordered)  # select_n, gt
    return chosen.at[0].add(3.0)  # scatter-add, stablehlo.scatter
"""

GRADIENT = """\
import jax
import jax.numpy as jnp


def loss(x):
    y = jnp.sin(x)  # sin, cos, stablehlo.cosine, hlo.cosine
    return jnp.sum(y)


def gradient(x):
    return jax.grad(loss)(x) ** 3  # integer_pow
"""

SOURCES = {
    "plain": PLAIN,
    "literal": LITERAL,
    "helpers": HELPERS,
    "loop": LOOP,
    "library": LIBRARY,
    "gradient": GRADIENT,
}


ALIGNED = ("jaxpr", "stablehlo", "hlo", "optimized_hlo")


def extracted(name: str, source: str) -> Extracted:
    return extract(load(source, name), VECTOR, source_file=file_of(name))


def rows(found: Extracted, stage: str) -> Iterator[tuple[str, list[int]]]:
    """The lines of a text, each with its lines of the source."""
    assert found.alignment is not None
    lines: Any = found.alignment["lines"]
    text = found.texts[stage].splitlines()
    yield from ((row, lines[k]) for row, k in zip(text, found.alignment[stage], strict=True))


def operations(row: str) -> list[str]:
    """The primitives or operations that a line holds: a short jaxpr is printed as one line."""
    if instruction := re.match(r"\s+(?:ROOT )?[\w.%-]+ = .*?[\])}] ([a-z][\w-]*)\(", row):
        frames = ("parameter", "tuple", "get-tuple-element")
        return [] if instruction[1] in frames else [f"hlo.{instruction[1]}"]
    statement = re.match(r'\s+(?:%[\w:, ]+ = )?"?((?:stablehlo|func)\.\w+|call)\b', row)
    found = [statement[1]] if statement else re.findall(r"[\w\]] = ([a-z][\w-]*)(?=[\[ ])", row)
    return [name for name in found if name not in ("func.func", "stablehlo.return")]


@pytest.mark.parametrize("name", SOURCES)
def test_an_operation_is_given_the_line_that_it_is_written_in(name: str) -> None:
    source = SOURCES[name]
    found = extracted(name, source)
    alone: dict[str, set[int]] = defaultdict(set)
    together: dict[str, set[int]] = defaultdict(set)
    for stage in ALIGNED:
        for row, lines in rows(found, stage):
            names = operations(row)
            for what in names:
                if len(names) == 1:
                    alone[what].update(lines[:1])
                else:
                    together[what].update(lines)
    for number, row in enumerate(source.splitlines(), 1):
        for what in filter(None, row.partition("# ")[2].split(", ")):
            assert what in alone or number in together[what], (what, row)
            assert alone.get(what, {number}) == {number}, (what, row)


@pytest.mark.parametrize("name", SOURCES)
def test_every_operation_is_aligned(name: str) -> None:
    found = extracted(name, SOURCES[name])
    for stage in ALIGNED:
        for row, lines in rows(found, stage):
            assert lines or not operations(row), row


def test_calls_follow_from_the_nearest_outwards() -> None:
    found = extracted("helpers", HELPERS)
    (jaxpr,) = (lines for row, lines in rows(found, "jaxpr") if "cos" in operations(row))
    (module,) = (lines for row, lines in rows(found, "stablehlo") if "cosine" in row)
    # Called by `outer` in 11, which is called in 15 and 16, and once more in 16.
    assert jaxpr[0] == module[0] == 7
    assert set(jaxpr) == set(module) == {7, 11, 15, 16}


def test_what_stands_within_an_operation_has_its_line_too() -> None:
    found = extracted("loop", LOOP)
    (sine,) = (lines for row, lines in rows(found, "stablehlo") if "sine" in row)
    (loop,) = (lines for row, lines in rows(found, "stablehlo") if "stablehlo.while" in row)
    assert loop == [12]
    assert sine == [7, 12]


def test_lines_of_another_function_of_the_same_name_are_not_taken_for_ones_own() -> None:
    """JAX keeps what it traced of its own functions, and so perhaps who called them first."""
    shifted = "#\n" * 50 + LIBRARY
    first = extracted("library", shifted)
    again = extracted("library", LIBRARY)
    assert first.alignment != again.alignment
    jax.clear_caches()  # type: ignore[no-untyped-call]
    assert extracted("library", LIBRARY).alignment == again.alignment


def test_without_a_source_there_is_no_alignment() -> None:
    assert extract(lambda x: x + 1, VECTOR).alignment is None


def test_only_the_texts_that_are_kept_are_aligned() -> None:
    found = extract(load(PLAIN, "plain"), VECTOR, stages=["jaxpr"], source_file=file_of("plain"))
    assert found.alignment is not None
    assert list(found.alignment) == ["lines", "jaxpr"]


def test_a_parameter_of_several_lines_is_part_of_its_equation() -> None:
    source = """\
import jax
import numpy as np


def table(x):
    weights = np.arange(400.0).reshape(40, 10)
    return jax.pure_callback(lambda y: y, x, x, vmap_method=Table(weights))


class Table(str):
    def __new__(cls, values):
        made = super().__new__(cls, "sequential")
        made.values = values
        return made

    def __repr__(self):
        return f"Table(\\n{self.values[:3]}\\n)"


def last(x):
    return table(x) + 1.0
"""
    found = extracted("last", source)
    own = [lines[0] for row, lines in rows(found, "jaxpr") if lines]
    assert len(own) > 5
    assert set(own) == {7, 21}


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([], []),
        ([Line((3,), 0), Line((), 2), Line((4,), 2)], [(3,), (3,), (4, 3)]),
        ([Line((), 0, "f"), Line((1,), 2), Line((2,), 0, "", ("f",))], [(2,), (1, 2), (2,)]),
        ([Line((1,), 0, "f", ("f",))], [(1,)]),
    ],
)
def test_lines_are_handed_down(lines: list[Line], expected: list[tuple[int, ...]]) -> None:
    assert resolve(lines) == expected


def test_equal_lists_of_lines_are_written_once() -> None:
    lines = [Line((3,), 0), Line((), 0), Line((3,), 0)]
    assert align({"jaxpr": lines}) == {"lines": [[], [3]], "jaxpr": [1, 0, 1]}


def test_text_that_looks_like_a_location_is_none() -> None:
    text = """\
#loc = loc(unknown)
module @m {
  func.func public @main(%arg0: tensor<f32> loc("x")) -> tensor<f32> {
    %0 = stablehlo.custom_call @f(%arg0) {config = " loc(#loc9)"} : tensor<f32> loc(#loc3)
    return %0 : tensor<f32> loc(#loc)
  } loc(#loc)
} loc(#loc)
#loc1 = loc("<f>":2:4 to :9)
#loc2 = loc("g"(#loc1))
#loc3 = loc(callsite(#loc2 at #loc4))
#loc4 = loc("\\22<f>\\22:7"("<f>":5:4 to :9))
"""
    own = [line.own for line in lines_of(text, "<f>")]
    assert own == [(), (), (2, 5), (), (), ()]


# What JAX lowers an operation to is lowered once, and has the lines of who came first.
TWICE = """\
import jax.numpy as jnp
from jax import lax


def {0}(x):
    total = lax.cumlogsumexp(x)
    return lax.cumlogsumexp(jnp.{1}(total), reverse=True)
"""


def test_what_was_lowered_before_does_not_matter() -> None:
    def extracted(name: str, function: str) -> Extracted:
        fn = load(TWICE.format(name, function), name)
        return extract(fn, VECTOR, source_file=file_of(name))

    jax.clear_caches()
    alone = extracted("twice", "sin")
    assert alone.alignment is not None
    assert [6, 7] in alone.alignment["lines"]
    jax.clear_caches()
    extracted("other", "cos")
    after_another = extracted("twice", "sin")
    assert after_another.texts == alone.texts
    assert after_another.alignment == alone.alignment


# As XLA prints it since it keeps stack frames in tables; it counts those around a frame from one.
FRAMES = """\
HloModule jit_f, entry_computation_layout={(f32[2]{0})->f32[2]{0}}

FileNames
1 "<f>"
2 "/other.py"

FunctionNames
1 "f"

FileLocations
1 {file_name_id=1 function_name_id=1 line=3 end_line=3 column=1 end_column=2}
2 {file_name_id=1 function_name_id=1 line=7 end_line=7 column=1 end_column=2}
3 {file_name_id=2 function_name_id=1 line=9 end_line=9 column=1 end_column=2}

StackFrames
1 {file_location_id=1 parent_frame_id=1}
2 {file_location_id=3 parent_frame_id=2}
3 {file_location_id=2 parent_frame_id=3}


helper.1 {
  Arg_0.1 = f32[2]{0} parameter(0)
  ROOT sin.1 = f32[2]{0} sine(Arg_0.1), metadata={op_name="a \\"}, {b\\"" stack_frame_id=3}
}

ENTRY main.2 {
  x.1 = f32[2]{0} parameter(0), metadata={op_name="x"}
  constant.1 = f32[] constant(3)
  broadcast.1 = f32[2]{0} broadcast(constant.1), dimensions={}
  add.1 = f32[2]{0} add(x.1, broadcast.1), metadata={op_name="add" stack_frame_id=2}
  ROOT call.1 = f32[2]{0} call(add.1), to_apply=helper.1, metadata={op_name="call" stack_frame_id=1}
}
"""
PLACES = """\
HloModule jit_f, entry_computation_layout={(f32[2]{0})->f32[2]{0}}

ENTRY %main.2 (x.1: f32[2]) -> f32[2] {
  %x.1 = f32[2]{0} parameter(0)
  %c = f32[] constant(3)
  %b = f32[2]{0} broadcast(%c), dimensions={}
  %a = f32[2]{0} add(%x.1, %b), metadata={op_name="x" source_file="<f>" source_line=3}
  ROOT %n = f32[2]{0} negate(%a), metadata={op_name="x" source_file="/other.py" source_line=9}
}
"""
IN_PLACES = [(), (), (), (), (3,), (3,), (3,), (), ()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (FRAMES, [*[()] * 3, (), (7, 3), (), (), (), (), (3,), (3,), (3,), (3,), ()]),
        (
            re.sub(
                r"parent_frame_id=(\d)",
                lambda found: f"parent_frame_id={int(found[1]) - 1}",
                FRAMES,
            ),
            [*[()] * 3, (), (7, 3), (), (), (), (), (3,), (3,), (3,), (3,), ()],
        ),
        (PLACES, IN_PLACES),
        (f"{PLACES}\n{PLACES}", [*IN_PLACES, (), *IN_PLACES]),
    ],
    ids=["frames", "frames counted from zero", "places", "two modules"],
)
def test_hlo_tells_where_it_came_from(text: str, expected: list[tuple[int, ...]]) -> None:
    lines = hlo_lines.lines_of(text, "<f>")
    assert [line.own for line in lines] == expected


def test_a_computation_is_of_the_line_that_calls_it() -> None:
    lines = hlo_lines.lines_of(FRAMES, "<f>")
    assert [line.block for line in lines if line.block] == ["helper.1", "main.2"]
    assert resolve(lines)[2:5] == [(3,), (3,), (7, 3)]


def test_what_a_fresh_process_optimizes_is_aligned_too() -> None:
    source = """\
import jax.numpy as jnp
from jax import lax


def drawn(x):
    noise = lax.rng_uniform(x[0], x[1], (3,))
    return jnp.sin(noise)
"""
    found = extracted("drawn", source)
    own = {lines[0] for row, lines in rows(found, "optimized_hlo") if operations(row)}
    assert own == {6, 7}


MOVED = (
    """\
from jaxsmith.stages import extract, file_of, load

source = """
    + repr(PLAIN)
    + """
for text in (source, "# moved\\n" + source):
    found = extract(load(text, "plain"), 1.0, source_file=file_of("plain"))
    which = [found.alignment["lines"][k] for k in found.alignment["optimized_hlo"]]
    print(sorted({lines[0] for lines in which if lines}))
"""
)


def test_an_executable_of_the_cache_has_the_lines_of_this_source(tmp_path: Path) -> None:
    environment = {**os.environ, **cached(str(tmp_path)), "JAX_ENABLE_COMPILATION_CACHE": "true"}
    for _ in range(2):
        result = subprocess.run(
            [sys.executable, "-c", MOVED],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.stdout.splitlines() == ["[5, 7, 8, 10]", "[6, 8, 9, 11]"], result.stderr
    assert len([path for path in tmp_path.iterdir() if "plain" in path.name]) == 2
