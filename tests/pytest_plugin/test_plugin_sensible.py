"""What a test asks of ``jaxsmith.check`` is refused where it makes no sense."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from jaxsmith.errors import InvalidRequestError
from jaxsmith.pytest_plugin.sensible import refuse_values, refuse_words


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ((5, "user", []), "name: 5 is no name"),
        (("", "user", []), "name: '' is no name"),
        (("../up", "user", []), "name: '../up' is no name"),
        ((None, "a b", []), "category: 'a b' is no name"),
        ((None, None, []), "category: None is no name"),
        ((None, "user", ["fine", 1]), "tags: 1 is no name"),
        ((None, "user", [""]), "tags: '' is no name"),
    ],
)
def test_words_that_select_nothing_are_refused(words: tuple[Any, Any, Any], line: str) -> None:
    with pytest.raises(InvalidRequestError, match=line):
        refuse_words(*words)


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({"x64": "yes"}, "x64 is 'yes'"),
        ({"license": 5}, "license is 5"),
        ({"license": " "}, "license is ' '"),
        ({"rtol": -1.0}, "rtol is -1.0"),
        ({"rtol": float("nan")}, "rtol is nan"),
        ({"atol": float("inf")}, "atol is inf"),
        ({"atol": True}, "atol is True"),
        ({"atol": [1]}, r"atol is \[1\]"),
    ],
)
def test_values_that_mean_nothing_are_refused(values: dict[str, Any], line: str) -> None:
    with pytest.raises(InvalidRequestError, match=line):
        refuse_values(**{"x64": None, "license": None, **values})


def test_what_makes_sense_is_not() -> None:
    refuse_words("layer", "layers", ["dense"])
    refuse_words(None, "user", [])
    refuse_values(True, "MIT", rtol=np.float32(0.5), atol=0)
    refuse_values(None, None, rtol=None, atol=1e-3)
