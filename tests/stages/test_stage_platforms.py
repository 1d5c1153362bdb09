"""What another platform than the CPU gets. No GPU is here: its name is, and what it would write."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxsmith.stages import compat, extract, ptx, setting
from jaxsmith.stages.errors import NoTextError

if TYPE_CHECKING:
    from collections.abc import Iterator

MATRIX = np.ones((3, 3), np.float32)


@pytest.fixture
def on_a_gpu(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(setting, "place", lambda: ("gpu", 1))
    return


def products(text: str) -> list[str]:
    return [line for line in text.splitlines() if "stablehlo.dot_general" in line]


@pytest.mark.usefixtures("on_a_gpu")
def test_a_gpu_multiplies_with_all_digits_unless_it_was_told_otherwise() -> None:
    found = extract(lambda x: x @ x, MATRIX)
    assert found.config["default_matmul_precision"] == "highest"
    assert "precision = [HIGHEST, HIGHEST]" in "".join(products(found.texts["stablehlo"]))
    with jax.default_matmul_precision("tensorfloat32"):
        told = extract(lambda x: x @ x, MATRIX)
    assert told.config["default_matmul_precision"] == "tensorfloat32"
    assert "HIGHEST" not in "".join(products(told.texts["stablehlo"]))


def test_a_cpu_is_told_nothing() -> None:
    found = extract(lambda x: x @ x, MATRIX)
    assert found.config["default_matmul_precision"] is None
    assert "precision = [DEFAULT, DEFAULT]" in "".join(products(found.texts["stablehlo"]))


def test_where_a_function_was_compiled_is_said() -> None:
    device = jax.devices()[0]
    assert setting.place() == (device.platform, len(jax.devices()))
    found = extract(jnp.sin, MATRIX)
    assert found.versions["device_kind"] == device.device_kind


def test_ptx_is_what_a_gpu_wrote() -> None:
    # As XLA names what it writes for an NVIDIA GPU, without the module's name.
    written = {
        "before_optimizations.txt": b"HloModule f",
        "sm_9.0_gpu_after_optimizations.txt": b"HloModule f, is_scheduled=true",
        "sm_9.0_gpu_after_optimizations-buffer-assignment.txt": b"BufferAssignment:",
        "ir-with-opt.ll": b"define void @wrapped_sine()",
        "ptx": b".version 8.7\n.target sm_90a\n.entry wrapped_sine()",
        "thunk_sequence.txt": b"001: kKernel",
    }
    modules = compat.ptx_modules(written)
    assert ptx.joined(modules).startswith(".version 8.7\n.target sm_90a")
    moments = [moment for moment, _ in compat.hlo_states(written)]
    assert moments == ["before any pass", "at the end"]
    two = {"one.ptx": b".version 8.7\n", "two.ptx": b".version 8.7\n"}
    text = ptx.joined(compat.ptx_modules(two))
    assert text == "// module one\n.version 8.7\n\n// module two\n.version 8.7\n"


def test_there_is_no_ptx_elsewhere() -> None:
    with pytest.raises(NoTextError, match="no PTX"):
        ptx.joined({})
    found = extract(jnp.sin, MATRIX, stages=["jaxpr", "ptx"])
    assert set(found.texts) == {"jaxpr"}
    assert "no PTX" in found.missing["ptx"]
