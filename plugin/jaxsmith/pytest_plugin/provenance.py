"""What a corpus depends on: versions, the platform, and what the command line asked for."""

from __future__ import annotations

import platform
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from jaxsmith import __version__
from jaxsmith.dataset import Provenance
from jaxsmith.pytest_plugin.quota import WHOLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest

    from jaxsmith.pytest_plugin.options import Options

_PACKAGES = ("jax", "jaxlib", "numpy")


def provenance(
    config: pytest.Config, options: Options, sample: Mapping[str, Any] | None
) -> Provenance:
    """The provenance of a corpus.

    Args:
        config: pytest's configuration.
        options: what was asked for.
        sample: any record of the corpus, which says for which machine it was compiled: the
            controller doesn't know, as it never imports JAX. None if there is none.
    """
    known = sample or {}
    features = known.get("instruction_set")
    return Provenance(
        versions={
            "jaxsmith": __version__,
            "python": platform.python_version(),
            **{package: version(package) for package in _PACKAGES},
        },
        platform=known.get("platform", "unknown"),
        seed=options.seed,
        size=options.size,
        markers=config.getoption("markexpr"),
        stages=options.stages,
        cpu_features=(features,) if features else (),
        flags={
            "keyword": config.getoption("keyword"),
            "oracles": list(options.oracles),
            "config": known.get("config", {}),
            **({} if options.share == WHOLE else {"shard": str(options.share)}),
        },
    )
