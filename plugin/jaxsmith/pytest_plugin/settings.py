"""The settings of a run: all that decides which bytes it writes, as far as can be known."""

from __future__ import annotations

import os
import platform
from hashlib import blake2b
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from jaxsmith.pytest_plugin import code
from jaxsmith.stages.environment import CACHE, processor_flags

if TYPE_CHECKING:
    import pytest

    from jaxsmith.pytest_plugin.options import Options

_PACKAGES = ("jax", "jaxlib", "numpy", "ml_dtypes")
# What JAX and NumPy read, and write other texts and numbers for.
_READ = ("JAX_", "XLA_", "PJRT_", "NPY_", "OPENBLAS_")


def settings(config: pytest.Config, options: Options) -> dict[str, Any]:
    """The settings of a run by name, as JSON values.

    Not among them: the number of workers, time limits, formats of files and the baseline, which
    change no record.
    """
    return {
        "seed": options.seed,
        "size": options.size,
        "shard": str(options.share),
        "stages": list(options.stages),
        "-m": config.getoption("markexpr"),
        "-k": config.getoption("keyword"),
        "the selection": [os.path.normpath(each) for each in config.args],
        "deselected": config.getoption("deselect") or [],
        "oracles": list(options.oracles),
        "shrink": options.shrink,
        "python": platform.python_version(),
        **{package: version(package) for package in _PACKAGES},
        "the environment": {
            name: value
            for name, value in sorted(os.environ.items())
            if name.startswith(_READ) and name not in CACHE
        },
        "the machine": platform.machine(),
        "the processor": _features(),
        "the code of jaxsmith": code.own(),
    }


def _features() -> str:
    """A digest of what the processor can do, which optimized HLO may depend on."""
    flags = processor_flags()
    if not flags:
        return platform.processor()
    return blake2b(" ".join(sorted(flags)).encode(), digest_size=8).hexdigest()
