"""The wheel alone, in an empty folder: it brings the functions along."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(ROOT)]
    result = subprocess.run(build, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-2000:]
    (path,) = folder.glob("*.whl")
    return path


def test_it_holds_the_plugin_the_functions_and_the_licence(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert "jaxsmith/pytest_plugin/__init__.py" in names
    assert "jaxsmith/py.typed" in names
    assert "jaxsmith/dataset/report/assets/report.js" in names
    assert "jaxsmith_corpus/test_corpus.py" in names
    assert "jaxsmith_corpus/reference_helpers.py" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not any(name.startswith(("tests/", "corpus/", "output/")) for name in names)


def test_one_command_builds_a_corpus_from_it(wheel, tmp_path):
    site, empty = tmp_path / "site", tmp_path / "empty"
    empty.mkdir()
    zipfile.ZipFile(wheel).extractall(site)
    # The wheel's files come before an editable installation of the same project.
    script = (
        f"import sys; sys.path.insert(0, {str(site)!r}); import pytest; "
        "raise SystemExit(pytest.main(sys.argv[1:]))"
    )
    arguments = ["--pyargs", "jaxsmith_corpus", "-n", "2", "--emit=corpus/", "--corpus-size=10"]
    result = subprocess.run(
        [sys.executable, "-c", script, "-p", "no:cacheprovider", *arguments],
        cwd=empty,
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-2000:]
    (data,) = (empty / "corpus" / "data").glob("*.jsonl")
    assert len(data.read_text().splitlines()) == 10
