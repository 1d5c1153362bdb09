"""Which versions of JAX jaxsmith works with. Does not import it."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, version

from jaxsmith.errors import JaxsmithError

OLDEST = (0, 7)
"""The first minor series of JAX that works; ``pyproject.toml`` says so too."""

COMPLETE = (0, 10)
"""The first that has every name that the corpus asks for; see ``jaxsmith.stages.absent``."""

NEWEST = (0, 12)
"""The last one that jaxsmith was run with."""


class UnsupportedJaxError(JaxsmithError):
    """The JAX that is installed is older than any that jaxsmith works with, or there is none."""


class UnknownJaxWarning(UserWarning):
    """The JAX that is installed is newer than any that jaxsmith was run with."""


def installed() -> str:
    """The version of JAX that is installed, read from its metadata.

    Raises:
        UnsupportedJaxError: there is none.
    """
    try:
        return version("jax")
    except PackageNotFoundError:
        raise UnsupportedJaxError("there is no JAX; install it with: pip install jax") from None


def check(jax_version: str) -> str | None:
    """Refuse a version of JAX that is too old; say what to expect of one that is too new.

    Returns:
        One line, for a version newer than any that is known; None for those that are.

    Raises:
        UnsupportedJaxError: the version is too old.
    """
    series = release(jax_version)[:2]
    if series < OLDEST:
        raise UnsupportedJaxError(
            f"jax {jax_version} is too old: jaxsmith needs {_shown(OLDEST)} or later; "
            "install it with: pip install --upgrade jax"
        )
    if series > NEWEST:
        return (
            f"jax {jax_version} is newer than any that jaxsmith was run with "
            f"(to {_shown(NEWEST)}): what it has lost will be named where it is missed"
        )
    return None


def release(text: str) -> tuple[int, ...]:
    """The numbers of a version, without what says that it is none yet: 0.13.0rc1 is 0.13.0."""
    found = re.match(r"\d+(?:\.\d+)*", text)
    return tuple(int(part) for part in found[0].split(".")) if found else ()


def _shown(series: tuple[int, int]) -> str:
    return f"{series[0]}.{series[1]}"
