"""Verified JAX functions with every IR level, built by a pytest plugin.

Importing this package does not import JAX: ``jaxsmith.extract`` does, on first use.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jaxsmith.stages import Extracted as Extracted
    from jaxsmith.stages import extract as extract

__version__ = "0.1.0"
__all__ = ["Extracted", "__version__", "extract"]


def __getattr__(name: str) -> object:
    if name in {"extract", "Extracted"}:
        from jaxsmith import stages
        from jaxsmith.stages import supported

        if (unknown := supported.check(supported.installed())) is not None:
            warnings.warn(unknown, supported.UnknownJaxWarning, stacklevel=2)
        return getattr(stages, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
