"""The options: said in the help, checked while parsing, and nothing written for a bad value."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Project


def test_help_has_one_group_with_the_defaults(project: Project) -> None:
    result = project.run("--help")
    result.stdout.fnmatch_lines(
        [
            "jaxsmith: a corpus of verified JAX functions:",
            "*--emit=DIR*",
            "*--emit-stages=STAGE,...*",
            "*jaxpr,stablehlo,hlo,optimized_hlo.*",
            "*--emit-platforms=PLATFORM,...*",
            "*--emit-format=FORMAT,...*",
            "*Formats of the files of records, of jsonl, jsonl.zst,*",
            "*--corpus-size=N*",
            "*Default: 10100.*",
            "*--corpus-seed=S*",
        ]
    )


@pytest.mark.parametrize(
    ("option", "line"),
    [
        ("--corpus-size=0", "*--corpus-size: expected 1 or more, got 0"),
        ("--corpus-size=-5", "*--corpus-size: expected 1 or more, got -5"),
        ("--corpus-size=many", "*--corpus-size: expected a whole number, got 'many'"),
        ("--corpus-seed=-1", "*--corpus-seed: expected 0 or more, got -1"),
        (
            "--emit-stages=jaxpr,cubin",
            "*--emit-stages: unknown stage 'cubin'; the stages are jaxpr, *",
        ),
        ("--emit-stages=", "*--emit-stages: unknown stage ''; the stages are jaxpr, *"),
        (
            "--emit-platforms=cuda,ptx",
            "*--emit-platforms: unknown platform 'ptx'; the platforms are cuda, rocm, tpu",
        ),
        (
            "--emit-format=csv",
            "*--emit-format: unknown format 'csv'; the formats are jsonl, jsonl.zst, parquet",
        ),
        ("--corpus-shard=0/4", "*--corpus-shard: expected I from 1 to N in I/N, got '0/4'"),
        ("--corpus-shard=5/4", "*--corpus-shard: expected I from 1 to N in I/N, got '5/4'"),
        ("--corpus-shard=1/0", "*--corpus-shard: expected I from 1 to N in I/N, got '1/0'"),
        ("--corpus-shard=x", "*--corpus-shard: expected I/N, such as 1/4, got 'x'"),
        ("--corpus-shard=-1/4", "*--corpus-shard: expected I/N, such as 1/4, got '-1/4'"),
        ("--corpus-shard=1/4/2", "*--corpus-shard: expected I/N, such as 1/4, got '1/4/2'"),
        ("--corpus-timeout=0", "*--corpus-timeout: expected 1 second or more, got 0"),
        ("--corpus-timeout=nan", "*--corpus-timeout: expected 1 second or more, got nan"),
        ("--corpus-timeout=soon", "*--corpus-timeout: expected a number of seconds, got 'soon'"),
        ("--emit=", "*--emit: expected a folder, got an empty name"),
    ],
)
def test_a_bad_value_is_one_line_and_exit_code_4(project: Project, option: str, line: str) -> None:
    result = project.emit(option)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([line])
    assert not (project.path / "out").exists()


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_folder_that_is_not_ours_is_refused_and_unharmed(project: Project, workers: str) -> None:
    (project.path / "out").mkdir()
    (project.path / "out" / "thesis.txt").write_text("years of work")
    result = project.emit("-n", workers, "--corpus-size=3")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --emit: *holds *thesis.txt* no corpus of jaxsmith*"])
    assert project.tree() == {"thesis.txt": b"years of work"}


def test_a_file_in_the_place_of_the_folder_is_refused(project: Project) -> None:
    (project.path / "out").write_text("")
    result = project.emit("--corpus-size=3")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --emit: *out is not a folder; choose another"])


def test_each_worker_running_everything_is_refused(project: Project) -> None:
    result = project.emit("-n", "2", "--dist=each")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --emit: --dist=each would write every record several *"])


def test_a_stage_whose_tool_is_missing_is_one_line_and_exit_code_4(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    result = project.emit("--emit-stages=asm")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["*--emit-stages: the stage 'asm' needs objdump or llvm-objdump, *"]
    )
    assert not (project.path / "out").exists()


@pytest.mark.parametrize("workers", ["0", "2"])
def test_platforms_and_further_stages_become_fields(project: Project, workers: str) -> None:
    asked = ["--emit-platforms=tpu, cuda", "--emit-stages=llvm,stablehlo"]
    result = project.emit("-n", workers, "--corpus-size=3", *asked)
    assert result.ret == pytest.ExitCode.OK
    manifest = json.loads((project.path / "out" / "manifest.json").read_bytes())
    assert manifest["provenance"]["stages"] == [
        "stablehlo",
        "llvm",
        "stablehlo_cuda",
        "stablehlo_tpu",
    ]
    schema = json.loads((project.path / "out" / "schema.json").read_bytes())
    assert schema["properties"]["stablehlo_cuda"]["type"] == ["string", "null"]
    records = project.records()
    assert records
    for record in records:
        assert record["stablehlo_cuda"].startswith("module @")
        assert "define " in record["llvm"]
        assert not {"jaxpr", "stablehlo_rocm", "passes"} & record.keys()


NO_LOWERING = """
import jax
import numpy as np

def schur(x):
    return jax.scipy.linalg.schur(x)

def test_schur(jaxsmith):
    jaxsmith.check(schur, np.diag(np.array([1, 2], np.float32)))
"""


def test_a_function_without_a_lowering_passes_with_null(project: Project) -> None:
    project.pytester.makepyfile(test_mini=NO_LOWERING)
    result = project.emit("--emit-platforms=cuda")
    result.assert_outcomes(passed=1)
    (record,) = project.records()
    assert record["stablehlo_cuda"] is None
    assert record["test_success"]
