"""The environment that a worker is given before it imports JAX."""

from __future__ import annotations

from jaxsmith.stages.environment import DEFAULTS, DEVICES, prepare


def test_an_empty_environment_gets_every_default() -> None:
    environ: dict[str, str] = {}
    devices = {"XLA_FLAGS": f"--xla_force_host_platform_device_count={DEVICES}"}
    assert prepare(environ) == {**DEFAULTS, **devices}
    assert environ == {**DEFAULTS, **devices}


def test_the_number_of_devices_is_the_user_s_where_it_is_given() -> None:
    environ = {"XLA_FLAGS": "--xla_force_host_platform_device_count=2"}
    assert "XLA_FLAGS" not in prepare(environ)


def test_what_the_user_set_stays() -> None:
    environ = {"PJRT_NPROC": "8", "XLA_FLAGS": "--mine=1"}
    changed = prepare(environ)
    assert environ["PJRT_NPROC"] == "8"
    assert environ["XLA_FLAGS"].startswith("--mine=1 --xla_force_host_platform_device_count=")
    assert "PJRT_NPROC" not in changed
    assert changed["OMP_NUM_THREADS"] == environ["OMP_NUM_THREADS"] == "1"
