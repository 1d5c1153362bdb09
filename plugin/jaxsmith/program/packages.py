"""Which package is the corpus, for commands that need what wrote one."""

from __future__ import annotations

from importlib.util import find_spec

from jaxsmith.errors import InvalidRequestError

PACKAGES = ("corpus", "jaxsmith_corpus")
"""Where it is looked for unless told otherwise: a clone's, an installed wheel's."""


def corpus_package(name: str | None = None) -> str:
    """The name of the corpus package: the one that is asked for, or the first that there is.

    Raises:
        InvalidRequestError: there is none.
    """
    for each in (name,) if name else PACKAGES:
        if find_spec(each) is not None:
            return each
    if name:
        raise InvalidRequestError(f"there is no corpus package {name}")
    raise InvalidRequestError("there is no corpus package here; name one with --corpus")
