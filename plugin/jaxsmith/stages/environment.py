"""The environment of a process that will compile, set before it imports JAX. Does not import it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping

DEFAULTS: Mapping[str, str] = MappingProxyType(
    {
        # NumPy's threads take the cores from the other workers.
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        # The workers share a GPU, of which JAX would take three quarters for the first.
        "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
        # XLA divides large loops by its threads, one a core unless told: without this, optimized
        # HLO differs between machines. Not 1: a callback that runs JAX would wait for itself.
        "PJRT_NPROC": "2",
    }
)

KERNELS: Mapping[str, str] = MappingProxyType(
    {
        # NumPy's products and decompositions: OpenBLAS has other kernels for each processor, which
        # add up in other orders. Records of two machines would differ in the last places.
        "OPENBLAS_CORETYPE": "HASWELL",
    }
)
"""What a processor is given that can run it: x86 of the last ten years."""

_NEEDED = frozenset({"avx2", "fma"})

# A process has so many CPU devices, for functions that are spread over several; what is compiled
# for one is the same text with any number.
DEVICES = 8

XLA_FLAGS: Mapping[str, str] = MappingProxyType(
    {
        "--xla_force_host_platform_device_count": str(DEVICES),
        # How hard LLVM tries, after the last HLO pass: no HLO text differs, and compiling takes a
        # quarter less. Stages that show what LLVM makes ask for its default again.
        "--xla_backend_optimization_level": "0",
    }
)

GPU_FLAGS: Mapping[str, str] = MappingProxyType(
    {
        # Which kernel is the fastest is measured: the optimized HLO would differ from run to run.
        "--xla_gpu_autotune_level": "0",
    }
)
"""What an NVIDIA or AMD GPU is given beside, where ``JAX_PLATFORMS`` asks for one."""

_GPUS = frozenset({"gpu", "cuda", "rocm"})

CACHE = (
    "JAX_COMPILATION_CACHE_DIR",
    "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS",
    "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES",
)
"""What JAX's persistent compilation cache is set with. It changes no text and no result."""


def cached(folder: str) -> dict[str, str]:
    """What lets JAX keep every executable in a folder; by default only those that took a second."""
    return dict(zip(CACHE, (folder, "0", "-1"), strict=True))


def prepare(environ: MutableMapping[str, str]) -> dict[str, str]:
    """Set in the environment what it does not set itself; return what was set.

    JAX reads these once, when it is imported or finds its devices: call this before. What platform
    to use, and flags for XLA, are left to the user.
    """
    defaults = {**DEFAULTS, **(KERNELS if processor_flags() >= _NEEDED else {})}
    missing = {name: value for name, value in defaults.items() if name not in environ}
    flags = environ.get("XLA_FLAGS", "")
    asked = environ.get("JAX_PLATFORMS", "").split(",")
    wanted = {**XLA_FLAGS, **(GPU_FLAGS if _GPUS.intersection(asked) else {})}
    ours = " ".join(f"{flag}={value}" for flag, value in wanted.items() if flag not in flags)
    if ours:
        missing["XLA_FLAGS"] = f"{flags} {ours}".strip()
    environ.update(missing)
    return missing


@cache
def processor_flags() -> frozenset[str]:
    """What the processor can do, in Linux's words; empty where there is no Linux to ask."""
    description = Path("/proc/cpuinfo")
    text = description.read_text(errors="replace") if description.exists() else ""
    names = ("flags", "Features")  # of x86, of ARM
    line = next((line for line in text.splitlines() if line.startswith(names)), "")
    return frozenset(line.partition(":")[2].split())
