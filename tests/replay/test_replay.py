"""Known bugs are found on the versions that have them, and on no other."""

import re
from importlib.metadata import version
from pathlib import Path

import pytest

from corpus.bugs import BUGS
from jaxsmith.cli import main
from jaxsmith.errors import InvalidRequestError
from jaxsmith.program.bugs import KnownBug, summary
from jaxsmith.replay import Replayed, known_bugs, render, replay_all
from jaxsmith.stages.replay import replay

ROOT = Path(__file__).parents[2]
SCRIPTS = ROOT / "corpus" / "findings"
# One for each way in which versions have them; the command runs them all.
SOME = (
    "log-of-exp-that-overflows", "nested-dynamic-slices", "rows-shifted-in-place",
    "sum-over-an-axis-of-eight", "derivatives-of-mutable-references",
)  # fmt: skip


def test_each_bug_has_a_script_and_is_told_of():
    names = [bug.name for bug in BUGS]
    assert len(set(names)) == len(names)
    scripts = {path.stem.replace("_", "-") for path in SCRIPTS.glob("*.py")}
    assert set(names) == scripts
    told = re.findall(r"^## (.+)$", (ROOT / "FINDINGS.md").read_text(), re.MULTILINE)
    assert set(told) == set(names)


def test_the_rows_are_true_of_the_jax_that_is_installed():
    bugs, folder = known_bugs("corpus")
    found = replay_all([bug for bug in bugs if bug.name in SOME], folder)
    assert len(found) == len(SOME)
    assert all(each.agrees for each in found), render(found)


SCRIPT = """
import jax.numpy as jnp

function = {0}
inputs = (jnp.arange(3.0),)
expected = jnp.array([1.0, 2.0, 3.0])
tolerance = 1e-6
"""


@pytest.mark.parametrize(
    ("function", "seen"),
    [
        ("lambda x: x + 1", ""),
        ("lambda x: x.at[1].add(1) + 1", r"gives 3\.0 for 2\.0"),
        ("lambda x: jnp.where(x == 2, jnp.nan, x + 1)", r"gives nan for 3\.0"),
        ("lambda x: x.reshape(2, 2)", "raises TypeError: .*reshape"),
        ("lambda x: __import__('os').abort()", "ends its process by SIGABRT"),
    ],
)
def test_what_goes_wrong_is_told(function, seen):
    assert re.match(f"(?:{seen})", replay(SCRIPT.format(function)))
    assert bool(replay(SCRIPT.format(function))) == bool(seen)


def test_a_script_that_is_none_is_an_error():
    with pytest.raises(ValueError, match="the script can't be run: KeyError"):
        replay("x = 1")


@pytest.mark.parametrize(
    ("bug", "version", "affected"),
    [
        (KnownBug("b"), "0.7.0", True),
        (KnownBug("b", since="0.8"), "0.7.2", False),
        (KnownBug("b", since="0.8"), "0.8.0", True),
        (KnownBug("b", before="0.11"), "0.10.2", True),
        (KnownBug("b", before="0.11"), "0.11.0", False),
    ],
)
def test_which_versions_have_it(bug, version, affected):
    assert bug.affects(version) is affected


def test_a_row_that_is_wrong_comes_first():
    found = [
        Replayed("old", "Goes wrong.", affected=True, seen="gives 1 for 2"),
        Replayed("fixed", "Went wrong.", affected=True, seen=""),
    ]
    text = render(found).splitlines()
    assert text[0] == "fixed: not found, though its row says that this version has it"
    assert text[2:4] == ["old: found", "    Goes wrong. It gives 1 for 2."]
    assert text[-1] == f"jax {version('jax')}: 1 of 2 known bugs found; 1 are as their rows say"


def test_scripts_begin_with_what_goes_wrong():
    assert all(summary(bug.script(SCRIPTS)).endswith(".") for bug in BUGS)


def test_a_package_that_is_not_there_or_knows_none(capsys):
    with pytest.raises(InvalidRequestError, match="there is no corpus package nowhere"):
        known_bugs("nowhere")
    assert main(["replay", "--corpus", "email"]) == 2
    assert "the package email has no module bugs" in capsys.readouterr().err
