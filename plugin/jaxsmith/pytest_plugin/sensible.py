"""What a test may ask of ``jaxsmith.check``: the words and numbers that end in a record."""

from __future__ import annotations

import math
from numbers import Real
from typing import TYPE_CHECKING

from jaxsmith.errors import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Collection


def refuse_words(name: object, category: object, tags: Collection[object]) -> None:
    """Refuse what can't be the name of a function, or what ``-m`` could not select.

    Raises:
        InvalidRequestError: one of them is no name.
    """
    __tracebackhide__ = True
    given = [("category", category), *(("tags", tag) for tag in tags)]
    if name is not None:
        given.append(("name", name))
    for which, word in given:
        if not (isinstance(word, str) and word.isidentifier()):
            raise InvalidRequestError(
                f"{which}: {word!r} is no name; give one of letters, digits and underscores"
            )


def refuse_values(x64: object, license: object, **tolerances: object) -> None:  # noqa: A002 - as the field
    """Refuse values of the wrong type, and errors to allow that allow everything or nothing.

    Raises:
        InvalidRequestError: one of them makes no sense.
    """
    __tracebackhide__ = True
    if not (x64 is None or isinstance(x64, bool)):
        raise InvalidRequestError(f"x64 is {x64!r}; give True, False, or None to leave it")
    if not (license is None or (isinstance(license, str) and license.strip())):
        raise InvalidRequestError(f"license is {license!r}; give an SPDX name, such as 'MIT'")
    for name, value in tolerances.items():
        if value is not None and not _is_error(value):
            raise InvalidRequestError(f"{name} is {value!r}; give a number, 0 or more")


def _is_error(value: object) -> bool:
    number = isinstance(value, Real) and not isinstance(value, bool)
    return number and 0 <= float(value) < math.inf  # type: ignore[arg-type]
