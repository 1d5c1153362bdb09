"""`-m` expressions: which names they ask about, and whether they can be true."""

from __future__ import annotations

import pytest

from jaxsmith.pytest_plugin.expression import names, parse, satisfiable


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("math", {"math"}),
        ("math or array", {"math", "array"}),
        ("a and b or not (c and d)", {"a", "b", "c", "d"}),
        ("a and not a", {"a"}),
        ("a-b or c", {"a-b", "c"}),
    ],
)
def test_every_name_is_found_in_spite_of_short_circuits(text: str, expected: set[str]) -> None:
    expression = parse(text)
    assert expression is not None
    assert names(expression) == expected


@pytest.mark.parametrize(
    ("text", "facts", "possible"),
    [
        ("math", {"math": True}, True),
        ("math", {"math": False}, False),
        ("math and tag", {"math": True}, True),
        ("math and tag", {"math": True, "tag": False}, False),
        ("tag and not tag", {}, False),
        ("(a or b) and not a and not b", {}, False),
        ("not math", {"math": True}, False),
    ],
)
def test_satisfiable_answers_the_open_names(
    text: str, facts: dict[str, bool], *, possible: bool
) -> None:
    expression = parse(text)
    assert expression is not None
    assert satisfiable(expression, facts) is possible


@pytest.mark.parametrize("text", ["", "a and", "(a"])
def test_what_pytest_will_refuse_is_left_to_pytest(text: str) -> None:
    assert parse(text) is None
