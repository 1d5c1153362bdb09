"""What XLA writes while it compiles: its passes, LLVM IR and machine code."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jax
import jax.monitoring
import jax.numpy as jnp
import numpy as np
import pytest

from jaxsmith.errors import InvalidRequestError
from jaxsmith.stages import ALL_STAGES, DEFAULT_STAGES, StageError, asm, compat, extract
from jaxsmith.stages.errors import NoTextError
from jaxsmith.stages.llvm import LEFT_OUT, joined, renumbered
from jaxsmith.stages.names import PLATFORMS, lowerings
from jaxsmith.stages.passes import followed

if TYPE_CHECKING:
    from collections.abc import Iterator

VECTOR = np.array([0.5, -1.0, 2.0], np.float32)
WITHOUT_TOOLS = tuple(name for name in ALL_STAGES if name != "asm")
HAS_TOOL = any(map(asm.shutil.which, asm.TOOLS))
STAGES = ALL_STAGES if HAS_TOOL else WITHOUT_TOOLS
needs_tool = pytest.mark.skipif(not HAS_TOOL, reason="no objdump")

FUNCTIONS = """
import jax, jax.numpy as jnp, numpy as np

table = np.linspace(0, 1, 40, dtype=np.float32) ** 2

def layer(x):
    hidden = jnp.tanh(jnp.outer(x, x) @ jnp.outer(x, x + 1) + x)
    return jnp.where(hidden > 0, hidden, 0.1 * hidden).sum(axis=1)

def sorting(x):
    return jnp.sort(x + 1), jnp.sort(-x) * 2, jnp.argsort(x), jnp.median(x)

def small_loop(x):
    return jax.lax.while_loop(
        lambda s: s[0] < 5, lambda s: (s[0] + 1, jnp.sin(s[1]) + s[2], s[2] * 2), (0, x, x)
    )

def scan(x):
    return jax.lax.scan(lambda c, a: (jnp.where(a > 0, c, a), jax.nn.relu(c)), x[0], x)

def solve(x):
    return jnp.linalg.cholesky(jnp.outer(x, x) + 9 * jnp.eye(x.size))

def random(x):
    return jax.random.normal(jax.random.key(0), x.shape) + jax.nn.softmax(x)

def many_constants(x):
    return jnp.sin(x)[:, None] * table

def drawn(x):
    return jax.lax.rng_uniform(np.float32(0), x[0], (2,))

def thrown(x):
    return jax.lax.rng_uniform(np.int32(1), np.int32(7), x.shape)

def same(x):
    return x

ALL = [layer, sorting, small_loop, scan, solve, random, many_constants, drawn, thrown, same]
"""

SCRIPT = """
import json, sys
import numpy as np
from functions import ALL
from jaxsmith.stages import extract

x = np.array([0.5, -1.0, 2.0, 3.0], np.float32)
order = ALL[::-1] if sys.argv[1] == "backwards" else ALL
found = {fn.__name__: extract(fn, x, stages=sys.argv[2:]) for fn in order}
print(json.dumps({name: [dict(f.texts), dict(f.missing)] for name, f in found.items()}))
"""


def start(folder: Path, order: str, hash_seed: str) -> subprocess.Popen[str]:
    folder.mkdir()
    (folder / "functions.py").write_text(FUNCTIONS)
    (folder / "script.py").write_text(SCRIPT)
    path = os.pathsep.join(str(Path(entry).resolve()) for entry in sys.path if entry)
    own = {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": path, "TMPDIR": str(folder)}
    return subprocess.Popen(
        [sys.executable, "script.py", order, *STAGES],
        cwd=folder,
        env={**os.environ, **own},
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    root = tmp_path_factory.mktemp("dumping")
    children = [start(root / "one", "forwards", "1"), start(root / "another", "backwards", "2")]
    found = [json.loads(child.communicate(timeout=120)[0]) for child in children]
    assert [child.returncode for child in children] == [0, 0]
    return found


def test_processes_folders_hash_seeds_and_order_change_nothing(
    outputs: list[dict[str, Any]],
) -> None:
    one, another = outputs
    assert len(one) == 10
    for name, (texts, missing) in one.items():
        assert set(texts) | set(missing) == set(STAGES)
        assert [texts, missing] == another[name]


@pytest.mark.parametrize("trace_of_a_process", [" at 0x", ".py", "dumping", "jaxsmith", "module_0"])
def test_no_text_says_where_it_was_made(
    outputs: list[dict[str, Any]], trace_of_a_process: str
) -> None:
    for texts, _ in outputs[0].values():
        for text in texts.values():
            assert trace_of_a_process not in text


def test_only_code_of_calls_is_left_out(outputs: list[dict[str, Any]]) -> None:
    lost = {name for name, (texts, _) in outputs[0].items() if LEFT_OUT in texts.get("llvm", "")}
    calls = {name for name, (texts, _) in outputs[0].items() if " call(" in texts["optimized_hlo"]}
    assert "small_loop" in lost
    assert lost == calls < outputs[0].keys()


@pytest.fixture
def compilations() -> Iterator[list[str]]:
    events: list[str] = []

    def listen(event: str, duration: float, **_: Any) -> None:
        if event.endswith("backend_compile_duration"):
            events.append(event)

    jax.monitoring.register_event_duration_secs_listener(listen)
    yield events
    jax.monitoring.clear_event_listeners()


def test_all_stages_take_one_compilation_and_leave_no_file(
    compilations: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    found = extract(lambda x: jnp.cos(x) * 3, VECTOR, stages=STAGES)
    assert tuple(name for name in STAGES if name in found.texts or name in found.missing) == STAGES
    assert set(found.missing) == {"ptx"}  # no GPU
    found.run(VECTOR)
    assert len(compilations) == 1
    assert not list(tmp_path.iterdir())


def test_the_default_stages_have_nothing_dumped(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("XLA was asked to write files")

    monkeypatch.setattr(compat, "compile_dumping", refuse)
    extract(jnp.sin, VECTOR)
    extract(jnp.sin, VECTOR, platforms=PLATFORMS)
    with pytest.raises(StageError, match="asked to write files"):
        extract(jnp.sin, VECTOR, stages=["llvm"])


def test_the_default_stages_say_the_same_beside_the_others() -> None:
    def fn(x: Any) -> Any:
        return jnp.linalg.norm(jnp.outer(x, x), axis=0)

    plain, more = extract(fn, VECTOR), extract(fn, VECTOR, stages=STAGES)
    assert {name: more.texts[name] for name in DEFAULT_STAGES} == plain.texts
    np.testing.assert_array_equal(plain.run(VECTOR)[0], more.run(VECTOR)[0])


def test_a_compilation_that_writes_nothing_is_an_error() -> None:
    class FromCache:
        """A ``Lowered`` whose executable is fetched from JAX's persistent cache."""

        def compile(self, options: dict[str, Any]) -> None:
            assert Path(options["xla_dump_to"]).is_dir()

    lowered: Any = FromCache()
    with pytest.raises(
        StageError, match=r"^compile: XLA dumped 0 modules, not one; .* off with JAX_ENA"
    ):
        compat.compile_dumping(lowered, compat.DUMP_LLVM)


