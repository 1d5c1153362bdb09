"""An environment with one release of JAX and this jaxsmith in it, made by uv or by venv and pip."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jaxsmith import __version__
from jaxsmith.releases.shell import printed

if TYPE_CHECKING:
    from jaxsmith.releases.requests import Interpreter, Release
    from jaxsmith.releases.shell import Run

_VERSIONS = "from importlib.metadata import version as v; print(v('jax'), v('jaxlib'))"
_ERROR = re.compile(r"^\s*(?:ERROR: |error: |\u00d7 )(.*)$", re.MULTILINE)
# pip lists every version that there is.
_LISTED = re.compile(r" \(from versions?: .*?\)|; \S+ from versions.*")


@dataclass(frozen=True, slots=True)
class Installed:
    """An environment that is ready.

    Attributes:
        python: its interpreter.
        jax: the version of JAX in it.
        jaxlib: that of jaxlib.
    """

    python: str
    jax: str
    jaxlib: str


def install(
    release: Release, interpreter: Interpreter, folder: Path, log: Path, run: Run
) -> Installed | str:
    """Make an environment in a folder, or take up the one that is there.

    Returns:
        The environment; or why there is none, in one line.
    """
    python = str(folder / "bin" / "python")
    uv = shutil.which("uv")
    make = (
        [uv, "venv", "--python", interpreter.path, str(folder)]
        if uv is not None
        else [interpreter.path, "-m", "venv", str(folder)]
    )
    pip = (
        [uv, "pip", "install", "--python", python]
        if uv is not None
        else [python, "-m", "pip", "install", "--disable-pip-version-check"]
    )
    pre = [] if not release.pre else ["--pre"] if uv is None else ["--prerelease=allow"]
    log.unlink(missing_ok=True)
    if not Path(python).exists() and run(make, folder.parent, log):
        return f"no environment: {_said(log)}"
    if run([*pip, *pre, "--upgrade", source(), *release.requirements], folder.parent, log):
        return f"can't be installed: {_said(log)}"
    versions = printed([python, "-c", _VERSIONS]).split()
    if len(versions) != 2:
        return "can't be installed: there is no jax or no jaxlib afterwards"
    return Installed(python, *versions)


def source() -> str:
    """What installs this jaxsmith: its checkout where it runs from one, else its version."""
    checkout = Path(__file__).parents[3]
    ours = (checkout / "pyproject.toml").is_file() and (checkout / "corpus").is_dir()
    return str(checkout) if ours else f"jaxsmith=={__version__}"


def _said(log: Path) -> str:
    """What an installer gave as its reason."""
    text = log.read_text(encoding="utf-8", errors="replace")
    errors = _ERROR.findall(text)
    lines = errors or [line for line in text.splitlines() if line.strip()]
    return _LISTED.sub("", lines[0 if errors else -1].strip()) if lines else "it gave no reason"
