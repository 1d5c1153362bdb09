"""Sessions that verify: what is run and what is not, what is selected, and what is said of it."""

from __future__ import annotations

import re
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import pytest
from copies import FILE, IDS, Copy, run_pytest

from jaxsmith.record import SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MARK = "open('ran.txt', 'w').close()\n"
ONLY_IR = "source code was not run, only the IR: running source is running a program"


def counts(output: str) -> str:
    """The last line, without the time."""
    return re.sub(r" in [\d.]+s.*|=", "", output.splitlines()[-1]).strip()


def marked(record: dict[str, Any]) -> None:
    """Let a source leave a trace where it is run, as far down as no line of it moves."""
    record["source_code"] += MARK


def callback(record: dict[str, Any]) -> None:
    record["stablehlo"] = record["stablehlo"].replace(
        "stablehlo.maximum %arg0, %0 : tensor<3x16xf32>",
        "stablehlo.custom_call @xla_ffi_python_cpu_callback(%arg0, %0) "
        ": (tensor<3x16xf32>, tensor<3x16xf32>) -> tensor<3x16xf32>",
    )
    record["stablehlo_ops"] = {
        "stablehlo.custom_call" if name == "stablehlo.maximum" else name: count
        for name, count in record["stablehlo_ops"].items()
    }


def older(record: dict[str, Any]) -> None:
    record["schema_version"] = SCHEMA_VERSION.partition(".")[0] + ".0"
    del record["expected"]


# A name, what of a sound record is changed, and why it is then not run.
NOT_RUN: list[tuple[str, Callable[[dict[str, Any]], object], str]] = [
    ("tpu", lambda record: record.update(platform="tpu"),
     "it needs 1 devices, and here are 0 of tpu"),
    ("devices", lambda record: record.update(
        stablehlo=record["stablehlo"].replace("partitions = 1", "partitions = 99")),
     "it needs 99 devices, and here are 8 of cpu"),
    ("callback", callback,
     "it calls xla_ffi_python_cpu_callback, which is code outside of its text"),
    ("schema", lambda record: record.update(schema_version="99.0"),
     "its schema is 99.0, and this jaxsmith reads "),
    ("large", lambda record: record.update(input_shapes=["(99999, 99999)"],
                                           kept_inputs=[], stablehlo=NO_INPUT),
     "an array of shape (99999, 99999) is too large"),
    ("older", older, f"its schema is {SCHEMA_VERSION[0]}.0, and this jaxsmith reads "),
]  # fmt: skip

NO_INPUT = """
module @m {
  func.func public @main() -> tensor<3x16xf32> {
    %cst = stablehlo.constant dense<0.000000e+00> : tensor<f32>
    %0 = stablehlo.broadcast_in_dim %cst, dims = [] : (tensor<f32>) -> tensor<3x16xf32>
    %1 = stablehlo.maximum %0, %0 : tensor<3x16xf32>
    return %1 : tensor<3x16xf32>
  }
}
""".strip()


def test_what_cant_be_run_here_is_said(tmp_path: Path):
    for name, change, _ in NOT_RUN:
        copy = Copy()
        copy.change(lambda record: record.update(alignment=None))
        copy.change(change)
        copy.write(tmp_path / name)
    copy = Copy()
    copy.manifest = None
    copy.write(tmp_path / "bare")
    run = run_pytest(tmp_path, *(name for name, *_ in NOT_RUN), "bare", "-rs")
    assert run.returncode == 0, run.stdout
    for name, _, why in NOT_RUN:
        assert re.search(
            rf"^SKIPPED .*{name}/{FILE}:2: not run: {re.escape(why)}", run.stdout, re.M
        ), name
        assert re.search(rf"^1 of them: not run: {re.escape(why)}", run.stdout, re.M), name
    assert "bare has no manifest.json: no checksum was compared" in run.stdout
    sound = len(NOT_RUN) + 2
    assert (
        f"{2 * len(NOT_RUN) + 2} records: {sound} read and run on their inputs, "
        f"{len(NOT_RUN)} only read"
    ) in run.stdout


def test_without_the_option_no_source_is_run(tmp_path: Path):
    copy = Copy()
    copy.change(marked)
    copy.write(tmp_path)
    run = run_pytest(tmp_path, FILE)
    assert run.returncode == 0, run.stdout
    assert not (tmp_path / "ran.txt").exists()
    assert "2 records: 2 read and run on their inputs\n" + ONLY_IR in run.stdout
    run = run_pytest(tmp_path, FILE, "--run-source")
    assert run.returncode == 0, run.stdout
    assert (tmp_path / "ran.txt").exists()
    assert "2 read and run on their inputs, 2 run from source too" in run.stdout
    assert ONLY_IR not in run.stdout