def moments(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("//")]


def test_passes_lead_from_hlo_to_optimized_hlo() -> None:
    def layer(x: Any) -> Any:
        return jnp.where(jnp.tanh(x) > 0, x, 2 * x).sum()

    texts = extract(layer, VECTOR, stages=["passes", "optimized_hlo"]).texts
    blocks = re.split(r"^// ---- .*\n\n", texts["passes"], flags=re.MULTILINE)[1:]
    found = moments(texts["passes"])
    assert len(found) == len(blocks) > 3
    assert found[0] == "// ---- before any pass"
    assert "// ---- after fusion, in HLO_passes_after_layout_assignment" in found
    assert "_where" in blocks[0]
    assert "fusion(" not in blocks[0]
    assert blocks[-1].strip() == texts["optimized_hlo"].strip()
    assert all(one != other for one, other in pairwise(blocks))
    assert all(block.startswith("HloModule jit_layer") for block in blocks)


def test_constants_are_whole_after_every_pass() -> None:
    table = np.random.default_rng(0).standard_normal(40).astype(np.float32)
    text = extract(lambda x: jnp.sin(x + table), table, stages=["passes"]).texts["passes"]
    assert "{...}" not in text
    assert "metadata" not in text


def test_states_come_in_order_and_with_names_that_no_process_numbers() -> None:
    files = {
        "10.late.after_dce.before_cse.txt": b"4",
        "9.late.after_apply-xla-transforms-57.before_dce.txt": b"3",
        "0008.late.after_pipeline-start.before_apply-xla-transforms-57.txt": b"2",
        "before_optimizations.txt": b"1",
        "cpu_after_optimizations.txt": b"5",
        "cpu_after_optimizations-buffer-assignment.txt": b"no HLO",
    }
    assert list(compat.hlo_states(files)) == [
        ("before any pass", "1"),
        ("at the start of late", "2"),
        ("after apply-xla-transforms, in late", "3"),
        ("after dce, in late", "4"),
        ("at the end", "5"),
    ]


def test_a_pass_that_changed_nothing_is_left_out() -> None:
    states = [("before any pass", "a\n"), ("after dce", "a\n"), ("after cse", "b\n")]
    assert followed(states) == "// ---- before any pass\n\na\n\n// ---- after cse\n\nb\n"


def test_llvm_is_every_module_after_its_passes() -> None:
    def fn(x: Any) -> Any:
        # A kernel for each fusion, and a part for the comparator.
        return jnp.sort(jnp.tanh(x) * 2) + 1

    text = extract(fn, VECTOR, stages=["llvm"]).texts["llvm"]
    modules = text.split("; ModuleID")[1:]
    assert len(modules) >= 3
    assert all(module.count("\ndefine ") >= 1 for module in modules)
    assert "alloca" not in text  # LLVM's own passes took them away
    for module in modules:
        assert set(re.findall(r"!\d+", module)) == set(re.findall(r"^!\d+", module, re.MULTILINE))


