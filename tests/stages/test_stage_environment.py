"""The environment that a worker is given before it imports JAX."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from jaxsmith.stages.environment import DEFAULTS, GPU_FLAGS, KERNELS, XLA_FLAGS, prepare

FLAGS = " ".join(f"{flag}={value}" for flag, value in XLA_FLAGS.items())


@pytest.mark.parametrize(
    ("flags", "kernels"),
    [({"sse", "avx2", "fma", "avx512f"}, KERNELS), ({"sse", "avx2"}, {}), (set(), {})],
)
def test_an_empty_environment_gets_every_default_that_the_processor_can_run(
    monkeypatch: pytest.MonkeyPatch, flags: set[str], kernels: dict[str, str]
) -> None:
    monkeypatch.setattr("jaxsmith.stages.environment.processor_flags", lambda: frozenset(flags))
    environ: dict[str, str] = {}
    assert prepare(environ) == {**DEFAULTS, **kernels, "XLA_FLAGS": FLAGS}
    assert environ == {**DEFAULTS, **kernels, "XLA_FLAGS": FLAGS}


def test_what_the_user_set_stays() -> None:
    environ = {"PJRT_NPROC": "8", "XLA_FLAGS": "--mine=1"}
    changed = prepare(environ)
    assert environ["PJRT_NPROC"] == "8"
    assert environ["XLA_FLAGS"] == f"--mine=1 {FLAGS}"
    assert "PJRT_NPROC" not in changed
    assert changed["OMP_NUM_THREADS"] == environ["OMP_NUM_THREADS"] == "1"


def test_a_flag_of_the_user_is_left_alone() -> None:
    mine = " ".join(f"{flag}=2" for flag in XLA_FLAGS)
    assert "XLA_FLAGS" not in prepare({"XLA_FLAGS": mine})
    first, *others = XLA_FLAGS
    environ = {"XLA_FLAGS": f"{first}=2"}
    prepare(environ)
    assert environ["XLA_FLAGS"].split()[0] == f"{first}=2"
    assert [flag.split("=")[0] for flag in environ["XLA_FLAGS"].split()[1:]] == others


def test_a_second_call_changes_nothing() -> None:
    environ: dict[str, str] = {}
    prepare(environ)
    assert prepare(environ) == {}


@pytest.mark.parametrize("platforms", ["cuda", "rocm,cpu", "gpu"])
def test_a_gpu_that_is_asked_for_is_not_to_measure_its_kernels(platforms: str) -> None:
    environ = {"JAX_PLATFORMS": platforms}
    prepare(environ)
    given = " ".join(f"{flag}={value}" for flag, value in GPU_FLAGS.items())
    assert environ["XLA_FLAGS"] == f"{FLAGS} {given}"
    assert environ["XLA_PYTHON_CLIENT_PREALLOCATE"] == "false"


def test_xla_knows_every_flag_that_it_is_given() -> None:
    # XLA ends a process that is given a flag that it does not know.
    flags = " ".join(f"{flag}={value}" for flag, value in {**XLA_FLAGS, **GPU_FLAGS}.items())
    environ = os.environ | {"XLA_FLAGS": flags, "JAX_PLATFORMS": "cpu"}
    program = "import jax; jax.devices()"
    found = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True)
    assert found.returncode == 0, found.stderr.decode()