@pytest.mark.parametrize(
    ("field", "old", "new", "what"),
    [
        ("source_code", "maximum(x, 0.0)", "maximum(x, 0.5)", r"(jaxpr|stablehlo) is not what sou"),
        ("reference_source", "maximum(x, 0.0)", "maximum(x, 0.5)", "reference_source on input set"),
        (
            "source_code",
            "return jnp.maximum(x, 0.0)",
            "raise ValueError",
            "source_code: trace: Val",
        ),
        ("jaxpr", "max", "min", "jaxpr is not what source_code gives: line 1 is '.+', it gives '"),
    ],
)
def test_source_is_held_against_its_record(tmp_path: Path, field, old, new, what):
    copy = Copy()
    copy.change(lambda record: record.update({field: record[field].replace(old, new)}))
    # Another JAX may well write other texts, and is not asked.
    here = {f"{package}_version": version(package) for package in ("jax", "jaxlib")}
    copy.change(lambda record: record.update(here))
    copy.write(tmp_path)
    assert run_pytest(tmp_path, FILE).returncode == 0  # only its source says otherwise
    run = run_pytest(tmp_path, FILE, "--run-source")
    assert run.returncode == 1
    assert re.search(rf"^{FILE}, line 2: {IDS[1]}: {what}", run.stdout, re.MULTILINE), run.stdout


@pytest.mark.parametrize(
    ("arguments", "selected"),
    [
        (["-k", "array"], "2 passed, 3 deselected"),
        (["-m", "math"], "1 passed, 4 deselected"),
        (["-m", "math or array", "-n", "2"], "3 passed"),
        (["-n", "2"], "5 passed"),
        ([f"{FILE}::{IDS[0]}"], "1 passed"),
    ],
)
def test_records_are_selected_as_tests_are(tmp_path: Path, arguments, selected):
    Copy().write(tmp_path)
    where = [] if "::" in arguments[0] else ["."]
    run = run_pytest(tmp_path, *where, *arguments)
    assert (run.returncode, counts(run.stdout)) == (0, selected), run.stdout


def test_a_marker_that_no_record_has_is_refused(tmp_path: Path):
    Copy().write(tmp_path)
    run = run_pytest(tmp_path, ".", "-m", "arrray")
    assert run.returncode == 4
    assert "-m names an unknown marker 'arrray'; did you mean 'array'?" in run.stderr


def test_a_tag_that_pytest_acts_on_is_none(tmp_path: Path):
    copy = Copy()
    copy.change(lambda record: record.update(tags=["skip", "xfail"], expected=[]))
    copy.write(tmp_path)
    run = run_pytest(tmp_path, FILE, "-k", "math")
    assert run.returncode == 1
    assert "expected has 0 entries for 3 input sets" in run.stdout


PROGRAM = "import pathlib\npathlib.Path('ran.txt').touch()\n"


@pytest.mark.parametrize(
    ("given", "name", "content"),
    [
        ("corpus", "conftest.py", PROGRAM),
        ("corpus/data/records.jsonl", "conftest.py", PROGRAM),
        ("corpus", "data/conftest.py", PROGRAM),
        ("corpus", "more/test_it.py", PROGRAM),
        ("corpus", "data/__init__.py", PROGRAM),
        ("corpus", "test_it.txt", ">>> import pathlib; pathlib.Path('ran.txt').touch()\n"),
        ("corpus", "pytest.ini", "[pytest]\naddopts = --run-source\n"),
        ("corpus", "pyproject.toml", "[tool.pytest.ini_options]\naddopts = '--run-source'\n"),
    ],
)
def test_a_corpus_with_programs_in_it_is_refused(tmp_path: Path, given, name, content):
    copy = Copy()
    copy.change(marked)
    copy.files[name] = content.encode()
    copy.write(tmp_path / "corpus")
    run = run_pytest(tmp_path, given)
    assert run.returncode == 4
    assert f"corpus/{name}: pytest would run or obey it, and a corpus holds no programs" in (
        run.stderr
    )
    assert "Traceback" not in run.stderr
    assert not (tmp_path / "ran.txt").exists()


def test_a_link_to_programs_in_a_corpus_is_refused(tmp_path: Path):
    Copy().write(tmp_path / "corpus")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "test_it.py").write_text(PROGRAM)
    (tmp_path / "corpus" / "more").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "corpus" / "again").symlink_to(tmp_path / "corpus")
    run = run_pytest(tmp_path, "corpus")
    assert run.returncode == 4
    assert "test_it.py: pytest would run or obey it" in run.stderr
    assert not (tmp_path / "ran.txt").exists()


def test_source_is_run_only_if_the_command_line_says_so(tmp_path: Path):
    copy = Copy()
    copy.change(marked)
    copy.write(tmp_path / "corpus")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --run-source\n")
    run = run_pytest(tmp_path, "corpus")
    assert run.returncode == 4
    assert "--run-source is taken from the command line alone" in run.stderr
    assert not (tmp_path / "ran.txt").exists()


def test_other_files_of_a_project_are_left_alone(tmp_path: Path):
    (tmp_path / "tests" / "data").mkdir(parents=True)
    (tmp_path / "tests" / "data" / "rows.jsonl").write_text('{"id": 1}\n')
    (tmp_path / "tests" / "manifest.json").write_text("{")
    (tmp_path / "tests" / "conftest.py").write_text("")
    (tmp_path / "tests" / "test_it.py").write_text("def test_it():\n    pass\n")
    Copy().write(tmp_path / "corpora" / "one")
    run = run_pytest(tmp_path, ".")
    assert (run.returncode, counts(run.stdout)) == (0, "1 passed"), run.stdout
