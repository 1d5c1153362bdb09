"""Commands of other programs, with what they print kept in a file."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    Run = Callable[[Sequence[str], Path, Path], int]
    """Runs a command in a folder, appends what it prints to a file, gives its exit code."""

# These would put the modules of this process before those of the other environment.
_OURS = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PYTEST_ADDOPTS", "PYTEST_PLUGINS")


def run(command: Sequence[str], folder: Path, log: Path) -> int:
    """Run a command; see ``Run``."""
    environ = {name: value for name, value in os.environ.items() if name not in _OURS}
    with log.open("ab") as file:
        file.write(f"$ {' '.join(command)}\n".encode())
        file.flush()
        return subprocess.run(
            command, cwd=folder, env=environ, stdout=file, stderr=subprocess.STDOUT, check=False
        ).returncode


def printed(command: Sequence[str]) -> str:
    """What a command prints; nothing if it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""
