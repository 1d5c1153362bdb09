"""The environment that a worker is given before it imports JAX."""

from __future__ import annotations

from jaxsmith.stages.environment import DEFAULTS, prepare


def test_an_empty_environment_gets_every_default() -> None:
    environ: dict[str, str] = {}
    assert prepare(environ) == dict(DEFAULTS)
    assert environ == dict(DEFAULTS)


def test_what_the_user_set_stays() -> None:
    environ = {"PJRT_NPROC": "8", "XLA_FLAGS": "--mine"}
    changed = prepare(environ)
    assert environ["PJRT_NPROC"] == "8"
    assert environ["XLA_FLAGS"] == "--mine"
    assert "PJRT_NPROC" not in changed
    assert changed["OMP_NUM_THREADS"] == environ["OMP_NUM_THREADS"] == "1"
