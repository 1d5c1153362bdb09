"""What the controller reads of the stages, which never imports JAX."""

from __future__ import annotations

import subprocess
import sys

import pytest

from jaxsmith.errors import InvalidRequestError
from jaxsmith.stages import ALL_STAGES, DEFAULT_STAGES, STAGES, select
from jaxsmith.stages.names import PLATFORMS, lowerings


@pytest.mark.parametrize(
    "module",
    [
        "jaxsmith.stages",
        "jaxsmith.stages.names",
        "jaxsmith.stages.table",
        "jaxsmith.stages.asm",
        "jaxsmith.stages.llvm",
        "jaxsmith.stages.passes",
        "jaxsmith.stages.environment",
        "jaxsmith.stages.source",
    ],
)
def test_these_modules_do_not_import_jax(module: str) -> None:
    check = f"import sys, {module}; sys.exit('jax' in sys.modules or 'numpy' in sys.modules)"
    subprocess.run([sys.executable, "-c", check], check=True, timeout=30)


def test_the_table_says_all_about_every_stage() -> None:
    assert DEFAULT_STAGES == ("jaxpr", "stablehlo", "hlo", "optimized_hlo")
    assert set(ALL_STAGES) - set(DEFAULT_STAGES) == {
        "passes", "llvm", "asm", "ptx",
        "stablehlo_symbolic", "stablehlo_cuda", "stablehlo_rocm", "stablehlo_tpu",
    }  # fmt: skip
    for name, stage in STAGES.items():
        assert name == stage.name
        assert "\n" not in stage.summary
        assert stage.suffix.startswith(".")
        assert ("null" in stage.summary) == stage.nullable
    assert len({stage.suffix for stage in STAGES.values()}) == len(STAGES)


def test_selected_stages_come_once_and_in_the_order_of_the_table() -> None:
    assert select(["hlo", "jaxpr", "hlo"]) == ("jaxpr", "hlo")
    assert select("hlo") == ("hlo",)
    assert select([]) == ()


def test_an_unknown_stage_is_answered_with_those_there_are() -> None:
    with pytest.raises(InvalidRequestError, match="unknown stage 'cubin'; the stages are jaxpr, "):
        select(["jaxpr", "cubin"])


def test_a_platform_is_a_stage_that_only_lowers() -> None:
    assert PLATFORMS == ("cuda", "rocm", "tpu")
    assert lowerings(["tpu", "cuda"]) == ("stablehlo_tpu", "stablehlo_cuda")
    assert lowerings("cuda") == ("stablehlo_cuda",)
    assert lowerings([]) == ()
    for name in lowerings(PLATFORMS):
        assert "neither compiled nor run" in STAGES[name].summary


def test_an_unknown_platform_is_answered_with_those_there_are() -> None:
    with pytest.raises(
        InvalidRequestError, match=r"^unknown platform 'ptx'; the platforms are cuda, rocm, tpu$"
    ):
        lowerings(["cuda", "ptx"])


def test_a_stage_whose_tool_is_missing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert select(["llvm"]) == ("llvm",)
    with pytest.raises(
        InvalidRequestError,
        match=r"^the stage 'asm' needs objdump or llvm-objdump, which is not on the PATH$",
    ):
        select(["llvm", "asm"])
