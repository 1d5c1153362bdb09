"""Which release of JAX on which Python, as a user writes it."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from jaxsmith.errors import InvalidRequestError
from jaxsmith.releases.shell import printed

_VERSION = re.compile(r"(\d+\.\d+)|\d+\.\d+\.\d+[\w.]*")
_NEWEST, _PRE = "newest", "pre"
_ASK = "import platform; print(platform.python_version())"


@dataclass(frozen=True, slots=True)
class Release:
    """A release of JAX to be installed.

    Attributes:
        asked: as the user wrote it.
        requirements: what is asked of the installer.
        pre: whether a release that is none yet will do.
    """

    asked: str
    requirements: tuple[str, ...]
    pre: bool = False


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python to make environments with."""

    path: str
    version: str


def release(text: str) -> Release:
    """A release as it is written: ``0.8`` for the last of a series, ``0.8.1``, ``newest``, ``pre``.

    Raises:
        InvalidRequestError: it is none of these.
    """
    if text in (_NEWEST, _PRE):
        return Release(text, ("jax", "jaxlib"), pre=text == _PRE)
    found = _VERSION.fullmatch(text)
    if found is None:
        raise InvalidRequestError(
            f"{text!r} is no version of JAX; write 0.8, 0.8.1, {_NEWEST} or {_PRE}"
        )
    if found[1]:
        return Release(text, (f"jax=={text}.*", f"jaxlib=={text}.*"))
    # Of some releases only the one of both has a fourth number.
    return Release(text, (f"jax=={text}",))


def interpreter(text: str) -> Interpreter:
    """A Python by its path or by its name, such as ``python3.12``.

    Raises:
        InvalidRequestError: there is none.
    """
    path = shutil.which(text)
    version = printed([path, "-c", _ASK]) if path is not None else ""
    if path is None or not version:
        raise InvalidRequestError(f"there is no Python at {text}; name one that can be run")
    return Interpreter(str(Path(path).absolute()), version)
