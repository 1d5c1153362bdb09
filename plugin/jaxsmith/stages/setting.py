"""What a text depends on beside the function: versions, the machine and JAX's configuration."""

from __future__ import annotations

import os
import platform
from contextlib import contextmanager, nullcontext
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Any

import jax
from jaxlib import version as jaxlib_version

from jaxsmith.errors import PlatformError
from jaxsmith.stages import compat
from jaxsmith.stages.environment import processor_flags
from jaxsmith.stages.errors import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

# In the order of how much XLA gains from each; the first that the machine has names it.
_X86_LEVELS = ("avx512f", "avx2", "avx", "sse4_2")


def versions() -> dict[str, str]:
    """Versions of what compiled the function, and for which device."""
    device = jax.devices()[0]
    return {
        "jax": jax.__version__,
        "jaxlib": jaxlib_version.__version__,
        "platform": device.platform,
        "device_kind": device.device_kind,
        "instruction_set": instruction_set(),
    }


def configuration() -> dict[str, bool | int | str | None]:
    """The settings, of JAX and of the process, that change a text or a number."""
    return {
        "x64": x64_enabled(),
        "xla_threads": xla_threads(),
        "default_matmul_precision": _setting("jax_default_matmul_precision"),
        "numpy_dtype_promotion": _setting("jax_numpy_dtype_promotion"),
        "threefry_partitionable": _setting("jax_threefry_partitionable"),
    }


def place() -> tuple[str, int]:
    """The platform that JAX compiles for, and how many devices of it there are.

    Raises:
        PlatformError: there are none.
    """
    try:
        devices = jax.devices()
    except Exception as error:  # an assertion of JAX's, where it knows no such platform
        asked = os.environ.get("JAX_PLATFORMS", "")
        raise PlatformError(
            f"JAX finds no device of JAX_PLATFORMS={asked} ({one_line(error)}): install what it "
            "needs, such as jax[cuda12], or ask for another platform"
        ) from error
    return devices[0].platform, len(devices)


@contextmanager
def settled(*, x64: bool) -> Iterator[None]:
    """Within, 64-bit types exist or not, and products of float32 are what they are called.

    A GPU or TPU multiplies matrices of float32 with fewer digits (TF32, bfloat16) unless it is told
    what precision to use: where nobody has told it, it is the highest.
    """
    with compat.enable_x64(x64), _in_full():
        yield


def _in_full() -> AbstractContextManager[None]:
    told = _setting("jax_default_matmul_precision") is not None
    if told or place()[0] == "cpu":
        return nullcontext()
    context: AbstractContextManager[None] = jax.default_matmul_precision("highest")
    return context


def x64_enabled() -> bool:
    """Whether 64-bit types exist here and now."""
    return bool(_setting("jax_enable_x64"))


def keeps_executables() -> bool:
    """Whether JAX's persistent compilation cache is in use."""
    return _setting("jax_compilation_cache_dir") is not None


def xla_threads() -> int:
    """How many threads XLA's CPU client has: it divides loops of the optimized HLO by them."""
    asked = os.environ.get("PJRT_NPROC") or os.environ.get("NPROC")
    if asked:
        return int(asked)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def instruction_set() -> str:
    """The host's architecture and, on x86, its widest vectors: ``"x86_64+avx512f"``."""
    machine = platform.machine()
    level = next((level for level in _X86_LEVELS if level in processor_flags()), None)
    return f"{machine}+{level}" if level else machine


def _setting(name: str) -> Any:
    # JAX makes these attributes while it is imported, out of sight of a type checker.
    value = getattr(jax.config, name)
    return value.value if isinstance(value, Enum) else value
