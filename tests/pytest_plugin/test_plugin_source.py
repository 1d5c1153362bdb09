"""The closed source of a project's function."""

from __future__ import annotations

import math
from functools import partial, update_wrapper, wraps
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.linalg as la
import pytest

from jaxsmith.pytest_plugin import source
from jaxsmith.pytest_plugin.source import closed_source

if TYPE_CHECKING:
    from collections.abc import Callable

SCALE = 2.5
TABLE = {"a": (1, 2)}
HANDLE = object()


def helper(x: float) -> float:
    return math.sqrt(x) * SCALE


def passing(fn: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(fn)
    def wrapped(*args: Any) -> Any:
        return fn(*args)

    return wrapped


def plain(x: float) -> float:
    return x + 1


def uses_all(x: float) -> Any:
    local = [helper(v) for v in (x, TABLE["a"][1])]
    return np.asarray(local).sum() + la.norm(np.ones(3))


def recursive(n: int) -> int:
    return 1 if n < 2 else n * recursive(n - 1)


def uses_handle(x: float) -> Any:
    return x, HANDLE


@passing
def decorated(x: float) -> float:
    return x * SCALE


def closes_over(power: int) -> Callable[..., Any]:
    def raised(x: float) -> float:
        return helper(x) ** power

    return raised


class Doubler:
    """A function that is an object."""

    def __call__(self, x: float) -> float:
        """Twice the value."""
        return 2 * x


def run(function: Callable[..., Any], *arguments: Any) -> Any:
    """The result of the closed source, run in an empty namespace."""
    closed = closed_source(function)
    assert closed.missing == ()
    namespace: dict[str, Any] = {}
    exec(closed.text, namespace)
    return namespace[closed.name](*arguments)


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        (plain, (2.0,)),
        (uses_all, (3.0,)),
        (recursive, (5,)),
        (decorated, (4.0,)),
        (closes_over(3), (4.0,)),
    ],
)
def test_it_gives_the_function_in_an_empty_namespace(
    function: Callable[..., Any], arguments: tuple[Any, ...]
) -> None:
    assert run(function, *arguments) == function(*arguments)


def test_a_lambda_gets_a_name() -> None:
    double = lambda x: x * SCALE  # noqa: E731 - that is what is tested
    assert run(double, 3.0) == 7.5


def test_a_name_of_its_own_can_be_given() -> None:
    closed = closed_source(plain, "renamed")
    namespace: dict[str, Any] = {}
    exec(closed.text, namespace)
    assert namespace["renamed"](1) == 2


def test_what_has_no_text_is_said() -> None:
    closed = closed_source(uses_handle)
    assert not closed.complete
    assert closed.missing == ("HANDLE: no text shows how this object was made",)


def test_a_function_of_an_installed_package_is_imported() -> None:
    assert closed_source(math.sqrt).text == "from math import sqrt\n"
    assert closed_source(la.norm, "size").text == "from numpy.linalg import norm as size\n"


def test_an_object_has_no_source() -> None:
    closed = closed_source(Doubler())
    assert (closed.text, closed.complete) == ("", False)


class Pair(NamedTuple):
    """A node of a pytree."""

    first: float
    second: float = SCALE


def uses_pair(x: float) -> Pair:
    return Pair(x)


wrapped_later = passing(plain)


def test_a_named_tuple_comes_along() -> None:
    assert tuple(run(uses_pair, 1.0)) == (1.0, SCALE)


def test_lambdas_of_one_statement_are_told_apart() -> None:
    one, two, inner = (lambda x: x + 1), (lambda x: x * 2), (lambda: lambda x: x - SCALE)()
    assert [run(fn, 5.0) for fn in (one, two, inner)] == [6.0, 10.0, 2.5]


def test_a_value_that_can_not_be_shown_is_missing() -> None:
    class Odd:
        def __repr__(self) -> str:
            raise RuntimeError("no repr")

    odd = Odd()
    found = closed_source(lambda x: (x, odd), "pair")
    assert found.missing == ("odd: no text shows how this Odd was made",)


def test_what_was_wrapped_later_has_no_source() -> None:
    doubler = Doubler()
    for fn in (wrapped_later, update_wrapper(partial(plain), plain), doubler.__call__):
        closed = closed_source(fn)
        assert (closed.text, closed.complete) == ("", False)


def test_a_package_installed_from_a_folder_is_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    assert closed_source(la.norm).text == "from numpy.linalg import norm\n"
    monkeypatch.setattr(source, "_is_local", lambda name: name == "numpy")
    source._distributed.cache_clear()
    assert "def norm" in closed_source(la.norm).text
    source._distributed.cache_clear()
