"""The command line: output for people and programs, one line for what can't be used."""

from __future__ import annotations

import re
import subprocess
import sys
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import orjson
import pytest
from small_corpora import Build, failure, sample

from jaxsmith.cli import COMMANDS, main

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def corpus(tmp_path: Path, build: Build) -> Path:
    build(tmp_path, {"gw0": [*(sample("math", index) for index in range(3)), failure("math", 3)]})
    return tmp_path


def test_distinct_prints_its_figures(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["distinct", str(corpus)]) == 0
    assert "source_code: 3 records" in capsys.readouterr().out
    assert main(["distinct", str(corpus), "--json"]) == 0
    assert orjson.loads(capsys.readouterr().out)[0]["normal"] == 1


def test_stats_prints_markdown_and_json(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stats", str(corpus), "--markdown"]) == 0
    assert "| `mismatch` | 1 |" in capsys.readouterr().out
    assert main(["stats", str(corpus), "--json"]) == 0
    assert orjson.loads(capsys.readouterr().out)["records"] == 3


def test_show_prints_samples_and_rejects(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "math-s0-000001", str(corpus)]) == 0
    shown = capsys.readouterr().out
    assert "--- source_code ---\ndef math_1(x):\n    return x + 1.4\n" in shown
    assert main(["show", "math-s0-000003", str(corpus)]) == 0
    assert "mismatch" in capsys.readouterr().out


def test_coverage_counts_functions_and_says_why_a_name_is_missing(
    tmp_path: Path, build: Build, capsys: pytest.CaptureFixture[str]
) -> None:
    met = [
        sample(
            "math",
            i,
            primitives={"add": 9, "sin": 2},
            stablehlo=f"%0 = stablehlo.add %a, %b : tensor<{i}xf32>",
            stablehlo_ops={"stablehlo.add": 1},
        )
        for i in range(3)
    ]
    for each in met[:2]:
        each["tags"] = ["differentiable"]
    met[2].update(base_id=met[0]["id"], transform=["vmap", "grad"])
    lowered = {
        "stablehlo_tpu": "%0 = stablehlo.add %1, %2\n%1 = stablehlo.cholesky %0",
        "stablehlo_symbolic": '"stablehlo.dynamic_gather"() <{#stablehlo.gather<>}>',
        "stablehlo_cuda": None,
    }
    build(tmp_path, {"gw0": [*met, sample("array", 0, primitives={"mine": 1}, **lowered)]})
    reasons = tmp_path / "reasons.json"
    reasons.write_text('{"eig": "not on this platform", "stablehlo.cholesky": "is LAPACK\'s"}')
    assert main(["coverage", str(tmp_path), "--reasons", str(reasons)]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == "4 functions."
    for line in (
        "## primitives: 2 of *",
        "| `add` | 3 |",
        "`mine` (1).",
        "| `eig` | not on this platform |",
        "| `cos` | not reached |",
        "| `stablehlo.add` | 3 | f32 3 |",
        "2 more in what was lowered for other platforms or for *",
        "| `stablehlo.cholesky` | 1 | is LAPACK's |",
        "| `stablehlo.dynamic_gather` | 1 | not reached |",
        "| `stablehlo.gather` | not reached |",
        "## Derivatives: of 50% of what has them",
        "2 functions that were not made from another have derivatives; ",
        "1 of them have one here, which was verified like any function.",
        "| `10 to 99` | 3 | 75.0% |",
        "| `math` | 3 | 75.0% |",
    ):
        assert any(fnmatchcase(each, line) for each in shown), line
    assert main(["coverage", str(tmp_path), "--json"]) == 0
    assert orjson.loads(capsys.readouterr().out)["spread"]["sizes"] == {
        "10 to 99": 3,
        "0 to 9": 1,
    }


def test_merge_and_export_say_what_they_made(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = str(tmp_path / "made")
    assert main(["merge", made, str(corpus), str(corpus), "--format", "jsonl.zst,parquet"]) == 0
    assert capsys.readouterr().out == f"records in {made}: 3 (train 3); rejects: 1\n"
    arguments = ["export", made, made, "--format=jsonl", "--fields=stablehlo", "--json"]
    assert main(arguments) == 0
    told = orjson.loads(capsys.readouterr().out)
    assert [file["name"] for file in told["files"]] == [
        "data/train-00000-of-00001.jsonl",
        "rejects.jsonl",
    ]
    assert told["totals"]["emitted"] == 3


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["merge", "{corpus}/new"], "required: FOLDER"),
        (["merge", "{corpus}/new", "{corpus}/data"], "lost its manifest.json"),
        (["merge", "{corpus}/new", "{corpus}", "--format=csv"], "unknown format 'csv'"),
        (["export", "{corpus}", "{corpus}/data"], "no corpus of jaxsmith; choose another folder"),
        (["export", "{corpus}", "{corpus}/new", "--split=tune"], "no split 'tune'; it has train"),
        (["export", "{corpus}", "{corpus}/new", "--category=own"], "it has math"),
        (["export", "{corpus}", "{corpus}/new", "--fields=hlo,ids"], "no field 'hlo'"),
        ([], "required: COMMAND"),
        (["paint"], "invalid choice: 'paint'"),
        (["stats"], "required: FOLDER"),
        (["stats", "{corpus}", "--colour"], "--colour"),
        (["stats", "{corpus}/nowhere"], "there is no"),
        (["show", "math-s0-000009", "{corpus}"], "there is no record 'math-s0-000009'"),
        (["coverage", "{corpus}", "--reasons", "{corpus}/nowhere"], "No such file"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    corpus: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], complaint: str
) -> None:
    assert main([each.format(corpus=corpus) for each in arguments]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert complaint in printed.err
    assert printed.err.count("\n") == 1


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_help_stands_alone(capsys: pytest.CaptureFixture[str], command: object) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command.name, "--help"])  # type: ignore[attr-defined]
    printed = " ".join(capsys.readouterr().out.split())
    assert ended.value.code == 0
    assert command.details[:60] in printed  # type: ignore[attr-defined]
    assert re.search("FOLDER|OLD NEW|VERSION|PACKAGE", printed)


def test_the_module_runs_without_jax_numpy_and_pytest(corpus: Path) -> None:
    script = (
        "import sys; from jaxsmith.__main__ import main\n"
        f"code = main(['stats', {str(corpus)!r}])\n"
        "sys.exit(code or bool({'jax', 'numpy', 'pytest'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True)
    assert done.returncode == 0, done.stderr


def test_a_reader_that_stops_early_is_no_error(corpus: Path) -> None:
    command = f"{sys.executable} -m jaxsmith stats {corpus} | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], check=False, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
