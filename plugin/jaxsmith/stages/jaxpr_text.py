"""Whether a text is a jaxpr, as far as can be told without a reader for jaxprs: JAX has none."""

from __future__ import annotations

import re

from jaxsmith.stages.errors import StageError

_BEGIN = re.compile(r"(?:let \S+ = )?\{ lambda ")
_BRACKET = re.compile(r"[()\[\]{}]")
_CLOSING = {"(": ")", "[": "]", "{": "}"}


def check_jaxpr(text: str) -> None:
    """Check that a text begins and ends as a jaxpr, with all brackets and results in their places.

    Raises:
        StageError: stage ``"parse"``, saying where it is none.
    """
    if not _BEGIN.match(text):
        raise StageError("parse", "it does not begin with `{ lambda`")
    _check_brackets(text)
    if not text.endswith("}"):
        raise StageError("parse", "it does not end with `}`")
    jaxprs, results = len(re.findall(r"\{ lambda ", text)), len(re.findall(r"\bin \(", text))
    if jaxprs != results:
        raise StageError("parse", f"it holds {jaxprs} jaxprs, and the results of {results}")


def _check_brackets(text: str) -> None:
    expected: list[str] = []
    for found in _BRACKET.finditer(text):
        if found[0] in _CLOSING:
            expected.append(_CLOSING[found[0]])
        elif not expected or expected.pop() != found[0]:
            line = text.count("\n", 0, found.start()) + 1
            raise StageError("parse", f"line {line} has a {found[0]!r} too many")
    if expected:
        raise StageError("parse", f"it ends before {''.join(reversed(expected[-8:]))!r}")
