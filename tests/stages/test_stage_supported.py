"""Versions of JAX: too old is refused, too new is told, and what one lacks is named."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import jax.numpy as jnp
import pytest

import jaxsmith
from jaxsmith.stages import extract, supported
from jaxsmith.stages.absent import absent

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("version", ["0.4.38", "0.6.2", "0.6.3.dev1"])
def test_a_version_that_is_too_old_is_refused(version: str) -> None:
    with pytest.raises(supported.UnsupportedJaxError, match=f"jax {version} is too old: .* 0.7"):
        supported.check(version)


@pytest.mark.parametrize("version", ["0.7.0", "0.9.0.1", "0.10.2", "0.12.0.1", "0.12.0rc1"])
def test_versions_in_between_are_fine(version: str) -> None:
    assert supported.check(version) is None


@pytest.mark.parametrize("version", ["0.13.0", "0.13.0.dev20270101", "1.0"])
def test_a_version_that_nobody_knows_yet_runs_and_says_so(version: str) -> None:
    note = supported.check(version)
    assert note is not None
    assert note.startswith(f"jax {version} is newer than any that jaxsmith was run with (to 0.12)")


def test_extract_refuses_and_warns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supported, "OLDEST", (9, 0))
    with pytest.raises(supported.UnsupportedJaxError, match=r"too old: jaxsmith needs 9\.0"):
        extract(jnp.sin, 1.0)
    monkeypatch.setattr(supported, "OLDEST", (0, 1))
    monkeypatch.setattr(supported, "NEWEST", (0, 2))
    with pytest.warns(supported.UnknownJaxWarning, match="is newer than any"):
        assert jaxsmith.extract is extract
    monkeypatch.undo()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert jaxsmith.extract is extract


def test_the_metadata_says_the_same_range() -> None:
    metadata = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    oldest = ".".join(map(str, supported.OLDEST))
    assert re.findall(r'"(jax|jaxlib)>=([\d.]+)"', metadata) == [
        ("jax", oldest),
        ("jaxlib", oldest),
    ]


PRESENT = """
import jax
import jax.numpy as jnp
from jax import lax
from jax.scipy import special as sp
from jax.experimental import checkify


def f(x):
    jnp = x.no_such_attribute  # of an array, nobody's business
    return lax.sin(sp.erf(x)) + jax.nn.relu(jax.numpy.linalg.norm(x)) + x.T
"""


def test_names_that_this_jax_has_are_fine() -> None:
    assert absent(PRESENT.replace("    jnp = x", "    y = x")) is None


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("lax.sin", "lax.versine", "jax.lax.versine"),
        ("sp.erf", "sp.erfi", "jax.scipy.special.erfi"),
        ("jax.numpy.linalg.norm", "jax.numpy.linalgebra.norm", "jax.numpy.linalgebra"),
        ("import checkify", "import sparkify", "jax.experimental.sparkify"),
    ],
)
def test_the_first_name_that_it_lacks_is_named(old: str, new: str, name: str) -> None:
    assert old in PRESENT
    assert absent(PRESENT.replace(old, new)) == name