def test_a_comparator_alone_is_code_too() -> None:
    found = extract(jnp.sort, VECTOR, stages=[name for name in ("llvm", "asm") if name in STAGES])
    assert not found.missing
    assert "define " in found.texts["llvm"]


def test_metadata_is_numbered_by_use() -> None:
    one = 'a !7, !3\nb c"!9"\n!x = !{!5}\n\n!3 = !{}\n!5 = !{!"!7", !9}\n!7 = !{!3}\n!9 = !{}\n'
    other = 'a !4, !1\nb c"!9"\n!x = !{!8}\n\n!1 = !{}\n!2 = !{}\n!4 = !{!1}\n!8 = !{!"!7", !2}\n'
    expected = (
        'a !0, !1\nb c"!9"\n!x = !{!2}\n\n!0 = !{!1}\n!1 = !{}\n!2 = !{!"!7", !3}\n!3 = !{}\n'
    )
    assert renumbered(one) == renumbered(other) == expected


def test_modules_are_joined_but_for_those_that_vary() -> None:
    modules = {"call_computation_kernel_module": "; varies\n", "fusion": "; ModuleID = 'fusion'\n"}
    assert joined(modules) == (
        f"; ModuleID = 'call_computation_kernel_module'\n; {LEFT_OUT}\n\n; ModuleID = 'fusion'\n"
    )
    with pytest.raises(NoTextError):
        joined({})


def test_a_function_without_code_has_no_text_and_a_reason() -> None:
    stages = [name for name in ("passes", "llvm", "asm") if name in STAGES]
    found = extract(lambda x: x, VECTOR, stages=stages)
    assert tuple(found.texts) == ("passes",)
    assert list(found.missing) == stages[1:]
    assert set(found.missing.values()) == {"XLA made no code of its own for this function"}


@needs_tool
def test_asm_is_the_object_code_under_the_name_of_the_tool() -> None:
    text = extract(lambda x: jnp.tanh(x) + 1, VECTOR, stages=["asm"]).texts["asm"]
    first, *lines = text.splitlines()
    assert re.fullmatch(r"# .*(objdump|LLVM).*\d.*", first)
    assert re.match(r"\w+_fusion_kernel_module\.o:", lines[1])
    assert re.search(r"^0+ <\w+_fusion>:$", text, re.MULTILINE)
    assert sum(len(line.split()) > 1 for line in lines) > 20


@needs_tool
def test_code_that_varies_is_named_and_left_out() -> None:
    text = asm.disassembled({"call_computation_kernel_module": b"no object file"})
    assert text.splitlines()[1:] == ["", f"# call_computation_kernel_module: {LEFT_OUT}"]


@needs_tool
def test_what_the_tool_refuses_is_one_line() -> None:
    with pytest.raises(StageError, match=r"^asm: (llvm-)?objdump: .*fusion\.o") as caught:
        asm.disassembled({"fusion": b"no object file"})
    assert "\n" not in str(caught.value)


def test_no_tool_is_said_before_anything_is_compiled(
    compilations: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(InvalidRequestError, match="needs objdump or llvm-objdump"):
        extract(lambda x: x - 7, VECTOR, stages=["asm"])
    with pytest.raises(StageError, match=r"^asm: neither objdump nor llvm-objdump is on the PATH$"):
        asm.disassembled({"fusion": b""})
    assert not compilations


def test_a_platform_that_is_not_there_gets_its_lowering(compilations: list[str]) -> None:
    def fn(x: Any) -> Any:
        return jnp.linalg.cholesky(jnp.outer(x, x) + jnp.eye(3))

    found = extract(fn, VECTOR, platforms=("tpu", "cuda"))
    assert tuple(found.texts) == (*DEFAULT_STAGES, "stablehlo_cuda", "stablehlo_tpu")
    assert "@cusolver_potrf_ffi" in found.texts["stablehlo_cuda"]
    assert "stablehlo.cholesky" in found.texts["stablehlo_tpu"]
    assert "lapack" not in found.texts["stablehlo_cuda"] + found.texts["stablehlo_tpu"]
    assert len(compilations) == 1
    assert found.texts["stablehlo"] == extract(fn, VECTOR).texts["stablehlo"]


def test_a_platform_without_a_lowering_is_missing_with_its_reason() -> None:
    found = extract(
        lambda x: jax.scipy.linalg.schur(jnp.outer(x, x)), VECTOR, platforms=PLATFORMS, stages=[]
    )
    assert not found.texts
    assert tuple(found.missing) == lowerings(PLATFORMS)
    assert "'schur' not found for platform cuda" in found.missing["stablehlo_cuda"]
    assert len(found.run(VECTOR)) == 2


def test_a_platform_that_does_not_exist_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match="unknown platform 'cpu'; the platforms are cuda"):
        extract(jnp.sin, VECTOR, platforms="cpu")
