"""The command that runs one item again."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def rerun(config: pytest.Config, nodeid: str) -> str:
    """A line with the command, from where pytest was started.

    The id of a function holds its seed and index, so no option is needed, and no other function is
    written on the way.
    """
    path, *rest = nodeid.split("::", 1)
    shown = os.path.relpath(config.rootpath / path, config.invocation_params.dir)
    return f"run it again: pytest {shlex.quote('::'.join([Path(shown).as_posix(), *rest]))}"
