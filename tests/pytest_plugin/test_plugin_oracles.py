"""Others are asked what a function gives: the record says who agrees, a dissent is a failure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Project

ASKED = "--corpus-oracles=interpreter,jax_eager"

OWN = """
import jax
import jax.numpy as jnp
import numpy as np

X = np.linspace(0.5, 2.0, 4, dtype=np.float32)

def test_lapack(jaxsmith):
    root = lambda x: jnp.linalg.cholesky(jnp.diag(x))
    jaxsmith.check(root, X, reference=lambda x: np.diag(x**0.5))

def test_no_reference(jaxsmith):
    jaxsmith.check(lambda tree, by: tree["a"] ** by, {"a": X}, 2.0)

def test_wrong(jaxsmith):
    jaxsmith.check(lambda x: x + 1, X, reference=lambda x: x + 2)
"""


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_record_says_who_agrees(project: Project, workers: str) -> None:
    result = project.emit("-n", workers, "--corpus-size=6", ASKED)
    assert result.ret == 0
    records = project.records()
    assert [r["oracles"] for r in records] == [["numpy", "jax_eager", "interpreter"]] * 6
    assert [r["no_opinion"] for r in records] == [[]] * 6
    plain = project.emit("--corpus-size=6", folder="plain")
    assert plain.ret == 0
    for asked, unasked in zip(records, project.records("plain"), strict=True):
        assert unasked["oracles"] == ["numpy"]
        assert {**asked, "oracles": ["numpy"]} == unasked


def test_a_dissent_is_a_failure(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINI_FAULTS", "dissent")
    result = project.emit("-m", "odd", "--corpus-size=2", ASKED)
    result.assert_outcomes(passed=1, failed=1)
    (reject,) = project.rejects()
    assert (reject["reason"], reject["status"]) == ("dissent", "failed")
    assert reject["detail"].startswith("jax_eager: output 0")
    assert project.emit("-m", "odd", "--corpus-size=2", folder="unasked").ret == 0


def test_functions_of_a_project_are_asked_about_too(project: Project) -> None:
    project.pytester.makepyfile(test_own=OWN)
    result = project.emit("test_own.py", ASKED)
    result.assert_outcomes(passed=2, failed=1)
    lapack, own = project.records()
    assert lapack["oracles"] == ["numpy", "jax_eager"]
    assert lapack["no_opinion"] == [
        {"oracle": "interpreter", "reason": "it lacks stablehlo.custom_call"}
    ]
    assert own["oracles"] == ["jax_eager", "interpreter"]
    result.stdout.fnmatch_lines(
        [
            "jax_eager parts from the reference: output 0*",
            "interpreter parts from the reference: output 0*",
        ]
    )


def test_an_oracle_that_is_not_known_is_a_usage_error(project: Project) -> None:
    result = project.run("--corpus-oracles=oracle_of_delphi")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*no oracle 'oracle_of_delphi'; there are jax_eager, interpreter"])
